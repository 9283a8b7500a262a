"""Security schemes of a description, which OpenAPI and AsyncAPI define alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.marks import NOWHERE, with_children
from scanner.model import Subject
from scanner.subjects.api import addresses
from scanner.subjects.api.kinds import ELSEWHERE, SCHEME, Api
from scanner.subjects.api.references import Document
from scanner.subjects.subject_builder import SubjectBuilder

_FIELDS = ("type", "place", "scheme", "flows", "urls")
_URLS = ("authorizationUrl", "tokenUrl", "refreshUrl", "deviceAuthorizationUrl")
_OLD_FLOWS = {"application": "clientCredentials", "accessCode": "authorizationCode"}
"""Flows of OpenAPI 2, and what later versions call them."""
_SAMPLE = "petstore_auth"
"""The security scheme of the Petstore."""
_PUBLIC = regex(r"(?i)(?:client|public|publishable|site)[-_ ]?(?:key|id)$")
"""Names of keys that are part of a page or an app, so that everybody can read them: they tell clients apart."""
_REFERENCE = regex(r"[/#:]")


def schemes(
    api: Api, defined: Node, used: Collection[str] | None, document: Document, *, has_callers: bool
) -> Iterator[Subject]:
    """Each security scheme; `used` are those that a requirement names, None where not all requirements are known.

    A description that `has_callers` has operations or servers that could require them.
    """
    for name, entry in defined.items():
        scheme = document.follow(entry)
        required = used is None or name in used
        if isinstance(scheme.value, dict):
            beside = "" if required or not has_callers else "others" if used else "none"
            yield described(api, name, scheme, used=required, beside=beside)
            continue
        shape = SubjectBuilder().say("id", name).say("name", name).say("used", required)
        yield api.subject(SCHEME, "security scheme", shape, entry, **dict.fromkeys(_FIELDS, ELSEWHERE))


def described(api: Api, name: str, scheme: Node, *, used: bool, beside: str = "") -> Subject:
    """A security scheme that is defined at a node; `beside` is what is required where this one is not."""
    shape = SubjectBuilder().say("id", name).say("name", name).say("used", used)
    if beside:
        shape.say("required_instead", beside)
    _describe(shape, scheme)
    if name == _SAMPLE and api.is_sample:
        shape.say("sample", value=True)
    return api.subject(SCHEME, "security scheme", shape, scheme)


def _describe(shape: SubjectBuilder, scheme: Node) -> None:
    kind, name = scheme.get("type"), scheme.get("scheme")
    if isinstance(kind.value, str):
        shape.put("type", kind, "http" if kind.value == "basic" else kind.value)  # OpenAPI 2 has `basic` as a type
    if kind.value == "basic":
        shape.put("scheme", kind, "basic")
    elif isinstance(name.value, str):
        shape.put("scheme", name, name.value.lower())
    if isinstance(scheme.get("in").value, str):
        shape.put("place", scheme.get("in"))
    if kind.value == "apiKey" and _PUBLIC.search(str(scheme.get("name").value)):
        shape.say("public", value=True)
    flows = list(_flows(scheme))
    if flows:
        nodes = [node for _, node in flows]
        shape.data["flows"] = [name for name, _ in flows]
        shape.marks["flows"] = with_children(nodes[0].mark or NOWHERE, [node.mark or NOWHERE for node in nodes])
    _put_urls(shape, [scheme.get("openIdConnectUrl"), *(urls for _, flow in flows for urls in _urls_of(flow, scheme))])


def _flows(scheme: Node) -> Iterator[tuple[str, Node]]:
    """The flows of OAuth 2 that a scheme offers; that of OpenAPI 2 is at the name of the flow."""
    old = scheme.get("flow")
    if isinstance(old.value, str):
        yield _OLD_FLOWS.get(old.value, old.value), old
    for name, flow in scheme.get("flows").items():
        if isinstance(flow.value, dict) and not name.startswith("x-"):
            yield name, flow


def _urls_of(flow: Node, scheme: Node) -> Iterator[Node]:
    holder = flow if isinstance(flow.value, dict) else scheme
    yield from (holder.get(name) for name in _URLS)


def _put_urls(shape: SubjectBuilder, stated: list[Node]) -> None:
    """The addresses of the authorization server, each with whether it is encrypted and from where it is reached."""
    found = [node for node in stated if isinstance(node.value, str) and node.value.strip()]
    items, marks = [], []
    for node in found:
        address = addresses.read(node.value)
        if addresses.is_sample(address.host):
            shape.say("sample", value=True)
        item = {"text": node.value, "plain": address.scheme == "http"}
        items.append({**item, "reach": address.reach} if address.reach else item)
        marks.append(with_children(node.mark or NOWHERE, None))
    if items:
        shape.data["urls"] = items
        shape.marks["urls"] = with_children(marks[0], marks)


def is_reference(name: str) -> bool:
    """Whether the name of a requirement may be the address of a scheme, as OpenAPI 3.2 allows."""
    return bool(_REFERENCE.search(name))
