"""Workflows of n8n with AI agents: their tools and turns, who may start them, commands, servers and credentials.

https://docs.n8n.io/workflows/export-import/, https://docs.n8n.io/advanced-ai/, as of 2026-11. A value that begins with
`=` is an expression: a text in which what stands in `{{ }}` is computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.building import Place, entries, place, short, subject
from scanner.subjects.agents.command_words import command, seen
from scanner.subjects.agents.kinds import AGENT, COMMAND, ENDPOINT, SERVER, SETTINGS
from scanner.subjects.agents.prompts import prompt
from scanner.subjects.agents.secret_values import secret_kind
from scanner.subjects.agents.servers import address
from scanner.subjects.subject_builder import SubjectBuilder

_AGENTS = ("agent", "agentTool")
_ENTRIES = {"webhook": "webhook", "chatTrigger": "chat", "formTrigger": "form", "mcpTrigger": "MCP server"}
_COMMANDS = ("executeCommand", "ssh")
_ALL_COMPUTED = regex(r"=\s*\{\{(?:(?!\}\}).)*\}\}\s*", re.DOTALL)
_OF_COMMANDS = ("text", "words", "program", "credential", "package", *seen(""))
"""What rules ask of a command."""
_BY_DEFAULT = {"googleCalendarTool": "create"}
"""The operation of a node on events that states none."""
_ID_OR_TIME = regex(r"(?:[a-z]+Ids?|start|end)")
_MOVING = ("addLabels", "delete", "markAsRead", "markAsUnread", "removeLabels", "update")
"""Operations that have room for data in other fields only."""
_NESTED = 3
_DEEPEST = 8
_LONGEST = 20_000
_MOST = 5_000
"""Texts of a workflow that are searched for credentials."""


def read(document: Document) -> Iterator[Subject]:
    """The subjects of a workflow; a node that is switched off has none."""
    where, root = place(document, "n8n"), document.root
    nodes = [node for node in root.get("nodes").elements() if node.get("disabled").value is not True]
    links = _links(root.get("connections"))
    agents = {str(node.get("name").value) for node in nodes if _kind(node) in _AGENTS}
    leading, tools = _leading_to(agents, links), _tools(links, nodes)
    yield _settings(where, root, nodes)
    for node in nodes:
        kind, name = _kind(node), str(node.get("name").value)
        if kind in _AGENTS:
            yield from _agent(where, name, node, tools.get(name, []))
        elif (
            kind in _ENTRIES
            and name in leading
            and (kind != "chatTrigger" or node.get("parameters", "public").value is True)
        ):
            yield _entry(where, name, node, kind)
        elif kind == "mcpClientTool":
            yield _server(where, name, node)
        elif kind in _COMMANDS:
            yield from _command(where, name, node.get("parameters", "command"))


def _kind(node: Node) -> str:
    """The type of a node without its package: `@n8n/n8n-nodes-langchain.agent` is `agent`."""
    return str(node.get("type").value or "").rpartition(".")[2]


def _links(connections: Node) -> list[tuple[str, str, str]]:
    """(node, kind of connection, node that it leads to): main, or ai_tool from a tool to its agent."""
    return [
        (name, kind, end)
        for name, held in connections.items()
        for kind, outputs in (*held.items(), *((("main", held),) if isinstance(held.value, list) else ()))
        for end in _ends(outputs)
    ]


def _ends(outputs: Node, depth: int = 0) -> Iterator[str]:
    """The nodes that outputs lead to: each a list of ends, or where somebody wrote it by hand, an end or its name."""
    for output in outputs.elements():
        end = output.value if isinstance(output.value, str) else output.get("node").value
        if isinstance(end, str):
            yield end
        elif depth < _NESTED:
            yield from _ends(output, depth + 1)


def _leading_to(agents: set[str], links: list[tuple[str, str, str]]) -> set[str]:
    """The nodes from which a run can reach an agent."""
    before: dict[str, list[str]] = {}
    for name, _, end in links:
        before.setdefault(end, []).append(name)
    found, waiting = set(agents), list(agents)
    while waiting:
        fresh = [name for name in before.get(waiting.pop(), ()) if name not in found]
        found.update(fresh)
        waiting.extend(fresh)
    return found


def _tools(links: list[tuple[str, str, str]], nodes: list[Node]) -> dict[str, list[Node]]:
    """Agent -> the nodes that are its tools, without those that are switched off."""
    by_name = {str(node.get("name").value): node for node in nodes}
    found: dict[str, list[Node]] = {}
    for name, kind, end in links:
        if kind == "ai_tool" and name in by_name:
            found.setdefault(end, []).append(by_name[name])
    return found


def _computed(node: Node) -> bool:
    return isinstance(node.value, str) and node.value.startswith("=")


def _command(where: Place, name: str, node: Node) -> Iterator[Subject]:
    """The command of a node; one that data give as a whole is not known."""
    if not _computed(node):
        yield from command(where, name, "task", node)
    elif _ALL_COMPUTED.fullmatch(node.value):
        shape = SubjectBuilder().say("name", short(node.value)).say("via", "task")
        shape.unknowns.update(_OF_COMMANDS)
        yield subject(COMMAND, where, name, "command of the task", shape, node)
    else:
        yield from command(where, name, "task", Node(node.value[1:], node.mark))


def _agent(where: Place, name: str, node: Node, tools: list[Node]) -> Iterator[Subject]:
    options = node.get("parameters", "options")
    shape = SubjectBuilder().say("name", name).say("source", "workflow")
    if not _computed(options.get("maxIterations")):
        shape.put("maxTurns", options.get("maxIterations"))
    shape.say("tools", [str(tool.get("name").value) for tool in tools])
    shape.say("toolTypes", list(map(_tool, tools)))
    yield subject(AGENT, where, "", "agent", shape, node)
    yield from prompt(where, name, "system message", options.get("systemMessage"))


def _tool(node: Node) -> dict[str, Any]:
    """A tool by its type and operation, and whether nothing but ids and times is left open in what it changes."""
    kind, held = _kind(node), node.get("parameters")
    operation = str(held.get("operation").value or "")
    if not operation and held.get("resource").value in (None, "event"):
        operation = _BY_DEFAULT.get(kind, "")
    open_ = (key for key, text in _texts(held) if _computed(text))
    bound = operation in _MOVING and all(map(_ID_OR_TIME.fullmatch, open_))
    return {"name": str(node.get("name").value), "type": kind, "operation": operation, "bound": bound}


def _entry(where: Place, name: str, node: Node, kind: str) -> Subject:
    """Where a caller from outside starts an agent, and whether it has to prove who it is."""
    stated = node.get("parameters", "authentication")
    shape = SubjectBuilder().say("name", name).say("entry", _ENTRIES[kind])
    shape.put("authentication", stated).say("authenticated", stated.value not in (None, "none"))
    shape.put("type", node.get("type"))
    return subject(ENDPOINT, where, "", _ENTRIES[kind], shape, node)


def _server(where: Place, name: str, node: Node) -> Subject:
    held = node.get("parameters")
    url = held.first("endpointUrl", "sseEndpoint")
    shape = SubjectBuilder().say("name", name).say("disabled", False).say("transport", "http")
    if not _computed(url):
        shape.put("url", url)
        address(shape, url)
    shape.say("authenticated", held.get("authentication").value not in (None, "none"))
    return subject(SERVER, where, "", "MCP server", shape, node)


def _settings(where: Place, root: Node, nodes: list[Node]) -> Subject:
    """The workflow, with the credentials that its nodes hold in plaintext."""
    shape = SubjectBuilder().say("name", str(root.get("name").value or "workflow"))
    rows: list[tuple[Mapping[str, Any], Node]] = []
    held = (node for node in nodes if _kind(node) != "stickyNote")
    texts = ((str(node.get("name").value), *found) for node in held for found in _texts(node.get("parameters")))
    for number, (owner, key, at) in enumerate(texts):
        text = at.value[:_LONGEST]
        credential = secret_kind("" if text.startswith("=") else key, text)
        if credential:
            rows.append(({"name": f"{key} of {owner}", "value": text, "role": "", "credential": credential}, at))
        if number > _MOST:
            break
    entries(shape, "env", rows, root)
    return subject(SETTINGS, where, "", "workflow", shape, root)


def _texts(node: Node, key: str = "", depth: int = 0) -> Iterator[tuple[str, Node]]:
    """The texts of parameters, each with its name; that of a `{name, value}` is its name."""
    if isinstance(node.value, str):
        yield key, node
    elif depth < _DEEPEST:
        named = node.get("name").value
        for name, value in node.items():
            inner = str(named) if name == "value" and isinstance(named, str) else name
            yield from _texts(value, inner, depth + 1)
        for item in node.elements():
            yield from _texts(item, key, depth + 1)
