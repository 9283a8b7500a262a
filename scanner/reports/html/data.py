"""What the script of the page brings in on demand: one compressed block, with every text in it once."""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from scanner.model import Input, Outcome, Severity
from scanner.places import Location
from scanner.reports.html.findings import FindingItem, RuleGroup
from scanner.reports.html.inputs import notes
from scanner.reports.json_text import line_of

Row: TypeAlias = list[Any]
"""Numbers alone; a text is its place among the texts."""

_OUTCOMES, _SEVERITIES = list(Outcome), list(Severity)


def block(groups: Iterable[RuleGroup], inputs: Sequence[Input], seen: Callable[[str], str]) -> str:
    """The findings and inputs that are not in the page as HTML, as base64 of JSON that zlib compressed.

    The keys are `texts`, `rules` (anchor of a rule -> its rows) and `inputs`; `templates/report-data.js` reads them.
    Empty where everything is in the page. `seen` makes a text fit to be shown.
    """
    texts = _Texts(seen)
    rules = {group.anchor: [_finding(item, texts) for item in group.further] for group in groups if group.further}
    rows = [_input(item, texts) for item in inputs]
    if not rules and not rows:
        return ""
    data = {"texts": texts.all(), "rules": rules, "inputs": rows}
    return b64encode(zlib.compress(line_of(data).encode(), 9)).decode()


class _Texts:
    """Texts in the order of their first use."""

    def __init__(self, seen: Callable[[str], str]) -> None:
        self._seen = seen
        self._places = {"": 0}

    def place(self, text: str) -> int:
        """The place of a text, which is kept if it is new."""
        return self._places.setdefault(text, len(self._places))

    def all(self) -> list[str]:
        """Every text, in its place, fit to be shown."""
        return [self._seen(text) for text in self._places]


def _finding(item: FindingItem, texts: _Texts) -> Row:
    finding, place = item.finding, texts.place
    return [
        place(item.anchor),
        _OUTCOMES.index(finding.outcome),
        _SEVERITIES.index(finding.severity),
        place(finding.subject_kind),
        place(finding.subject_id),
        place(finding.message),
        *_location(finding.location, texts),
        place(finding.location.field),
        place(finding.observed),
        place(finding.expected),
        [[line.number, *map(place, (line.before, line.marked, line.after))] for line in item.lines],
        [int(finding.fix.safe), place(finding.fix.words), place(finding.fix.why_not)] if finding.fix else 0,
        [[place(line.sign), line.number, place(line.text)] for line in item.change],
        [[*_location(other.location, texts), place(other.message)] for other in finding.related],
        [place(path) for path in finding.built_by],
        place(item.waived),
        place(item.since),
        place(item.counts),
    ]


def _location(location: Location, texts: _Texts) -> Row:
    return [texts.place(location.path), location.line, location.column]


def _input(item: Input, texts: _Texts) -> Row:
    place = texts.place
    return [
        place(item.status),
        place(item.path),
        item.line,
        [place(note) for note in notes(item)],
        place(", ".join(item.formats) or "none"),
        item.subjects,
        item.bytes,
        place(item.sha256),
    ]
