"""What a service mounts, in the short and the long syntax of `volumes`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.subjects.stacks.applied import Entry, as_flag, as_text, entry
from scanner.subjects.stacks.variables import substitute

_PATH = regex(r"[./~\\]|[A-Za-z]:[\\/]|\$")
"""How the source of a mount of the host begins; a name of a volume begins in another way."""
_VARIABLE = regex(r"\$(?:\{[^{}]*\}|\w+)")
_PROPAGATIONS = frozenset(("shared", "rshared", "slave", "rslave", "private", "rprivate"))


def mounts(node: Node) -> Iterator[Entry]:
    """`{text, type, source, source_end, target, read_only, propagation}` of each.

    `source` is absent where it is not known, and `source_end` is what of it stands behind the last unknown variable.
    """
    for part in node.elements():
        if part.mark is None:
            continue
        fields = _long(part) if isinstance(part.value, dict) else _short(as_text(part.value) or "")
        yield entry(part.mark, **fields)


def unknown_source(mount: dict[str, Any]) -> str:
    """The source of what `mounts` gives as it is written, if it is not known; else empty."""
    return "" if "source" in mount else _split(mount["text"])[0]


def target_of(part: Node) -> str | None:
    """Where a service mounts something, which makes two of its mounts the same; None where it is not known."""
    fields = _long(part) if isinstance(part.value, dict) else _short(as_text(part.value) or "")
    return str(fields["target"]).rstrip("/") or None


def _short(written: str) -> dict[str, Any]:
    """`[source:]target[:options]`."""
    text, known = substitute(written)
    parts = _split(text)
    source, target = (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])
    options = {option for part in parts[2:] for option in part.split(",")}
    return {
        "text": text,
        "type": "bind" if _PATH.match(source) else "volume",
        **_source(source, known=known or "$" not in source),
        "target": target,
        "read_only": "ro" in options,
        "propagation": next(iter(sorted(options & _PROPAGATIONS)), None),
    }


def _split(text: str) -> list[str]:
    """The parts between colons that are not in braces; one behind a single letter belongs to a drive of Windows."""
    parts, start, opened = [], 0, 0
    for at, char in enumerate(text):
        opened += (char == "{") - (char == "}")
        if char == ":" and opened <= 0 and not (at == start + 1 and text[start].isalpha()):
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _long(part: Node) -> dict[str, Any]:
    source, known = substitute(as_text(part.get("source").value) or "")
    kind = as_text(part.get("type").value) or "volume"
    target = substitute(as_text(part.get("target").value) or "").text
    return {
        "text": f"{source}:{target}" if source else target,
        "type": kind,
        **_source(source, known=known),
        "target": target,
        "read_only": as_flag(part.get("read_only").value) is True,
        "propagation": as_text(part.get("bind", "propagation").value),
    }


def _source(source: str, *, known: bool) -> dict[str, str]:
    if not known:
        end = _VARIABLE.split(source)[-1]
        return {"source_end": end} if end else {}
    return _known(source)


def _known(source: str) -> dict[str, str]:
    plain = posixpath.normpath("/" + source.lstrip("/")) if source.startswith("/") else source
    return {"source": plain, "source_end": plain}
