"""Portions of a file as MessagePack and back.

Nothing in an entry names a class or a function: the place of a value decides what it becomes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from typing import Any, TypeAlias

from msgspec import Raw, Struct, ValidationError
from msgspec.msgpack import Decoder, Encoder, decode

from scanner.documents import decode as decode_text
from scanner.inputs.portion import Portion
from scanner.kept.inspection import Inspection, NotKeptError, names_of
from scanner.marks import Children, Mark
from scanner.model import Finding, Input, InputStatus, Outcome, Subject
from scanner.places import Origin
from scanner.policy.evaluate import Counts, Evaluation


class EntryWriter:
    """Makes the entry of a file, a portion after the other."""

    def __init__(self) -> None:
        self._inspection = Inspection()
        self._parts: list[bytes] | None = []
        self._is_shown = False
        """Outputs may show lines of the file: something in it was assessed."""

    def take(self, portion: Portion) -> None:
        """Take the next portion of the file; where something in it may not be kept, nothing of the file is."""
        if self._parts is None:
            return
        try:
            self._parts.append(self._written(portion))
        except Exception:  # noqa: BLE001 - whatever it is, it must not cost the file its result
            self._parts = None

    def give_up(self) -> None:
        """Make no entry of the file."""
        self._parts = None

    def finish(self, last: Portion, content: bytes | None) -> None:
        """Set the entry of the file and what is known of its credentials in its last portion, where it may be kept.

        `content` is that of the file, None where what was rendered in its place or merged with it was read. A file of
        which nothing was assessed is not searched: nobody asks for its lines.
        """
        if self._parts is None:
            return
        searched = content if self._is_shown else None
        try:
            clean = self._inspection.refuse_credentials(decode_text(searched or b""))
            clean = clean and searched is not None
            entry = _ENCODER.encode((clean, list(map(Raw, self._parts))))
        except Exception:  # noqa: BLE001 - as above
            return
        last.harmless, last.clean, last.entry = True, clean, entry

    def _written(self, portion: Portion) -> bytes:
        evaluation, inspection = portion.evaluation, self._inspection
        if evaluation.fixes or (portion.input and portion.input.status is InputStatus.UNREADABLE):
            raise NotKeptError
        self._is_shown |= bool(portion.subjects or portion.others or evaluation.findings)
        for subject in portion.subjects:
            inspection.take(subject.bindings)
            for mark in subject.marks.values():
                inspection.take_names(mark)
            inspection.take_texts((subject.identity, subject.name, subject.group, subject.overlay))
            inspection.take_texts((*subject.unknowns, *subject.partly))
            inspection.take_texts(chain(subject.reasons, *subject.reasons.values()))
            inspection.take_struct(subject.origin)
        for finding in evaluation.findings:
            if finding.outcome is Outcome.ERROR:
                raise NotKeptError
            inspection.take_struct(finding)
        inspection.take_texts(chain(portion.others, *evaluation.by_path, *evaluation.by_subject))
        if portion.input:
            inspection.take_struct(portion.input)
        inspection.refuse_large()
        subjects = [tuple(getattr(subject, name) for name in _SUBJECT) for subject in portion.subjects]
        row = (
            subjects,
            portion.others,
            evaluation.findings,
            evaluation.counts,
            evaluation.by_path,
            evaluation.by_subject,
            portion.input,
        )
        return _ENCODER.encode(row)


def read(entry: bytes) -> list[Portion]:
    """The portions that an entry was made of.

    Raises msgspec.MsgspecError for what is not an entry.
    """
    clean, rows = _decoder().decode(entry)
    portions = [
        Portion(tuple(map(_subject, subjects)), Evaluation(findings, counts, by_path, by_subject), item, others=others)
        for subjects, others, findings, counts, by_path, by_subject, item in rows
    ]
    if not portions or portions[-1].input is None:
        raise ValidationError("an entry without an input")
    portions[-1].harmless, portions[-1].clean = True, clean
    return portions


class _SubjectRow(Struct, array_like=True, forbid_unknown_fields=True):
    """A subject as an entry holds it."""

    kind: str
    identity: str
    name: str
    origin: Origin
    bindings: dict[str, Any]
    marks: Raw
    focus: str
    unknowns: frozenset[str]
    reasons: dict[str, tuple[str, str]]
    group: str
    overlay: str
    opens: frozenset[str]
    partial: bool
    partly: frozenset[str]
    told: tuple[int, str]
    format: str


_SUBJECT = names_of(_SubjectRow)
_ENCODER = Encoder()
_Row: TypeAlias = tuple[
    list[_SubjectRow],
    tuple[str, ...],
    list[Finding],
    Counts,
    dict[tuple[str, ...], Counts],
    dict[tuple[str, str], Counts],
    Input | None,
]


@cache
def _decoder() -> Decoder[tuple[bool, list[_Row]]]:
    return Decoder(tuple[bool, list[_Row]])


def _subject(row: _SubjectRow) -> Subject:
    return Subject(
        row.kind,
        row.identity,
        row.name,
        row.origin,
        row.bindings,
        _Marks(row.marks),
        row.focus,
        row.unknowns,
        row.reasons,
        row.group,
        row.overlay,
        row.opens,
        row.partial,
        row.partly,
        row.told,
        row.format,
    )


class _Marks(Mapping[str, Mark]):
    """Marks that are decoded when one is asked for: most subjects have no finding, so that nobody asks for theirs."""

    __slots__ = ("_marks", "_raw")

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._marks: dict[str, Mark] | None = None

    def _decoded(self) -> dict[str, Mark]:
        if self._marks is None:
            self._marks = {name: _mark(row) for name, row in decode(self._raw, type=dict[str, Any]).items()}
        return self._marks

    def __getitem__(self, name: str) -> Mark:
        return self._decoded()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._decoded())

    def __len__(self) -> int:
        return len(self._decoded())


def _mark(row: Any) -> Mark:
    children = row[7]
    inside: Children
    if children is None:
        inside = None
    elif type(children) is dict:
        inside = {name: _mark(each) for name, each in children.items()}
    else:
        inside = list(map(_mark, children))
    return (*row[:7], inside)
