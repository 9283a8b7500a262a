"""The findings of two states of a tree -> what became of each: new, worse, unchanged, moved, fixed.

Findings are paired one to one, so that of n equal ones before and n + 1 now exactly one is new.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from scanner.baseline import BaselineState, Worse
from scanner.late import regex
from scanner.model import Finding, Outcome

_Key: TypeAlias = Callable[[Finding], Hashable]
_Pair: TypeAlias = tuple[Finding, Finding]
"""A finding of the base and one of the head."""
_INDEX = regex(r"(?<![^.])\d+(?![^.])")
"""The number of an item in a path of fields."""


def _place(finding: Finding) -> Hashable:
    """The rule, the subject and the field without numbers of items: what stays of one whose list was reordered."""
    return finding.rule, finding.subject_id, _INDEX.sub("", finding.location.field)


_SAME: tuple[_Key, ...] = (
    lambda finding: (finding.fingerprint, finding.location, finding.evidence),
    lambda finding: (finding.fingerprint, finding.location.path, finding.evidence),
    lambda finding: (finding.fingerprint, finding.evidence),
    lambda finding: (_place(finding), finding.evidence),
    lambda finding: (finding.fingerprint, finding.location.path),
    lambda finding: finding.fingerprint,
)
"""What two findings agree in that are the same. Of several, those that agree in the most belong together."""


class Side(Struct):
    """The findings of one state of a tree, and what is needed to judge their absence."""

    findings: Sequence[Finding]
    unread: Collection[str] = ()
    """Paths of inputs that could not be read, at least in part."""
    subjects: Collection[str] = ()
    """Identities of all subjects."""


class Matched(Struct):
    """What became of findings."""

    findings: list[Finding] = field(default_factory=list)
    """Those of the head in their order, with their states."""
    gone: list[Finding] = field(default_factory=list)
    """Those of the base that the head does not have, with the state `fixed`, or `incomparable` where the head cannot
    show it.
    """


def match(base: Side, head: Side, worse: Mapping[str, Worse]) -> Matched:
    """What became of the findings of a base.

    `worse` says of rules which value is worse than another; of a rule that it does not name, any other value is.
    """
    pairs = _same(base.findings, head.findings)
    states = {id(present): _state(past, present, worse) for past, present in pairs}
    known = {id(past) for past, _ in pairs}
    left = [finding for finding in base.findings if _counts(finding) and id(finding) not in known]
    new = [finding for finding in head.findings if _counts(finding) and id(finding) not in states]
    moved = _moved(left, new, base.subjects, head.subjects)
    states.update((id(present), BaselineState.MOVED) for _, present in moved)
    gone = {id(past) for past, _ in moved}
    return Matched(
        [_with_state(finding, states, base.unread) for finding in head.findings],
        [_left(finding, head.unread) for finding in left if id(finding) not in gone],
    )


def _counts(finding: Finding) -> bool:
    return finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)


def _same(before: Sequence[Finding], now: Sequence[Finding]) -> list[_Pair]:
    """Pairs of findings that are the same: failures first, then failures that are unknown now, then unknowns."""
    pairs: list[_Pair] = []
    for past, present in ((Outcome.FAIL, Outcome.FAIL), (Outcome.FAIL, Outcome.UNKNOWN), (Outcome.UNKNOWN,) * 2):
        done = {id(each) for pair in pairs for each in pair}
        pairs += _closest(
            [each for each in before if each.outcome is past and id(each) not in done],
            [each for each in now if each.outcome is present and id(each) not in done],
            _SAME,
        )
    return pairs


def _closest(before: list[Finding], now: list[Finding], keys: Iterable[_Key]) -> list[_Pair]:
    """Pairs of findings that agree in a key, by the first key that they agree in."""
    pairs: list[_Pair] = []
    for key in keys:
        waiting: dict[Hashable, list[Finding]] = defaultdict(list)
        for past in reversed(before):
            waiting[key(past)].append(past)
        rest, taken = [], set()
        for present in now:
            if some := waiting[key(present)]:
                past = some.pop()
                taken.add(id(past))
                pairs.append((past, present))
            else:
                rest.append(present)
        before, now = [past for past in before if id(past) not in taken], rest
        if not before or not now:
            break
    return pairs


def _state(past: Finding, present: Finding, worse: Mapping[str, Worse]) -> BaselineState:
    if past.outcome is Outcome.FAIL and present.outcome is Outcome.UNKNOWN:
        return BaselineState.OUT_OF_SIGHT
    if past.evidence != present.evidence and is_worse(past.evidence, present.evidence, worse.get(present.rule)):
        return BaselineState.WORSE
    return BaselineState.UNCHANGED if past.location.path == present.location.path else BaselineState.MOVED


def is_worse(before: str | None, now: str | None, how: Worse | None) -> bool:
    """Whether other evidence is worse by the order that a rule states; any is where it states none."""
    try:
        past, present = (json.loads(each or "null") for each in (before, now))
    except ValueError:  # a digest
        return True
    if how is Worse.MORE and isinstance(past, list) and isinstance(present, list):
        return not all(_within(item, past) for item in present)
    first, second = _number(past), _number(present)
    if how in (Worse.HIGHER, Worse.LOWER) and first is not None and second is not None:
        return second > first if how is Worse.HIGHER else second < first
    return True


def _number(value: Any) -> float | None:
    """The number in evidence; of a quantity, that in its unit."""
    if isinstance(value, dict):
        value = value.get("seconds", value.get("percent"))
    return float(value) if type(value) in (int, float) else None


def _within(item: Any, items: list[Any]) -> bool:
    return any(type(item) is type(each) and item == each for each in items)


def _moved(
    left: list[Finding], new: list[Finding], base_subjects: Collection[str], head_subjects: Collection[str]
) -> list[_Pair]:
    """Findings whose subject is gone, with those of a subject that is new and differs from it in one part of its name.

    Only failures with the same evidence are paired.
    """
    gone = [each for each in left if each.outcome is Outcome.FAIL and each.subject_id not in head_subjects]
    come = [each for each in new if each.outcome is Outcome.FAIL and each.subject_id not in base_subjects]
    if not gone or not come:
        return []
    return _closest(gone, come, [_without(part) for part in range(_PARTS)])


_PARTS = 3
"""Parts of an identity that may change: the namespace, the kind of the object, and the name of the container."""


def _without(part: int) -> _Key:
    """The identity of a finding without one part of that of its subject."""
    return lambda finding: (
        finding.rule,
        finding.evidence,
        finding.subject_kind,
        _INDEX.sub("", finding.location.field),
        tuple(each for number, each in enumerate(parts_of(finding.subject_id)) if number != part),
    )


def parts_of(identity: str) -> tuple[str, str, str, str]:
    """(namespace, group and kind, name of the container, the rest) of a subject of Kubernetes.

    All of another subject is its rest.
    """
    group, *parts = identity.split("/")
    names = parts[2:] if len(parts) > _CLUSTER_WIDE else parts[1:]
    if not parts or not parts[0][:1].isupper() or not names:
        return "", "", "", identity
    namespace = parts[1] if len(parts) > _CLUSTER_WIDE else ""
    container = names[-1] if len(names) > _CLUSTER_WIDE else ""
    return namespace, f"{group}/{parts[0]}", container, "/".join(names[:-1] if container else names)


_CLUSTER_WIDE = 2
"""Parts of the identity of an object without a namespace, behind its group."""


def _with_state(finding: Finding, states: Mapping[int, BaselineState], unread: Collection[str]) -> Finding:
    if not _counts(finding):
        return finding
    otherwise = BaselineState.INCOMPARABLE if finding.location.path in unread else BaselineState.NEW
    return replace(finding, baseline_state=states.get(id(finding), otherwise))


def _left(finding: Finding, unread: Collection[str]) -> Finding:
    unseen = finding.location.path in unread
    return replace(finding, baseline_state=BaselineState.INCOMPARABLE if unseen else BaselineState.FIXED)
