"""Processes that work on files, so that a file that crashes, hangs or swells one costs that file alone.

A worker is forked with everything it needs and given one batch at a time; it answers for each file of the batch, so
the file it fell over is known. An answer comes in parts, so that neither side holds a large one twice; of a file that
was not finished none counts. A worker that dies or overstays is replaced, and the rest of its batch is done anew. A
task during which a worker crashed is tried once more, as the cause may be the machine, which ends processes where
memory is short.
"""

from __future__ import annotations

import gc
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Generic, TypeVar

from msgspec import Struct, field

from scanner.cleanup import on_failure
from scanner.confinement import end_with, limit_memory
from scanner.foreign_errors import steady
from scanner.forked import Channel, Process, ready
from scanner.limits import DEFAULTS, Limits, waiting

Task = TypeVar("Task")
Part = TypeVar("Part")

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_MORE, _LAST, _INSTEAD = range(3)
"""What a part is: one of several, the last of them, or in place of all of them."""


class _Worker(Struct, Generic[Task]):
    """One process, and the tasks it has not answered for yet."""

    process: Process
    channel: Channel
    open: deque[tuple[int, Task]] = field(default_factory=deque)
    deadline: float = 0.0
    """When it is given up even though it took little of a processor."""


class Workers(Generic[Task, Part]):
    """Does `work` on tasks in `number` processes; what cannot be done becomes the one part `failed(task, why)`.

    `work` gives one part or more. `extra` gives the seconds that a task may take beyond the limit, by its size.
    `arrived` is called with each part when it is there, also with those of a task that is not finished later.
    Seconds are those of a processor, so that a task comes to the same on a machine with other work.
    """

    def __init__(
        self,
        work: Callable[[Task], Iterator[Part]],
        failed: Callable[[Task, str], Part],
        number: int,
        limits: Limits = DEFAULTS,
        extra: Callable[[Task], float] = lambda _: 0.0,
        arrived: Callable[[Part], object] | None = None,
    ) -> None:
        self._work = work
        self._failed = failed
        self._limits = limits
        self._extra = extra
        self._number = number
        self._arrived = arrived
        self._workers: list[_Worker[Task]] = []
        self._again: deque[list[tuple[int, Task]]] = deque()
        self._parts: dict[int, list[Part]] = {}
        """Of tasks that were begun or are done, by their number."""
        self._done: set[int] = set()
        self._crashed: set[int] = set()
        """Numbers of tasks during which a worker crashed."""

    def run(
        self, batches: Iterable[list[Task]], meanwhile: Callable[[], object] | None = None, *, stay: bool = False
    ) -> Iterator[tuple[Task, list[Part]]]:
        """Each task with the parts of its result, in the order given.

        `meanwhile` is called once in this process, while the others work on their first tasks. Processes that are to
        `stay` wait for the tasks of another call, until `stop`.
        """
        numbered = self._numbered(iter(batches))
        waiting: deque[tuple[int, Task]] = deque()
        with on_failure(self.stop):
            while len(self._workers) < self._number:
                self._workers.append(self._start())
            while self._hand_out(numbered, waiting) or any(worker.open for worker in self._workers):
                if meanwhile:
                    meanwhile()
                    meanwhile = None
                self._collect()
                while waiting and waiting[0][0] in self._done:
                    number, task = waiting.popleft()
                    self._done.remove(number)
                    yield task, self._parts.pop(number)
            if not stay:
                self.stop()

    def stop(self) -> None:
        """Have the processes ended, where there are any; `forked.wait_for_killed` waits until they have."""
        for worker in self._workers:
            worker.channel.close()
            worker.process.leave()
        for left in (self._workers, self._again, self._parts, self._done, self._crashed):
            left.clear()

    def _numbered(self, batches: Iterator[list[Task]]) -> Iterator[list[tuple[int, Task]]]:
        number = 0
        for batch in batches:
            yield list(enumerate(batch, number))
            number += len(batch)

    def _hand_out(self, batches: Iterator[list[tuple[int, Task]]], waiting: deque[tuple[int, Task]]) -> bool:
        """Give every idle worker a batch; False where none was left for the first idle one."""
        for index, worker in enumerate(self._workers):
            if worker.open:
                continue
            if self._again:
                batch = self._again.popleft()
            else:
                batch = next(batches, [])
                waiting.extend(batch)
            if not batch:
                return False
            self._give(index, batch)
        return True

    def _give(self, index: int, batch: list[tuple[int, Task]]) -> None:
        worker = self._workers[index]
        worker.open.extend(batch)
        worker.deadline = self._deadline(worker)
        try:
            worker.channel.send([task for _, task in batch])
        except OSError:  # it died while idle; `_collect` finds its end and starts anew
            return

    def _collect(self) -> None:
        """Take what workers have to say; replace those that died or overstayed."""
        busy = [worker for worker in self._workers if worker.open]
        patience = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
        told = ready([worker.channel for worker in busy], patience)
        for worker in busy:
            if worker.channel in told:
                self._take(worker)
            elif time.monotonic() >= worker.deadline:
                self._replace(worker, self._limits.passed("waiting", self._seconds(worker.open[0][1])))

    def _seconds(self, task: Task) -> float:
        """What a task may take of a processor."""
        return self._limits.seconds + self._extra(task)

    def _deadline(self, worker: _Worker[Task]) -> float:
        return time.monotonic() + (waiting(self._seconds(worker.open[0][1])) if worker.open else 0.0)

    def _take(self, worker: _Worker[Task]) -> None:
        try:
            part, place = worker.channel.receive()
        except (EOFError, OSError):
            self._ended(worker)
            return
        if self._arrived:
            self._arrived(part)
        number, _ = worker.open[0]
        if place == _INSTEAD:
            self._parts.pop(number, None)
        self._parts.setdefault(number, []).append(part)
        if place != _MORE:
            worker.open.popleft()
            self._done.add(number)
            worker.deadline = self._deadline(worker)

    def _ended(self, worker: _Worker[Task]) -> None:
        """Replace a worker that ended by itself."""
        number, task = worker.open[0]
        if worker.process.wait() == -signal.SIGPROF:
            self._replace(worker, self._limits.passed("seconds", self._seconds(task)))
        elif number in self._crashed:
            self._replace(worker, "the process that read it crashed")
        else:
            self._crashed.add(number)
            self._parts.pop(number, None)
            self._renew(worker)

    def _replace(self, worker: _Worker[Task], why: str) -> None:
        """Blame the first open task, and let another worker have the rest."""
        number, task = worker.open.popleft()
        self._parts[number] = [self._failed(task, why)]
        self._done.add(number)
        self._renew(worker)

    def _renew(self, worker: _Worker[Task]) -> None:
        """Let another worker have the open tasks of one that is not used any more."""
        if worker.open:
            self._again.append(list(worker.open))
        self._stop(worker)
        self._workers[self._workers.index(worker)] = self._start()

    def _start(self) -> _Worker[Task]:
        here, there = Channel.pair()
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)  # until the process knows what they mean for it
        try:
            process = Process(partial(self._serve, there, here, os.getpid()))
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        there.close()
        return _Worker(process, here)

    def _stop(self, worker: _Worker[Task]) -> None:
        worker.channel.close()
        worker.process.end()

    def _serve(self, channel: Channel, other: Channel, parent: int) -> None:
        """The life of a worker: a batch in, the parts of an answer for each of its tasks out."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGPROF):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        end_with(parent)
        other.close()
        for sibling in self._workers:
            sibling.channel.close()
        gc.disable()  # what is read are trees: a third of the time went into looking for circles in them
        limit_memory(self._limits.memory)
        try:
            while True:
                for task in channel.receive():
                    signal.setitimer(signal.ITIMER_PROF, self._seconds(task))  # ends the process, in C code too
                    self._answer(task, channel)
                    signal.setitimer(signal.ITIMER_PROF, 0)
        except (EOFError, OSError, MemoryError):  # nobody is there to tell it to
            os._exit(1)

    def _answer(self, task: Task, channel: Channel) -> None:
        """Send each part as soon as it is known whether it is the last."""
        try:
            parts = self._work(task)
            part = next(parts)
            for following in parts:
                channel.send((part, _MORE))
                part = following
            channel.send((part, _LAST))
        except MemoryError:
            channel.send((self._failed(task, self._limits.passed("memory")), _INSTEAD))
        except OSError as error:
            why = f"the operating system reported an error: {steady((error.strerror or str(error)).lower())}"
            channel.send((self._failed(task, why), _INSTEAD))
        except Exception as error:  # noqa: BLE001 - a fault of ours costs the file it shows at, and is said there
            why = f"an internal error of Assay: {type(error).__name__}: {steady(str(error))}"
            channel.send((self._failed(task, why), _INSTEAD))
