"""Plugins of Microsoft 365 Copilot: the MCP servers that the actions of an agent call, and how they are called.

https://learn.microsoft.com/en-us/microsoft-365-copilot/extensibility/plugin-manifest-2.4, as of 2026-11. A runtime of
the type OpenApi names a description, whose own requirements of authentication are read there.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents.building import Place, place, subject
from scanner.subjects.agents.kinds import SERVER
from scanner.subjects.agents.placeholders import has_placeholder
from scanner.subjects.agents.servers import address
from scanner.subjects.subject_builder import SubjectBuilder


def read(document: Document) -> Iterator[Subject]:
    """The servers of a plugin."""
    where, root = place(document, "m365"), document.root
    name = str(root.first("namespace", "name_for_human").value)
    for runtime in root.get("runtimes").elements():
        if runtime.get("type").value == "RemoteMCPServer":
            yield _server(where, name, runtime)


def _server(where: Place, name: str, runtime: Node) -> Subject:
    url, kind = runtime.get("spec", "url"), runtime.get("auth", "type")
    shape = SubjectBuilder().say("name", name).say("disabled", False).say("transport", "http")
    shape.put("url", url)
    if isinstance(url.value, str) and not has_placeholder(url.value):
        address(shape, url)
    if isinstance(kind.value, str):
        shape.say("authenticated", kind.value.lower() != "none")
    else:
        shape.unknowns.add("authenticated")
    return subject(SERVER, where, "", "MCP server", shape, runtime)
