"""Edits of collections between brackets, as in JSON and in YAML's flow style."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from scanner.documents.layout import Layout, Place, change
from scanner.documents.writing import Manner, flow, flow_lines, scalar
from scanner.errors import UneditableError
from scanner.model import Edit, Mark

_COMMA = re.compile(r"\s*,\s*")
_COMMA_NEXT = re.compile(r"[ \t]*,")
_COLON = re.compile(r"[ \t]*:[ \t]*")
_LINE_END = re.compile(r"[ \t]*(,?)[ \t]*(#.*)?\Z")


def manner_of(layout: Layout, mark: Mark, around: Manner) -> Manner:
    """How a collection's entries are written; an empty one has the manner of what is around it."""
    own = layout.own(mark)
    if not own:
        return around
    mapping = isinstance(mark[7], dict)
    quoted = layout.at((own[0][0], own[0][1])) == '"' if mapping or not around.quoted else True
    colon, comma = around.colon, around.comma
    if mapping and (found := layout.match(_COLON, (own[0][0], own[0][2]))):
        colon = found[0] if found.end() < len(layout.lines[own[0][0]]) else colon
        comma = "," if colon == ":" else ", "
    if len(own) > 1:
        between = layout.between((own[0][5], own[0][6]), (own[1][0], own[1][1]))
        comma = between if _COMMA.fullmatch(between) and "\n" not in between else comma
    return Manner(quoted, colon, comma)


def edit(
    layout: Layout, mark: Mark, removed: Sequence[Mark], added: dict[str, Any] | list[Any], manner: Manner
) -> Iterator[Edit]:
    """Take entries or items out of a collection and add others behind its last."""
    own = layout.own(mark)
    left = [entry for entry in own if entry not in removed]
    if not left:
        opening = layout.content(mark)
        inside = (opening[0], opening[1] + 1), (mark[5], mark[6] - 1)
        yield from _fill(layout, mark, inside, added, manner)
        return
    for index, entry in enumerate(own):
        if entry in removed and _start(entry) < _start(left[-1]):
            yield _delete(layout, _start(entry), _start(own[index + 1]))
    last = left[-1]
    if own[-1] is not last:
        yield _delete(layout, _end(last), _end(own[-1]))
        if added:
            yield change(_end(own[-1]), _end(own[-1]), "".join(_joined(layout, mark, last, added, manner)))
    elif added:
        yield from _append(layout, mark, last, added, manner)


def replace(layout: Layout, mark: Mark, value: Any, manner: Manner) -> Iterator[Edit]:
    """Another value for what stands between brackets."""
    start, end = (mark[3], mark[4]), (mark[5], mark[6])
    if layout.is_marked(mark) or start == end:
        raise UneditableError("its value is written in an unusual way")
    _refuse_comments(layout, start, end)
    if layout.begins_line(mark) and isinstance(value, dict | list):
        yield change(start, end, flow_lines(value, manner, layout.pad(mark[0]), layout.flow_step))
    elif isinstance(value, str) and layout.at(start) == '"':
        yield change(start, end, scalar(value, Manner(quoted=True)))
    else:
        yield change(start, end, flow(value, manner))


def _fill(
    layout: Layout, mark: Mark, inside: tuple[Place, Place], added: dict[str, Any] | list[Any], manner: Manner
) -> Iterator[Edit]:
    """Other content between the brackets, or none."""
    _refuse_comments(layout, *inside)
    text = ""
    spread = inside[0][0] < inside[1][0] or (manner.quoted and layout.begins_line(mark) and mark[0] > 0 and not mark[7])
    if added and spread:
        text = flow_lines(added, manner, layout.pad(mark[0]), layout.flow_step)[1:-1]
    elif added:
        text = flow(added, manner)[1:-1]
    yield change(*inside, text)


def _append(
    layout: Layout, mark: Mark, last: Mark, added: dict[str, Any] | list[Any], manner: Manner
) -> Iterator[Edit]:
    """Entries behind the last one: before a comment of its line nothing is put but the comma."""
    comma, *entries = _joined(layout, mark, last, added, manner)
    here, rest = _end(last), layout.match(_LINE_END, _end(last))
    if rest is None or not (rest[1] or rest[2]) or not _has_own_line(layout, mark, last):
        trailing = layout.match(_COMMA_NEXT, here) is not None
        text = "".join((comma, *entries))
        yield change(here, here, text)
        if trailing and comma.strip() != ",":
            raise UneditableError("its list is written in an unusual way")
        return
    if not rest[1]:
        yield change(here, here, ",")
    below = (here[0] + 1, 0)
    text = "".join(entries)
    yield change(below, below, comma.lstrip(",\n") + text + ("," if rest[1] else "") + "\n")


def _joined(layout: Layout, mark: Mark, last: Mark, added: dict[str, Any] | list[Any], manner: Manner) -> list[str]:
    """What stands between entries, and each entry with what stands before the next."""
    spread = _has_own_line(layout, mark, last)
    pad = layout.pad(last[0]) if spread else ""
    comma = f",\n{pad}" if spread else manner.comma

    def written(value: Any) -> str:
        return flow_lines(value, manner, pad, layout.flow_step) if spread else flow(value, manner)

    if isinstance(added, dict):
        parts = [f"{scalar(key, manner)}{manner.colon}{written(value)}" for key, value in added.items()]
    else:
        parts = [written(value) for value in added]
    return [comma, comma.join(parts)]


def _has_own_line(layout: Layout, mark: Mark, entry: Mark) -> bool:
    return entry[0] > mark[3] and layout.begins_line(entry)


def _delete(layout: Layout, start: Place, end: Place) -> Edit:
    _refuse_comments(layout, start, end)
    return change(start, end, "")


def _refuse_comments(layout: Layout, start: Place, end: Place) -> None:
    """A comment between brackets would go with what is taken out."""
    if start[0] != end[0] and re.search(r"(?:^|[ \t])#", layout.between(start, end), re.MULTILINE):
        raise UneditableError("a comment stands among what would be taken out")


def _start(mark: Mark) -> Place:
    return mark[0], mark[1]


def _end(mark: Mark) -> Place:
    return mark[5], mark[6]
