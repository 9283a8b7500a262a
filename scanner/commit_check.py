"""What stops a commit, or the push of some: what it makes worse than its parent is.

Its parent is read only where something could stop it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from scanner import sources
from scanner.completeness import is_incomplete
from scanner.finished_scan import Scan
from scanner.gate import Before, reaches
from scanner.inputs import Memory
from scanner.model import Finding, Outcome
from scanner.options import Options
from scanner.scan import Evaluated, evaluate
from scanner.scan_rules import scan_rules
from scanner.shared import Shared
from scanner.sources import Scope, Selection
from scanner.sources.changed_files import ChangedFiles
from scanner.sources.git_base import Base
from scanner.sources.git_changes import Change, ChangeSet
from scanner.sources.git_file import identity_of

_State: TypeAlias = Callable[[Sequence[Change], Selection], Scope]
"""The scope of an earlier state of the files, by what changed since and where it is read from."""


def check_files(files: ChangedFiles, where: Scope, options: Options) -> Evaluated:
    """Judge the named files of a change, which are in a scope, by rules that look at one object."""
    return _check(where, options, files.change, files.base)


def check_all(paths: Sequence[str], options: Options, change: ChangeSet) -> Evaluated:
    """Judge all that Git tracks at and below paths, by all rules."""
    now = replace(options, selection=options.selection.at(change.head))

    def earlier(_: Sequence[Change], selection: Selection) -> Scope:
        return sources.scope(paths, replace(selection, may_be_missing=True))

    return _check(sources.scope(paths, now.selection, options.configuration.place("paths")), now, change, earlier)


class Stopping(Struct, frozen=True):
    """What stops a commit, and how much does not."""

    scan: Scan
    """With the findings that stop it, and the inputs that were not assessed for the first time."""
    below: int
    """Failures below the threshold."""
    before: int
    """Failures that were there before."""
    unknown: int
    unassessed: int
    """Inputs that were not assessed before either."""


def stopping(checked: Evaluated) -> Stopping:
    """What of a finished check stops the commit, and how much does not."""
    result, options, before = checked.result(), checked.options, checked.before or Before()
    left = [each for each in result.findings if not _stops(each, options, before)]
    failed = [each for each in left if each.outcome is Outcome.FAIL]
    below = sum(each.counts for each in failed)
    known = [each for each in result.inputs if each.path in before.inputs]
    scan = replace(
        result,
        findings=tuple(each for each in result.findings if _stops(each, options, before)),
        inputs=tuple(each for each in result.inputs if each.path not in before.inputs),
    )
    unknown = sum(each.outcome is Outcome.UNKNOWN for each in left)
    strict = options.strict_documents
    return Stopping(scan, below, len(failed) - below, unknown, sum(is_incomplete(it, strict=strict) for it in known))


def _check(head: Scope, options: Options, change: ChangeSet, earlier: _State) -> Evaluated:
    identity = partial(identity_of, commit=_an_identity(change))
    shared = Shared(scan_rules(options), Memory(identity=identity))
    with shared.ending():
        return _compared(head, options, change, earlier, shared)


def _compared(head: Scope, options: Options, change: ChangeSet, earlier: _State, shared: Shared) -> Evaluated:
    now = evaluate(head, options, None, shared, meanwhile=_load_comparison)
    checked = now
    for base, changes in _bases(change):
        if not _may_stop(checked):
            break
        from scanner.comparison import compared

        selection = options.selection.at(Selection(revision=base.commit))
        before = evaluate(
            earlier(changes, selection), replace(options, selection=selection), None, shared, reported=False
        )
        further = compared(before, now, base)
        checked = further if checked is now else _with_both(checked, further)
    return checked


def _load_comparison(_: object) -> None:
    """What compares is loaded while others work, as it may be needed; it takes longer than a small file."""
    import scanner.comparison  # noqa: F401


def _an_identity(change: ChangeSet) -> str:
    """The id of some object of the repository: its length shows how Git makes ids."""
    return next(blob.identity.decode() for each in change.changes for blob in (each.before, each.now) if blob)


def _bases(change: ChangeSet) -> Iterator[tuple[Base, Sequence[Change]]]:
    """What a change is compared with; a merge with each of its parents, of which none must be better."""
    if change.base:
        yield change.base, change.changes
        yield from change.further()


def _may_stop(checked: Evaluated) -> bool:
    """Whether something may stop the commit: before it is compared, also what is unknown and may have failed before."""
    options, before = checked.options, checked.before or Before()
    return any(
        _stops(each, options, before) or (each.outcome is Outcome.UNKNOWN and each.baseline_state is None)
        for each in checked.findings
        if _is_severe(each, options)
    ) or any(
        is_incomplete(each, strict=options.strict_documents) and not each.accepted and each.path not in before.inputs
        for each in checked.read.inputs
    )


def _stops(finding: Finding, options: Options, before: Before) -> bool:
    if finding.outcome is Outcome.ERROR:
        return finding.fingerprint not in before.errors
    return finding.fails and not finding.waiver and _is_severe(finding, options)


def _is_severe(finding: Finding, options: Options) -> bool:
    return finding.outcome is Outcome.ERROR or reaches(finding.severity, options.fail_on)


def _with_both(first: Evaluated, second: Evaluated) -> Evaluated:
    """A scan that was compared with two parents: what one of them has is not new."""
    pairs = zip(first.findings, second.findings, strict=True)
    findings = [other if each.counts else each for each, other in pairs]
    known = [each.before or Before() for each in (first, second)]
    inputs, errors = (frozenset().union(*some) for some in zip(*((it.inputs, it.errors) for it in known), strict=True))
    return replace(first, findings=findings, before=Before(compared=True, inputs=inputs, errors=errors))
