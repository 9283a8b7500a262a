"""What the command line takes from its surroundings: folders and the state of the checkout."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Mapping
from pathlib import Path, PurePosixPath

from scanner.sources import git


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """The folder of the cache: under XDG_CACHE_HOME, else the home's `.cache`.

    None without a home, and in the work tree around the current folder: whoever wrote that may have written compiled
    rules there. A path that is not absolute does not count.
    """
    home = environment.get("HOME", "")
    named = (environment.get("XDG_CACHE_HOME", ""), home and f"{home}/.cache")
    base = next(filter(os.path.isabs, named), "")
    return Path(base) / "assay" if base and not _is_in_work_tree(base) else None


def _is_in_work_tree(folder: str) -> bool:
    """Whether a folder is in the work tree around the current folder."""
    try:
        top = git.top(os.getcwd())
    except FileNotFoundError:
        return False
    return bool(top) and Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(top))


def git_state(folder: Path) -> tuple[str, bool | None]:
    """(commit, whether there are changes beside it) of the checkout around a folder; ("", None) outside of one."""
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return "", None
    filters = _git(folder, "config", "--name-only", "--get-regexp", r"^filter\..*\.(clean|smudge|process)$") or ""
    silent = [part for name in filters.split("\n") if name for part in ("-c", f"{name}=")]
    changes = _git(folder, *silent, "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all")
    return commit, None if changes is None else bool(changes)


def tracks_all(folder: Path, names: Iterable[str]) -> bool:
    """Whether Git tracks all of some files, given by their names from a folder of the checkout."""
    tracked = set(os.fsdecode(git.answer(str(folder), "ls-files", "-z") or b"").split("\0"))
    return all(_is_tracked(name, tracked) for name in names)


def _is_tracked(name: str, tracked: Container[str]) -> bool:
    """Whether Git tracks a file, or the link or the submodule that it is in."""
    return name in tracked or any(str(above) in tracked for above in PurePosixPath(name).parents)


def _git(folder: Path, *arguments: str) -> str | None:
    said = git.answer(str(folder), *arguments)
    return None if said is None else said.decode(errors="surrogateescape").strip()
