"""A setup of agents with a file of each format: nothing fails in it, and each of many single faults does."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pytest

from scanner import documents, facts
from scanner.model import Finding, Outcome, Profile, Subject
from scanner.policy.evaluate import Evaluator
from scanner.policy.rule import Rule
from scanner.subjects import recognise
from tests import shipped
from tests.agent_faults import FAULTS
from tests.agent_setup import SETUP

AREAS = ("agents", "swarm", "governance", "resilience", "security")
CASES = [(path, old, new) for path, changes in FAULTS.items() for old, news in changes.items() for new in news]
MOST_IN_STRICT = 5


@cache
def rules() -> tuple[Rule, ...]:
    files = shipped.rule_files()
    return tuple(file.rule for file in files if file.rule.info.id.partition(".")[0] in AREAS)


@cache
def evaluator() -> Evaluator:
    return Evaluator(rules())


def subjects(path: str, text: str) -> list[Subject]:
    return list(recognise(documents.read(path, text)).subjects)


@cache
def clean() -> dict[str, list[Subject]]:
    return {path: subjects(path, text) for path, text in SETUP.items()}


def failing(files: dict[str, list[Subject]]) -> list[Finding]:
    some = [subject for found in files.values() for subject in found]
    found = evaluator().evaluate(some, facts.derive(some, whole=True)).findings
    return [finding for finding in found if finding.outcome is Outcome.FAIL]


@cache
def known() -> set[tuple[str, str]]:
    return {(each.rule, each.message) for each in failing(clean())}


def test_the_clean_setup_has_no_failure_by_default_and_few_in_strict() -> None:
    profiles = {rule.info.id: rule.info.profile for rule in rules()}
    found = failing(clean())
    assert [(each.rule, each.message) for each in found if profiles[each.rule] is Profile.DEFAULT] == []
    assert len(found) <= MOST_IN_STRICT
    assert all(clean().values())


def test_the_faults_are_many_and_of_every_format() -> None:
    number: dict[str, int] = defaultdict(int)
    for path, _, _ in CASES:
        number[path] += 1
    assert len(set(CASES)) == len(CASES) >= 80
    assert number.keys() == SETUP.keys()


@pytest.mark.parametrize(("path", "old", "new"), CASES)
def test_a_fault_is_found_at_its_line(path: str, old: str, new: str) -> None:
    assert SETUP[path].count(old) == 1
    changed = SETUP[path].replace(old, new)
    pairs = enumerate(zip(SETUP[path].split("\n"), changed.split("\n"), strict=False), 1)
    first = next(line for line, (before, after) in pairs if before != after)
    lines = range(first, first + new.count("\n") + 1)
    found = [each for each in failing({**clean(), path: subjects(path, changed)})
             if (each.rule, each.message) not in known()]  # fmt: skip
    assert [each.rule for each in found if each.location.path == path and each.location.line in lines], [
        (each.rule, each.location.path, each.location.line) for each in found
    ]
