"""The other places that a finding refers to, and those that its fact was followed through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.facts import registry
from scanner.places import Location, Related
from scanner.policy import items
from scanner.policy.rule import Rule
from scanner.policy.variables import FACTS


def reads_traced(rule: Rule) -> bool:
    """Whether a rule reads a fact that comes with the places that it was followed through."""
    traced = {name for name, fact in registry.of(rule.info.subject).items() if fact.traced}
    return any(path[0] == FACTS and len(path) > 1 and path[1] in traced for path in rule.reads.paths)


def told_of(path: tuple[Related, ...]) -> str:
    """What a message says of the places that a fact was followed through."""
    return f" (inferred: {'; '.join(step.message for step in path)})" if path else ""


def related_of(rule: Rule, item: items.Item, known: Mapping[str, Location]) -> Iterator[Related]:
    """The other places that a finding refers to, those of its item before those of the subject."""
    for name, text in rule.related.items():
        if location := known.get(item.related + name) or known.get(name):
            yield Related(location, text)
