"""Settings of OpenCode: permissions, agents, commands, servers, providers of models, sharing of sessions.

https://opencode.ai/docs/config/, https://opencode.ai/docs/permissions/, as of 2026-11. Of several entries that match,
the last one counts. Without an entry, most tools run without a question.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents.building import Place, entries, place, subject, texts
from scanner.subjects.agents.command_words import command
from scanner.subjects.agents.grants import Grant, grants
from scanner.subjects.agents.kinds import AGENT, SETTINGS
from scanner.subjects.agents.packages import package
from scanner.subjects.agents.prompts import prompt
from scanner.subjects.agents.servers import servers
from scanner.subjects.agents.stated import only
from scanner.subjects.agents.variables import row
from scanner.subjects.subject_builder import SubjectBuilder

_ACTIONS = ("allow", "ask", "deny")
_FILES = {"read": "Read", "edit": "Edit", "write": "Edit", "glob": "Read", "grep": "Read", "list": "Read"}
_BUILT_IN = ("anthropic", "openai", "google", "azure", "amazon-bedrock", "mistral", "github-copilot", "xai", "groq")
"""Providers that have an address of their own, so that another one redirects them."""
_FROM_FILE = ("{file:", "{env:")


def read(document: Document) -> Iterator[Subject]:
    """The subjects of a settings file."""
    where, root = place(document, "opencode"), document.root
    yield _settings(where, root)
    yield from _permissions(where, root.get("permission"), "settings")
    for listed in (root.get("agent"), root.get("mode")):
        for name, node in listed.items():
            if isinstance(node.value, dict):
                yield from _agent(where, name, node)
    for name, node in root.get("command").items():
        yield from _prompt(where, name, "command", node.get("template"))
    yield from servers(where, _servers(root.get("mcp")))
    for holder in ("formatter", "lsp"):
        for name, node in root.get(holder).items():
            line = node.get("command")
            yield from command(where, f"{holder} {name}", "helper", line.get(0), texts(line)[1:])


def _servers(node: Node) -> Node:
    """The servers that the file defines; an entry with nothing but `enabled` belongs to another file."""
    entries = node.value.items() if isinstance(node.value, dict) else ()
    return only(node, [key for key, value in entries if isinstance(value, dict) and value.keys() - {"enabled"}])


def _settings(where: Place, root: Node) -> Subject:
    shape = SubjectBuilder().say("name", where.origin.path.rpartition("/")[2])
    shape.put("sharing", root.get("share"))
    if root.get("autoshare").value is True:
        shape.put("sharing", root.get("autoshare"), "auto")
    rows = []
    for name, provider in root.get("provider").items():
        options = provider.get("options")
        role = "endpoint" if name in _BUILT_IN else ""
        rows += row(f"provider.{name}.baseURL", options.get("baseURL"), role)
        rows += row(f"provider.{name}.apiKey", options.get("apiKey"))
        rows += [pair for key, node in options.get("headers").items() for pair in row(f"provider.{name}.{key}", node)]
    entries(shape, "env", rows, root)
    plugins = [(_plugin(node.value), node) for node in root.get("plugin").elements() if isinstance(node.value, str)]
    entries(shape, "plugins", plugins, root.get("plugin"))
    return subject(SETTINGS, where, "", "settings in", shape, root)


def _plugin(text: str) -> dict[str, object]:
    found = package(["npx", text]) or {}
    return {"name": text, "source": text, "kind": "package", "pinned": bool(found.get("pinned"))}


def _agent(where: Place, name: str, node: Node) -> Iterator[Subject]:
    shape = SubjectBuilder().say("name", name).say("source", "settings")
    shape.put_all(node, {"description": "description", "model": "model", "maxTurns": "maxSteps"})
    shape.put("maxTurns", node.get("steps"))
    tools = node.get("tools")
    if isinstance(tools.value, dict):
        shape.put("tools", tools, [key for key, value in tools.value.items() if value is True])
        shape.put("deniedTools", tools, [key for key, value in tools.value.items() if value is False])
    yield subject(AGENT, where, "", "agent", shape, node)
    yield from _permissions(where, node.get("permission"), "agent")
    yield from _prompt(where, name, "prompt", node.get("prompt"))


def _prompt(where: Place, name: str, label: str, node: Node) -> Iterator[Subject]:
    if isinstance(node.value, str) and not node.value.startswith(_FROM_FILE):
        yield from prompt(where, name, label, node)


def _permissions(where: Place, node: Node, source: str) -> Iterator[Subject]:
    given = []
    if node.value in _ACTIONS:
        given.append(Grant(node.value, Node("*", node.mark), "*"))
    for tool, entry in node.items():
        if entry.value in _ACTIONS:
            given.append(_whole(node, tool, entry))
        for pattern, each in entry.items():
            if each.value in _ACTIONS:
                given.append(_part(tool, pattern, each))
    yield from grants(where, given, source, last_wins=True)


def _whole(node: Node, tool: str, entry: Node) -> Grant:
    """An entry about a tool as a whole."""
    at = Node(tool, entry.mark)
    if tool == "*":
        later = list(node.value)[list(node.value).index(tool) + 1 :]
        return Grant(entry.value, at, "*", "narrow" if "bash" in later else "")
    if tool == "bash":
        return Grant(entry.value, at, "Bash")
    if tool == "external_directory":
        return Grant(entry.value, at, "Edit(//**)")
    if tool == "webfetch":
        return Grant(entry.value, at, "WebFetch")
    return Grant(entry.value, at, _FILES.get(tool, f"mcp__{tool}"), "narrow")


def _part(tool: str, pattern: str, entry: Node) -> Grant:
    """An entry about what a tool is called with."""
    at = Node(f"{tool} {pattern}", entry.mark)
    if tool == "bash":
        whole = pattern.strip() == "*"
        return Grant(entry.value, at, "Bash" if whole else f"Bash({pattern})")
    if tool == "external_directory":
        return Grant(entry.value, at, f"Edit({_absolute(pattern)})")
    if tool in _FILES:
        inside = pattern if pattern.startswith("~") else f"./{pattern.lstrip('/')}"
        return Grant(entry.value, at, f"{_FILES[tool]}({inside})", "narrow" if pattern in ("*", "**") else "")
    if tool == "webfetch":
        return Grant(entry.value, at, "WebFetch" if pattern == "*" else f"WebFetch(domain:{pattern})")
    return Grant(entry.value, at, f"mcp__{tool}__{pattern}".replace("*", ""), "narrow")


def _absolute(pattern: str) -> str:
    if pattern in ("*", "**"):
        return "//**"
    return f"/{pattern}" if pattern.startswith("/") else pattern
