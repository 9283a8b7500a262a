"""The register in PostgreSQL, with a real server of its own: what it accepts, and what nobody can change there."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from scanner.evidence.ledger.appending import append_to_branch
from scanner.evidence.ledger.entry import line_digest
from scanner.evidence.ledger.publishing import publish, repository_name
from scanner.evidence.ledger.recording import entry_of
from tests.command_line import Done, assay, fault
from tests.evidence_repository import git, make_repository
from tests.ledger_runs import ledger, results, write

OWNER, WRITER = "owner", "publisher"
PASSWORD = "swordfish-78-of-ada"
SECOND = "FROM assay_ledger.entries WHERE sequence = 2"


def programs() -> Path:
    """The folder of the programs of a PostgreSQL server."""
    named = os.environ.get("ASSAY_POSTGRES")
    found = [Path(named)] if named else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found or not (found[-1] / "initdb").exists():
        pytest.skip("there is no PostgreSQL server, and ASSAY_POSTGRES does not name the folder of its programs")
    return found[-1]


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    """The folder of the socket of a server. It does not run as root, but then as the user of Debian's package."""
    binaries = programs()
    pytest.importorskip("psycopg")
    folder = Path(tempfile.mkdtemp(prefix="assay-postgres-"))
    other: dict[str, Any] = {}
    if os.geteuid() == 0:
        other = {"user": "postgres", "group": "postgres", "extra_groups": []}
        shutil.chown(folder, "postgres", "postgres")

    def started(name: str, *arguments: str | Path) -> None:
        command = [str(binaries / name), *map(str, arguments)]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, **other)

    how = f"-F -k {folder} -c listen_addresses="
    started("initdb", "--pgdata", folder / "data", "--username", OWNER, "--auth", "trust", "--no-sync")
    started("pg_ctl", "-D", folder / "data", "-o", how, "-l", folder / "log", "-w", "start")
    try:
        yield folder
    finally:
        started("pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def address(server: Path, user: str, name: str = "register") -> str:
    return f"postgresql://{user}:{PASSWORD}@/{name}?host={server}"


def sql(to: str, *statements: str) -> list[Any]:
    """What the last of some statements gives."""
    import psycopg

    with psycopg.connect(to, autocommit=True) as connection:
        for each in statements:
            done = connection.execute(each.encode())
        return done.fetchall() if done.description else []


@pytest.fixture
def register(server: Path) -> Path:
    """A new database with the schema that the command prints."""
    sql(address(server, OWNER, "postgres"), "DROP DATABASE IF EXISTS register", "CREATE DATABASE register")
    schema = assay("ledger", "publish", "--schema", cwd=server).stdout
    create = f"DO $$ BEGIN CREATE ROLE {WRITER} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    sql(address(server, OWNER), schema, create, f"GRANT assay_ledger_writer TO {WRITER}")
    return server


def run(folder: Path, server: Path, *arguments: str, user: str = WRITER) -> Done:
    return assay("ledger", "publish", "--to", address(server, user), *arguments, cwd=folder)


def lines(server: Path, repository: str) -> bytes:
    """The ledger of a repository as the register has it."""
    found = sql(
        address(server, WRITER), "SELECT repository, line FROM assay_ledger.entries ORDER BY repository, sequence"
    )
    return b"".join(bytes(line) + b"\n" for name, line in found if name == repository)


@pytest.mark.postgres
def test_what_is_published_is_the_ledger_and_grows(register: Path, tmp_path: Path) -> None:
    for number, sent in ((2, 2), (3, 1), (3, 0), (2, 0)):
        (tmp_path / "l.jsonl").write_bytes(ledger(tmp_path, number))
        done = run(tmp_path, register, "--file", "l.jsonl", "--repository", "git.example/bank")
        assert (done.returncode, f"added {sent} entries of git.example/bank" in done.stderr) == (0, True), done.stderr
    (tmp_path / "l.jsonl").write_bytes(ledger(tmp_path, 1))
    assert run(tmp_path, register, "--file", "l.jsonl", "--repository", "git.example/other").returncode == 0
    assert lines(register, "git.example/bank") == ledger(tmp_path, 3)
    runs = "SELECT sequence, verdict, failed, digest, publisher FROM assay_ledger.runs ORDER BY repository, sequence"
    assert sql(address(register, WRITER), runs) == [
        (number, "failed", 1, line_digest(line), WRITER)
        for number, line in [*enumerate(ledger(tmp_path, 3).splitlines(), 1), (1, ledger(tmp_path, 1).strip())]
    ]


@pytest.mark.postgres
@pytest.mark.parametrize("user", [WRITER, OWNER])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assay_ledger.entries SET line = 'x'",
        "UPDATE assay_ledger.entries SET publisher = 'eve'",
        "DELETE FROM assay_ledger.entries",
        "TRUNCATE assay_ledger.entries",
        "INSERT INTO assay_ledger.entries (repository, line) SELECT repository, line FROM assay_ledger.entries",
        "INSERT INTO assay_ledger.entries (repository, line) VALUES ('git.example/bank', '{\"sequence\": 4}')",
        "INSERT INTO assay_ledger.entries (repository, line) VALUES ('git.example/bank', 'x')",
        'INSERT INTO assay_ledger.entries (repository, line) VALUES (\'\', \'{"sequence": 1, "previous": ""}\')',
        f"INSERT INTO assay_ledger.entries SELECT 'new', 1, line, '', '', now(), '' {SECOND}",
    ],
)
def test_nobody_changes_an_entry_or_adds_one_that_does_not_follow(
    register: Path, tmp_path: Path, statement: str, user: str
) -> None:
    import psycopg

    (tmp_path / "l.jsonl").write_bytes(ledger(tmp_path, 2))
    assert run(tmp_path, register, "--file", "l.jsonl", "--repository", "git.example/bank").returncode == 0
    before = sql(address(register, OWNER), "SELECT * FROM assay_ledger.entries ORDER BY sequence")
    with pytest.raises(psycopg.Error):
        sql(address(register, user), statement)
    assert sql(address(register, OWNER), "SELECT * FROM assay_ledger.entries ORDER BY sequence") == before


