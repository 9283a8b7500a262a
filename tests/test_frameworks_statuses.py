"""Properties of the status of a control, over any set of outcomes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.controls import Checkable, ControlLink, ControlStatus, Relation, ShownBy, Strength
from scanner.frameworks.catalogue import Control, ControlMapping
from scanner.frameworks.status import Evidence, decide
from scanner.model import Outcome

LINKS = st.builds(
    ControlLink,
    framework=st.just("f"),
    edition=st.just("1"),
    control=st.just("C"),
    relation=st.sampled_from(Relation),
    strength=st.sampled_from(Strength),
    shown_by=st.sampled_from(ShownBy),
    objective=st.just("goal"),
    rationale=st.just("because"),
    proves=st.booleans(),
)
OUTCOMES = st.dictionaries(st.sampled_from(Outcome), st.integers(1, 3), min_size=1)
EVIDENCE = st.lists(st.builds(Evidence, st.sampled_from(["a.b", "a.c", "a.d"]), LINKS, OUTCOMES), max_size=6)
CONTROLS = st.builds(
    Control,
    id=st.just("C"),
    title=st.just("C"),
    checkable=st.sampled_from([Checkable.FULL, Checkable.PARTIAL]),
    evidence=st.just(""),
    objectives=st.just((ControlMapping("goal", Relation.SUPPORTS, Strength.HIGH, "because"),)),
)
NOT_RUN = st.lists(st.sampled_from(["a.x", "a.y"]), unique=True)
ORDER = list(ControlStatus)


def failing(evidence: list[Evidence]) -> list[Evidence]:
    return [each for each in evidence if each.link.strength.bears and Outcome.FAIL in each.outcomes]


@given(CONTROLS, EVIDENCE, NOT_RUN, st.booleans())
def test_a_control_with_a_failing_finding_is_neither_partial_nor_satisfied(
    control: Control, evidence: list[Evidence], not_run: list[str], incomplete: bool
) -> None:
    status, reason = decide(control, evidence, not_run, incomplete=incomplete)
    if failing(evidence):
        assert status in (ControlStatus.ERROR, ControlStatus.NOT_SATISFIED, ControlStatus.WEAKENED)
    else:
        assert status not in (ControlStatus.NOT_SATISFIED, ControlStatus.WEAKENED)
    assert reason


@given(CONTROLS, EVIDENCE, NOT_RUN, st.booleans())
def test_low_strength_decides_nothing(
    control: Control, evidence: list[Evidence], not_run: list[str], incomplete: bool
) -> None:
    bearing = [each for each in evidence if each.link.strength.bears]
    with_low = decide(control, evidence, not_run, incomplete=incomplete)
    assert with_low.status is decide(control, bearing, not_run, incomplete=incomplete).status


@given(CONTROLS, EVIDENCE, NOT_RUN, st.booleans())
def test_satisfied_needs_everything(
    control: Control, evidence: list[Evidence], not_run: list[str], incomplete: bool
) -> None:
    if decide(control, evidence, not_run, incomplete=incomplete).status is not ControlStatus.SATISFIED:
        return
    assert control.checkable is Checkable.FULL
    assert not not_run
    assert not incomplete
    bearing = [each for each in evidence if each.link.strength.bears]
    assert {outcome for each in bearing for outcome in each.outcomes} == {Outcome.PASS}
    assert {each.link.relation for each in bearing} == {Relation.VIOLATES}
    assert any(each.link.proves for each in bearing)


@given(CONTROLS, EVIDENCE, st.lists(st.builds(Evidence, st.just("a.z"), LINKS, OUTCOMES), min_size=1, max_size=1))
def test_more_evidence_against_never_makes_a_status_better(
    control: Control, evidence: list[Evidence], more: list[Evidence]
) -> None:
    if not failing(more):
        return
    before, after = (decide(control, some, incomplete=False).status for some in (evidence, [*evidence, *more]))
    assert ORDER.index(after) <= ORDER.index(before)


@given(CONTROLS, EVIDENCE, st.lists(st.sampled_from(["a.x", "a.y"]), min_size=1, unique=True))
def test_leaving_a_rule_out_never_makes_a_status_better(
    control: Control, evidence: list[Evidence], not_run: list[str]
) -> None:
    before = decide(control, evidence, incomplete=False).status
    after = decide(control, evidence, not_run, incomplete=False).status
    assert ORDER.index(after) <= ORDER.index(before)
