"""Agents of Google ADK in YAML: loops, tools, sub-agents, MCP servers, execution of code.

https://google.github.io/adk-docs/agents/config/, https://google.github.io/adk-docs/api-reference/agentconfig/, as of
2026-11. Without `agent_class`, an agent is an LlmAgent. Java writes the arguments of a toolset in camel case.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from scanner.documents import Document
from scanner.documents.positions import MISSING, Node
from scanner.model import Subject
from scanner.subjects.agents import packages
from scanner.subjects.agents.building import Place, entries, place, subject, texts
from scanner.subjects.agents.kinds import AGENT
from scanner.subjects.agents.prompts import prompt
from scanner.subjects.agents.servers import server
from scanner.subjects.subject_builder import SubjectBuilder

_UNSAFE = "UnsafeLocalCodeExecutor"
_OWN = "google.adk.tools."
_DEEPEST = 4


def read(document: Document) -> Iterator[Subject]:
    """The agent of a file and the servers that it uses."""
    where, root = place(document, "adk"), document.root
    name = str(root.get("name").value)
    yield _agent(where, name, root)
    for tool, node in _toolsets(root):
        yield from server(where, _server_name(tool, node), node)
    for field in ("instruction", "static_instruction", "global_instruction"):
        yield from prompt(where, name, field, root.get(field))


def _agent(where: Place, name: str, root: Node) -> Subject:
    shape = SubjectBuilder().say("name", name).say("source", "file")
    shape.put_all(root, {"description": "description", "model": "model"})
    kind = str(root.get("agent_class").value).rpartition(".")[2]
    shape.put("loops", root.get("agent_class"), kind == "LoopAgent")
    shape.put("maxTurns", root.get("max_iterations"))
    _tools(shape, root)
    _subagents(shape, where, root)
    executor = root.get("code_executor")
    written = str(executor.value if isinstance(executor.value, str) else executor.get("name").value or "")
    if executor and written:
        shape.put("codeExecution", executor, value=True)
        shape.say("codeExecutionMode", "unsafe" if written.rpartition(".")[2] == _UNSAFE else "other")
        shape.say("codeExecutionText", f"code_executor is {written}")
    return subject(AGENT, where, "", "agent", shape, root)


def _tools(shape: SubjectBuilder, root: Node) -> None:
    """The tools by name; those of MCP servers as grants, all of them where no filter names some."""
    tools, toolsets = root.get("tools"), list(_toolsets(root))
    beside = [tool for tool, _ in toolsets]
    others = [each for each in tools.elements() if each not in beside and not _reference(each.get("args", "agent"))]
    names = [each.value if isinstance(each.value, str) else each.get("name").value for each in others]
    shape.put("tools", tools, [name.removeprefix(_OWN) for name in names if isinstance(name, str)])
    if not all(isinstance(name, str) for name in names):
        shape.say("unread", ["a tool without a name"])
    if toolsets:
        rows = [(_grant(_server_name(tool, node), tool.get("args")), tool) for tool, node in toolsets]
        entries(shape, "grants", rows, tools)


def _grant(name: str, arguments: Node) -> dict[str, Any]:
    named = texts(arguments.first("tool_filter", "toolFilter"))
    every = arguments.first("require_confirmation", "requireConfirmation").value is True
    return {
        "server": name,
        "tools": named,
        "asked": named if every else [],
        "unnamed": not named and not every,
        "asksAll": every,
    }


def _toolsets(root: Node) -> Iterator[tuple[Node, Node]]:
    """The tools that connect to an MCP server, each with the parameters of the connection."""
    for tool in root.get("tools").elements():
        node = next(_connections(tool.get("args")), MISSING)
        if node:
            yield tool, node


def _connections(node: Node, depth: int = 0) -> Iterator[Node]:
    """The mappings among arguments, also among pairs of `name` and `value`, that say how a server is reached."""
    for key, value in node.items():
        if key.lower().endswith("params") or key == "value":
            if isinstance(value.value, dict) and isinstance(value.first("command", "url").value, str):
                yield value
            elif depth < _DEEPEST:
                yield from _connections(value, depth + 1)
    for item in node.elements():
        if depth < _DEEPEST:
            yield from _connections(item, depth + 1)


def _server_name(tool: Node, node: Node) -> str:
    """The name of a server, which has none here: that of its package or its host, or that of the toolset."""
    command, url = node.get("command").value, node.get("url").value
    if isinstance(command, str):
        package = packages.package([command, *texts(node.get("args"))])
        found = str(package["name"]).rpartition("/")[2] if package else ""
    else:
        found = str(url).partition("://")[2].partition("/")[0].rpartition("@")[2]
    return found or str(tool.get("name").value or "server")


def _subagents(shape: SubjectBuilder, where: Place, root: Node) -> None:
    """The agents that this one hands over to: files by their path, others by the name of their code."""
    listed = root.get("sub_agents")
    asked = [tool.get("args", "agent") for tool in root.get("tools").elements()]
    found = [_reference(item, where) or "in a form that is not read" for item in listed.elements()]
    found += [reference for item in asked if (reference := _reference(item, where))]
    if found:
        shape.put("subagents", listed or root.get("tools"), found)


def _reference(item: Node, where: Place | None = None) -> str:
    path, code = item.get("config_path").value, item.get("code").value
    if isinstance(path, str):
        folder = posixpath.dirname(where.origin.path) if where else ""
        return posixpath.normpath(posixpath.join(folder, path))
    return code if isinstance(code, str) else ""
