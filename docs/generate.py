"""Writes the pages about rules, objectives and frameworks, or says which of them are not as the data says.

    python docs/generate.py [--check] [--folder FOLDER]

The pages are `objectives.md`, `mapping-pairs.md` and all that lies in `frameworks/` and `rules/` of the folder; what
the data does not ask for there is superfluous and is deleted. `subjects.md` is written by hand, but for its tables of
facts. With `--check` nothing is written, and the exit code is 1 where anything would be.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import fact_tables
import pairs
from pages import Data, pages

from scanner import library, objectives
from scanner.frameworks import catalogue
from scanner.policy.rule import load_folder

LINES = 6
"""So many lines of a difference are shown of each stale page."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the pages; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a page is not fresh")
    parser.add_argument("--folder", type=Path, default=Path(__file__).resolve().parent, help="where the pages lie")
    chosen = parser.parse_args(arguments)
    present = _present(chosen.folder)
    filled = {name: fact_tables.fill(text) for name, text in present.items() if name == fact_tables.PAGE}
    wanted = {**_wanted(), **filled}
    differences = list(_differences(present, wanted))
    print("\n".join(differences) or f"{len(wanted)} pages are fresh")
    if not chosen.check:
        _settle(chosen.folder, present, wanted)
    elif differences:
        print("the pages are not as the data says: run `make docs` and commit what it writes", file=sys.stderr)
    return int(chosen.check and bool(differences))


@cache
def _wanted() -> Mapping[str, str]:
    """The pages that the data asks for: path -> text."""
    rules = tuple(load_folder(library.data_root() / "rules"))
    return pages(Data(rules, catalogue.load(library.Cache()), objectives.load()))


def _present(folder: Path) -> dict[str, str]:
    """The pages of a folder: path -> text."""
    paths = [
        folder / fact_tables.PAGE,
        folder / "objectives.md",
        folder / pairs.PAGE,
        *folder.glob("frameworks/**/*"),
        *folder.glob("rules/**/*"),
    ]
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in paths
        if path.is_file()
    }


def _differences(present: Mapping[str, str], wanted: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*present, *wanted}):
        if name not in wanted:
            yield f"superfluous: {name}"
        elif name not in present:
            yield f"missing: {name}"
        elif present[name] != wanted[name]:
            yield f"stale: {name}"
            lines = difflib.unified_diff(present[name].split("\n"), wanted[name].split("\n"), n=0, lineterm="")
            yield from (f"    {line}" for line in list(lines)[2 : 2 + LINES])


def _settle(folder: Path, present: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    for name in present.keys() - wanted.keys():
        (folder / name).unlink()
    for name, text in wanted.items():
        if present.get(name) != text:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
