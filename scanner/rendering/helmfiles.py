"""Helmfiles: the releases of local charts that they list. What a template in one fills in is left out."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from scanner import documents
from scanner.documents import Document
from scanner.errors import UnreadableError
from scanner.late import regex

_NAME = regex(r"(?:^|/)(?:helmfile[\w.-]*|helmfile\.d/[\w.-]+)\.ya?ml(?:\.gotmpl)?$")
_ACTION = regex(r"\{\{[^{}\n]*\}\}")
_FILLED = "assay-filled-in"
"""Stands for what a template fills in."""
_LISTED = regex(r"(?m)^releases:[ \t]*\r?\n((?:(?:[ \t]|-|#|\{\{).*(?:\n|\Z)|\r?\n)*)")


class HelmfileRelease(Struct, frozen=True):
    """A release of a chart, as far as no template fills it in."""

    folder: str
    """Of the chart, relative to the root of the scan."""
    name: str
    namespace: str
    files: tuple[str, ...]
    """Files of values, relative to the root of the scan."""
    values: tuple[dict[str, Any], ...]


def is_helmfile(path: str) -> bool:
    """Whether a file is a helmfile, by its name."""
    return bool(_NAME.search(path))


def read(path: str, content: bytes) -> Iterator[HelmfileRelease]:
    """The releases that a helmfile lists, without those whose chart or name a template fills in."""
    try:
        text = documents.decode(content)
        listed = _LISTED.search(text)
        block = f"releases:\n{_plain(listed[1])}" if listed else ""
        parts = [part.root.value for part in documents.read(f"{path}.yaml", block) if isinstance(part, Document)]
    except UnreadableError:
        return
    folder = posixpath.dirname(path)
    items = parts[0].get("releases") if parts and isinstance(parts[0], dict) else None
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and item.get("installed") is not False:
            yield from _release(folder, item)


def _plain(text: str) -> str:
    """A template without the lines that only control it, and with a word in place of what it fills in."""
    lines = (_ACTION.sub(_FILLED, line) for line in text.splitlines())
    return "\n".join("" if line.strip().startswith(_FILLED) else line for line in lines)


def _release(folder: str, item: dict[str, Any]) -> Iterator[HelmfileRelease]:
    chart, name, namespace = (str(item.get(key) or "") for key in ("chart", "name", "namespace"))
    if not chart or not name or _FILLED in chart + name:
        return
    listed = item.get("values")
    values = listed if isinstance(listed, list) else []
    files = [each for each in values if isinstance(each, str) and _FILLED not in each]
    yield HelmfileRelease(
        posixpath.normpath(posixpath.join(folder, chart)),
        name,
        "" if _FILLED in namespace else namespace,
        tuple(posixpath.normpath(posixpath.join(folder, each)) for each in files if not each.endswith(".gotmpl")),
        tuple(each for each in values if isinstance(each, dict) and _FILLED not in str(each)),
    )
