"""The work on one file: bytes -> what it is, its subjects, and the outcomes of rules that look at one subject.

It depends on nothing but the file and the rules, so it may run in other processes. What needs all subjects at once
(facts, and the rules that use them) is a later stage; of each file only the subjects that stage can use are kept.

`recognition` finds out what an input is, `editing` how it may be edited, `batches` spreads work over processes,
`transport` prepares what travels between them, and `kept` reuses what the work on a file gave before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import MsgspecError, Struct

from scanner.facts.field_filter import FieldFilter
from scanner.facts.setting import is_deployed, is_of_tests
from scanner.facts.step import Unread, Whole
from scanner.inputs import recognition
from scanner.inputs.batches import spread
from scanner.inputs.editing import fix_writer
from scanner.inputs.kept.reuse import Reuse
from scanner.inputs.known import Memory
from scanner.inputs.portion import Portion, Work
from scanner.model import Input, InputStatus, Subject
from scanner.policy.evaluate import Evaluation, Evaluator
from scanner.sources import File, Source, content_of
from scanner.subjects.kubernetes import RESOURCE
from scanner.subjects.unread import TOOL_CALL

if TYPE_CHECKING:
    from scanner.policy.fix_edits import FixWriter

__all__ = ["Memory", "Portion", "Reuse", "Work", "assess", "assess_all", "hides_something", "unread_kinds"]

_OBJECT = b"apiVersion"
"""What a file with Kubernetes objects holds."""
_PORTION = 1000
"""Subjects of a file that are worked on at once, so that the largest file needs little beyond its own data."""
_PLAIN = Work()


def assess(source: Source, local: Evaluator, work: Work = _PLAIN) -> Iterator[Portion]:
    """Read one file and evaluate the rules that look at one subject, a portion of its subjects after the other."""
    opened = recognition.recognise_source(source, work)
    if isinstance(opened, Input):
        yield Portion(input=opened)
        return
    found = iter(opened)
    writer: FixWriter | None = None
    while some := tuple(islice(found, _PORTION)):
        evaluation = local.evaluate(some)
        if work.fixes and evaluation.fixes:
            writer = writer or fix_writer(source)
            writer.attach(evaluation)
        evaluation.fixes.clear()  # they hold whole subjects, which the later stage does not need
        portion = Portion(some, evaluation) if work.kept is None else _cut(some, work.kept, evaluation)
        if len(some) < _PORTION:
            portion.input = recognition.input_of(source, opened)
        yield portion
    if opened.count % _PORTION == 0:
        yield Portion(input=recognition.input_of(source, opened))


def _cut(subjects: tuple[Subject, ...], kept: FieldFilter, evaluation: Evaluation) -> Portion:
    """What the later stage can use of subjects, and which others there are."""
    others = tuple(subject.identity for subject in subjects if not kept.reads(subject.kind))
    return Portion(tuple(kept.of(subjects)), evaluation, others=others)


def assess_all(
    sources: Iterable[Source],
    local: Evaluator,
    jobs: int,
    work: Work = _PLAIN,
    reuse: Reuse | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> Iterator[tuple[Source, list[Portion]]]:
    """The work on every file, in the order of the files, in processes that a file may take down with it.

    `jobs` is their number, 0 for as many as there are processors where that pays. With `reuse`, files whose results
    are kept are not worked on. `meanwhile` is called in this process, while others work; more than once, or never.
    """

    def run(some: Iterable[Source], keep: bool) -> Iterator[tuple[Source, list[Portion]]]:
        if work.kept:
            some = _foreseen(some, work.kept)
        staying = reuse.memory.staying if reuse and reuse.memory else None
        done = spread(_FileWork(local, work, keep), _failed, some, jobs, work.limits, meanwhile, staying)
        yield from _unpacked(done, again) if keep else done

    def again(source: Source) -> Iterator[tuple[Source, list[Portion]]]:
        return spread(_FileWork(local, work, False), _failed, (source,), 1, work.limits)

    yield from reuse.run(sources, local, work, run) if reuse else run(sources, False)


class _FileWork(Struct, frozen=True):
    """The work on a file; equal work gives equal results."""

    local: Evaluator
    work: Work
    keep: bool
    """An entry of what may be kept is made too."""

    def __call__(self, source: Source) -> Iterator[Portion]:
        return (_with_entry if self.keep else assess)(source, self.local, self.work)


def _with_entry(source: Source, local: Evaluator, work: Work) -> Iterator[Portion]:
    """As `assess`, with the entry of the file for the cache of results."""
    from scanner.inputs.kept.entry import EntryWriter
    from scanner.kept.inspection import has_time

    entry = EntryWriter()
    for number, portion in enumerate(assess(source, local, work)):
        if not has_time(work.limits):
            entry.give_up()
        entry.take(portion)
        if portion.input:
            entry.finish(portion, source.content if isinstance(source, File) and not source.merged else None)
        yield Portion(entry=portion.entry) if portion.entry and not number else portion


def _unpacked(
    done: Iterable[tuple[Source, list[Portion]]], again: Callable[[Source], Iterator[tuple[Source, list[Portion]]]]
) -> Iterator[tuple[Source, list[Portion]]]:
    """The work on files. That on a file of one portion comes as its entry, which is read in half the time of a pickle.

    A file whose entry cannot be read is worked on `again`.
    """
    from scanner.inputs.kept.entry import read

    for source, portions in done:
        packed = portions[0].entry if portions[0].input is None else None
        if packed is None:
            yield source, portions
            continue
        try:
            (portion,) = read(packed)
        except (MsgspecError, RecursionError):
            yield from again(source)
            continue
        portion.entry = packed
        yield source, [portion]


def _foreseen(sources: Iterable[Source], kept: FieldFilter) -> Iterator[Source]:
    """The files; with the first that seems to hold a Kubernetes object, what is read of these is looked up.

    That loads many modules. The processes are forked later, and need not load them once more each.
    """
    rest = iter(sources)
    for source in rest:
        if _OBJECT in content_of(source):
            kept.reads(RESOURCE)
            yield source
            break
        yield source
    yield from rest


def hides_something(item: Input) -> bool:
    """Whether an input may contain objects that were not read.

    They may be in a part that cannot be read, or in a call that is not assessed.
    """
    unread = {*item.formats, *(loss.kind for loss in item.losses)}
    lost = any(loss.file for loss in item.losses)
    return item.status is InputStatus.UNREADABLE or lost or TOOL_CALL.name in unread


def unread_kinds(items: Iterable[Input]) -> Whole:
    """Whether everything was read; where not, the kinds of objects that may be in what was not."""
    hiding = [item for item in items if hides_something(item)]
    return not hiding or frozenset(
        Unread(kind, item.system, is_deployed(item.path), is_of_tests(item.path))
        for item in hiding
        for kind in item.may_hold
    )


def _failed(source: Source, why: str) -> Portion:
    return Portion(input=recognition.failed(source, why), ended=True)
