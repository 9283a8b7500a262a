"""A change as its gate sees it: what of a tree is worse than on the base of the change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from scanner.completeness import is_incomplete
from scanner.configuration.weakening import ConfigurationChange
from scanner.finished_scan import Comparison, Scan
from scanner.gate import Before
from scanner.gate.causes import Causes, State
from scanner.gate.matching import Side, match
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
from scanner.subjects import CONFIGURATION_CHANGE


class ChangedConfiguration(Struct, frozen=True):
    """The configuration file of a change, where it differs from that of the base."""

    path: str
    content: bytes
    """As the change has it; empty where the change deletes it."""
    changes: Callable[[AllRules], Iterable[ConfigurationChange]]
    """What is weaker in it."""


def compare(
    paths: Sequence[str],
    options: Options,
    base: Base,
    watch: Callable[[Input], object] | None = None,
    *,
    configuration: ChangedConfiguration | None = None,
    notes: Sequence[str] = (),
) -> Scan:
    """Scan files and folders, and say of each finding what became of it since the base.

    The files of the base are read from Git; a file that is the same on both sides is assessed once. The same rules and
    options count for both. What a change of the configuration makes weaker is a finding, and `notes` are told with what
    was not compared. `watch` is called with each input when it is done. Raises what `scan` raises.
    """
    shared = Shared(scan_rules(options), Memory(identity=partial(identity_of, commit=base.commit)))
    selection = replace(options.selection, revision=base.commit, staged=False, index="", may_be_missing=True)
    now = evaluate(paths, options, watch, shared)
    before = evaluate(paths, replace(options, selection=selection), None, shared, reported=False)
    if configuration:
        now = _with_changes(now, configuration)
    return _compared(before, now, base, notes).result()


def _with_changes(now: Evaluated, configuration: ChangedConfiguration) -> Evaluated:
    """A scan with what was found in the changes of its configuration; their rules run whatever else is selected."""
    rules = [rule for rule in now.by.everything.rules if rule.info.subject == CONFIGURATION_CHANGE]
    subjects = [_subject(each) for each in configuration.changes(now.by.everything)]
    found = Evaluator(rules, include_passes=now.options.include_passes).evaluate(subjects)
    now.read.contents.setdefault(configuration.path, configuration.content)
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


def _compared(before: Evaluated, now: Evaluated, base: Base, notes: Sequence[str]) -> Evaluated:
    rules = {rule.info.id: rule for rule in now.by.rules.rules}
    worse = {name: rule.info.worse for name, rule in rules.items() if rule.info.worse}
    matched = match(_side(before), _side(now), worse)
    joined = {name for name, rule in rules.items() if rule.joined}
    findings = list(_with_causes(matched.findings, before, now, joined))
    states = Counter(each.baseline_state for each in (*findings, *matched.gone) if each.baseline_state)
    comparison = Comparison(base.name, base.commit, dict(states), tuple(matched.gone), (*notes, *_notes(before, now)))
    errors = frozenset(each.fingerprint for each in before.findings if each.outcome is Outcome.ERROR)
    always = frozenset(info.id for info in now.own_rules)
    known = Before(compared=True, inputs=frozenset(_unread(before)), errors=errors, always=always)
    return replace(now, findings=findings, comparison=comparison, before=known)


def _side(state: Evaluated) -> Side:
    return Side(state.findings, frozenset(_unread(state)), {subject.identity for subject in state.read.subjects})


def _unread(state: Evaluated) -> Iterator[str]:
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
    past, present = set(_unread(before)), set(_unread(now))
    for path in sorted(past & present):
        yield f"{path} is not assessed in full, on the base neither"
    paths = {item.path for item in now.read.inputs}
    for path in sorted((past - present) & paths):
        yield f"{path} could not be read in full on the base, so its findings are not compared"
