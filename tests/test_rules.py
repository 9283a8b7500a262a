"""The rule library as a whole: what every rule owes its readers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner import library
from scanner.frameworks import catalogue
from scanner.frameworks.links import links
from scanner.model import Profile
from scanner.policy.examples import check
from scanner.policy.pack import load
from scanner.policy.rule import RuleFile
from tests import shipped

FILES = shipped.rule_files()
IDS = [file.rule.info.id for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_examples_prove_the_rule(file: RuleFile) -> None:
    assert list(check(file)) == []


def test_every_rule_reaches_a_control() -> None:
    linked = links(catalogue.load(library.Cache()), [file.rule.info for file in FILES])
    assert [rule for rule, controls in linked.items() if not controls] == []


def test_names_and_prose_are_in_form() -> None:
    for info in (file.rule.info for file in FILES):
        assert re.fullmatch(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*", info.id)
        assert not info.title.endswith("."), info.id
        for text in (info.why, info.remediation, info.limits):
            assert text.endswith("."), (info.id, text)
            assert "TODO" not in text, info.id
        assert info.remediation[0].isupper(), info.id


def test_a_failing_example_pins_the_place() -> None:
    for file in FILES:
        failing = [example for example in file.data.value["examples"] if "fails" in example]
        assert any("at" in example or "line" in example for example in failing), file.rule.info.id


def test_no_two_rules_say_the_same() -> None:
    for texts in (
        [file.rule.info.title for file in FILES],
        [file.rule.info.why for file in FILES],
        [file.rule.info.limits for file in FILES],
        [file.rule.info.remediation for file in FILES],
    ):
        repeated = {text for text in texts if texts.count(text) > 1}
        assert not repeated


def test_a_peers_check_is_divided_among_few_rules() -> None:
    claims: dict[str, list[str]] = {}
    for file in FILES:
        for name in file.rule.info.same_as:
            claims.setdefault(name, []).append(file.rule.info.id)
    shared = {name: rules for name, rules in claims.items() if len(rules) > 4}
    assert not shared


def test_no_family_of_rules_has_shrunk() -> None:
    kinds = [file.rule.info.subject for file in FILES]
    assert sum(kind.startswith("kubernetes.") for kind in kinds) >= 250
    assert sum(kind.startswith("swarm.") for kind in kinds) >= 15
    others = ("architecture.", "governance.", "resilience.", "security.")
    assert sum(kind.startswith(others) for kind in kinds) >= 20


def test_profiles_hold_each_other(tmp_path: Path) -> None:
    cache = library.Cache(tmp_path)
    default, strict, opinion = ({rule.info.id for rule in load(name, cache).rules} for name in Profile)
    assert default < strict < opinion
    assert opinion == set(IDS)


@pytest.mark.parametrize("file", [file for file in FILES if file.rule.joined], ids=lambda file: file.rule.info.id)
def test_rules_that_use_facts_are_proved_on_whole_objects(file: RuleFile) -> None:
    kind = file.rule.info.subject
    assert kind not in ("kubernetes.container", "document"), "such subjects are given up file by file"
    if kind.startswith("kubernetes."):
        told = [example for example in file.data.value["examples"] if "text" in example]
        assert any("fails" in example for example in told), "an example with `text` shows that what it asks for is kept"
