"""What must hold of any architecture: good statements add no finding, silence excuses nothing, files do not matter."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scanner import documents, facts, subjects
from scanner.model import Outcome
from scanner.policy.evaluate import Evaluator
from tests.test_architecture_faults import BANK, RULES, findings, parts

pytestmark = pytest.mark.slow

WHOLE: dict[str, Any] = yaml.safe_load(BANK)
EVERY = Evaluator([rule for rules in RULES.rules.values() for rule in rules], include_passes=True)
BAD: dict[str, dict[str, Sequence[Any]]] = {
    "services": {
        "replicas": [1],
        "zones": [1],
        "availability": ["99.999%", "90%"],
        "owner": ["nobody-here"],
        "exposure": ["public"],
        "boundary": ["world", "entrance"],
        "authorization": ["none"],
        "recovery": [{"rto": "9 h", "rpo": "9 h"}, {"rto": "1 s"}],
        "lifecycle": ["retired"],
    },
    "datastores": {
        "encryption": [{"atRest": False}, {"atRest": True, "algorithm": "DES"}],
        "boundary": ["world", "sales"],
        "regions": [["us-east-1"]],
        "backup": [{"interval": "weekly"}],
        "owner": ["nobody-here"],
    },
    "flows": {
        "protocol": ["http"],
        "encrypted": [False],
        "tls": ["1.0", "1.2"],
        "authentication": ["none"],
        "authorization": ["none"],
        "data": [["card-data"], ["medical-files", "customers"]],
        "mfa": ["none"],
    },
    "dataAssets": {"lawfulBasis": ["none"], "retention": ["90 years"]},
}
"""Values that contradict a rule somewhere, by list and field; an asset without a residency has no limit."""
GOOD: dict[str, dict[str, Any]] = {
    "services": {"replicas": 9, "zones": 3, "owner": "platform-team", "audit": "log-hub", "authorization": "rbac"},
    "datastores": {"owner": "platform-team", "audit": "log-hub"},
    "flows": {"encrypted": True, "authentication": "mtls", "authorization": "rbac"},
    "dataAssets": {"owner": "data-office", "erasure": "crypto-shredding"},
}
"""Values that no rule has anything against."""
SAME = {
    **dict.fromkeys(("encrypted", "protocol", "tls"), ("encrypted", "protocol", "tls")),
    "regions": ("regions", "replication", "backup"),
    **{name: (name, "tier") for name in ("availability", "recovery", "backup")},
}
"""Fields that say the same thing in other ways."""
ABOUT_OTHERS = ("boundary",)
"""Fields that make something a member of another thing, which passes without it."""
NAMES = {"edge-gateway": "front", "policy-db": "cupboard", "customers": "people", "card-zone": "strongroom"}


def field(table: dict[str, dict[str, Any]]) -> st.SearchStrategy[tuple[str, str, Any, int]]:
    """One of the fields of a table: list, field, what it may hold, and a number for an entry."""
    return st.sampled_from(
        [(where, name, held) for where, some in table.items() for name, held in some.items()]
    ).flatmap(lambda one: st.tuples(st.just(one[0]), st.just(one[1]), st.just(one[2]), st.integers(0, 200)))


def with_faults(faults: Sequence[tuple[str, str, Any, int]]) -> dict[str, Any]:
    changed = copy.deepcopy(WHOLE)
    for where, name, values, number in faults:
        entries = changed["spec"][where]
        entries[number % len(entries)][name] = values[number % len(values)]
    return changed


def outcomes(document: dict[str, Any]) -> dict[tuple[str, str], set[Outcome]]:
    """What each rule says of each subject, passes included."""
    read = subjects.recognise(documents.read("0.yaml", yaml.safe_dump(document, sort_keys=False))).subjects
    found: dict[tuple[str, str], set[Outcome]] = {}
    for each in EVERY.evaluate(read, facts.derive(read, whole=True)).findings:
        found.setdefault((each.rule, each.subject_id), set()).add(each.outcome)
    return found


INVALID = "documents.architecture-spec-valid"
few = settings(max_examples=12)
FAULTY = st.lists(field(BAD), min_size=1, max_size=4)


@few
@given(FAULTY, field(GOOD))
def test_a_good_statement_adds_no_failure(faults: list[Any], good: tuple[str, str, Any, int]) -> None:
    before = with_faults(faults)
    where, name, value, number = good
    after = copy.deepcopy(before)
    entry = after["spec"][where][number % len(after["spec"][where])]
    if name == "encrypted" and entry.get("protocol") == "http":
        return  # a contradiction, which is a failure of its own
    entry[name] = value
    failed = {key for key, found in outcomes(before).items() if Outcome.FAIL in found}
    assert {key for key, found in outcomes(after).items() if Outcome.FAIL in found} - failed == set()


@few
@given(FAULTY)
def test_what_is_not_stated_passes_nothing_that_failed(faults: list[Any]) -> None:
    """The field that a fault is in is left out: what failed does not pass for that."""
    before = with_faults(faults)
    after = copy.deepcopy(before)
    for where, name, _, number in faults:
        entry = after["spec"][where][number % len(after["spec"][where])]
        assume(name not in ABOUT_OTHERS)
        for same in SAME.get(name, (name,)):
            entry.pop(same, None)
    told = outcomes(after)
    failed = {key for key, found in outcomes(before).items() if Outcome.FAIL in found and key[0] != INVALID}
    assert {key for key in failed if told.get(key) == {Outcome.PASS}} == set()


@few
@given(FAULTY, st.integers(0, 10**6))
def test_a_system_in_three_files_under_other_names_has_the_same_findings(faults: list[Any], seed: int) -> None:
    whole = with_faults(faults)
    texts = random.Random(seed).sample(list(parts(whole, seed)), 3)
    for old, new in NAMES.items():
        texts = [text.replace(old, new) for text in texts]

    def told(*some: str) -> list[tuple[str, str, str]]:
        return sorted((each.rule, each.outcome.value, renamed(each.subject_id)) for each in findings(*some))

    assert told(*texts) == told(yaml.safe_dump(whole))


def renamed(identity: str) -> str:
    for old, new in NAMES.items():
        identity = identity.replace(new, old)
    return identity
