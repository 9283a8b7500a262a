"""Rendered text -> documents whose places are in the files that a person would edit: template, base or patch.

A field whose place is not known gets the place of the nearest parent that has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from msgspec.structs import replace

from scanner.documents import Document, Fault, read
from scanner.documents.positions import Node, locate
from scanner.limits import DEFAULTS, Limits
from scanner.marks import Children, Mark, Region, end_of, key_line_of, line_of
from scanner.places import Location, Origin
from scanner.rendering import archived
from scanner.rendering.alignment import align
from scanner.rendering.list_items import differ, items_of
from scanner.rendering.named_templates import NamedTemplates, tells_kind
from scanner.rendering.overlay_files import OverlayFiles
from scanner.sources import RenderingResult

Told: TypeAlias = Callable[[tuple[str | int, ...], Node], Region | None]
"""Returns the place of a field: its path and the rendered node -> the source, None where it is not known."""

_TOP: Region = (0, 0, 1, 0, 0, 0, 1)


def documents(rendered: RenderingResult, limits: Limits = DEFAULTS) -> Iterator[Document | Fault]:
    """The documents of what was rendered, and a fault for each part that cannot be read."""
    built = OverlayFiles(rendered) if rendered.tool == "kustomize" and rendered.texts else None
    named = NamedTemplates(rendered.files)
    for path, text in rendered.texts:
        template = "" if built else _decoded(rendered.files.get(path, b""))
        lines = text.split("\n")
        for part in read("rendered.yaml", text, limits):
            if isinstance(part, Fault):
                yield replace(part, message=f"{part.message} of what {rendered.tool} renders of {path}")
            elif built:
                origin, told = built.places(part.root)
                yield _moved(part, origin, told)
            elif archived.is_noted(path, text):
                yield _moved(part, Origin(path), archived.Places(template, text))
            else:
                yield _moved(part, *_in_template(path, template, lines, part, named))


def objects(rendered: RenderingResult, limits: Limits = DEFAULTS) -> dict[str, Location]:
    """Where a person would mend each object that was rendered, by `KIND.NAMESPACE.NAME`."""
    found: dict[str, Location] = {}
    for part in documents(rendered, limits):
        if isinstance(part, Document) and part.root.mark:
            kind, name = part.root.get("kind").value, part.root.get("metadata", "name").value
            namespace = part.root.get("metadata", "namespace").value or "default"
            found.setdefault(f"{kind}.{namespace}.{name}", locate(part.origin, part.root.mark))
    return found


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "replace").replace("\r\n", "\n")


def _in_template(
    path: str, template: str, lines: list[str], part: Document, named: NamedTemplates
) -> tuple[Origin, Told]:
    """Places the fields of a document by the lines of its template, or of the named one that this only includes."""
    first, last = _extent(part.root)
    rendered, above = lines[first : last + 1], 0
    text = "\n".join(rendered)
    told = align(template, text)
    if not tells_kind(told, text) and (found := named.of_document(template, text)):
        (path, above, template), told = found
    written = template.split("\n")
    ours, theirs = items_of(written), items_of(rendered)
    told = {line: place for line, place in told.items() if not differ(theirs[line], ours[place])}

    def tell(_: tuple[str | int, ...], node: Node) -> Region | None:
        line = told.get(key_line_of(node.mark) - first) if node.mark else None
        if line is None:
            return None
        own = written[line]
        start, end = len(own) - len(own.lstrip()), len(own.rstrip())
        line += above
        return line, start, end, line, start, line, end

    return Origin(path), tell


def _extent(root: Node) -> tuple[int, int]:
    mark: Mark = root.mark or (*_TOP, None)
    return line_of(mark), end_of(mark)[0]


def _moved(part: Document, origin: Origin, told: Told) -> Document:
    mark = _move((), part.root, told, told((), part.root), _TOP)
    return replace(part, origin=origin, root=Node(part.root.value, mark), duplicates=())


def _move(path: tuple[str | int, ...], node: Node, told: Told, own: Region | None, parent: Region) -> Mark:
    """The mark of a node moved into its own region, or into its parent's, with everything in it."""
    inside = dict(node.items()) if isinstance(node.value, dict) else dict(enumerate(node.elements()))
    regions = {key: told((*path, key), item) for key, item in inside.items()}
    if own is None and not path:
        own = next(filter(None, regions.values()), None)
    line = _line(own, regions.values(), parent)
    moved = {key: _move((*path, key), item, told, regions[key], line) for key, item in inside.items()}
    children: Children = None
    if isinstance(node.value, dict):
        children = {str(key): moved[key] for key in _from_first(own, regions)}
    elif isinstance(node.value, list):
        children = list(moved.values())
    return (*(own or parent), children)


def _from_first(own: Region | None, regions: dict[str | int, Region | None]) -> Iterable[str | int]:
    """The keys of a mapping, first the one that stands first in its region: a mapping in a list stands where it does.

    Kustomize sorts the keys.
    """
    inside = {key: each for key, each in regions.items() if each and own and own[0] <= each[0] <= own[5]}
    first = min(inside, key=lambda key: inside[key], default=None)
    return regions if first is None else dict.fromkeys((first, *regions))


def _line(own: Region | None, inside: Iterable[Region | None], parent: Region) -> Region:
    """The one line for a region: a key alone, or the first entry of a value without a key."""
    if own is None:
        return parent
    line, column, end, _, _, end_line, _ = own
    if line == end_line:
        return own
    if end:
        return line, column, end, line, column, line, end
    first = min((each for each in inside if each and line <= each[0] <= end_line), default=None)  # not as it was built
    if first:
        key_line, *_, end_line, _ = first
        if key_line == end_line:
            return first
    return line, column, column + 1, line, column, line, column + 1
