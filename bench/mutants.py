"""Do the tests notice? One-line faults are put into Assay, and the tests that run the line must fail.

    python bench/mutants.py [--number N] [--seed N] [--jobs N] [--at-least N] [PATHS ...]

Draws faults over the paths (all of scanner/ by default) by a seed, puts each into a copy of the tree, and runs the
tests that run its line, until the first one fails. A line that no test runs is a survivor at once; a fault that makes
the tests hang is caught. Prints the survivors, and exits with 1 where fewer are caught than asked for (nine of ten).

Faults that change nothing that anybody could see are listed in mutants.known.yaml with the reason, and others are drawn
in their place. Results are kept in build/mutants by the content of the tree, so that a run that was stopped goes on
where it was; the working tree is never written to.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml
from mutation import tested_lines
from mutation.drawing import draw
from mutation.operators import Mutation
from mutation.run import Result, run

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "mutants"
KNOWN = Path(__file__).with_name("mutants.known.yaml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, run and print; the exit code."""
    chosen = _parser().parse_args(arguments)
    files = _files()
    folder = FOLDER / _digest(files)[:16]
    tree = _copy(files, folder / "tree")
    tested = tested_lines.load(tree, folder, chosen.jobs)
    for name in tested.failing:
        print(f"left out, since it fails without any fault: {name}", file=sys.stderr)
    sources = {path: (tree / path).read_text(encoding="utf-8") for path in files if _drawn(path, chosen.paths)}
    drawn = _without_known(draw(sources, chosen.seed), sources)
    mutants = [mutation for _, mutation in zip(range(chosen.number), drawn, strict=False)]
    results = Results(folder / "results.jsonl", tree, tested)
    with ThreadPoolExecutor(chosen.jobs) as pool:
        found = list(pool.map(results.of, mutants))
    survivors = [result for result in found if not result.caught]
    for result in survivors:
        print(f"\n{result.mutation.path}:{result.mutation.line}  {result.mutation.kind}, {result.why}")
        print(f"  - {result.mutation.before.strip()}\n  + {result.mutation.after.strip()}")
    caught = len(found) - len(survivors)
    print(f"\ncaught {caught} of {len(found)}, {len(survivors)} survived (seed {chosen.seed})")
    wanted = chosen.at_least if chosen.at_least is not None else -(-9 * len(found) // 10)
    return int(caught < wanted)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", default=["scanner"], help="files and folders to draw from")
    parser.add_argument("--number", type=int, default=40, help="how many faults")
    parser.add_argument("--seed", type=int, default=20261128, help="of the draw")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="how many at a time")
    parser.add_argument("--at-least", type=int, help="how many must be caught; nine of ten by default")
    return parser


def _files() -> list[str]:
    """What git tracks, and what it would if it were added, in the order of names."""
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(path for path in set(listed.split("\0")) - {""} if (ROOT / path).is_file())


def _digest(files: Sequence[str]) -> str:
    total = hashlib.sha256(sys.version.encode())
    for path in files:
        if not path.startswith("bench/"):
            total.update(f"{path}\0{hashlib.sha256((ROOT / path).read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def _copy(files: Sequence[str], tree: Path) -> Path:
    """The tree as it stands, in a folder of its own, with its Python compiled."""
    if not tree.exists():
        with tempfile.TemporaryDirectory(dir=_made(tree.parent)) as name:
            for path in files:
                target = Path(name, "tree", path)
                _made(target.parent)
                shutil.copy2(ROOT / path, target)
            subprocess.run((sys.executable, "-m", "compileall", "-q", "scanner"), cwd=Path(name, "tree"), check=True)
            Path(name, "tree").rename(tree)
    return tree


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _drawn(path: str, wanted: Sequence[str]) -> bool:
    inside = any(path == each or path.startswith(f"{each.rstrip('/')}/") for each in wanted)
    return inside and path.startswith("scanner/") and path.endswith(".py")


def _without_known(drawn: Iterator[Mutation], sources: Mapping[str, str]) -> Iterator[Mutation]:
    """Faults that are not listed as changing nothing; what is listed must still stand in the source."""
    known = set()
    for entry in yaml.safe_load(KNOWN.read_text(encoding="utf-8")) or ():
        known.add((entry["path"], entry["before"], entry["after"]))
        lines = {line.strip() for line in sources.get(entry["path"], entry["before"]).split("\n")}
        if entry["before"] not in lines:
            raise SystemExit(f"{KNOWN.name}: {entry['path']} no longer holds the line: {entry['before']}")
    return (each for each in drawn if (each.path, each.before.strip(), each.after.strip()) not in known)


@dataclass
class Results:
    """What became of faults in a tree, kept in a file as soon as it is known."""

    file: Path
    tree: Path
    tested: tested_lines.TestedLines

    def of(self, mutation: Mutation) -> Result:
        """What became of a fault, now or in an earlier run."""
        for each in _records(self.file):
            if each["key"] == _key(mutation):
                return Result(mutation, bool(each["caught"]), str(each["why"]))
        result = run(mutation, self.tree, self.tested.of(mutation.path, mutation.line), self._hints(mutation))
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": _key(mutation), "caught": result.caught, "why": result.why}) + "\n")
        print("." if result.caught else "S", end="", file=sys.stderr, flush=True)
        return result

    def _hints(self, mutation: Mutation) -> list[str]:
        """Tests that caught the same fault in another state of the tree: the first to try."""
        found = [each for file in FOLDER.glob("*/results.jsonl") for each in _records(file)]
        return [str(each["why"]) for each in found if each["caught"] and each["key"] == _key(mutation)]


def _records(file: Path) -> list[dict[str, str | bool]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def _key(mutation: Mutation) -> str:
    return f"{mutation.path}\0{mutation.before.strip()}\0{mutation.after.strip()}"


if __name__ == "__main__":
    sys.exit(main())
