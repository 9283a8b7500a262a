"""How long the gate takes on a change of ten files, beside a plain scan of the same files, and beside Checkov on PATH.

    python bench/gate.py [--files N] [--pairs N]

The files are generated and committed. Before each run ten of them are changed, so that no run finds its whole result in
the cache. The two commands of a pair run in turn; printed are the medians, and the median of the ratios of each pair.
Checkov compares with a baseline file that it wrote itself.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import generated
import startup
from startup import Cost

CHANGED = 10


class Repository:
    """A repository whose default branch is the base of every change."""

    def __init__(self, folder: Path, files: int) -> None:
        self.folder = folder
        generated.write_manifests(folder, files)
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git("add", "--all")
        self.git(
            "-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "--quiet", "--message", "base"
        )
        self.git("gc", "--quiet")
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
        self._texts = {path: path.read_text() for path in sorted(folder.rglob("deployment.yaml"))[:CHANGED]}
        self._number = count()

    def git(self, *arguments: str) -> None:
        """Run Git; raises CalledProcessError where it fails."""
        subprocess.run(["git", *arguments], cwd=self.folder, check=True)

    def change(self) -> list[str]:
        """Change ten files as never before, stage them, and return their names."""
        number = next(self._number)
        for path, text in self._texts.items():
            path.write_text(text.replace("replicas: ", f"# change {number}\n  replicas: ", 1))
        self.git("add", "--all")
        return [str(path.relative_to(self.folder)) for path in self._texts]


def main() -> None:
    """Measure each pair of commands and print a line for it."""
    parser = argparse.ArgumentParser(description="Measure the gate.")
    parser.add_argument("--files", type=int, default=5000, help="manifests in the repository")
    parser.add_argument("--pairs", type=int, default=5, help="runs of each command")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        repository = Repository(Path(folder) / "repository", given.files)
        environment = startup.environment(folder)
        assay = (sys.executable, "-m", "scanner")
        output = f"json={folder}/results.json"

        def run(*command: str) -> Cost:
            return startup.run(command, environment, repository.folder)

        def scan(_: Sequence[str]) -> Cost:
            return run(*assay, "scan", "--quiet", "--output", output)

        def gate(_: Sequence[str]) -> Cost:
            return run(*assay, "gate", "--quiet", "--output", output)

        def hook(names: Sequence[str]) -> Cost:
            return run(*assay, "hook", *names)

        _compare("assay gate", gate, "assay scan", scan, repository, given.pairs)
        _compare(
            "assay hook", hook, "import click", lambda _: run(sys.executable, "-c", "import click"), repository, 15
        )
        if checkov := shutil.which("checkov"):
            options = ("--directory", ".", "--quiet", "--compact", "--skip-download", "--output", "json")
            run(checkov, *options, "--create-baseline")
            baseline = (checkov, *options, "--baseline", ".checkov.baseline")
            _compare("assay gate", gate, "checkov", lambda _: run(*baseline), repository, 1)


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
        f"{name:12} {statistics.median(own):7.2f} s   {other_name:14} {statistics.median(beside):7.2f} s   "
        f"ratio {ratio:.2f} (wall), "
        f"{statistics.median(first.processor / second.processor for first, second in runs):.2f} (processor)"
    )


if __name__ == "__main__":
    main()
