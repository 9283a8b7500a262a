"""Rules as their authors meet them: places, items, parameters, unknown values, errors and fixes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import pytest

from scanner import documents, facts, library, subjects
from scanner.errors import PackError
from scanner.facts import Derived
from scanner.frameworks import catalogue
from scanner.model import Finding, Outcome
from scanner.places import Location, Related
from scanner.policy import pack
from scanner.policy.evaluate import Evaluator
from scanner.policy.examples import check
from scanner.policy.fix import RuleFix
from scanner.policy.rule import Rule, RuleFile, load

Write: TypeAlias = Callable[..., RuleFile]
RULE = """\
title: A rule for a test
severity: low
why: Because a test needs a rule of its own that no other change can touch.
remediation: Change the field as the test says.
limits: Sees nothing else.
subject: {subject}
{keys}
message: "{{subject}} is wrong"
objectives: [configuration-unambiguous]
examples:
  - passes: "yes"
    input: {{}}
  - fails: "no"
    input: {{}}
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(subject: str, keys: str, **changes: str) -> RuleFile:
        text = RULE.format(subject=subject, keys=keys)
        for old, new in changes.items():
            text = text.replace(old, new)
        path = tmp_path / "test" / "rule.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return load(path, tmp_path)

    return make


def findings(file: RuleFile, text: str, name: str = "a.yaml", *, whole: bool = True) -> list[Finding]:
    found = subjects.recognise(documents.read(name, text)).subjects
    derived = facts.derive(found, whole=whole)
    return Evaluator([file.rule], include_passes=True).evaluate(found, derived).findings


POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {tier: front}}
spec:
  hostPID: true
  containers:
    - name: web
      env:
        - {name: A, value: "1"}
        - {name: B, value: "2"}
