"""Published ports of a service, in the short and the long syntax."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.subjects.stacks.applied import Entry, as_text, entry
from scanner.subjects.stacks.variables import substitute

_RANGE = regex(r"(\d{1,5})(?:-(\d{1,5}))?\Z")
_ANY = frozenset(("", "0.0.0.0", "::", "[::]"))  # noqa: S104 - recognised, not listened on
_LOCAL = regex(r"127\.|localhost\Z|\[?::1\]?\Z")


def ports(node: Node, *, swarm: bool) -> Iterator[Entry]:
    """`{text, target, target_last, published, address, everywhere, local, protocol, mode}` of each published port.

    `swarm` ignores addresses, so that each of its ports is open on all of them.
    """
    for part in node.elements():
        if part.mark is None:
            continue
        fields = _fields(part)
        address = "" if swarm else fields["address"]
        del fields["address"]
        known = "$" not in address
        yield entry(
            part.mark,
            **fields,
            address=address if known else None,
            everywhere=address in _ANY if known else None,
            local=bool(_LOCAL.match(address)) if known else None,
        )


def address_of(value: Any) -> str:
    """The address in a port of the short syntax, other than one that means all; empty where there is none."""
    if isinstance(value, dict):
        return ""
    address = str(_short(substitute(as_text(value) or "").text)["address"])
    return "" if address in _ANY else address


def key_of(part: Node) -> object:
    """What makes two ports of a service the same where files are merged by Compose."""
    fields = _fields(part)
    address = "" if fields["address"] in _ANY else fields["address"]
    target = fields.get("target", fields["text"]), fields.get("target_last")
    return (address, fields["published"], *target, fields["protocol"])


def published_of(part: Node) -> object:
    """The same where files are merged for a stack; None for a port without a published one."""
    return _fields(part)["published"] or None


def _fields(part: Node) -> dict[str, Any]:
    return _long(part) if isinstance(part.value, dict) else _short(_text(part))


def _short(text: str) -> dict[str, Any]:
    """`[address:][published:]target[/protocol]`."""
    rest, _, protocol = text.rpartition("/") if "/" in text else (text, "", "tcp")
    parts = _split(rest)
    published, target = parts[-2] if len(parts) > 1 else "", parts[-1]
    address = ":".join(parts[:-2])
    return {"text": text, **_targets(target), "published": published, "address": address, "protocol": protocol}


def _split(text: str) -> list[str]:
    """The parts between colons; an IPv6 address in brackets is one."""
    if text.startswith("[") and "]:" in text:
        address, _, rest = text.partition("]:")
        return [f"{address}]", *rest.split(":")]
    return text.split(":")


def _long(part: Node) -> dict[str, Any]:
    told = {name: _text(field) for name, field in part.items()}
    published, target = told.get("published", ""), told.get("target", "")
    return {
        "text": f"{published}:{target}" if published else target,
        **_targets(target),
        "published": published,
        "address": told.get("host_ip", ""),
        "protocol": told.get("protocol", "tcp"),
        "mode": told.get("mode"),
    }


def _text(node: Node) -> str:
    return substitute(as_text(node.value) or "").text


def _targets(text: str) -> dict[str, Any]:
    """The first and the last port of the container, where they are known."""
    found = _RANGE.match(text)
    if not found:
        return {}
    first = int(found[1])
    return {"target": first, "target_last": int(found[2] or first)}
