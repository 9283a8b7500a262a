"""Tool calls that JSON states as data -> calls like those in JavaScript.

Such as `{"tool": "mcp__SERVER__TOOL", "params": {...}}`, the `tool_use` of a message, and a `tools/call` of JSON-RPC.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import Node
from scanner.marks import NOWHERE, end_of, key_start_of, keyless

_PREFIX = "mcp__"
_ARGUMENTS = ("arguments", "params", "parameters", "args", "input")


def of_data(root: Node) -> Iterator[tuple[str, Node]]:
    """The calls that a document states, alone or in a list: the name, and the list of arguments."""
    listed = root.get("calls") or root
    for node in listed.elements() if isinstance(listed.value, list) else (root,):
        if found := _call(node):
            yield found


def _call(node: Node) -> tuple[str, Node] | None:
    if not isinstance(node.value, dict):
        return None
    if node.value.get("method") == "tools/call":
        node = node.get("params")
        return _with_arguments(node.first("name", "tool").value, node, plain=True)
    if "tool" in node.value:
        return _with_arguments(node.value["tool"], node)
    return _with_arguments(node.value.get("name"), node) if node.first("input", "arguments") else None


def _with_arguments(name: object, node: Node, *, plain: bool = False) -> tuple[str, Node] | None:
    """A call of that name; a `plain` name may do without a server."""
    if not isinstance(name, str) or not (plain or name.startswith(_PREFIX)):
        return None
    given = node.first(*_ARGUMENTS)
    mark = given.mark or node.mark or NOWHERE
    inner = [keyless(mark[3:5], end_of(mark), mark[7])] if given else []
    return name, Node([given.value] if given else [], keyless(key_start_of(mark), end_of(mark), inner))
