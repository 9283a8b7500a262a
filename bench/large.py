"""Large inputs: seconds and peak memory by size, for a `kind: List` in JSON and the same objects as YAML documents.

    python bench/large.py [MEGABYTES ...] [--sound] [--output FORMAT]

Writes Deployments with some ten findings each (`--sound`: with few) into a temporary folder and scans them as they come
off the command line, each file in a run of its own. Time and memory are linear where the last two columns stay level;
busy seconds are those of all processors together, and tell more than the clock on a machine with other work. Memory is
the most that all processes of a scan held at one moment, asked of Linux twenty times a second; pages that they share
count for each of them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

CONTAINER = {
    "name": "web",
    "image": "registry.example/web:1.4.2",
    "env": [{"name": f"V{number}", "value": "x" * 20} for number in range(10)],
    "resources": {"limits": {"memory": "128Mi"}},
    "securityContext": {"privileged": True},
}
SOUND = {
    "image": "registry.example/web@sha256:" + "0" * 64,
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
    },
}
SOUND_POD = {
    "automountServiceAccountToken": False,
    "serviceAccountName": "web",
    "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
}
NAME = "web-NUMBER"
FORMS = ("json", "yaml")
PAGE = os.sysconf("SC_PAGE_SIZE")


def deployment(*, sound: bool) -> dict[str, Any]:
    """A Deployment called NAME."""
    container = {**deepcopy(CONTAINER), **(SOUND if sound else {})}
    pod = {"containers": [container], **(SOUND_POD if sound else {})}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": NAME, "namespace": "shop", "labels": {"app": "web"}},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template},
    }


def block(value: Any, indent: str = "") -> Iterator[str]:
    """The lines of a value in YAML's block style, scalars as JSON writes them."""
    pairs = value.items() if isinstance(value, dict) else (("-", item) for item in value)
    for key, item in pairs:
        start = f"{indent}{key}" + ("" if key == "-" else ":")
        if isinstance(item, dict | list):
            yield start
            yield from block(item, indent + "  ")
        else:
            yield f"{start} {json.dumps(item)}"


def write(path: Path, megabytes: float, *, sound: bool) -> int:
    """Write a file of so many Deployments as make up a size in JSON, and return their number."""
    thing = deployment(sound=sound)
    one = json.dumps(thing)
    number = max(1, int(megabytes * 1e6 / len(one)))
    with path.open("w", encoding="utf-8") as file:
        if path.suffix == ".json":
            items = (one.replace(NAME, f"web-{index}") for index in range(number))
            file.write('{"apiVersion": "v1", "kind": "List", "items": [' + next(items))
            file.writelines(f", {item}" for item in items)
            file.write("]}\n")
        else:
            text = "\n".join(("---", *block(thing), ""))
            file.writelines(text.replace(NAME, f"web-{index}") for index in range(number))
    return number


def held(process: int) -> int:
    """Bytes of memory that a process and its descendants hold; 0 for one that has ended."""
    try:
        own = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return 0
    return own + sum(held(int(child)) for child in children)


def measure(command: list[str], folder: Path) -> tuple[float, float, int]:
    """Wall seconds, seconds of processors and peak memory in bytes of one run."""
    start, before, peak = time.perf_counter(), os.times(), 0
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        while process.poll() is None:
            peak = max(peak, held(process.pid))
            time.sleep(0.05)
        said = process.stderr.read().decode() if process.stderr else ""
    if process.returncode not in (0, 1):
        sys.exit(f"bench: the scan exited with {process.returncode}:\n{said}")
    after = os.times()
    busy = sum(after[field] - before[field] for field in (2, 3))  # of children that have ended
    return time.perf_counter() - start, busy, peak


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("megabytes", nargs="*", type=float, default=[5.0, 10.0, 20.0])
    parser.add_argument("--sound", action="store_true", help="objects with few findings")
    parser.add_argument("--output", default="table", help="the format that is written, such as json")
    options = parser.parse_args()
    print("form     MB  objects  seconds     busy  peak MB  busy per MB  peak MB per MB")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for form in FORMS:
            for megabytes in options.megabytes:
                file = folder / f"large.{form}"
                number = write(file, megabytes, sound=options.sound)
                size = file.stat().st_size / 1e6
                output = f"{options.output}={folder / 'report'}"
                command = [sys.executable, "-m", "scanner", "scan", file.name, "--output", output]
                seconds, busy, peak = measure(command, folder)
                print(
                    f"{form} {size:7.1f} {number:8} {seconds:8.1f} {busy:8.1f} {peak / 1e6:8.0f}"
                    f" {busy / size:12.2f} {peak / 1e6 / size:15.0f}"
                )


if __name__ == "__main__":
    main()
