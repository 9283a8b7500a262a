"""The kind of credential that a value is by the name of its key."""

from __future__ import annotations

from functools import lru_cache

from scanner.credentials.values import NUMBERS, is_blank, is_called, is_default, is_nouns, is_random, is_sample
from scanner.late import regex

DEFAULT = "a default password"
"""The kind of a well-known password that is used as it is."""
BY_NAME = frozenset({DEFAULT, "a password", "a token", "a secret key", "a random value", "the hash of a password"})
"""Kinds of values that the name of their key, or their place in a Secret, tells, and no form of their own."""
WORDS = ("pass", "pwd", "_pw", "secret", "token", "key", "credential", "masterauth")
"""What the name of a credential holds: a text without any of them needs no closer look."""

_PASSWORD = regex(r"(?:password|passwd|passphrase|requirepass|masterauth|(?:^|_)(?:pass|pw)|[a-z]_pwd)(?:_?\d+)?$")
_KEY = regex(
    r"(?:api_?key|access_?key|secret_?key|secret_key_base|private_?key|signing_?key|encryption_?key|client_?secret"
    r"|jwt_?secret|session_?secret|cookie_?secret|signing_?secret|(?:api|auth|access|refresh|bearer)_?token)(?:_\d+)?$"
)
_OTHER = regex(
    r"(?:(?:^|_)(?:token|secrets?|credentials?|(?:auth|app|license|account|storage|service|master)_?key)"
    r"|[a-z](?:secret|token))(?:_\d+)?$"
)
"""Names that as often name an object as they hold a value."""
_SORTS = {"password": _PASSWORD, "key": _KEY, "other": _OTHER}
_HARMLESS = regex(
    r"public|publishable|(?:pull|tls|cert)_?secret|checksum|hash|digest|fingerprint|^(?:old)?_?pwd$"
    r"|(?:csrf|next|continue)_?token$|^trusted_client_token$"
)
"""Names of what is not a secret, among them the token that is the same in every Edge browser:
https://github.com/rany2/edge-tts/blob/master/src/edge_tts/constants.py as of 2026-11.
"""
_ASKS = regex(
    r"-{1,2}(?:(?:no|not|without|skip|disable|empty|allow[-_]empty|ask(?:[-_]for)?|prompt(?:[-_]for)?|request|read)[-_]"
    r"(?:[a-z]+[-_]){0,2}|(?:ask|prompt))(?:pass(?:word|wd|phrase|code)?|pwd?|secret|token|key|credentials?)s?"
)
"""An option that says that there is no credential, or that the program asks for it; it has no value."""
_NAME_OF_RESOURCE = regex(r"(?:[a-z]{2,20}-)*[a-z]{2,20}(?:\.(?:[a-z]{2,20}-)*[a-z]{2,20}){1,4}/[A-Za-z0-9.-]{1,12}")
"""The name of a resource in a domain, such as `worker.domain/10G`."""
_NAME_OF_SECRET = regex(r"[a-z0-9]{1,60}(?:-[a-z0-9]{1,60}){0,8}-(?:secrets?|credentials?)(?:-name)?")
"""The name of a Secret, to which a `secretKey` may refer."""
_JOINT = regex(r"([a-z0-9])([A-Z])")
_AS_ONE = str.maketrans("-./", "___")
MISFORMED = regex(r"gh[oprsu]_(?![A-Za-z0-9_]{20,255}$)|github_pat_(?!\w{60,255}$)|glpat-(?![\w.-]{18,300}$)")
"""What begins like a token and cannot be one, because of a character or its length: somebody made it up."""
_ADDRESS = regex(r"0x[0-9A-Fa-f]{40}")
"""The public address of a contract or an account on Ethereum: a token is such a contract."""
_SHORTEST = 3
_TELLING = 16
"""Characters from which a key may also consist of words."""


@lru_cache(maxsize=4096)
def sort_of(name: str) -> str:
    """What a name promises: a `password`, a `key`, or something `other` that may be a credential; else empty."""
    if name.startswith("-") and _ASKS.fullmatch(name.lower()):
        return ""
    folded = _JOINT.sub(r"\1_\2", name.lstrip("-")).lower()
    if not any(word in folded for word in WORDS):
        return ""
    plain = folded.translate(_AS_ONE)
    if "=" in plain or _HARMLESS.search(plain):
        return ""
    return next((sort for sort, names in _SORTS.items() if names.search(plain)), "")


def kind_by_name(name: str, value: str) -> str:
    """The kind of credential that a value of one line is by its name; empty where it is none."""
    sort = sort_of(name)
    if not sort or len(value) < _SHORTEST or MISFORMED.match(value):
        return ""
    if sort == "password" and value in NUMBERS:
        return DEFAULT
    option = name.startswith("-") and value.startswith("-")  # two options of a command, one after the other
    if option or is_blank(value) or _is_blank_assignment(value):
        return ""
    if sort == "password":
        return DEFAULT if is_default(value) or is_nouns(value) else "a password"
    noun = "a token" if name.lower().rstrip("_-0123456789").endswith("token") else "a secret key"
    return _key(name.lower().rstrip("_-0123456789"), sort, noun, value)


def _is_blank_assignment(value: str) -> bool:
    """Whether an option such as `--secret TOKEN=$TOKEN` gets the name of a variable and a reference to it."""
    name, _, rest = value.partition("=")
    return name.isidentifier() and rest.startswith(("$", "<", "{", "%")) and is_blank(rest)


def _key(name: str, sort: str, noun: str, value: str) -> str:
    """What a value is under the name of a key or token: seldom chosen by a person, so it is random or well known."""
    if noun == "a token" and _NAME_OF_RESOURCE.fullmatch(value):
        return ""
    if sort == "other":
        return noun if is_random(value) and not (noun == "a token" and _ADDRESS.fullmatch(value)) else ""
    if is_default(value):
        return DEFAULT
    if is_called(value) or (name.endswith("key") and _NAME_OF_SECRET.fullmatch(value)):
        return ""
    drawn = is_random(value) or len(value) >= _TELLING
    return noun if drawn and not is_sample(value) and not is_nouns(value) else ""
