"""The credential in a command line: in a form of its own, assigned to a name, or behind an option."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from scanner.late import regex
from scanner.places import ATTACK
from scanner.subjects.agents.secret_values import described, secret_kind
from scanner.subjects.agents.shown_secrets import image_tokens, shown_kind

_EMPTY = regex(r"(?<=\w)=(?=[ \t])")
"""An assignment without a value: in a shell, the word ends there."""
_PROMPTS = regex(r"\b((?:psql|pg_\w+|createdb|dropdb|createuser|vacuumdb|reindexdb)\b[^|;&\n]*?)\s--password(?=\s|$)")
"""Programs of PostgreSQL, of which `--password` asks for one and has no value."""
_FIELDS = regex(r"&(?=\w+=)")
"""Between the fields of a form."""
_NO_VALUE = regex(r"-|$|\([A-Za-z]+-[A-Za-z]+$")
"""What is not the value of an option: another one, nothing, or the start of a command of PowerShell."""


class Judged(Enum):
    """How strictly a command line is judged."""

    RUN = 0
    """A tool runs it as it is."""
    SHOWN = 1
    """A code block of a text shows it."""
    ATTACK = 2
    """So does a code block of a text about attacks."""


def judged_as(via: str, purpose: str) -> Judged:
    """How a command line is judged that something starts, in a text for a purpose."""
    if via != "shell":
        return Judged.RUN
    return Judged.ATTACK if purpose == ATTACK else Judged.SHOWN


@lru_cache(maxsize=1024)
def credential(text: str, words: tuple[str, ...], judged: Judged) -> str:
    """The kind of the first credential of a command line; empty where it has none."""
    line = text
    if _PROMPTS.search(text):
        text, words = _PROMPTS.sub(r"\1", text), tuple(word for word in words if word != "--password")
    for value in described(words):
        text = re.sub(rf"(?<![\w-]){value}(?![\w-])", "$", text)
        words = tuple("$" if word == value else word for word in words)
    for token in image_tokens(line) if judged is not Judged.RUN else ():
        text, words = text.replace(token, "$"), tuple(word.replace(token, "$") for word in words)
    if found := _kind("", _EMPTY.sub("=''", text), line, judged):
        return found
    for word, after in zip(words, [*words[1:], ""], strict=True):
        found = next(filter(None, (_of_word(each, line, judged) for each in _FIELDS.split(word))), "")
        if not found and word.startswith("-") and "=" not in word and not _NO_VALUE.match(after):
            found = _kind(word, after, line, judged)
        if found := found or _kind("", word, line, judged):
            return found
    return ""


def _of_word(word: str, line: str, judged: Judged) -> str:
    """The kind of credential that a word assigns to the name before its sign."""
    name, _, value = word.partition("=")
    named = name.startswith("-") or name.replace("_", "").isalnum()
    return _kind(name, value, line, judged) if named and value.strip() == value else ""


def _kind(name: str, value: str, line: str, judged: Judged) -> str:
    if judged is Judged.RUN:
        return secret_kind(name, value)
    return shown_kind(name, value, line, of_attack=judged is Judged.ATTACK)
