"""Fuzz the targets with atheris.

    python -m tests.fuzz.run [--target NAME ...] [--seconds N] [--seed N] [--folder build/fuzzing]

Each target runs in a process of its own, one after the other, and the seconds are those of all together. What the
fuzzer found worth keeping stays in FOLDER/corpus/TARGET, and the next run goes on from there; an input that crashes,
hangs for 25 seconds or takes 2 GiB stands in FOLDER/crashes and ends its target. Exits 1 if there was one. To see
what an input does: `python -m tests.fuzz.run --target TARGET --replay FILE`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pkgutil
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import atheris

import scanner

NAMES = ("documents", "subjects", "rules", "configuration", "results")
_FIGURES = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)")
_DONE = re.compile(r"^stat::number_of_executed_units: (\d+)", re.MULTILINE)
_STEP = re.compile(r"^(?:INFO: Instrumenting|#\d+\t).*\n", re.MULTILINE)
_OPTIONS = ("-timeout=25", "-rss_limit_mb=2048", "-max_len=8000", "-print_final_stats=1", "-use_value_profile=0")


def main() -> int:
    """Run as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", action="append", choices=NAMES)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0, help="the same choices in each run; 0 for others each time")
    parser.add_argument("--folder", type=Path, default=Path("build/fuzzing"))
    parser.add_argument("--replay", type=Path, help="run one input, without the fuzzer")
    parser.add_argument("--fuzz", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    given = parser.parse_args()
    targets = given.target or list(NAMES)
    if given.replay:
        with tempfile.TemporaryDirectory(prefix="assay-fuzz-") as tempfile.tempdir:
            _instrumented(targets[0])(given.replay.read_bytes())
        return 0
    if given.fuzz:
        return _fuzz(targets[0], given.fuzz)
    each = max(1, given.seconds // len(targets))
    return max([_run(name, each, given.seed, given.folder) for name in targets])


def _run(name: str, seconds: int, seed: int, folder: Path) -> int:
    """Fuzz a target in a process of its own, and say what came of it."""
    found, start, crashes = (folder / kind / name for kind in ("corpus", "seeds", "crashes"))
    for each in (found, start, crashes):
        each.mkdir(parents=True, exist_ok=True)
    words = _write_seeds(name, start)
    options = [
        *_OPTIONS,
        f"-seed={seed}",
        f"-max_total_time={seconds}",
        f"-artifact_prefix={crashes}/",
        f"-dict={words}",
    ]
    command = [sys.executable, "-m", "tests.fuzz.run", "--target", name, "--fuzz", *options, str(found), str(start)]
    environment = {**os.environ, "XDG_CACHE_HOME": str((folder / "cache").absolute())}
    log = folder / f"{name}.log"
    began = time.monotonic()
    # libFuzzer ends its process without Python's cleanup, so what the target leaves is removed here.
    with log.open("wb") as file, tempfile.TemporaryDirectory(prefix="assay-fuzz-") as scratch:
        environment["TMPDIR"] = scratch
        code = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, env=environment, check=False).returncode
    took = round(time.monotonic() - began) or 1
    text = log.read_text(encoding="utf-8", errors="replace")
    done, figures = _DONE.search(text), _FIGURES.findall(text)
    edges, _, kept = figures[-1] if figures else ("0", "0", "0")
    count = int(done[1]) if done else 0
    print(f"{name}: {count} runs in {took} s ({count // took}/s), {edges} edges, {kept} inputs", flush=True)
    if code or not count:
        print(
            _STEP.sub("", text)[-4000:],
            f"{name}: stopped with exit code {code}; see {log} and {crashes}",
            sep="\n",
            flush=True,
        )
        return 1
    return 0


def _write_seeds(name: str, folder: Path) -> Path:
    """Lay the seeds of a target into a folder, and their words into a dictionary beside it."""
    from tests.fuzz import seeds
    from tests.fuzz.targets import TARGETS

    made = list(TARGETS[name][1]())
    for old in folder.iterdir():
        old.unlink()
    for seed in made:
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    words = folder.parent / f"{name}.dict"
    words.write_text("\n".join(map(seeds.quoted, seeds.words(made))) + "\n", encoding="ascii")
    return words


def _instrumented(name: str) -> Callable[[bytes], None]:
    """The target, with every module of the scanner counted by the fuzzer, those that are loaded late too."""
    with atheris.instrument_imports(include=["scanner"], enable_loader_override=False):
        for module in pkgutil.walk_packages(scanner.__path__, "scanner."):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    from tests.fuzz.targets import TARGETS

    return TARGETS[name][0]


def _fuzz(name: str, options: list[str]) -> int:
    """Fuzz until the time is over: libFuzzer ends the process."""
    atheris.Setup([sys.argv[0], *options], _instrumented(name))
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
