"""Addresses of servers: whether they are encrypted, and from where they can be reached."""

from __future__ import annotations

from ipaddress import ip_address
from typing import NamedTuple

from scanner.late import regex
from scanner.subjects.api import top_level_domains

LOCAL, RESERVED, PRIVATE, PUBLIC = "local", "reserved", "private", "public"
"""From where a host can be reached: from the machine itself; from nowhere, as its name is one for examples (RFC 2606)
or of a mock server; inside a network; from anywhere."""
_URL = regex(r"(?is)(?P<scheme>[a-z][a-z0-9+.-]*|\{[^{}]*\})://(?P<rest>.*)")
_HOST = regex(r"(?i)[a-z0-9_.-]+|\[[0-9a-f:.]+\]")
_LOCAL = regex(r"(?i)(?:.+\.)?localhost\.?|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0|host\.docker\.internal")
_SAMPLE = regex(
    r"(?i)petstore\d?\.swagger\.wordnik\.com|petstore\.example\.com"
    r"|(?!(?:converter|editor|generator|online|validator)\d?\.)[\w-]+\.swagger\.io"
)
"""The host of the sample that generators and documentation of OpenAPI include, also with another word for the pets."""
_RESERVED = regex(r"(?i)(?:.+\.)?(?:example\.(?:com|net|org)|example|test|invalid)\.?")
_MOCK = regex(r"(?i)virtserver\.swaggerhub\.com|[\w-]+\.mock\.pstmn\.io|(?:[\w-]+\.)+apiary-mock\.com")
"""Hosts at which makers of descriptions answer calls of anybody with examples; no service of its own runs there."""
_PRIVATE = regex(r"(?i)[^.:]+|.+\.(?:local|localdomain|internal|intranet|lan|home|corp|private|svc|arpa)\.?")
_OPEN = regex(
    r"(?i)your[-_.]?|<|\$|\[\[|x{3,}|placeholder|changeme|example|sample|domain\.(?:com|tld)|host(?:name)?$"
    r"|(?:^|[-_.])(?:my-?)?(?:company|domain|acme|foo|bar|server|bank|banco)\.(?:com?\.)?[a-z]+$"
    r"|my-?(?:company|domain|app|api|server|site)|\.url$"
)
"""What a name shows that is to be replaced."""


_USUAL_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}


class Address(NamedTuple):
    """What an address shows; a field that it does not show is empty."""

    scheme: str = ""
    host: str = ""
    """Without its port; empty for a relative address, and for one that a variable decides."""
    port: str = ""
    reach: str = ""


def read(text: str) -> Address:
    """The parts of an address, such as `https://api.example.com/v1`; without a scheme, a host may be the first part."""
    found = _URL.fullmatch(text.strip())
    scheme, rest = (found["scheme"].lower(), found["rest"]) if found else ("", text.strip())
    if scheme.startswith("{"):
        scheme = ""  # a variable decides
    elif not scheme and rest.startswith(("/", ".", "?", "#")) and not rest.startswith("//"):
        return Address()
    authority = regex(r"[/?#]").split(rest.removeprefix("//"), maxsplit=1)[0].rpartition("@")[2]
    split = regex(r"(\[.*\]|[^:]*)(?::(\d+))?").fullmatch(authority)
    host, port = (split[1], split[2] or "") if split else ("", "")
    if not host or not _HOST.fullmatch(host):
        return Address(scheme, port=port)
    return Address(scheme, host.lower(), port, reach(host))


def is_same_server(one: str, other: str) -> bool:
    """Whether two addresses differ in the scheme at most, and in the port where both or neither have the usual one."""
    return _without_scheme(one) == _without_scheme(other)


def _without_scheme(text: str) -> tuple[str, bool, str]:
    address = read(text)
    usual = not address.port or address.port == _USUAL_PORTS.get(address.scheme)
    rest = regex(r"[^/?#]*").sub("", text.strip().partition("://")[2], count=1)
    return address.host, usual, rest.rstrip("/")


def is_sample(host: str) -> bool:
    """Whether a host is that of the Petstore, a sample."""
    return _SAMPLE.fullmatch(host) is not None


def reach(host: str) -> str:
    """From where a host can be reached; empty for a name that is to be replaced."""
    if _LOCAL.fullmatch(host):
        return LOCAL
    if _RESERVED.fullmatch(host) or _MOCK.fullmatch(host) or is_sample(host):
        return RESERVED
    if _OPEN.search(host):
        return ""
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return PRIVATE if _PRIVATE.fullmatch(host) or not top_level_domains.has_one(host) else PUBLIC
    return PUBLIC if address.is_global else PRIVATE
