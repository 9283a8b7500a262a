"""The quick check of a spec refuses everything that its JSON Schema refuses, at every field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scanner import plain_schema
from scanner.subjects import spec_schema

SCHEMA = json.loads(Path(spec_schema.__file__).with_name("architecture.schema.json").read_text(encoding="utf-8"))
VALUES: tuple[Any, ...] = (
    None, True, 0, 1, 1.0, -1, 0.5, 101, "", "x", "h", [], ["x"], ["x", "x"], [1, True], [""], {}, {"x-own": 1},
    {"y": 1}, {"value": 1, "unit": "h"}, {"value": -1, "unit": "h"}, {"value": True, "unit": "h"}, {"value": 1},
)  # fmt: skip
SECTIONS: dict[str, Any] = {
    "availability": "99.9%",
    "policies": {"mfa": "mandatory", "zeroTrust": {"scope": ["all"]}, "x-note": {"any": 1}},
    "boundaries": [{"id": "core", "kind": "internal", "defaultDeny": True, "allow": ["edge"]}],
    "dataAssets": [{"id": "orders", "categories": ["personal"], "retention": "7 years", "residency": ["eu"]}],
    "services": [{"id": "web", "replicas": 2, "availability": 99.9, "recovery": {"rto": "1h"}, "criticality": "high"}],
    "datastores": [{"id": "db", "backup": {"interval": "1h", "encrypted": True}, "replication": {"factor": 3}}],
    "flows": [{"from": "web", "to": "db", "data": ["orders"], "interaction": "sync", "timeout": "1 s"}],
    "recovery": {"rto": "1h", "backups": {"orders": "1h"}},
    "domains": [{"name": "shop", "services": 2}, {"name": "shop", "services": ["web"]}],
    "thirdParties": [{"id": "mail", "services": ["web"]}],
    "governance": {"roles": ["cto"], "alerts": [{"name": "down", "severity": "high", "response": "5m"}]},
}


def variants(value: Any) -> Iterator[Any]:
    """A value with each of its parts replaced by something else, left out, or joined by an unknown field."""
    yield from VALUES
    if isinstance(value, dict):
        yield {**value, "unknown": 1}
        for name, inner in value.items():
            yield {key: item for key, item in value.items() if key != name}
            yield from ({**value, name: each} for each in variants(inner))
    elif isinstance(value, list):
        yield [*value, *value]
        yield from ([each, *value[1:]] for each in variants(value[0]))


@pytest.mark.parametrize("section", SECTIONS)
def test_the_quick_check_is_as_strict_as_the_schema(section: str) -> None:
    spec = {"apiVersion": "assay.dev/v1", "kind": "Architecture", "metadata": {"name": "shop"}, "spec": {}}
    validator, refused = jsonschema.Draft202012Validator(SCHEMA), 0
    for each in variants(SECTIONS[section]):
        whole = {**spec, "spec": {section: deepcopy(each)}}
        valid = validator.is_valid(whole)
        found = [message for _, message, _ in spec_schema.problems(whole)]
        assert all("is not a" in message for message in found) if valid else found, each
        refused += not valid
    assert refused > len(VALUES) / 2
    assert plain_schema.check(SCHEMA)({**spec, "spec": {section: SECTIONS[section]}})


def test_a_schema_with_an_unknown_keyword_is_left_to_the_library() -> None:
    assert not plain_schema.check({"type": "string", "format": "date"})("2026-01-01")
    assert not plain_schema.check({"type": "null"})(None)
