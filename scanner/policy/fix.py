"""A rule's fix applied to plain data; positions and files are for those who write edits."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from scanner.documents.positions import split_path


def apply(fix: Mapping[str, Any], focus: Any) -> Any:
    """A copy of a subject's data with a fix applied: `remove` takes fields away, `set` gives them a value."""
    fixed = copy.deepcopy(focus)
    for dotted in fix.get("remove", ()):
        *parents, last = split_path(dotted)
        holder = _reach(fixed, parents, create=False)
        if isinstance(holder, dict):
            holder.pop(last, None)
    for dotted, value in fix.get("set", {}).items():
        *parents, last = split_path(dotted)
        holder = _reach(fixed, parents, create=True)
        if isinstance(holder, dict):
            holder[last] = copy.deepcopy(value)
    return fixed


def _reach(value: Any, path: list[str], *, create: bool) -> Any:
    for part in path:
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict):
            if part not in value and create:
                value[part] = {}
            value = value.get(part)
        else:
            return None
    return value
