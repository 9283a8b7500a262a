"""Agent cards of the A2A protocol, versions 0.3 and 1.0: where an agent is reached, and who may call it.

https://a2a-protocol.org/latest/specification/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scanner.documents import Document
from scanner.documents.positions import MISSING, Node
from scanner.model import Subject
from scanner.subjects.agents.building import Place, entries, place, subject
from scanner.subjects.agents.kinds import ENDPOINT
from scanner.subjects.agents.servers import address
from scanner.subjects.subject_builder import SubjectBuilder

_NAMES = 50
"""Schemes that a subject names."""
_TOKENS = (
    "tokenUrl",
    "authorizationUrl",
    "refreshUrl",
    "deviceAuthorizationUrl",
    "openIdConnectUrl",
    "oauth2MetadataUrl",
)
_DEEPEST = 4
"""Mappings between a scheme and the address of one of its flows."""


def read(document: Document) -> Iterator[Subject]:
    """Each address of a card, with the schemes of authentication that the card declares and requires."""
    where, card = place(document, "a2a"), document.root
    stated = list(_addresses(card))
    declared = _declared(card)
    for number, url in enumerate(stated or [card.get("name")]):
        yield _endpoint(where, card, url, declared, reached=bool(stated), first=number == 0)


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


def _endpoint(
    where: Place, card: Node, url: Node, declared: Sequence[tuple[str, Node, Any]], *, reached: bool, first: bool
) -> Subject:
    shape = (
        SubjectBuilder()
        .say("name", url.value if isinstance(url.value, str) else "agent")
        .put("agent", card.get("name"))
    )
    if reached:
        shape.put("url", url)
        address(shape, url)
    for name, node, value in declared:
        shape.put(name, node, value)
    required = card.first("securityRequirements", "security")
    shape.say("anonymousAllowed", _optional(required))
    if first:  # the addresses belong to the card and not to one of its endpoints
        flows = card.get("securitySchemes")
        entries(shape, "tokenAddresses", _token_addresses(flows), flows or card)
    return subject(ENDPOINT, where, "", "agent at", shape, card)


def _declared(card: Node) -> list[tuple[str, Node, Any]]:
    """(field, place, value) of what a card says of authentication, which is the same for all its addresses."""
    schemes, required = card.get("securitySchemes"), card.first("securityRequirements", "security")
    keys = ((name, scheme) for name, scheme in schemes.items() if _is_key_in_address(scheme))
    in_address, at = next(keys, ("", MISSING))
    return [
        ("schemes", schemes, [name for name, _ in schemes.items()][:_NAMES]),
        ("required", required, list(required.value[:_NAMES]) if isinstance(required.value, list) else required.value),
        ("schemeKinds", schemes, sorted(set(_kinds(schemes)))[:_NAMES]),
        ("access", required or schemes, _access(schemes, required)),
        ("signatures", card.get("signatures"), bool(card.get("signatures").value)),
        ("keyInAddress", at, in_address),
    ]


def _is_key_in_address(scheme: Node) -> bool:
    return "query" in (scheme.get("in").value, scheme.get("apiKeySecurityScheme", "location").value)


def _token_addresses(node: Node, depth: int = 0) -> Iterator[tuple[dict[str, Any], Node]]:
    """The addresses at which a client gets a token, each with its scheme."""
    for name, value in node.items():
        if name in _TOKENS and isinstance(value.value, str):
            shape = SubjectBuilder()
            address(shape, value)
            row: dict[str, Any] = {"url": value.value, "use": name}
            if "loopback" in shape.unknowns:
                continue  # the host is to be written by the reader
            row |= {key: shape.data[key] for key in ("scheme", "loopback") if key in shape.data}
            yield row, value
        elif depth < _DEEPEST:
            yield from _token_addresses(value, depth + 1)


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
