"""A change as its gate sees it: what of a tree is worse than on the base of the change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from scanner.baseline import BaselineState, Worse
from scanner.completeness import is_incomplete
from scanner.configuration.weakening import ConfigurationChange
from scanner.errors import AssayError
from scanner.finished_scan import Comparison, Scan
from scanner.gate import Before, waivers
from scanner.gate.causes import Causes, State
from scanner.gate.matching import Side, match
from scanner.gate.waivers.matching import matches
from scanner.gate.waivers.subjects import subjects
from scanner.inputs import Memory
from scanner.marks import keyless
from scanner.model import Finding, Input, Outcome, Subject
from scanner.options import Options
from scanner.places import Origin
from scanner.policy.evaluate import Evaluator
from scanner.policy.pack import AllRules
from scanner.scan import Evaluated, Shared, evaluate
from scanner.scan_rules import scan_rules
from scanner.sources.git_base import Base
from scanner.sources.git_file import identity_of
from scanner.subjects import CONFIGURATION_CHANGE, WAIVER
from scanner.waived import WaiverFile, Waivers
from scanner.waiving import shown


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
    selection = replace(options.selection, revision=base.commit, staged=False, index="", may_be_missing=True)
    now = evaluate(paths, options, watch, shared)
    past = replace(options, selection=selection, waivers=None, inline_ignores=False)
    before = evaluate(paths, past, None, shared, reported=False)
    weaker = list(change.configuration.changes(now.by.everything)) if change.configuration else []
    if change.waivers:
        now, more = _with_proposals(now, change.waivers)
        weaker += more
    now = _with_changes(now, weaker, change)
    return compared(before, now, base, change.notes).result()


def _with_proposals(now: Evaluated, head: WaiverFile) -> tuple[Evaluated, list[ConfigurationChange]]:
    """A scan with the waivers that a change adds, and what it makes weaker in their file."""
    ids, root = now.by.rules.ids, str(now.where.root)
    base = (
        waivers.read(now.options.waivers, ids, shown(now.options.waivers.path, root)) if now.options.waivers else None
    )
    path = shown(head.path, root)
    try:
        read = waivers.read(head, ids, path)
    except AssayError as error:
        return now, [
            ConfigurationChange("waivers", f"the file of waivers of the change is wrong: {error.message}", path)
        ]
    base = base or Waivers()
    results = (*now.waivers.results, *waivers.proposed(base, read))
    listed = replace(now.waivers, file=now.waivers.file or path, results=results)
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
    return replace(now, findings=[*found.findings, *now.findings], own_rules=tuple(rule.info for rule in rules))


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
    matched = match(side_of(before), side_of(now), orders_of(now))
    joined = {rule.info.id for rule in now.by.rules.rules if rule.joined}
    findings = list(_with_causes(_about_waivers(matched.findings, now), before, now, joined))
    states = Counter(each.baseline_state for each in (*findings, *matched.gone) if each.baseline_state)
    comparison = Comparison(base.name, base.commit, dict(states), tuple(matched.gone), (*notes, *_notes(before, now)))
    errors = frozenset(each.fingerprint for each in before.findings if each.outcome is Outcome.ERROR)
    always = frozenset(info.id for info in now.own_rules)
    known = Before(compared=True, inputs=frozenset(unread(before)), errors=errors, always=always)
    return replace(now, findings=findings, comparison=comparison, before=known)


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


def side_of(state: Evaluated) -> Side:
    """One side of a comparison: what a scan found."""
    return Side(state.findings, frozenset(unread(state)), {subject.identity for subject in state.read.subjects})


def orders_of(state: Evaluated) -> dict[str, Worse]:
    """Which value of a rule is worse than another, of the rules that state it."""
    return {rule.info.id: rule.info.worse for rule in state.by.rules.rules if rule.info.worse}


def unread(state: Evaluated) -> Iterator[str]:
    """Paths of the inputs that were not assessed, at least in part."""
    strict = state.options.strict_documents
    return (item.path for item in state.read.inputs if is_incomplete(item, strict=strict))


def _with_causes(findings: Sequence[Finding], before: Evaluated, now: Evaluated, joined: set[str]) -> Iterator[Finding]:
    """The findings, those of rules that compare objects with the changes that may have caused them."""
    causes: Causes | None = None
    for finding in findings:
        if finding.rule in joined and finding.baseline_state and finding.counts:
            causes = causes or Causes(*(State(each.read.contents, each.read.subjects) for each in (before, now)))
            yield causes.told(finding)
        else:
            yield finding


def _notes(before: Evaluated, now: Evaluated) -> Iterator[str]:
    """What could not be read on one of the two sides, or on both."""
    past, present = set(unread(before)), set(unread(now))
    for path in sorted(past & present):
        yield f"{path} is not assessed in full, on the base neither"
    paths = {item.path for item in now.read.inputs}
    for path in sorted((past - present) & paths):
        yield f"{path} could not be read in full on the base, so its findings are not compared"
