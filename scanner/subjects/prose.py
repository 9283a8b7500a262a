"""What Markdown states in words -> claims.

An availability with its downtime and a recovery objective are read here, and what one text says of one thing in
`prose_claims`. Claims that cannot be checked are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from scanner.controls import ShownBy
from scanner.documents import Document
from scanner.documents.classify import is_page
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.marks import keyless, line_of
from scanner.model import Subject
from scanner.subjects import governance
from scanner.subjects.format import Format, KnownBy
from scanner.subjects.kind import Kind
from scanner.subjects.own_statements import OwnStatements, own_statements
from scanner.subjects.prose_claims import CLAIM, claims
from scanner.subjects.quantities import percent, seconds
from scanner.subjects.subject_builder import SubjectBuilder

KINDS = {CLAIM: Kind(("claim",), ShownBy.DECLARED)}

_GAP = r"\s{0,3}\*{0,2}\s{0,3}"
"""Blanks and the end of bold type; bounded, since any text file is read as prose."""
_DURATION = (
    r"(?:[<≤~]\s?)?(?<![\d.])\d{1,9}(?:\.\d{1,9})?\s?-?"
    r"(?:ms|s|sec|seconds?|min|minutes?|h|hours?|d|days?)\b"
)
_PERCENT = r"(?<![\d.,])(?:100|\d{2})(?:\.\d{1,9})?\s?%"
_AVAILABILITY = regex(
    rf"(?P<percent>{_PERCENT}){_GAP}(?:availability|uptime)\b"
    rf"|\b(?:availability|uptime){_GAP}:?{_GAP}(?P<after>{_PERCENT})",
    re.IGNORECASE,
)
_DOWNTIME = regex(
    rf"(?P<downtime>{_DURATION})\s{{0,3}}(?:of\s)?(?:downtime|outage)\s{{0,3}}(?:per|a|each|/)\s{{0,3}}"
    r"(?P<window>year|month|week|day)\b",
    re.IGNORECASE,
)
_OBJECTIVES = ("RTO", "RPO", "MTTR")
_FIGURE = regex(r"[%RM](?:(?<=\d%)|(?<=\d\s%)|(?:(?<=R)TO|(?<=R)PO|(?<=M)TTR)\b)")
"""Begins with plain characters, for which the engine searches seven times as quickly."""
_OBJECTIVE = regex(
    rf"(?P<before>{_DURATION}){_GAP}(?P<name>RTO|RPO|MTTR)\b"
    rf"|\b(?P<named>RTO|RPO|MTTR)\b{_GAP}(?:of|:|is|=)?{_GAP}(?P<value>{_DURATION})"
)


def recognise(document: Document) -> Iterator[Subject] | None:
    """The claims of a Markdown file's prose; None where it makes none."""
    if document.format != "prose":
        return None
    own = cache(partial(own_statements, document.root.value))
    found = [*_objectives(document, own), *(claims(document, own) if is_page(document.origin.path) else ())]
    return iter(found) if found else None


def _objectives(document: Document, own: Callable[[], OwnStatements]) -> Iterator[Subject]:
    lines = document.root.value
    if not _FIGURE.search("\n".join(lines)):
        return
    for number, text in enumerate(own().lines):
        if "%" in text and (match := _AVAILABILITY.search(text)):
            yield _availability(document, document.root.get(number), match)
        if any(name in text for name in _OBJECTIVES):
            for match in _OBJECTIVE.finditer(text):
                yield _objective(document, document.root.get(number), match)


def _availability(document: Document, line: Node, match: re.Match[str]) -> Subject:
    group = "percent" if match["percent"] else "after"
    stated = match[group].strip()
    shape = SubjectBuilder().say("name", f"availability of {stated}").say("metric", "availability")
    shape.put("availability", _part(line, match, group), {"text": stated, "percent": percent(stated)})
    if downtime := _DOWNTIME.search(line.value, match.end()):
        text = downtime["downtime"].strip()
        value: dict[str, Any] = {"text": f"{text} per {downtime['window'].lower()}", "seconds": seconds(text)}
        shape.put("downtime", _part(line, downtime, 0), {**value, "window": downtime["window"].lower()})
    return governance.subject(CLAIM, document.origin, "", "claim:", shape, _part(line, match, 0))


def _objective(document: Document, line: Node, match: re.Match[str]) -> Subject:
    """A recovery objective in prose is a statement about recovery like any other."""
    name = (match["name"] or match["named"]).lower()
    whole = _part(line, match, 0)
    stated = _part(line, match, "before" if match["before"] else "value")
    return governance.recovery(f"prose ({name.upper()})", document.origin, "prose", whole, {name: stated})


def _part(line: Node, match: re.Match[str], group: str | int) -> Node:
    row = line_of(line.mark) if line.mark else 0
    start, end = match.span(group)
    return Node(match[group], keyless((row, start), (row, end)))


FORMAT = Format(
    "prose",
    "availability and recovery figures in Markdown prose",
    KnownBy.CONTENT,
    recognise,
    KINDS,
    documents=("prose",),
)
