"""Credentials among the values of a Secret, which also holds configuration, user names and public keys."""

from __future__ import annotations

import base64
import re

from scanner.credentials.names import DEFAULT, MISFORMED, sort_of
from scanner.credentials.values import is_blank, is_called, is_default, is_nouns, is_placeholder, is_random
from scanner.late import regex

_HASH = regex(r"(?:[\w.@+-]{1,64}:)?(?:[$](?:apr1|2[abxy]|[56y]|argon2\w{1,2})[$]|\{SSHA\d{0,3}\}).{20,}")
"""A line of a file of passwords, or the hash alone."""
_SEALED = regex(r"-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED FILE)|age-encryption\.org/|\x00?GITCRYPT|[$]ANSIBLE_VAULT")
_OPEN = regex(
    r"(?:^|_)(?:id|ids|user|users|username|user_?name|login|email|mail|name|host|hostname|url|uri|endpoint|server"
    r"|servers|address|addr|arn|region|bucket|zone|domain|issuer|subject|certs?|crt|ca|chain|pub|public\w*|publishable\w*"
    r"|fingerprint|hash|digest|checksum|sha\d*|version|image|tag|cluster|project|account|tenant|client|org|uuid|serial"
    r"|size|type|date|mode|path|dir|file|pem|known_hosts|sum|release|commit|revision|format|cipher|algorithm)(?:_\d+)?$"
)
"""Ends of names of what everybody may know."""
_DRAWN = regex(r"(?=[A-Za-z_-]{0,63}\d)(?=[0-9_+/=-]{0,63}[A-Za-z])[A-Za-z0-9+/_-]{20,512}={0,2}")
_NAMED = regex(
    r"(?:^|_)(?:auth|cookie|salt|seed|psk|hmac|jwt|pat|dsn|pepper|nonce|keys?|agekey|pin|masterkey)(?:_\d+)?$"
)
"""Names that hold a credential where they stand in a Secret."""
_STORES = (".jks", ".p12", ".pfx", ".keystore", ".keytab", ".pkcs12", ".kdbx", ".bcfks")
_PUBLIC_FILES = ("truststore", ".crt", ".pub", ".cer", "ca.pem")
_SHORTEST, _LONGEST_KEY = 16, 64


def kind_in_secret(name: str, value: str) -> str:
    """The kind of credential that a value of a Secret is or holds, as a noun phrase; empty where it is none."""
    from scanner.credentials import kinds_within

    text = value.strip()
    if not text or _SEALED.match(text):
        return ""
    within = list(kinds_within(name, text))
    if found := next((kind for kind, _ in within if kind != DEFAULT), ""):
        return "" if is_called(text) else found
    if any(not is_placeholder(part) and _may_be_used(name, part) for _, part in within):
        return DEFAULT
    return "" if within or "\n" in text else _of_one_line(name, text)


def kind_in_encoded(name: str, value: str) -> str:
    """The same of a value in base64; of a text that is not base64, it is that of the text."""
    lines = value.splitlines()
    try:
        data = base64.b64decode("".join(line.strip() for line in lines), validate=True)
    except ValueError:
        return kind_in_secret(name, value)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return _of_bytes(name, data)
    return kind_in_secret(name, text)


def _of_one_line(name: str, text: str) -> str:
    """What a value is that neither its form nor a usual name tells, because it is in a Secret."""
    if _HASH.fullmatch(text):
        return "the hash of a password"
    if is_blank(text) or is_default(text) or MISFORMED.match(text):
        return ""
    if (inner := _decoded(text)) is not None:
        return kind_in_secret(name, inner)
    plain = _plain(name)
    if _NAMED.search(plain) and (is_random(text) or _is_drawn(text)):
        return "a secret key"
    if _OPEN.search(plain) or not (_is_drawn(text) and is_random(text)):
        return ""
    return "a secret key" if plain.endswith("key") else "a random value"


def _may_be_used(name: str, value: str) -> bool:
    """Whether a well-known word may be the password, or is only the word for what a key is: `client_secret: secret`."""
    return sort_of(name) in ("", "password") or not is_nouns(value)


def _decoded(text: str) -> str | None:
    """The text that a long value in base64 stands for; None for one that is not base64 of a text."""
    try:
        inner = base64.b64decode(text, validate=True).decode() if len(text) > _LONGEST_KEY else ""
    except ValueError:
        return None
    return inner if inner and all(sign.isprintable() or sign in "\n\r\t" for sign in inner) else None


def _is_drawn(text: str) -> bool:
    return _DRAWN.fullmatch(text) is not None


def _of_bytes(name: str, data: bytes) -> str:
    """What data that is not text is, by the name of its file or of its key, and by its length."""
    folded = name.lower()
    if any(word in folded for word in _PUBLIC_FILES):
        return ""
    if folded.endswith(_STORES):
        return "a key store"
    if folded.endswith(".key"):
        return "a private key"
    named = sort_of(name) or _NAMED.search(_plain(name))
    return "a secret key" if named and _SHORTEST <= len(data) <= _LONGEST_KEY else ""


def _plain(name: str) -> str:
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().translate(str.maketrans("-./", "___"))
