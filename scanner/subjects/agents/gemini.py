"""Settings of Gemini CLI: approvals, sandbox, tools, trust in folders, hooks, servers; in nested and in flat form.

https://geminicli.com/docs/reference/configuration/, as of 2026-11
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.building import Place, place, subject
from scanner.subjects.agents.command_words import command
from scanner.subjects.agents.grants import Grant, grants, texts_at
from scanner.subjects.agents.hooks import hooks
from scanner.subjects.agents.kinds import SETTINGS
from scanner.subjects.agents.servers import servers
from scanner.subjects.agents.stated import Path, first
from scanner.subjects.subject_builder import SubjectBuilder

_CALL = regex(r"([\w.*-]+)\s*(?:\((.*)\))?", 16)
_SHELL = ("run_shell_command", "ShellTool")
_ALLOWED: tuple[Path, ...] = (("tools", "allowed"), ("allowedTools",))
_EXCLUDED: tuple[Path, ...] = (("tools", "exclude"), ("excludeTools",))
_ASKED: tuple[Path, ...] = (("tools", "confirmationRequired"),)
_SANDBOX: tuple[Path, ...] = (("tools", "sandbox"), ("sandbox",))
_MODE: tuple[Path, ...] = (("general", "defaultApprovalMode"), ("tools", "approvalMode"), ("approvalMode",))
_TRUST: tuple[Path, ...] = (("security", "folderTrust", "enabled"), ("folderTrust",))
_COMMANDS: tuple[Path, ...] = (
    ("tools", "discoveryCommand"),
    ("toolDiscoveryCommand",),
    ("tools", "callCommand"),
    ("toolCallCommand",),
    ("mcp", "serverCommand"),
    ("mcpServerCommand",),
)


def read(document: Document) -> Iterator[Subject]:
    """The subjects of a settings file."""
    where, root = place(document, "gemini"), document.root
    yield _settings(where, root)
    lists = {"allow": _ALLOWED, "ask": _ASKED, "deny": _EXCLUDED}
    yield from grants(
        where, [_grant(name, node) for name, paths in lists.items() for node in texts_at(first(root, paths))]
    )
    yield from map(_in_milliseconds, hooks(where, root.get("hooks")))
    for path in _COMMANDS:
        yield from command(where, path[-1], "helper", root.get(*path))
    yield from servers(where, root.get("mcpServers"))


def _in_milliseconds(made: Subject) -> Subject:
    """A hook, whose timeout is a number of milliseconds here."""
    timeout = made.bindings[made.focus].get("timeout")
    if isinstance(timeout, dict) and "seconds" in timeout:
        timeout.update(text=f"{timeout['text']} ms", seconds=timeout["seconds"] / 1000)
    return made


def _settings(where: Place, root: Node) -> Subject:
    shape = SubjectBuilder().say("name", "settings.json")
    mode, yolo = first(root, _MODE), root.get("yolo")
    if isinstance(mode.value, str):
        shape.put("mode", mode).put("approval", mode, "none" if mode.value == "yolo" else "asked")
    elif yolo.value is True:
        shape.put("mode", yolo, "yolo").put("approval", yolo, "none")
    shape.say("modeField", "defaultApprovalMode")
    box = first(root, _SANDBOX)
    if isinstance(box.value, bool | str):
        off = box.value is False or str(box.value).lower() in ("false", "none", "off")
        shape.put("sandbox", box, {"enabled": not off}).say("sandboxText", "sandbox is false")
    if root.get("tools", "sandboxNetworkAccess").value is True:
        shape.put("sandboxNetwork", root.get("tools", "sandboxNetworkAccess"), "every host")
    shape.put("directories", first(root, (("tools", "sandboxAllowedPaths"),)))
    shape.put("folderTrust", first(root, _TRUST)).put("bypassDisabled", root.get("security", "disableYoloMode"))
    return subject(SETTINGS, where, "", "settings in", shape, root)


def _grant(name: str, node: Node) -> Grant:
    """An entry of a list of tools: `run_shell_command(git)` covers all commands that begin with `git`."""
    found = _CALL.fullmatch(node.value.strip())
    tool, inside = (found[1], found[2]) if found else (node.value, None)
    if tool in _SHELL:
        return Grant(name, node, f"Bash({inside}:*)" if inside and inside != "*" else "Bash")
    if tool in ("web_fetch", "WebFetchTool"):
        return Grant(name, node, "WebFetch")
    if tool == "*":
        return Grant(name, node, "*")
    if tool in ("mcp_*", "mcp__*"):
        return Grant(name, node, "mcp__*")
    return Grant(name, node, f"mcp__{tool}" if tool.replace("_", "").isalnum() else "Task", "narrow")
