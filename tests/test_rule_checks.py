"""What a rule names is held against what there is, and against what its examples reach."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from msgspec.structs import replace

from scanner.policy.examples import check
from scanner.policy.rule import load
from tests import shipped
from tests.command_line import assay

WriteRule: TypeAlias = Callable[[str], Path]
RULE = """\
title: Ingresses name their class
severity: low
why: Because a test needs a rule of its own that no other change can touch.
remediation: Name the class in `spec.ingressClassName`.
limits: Sees nothing else.
subject: kubernetes.resource
require: has(object.spec.ingressClassName)
at: spec.ingressClassName
message: "{subject} names no class"
objectives: [configuration-unambiguous]
examples:
  - passes: it names one
    input: {object: {metadata: {name: web}, spec: {ingressClassName: nginx}}}
  - fails: it names none
    input: {object: {metadata: {name: web}, spec: {rules: []}}}
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: web}]}\n"
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""


def changed(*changes: tuple[str, str]) -> str:
    text = RULE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture
def rule(tmp_path: Path) -> WriteRule:
    def write(text: str) -> Path:
        path = tmp_path / "rules" / "shop" / "own.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


def problems(path: Path) -> tuple[int, list[str]]:
    done = assay("rules", "test", str(path.parents[1]), cwd=path.parents[2])
    return done.returncode, [line.partition("/own.yaml:")[2] for line in done.stderr.splitlines()]


def test_a_rule_that_names_what_there_is_is_accepted(rule: WriteRule) -> None:
    assert problems(rule(RULE)) == (0, [])


