"""Text as SARIF wants it: plain sentences that no viewer takes for links, placeholders, commands or HTML."""

from __future__ import annotations

from scanner.late import regex
from scanner.reports.safe_text import UNSEEN

LONGEST_DESCRIPTION = 1024
"""GitHub refuses longer short and full descriptions."""

_CONTROL = regex(f"[\x00-\x1f{UNSEEN}]+")
_LINK = regex(r"\](?=\()")
_PLACEHOLDER = regex(r"(?<!\{)((?:\{\{)*)\{(\d+)\}")
_CODE_SPAN = regex(r"((?<![`\\])`[^`]+`(?!`))")
"""What every Markdown renderer takes for code; HTML inside of it is text."""


def plain(text: str) -> str:
    """Return text on one line, without control characters, that holds neither an embedded link nor a placeholder.

    The standard asks to double every brace, but no viewer undoes it in a message without arguments: only what would
    be a placeholder is doubled.
    """
    return _PLACEHOLDER.sub(r"\1{{\2}}", _LINK.sub("] ", _CONTROL.sub(" ", text))).strip()


def sentence(text: str) -> str:
    """Return text without control characters that ends with a period."""
    text = plain(text)
    return text if text.endswith(".") else text + "."


def description(text: str) -> str:
    """Return a sentence no longer than GitHub takes."""
    text = sentence(text)
    return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 2] + "…."


def markdown(text: str) -> str:
    """Return text as Markdown in which code spans keep their meaning and nothing is HTML."""
    parts = _CODE_SPAN.split(plain(text))
    return "".join(part if position % 2 else part.replace("<", "&lt;") for position, part in enumerate(parts))
