"""The commit that introduced each line of a file, by Git. No program of the checkout's settings is started."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime

from scanner.late import regex
from scanner.sources import git
from scanner.waived import LineOrigin

_HEADER = regex(r"([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?")
_NOT_COMMITTED = regex(r"0+")
_FILTERS = r"^filter\..*\.(clean|smudge|process)$"
_MOST_COMMITS = 200
"""Commits that are looked up for a signature."""


def origins(path: str, revision: str = "") -> dict[int, LineOrigin]:
    """1-based line -> where it comes from; empty outside of a checkout, and for a file that Git does not know.

    The file is that of a revision, or the one on disk. A clone without the whole history does not tell where its oldest
    lines come from: these are left out.
    """
    folder, name = os.path.split(os.path.abspath(path))
    if not git.top(folder):
        return {}
    said = git.answer(
        folder,
        *silenced(folder),
        *("-c", "blame.ignoreRevsFile=", "-c", "blame.showRoot=false", "-c", "core.quotePath=false"),
        *("blame", "--porcelain", "--no-textconv", *((revision,) if revision else ()), "--", name),
    )
    lines = _lines(said or b"", folder)
    signed = _signed(folder, dict.fromkeys(each.commit for each in lines.values() if each.commit))
    return {
        line: LineOrigin(each.commit, each.author, each.date, each.commit in signed) for line, each in lines.items()
    }


def silenced(folder: str) -> tuple[str, ...]:
    """Options by which Git starts no filter of a checkout."""
    names = git.answer(folder, "config", "--name-only", "--get-regexp", _FILTERS) or b""
    return tuple(part for name in os.fsdecode(names).split("\n") if name for part in ("-c", f"{name}="))


def _lines(said: bytes, folder: str) -> dict[int, LineOrigin]:
    """The answer in the porcelain form: what is said of a commit stands at its first line only."""
    known: dict[str, dict[str, str]] = {}
    lines: dict[int, str] = {}
    about: dict[str, str] = {}
    for raw in said.split(b"\n"):
        if raw.startswith(b"\t"):
            continue
        text = raw.decode("utf-8", "replace")
        if header := _HEADER.fullmatch(text):
            about = known.setdefault(header[1], {})
            lines[int(header[2])] = header[1]
        else:
            key, _, value = text.partition(" ")
            about.setdefault(key, value)
    cut = {commit for commit, told in known.items() if "boundary" in told and _has(folder, commit, b"parent ")}
    return {line: _origin(commit, known[commit]) for line, commit in lines.items() if commit not in cut}


def _origin(commit: str, about: dict[str, str]) -> LineOrigin:
    if _NOT_COMMITTED.fullmatch(commit):
        return LineOrigin("")
    author = " ".join(part for part in (about.get("author", ""), about.get("author-mail", "")) if part)
    try:
        moment = datetime.fromtimestamp(int(about.get("author-time", "")), UTC).strftime("%Y-%m-%d")
    except (ValueError, OverflowError, OSError):
        moment = ""
    return LineOrigin(commit, author, moment)


def _signed(folder: str, commits: Iterable[str]) -> set[str]:
    """Those of some commits that contain a signature; whether it is valid is not checked."""
    some = zip(commits, range(_MOST_COMMITS), strict=False)
    return {commit for commit, _ in some if _has(folder, commit, b"gpgsig ", b"gpgsig-sha256 ")}


def _has(folder: str, commit: str, *headers: bytes) -> bool:
    """Whether a commit has one of some headers, as it is stored."""
    stored = (git.answer(folder, "cat-file", "commit", commit) or b"").partition(b"\n\n")[0]
    return any(line.startswith(headers) for line in stored.split(b"\n"))
