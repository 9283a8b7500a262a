"""Text of anybody in Markdown of code hosts: it is shown, and makes no markup, link, mention or reference.

Hosts turn `@user`, `#1`, `!1`, addresses and commit hashes into links after Markdown is read, so escapes do not help;
in code spans they do not. Words stand as they are, everything else in code spans.
"""

from __future__ import annotations

from enum import Enum, auto
from itertools import groupby

from scanner.late import regex
from scanner.reports.safe_text import safe

_WORDS = regex(r"(?:[^\W_]|[ .,'()+…-]|(?<=[^\W_])/(?=[^\W_])|[;:](?= )|[;:]\Z)+")
_REFERENCE = regex(r"[0-9a-f]{7}|[A-Z]-\d|(?i:www)\.|://")
"""What may be a commit, an entry of an issue tracker or an address, although it is made of words."""
_LIST = regex(r"[-+]|\d+[.)]")
"""How a line begins that is an item of a list, or underlines the line before it."""
_BRACKETED = regex(r"(\()([^()]+)(\)[:;,.]?)")
_CODE_SPAN = regex(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_TICKS = regex("`+")


class _Kind(Enum):
    """What a word is in Markdown."""

    WORDS = auto()
    """It stands as it is."""
    IN_BRACKETS = auto()
    """What is in the brackets becomes code."""
    OTHER = auto()
    """All of it becomes code."""


def code(text: str, longest: int = 300) -> str:
    """A text on one line as a code span; empty for no text."""
    return _span(_cut(safe(text), longest))


def prose(text: str, longest: int = 600) -> str:
    """A text on one line, in which code spans stay code, and what is more than words becomes code."""
    text = _cut(safe(" ".join(text.split())), longest)
    parts, end = [], 0
    for span in _CODE_SPAN.finditer(text):
        parts += [_words(text[end : span.start()], first=not end), _span(span[2].strip())]
        end = span.end()
    parts.append(_words(text[end:], first=not end))
    return _joined(parts)


def _span(text: str) -> str:
    if not text:
        return ""
    fence = "`" * (1 + max((len(run) for run in _TICKS.findall(text)), default=0))
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _words(text: str, *, first: bool) -> str:
    """Words as they are; anything else as code, neighbours together, with the blanks around it outside."""
    if not (first and _LIST.match(text)) and _are_words(text):
        return text
    parts: list[str] = []
    for kind, group in groupby(text.split(" "), key=_kind):
        words = " ".join(group)
        plain = kind is _Kind.WORDS and not (first and not parts and _LIST.match(words))
        parts.append(words if plain else _unbracketed(words))
    return " ".join(parts)


def _kind(word: str) -> _Kind:
    if not word or _are_words(word):
        return _Kind.WORDS
    return _Kind.IN_BRACKETS if _BRACKETED.fullmatch(word) else _Kind.OTHER


def _unbracketed(text: str) -> str:
    """A code span of a text, without the brackets around the whole of it and a mark behind it."""
    found = _BRACKETED.fullmatch(text)
    return f"{found[1]}{_span(found[2])}{found[3]}" if found else _span(text)


def _are_words(text: str) -> bool:
    return not text or bool(_WORDS.fullmatch(text) and not _REFERENCE.search(text))


def _joined(parts: list[str]) -> str:
    """Parts one after the other; two code spans that touch would be one, so a blank stands between them."""
    whole = ""
    for part in parts:
        whole += f" {part}" if whole.endswith("`") and part.startswith("`") else part
    return whole


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