"""


def test_the_identity_of_a_rule_is_its_path(write: Write) -> None:
    assert write("kubernetes.container", "require: 'true'").rule.info.id == "test.rule"


def test_a_field_that_is_missing_gives_its_deepest_parent(write: Write) -> None:
    file = write("kubernetes.workload", "require: 'false'\nat: securityContext.runAsUser")
    (finding,) = findings(file, POD)
    assert (finding.location.line, finding.location.field) == (4, "")
    file = write("kubernetes.resource", "require: 'false'\nat: metadata.labels.owner")
    (finding,) = findings(file, POD)
    assert (finding.location.line, finding.location.column, finding.location.field) == (3, 23, "metadata.labels")


def test_a_place_may_be_in_another_binding(write: Write) -> None:
    file = write("kubernetes.container", "require: 'false'\nat: pod.hostPID")
    (finding,) = findings(file, POD)
    assert (finding.location.line, finding.location.field) == (5, "pod.hostPID")


def test_each_item_is_judged_and_placed_for_itself(write: Write) -> None:
    file = write("kubernetes.container", "each: env\nrequire: item.value == '1'\nat: value")
    (finding,) = findings(file, POD)
    assert (finding.outcome, finding.location.line, finding.location.field) == (Outcome.FAIL, 10, "env.1.value")


def test_an_item_without_a_name_on_the_way_is_reached_by_a_star(write: Write) -> None:
    file = write("kubernetes.workload", "each: containers.*.env\nrequire: item.value == '1'")
    assert [finding.location.field for finding in findings(file, POD)] == ["containers.0.env.1"]


def test_no_items_are_a_pass(write: Write) -> None:
    file = write("kubernetes.container", "each: ports\nrequire: 'false'")
    assert [finding.outcome for finding in findings(file, POD)] == [Outcome.PASS]


def of_facts(rule: Rule, *items: dict[str, Any]) -> list[Finding]:
    (subject,) = [
        each for each in subjects.recognise(documents.read("a.yaml", POD)).subjects if each.kind.endswith("workload")
    ]
    places = {"object": Location("b.yaml", 1, 1, 1, 2), "referenced_keys.1.object": Location("c.yaml", 3, 1, 3, 2)}
    derived = Derived({subject: {"referenced_keys": list(items)}}, {subject: places})
    return Evaluator([rule], include_passes=True).evaluate([subject], derived).findings


KEYS = "each: facts.referenced_keys\nrequire: item.found\nrelated: {object: what it means}"


def test_an_item_of_a_fact_stands_at_its_own_field(write: Write) -> None:
    rule = write("kubernetes.workload", KEYS).rule
    wrong: dict[str, Any] = {"field": "containers.0.env.1.value", "found": False}
    (finding,) = of_facts(rule, {**wrong, "found": True}, wrong)
    assert (finding.outcome, finding.location.line, finding.location.field) == (Outcome.FAIL, 10, wrong["field"])
    assert finding.related == (Related(Location("c.yaml", 3, 1, 3, 2), "what it means"),)


def test_an_item_of_a_fact_without_places_of_its_own_has_those_of_its_subject(write: Write) -> None:
    rule = write("kubernetes.workload", KEYS).rule
    (finding,) = of_facts(rule, {"field": "containers.0.env.0", "found": False})
    assert finding.related == (Related(Location("b.yaml", 1, 1, 1, 2), "what it means"),)


def test_a_fact_that_is_not_there_leaves_its_items_unknown(write: Write) -> None:
    found = subjects.recognise(documents.read("a.yaml", POD)).subjects
    (finding,) = Evaluator([write("kubernetes.workload", KEYS).rule]).evaluate(found).findings
    assert (finding.outcome, finding.location.field) == (Outcome.UNKNOWN, "")
    assert finding.provide == "scan the folder that holds the ConfigMaps and Secrets that it takes keys from"
    assert finding.message.endswith(f"; to decide, {finding.provide}")
    assert "referenced_keys" not in finding.message


def test_a_fact_without_items_is_a_pass(write: Write) -> None:
    file = write("kubernetes.workload", KEYS).rule
    assert [finding.outcome for finding in of_facts(file)] == [Outcome.PASS]


def test_an_item_keeps_its_fingerprint_when_the_list_is_reordered(write: Write) -> None:
    file = write("kubernetes.container", "each: env\nrequire: item.value == '1'\nat: value")
    turned = POD.replace('{name: A, value: "1"}', "X").replace('{name: B, value: "2"}', '{name: A, value: "1"}')
    turned = turned.replace("X", '{name: B, value: "2"}')
    (before,), (after,) = findings(file, POD), findings(file, turned)
    assert before.location.line != after.location.line
    assert before.fingerprint == after.fingerprint


def test_parameters_reach_expressions_and_messages(write: Write) -> None:
    keys = "parameters: {most: {description: Highest number., default: 1}}\nrequire: size(container.env) <= params.most"
    file = write("kubernetes.container", keys, **{"is wrong": "has more than {params.most}"})
    (finding,) = findings(file, POD)
    assert finding.message == "Pod web, container web has more than 1"


def test_a_message_names_twenty_items_and_counts_the_others(write: Write) -> None:
    keys = (
        "parameters: {words: {description: Words that are forbidden., default: [%s]}}\nrequire: size(params.words) == 0"
    )
    for number, end in ((20, "w19"), (1221, "w19 and 1,201 more")):
        listed = ", ".join(f"w{index}" for index in range(number))
        file = write("kubernetes.container", keys % listed, **{"is wrong": "has {params.words}"})
        (finding,) = findings(file, POD)
        assert finding.message.startswith("Pod web, container web has w0, w1, w2, ")
        assert finding.message.endswith(f", {end}")


def test_a_detail_that_cannot_be_told_is_a_question_mark(write: Write) -> None:
    keys = "require: 'false'\ndetail: container.nowhere.name"
    (finding,) = findings(write("kubernetes.container", keys, **{"is wrong": "is {detail}"}), POD)
    assert finding.message == "Pod web, container web is ?"


def test_a_missing_field_is_unknown_and_said(write: Write) -> None:
    file = write("kubernetes.container", "require: container.image != ''")
    (finding,) = findings(file, POD)
    assert finding.outcome is Outcome.UNKNOWN
    assert finding.message.endswith("`image` is not stated; to decide, state it")
    assert finding.provide == "state `image`"


def test_unknown_is_absorbed_as_kleene_says(write: Write) -> None:
    file = write("kubernetes.container", "require: container.image != '' || container.name == 'web'")
    assert [finding.outcome for finding in findings(file, POD)] == [Outcome.PASS]


def test_when_a_rule_does_not_apply_there_is_no_outcome(write: Write) -> None:
    file = write("kubernetes.container", "when: container_kind == 'init'\nrequire: 'false'")
    assert findings(file, POD) == []


CALL = "mcp__x__agent_spawn({ name: 'a', type: %s, authority: { budget: 5 } })"


def test_a_computed_value_makes_every_rule_that_names_it_unknown(write: Write) -> None:
    file = write("swarm.agent", "require: \"!has(agent.type) || agent.type != 'root'\"")
    assert [finding.outcome for finding in findings(file, CALL % "'root'", "a.js")] == [Outcome.FAIL]
    (finding,) = findings(file, CALL % "pick()", "a.js")
    assert finding.outcome is Outcome.UNKNOWN
    assert "`type` is computed" in finding.message
    assert finding.provide == "write `type` as a plain value"


def test_a_computed_value_matters_to_no_other_rule(write: Write) -> None:
    file = write("swarm.agent", "require: type(agent.name) == string && agent.authority.budget < 9")
    assert [finding.outcome for finding in findings(file, CALL % "pick()", "a.js")] == [Outcome.PASS]


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("require: container.name > 3", POD),
        ("require: container.name", POD),
        ("require: 1 / 0 == 1", POD),
        (
            "require: container.args.all(a, container.args.all(b, a != ''))",
            POD + "      args: [" + ", ".join(["a"] * 300) + "]\n",
        ),
    ],
)
def test_an_expression_that_breaks_is_an_error_of_that_rule_alone(write: Write, keys: str, text: str) -> None:
    (finding,) = findings(write("kubernetes.container", keys), text)
    assert finding.outcome is Outcome.ERROR
    assert "could not be evaluated" in finding.message


def test_a_secret_under_a_telling_name_is_not_put_into_a_message(write: Write) -> None:
    file = write("kubernetes.resource", "require: 'false'", **{"is wrong": "holds {object.data}"})
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {text: hunter2, other: x}\n"
    (finding,) = findings(file, text)
    assert "hunter2" not in finding.message


@pytest.mark.parametrize(
    ("old", "new", "said", "line"),
    [
        ("severity: low", "severity: bad", "severity is 'bad'; it must be one of critical", 2),
        ("remediation:", "remedy:", "the key 'remediation' is missing", 1),
        ("subject: kubernetes.container", "subject: kubernetes.pod", "no subject 'kubernetes.pod'", 6),
        ("require: 'true'", "require: container.", "not a valid CEL expression", 7),
        ("require: 'true'", "require: object.x && nobody.y", "nobody", 7),
        ("title: A rule for a test", "title: A rule for a test\ntitle: Again and again", "occurs twice", 2),
        ("severity: low", "severity: [low", "not valid YAML", 2),
    ],
)
def test_a_wrong_rule_says_where(write: Write, old: str, new: str, said: str, line: int) -> None:
    with pytest.raises(PackError) as caught:
        write("kubernetes.container", "require: 'true'", **{old: new})
    assert said in caught.value.message
    assert int(caught.value.location.rpartition(":")[2]) >= line


def test_examples_that_prove_nothing_are_told(write: Write) -> None:
    problems = list(check(write("kubernetes.container", "require: 'true'")))
    assert len(problems) == 1
    assert "should give fail" in problems[0].message


def test_a_fix_that_does_not_clear_the_finding_is_told(write: Write) -> None:
    keys = 'require: "!container.?a.orValue(false)"\nfix: {safe: false, remove: [b]}'
    file = write(
        "kubernetes.container", keys, **{'fails: "no"\n    input: {}': "fails: x\n    input: {container: {a: true}}"}
    )
    assert any("does not resolve" in problem.message for problem in check(file))


def fixed_by(written: dict[str, Any], data: Any, item: tuple[str, ...] = ()) -> Any:
    return RuleFix.of({"safe": True, **written}, None).applied(data, item)


def test_a_fix_sets_and_removes_and_leaves_the_original_alone() -> None:
    data = {"a": {"b": 1, "c": [{"d": True}]}}
    fixed = fixed_by({"remove": ["a.b", "x.y"], "set": {"a.c.0.d": False, "e.f": [1]}}, data)
    assert fixed == {"a": {"c": [{"d": False}]}, "e": {"f": [1]}}
    assert data == {"a": {"b": 1, "c": [{"d": True}]}}


@pytest.mark.parametrize(
    ("remedy", "before", "after"),
    [
        ({"rename": {"a.b": "c"}}, {"a": {"b": 1}}, {"a": {"c": 1}}),
        ({"rename": {"a.b": "c"}}, {"a": {"b": 1, "c": 2}}, {"a": {"c": 2}}),
        ({"translate": {"a": {"x": "y"}}}, {"a": "x"}, {"a": "y"}),
        ({"translate": {"a": {"x": "y"}}}, {"a": "z"}, {"a": "z"}),
        ({"append": {"a.b": [1, 2]}}, {"a": {"b": [2]}}, {"a": {"b": [2, 1]}}),
        ({"append": {"a.b": [1]}}, {}, {"a": {"b": [1]}}),
        ({"append": {"a": [1]}}, {"a": "text"}, {"a": "text"}),
        ({"set": {"a.b": True}}, {"a": None}, {"a": {"b": True}}),
        ({"remove": ["a.0", "b.7", "c.d"]}, {"a": [1, 2], "b": [3]}, {"a": [2], "b": [3]}),
    ],
)
def test_what_a_fix_makes_of_data(remedy: dict[str, Any], before: Any, after: Any) -> None:
    original = copy.deepcopy(before)
    assert fixed_by(remedy, before) == after
    assert before == original


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"remove": ["a.b", ""]}, "remove a.b, the item"),
        ({"rename": {'a."x.y"': "c"}}, 'rename a."x.y" to c'),
        ({"translate": {"a": {"x": "y"}}}, "change a to y"),
        ({"translate": {"b": {"x": "y"}}}, "change b to its replacement"),
        (
            {"append": {"a": ["x", 1]}, "set": {"b": True, "c.d": "text"}},
            "append x, 1 to a and set b to true and set c.d to text",
        ),
    ],
)
def test_a_fix_says_what_it_does(written: dict[str, Any], words: str) -> None:
    assert RuleFix.of({"safe": True, **written}, None).words({"a": "x", "b": [1]}) == words


def test_a_fix_in_the_cache_is_the_fix_of_the_rule() -> None:
    written = {
        "safe": False,
        "remove": ['a."x.y"', ""],
        "rename": {"a.b": "c"},
        "translate": {"a": {"x": "y"}},
        "append": {"a": [{"b": [1]}]},
        "set": {"a.b": {"c": [True]}},
    }
    fix = RuleFix.of(written, b"\0\xff")
    for each in (fix, RuleFix.of({"safe": True}, None)):
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(each), type=RuleFix) == each


def test_rules_and_frameworks_in_the_cache_are_those_of_the_files(tmp_path: Path) -> None:
    made = pack.load_all(library.Cache(tmp_path)), catalogue.load(library.Cache(tmp_path))
    assert len(list(tmp_path.glob("rules-*"))) == len(list(tmp_path.glob("frameworks-*"))) == 1
    assert (pack.load_all(library.Cache(tmp_path)), catalogue.load(library.Cache(tmp_path))) == made


def test_a_fix_of_an_item_counts_from_it() -> None:
    data = {"ports": [{"hostPort": 1}, {"hostPort": 2}]}
    assert fixed_by({"remove": ["hostPort"]}, data, ("ports", "1")) == {"ports": [{"hostPort": 1}, {}]}
    assert fixed_by({"remove": [""]}, data, ("ports", "0")) == {"ports": [{"hostPort": 2}]}


def test_outcomes_are_counted_by_rule_and_where_it_is_asked_for_by_file(write: Write) -> None:
    rule = write("kubernetes.container", "require: container.name == 'web'").rule
    parts = [documents.read(name, POD.replace("name: web", f"name: {own}")) for name, own in (("a", "web"), ("b", "x"))]
    found = [subject for each in parts for subject in subjects.recognise(each).subjects]
    identity = rule.info.id
    evaluation = Evaluator([rule], by_path=True).evaluate(found)
    assert evaluation.counts == {identity: {Outcome.PASS: 1, Outcome.FAIL: 1}}
    assert evaluation.by_path == {("a",): {identity: {Outcome.PASS: 1}}, ("b",): {identity: {Outcome.FAIL: 1}}}
    assert evaluation.within(lambda path: path == "b") == {identity: {Outcome.FAIL: 1}}
    assert Evaluator([rule]).evaluate(found).by_path == {}
    assert [finding.outcome for finding in evaluation.findings] == [Outcome.FAIL]


def test_an_evaluation_names_the_fixes_that_make_sense(write: Write) -> None:
    keys = """require: "!container.?a.orValue(false)"
