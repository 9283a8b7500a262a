"""What runs without a question in Claude Code: what the scanned settings allow, less what they deny or ask for.

A list of tools of an agent says what it has, not what is approved: before a command, a request or a tool of a server
that no rule allows, a person is asked. https://code.claude.com/docs/en/sub-agents and
https://code.claude.com/docs/en/permissions as of 2026-11-30; Claude Code skips an allow rule `*`, `B*` or `mcp__*`,
which names neither a tool nor a server.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scanner.facts.agents import tools
from scanner.facts.agents.setups import CLAUDE_CODE, Setup
from scanner.facts.agents.tools import PRIVATE, Ability
from scanner.model import Subject
from scanner.subjects.agents.permission_grammar import Rule, covers, parse
from scanner.subjects.agents.permission_lookup import RuleLookup

_UNASKED = frozenset({"Read", "Grep", "Glob", "LS", "NotebookRead"})
"""Tools that read files of the project without a question."""
_MODES = ("auto", "bypassPermissions")
"""Modes of an agent in which no person is asked."""


class Denials:
    """Rules that take tools away."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = RuleLookup(rules)
        self._known: dict[str, bool] = {}

    def cover(self, tool: str) -> bool:
        """Whether one of them covers a tool as it is written."""
        if tool not in self._known:
            self._known[tool] = self._rules.first(parse(tool)) is not None
        return self._known[tool]


def allowed(found: Iterable[Ability], denied: Sequence[Denials], *, sandboxed: bool) -> Iterator[Ability]:
    """What stays of abilities if some tools are denied, and if commands run in a sandbox with a list of hosts."""
    for ability in found:
        if any(each.cover(ability.tool) for each in denied):
            continue
        if sandboxed and ability.command:
            yield Ability(ability.tool, ability.letters & {PRIVATE}, command=True)
        else:
            yield ability


def unasked_abilities(setup: Setup, *paths: str) -> list[Ability]:
    """What the lists of some files allow without a question."""
    stronger, servers = setup.rules("deny", "ask"), setup.granted
    rules = [
        parse(str(subject.bindings["permission"]["text"]))
        for subject in setup.permissions
        if subject.origin.path in paths and subject.bindings["permission"]["list"] == "allow"
    ]
    rules = [rule for rule in rules if rule.valid and rule.names_tools]
    given = [each for rule in rules for each in tools.abilities(rule.text, servers)]
    return list(allowed(given, [Denials(stronger)], sandboxed=setup.is_sandboxed))


class Approvals:
    """What agents of a setup can do without a question."""

    def __init__(self, setup: Setup) -> None:
        self._asks_nothing = setup.asks_nothing(CLAUDE_CODE)
        some = unasked_abilities(setup, *(each.origin.path for each in setup.settings))
        self._allowed = [(parse(each.tool), each) for each in some]

    def of(self, agent: Subject, own: Iterable[Ability]) -> Iterator[Ability]:
        """Of what the tools of an agent let it do, what it does without a question."""
        data = agent.bindings["agent"]
        if data.get("tool") != CLAUDE_CODE or data.get("permissionMode") in _MODES or self._asks_nothing:
            yield from own
            return
        for ability in own:
            rule = parse(ability.tool)
            if ability.starts is not None or rule.tool in _UNASKED:
                yield ability
                continue
            for allowing, given in self._allowed:
                if covers(allowing, rule):
                    yield ability
                elif covers(rule, allowing):
                    yield given
