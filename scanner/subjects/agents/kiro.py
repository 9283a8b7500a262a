"""Hooks of Kiro: what it runs, or tells its agent, when a file is saved, a tool is used or a turn ends.

One hook with `when` and `then`, or a list of `hooks` with a `trigger` and an `action` each:
https://kiro.dev/docs/hooks, https://kiro.dev/docs/cli/v3/hooks as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents.building import place
from scanner.subjects.agents.hooks import KIRO, hook
from scanner.subjects.agents.kinds import UNLOADED
from scanner.subjects.agents.prompts import prompt


def read(document: Document) -> Iterator[Subject]:
    """The hooks of a file, with the commands that they run and the prompts that they send."""
    where, root = place(document, KIRO), document.root
    for entry, event, action in _entries(root):
        where_read = replace(where, scope=UNLOADED) if entry.get("enabled").value is False else where
        yield from hook(where_read, event, entry, action)
        yield from prompt(where, str(entry.get("name").value or ""), "prompt of the hook", action.get("prompt"))


def _entries(root: Node) -> Iterator[tuple[Node, Node, Node]]:
    """(hook, its event, what it does)."""
    if root.get("then"):
        yield root, root.get("when", "type"), root.get("then")
    for entry in root.get("hooks").elements():
        yield entry, entry.get("trigger"), entry.get("action")
