"""A change to a repository, the command that judges it, and what that says in one line."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.command_line import Done, assay, fault

RULES = (
    "kubernetes.container-not-privileged",
    "kubernetes.pod-without-sensitive-host-path",
    "kubernetes.role-cannot-read-secrets",
    "kubernetes.workload-selected-by-network-policy",
    "kubernetes.api-server-audit-log-files-kept",
    "architecture.datastore-encrypted-at-rest",
)
_IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
_ORDER = ("new", "worse", "out-of-sight", "moved", "unchanged", "incomparable", "fixed", "error")


class Repository:
    """A checkout on the branch `change`, whose base is the branch `main`."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch", "main")
        for name, text in files.items():
            self.write(name, text)
        self.commit()
        self.git("checkout", "--quiet", "-b", "change")

    def git(self, *arguments: str) -> str:
        """What Git says, or its error."""
        done = subprocess.run(
            ["git", *_IDENTITY, *arguments], cwd=self.folder, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "one")

    def read(self, name: str) -> str:
        return (self.folder / name).read_text()

    def write(self, name: str, text: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text, which is there once, in a file."""
        text = self.read(name)
        assert text.count(old) == 1, (old, text)
        self.write(name, text.replace(old, new))

    def copy(self, name: str, to: str) -> None:
        self.write(to, (self.folder / name).read_bytes())

    def move(self, name: str, to: str) -> None:
        self.copy(name, to)
        self.delete(name)

    def delete(self, *names: str) -> None:
        for name in names:
            (self.folder / name).unlink()

    def clone(self, *options: str, to: str = "clone") -> Repository:
        """A clone beside this repository."""
        target = self.folder.parent / to
        self.git("clone", "--quiet", *options, f"file://{self.folder}", str(target))
        other = Repository.__new__(Repository)
        other.folder = target
        return other


@dataclass(frozen=True)
class Gate:
    """How the gate is run after a change."""

    arguments: tuple[str, ...] = ("--base", "main")
    folder: Path | None = None
    """Where it is run; the top of the repository where none is named."""
    environment: Mapping[str, str] = field(default_factory=dict)


def paths(*names: str) -> Gate:
    """The gate for some files and folders."""
    return Gate(("--base", "main", *names))


Change = Callable[[Repository], Gate | None]


@dataclass(frozen=True)
class Mutation:
    """A change by its name in the table of docs/gate.md."""

    name: str
    base: Mapping[str, str]
    change: Change
    kustomize: bool = False
    """It needs kustomize or kubectl."""

    @property
    def is_possible(self) -> bool:
        """Whether the programs that it needs are there."""
        return not self.kustomize or bool(shutil.which("kustomize") or shutil.which("kubectl"))

    def run(self, folder: Path) -> Done:
        """Make the repository below a folder, change it and run the gate."""
        repository = Repository(folder / "repository", self.base)
        return judged(repository, self.change(repository) or Gate())

    def row(self, folder: Path) -> str:
        """The row of the table."""
        done = self.run(folder)
        return f"| {self.name} | {told(done)} | {done.returncode} |"


def judged(repository: Repository, gate: Gate = Gate(), output: str = "json") -> Done:
    """Run the gate in a repository."""
    selected = [part for rule in RULES for part in ("--select", rule)]
    arguments = ("gate", *gate.arguments, *selected, "--profile", "strict", "--jobs", "1", "--output", output)
    return assay(*arguments, cwd=gate.folder or repository.folder, **gate.environment)


def told(done: Done) -> str:
    """The number of findings in each state, with the causes that are named; or what helps where nothing is compared."""
    if done.returncode == 2:
        said = fault(done).strip().removeprefix("assay: ")
        return re.sub(r".* \((.*)\)$", r"\1", said)
    results = json.loads(done.stdout)
    findings = [*results["findings"], *results["comparison"]["gone"]]
    numbers = Counter(map(_label, findings))
    labels = sorted(numbers, key=lambda label: (_ORDER.index(label.split(" ")[0]), label))
    return ", ".join(f"{numbers[label]} {label}" for label in labels) or "no findings"


def _label(finding: dict[str, Any]) -> str:
    label = str(finding.get("baseline_state", finding["outcome"]))
    if finding["outcome"] == "unknown" and label != "out-of-sight":
        label += " (unknown)"
    return f"{label} ({finding['cause']})" if finding.get("cause") else label


def without_service() -> dict[str, str]:
    """Names of the variables by which CI services tell the base, all empty."""
    names = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
    return dict.fromkeys((*names, "SYSTEM_PULLREQUEST_TARGETBRANCH"), "")


def link(target: str, path: Path) -> None:
    """A symbolic link at a path."""
    os.symlink(target, path)
