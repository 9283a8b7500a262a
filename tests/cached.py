"""A folder of files that is worth a cache of results, and what of it a scan reads anew."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from scanner import documents, library, reports
from scanner.cli.environment import cache_folder
from scanner.finished_scan import Scan
from scanner.policy import pack
from scanner.scan import Options, evaluate

POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: web-{0}, namespace: shop}}
spec:
  containers:
    - name: web
      image: "registry.example/web:1.4.{0}"
      securityContext: {{privileged: true}}
"""
ENOUGH = 20
"""Files from which a cache is used."""
KEPT = ENOUGH + 2
"""Entries after a scan of so many: of each file, of the rules that compare objects, and of the whole scan."""


def lay_out(folder: Path, number: int = ENOUGH) -> None:
    """Write so many manifests into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(number):
        (folder / f"pod-{index:03}.yaml").write_text(POD.format(index))


def empty_cache(folder: Path) -> Path:
    """A cache folder with the compiled rules of the session and no results."""
    session = cache_folder(os.environ)
    assert session
    pack.load_all(library.Cache(session))
    shutil.copytree(session, folder, ignore=shutil.ignore_patterns("results", ".*"))
    return folder


def written(result: Scan) -> str:
    """What the formats with the most detail make of a scan."""
    return "".join(part for name in ("json", "sarif") for part in reports.render(name, result))


@contextmanager
def without_parser() -> Iterator[None]:
    """Lets no file be read while the block runs: what has a result has it from a cache."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file is read")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "classify", refuse)
        yield


def evaluated(paths: Sequence[str], options: Options) -> Scan:
    """A scan that takes the results of files from its cache, and not that of all of them."""
    return evaluate(paths, options).result()


def read_anew(options: Options, *paths: str) -> list[str]:
    """The files whose own results a scan with some options does not find in its cache."""
    with without_parser():
        found = evaluate(paths or ["."], options)
    return [item.path for item in found.read.inputs if "a file is read" in item.reason]


def database(cache: Path) -> Path:
    """The database in a cache folder."""
    return cache / "results" / "results-1.sqlite3"


def entries(cache: Path) -> int:
    """The number of results in a cache folder."""
    with sqlite3.connect(database(cache)) as connection:
        (number,) = connection.execute("SELECT count(*) FROM entry").fetchone()
    connection.close()
    return int(number)
