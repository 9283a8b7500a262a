"""The registry of facts: what is declared of each, and that it is true."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NotRequired, TypedDict

import pytest

from scanner.facts import registry
from scanner.facts.shape import shape_of
from scanner.subjects import KINDS


class Item(TypedDict):
    name: str
    port: NotRequired[int | str]


LISTED = shape_of(list[Item])


def test_a_fact_is_declared_once_for_a_kind_of_subject() -> None:
    facts = list(registry.every())
    pairs = [(fact.name, kind) for fact in facts for kind in fact.kinds]
    assert len(pairs) == len(set(pairs)) == sum(len(registry.of(kind)) for kind in KINDS)
    assert {kind for _, kind in pairs} <= set(KINDS)


@pytest.mark.parametrize("fact", list(registry.every()), ids=lambda fact: f"{fact.kinds[0]}:{fact.name}")
def test_a_fact_says_what_it_is(fact: Any) -> None:
    assert fact.meaning.endswith(".")
    assert "\n" not in fact.meaning
    assert fact.shape.written
    assert not fact.item_related or fact.shape.items


_INSTRUCTIONS = ("define", "describe", "list", "name", "scan", "spawn", "state")


@pytest.mark.parametrize("fact", list(registry.every()), ids=lambda fact: f"{fact.kinds[0]}:{fact.name}")
def test_a_fact_says_what_to_provide_where_it_is_absent(fact: Any) -> None:
    """An instruction that ends a sentence, and names nothing that only we know of."""
    first, _, rest = fact.provide.partition(" ")
    assert first in _INSTRUCTIONS
    assert rest == rest.strip(" .\n")
    internal = {name for each in registry.every() for name in (each.name, *_fields(each)) if "_" in name}
    assert not internal & set(re.findall(r"\w+", fact.provide))


def _fields(fact: Any) -> Iterable[str]:
    found: Iterable[str] = (fact.shape.items or fact.shape).fields
    return found


def test_facts_and_related_places_are_looked_up_by_kind() -> None:
    claims = registry.of("kubernetes.workload")["claims"]
    assert claims.shape.at(("*", "one_writer")) == shape_of(bool)
    assert claims.shape.at(("*", "one_writter")) is None
    assert {"claim", "volume", "other", "autoscaler"} <= registry.related("kubernetes.workload")
    assert "target" in registry.related("architecture.flow")
    assert registry.of("document") == {}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ([], ""),
        ([{"name": "a"}, {"name": "b", "port": 1}, {"name": "c", "port": "x"}], ""),
        ({}, "it is a mapping; it must be a list of mappings"),
        ([{"name": "a", "prt": 1}], "it.0.prt is not declared"),
        ([{"name": "a"}, {"port": 1}], "it.1.name is not there"),
        ([{"name": True}], "it.0.name is true or false; it must be text"),
        ([{"name": "a", "port": True}], "it.0.port is true or false; it must be a whole number or text"),
        (["a"], "it.0 is text; it must be a mapping"),
    ],
)
def test_a_value_of_another_type_is_told(value: Any, problem: str) -> None:
    assert LISTED.mismatch(value, "it") == problem


def test_types_are_written_for_people() -> None:
    assert LISTED.written == "list of {name: text, port: whole number or text}"


@pytest.mark.parametrize("kind", [dict, Mapping[str, str], list[bytes], None])
def test_a_type_that_no_fact_can_have_is_refused(kind: Any) -> None:
    with pytest.raises(TypeError):
        shape_of(kind)
