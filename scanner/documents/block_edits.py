"""Edits of collections in block style: whole lines come and go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from scanner.documents.data_to_text import QuotingStyle, block, scalar
from scanner.documents.layout import Layout, change
from scanner.errors import UneditableError
from scanner.late import regex
from scanner.marks import Mark, end_of, has_key, key_line_of, key_start_of, start_of
from scanner.places import Edit

_DASHES = regex(r" *(?:-[ \t]+)+")


def style_of(layout: Layout, mark: Mark) -> QuotingStyle:
    """How a mapping's keys are written."""
    own = layout.own(mark)
    return QuotingStyle(quoted=bool(own) and layout.at(key_start_of(own[0])) == '"')


def edit_mapping(layout: Layout, mark: Mark, removed: Sequence[Mark], added: dict[str, Any]) -> Iterator[Edit]:
    """Take entries out of a mapping and add others behind its last."""
    own = layout.own(mark)
    _, indent = key_start_of(own[0])
    if any(key_start_of(entry)[1] != indent for entry in own):
        raise UneditableError("the mapping uses a YAML style that Assay does not edit")
    lines = block(added, indent, layout, style_of(layout, mark)) if added else []
    if len(removed) == len(own):
        yield from _replace_all(layout, mark, own, lines, "{}")
        return
    if lines and own[-1] in removed and layout.ends_text(own[-1]):
        yield _instead(layout, own[-1], lines)
        removed = [entry for entry in removed if entry is not own[-1]]
    elif lines:
        yield _insert(layout, own[-1], lines)
    yield from _remove_entries(layout, own, removed)


def edit_list(layout: Layout, mark: Mark, removed: Sequence[Mark], added: list[Any]) -> Iterator[Edit]:
    """Take items out of a list, not all of them where some are added, and add others behind its last."""
    own = layout.own(mark)
    _, dash = start_of(mark)
    if layout.at(start_of(mark)) != "-":
        raise UneditableError("the list uses a YAML style that Assay does not edit")
    for line, column in map(key_start_of, removed):
        if not re.compile(rf" {{{dash}}}-[ \t]+").fullmatch(layout.lines[line], 0, column):
            raise UneditableError("the list uses a YAML style that Assay does not edit")
    if own and len(removed) == len(own):
        yield _empty(layout, mark, "[]")
    lines = block(added, dash, layout, QuotingStyle(quoted=_is_quoted(layout, own))) if added else []
    if lines and own[-1] in removed and layout.ends_text(own[-1]):
        yield _instead(layout, own[-1], lines)
        removed = [item for item in removed if item is not own[-1]]
    elif lines:
        yield _insert(layout, own[-1], lines)
    for item in removed:
        yield _without(layout, item)


def replace(layout: Layout, mark: Mark, value: Any, style: QuotingStyle) -> Iterator[Edit]:
    """Another value for a scalar or an empty collection."""
    if layout.is_marked(mark):
        raise UneditableError("the value has an anchor or a tag")
    start, end = start_of(mark), layout.end(mark)
    if isinstance(value, dict | list) and value:
        yield from _open(layout, mark, value, style)
    elif start == end:
        yield change(start, end, (" " if has_key(mark) else "") + scalar(value, style))
    else:
        quote = layout.at(start)
        text = scalar(value, QuotingStyle(quoted=True) if quote == '"' and isinstance(value, str) else style)
        if quote == "'" and isinstance(value, str) and "'" not in value and value.isprintable():
            text = f"'{value}'"
        yield change(start, end, text)


def _open(layout: Layout, mark: Mark, value: dict[str, Any] | list[Any], style: QuotingStyle) -> Iterator[Edit]:
    """A collection below a key, in place of a scalar beside it."""
    behind, end = layout.behind_colon(mark), layout.end(mark)
    if behind[0] != end[0]:
        raise UneditableError("the value spans several lines")
    if behind != end:
        yield change(behind, end, "")
    indent = key_start_of(mark)[1] + (layout.list_step if isinstance(value, list) else layout.step)
    yield _insert_at(layout, end[0] + 1, block(value, indent, layout, style))


def _replace_all(layout: Layout, mark: Mark, own: list[Mark], lines: list[str], empty: str) -> Iterator[Edit]:
    """Other entries in place of all, or an empty collection."""
    first, *others = own
    if not lines and has_key(mark):
        yield _empty(layout, mark, empty)
        yield from _remove_entries(layout, own, own)
        return
    end = layout.last_line(first)
    text = "\n".join(lines).lstrip(" ") if lines else empty
    yield change(key_start_of(first), (end, len(layout.lines[end])), text)
    for entry in others:
        yield _without(layout, entry)


def _empty(layout: Layout, mark: Mark, empty: str) -> Edit:
    """An empty collection behind the key of one whose lines go."""
    if layout.is_marked(mark):
        raise UneditableError("the parent of the field has an anchor or a tag")
    place = layout.behind_colon(mark)
    return change(place, place, f" {empty}")


def _remove_entries(layout: Layout, own: list[Mark], removed: Sequence[Mark]) -> Iterator[Edit]:
    gone = list(removed)
    line, column = key_start_of(own[0])
    if own[0] in gone and _DASHES.fullmatch(layout.lines[line], 0, column):
        run = 0
        while own[run] in gone:
            run += 1
        yield _remove_from_dash(layout, own[:run])
        gone = [entry for entry in gone if entry not in own[:run]]
    for entry in gone:
        if not layout.begins_line(entry):
            raise UneditableError("the key uses a YAML style that Assay does not edit")
        yield _without(layout, entry)


def _remove_from_dash(layout: Layout, run: list[Mark]) -> Edit:
    """Without the first entries of a mapping that begins behind the dash of a list: what follows moves up."""
    after = layout.last_line(run[-1]) + 1
    while not layout.lines[after].strip():
        after += 1
    return change(key_start_of(run[0]), (after, len(layout.pad(after))), "")


def _without(layout: Layout, entry: Mark) -> Edit:
    """The lines of an entry taken out."""
    first, last = key_line_of(entry), layout.last_line(entry)
    if last + 1 < len(layout.lines):
        return change((first, 0), (last + 1, 0), "")
    return change((first, 0), layout.end_of_text, "")


def _instead(layout: Layout, last: Mark, lines: list[str]) -> Edit:
    """Lines in place of an entry that ends a text without a line end."""
    return change((key_line_of(last), 0), layout.end_of_text, "\n".join(lines))


def _insert(layout: Layout, last: Mark, lines: list[str]) -> Edit:
    """Lines behind an entry; behind all of a block of text that keeps its empty lines."""
    keeps = layout.opener(last) in ("|", ">") and "+" in layout.at(layout.content(last), 3)
    line, column = end_of(last)
    return _insert_at(layout, line if keeps and column == 0 else layout.last_line(last) + 1, lines)


def _insert_at(layout: Layout, line: int, lines: list[str]) -> Edit:
    text = "\n".join(lines)
    if line < len(layout.lines):
        return change((line, 0), (line, 0), text + "\n")
    return change(layout.end_of_text, layout.end_of_text, "\n" + text)


def _is_quoted(layout: Layout, own: list[Mark]) -> bool:
    return bool(own) and all(layout.opener(item) == '"' for item in own)
