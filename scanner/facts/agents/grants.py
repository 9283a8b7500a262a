"""What an agent may use besides the tools that it names: servers, other agents, nodes of a workflow, code on the host.

What a file only refers to, or does not name, is an ability that is not known: a path is not called closed because
something was not read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from scanner.facts.agents import capability_table as table
from scanner.facts.agents.tools import (
    CAPABILITIES,
    OUTBOUND,
    PRIVATE,
    UNTRUSTED,
    Ability,
    Servers,
    abilities,
    looked_up,
    narrowed,
    plain,
    words_of,
)
from scanner.subjects.agents.permission_grammar import Rule

FIELDS = frozenset({"tools", "grants", "subagents", "toolServers", "toolTypes", "unread"})
"""Fields of an agent that say what it may use; without any of them nothing is stated."""
_MIXED = frozenset(CAPABILITIES)
_READS, _SENDS = frozenset({PRIVATE, UNTRUSTED}), frozenset({OUTBOUND})


def stated(data: Mapping[str, Any], servers: Servers, agents: Collection[str]) -> Iterator[Ability]:
    """What the fields of an agent let it do; `agents` are the names and paths by which others are known."""
    types = data.get("toolTypes")
    if isinstance(types, list):
        for entry in types:
            some = _typed(str(entry.get("name")), str(entry.get("type")), str(entry.get("operation")), servers)
            if entry.get("bound") is True:  # it has no room for data
                some = (replace(ability, letters=ability.letters - _SENDS) for ability in some)
            yield from some
    else:
        for text in texts(data.get("tools")):
            yield from abilities(text, servers)
    yield from _granted(data.get("grants"), servers, agents)
    for name in texts(data.get("toolServers")):
        yield from servers.tool(Rule(f"server {name}", f"mcp__{plain(name)}", None))
    for name in texts(data.get("subagents")):
        yield Ability(name, starts=(name,)) if name in agents else Ability(f"the agent {name}", known=False)
    yield from (Ability(name, known=False) for name in texts(data.get("unread")))
    if data.get("delegates") is True:
        yield Ability("delegation", starts=())
    if data.get("codeExecutionMode") == "unsafe" and data.get("codeExecution") is not False:
        yield Ability("code on the host", frozenset({PRIVATE, OUTBOUND}))


def texts(value: Any) -> list[str]:
    """The texts of a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _granted(grants: Any, servers: Servers, agents: Collection[str]) -> Iterator[Ability]:
    """What entries that name a server or an agent give: tools that run without approval, and other agents."""
    for grant in grants if isinstance(grants, list) else ():
        server, tools, asked = str(grant.get("server", "")), texts(grant.get("tools")), texts(grant.get("asked"))
        if not tools and not grant.get("unnamed") and not grant.get("asksAll"):
            known = server in agents
            yield Ability(server, starts=(server,)) if known else Ability(f"the agent {server}", known=False)
        for tool in [name for name in tools if name not in asked] or ["*"] * bool(grant.get("unnamed")):
            yield from servers.tool(Rule(f"{server}/{tool}", f"mcp__{plain(server)}__{tool}", None))


def _typed(name: str, kind: str, operation: str, servers: Servers) -> Iterator[Ability]:
    """What a tool does whose type is known, and which its author called as they liked."""
    if kind == "mcpClientTool":
        yield from servers.tool(Rule(name, f"mcp__{plain(name)}", None))
        return
    if kind == "agentTool":
        yield Ability(name, starts=(name,))
        return
    letters = table.node_types().get(kind)
    if letters is None:
        service = looked_up("-".join(words_of(kind.removesuffix("Tool").removeprefix("tool"))))
        letters = frozenset(service) if service is not None else None
    if letters is None or (
        letters & _SENDS and letters & _READS and letters != {UNTRUSTED, OUTBOUND} and not operation
    ):
        yield Ability(name, known=False)
        return
    yield Ability(name, narrowed(frozenset(letters), operation) if operation else frozenset(letters))