PARAMETER = "parameters: {most: {description: Highest number., default: 1}}"
MESSAGE, REQUIRE = '"{subject} names no class"', "require: has(object.spec.ingressClassName)"
HAS, NEVER = "example has the field", "that `at` names"
AFTER = "objectives:"
INPUT = "    input: {object: {metadata: {name: web}, spec: {rules"
TRUE = "{when: 'true', because: it is a test}"
EACH = "each: facts.backends\n" + REQUIRE


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "configuration-unambiguous",
            "configuration-unambigous",
            "10: there is no objective 'configuration-unambigous' (did you mean configuration-unambiguous?)",
        ),
        (
            "configuration-unambiguous",
            "zebra",
            "10: there is no objective 'zebra' (`assay frameworks objectives` lists them)",
        ),
        (
            REQUIRE,
            REQUIRE + " && facts.bakends.size() == 0",
            "7: there is no fact about kubernetes.resource called 'bakends' (did you mean backends?)",
        ),
        (
            REQUIRE,
            REQUIRE + " && facts.exposed.size() == 0",
            "7: there is no fact about kubernetes.resource called 'exposed' (exposed is a fact about kubernetes.",
        ),
        (
            REQUIRE,
            "when: facts.volume.encripted\n" + REQUIRE,
            "7: there is no field of the fact 'volume' called 'encripted' (known: ",
        ),
        (
            REQUIRE,
            REQUIRE + " && facts.backends.all(b, b.fuond)",
            "7: there is no field of the fact 'backends' called 'fuond' (did you mean found?)",
        ),
        (
            REQUIRE,
            REQUIRE + " && !('bakends' in facts)",
            "7: there is no fact about kubernetes.resource called 'bakends' (did you mean backends?)",
        ),
        (
            REQUIRE,
            REQUIRE + " && ('mots' in params)\n" + PARAMETER,
            "7: there is no parameter 'mots' (did you mean most?)",
        ),
        (
            REQUIRE,
            REQUIRE + " && cluster.?minr.orValue(0) < 40",
            "7: there is no field of `cluster` called 'minr' (did you mean minor?)",
        ),
        (MESSAGE, '"{cluster.minr} names"', "9: there is no field of `cluster` called 'minr' (did you mean minor?)"),
        (
            "message:",
            "detail: string(facts.bakends.size())\nmessage:",
            "9: there is no fact about kubernetes.resource called 'bakends' (did you mean backends?)",
        ),
        (REQUIRE, "each: facts.bakends\n" + REQUIRE, "7: there is no fact about kubernetes.resource called 'bakends'"),
        (REQUIRE, "each: facts.used_by\n" + REQUIRE, "7: the fact 'used_by' is not a list of mappings"),
        (REQUIRE, EACH + " && item.fuond", "8: there is no field of `item` called 'fuond' (did you mean found?)"),
        (REQUIRE, REQUIRE + " && item.x", "7: `item` is defined only in a rule with `each`"),
        (REQUIRE, "when: item.field != ''\n" + EACH, "7: `when` is evaluated for the subject as a whole, "),
        (MESSAGE, '"{subjct} names"', "9: there is no placeholder 'subjct' (did you mean subject?)"),
        (MESSAGE, '"{pod.spec} names"', "9: there is no placeholder 'pod' (known: cluster, detail, facts, item, key, "),
        (MESSAGE, '"{facts.bakends} names"', "9: there is no fact about kubernetes.resource called 'bakends' (did you"),
        (MESSAGE, '"{params.most} names"', "9: there is no parameter 'most' (declare it under `parameters`)"),
        (MESSAGE, '"{key} names"', "9: {key} is defined only in a rule with `each`"),
        (MESSAGE, '"{detail} names"', "9: {detail} needs the key `detail`, which is missing"),
        (MESSAGE, '"{subject.name} names"', "9: {subject} is a text; it has no field 'name'"),
        (AFTER, f"lower: {{when: 'true', because: 'it is {{subjct}}'}}\n{AFTER}", "10: there is no placeholder"),
        (AFTER, f"lower: {{when: 'true', because: 'it is {{params.a}}'}}\n{AFTER}", "10: there is no parameter 'a'"),
        (AFTER, f"lower: [{TRUE}, {{when: facts.bakends, because: it is a test}}]\n{AFTER}", "10: there is no fact"),
        (AFTER, f"lower: [{TRUE}]\n{AFTER}", "10: "),
        (MESSAGE, '"{subject names"', "9: a brace that is not part of a placeholder"),
        (
            MESSAGE,
            '"{object.metdata.name} names"',
            "9: no failing example has a value for {object.metdata.name} (did you mean {object.metadata.name}?)",
        ),
        ("message:", "detail: string(1)\nmessage:", "9: the message has no {detail}, so this text is never shown"),
        (
            f"message: {MESSAGE}",
            'detail: object.metdata.name\nmessage: "{detail}"',
            "9: the expression of `detail` returns no text in any failing example",
        ),
        (
            REQUIRE,
            REQUIRE + " || params.mots > 1\n" + PARAMETER,
            "7: there is no parameter 'mots' (did you mean most?)",
        ),
        (AFTER, f"{PARAMETER}\n{AFTER}", "10: the parameter 'most' is not used"),
        (INPUT, f"    parameters: {{m: 1}}\n{INPUT}", "15: there is no parameter 'm'"),
        (AFTER, "related: {targt: it}\n" + AFTER, "10: there is no related place 'targt' (did you mean target?)"),
        (AFTER, "related: {service: its service}\n" + AFTER, "10: there is no related place 'service'"),
        (AFTER, "references: [https://shop]\n" + AFTER, "10: item 1 of references is 'https://shop'; it must look like 'https://kubernetes.io/docs/'"),
        (AFTER, "same_as: [a check]\n" + AFTER, "10: item 1 of same_as is 'a check'; it must look like 'CKV_K8S_16'"),
        (
            "at: spec.ingressClassName",
            "at: spec.ingresClassName",
            f"8: no passing or failing {HAS} spec.ingresClassName {NEVER} (did you mean spec.ingressClassName?)",
        ),
        (
            "at: spec.ingressClassName",
            "at: metadata.annotations.class",
            f"8: no passing or failing {HAS} metadata.annotations.class {NEVER} (correct the path, or add an ",
        ),
    ],
)  # fmt: skip
def test_a_name_that_stands_for_nothing_is_an_error_with_line_and_hint(
    rule: WriteRule, old: str, new: str, said: str
) -> None:
    code, found = problems(rule(changed((old, new))))
    assert code == 1
    assert any(line.startswith(said) for line in found), found


