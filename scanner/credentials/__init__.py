"""Text -> the credentials in it: by their form, or by the name that a value stands under.

One source of truth for the rules that look for credentials (as the function `credential` of their expressions) and for
the masking of every output. It depends on nothing but the text and never asks anybody whether a credential is valid.
Exactness goes first: what may be a reference, a blank to be filled in, a hash or the name of a Secret is none.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.credentials.assignments import assigned, assigned_in, telling_lines
from scanner.credentials.encoded import encoded
from scanner.credentials.forms import FoundCredential, begun, candidate_forms, hits, lines, matches
from scanner.credentials.names import BY_NAME, DEFAULT, kind_by_name
from scanner.credentials.tokens import is_void_token
from scanner.credentials.values import is_blank, is_default, is_nouns, is_pair, is_sample
from scanner.late import regex

__all__ = [
    "BY_NAME",
    "DEFAULT",
    "HEADER",
    "assigned",
    "assigned_in",
    "begun",
    "candidate_forms",
    "encoded",
    "find",
    "hits",
    "kind_of",
    "kinds_within",
    "lines",
    "matches",
    "telling_lines",
]

_URL = "a URL with a password"
_FREE = (_URL, "a bearer token", "a password", "a URL with a key")
"""Kinds whose secret part may be anything, a reference too."""
_FIRST_LINE = regex(r"-----BEGIN (?:[A-Z0-9]{1,10} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
HEADER = "the first line of a private key"
_KEY, _JWT = "a private key", "a JSON web token"
_RUN_OF_KEY = regex("A{8,}")
"""Zeros, of which the base64 of a private key may hold many."""
_ENCODED = ("HTTP basic credentials", "registry credentials")


def kind_of(name: str, value: str) -> str:
    """The kind of credential that the value of a name is, as a noun phrase; empty where it is none.

    The name may be that of a variable, a key, an option of a command, or empty. In any case, credentials are also
    searched within the value.
    """
    return next((kind for kind, _ in kinds_within(name, value.strip())), "")


def kinds_within(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Each kind of credential that `kind_of` looks for, with the part of the text that is one."""
    yield from ((hit.kind, text[hit.start : hit.end]) for hit in _in_form(text))
    if "\n" not in text and (found := kind_by_name(name, text)):
        yield found, text
    if _FIRST_LINE.fullmatch(text):
        yield HEADER, text
    yield from ((hit.kind, text[hit.start : hit.end]) for hit in assigned(text))


def find(text: str) -> Iterator[FoundCredential]:
    """The credentials in a text: those in a form of their own, then those that it assigns to a name."""
    yield from _in_form(text)
    yield from assigned(text)


def _in_form(text: str) -> Iterator[FoundCredential]:
    for hit in hits(text):
        secret = text[hit.start : hit.end]
        if hit.kind == _JWT and is_void_token(secret):
            continue
        if is_sample(_RUN_OF_KEY.sub("", secret) if hit.kind == _KEY else secret) or (
            hit.kind in _FREE and is_blank(secret)
        ):
            continue
        if hit.kind in _ENCODED and not is_pair(secret):
            continue
        known = hit.kind == _URL and (
            is_default(secret) or is_nouns(secret) or text.endswith(f"/{secret}:", 0, hit.start)
        )
        yield FoundCredential(DEFAULT, hit.start, hit.end) if known else hit
