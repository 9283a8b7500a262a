"""Assay beside other scanners on the same inputs: whole processes, in turn, from start to exit.

    python bench/compare.py [PATH ...] [--files N] [--runs N] [--output FORMAT]

The inputs are one manifest, and the files of each PATH: a folder of manifests (see `corpus.py`). Without a PATH, N
manifests are generated. Beside Assay run those of Checkov, kube-score, kube-linter, kubeconform and Trivy that are on
PATH, and PyYAML's CSafeLoader, which reads the YAML files in one process and does nothing else. None of the programs is
a dependency.

Assay runs twice in a round: without results of earlier runs, and again on the unchanged files. Its rules are compiled
before, as after the first run of an installation.

Each round runs every program once, so that a machine whose speed drifts does not decide. Printed are the fewest and the
median seconds, the highest memory of all processes of a run (proportional set size: a shared page counts once), and the
median over the rounds of the time of Assay divided by that of the program.
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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import generated

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext: {privileged: true}
"""
LOADER = """\
import sys, yaml
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        try:
            for _ in yaml.load_all(file.read(), Loader=yaml.CSafeLoader):
                pass
        except (yaml.YAMLError, ValueError):
            pass
"""
# All as installed: an installer compiles modules, and a checkout keeps what it compiled once.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
_CRASHED = 5
"""Exit codes from here on are not those of findings or of files that a program cannot read."""


class Run(NamedTuple):
    """What one run of a program took."""

    seconds: float
    memory: int
    """Bytes of all its processes together, at the highest."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, help="folders of manifests")
    parser.add_argument("--files", type=int, default=1000, help="manifests to generate where no PATH is given")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--output", default="json", help="the format that Assay writes of a folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        ENVIRONMENT["XDG_CACHE_HOME"] = str(folder / "cache")
        pod = folder / "pod.yaml"
        pod.write_text(POD, encoding="utf-8")
        compare("one manifest", pod, options.runs, "table", folder / "report")
        paths = options.paths
        if not paths:
            generated.write_manifests(folder / "generated", options.files)
            paths = [folder / "generated"]
        for path in paths:
            compare(str(path), path, options.runs, options.output, folder / "report")


def compare(name: str, path: Path, runs: int, output: str, report: Path) -> None:
    """Run every program on a path in turn, and print a line for each."""
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*.y*ml") if file.is_file())
    programs = dict(commands(path, files, f"{output}={report}"))
    for command in programs.values():
        run(command, path.parent)  # what is compiled or cached once
    rounds = [one_round(programs, path.parent) for _ in range(runs)]
    print(f"\n{name}: {len(files):,} files, Assay writes {output}")
    print("program         min s  median s  peak MB  Assay takes")
    for program in programs:
        times = [each[program].seconds for each in rounds]
        ratio = statistics.median(each["assay"].seconds / each[program].seconds for each in rounds)
        memory = max(each[program].memory for each in rounds)
        print(
            f"{program:<14} {min(times):6.2f} {statistics.median(times):9.2f} {memory / 1e6:8.0f}  {ratio:.3f}",
            flush=True,
        )


def one_round(programs: Mapping[str, list[str]], folder: Path) -> dict[str, Run]:
    """Each program once, in the order given; Assay first without the results of earlier runs."""
    for kept in Path(ENVIRONMENT["XDG_CACHE_HOME"]).glob("assay/results"):
        shutil.rmtree(kept)
    return {program: run(command, folder) for program, command in programs.items()}


def commands(path: Path, files: Sequence[Path], output: str) -> Iterator[tuple[str, list[str]]]:
    """The command of each program that is there."""
    names = list(map(str, files))
    scan = [sys.executable, "-m", "scanner", "scan", str(path), "--quiet", "--output", output]
    yield "assay", scan
    if path.is_dir():
        yield "assay, again", scan
    yield "CSafeLoader", [sys.executable, "-c", LOADER, *names]
    source = "-d" if path.is_dir() else "-f"
    others = {
        "checkov": ["--quiet", "--compact", "--skip-download", "-o", "json", source, str(path)],
        "kube-score": ["score", *names],
        "kube-linter": ["lint", str(path)],
        "kubeconform": ["-ignore-missing-schemas", str(path)],
        "trivy": ["config", "--quiet", str(path)],
    }
    for program, arguments in others.items():
        if found := shutil.which(program):
            yield program, [found, *arguments]


def run(command: Sequence[str], folder: Path) -> Run:
    """One run; a program that did not come to an end of its own is an error."""
    start, peak = time.perf_counter(), 0
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT
    ) as process:
        while process.poll() is None:
            peak = max(peak, held(process.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - start
        said = process.stderr.read().decode(errors="replace") if process.stderr else ""
    if not 0 <= process.returncode < _CRASHED:
        sys.exit(f"{command[0]} exited with {process.returncode}:\n{said}")
    return Run(seconds, peak)


def held(process: int) -> int:
    """Bytes that a process and its descendants hold; pages that several of them share count once in all."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return 0
    own = sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return own + sum(held(int(child)) for child in children)


if __name__ == "__main__":
    main()
