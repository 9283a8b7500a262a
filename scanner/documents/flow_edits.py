"""Edits of collections between brackets, as in JSON and in YAML's flow style."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from scanner.documents.data_to_text import QuotingStyle, flow, flow_lines, scalar
from scanner.documents.layout import Layout, change
from scanner.errors import UneditableError
from scanner.late import regex
from scanner.marks import Mark, Place, children_of, end_of, key_end_of, key_line_of, key_start_of, line_of, start_of
from scanner.places import Edit

_COMMA = regex(r"\s*,\s*")
_COMMA_NEXT = regex(r"[ \t]*,")
_COLON = regex(r"[ \t]*:[ \t]*")
_LINE_END = regex(r"[ \t]*(,?)[ \t]*(#.*)?\Z")


def style_of(layout: Layout, mark: Mark, around: QuotingStyle) -> QuotingStyle:
    """How a collection's entries are written; an empty one has the style of what is around it."""
    own = layout.own(mark)
    if not own:
        return around
    mapping = isinstance(children_of(mark), dict)
    quoted = layout.at(key_start_of(own[0])) == '"' if mapping or not around.quoted else True
    colon, comma = around.colon, around.comma
    if mapping and (found := layout.match(_COLON, key_end_of(own[0]))):
        colon = found[0] if found.end() < len(found.string) else colon
        comma = "," if colon == ":" else ", "
    if len(own) > 1:
        between = layout.between(end_of(own[0]), key_start_of(own[1]))
        comma = between if _COMMA.fullmatch(between) and "\n" not in between else comma
    return QuotingStyle(quoted, colon, comma)


def edit(
    layout: Layout, mark: Mark, removed: Sequence[Mark], added: dict[str, Any] | list[Any], style: QuotingStyle
) -> Iterator[Edit]:
    """Take entries or items out of a collection and add others behind its last."""
    own = layout.own(mark)
    left = [entry for entry in own if entry not in removed]
    if not left:
        opening = layout.content(mark)
        line, column = end_of(mark)
        inside = (opening[0], opening[1] + 1), (line, column - 1)
        yield from _fill(layout, mark, inside, added, style)
        return
    for index, entry in enumerate(own):
        if entry in removed and key_start_of(entry) < key_start_of(left[-1]):
            yield _delete(layout, key_start_of(entry), key_start_of(own[index + 1]))
    last = left[-1]
    if own[-1] is not last:
        yield _delete(layout, end_of(last), end_of(own[-1]))
        if added:
            yield change(end_of(own[-1]), end_of(own[-1]), "".join(_joined(layout, mark, last, added, style)))
    elif added:
        yield from _append(layout, mark, last, added, style)


def replace(layout: Layout, mark: Mark, value: Any, style: QuotingStyle) -> Iterator[Edit]:
    """Replace a value inside brackets."""
    start, end = start_of(mark), end_of(mark)
    if layout.is_marked(mark) or start == end:
        raise UneditableError("the value uses a YAML style that Assay does not edit")
    _refuse_comments(layout, start, end)
    if layout.begins_line(mark) and isinstance(value, dict | list):
        yield change(start, end, flow_lines(value, style, layout.pad(key_line_of(mark)), layout.flow_step))
    elif isinstance(value, str) and layout.at(start) == '"':
        yield change(start, end, scalar(value, QuotingStyle(quoted=True)))
    else:
        yield change(start, end, flow(value, style))


def _fill(
    layout: Layout, mark: Mark, inside: tuple[Place, Place], added: dict[str, Any] | list[Any], style: QuotingStyle
) -> Iterator[Edit]:
    """Other content between the brackets, or none."""
    _refuse_comments(layout, *inside)
    text = ""
    below_first = layout.begins_line(mark) and key_line_of(mark) > 0
    spread = inside[0][0] < inside[1][0] or (style.quoted and below_first and not children_of(mark))
    if added and spread:
        text = flow_lines(added, style, layout.pad(key_line_of(mark)), layout.flow_step)[1:-1]
    elif added:
        text = flow(added, style)[1:-1]
    yield change(*inside, text)


def _append(
    layout: Layout, mark: Mark, last: Mark, added: dict[str, Any] | list[Any], style: QuotingStyle
) -> Iterator[Edit]:
    """Entries behind the last one: before a comment of its line nothing is put but the comma."""
    comma, *entries = _joined(layout, mark, last, added, style)
    here, rest = end_of(last), layout.match(_LINE_END, end_of(last))
    if rest is None or not (rest[1] or rest[2]) or not _has_own_line(layout, mark, last):
        trailing = layout.match(_COMMA_NEXT, here) is not None
        text = "".join((comma, *entries))
        yield change(here, here, text)
        if trailing and comma.strip() != ",":
            raise UneditableError("the list uses a YAML style that Assay does not edit")
        return
    if not rest[1]:
        yield change(here, here, ",")
    below = (here[0] + 1, 0)
    text = "".join(entries)
    yield change(below, below, comma.lstrip(",\n") + text + ("," if rest[1] else "") + "\n")


def _joined(
    layout: Layout, mark: Mark, last: Mark, added: dict[str, Any] | list[Any], style: QuotingStyle
) -> list[str]:
    """The separator of entries, and the new entries with the separators between them."""
    spread = _has_own_line(layout, mark, last)
    pad = layout.pad(key_line_of(last)) if spread else ""
    comma = f",\n{pad}" if spread else style.comma

    def written(value: Any) -> str:
        return flow_lines(value, style, pad, layout.flow_step) if spread else flow(value, style)

    if isinstance(added, dict):
        parts = [f"{scalar(key, style)}{style.colon}{written(value)}" for key, value in added.items()]
    else:
        parts = [written(value) for value in added]
    return [comma, comma.join(parts)]


def _has_own_line(layout: Layout, mark: Mark, entry: Mark) -> bool:
    return key_line_of(entry) > line_of(mark) and layout.begins_line(entry)


def _delete(layout: Layout, start: Place, end: Place) -> Edit:
    _refuse_comments(layout, start, end)
    return change(start, end, "")


def _refuse_comments(layout: Layout, start: Place, end: Place) -> None:
    """A comment between brackets would go with what is taken out."""
    if start[0] != end[0] and re.search(r"(?:^|[ \t])#", layout.between(start, end), re.MULTILINE):
        raise UneditableError("the fix would remove a comment")
