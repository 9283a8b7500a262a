"""A change as its gate sees it: what of a tree is worse than on the base of the change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from scanner.completeness import is_incomplete
from scanner.finished_scan import Comparison, Scan
from scanner.gate import Before
from scanner.gate.causes import Causes, State
from scanner.gate.matching import Side, match
from scanner.model import Finding, Input, Outcome
from scanner.options import Options
from scanner.scan import Evaluated, Shared, evaluate
from scanner.scan_rules import scan_rules
from scanner.sources.git_base import Base


def compare(paths: Sequence[str], options: Options, base: Base, watch: Callable[[Input], object] | None = None) -> Scan:
    """Scan files and folders, and say of each finding what became of it since the base.

    The files of the base are read from Git; a file that is the same on both sides is assessed once. The same rules and
    options count for both. `watch` is called with each input when it is done. Raises what `scan` raises.
    """
    shared = Shared(scan_rules(options))
    selection = replace(options.selection, revision=base.commit, staged=False, index="", may_be_missing=True)
    before = evaluate(paths, replace(options, selection=selection), None, shared)
    now = evaluate(paths, options, watch, shared)
    return compared(before, now, base).result()


def compared(before: Evaluated, now: Evaluated, base: Base) -> Evaluated:
    """A scan, with what became of each finding since another one with the same rules."""
    rules = {rule.info.id: rule for rule in now.by.rules.rules}
    worse = {name: rule.info.worse for name, rule in rules.items() if rule.info.worse}
    matched = match(_side(before), _side(now), worse)
    joined = {name for name, rule in rules.items() if rule.joined}
    findings = list(_with_causes(matched.findings, before, now, joined))
    states = Counter(each.baseline_state for each in (*findings, *matched.gone) if each.baseline_state)
    comparison = Comparison(base.name, base.commit, dict(states), tuple(matched.gone), tuple(_notes(before, now)))
    errors = frozenset(each.fingerprint for each in before.findings if each.outcome is Outcome.ERROR)
    known = Before(compared=True, inputs=frozenset(_unread(before)), errors=errors)
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
