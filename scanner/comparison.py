"""A change as its gate sees it: what of a tree is worse than on the base of the change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from scanner import sources
from scanner.baseline import BaselineState, Worse
from scanner.completeness import is_incomplete
from scanner.configuration.weakening import ConfigurationChange
from scanner.errors import AssayError, UsageError
from scanner.findings import merged_findings
from scanner.finished_scan import Comparison, Scan
from scanner.gate import Before, waivers
from scanner.gate.causes import Causes, State
from scanner.gate.matching import ALL, Side, folders_of, match
from scanner.gate.waivers.matching import matches
from scanner.gate.waivers.subjects import subjects
from scanner.inputs import Memory, hides_something
from scanner.marks import keyless
from scanner.model import OUTSIDE, Finding, Input, InputStatus, Outcome, Subject
from scanner.options import Options
from scanner.places import Origin
from scanner.policy.evaluate import Evaluator
from scanner.policy.pack import AllRules
from scanner.scan import Evaluated, Shared, evaluate
from scanner.scan_rules import scan_rules
from scanner.sources import Selection
from scanner.sources.git_base import Base
from scanner.sources.git_file import identity_of
from scanner.sources.source import LINK
from scanner.subjects import CONFIGURATION_CHANGE, WAIVER
from scanner.waived import WaiverFile, Waivers, WaiverState
from scanner.waiving import shown

_LOST = f"{LINK}, in place of what was assessed on the base"


class ChangedConfiguration(Struct, frozen=True):
    """The configuration file of a change, where it differs from that of the base."""

    path: str
    content: bytes
    """As the change has it; empty where the change deletes it."""
    changes: Callable[[AllRules], Iterable[ConfigurationChange]]
    """What is weaker in it."""


class Change(Struct, frozen=True):
    """What a change does to what it is judged by."""

    configuration: ChangedConfiguration | None = None
    waivers: WaiverFile | None = None
    """The file of waivers as the change has it: what it adds does not count yet."""
    notes: tuple[str, ...] = ()
    """What is to be told about that."""


_NOTHING = Change()


def compare(
    paths: Sequence[str],
    options: Options,
    base: Base,
    watch: Callable[[Input], object] | None = None,
    change: Change = _NOTHING,
) -> Scan:
    """Scan files and folders, and say of each finding what became of it since the base.

    The files of the base are read from Git; a file that is the same on both sides is assessed once. The same rules and
    options count for both. What a `change` makes weaker in the configuration is a finding. `watch` is called with each
    input when it is done. Raises what `scan` raises.
    """
    shared = Shared(scan_rules(options), Memory(identity=partial(identity_of, commit=base.commit)))
    head = replace(options.selection, may_be_missing=True, submodules=False)
    sides = [replace(head, revision=base.commit, staged=False, index=""), head]
    past, present = _scopes(paths, sides, options.configuration.place("paths"))
    now = evaluate(present, replace(options, selection=present.selection), watch, shared)
    was = replace(options, selection=past.selection, waivers=None, inline_ignores=False)
    before = evaluate(past, was, None, shared, reported=False)
    now.read.inputs = list(_with_lost(before.read.inputs, now.read.inputs))
    weaker = list(change.configuration.changes(now.by.everything)) if change.configuration else []
    if change.waivers:
        now, more = _with_proposals(now, change.waivers)
        weaker += more
    now = _with_changes(now, weaker, change)
    return compared(before, now, base, change.notes).result()


def _scopes(paths: Sequence[str], sides: Iterable[Selection], place: str) -> list[sources.Scope]:
    """What paths cover on each side: all objects on both or on neither.

    Raises UsageError for a path that is on neither side.
    """
    scopes = [sources.scope(paths, side, place) for side in sides]
    for path in paths:
        if all(path in each.missing for each in scopes):
            raise UsageError(f"no such file or folder, here or on the base: {path}", place)
    return [replace(each, whole=all(other.whole for other in scopes)) for each in scopes]


def _of_base(now: Evaluated) -> Waivers:
    """The waivers that count."""
    file = now.options.waivers
    return waivers.read(file, now.by.rules.ids, shown(file.path, str(now.where.root))) if file else Waivers()


def _with_proposals(now: Evaluated, head: WaiverFile) -> tuple[Evaluated, list[ConfigurationChange]]:
    """A scan with the waivers that a change adds, and what it makes weaker in their file."""
    base, path = _of_base(now), shown(head.path, str(now.where.root))
    try:
        read = waivers.read(head, now.by.rules.ids, path)
    except AssayError as error:
        told = f"the file of waivers of the change is wrong: {error.message}"
        return now, [ConfigurationChange("waivers", told, path)]
    results = (*now.waivers.results, *waivers.proposed(base, read))
    today = str(now.options.today or "")
    listed = replace(now.waivers, file=now.waivers.file or path, today=today, results=results)
    return replace(now, waivers=listed), list(_weaker_waivers(base, read, path))


def _weaker_waivers(base: Waivers, head: Waivers, path: str) -> Iterator[ConfigurationChange]:
    for person in head.approvers:
        if person not in base.approvers:
            yield ConfigurationChange("approvers", f"{person} is added to the approvers of waivers", path)
    if head.max_life > base.max_life:
        told = f"waivers may last {head.max_life} days instead of {base.max_life}"
        yield ConfigurationChange("max-life", told, path)


def _with_changes(now: Evaluated, changes: Iterable[ConfigurationChange], change: Change) -> Evaluated:
    """A scan with what was found in the changes of its configuration; their rules run whatever else is selected."""
    rules = [rule for rule in now.by.everything.rules if rule.info.subject == CONFIGURATION_CHANGE]
    found = Evaluator(rules, include_passes=now.options.include_passes).evaluate(map(_subject, changes))
    if change.configuration:
        now.read.contents.setdefault(change.configuration.path, change.configuration.content)
    now.evaluation.merge(found)
    now, findings = _accepted(now, found.findings)
    return replace(now, findings=[*findings, *now.findings], own_rules=tuple(rule.info for rule in rules))


def _accepted(now: Evaluated, findings: list[Finding]) -> tuple[Evaluated, Sequence[Finding]]:
    """Findings about the configuration with the waivers of the base that cover them."""
    if not findings or now.options.waivers is None or now.options.today is None:
        return now, findings
    applied = waivers.apply(_of_base(now), findings, now.options.today)
    matched = {each.waiver.id: each for each in applied.results if each.matched}
    results = tuple(
        matched.get(each.waiver.id, each) if each.state is not WaiverState.PROPOSED else each
        for each in now.waivers.results
    )
    return replace(now, waivers=replace(now.waivers, results=results)), applied.findings


def _subject(change: ConfigurationChange) -> Subject:
    """A weaker setting as a subject that rules are about."""
    data = {"key": change.key, "words": change.words, "weakens": True}
    mark = keyless((change.line - 1, 0), (change.line, 0))
    identity = f"{CONFIGURATION_CHANGE}/{change.path}/{change.key}/{change.words}"
    label = f"{change.key} in {change.path}"
    origin = Origin(change.path)
    return Subject(CONFIGURATION_CHANGE, identity, label, origin, {"change": data}, {"change": mark}, "change")


def compared(before: Evaluated, now: Evaluated, base: Base, notes: Sequence[str] = ()) -> Evaluated:
    """A scan, with what became of each finding since another one with the same rules."""
    joined = {rule.info.id for rule in now.by.rules.rules if rule.joined}
    matched = match(side_of(before, joined), side_of(now, joined), orders_of(now))
    findings = list(_with_causes(_about_waivers(matched.findings, now), before, now, joined))
    gone = merged_findings(matched.gone, before.read.shared)
    states = _states(merged_findings(findings, now.read.shared), gone)
    comparison = Comparison(base.name, base.commit, states, tuple(gone), (*notes, *_notes(before, now)))
    errors = frozenset(each.fingerprint for each in before.findings if each.outcome is Outcome.ERROR)
    assessed = any(item.status is InputStatus.ASSESSED for item in before.read.inputs)
    always = frozenset(info.id for info in now.own_rules)
    known = Before(compared=True, assessed=assessed, inputs=frozenset(unread(before)), errors=errors, always=always)
    past_rules = {finding.rule for finding in gone}
    past = (info for each in before.also for info in each.rules.values() if info.id in past_rules)
    own = (*now.own_rules, *past)
    return replace(now, findings=findings, comparison=comparison, before=known, own_rules=own)


def _states(*findings: Iterable[Finding]) -> dict[BaselineState, int]:
    return dict(Counter(each.baseline_state for each in chain(*findings) if each.baseline_state))


def _about_waivers(findings: Sequence[Finding], now: Evaluated) -> list[Finding]:
    """The findings, of which those about a waiver count only where it would cover something that counts."""
    some = [finding for finding in findings if finding.counts and finding.subject_kind != WAIVER]
    idle = {
        subject.identity
        for result, subject in zip(now.waivers.results, subjects(now.waivers.results), strict=True)
        if not any(matches(result.waiver, finding) for finding in some)
    }
    return [
        replace(each, baseline_state=BaselineState.UNCHANGED) if each.subject_id in idle and each.counts else each
        for each in findings
    ]


def side_of(state: Evaluated, joined: Collection[str]) -> Side:
    """One side of a comparison: what a scan found. `joined` are the rules that compare objects."""
    read = state.read
    return Side(
        state.findings,
        {item.path: _parts_lost(item) for item in read.inputs},
        {item.path.rstrip("/") for item in read.inputs if _is_link(item) or item.reason == _LOST},
        {subject.identity for subject in read.subjects} | read.others,
        {(subject.overlay or subject.origin.path, subject.identity) for subject in read.subjects},
        joined if any(map(hides_something, read.inputs)) else (),
    )


def _parts_lost(item: Input) -> int:
    """The number of parts of an input that could not be read."""
    whole = item.status in (InputStatus.UNREADABLE, InputStatus.NOT_ASSESSED)
    return ALL if whole else sum(loss.kind != OUTSIDE for loss in item.losses)


def _with_lost(before: Iterable[Input], now: Iterable[Input]) -> Iterator[Input]:
    """The inputs of the head, where a link in place of what was assessed on the base is not readable."""
    assessed = {item.path for item in before if item.status is InputStatus.ASSESSED}
    above = {folder for path in assessed for folder in folders_of(path)}
    for item in now:
        lost = _is_link(item) and item.path.rstrip("/") in assessed | above
        yield replace(item, status=InputStatus.UNREADABLE, reason=_LOST) if lost else item


def _is_link(item: Input) -> bool:
    return item.status is InputStatus.SKIPPED and item.reason == LINK


def orders_of(state: Evaluated) -> dict[str, Worse]:
    """Which value of a rule is worse than another, of the rules that state it."""
    return {rule.info.id: rule.info.worse for rule in state.by.rules.rules if rule.info.worse}


def unread(state: Evaluated) -> Iterator[str]:
    """Paths of the inputs that were not assessed, at least in part."""
    strict = state.options.strict_documents
    return (item.path for item in state.read.inputs if is_incomplete(item, strict=strict))


def _state(of: Evaluated) -> State:
    return State(of.read.contents, of.read.subjects, of.read.unused)


def _with_causes(findings: Sequence[Finding], before: Evaluated, now: Evaluated, joined: set[str]) -> Iterator[Finding]:
    """The findings, those of rules that compare objects with the changes that may have caused them."""
    causes: Causes | None = None
    for finding in findings:
        if finding.rule in joined and finding.baseline_state and finding.counts:
            causes = causes or Causes(*map(_state, (before, now)))
            yield causes.told(finding)
        else:
            yield finding


def _notes(before: Evaluated, now: Evaluated) -> Iterator[str]:
    """What could not be read on one of the two sides, or on both."""
    past, present = set(unread(before)), set(unread(now))
    for path in sorted(past & present):
        yield f"{path} is not assessed in full, and was not on the base"
    paths = {item.path for item in now.read.inputs}
    for path in sorted((past - present) & paths):
        yield f"{path} could not be read in full on the base, so its findings are not compared"
