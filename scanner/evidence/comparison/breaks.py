"""Why the numbers of two packs cannot be compared, and what a reader of them has to know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.evidence.comparison.pack_side import PackSide
from scanner.evidence.policy_files import FOLDER
from scanner.evidence.run_record import UNSIGNED

_NO_SCOPE = {"waivers", "inline-ignores", "fail-on", "git_revision"}
"""Settings that change neither what is assessed nor by which rules."""
_DECIDING = tuple(f"{FOLDER}/{name}/" for name in ("rules", "frameworks", "scope", "policies"))
_ASSESSED = "assessed"
_SHOWN = 3


def breaks(a: PackSide, b: PackSide) -> Iterator[str]:
    """Each reason why there is no trend from one pack to the other; none if rules and scope are equal."""
    for side in (a, b):
        if side.faults:
            yield f"{side.name} does not verify, faults: {len(side.faults)}"
    yield from _of_repositories(a, b)
    if a.record.ruleset_digest != b.record.ruleset_digest:
        yield f"the rule sets differ: {a.record.ruleset_digest} and {b.record.ruleset_digest}"
    if set(a.record.frameworks) != set(b.record.frameworks):
        yield f"the frameworks differ: {_listed(a.record.frameworks)} and {_listed(b.record.frameworks)}"
    if a.record.profile != b.record.profile:
        yield f"the profiles differ: {a.record.profile} and {b.record.profile}"
    names = [name for name in different_settings(a, b) if name not in _NO_SCOPE]
    if names:
        yield f"settings differ that decide what is assessed: {_listed(names)}"
    files = [name for name in different_policy(a, b) if name.startswith(_DECIDING)]
    if files:
        yield f"files of the policy differ: {_listed(files)}"
    yield from _of_population(a, b)


def caveats(a: PackSide, b: PackSide) -> Iterator[str]:
    """What does not prevent a comparison, and limits what follows from it."""
    if a.record.ended > b.record.ended:
        yield "B was made before A"
    signatures = {a.record.signature, b.record.signature}
    if len(signatures - {UNSIGNED}) > 1:
        yield "A and B are signed by different keys"
    for side in (a, b):
        yield from (f"{side.name}: {note}" for note in side.notes)
        if side.record.repository is None:
            yield f"{side.name} names no commit, so it is not known which files it is about"
        elif side.record.repository.dirty:
            yield f"{side.name} was made with uncommitted changes, paths: {len(side.record.repository.dirty)}"
        unread = sum(row["status"] in {"unreadable", "not-assessed"} for row in side.files.values())
        if unread:
            yield f"{side.name} could not assess all files, files: {unread}; failures in them are not seen"
        if errors := side.totals["outcomes"]["evaluated"].get("error", 0):
            yield f"{side.name} has rules that could not be evaluated, outcomes: {errors}"
    if a.record.tool.digest != b.record.tool.digest:
        yield f"another build of Assay made B: {a.record.tool.version} and {b.record.tool.version}"


def different_settings(a: PackSide, b: PackSide) -> list[str]:
    """The names of settings with different values."""
    first, second = a.settings, b.settings
    return sorted(name for name in {*first, *second} if first.get(name) != second.get(name))


def different_policy(a: PackSide, b: PackSide) -> list[str]:
    """The names of files in `policy/` that are not in both with the same content."""
    return sorted(name for name in {*a.policy, *b.policy} if a.policy.get(name) != b.policy.get(name))


def _of_repositories(a: PackSide, b: PackSide) -> Iterator[str]:
    first, second = a.record.repository, b.record.repository
    if first is None or second is None:
        return
    if first.address != second.address:
        yield f"the repositories differ: {first.address or 'no address'} and {second.address or 'no address'}"
    if first.prefix != second.prefix:
        yield "the names of files do not begin at the same folder of the repository"


def _of_population(a: PackSide, b: PackSide) -> Iterator[str]:
    """Files that one pack assessed and the other has and did not assess, or not in full."""
    for one, other in ((a, b), (b, a)):
        files = [
            path
            for path, row in one.files.items()
            if path in other.files and _is_whole(row) and not _is_whole(other.files[path])
        ]
        if files:
            yield f"{other.name} did not assess in full what {one.name} did: {_listed(files)}"


def _is_whole(row: dict[str, object]) -> bool:
    return row["status"] == _ASSESSED and not row.get("losses")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return (", ".join(names[:_SHOWN]) or "none") + more
