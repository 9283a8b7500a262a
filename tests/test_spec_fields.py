"""Each field of an architecture spec has an effect: a rule or a fact reads it, or its description says "for people"."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scanner.facts import registry
from scanner.policy import rule_reads
from scanner.subjects import spec_schema
from tests import shipped

SCHEMA = json.loads(Path(spec_schema.__file__).with_name("architecture.schema.json").read_text(encoding="utf-8"))
RULES = [file.rule for file in shipped.rule_files()]
FOR_PEOPLE = "for people"
ENTRIES = {
    "services": ("architecture.service", "service"),
    "datastores": ("architecture.datastore", "datastore"),
    "dataAssets": ("architecture.data-asset", "data_asset"),
    "boundaries": ("architecture.boundary", "boundary"),
    "flows": ("architecture.flow", "flow"),
    "keys": ("architecture.encryption-key", "encryption_key"),
    "tests": ("resilience.test", "test"),
    "claims": ("architecture.statement", "statement"),
    "clocks": ("governance.clock", "clock"),
    "decisions": ("governance.decision", "decision"),
    "escalations": ("governance.escalation", "escalation"),
    "alerts": ("governance.alert", "alert"),
    "process": ("governance.process", "process"),
    "recovery": ("resilience.recovery", "recovery"),
    "policies": ("security.requirement", "requirement"),
    "thirdParties": ("architecture.system", "system.thirdParties.*"),
    "domains": ("architecture.domain", "domain"),
}
"""Parts of a spec: the kind of subject that they become, and what expressions call one."""
RENAMED = {"domain.services": "domain.named"}
ELSEWHERE: Mapping[str, list[tuple[tuple[str, str], tuple[str, ...]]]] = {
    "availability": [(("resilience.recovery", "recovery"), ("availability",))],
    "governance.roles": [(("architecture.system", "system"), ("roles",))],
}
TAKEN_OVER = ("tiers", "tier")
"""What is resolved when a spec is read: the fields of a tier become fields of the services and stores that name it."""


def fields(schema: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each field that holds no other fields, with its description."""
    kind = schema.get("$ref", "").removeprefix("#/$defs/")
    if kind in ("duration", "availability", "names", "criticality", "environment"):
        yield path, schema.get("description", "")
        return
    whole = {**SCHEMA["$defs"][kind], **schema} if kind else schema
    inner = whole.get("items", whole)
    inner = {**SCHEMA["$defs"][inner["$ref"].removeprefix("#/$defs/")], **inner} if "$ref" in inner else inner
    if "properties" in inner and path[-1:] != ("keyRotation",):
        for name, each in inner["properties"].items():
            yield from fields(each, (*path, name))
    else:
        yield path, schema.get("description", "")


def reads() -> dict[str, list[str]]:
    """The paths that rules and facts read, by kind of subject."""
    found: dict[str, list[str]] = {}
    for rule in RULES:
        read = rule_reads.of_subject(rule)
        found.setdefault(read.kind, []).extend((*read.paths, *read.names, *rule.at.split()))
        found[read.kind] += [f"{read.paths[0].split('.')[0] if read.paths else ''}.{rule.at}"]
    for kind, _ in ENTRIES.values():
        for each in registry.reads(kind):
            found.setdefault(kind, []).extend((*each.paths, *each.names))
    return found


def is_read(path: tuple[str, ...], known: Mapping[str, list[str]]) -> bool:
    """Whether an expression or a step names a field, in one of the subjects that it becomes a part of."""
    places = [(ENTRIES[name], path[number + 1 :]) for number, name in enumerate(path) if name in ENTRIES]
    elsewhere = ELSEWHERE.get(".".join(path))
    for (kind, binding), rest in [*(places or [(("architecture.system", "system"), path)]), *(elsewhere or ())]:
        named = RENAMED.get(".".join((binding, *rest)), ".".join((binding, *rest)))
        precise = [other for other in known[kind] if "." in other]  # `each: "*"` reads every field and knows none
        if any(f"{named}.".startswith(f"{other}.") or f"{other}.".startswith(f"{named}.") for other in precise):
            return True
    return False


def test_each_field_of_a_spec_is_read_or_is_for_people() -> None:
    known = reads()
    unread: list[str] = []
    silent: list[str] = []
    for path, description in fields(SCHEMA["properties"]["spec"]):
        if path[0] not in TAKEN_OVER and path[-1] not in TAKEN_OVER:
            for_people = FOR_PEOPLE in description
            if is_read(path, known) is for_people:
                (silent if for_people else unread).append(".".join(path))
    assert unread == []
    assert silent == []
