"""The work on one file: bytes -> what it is, its subjects, and the outcomes of rules that look at one subject.

It depends on nothing but the file and the rules, so it may run in other processes. What needs all subjects at once
(facts, and the rules that use them) is a later stage; of each file only the subjects that stage can use are kept.
"""

from __future__ import annotations

import copyreg
import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from functools import partial
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

from scanner import documents, facts, rendering, subjects
from scanner.errors import UnreadableError
from scanner.limits import DEFAULTS, Limits
from scanner.model import Edit, Finding, Fix, Input, InputStatus, Location, Origin, Related, Subject
from scanner.policy.evaluate import Evaluation, Evaluator
from scanner.sources import STDIN_NAME, Source
from scanner.workers import Workers

if TYPE_CHECKING:
    from scanner.policy.fix_edits import FixWriter

_WORTHWHILE = 2_000_000
"""Bytes from which other processes pay for their start."""
_SLOWEST = 100_000
"""Bytes a second below which the work on a file counts as hanging."""
_BATCH = 500_000
"""Bytes that are handed to a process at once."""
_EACH = 500
"""Bytes that every file counts for beyond its own, so that a million empty ones are work too."""
_Part = TypeVar("_Part")
_PORTION = 1000
"""Subjects of a file that are worked on at once, so that the largest file needs little beyond its own data."""
_FRAMES = 5
"""Calls within calls that one level of nesting may take: the recursion limit of Python is 1,000 of them."""
_TEXTS = (*documents.SCRIPT_SUFFIXES, ".md")
"""Names of texts that may hold manifests, specs and tool calls among other things."""


@dataclass(slots=True)
class Portion:
    """What the work on one file gives, or on a portion of its subjects."""

    subjects: tuple[Subject, ...] = ()
    """Those that the later stage can use."""
    evaluation: Evaluation = field(default_factory=Evaluation)
    input: Input | None = None
    """What the file is; known with the last portion."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is wanted of the work on files."""

    in_full: bool = False
    """Keep every subject whole for the later stage: rules from elsewhere may ask more than the shipped ones."""
    fixes: bool = False
    """Give each failure the fix that its rule has, as edits of the file."""
    limits: Limits = DEFAULTS


_PLAIN = Work()


def assess(source: Source, local: Evaluator, work: Work = _PLAIN) -> Iterator[Portion]:
    """Read one file and evaluate the rules that look at one subject, a portion of its subjects after the other."""
    recognition, writer = _open(source, work.limits), fix_writer(source) if work.fixes else None
    if isinstance(recognition, Input):
        yield Portion(input=recognition)
        return
    found = iter(recognition)
    while some := tuple(islice(found, _PORTION)):
        evaluation = local.evaluate(some)
        if writer:
            writer.attach(evaluation)
        evaluation.fixes.clear()  # they hold whole subjects, which the later stage does not need
        portion = Portion(some if work.in_full else tuple(facts.usable(some)), evaluation)
        if len(some) < _PORTION:
            portion.input = _input(source, recognition)
        yield portion
    if recognition.count % _PORTION == 0:
        yield Portion(input=_input(source, recognition))


def assess_all(
    sources: Iterable[Source], local: Evaluator, jobs: int, work: Work = _PLAIN
) -> Iterator[tuple[Source, list[Portion]]]:
    """The work on every file, in the order of the files, in processes that a file may take down with it.

    `jobs` is their number, 0 for as many as there are processors where that pays.
    """
    yield from spread(partial(assess, local=local, work=work), _failed, sources, jobs, work.limits)


def spread(
    work: Callable[[Source], Iterator[_Part]],
    failed: Callable[[Source, str], _Part],
    sources: Iterable[Source],
    jobs: int,
    limits: Limits,
) -> Iterator[tuple[Source, list[_Part]]]:
    """Any work on files, in as many processes as pay; what cannot be done becomes `failed(source, why)`."""
    pending: list[Source] = []
    size, rest = 0, iter(sources)
    for source in rest:
        pending.append(source)
        size += len(source.content) + _EACH
        if size >= _WORTHWHILE:
            break
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _FRAMES * limits.depth))
    number = (jobs or len(os.sched_getaffinity(0))) if size >= _WORTHWHILE else 1
    yield from Workers(work, failed, number, limits, _extra).run(_batches(pending, rest))


def why_not_edited(source: Source) -> str:
    """Why an input is not to be edited as a whole, empty where it may be."""
    if source.rendered:
        return f"it is rendered by {source.rendered.tool}: change what it is made from"
    if source.path == STDIN_NAME:
        return "it is standard input, not a file"
    return "it is not UTF-8" if documents.is_utf16(source.content) else ""


