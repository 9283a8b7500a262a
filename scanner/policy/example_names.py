"""Holds what an example of a rule states against what there is: bindings, facts and their types, parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner import documents, schema_errors
from scanner.datafile import DataFile
from scanner.documents import Document, Fault
from scanner.documents.positions import Node
from scanner.errors import PackError
from scanner.facts import registry
from scanner.policy.parameters import checked
from scanner.policy.rule import RuleFile
from scanner.policy.rule_reads import Place
from scanner.policy.variables import FACTS
from scanner.subjects import KINDS

_OF_FINDINGS = ("at", "line", "severity", "because", "says")
"""What an example expects of a finding."""
_OF_TEXTS = ("file", "part")
"""Keys that belong to an example with `text`."""
_WITHOUT_FINDINGS = ("passes", "skips")


def faults(file: RuleFile, place: Place, example: Node) -> Iterator[PackError]:
    """What an example states that does not exist, is of another type, or has no effect."""
    value, data = example.value, file.data
    yield from _parameters(file, place, value.get("parameters", {}))
    for kind in _WITHOUT_FINDINGS:
        for name in _OF_FINDINGS if kind in value else ():
            if name in value:
                yield data.error((*place, name), f"`{name}` has no effect: an example with `{kind}` has no finding")
    if "input" in value:
        for name in _OF_TEXTS:
            if name in value:
                yield data.error((*place, name), f"`{name}` has no effect: it belongs to an example with `text`")
        yield from _input(data, (*place, "input"), file.rule.info.subject, value["input"])
    else:
        for part in parts(value):
            if isinstance(part, Fault):
                message = f"line {part.line} of the text cannot be read: {part.message}"
                yield data.error((*place, "text"), message)


def parts(example: dict[str, Any]) -> Iterator[Document | Fault]:
    """The documents of an example with a `text`, and what of it cannot be read."""
    return documents.read(example.get("file", "example.yaml"), example["text"])


def _parameters(file: RuleFile, place: Place, given: dict[str, Any]) -> Iterator[PackError]:
    """Values that an `assay.yaml` could not set either; unknown names are refused with the rule's own."""
    for name, value in given.items():
        if problem := checked(name, value, file.rule.parameters[name], file.rule.formats.get(name, "")):
            yield file.data.error((*place, "parameters", name), problem)


def _input(data: DataFile, place: Place, kind: str, given: dict[str, Any]) -> Iterator[PackError]:
    names = KINDS[kind].names
    for name in given:
        if name not in (*names, FACTS):
            yield data.unknown((*place, name), f"part of {kind} called", name, (*names, FACTS))
    facts, known = given.get(FACTS, {}), registry.of(kind)
    if not isinstance(facts, dict):
        yield data.error((*place, FACTS), f"facts is {schema_errors.kind_of(facts)}; it must be a mapping")
        return
    for name, value in facts.items():
        if name not in known:
            yield data.unknown((*place, FACTS, name), f"fact about {kind} called", name, known)
        elif problem := known[name].mismatch(value):
            yield data.error((*place, FACTS, name), problem)
