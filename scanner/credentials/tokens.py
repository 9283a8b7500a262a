"""Whether a JSON web token can authenticate anybody: one that has expired or that documentation shows cannot."""

from __future__ import annotations

import base64
import json
from typing import Any

from scanner.late import regex

_EXPIRED = 1_793_491_200
"""The first second of November 2026: a token that expired before is expired on every day on which this release runs."""
_SIGNED = 3
"""Parts of a signed token; an encrypted one has five."""
_SHORTEST = 43
"""Characters of the shortest signature, that of HS256: https://www.rfc-editor.org/rfc/rfc7518#section-3.2."""
_WORDS = regex(
    r"(?:[a-z]{2,20}|[A-Z]{2,20}|[A-Z][a-z]{1,20})(?:[-_](?:[a-z]{2,20}|[A-Z]{2,20}|[A-Z][a-z]{1,20})){0,4}|"
)
"""Words in place of a signature, or none at all."""
_SHOWN: dict[str, tuple[object, ...]] = {
    "sub": ("1234567890", 1234567890),
    "name": ("John Doe", "Jane Doe"),
    "iss": ("supabase-demo", "joe", "https://example.com", "https://example.com/", "example.com"),
}
"""Claims of the tokens that RFC 7519, jwt.io and the demonstration of Supabase show."""


def is_void_token(token: str) -> bool:
    """Whether a token expired or is one that everybody knows, by its claims, or has no signature."""
    parts = token.split(".")
    if len(parts) == _SIGNED and len(parts[-1]) < _SHORTEST and _WORDS.fullmatch(parts[-1]):
        return True
    claims = _claims(token)
    expires = claims.get("exp")
    if isinstance(expires, int | float) and 0 < expires < _EXPIRED:
        return True
    return any(
        claims.get(name) in known for name, known in _SHOWN.items() if not isinstance(claims.get(name), list | dict)
    )


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, IndexError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}
