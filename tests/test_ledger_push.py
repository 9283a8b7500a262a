"""The ledger of several clones: what is sent, in which order, and what is refused."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scanner.evidence.ledger.appending import append_to_branch
from scanner.evidence.ledger.checking import verify
from scanner.evidence.ledger.pushing import push
from scanner.evidence.ledger.reading import entries_of, ledger_bytes
from scanner.evidence.ledger.recording import entry_of
from tests.command_line import Done, assay
from tests.evidence_repository import git, make_repository
from tests.ledger_runs import results, write


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Path, Path]:
    """Two clones of a bare repository without a ledger."""
    make_repository(tmp_path / "first")
    git(tmp_path, "clone", "--quiet", "--bare", "first", "bare.git")
    for name in ("one", "two"):
        git(tmp_path, "clone", "--quiet", "bare.git", name)
    return tmp_path / "one", tmp_path / "two"


def append(clone: Path, number: int) -> None:
    verdict = {"exit_code": 0, "reason": f"{clone.name} {number}"}
    path = write(clone.parent, f"{clone.name}-{number}", results(verdict=verdict))
    append_to_branch(clone, entry_of(path, clone, clone.name))


def told(folder: Path) -> list[str]:
    """The runs of a ledger, which is one chain."""
    chain = entries_of(ledger_bytes(folder))
    assert chain.faults == ()
    return [entry.reason for entry in chain.entries]


def run(folder: Path, *arguments: str) -> Done:
    return assay("ledger", *arguments, cwd=folder)


def test_entries_of_two_clones_become_one_chain(clones: tuple[Path, Path]) -> None:
    one, two = clones
    append(one, 1)
    append(two, 1)
    append(two, 2)
    assert run(one, "push").stderr == "assay: sent 1 entries to origin; the ledger has 1 entries\n"
    assert "sent 2 entries to origin, with new numbers behind those of others" in run(two, "push").stderr
    append(one, 2)
    assert (push(one, "origin").sent, push(one, "origin").sent, push(two, "origin").sent) == (1, 0, 0)
    assert told(one) == told(two) == ["one 1", "two 1", "two 2", "one 2"]
    assert (
        git(one, "rev-parse", "assay-ledger") == git(one, "ls-remote", "origin", "refs/heads/assay-ledger").split()[0]
    )
    for clone in clones:
        assert run(clone, "verify").stdout.startswith("intact: 4 entries")
        assert git(clone, "status", "--porcelain") == ""


@pytest.mark.slow
def test_a_run_that_both_recorded_is_there_once(clones: tuple[Path, Path]) -> None:
    one, two = clones
    path = write(one.parent, "same", results())
    for clone in clones:
        append_to_branch(clone, entry_of(path, clone, ""))
    append(two, 1)
    push(one, "origin")
    assert push(two, "origin").sent == 1
    assert len(told(two)) == 2


@pytest.mark.slow
def test_a_push_that_was_ended_before_the_branch_moved_is_made_up(clones: tuple[Path, Path]) -> None:
    one, two = clones
    append(one, 1)
    append(two, 1)
    push(one, "origin")
    own = git(two, "rev-parse", "assay-ledger")
    push(two, "origin")
    git(two, "update-ref", "refs/heads/assay-ledger", own)
    append(two, 2)
    assert push(two, "origin").sent == 1
    assert told(two) == ["one 1", "two 1", "two 2"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("dropped", "the ledger of origin was rewritten: it has 1 lines, and had 2"),
        ("edited", "the ledger of origin was rewritten: line 2 is another one than before"),
        ("gone", "the ledger of origin was rewritten: it has 0 lines, and had 2"),
    ],
)
def test_a_remote_ledger_that_was_rewritten_is_refused(clones: tuple[Path, Path], change: str, said: str) -> None:
    one, two = clones
    append(one, 1)
    append(one, 2)
    push(one, "origin")
    if change == "gone":
        git(two, "push", "--quiet", "origin", ":refs/heads/assay-ledger")
    else:
        git(two, "fetch", "--quiet", "origin", "assay-ledger")
        git(two, "update-ref", "refs/heads/assay-ledger", "FETCH_HEAD~1")
        if change == "edited":
            append(two, 9)
        git(two, "push", "--quiet", "--force", "origin", "assay-ledger")
    before = git(one, "rev-parse", "assay-ledger")
    append(one, 3)
    done = run(one, "push")
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert git(one, "rev-parse", "assay-ledger~1") == before


@pytest.mark.slow
def test_a_remote_ledger_with_a_fault_is_refused(clones: tuple[Path, Path]) -> None:
    one, two = clones
    (one / "ledger.jsonl").write_text("{}\n")
    git(one, "checkout", "--quiet", "--orphan", "assay-ledger")
    git(one, "add", "ledger.jsonl")
    git(one, "commit", "--quiet", "--message", "by hand")
    git(one, "push", "--quiet", "origin", "assay-ledger")
    append(two, 1)
    done = run(two, "push")
    assert (done.returncode, "the ledger of origin has a fault, so nothing is sent: line 1" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("push",), "there is no ledger to be sent"),
        (("push", "nowhere"), "cannot fetch from nowhere: 'nowhere' does not appear to be a git repository"),
        (("push", "--", "--upload-pack=touch ran"), "not a remote repository: '--upload-pack=touch ran'"),
    ],
)
def test_what_cannot_be_sent_is_told(clones: tuple[Path, Path], arguments: tuple[str, ...], said: str) -> None:
    done = run(clones[0], *arguments)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


_RACER = """
import sys
from pathlib import Path
from tests.test_ledger_push import append, push
clone = Path(sys.argv[1])
for number in range(1, int(sys.argv[2]) + 1):
    append(clone, number)
    push(clone, "origin")
