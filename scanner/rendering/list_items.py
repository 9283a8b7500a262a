"""The items of lists that a line of YAML is in, by their names, as far as the text states these.

A template may have one container in its text and put another one in by an expression. A line of the second one must not
be taken for a line of the first.
"""

from __future__ import annotations

from collections.abc import Sequence

from scanner.late import regex

_NAME = regex(r"[\"']?name[\"']?:[ \t]+[\"']?([^\s\"'{}#]+)[\"']?[ \t]*(?:#.*)?$")
_ITEM = "- "
Names = tuple[str, ...]
"""The names of the items that a line is in, from the outside in; empty texts stand for those that are not stated."""


def items_of(lines: Sequence[str]) -> list[Names]:
    """The items that each line is in, by indentation. Lines that are comments or begin with an expression end none."""
    names: list[str] = []
    columns: list[int] = []
    starts: dict[int, int] = {}
    within: list[tuple[int, ...]] = []
    stack: list[int] = []
    for line in lines:
        text = line.strip()
        if text and not text.startswith(("{{", "#")):
            column = len(line) - len(line.lstrip())
            while stack and columns[stack[-1]] >= column:
                stack.pop()
            if text.startswith(_ITEM):
                names.append("")
                columns.append(column)
                stack.append(len(names) - 1)
                column += len(text) - len(text[len(_ITEM) :].lstrip())
                text = text[len(_ITEM) :].lstrip()
                starts[stack[-1]] = column
            if stack and starts[stack[-1]] == column and (found := _NAME.match(text)):
                names[stack[-1]] = found[1]
        within.append(tuple(stack))
    return [tuple(names[each] for each in some) for some in within]


def differ(some: Names, others: Names) -> bool:
    """Whether two lines are in items of different names at the same depth."""
    return len(some) == len(others) and any(
        one and other and one != other for one, other in zip(some, others, strict=True)
    )
