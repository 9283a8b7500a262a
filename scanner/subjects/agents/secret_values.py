"""Credentials in a setup: as everywhere, and tokens in the exact form of their issuer whose characters are a sequence.

A made-up token in data is usually an example. In the settings of an agent it stands where a working one is expected.
"""

from __future__ import annotations

from scanner.credentials import kind_of
from scanner.late import regex

_EXACT = regex(
    r"(?<![\w-])(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82}|glpat-[A-Za-z0-9_-]{20}|npm_[A-Za-z0-9]{36}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|sk-ant-[a-z0-9]{3,6}-[A-Za-z0-9_-]{20,}|sk-proj-[A-Za-z0-9_-]{20,}"
    r"|sk-[A-Za-z0-9]{48}|xox[abprs]-[0-9]{10,}-[A-Za-z0-9-]{10,}|[rs]k_live_[A-Za-z0-9]{16,}|hf_[A-Za-z]{30,}"
    r"|sbp_[0-9a-f]{40})(?![\w-])"
)
_MADE_UP = regex(r"(?i)xxxx|your|example|placeholder|replace|dummy|fake|redacted|sample|changeme|\.\.\.|(.)\1{5}")
_VARIED = 10


def secret_kind(name: str, value: str) -> str:
    """The kind of credential that a value of a name is or holds, as a noun phrase; empty where it is none."""
    found = kind_of(name, value)
    if found:
        return found
    exact = _EXACT.search(value)
    if exact and not _MADE_UP.search(exact[0]) and len(set(exact[0])) > _VARIED:
        return "a token"
    return ""
