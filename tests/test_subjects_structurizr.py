"""Structurizr workspaces, through the public scan; and models of wrong types in all formats that others write."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner import documents
from scanner.model import Profile
from scanner.scan import Options, scan
from scanner.subjects import recognise

ROOT = Path(__file__).parent.parent


def use(key: str, target: str, technology: str = "JSON/HTTPS", **fields: Any) -> dict[str, Any]:
    return {
        "id": f"r{key}{target}",
        "sourceId": key,
        "destinationId": target,
        "technology": technology,
        **fields,
        "description": technology,
    }


def workspace() -> dict[str, Any]:
    """A shop with a web server, a database and two machines."""
    component = {"id": "6", "name": "Cart", "relationships": [use("6", "5", "JDBC")]}
    web = {"id": "4", "name": "Web", "technology": "Go", "group": "Front", "relationships": [use("4", "5", "JDBC")]}
    orders = {"id": "5", "name": "Orders", "technology": "PostgreSQL 16"}
    process = {"id": "11", "name": "Process", "containerInstances": [{"id": "9", "containerId": "4"}]}
    machines = [
        {"id": "7", "name": "Edge", "environment": "Live", "children": [process]},
        {"id": "8", "name": "Core", "environment": "Live", "containerInstances": [{"id": "10", "containerId": "5"}]},
    ]
    return {
        "name": "Shop",
        "model": {
            "people": [{"id": "1", "name": "Customer", "relationships": [use("1", "4")]}],
            "softwareSystems": [
                {"id": "2", "name": "Shop", "containers": [{**web, "components": [component]}, orders]},
                {"id": "3", "name": "Mail", "tags": "Element,External"},
            ],
            "deploymentNodes": machines,
        },
        "views": {},
    }


Change = Callable[[dict[str, Any]], None]


def web(model: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = model["softwareSystems"][0]["containers"][0]
    return found


def call_each_other(model: dict[str, Any]) -> None:
    model["softwareSystems"][1]["relationships"] = [use("3", "4")]
    web(model)["relationships"].append(use("4", "3"))


CASES: dict[str, tuple[Change, set[tuple[str, str]]]] = {
    "without a fault": (lambda _: None, set()),
    "HTTP between machines": (
        lambda model: web(model)["relationships"].append(use("4", "5", "HTTP/JSON :80")),
        {("fail", "flow-crossing-encrypted")},
    ),
    "HTTP or HTTPS between machines": (
        lambda model: web(model)["relationships"].append(use("4", "5", "HTTP/HTTPS")),
        set(),
    ),
    "a derived relationship": (
        lambda model: web(model)["relationships"].append(use("4", "5", "HTTP", linkedRelationshipId="1")),
        set(),
    ),
    "an end that is not there": (
        lambda model: web(model)["relationships"].append(use("4", "99")),
        {("fail", "flow-ends-defined")},
    ),
    "two containers of one name": (
        lambda model: model["softwareSystems"][0]["containers"].append({"id": "12", "name": "Web"}),
        {("fail", "service-id-unique")},
    ),
    "an owner of another element": (
        lambda model: web(model).update(properties={"Owner": "team-web"}),
        {("fail", "service-owner-assigned")},
    ),
    "systems that call each other": (call_each_other, {("fail", "service-without-circular-dependency")}),
}
NO_OWNER = {("unknown", "service-owner-assigned"), ("unknown", "datastore-owner-assigned")}


@pytest.mark.parametrize(("change", "expected"), CASES.values(), ids=CASES)
def test_what_a_workspace_states_is_judged(change: Change, expected: set[tuple[str, str]], tmp_path: Path) -> None:
    whole = workspace()
    change(whole["model"])
    (tmp_path / "workspace.json").write_text(json.dumps(whole, indent=1))
    done = scan([str(tmp_path)], Options(profile=Profile.STRICT))
    told = {(each.outcome.value, each.rule.partition(".")[2]) for each in done.findings}
    assert told - NO_OWNER == expected
    assert done.inputs[0].formats == ("structurizr",)


def test_elements_are_read_as_what_they_are() -> None:
    found = recognise(documents.read("workspace.json", json.dumps(workspace())))
    kinds = {
        each.bindings[each.focus].get("id"): (each.kind.partition(".")[2], each.bindings[each.focus])
        for each in found.subjects
    }
    assert {name: kind for name, (kind, _) in kinds.items() if kind in ("service", "datastore", "boundary")} == {
        "Customer": "service",
        "Shop": "service",
        "Shop/Web": "service",
        "Shop/Orders": "datastore",
        "Mail": "service",
        "Live/Edge": "boundary",
        "Live/Edge/Process": "boundary",
        "Live/Core": "boundary",
        "group Front": "boundary",
    }
    assert [kinds[name][1]["type"] for name in ("Customer", "Shop", "Mail")] == ["actor", "system", "external"]
    assert kinds["Shop/Web"][1]["boundary"] == "Live/Edge"
    assert kinds["Live/Edge/Process"][1]["parent"] == "Live/Edge"


def test_the_dsl_is_named_with_the_way_to_export_it(tmp_path: Path) -> None:
    (tmp_path / "workspace.dsl").write_text('workspace "Shop" {\n}\n')
    (item,) = scan([str(tmp_path)], Options()).inputs
    assert item.reason.endswith("`structurizr export -workspace workspace.dsl -format json`")


WRONG: tuple[Any, ...] = (None, 7, "x", [], {"a": 1}, [[{}]], {"$ref": "#"})


def damaged(value: Any) -> Iterator[Any]:
    """Copies of data with one value, at any depth, that has another type."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        for wrong in WRONG:
            whole = copy.deepcopy(value)
            whole[key] = wrong
            yield whole
        for inner in damaged(value[key]):
            whole = copy.copy(value)
            whole[key] = inner
            yield whole


SAMPLES = {
    name: next(iter(documents.read(f"a.{ending}", (ROOT / f"tests/formats/{name}.{ending}").read_text()))).root.value  # type: ignore[union-attr]
    for name, ending in (("openapi", "yaml"), ("asyncapi", "yaml"), ("backstage", "yaml"), ("structurizr", "json"))
}


@pytest.mark.parametrize("name", SAMPLES)
def test_values_of_wrong_types_never_end_a_scan(name: str, tmp_path: Path) -> None:
    for number, value in enumerate(damaged(SAMPLES[name])):
        (tmp_path / f"{number}.json").write_text(json.dumps(value))
    done = scan([str(tmp_path)], Options(profile=Profile.STRICT))
    assert not [item.reason for item in done.inputs if "crash" in item.reason or "internal" in item.reason]
    assert not [each.message for each in done.findings if each.outcome == "error"]
    assert len(done.inputs) > 50
