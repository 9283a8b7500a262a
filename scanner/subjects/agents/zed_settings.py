"""Settings of Zed: what its agent runs without a question, the agents that it starts, MCP servers.

https://zed.dev/docs/ai/tool-permissions, https://zed.dev/docs/ai/external-agents, as of 2026-11. Up to version 0.223,
`always_allow_tool_actions` said what `tool_permissions.default` says since.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import MISSING, Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.building import Place, entries, place, subject, with_file
from scanner.subjects.agents.command_words import command
from scanner.subjects.agents.kinds import SETTINGS
from scanner.subjects.agents.mcp_servers import lists_of
from scanner.subjects.agents.permission_grammar import Rule
from scanner.subjects.agents.permissions import permission
from scanner.subjects.agents.servers import servers
from scanner.subjects.agents.variables import rows
from scanner.subjects.subject_builder import SubjectBuilder

_LISTS = {"always_allow": "allow", "always_confirm": "ask", "always_deny": "deny"}
_DEFAULTS = {"allow": "allow", "confirm": "ask", "deny": "deny"}
_PROJECT = regex(r"(?:^|/)\.zed/")
"""Settings of a project: of these, Zed takes servers and nothing about agents."""
_TERMINAL = "terminal"
_REACHES = {_TERMINAL: "any-command", "fetch": "any-domain"}
_EVERY = ("", ".*", "^", "^.*", "^.*$", ".+", "^.+$")
"""Patterns that match every input of a tool."""


def read(document: Document) -> Iterator[Subject]:
    """The subjects of a settings file."""
    where, root = place(document, "zed"), document.root
    if not _PROJECT.search(where.origin.path):
        yield from _of_user(where, root)
    for servers_of in lists_of(root):
        if servers_of.value is not root.value:
            yield from servers(where, servers_of)


def _of_user(where: Place, root: Node) -> Iterator[Subject]:
    """What the settings of a user say of agents."""
    stated = root.get("agent", "tool_permissions")
    yield _settings(where, root, stated)
    yield from _permissions(where, stated)
    for name, node in root.get("agent_servers").items():
        yield from command(where, name, "helper", node.get("command"), list(node.get("args").elements()))


def _settings(where: Place, root: Node, stated: Node) -> Subject:
    """What is asked: nothing only if no tool has a rule or a default of its own that asks."""
    shape = SubjectBuilder().say("name", where.origin.path.rpartition("/")[2])
    old, default = root.get("agent", "always_allow_tool_actions"), stated.get("default")
    everything = default.value == "allow" or (not default and not stated and old.value is True)
    shape.say("asksNothing", everything and not _asks(stated))
    if everything:
        shape.put("mode", default or old, "allow" if default else "always_allow_tool_actions")
    held = [pair for name, node in root.get("agent_servers").items() for pair in rows(node.get("env"), f"{name}.env.")]
    entries(shape, "env", held, root.get("agent_servers"))
    return with_file(subject(SETTINGS, where, "", "settings in", shape, root), root)


def _asks(stated: Node) -> bool:
    """Whether a tool has a rule or a default that asks, whatever the default of all tools is."""
    return any(
        node.get("always_confirm").value or node.get("default").value == "confirm"
        for _, node in stated.get("tools").items()
    )


def _permissions(where: Place, stated: Node) -> Iterator[Subject]:
    """The rules of each tool; a default decides about every command or address that no rule names."""
    shared = stated.get("default") if _asks(stated) else MISSING
    for tool, reach in _REACHES.items():
        default = stated.get("tools", tool, "default") or shared
        if default.value in _DEFAULTS:
            yield permission(where, _DEFAULTS[default.value], default, Rule(tool, tool, None, "", reach))
    for tool, node in stated.get("tools").items():
        for key, name in _LISTS.items():
            for item in node.get(key).elements():
                pattern = item.get("pattern")
                if isinstance(pattern.value, str):
                    yield permission(where, name, pattern, _rule(tool, pattern.value))


def _rule(tool: str, pattern: str) -> Rule:
    """A rule of a pattern, which covers everything or what nobody can tell from it."""
    reach = _REACHES.get(tool, "narrow") if pattern in _EVERY else "narrow"
    return Rule(f"{tool}: {pattern}", tool, pattern, "", reach)
