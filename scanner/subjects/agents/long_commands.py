"""A command line of any length as pieces that are judged in a bounded time, with the values that its variables have.

Blanks that repeat count as one. Of what is longer still, words are cut, and pieces overlap by half, so that what stands
close together is in one of them.
"""

from __future__ import annotations

from scanner.late import regex

LONGEST = 8_000
"""Characters of a piece."""
_MOST = 8
_BLANKS = regex(r"[ \t]{2,}")
_LONG_WORD = regex(r"([^\s|;&`()<>]{200})[^\s|;&`()<>]+")
_DEFAULT = regex(r"\$\{(?:[^{}$:]*:-|\w+:?[-=])([^}]*)\}")
_NESTED = 8


def with_defaults(text: str) -> str:
    """A text with the default of each variable that has one, `${NAME:-default}`, which holds where nobody sets it."""
    for _ in range(_NESTED):
        replaced = _DEFAULT.sub(r"\1", text)
        if replaced == text:
            break
        text = replaced
    return text


def pieces(text: str) -> list[str]:
    """The pieces of a command line; one for a line that is not longer than a piece."""
    text = _BLANKS.sub(" ", text)
    if len(text) > LONGEST:
        text = _LONG_WORD.sub(r"\1", text)
    step = LONGEST // 2
    starts = range(0, max(len(text) - step, 1), step)
    return [text[start : start + LONGEST] for start in starts[:_MOST]]


def is_judged(text: str) -> bool:
    """Whether a command line is judged as a whole."""
    return len(text) <= LONGEST or len(pieces(text)) == 1
