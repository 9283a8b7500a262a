"""Manifests of MCP servers for a registry, `server.json`: packages by version, variables, remote addresses.

https://github.com/modelcontextprotocol/registry/tree/main/docs, schemas of 2025-07 to 2025-12
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.building import Place, entries, place, subject
from scanner.subjects.agents.kinds import SERVER
from scanner.subjects.agents.packages import image
from scanner.subjects.agents.secret_values import secret_kind
from scanner.subjects.agents.servers import address
from scanner.subjects.subject_builder import SubjectBuilder

_FIXED = regex(r"v?\d+(?:\.\d+){1,3}(?:[-+.]?[0-9A-Za-z][\w.+-]*)?")
_FILLED_IN = regex(r"\$|\{|<|%|@@")
"""What a release replaces, or a person."""
_SECRET = regex(
    r"(?i)(?:^|[_-])(?:api[_-]?key|access[_-]?key|secret|token|password|passwd|private[_-]?key|credentials?)$"
)
_REMOTE = ("streamable-http", "http", "sse")


def read(document: Document) -> Iterator[Subject]:
    """Each package and each remote address of a manifest, as a server."""
    where, root = place(document, "mcp-manifest"), document.root
    root = root.get("server") if isinstance(root.get("server", "name").value, str) else root
    name = str(root.get("name").value or "server")
    for node in root.get("packages").elements():
        if isinstance(node.value, dict):
            yield _package(where, name, node)
    for node in root.get("remotes").elements():
        if isinstance(node.value, dict):
            yield _remote(where, name, node, node, "remote")


def _package(where: Place, name: str, node: Node) -> Subject:
    kind = str(node.first("registryType", "registry_type", "registry_name").value or "")
    identifier, version = node.first("identifier", "name"), node.get("version")
    transport = node.get("transport")
    shape = SubjectBuilder().say("name", f"{name} ({kind})" if kind else name).say("disabled", False)
    text = str(identifier.value or "")
    if kind in ("oci", "docker"):
        stated = text if "@" in text or ":" in text.rpartition("/")[2] or not version else f"{text}:{version.value}"
        if not _FILLED_IN.search(stated):
            shape.put("image", identifier, image(stated))
    elif isinstance(version.value, str) or not version:
        fixed = bool(
            _FIXED.fullmatch(str(version.value)) or _FILLED_IN.search(str(version.value)) or node.get("fileSha256")
        )
        row = {"runner": kind, "name": text, "version": str(version.value or ""), "pinned": fixed, "local": False}
        shape.put("package", version or identifier, row)
    _inputs(shape, node, node.first("environmentVariables", "environment_variables"))
    if transport.get("type").value in _REMOTE:
        return _addressed(where, shape, node, transport)
    shape.say("transport", "stdio")
    return subject(SERVER, where, "", "MCP server", shape, node)


def _remote(where: Place, name: str, node: Node, transport: Node, label: str) -> Subject:
    shape = SubjectBuilder().say("name", f"{name} ({label})").say("disabled", False)
    _inputs(shape, node, node.get("headers"))
    return _addressed(where, shape, node, transport)


def _addressed(where: Place, shape: SubjectBuilder, node: Node, transport: Node) -> Subject:
    """A server that is called at an address; whoever publishes a manifest says which headers it wants."""
    url = transport.get("url")
    shape.put("url", url).say("transport", "sse" if transport.get("type").value == "sse" else "http")
    address(shape, url)
    shape.say("authenticated", True)
    return subject(SERVER, where, "", "MCP server", shape, node)


def _inputs(shape: SubjectBuilder, node: Node, listed: Node) -> None:
    """Variables and headers that a client asks for: whether they are secret, and values that are written out."""
    given: list[tuple[dict[str, Any], Node]] = []
    asked: list[tuple[dict[str, Any], Node]] = []
    for entry in listed.elements():
        name = str(entry.get("name").value or "")
        secret = entry.first("isSecret", "is_secret")
        row = {"name": name, "secret": secret.value is True, "named": bool(_SECRET.search(name))}
        asked.append((row, secret or entry.get("name")))
        value = entry.first("value", "default")
        if isinstance(value.value, str):
            row = {"name": name, "value": value.value, "role": "", "credential": secret_kind(name, value.value)}
            given.append((row, value))
    entries(shape, "env", given, listed or node)
    entries(shape, "inputs", asked, listed or node)
