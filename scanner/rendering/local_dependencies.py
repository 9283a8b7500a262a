"""Dependencies of a chart that are other charts of the same repository (`repository: file://…`), for Helm to find.

`helm dependency build` would package them into `charts/`. They are copied there instead, in the private copy only.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from scanner import documents
from scanner.documents import Fault
from scanner.errors import UnreadableError
from scanner.rendering.private_copy import PrivateCopy

_SCHEME = "file://"
_DEEPEST = 5
"""Charts that one may need through another."""


class LocalDependencies(Struct):
    """The files of charts that a chart depends on."""

    files: dict[str, bytes] = field(default_factory=dict)
    """By their names in the repository."""
    inner: dict[str, bytes] = field(default_factory=dict)
    """By the names that they have in the copy of the chart."""
    placed: dict[str, str] = field(default_factory=dict)
    """Name in the copy of the chart -> name in the repository."""


def take(copy: PrivateCopy, folder: str, dependencies: Iterable[Mapping[str, Any]]) -> LocalDependencies:
    """Take the local dependencies of a chart into its copy; `folder` ends with a slash, or is empty for the root.

    A dependency that is in `charts/` already stays as it is, and one that is not in the repository is left out.
    """
    found = LocalDependencies()
    _take(copy, found, folder, folder, dependencies, 0)
    copy.contents.update(found.inner)
    return found


def _take(
    copy: PrivateCopy,
    found: LocalDependencies,
    inside: str,
    source: str,
    dependencies: Iterable[Mapping[str, Any]],
    depth: int,
) -> None:
    """The dependencies of the chart that is at `inside` in the copy and at `source` in the repository."""
    for item in dependencies:
        name, address = str(item.get("name") or ""), str(item.get("repository") or "")
        target = posixpath.normpath(posixpath.join(source, address.removeprefix(_SCHEME)))
        place = f"{inside}charts/{name}"
        if not address.startswith(_SCHEME) or not _is_name(name) or depth == _DEEPEST or _has(copy, place):
            continue
        if target.startswith(("/", "../")) or target in (".", "..") or copy.ground.why_not(target):
            continue
        marker = f"{target}/Chart.yaml"
        if f"{source}/".startswith(f"{target}/") or not copy.ground.is_file(marker):
            continue
        for each, content in list(copy.take_folder(target)):
            placed = place + each.removeprefix(target)
            found.files[each] = found.inner[placed] = content
            found.placed[placed] = each
        _take(copy, found, f"{place}/", f"{target}/", _dependencies(found.files.get(marker, b""), marker), depth + 1)


def _is_name(name: str) -> bool:
    return bool(name) and "/" not in name and not name.startswith(".")


def _has(copy: PrivateCopy, place: str) -> bool:
    """Whether a chart has a dependency in its own `charts/`, as a folder or as an archive."""
    return any(name.startswith((f"{place}/", f"{place}-")) for name in copy.contents)


def _dependencies(content: bytes, marker: str) -> list[Mapping[str, Any]]:
    """The dependencies that the Chart.yaml of a dependency names."""
    try:
        part = next(iter(documents.read(marker, documents.decode(content))), None)
    except UnreadableError:
        return []
    if part is None or isinstance(part, Fault) or not isinstance(part.root.value, dict):
        return []
    listed = part.root.value.get("dependencies")
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
