"""MCP servers, as every client writes them in its own words -> one shape.

`command` and `args` start a local server; `url`, `httpUrl` or `serverUrl` is a remote one. OpenCode writes the whole
command as a list, Zed nests it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.documents.positions import MISSING, Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents import packages
from scanner.subjects.agents.building import Place, entries, pairs, subject, texts
from scanner.subjects.agents.command_words import command, words_of
from scanner.subjects.agents.kinds import SERVER
from scanner.subjects.agents.local_network import is_local
from scanner.subjects.agents.long_commands import LONGEST, with_defaults
from scanner.subjects.agents.placeholders import is_placeholder
from scanner.subjects.agents.secret_values import secret_kind
from scanner.subjects.agents.variables import variables
from scanner.subjects.subject_builder import SubjectBuilder

_TRANSPORTS = {
    "local": "stdio",
    "remote": "http",
    "streamable-http": "http",
    "streamableHttp": "http",
    "streamable_http": "http",
}
_AUTHENTICATING = regex(
    r"(?i)authorization|proxy-authorization|cookie|.*(?:api|access|auth|subscription)[-_]?(?:key|token|id)|.*token|.*secret"
    r"|x-.*key|.*[-_]key|key|apikey|.*auth.*"
)
_IN_ADDRESS = regex(r"(?i)[?&;](?:[\w-]*(?:key|token|auth|secret|sig|signature|code))=|://[^/@\s]+@")
_UNENCRYPTED = ("http", "ws", "grpc")
_LOOPBACK = regex(r"(?i)(?:[a-z0-9.-]+\.)?(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0|host\.docker\.internal)")
_URL = regex(r"([A-Za-z][A-Za-z0-9+.-]*)://(?:[^/\\\s?#]*@)?(\[[^\]]*\]|(?:\$?\{+[^{}]*\}+|[^/\\:?#\s{])*)")
_BRIDGE = regex(r"(?:.*/)?(?:mcp-remote|supergateway|mcp-proxy)(?:@.*)?")
UNREAD = "unread"
"""The scope of a list that the tool does not read: none of its servers starts, but its credentials are in the file."""
TEXT = "text"
"""The scope of a code block: no tool starts a server from there."""
_APPROVALS = ("autoApprove", "alwaysAllow", "autoApproved", "auto_approve", "always_allow")


def servers(where: Place, node: Node) -> Iterator[Subject]:
    """The servers of a mapping by name, or of a list of entries with a `name`."""
    for name, entry in node.items():
        if isinstance(entry.value, dict):
            yield from server(where, name, entry)
    for entry in node.elements():
        if isinstance(entry.value, dict):
            yield from server(where, str(entry.get("name").value or "server"), entry)


def server(where: Place, name: str, node: Node) -> Iterator[Subject]:
    """One server, and the command that starts it, with the defaults of the variables that it names."""
    node = Node(_filled(node.value), node.mark)
    if where.scope == UNREAD:
        yield from _unread(where, name, node)
        return
    shape = SubjectBuilder().say("name", name)
    line, arguments = _command(node)
    url = node.first("url", "httpUrl", "serverUrl", "endpoint", "uri") or _bridged(line, arguments)
    shape.put("command", line, line.value if isinstance(line.value, str) else None)
    if isinstance(line.value, list):
        shape.put("command", line.get(0))
    shape.put("args", arguments)
    shape.put("url", url)
    _transport(shape, node, line, url)
    _values(shape, node)
    _approvals(shape, node)
    _authentication(shape, node, url, bridged=bool(line))
    disabled = node.get("disabled").value is True or node.get("enabled").value is False
    shape.say("disabled", disabled)
    words = _words(line, arguments)
    if words:
        _runs(shape, words, arguments or line)
    found = subject(SERVER, where, "", "MCP server", shape, node)
    yield found
    via = "server in a text" if where.scope == TEXT else "server"
    if words and not isinstance(line.value, list):
        yield from command(where, name, via, line, _items(arguments))
    elif isinstance(line.value, list):
        yield from command(where, name, via, line.get(0), _items(line)[1:])
    yield from command(where, name, "helper", node.get("headersHelper"))


def _filled(value: Any) -> Any:
    """Data with the default of each variable in its texts. https://code.claude.com/docs/en/mcp as of 2026-11."""
    if isinstance(value, dict):
        return {key: _filled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item) for item in value]
    return with_defaults(value) if type(value) is str and len(value) <= LONGEST else value


def _unread(where: Place, name: str, node: Node) -> Iterator[Subject]:
    """A server that never starts: its variables, headers and words, which may hold credentials."""
    shape = SubjectBuilder().say("name", name).say("disabled", True)
    line, arguments = _command(node)
    url = node.first("url", "httpUrl", "serverUrl", "endpoint", "uri")
    if isinstance(url.value, str):
        shape.put("url", url).say("credential", secret_kind("", url.value))
    _values(shape, node)
    yield subject(SERVER, where, "", "MCP server", shape, node)
    whole = isinstance(line.value, list)
    rest = _items(line)[1:] if whole else _items(arguments)
    yield from command(where, name, "server that never starts", line.get(0) if whole else line, rest)


