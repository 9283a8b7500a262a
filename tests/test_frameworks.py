"""Catalogues, mappings, and the arithmetic of control statuses."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from scanner import library, objectives
from scanner.controls import Checkable, ControlStatus, Measure, Platform, Relation, ShownBy, Strength
from scanner.errors import PackError
from scanner.frameworks import catalogue, framework_file
from scanner.frameworks.assess import ByControl, OutcomesInScope, assess, by_control
from scanner.frameworks.catalogue import Control, ControlMapping, Framework
from scanner.frameworks.figures import summarise
from scanner.frameworks.links import Mappings, links
from scanner.model import Outcome, Profile, RuleInfo, Severity
from scanner.subjects.architecture import CATEGORIES_OF_DATA
from tests import shipped

WORD = re.compile(r"[a-z]{4,}")
FRAMEWORKS = catalogue.load(library.Cache())


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda item: f"{item.id}@{item.edition}")
def test_a_catalogue_has_as_many_controls_as_it_says_its_source_has(framework: Framework) -> None:
    """The figure is counted in the source by whoever writes the catalogue; a control that is lost later shows by it."""
    assert framework.total == len({control.id for control in framework.controls})


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda item: item.id)
def test_every_checkable_control_is_argued(framework: Framework) -> None:
    for control in framework.controls:
        if control.checkable is Checkable.MANUAL:
            assert not control.objectives
            assert not control.unmapped
        else:
            assert bool(control.objectives) != bool(control.unmapped), control.id


def test_rationales_argue_and_do_not_repeat() -> None:
    rationales = [
        bearing.rationale for item in FRAMEWORKS for control in item.controls for bearing in control.objectives
    ]
    repeated = [text for text, times in Counter(rationales).items() if times > 1]
    assert not repeated
    assert min(map(len, rationales)) >= 60


def test_no_rationale_only_restates_the_title_of_its_control() -> None:
    for item in FRAMEWORKS:
        for control in item.controls:
            title = set(WORD.findall(control.title.lower()))
            for bearing in control.objectives:
                new = set(WORD.findall(bearing.rationale.lower())) - title
                assert len(new) >= 8, (item.id, control.id, bearing.rationale)


def test_no_word_that_only_an_assessor_may_use() -> None:
    banned = (
        "certificate of compliance",
        "certificate of conformity",
        "is compliant",
        "ensures compliance",
        "SOC 2 report",
    )
    for item in FRAMEWORKS:
        for control in item.controls:
            for text in (control.title, control.evidence, *(bearing.rationale for bearing in control.objectives)):
                assert not any(word in text for word in banned), text


def test_every_objective_is_used_by_a_rule_and_by_a_control() -> None:
    by_rules = {
        objective
        for file in shipped.rule_files()
        for objective in file.rule.info.objectives
    }  # fmt: skip
    by_controls = {
        bearing.objective
        for item in FRAMEWORKS
        for control in item.controls
        for bearing in control.objectives
        if not bearing.rule
    }
    known = set(objectives.load())
    assert by_rules == known
    assert by_controls == known


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda item: f"{item.id}@{item.edition}")
def test_every_objective_is_mapped_or_reviewed(framework: Framework) -> None:
    """A gap is a decision with a reason; an objective that is added later is decided on in every framework."""
    mapped = {bearing.objective for control in framework.controls for bearing in control.objectives}
    assert sorted(objectives.load().keys() - mapped - framework.reviewed.keys()) == []


def test_every_rule_that_a_control_names_exists() -> None:
    """By the id of now: the shipped files are renamed with the rule, so that a search finds them."""
    named = {
        (rule, f"{item.id}/{control.id}")
        for item in FRAMEWORKS
        for control in item.controls
        for bearing in control.objectives
        for rule in filter(None, (bearing.rule, *bearing.rules))
    }
    known = {file.rule.info.id for file in shipped.rule_files()}
    assert named
    assert sorted(place for rule, place in named if rule not in known) == []


def test_names_mean_one_framework() -> None:
    meant = {(name.lower(), item.id) for item in FRAMEWORKS for name in (item.id, *item.aliases) if name != item.family}
    names = Counter(name for name, _ in meant)
    assert [name for name, times in names.items() if times > 1] == []


def test_an_id_means_its_newest_edition() -> None:
    (newest,) = catalogue.choose(FRAMEWORKS, ["owasp-llm"])
    assert newest.edition == "2026"
    (older,) = catalogue.choose(FRAMEWORKS, ["OWASP-LLM@2025"])
    assert older.edition == "2025"
    by_default = [item.id for item in catalogue.choose(FRAMEWORKS, ())]
    assert len(set(by_default)) == len(by_default)
    assert set(by_default) == {item.id for item in FRAMEWORKS}
    family = {(item.id, item.edition) for item in catalogue.choose(FRAMEWORKS, ["owasp"])}
    assert {("owasp-top10", "2025"), ("owasp-kubernetes", "2025"), ("owasp-asvs", "5.0.0")} <= family


RULE = RuleInfo("a.b", "A", Severity.HIGH, Profile.DEFAULT, "", "", "", "x.y", ShownBy.MANIFEST, ("goal",), (), ())


def mapped(framework: Framework, rules: list[RuleInfo]) -> Mapping[str, Sequence[str]]:
    return Mappings([framework]).bearing(rules)[framework.id, framework.edition]


def bearing(framework: Framework, rules: list[RuleInfo]) -> ByControl:
    return by_control(links([framework], rules))[framework.id, framework.edition]


def status(
    outcomes: dict[Outcome, int],
    *,
    relation: Relation = Relation.SUPPORTS,
    strength: Strength = Strength.HIGH,
    full: bool = False,
    proves: bool = True,
) -> ControlStatus:
    control = Control(
        "C1",
        "C",
        Checkable.FULL if full else Checkable.PARTIAL,
        "",
        objectives=(ControlMapping("goal", relation, strength, "r", proves=proves),),
    )
    framework = Framework("f", "1", "F", "", "", "", "", Measure.CONTROLS, (control,))
    counts = {"a.b": outcomes} if outcomes else {}
    (assessment,) = assess(framework, OutcomesInScope(counts), bearing(framework, [RULE]))
    return assessment.status


@pytest.mark.parametrize(
    ("outcomes", "options", "expected"),
    [
        ({}, {}, "not-assessed"),
        ({Outcome.UNKNOWN: 3}, {}, "not-assessed"),
        ({Outcome.PASS: 9}, {}, "partial"),
        ({Outcome.PASS: 9}, {"full": True}, "partial"),
        ({Outcome.PASS: 9}, {"full": True, "relation": Relation.VIOLATES}, "satisfied"),
        ({Outcome.PASS: 9}, {"relation": Relation.VIOLATES}, "partial"),
        ({Outcome.PASS: 9}, {"full": True, "relation": Relation.DECLARES}, "partial"),
        ({Outcome.PASS: 9, Outcome.UNKNOWN: 1}, {"full": True, "relation": Relation.VIOLATES}, "partial"),
        ({Outcome.PASS: 999, Outcome.FAIL: 1}, {}, "weakened"),
        ({Outcome.FAIL: 1}, {"relation": Relation.DECLARES}, "weakened"),
        (
            {Outcome.PASS: 999, Outcome.FAIL: 1},
            {"relation": Relation.VIOLATES, "strength": Strength.MEDIUM},
            "not-satisfied",
        ),
        ({Outcome.FAIL: 1}, {"strength": Strength.LOW}, "not-assessed"),
        ({Outcome.FAIL: 1}, {"strength": Strength.LOW, "relation": Relation.VIOLATES}, "not-assessed"),
        ({Outcome.ERROR: 1, Outcome.PASS: 1}, {"strength": Strength.LOW}, "not-assessed"),
        ({Outcome.FAIL: 1, Outcome.ERROR: 1}, {}, "error"),
        ({Outcome.PASS: 1}, {"proves": False}, "not-assessed"),
        ({Outcome.PASS: 1, Outcome.FAIL: 1}, {"proves": False}, "weakened"),
    ],
)
def test_a_status_is_the_worst_of_what_bears_on_it(
    outcomes: dict[Outcome, int], options: dict[str, object], expected: str
) -> None:
    assert status(outcomes, **options).value == expected  # type: ignore[arg-type]


def test_a_control_may_name_a_rule_and_that_goes_before_its_objectives() -> None:
    goal = ControlMapping("goal", Relation.SUPPORTS, Strength.HIGH, "through the objective")
    named = ControlMapping("", Relation.VIOLATES, Strength.LOW, "by name", rule="a.b")
    elsewhere = ControlMapping("", Relation.VIOLATES, Strength.HIGH, "another rule", rule="a.c")
    controls = (
        Control("both", "B", Checkable.PARTIAL, "", objectives=(goal, named)),
        Control("named", "N", Checkable.PARTIAL, "", objectives=(named, elsewhere)),
        Control("other", "O", Checkable.PARTIAL, "", objectives=(elsewhere,)),
    )
    framework = Framework("f", "1", "F", "", "", "", "", Measure.CONTROLS, controls)
    linked = links([framework], [RULE])
    assert [(link.control, link.objective, link.rule, link.strength) for link in linked["a.b"]] == [
        ("both", "", "a.b", "low"),
        ("named", "", "a.b", "low"),
    ]


@pytest.mark.parametrize(
    ("profile", "severity", "strength", "carried"),
    [
        (Profile.DEFAULT, Severity.LOW, Strength.MEDIUM, Strength.MEDIUM),
        (Profile.STRICT, Severity.MEDIUM, Strength.MEDIUM, Strength.MEDIUM),
        (Profile.STRICT, Severity.LOW, Strength.MEDIUM, Strength.LOW),
        (Profile.STRICT, Severity.INFO, Strength.MEDIUM, Strength.LOW),
        (Profile.STRICT, Severity.LOW, Strength.HIGH, Strength.HIGH),
        (Profile.OPINION, Severity.HIGH, Strength.HIGH, Strength.LOW),
        (Profile.OPINION, Severity.LOW, Strength.MEDIUM, Strength.LOW),
    ],
)
@pytest.mark.parametrize("named", ["", "rules", "rule"])
def test_a_minor_rule_decides_only_where_it_is_named(
    profile: Profile, severity: Severity, strength: Strength, carried: Strength, named: str
) -> None:
    rule = replace(RULE, profile=profile, severity=severity)
    bearing = ControlMapping("goal", Relation.SUPPORTS, strength, "r", rules=(rule.id,) if named == "rules" else ())
    if named == "rule":
        bearing = replace(bearing, objective="", rule=rule.id)
    control = Control("C", "C", Checkable.PARTIAL, "", "", "", (bearing,))
    (link,) = links([Framework("f", "1", "F", "", "", "", "", Measure.CONTROLS, (control,))], [rule])[rule.id]
    assert link.strength is (strength if named else carried)


def test_all_rules_that_a_control_names_are_told() -> None:
    rules = [replace(RULE, id=name, objectives=()) for name in ("a.b", "a.c")]
    bearings = tuple(ControlMapping("", Relation.VIOLATES, Strength.HIGH, rule.id, rule=rule.id) for rule in rules)
    framework = Framework(
        "f", "1", "F", "", "", "", "", Measure.CONTROLS, (Control("C", "C", Checkable.FULL, "", "", "", bearings),)
    )
    counts = {"a.b": {Outcome.PASS: 1}, "a.c": {Outcome.PASS: 2}}
    (assessment,) = assess(framework, OutcomesInScope(counts), bearing(framework, rules))
    assert assessment.status is ControlStatus.SATISFIED
    assert [link.rule for link in assessment.links] == ["a.b", "a.c"]
    ran = {"a.b": {Outcome.PASS: 1}}
    (assessment,) = assess(
        framework, OutcomesInScope(ran), bearing(framework, rules), not_run=mapped(framework, rules[1:])
    )
    assert assessment.status is ControlStatus.PARTIAL
    assert assessment.not_run == ("a.c",)
    assert assessment.reason == "not run: a.c"


BEARING = "relation: violates, strength: high, rationale: " + 60 * "r"


@pytest.mark.parametrize(
    ("bearing", "said"),
    [
        (
            f"{{objective: agent-identity, rule: a.b, {BEARING}}}",
            "item 1 of objectives has more than one of objective, rule",
        ),
        (f"{{{BEARING}}}", "item 1 of objectives has none of objective, rule"),
        (f"{{objective: agent-identty, {BEARING}}}", "no objective 'agent-identty'"),
        (
            f"{{rule: a.b, applies_when: {{subjects: [kubernetes.contaner]}}, {BEARING}}}",
            "no kind of subject 'kubernetes.contaner' (did you mean kubernetes.container?)",
        ),
        (
            f"{{rule: privileged, {BEARING}}}",
            "rule is 'privileged'; it must look like 'kubernetes.container-not-privileged'",
        ),
    ],
)
def test_what_is_wrong_with_a_bearing_is_told_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bearing: str, said: str
) -> None:
    shipped = library.data_root() / "frameworks"
    folder = tmp_path / "frameworks"
    folder.mkdir()
    for path in (shipped / framework_file.SCHEMA, *objectives.files()):
        (folder / path.name).write_bytes(path.read_bytes())
    head = "{id: f, edition: '1', title: F, publisher: P, published: '2026', source: 'https://f.example', licence: none"
    control = f"{{id: C1, title: C, checkable: full, evidence: e, objectives: [\n{bearing}]}}"
    (folder / "f.yaml").write_text(f"{head},\nmeasure: controls, controls: [{control}]}}\n")
    monkeypatch.setattr(library, "data_root", lambda: tmp_path)
    with pytest.raises(PackError) as caught:
        catalogue.load(library.Cache())
    assert said in str(caught.value)
    assert "f.yaml:3" in str(caught.value)


def test_a_manual_control_stays_manual() -> None:
    control = Control("C1", "C", Checkable.MANUAL, "")
    framework = Framework("f", "1", "F", "", "", "", "", Measure.CONTROLS, (control,))
    (assessment,) = assess(framework, OutcomesInScope({}), {})
    assert assessment.status is ControlStatus.MANUAL


def framework_of(*controls: Control) -> Framework:
    return Framework("f", "1", "F", "", "", "", "", Measure.CONTROLS, controls)


def rule_for(objective: str, shown_by: ShownBy = ShownBy.MANIFEST) -> RuleInfo:
    return replace(RULE, id=f"rule.{objective}", objectives=(objective,), shown_by=shown_by)


def test_figures_are_counts_of_statuses() -> None:
    names = ("good", "bad", "word", "silent", "faint")
    strength = {"faint": Strength.LOW}
    goals = [ControlMapping(name, Relation.SUPPORTS, strength.get(name, Strength.HIGH), "r") for name in names]
    controls = [Control(goal.objective, "C", Checkable.PARTIAL, "", objectives=(goal,)) for goal in goals]
    framework = framework_of(*controls, Control("m", "M", Checkable.MANUAL, ""))
    rules = [rule_for(name, ShownBy.DECLARED if name == "word" else ShownBy.MANIFEST) for name in names]
    counts = {f"rule.{name}": {Outcome.PASS: 1} for name in ("good", "word", "faint")}
    counts["rule.bad"] = {Outcome.FAIL: 1, Outcome.PASS: 5}
    summary = summarise(framework, assess(framework, OutcomesInScope(counts), bearing(framework, rules)))
    assert {status.value: number for status, number in summary.counts.items() if number} == {
        "weakened": 1,
        "partial": 2,
        "not-assessed": 2,
        "manual": 1,
    }
    assert (summary.controls, summary.applicable, summary.covered, summary.declared, summary.low) == (6, 6, 2, 1, 1)
    assert (summary.uncontradicted, summary.by_word) == (2, 1)
    assert (summary.coverage, summary.conformity, summary.full) == (0.3333, None, 0)


def test_a_percentage_is_over_what_files_can_show_in_full() -> None:
    goals = [ControlMapping(name, Relation.VIOLATES, Strength.HIGH, "r") for name in ("good", "bad", "absent")]
    full = [Control(goal.objective, "C", Checkable.FULL, "", objectives=(goal,)) for goal in goals]
    framework = framework_of(*full, Control("part", "P", Checkable.PARTIAL, "", objectives=(goals[0],)))
    rules = [rule_for(name) for name in ("good", "bad", "absent")]
    linked = bearing(framework, rules)
    counts = {"rule.good": {Outcome.PASS: 1}, "rule.bad": {Outcome.FAIL: 1}}
    summary = summarise(framework, assess(framework, OutcomesInScope(counts), linked))
    assert (summary.full, summary.conformity) == (2, 0.5)
    left_out = summarise(
        framework,
        assess(
            framework,
            OutcomesInScope({"rule.good": {Outcome.PASS: 1}}),
            linked,
            not_run=mapped(framework, rules[1:2]),
        ),
    )
    assert (left_out.full, left_out.conformity, left_out.not_run) == (2, 0.5, 1), "leaving a rule out gains nothing"


def test_a_list_of_risks_gets_no_percentage() -> None:
    llm = next(item for item in FRAMEWORKS if (item.id, item.edition) == ("owasp-llm", "2026"))
    summary = summarise(llm, assess(llm, OutcomesInScope({}), {}))
    assert (summary.coverage, summary.conformity) == (None, None)


def enums(value: Any) -> list[tuple[str, frozenset[str]]]:
    """Every property of a schema that has a closed list of words, with the words."""
    if isinstance(value, list):
        return [found for item in value for found in enums(item)]
    if not isinstance(value, dict):
        return []
    named = [(name, part.get("items", part)) for name, part in value.get("properties", {}).items()]
    own = [(name, frozenset(part["enum"])) for name, part in named if "enum" in part]
    return own + [found for part in value.values() for found in enums(part)]


def test_the_words_of_the_schemas_are_those_of_the_code() -> None:
    words = {
        "profile": frozenset(Profile),
        "outcome": frozenset(Outcome),
        "severity": frozenset(Severity),
        "relation": frozenset(Relation),
        "strength": frozenset(Strength),
        "checkable": frozenset(Checkable),
        "measure": frozenset(Measure),
        "shown_by": frozenset(ShownBy),
    }
    root = library.data_root()
    names = (
        "rules/schema.json",
        "frameworks/schema.json",
        "frameworks/engines/schema.json",
        "docs/results.schema.json",
    )
    paths = [root / name for name in names]
    found = [pair for path in paths for pair in enums(json.loads(path.read_text(encoding="utf-8")))]
    assert {name for name, _ in found} > set(words)
    assert [pair for pair in found if pair[0] in words and words[pair[0]] != pair[1]] == []
    categories = {words_ for name, words_ in found if name == "data"}
    assert categories == {CATEGORIES_OF_DATA}
    platforms = frozenset().union(*(known for name, known in found if name == "platform"))
    assert platforms == frozenset(Platform) - {Platform.OTHER}
