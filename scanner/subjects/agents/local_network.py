"""Hosts that only the local network resolves or reaches, where fewer people are between than on the internet."""

from __future__ import annotations

import ipaddress

from scanner.late import regex

_NAME = regex(r"(?i)[a-z][a-z0-9_-]*|(?:[a-z0-9_-]+\.)+(?:local|internal|home\.arpa)")
"""A name without a dot, such as that of a service of Compose or of a virtual machine, and domains that no public server
resolves: RFC 6762, RFC 8375 and `internal`, which ICANN reserved for private use in 2024.
"""
_PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
"""RFC 1918 and RFC 4193."""
_HOST = regex(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/\\\s?#@]*@)?(\[[^\]]*\]|[^/\\:?#\s]+)")


def is_local(host: str) -> bool:
    """Whether a host is one of the local network by its name or its address."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return bool(_NAME.fullmatch(host.removesuffix(".")))
    return any(address in each for each in _PRIVATE if each.version == address.version)


def is_local_address(url: str) -> bool:
    """Whether an address leads to a host of the local network."""
    found = _HOST.match(url)
    return found is not None and is_local(found[1])
