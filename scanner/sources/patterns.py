"""The pattern language of `.gitignore`, as Git reads it.

Patterns become regular expressions without any backtracking that grows with their stars: the first place where the text
between two stars fits is always good enough, so each such text is an atomic group.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import dropwhile, groupby

from msgspec import Struct

from scanner.late import regex

_Piece = str
"""A star (`*`), two stars (`**`), a slash (`/`, escaped `\\/`), or the regular expression of one byte."""

_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "\\x21-\\x7e",
    "lower": "a-z",
    "print": "\\x20-\\x7e",
    "punct": "\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e",
    "space": " \\t-\\r",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}


_RUNS_ON = regex(r"([^*?\[\\]*[^*?\[\\/])\*\*+(?=\\?/|$)")
"""Git compares the text before the first special character by itself, so stars after it are like stars at the start."""

_Run = tuple[bool, re.Pattern[str] | None, re.Pattern[str] | None]
"""(whether these lines name or spare, last components, whole paths)."""


class Patterns:
    """Lines of which the last that matches decides; one that starts with `!` decides the other way."""

    def __init__(self, lines: Iterable[str]) -> None:
        translated: list[_Pattern] = [pattern for line in lines if (pattern := _translate(_bytewise(line)))]
        runs = [(named, list(run)) for named, run in groupby(translated, lambda pattern: pattern.names)]
        self._runs: list[_Run] = [
            (named, _either(run, whole=False), _either(run, whole=True)) for named, run in reversed(runs)
        ]

    def decide(self, path: str, *, folder: bool) -> bool | None:
        """Whether a path, relative to the folder of the lines, matches; None where no line does."""
        text = _bytewise(path)
        last = text[text.rfind("/") + 1 :] + "/" * folder
        text += "/" * folder
        for named, lasts, wholes in self._runs:
            if (lasts and lasts.fullmatch(last)) or (wholes and wholes.fullmatch(text)):
                return named
        return None

    def hold(self, path: str) -> bool:
        """Whether a file, or a folder above it, is named."""
        parts = path.split("/")
        lengths = range(1, len(parts) + 1)
        return any(self.decide("/".join(parts[:length]), folder=length < len(parts)) for length in lengths)


class _Pattern(Struct, frozen=True):
    regex: str
    names: bool
    """It does not spare."""
    whole: bool
    """It is about a whole path, not its last component."""


def _either(patterns: Iterable[_Pattern], *, whole: bool) -> re.Pattern[str] | None:
    text = "|".join(pattern.regex for pattern in patterns if pattern.whole is whole)
    return re.compile(text, re.DOTALL) if text else None


def _bytewise(text: str) -> str:
    """One character for each byte, as Git compares bytes."""
    return text if text.isascii() else os.fsencode(text).decode("latin-1")


def _translate(line: str) -> _Pattern | None:
    """The regular expression of a line; None for a line that matches nothing."""
    if line.startswith("#"):
        return None
    spaces = len(line) - len(line.rstrip(" "))
    line = line.rstrip(" ")
    if spaces and (len(line) - len(line.rstrip("\\"))) % 2:
        line += " "
    spares = line.startswith("!")
    line = line[spares:]
    only_folders = line.endswith("/")
    line = line[: len(line) - only_folders]
    tail = "/" if only_folders else "/?"
    try:
        if "/" not in line:
            component = _component([*_pieces(line)])
            return _Pattern(component + tail, not spares, whole=False) if component else None
        parts, runs_on = _parts(line)
    except _NeverMatchesError:
        return None
    if [] in parts[1:] or (not parts[0] and not line.startswith("/")):
        return None  # a path has no empty component, and does not begin with the slash that is escaped
    return _Pattern(_path(parts[not parts[0] :], runs_on=runs_on) + tail, not spares, whole=True)


class _NeverMatchesError(Exception):
    """A pattern that Git gives up on."""


def _parts(pattern: str) -> tuple[list[list[_Piece]], bool]:
    """The pieces of each component of a path, and whether the first `**` runs on, as `_RUNS_ON` says."""
    parts: list[list[_Piece]] = [[]]
    found = _RUNS_ON.match(pattern)
    at = found[1].count("/") if found else -1
    for piece in _pieces(pattern):
        if piece not in ("/", "\\/"):
            parts[-1].append(piece)
            continue
        if piece == "\\/" and (parts[-1] == ["**"] or (len(parts) - 1 == at and parts[-1][-1] == "**")):
            parts[-1][-1] = "*"  # before an escaped slash, two stars do not stand for nothing
            parts.append(["**"])
        parts.append([])
    if found and parts[at][-1] == "**":
        return _run_on(parts, at)
    return parts, False


def _run_on(parts: list[list[_Piece]], at: int) -> tuple[list[list[_Piece]], bool]:
    """Takes the `**` from the end of a component, and makes it one of its own."""
    after = [*dropwhile(lambda part: part == ["**"], parts[at + 1 :])]
    before, stem = parts[:at], parts[at][:-1]
    if after[:1] == [[]]:  # two slashes in a row: the stars stand for nothing
        return [*before, stem, *after[1:]], False
    if after[:1] == [["*"]]:  # this star may stand for nothing too
        return ([*before, [*stem, "*"], ["**"], *after[1:]], False) if after[1:] else ([*before, stem, ["**"]], True)
    return [*before, stem, ["**"], *after], True


def _path(parts: list[list[_Piece]], *, runs_on: bool) -> str:
    """A pattern of whole paths: what stands between two `**` is found at the first place where it fits.

    Args:
        parts: The pieces of each component.
        runs_on: Whether what stands before the first `**` may be followed by more of the same component, or by none.

    """
    groups: list[list[str]] = [[]]
    for part in parts:
        if part == ["**"]:
            groups.append([])
        else:
            groups[-1].append(_component(part))
    first, *rest = ("/".join(group) for group in groups)
    if not rest:
        return first
    middle = "".join(f"(?>(?:[^/]+/)*?{group}/)" for group in rest[:-1] if group)
    start = first + ("(?:[^/]*/)?" if runs_on else "/") if first else ""
    anything = ".*" if runs_on and not middle else ".+"
    return start + middle + (f"(?:[^/]+/)*{rest[-1]}" if rest[-1] else anything)


def _component(pieces: list[_Piece]) -> str:
    chunks = [""]
    for piece in pieces:
        if piece in ("*", "**"):
            chunks.append("")
        else:
            chunks[-1] += piece
    if len(chunks) == 1:
        return chunks[0]
    middle = "".join(f"(?>[^/]*?{chunk})" for chunk in chunks[1:-1] if chunk)
    return f"(?=[^/]){chunks[0]}{middle}[^/]*{chunks[-1]}"


def _pieces(pattern: str) -> Iterator[_Piece]:
    at = 0
    while at < len(pattern):
        start, character = at, pattern[at]
        at += 1
        if character == "*":
            while pattern[at : at + 1] == "*":
                at += 1
            yield "*" if at == start + 1 else "**"
        elif character == "?":
            yield "[^/]"
        elif character == "[":
            piece, at = _bracket(pattern, at)
            yield piece
        elif character == "\\":
            if at == len(pattern):
                raise _NeverMatchesError
            yield "\\/" if pattern[at] == "/" else re.escape(pattern[at])
            at += 1
        else:
            yield "/" if character == "/" else re.escape(character)


def _bracket(pattern: str, at: int) -> tuple[_Piece, int]:
    """The class that starts after a bracket, and where the pattern goes on."""
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    start, members = at, ""
    while at == start or pattern[at : at + 1] != "]":
        if pattern.startswith("[:", at) and (end := pattern.find("]", at + 2)) > at + 2 and pattern[end - 1] == ":":
            name = pattern[at + 2 : end - 1]
            if name not in _CLASSES:
                raise _NeverMatchesError
            members, at = members + _CLASSES[name], end + 1
            continue
        low, at = _member(pattern, at)
        high = low
        if pattern[at : at + 1] == "-" and pattern[at + 1 : at + 2] not in ("", "]"):
            high, at = _member(pattern, at + 1)
        members += f"\\x{ord(low):02x}-\\x{ord(high):02x}" if low <= high else f"\\x{ord(low):02x}"
    if negated:
        return f"[^/{members}]", at + 1
    return f"(?!/)[{members}]", at + 1


def _member(pattern: str, at: int) -> tuple[str, int]:
    escaped = pattern[at : at + 1] == "\\"
    at += escaped
    if at >= len(pattern):
        raise _NeverMatchesError
    return pattern[at], at + 1
