"""Manifests of plugins and marketplaces: what a plugin starts, and where its parts come from.

The form is that of Claude Code, which Codex and Cursor took over. https://code.claude.com/docs/en/plugins-reference,
https://developers.openai.com/codex/plugins/build, https://cursor.com/docs/plugins as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.building import entries, place, subject
from scanner.subjects.agents.hooks import hooks
from scanner.subjects.agents.kinds import SETTINGS
from scanner.subjects.agents.servers import servers
from scanner.subjects.subject_builder import SubjectBuilder

_COMMIT = regex(r"[0-9a-f]{40}")


def read(document: Document) -> Iterator[Subject]:
    """The subjects of a manifest."""
    where = place(document, _tool(document.origin.path), "plugin")
    root = document.root
    shape = SubjectBuilder().put("name", root.get("name"))
    shape.data.setdefault("name", "plugin")
    shape.say("asksNothing", False)
    listed = [(_source(node), node.get("source") or node) for node in root.get("plugins").elements()]
    entries(shape, "plugins", listed, root.get("plugins"))
    yield subject(SETTINGS, where, "", "plugin", shape, root)
    for holder in (root, *root.get("plugins").elements()):
        yield from hooks(where, _hooks(holder))
        if isinstance(holder.get("mcpServers").value, dict):
            yield from servers(where, holder.get("mcpServers"))


def _tool(path: str) -> str:
    """The tool that loads a manifest, by its path."""
    if "/.agents/" in f"/{path}" or "/.codex-plugin/" in f"/{path}":
        return "codex"
    return "cursor" if "/.cursor-plugin/" in f"/{path}" else "claude-code"


def _hooks(holder: Node) -> Node:
    """The hooks of a plugin, which may be below a second `hooks`."""
    stated = holder.get("hooks")
    return stated.get("hooks") or stated


def _source(node: Node) -> dict[str, object]:
    """`{name, source, kind, pinned}` of an entry of a marketplace."""
    source = node.get("source")
    name = str(node.get("name").value or "plugin")
    if not isinstance(source.value, dict):
        return {"name": name, "source": str(source.value or ""), "kind": "path", "pinned": True}
    text = str(source.first("repo", "url", "package", "path").value or "")
    commit = source.first("sha", "commit", "ref").value
    pinned = isinstance(commit, str) and bool(_COMMIT.fullmatch(commit))
    return {"name": name, "source": text, "kind": str(source.get("source").value or ""), "pinned": pinned}
