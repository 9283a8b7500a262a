"""How long the command line takes to start, beside `import click`, and beside Checkov where it is on PATH.

    python bench/startup.py [--pairs N]

`assay --version`, `assay --help`, a scan of one manifest and the hook on ten files are run with a warm cache, each in
turn with `import click`, and the scan with Checkov on the same manifest. The ten files are staged changes: with its own
threshold the hook passes without reading HEAD, with `--fail-on low` because HEAD has the same findings. Printed are the
medians of the processor time and of the wall-clock time, both with child processes, and the median of the ratios of
each pair.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

FILES = 10
_MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web-{number}, namespace: shop, labels: {{app: web-{number}}}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: web-{number}}}}}
  template:
    metadata: {{labels: {{app: web-{number}}}}}
    spec:
      serviceAccountName: web
      containers:
        - name: web
          image: registry.example/shop/web:1.{number}.0
          ports: [{{containerPort: 8080}}]
          securityContext: {{allowPrivilegeEscalation: false, runAsNonRoot: true}}
          resources: {{requests: {{cpu: 100m, memory: 64Mi}}, limits: {{memory: 128Mi}}}}
"""


class Cost(NamedTuple):
    """Seconds of one run."""

    processor: float
    wall: float


def main() -> None:
    """Measure every command and print a line for each."""
    parser = argparse.ArgumentParser(description="Measure the start of the command line.")
    parser.add_argument("--pairs", type=int, default=15, help="runs of each command")
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as folder:
        files = _manifests(Path(folder))
        own = environment(folder)
        assay = (sys.executable, "-m", "scanner")
        click = (sys.executable, "-c", "import click")
        measured = {
            "assay --version": (*assay, "--version"),
            "assay --help": (*assay, "--help"),
            "assay scan FILE": (*assay, "scan", files[0]),
            f"assay hook, {FILES} files": (*assay, "hook", *files),
            "the same, low": (*assay, "hook", "--fail-on", "low", *files),
        }
        for name, command in measured.items():
            _compare(name, command, "import click", click, pairs, own)
        if checkov := shutil.which("checkov"):
            beside = (checkov, "--file", files[0], "--quiet", "--compact", "--skip-download")
            _compare("assay scan FILE", measured["assay scan FILE"], "checkov", beside, max(3, pairs // 3), own)


def _manifests(folder: Path) -> list[str]:
    paths = [folder / f"web-{number}.yaml" for number in range(FILES)]
    _git(folder, "init", "--quiet")
    for words in ("", "# changed\n"):
        for number, path in enumerate(paths):
            path.write_text(words + _MANIFEST.format(number=number), encoding="utf-8")
        _git(folder, "add", *map(str, paths))
        if not words:
            _git(folder, "commit", "--quiet", "--message", "one")
    return list(map(str, paths))


def _git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(("git", *identity, *arguments), cwd=folder, check=True)


def environment(folder: str) -> dict[str, str]:
    """A cache of its own, and compiled modules, as an installed program has them."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    root = str(Path(__file__).resolve().parents[1])
    return {**own, "XDG_CACHE_HOME": f"{folder}/cache", "PYTHONPATH": root}


def _compare(
    name: str, command: Sequence[str], other_name: str, other: Sequence[str], pairs: int, environment: Mapping[str, str]
) -> None:
    """Run two commands in turn, after one run each that fills the caches, and print what they took."""
    for each in (command, other):
        run(each, environment)
    runs = [(run(command, environment), run(other, environment)) for _ in range(pairs)]
    own, beside = zip(*runs, strict=True)
    ratios = Cost(
        statistics.median(first.processor / second.processor for first, second in runs),
        statistics.median(first.wall / second.wall for first, second in runs),
    )
    print(
        f"{name:22} {_told(own)}   {other_name:12} {_told(beside)}   "
        f"ratio {ratios.processor:.2f} (processor) {ratios.wall:.2f} (wall)"
    )


def _told(runs: Sequence[Cost]) -> str:
    processor, wall = (statistics.median(values) for values in zip(*runs, strict=True))
    return f"{processor * 1000:6.0f} ms {wall * 1000:6.0f} ms"


def run(command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None) -> Cost:
    """One run, in a folder; a command that finds something in the manifests may exit with any code."""
    before = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0  # it was waited for here
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter() - before)


if __name__ == "__main__":
    main()
