"""Processes that a task may take down with it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.forked import wait_for_killed
from scanner.limits import Limits
from scanner.workers import Workers


def work(task: str) -> Iterator[str]:
    """Two parts, of which a bad task gives the first."""
    yield "begun"
    if task == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "hang":
        while True:
            pass
    if task == "swell":
        bytearray(10**10)
    if task == "fault":
        raise KeyError(task)
    yield task.upper()


def failed(task: str, why: str) -> str:
    return f"{task}: {why}"


def run(batches: list[list[str]], number: int = 2) -> list[tuple[str, str]]:
    """Each task with its last part; what was done has two, and of what failed nothing else is left."""
    workers = Workers(work, failed, number, Limits(seconds=0.5, memory=512 * 1024**2))
    done = list(workers.run(batches))
    assert all(parts == (["begun", task.upper()] if len(parts) > 1 else [EXPECTED[task]]) for task, parts in done)
    return [(task, parts[-1]) for task, parts in done]


EXPECTED = {
    "crash": "crash: the process that read it crashed",
    "hang": "hang: needs more than 0.5 seconds of CPU time (--limit seconds=N raises this)",
    "swell": "swell: needs more than 512 MiB of memory (--limit memory=SIZE raises this)",
    "fault": "fault: an internal error of Assay: KeyError: 'fault'",
}


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("bad", EXPECTED)
def test_a_bad_task_costs_itself_alone(bad: str, number: int) -> None:
    results = run([["a", bad, "b"], ["c"], [bad], ["d", "e"]], number)
    assert [task for task, _ in results] == ["a", bad, "b", "c", bad, "d", "e"]
    assert [result for _, result in results] == ["A", EXPECTED[bad], "B", "C", EXPECTED[bad], "D", "E"]


def test_the_order_is_that_of_the_tasks_whoever_is_done_first() -> None:
    tasks = [str(number) for number in range(500)]
    batches = [tasks[start : start + 7] for start in range(0, 500, 7)]
    assert run(batches, 4) == [(task, task) for task in tasks]  # digits have no upper case


def test_nothing_to_do_is_done_at_once() -> None:
    assert run([]) == []


def test_everything_may_be_bad() -> None:
    results = run([["crash", "fault"], ["swell", "hang"], ["crash"]])
    assert [result for _, result in results] == [EXPECTED[task] for task, _ in results]


def test_a_task_that_crashes_once_is_done_the_second_time(tmp_path: Path) -> None:
    mark = tmp_path / "crashed"

    def once(task: str) -> Iterator[str]:
        yield "begun"
        if task == "b" and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield task.upper()

    done = list(Workers(once, failed, 1).run([["a", "b", "c"]]))
    assert done == [(task, ["begun", task.upper()]) for task in "abc"]


def test_no_process_is_left_behind() -> None:
    workers = Workers(pid, lambda *_: 0, 2)
    (first, *_rest) = [part for _, parts in workers.run([["a"], ["b"]]) for part in parts]
    wait_for_killed()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def pid(_: str) -> Iterator[int]:
    yield os.getpid()


def test_processes_that_stay_work_again() -> None:
    workers = Workers(pid, lambda *_: 0, 2)
    first = {part for _, parts in workers.run([["a"], ["b"]], stay=True) for part in parts}
    second = {part for _, parts in workers.run([["c"], ["d"]], stay=True) for part in parts}
    assert first == second
    workers.stop()
    wait_for_killed()
    for each in first:
        with pytest.raises(ProcessLookupError):
            os.kill(each, 0)


def test_a_process_that_stayed_and_died_is_replaced() -> None:
    workers = Workers(work, failed, 1, Limits(seconds=0.5, memory=512 * 1024**2))
    done = [list(workers.run([["a", bad, "b"]], stay=True)) for bad in ("crash", "hang", "c")]
    workers.stop()
    last = [[parts[-1] for _, parts in each] for each in done]
    assert last == [["A", EXPECTED["crash"], "B"], ["A", EXPECTED["hang"], "B"], ["A", "C", "B"]]
