"""The registry of facts -> tables in the page about subjects, in place of the comments that mark them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from markup import code, codes, paragraph, prose, table

from scanner.facts import registry
from scanner.facts.fact import Fact
from scanner.facts.shape import Shape
from scanner.subjects import KINDS
from scanner.subjects.kubernetes import RESOURCE

SOURCE = "docs/subjects.md"
_ASKED = re.compile(r"^<!-- facts of ([\w., -]+?): [^\n]*-->$", re.MULTILINE)
"""A comment that names families of kinds, such as `governance, resilience`."""


def fill(text: str) -> str:
    """The page with the tables of the registry."""
    return _ASKED.sub(lambda match: _section(match[1]), text)


def _section(families: str) -> str:
    names = [name.strip() for name in families.split(",")]
    kinds = [kind for kind in KINDS if kind.partition(".")[0] in names and registry.of(kind)]
    return "\n\n".join(block for kind in kinds for block in _of_kind(kind, registry.of(kind)))


def _of_kind(kind: str, facts: Mapping[str, Fact[Any]]) -> Iterator[str]:
    """A heading, a table with a row for each fact, and the related places."""
    yield f"### Facts of {code(kind)}"
    if kind == RESOURCE:
        rows = [(*_row(fact), ", ".join(sorted(fact.objects)) or "all") for fact in _sorted(facts)]
        yield table(("fact", "type", "what it says", "objects"), rows)
    else:
        yield table(("fact", "type", "what it says"), map(_row, _sorted(facts)))
    own = {name: fact.item_related for name, fact in sorted(facts.items()) if fact.item_related}
    places = sorted({name for fact in facts.values() for name in fact.related})
    told = [codes(places)] if places else []
    told += [f"of each item of {code(name)} {codes(related)}" for name, related in own.items()]
    if told:
        yield paragraph(f"Related places: {'; '.join(told)}.")


def _sorted(facts: Mapping[str, Fact[Any]]) -> list[Fact[Any]]:
    return [facts[name] for name in sorted(facts)]


def _row(fact: Fact[Any]) -> tuple[str, str, str]:
    return code(fact.name), _type(fact.shape), prose(fact.meaning)


def _type(shape: Shape) -> str:
    """A type in a few words; fields that may be absent have a question mark."""
    if shape.items:
        return f"list of {_type(shape.items)}"
    if shape.fields:
        return code("{" + ", ".join(name + "?" * (name in shape.optional) for name in shape.fields) + "}")
    return shape.written
