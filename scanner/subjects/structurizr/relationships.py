"""The relationships of a workspace as flows."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects import governance
from scanner.subjects.architecture import FLOW
from scanner.subjects.structurizr.element_types import technology
from scanner.subjects.structurizr.elements import Elements
from scanner.subjects.structurizr.stated import stated
from scanner.subjects.subject_builder import SubjectBuilder

_PROTOCOLS = (
    ("mtls", r"m-?tls|mutual tls"),
    ("https", r"https"),
    ("tls", r"tls|ssl"),
    ("wss", r"wss"),
    ("sftp", r"sftp"),
    ("ftps", r"ftps"),
    ("ssh", r"ssh"),
    ("ldaps", r"ldaps"),
    ("amqps", r"amqps"),
    ("http", r"http|rest over http"),
    ("ws", r"ws"),
    ("ftp", r"ftp"),
    ("telnet", r"telnet"),
    ("grpc", r"grpc"),
    ("jdbc", r"jdbc|odbc"),
    ("amqp", r"amqp"),
    ("kafka", r"kafka(?: protocol)?"),
    ("mqtt", r"mqtt"),
    ("tcp", r"tcp"),
    ("smtp", r"smtp"),
)
"""Protocols, those with encryption first, and the words of a technology that mean them."""
_WORDS = tuple((name, regex(rf"(?i)(?:^|[^a-z])(?:{words})(?:$|[^a-z])")) for name, words in _PROTOCOLS)
_HTTP_OR_HTTPS = regex(r"(?i)https?\s*[/|,+]\s*https?|http\(s\)|http\[s\]")


def flows(elements: Elements) -> Iterator[Subject]:
    """A flow for each relationship between two elements; those that Structurizr derives from others are left out."""
    for holder in elements.holders:
        for each in holder.get("relationships").elements():
            target = each.get("destinationId").value
            if not isinstance(target, str | int) or each.get("linkedRelationshipId"):
                continue
            source = each.get("sourceId").value
            key = str(source if isinstance(source, str | int) else holder.get("id").value)
            ends = elements.name_of(key), elements.name_of(str(target))
            if ends[0] != ends[1] or key == str(target):
                title = f"{elements.title_of(key)} -> {elements.title_of(str(target))}"
                yield _flow(elements, each, ends, title)


def _flow(elements: Elements, node: Node, ends: tuple[str, str], title: str) -> Subject:
    about = str(node.get("description").value or "")
    shape = SubjectBuilder().say("id", f"{title}: {about}").say("name", f"{ends[0]} -> {ends[1]}")
    shape.put("from", node.get("sourceId"), ends[0]).put("to", node.get("destinationId"), ends[1])
    shape.say("from", ends[0])
    if protocol := protocol_of(technology(node)):
        shape.put("protocol", node.get("technology"), protocol)
    if node.get("interactionStyle").value == "Asynchronous":
        shape.put("interaction", node.get("interactionStyle"), "async")
    shape.put("authentication", stated(node, "authentication", "auth"))
    return governance.subject(FLOW, elements.origin, elements.owner, "flow", shape, node)


def protocol_of(text: str) -> str:
    """The protocol that a technology such as `JSON/HTTPS` states; empty where it states none that is known."""
    if _HTTP_OR_HTTPS.search(text):
        return ""
    return next((name for name, words in _WORDS if words.search(text)), "")
