"""Any work on files, spread over processes where that pays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from scanner.inputs import transport
from scanner.limits import Limits
from scanner.sources import RenderedFile, Source, content_of
from scanner.workers import Workers

_WORTHWHILE = 300_000
"""Bytes from which other processes pay for their start."""
_SLOWEST = 100_000
"""Bytes a second below which the work on a file counts as hanging: a small part of the speed of slow machines."""
_BATCH = 100_000
"""Bytes that are handed to a process at once."""
_EACH = 500
"""Bytes that every file counts for beyond its own, so that a million empty ones are work too."""
_Source = TypeVar("_Source", bound=Source)
_Result = TypeVar("_Result")


def spread(
    work: Callable[[_Source], Iterator[_Result]],
    failed: Callable[[_Source, str], _Result],
    sources: Iterable[_Source],
    jobs: int,
    limits: Limits,
    meanwhile: Callable[[], object] | None = None,
    staying: StayingWorkers | None = None,
) -> Iterator[tuple[_Source, list[_Result]]]:
    """Each source with the results of its work, in the order of the sources.

    `jobs` is the number of processes, 0 for as many as there are processors where that is faster. A source that fails
    becomes `failed(source, why)`. `meanwhile` is called in this process, while others work. `staying` keeps the
    processes for another call with equal work.
    """
    first: list[_Source] = []
    size, rest = 0, iter(sources)
    for source in rest:
        first.append(source)
        size += size_of(source) + _EACH
        if size >= _WORTHWHILE:
            break
    if not first:
        return
    transport.prepare(limits)
    number = (jobs or len(os.sched_getaffinity(0))) if size >= _WORTHWHILE else 1
    batches = _batches(first, rest)
    if staying is None:
        yield from Workers(work, failed, number, limits, _extra).run(batches, meanwhile)
    else:
        yield from staying.of(work, number, lambda: Workers(work, failed, number, limits, _extra)).run(
            batches, stay=True
        )


class StayingWorkers:
    """Processes that wait for more of the same work, so that they need not load what it needs once more."""

    def __init__(self) -> None:
        self._workers: Workers[Any, Any] | None = None
        self._work: object = None
        self._number = 0

    def of(self, work: object, number: int, make: Callable[[], Workers[Any, Any]]) -> Workers[Any, Any]:
        """Those that do a work; they are made where there are none, too few, or those of another work."""
        if self._workers is None or self._work != work or self._number < number:
            self.stop()
            self._workers, self._work, self._number = make(), work, number
        return self._workers

    def stop(self) -> None:
        """End the processes."""
        if self._workers:
            self._workers.stop()
        self._workers = None


def size_of(source: Source) -> int:
    """Bytes of a file, or of what was rendered in its place."""
    if isinstance(source, RenderedFile):
        return sum(len(text) for _, text in source.rendered.texts)
    return len(content_of(source))


def _extra(source: Source) -> float:
    """Seconds that a file may take for its size."""
    return size_of(source) // _SLOWEST


def _batches(first: Iterable[_Source], rest: Iterable[_Source]) -> Iterator[list[_Source]]:
    batch: list[_Source] = []
    size = 0
    for part in (first, rest):
        for source in part:
            batch.append(source)
            size += size_of(source) + _EACH
            if size >= _BATCH:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch
