"""Hides what looks like a credential, wherever it stands: in a message, a name or a line of an excerpt.

It hides all that `credentials` finds, and more: here a placeholder too many costs little. `mask` keeps the length and
the lines of a text, so that columns stay true. `sealed` is the boundary that a finished scan passes before any report:
every text of it is masked, and a placeholder says which credential of the scan it stands for.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Any, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from scanner.late import regex
from scanner.texts_within import Masked, ordered_texts, texts_of

_CUT_SHORT = regex(
    r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|glpat-(?=[\w-]{0,30}[A-Z])\w[\w-]{15,}"
    r"|xox[abprs]-\d[\w-]{9,}|sk-(?:[a-z]{2,8}-){0,2}(?=[a-zA-Z]{0,30}\d)[A-Za-z0-9]{16,}|A(?:KIA|SIA)[A-Z0-9]{16}"
    r"|AIza[\w-]{30,}|npm_(?=[A-Za-z]{0,30}\d)[A-Za-z0-9]{20,})"
)
"""Tokens by their beginnings, also of lengths that no service issues: the middle may have been left out."""
_BEGINNINGS = (
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-"),
    *("sk-", "AKIA", "ASIA", "AIza", "npm_"),
)
_ASSIGNED = regex(
    r"""
    (?:(?:password|passwd|passphrase|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?secret|auth[_-]?token
      |access[_-]?token|_pw|(?P<name>secret[_-]?key|_token|_secret))["']?[ \t]{0,40}[:=][ \t]{0,3}["']?
      |--(?:token|password|secret|api-key)[= \t][ \t]{0,3}["']?
      |authorization["']?[ \t]{0,9}[:=,][ \t]{0,9}["']?bearer[ \t]{1,3})
    (?P<value>[^\s"',;|)}\]]{4,})
    """,
    re.VERBOSE | re.IGNORECASE,
)
_KEY_WORDS = ("bearer",)
"""What a line holds wherever the pattern matches, beside the words in the names of credentials: looking for words takes
a hundredth of its time.
"""
_HARMLESS = regex(
    r"\\{0,3}\$|[\w.]+\(|<|\{|•{4}|-----BEGIN|(?:true|false|null|none|required|optional|string|unknown)\b",
    re.IGNORECASE,
)
_MASK = "\u2022"
_PLACEHOLDER = _MASK * 4
_APART = "\n\0\n"
"""Between texts that are searched at once: no pattern reaches over it."""
_VISIBLE = regex(r"[^\n]")
_Value = TypeVar("_Value")
_SEARCHED = "password: none\n"
"""A text with a word that patterns begin with, and nothing to hide."""
_harmless_names: set[str] = set()
"""Of the names that were searched at once, those without a credential."""


def mask(text: str) -> str:
    """The text with every value that looks like a credential replaced by as many bullets."""
    spans = _spans(text)
    return _replaced(text, spans, [_VISIBLE.sub(_MASK, text[start:end]) for start, end in spans]) if spans else text


def mask_all(texts: list[str]) -> list[str]:
    """Each of some texts as `mask` gives it, in a part of the time."""
    found = {text: mask(text) for text in _telling(texts)}
    return [found.get(text, text) for text in texts]


def hidden(text: str) -> str:
    """The text with a placeholder for each credential, the same for all: what is kept of a name that is hashed."""
    return text if text in _harmless_names else _hidden(text)


def search_names(names: Iterable[str]) -> None:
    """Search texts at once that `hidden` will be asked about; those of an earlier call are forgotten."""
    some = dict.fromkeys(names)
    _harmless_names.clear()
    _harmless_names.update(some.keys() - {*_telling([*some])})


@lru_cache(maxsize=4096)
def _hidden(text: str) -> str:
    spans = _spans(text)
    return _replaced(text, spans, [_PLACEHOLDER] * len(spans)) if spans else text


def mask_data(value: Any) -> Any:
    """Plain data with every text masked; its lists and mappings are new ones."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list | tuple):
        return [mask_data(item) for item in value]
    return {name: mask_data(item) for name, item in value.items()} if isinstance(value, dict) else value


def is_harmless(text: str) -> bool:
    """Whether a text holds no credential."""
    return not _spans(text)


def harmless(values: Iterable[Any], known: Iterable[Any] = ()) -> set[str]:
    """The texts within some data that hold no credential, and all within data of which that is known."""
    texts = texts_of(known)
    seal = _Seal(values, (), texts)
    return texts | seal.harmless()


def prepare() -> None:
    """Load and compile what texts are searched with, while there is nothing else to do."""
    _spans(_SEARCHED)


def sealed(value: _Value, known: tuple[type, ...] = (), searched: Collection[str] = ()) -> _Value:
    """Frozen data in which every text has a placeholder for each credential; what holds none is the same object.

    Data of the `known` types is left as it is, and `searched` are texts that are known to be harmless. Placeholders are
    numbered in the order in which data holds the credentials, so equal data gives equal ones, and two that differ stay
    apart. They say nothing of the credentials.
    """
    seal = _Seal(value, known, searched)
    return cast(_Value, seal.of(value)) if seal.texts else value


class _Seal:
    """Every text of some data that holds a credential, and what became of it."""

    def __init__(self, value: Any, known: tuple[type, ...], searched: Collection[str] = ()) -> None:
        self._known = known
        self.texts: dict[str, str] = {}
        self._found = texts_of(value, known)
        telling = {*_telling([*self._found.difference(searched)])}
        numbers: dict[str, int] = {}
        for text in filter(telling.__contains__, ordered_texts(value, known) if telling else ()):
            spans = _spans(text)
            secrets = [text[start:end] for start, end in spans]
            named = [f"{_PLACEHOLDER}{numbers.setdefault(secret, len(numbers) + 1)}" for secret in secrets]
            self.texts[text] = _replaced(text, spans, named)

    def harmless(self) -> set[str]:
        """The texts without a credential."""
        return self._found - self.texts.keys()

    def of(self, value: Any) -> Any:
        """A value of any kind, sealed."""
        kind = type(value)
        if kind is str:
            return self.texts.get(value, value)
        if kind is dict or kind is Masked:
            return self._mapping(value)
        if isinstance(value, tuple | list | frozenset):
            return self._items(value)
        if not issubclass(kind, Struct) or kind in self._known:
            return value
        pairs = ((name, getattr(value, name)) for name in kind.__struct_fields__)
        changed = {name: new for name, old in pairs if (new := self.of(old)) is not old}
        return replace(value, **changed) if changed else value

    def _mapping(self, value: dict[Any, Any]) -> dict[Any, Any]:
        masked = type(value) is Masked
        pairs = [(self.of(key), item if masked else self.of(item)) for key, item in value.items()]
        same = all(new is key and item is value[key] for key, (new, item) in zip(value, pairs, strict=True))
        return value if same else type(value)(pairs)

    def _items(self, value: Any) -> Any:
        items = [self.of(item) for item in value]
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value
        return value._make(items) if hasattr(value, "_make") else type(value)(items)


def _telling(texts: list[str]) -> Iterator[str]:
    """Those of some texts that hold what looks like a credential: all are searched at once, which costs a tenth."""
    spans = _spans(_APART.join(texts))
    ends = list(accumulate(len(text) + len(_APART) for text in texts)) if spans else []
    for number in sorted({bisect_right(ends, start) for start, _ in spans}):
        yield texts[number]


def _spans(text: str) -> list[tuple[int, int]]:
    """Where each begins and ends, in order and without overlaps."""
    from scanner.credentials import assigned_in, begun, encoded, hits, lines, telling_lines

    beginnings = begun(text, _BEGINNINGS)
    spans = [(hit.start, hit.end) for hit in hits(text)]
    spans += encoded(text)
    for start, end in lines(text, tuple(beginnings)) if beginnings else ():
        spans += (match.span() for match in _CUT_SHORT.finditer(text, start, end))
    telling = telling_lines(text, _KEY_WORDS)
    spans += ((hit.start, hit.end) for hit in assigned_in(text, telling))
    for start, end in telling:
        for match in _ASSIGNED.finditer(text, start, end):
            if not _is_harmless(match):
                spans.append(match.span("value"))
    return _merged(spans) if spans else spans


def _is_harmless(match: re.Match[str]) -> bool:
    """Whether a value is a blank or a reference; a name where the key as often names an object as it holds a value."""
    from scanner.credentials.values import is_named

    value = match["value"]
    return _HARMLESS.match(value) is not None or (match["name"] is not None and is_named(value))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return merged


def _replaced(text: str, spans: list[tuple[int, int]], by: list[str]) -> str:
    parts, done = [], 0
    for (start, end), new in zip(spans, by, strict=True):
        parts += [text[done:start], new]
        done = end
    return "".join((*parts, text[done:]))
