"""Repositories that a command line clones at no fixed commit, and what it does with their files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from posixpath import normpath
from typing import Any

from msgspec import Struct, field

from scanner.late import regex
from scanner.subjects.agents.remote_code import SHELLS, STEPS

_CLONES = regex(
    r"\bgit\s+(?:-\S+\s+)*clone\s+(?:-\S+\s+(?:(?!-|\S*[:/])[\w.-]+\s+)?)*[\"']?((?:\w+://|[\w.-]+@[\w.-]+:)[^\s\"']+)[\"']?(?:\s+(?!-|\d?>)[\"']?([\w./~-]+))?"
)
_COMMIT = regex(r"[0-9a-f]{40}")
_RELEASE = regex(r"(?:tags/)?v?\d+\.\d+\.\d+")
_CHOOSES = frozenset({"checkout", "reset", "switch"})
_NAMES_BRANCH = frozenset({"-b", "--branch"})
_ENTERS = regex(r"\s*(?:cd|pushd)\s+[\"']?([\w./~-]+)")
_RUNS = regex(
    rf"\s*(?:sudo\s+)?(?:(?P<by>{SHELLS}|python[\d.]*|node|perl|ruby|source|\.)\s+(?:-[a-z]+\s+)?)?[\"']?(?P<file>[\w./~-]+)"
)
_SCRIPT = regex(r"[\w./-]+\.(?:sh|bash|py|[cm]?js|pl|rb)")
_INSTALLS = regex(
    r"\s*(?:sudo\s+)?"
    r"(?:(?:npm|pnpm|yarn|bun)(?:\s+(?:--prefix|--cwd|--dir|-C)[ =]\S+)?(?:\s+(?:install|i|ci))?(?=\s+-|\s*$)"
    r"|(?:(?:python[\d.]*\s+-m\s+|uv\s+)?pip[\d.]*|pipx|uv\s+tool)\s+install(?=\s)|(?:uv\s+sync|poetry\s+install)\b"
    r"|python[\d.]*\s+(?:\S*/)?setup\.py\s+(?:install|develop)\b|cargo\s+install\s[^;&|\n]*--path\b)"
    r"(?P<arguments>[^|]*)"
)
"""A program that installs the package of a folder, and executes what the package says for it."""
_FOLDER = regex(r"(?:^|[\s=\"'])(\.{1,2}(?:/[\w./-]*)?|[\w~-][\w./~-]*)(?:\[[\w,-]+\])?(?=[\s\"']|$)")


class _Clones(Struct):
    """What the steps of a command line cloned so far."""

    addresses: dict[str, str] = field(default_factory=dict)
    """By folder: what was cloned into it."""
    inside: str = ""
    """The folder of them that the steps run in."""

    def take(self, step: str) -> bool:
        """Take in a step that clones a repository or enters it."""
        if found := _CLONES.search(step):
            named = found[2] or found[1].rstrip("/").replace(":", "/").rsplit("/", 1)[-1].removesuffix(".git")
            self.addresses[normpath(named)] = found[1]
            return True
        entered = _ENTERS.match(step) if self.addresses else None
        if entered and normpath(entered[1]) in self.addresses:
            self.inside = normpath(entered[1])
        return bool(entered)

    def holding(self, file: str) -> str:
        """The folder of them that a file is in; empty where it is in none."""
        return next((each for each in self.addresses if file == each or file.startswith(f"{each}/")), "")


def starts_clone(text: str) -> bool:
    """Whether a step starts a file of a repository that an earlier step cloned, at no commit that is written out."""
    cloned = _Clones()
    for step in [] if "clone" not in text or _is_fixed(text, _COMMIT) else STEPS.split(text):
        if cloned.take(step) or not cloned.addresses or _INSTALLS.match(step):
            continue
        if (started := _RUNS.match(step)) and _is_of(started, cloned):
            return True
    return False


def _is_fixed(text: str, version: re.Pattern[str], options: Collection[str] = ()) -> bool:
    """Whether a step of Git chooses a version: behind a verb that does, or behind one of some options of `clone`.

    A release counts as the version of a package. A script that is started is not fixed by it.
    """
    for step in STEPS.split(text):
        words = step.replace("=", " ").split() if "git" in step else []
        behind = [after for word, after in pairwise(words) if word in options]
        chosen = words if not _CHOOSES.isdisjoint(words) else behind
        if any(version.fullmatch(word.strip("\"'")) for word in chosen):
            return True
    return False


def _is_of(started: re.Match[str], cloned: _Clones) -> bool:
    """Whether what a step starts is in a folder of what was cloned."""
    file = normpath(started["file"])
    if file not in cloned.addresses and cloned.holding(file):
        return True
    own = started["file"].startswith("./") or (started["by"] and _SCRIPT.fullmatch(file))
    return bool(cloned.inside) and bool(own) and not file.startswith(("/", "..", "~"))


def installed_clone(text: str) -> dict[str, Any] | None:
    """The package that a step installs out of a repository that an earlier step cloned, in the form of `package`.

    It is whatever the repository holds at that moment: a branch, unless the command line names a commit or a release.
    """
    if "clone" not in text or _is_fixed(text, _COMMIT) or _is_fixed(text, _RELEASE, _NAMES_BRANCH):
        return None
    address = next(_installed(text), "")
    if not address:
        return None
    told = {"runner": "git clone", "name": address, "version": "", "text": address}
    return {**told, "pinned": False, "moves": True, "local": False}


def _installed(text: str) -> Iterator[str]:
    cloned = _Clones()
    for step in STEPS.split(text):
        if cloned.take(step) or not cloned.addresses:
            continue
        if found := _INSTALLS.match(step):
            named = (cloned.holding(normpath(each)) for each in _FOLDER.findall(step))
            if folder := next(filter(None, named), "") or (cloned.inside if _is_here(found["arguments"]) else ""):
                yield cloned.addresses[folder]


def _is_here(arguments: str) -> bool:
    """Whether what is installed is that of the folder itself: no other package is named."""
    words = [word.strip("\"'") for word in arguments.split() if not word.startswith("-")]
    return all(word.startswith(".") for word in words)