fix: {safe: true, when: container.b, set: {a: false}}"""
    rule = write("kubernetes.container", keys).rule
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n"
    text += "  - {name: passes}\n  - {name: leave, a: true, b: false}\n  - {name: untold, a: true}\n"
    text += "  - {name: fixable, a: true, b: true}\n"
    found = list(subjects.recognise(documents.read("a.yaml", text)).subjects)
    evaluation = Evaluator([rule]).evaluate(found)
    (fix,) = evaluation.fixes
    assert fix.rule_fix is rule.fix
    assert evaluation.findings[fix.finding].subject_name == fix.subject.name == "Pod p, container fixable"
    other = Evaluator([rule]).evaluate(found)
    other.merge(evaluation)
    assert [other.findings[each.finding] for each in other.fixes] == [evaluation.findings[fix.finding]] * 2


def test_a_fix_is_only_for_subjects_that_stand_in_the_file(write: Write) -> None:
    for subject, require in (("architecture.flow", "'true'"), ("kubernetes.workload", "size(facts.claims) > 0")):
        with pytest.raises(PackError, match="a fix is allowed only in a rule about one subject"):
            write(subject, f"require: {require}\nfix: {{safe: false, remove: [a]}}")


def test_a_fix_may_say_when_it_makes_sense(write: Write) -> None:
    keys = (
        'require: "!container.?a.orValue(false)"\nfix: {safe: false, when: "!container.?b.orValue(false)", remove: [a]}'
    )
    file = write("kubernetes.container", keys)
    asked = []
    for extra in ("", ", b: true"):
        text = (
            f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: x, a: true{extra}}}]}}\n"
        )
        found = subjects.recognise(documents.read("a.yaml", text)).subjects
        asked += Evaluator([file.rule]).evaluate(found).fixes
    assert [(fix.subject.name, fix.item) for fix in asked] == [("Pod a, container x", ())]
