"""The findings of two states of a tree -> what became of each: new, worse, unchanged, moved, fixed.

Findings are paired one to one, so that of n equal ones before and n + 1 now exactly one is new.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from scanner.baseline import BaselineState, Worse
from scanner.gate.order import counted_lower, in_words, is_worse
from scanner.late import regex
from scanner.model import Finding, Outcome

_Key: TypeAlias = Callable[[Finding], Hashable]
_Pair: TypeAlias = tuple[Finding, Finding]
"""A finding of the base and one of the head."""
_CONTAINER = regex(r"/(?:c|initC|ephemeralC)ontainers/[^/]*\Z")
_INDEX = regex(r"(?<![^.])\d+(?![^.])")
"""The number of an item in a path of fields."""


def _place(finding: Finding) -> Hashable:
    """The rule, the subject and the field without numbers of items: what stays of one whose list was reordered."""
    return finding.rule, finding.subject_id, _INDEX.sub("", finding.location.field)


_IN_FILE: tuple[_Key, ...] = (
    lambda finding: (finding.fingerprint, finding.location, finding.evidence, finding.message),
    lambda finding: (_place(finding), finding.location.path, finding.evidence, finding.message),
    lambda finding: (finding.fingerprint, finding.location.path, finding.evidence),
    lambda finding: (_place(finding), finding.location.path, finding.evidence),
)
_ANYWHERE: tuple[_Key, ...] = (
    lambda finding: (_place(finding), finding.evidence, finding.message),
    lambda finding: (finding.fingerprint, finding.evidence),
    lambda finding: (_place(finding), finding.evidence),
)
_OTHER_VALUE: _Key = lambda finding: (finding.fingerprint, finding.location.path)  # noqa: E731 - beside its like
_OTHER_FILE: _Key = lambda finding: finding.fingerprint  # noqa: E731
_FAIL, _UNKNOWN = Outcome.FAIL, Outcome.UNKNOWN
_ALIKE = ((_FAIL, _FAIL), (_UNKNOWN, _UNKNOWN))
_UNLIKE = ((_FAIL, _UNKNOWN), (_UNKNOWN, _FAIL))
_SAME = (
    (_ALIKE, (*_IN_FILE, *_ANYWHERE, _OTHER_VALUE)),
    (_UNLIKE, (_OTHER_VALUE,)),
    (_ALIKE, (_OTHER_FILE,)),
    (_UNLIKE, (_OTHER_FILE, _place)),
)
"""(outcomes on the base and the head, what two findings agree in that are the same).

