"""How long the gate and the hooks take on a change of ten files, beside a plain scan, and beside Checkov on PATH.

    python bench/gate.py [--files N | --folder FOLDER] [--pairs N]

The files are generated, or copied from a folder, and committed. Before each run ten of them are changed, so that no run
finds its whole result in the cache. The two commands of a pair run in turn; printed are the medians, and the median of
the ratios of each pair. Checkov compares with a baseline file that it wrote itself, and runs once.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import count, islice
from pathlib import Path

import generated
import startup
from startup import Cost

CHANGED = 10
_REPLICAS = "\n  replicas: "
"""What each of the changed files contains."""


class Repository:
    """A repository whose default branch is the base of every change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git("config", "gc.auto", "0")
        self.git("add", "--all")
        self.git(
            "-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "--quiet", "--message", "base"
        )
        self.git("gc", "--quiet")
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
        texts = ((path, path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.yaml")))
        self._texts = dict(islice(((path, text) for path, text in texts if _REPLICAS in text), CHANGED))
        self._number = count()

    def git(self, *arguments: str) -> None:
        """Run Git; raises CalledProcessError where it fails."""
        subprocess.run(["git", *arguments], cwd=self.folder, check=True)

    def change(self) -> list[str]:
        """Change ten files as never before, stage them, and return their names."""
        number = next(self._number)
        for path, text in self._texts.items():
            path.write_text(text.replace(_REPLICAS, f"\n  # change {number}{_REPLICAS}", 1), encoding="utf-8")
        self.git("add", "--all")
        return [str(path.relative_to(self.folder)) for path in self._texts]


def main() -> None:
    """Measure each pair of commands and print a line for it."""
    parser = argparse.ArgumentParser(description="Measure the gate.")
    parser.add_argument("--files", type=int, default=5000, help="manifests in the repository")
    parser.add_argument("--folder", type=Path, help="take the manifests of this folder, and generate none")
    parser.add_argument("--pairs", type=int, default=5, help="runs of each command")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "repository"
        if given.folder:
            shutil.copytree(given.folder, place)
        else:
            generated.write_manifests(place, given.files)
        _measure(Repository(place), startup.environment(folder), f"json={folder}/results.json", given.pairs)


def _measure(repository: Repository, environment: Mapping[str, str], output: str, pairs: int) -> None:
    assay = (sys.executable, "-m", "scanner")

    def command(*words: str, named: bool = False) -> Callable[[Sequence[str]], Cost]:
        """A command, which gets the names of the changed files where it is `named`."""
        return lambda names: startup.run((*words, *(names if named else ())), environment, repository.folder)

    gate = command(*assay, "gate", "--quiet", "--output", output)
    scan = command(*assay, "scan", "--quiet", "--output", output)
    click = command(sys.executable, "-c", "import click")
    _compare("assay gate", gate, "assay scan", scan, repository, pairs)
    _compare("assay hook", command(*assay, "hook", named=True), "import click", click, repository, 15)
    _compare("assay hook --full", command(*assay, "hook", "--full"), "assay scan", scan, repository, pairs)
    if checkov := shutil.which("checkov"):
        options = ("--directory", ".", "--quiet", "--compact", "--skip-download", "--output", "json")
        command(checkov, *options, "--create-baseline")(())
        baseline = command(checkov, *options, "--baseline", ".checkov.baseline")
        _compare("assay gate", gate, "checkov --baseline", baseline, repository, 1)


def _compare(
    name: str,
    command: Callable[[Sequence[str]], Cost],
    other_name: str,
    other: Callable[[Sequence[str]], Cost],
    repository: Repository,
    pairs: int,
) -> None:
    command(repository.change())  # fills the caches
    runs = [(command(repository.change()), other(repository.change())) for _ in range(pairs)]
    own, beside = ([run.wall for run in some] for some in zip(*runs, strict=True))
    ratio = statistics.median(first.wall / second.wall for first, second in runs)
    print(
        f"{name:17} {statistics.median(own):7.2f} s   {other_name:18} {statistics.median(beside):7.2f} s   "
        f"ratio {ratio:.2f} (wall), "
        f"{statistics.median(first.processor / second.processor for first, second in runs):.2f} (processor)"
    )


if __name__ == "__main__":
    main()
