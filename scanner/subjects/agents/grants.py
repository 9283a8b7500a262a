"""Permissions of tools that write them in words of their own, taken as rules of the one grammar that is judged.

The text stays as written; what it means is a rule such as `Bash(git:*)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents.building import Place
from scanner.subjects.agents.permission_grammar import Rule, covers, parse
from scanner.subjects.agents.permissions import permission

_STRONGER = {"allow": ("deny", "ask"), "ask": ("deny",), "deny": ()}
_COMPARISONS = 300_000
"""Of entries of one file with each other; of a longer list, fewer are compared."""


class Grant(Struct, frozen=True):
    """An entry that allows, asks or denies."""

    list: str
    """allow, ask or deny."""
    node: Node
    """Its text as written, at its place."""
    means: str
    """The rule of the grammar that matches the same."""
    reach: str = ""
    """What it lets an agent do, where no rule of the grammar says the same."""
    why: str = ""
    """Why the tool ignores it."""


def grants(
    where: Place, given: Iterable[Grant], source: str = "settings", *, last_wins: bool = False
) -> Iterator[Subject]:
    """The permissions of entries, each with the one that makes it void.

    Denials come before questions and these before what is allowed, or, with `last_wins`, a later entry before those
    in front of it, whatever it says.
    """
    rules = [(grant, _rule(grant)) for grant in given]
    most = _COMPARISONS // max(1, len(rules))
    for position, (grant, meant) in enumerate(rules):
        others = rules[position + 1 : position + 1 + most] if last_wins else rules[:most]
        near = [(other.list, its) for other, its in others if other.list != grant.list]
        undone = [its for kind, its in near if kind == "allow"] if last_wins and grant.list != "allow" else []
        rule = _undone(meant, undone)
        stronger = [(kind, its) for kind, its in near if kind in _STRONGER[grant.list]]
        inside = [its for other, its in rules[:most] if other.list == grant.list]
        yield permission(where, grant.list, grant.node, rule, stronger=stronger, inside=inside, source=source)


def _rule(grant: Grant) -> Rule:
    """The rule that an entry means; one that the grammar does not know reaches nothing wide."""
    rule = parse(grant.means)
    reach = grant.reach or (rule.reach if rule.valid else "narrow")
    return replace(rule, text=str(grant.node.value), why=grant.why, reach="none" if grant.why else reach)


def _undone(rule: Rule, later: list[Rule]) -> Rule:
    """A denial or a question, without effect where a later entry allows all that it matches."""
    by = next((other for other in later if covers(other, rule)), None)
    return replace(rule, why=f'the later entry "{by.text}" allows the same') if by else rule


def texts_at(node: Node) -> Iterator[Node]:
    """The texts of a list, each at its place."""
    return (item for item in node.elements() if isinstance(item.value, str) and item.value.strip())
