"""Agent cards of the A2A protocol, versions 0.3 and 1.0: where an agent is reached, and who may call it.

https://a2a-protocol.org/latest/specification/
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents.building import Place, place, subject
from scanner.subjects.agents.kinds import ENDPOINT
from scanner.subjects.agents.servers import address
from scanner.subjects.subject_builder import SubjectBuilder


def read(document: Document) -> Iterator[Subject]:
    """Each address of a card, with the schemes of authentication that the card declares and requires."""
    where, card = place(document, "a2a"), document.root
    stated = list(_addresses(card))
    for url in stated or [card.get("name")]:
        yield _endpoint(where, card, url, reached=bool(stated))


def _addresses(card: Node) -> Iterator[Node]:
    seen = set()
    for url in (
        card.get("url"),
        *(entry.get("url") for entry in card.get("supportedInterfaces").elements()),
        *(entry.get("url") for entry in card.get("additionalInterfaces").elements()),
    ):
        if isinstance(url.value, str) and url.value not in seen:
            seen.add(url.value)
            yield url


def _endpoint(where: Place, card: Node, url: Node, *, reached: bool) -> Subject:
    shape = (
        SubjectBuilder()
        .say("name", url.value if isinstance(url.value, str) else "agent")
        .put("agent", card.get("name"))
    )
    if reached:
        shape.put("url", url)
        address(shape, url)
    schemes, required = card.get("securitySchemes"), card.first("securityRequirements", "security")
    shape.put("schemes", schemes, [name for name, _ in schemes.items()])
    shape.put("required", required)
    shape.put("schemeKinds", schemes, sorted(set(_kinds(schemes))))
    shape.say("anonymousAllowed", _optional(required))
    shape.put("access", required or schemes, _access(schemes, required))
    shape.put("signatures", card.get("signatures"))
    for name, scheme in schemes.items():
        if scheme.get("in").value == "query" or scheme.get("apiKeySecurityScheme", "location").value == "query":
            shape.put("keyInAddress", scheme, name)
    return subject(ENDPOINT, where, "", "agent at", shape, card)


def _kinds(schemes: Node) -> Iterator[str]:
    """The kinds of schemes: `type` of 0.3, the one key of 1.0 without its ending."""
    for scheme in dict(schemes.items()).values():
        kind = scheme.get("type").value
        if isinstance(kind, str):
            yield kind
        else:
            yield from (name.removesuffix("SecurityScheme") for name, _ in scheme.items() if name.endswith("Scheme"))


def _access(schemes: Node, required: Node) -> str:
    """Whether callers must authenticate: `required`, `optional`, or `undeclared` for a scheme that the card lacks."""
    asked = [entry.get("schemes") or entry for entry in required.elements()]
    if not asked or _optional(required):
        return "optional"
    named = {name for entry in asked for name, _ in entry.items()}
    return "required" if named <= dict(schemes.items()).keys() else "undeclared"


def _optional(required: Node) -> bool:
    """Whether one of the alternatives asks for nothing: an empty entry is a call without credentials."""
    return any(entry.value in ({}, {"schemes": {}}) for entry in required.elements())
