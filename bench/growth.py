"""How the time of a scan grows with its input: generated manifests, and architecture specs with five flows a service.

    python bench/growth.py [--manifests N ...] [--services N ...] [--jobs N] [--runs N] [--output FORMAT] [--svg FILE]

Inputs are those of `generated.py`, so nothing is downloaded. An option without numbers leaves its inputs out. Prints
the fewest seconds of some runs on the clock (with `--jobs 1`, the default, of one processor), the seconds of all
processors together, the peak memory, and how many times as long ten times the input took. The start of the program is
part of each time, so the smallest inputs grow by less.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from math import log10
from pathlib import Path

import generated
import growth_chart
from large import measure

MANIFESTS = (1, 10, 100, 1_000, 10_000)
SERVICES = (10, 30, 100, 300, 1_000, 3_000)
Write = Callable[[Path, int], object]
"""Writes an input of a size into a folder."""


def write_spec(folder: Path, services: int, seed: int) -> None:
    """Write a spec into a folder."""
    folder.mkdir(parents=True)
    (folder / "architecture.yaml").write_text(generated.architecture(services, seed), encoding="utf-8")


def curve(
    name: str, sizes: Sequence[int], write: Write, command: Sequence[str], runs: int
) -> Iterator[tuple[int, float]]:
    """Scan inputs of some sizes, print a line for each, and give the size with the seconds on the clock."""
    before: tuple[int, float] | None = None
    for size in sorted(sizes):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "input"
            write(folder, size)
            report = f"{command[-1]}={Path(temporary) / 'report'}"
            done = [without_results([*command[:-1], report], folder) for _ in range(runs)]
        seconds, busy, peak = (min(values) for values in zip(*done, strict=True))
        growth = ""
        if before:
            growth = f"{(seconds / before[1]) ** (1 / log10(size / before[0])):.2f}"
        print(f"{name:<10} {size:7,} {seconds:8.2f} {busy:8.2f} {peak / 1e6:8.0f} {growth:>11}", flush=True)
        before = size, seconds
        yield size, seconds


def without_results(command: list[str], folder: Path) -> tuple[float, float, int]:
    """One run without the results of earlier ones; the rules stay compiled."""
    shutil.rmtree(Path(os.environ["XDG_CACHE_HOME"], "assay", "results"), ignore_errors=True)
    return measure(command, folder)


def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--manifests", nargs="*", type=int, default=MANIFESTS)
    parser.add_argument("--services", nargs="*", type=int, default=SERVICES)
    parser.add_argument("--jobs", type=int, default=1, help="processes that read files; 0 for one for each processor")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", default="json", help="the format that is written")
    parser.add_argument("--svg", type=Path, help="the file to draw the curves into")
    options = parser.parse_args()
    assay = (sys.executable, "-m", "scanner", "scan", ".", "--quiet", "--jobs", str(options.jobs))
    command = (*assay, "--output", options.output)
    inputs: dict[str, tuple[Sequence[int], Write]] = {
        "manifests": (options.manifests, lambda folder, size: generated.write_manifests(folder, size, options.seed)),
        "services": (options.services, lambda folder, size: write_spec(folder, size, options.seed)),
    }
    with tempfile.TemporaryDirectory() as warm:  # compiles the rules, which later scans find compiled
        os.environ["XDG_CACHE_HOME"] = str(Path(warm) / "cache")
        generated.write_manifests(Path(warm) / "input", 1)
        measure([*command[:-1], f"{options.output}={Path(warm) / 'report'}"], Path(warm) / "input")
        print("input         size  seconds     busy  peak MB  ten times as much takes")
        curves = {
            name: list(curve(name, sizes, write, command, options.runs))
            for name, (sizes, write) in inputs.items()
            if sizes
        }
    if options.svg:
        options.svg.write_text(growth_chart.drawn(curves), encoding="utf-8")


if __name__ == "__main__":
    main()
