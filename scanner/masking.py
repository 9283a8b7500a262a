"""Hides what looks like a credential, wherever it stands: in a message, a name or a line of an excerpt.

Rules about secrets mark their own fields; this is for all the others, whose findings may stand beside one. What is
hidden keeps its length, so that columns stay true. Whole files go through here, so the time is linear in the text: no
pattern starts with what may repeat, or looks for an end that may be missing again and again.
"""

from __future__ import annotations

import re

_TOKENS = re.compile(
    r"""
    \b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|sk-[\w-]{16,}
      |A(?:KIA|SIA)[A-Z0-9]{16}|AIza[\w-]{30,}|npm_[A-Za-z0-9]{20,})
    |(?<=://)[^/\s:@"']+:[^/\s@"']+(?=@)
    """,
    re.VERBOSE,
)
_WEB_TOKEN = re.compile(r"eyJ(?<=\beyJ)[\w-]{8,}+(?P<rest>\.[\w-]{8,}\.?[\w-]*)?")
_ASSIGNED = re.compile(
    r"""
    (?P<key>(?-i:[aAbBcCpPsS_-])  # found fast; the words below go on behind it
      (?:(?:(?<=a)(?:pi[_-]?key|uth[_-]?token|ccess[_-]?(?:key|token))|(?<=c)lient[_-]?secret
          |(?<=p)(?:ass(?:word|wd|phrase)|rivate[_-]?key)|(?<=s)ecret[_-]?key|(?<=_)(?:token|secret|pw)
        )["']?\s{0,3}[:=]\s{0,3}["']?
        |(?<=-)-(?:token|secret|(?:password|api-key)(?!\s{0,3}[:=]))[=\s]\s{0,3}["']?|(?<=\bb)earer\s{1,3}))
    (?P<value>[^\s"',;|)}\]]{4,})
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HARMLESS = re.compile(r"\$|<|\{|(?:true|false|null|none|required|optional)\b", re.IGNORECASE)
_MASK = "\u2022"


def mask(text: str) -> str:
    """The text with every value that looks like a credential replaced by as many bullets."""
    text = _WEB_TOKEN.sub(lambda match: _MASK * len(match[0]) if match["rest"] else match[0], text)
    text = _TOKENS.sub(lambda match: _MASK * len(match[0]), text)
    return _ASSIGNED.sub(_hidden, text)


def _hidden(match: re.Match[str]) -> str:
    if _HARMLESS.match(match["value"]):
        return match[0]
    return match["key"] + _MASK * len(match["value"])
