"""Several files of one project -> one document, as whoever deploys them merges them, with places in each file.

Read from the sources: override/merge.go, override/uncity.go and loader/reset.go of compose-go e70e961 (2026-07-21), and
cli/compose/loader/merge.go of docker/cli 28f7560 (2026-08-20).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeGuard

from msgspec.structs import replace

from scanner import documents
from scanner.documents import Document, Fault, Text
from scanner.documents.positions import Node
from scanner.errors import UnreadableError
from scanner.limits import DEFAULTS, Limits
from scanner.marks import NOWHERE, moved, start_of, with_children
from scanner.places import Origin
from scanner.subjects.stacks.applied import as_text
from scanner.subjects.stacks.kinds import COMPOSE, STACK
from scanner.subjects.stacks.mounts import target_of as target_of_mount
from scanner.subjects.stacks.ports import key_of as key_of_port
from scanner.subjects.stacks.ports import published_of
from scanner.subjects.stacks.target import is_stack_name

_Path = tuple[str, ...]
_SERVICE = 2
"""Keys that lead to a service or to the definition of a network, volume, secret or config."""
_REPLACED = frozenset({("command",), ("entrypoint",), ("healthcheck", "test")})
"""Fields of a service whose last value counts alone."""
_PAIRS = frozenset(
    {
        *((name,) for name in ("environment", "labels", "annotations", "sysctls")),
        ("build", "args"),
        ("build", "labels"),
        ("build", "additional_contexts"),
        ("deploy", "labels"),
    }
)
"""Mappings that may be written as a list of `NAME=value`."""
_TEXTS = frozenset((name,) for name in ("dns", "dns_opt", "dns_search", "env_file", "label_file", "tmpfs"))
"""Lists that may be written as one text."""
_NAMED = frozenset((name,) for name in ("networks", "depends_on"))
"""Mappings that may be written as a list of names."""


def merged(
    base: Text, others: Iterable[tuple[str, bytes]], by: str, wanted: str = "", limits: Limits = DEFAULTS
) -> Iterator[Document | Fault]:
    """The document of a file with what others add to it, and a fault for each part of the file that cannot be read.

    `by` is what names the files together, `wanted` who deploys them, where the caller says so.
    """
    parts, found, first = [(0, base.path)], [], base.text.count("\n") + 1
    for part in documents.read_text(base, limits):
        if _has_keys(part):
            found.append(part)
        else:
            yield part
    if not found:
        return
    for path, content in others:
        told = _text(path, content)
        if told:
            parts.append((first, path))
            found += (_moved(part, first) for part in documents.read_text(told, limits) if _has_keys(part))
            first += told.text.count("\n") + 1
    stack = wanted == STACK or (not wanted and by != COMPOSE and any(is_stack_name(path) for _, path in parts))
    root = found[0].root
    for part in found[1:]:
        root = _Merger(part.replacing, stack=stack).merge(root, part.root, ())
    whole = replace(found[0], origin=Origin(base.path, parts=tuple(parts)), root=root, merged_by=by)
    yield replace(whole, has_null=any(part.has_null for part in found))


def _text(path: str, content: bytes) -> Text | None:
    try:
        told = documents.classify(path, content, is_yaml=True)
    except UnreadableError:
        return None
    return told if isinstance(told, Text) else None


def _has_keys(part: Document | Fault) -> TypeGuard[Document]:
    return isinstance(part, Document) and isinstance(part.root.value, dict)


def _moved(part: Document, first: int) -> Document:
    """A document in its place below those before it."""
    replacing = frozenset((line + first, column) for line, column in part.replacing)
    root = Node(part.root.value, moved(part.root.mark or NOWHERE, first, 0))
    return replace(part, root=root, replacing=replacing)


class _Merger:
    """Merges what one more document says into what those before it say."""

    def __init__(self, replacing: frozenset[tuple[int, int]], *, stack: bool) -> None:
        self._replacing = frozenset() if stack else replacing
        """Places of the values in whose place nothing else counts."""
        self._stack = stack

    def merge(self, base: Node, other: Node, path: _Path) -> Node:
        """The value at a path of keys."""
        own = path[_SERVICE:]
        if self._wins(base, other, path, own):
            return other
        if other.value is None or (self._stack and other.value in (False, "", [], {})):
            return base
        base, other = _alike(base, other, own)
        if isinstance(base.value, dict) and isinstance(other.value, dict):
            return self._mappings(base, other, path, whole=own in _PAIRS)
        if isinstance(base.value, list) and isinstance(other.value, list):
            return _unique(base, [*base.elements(), *other.elements()], _key_of(own, stack=self._stack))
        return other

    def _wins(self, base: Node, other: Node, path: _Path, own: _Path) -> bool:
        """Whether the later value counts alone."""
        if base.value is None or start_of(other.mark or NOWHERE) in self._replacing:
            return True
        if own in _REPLACED:
            return other.value is not None or not self._stack
        if self._stack and len(path) == _SERVICE and path[0] in ("networks", "volumes", "secrets", "configs"):
            return True
        drivers = [each.get("driver").value for each in (base, other)] if own == ("logging",) else []
        return bool(drivers) and None not in drivers and drivers[0] != drivers[1]

    def _mappings(self, base: Node, other: Node, path: _Path, *, whole: bool) -> Node:
        """The entries of both; `whole` where an entry of the later one counts alone."""
        entries = dict(base.items())
        for key, node in other.items():
            merges = key in entries and not whole
            entries[key] = self.merge(entries[key], node, (*path, key)) if merges else node
        return _mapping(base, entries)


def _alike(base: Node, other: Node, own: _Path) -> tuple[Node, Node]:
    """Two values of a field, both in the one form that can be merged."""
    mixed = isinstance(base.value, dict) != isinstance(other.value, dict)
    if own in _PAIRS and mixed:
        return _list(base, _pairs(base)), _list(other, _pairs(other))
    if own in _NAMED and mixed:
        return _by_name(base), _by_name(other)
    if own in _TEXTS:
        return _list(base, _items(base)), _list(other, _items(other))
    return (_build(base), _build(other)) if own == ("build",) else (base, other)


def _mapping(holder: Node, entries: dict[str, Node]) -> Node:
    values = {key: node.value for key, node in entries.items()}
    marks = {key: node.mark or NOWHERE for key, node in entries.items()}
    return Node(values, with_children(holder.mark or NOWHERE, marks))


def _unique(holder: Node, items: Iterable[Node], key: Callable[[Node], object]) -> Node:
    """A list in which a later item takes the place of an earlier one with the same key."""
    kept: dict[object, Node] = {}
    for number, item in enumerate(items):
        named = key(item)
        kept[("", number) if named is None else named] = item
    return _list(holder, kept.values())


def _list(holder: Node, items: Iterable[Node]) -> Node:
    found = list(items)
    marks = [item.mark or NOWHERE for item in found]
    return Node([item.value for item in found], with_children(holder.mark or NOWHERE, marks))


def _items(node: Node) -> Iterator[Node]:
    """The items of a list, or the one value that may replace it."""
    if isinstance(node.value, list):
        yield from node.elements()
    elif node.value is not None:
        yield node


def _pairs(node: Node) -> Iterator[Node]:
    """The entries of a mapping as `NAME=value`, or the items of a list."""
    yield from node.elements()
    for name, entry in node.items():
        value = as_text(entry.value)
        text = name if entry.value is None or value is None else f"{name}={value}"
        yield Node(text, with_children(entry.mark or NOWHERE, None))


def _by_name(node: Node) -> Node:
    """A list of names as a mapping."""
    if not isinstance(node.value, list):
        return node
    return _mapping(node, {str(item.value): Node(None, item.mark) for item in node.elements()})


def _build(node: Node) -> Node:
    """A folder to build in as a mapping."""
    return node if isinstance(node.value, dict) else _mapping(node, {"context": node})


def _name(item: Node) -> str | None:
    """The name of a pair."""
    text = as_text(item.value)
    return None if text is None else text.partition("=")[0]


def _field(item: Node, *names: str) -> str | None:
    """The first field that is there, or the text in place of a mapping."""
    if not isinstance(item.value, dict):
        return as_text(item.value)
    return next((text for name in names if (text := as_text(item.get(name).value)) is not None), None)


def _secret(item: Node) -> str | None:
    """Where a secret is mounted."""
    text = _field(item, "target", "source")
    return text if text is None or (isinstance(item.value, dict) and item.get("target")) else f"/run/secrets/{text}"


def _source(item: Node) -> str | None:
    return _field(item, "source")


def _device(item: Node) -> str | None:
    """The device in the container."""
    return (_field(item, "target") or "").split(":")[:2][-1] or None


_KEYS: dict[_Path, Callable[[Node], object]] = {
    **dict.fromkeys((("cap_add",), ("cap_drop",), ("links",), ("profiles",), ("expose",)), _name),
    **dict.fromkeys(_PAIRS | _NAMED | (_TEXTS - {("env_file",)}), _name),
    ("env_file",): lambda item: _field(item, "path"),
    ("ports",): key_of_port,
    ("volumes",): target_of_mount,
    ("devices",): _device,
    ("secrets",): _secret,
    ("configs",): lambda item: _field(item, "target", "source"),
}
"""List of a service -> what makes two of its items the same."""
_OF_STACKS: dict[_Path, Callable[[Node], object]] = {
    ("ports",): published_of,
    ("volumes",): target_of_mount,
    ("secrets",): _source,
    ("configs",): _source,
    **dict.fromkeys(_PAIRS | _NAMED, _name),
}


def _key_of(own: _Path, *, stack: bool) -> Callable[[Node], object]:
    return (_OF_STACKS if stack else _KEYS).get(own, lambda _: None)
