"""What several findings of a rule have in common that are about one thing: a credential is revoked once."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from scanner.credentials import kinds_within
from scanner.model import Subject

_LENGTH = 8
"""Digits of a digest: enough to tell the credentials of a scan apart, and too few to find a password by trying."""


def shared_identity(once: str, subject: Subject, values: Mapping[str, Any]) -> str:
    """What findings of a rule have in common that become one, beside their messages; empty where nothing is."""
    if once == "credential":
        return _credential(subject, values)
    return subject.told[1] if once == "copies" else ""


def _credential(subject: Subject, values: Mapping[str, Any]) -> str:
    """What is the same for each place of a credential that an item or the text of a subject holds; else empty."""
    item = values.get("item")
    text = item.get("value") if isinstance(item, dict) else subject.bindings[subject.focus].get("text")
    if not isinstance(text, str):
        return ""
    parts = {part for _, part in kinds_within("", text)} or {text}
    return sha256("\n".join(sorted(parts)).encode()).hexdigest()[:_LENGTH]
