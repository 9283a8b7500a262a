"""A rule's fix as data: its effect on plain data, and its description.

A fix states what to `remove`, to `rename`, to `move`, to `translate` (some values into others), to `append` to lists
and to `set`, in this order; docs/fixes.md describes each. `fix_edits` knows positions and texts, and writes edits.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from scanner.documents.positions import join_path, split_path
from scanner.model import Subject
from scanner.subjects.agents.kinds import FILE

Path = tuple[str, ...]
"""Counts from the subject, or from the item of a rule about items."""


FIX_PLACES: Mapping[str, tuple[str, str]] = {"fix_when": ("fix", "when"), "fix_safe_when": ("fix", "safe_when")}
"""The conditions of a fix, and where a rule file has them."""


class RuleFix(Struct, frozen=True):
    """What clears a finding of a rule."""

    safe: bool
    """It changes nothing that works today."""
    safe_when: bytes | None = None
    """Where it is safe that is not so everywhere, in CEL's compiled form."""
    risk: str = ""
    """Why it is not safe: what may stop working."""
    when: bytes | None = None
    """Where it makes sense, in CEL's compiled form; everywhere where there is none."""
    remove: tuple[Path, ...] = ()
    """Fields; the empty path is the subject or the item as a whole."""
    rename: tuple[tuple[Path, Path], ...] = ()
    """A field, and the path of the same mapping that it gets."""
    move: tuple[tuple[Path, Path], ...] = ()
    """A field, and the path that it gets; items of a list are added to those that are there."""
    translate: tuple[tuple[Path, Mapping[str, str]], ...] = ()
    """A field, and the replacements of its values."""
    append: tuple[tuple[Path, tuple[Any, ...]], ...] = ()
    """A list, and what it holds then."""
    set: tuple[tuple[Path, Any], ...] = ()
    """A field, and its value."""

    @classmethod
    def of(cls, written: Mapping[str, Any], when: bytes | None, safe_when: bytes | None = None) -> RuleFix:
        """The fix as a rule file has it, with its conditions in CEL's compiled form."""
        return cls(
            written["safe"],
            safe_when,
            written.get("risk", ""),
            when,
            remove=tuple(map(split_path, written.get("remove", ()))),
            rename=tuple((split_path(old), split_path(new)) for old, new in written.get("rename", {}).items()),
            move=tuple((split_path(old), split_path(new)) for old, new in written.get("move", {}).items()),
            translate=tuple((split_path(field), table) for field, table in written.get("translate", {}).items()),
            append=tuple((split_path(field), tuple(more)) for field, more in written.get("append", {}).items()),
            set=tuple((split_path(field), value) for field, value in written.get("set", {}).items()),
        )

    @property
    def may_have_no_answer(self) -> bool:
        """Whether some failing subjects may stay as they are."""
        return bool(self.when or self.translate or self.move)

    @property
    def removes_item(self) -> bool:
        """Whether the item that fails goes as a whole."""
        return () in self.remove

    def applied(self, focus: Any, item: Path = ()) -> Any:
        """A subject's data with the fix applied to it, or to the item at a path in it; what stays is not copied.

        A subject that is null, such as a network without settings, becomes a mapping.
        """
        draft = [{} if focus is None else focus]
        for field in self.remove:
            _remove(*_holder(draft, (*item, *field)))
        for field, name in self.rename:
            holder, last = _holder(draft, (*item, *field))
            if isinstance(holder, dict) and last in holder:
                holder.setdefault(name[-1], holder.pop(last))
        for field, name in self.move:
            _move(draft, (*item, *field), (*item, *name))
        for field, table in self.translate:
            holder, last = _holder(draft, (*item, *field))
            if isinstance(holder, dict) and isinstance(holder.get(last), str) and holder[last] in table:
                holder[last] = table[holder[last]]
        for field, more in self.append:
            holder, last = _holder(draft, (*item, *field), create=True)
            if isinstance(holder, dict) and isinstance(holder.get(last), list | None):
                held = holder.get(last) or []
                holder[last] = [*held, *(copy.deepcopy(value) for value in more if value not in held)]
        for field, value in self.set:
            holder, last = _holder(draft, (*item, *field), create=True)
            if isinstance(holder, dict):
                holder[last] = copy.deepcopy(value)
        return draft[0]

    def words(self, focus: Any = None, item: Path = ()) -> str:
        """What the fix does, to a subject where one is given: such as `set securityContext.runAsNonRoot to true`."""
        gone = [join_path(field) or "the item" for field in self.remove]
        parts = [f"remove {', '.join(gone)}"] if gone else []
        parts += [f"rename {join_path(old)} to {join_path(new)}" for old, new in self.rename]
        for field, name in self.move:
            holder, last = _holder([focus], (*item, *field))
            if focus is None or (isinstance(holder, dict) and last in holder):
                parts.append(f"move {join_path(field)} to {join_path(name)}")
        for field, table in self.translate:
            holder, last = _holder([focus], (*item, *field))
            old = holder.get(last) if isinstance(holder, dict) else None
            new = table.get(old, "its replacement") if isinstance(old, str) else "its replacement"
            parts.append(f"change {join_path(field)} to {new}")
        parts += [f"append {', '.join(map(_written, more))} to {join_path(field)}" for field, more in self.append]
        parts += [f"set {join_path(field)} to {_written(value)}" for field, value in self.set]
        return " and ".join(parts)


def base_of(subject: Subject) -> str:
    """The binding that a fix changes: the document of a subject that holds it, else the focus."""
    return FILE if FILE in subject.bindings else subject.focus


def place_of(subject: Subject, item: Path) -> Path:
    """The path from what a fix changes to the item that fails; in a document, to the entry that the subject is."""
    if FILE not in subject.bindings:
        return item
    return split_path(subject.bindings[subject.focus].get("path", ""))


class ApplicableFix(Struct, frozen=True):
    """A rule's fix that makes sense for one finding, with all that its edits are worked out from."""

    finding: int
    """Which finding of its evaluation it clears."""
    rule_fix: RuleFix
    subject: Subject
    item: Path
    """The path of the failing item in the subject; empty for the subject as a whole."""

    @property
    def focus(self) -> Any:
        """The data that the fix changes, as it is."""
        return self.subject.bindings[base_of(self.subject)]


def _written(value: Any) -> str:
    from scanner.documents.data_to_text import QuotingStyle, flow

    return value if isinstance(value, str) else flow(value, QuotingStyle())


def _remove(holder: Any, last: str) -> None:
    if isinstance(holder, dict):
        holder.pop(last, None)
    elif isinstance(holder, list) and last.isdigit() and int(last) < len(holder):
        del holder[int(last)]


def _move(draft: list[Any], old: Path, new: Path) -> None:
    """Put a field elsewhere; it stays where another value is there that it cannot be added to."""
    holder, last = _holder(draft, old)
    if not isinstance(holder, dict) or last not in holder:
        return
    value = holder[last]
    target, name = _holder(draft, new, create=True)
    if not isinstance(target, dict):
        return
    held = target.get(name)
    if isinstance(held, list) and isinstance(value, list):
        target[name] = [*held, *(item for item in value if item not in held)]
    elif name in target:
        return
    else:
        target[name] = copy.deepcopy(value)
    _remove(*_holder(draft, old))


def _holder(draft: list[Any], path: Sequence[str], *, create: bool = False) -> tuple[Any, str]:
    """The mapping that holds the field at the end of a path in a draft, and the name of the field.

    Everything on the way becomes a copy that may be changed; a null counts as missing.
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
