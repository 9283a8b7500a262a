"""The work on one file: bytes -> what it is, its subjects, and the outcomes of rules that look at one subject.

It depends on nothing but the file and the rules, so it may run in other processes. What needs all subjects at once
(facts, and the rules that use them) is a later stage; of each file only the subjects that stage can use are kept.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from scanner import documents, facts, rendering, subjects
from scanner.errors import UnreadableError
from scanner.model import Input, InputStatus, Subject
from scanner.policy.evaluate import Evaluation, Evaluator
from scanner.sources import STDIN_NAME, Rendered, Source
from scanner.workers import Limits, Workers

_WORTHWHILE = 2_000_000
"""Bytes from which other processes pay for their start."""
_SLOWEST = 100_000
"""Bytes a second below which the work on a file counts as hanging."""
_BATCH = 500_000
"""Bytes that are handed to a process at once."""


@dataclass(slots=True)
class Assessed:
    """What the work on one file gives."""

    input: Input
    subjects: tuple[Subject, ...] = ()
    """Those that the later stage can use."""
    evaluation: Evaluation = field(default_factory=Evaluation)


def assess(source: Source, local: Evaluator, *, in_full: bool = False) -> Assessed:
    """Read one file and evaluate the rules that look at one subject.

    `in_full` keeps every subject whole for the later stage: rules from elsewhere may ask more than the shipped ones.
    """
    item, found = read(source)
    if not found:
        return Assessed(item)
    return Assessed(item, found if in_full else tuple(facts.usable(found)), local.evaluate(found))


def assess_all(
    sources: Iterable[Source], local: Evaluator, jobs: int, *, in_full: bool = False, limits: Limits | None = None
) -> Iterator[tuple[Source, Assessed]]:
    """The work on every file, in the order of the files, in processes that a file may take down with it.

    `jobs` is their number, 0 for as many as there are processors where that pays.
    """
    pending: list[Source] = []
    size, rest = 0, iter(sources)
    for source in rest:
        pending.append(source)
        size += len(source.content)
        if size >= _WORTHWHILE:
            break
    number = (jobs or len(os.sched_getaffinity(0))) if size >= _WORTHWHILE else 1
    workers = Workers(partial(assess, local=local, in_full=in_full), _failed, number, limits, _extra)
    yield from workers.run(_batches(pending, rest))


def _extra(source: Source) -> float:
    """Seconds that a file may take for its size: a small part of the speed seen on slow machines."""
    return len(source.content) // _SLOWEST


def _failed(source: Source, why: str) -> Assessed:
    digest = hashlib.sha256(source.content).hexdigest()
    return Assessed(Input(source.path, digest, len(source.content), InputStatus.UNREADABLE, why))


def _batches(first: Iterable[Source], rest: Iterable[Source]) -> Iterator[list[Source]]:
    batch: list[Source] = []
    size = 0
    for part in (first, rest):
        for source in part:
            batch.append(source)
            size += len(source.content)
            if size >= _BATCH:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def read(source: Source) -> tuple[Input, tuple[Subject, ...]]:
    """What one input is and the subjects in it: a pure function of its bytes."""
    for status, reason in (
        (InputStatus.SKIPPED, source.skipped),
        (InputStatus.UNREADABLE, source.unreadable),
        (InputStatus.ASSESSED, source.part),
    ):
        if reason:
            return Input(source.path, *_seal(source), status, reason), ()
    digest, size = hashlib.sha256(source.content).hexdigest(), len(source.content)
    if source.rendered:
        return _read_rendered(source, source.rendered, Input(source.path, digest, size, InputStatus.ASSESSED))
    if not documents.is_text(source.content):
        return Input(source.path, digest, size, InputStatus.SKIPPED, "not text"), ()
    try:
        text = documents.decode(source.content)
    except UnreadableError as error:
        status = InputStatus.UNREADABLE if documents.is_ours(source.path) else InputStatus.SKIPPED
        return Input(source.path, digest, size, status, error.message, error.line), ()
    reader = documents.read_stream if source.path == STDIN_NAME else documents.read
    reading = subjects.recognise(reader(source.path, text))
    status, reason, line = _status(reading)
    item = Input(source.path, digest, size, status, reason, line, reading.formats, len(reading.subjects))
    return item, reading.subjects


def _seal(source: Source) -> tuple[str, int]:
    """SHA-256 and size of what was read; nothing where nothing was."""
    return hashlib.sha256(source.content).hexdigest() if source.content else "", len(source.content)


def _read_rendered(source: Source, rendered: Rendered, item: Input) -> tuple[Input, tuple[Subject, ...]]:
    """What was rendered, as one system: its objects refer to each other and to none of another chart or overlay."""
    reading = subjects.recognise(rendering.documents(rendered))
    found = tuple(replace(subject, group=source.path) for subject in reading.subjects if subject.kind != "document")
    status, reason, line = _status(reading) if reading.faults else (InputStatus.ASSESSED, "", 0)
    reason = reason or f"rendered by {rendered.tool}" + ("" if found else ", which gives no object")
    return replace(item, status=status, reason=reason, line=line, formats=reading.formats, subjects=len(found)), found


def _status(reading: subjects.Reading) -> tuple[InputStatus, str, int]:
    """What became of an input, why, and the line of its first fault."""
    if reading.faults:
        first, more = reading.faults[0], len(reading.faults) - 1
        others = f" (and {more} more)" if more else ""
        return InputStatus.UNREADABLE, f"{first.message} at line {first.line}{others}", first.line
    noted = ", ".join(str(note.line) for note in reading.notes)
    note = f"code blocks that are not valid YAML or JSON at line {noted}" if noted else ""
    if reading.foreign:
        return InputStatus.SKIPPED, "; ".join(part for part in (reading.foreign, note) if part), 0
    return InputStatus.ASSESSED, note, 0
