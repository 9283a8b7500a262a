"""What an operation is for, by the words of its path and name, where that explains why anybody may call it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from scanner.late import regex

_WORD = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_LISTS: Mapping[str, str] = {
    "sign-in": "login logins logout signin signup signout register registration registrations auth oauth oauth2 oidc"
    " openid saml sso authn authorize authentication authenticate token tokens jwt otp totp mfa passkey passkeys"
    " webauthn session sessions password passwords passwd forgot reset recover recovery verify verification confirm"
    " confirmation activate activation captcha handshake refresh revoke introspect invite invitation accept setup"
    " challenge nonce",
    "notification": "webhook webhooks hook hooks callback callbacks inbound ipn postback ingest",
    "open": "health healthz healthcheck readyz livez ping echo contact newsletter subscribe unsubscribe feedback csp"
    " public anonymous guest guests telemetry metrics analytics waitlist demo sandbox",
    "reading": "search query queries graphql find lookup filter list count validate validation check preview"
    " calculate estimate quote convert render parse suggest autocomplete match resolve translate test compare simulate"
    " predict classify format encode decode hash lint diff",
}
_BY_WORD = {word: purpose for purpose, words in _LISTS.items() for word in words.split()}
_TWO = {("log", "in"): "sign-in", ("log", "out"): "sign-in", ("sign", "in"): "sign-in", ("sign", "up"): "sign-in"}
_JOINED = frozenset(("user", "users", "account", "accounts", "member", "members"))
"""Collections to which people add themselves when they register."""
_READS = regex(r"(?i)\s*(?:gets?|lists?|search(?:es)?|finds?|retrieves?|quer(?:y|ies)|reads?|looks? up)\s")
_NOT_ONLY = regex(
    r"(?i)\b(?:and|or|then|new|codes?|credentials?|(?:api)?keys?|links?|passwords?|secrets?|sessions?|tokens?|urls?)\b"
)
"""Words of a summary with which more may be done than to read, or something made for the caller."""
_ANYWHERE = frozenset(("sign-in", "notification", "open"))
"""Purposes that a word in any part of a path shows; that of reading is shown by its last part."""


def purpose(method: str, path: str, name: str) -> str:
    """The purpose of an operation at a path with an `operationId`; empty for any other."""
    words = _words(path)
    if method == "POST" and words and words[-1] in _JOINED and not path.rstrip("/").endswith("}"):
        return "sign-in"
    for found in (_of(words), _of(_words(name))):
        if found in _ANYWHERE:
            return found
    last = _words(path.rstrip("/").rpartition("/")[2])
    return "reading" if any(_BY_WORD.get(word) == "reading" for word in (*last, *_words(name)[:1])) else ""


def reads_by_post(summary: str, answers: Mapping[str, bool]) -> bool:
    """Whether a POST only reads, by its summary and by its answers without an error, each with whether it has data.

    What creates or changes something answers with 201, 202 or 204, or with nothing.
    """
    return bool(_READS.match(summary)) and not _NOT_ONLY.search(summary) and dict(answers) == {"200": True}


def _of(words: list[str]) -> str:
    pairs = pairwise(words)
    known = (*(_TWO.get(pair, "") for pair in pairs), *(_BY_WORD.get(word, "") for word in words))
    return next((each for each in known if each in _ANYWHERE), "")


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
