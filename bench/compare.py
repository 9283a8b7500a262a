"""Assay beside Checkov, in turn, on the same file: whole processes, from start to exit.

    pip install checkov    # into any environment on PATH; it is not a dependency
    python bench/compare.py [FILE] [--runs N]

Prints the minimum and the median of each in seconds, and the ratio pair by pair, so that a machine whose speed drifts
does not decide.
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
from pathlib import Path

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


# Both as installed: an installer compiles modules, and a checkout keeps what it compiled once.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(command: list[str], folder: Path) -> float:
    """Wall seconds of one run; a run that did not find the fault is an error, since it did something else."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, env=ENVIRONMENT)
    took = time.perf_counter() - start
    if done.returncode != 1:
        sys.exit(f"{command[0]} exited with {done.returncode}, not 1:\n{done.stderr.decode()}")
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    checkov = shutil.which("checkov")
    if checkov is None:
        sys.exit("bench: checkov is not on PATH; install it into any environment first: pip install checkov")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        file = folder / "pod.yaml"
        file.write_text(options.file.read_text() if options.file else POD)
        ours = [sys.executable, "-m", "scanner", "scan", file.name]
        theirs = [checkov, "--quiet", "--compact", "-f", file.name]
        seconds(ours, folder)
        seconds(theirs, folder)
        pairs = [(seconds(ours, folder), seconds(theirs, folder)) for _ in range(options.runs)]
    for name, times in zip(("assay", "checkov"), zip(*pairs, strict=True), strict=True):
        print(f"{name:<8} min {min(times):.3f} s  median {statistics.median(times):.3f} s")
    ratios = [one / other for one, other in pairs]
    print(f"assay takes {statistics.median(ratios):.3f} of checkov's time (median of {options.runs} pairs)")


if __name__ == "__main__":
    main()
