"""Three points in the place of an argument: what an illustration of a call leaves out."""

from __future__ import annotations

import re

from scanner.late import regex

_POINTS = r"(?:\.\.\.|…)(?=[ \t]*(?:[,)}\]]|/[/*]|$))"
_PLACE = regex(rf"(?:[,:{{(\[]|^)[ \t]*+{_POINTS}", re.MULTILINE)
_TEXT = r"""\\.|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"""
_TOKEN = regex(rf"(?P<text>{_TEXT})|(?P<before>(?:[,:{{(\[]|^)[ \t]*+)(?P<points>{_POINTS})", re.MULTILINE | re.DOTALL)
NAMES = ("$$$", "$")
"""What stands for the points in a text that the grammar can read; each is as long as what it replaces."""


def holds(text: str, start: int, end: int) -> bool:
    """Whether a part of a text has points in the place of an argument."""
    return bool(_PLACE.search(text, start, end))


def named(text: str) -> str:
    """A text with a name in place of such points, of the same length; texts in quotes stay."""
    return _TOKEN.sub(_named, text)


def _named(match: re.Match[str]) -> str:
    if match["text"] is not None:
        return match[0]
    return match["before"] + (NAMES[0] if len(match["points"]) > 1 else NAMES[1])
