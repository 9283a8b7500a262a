"""Faults of FINOS CALM models, each planted in a small model, through the public scan."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.model import InputStatus, Outcome
from scanner.scan import Options, scan
from tests.test_subjects_architecture import node

MODEL: dict[str, Any] = {
    "unique-id": "shop",
    "nodes": [
        node("customer", "actor"),
        node("net", "network"),
        node("platform", "system"),
        node("api", "aws:api-gateway", interfaces=[{"unique-id": "api-https", "port": 443}]),
        node("orders", "service", metadata={"availability": "99.9%"}),
        node("order-db", "aws:rds", **{"data-classification": "PII"}),
        node("order-file", "data-asset"),
    ],
    "relationships": [
        {"unique-id": "buy", "relationship-type": {"interacts": {"actor": "customer", "nodes": ["api", "orders"]}}},
        {
            "unique-id": "call",
            "protocol": "HTTPS",
            "relationship-type": {
                "connects": {
                    "source": {"node": "orders"},
                    "destination": {"node": "api", "interfaces": ["api-https"]},
                }
            },
        },
        {
            "unique-id": "store",
            "protocol": "mTLS",
            "relationship-type": {"connects": {"source": {"node": "orders"}, "destination": {"node": "order-db"}}},
        },
        {
            "unique-id": "write",
            "relationship-type": {"connects": {"source": {"node": "orders"}, "destination": {"node": "order-file"}}},
        },
        {
            "unique-id": "of",
            "relationship-type": {"composed-of": {"container": "platform", "nodes": ["api", "orders"]}},
        },
        {"unique-id": "in", "relationship-type": {"deployed-in": {"container": "net", "nodes": ["platform"]}}},
    ],
    "flows": [
        {
            "unique-id": "order",
            "name": "Order",
            "transitions": [{"relationship-unique-id": "buy", "sequence-number": 1}],
        }
    ],
}
Change = Callable[[dict[str, Any]], None]


def relationship(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda model: next(each for each in model["relationships"] if each["unique-id"] == name)


def told(path: Path, model: dict[str, Any]) -> dict[str, set[str]]:
    path.write_text(json.dumps(model, indent=1))
    done = scan([str(path)], Options())
    found: dict[str, set[str]] = {}
    for each in done.findings:
        found.setdefault(each.outcome.value, set()).add(each.rule.partition(".")[2])
    if any(item.status is InputStatus.UNREADABLE for item in done.inputs):
        found["unreadable"] = set()
    return found


def connect(name: str, end: str, **to: Any) -> Change:
    def change(model: dict[str, Any]) -> None:
        relationship(name)(model)["relationship-type"]["connects"][end] = to

    return change


def field(name: str, **fields: Any) -> Change:
    def change(model: dict[str, Any]) -> None:
        next(each for each in model["nodes"] if each["unique-id"] == name).update(fields)

    return change


def flat(model: dict[str, Any]) -> None:
    relationship("buy")(model).update(
        {"relationship-type": "interacts", "interacts": {"actor": "customer", "nodes": ["nobody"]}}
    )


FAULTS: dict[str, tuple[Change, str, str]] = {
    "an interface that the node does not have": (
        connect("call", "destination", node="api", interfaces=["api-http"]),
        Outcome.FAIL,
        "relation-names-defined",
    ),
    "a container that is not a node": (
        lambda model: relationship("in")(model)["relationship-type"]["deployed-in"].update(container="vpc"),
        Outcome.FAIL,
        "relation-names-defined",
    ),
    "a node of a container that is not there": (
        lambda model: relationship("of")(model)["relationship-type"]["composed-of"]["nodes"].append("cart"),
        Outcome.FAIL,
        "relation-names-defined",
    ),
    "a transition over an unknown relationship": (
        lambda model: model["flows"][0]["transitions"].append({"relationship-unique-id": "bye"}),
        Outcome.FAIL,
        "relation-names-defined",
    ),
    "an end that is not a node": (
        connect("call", "destination", node="gateway"),
        Outcome.FAIL,
        "flow-ends-defined",
    ),
    "the older flat form": (flat, Outcome.FAIL, "flow-ends-defined"),
    "two nodes of one id": (
        lambda model: model["nodes"].append(node("order-db", "service")),
        Outcome.FAIL,
        "service-id-unique",
    ),
    "an availability in words": (
        field("orders", metadata={"availability": "four nines"}),
        Outcome.FAIL,
        "architecture-spec-valid",
    ),
    "a store that states no encryption": (
        field("order-db", metadata={"encryption-at-rest": "none"}),
        Outcome.FAIL,
        "datastore-encrypted-at-rest",
    ),
    "personal data over HTTP": (
        lambda model: relationship("store")(model).update(protocol="HTTP"),
        Outcome.UNKNOWN,
        "flow-regulated-internal-encrypted",
    ),
    "a person over HTTP": (
        lambda model: relationship("buy")(model).update(protocol="HTTP"),
        Outcome.UNKNOWN,
        "flow-public-encrypted",
    ),
    "an end that is left open": (
        connect("call", "destination", node="[[ GATEWAY ]]"),
        Outcome.UNKNOWN,
        "flow-ends-defined",
    ),
}


def test_a_sound_model_has_no_finding_and_is_not_asked_for_what_calm_cannot_say(tmp_path: Path) -> None:
    assert told(tmp_path / "a.json", MODEL) == {Outcome.UNKNOWN: {"datastore-encrypted-at-rest"}}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, tmp_path: Path) -> None:
    change, outcome, rule = FAULTS[fault]
    model = copy.deepcopy(MODEL)
    change(model)
    before, after = told(tmp_path / "a.json", MODEL), told(tmp_path / "a.json", model)
    assert rule in after.get(outcome, set())
    assert after.get(Outcome.FAIL, set()) - before.get(Outcome.FAIL, set()) == (
        {rule} if outcome == Outcome.FAIL else set()
    )


def test_keys_that_calm_does_not_have_are_listed(tmp_path: Path) -> None:
    model = copy.deepcopy(MODEL)
    model["nodes"][0]["data-clasification"] = "PII"
    (tmp_path / "a.json").write_text(json.dumps(model))
    found = scan([str(tmp_path)], Options(cache_folder=None)).inputs[0]
    assert found.reason == "keys that are not known and not read: `data-clasification` in nodes"


def test_a_relationship_without_a_type_is_not_assessed(tmp_path: Path) -> None:
    model = copy.deepcopy(MODEL)
    del relationship("store")(model)["relationship-type"]
    assert "unreadable" in told(tmp_path / "a.json", model)