FAILS = "  - fails: it names none\n" + INPUT
GIVEN = "input: {object: {metadata: {name: web}, spec: {rules: []}}"
POWERS = "account_powers is text; it must be a list of mappings"
MOST = (REQUIRE, REQUIRE + " && params.most > 0\n" + PARAMETER)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([(GIVEN, GIVEN + ", facts: {account_powers: hello}")], f"15: {POWERS}"),
        (
            [(GIVEN, GIVEN + ", facts: {account_powers: hello}"), (REQUIRE, "each: facts.account_powers\n" + REQUIRE)],
            f"16: {POWERS}",
        ),
        (
            [(GIVEN, GIVEN + ", facts: {account_powers: [hello]}")],
            "15: account_powers.0 is text; it must be a mapping",
        ),
        (
            [(GIVEN, GIVEN + ", facts: {account_powers: {a: {power: x}}}")],
            "15: account_powers is a mapping; it must be a list of mappings",
        ),
        (
            [(GIVEN, GIVEN + ", facts: {bakends: []}")],
            "15: there is no fact about kubernetes.resource called 'bakends' (did you mean backends?)",
        ),
        ([(GIVEN, GIVEN + ", facts: 3")], "15: facts is a number; it must be a mapping"),
        (
            [(GIVEN, GIVEN.replace("object:", "objct:"))],
            "15: there is no part of kubernetes.resource called 'objct' (did you mean object?)",
        ),
        ([MOST, (FAILS, "  - parameters: {most: x}\n" + FAILS.replace("- ", "  "))], "15: most must be a whole number"),
        ([("  - passes: it names one", "  - at: spec\n    passes: it names one")], "12: `at` has no effect: an exam"),
        ([("  - passes: it names one", "  - says: no\n    skips: it")], "12: `says` has no effect: an example with"),
        ([(FAILS, "  - part: true\n" + FAILS.replace("- ", "  "))], "14: `part` has no effect: it belongs to an exam"),
    ],
)  # fmt: skip
def test_what_an_example_states_is_held_against_what_there_is(
    rule: WriteRule, changes: list[tuple[str, str]], said: str
) -> None:
    code, found = problems(rule(changed(*changes)))
    assert code == 1
    assert any(line.startswith(said) for line in found), found


NAMED = (REQUIRE, REQUIRE + " && !object.spec.ingressClassName.matches(params.old)")
OLD = (AFTER, "parameters: {old: {description: Classes that are gone., format: regex, default: ''}}\n" + AFTER)
GONE = (
    FAILS,
    "  - fails: the class is gone\n    parameters: {old: ^ngi}\n"
    "    input: {object: {metadata: {name: web}, spec: {ingressClassName: nginx}}}\n" + FAILS,
)


def test_a_parameter_with_an_example_of_its_effect_is_accepted(rule: WriteRule) -> None:
    assert problems(rule(changed(NAMED, (OLD[0], OLD[1].replace("''", "^$")), GONE))) == (0, [])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("description: Classes that are gone., ", "", "10: the key 'description' is missing in old (One sentence on"),
        (", default: '^$'", "", "10: the key 'default' is missing in old (The value where none is set"),
        ("{old: {description", "{Old: {description", "10: the key 'Old' must look like 'least' in parameters"),
        (
            "default: '^$'",
            "default: null",
            "10: default is empty; it must be true or false or ",
        ),
        ("default: '^$'", "default: '['", "10: old is '['; it must be a regular expression in the syntax of RE2 (in"),
        ("format: regex", "format: regexp", "10: format is 'regexp'; it must be one of regex, duration (did you mean"),
        (
            "format: regex, default: '^$'",
            "format: duration, default: 5 m",
            "10: old is '5 m'; it must be a duration such",
        ),
        (
            "parameters: {old: ^ngi}",
            "parameters: {old: '(?=x)'}",
            "16: old is '(?=x)'; it must be a regular expression",
        ),
        (
            "parameters: {old: ^ngi}",
            "parameters: {old: ^zebra}",
            "10: no example shows the effect of the parameter 'old'",
        ),
    ],
)
def test_a_parameter_that_is_not_declared_as_it_must_be_is_told(rule: WriteRule, old: str, new: str, said: str) -> None:
    text = changed(NAMED, (OLD[0], OLD[1].replace("''", "'^$'")), GONE)
    assert old in text
    code, found = problems(rule(text.replace(old, new)))
    assert code == 1
    assert any(line.startswith(said) for line in found), found


