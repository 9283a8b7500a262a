"""Text -> the credentials in it: by their form, or by the name that a value stands under.

One source of truth for the rules that look for credentials (as the function `credential` of their expressions) and for
the masking of every output. It depends on nothing but the text and never asks anybody whether a credential is valid.
Exactness goes first: what may be a reference, a blank to be filled in, a hash or the name of a Secret is none.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.credentials.assignments import assigned, telling_lines
from scanner.credentials.encoded import encoded
from scanner.credentials.forms import FoundCredential, candidate_forms, hits, lines, matches
from scanner.credentials.names import DEFAULT, kind_by_name
from scanner.credentials.values import is_blank, is_default, is_pair, is_sample

__all__ = [
    "DEFAULT",
    "Hit",
    "assigned",
    "candidate_forms",
    "encoded",
    "find",
    "hits",
    "kind_of",
    "lines",
    "matches",
    "telling_lines",
]

_URL = "a URL with a password"
_FREE = (_URL, "a bearer token", "a password", "a URL with a key")
"""Kinds whose secret part may be anything, a reference too."""
_ENCODED = ("HTTP basic credentials", "registry credentials")


def kind_of(name: str, value: str) -> str:
    """The kind of credential that the value of a name is, as a noun phrase; empty where it is none.

    The name may be that of a variable, a key, an option of a command, or empty. In any case, credentials are also
    searched within the value.
    """
    text = value.strip()
    if found := next((hit.kind for hit in _in_form(text)), ""):
        return found
    if "\n" not in text and (found := kind_by_name(name, text)):
        return found
    return next((hit.kind for hit in assigned(text)), "")


def find(text: str) -> Iterator[FoundCredential]:
    """The credentials in a text: those in a form of their own, then those that it assigns to a name."""
    yield from _in_form(text)
    yield from assigned(text)


def _in_form(text: str) -> Iterator[FoundCredential]:
    for hit in hits(text):
        secret = text[hit.start : hit.end]
        if is_sample(secret) or (hit.kind in _FREE and is_blank(secret)):
            continue
        if hit.kind in _ENCODED and not is_pair(secret):
            continue
        yield FoundCredential(DEFAULT, hit.start, hit.end) if hit.kind == _URL and is_default(secret) else hit
