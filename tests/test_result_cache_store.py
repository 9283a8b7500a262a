"""What may be wrong with the cache of results: nothing of it is an error, a message or another result."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scanner.cli.environment import cache_folder
from scanner.kept import store
from scanner.options import Options
from scanner.scan import scan
from tests.cached import ENOUGH, KEPT, POD, database, empty_cache, entries, evaluated, lay_out, read_anew
from tests.command_line import assay, assay_process

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lay_out(tmp_path / "in")
    monkeypatch.chdir(tmp_path / "in")
    return tmp_path / "in"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return empty_cache(tmp_path / "assay")


def damage_values(cache: Path) -> None:
    with sqlite3.connect(database(cache)) as connection:
        for key, value in connection.execute("SELECT key, value FROM entry").fetchall():
            worse = value.replace(b"\xa4fail", b"\xa4pass")
            if worse == value:  # compressed
                worse = value[:-1] + bytes([value[-1] ^ 1])
            connection.execute("UPDATE entry SET value = ? WHERE key = ?", (worse, key))
    connection.close()


def swap_values(cache: Path) -> None:
    with sqlite3.connect(database(cache)) as connection:
        rows = connection.execute("SELECT key, value FROM entry ORDER BY key").fetchall()
        for (key, _), (_, value) in zip(rows, rows[1:] + rows[:1], strict=True):
            connection.execute("UPDATE entry SET value = ? WHERE key = ?", (value, key))
    connection.close()


def other_types(cache: Path) -> None:
    with sqlite3.connect(database(cache)) as connection:
        connection.execute("UPDATE entry SET value = 'text', used = 'never'")
    connection.close()


def other_table(cache: Path) -> None:
    with sqlite3.connect(database(cache)) as connection:
        connection.execute("CREATE TRIGGER forge AFTER INSERT ON entry BEGIN DELETE FROM entry; END")
    connection.close()


def truncate(cache: Path) -> None:
    os.truncate(database(cache), database(cache).stat().st_size // 2 + 100)


def garbage(cache: Path) -> None:
    database(cache).write_bytes(b"no database\n" * 1000)


def folder_in_its_place(cache: Path) -> None:
    database(cache).unlink()
    database(cache).mkdir()


def link_in_its_place(cache: Path) -> None:
    database(cache).rename(cache.parent / "elsewhere")
    database(cache).symlink_to(cache.parent / "elsewhere")


def second_name(cache: Path) -> None:
    os.link(database(cache), cache.parent / "elsewhere")


def linked_folder(cache: Path) -> None:
    (cache / "results").rename(cache.parent / "elsewhere")
    (cache / "results").symlink_to(cache.parent / "elsewhere")


def file_as_folder(cache: Path) -> None:
    shutil.rmtree(cache / "results")
    (cache / "results").write_text("")


def written_by_others(cache: Path) -> None:
    (cache / "results").chmod(0o777)


def database_written_by_others(cache: Path) -> None:
    database(cache).chmod(0o666)


def read_only(cache: Path) -> None:
    database(cache).chmod(0o400)
    (cache / "results").chmod(0o500)


BAD: list[Callable[[Path], None]] = [
    damage_values,
    swap_values,
    other_types,
    other_table,
    truncate,
    garbage,
    folder_in_its_place,
    link_in_its_place,
    second_name,
    linked_folder,
    file_as_folder,
    written_by_others,
    database_written_by_others,
]


@pytest.mark.parametrize("spoil", [*BAD, read_only], ids=lambda each: each.__name__.replace("_", " "))
def test_a_bad_cache_changes_nothing(folder: Path, cache: Path, spoil: Callable[[Path], None]) -> None:
    def run() -> tuple[int, str, str]:
        done = assay("scan", ".", "--output=concise", cwd=folder, XDG_CACHE_HOME=str(cache.parent))
        return done.returncode, done.stdout, done.stderr

    expected = run()
    assert entries(cache) == KEPT
    spoil(cache)
    if spoil in BAD:
        assert len(read_anew(Options(cache_folder=cache))) == ENOUGH
    assert [run(), run()] == [expected, expected]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("spoil", [garbage, other_table, truncate], ids=lambda each: each.__name__)
def test_a_damaged_database_is_made_anew(cache: Path, spoil: Callable[[Path], None]) -> None:
    options = Options(cache_folder=cache)
    scan(["."], options)
    spoil(cache)
    for _ in range(2):
        scan(["."], options)
    assert read_anew(options) == []


@pytest.mark.usefixtures("folder")
def test_a_cache_of_somebody_else_is_not_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = Options(cache_folder=cache)
    scan(["."], options)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert len(read_anew(options)) == ENOUGH
    assert scan(["."], options) == scan(["."])


@pytest.mark.usefixtures("folder")
def test_only_the_user_may_read_what_is_kept(cache: Path) -> None:
    before = os.umask(0)
    try:
        scan(["."], Options(cache_folder=cache))
        scan(["."], Options(cache_folder=cache.parent / "new"))
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in (cache / "results", cache.parent / "new")} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in (cache / "results").iterdir()} == {0o600}


@pytest.mark.parametrize("path", [".", "sub", "pod-000.yaml"])
def test_a_cache_in_the_scanned_tree_is_not_used(folder: Path, path: str) -> None:
    (folder / ".git").mkdir()
    lay_out(folder / "sub")
    cache = empty_cache(folder / "cache")
    names = [path] if path != "pod-000.yaml" else [each.name for each in folder.glob("*.yaml")]
    scan(names, Options(cache_folder=cache))
    assert not (cache / "results").exists()


def test_a_command_uses_no_cache_in_the_work_tree(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "sub").mkdir()
    monkeypatch.chdir(folder / "sub")
    told = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(folder / "cache")}
    assert cache_folder(told) == folder / "cache" / "assay"
    (folder / ".git").mkdir()
    assert cache_folder(told) is None
    assert cache_folder({**told, "XDG_CACHE_HOME": "cache"}) == tmp_path / "home" / ".cache" / "assay"
    assert cache_folder({"XDG_CACHE_HOME": "cache"}) is None


def test_a_link_to_a_cache_in_the_scanned_tree_is_not_used(folder: Path, cache: Path) -> None:
    inside = cache.rename(folder / "cache")
    cache.symlink_to(inside)
    scan(["."], Options(cache_folder=cache))
    assert not (inside / "results").exists()


def test_several_processes_share_a_cache(folder: Path, cache: Path) -> None:
    home = str(cache.parent)
    lay_out(folder, 60)

    def run(_: int) -> tuple[int, str, str]:
        done = assay_process("scan", ".", "--output=concise", cwd=folder, XDG_CACHE_HOME=home)
        return done.returncode, done.stdout, done.stderr

    with ThreadPoolExecutor(3) as pool:
        (first, *others) = pool.map(run, range(3))
    assert others == [first, first]
    assert entries(cache) == 62
    assert read_anew(Options(cache_folder=cache)) == []


def test_a_database_that_another_process_writes_is_not_waited_for_long(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_PATIENCE", 0.0)
    options = Options(cache_folder=cache)
    expected = scan(["."], options)
    (folder / "pod-000.yaml").write_text(POD.format(99))
    with sqlite3.connect(database(cache), isolation_level=None) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert len(scan(["."], options).findings) == len(expected.findings)
        connection.execute("ROLLBACK")
    connection.close()
    assert read_anew(options) == ["pod-000.yaml"]


def test_the_number_of_results_is_bounded(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_MOST_ENTRIES", 30)
    lay_out(folder, 2 * ENOUGH)
    scan(["."], Options(cache_folder=cache))
    assert 0 < entries(cache) <= 30
    assert scan(["."], Options(cache_folder=cache)) == scan(["."])


def test_the_size_of_the_database_is_bounded(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_MOST_BYTES", 300_000)
    sizes = []
    for wave in range(6):  # without a bound, each would add some 200,000 bytes
        lay_out(folder / str(wave), 2 * ENOUGH)
        scan([str(wave)], Options(cache_folder=cache))
        assert entries(cache) >= ENOUGH
        sizes.append(database(cache).stat().st_size)
    assert max(sizes) < 600_000


def test_what_was_not_used_for_longest_goes_first(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_MOST_ENTRIES", 50)
    options = Options(cache_folder=cache)
    lay_out(folder / "old", ENOUGH)
    evaluated(["old"], options)
    evaluated(["."], options)
    with sqlite3.connect(database(cache)) as connection:
        connection.execute("UPDATE entry SET used = used - 9")
    connection.close()
    evaluated(["old"], options)
    lay_out(folder / "new", ENOUGH)
    evaluated(["new"], options)
    assert read_anew(options, "old") == []
