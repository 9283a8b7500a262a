"""The work on one file: bytes -> what it is, its subjects, and the outcomes of rules that look at one subject.

It depends on nothing but the file and the rules, so it may run in other processes. What needs all subjects at once
(facts, and the rules that use them) is a later stage; of each file only the subjects that stage can use are kept.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from scanner import documents, facts, subjects
from scanner.errors import UnreadableError
from scanner.model import Input, InputStatus, Subject
from scanner.policy.evaluate import Evaluation, Evaluator
from scanner.sources import STDIN_NAME, Source

_WORTHWHILE = 2_000_000
"""Bytes from which other processes pay for their start."""
_BATCH = 500_000
"""Bytes that are handed to a process at once."""


@dataclass(slots=True)
class Assessed:
    """What the work on one file gives."""

    input: Input
    subjects: tuple[Subject, ...] = ()
    """Those that the later stage can use."""
    evaluation: Evaluation = field(default_factory=Evaluation)


def assess(source: Source, local: Evaluator) -> Assessed:
    """Read one file and evaluate the rules that look at one subject."""
    item, found = read(source)
    if not found:
        return Assessed(item)
    return Assessed(item, tuple(facts.usable(found)), local.evaluate(found))


def assess_all(sources: Iterable[Source], local: Evaluator, jobs: int) -> Iterator[tuple[Source, Assessed]]:
    """The work on every file, in the order of the files; in other processes where it pays.

    `jobs` is the number of processes, 0 for as many as there are processors.
    """
    jobs = jobs or len(os.sched_getaffinity(0))
    pending: list[Source] = []
    size, batches = 0, iter(sources)
    for source in batches:
        pending.append(source)
        size += len(source.content)
        if size >= _WORTHWHILE:
            break
    if jobs > 1 and size >= _WORTHWHILE:
        yield from _in_processes(pending, batches, local, jobs)
        return
    for source in (*pending, *batches):
        yield source, assess(source, local)


_LOCAL: list[Evaluator] = []
"""The rules of a worker process, set once when it starts."""


def _work(batch: Sequence[Source]) -> list[Assessed]:
    return [assess(source, _LOCAL[0]) for source in batch]


def _in_processes(
    first: list[Source], rest: Iterator[Source], local: Evaluator, jobs: int
) -> Iterator[tuple[Source, Assessed]]:
    """Batches go out while results come back, so that only a few are in memory at a time."""
    from collections import deque
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing import get_context

    waiting: deque[tuple[list[Source], Future[list[Assessed]]]] = deque()
    # Forked workers inherit the compiled rules; this process has no threads that a fork could cut short.
    with ProcessPoolExecutor(jobs, get_context("fork"), _LOCAL.append, (local,)) as pool:
        for batch in _batches(first, rest):
            waiting.append((batch, pool.submit(_work, batch)))
            if len(waiting) > 2 * jobs:
                done, future = waiting.popleft()
                yield from zip(done, future.result(), strict=True)
        for done, future in waiting:
            yield from zip(done, future.result(), strict=True)


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
    if source.skipped:
        return Input(source.path, "", 0, InputStatus.SKIPPED, source.skipped), ()
    if source.unreadable:
        return Input(source.path, "", 0, InputStatus.UNREADABLE, source.unreadable), ()
    digest, size = hashlib.sha256(source.content).hexdigest(), len(source.content)
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
