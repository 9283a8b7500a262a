"""Credentials in the code blocks of texts, which show examples: what is evidently one and not made up for the text.

A credential in the form of its issuer is one wherever it stands. A value that only its name or its place makes a
credential is one here if it looks drawn at random, or if its command line names a host that can exist and no well-known
word is in it. What a tool runs by itself is not judged here.
"""

from __future__ import annotations

import base64
from itertools import pairwise

from scanner.credentials import BY_NAME, DEFAULT, kinds_within
from scanner.credentials.values import is_random
from scanner.late import regex
from scanner.subjects.agents.attack_examples import hosts_of, is_private, stands_for

_BASIC = "HTTP basic credentials"
_BY_PLACE = BY_NAME | {"a URL with a password", "a URL with a key", "a bearer token", _BASIC}
"""Kinds of credentials that have no form of an issuer."""
_SHORTEST = 10
"""Characters from which a value may be drawn at random."""
_PREFIX = regex(r"(?:[a-z]{1,8}[-_]){1,3}")
"""What issuers set before a token."""
_RUN = 3
_PLAIN = str.maketrans("013457@$!", "oleastasi")
"""Digits and signs in place of letters."""
_TELLING = regex(
    r"pass(?:w(?:or)?d)?(?![a-z]{2}\d)|secret|token|credential|chang(?:e|ing)|your|demo|test|example|sample|dummy|fake|admin"
    r"|valid|attempt|guess|user|login|prod|local|strong|secure|welcome|qwert|hunter|letmein|random|some|value|string"
    r"|clave|chave|senha|segredo|schluessel|geheim|passe"
)
"""Words of examples and placeholders in a value."""
_GENERIC = regex(
    r"(?i)(?:[\w-]+\.)*(?:the|my|your|our|some|any|an?|test|example|sample|demo|dummy|fake)?[-_]?"
    r"(?:target|victim|attacker|evil|malicious|vulnerable|vuln|site|website|domain|company|corp|org|organi[sz]ation|app"
    r"|application|api|host|server|service|shop|store|bank|backend|instance|acme|foo|bar|test|example|sample|demo)\d*"
    r"\.(?:com|net|org|io|dev|app|co|ai|local|test)"
)
"""A name of the Internet that texts make up: nothing but a word for the machine that is meant."""
_LOCAL = regex(r"(?i)localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal|[\w-]+")
"""The machine itself, and names without a dot, such as those of services of Docker Compose."""
_PARTS = regex(r"[-_.]")
_IMAGE = regex(
    r"(?:<img\b[^<>]{0,300}?\bsrc=[\"']?|!\[[^\]\n]{0,300}\]\(<?)https://[^\s\"'<>()?]{1,1000}/o/[^\s\"'<>()?/]{1,1000}"
    r"\?alt=media&(?:amp;|#x26;|#38;)?token=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![\w-])"
)
"""A shown image in Cloud Storage for Firebase, which GitBook uses: whoever reads the page has the token of its address.

https://firebase.google.com/docs/storage/web/download-files as of 2026-11.
"""
_WHOLE = 16
"""Characters from which a part of a value is the token, and what is before it, its prefix: `shop_prod_…`."""


def shown_kind(name: str, value: str, line: str, *, of_attack: bool) -> str:
    """The kind of credential that a value of a command line in a text evidently is or holds; empty where it is none.

    In a text about attacks, private addresses are those of examples.
    """
    for kind, part in kinds_within(name, value.strip()):
        if kind == DEFAULT:
            continue
        secret = _password(part) if kind == _BASIC else part
        if kind not in _BY_PLACE or _is_evident(secret, line, of_attack=of_attack):
            return kind
    return ""


def image_tokens(line: str) -> list[str]:
    """The tokens in the addresses of images that a line shows to all readers of its page."""
    return _IMAGE.findall(line) if "alt=media" in line else []


def _password(basic: str) -> str:
    """The password of HTTP basic credentials."""
    try:
        return base64.b64decode(basic + "=" * (-len(basic) % 4)).decode().partition(":")[2]
    except ValueError:
        return basic


def _is_evident(value: str, line: str, *, of_attack: bool) -> bool:
    """Whether a value is a credential by what it consists of, or by the host that its command line names."""
    longest = max(_PARTS.split(value), key=len)
    telling = longest if len(longest) >= _WHOLE and is_random(longest) else value
    folded = telling.lower()
    if _counts(telling) or _TELLING.search(folded) or _TELLING.search(folded.translate(_PLAIN)):
        return False
    return _is_drawn(telling) or _names_host(line, of_attack=of_attack)


def _is_drawn(value: str) -> bool:
    """Whether letters and digits follow each other as in no word."""
    return len(value) >= _SHORTEST and is_random(value) and not (value.isalpha() or value.isdecimal())


def _counts(value: str) -> bool:
    """Whether letters and digits of a value count up: `a1b2c3d4e5f6`, `abc123def456`."""
    text = _PREFIX.sub("", value, count=1).lower()
    letters, digits = ("".join(filter(kind, text)) for kind in (str.isalpha, str.isdecimal))
    return bool(letters and digits) and len(letters + digits) == len(text) and all(map(_is_counted, (letters, digits)))


def _is_counted(text: str) -> bool:
    """Whether a text consists of runs of signs of which each is the next one of the one before it."""
    run = 1
    for one, other in pairwise(text):
        follows = ord(other) - ord(one) == 1 or (one, other) == ("9", "0")
        if not follows and run < _RUN:
            return False
        run = run + 1 if follows else 1
    return run >= _RUN


def _names_host(line: str, *, of_attack: bool) -> bool:
    """Whether a command line names a host that can be that of somebody: no example and not the machine itself."""
    hosts = [host for host in hosts_of(line) if not _LOCAL.fullmatch(host)]
    return any(
        not of_attack if is_private(host) else not (_GENERIC.fullmatch(host) or stands_for(host)) for host in hosts
    )
