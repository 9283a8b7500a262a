"""Portions of a file as JSON and back: each struct as the list of its fields.

Nothing in an entry names a class or a function: the place of a value decides what it becomes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from operator import attrgetter
from typing import Any

import orjson
from msgspec import Struct

from scanner.inputs.kept.inspection import Inspection, NotKeptError, names_of
from scanner.inputs.portion import Portion
from scanner.marks import Children, Mark
from scanner.model import Finding, Input, InputStatus, Loss, Outcome, Severity, Subject
from scanner.places import Edit, Fix, Location, Origin, Related
from scanner.policy.evaluate import Counts, Evaluation

_Reader = Callable[[Any], Any]


class EntryWriter:
    """Makes the entry of a file, a portion after the other."""

    def __init__(self) -> None:
        self._inspection = Inspection()
        self._parts: list[bytes] | None = []

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

    def entry(self) -> bytes | None:
        """The entry, None where the file may not be kept."""
        if self._parts is None:
            return None
        try:
            self._inspection.refuse_credentials()
            return b"[" + b",".join(self._parts) + b"]"
        except Exception:  # noqa: BLE001 - as above
            return None

    def _written(self, portion: Portion) -> bytes:
        evaluation, inspection = portion.evaluation, self._inspection
        if evaluation.fixes or (portion.input and portion.input.status is InputStatus.UNREADABLE):
            raise NotKeptError
        for subject in portion.subjects:
            inspection.take(subject.bindings)
            for mark in subject.marks.values():
                inspection.take_names(mark)
            inspection.take_texts((subject.identity, subject.name, subject.group, subject.overlay, *subject.unknowns))
            inspection.take_struct(subject.origin)
        for finding in evaluation.findings:
            if finding.outcome is Outcome.ERROR:
                raise NotKeptError
            inspection.take_struct(finding)
        inspection.take_texts(chain(*evaluation.by_path, *evaluation.by_subject))
        if portion.input:
            inspection.take_struct(portion.input)
        inspection.refuse_large()
        row = (
            portion.subjects,
            evaluation.findings,
            _listed(evaluation.counts),
            [(places, _listed(counts)) for places, counts in evaluation.by_path.items()],
            [(subject, _listed(counts)) for subject, counts in evaluation.by_subject.items()],
            portion.input,
        )
        return orjson.dumps(row, default=_fields)


def read(entry: bytes) -> list[Portion]:
    """The portions that an entry was made of.

    Raises ValueError, TypeError, LookupError or RecursionError for what is not an entry.
    """
    portions = [_portion(*row) for row in orjson.loads(entry)]
    if not portions or portions[-1].input is None:
        raise ValueError("an entry without an input")
    return portions


def _listed(counts: Mapping[str, Mapping[Outcome, int]]) -> dict[str, list[tuple[Outcome, int]]]:
    return {rule: list(some.items()) for rule, some in counts.items()}


def _counts(listed: dict[str, list[tuple[str, int]]]) -> Counts:
    return {rule: {_OUTCOMES[outcome]: number for outcome, number in some} for rule, some in listed.items()}


def _portion(
    subjects: list[Any], findings: list[Any], counts: Any, by_path: list[Any], by_subject: list[Any], item: Any
) -> Portion:
    evaluation = Evaluation(
        list(map(_finding, findings)),
        _counts(counts),
        {tuple(places): _counts(some) for places, some in by_path},
        {(path, identity): _counts(some) for (path, identity), some in by_subject},
    )
    return Portion(tuple(map(_subject, subjects)), evaluation, _input(item) if item is not None else None)


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


def _marks(row: dict[str, Any]) -> dict[str, Mark]:
    return {name: _mark(each) for name, each in row.items()}


def _several(reader: _Reader) -> _Reader:
    return lambda rows: tuple(map(reader, rows))


def _reader(kind: type[Struct], **readers: _Reader) -> _Reader:
    """What makes a struct of the list of its fields; `readers` are for fields that JSON does not carry as they are.

    It raises TypeError for a list of another length.
    """
    names = names_of(kind)
    placed = [(names.index(name), reader) for name, reader in readers.items()]

    def read(row: Any) -> Any:
        for index, reader in placed:
            row[index] = reader(row[index])
        if len(row) != len(names):
            raise TypeError(f"not a {kind.__name__}")
        return kind(*row)

    return read


_OUTCOMES = {each.value: each for each in Outcome}
_SEVERITIES = {each.value: each for each in Severity}
_location = _reader(Location)
_fix = _reader(Fix, edits=_several(_reader(Edit)))
_finding = _reader(
    Finding,
    outcome=_OUTCOMES.__getitem__,
    severity=_SEVERITIES.__getitem__,
    location=_location,
    related=_several(_reader(Related, location=_location)),
    fix=lambda row: _fix(row) if row is not None else None,
    built_by=tuple,
)
_subject = _reader(
    Subject,
    origin=_reader(Origin, columns=tuple, parts=_several(tuple)),
    marks=_marks,
    unknowns=frozenset,
)
_input = _reader(Input, status=InputStatus, formats=tuple, kinds=tuple, losses=_several(_reader(Loss)))
_GETTERS: dict[type, Callable[[Any], Iterable[Any]]] = {
    kind: attrgetter(*names_of(kind)) for kind in (Edit, Finding, Fix, Input, Location, Loss, Origin, Related, Subject)
}


def _fields(value: Any) -> Any:
    """A value as orjson can write it: what it does not know itself are structs and sets of texts."""
    if type(value) is frozenset:
        return sorted(value)
    getter = _GETTERS.get(type(value))
    if getter is None:
        raise TypeError
    return getter(value)
