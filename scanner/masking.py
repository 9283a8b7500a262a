"""Hides what looks like a credential, wherever it stands: in a message, a name or a line of an excerpt.

Rules about secrets mark their own fields; this is for all the others, whose findings may stand beside one. What is
hidden keeps its length, so that columns stay true.
"""

from __future__ import annotations

import re

_TOKENS = re.compile(
    r"""
    \b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|sk-[\w-]{16,}
      |A(?:KIA|SIA)[A-Z0-9]{16}|AIza[\w-]{30,}|(?<!-)eyJ[\w-]{8,}\.[\w-]{8,}\.?[\w-]*|npm_[A-Za-z0-9]{20,})
    |(?<=://)[^/\s:@"']+:[^/\s@"']+(?=@)
    """,
    re.VERBOSE,
)
_ASSIGNED = re.compile(
    r"""
    (?P<key>(?:password|passwd|passphrase|secret[_-]?key|api[_-]?key|access[_-]?key|private[_-]?key
      |client[_-]?secret|auth[_-]?token|access[_-]?token|_token|_secret|_pw)["']?\s{0,3}[:=]\s{0,3}["']?
      |--(?:token|password|secret|api-key)[=\s]\s{0,3}["']?|\bbearer\s{1,3})
    (?P<value>[^\s"',;|)}\]]{4,})
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TOKEN_WORDS = ("gh", "glpat-", "xox", "sk-", "AKIA", "ASIA", "AIza", "eyJ", "npm_", "://")
_KEY_WORDS = ("passw", "passp", "secret", "key", "token", "_pw", "bearer")
"""What a text holds wherever the patterns match: looking for words takes a hundredth of the patterns' time."""
_HARMLESS = re.compile(r"\$|<|\{|(?:true|false|null|none|required|optional)\b", re.IGNORECASE)
_MASK = "\u2022"


def mask(text: str) -> str:
    """The text with every value that looks like a credential replaced by as many bullets."""
    if any(word in text for word in _TOKEN_WORDS):
        text = _TOKENS.sub(lambda match: _MASK * len(match[0]), text)
    folded = text.casefold()
    return _ASSIGNED.sub(_hidden, text) if any(word in folded for word in _KEY_WORDS) else text


def _hidden(match: re.Match[str]) -> str:
    if _HARMLESS.match(match["value"]):
        return match[0]
    return match["key"] + _MASK * len(match["value"])
