"""Files that list MCP servers for a client: `mcpServers` of most, `servers` of VS Code, `context_servers` of Zed."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.building import Place, entries, place, subject
from scanner.subjects.agents.kinds import SETTINGS
from scanner.subjects.agents.servers import TEXT, UNREAD, servers
from scanner.subjects.subject_builder import SubjectBuilder

_FOLDERS = {
    ".vscode": "vscode",
    ".cursor": "cursor",
    ".roo": "roo",
    ".kiro": "kiro",
    ".amazonq": "amazon-q",
    ".gemini": "gemini",
    **dict.fromkeys((".zed", "zed", "dot_zed"), "zed"),
    ".windsurf": "windsurf",
    ".codeium": "windsurf",
    ".continue": "continue",
}
_NAMES = {
    "claude_desktop_config.json": "claude-desktop",
    "cline_mcp_settings.json": "cline",
    "mcp_config.json": "windsurf",
    "managed-mcp.json": "claude-code",
    ".mcp.json": "claude-code",
    ".claude.json": "claude-code",
}

_LIST = "mcpServers"
_UNREAD = regex(r"(?:^|/)\.claude/\.?mcp\.json$")
"""Claude Code reads `.mcp.json` of the folder of the project: https://code.claude.com/docs/en/mcp as of 2026-11."""
_TEXT = regex(r"(?i)\.(?:md|mdx|mdc|markdown|txt|rst)$")


def read(document: Document) -> Iterator[Subject]:
    """The servers of a file."""
    path = document.origin.path
    parts = path.split("/")
    tool = next((_FOLDERS[part] for part in reversed(parts) if part in _FOLDERS), _NAMES.get(parts[-1], "any"))
    scope = "managed" if parts[-1] == "managed-mcp.json" else TEXT if _TEXT.search(parts[-1]) else "project"
    where = place(document, tool, scope)
    if _UNREAD.search(path):
        where = replace(where, scope=UNREAD)
        yield _unread(where, document.root)
    else:
        yield from _misspelt(where, document.root)
    for node in lists_of(document.root):
        yield from servers(where, node)


def _unread(where: Place, root: Node) -> Subject:
    """A file that no client reads, with the names of its servers."""
    shape = SubjectBuilder().say("name", where.origin.path.rpartition("/")[2])
    lists = list(lists_of(root))
    names = [name for node in lists for name, entry in node.items() if isinstance(entry.value, dict)]
    shape.put("unreadServers", lists[0], names)
    return subject(SETTINGS, where, "", "settings in", shape, root)


def _misspelt(where: Place, root: Node) -> Iterator[Subject]:
    """The settings of a file whose list of servers has a name that no client knows."""
    wrong = [(key, node) for key, node in root.items() if key != _LIST and _folded(key) == _LIST.lower()]
    if wrong and not root.get(_LIST):
        shape = SubjectBuilder().say("name", where.origin.path.rpartition("/")[2])
        entries(
            shape,
            "unknownKeys",
            [({"key": key, "path": key, "near": _LIST, "guards": True}, node) for key, node in wrong],
            root,
        )
        yield subject(SETTINGS, where, "", "settings in", shape, root)


def _folded(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "")


def lists_of(root: Node) -> Iterator[Node]:
    """The mappings of servers of a document."""
    found = False
    for node in (
        *(root.get("mcpServers"), root.get("context_servers"), root.get("amp.mcpServers"), root.get("mcp", "servers")),
        *(root.get("servers"), root.get("mcp.servers")),
        *(project.get("mcpServers") for _, project in root.get("projects").items()),
    ):
        if isinstance(node.value, dict | list):
            found = True
            yield node
    if not found:
        yield root
