"""AsyncAPI 2 and 3 -> the servers, operations and security schemes of an API of messages.

https://www.asyncapi.com/docs/reference. The name of a protocol says whether it is encrypted (`kafka-secure`, `amqps`).
A reference that leads to another file is not followed: what stands there is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects.api import addresses
from scanner.subjects.api.kinds import DESCRIPTION, ELSEWHERE, OPERATION, Api
from scanner.subjects.api.references import Document, entries
from scanner.subjects.api.schemes import described, schemes
from scanner.subjects.subject_builder import SubjectBuilder

_TLS_WORDS = """
https wss mqtts secure-mqtt mqtt-secure amqps amqp+ssl amqp+tls kafka-secure kafka+ssl kafka-ssl stomps stomp+ssl
nats+tls rediss solaces ibmmq-secure pulsar+ssl googlepubsub sns sqs
"""
_TLS = frozenset(_TLS_WORDS.split())
_PLAIN = frozenset(("http", "ws"))
"""Protocols that are not encrypted under this name."""
_PLAIN_PORTS = {"mqtt": "1883", "mqtt5": "1883", "amqp": "5672", "kafka": "9092", "stomp": "61613"}
"""Protocols that run with and without TLS under one name: the port for those without."""
_DECIDING = frozenset((*_PLAIN, *_PLAIN_PORTS))
"""Protocols of which the name, or the name with the port, says that a server is reached without TLS."""
_TLS_PORTS = frozenset(("443", "8443"))
_OVER_TLS = frozenset(("X509",))
"""Types of security schemes that work over TLS alone."""
_OF_KAFKA = frozenset(("plain", "scramSha256", "scramSha512", "gssapi", "userPassword", "oauth2"))
"""Types with which Kafka is often used over TLS at its usual port."""
_OF_V2 = ("publish", "subscribe")


def subjects(root: Node, origin: Origin) -> Iterator[Subject]:
    """The API, its servers, operations, security schemes and requirements."""
    api, document = Api(root, origin), Document(root)
    found = _Requirements(root, document)
    yield _description(api, root, found)
    for name, entry in root.get("servers").items():
        yield _server(api, name, entry, document)
    yield from _operations(api, root, document)
    defined = document.follow(root.get("components")).get("securitySchemes")
    has_callers = any(root.get(group).value for group in ("servers", "operations", "channels"))
    used = None if document.outside else found.names.keys()
    yield from schemes(api, defined, used, document, has_callers=has_callers)
    for scheme in found.inline:
        yield described(api, str(scheme.get("type").value), scheme, used=True)
    known = defined.value if isinstance(defined.value, dict) else {}
    for name, node in found.names.items():
        if name in known or not document.outside:
            yield api.requirement(node, name, defined=name in known)


def elsewhere(root: Node) -> Iterator[tuple[int, str, str]]:
    """Servers, channels and operations in other files, once, at the first: 1-based line, which they are, no folder."""
    followed = Document(root)
    for group in ("servers", "channels", "operations"):
        for entry in entries(root.get(group)):
            followed.follow(entry)
    yield from followed.told()


class _Requirements:
    """The requirements of servers and operations."""

    def __init__(self, root: Node, document: Document) -> None:
        self.document = document
        self.names: dict[str, Node] = {}
        """The schemes that are required by name, each where it is first named."""
        self.inline: list[Node] = []
        """Schemes that are defined where they are required."""
        self.is_stated = False
        for group in ("servers", "operations", "channels"):
            for entry in entries(root.get(group)):
                whole = document.follow(entry)
                for holder in (whole, *(whole.get(name) for name in _OF_V2)):
                    self._read(holder.get("security"))

    def _read(self, stated: Node) -> None:
        for each in stated.elements():
            reference = each.value.get("$ref") if isinstance(each.value, dict) else None
            if isinstance(each.get("type").value, str):
                pairs = []
                self.inline.append(each)
            elif isinstance(reference, str):
                name = reference.rpartition("/")[2]
                inside = reference.startswith("#/components/securitySchemes/")
                pairs = [(name, each)] if inside else []
                self.document.follow(each)
            else:
                pairs = list(each.items())
            self.is_stated = self.is_stated or bool(each.value)
            for name, node in pairs:
                self.names.setdefault(name, node)


def _description(api: Api, root: Node, found: _Requirements) -> Subject:
    version = root.get("asyncapi")
    shape = SubjectBuilder().say("name", api.title).say("format", "asyncapi").put("version", version)
    servers = root.get("servers").value
    count = len(servers) if isinstance(servers, dict) else 0
    shape.say("operations", count).say("writes", count)  # a client of any server sends or receives messages
    known = found.is_stated or not found.document.outside
    if known:
        shape.put("secured", root.get("servers") or version, found.is_stated)
    return api.subject(DESCRIPTION, "API", shape, root, **({} if known else {"secured": ELSEWHERE}))


def _server(api: Api, name: str, entry: Node, document: Document) -> Subject:
    server = document.follow(entry)
    url, protocol = server.first("host", "url"), server.get("protocol")
    text = str(url.value) if isinstance(url.value, str) else ""
    spoken = protocol.value.lower() if isinstance(protocol.value, str) else ""
    address = addresses.read(text)
    shape = api.server(url, text, name, address)
    if text and spoken in _DECIDING and address.scheme in ("", spoken):
        shape.put("url", protocol, text if "://" in text else f"{spoken}://{text}")
    if spoken:
        shape.put("scheme", protocol, spoken)
    else:
        shape.data.pop("scheme", None)
        shape.unknowns.add("scheme")
    encrypted = _is_encrypted(spoken, address)
    if encrypted is False and spoken not in _PLAIN and _may_encrypt(server, document):
        encrypted = None
    if encrypted is not None:
        shape.put("encrypted", protocol, encrypted)
    return api.finished_server(shape, server or entry, encrypted=encrypted)


def _is_encrypted(protocol: str, address: addresses.Address) -> bool | None:
    """Whether a server is reached over TLS; None where protocol, address and port do not say, or contradict."""
    if protocol in _TLS or (protocol in _PLAIN and address.scheme in _TLS):
        return True
    if protocol in _PLAIN or address.scheme in _PLAIN:
        return None if address.port in _TLS_PORTS else False
    return False if address.port and address.port == _PLAIN_PORTS.get(protocol) else None


def _may_encrypt(server: Node, document: Document) -> bool:
    """Whether a server requires a scheme that is used over TLS, or one that is not known here."""
    schemes_of = document.follow(document.root.get("components")).get("securitySchemes")
    for each in server.get("security").elements():
        scheme = document.follow(each)
        kinds = [scheme.get("type").value, *(schemes_of.get(name, "type").value for name, _ in each.items())]
        if not scheme or any(kind in _OVER_TLS | _OF_KAFKA for kind in kinds if isinstance(kind, str)):
            return True
    return False


def _operations(api: Api, root: Node, document: Document) -> Iterator[Subject]:
    """The operations of version 3, and those of the channels of version 2."""
    for name, entry in root.get("operations").items():
        operation = document.follow(entry)
        channel = document.follow(operation.get("channel"))
        address = channel.get("address").value
        yield _operation(api, (name, str(operation.get("action").value), str(address or name)), operation or entry)
    for path, entry in root.get("channels").items():
        channel = document.follow(entry)
        for method in _OF_V2:
            if node := channel.get(method):
                yield _operation(api, (f"{method} {path}", method, path), node)


def _operation(api: Api, stated: tuple[str, str, str], node: Node) -> Subject:
    name, method, path = stated
    shape = SubjectBuilder().say("id", name).say("name", name).say("method", method).say("path", path)
    return api.subject(OPERATION, "operation", shape.say("writes", value=False), node)