def fix_writer(source: Source) -> FixWriter:
    """What writes the fixes of an input."""
    from scanner.policy.fix_edits import FixWriter

    return FixWriter(lambda: documents.decode(source.content), newline(source.content), why_not_edited(source))


def newline(content: bytes) -> str:
    """How most lines of a file end."""
    return "\r\n" if content.count(b"\r\n") * 2 > content.count(b"\n") else "\n"


def _extra(source: Source) -> float:
    """Seconds that a file may take for its size: a small part of the speed seen on slow machines."""
    return len(source.content) // _SLOWEST


def _failed(source: Source, why: str) -> Portion:
    digest = hashlib.sha256(source.content).hexdigest()
    return Portion(input=Input(source.path, digest, len(source.content), InputStatus.UNREADABLE, why))


def _batches(first: Iterable[Source], rest: Iterable[Source]) -> Iterator[list[Source]]:
    batch: list[Source] = []
    size = 0
    for part in (first, rest):
        for source in part:
            batch.append(source)
            size += len(source.content) + _EACH
            if size >= _BATCH:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def _open(source: Source, limits: Limits) -> subjects.Recognition | Input:
    """The subjects of an input, to be taken one by one, or what it is where it holds none."""
    for status, reason in (
        (InputStatus.SKIPPED, source.skipped),
        (InputStatus.UNREADABLE, source.unreadable),
        (InputStatus.ASSESSED, source.part),
    ):
        if reason:
            return Input(source.path, *_seal(source), status, reason)
    if source.rendered:
        return subjects.Recognition(rendering.documents(source.rendered, limits), group=source.path)
    digest, size = _seal(source)
    try:
        text = _text(source.content)
    except UnreadableError as error:
        if _is_lost(source):
            return Input(source.path, digest, size, InputStatus.UNREADABLE, error.message, error.line)
        return Input(source.path, digest, size, InputStatus.SKIPPED, error.message)
    if bare := documents.is_bare(source.path, text):
        return Input(source.path, digest, size, InputStatus.SKIPPED, bare)
    reader = documents.read_stream if source.path == STDIN_NAME else documents.read
    return subjects.Recognition(reader(source.path, text, limits))


def _input(source: Source, recognition: subjects.Recognition) -> Input:
    """What an input is whose subjects were all taken."""
    reading = recognition.reading()
    status, reason, line = _status(reading)
    if source.rendered and not reading.faults:
        status = InputStatus.ASSESSED
        reason = f"rendered by {source.rendered.tool}" + ("" if recognition.count else ", which gives no object")
    return Input(source.path, *_seal(source), status, reason, line, reading.formats, recognition.count)


def _seal(source: Source) -> tuple[str, int]:
    """SHA-256 and size of what was read; no digest where nothing was."""
    unread = source.skipped or source.unreadable
    return "" if unread else hashlib.sha256(source.content).hexdigest(), 0 if unread else len(source.content)


def _text(content: bytes) -> str:
    if not documents.is_text(content):
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise UnreadableError(f"not text: a NUL byte at line {line}", line)
    return documents.decode(content)


def _is_lost(source: Source) -> bool:
    """Whether an input that is no text was to be read: its name says so, or what can be made out of it does."""
    if source.path == STDIN_NAME or documents.is_ours(source.path):
        return True
    readable = source.path.lower().endswith(_TEXTS) or documents.is_text(source.content)
    return readable and subjects.may_be_ours(source.content.replace(b"\0", b"").decode("latin-1"))


def _status(reading: subjects.Reading) -> tuple[InputStatus, str, int]:
    """What became of an input, why, and the line of its first fault."""
    if reading.faults:
        first, more = reading.faults[0], len(reading.faults) - 1
        others = f" (and {more} more)" if more else ""
        return InputStatus.UNREADABLE, f"{first.message} at line {first.line}{others}", first.line
    noted = ", ".join(str(note.line) for note in reading.notes if note.embedded)
    note = f"code blocks that are not valid YAML or JSON at line {noted}" if noted else ""
    if reading.foreign:
        return InputStatus.SKIPPED, "; ".join(part for part in (reading.foreign, note) if part), 0
    return InputStatus.ASSESSED, note, 0


def _pickled_as_call(kind: type) -> None:
    """Let values of a kind travel as the call that makes them: a third of the time that their state takes."""
    state = attrgetter(*(each.name for each in fields(kind)))
    copyreg.pickle(kind, lambda value: (kind, state(value)))


for _kind in (Edit, Finding, Fix, Location, Origin, Related, Subject):
    _pickled_as_call(_kind)
