"""Editor settings of VS Code that say what agents run without a question.

https://code.visualstudio.com/docs/agents/approvals, as of 2026-11. A key of `chat.tools.terminal.autoApprove` is the
beginning of a command, or a regular expression between slashes; false demands an approval, whatever else matches.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.documents import Document
from scanner.documents.positions import MISSING, Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.building import Place, place, subject
from scanner.subjects.agents.grants import Grant, grants
from scanner.subjects.agents.kinds import SETTINGS
from scanner.subjects.agents.mcp_servers import lists_of
from scanner.subjects.agents.servers import servers
from scanner.subjects.subject_builder import SubjectBuilder

_REGEX = regex(r"/(.*)/[a-z]*", 16)
_LITERAL = regex(r"(?:[\w /@:=-]|\\[./-])*")
_OPEN = regex(r"(?:\\b|\$|\.\*|\.\+|\\s\+?\*?|\s|\(\?:|\(|\)|\||\[\\s\\S\][*+]|\\S[*+]|\?)*")
"""What follows a literal beginning and leaves the rest of the command open."""
_EVERY = ("*", "**", "**/*", "**/**")
_LEVELS = ("autoApprove", "autopilot", "bypass", "bypassApprovals")
_CONFIGURES = regex(
    r"(?:^|/)\.(?:vscode|git|github|claude|cursor)(?:/|$)|(?:^|/)(?:\.?mcp|settings|tasks|launch)\.json$"
)
"""Patterns of files that decide what the editor or the agent runs."""


def read(document: Document) -> Iterator[Subject]:
    """The subjects of a settings file."""
    where, root = place(document, "vscode"), document.root
    yield _settings(where, root)
    yield from grants(where, [*_commands(root), *_edits(root), *_addresses(root)])
    if any(root.get(*path) for path in (("mcp", "servers"), ("mcp.servers",), ("mcpServers",))):
        for node in lists_of(root):
            yield from servers(where, node)


def _settings(where: Place, root: Node) -> Subject:
    shape = SubjectBuilder().say("name", where.origin.path.rpartition("/")[2])
    level = root.get("chat.permissions.default")
    every = next(
        (
            root.get(key)
            for key in ("chat.tools.global.autoApprove", "chat.tools.autoApprove")
            if root.get(key).value is True
        ),
        MISSING,
    )
    if every:
        shape.put("mode", every, "approve everything").put("approval", every, "none")
    elif isinstance(level.value, str):
        shape.put("mode", level).put("approval", level, "none" if level.value in _LEVELS else "asked")
    shape.say("modeField", "chat.tools.global.autoApprove" if every else "chat.permissions.default")
    box = root.first("chat.agent.sandbox.enabled", "chat.tools.terminal.sandbox.enabled")
    if isinstance(box.value, bool | str):
        shape.put("sandbox", box, {"enabled": box.value not in (False, "off", "disabled")})
        shape.say("sandboxText", "the setting for the sandbox is off")
    shape.put("folderTrust", root.get("security.workspace.trust.enabled"))
    shape.put("requests", root.get("chat.agent.maxRequests"))
    return subject(SETTINGS, where, "", "settings in", shape, root)


def _switch(value: Any, key: str = "approve") -> bool | None:
    """What an entry says: true, false, or an object with the decision; null removes a default."""
    return value.get(key) if isinstance(value, dict) else value if isinstance(value, bool) else None


def _commands(root: Node) -> Iterator[Grant]:
    enabled = root.get("chat.tools.terminal.enableAutoApprove").value is not False
    for text, node in root.get("chat.tools.terminal.autoApprove").items():
        decision = _switch(node.value)
        literal = "*" in text and not _REGEX.fullmatch(text.strip())
        why = "`*` is taken literally; a pattern is a regular expression between slashes" if literal else ""
        if decision is False or (decision is True and enabled):
            reach = "narrow" if text.strip().endswith("/") and not _REGEX.fullmatch(text.strip()) else ""
            yield Grant("allow" if decision else "deny", Node(text, node.mark), _command(text), reach, why)


def _command(text: str) -> str:
    """The rule for the commands that a key matches."""
    found = _REGEX.fullmatch(text.strip())
    if not found:
        return f"Bash({text.strip()}:*)"
    pattern = found[1].removeprefix("^")
    literal = _LITERAL.match(pattern)
    written = literal[0] if literal else ""
    start, rest = written.replace("\\", ""), pattern[len(written) :]
    if not _OPEN.fullmatch(rest) or (rest == "$" and start):
        return f"Bash({start or 'one command'})"
    return f"Bash({start.rstrip()}:*)" if start.strip() else "Bash"


def _edits(root: Node) -> Iterator[Grant]:
    """Files that an agent changes without a question; every file of the project is the default."""
    for text, node in root.get("chat.tools.edits.autoApprove").items():
        decision = _switch(node.value)
        if decision is None:
            continue
        wide = text.strip() in _EVERY
        reach = "narrow" if wide else "own-configuration" if _CONFIGURES.search(text) else ""
        yield Grant("allow" if decision else "ask", Node(text, node.mark), f"Edit({text})", reach)


def _addresses(root: Node) -> Iterator[Grant]:
    for text, node in root.get("chat.tools.urls.autoApprove").items():
        decision = _switch(node.value, "approveRequest")
        host = text.strip().partition("://")[2] or text.strip()
        means = "WebFetch" if host.strip("/") in _EVERY else f"WebFetch(domain:{host.partition('/')[0]})"
        if decision is not None:
            yield Grant("allow" if decision else "ask", Node(text, node.mark), means)
