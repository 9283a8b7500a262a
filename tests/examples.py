"""The examples of the table of credentials, with their random parts drawn: no file here holds a text of a form."""

from __future__ import annotations

import base64
import random
import re
import string
from functools import cache

from scanner.credentials.form import ALPHABETS, Form
from scanner.credentials.table import FORMS

_ALNUM = string.ascii_letters + string.digits
_LETTERS = {
    "": _ALNUM,
    "a": string.ascii_lowercase + string.digits,
    "A": string.ascii_uppercase + "234567",
    "X": string.ascii_uppercase + string.digits,
    "x": "0123456789abcdef",
    "d": "123456789",
    "L": string.ascii_letters,
    "b": _ALNUM + "+/",
    "p": _ALNUM,
    "w": _ALNUM + "-_",
}
assert _LETTERS.keys() == ALPHABETS.keys()
_PART = re.compile(r"<(\d+)([aAXxdLbpw]?)>")
_SHORT = 8
_GUESSED = 6
"""Characters below which a part may stand in an output by chance."""
BY_ID = {form.id: form for form in FORMS}


@cache
def drawn(example: str) -> str:
    """An example with its random parts drawn, the same in each run; parts of eight or more hold each sort of sign."""
    source = random.Random(example)
    return _PART.sub(lambda part: _part(source, int(part[1]), part[2]), example)


def _part(source: random.Random, length: int, sort: str) -> str:
    if sort == "p":
        return base64.b64encode(_some(source, length * 3 // 4, _ALNUM).encode()).decode()
    return _some(source, length, _LETTERS[sort])


def _some(source: random.Random, length: int, letters: str) -> str:
    sorts = [
        sort for sort in (string.ascii_lowercase, string.ascii_uppercase, string.digits) if set(sort) & set(letters)
    ]
    while True:
        text = "".join(source.choices(letters, k=length))
        if not text[0].isalnum() or not text[-1].isalnum():
            continue
        if length < _SHORT or all(set(sort) & set(text[:40]) for sort in sorts):
            return text


def secret_of(form: Form) -> str:
    """The longest drawn run of the example of a form: what must stand in no output, whatever is around it."""
    return max(secrets_of(form), key=len)


def secrets_of(form: Form) -> list[str]:
    """The drawn parts of the example of a form that nobody could guess."""
    whole, parts, at = drawn(form.example), [], 0
    done = 0
    for part in _PART.finditer(form.example):
        at += part.start() - done
        if part[2] != "d" and int(part[1]) >= _GUESSED:
            parts.append(whole[at : at + int(part[1])])
        at, done = at + int(part[1]), part.end()
    return parts
