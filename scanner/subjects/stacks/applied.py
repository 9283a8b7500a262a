"""Builds what is in force of a service or a resource: values with the defaults of variables, each at its own place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self

from scanner.documents.positions import Node
from scanner.marks import NOWHERE, Mark, entries_of, with_children
from scanner.subjects.stacks.variables import FILLED, substitute, variables_in
from scanner.subjects.subject_builder import SubjectBuilder

Entry = tuple[Any, Mark]
"""An item of a list that is built, and its place."""
Reason = tuple[str, str]
"""Why a field is not known, and what to provide."""
_TRUE = frozenset(("true", "y", "yes", "on", "1"))
_FALSE = frozenset(("false", "n", "no", "off", "0"))


class Applied(SubjectBuilder):
    """Data for rule expressions; a value of which a variable without a default is a part is not known."""

    def __init__(self) -> None:
        super().__init__()
        self.reasons: dict[str, Reason] = {}
        """Why fields are not known, and what to provide."""

    def miss(self, name: str, reason: Reason) -> Self:
        """Take in that a field is not known."""
        self.unknowns.add(name)
        self.reasons.setdefault(name, reason)
        return self

    def explain(self, path: str, name: str, written: str, fields: Iterable[str]) -> None:
        """Take in why fields of an item are not known, if the one that gives them has variables that nobody sets."""
        if variables_in(written):
            self.reasons.update({f"{path}.{field}": _unset(name, written) for field in fields})

    def text(self, name: str, node: Node) -> Self:
        """Take a text in, or a number as text."""
        written = as_text(node.value)
        if node.mark and written is not None:
            told = substitute(written)
            if told.known:
                self.data[name], self.marks[name] = told.text, node.mark
            else:
                self.miss(name, _unset(name, told.text))
        return self

    def flag(self, name: str, node: Node) -> Self:
        """Take a boolean in, or a text that Compose reads as one."""
        if node.mark and node.value is not None:
            value = as_flag(node.value)
            if value is None:
                self.miss(name, _unset(name, as_text(node.value) or ""))
            else:
                self.data[name], self.marks[name] = value, node.mark
        return self

    def number(self, name: str, node: Node) -> Self:
        """Take a whole number in, or a text that is one."""
        written = as_text(node.value)
        if node.mark and written is not None:
            told = substitute(written)
            if told.known and told.text.isdecimal():
                self.data[name], self.marks[name] = int(told.text), node.mark
            else:
                self.miss(name, _unset(name, told.text))
        return self

    def listed(self, name: str, entries: Iterable[Entry], whole: Mark | None = None) -> Self:
        """Take a list in that is built of several places; an empty one is left out."""
        found = list(entries)
        if found:
            self.data[name] = [value for value, _ in found]
            self.marks[name] = with_children(whole or found[0][1], [mark for _, mark in found])
        return self

    def nested(self, name: str, inner: Applied, whole: Node) -> Self:
        """Take a mapping in that is built; an empty one is left out."""
        if inner.data:
            self.data[name] = inner.data
            self.marks[name] = with_children(whole.mark or NOWHERE, inner.marks)
        self.unknowns |= inner.unknowns
        self.reasons.update(inner.reasons)
        return self


def _unset(name: str, text: str) -> Reason:
    """The reason for a value with variables that nobody sets in the file."""
    names = ", ".join(dict.fromkeys(variables_in(text)))
    if not names and FILLED in text:
        return f"a template fills `{name}`", "scan the files that the template engine writes"
    if not names:
        return f"`{name}` is not a value that is known", f"write `{name}` as a plain value"
    why = f"`{name}` depends on {names}, which the shell sets, or with Compose the file .env, of which no value is used"
    config = "scan what `docker compose config` or `docker stack config` prints with the values of the deployment"
    return why, f"{config}, or, where nothing sets {names}, give a default, as in `${{NAME:-default}}`"


def as_text(value: Any) -> str | None:
    """A scalar as the text that it stands for; None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    return None


def as_flag(value: Any) -> bool | None:
    """A boolean, or a text that is read as one; None for anything else."""
    written = as_text(value)
    told = substitute(written) if written is not None else None
    word = told.text.strip().lower() if told and told.known else ""
    return True if word in _TRUE else False if word in _FALSE else None


def texts(node: Node) -> Iterator[Entry]:
    """The texts of a list, or the one text that may replace it, with defaults of variables."""
    for part in node.elements() if isinstance(node.value, list) else (node,):
        written = as_text(part.value)
        if part.mark and written is not None:
            yield substitute(written).text, with_children(part.mark, None)


def pairs(node: Node) -> Iterator[Entry]:
    """`{name, value}` of a mapping or of a list of `NAME=value`; without `value` where none is given."""
    if isinstance(node.value, list):
        for part in node.elements():
            written = as_text(part.value)
            if part.mark and written is not None:
                name, given, value = written.partition("=")
                yield _pair(name, value if given else None, part.mark)
        return
    for name, part in node.items():
        if part.mark and not isinstance(part.value, dict | list):
            yield _pair(name, as_text(part.value), part.mark)


def as_written(environment: Node) -> Iterator[tuple[str, str]]:
    """The name and the value of each variable, as the file states them; without a value, it is empty."""
    if isinstance(environment.value, list):
        for part in environment.value:
            name, _, value = (as_text(part) or "").partition("=")
            yield name, value
    elif isinstance(environment.value, dict):
        yield from ((str(name), as_text(value) or "") for name, value in environment.value.items())


def _pair(name: str, value: str | None, mark: Mark) -> Entry:
    place = with_children(mark, None)
    told: dict[str, Any] = {"name": substitute(name).text}
    marks = {"name": place}
    if value is not None:
        told["value"], marks["value"] = substitute(value).text, place
    return told, with_children(mark, marks)


def entry(mark: Mark, **fields: Any) -> Entry:
    """An item, with each field where a mapping states it and otherwise all at one place; None leaves a field out."""
    told = {name: value for name, value in fields.items() if value is not None}
    place, own = with_children(mark, None), entries_of(mark)
    return told, with_children(mark, {name: with_children(own.get(name, place), None) for name in told})
