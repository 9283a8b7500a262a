"""`.helmignore`: which files of a chart Helm does not load. It looks like `.gitignore`, and means other things."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from scanner.late import regex

NAME = ".helmignore"
_PIECES = regex(r"\*|\?|\[(\^?)((?:\\.|[^\]\\])+)\]|\\(.)|(.)", re.DOTALL)


_SET = regex(r"[\[&~|]")
"""Characters that mean something in a set of Python's, and nothing in one of Go's."""


class _Line(Struct, frozen=True):
    pattern: re.Pattern[str]
    whole: bool
    """It is matched against the whole path, not its last component."""
    folder: bool
    inverse: bool
    """It ignores all that does not match, as a line with `!` does there."""


def ignores(content: bytes) -> Callable[[str], bool]:
    """A function that returns whether a file of a chart is ignored, by its path from the chart."""
    lines = [line for text in content.decode(errors="replace").splitlines() if (line := _line(text.strip()))]

    def ignored(path: str) -> bool:
        parts = path.split("/")
        above = ("/".join(parts[:length]) for length in range(1, len(parts)))
        return any(_decides(lines, folder, folder=True) for folder in above) or _decides(lines, path, folder=False)

    return ignored


def _decides(lines: list[_Line], path: str, *, folder: bool) -> bool:
    for line in lines:
        text = path if line.whole else path.rpartition("/")[2]
        fits = bool(line.pattern.fullmatch(text)) and (folder or not line.folder)
        if fits is not line.inverse:
            return True
    return False


def _line(text: str) -> _Line | None:
    if not text or text.startswith("#"):
        return None
    inverse, text = text.startswith("!"), text.removeprefix("!")
    folder, text = text.endswith("/"), text.removesuffix("/")
    return _Line(_expression(text.removeprefix("/")), "/" in text, folder, inverse)


def _expression(text: str) -> re.Pattern[str]:
    """A pattern of Go's filepath.Match; a star does not match a slash."""

    def piece(match: re.Match[str]) -> str:
        if match[0] in ("*", "?"):
            return "[^/]*" if match[0] == "*" else "[^/]"
        if match[2]:
            return f"[{match[1]}{_SET.sub(_escaped, match[2])}]"
        return re.escape(match[3] or match[4])

    try:
        return re.compile(_PIECES.sub(piece, text), re.DOTALL)
    except re.error:
        return re.compile(re.escape(text))


def _escaped(match: re.Match[str]) -> str:
    return f"\\{match[0]}"