TEXT = 'text: "kind: Ingress\\nmetadata: ["'


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([(FAILS, FAILS.replace("- fails", "- at: spec.rules\n    fails"))], "14: should point at spec.rules, but "),
        (
            [("at: spec.ingressClassName\n", ""), (FAILS, FAILS.replace("- fails", "- at: spec\n    fails"))],
            "13: should point at spec, but points at the subject as a whole",
        ),
        ([(GIVEN + "}", TEXT)], "15: line 2 of the text cannot be read: "),
    ],
)  # fmt: skip
def test_a_fault_of_an_example_is_told_in_words(rule: WriteRule, changes: list[tuple[str, str]], said: str) -> None:
    _, found = problems(rule(changed(*changes)))
    assert any(line.startswith(said) for line in found), found


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("own.yaml", ""),
        ("2-own.yaml", ""),
        ("own.part.yaml", ""),
        ("Has Space.yaml", "not a rule id: 'shop.Has Space'"),
        ("Own.yaml", "not a rule id: 'shop.Own'"),
        ("own_rule.yaml", "not a rule id: 'shop.own_rule'"),
        ("own--rule.yaml", "not a rule id: 'shop.own--rule'"),
        ("-own.yaml", "not a rule id: 'shop.-own'"),
        (".own.yaml", "not a rule id: 'shop..own'"),
        ("röle.yaml", "not a rule id: 'shop.röle'"),
        ("own.yml", "the name of a rule file ends in .yaml"),
    ],
)
def test_test_and_scan_refuse_the_same_names_of_files(rule: WriteRule, tmp_path: Path, name: str, said: str) -> None:
    path = rule(RULE)
    path.rename(path.with_name(name))
    (tmp_path / "pod.yaml").write_text(POD)
    tested = assay("rules", "test", "rules", cwd=tmp_path)
    alone = assay("rules", "test", str(path.with_name(name)), cwd=tmp_path)
    scanned = assay("scan", "pod.yaml", "--rules", "rules", cwd=tmp_path)
    assert (tested.returncode, alone.returncode, scanned.returncode) == (
        (1, 1, 2) if said else (0, 0, 1)
    )  # the pod fails
    assert f"rules/shop/{name}:1: {said} (" in tested.stderr or not said
    assert f"rules/shop/{name}:1: {said}\n" in scanned.stderr or not said


@pytest.mark.parametrize(("identity", "code"), [("shop.own-2", 0), ("own", 2), ("shop.Own", 2), ("shop..own", 2)])
def test_a_new_rule_has_an_identity_that_is_accepted(tmp_path: Path, identity: str, code: int) -> None:
    assert assay("rules", "new", identity, cwd=tmp_path).returncode == code


def test_two_rules_of_one_name_are_told_with_both_files(rule: WriteRule, tmp_path: Path) -> None:
    rule(RULE)
    (tmp_path / "more" / "shop").mkdir(parents=True)
    (tmp_path / "more" / "shop" / "own.yaml").write_text(RULE)
    (tmp_path / "pod.yaml").write_text(POD)
    done = assay("scan", "pod.yaml", "--rules", "rules", "--rules", "more", cwd=tmp_path)
    assert done.returncode == 2
    assert "two rules have the id shop.own: rules/shop/own.yaml and more/shop/own.yaml" in done.stderr


def test_all_that_is_wrong_with_a_rule_is_told_in_the_order_of_its_lines(rule: WriteRule) -> None:
    text = changed((REQUIRE, REQUIRE + " && facts.a && params.b"), (MESSAGE, '"{subjct}"'), ("unambiguous", "clear"))
    code, found = problems(rule(text))
    assert code == 1
    assert [line.partition(":")[0] for line in found] == ["7", "7", "9", "10"]


def test_an_expression_that_does_not_compile_is_told_beside_the_rest(rule: WriteRule) -> None:
    _, found = problems(rule(changed((REQUIRE, "require: object."), (MESSAGE, '"{subjct}"'))))
    assert len([line for line in found if line]) == 2
    assert found[0] == "7: not a valid CEL expression: `.` must be followed by something"


def test_an_expression_that_does_not_compile_is_shown_with_a_caret(rule: WriteRule, tmp_path: Path) -> None:
    path = rule(changed((REQUIRE, "require: >-\n  has(object.spec)\n  && objct.kind == 'x'")))
    (tmp_path / "pod.yaml").write_text(POD)
    shown = ["    has(object.spec) && objct.kind == 'x'", " " * 24 + "^"]
    tested = assay("rules", "test", str(path), cwd=tmp_path).stderr.splitlines()
    assert tested[0].endswith(": not a valid CEL expression: there is no variable `objct` (did you mean object?)")
    assert tested[1:] == shown
    scanned = assay("scan", "pod.yaml", "--rules", "rules", cwd=tmp_path)
    assert scanned.returncode == 2
    assert scanned.stderr.splitlines()[1:] == [*shown, "  hint: did you mean object?"]


