"""What a change leaves undecided that its base could decide, because of an object that it deletes or alters."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec.structs import replace

from scanner.baseline import BaselineState
from scanner.gate.causes import Objects, State
from scanner.inputs import hides_something
from scanner.joined_stage import JoinedStage
from scanner.model import Finding, Outcome, Subject
from scanner.scan import Evaluated, evaluators


def out_of_sight(
    findings: Sequence[Finding], before: Evaluated, now: Evaluated, joined: Collection[str]
) -> Sequence[Finding]:
    """The findings, where those are out of sight that would pass if other objects were as on the base.

    `joined` are the rules that compare objects. The change itself is then why nobody can tell any more: without it, the
    rule would not be unknown.
    """
    known = {each.identity for each in before.read.subjects} | before.read.others
    some = [each for each in findings if each.rule in joined and _is_new(each) and each.subject_id in known]
    if not some:
        return findings
    past, present = Objects(state_of(before)), Objects(state_of(now))
    own = {each.subject_id for each in some}
    lost = {one: past.deployed[one] for one in _lost(past, present) if one not in own}
    if not lost:
        return findings
    kept = [each for each in present.every if each.identity not in lost or each not in present.deployed_ones]
    left = _undecided(now, [*kept, *(each for group in lost.values() for each in group)])
    hidden = {id(each) for each in some if (each.rule, each.subject_id) not in left}
    return [
        replace(each, baseline_state=BaselineState.OUT_OF_SIGHT) if id(each) in hidden else each for each in findings
    ]


def state_of(scan: Evaluated) -> State:
    """What is needed of a scan to tell what changed."""
    return State(scan.read.contents, scan.read.subjects, scan.read.unused)


def _is_new(finding: Finding) -> bool:
    return finding.outcome is Outcome.UNKNOWN and finding.baseline_state is BaselineState.NEW


def _lost(past: Objects, present: Objects) -> Iterator[str]:
    """Objects that were deployed as they are not any more."""
    for identity, some in past.deployed.items():
        if [each.bindings for each in some] != [each.bindings for each in present.deployed.get(identity, ())]:
            yield identity


def _undecided(now: Evaluated, subjects: Sequence[Subject]) -> set[tuple[str, str]]:
    """(rule, subject) of what does not pass for other objects than those of a scan."""
    _, rules = evaluators(now.by.rules, now.options)
    options = now.options
    stage = JoinedStage(
        rules, None, options.limits, include_passes=False, foreign=bool(options.rule_folders), jobs=options.jobs
    )
    whole = now.where.whole and not any(map(hides_something, now.read.inputs))
    found = stage.run(subjects, whole=whole, size=now.read.size, unused=now.read.unused)
    return {(each.rule, each.subject_id) for each in found.evaluation.findings}