Of several, those that agree in the most belong together. In either direction, the same two do.
"""
ALL = sys.maxsize
"""Parts that could not be read of an input of which nothing could."""


class Side(Struct):
    """The findings of one state of a tree, and what is needed to judge their absence."""

    findings: Sequence[Finding]
    unread: Mapping[str, int] = {}
    """Path of an input that could not be read -> number of its parts that could not; `ALL` where none could."""
    links: AbstractSet[str] = frozenset()
    """Paths of symbolic links, which are not read."""
    subjects: Collection[str] = ()
    """Identities of all subjects."""
    places: Collection[tuple[str, str]] = ()
    """(path, identity) of the subjects, without containers; of what is built, the path of its chart or overlay."""
    undecided: Collection[str] = ()
    """Rules that could not see all objects that they compare, because an input could not be read."""


class Matched(Struct):
    """What became of findings."""

    findings: list[Finding] = field(default_factory=list)
    """Those of the head in their order, with their states."""
    gone: list[Finding] = field(default_factory=list)
    """Those of the base that the head does not have: `fixed`, or `incomparable` where the head cannot show it."""


def match(base: Side, head: Side, worse: Mapping[str, Worse], once: Collection[str] = ()) -> Matched:
    """What became of the findings of a base.

    `worse` says of rules which value is worse than another; of a rule that it does not name, any other value is. A rule
    of `once` is reported once for each input, at the first place: if that is mended, the next one was there before.
    """
    past, present = ([each for each in side.findings if _counts(each)] for side in (base, head))
    pairs = [pair for pair in _same(past, present) if not _was_elsewhere(*pair, base, head)]
    undecided: list[_Pair] = []
    if base.undecided:
        undecided = [pair for pair in pairs if _was_undecided(*pair, base, head)]
        pairs = [pair for pair in pairs if not _was_undecided(*pair, base, head)]
    left, come = _without_first(past, pairs), _without_second(present, pairs)
    if once:
        again, left, come = _agreeing(left, come, lambda each: _of_input(each, once))
        pairs += again
    moved = _moved(left, come, base.subjects, head.subjects)
    states = {id(new): _state(old, new, worse) for old, new in pairs}
    states |= {id(new): _state(old, new, worse, moved=True) for old, new in moved}
    states |= {id(new): BaselineState.INCOMPARABLE for _, new in undecided}
    before = {id(new): in_words(old, new) for old, new in (*pairs, *moved)}
    unseen = {id(old) for old, _ in undecided}
    lost = {finding.fingerprint for finding in head.findings if finding.outcome is Outcome.ERROR}
    return Matched(
        [_with_state(finding, states, base, head, before) for finding in head.findings],
        [
            _left(finding, base, head, unseen=id(finding) in unseen or finding.fingerprint in lost)
            for finding in _without_first(left, moved)
        ],
    )


def _of_input(finding: Finding, once: Collection[str]) -> Hashable:
    """The rule and the input of a finding that is reported once for it; any other finding is only itself."""
    return (finding.rule, finding.outcome, finding.location.path) if finding.rule in once else id(finding)


def _without_first(findings: Iterable[Finding], pairs: Iterable[_Pair]) -> list[Finding]:
    """Findings of the base that are in no pair; those of a file that did not change are on the head too."""
    known = {id(past) for past, _ in pairs}
    return [finding for finding in findings if id(finding) not in known]


def _without_second(findings: Iterable[Finding], pairs: Iterable[_Pair]) -> list[Finding]:
    """Findings of the head that are in no pair."""
    known = {id(present) for _, present in pairs}
    return [finding for finding in findings if id(finding) not in known]


def _counts(finding: Finding) -> bool:
    return finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)


def _same(before: Iterable[Finding], now: Iterable[Finding]) -> list[_Pair]:
    """Pairs of findings that are the same: those of one chart or overlay before all others."""
    past, present = _by_outcome(before), _by_outcome(now)
    pairs: list[_Pair] = []
    built = any(finding.overlay for some in (*past.values(), *present.values()) for finding in some)
    for of_build in (_of_build, None) if built else (None,):
        for outcomes, keys in _SAME:
            for key in keys:
                for was, is_now in outcomes:
                    both = of_build(key) if of_build else key
                    found, past[was], present[is_now] = _agreeing(past[was], present[is_now], both)
                    pairs += found
    return pairs


def _of_build(key: _Key) -> _Key:
    """A key that findings of two builds never agree in."""
    return lambda finding: (finding.overlay, key(finding))


def _by_outcome(findings: Iterable[Finding]) -> dict[Outcome, list[Finding]]:
    some: dict[Outcome, list[Finding]] = {_FAIL: [], _UNKNOWN: []}
    for finding in findings:
        some[finding.outcome].append(finding)
    return some


def _agreeing(before: list[Finding], now: list[Finding], key: _Key) -> tuple[list[_Pair], list[Finding], list[Finding]]:
    """Pairs of findings that agree in a key, the first with the first, and those of each side that are left."""
    if not before or not now:
        return [], before, now
    waiting: dict[Hashable, list[Finding]] = defaultdict(list)
    for past in reversed(before):
        waiting[key(past)].append(past)
    pairs, rest = [], []
    for present in now:
        if some := waiting.get(key(present)):
            pairs.append((some.pop(), present))
        else:
            rest.append(present)
    return pairs, _without_first(before, pairs), rest


def _was_elsewhere(past: Finding, present: Finding, base: Side, head: Side) -> bool:
    """Whether two findings are of two copies, of which one got better and the other one worse.

    A subject that moved to another file is gone from the first, and was not in the second before.
    """
    if _place_of(past)[0] == _place_of(present)[0]:
        return False
    return _place_of(present) in base.places or _place_of(past) in head.places


def _place_of(finding: Finding) -> tuple[str, str]:
    """The file or the build, and the identity of the subject of a finding; of a container, that of its pod."""
    return finding.overlay or finding.location.path, _CONTAINER.sub("", finding.subject_id)


def _was_undecided(past: Finding, present: Finding, base: Side, head: Side) -> bool:
    """Whether only the base could not see what decides a finding."""
    undecided = present.rule in base.undecided and present.rule not in head.undecided
    return undecided and past.outcome is _UNKNOWN and present.outcome is _FAIL


def _state(past: Finding, present: Finding, worse: Mapping[str, Worse], *, moved: bool = False) -> BaselineState:
    if past.outcome is not present.outcome:
        return BaselineState.OUT_OF_SIGHT if past.outcome is _FAIL else BaselineState.WORSE
    other = past.evidence != present.evidence
    if counted_lower(past, present) or (other and is_worse(past.evidence, present.evidence, worse.get(present.rule))):
        return BaselineState.WORSE
    same = past.location.path == present.location.path and not moved
    return BaselineState.UNCHANGED if same else BaselineState.MOVED


def _moved(
    left: list[Finding], come: list[Finding], base_subjects: Collection[str], head_subjects: Collection[str]
) -> list[_Pair]:
    """Findings whose subject is gone, with those of a subject that is new and differs from it in one part of its name.

    Failures are paired with failures with the same evidence, and what is unknown on one side with anything.
    """
    left = [each for each in left if each.subject_id not in head_subjects]
    come = [each for each in come if each.subject_id not in base_subjects]
    pairs: list[_Pair] = []
    for was, is_now in (*_ALIKE, *_UNLIKE):
        before = _without_first((each for each in left if each.outcome is was), pairs)
        now = _without_second((each for each in come if each.outcome is is_now), pairs)
        for part in range(_PARTS):
            found, before, now = _agreeing(before, now, _without(part, evidence=was is is_now))
            pairs += found
    return pairs


_PARTS = 3
"""Parts of an identity that may change: the namespace, the kind of the object, and the name of the container."""


def _without(part: int, *, evidence: bool) -> _Key:
    """The identity of a finding without one part of that of its subject."""
    return lambda finding: (
        finding.rule,
        finding.evidence if evidence else None,
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


def _with_state(
    finding: Finding, states: Mapping[int, BaselineState], base: Side, head: Side, before: Mapping[int, str]
) -> Finding:
    if not _counts(finding):
        return finding
    state = states.get(id(finding))
    if state is None:
        state = BaselineState.INCOMPARABLE if _hidden(finding, base, head) else BaselineState.NEW
    previous = before.get(id(finding), "") if state is BaselineState.WORSE else ""
    return replace(finding, baseline_state=state, previous=previous)


def _left(finding: Finding, base: Side, head: Side, *, unseen: bool) -> Finding:
    unseen = unseen or _hidden(finding, head, base)
    return replace(finding, baseline_state=BaselineState.INCOMPARABLE if unseen else BaselineState.FIXED)


def _hidden(finding: Finding, there: Side, here: Side) -> bool:
    """Whether the other state of a tree may have a finding of this one, where it could not be read.

    It reads less of the file than this state, or of what builds the object, and does not have the subject anywhere.
    """
    less = any(there.unread.get(path, 0) > here.unread.get(path, 0) for path in finding.places)
    path = finding.location.path
    linked = bool(there.links) and not there.links.isdisjoint((path, *folders_of(path)))
    return (less or linked) and finding.subject_id not in there.subjects


def folders_of(path: str) -> Iterator[str]:
    """The folders above a path."""
    while path := path.rpartition("/")[0]:
        yield path
