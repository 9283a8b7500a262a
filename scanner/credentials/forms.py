"""Finds the forms of the table in a text.

Looking for words takes a hundredth of the time that patterns take, and a pattern is compiled when its word is met
first, so that a scan without credentials pays for neither. Nearly every word of a form stands in a long run of
characters without blanks, and a text repeats most of these, so words are looked for in the runs, each once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache

from msgspec import Struct

from scanner.credentials.form import START, Form
from scanner.credentials.table import FORMS
from scanner.credentials.values import is_named, is_pair, is_private, is_random, is_reference
from scanner.late import regex

_RUN = 10
"""Characters from which a run may hold a credential."""
_REMEMBERED = 50_000
_REMEMBERED_LENGTH = 200
_plain: set[str] = set()
"""Runs of earlier texts that hold no word of a form."""
_START = regex(r"(?<![A-Za-z0-9])[A-Za-z0-9]{2}[\w.~-]", re.ASCII)
_SHORT_START = regex(r"(?<![A-Za-z0-9])s\.(?=[A-Za-z0-9])")
"""The one beginning with a single letter before its sign."""
_ESCAPED = regex(r"\\[nrt]|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2}")
_APART = ("Private-Lines:", "wd=", "WD=")
"""Words, other than those with a blank or a quote, that may be separate from what follows them."""
_PARTS = ("hook", "+A", "Az", "=", ":", "Key", '"', "A", "_")
"""Parts that several words have: where a text does not hold one, it holds none of these words."""
_FURTHER = {
    "private-key": 25_000,
    "private-key-in-base64": 25_000,
    "putty-private-key": 25_000,
    "netrc-password": 1_000,
    "registry-credentials": 5_000,
}
"""Characters behind the line of its word that a form may extend to; other forms are on one line."""


class FoundCredential(Struct, frozen=True):
    """A credential in a text: what it is, and where its secret part begins and ends."""

    kind: str
    start: int
    end: int


def hits(text: str) -> Iterator[FoundCredential]:
    """Every text in a credential's form, placeholders too, form by form."""
    for form in candidate_forms(text):
        yield from matches(form, text)


def candidate_forms(text: str) -> list[Form]:
    """The forms of which a text may hold something, because it holds one of their words; in the order of the table."""
    runs = _runs(text)
    if not runs.long:
        return []
    apart = {number for part, own in _words(apart=True) if part in text for word, number in own if word in text}
    return [FORMS[number] for number in sorted(apart.union(runs.forms))]


def begun(text: str, beginnings: tuple[str, ...]) -> list[str]:
    """Those of some beginnings of long tokens that a text may hold; each has three characters or more.

    Each holds a word of a form.
    """
    starts = _runs(text).starts
    return [each for each in beginnings if each[:3] in starts] if starts else []


def long_runs(text: str, shortest: int) -> list[str]:
    """The runs of a text with so many characters, at least ten, each once."""
    return [run for run in _runs(text).long if len(run) >= shortest]


class _Runs(Struct, frozen=True):
    """The runs of a text."""

    long: Sequence[str]
    """Those that are long enough for a credential, each once."""
    starts: Collection[str] = ()
    """How tokens in them may begin, except in those that are known to be plain."""
    forms: Collection[int] = ()
    """The numbers of the forms of which they hold a word."""


@lru_cache(maxsize=1)
def _runs(text: str) -> _Runs:
    """The runs of a text. Those that are known from earlier texts are not looked at again: most are in many texts."""
    long = [run for run in set(text.split()) if len(run) >= _RUN]
    runs = [run for run in long if run not in _plain]
    if not runs:
        return _Runs(long)
    joined = "\n".join(runs)
    if "\\" in joined or "%" in joined:
        joined += "\n" + _ESCAPED.sub(" ", joined)
    starts = set(_START.findall(joined))
    starts.update([start[:2] for start in starts])
    if "s." in joined and _SHORT_START.search(joined):
        starts.add("s.")
    known = _by_start()
    near = {number for start in known.keys() & starts for number in known[start]}
    forms = {number for number in near if any(word in joined for word in FORMS[number].words)}
    forms.update(
        number for part, own in _words(apart=False) if part in joined for word, number in own if word in joined
    )
    _remember_plain(runs, [word for number in forms for word in FORMS[number].words])
    return _Runs(long, starts, forms)


def _remember_plain(runs: Iterable[str], words: Collection[str]) -> None:
    if len(_plain) > _REMEMBERED:
        _plain.clear()
    _plain.update(run for run in runs if len(run) <= _REMEMBERED_LENGTH and not any(word in run for word in words))


def matches(form: Form, text: str) -> Iterator[FoundCredential]:
    """What of a text is in one form."""
    pattern, guard = _compiled(form), _GUARDS.get(form.id, _is_drawn if form.is_token else None)
    group = "secret" if "secret" in pattern.groupindex else 0
    further, at = _FURTHER.get(form.id, 0), 0
    for start, end in lines(text, form.words):
        at, last = max(start, at), min(len(text), end + further)
        while match := pattern.search(text, at, last):
            if match.start() > end and match.end() == last < len(text):
                at = match.start()  # it may go on: the line that it begins on has characters of its own
                break
            if guard is None or guard(match[group]):
                yield FoundCredential(form.kind, *match.span(group))
            at = match.start() + 1  # a path may hold two, of which the first seems to go on into the second


def lines(text: str, words: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where the lines begin and end that hold one of some words."""
    found = set()
    for word in words:
        at = text.find(word)
        while at >= 0:
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            found.add((text.rfind("\n", 0, at) + 1, end))
            at = text.find(word, end)
    return sorted(found)


@cache
def _compiled(form: Form) -> re.Pattern[str]:
    if not form.is_token:
        return re.compile(form.pattern)
    return re.compile(f"{START}(?:{'|'.join(map(re.escape, form.words))}){form.pattern}", re.ASCII)


@cache
def _words(*, apart: bool) -> list[tuple[str, list[tuple[str, int]]]]:
    """The words of forms that are not tokens, with the numbers of their forms, by a part that several of them have.

    `apart` are those that may be separate from what follows them.
    """
    found: dict[str, list[tuple[str, int]]] = {}
    for number, form in enumerate(FORMS):
        for word in () if form.is_token else form.words:
            if apart is (word in _APART or " " in word or word[0] == '"'):
                found.setdefault(next((part for part in _PARTS if part in word), word), []).append((word, number))
    return list(found.items())


@cache
def _by_start() -> dict[str, tuple[int, ...]]:
    """The numbers of the tokens by the three characters that they begin with, or may begin with."""
    found: dict[str, list[int]] = {}
    for number, form in enumerate(FORMS):
        for word in form.words if form.is_token else ():
            found.setdefault(word[:3], []).append(number)
    return {start: tuple(numbers) for start, numbers in found.items()}


def _is_drawn(secret: str) -> bool:
    """Whether a text in the form of a token is not just a name that begins like one."""
    return not is_named(secret)


_GUARDS: dict[str, Callable[[str], bool]] = {
    "private-key-in-base64": is_private,
    "url-with-key": is_random,
    "http-basic": lambda secret: is_pair(secret) or is_random(secret),
    "bearer-token": _is_drawn,
    "url-with-password": lambda secret: not is_reference(secret),
    "registry-credentials": lambda secret: is_pair(secret) or is_random(secret),
}
"""What a text in a form must be beside, for forms that ordinary texts have too."""
