"""What the command line takes from its surroundings: folders and the state of the checkout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scanner.sources import git


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """The folder of the cache: under XDG_CACHE_HOME, else the home's `.cache`; None without a home."""
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
    said = git.answer(str(folder), *arguments)
    return None if said is None else said.decode(errors="surrogateescape").strip()
