"""A repository whose branch gets changes in every way, and a ledger with runs of every kind, for the period report."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from scanner.evidence.ledger.entry import Entry, Failure, Totals, WaiverInForce, line_digest, line_of

START = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
HOUR, DAY = 3600, 86_400
TEMPLATE = Entry(
    sequence=1,
    time="",
    kind="gate",
    commit="",
    tree="",
    dirty=False,
    branch="topic",
    base="",
    digest="",
    actor="ci",
    version="0.1.0",
    verdict="passed",
    exit_code=0,
    reason="",
    ruleset="sha256:r1",
    configuration="sha256:c1",
    frameworks=(),
    totals=Totals({}, 0, 0, {}),
    controls={},
    failures=(),
    failures_omitted=0,
    waivers=(),
    weakened=(),
    previous="",
)


def shown(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def failure(name: str, waiver: str = "", path: str = "pod.yaml") -> Failure:
    return Failure(name, "kubernetes.container-not-privileged", "high", path, 3, waiver)


def waiver(name: str, expires: str = "2026-12-31") -> WaiverInForce:
    return WaiverInForce(name, expires, "Grace")


class Builder:
    """Commits by `git fast-import`, and entries of a ledger about them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stream: list[str] = []
        self.files: dict[int, dict[str, str]] = {}
        """Commit -> its files."""
        self._number = 0
        self._runs: list[tuple[int, int, dict[str, Any]]] = []

    def commit(self, reference: str, moment: int, parents: Iterable[int], files: dict[str, str], subject: str) -> int:
        """A commit with exactly these files; returns its number."""
        self._number += 1
        self.files[self._number] = files
        person = f"Ada <ada@bank.example> {moment} +0000"
        first, *others = [f":{each}" for each in parents] or [""]
        lines = [f"commit refs/heads/{reference}", f"mark :{self._number}", f"author {person}", f"committer {person}"]
        lines += [f"data {len(subject.encode())}", subject]
        lines += ([f"from {first}"] if first else []) + [f"merge {each}" for each in others] + ["deleteall"]
        for name, text in files.items():
            lines += [f"M 100644 inline {name}", f"data {len(text)}", text]
        self._stream.append("\n".join(lines) + "\n")
        return self._number

    def run(self, on: int, moment: int, base: int = 0, **more: Any) -> None:
        """An entry about a run on a commit; `base` is the commit it compared with."""
        self._runs.append((on, base, {"time": shown(moment), **more}))

    def build(self) -> dict[int, str]:
        """Write the repository and the ledger; returns the ids of the commits."""
        calm = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        for command, given in (
            (["init", "--quiet", "--initial-branch", "main"], ""),
            (["fast-import", "--quiet", "--export-marks=marks"], "".join(self._stream)),
        ):
            subprocess.run(["git", *command], cwd=self.folder, env=calm, input=given, text=True, check=True)
        marks = (line.split() for line in (self.folder / "marks").read_text().splitlines())
        ids = {int(mark[1:]): commit for mark, commit in marks}
        said = git(self.folder, "log", "--all", "--format=%H %T")
        trees = dict(line.split() for line in said.splitlines())
        entries = []
        for number, (on, base, more) in enumerate(self._runs, 1):
            own = {"commit": ids[on], "tree": trees[ids[on]], "base": ids.get(base, ""), "digest": f"sha256:{number}"}
            entries.append(replace(TEMPLATE, **{**own, **more}))
        write_ledger(self.folder / "ledger.jsonl", entries)
        return ids


def write_ledger(path: Path, entries: Iterable[Entry]) -> None:
    """A chain of entries."""
    previous, lines = "", []
    for number, entry in enumerate(entries, 1):
        lines.append(line_of(replace(entry, sequence=number, previous=previous)))
        previous = line_digest(lines[-1])
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()
