"""Credentials in a setup: as everywhere, and tokens in the exact form of their issuer whose characters are a sequence.

A made-up token in data is usually an example. In the settings of an agent it stands where a working one is expected.
"""

from __future__ import annotations

from collections.abc import Iterable

from scanner.credentials import DEFAULT, kind_of
from scanner.credentials.values import is_called, is_nouns
from scanner.late import regex

_EXACT = regex(
    r"(?<![\w-])(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82}|glpat-[A-Za-z0-9_-]{20}|npm_[A-Za-z0-9]{36}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|sk-ant-[a-z0-9]{3,6}-[A-Za-z0-9_-]{20,}|sk-proj-[A-Za-z0-9_-]{20,}"
    r"|sk-[A-Za-z0-9]{48}|xox[abprs]-[0-9]{10,}-[A-Za-z0-9-]{10,}|[rs]k_live_[A-Za-z0-9]{16,}|hf_[A-Za-z]{30,}"
    r"|sbp_[0-9a-f]{40})(?![\w-])"
)
_MADE_UP = regex(
    r"(?i)xxxx|your|example|placeholder|replace|dummy|fake|redacted|sample|changeme|exposed|leaked|compromised|\.\.\.|(.)\1{5}"
)
_VARIED = 10
_WORD = regex(r"[a-z]+")
_MARKS = (
    *(
        "PRIVATE KEY",
        "AKIA",
        "ASIA",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "xox",
        "AIza",
        "sk-",
    ),
    *("k_live_", "npm_", "hf_", "eyJ", "://"),
)
"""One of them is in every text that `_IN_PROSE` finds."""
_IN_PROSE = regex(
    r"^\s*-----BEGIN ([A-Z]+ )*PRIVATE KEY-----\s*$|\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}"
    r"|\bgithub_pat_[A-Za-z0-9_]{40}|\bglpat-[A-Za-z0-9_-]{20}|\bxox[abprs]-[0-9]{8,}-[A-Za-z0-9-]{10}"
    r"|\bAIza[0-9A-Za-z_-]{35}|\bsk-(ant-|proj-)[A-Za-z0-9_-]{24}|\b[rs]k_live_[A-Za-z0-9]{16}"
    r"|\bnpm_[A-Za-z0-9]{36}|\bhf_[A-Za-z]{30}|(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10}"
    r"|://[^/\s:@'\"<>${}\[]+:[^/\s:@'\"<>${}*\[]{4,}@[\w.-]+"
)
_NOT_IN_PROSE = regex(
    r"(?i)(your[-_ ]|example|placeholder|change-?me|dummy|redacted|xxxx|<[\w -]+>|\*\*\*|process\.env|os\.environ"
    r"|:(\w+_)?pass(word|wd)?@|\.\.\.|:secret@|user:|username:|localhost|127\.0\.0\.1|fake|sample|test)"
)


def secret_kind(name: str, value: str) -> str:
    """The kind of credential that a value of a name is or holds, as a noun phrase; empty where it is none.

    A well-known password, such as that of a database on the machine, stands in for one and is none here.
    """
    found = kind_of(name, value)
    if found:
        return "" if found == DEFAULT else found
    exact = _EXACT.search(value)
    if exact and not _MADE_UP.search(exact[0]) and len(set(exact[0])) > _VARIED:
        return "a token"
    return ""


def described(words: Iterable[str]) -> set[str]:
    """The words of a command line that say which credential goes there, with words of the line: `smtp-password`.

    Each word of such a name is a noun for credentials, or occurs elsewhere in the command line.
    """
    called = {word for word in words if is_called(word)}
    if not called:
        return called
    known = {part for word in words if word not in called for part in _WORD.findall(word.lower())}
    return {name for name in called if all(part in known or is_nouns(part) for part in _WORD.findall(name))}


def is_secret_line(line: str) -> bool:
    """Whether a line of a text for people and agents contains what looks like a credential, and not a placeholder."""
    marked = any(mark in line for mark in _MARKS)
    return marked and bool(_IN_PROSE.search(line)) and not _NOT_IN_PROSE.search(line)
