"""Where a bracket of a JavaScript-like text closes."""

from __future__ import annotations

import re

from scanner.late import regex

_STEP = regex(
    r"""(?P<open>[({\[])|(?P<close>[)}\]])
    |//[^\n]*|/\*.*?(?:\*/|\Z)|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'|`[^`\\]*(?:\\.[^`\\]*)*(?:`|\Z)""",
    re.DOTALL | re.VERBOSE,
)
"""A bracket, or something whose brackets do not count."""
_CLOSING = {"(": ")", "{": "}", "[": "]"}


def extent(text: str, start: int) -> int | None:
    """The position behind the bracket that closes the one at `start`, None where there is none."""
    open_brackets: list[str] = []
    for step in _STEP.finditer(text, start):
        if step["open"]:
            open_brackets.append(_CLOSING[step["open"]])
        elif step["close"]:
            if not open_brackets or open_brackets.pop() != step["close"]:
                return None
            if not open_brackets:
                return step.end()
    return None
