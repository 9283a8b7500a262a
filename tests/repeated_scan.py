"""One scan in a process of its own, in which the system lists folders in any order.

    python -m tests.repeated_scan OUT SETTINGS

SETTINGS is JSON: `paths`, `jobs`, `cache` (a folder, or null to reuse no results), `shuffle` (a seed, or null for the
order of the system).
Writes the report of every text format into the folder OUT, and prints the number of processes that the scan forked.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self


class _Entries:
    """What `os.scandir` gives, with entries in another order."""

    def __init__(self, entries: list[os.DirEntry[str]]) -> None:
        self._entries = iter(entries)

    def __iter__(self) -> Iterator[os.DirEntry[str]]:
        return self._entries

    def __next__(self) -> os.DirEntry[str]:
        return next(self._entries)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """All entries are read already."""


def shuffle(seed: int) -> None:
    """Let the system list folders in an order that the seed draws."""
    draw = random.Random(seed)
    names_of, entries_of = os.listdir, os.scandir

    def listdir(*arguments: Any) -> list[Any]:
        names = list(names_of(*arguments))
        draw.shuffle(names)
        return names

    def scandir(*arguments: Any) -> _Entries:
        with entries_of(*arguments) as listed:
            entries = list(listed)
        draw.shuffle(entries)
        return _Entries(entries)

    os.listdir, os.scandir = listdir, scandir  # type: ignore[assignment]


def run(out: Path, settings: dict[str, Any]) -> int:
    """Scan and write; returns the number of processes that were forked."""
    if settings["shuffle"] is not None:
        shuffle(settings["shuffle"])
    from scanner import reports
    from scanner.cli.environment import cache_folder
    from scanner.scan import Options, scan

    cache = settings["cache"]
    options = Options(
        jobs=settings["jobs"],
        cache_folder=Path(cache) if cache else cache_folder(os.environ),
        reuse=bool(cache),
        fixes=True,
        all_frameworks=True,
    )
    forked: list[int] = []
    os.register_at_fork(after_in_parent=lambda: forked.append(1))
    result = scan(settings["paths"], options)
    number = len(forked)
    for name in reports.FORMATS:
        (out / name).write_text("".join(reports.render(name, result)), encoding="utf-8")
    return number


if __name__ == "__main__":
    sys.stdout.write(str(run(Path(sys.argv[1]), json.loads(sys.argv[2]))))
