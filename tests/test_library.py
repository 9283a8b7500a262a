"""What is kept from one run to the next."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from scanner.library import Cache


def test_the_newest_few_of_each_name_are_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.keep("others", "key", lambda: "other")
    for number in range(8):
        assert cache.keep("rules", f"key {number}", partial(int, number)) == number
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
        return bool(cache.keep("rules", f"key {number}", missing) == number)
    except KeyError:
        return False
