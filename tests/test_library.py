"""What is kept from one run to the next."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from scanner import safe_read
from scanner.library import Cache, digest


def test_the_newest_few_of_each_name_are_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.keep("others", "key", lambda: "other", str)
    for number in range(8):
        assert cache.keep("rules", f"key {number}", partial(int, number), int) == number
        for file in tmp_path.iterdir():  # a file system may keep times by the second
            time = file.stat().st_mtime - 10
            os.utime(file, (time, time))
    kept = [number for number in range(8) if cache_has(cache, number)]
    assert kept == [4, 5, 6, 7]
    assert len(list(tmp_path.glob("others-*"))) == 1


def cache_has(cache: Cache, number: int) -> bool:
    """Whether it is there, without putting anything in."""

    def missing() -> int:
        raise KeyError

    try:
        return bool(cache.keep("rules", f"key {number}", missing, int) == number)
    except KeyError:
        return False


@pytest.fixture
def data(tmp_path: Path) -> list[Path]:
    """Files that have not changed for a minute."""
    paths = [tmp_path / "data" / name for name in ("one.yaml", "two.yaml")]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_text(path.name)
    return paths


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were read, in a world in which a minute has passed."""
    names: list[str] = []
    given, now = safe_read.read, time.time_ns

    def noted(path: Path) -> bytes:
        names.append(path.name)
        return given(path)

    monkeypatch.setattr(safe_read, "read", noted)
    monkeypatch.setattr(time, "time_ns", lambda: now() + 60 * 10**9)
    return names


def test_data_that_has_not_changed_is_not_read_again(tmp_path: Path, data: list[Path], read: list[str]) -> None:
    root = data[0].parent
    first, second = (Cache(tmp_path / "cache").digest("rules", data, root) for _ in range(2))
    assert read == ["one.yaml", "two.yaml"]
    assert first == second == digest(data, root)


def _grow(path: Path) -> None:
    path.write_text("more than before")


def _same_size(path: Path) -> None:
    path.write_text(path.read_text()[::-1])


def _same_size_and_time(path: Path) -> None:
    before = path.stat()
    _same_size(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _exchange(path: Path) -> None:
    before, other = path.stat(), path.with_suffix(".new")
    other.write_text(path.read_text()[::-1])
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.rename(path)


@pytest.mark.parametrize("change", [_grow, _same_size, _same_size_and_time, _exchange])
def test_data_that_changed_is_read(
    tmp_path: Path, data: list[Path], read: list[str], change: Callable[[Path], None]
) -> None:
    cache, root = Cache(tmp_path / "cache"), data[0].parent
    before = cache.digest("rules", data, root)
    change(data[1])
    assert read == ["one.yaml", "two.yaml"]
    assert cache.digest("rules", data, root) == digest(data, root) != before


def test_data_that_changed_just_now_is_read_each_time(tmp_path: Path, data: list[Path]) -> None:
    root = data[0].parent
    Cache(tmp_path / "cache").digest("rules", data, root)
    assert not (tmp_path / "cache").exists()


def test_a_kept_digest_that_is_none_is_not_used(tmp_path: Path, data: list[Path], read: list[str]) -> None:
    cache, root = Cache(tmp_path / "cache"), data[0].parent
    expected = cache.digest("rules", data, root)
    (kept,) = (tmp_path / "cache").iterdir()
    for content in (b"", b"\x81", b"\x91\x01", b"\xa3abc", b"\xa1\xff", b"\xc1"):  # "abc" is a text and no digest
        kept.write_bytes(content)
        assert cache.digest("rules", data, root) == expected
    assert len(read) > 2
