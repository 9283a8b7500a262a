"""What a rule's fix makes of plain data, and what it is called; positions and texts are for those who write edits.

A fix says what to `remove`, to `rename`, to `translate` (some values into others), to `append` to lists and to `set`,
in this order; docs/fixes.md describes each. Fields count from the subject, or from the item of a rule about items.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.documents.positions import split_path


def apply(fix: Mapping[str, Any], focus: Any, item: Sequence[str] = ()) -> Any:
    """A subject's data with a fix applied to it, or to the item at a path in it; what stays is not copied."""
    draft = [focus]
    for dotted in fix.get("remove", ()):
        holder, last = _holder(draft, (*item, *split_path(dotted)))
        if isinstance(holder, dict):
            holder.pop(last, None)
        elif isinstance(holder, list) and last.isdigit() and int(last) < len(holder):
            del holder[int(last)]
    for old, new in fix.get("rename", {}).items():
        holder, last = _holder(draft, (*item, *split_path(old)))
        if isinstance(holder, dict) and last in holder:
            holder.setdefault(split_path(new)[-1], holder.pop(last))
    for dotted, table in fix.get("translate", {}).items():
        holder, last = _holder(draft, (*item, *split_path(dotted)))
        if isinstance(holder, dict) and isinstance(holder.get(last), str) and holder[last] in table:
            holder[last] = table[holder[last]]
    for dotted, more in fix.get("append", {}).items():
        holder, last = _holder(draft, (*item, *split_path(dotted)), create=True)
        if isinstance(holder, dict) and isinstance(holder.get(last), list | None):
            held = holder.get(last) or []
            holder[last] = [*held, *(copy.deepcopy(value) for value in more if value not in held)]
    for dotted, value in fix.get("set", {}).items():
        holder, last = _holder(draft, (*item, *split_path(dotted)), create=True)
        if isinstance(holder, dict):
            holder[last] = copy.deepcopy(value)
    return draft[0]


def words(fix: Mapping[str, Any], focus: Any = None, item: Sequence[str] = ()) -> str:
    """What a fix does, to a subject where one is given: such as `set securityContext.runAsNonRoot to true`."""
    gone = [dotted or "the item" for dotted in fix.get("remove", ())]
    parts = [f"remove {', '.join(gone)}"] if gone else []
    parts += [f"rename {old} to {new}" for old, new in fix.get("rename", {}).items()]
    for dotted, table in fix.get("translate", {}).items():
        holder, last = _holder([focus], (*item, *split_path(dotted)))
        old = holder.get(last) if isinstance(holder, dict) else None
        parts.append(f"change {dotted} to {table.get(old, 'what came after it')}")
    parts += [f"append {', '.join(map(_said, more))} to {dotted}" for dotted, more in fix.get("append", {}).items()]
    parts += [f"set {dotted} to {_said(value)}" for dotted, value in fix.get("set", {}).items()]
    return " and ".join(parts)


def _said(value: Any) -> str:
    from scanner.documents.writing import Manner, flow

    return value if isinstance(value, str) else flow(value, Manner())


def _holder(draft: list[Any], path: Sequence[str], *, create: bool = False) -> tuple[Any, str]:
    """What holds the field at the end of a path in the one value of a draft, and the name of the field.

    Everything on the way becomes a copy that may be changed; a null counts as nothing there.
    """
    *parents, last = path
    above: Any = draft
    key: Any = 0
    for part in (*parents, None):
        value = above[key]
        if not isinstance(value, dict | list):
            return None, last
        above[key] = value = value.copy()
        if part is None:
            return value, last
        if isinstance(value, dict):
            if create and value.get(part) is None:
                value[part] = {}
            above, key, there = value, part, part in value
        else:
            there = part.isdigit() and int(part) < len(value)
            above, key = value, int(part) if there else 0
        if not there:
            break
    return None, last
