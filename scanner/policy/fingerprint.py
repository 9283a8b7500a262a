"""The identity of a finding, which stays the same while its surroundings change."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from scanner.masking import hidden
from scanner.model import RuleInfo, Subject


def fingerprint(rule: RuleInfo, subject: Subject, item: Sequence[str], at: str) -> str:
    """What stays the same of a finding while the text around it changes: rule, subject, and the field the rule means.

    The rule counts by the first id that it ever had. The field counts as the rule names it, whether or not it is there
    yet; an item of a list counts by its name, or by itself where it is a plain value, so that a list may be reordered.
    """
    names: list[str] = []
    value = subject.bindings[subject.focus]
    for part in item:
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
            named = value.get("name") if isinstance(value, dict) else value
            names.append(str(named) if isinstance(named, str | int | float) else part)
        else:
            value = value.get(part) if isinstance(value, dict) else None
            names.append(part)
    identity = "\0".join((rule.first_id, *map(hidden, (subject.kind, subject.identity, *names)), at))
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]
