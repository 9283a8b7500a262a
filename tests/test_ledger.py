"""The ledger: what an entry records, where it is written, and that every change of a line is named."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.evidence.ledger.entry import MOST_FAILURES, line_digest
from scanner.evidence.ledger.reading import entries_of
from scanner.evidence.ledger.recording import entry_of
from tests.command_line import Done, assay, fault
from tests.evidence_repository import TOKEN, build, git, make_repository
from tests.ledger_runs import failure, ledger, results, weakening, write

LINES = 6


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "repository")


def run(folder: Path, *arguments: str, **environment: str) -> Done:
    return assay("ledger", *arguments, cwd=folder, **environment)


def good(done: Done) -> Done:
    assert done.returncode == 0, done.stderr
    return done


def on_branch(folder: Path) -> bytes:
    shown = subprocess.run(["git", "show", "assay-ledger:ledger.jsonl"], cwd=folder, check=True, capture_output=True)
    return shown.stdout


def head(folder: Path) -> str:
    return run(folder, "show", "--head").stdout


def last(data: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(data.splitlines()[-1])
    return entry


# What an entry records.

WAIVED: dict[str, Any] = {"waiver": "W-1"}


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        (results(), "passed"),
        (results(failure(), code=1), "failed"),
        (results(failure(**WAIVED), failure(2), code=1), "failed"),
        (results(failure(**WAIVED)), "waived"),
        (results(failure(**WAIVED, baseline_state="new")), "waived"),
        (results(failure(**WAIVED, baseline_state="unchanged")), "passed"),
        (results(failure(**WAIVED, severity="low")), "passed"),
        (results(failure(**WAIVED, counted_severity="low")), "passed"),
        (results(failure(severity="low")), "passed"),
        (results(code=3), "incomplete"),
        (results(failure(), code=4), "incomplete"),
        (results(weakening(), code=1), "failed"),
        (results(weakening(**WAIVED)), "weakened"),
        (results(weakening(**WAIVED), failure(**WAIVED)), "weakened"),
    ],
)
def test_an_entry_tells_what_a_pass_rests_on(tmp_path: Path, data: dict[str, Any], verdict: str) -> None:
    entry = entry_of(write(tmp_path, "run", data), tmp_path, "")
    assert entry.verdict == verdict
    assert entry.weakened == (("fail-on is critical instead of low",) if weakening()["rule"] in str(data) else ())


@pytest.mark.slow
def test_an_entry_of_a_gate_has_commit_tree_base_and_failures(repository: Path, tmp_path: Path) -> None:
    (repository / "deploy/web.yaml").write_text((repository / "deploy/web.yaml").read_text().replace("false", "true"))
    git(repository, "checkout", "--quiet", "-b", "topic")
    git(repository, "commit", "--quiet", "--all", "--message", "second")
    rule = "kubernetes.container-not-privileged"
    output = ("--output", f"json={tmp_path}/g.json")
    assert assay("gate", ".", "--base", "main", "--select", rule, *output, cwd=repository).returncode == 1
    good(run(repository, "append", str(tmp_path / "g.json"), "--actor", "ada"))
    entry, said = last(on_branch(repository)), json.loads((tmp_path / "g.json").read_text())
    assert entry["digest"] == f"sha256:{hashlib.sha256((tmp_path / 'g.json').read_bytes()).hexdigest()}"
    assert [entry[key] for key in ("commit", "tree", "base")] == [
        git(repository, "rev-parse", name) for name in ("topic", "topic^{tree}", "main")
    ]
    assert [entry[key] for key in ("kind", "branch", "dirty", "actor", "sequence", "previous")] == [
        *("gate", "topic", False, "ada", 1, "")
    ]
    assert [entry["exit_code"], entry["reason"]] == [said["verdict"]["exit_code"], said["verdict"]["reason"]]
    assert (entry["time"], entry["verdict"]) == (said["run"]["ended"], "failed")
    assert {(each["path"], each["rule"]) for each in entry["failures"]} == {
        ("deploy/pod.yaml", rule),
        ("deploy/web.yaml", rule),
    }
    assert entry["totals"]["failed"] == len(entry["failures"]) == 2


def test_an_entry_of_a_pack_is_that_of_its_record(repository: Path, tmp_path: Path) -> None:
    build(repository, tmp_path / "pack", "--actor", "ada")
    good(run(repository, "append", str(tmp_path / "pack"), "--file", str(tmp_path / "l.jsonl"), "--actor", "eve"))
    entry = last((tmp_path / "l.jsonl").read_bytes())
    record = json.loads((tmp_path / "pack/run.json").read_text())
    manifest = (tmp_path / "pack/MANIFEST.sha256").read_bytes()
    assert entry["digest"] == f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    assert [entry[key] for key in ("kind", "actor", "time")] == ["evidence", "ada", record["ended"]]
    assert [entry["commit"], entry["tree"]] == [record["repository"]["commit"], record["repository"]["tree"]]
    totals = json.loads((tmp_path / "pack/totals.json").read_text())
    assert entry["controls"] == {name: each["statuses"] for name, each in totals["frameworks"].items()}
    assert entry["totals"]["inputs"].items() <= totals["inputs"].items()
    assert (entry["totals"]["failed"], entry["totals"]["waived"]) == tuple(totals["findings"].values())
    assert TOKEN not in (tmp_path / "l.jsonl").read_text()
    (tmp_path / "pack/logo.txt").write_text("y")
    done = run(repository, "append", str(tmp_path / "pack"))
    assert (done.returncode, "the pack is not intact" in done.stderr) == (2, True)


def test_a_line_is_canonical_json_and_each_records_the_one_before(tmp_path: Path) -> None:
    lines = ledger(tmp_path, 3).splitlines()
    for number, line in enumerate(lines):
        data = json.loads(line)
        assert line == json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        before = f"sha256:{hashlib.sha256(lines[number - 1]).hexdigest()}" if number else ""
        assert (data["sequence"], data["previous"]) == (number + 1, before)


def test_of_many_failures_some_are_listed_and_the_others_counted(tmp_path: Path) -> None:
    many = results(*map(failure, range(MOST_FAILURES + 3)), code=1)
    entry = entry_of(write(tmp_path, "run", many), tmp_path, "")
    assert (len(entry.failures), entry.failures_omitted, entry.totals.failed) == (MOST_FAILURES, 3, MOST_FAILURES + 3)
    assert list(entry.failures) == sorted(entry.failures, key=lambda each: each.fingerprint)


def test_waivers_that_are_in_force_are_recorded(tmp_path: Path) -> None:
    known = [
        {"id": f"W-{state}", "state": state, "expires": "2027-01-01", "approver": "ada"}
        for state in ("matched", "unused", "expired", "not-yet", "invalid", "proposed")
    ]
    entry = entry_of(write(tmp_path, "run", results(waivers=known)), tmp_path, "")
    assert [each.id for each in entry.waivers] == ["W-matched", "W-unused"]


# Where it is written.


def test_the_branch_grows_by_commits_and_the_work_tree_stays(repository: Path, tmp_path: Path) -> None:
    (repository / "deploy/web.yaml").write_text("staged: 1\n")
    git(repository, "add", "deploy/web.yaml")
    (repository / "deploy/web.yaml").write_text("changed: 1\n")
    before = git(repository, "status", "--porcelain"), git(repository, "rev-parse", "HEAD")
    files = [str(write(tmp_path, f"r{at}", results(at=f"2026-11-{at}T08:00:00Z"))) for at in (10, 11, 12)]
    good(run(repository, "append", *files))
    again = good(run(repository, "append", files[1]))
    assert "already recorded as entry 2" in again.stderr
    assert (git(repository, "status", "--porcelain"), git(repository, "rev-parse", "HEAD")) == before
    assert git(repository, "rev-list", "--count", "assay-ledger") == "3"
    assert git(repository, "ls-tree", "--name-only", "assay-ledger") == "ledger.jsonl"
    for each in (*files, files[0]):
        good(run(repository, "append", each, "--file", str(tmp_path / "l.jsonl")))
    assert on_branch(repository) == (tmp_path / "l.jsonl").read_bytes()
    assert good(run(repository, "verify")).stdout.startswith("intact: 3 entries")


def test_a_hook_of_the_checkout_is_not_run(repository: Path, tmp_path: Path) -> None:
    for name in ("reference-transaction", "post-update", "pre-push", "post-commit"):
        hook = repository / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        hook.chmod(0o755)
    git(repository, "config", "core.fsmonitor", f"touch {tmp_path}/ran")
    git(repository, "init", "--quiet", "--bare", str(tmp_path / "bare"))
    good(run(repository, "append", str(write(tmp_path, "run", results()))))
    good(run(repository, "push", str(tmp_path / "bare")))
    assert not (tmp_path / "ran").exists()


def test_names_with_other_bytes_than_utf_8_are_written_out(repository: Path, tmp_path: Path) -> None:
    git(repository, "checkout", "--quiet", "-b", os.fsdecode(b"t\xff"))
    data = results()
    data["run"]["git"] = {"commit": git(repository, "rev-parse", "HEAD"), "dirty": False}
    path = str(write(tmp_path, "run", data))
    good(run(repository, "append", path, "--actor", os.fsdecode(b"a\xfe")))
    assert [last(on_branch(repository))[key] for key in ("branch", "actor")] == ["t\\udcff", "a\\udcfe"]


@pytest.mark.slow
@pytest.mark.parametrize("depth", [(), ("--depth", "1")])
def test_a_new_clone_goes_on_where_the_remote_ledger_ends(
    repository: Path, tmp_path: Path, depth: tuple[str, ...]
) -> None:
    for code in (0, 1):
        good(run(repository, "append", str(write(tmp_path, "one", results(code=code)))))
    git(tmp_path, "clone", "--quiet", *depth, f"file://{repository}", "clone")
    good(run(tmp_path / "clone", "append", str(write(tmp_path, "two", results(code=3)))))
    good(run(tmp_path / "clone", "push"))
    assert good(run(tmp_path / "clone", "verify")).stdout.endswith("intact: 3 entries, the last is " + head(repository))
    assert good(run(repository, "verify")).stdout.startswith("intact: 3 entries")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["append", "pod.yaml"], "this is not a file of results"),
        (["append", "old.json"], "this has the format 'assay-results/1', and not assay-results/2"),
        (["append", "packed.json"], "these results do not say when the run ended"),
        (["append", "odd-time.json"], "these results do not say when the run ended"),
        (["append", "odd-severity.json"], "this is not a file of results: Invalid enum value 'bad'"),
        (["append", "deep.json"], "this is not a file of results"),
        (["append", "missing.json"], "no such file"),
        (["append", "link.json"], "not a regular file"),
        (["append", "good.json", "--file", "damaged.jsonl"], "the last line of the ledger is damaged"),
        (["append", "good.json", "--file", "missing/l.jsonl"], "cannot write missing/l.jsonl"),
        (["append", "good.json"], "not in a Git checkout"),
        (["push"], "not in a Git checkout"),
        (["show"], "not in a Git checkout"),
        (["show", "--file", "missing.jsonl"], "no such file"),
        (["show", "2", "--file", "whole.jsonl"], "the ledger has no entry 2"),
        (["export", "--file", "damaged.jsonl"], "the ledger has faults, so it is not exported: line 1"),
        (["export", "--format", "sqlite", "--file", "whole.jsonl"], "a database needs a file"),
        (["verify", "--file", "whole.jsonl", "--anchor", "good.json"], "a time stamp needs --tsa"),
    ],
)
def test_wrong_usage_is_told(tmp_path: Path, arguments: list[str], said: str) -> None:
    write(tmp_path, "good", results())
    write(tmp_path, "old", {**results(), "format": "assay-results/1"})
    write(tmp_path, "packed", results(at=""))
    write(tmp_path, "odd-time", results(at="yesterday"))
    write(tmp_path, "odd-severity", results(failure(severity="bad")))
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "pod.yaml").write_text("kind: Pod\n")
    (tmp_path / "link.json").symlink_to("good.json")
    (tmp_path / "damaged.jsonl").write_text("{}\n")
    (tmp_path / "whole.jsonl").write_bytes(ledger(tmp_path, 1))
    done = run(tmp_path, *arguments, GIT_CEILING_DIRECTORIES=str(tmp_path))
    assert (done.returncode, said in fault(done)) == (2, True), done.stderr


def test_nothing_is_written_while_the_branch_is_checked_out(repository: Path, tmp_path: Path) -> None:
    file = str(write(tmp_path, "one", results()))
    good(run(repository, "append", file))
    git(repository, "checkout", "--quiet", "assay-ledger")
    done = run(repository, "append", str(write(tmp_path, "two", results(code=3))))
    assert (done.returncode, "is checked out" in done.stderr) == (2, True)


def test_a_ledger_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there.jsonl").write_text("")
    (tmp_path / "here/l.jsonl").symlink_to("../there.jsonl")
    done = run(tmp_path / "here", "append", str(write(tmp_path, "one", results())), "--file", "l.jsonl")
    assert (done.returncode, (tmp_path / "there.jsonl").read_text()) == (2, "")


# What is named.


def changes(lines: list[bytes]) -> Iterator[tuple[str, list[bytes], set[int]]]:
    """(what was done, the lines after it, the numbers of which one is to be named)."""
    for at, line in enumerate(lines):
        number = at + 1
        if number < len(lines):  # the end needs an anchor
            yield "dropped", lines[:at] + lines[number:], {number}
            for was, now in ((b'"failed":1', b'"failed":0'), (b"2026", b"2025"), (b'"actor":"ada"', b'"actor":"eve"')):
                assert was in line
                yield f"edited {was!r}", [*lines[:at], line.replace(was, now, 1), *lines[number:]], {number}
        for spoilt in (
            line[:-1],
            line[:-1] + b" }",
            b"",
            b"{}",
            line.replace(b'"failed"', b'"fAiled"', 1),
            line + b"\r",
        ):
            yield "spoilt", [*lines[:at], spoilt, *lines[number:]], {number}
        for to in range(len(lines) + 1):
            yield "doubled", [*lines[:to], line, *lines[to:]], {number, number + 1, to + 1}
            rest = lines[:at] + lines[number:]
            if to < len(lines) and to != at:
                yield "moved", [*rest[:to], line, *rest[to:]], {number, to + 1}
        sequence = line.replace(f'"sequence":{number}'.encode(), b'"sequence":99')
        yield "numbered", [*lines[:at], sequence, *lines[number:]], {number}


def test_every_change_of_a_line_is_named_with_its_number(tmp_path: Path) -> None:
    lines = ledger(tmp_path, LINES).splitlines()
    assert entries_of(b"".join(line + b"\n" for line in lines)).faults == ()
    for what, changed, numbers in changes(lines):
        faults = entries_of(b"".join(line + b"\n" for line in changed)).faults
        named = {number for number in numbers if any(f"line {number}:" in each for each in faults)}
        assert named, (what, numbers, faults)


def test_a_ledger_that_is_cut_off_is_named(tmp_path: Path) -> None:
    data = ledger(tmp_path, 2)
    for end in range(len(data) - 1, data.find(b"\n") + 1, -7):
        assert any("line 2:" in each for each in entries_of(data[:end]).faults)


@pytest.mark.parametrize("change", ["edited", "dropped"])
def test_the_end_is_held_by_an_anchor(tmp_path: Path, change: str) -> None:
    data = ledger(tmp_path, 3)
    *others, end = data.splitlines(keepends=True)
    edited = b"".join([*others, end.replace(b'"failed":1', b'"failed":0')] if change == "edited" else others)
    (tmp_path / "l.jsonl").write_bytes(edited)
    assert run(tmp_path, "verify", "--file", "l.jsonl").returncode == 0
    done = run(tmp_path, "verify", "--file", "l.jsonl", "--anchor", line_digest(end[:-1]))
    assert (done.returncode, "fault: no line has sha256:" in done.stdout) == (1, True)


def rewritten(repository: Path, data: bytes, message: str) -> None:
    """The branch with other content, as somebody with Git writes it."""
    blob = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=repository, input=data, check=True, capture_output=True
    ).stdout.decode()
    tree = subprocess.run(
        ["git", "mktree"],
        cwd=repository,
        input=f"100644 blob {blob.strip()}\tledger.jsonl\n".encode(),
        check=True,
        capture_output=True,
    ).stdout.decode()
    commit = git(repository, "commit-tree", tree.strip(), "-p", "assay-ledger~1", "-m", message)
    git(repository, "update-ref", "refs/heads/assay-ledger", commit)


def test_on_the_branch_the_end_is_held_by_its_commit_by_a_tag_and_by_what_was_sent(
    repository: Path, tmp_path: Path
) -> None:
    for code in (0, 3):
        good(run(repository, "append", str(write(tmp_path, f"run-{code}", results(code=code)))))
    git(repository, "tag", "-a", "audited", "-m", "audited", "assay-ledger")
    good(run(repository, "verify", "--anchor", "audited"))
    git(repository, "init", "--quiet", "--bare", str(tmp_path / "bare"))
    good(run(repository, "push", str(tmp_path / "bare")))
    data = on_branch(repository).replace(b'"exit_code":3', b'"exit_code":0')
    message = git(repository, "log", "-1", "--format=%B", "assay-ledger")
    rewritten(repository, data, message)
    done = run(repository, "verify", "--anchor", "audited")
    assert done.returncode == 1
    for said in (
        "line 2: its commit recorded sha256:",
        "the ledger is not the one of audited: line 2 is another one than before",
        "the ledger is not the one that was sent to",
    ):
        assert f"fault: {said}" in done.stdout
    rewritten(repository, data, "by hand")
    assert "does not record an entry" in run(repository, "verify").stdout


@pytest.mark.slow
def test_a_time_stamp_of_the_head_is_an_anchor(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    from tests.test_evidence_verify import make_authority, stamped

    authority = make_authority(tmp_path_factory.mktemp("tsa"))
    data = ledger(tmp_path, 3)
    (tmp_path / "l.jsonl").write_bytes(data)
    (tmp_path / "line").write_bytes(data.splitlines()[1])
    stamp = stamped(authority, tmp_path / "line")
    trusted = ("--file", "l.jsonl", "--anchor", str(stamp), "--tsa", str(authority / "ca.pem"))
    done = run(tmp_path, "verify", *trusted)
    assert (done.returncode, "confirms that line 2 existed at 20" in done.stdout) == (0, True)
    (tmp_path / "l.jsonl").write_bytes(data.splitlines(keepends=True)[0])
    done = run(tmp_path, "verify", *trusted)
    assert (done.returncode, "the time stamp is for none of the lines of the ledger" in done.stdout) == (1, True)


def test_an_empty_ledger_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "l.jsonl").write_text("")
    assert run(tmp_path, "verify", "--file", "l.jsonl").returncode == 1


# What is shown.


def test_entries_are_shown_and_the_digest_of_the_last(tmp_path: Path) -> None:
    data = ledger(tmp_path, 3)
    (tmp_path / "l.jsonl").write_bytes(data)
    shown = good(run(tmp_path, "show", "--file", "l.jsonl", "--last", "2")).stdout.splitlines()
    assert [line.split()[0] for line in shown] == ["2", "3"]
    whole = good(run(tmp_path, "show", "3", "--file", "l.jsonl")).stdout
    assert json.loads(whole) == json.loads(data.splitlines()[2])
    head = good(run(tmp_path, "show", "--head", "--file", "l.jsonl")).stdout.strip()
    assert head == f"sha256:{hashlib.sha256(data.splitlines()[-1]).hexdigest()}"


def test_an_export_has_every_entry(tmp_path: Path) -> None:
    data = ledger(tmp_path, 3)
    (tmp_path / "l.jsonl").write_bytes(data)
    rows = list(csv.DictReader(io.StringIO(good(run(tmp_path, "export", "--file", "l.jsonl")).stdout)))
    assert [(row["sequence"], row["failed"]) for row in rows] == [("1", "1"), ("2", "1"), ("3", "1")]
    assert good(run(tmp_path, "export", "--format", "jsonl", "--file", "l.jsonl")).stdout.encode() == data
    good(run(tmp_path, "export", "--format", "sqlite", "--output", "l.sqlite", "--file", "l.jsonl"))
    with sqlite3.connect(tmp_path / "l.sqlite") as database:
        found = database.execute(
            "SELECT digest, verdict, f.line FROM entries JOIN failures f USING (sequence)"
        ).fetchall()
    assert found == [(row["digest"], "failed", number) for number, row in enumerate(rows, 1)]


def test_what_a_ledger_holds_does_not_reach_a_terminal_as_it_is(tmp_path: Path) -> None:
    told = results(verdict={"exit_code": 0, "reason": f"\x1b[31m ##[error]x {TOKEN}"})
    good(run(tmp_path, "append", str(write(tmp_path, "one", told)), "--file", "l.jsonl", "--actor", "\x1b[2J##[x]"))
    for arguments in (["show"], ["show", "1"]):
        said = good(run(tmp_path, *arguments, "--file", "l.jsonl")).stdout
        assert not any(text in said for text in ("\x1b", "##[", TOKEN))