def test_a_wrong_rule_stops_a_scan(rule: WriteRule, tmp_path: Path) -> None:
    rule(changed((MESSAGE, '"{subjct}"')))
    (tmp_path / "pod.yaml").write_text(POD)
    done = assay("scan", "pod.yaml", "--rules", "rules", cwd=tmp_path)
    assert done.returncode == 2
    assert "own.yaml:9: there is no placeholder 'subjct'" in done.stderr
    assert "did you mean subject?" in done.stderr


IN_MESSAGE = """\
title: A rule whose message names a fact
severity: low
why: Because a test needs a rule of its own that no other change can touch.
remediation: Change the field as the test says.
limits: Sees nothing else.
subject: kubernetes.workload
require: "!has(object.metadata.labels)"
at: serviceAccountName
message: "{subject} is selected by {facts.services}"
objectives: [configuration-unambiguous]
examples:
  - passes: it has no labels
    input: {pod: {serviceAccountName: a}, object: {metadata: {name: web}}}
  - fails: a service selects it
    says: selected by Service shop
    text: |
      apiVersion: v1
      kind: Service
      metadata: {name: shop}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec: {containers: [{name: web}]}
"""


def test_a_fact_that_only_the_message_names_is_shown(rule: WriteRule, tmp_path: Path) -> None:
    rule(IN_MESSAGE)
    (tmp_path / "all.yaml").write_text(f"{SERVICE}---\n{POD}")
    done = assay("scan", "all.yaml", "--rules", "rules", "--output", "json", "--quiet", cwd=tmp_path)
    (said,) = re.findall(r'"message": ?"([^"]*is selected by[^"]*)"', done.stdout)
    assert said.startswith("Pod web is selected by ")
    assert "shop" in said


def test_the_word_facts_in_a_text_of_an_expression_makes_no_rule_joined(rule: WriteRule) -> None:
    text = changed(
        (REQUIRE, "require: \"!object.spec.exists(k, k == 'facts')\"\nfix: {safe: false, remove: [spec.facts]}"),
        ("at: spec.ingressClassName", "at: spec.facts"),
        ("{rules: []}", "{facts: true}"),
    )
    assert problems(rule(text)) == (0, [])


SHIPPED = [file for file in shipped.rule_files() if file.rule.at and not file.rule.or_at]


def test_the_place_of_every_shipped_rule_is_checked() -> None:
    """A field that is in no example is found out in whichever rule it stands."""
    for file in SHIPPED[::7]:
        wrong = replace(file, rule=replace(file.rule, at=f"{file.rule.at}.nowhere"))
        assert any("that `at` names" in error.message for error in check(wrong)), file.rule.info.id


def test_a_placeholder_of_every_shipped_rule_is_checked() -> None:
    for file in SHIPPED[::7]:
        wrong = replace(file, rule=replace(file.rule, message="{cluster.nowhere}"))
        assert any("has a value for {cluster.nowhere}" in error.message for error in check(wrong)), file.rule.info.id


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["rules", "show", "kubernetes.container-not-priviledged"], "did you mean kubernetes.container-not-privil"),
        (["rules", "show", "foo"], "see `assay rules list`"),
        (["rules", "export", "kubernetes.container-not-priviledged"], "did you mean kubernetes.container-not-privil"),
        (["fix", ".", "--rule", "kubernetes.container-not-priviledged"], "did you mean kubernetes.container-not-p"),
        (["fix", ".", "--rule", "foo"], "see `assay rules list`"),
    ],
)  # fmt: skip
def test_a_rule_that_is_not_there_is_told_with_the_nearest(tmp_path: Path, command: list[str], said: str) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    done = assay(*command, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_rule_file_is_read_as_data_alone(tmp_path: Path) -> None:
    """A rule that lies outside the shipped folder is named by its path in its own."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "own.yaml").write_text(RULE)
    assert load(tmp_path / "shop" / "own.yaml", tmp_path).rule.info.id == "shop.own"
