"""Annotations of objects and comments in files that ignore a rule there -> waivers.

`assay.dev/ignore.RULE: "reason; until=2027-02-28"` on an object is about the object and its containers;
`# assay:ignore RULE reason="…" until=2027-02-28` is about its line, or on a line of its own about the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from msgspec import Struct

from scanner import documents
from scanner.documents.positions import find, locate
from scanner.errors import UnreadableError
from scanner.facts.step import FieldRead, read
from scanner.gate.waivers.entry import GATE, is_known
from scanner.gate.waivers.matching import unquoted
from scanner.late import regex
from scanner.model import Subject
from scanner.places import Location
from scanner.rule_ids import RuleIds
from scanner.schema_errors import shown
from scanner.subjects.kubernetes import CLUSTER_SCOPED, RESOURCE
from scanner.waived import ANY, WaivedResource, Waiver, WaiverFault, WaiverType, day

READS: tuple[FieldRead, ...] = (read(RESOURCE, "object.metadata.annotations"),)
"""What is read of subjects, so that it is kept until all files were read."""

_ANNOTATION = "assay.dev/ignore."
_MARK = b"assay:ignore"
_COMMENT = regex(r"(?:#|//)[ \t]*assay:ignore(?![\w-])(.*)$")
_VALUE = regex(r"""(reason|until)=(?:"([^"]*)"|([^\s"]+))""")
_WORD = regex(r"\w")
_LONGEST = 4000
_WANTED = "state a reason and a date: {}"
_FORM = '"reason; until=YYYY-MM-DD"'
_COMMENT_FORM = '# assay:ignore RULE reason="…" until=YYYY-MM-DD'


class InlineSettings(Struct, frozen=True):
    """What inline waivers are judged by."""

    ids: RuleIds
    today: date
    max_life: int


def waivers(subjects: Iterable[Subject], contents: Mapping[str, bytes], settings: InlineSettings) -> tuple[Waiver, ...]:
    """Every annotation and comment that ignores a rule, in the order of their places; the wrong ones with faults."""
    found = [*_annotations(subjects, settings), *_comments(contents, settings)]
    return tuple(sorted(found, key=lambda each: (each.location.path, each.location.line, each.rule)))


def _annotations(subjects: Iterable[Subject], settings: InlineSettings) -> Iterator[Waiver]:
    for subject in subjects:
        metadata = subject.bindings["object"].get("metadata") if subject.kind == RESOURCE else None
        noted = metadata.get("annotations") if isinstance(metadata, dict) else None
        for key, value in noted.items() if isinstance(noted, dict) else ():
            if isinstance(key, str) and key.startswith(_ANNOTATION):
                mark, _ = find(subject.marks["object"], ("metadata", "annotations", key))
                reason, _, rest = str(value)[:_LONGEST].rpartition(";")
                until = rest.strip().removeprefix("until=") if rest.strip().startswith("until=") else ""
                place = locate(subject.origin, mark)
                rule = key.removeprefix(_ANNOTATION)
                yield _waiver(rule, reason, until, _Place(place, _resource(subject.identity), _FORM), settings)


def _comments(contents: Mapping[str, bytes], settings: InlineSettings) -> Iterator[Waiver]:
    for path, content in contents.items():
        if _MARK not in content:
            continue
        try:
            lines = documents.decode(content).split("\n")
        except UnreadableError:
            continue
        for number, line in enumerate(lines, 1):
            if found := _COMMENT.search(line):
                start, end = found.span()
                place = Location(path, number, start + 1, number, end + 1)
                rule, _, rest = found[1].strip()[:_LONGEST].partition(" ")
                values = {each[1]: each[2] or each[3] or "" for each in _VALUE.finditer(rest)}
                about = number if line[:start].strip() else _next(lines, number)
                where = _Place(place, WaivedResource(), _COMMENT_FORM, about)
                yield _waiver(rule, values.get("reason", ""), values.get("until", ""), where, settings)


class _Place(Struct, frozen=True):
    """Where an inline waiver is, and what it is about."""

    location: Location
    resource: WaivedResource
    form: str
    line: int = 0


def _next(lines: list[str], number: int) -> int:
    """The 1-based line behind a comment that is neither empty nor a comment."""
    for index in range(number, len(lines)):
        text = lines[index].strip()
        if text and not text.startswith(("#", "//")):
            return index + 1
    return number


def _waiver(rule: str, reason: str, until: str, place: _Place, settings: InlineSettings) -> Waiver:
    where = place.location
    problems = _problems(rule, reason, until, place.form, settings)
    return Waiver(
        id=f"inline:{where.path}:{where.line}" + (f":{where.column}" if place.line else ""),
        location=where,
        rule=settings.ids.current(rule),
        resource=place.resource,
        path=where.path,
        line=place.line,
        type=WaiverType.RISK_ACCEPTED.value,
        reason=reason.strip(),
        requester="inline",
        expires=until if day(until) else "",
        faults=tuple(WaiverFault(message, where) for message in problems),
        inline=True,
    )


def _problems(rule: str, reason: str, until: str, form: str, settings: InlineSettings) -> Iterator[str]:
    known = settings.ids.current(rule)
    if known.startswith(GATE):
        yield f"{shown(rule)} is a rule about waivers, which cannot be waived"
    elif not is_known(rule, settings.ids):
        yield f"there is no rule {shown(rule)}"
    if not _WORD.search(reason):
        yield f"it has no reason; {_WANTED.format(form)}"
    last, latest = day(until), settings.today + timedelta(days=settings.max_life)
    if last is None:
        stated = f"the date is {shown(until)}" if until else "it has no date"
        yield f"{stated}; {_WANTED.format(form)}"
    elif last > latest:
        yield f"it counts until {last}; at most {settings.max_life} days are allowed, so {latest}"


def _resource(identity: str) -> WaivedResource:
    """An object with all its containers, by its identity."""
    _, _, rest = identity.partition("/")
    kind, _, rest = rest.partition("/")
    namespace = ""
    if kind not in CLUSTER_SCOPED:
        namespace, _, rest = rest.partition("/")
    return WaivedResource(kind, namespace, unquoted(rest), ANY)
