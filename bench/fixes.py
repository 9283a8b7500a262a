"""Fixes held against real manifests: `bench/fixes.py FOLDER... [--safe] [--diffs FILE]`. Nothing is written to them.

Every fixed file is read again by PyYAML, which shares nothing with the editor but the parser, and held against the
original: comments that are gone, keys whose order changed, lines that changed without need. A figure that is not 0
is printed with its files.
"""

from __future__ import annotations

import argparse
import difflib
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from scanner.fixing import FixResult, FixSelection, fix
from scanner.model import PROFILES, Profile
from scanner.scan import Options

_COMMENT = re.compile(r"(?:^|\s)(#.*)$", re.MULTILINE)


def main() -> None:
    """Fix what the folders hold, in memory, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--safe", action="store_true", help="only safe fixes")
    parser.add_argument("--profile", type=Profile, choices=PROFILES, default=Profile.STRICT)
    parser.add_argument("--diffs", type=Path, help="where to put the diffs, for reading by hand")
    given = parser.parse_args()
    totals: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    diffs: list[str] = []
    begin = time.perf_counter()
    for folder in given.folders:
        fixes = fix([str(folder)], Options(profile=given.profile), FixSelection(unsafe=not given.safe))
        totals["files read"] += sum(item.status == "assessed" for item in fixes.inputs)
        totals["suggestions only"] += len(fixes.suggested)
        for result in fixes.files:
            _count(result, totals, reasons)
            diffs += _diff(folder / result.path, result)
    totals["seconds"] = round(time.perf_counter() - begin)
    for name, number in totals.items():
        print(f"{number:8} {name}")
    for reason, number in reasons.most_common():
        print(f"{number:8} refused: {reason}")
    if given.diffs:
        given.diffs.write_text("\n".join(diffs), encoding="utf-8", errors="replace")


def _count(result: FixResult, totals: Counter[str], reasons: Counter[str]) -> None:
    totals["files with a fix"] += 1
    totals["files changed"] += bool(result.fixed)
    totals["fixes tried"] += len(result.fixed) + len(result.skipped)
    totals["fixes applied"] += len(result.fixed)
    reasons.update(re.sub(r" at line \d+|&\S+", "", left.reason) for left in result.skipped)
    if result.failed:
        reasons[result.failed] += 1
    if not result.fixed:
        return
    before, after = result.before.decode(), result.after.decode()
    gone = Counter(_COMMENT.findall(before)) - Counter(_COMMENT.findall(after))
    removed = [line[1:] for line in difflib.ndiff(before.split("\n"), after.split("\n")) if line[0] == "-"]
    totals["lines gone or changed"] += len(removed)
    for comment in gone:
        with_field = any(comment in line and not line.strip().startswith("#") for line in removed)
        totals["comments that went with the field of their line"] += with_field
        if not with_field:
            totals["comments lost"] += 1
            print(f"comment lost: {result.path}: {comment}")
    if not _in_order(_data(before), _data(after)):
        totals["files with another order"] += 1
        print(f"order: {result.path}")
    if before.count("\r\n") and re.search(r"(?<!\r)\n", after) and not re.search(r"(?<!\r)\n", before):
        totals["files with other line ends"] += 1


def _data(text: str) -> list[Any]:
    return list(yaml.load_all(text, yaml.CBaseLoader))


def _in_order(before: Any, after: Any) -> bool:
    """Whether what is in both stands in the same order."""
    if isinstance(before, dict) and isinstance(after, dict):
        common = [key for key in before if key in after]
        return common == [key for key in after if key in before] and all(
            _in_order(before[key], after[key]) for key in common
        )
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return all(map(_in_order, before, after))
    return True


def _diff(path: Path, result: FixResult) -> list[str]:
    before, after = (text.decode(errors="replace").split("\n") for text in (result.before, result.after))
    return list(difflib.unified_diff(before, after, str(path), str(path), lineterm=""))


if __name__ == "__main__":
    main()
