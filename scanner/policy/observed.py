"""The value of the field that a failure points at."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache, partial
from typing import Any

from msgspec import Struct

from scanner.documents.positions import join_path, split_path
from scanner.late import regex
from scanner.masking import mask
from scanner.model import Subject
from scanner.policy import expression
from scanner.policy.items import Item
from scanner.policy.rule import Rule

_PLACEHOLDER = regex(r"\{([\w.]+)\}")
_LARGEST = 2048
"""Bytes of a value that is shown as it is; of a larger one the digest is shown."""
_SHOWN = 60
"""Characters of a value that a sentence shows."""
_OWN_NAMES = ("name", "id")
_BETWEEN = regex(r"[\s,/]+")
"""What separates the parts of the name of a subject."""
_SECRET = ("data", "stringData")
_FREE_TEXT = frozenset(
    ("command", "args", "tools", "task", "prompt", "instructions", "description", "annotations", "exec")
)
"""Fields that may hold any text, including a password that no pattern recognises."""


class Observed(Struct, frozen=True):
    """A field in words, and its value."""

    words: str = ""
    evidence: str | None = None
    """Canonical JSON, or `sha256:` and a digest; None where it may hold a credential, or is not there."""


NOTHING = Observed()


def pointed_at(rule: Rule, subject: Subject) -> tuple[str, ...]:
    """The path of the field that a rule points at: `or_at` if that is stated and `at` is not."""
    path = split_path(rule.at)
    if not rule.or_at or _value(subject.bindings[subject.focus], path)[0]:
        return path
    other = tuple(_PLACEHOLDER.sub(partial(_inserted, subject), part) for part in split_path(rule.or_at))
    return other if _value(subject.bindings, other)[0] else path


def _inserted(subject: Subject, found: re.Match[str]) -> str:
    return str(_value(subject.bindings, split_path(found[1]))[1])


def observe(rule: Rule, subject: Subject, item: Item, said: str) -> Observed:
    """The value at the field that a rule points at, or that it is not there.

    A rule may point at the name of the subject, because what it asks for is in none of its fields: what was observed is
    then what the message says.
    """
    path = pointed_at(rule, subject)
    if not item.path and path and path[0] in subject.marks and path[0] != subject.focus:
        holder, steps = subject.bindings, path
    else:
        holder, steps = subject.bindings[subject.focus], (*item.path, *path)
    if not steps:
        return NOTHING
    if steps[0] not in holder and steps[0] in subject.bindings:  # an item of another binding than the focus
        holder = subject.bindings
    field = join_path(steps)
    found, value = _value(holder, steps)
    if not found:
        return Observed(f"{field} is not set")
    if steps[-1] in _OWN_NAMES and value in _BETWEEN.split(subject.name) and _asks_else(rule, steps[-1]):
        return Observed(said)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    if (
        rule.info.sensitive
        or _in_secret(subject, steps)
        or not _FREE_TEXT.isdisjoint(steps)
        or _looks_secret(steps[-1], text)
    ):
        return Observed(f"{field} is set")
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return Observed(f"{field} is {shown}", evidence(text))


def _asks_else(rule: Rule, name: str) -> bool:
    """Whether what a rule requires reads no field of this name."""
    return name not in expression.reads(rule.require).words


def expected(rule: Rule) -> str:
    """The value that resolves a failure where the fix of the rule states one; empty where only its title states it."""
    fix = rule.fix
    if fix is None or fix.when or fix.rename or fix.move or fix.translate or fix.append:
        return ""
    said = [
        f"{join_path(field)} is {json.dumps(value, ensure_ascii=False, sort_keys=True)}" for field, value in fix.set
    ]
    said += [f"{join_path(field)} is not set" for field in fix.remove if field]
    return " and ".join(said)


def _value(holder: Any, steps: tuple[str, ...]) -> tuple[bool, Any]:
    """Whether a value exists at a path, and the value."""
    for step in steps:
        if isinstance(holder, dict) and step in holder:
            holder = holder[step]
        elif isinstance(holder, list) and step.isdecimal() and int(step) < len(holder):
            holder = holder[int(step)]
        else:
            return False, None
    return True, holder


def _in_secret(subject: Subject, steps: tuple[str, ...]) -> bool:
    """Whether a field is of the data of a Secret."""
    held = subject.bindings[subject.focus]
    return isinstance(held, dict) and held.get("kind") == "Secret" and steps[0] in _SECRET


def _looks_secret(name: str, text: str) -> bool:
    """Whether a value may hold a credential; most failures of a rule are about one of a few short values."""
    return _short_looks_secret(name, text) if len(text) <= _SHOWN else _is_masked(name, text)


@lru_cache(maxsize=4096)
def _short_looks_secret(name: str, text: str) -> bool:
    return _is_masked(name, text)


def _is_masked(name: str, text: str) -> bool:
    spoken = f"{name}: {text}"
    return mask(spoken) != spoken or mask(text) != text


def evidence(text: str) -> str:
    """A value as evidence: as it is, or the digest of a large one."""
    data = text.encode("utf-8", "surrogatepass")
    return text if len(data) <= _LARGEST else f"sha256:{hashlib.sha256(data).hexdigest()}"
