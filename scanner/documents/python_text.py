"""Python source without its texts and comments."""

from __future__ import annotations

import re

from scanner.late import regex

_TEXT = regex(
    r""""{3}(?:[^"\\]|\\.|"{1,2}(?!"))*+(?:"{3}|\Z)|'{3}(?:[^'\\]|\\.|'{1,2}(?!'))*+(?:'{3}|\Z)"""
    r"""|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|\#[^\n]*""",
    re.DOTALL,
)


def without_texts(source: str) -> str:
    """A source with blanks in place of texts and comments; its lines stay."""
    return _TEXT.sub(lambda found: regex(r"[^\n]").sub(" ", found[0]), source)
