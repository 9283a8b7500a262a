"""Text edits by marks: change the data of a document and leave every other character as it is.

Knows how YAML (block and flow style) and JSON are written, and nothing of rules. What cannot be edited safely (aliases,
merges, tags) is refused. The caller reads the edited text again, which verifies the edits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from scanner.documents import block_edits, flow_edits
from scanner.documents.data_to_text import QuotingStyle, scalar
from scanner.documents.layout import Layout, change
from scanner.documents.positions import Node
from scanner.errors import UneditableError
from scanner.late import regex
from scanner.marks import Mark, entries_of, has_key, items_of, key_end_of, key_start_of
from scanner.places import Edit

_BRACKETS = ("{", "[")
_MERGED = "the field comes from a merge key (<<), so a change would affect other places"
_LINE = regex(r"\r\n|\r|\n")


class Spot(NamedTuple):
    """A part of a document, and how the text around it is written."""

    mark: Mark
    value: Any
    style: QuotingStyle = QuotingStyle()
    inside: bool = False
    """Brackets are around it."""


def rewrite(layout: Layout, node: Node, wanted: Any) -> tuple[Edit, ...]:
    """The edits that give a node the data `wanted`, in the order of the text.

    Parts that are the same object are not read. A null in the text may be missing in the node's value, as in
    Kubernetes. Raises UneditableError where a person must edit the text.
    """
    return rewrite_at(layout, find(layout, node, ()), wanted)


def find(layout: Layout, node: Node, path: Sequence[str | int]) -> Spot:
    """What is at a path in a node; raises UneditableError where a change of it would also change other places."""
    if node.mark is None:
        raise UneditableError("the field is not in the file")
    spot = Spot(node.mark, node.value)
    for step in path:
        spot = _inner(layout, spot, step)
    return spot


def _inner(layout: Layout, spot: Spot, step: str | int) -> Spot:
    """What is at a key or an index in a part of a document."""
    mark, old, style, inside = spot
    layout.check(mark)
    try:
        value = old[step]
    except (KeyError, IndexError, TypeError):
        raise UneditableError("the field cannot be located in the file") from None
    inside = inside or layout.opener(mark) in _BRACKETS
    if inside:
        style = flow_edits.style_of(layout, mark, style)
    elif isinstance(old, dict):
        style = block_edits.style_of(layout, mark)
    if isinstance(step, int):
        return Spot(items_of(mark)[step], value, style, inside)
    entry = entries_of(mark)[step]
    if id(entry) not in layout.own_ids(mark):
        raise UneditableError(_MERGED)
    return Spot(entry, value, style, inside)


def rewrite_at(layout: Layout, spot: Spot, wanted: Any) -> tuple[Edit, ...]:
    """The edits that give a part of a document the data `wanted`; as `rewrite` otherwise."""
    if same(spot.value, wanted):
        return ()
    edits = _value(layout, spot.mark, spot.value, wanted, spot.style, inside=spot.inside)
    return tuple(sorted(edits, key=lambda edit: (edit.line, edit.column, edit.end_line, edit.end_column)))


def apply(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits made in it; they are in its order and do not overlap, and its lines may end in any way."""
    starts = [0, *(found.end() for found in _LINE.finditer(text))]
    parts, position = [], 0
    for edit in edits:
        start, end = starts[edit.line - 1] + edit.column - 1, starts[edit.end_line - 1] + edit.end_column - 1
        if start < position:
            raise UneditableError("two fixes change the same place")
        parts += [text[position:start], edit.text]
        position = end
    return "".join((*parts, text[position:]))


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same data: 1, 1.0 and true are three."""
    if one is other:
        return True
    if one.__class__ is not other.__class__ or one != other:  # and 1 in a list equals 1.0
        return False
    if isinstance(one, dict):
        return all(same(value, other[key]) for key, value in one.items())
    return all(map(same, one, other)) if isinstance(one, list) else True


def _value(
    layout: Layout, mark: Mark, old: Any, new: Any, style: QuotingStyle, *, inside: bool = False
) -> Iterator[Edit]:
    """Edits of one value that changes; `inside` where brackets are around it."""
    layout.check(mark)
    flows = inside or (layout.opener(mark) in _BRACKETS and isinstance(old, dict | list))
    if isinstance(old, dict) and isinstance(new, dict) and (old or inside):
        style = flow_edits.style_of(layout, mark, style) if flows else block_edits.style_of(layout, mark)
        yield from _mapping(layout, mark, old, new, style, inside=flows)
    elif isinstance(old, list) and isinstance(new, list) and old:
        style = flow_edits.style_of(layout, mark, style) if flows else style
        yield from _list(layout, mark, old, new, style, inside=flows)
    elif inside:
        yield from flow_edits.replace(layout, mark, new, style)
    elif isinstance(old, dict | list) and old:
        raise UneditableError("the fix would replace a mapping or a list by another type of value")
    else:
        yield from block_edits.replace(layout, mark, new, style)


def _mapping(
    layout: Layout, mark: Mark, old: dict[str, Any], new: dict[str, Any], style: QuotingStyle, *, inside: bool
) -> Iterator[Edit]:
    own = layout.own_ids(mark)
    entries = entries_of(mark)
    removed = [entries[key] for key in old if key not in new]
    changed = [
        key for key in entries if key in new and (value := old.get(key)) is not new[key] and not same(value, new[key])
    ]
    if any(id(entry) not in own for entry in (*removed, *(entries[key] for key in changed))):
        raise UneditableError(_MERGED)
    for key in changed:
        yield from _value(layout, entries[key], old.get(key), new[key], style, inside=inside)
    added = {key: value for key, value in new.items() if key not in entries}
    if removed and added:
        yield from _renamed(entries, old, removed, added, style)
    if not removed and not added:
        return
    if inside:
        yield from flow_edits.edit(layout, mark, removed, added, style)
    else:
        yield from block_edits.edit_mapping(layout, mark, removed, added)


def _renamed(
    entries: dict[str, Mark], old: dict[str, Any], removed: list[Mark], added: dict[str, Any], style: QuotingStyle
) -> Iterator[Edit]:
    """The edits that rename keys with an unchanged value; they are taken from what is removed and what is added.

    Only a text or a collection shows that the new entry is the old one: a value such as `true` occurs under many keys.
    """
    for key, value in list(old.items()):
        entry = entries.get(key)
        twins = [name for name, new in added.items() if same(value, new)]
        telling = isinstance(value, str | dict | list) and value
        if entry and entry in removed and len(twins) == 1 and telling and has_key(entry):
            yield change(key_start_of(entry), key_end_of(entry), scalar(twins[0], style))
            removed.remove(entry)
            del added[twins[0]]


def _list(
    layout: Layout, mark: Mark, old: list[Any], new: list[Any], style: QuotingStyle, *, inside: bool
) -> Iterator[Edit]:
    kept, items = _kept(old, new), items_of(mark)
    if kept:
        removed, added = [items[index] for index in range(len(old)) if index not in kept], new[len(kept) :]
    else:
        removed, added = items[len(new) :], new[len(old) :]
        for index, (one, other) in enumerate(zip(old, new, strict=False)):
            if one is not other and not same(one, other):
                yield from _value(layout, items[index], one, other, style, inside=inside)
    if not removed and not added:
        return
    if inside:
        yield from flow_edits.edit(layout, mark, removed, added, style)
    else:
        yield from block_edits.edit_list(layout, mark, removed, added)


def _kept(old: list[Any], new: list[Any]) -> set[int]:
    """The items that stay as they are, where the new list is some of the old items and further ones behind them."""
    if len(old) == len(new):
        return set()
    kept: set[int] = set()
    for index, item in enumerate(old):
        if len(kept) < len(new) and same(item, new[len(kept)]):
            kept.add(index)
    return kept
