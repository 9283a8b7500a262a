"""Hides what looks like a credential, wherever it stands: in a message, a name or a line of an excerpt.

Rules about secrets mark their own fields; this is for all the others, whose findings may stand beside one. It hides
all that `credentials` finds, and more: here a placeholder too many costs nothing. What is hidden keeps its length and
its lines, so that columns stay true.
"""

from __future__ import annotations

import re
from typing import Any

_CUT_SHORT = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|sk-[\w-]{16,}"
    r"|A(?:KIA|SIA)[A-Z0-9]{16}|AIza[\w-]{30,}|npm_[A-Za-z0-9]{20,})"
)
"""Tokens by how they begin, also of lengths that no service gives out: somebody may have left out the middle."""
_BEGINNINGS = ("gh", "glpat-", "xox", "sk-", "AKIA", "ASIA", "AIza", "npm_")
_ASSIGNED = re.compile(
    r"""
    (?P<key>(?:password|passwd|passphrase|secret[_-]?key|api[_-]?key|access[_-]?key|private[_-]?key
      |client[_-]?secret|auth[_-]?token|access[_-]?token|_token|_secret|_pw)["']?\s{0,40}[:=]\s{0,3}["']?
      |--(?:token|password|secret|api-key)[=\s]\s{0,3}["']?|\bbearer\s{1,3})
    (?P<value>[^\s"',;|)}\]]{4,})
    """,
    re.VERBOSE | re.IGNORECASE,
)
_KEY_WORDS = ("passw", "passp", "secret", "key", "token", "_pw", "bearer")
"""What a text holds wherever the pattern matches: looking for words takes a hundredth of its time."""
_HARMLESS = re.compile(r"\$|<|\{|(?:true|false|null|none|required|optional)\b", re.IGNORECASE)
_MASK = "\u2022"
_VISIBLE = re.compile(r"[^\n]")


def mask(text: str) -> str:
    """The text with every value that looks like a credential replaced by as many bullets."""
    from scanner.credentials import assigned, hits

    spans = sorted((hit.start, hit.end) for found in (hits(text), assigned(text)) for hit in found)
    if spans:
        text = _without(text, spans)
    if any(word in text for word in _BEGINNINGS):
        text = _CUT_SHORT.sub(lambda match: _MASK * len(match[0]), text)
    folded = text.casefold()
    return _ASSIGNED.sub(_hidden, text) if any(word in folded for word in _KEY_WORDS) else text


def mask_data(value: Any) -> Any:
    """Plain data with every text masked; its lists and mappings are new ones."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list | tuple):
        return [mask_data(item) for item in value]
    return {name: mask_data(item) for name, item in value.items()} if isinstance(value, dict) else value


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    parts, done = [], 0
    for start, end in spans:
        first = max(start, done)
        parts += [text[done:first], _VISIBLE.sub(_MASK, text[first:end])]
        done = max(done, end)
    return "".join((*parts, text[done:]))


def _hidden(match: re.Match[str]) -> str:
    if _HARMLESS.match(match["value"]):
        return match[0]
    return match["key"] + _MASK * len(match["value"])
