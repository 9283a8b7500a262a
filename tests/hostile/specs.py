"""Architecture specs, native and CALM, whose fields are of the wrong type, shape or size."""

from __future__ import annotations

import json
from typing import Any

from tests.hostile.row import assessed, skipped, unreadable

_SERVICE = {"id": "a", "name": "A"}


def _spec(**changed: Any) -> str:
    whole = {"apiVersion": "assay.dev/v1", "kind": "Architecture", "metadata": {"name": "odd"}, "spec": {}}
    return json.dumps({**whole, **changed}) + "\n"


def _inside(**fields: Any) -> str:
    return _spec(spec=fields)


def _calm(*relationships: Any, **changed: Any) -> str:
    nodes = [{"unique-id": name, "node-type": "service", "name": name, "description": ""} for name in "ab"]
    return json.dumps({"nodes": nodes, "relationships": list(relationships), **changed}) + "\n"


def _holds(container: str, *nodes: str) -> dict[str, Any]:
    return {
        "unique-id": f"{container}-holds",
        "relationship-type": {"composed-of": {"container": container, "nodes": list(nodes)}},
    }


def _circle(number: int) -> bytes:
    """Boundaries each of which stands in the next, and the last in the first."""
    rings = [{"id": f"b{each}", "parent": f"b{(each + 1) % number}"} for each in range(number)]
    return _inside(boundaries=rings, services=[{"id": "s", "boundary": "b0"}]).encode()


ROWS = (
    assessed("a spec that is a list", "x.yaml", _spec(spec=["a"])),
    assessed("a spec that is a text", "x.yaml", _spec(spec="a")),
    assessed("a spec without a spec", "x.yaml", '{"apiVersion": "assay.dev/v1", "kind": "Architecture"}\n'),
    assessed("metadata that is a list", "x.yaml", _spec(metadata=[])),
    assessed("a name that is a list", "x.yaml", _spec(metadata={"name": ["a"]})),
    assessed("services that are a mapping", "x.yaml", _inside(services={"a": _SERVICE})),
    assessed("services that are a text", "x.yaml", _inside(services="a")),
    assessed("services that are texts and nulls", "x.yaml", _inside(services=["a", None, 5, []])),
    assessed("services of one id", "x.yaml", _inside(services=[_SERVICE, _SERVICE])),
    assessed("an id that is a list", "x.yaml", _inside(services=[{"id": ["a"]}])),
    assessed(
        "an id that is a mapping", "x.yaml", _inside(services=[{"id": {"a": 1}}], flows=[{"from": {"a": 1}, "to": []}])
    ),
    assessed("a flow from nowhere to nowhere", "x.yaml", _inside(flows=[{}])),
    assessed(
        "a flow of a service to itself",
        "x.yaml",
        _inside(services=[_SERVICE], flows=[{"from": "a", "to": "a"}]),
        clean=True,
    ),
    assessed("a boundary in itself", "x.yaml", _inside(boundaries=[{"id": "b", "parent": "b"}]), clean=True),
    assessed("300 boundaries in a circle", "x.yaml", lambda: _circle(300), clean=True),
    assessed("a boundary whose parent is a list", "x.yaml", _inside(boundaries=[{"id": "b", "parent": ["b"]}])),
    assessed("a recovery objective that is a list", "x.yaml", _inside(recovery={"rto": ["5m"], "rpo": {}})),
    assessed("a recovery objective of 100,000 digits", "x.yaml", _inside(recovery={"rto": "9" * 100_000 + "s"})),
    assessed(
        "a recovery objective beyond all numbers", "x.yaml", _inside(recovery={"rto": "9" * 70 + " years"}), clean=True
    ),
    assessed("an availability that is a list", "x.yaml", _inside(services=[{**_SERVICE, "availability": [99]}])),
    assessed(
        "an availability that is no number",
        "x.yaml",
        "{apiVersion: assay.dev/v1, kind: Architecture, spec: {availability: .nan}}",
    ),
    assessed("replicas beyond 64 bits", "x.yaml", _inside(services=[{**_SERVICE, "replicas": 10**30}])),
    assessed("replicas that are a text", "x.yaml", _inside(services=[{**_SERVICE, "replicas": "two"}])),
    assessed("governance that is a text", "x.yaml", _inside(governance="a")),
    assessed(
        "roles that are texts", "x.yaml", _inside(governance={"roles": "a", "decisions": ["b"], "alerts": {"c": 1}})
    ),
    assessed("domains whose services are a text", "x.yaml", _inside(domains=[{"name": "a", "services": "b"}, "c"])),
    assessed("200 services that call each other in a circle", "x.yaml", lambda: _ring(200), clean=True),
    unreadable(
        "a spec of another version",
        "x.yaml",
        _spec(apiVersion="assay.dev/v9"),
        "assay.dev/v9 Architecture is not supported",
        1,
    ),
    unreadable(
        "a spec of another kind", "x.yaml", _spec(kind="Architektur"), "assay.dev/v1 Architektur is not supported", 1
    ),
    assessed(
        "CALM that is composed of itself",
        "x.json",
        _calm(_holds("a", "b"), _holds("b", "a"), _holds("a", "a")),
        clean=True,
    ),
    unreadable("CALM whose relationships are texts", "x.json", _calm("a", None, 5), "a relationship has none", 1),
    assessed("CALM whose relationships are a mapping", "x.json", _calm(relationships={"a": 1}), clean=True),
    assessed(
        "CALM whose ends are lists",
        "x.json",
        _calm({"relationship-type": {"connects": {"source": [], "destination": {}}}}),
        clean=True,
    ),
    assessed(
        "CALM whose controls are a list",
        "x.json",
        _calm(nodes=[{"unique-id": "a", "node-type": [], "controls": [1]}]),
        clean=True,
    ),
    assessed("CALM whose ids are numbers", "x.json", _calm(nodes=[{"unique-id": 1, "node-type": "service"}] * 2)),
    skipped("nodes that are not CALM's", "x.json", '{"nodes": ["a"]}', "not in a format that Assay reads"),
    unreadable(
        "CALM some of whose nodes are none",
        "x.json",
        _calm(nodes=[{"unique-id": "a", "node-type": "service"}, "b"]),
        "a node",
        1,
    ),
)


def _ring(number: int) -> bytes:
    services = [{"id": f"s{each}"} for each in range(number)]
    flows = [{"id": f"f{each}", "from": f"s{each}", "to": f"s{(each + 1) % number}"} for each in range(number)]
    return _inside(services=services, flows=flows).encode()