@pytest.mark.postgres
@pytest.mark.parametrize(
    "statement", ["DROP TABLE assay_ledger.entries", "ALTER TABLE assay_ledger.entries DISABLE TRIGGER ALL"]
)
def test_the_writer_does_not_own_the_register(register: Path, statement: str) -> None:
    import psycopg

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        sql(address(register, WRITER), statement)


@pytest.mark.postgres
def test_another_history_is_refused_and_both_are_shown(register: Path, tmp_path: Path) -> None:
    (tmp_path / "l.jsonl").write_bytes(ledger(tmp_path, 2))
    name = ("--file", "l.jsonl", "--repository", "git.example/bank")
    assert run(tmp_path, register, *name).returncode == 0
    (tmp_path / "l.jsonl").unlink()
    for each in (results(code=3), results(), results(code=4)):
        done = assay("ledger", "append", str(write(tmp_path, "r", each)), "--file", "l.jsonl", cwd=tmp_path)
        assert done.returncode == 0
    done = run(tmp_path, register, *name)
    assert done.returncode == 1
    first, here, there = done.stdout.splitlines()
    assert first == "fault: the register has another entry 1 of git.example/bank"
    assert line_digest((tmp_path / "l.jsonl").read_bytes().splitlines()[0]) in here
    assert line_digest(ledger(tmp_path, 1).strip()) in there
    assert "gate incomplete" in here
    assert "gate failed, no commit, run sha256:" in there
    assert f"published by {WRITER} at " in there
    assert lines(register, "git.example/bank") == ledger(tmp_path, 2)


@pytest.mark.postgres
def test_two_publishers_at_once_lose_nothing(register: Path, tmp_path: Path) -> None:
    data = ledger(tmp_path, 30)
    parts = [b"".join(data.splitlines(keepends=True)[:end]) for end in range(1, 31)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda part: publish(address(register, WRITER), "bank", part), [*parts, *parts]))
    assert not any(each.conflict for each in done)
    assert sum(each.sent for each in done) == 30
    assert lines(register, "bank") == data


@pytest.mark.postgres
def test_only_what_was_pushed_is_published(register: Path, tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "repository")
    git(repository, "init", "--quiet", "--bare", str(tmp_path / "bare"))
    append_to_branch(repository, entry_of(write(tmp_path, "one", results()), repository, ""))
    done = run(repository, register)
    assert (done.returncode, "was not sent to a remote repository" in done.stderr) == (2, True)
    assert assay("ledger", "push", str(tmp_path / "bare"), cwd=repository).returncode == 0
    append_to_branch(repository, entry_of(write(tmp_path, "two", results(code=3)), repository, ""))
    done = run(repository, register)
    left = "1 entries were not sent to a remote repository and are left out"
    assert done.stderr == f"assay: added 1 entries of git.example/bank; the register has 1; {left}\n"


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("user", "database", "said"),
    [
        (OWNER, "postgres", "an administrator makes the register: assay ledger publish --schema"),
        (OWNER, "nowhere", 'database "nowhere" does not exist'),
        ("stranger", "register", "GRANT assay_ledger_writer TO the user"),
    ],
)
def test_what_the_server_refuses_is_told_without_the_password(
    register: Path, tmp_path: Path, user: str, database: str, said: str
) -> None:
    role = "DO $$ BEGIN CREATE ROLE stranger LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    sql(address(register, OWNER), role)
    (tmp_path / "l.jsonl").write_bytes(ledger(tmp_path, 1))
    more = ("--file", "l.jsonl", "--repository", "bank")
    done = assay("ledger", "publish", "--to", address(register, user, database), *more, cwd=tmp_path)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert PASSWORD not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the register is not named"),
        (["--to", "mysql://host/x", "--repository", "x"], "does not begin with postgresql://"),
        (["--to", "postgresql://host/x"], "no remote origin to be named by"),
        (["--to", "postgresql://host/x", "--repository", "x", "--file", "bad.jsonl"], "the ledger has faults"),
    ],
)
def test_wrong_usage_is_told(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "l.jsonl").write_bytes(ledger(tmp_path, 1))
    (tmp_path / "bad.jsonl").write_text("{}\n")
    if "--file" not in arguments:
        arguments = [*arguments, "--file", "l.jsonl"]
    done = assay("ledger", "publish", *arguments, cwd=tmp_path)
    assert (done.returncode, said in fault(done)) == (2, True), done.stderr


@pytest.mark.parametrize(
    ("remote", "name"),
    [
        ("https://git.example/a/bank.git", "git.example/a/bank"),
        (f"https://ada:{PASSWORD}@git.example:8443/a/bank", "git.example/a/bank"),
        ("git@git.example:a/bank.git", "git.example/a/bank"),
        ("ssh://git@git.example:22/a/bank.git/", "git.example/a/bank"),
        ("../bare.git", ""),
        ("/srv/git/bank.git", ""),
    ],
)
def test_a_repository_is_named_by_its_address(tmp_path: Path, remote: str, name: str) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "remote", "add", "origin", remote)
    assert repository_name(tmp_path) == name
