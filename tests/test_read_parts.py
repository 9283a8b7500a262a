"""Nodes and flows of a model are counted for each input, in JSON, in the list of inputs and in the HTML report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.reports import render
from scanner.scan import Options, scan

SPEC = """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: shop}
spec:
  services: [{id: web}, {id: pay}]
  datastores: [{id: orders}]
  flows: [{id: a, from: web, to: pay}, {id: b, from: pay, to: orders}, {id: c, from: web, to: pay}]
"""
EMPTY = SPEC[: SPEC.index("spec:")]
FORMATS = Path(__file__).parent / "formats"
READ = {
    "asyncapi.yaml": "1 server, 1 operation",
    "backstage.yaml": "1 service, 1 flow, 1 entity",
    "calm.json": "1 service, 0 flows",
    "compose.yaml": "1 service, 1 network",
    "openapi.yaml": "1 server, 1 operation",
    "otm.json": "1 service, 1 boundary, 0 flows",
    "structurizr.json": "3 services, 1 flow",
    "threagile.yaml": "1 service, 0 flows",
    "threat-dragon.json": "1 service, 0 flows",
    "tm-library.json": "1 service, 1 boundary, 0 flows",
}


OWN = {"spec.yaml": (SPEC, "2 services, 1 data store, 3 flows"), "empty.yaml": (EMPTY, "0 services, 0 flows")}


@pytest.mark.parametrize(("name", "told"), [*READ.items(), *((name, told) for name, (_, told) in OWN.items())])
def test_reports_tell_the_nodes_and_flows_of_each_model(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / name).write_text(OWN[name][0] if name in OWN else (FORMATS / name).read_text())
    found = scan([str(tmp_path)], Options(cache_folder=None))
    [item] = json.loads("".join(render("json", found)))["inputs"]
    assert sum(item["kinds"].values()) == item["subjects"]
    numbers = [int(part.partition(" ")[0]) for part in told.split(", ")]
    assert set(numbers) - {0} <= set(item["kinds"].values())
    assert f"    read: {told}\n" in "".join(render("inputs", found))
    assert f"read: {told}" in "".join(render("html", found))


def test_what_is_no_model_has_the_numbers_of_its_kinds_alone(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text((FORMATS / "kubernetes.yaml").read_text())
    found = scan([str(tmp_path)], Options(cache_folder=None))
    [item] = json.loads("".join(render("json", found)))["inputs"]
    assert item["kinds"]["kubernetes.resource"] >= 1
    assert "read: " not in "".join(render("inputs", found))