"""


@pytest.mark.slow
def test_two_clones_that_append_and_push_at_once_lose_nothing(clones: tuple[Path, Path]) -> None:
    racers = [subprocess.Popen([sys.executable, "-c", _RACER, str(clone), "100"]) for clone in clones]
    assert [each.wait() for each in racers] == [0, 0]
    for clone in clones:
        push(clone, "origin")
    assert told(clones[0]) == told(clones[1])
    assert sorted(told(clones[0])) == sorted(f"{name} {number}" for name in ("one", "two") for number in range(1, 101))
    assert run(clones[1], "verify").stdout.startswith("intact: 200 entries")


@pytest.mark.slow
def test_a_ledger_is_intact_while_it_grows(clones: tuple[Path, Path]) -> None:
    append(clones[0], 0)
    growing = subprocess.Popen([sys.executable, "-c", _RACER, str(clones[0]), "20"])
    while growing.poll() is None:
        assert verify(clones[0], None, (), None)[1].faults == ()
    assert growing.returncode == 0


_WRITER = """
import sys
from pathlib import Path
from scanner.evidence.ledger.appending import append_to_file
from tests.test_ledger_push import append, entry_of, push, results, write
clone, start = Path(sys.argv[1]), int(sys.argv[2])
print(flush=True)
for number in range(start, start + 10_000):
    append(clone, number)
    path = write(clone.parent, "file", results(verdict={"exit_code": 0, "reason": str(number)}))
    append_to_file(clone.parent / "l.jsonl", entry_of(path, clone, ""))
    if number % 3 == 0:
        push(clone, "origin")
"""


@pytest.mark.slow
def test_a_run_that_is_killed_leaves_a_whole_ledger(clones: tuple[Path, Path]) -> None:
    clone, draw = clones[0], random.Random(5)
    for attempt in range(50):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(clone), str(attempt * 10_000)], stdout=subprocess.PIPE
        )
        assert writer.stdout
        writer.stdout.readline()
        time.sleep(draw.uniform(0, 0.5))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        if (clone.parent / "l.jsonl").exists():
            assert entries_of((clone.parent / "l.jsonl").read_bytes()).faults == ()
        if git(clone, "for-each-ref", "refs/heads/assay-ledger"):
            done = run(clone, "verify")
            assert done.stdout.startswith("intact: "), f"{done.stdout}{done.stderr}"
    append(clone, 1_000_000)
    push(clone, "origin")
    assert run(clone, "verify").stdout.startswith(f"intact: {len(told(clone))} entries")


@pytest.mark.slow
def test_an_entry_keeps_what_it_says_when_its_number_changes(clones: tuple[Path, Path]) -> None:
    one, two = clones
    append(one, 1)
    append(two, 1)
    before = json.loads(ledger_bytes(two))
    push(one, "origin")
    push(two, "origin")
    after = json.loads(ledger_bytes(two).splitlines()[1])
    assert {key for key in after if after[key] != before[key]} == {"sequence", "previous"}
