"""OpenAPI 2.0 (Swagger) to 3.2 -> the servers, operations and security schemes of an API.

https://spec.openapis.org/oas/. `operations` reads what callers can do, `schemes` how they authenticate, `bounds` what
they may send without a limit. A reference that leads to another file is not followed: what stands there is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import MISSING, Node
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects.api import addresses
from scanner.subjects.api.kinds import DESCRIPTION, ELSEWHERE, Api
from scanner.subjects.api.operations import Operations
from scanner.subjects.api.references import Document
from scanner.subjects.api.schemes import schemes
from scanner.subjects.subject_builder import SubjectBuilder

_TLS, _PLAIN = frozenset(("https", "wss")), frozenset(("http", "ws"))


def subjects(root: Node, origin: Origin) -> Iterator[Subject]:
    """The API, its servers, operations, security schemes and requirements."""
    api, document = Api(root, origin), Document(root)
    operations = Operations(api, root, document)
    yield _description(api, root, operations)
    yield from _servers(api, root, operations)
    yield from operations.subjects()
    components = document.follow(root.get("components"))
    defined = root.get("securityDefinitions") or document.follow(components.get("securitySchemes"))
    yield from schemes(api, defined, operations.used(), document, has_callers=bool(operations.all))
    yield from operations.requirements(defined)


def elsewhere(root: Node, origin: Origin) -> Iterator[tuple[int, str, str]]:
    """Paths and operations that stand in other files, once, at the first: 1-based line, which they are, no folder."""
    document = Document(root)
    Operations(Api(root, origin), root, document)
    yield from document.told()


def _description(api: Api, root: Node, operations: Operations) -> Subject:
    version = root.first("openapi", "swagger")
    shape = SubjectBuilder().say("name", api.title).say("format", "openapi").put("version", version, str(version.value))
    shape.say("operations", len(operations.all)).say("writes", operations.writes)
    known = operations.are_whole or operations.is_secured
    if known:
        shape.put("secured", root.get("security") or root.get("info"), operations.is_secured)
    from scanner.subjects.api.bounds import put_unbounded

    put_unbounded(shape, operations)
    return api.subject(DESCRIPTION, "API", shape, root, **({} if known else {"secured": ELSEWHERE}))


def _servers(api: Api, root: Node, operations: Operations) -> Iterator[Subject]:
    """The servers of the API, of its paths and of its operations; those of OpenAPI 2 are a host with schemes."""
    for stated in (root.get("servers"), *operations.servers()):
        before: list[str] = []
        for server in stated.elements():
            url = server.get("url")
            if not isinstance(url.value, str):
                continue
            address = addresses.read(url.value)
            shape = api.server(url, url.value, url.value, address)
            _say_how(shape, operations, before)
            before.append(url.value)
            yield api.finished_server(shape, server, encrypted=_is_encrypted(address, server))
    yield from _old_servers(api, root, operations)


def _say_how(shape: SubjectBuilder, operations: Operations, before: list[str]) -> None:
    """Say whether everybody only reads there without a credential, and whether the description has no operations.

    `before` are the addresses that stand before it in the same list. Clients that are generated take the first one.
    """
    text = str(shape.data["url"])
    encrypted = (each for each in before if addresses.read(each).scheme in _TLS)
    if any(addresses.is_same_server(each, text) for each in encrypted):
        shape.say("also_encrypted", value=True)
    if operations.only_read_by_all:
        shape.say("open", value=True)
    if operations.are_none:
        shape.say("empty", value=True)


def _is_encrypted(address: addresses.Address, server: Node) -> bool | None:
    """Whether a server is reached over TLS; None where its address or a variable of it does not say."""
    if address.scheme in _TLS | _PLAIN:
        return address.scheme in _TLS
    variable = str(server.get("url").value).partition("://")[0].strip("{} ")
    values = server.get("variables", variable, "enum").value
    if isinstance(values, list) and values and all(value in _TLS for value in values if isinstance(value, str)):
        return True
    return None


def _old_servers(api: Api, root: Node, operations: Operations) -> Iterator[Subject]:
    host = root.get("host")
    if not isinstance(host.value, str):
        return
    given = [scheme for scheme in root.get("schemes").elements() if isinstance(scheme.value, str)]
    before: list[str] = []
    for scheme in given or [MISSING]:
        prefix = f"{scheme.value.lower()}://" if scheme else ""
        text = f"{prefix}{host.value}"
        address = addresses.read(text)
        shape = api.server(scheme or host, text, text, address)
        _say_how(shape, operations, before)
        before.append(text)
        encrypted = address.scheme in _TLS if address.scheme in _TLS | _PLAIN else None
        yield api.finished_server(shape, scheme or host, encrypted=encrypted)