def _values(shape: SubjectBuilder, node: Node) -> None:
    variables(shape, node.first("env", "environment", "envs"), node.get("settings"))
    pairs(shape, "headers", node.first("headers", "requestInit").get("headers") or node.get("headers"))


def _items(node: Node) -> list[Node]:
    return [node] if isinstance(node.value, str) else list(node.elements())


def _command(node: Node) -> tuple[Node, Node]:
    """The command of a server and its arguments."""
    line = node.first("command", "cmd")
    if isinstance(line.value, dict):  # Zed
        return line.get("path"), line.get("args")
    return line, node.first("args", "arguments")


def _bridged(line: Node, arguments: Node) -> Node:
    """The address that a local program such as mcp-remote forwards to."""
    words = _words(line, arguments)
    if not any(_BRIDGE.fullmatch(word) for word in words[:4]):
        return MISSING
    held = arguments or line
    found = (item for item in held.elements() if isinstance(item.value, str) and _URL.match(item.value))
    return next(found, MISSING)


def _words(line: Node, arguments: Node) -> list[str]:
    if isinstance(line.value, list):
        return texts(line)
    if not isinstance(line.value, str) or not line.value.strip():
        return []
    rest = texts(arguments)
    return [line.value, *rest] if rest else words_of(line.value)


def _transport(shape: SubjectBuilder, node: Node, line: Node, url: Node) -> None:
    stated = node.first("type", "transport", "transportType")
    if isinstance(stated.value, str):
        shape.put("type", stated)
    written = str(stated.value) if isinstance(stated.value, str) else ""
    kind = _TRANSPORTS.get(written, written)
    if not kind or (kind == "stdio" and url and not line):
        kind = "stdio" if line else "sse" if str(url.value).rstrip("/").endswith("/sse") else "http" if url else ""
    if kind:
        shape.say("transport", kind)
    address(shape, url)


def address(shape: SubjectBuilder, url: Node) -> None:
    """The scheme and the host of an address, and whether it stays on the machine or in the local network.

    An address without encryption whose host is still to be written may stay on the machine.
    """
    found = _URL.match(url.value) if isinstance(url.value, str) else None
    if found:
        shape.say("credential", secret_kind("", url.value))
        shape.put("scheme", url, found[1].lower()).put("host", url, found[2].lower())
        shape.say("localNetwork", is_local(found[2]))
        if is_placeholder(found[2]) and found[1].lower() in _UNENCRYPTED:
            shape.unknowns.add("loopback")
        else:
            shape.put("loopback", url, bool(_LOOPBACK.fullmatch(found[2])))


def _approvals(shape: SubjectBuilder, node: Node) -> None:
    """The tools that a client runs without a question: names, or `*` for all."""
    for name in _APPROVALS:
        stated = node.get(name)
        if stated.value is True:
            shape.put("autoApprove", stated, ["*"])
        elif isinstance(stated.value, list):
            shape.put("autoApprove", stated, texts(stated))
    if node.get("trust").value is True:
        shape.put("autoApprove", node.get("trust"), ["*"])


def _authentication(shape: SubjectBuilder, node: Node, url: Node, *, bridged: bool) -> None:
    """Whether a remote server is called with a proof of identity: a header, OAuth, or a key in the address.

    A local program that forwards to the server does OAuth by itself.
    """
    if not isinstance(url.value, str):
        return
    header = any(
        entry["value"].strip() and _AUTHENTICATING.fullmatch(entry["name"]) for entry in shape.data.get("headers", ())
    )
    stated = node.first(
        "headersHelper", "oauth", "auth", "authentication", "authorization", "authProviderType", "oauthConfig"
    )
    shape.say(
        "authenticated",
        bool(header or bridged or _IN_ADDRESS.search(url.value) or (stated and stated.value is not False)),
    )
    shape.say("keyInAddress", bool(_IN_ADDRESS.search(url.value)))


def _runs(shape: SubjectBuilder, words: list[str], at: Node) -> None:
    """What the command of a server runs: a package, a container, a shell, a tree of files."""
    found = packages.package(words)
    if found:
        shape.put("package", _at(at, found["name"]), found)
    run = packages.container(words)
    if not run:
        return
    if "image" in run:
        shape.put("image", _at(at, run["image"]["text"]), run["image"])
    shape.put("privileged", _at(at, "--privileged"), run["privileged"])
    shape.put("hostNetwork", at, run["hostNetwork"])
    if "hostAccess" in run:
        shape.put("hostAccess", at, run["hostAccess"])
    rows: list[tuple[dict[str, Any], Node]] = [({"source": source}, _at(at, source)) for source in run["mounts"]]
    entries(shape, "mounts", rows, at)


def _at(node: Node, text: str) -> Node:
    """The first item of a list that holds a text, else the whole."""
    for item in node.elements():
        if isinstance(item.value, str) and text and text in item.value:
            return item
    return node or MISSING
