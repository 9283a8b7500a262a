"""What Cursor loads from `.cursor`: permissions of its command line, hooks, allow lists and the sandbox.

https://cursor.com/docs/cli/reference/permissions, https://cursor.com/docs/hooks,
https://cursor.com/docs/reference/sandbox, as of 2026-11
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.building import Place, place, subject
from scanner.subjects.agents.grants import Grant, grants, texts_at
from scanner.subjects.agents.hooks import hooks
from scanner.subjects.agents.kinds import SETTINGS
from scanner.subjects.agents.servers import servers
from scanner.subjects.subject_builder import SubjectBuilder

_TOKEN = regex(r"(\w+)\((.*)\)", 16)
_ANY = ("*", "**", "*:*", "", "**/*")


def read(document: Document) -> Iterator[Subject]:
    """The subjects of a file, by what it holds."""
    where, root = place(document, "cursor"), document.root
    yield _settings(where, root)
    listed = root.get("permissions")
    entries = [_grant(name, node) for name in ("allow", "ask", "deny") for node in texts_at(listed.get(name))]
    entries += [_terminal(node) for node in texts_at(root.get("terminalAllowlist"))]
    entries += [_tool("allow", node, node.value) for node in texts_at(root.get("mcpAllowlist"))]
    yield from grants(where, entries)
    yield from hooks(where, root.get("hooks"))
    yield from servers(where, root.get("mcpServers"))


def _settings(where: Place, root: Node) -> Subject:
    shape = SubjectBuilder().say("name", where.origin.path.rpartition("/")[2])
    mode = root.get("approvalMode")
    if isinstance(mode.value, str):
        shape.put("mode", mode).say("modeField", "approvalMode")
        shape.put("approval", mode, "none" if mode.value == "unrestricted" else "asked")
    kind, state = root.get("type"), root.get("sandbox", "mode")
    if where.origin.path.endswith("sandbox.json") and isinstance(kind.value, str):
        shape.put("sandbox", kind, {"enabled": kind.value != "insecure_none"}).say(
            "sandboxText", f"type is {kind.value}"
        )
    elif isinstance(state.value, str):
        shape.put("sandbox", state, {"enabled": state.value != "disabled"}).say("sandboxText", "mode is disabled")
    policy = root.get("networkPolicy")
    hosts = [item for item in texts_at(policy.get("allow")) if item.value in _ANY]
    if policy.get("default").value == "allow":
        shape.put("sandboxNetwork", policy.get("default"), "every host")
    elif hosts:
        shape.put("sandboxNetwork", hosts[0], "every host")
    shape.put("directories", root.get("additionalReadwritePaths"))
    return subject(SETTINGS, where, "", "settings in", shape, root)


def _grant(name: str, node: Node) -> Grant:
    """An entry such as `Shell(git)`, `Read(src/**)`, `Write(**)`, `WebFetch(*.example.com)` or `Mcp(server:tool)`."""
    found = _TOKEN.fullmatch(node.value.strip())
    tool, inside = (found[1], found[2].strip()) if found else (node.value.strip(), "")
    if tool == "Shell":
        return Grant(name, node, _shell(inside))
    if tool in ("Read", "Write"):
        own = "Edit" if tool == "Write" else "Read"
        return Grant(name, node, f"{own}({_path(inside)})" if inside else own)
    if tool == "WebFetch":
        return Grant(name, node, "WebFetch" if inside in _ANY else f"WebFetch(domain:{inside})")
    if tool == "Mcp":
        return _tool(name, node, inside)
    return Grant(name, node, tool, "narrow")


def _shell(inside: str) -> str:
    """`git` covers every command that begins with it, `curl:*` too; `git:status` those with the arguments."""
    program, _, arguments = inside.partition(":")
    if program.strip() in _ANY:
        return "Bash"
    rest = arguments.strip().rstrip("*").strip()
    return f"Bash({program} {rest}:*)" if rest else f"Bash({program.rstrip('* ')}:*)"


def _path(inside: str) -> str:
    """A pattern with one leading slash is absolute here."""
    return f"/{inside}" if inside.startswith("/") and not inside.startswith("//") else inside


def _tool(name: str, node: Node, inside: str) -> Grant:
    server, _, tool = inside.partition(":") if ":" in inside else inside.partition(",")
    if server.strip() in _ANY:
        return Grant(
            name,
            node,
            "mcp__*" if tool.strip() in _ANY else f"mcp__any__{tool.strip()}",
            "" if tool.strip() in _ANY else "narrow",
        )
    return Grant(name, node, f"mcp__{server.strip()}" + ("" if tool.strip() in _ANY else f"__{tool.strip()}"))


def _terminal(node: Node) -> Grant:
    """An entry of `terminalAllowlist`: the beginning of a command."""
    return Grant("allow", node, _shell(node.value.strip()))
