"""What the command line takes from its surroundings: folders and the state of the checkout."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
"""A checkout's own settings may name programs to run; these, and the filters, are what `status` would start."""


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """Where compiled rules are kept: under XDG_CACHE_HOME, else the home's `.cache`; None without a home."""
    base = environment.get("XDG_CACHE_HOME") or (environment.get("HOME", "") and f"{environment['HOME']}/.cache")
    return Path(base) / "assay" if base else None


def git_state(folder: Path) -> tuple[str, bool | None]:
    """(commit, whether there are changes beside it) of the checkout around a folder; ("", None) outside of one."""
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return "", None
    filters = _git(folder, "config", "--name-only", "--get-regexp", r"^filter\..*\.(clean|smudge|process)$") or ""
    silent = [part for name in filters.split("\n") if name for part in ("-c", f"{name}=")]
    changes = _git(folder, *silent, "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all")
    return commit, None if changes is None else bool(changes)


def _git(folder: Path, *arguments: str) -> str | None:
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }
    try:
        done = subprocess.run(  # noqa: S603 - fixed program, fixed arguments, no shell
            ("git", *_SAFE, *arguments),  # noqa: S607 - git from PATH is what its user runs
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
