"""Where values stand in a text: marks, and the names of what they say.

A mark is a plain tuple, made for every key and value of every file: as a named tuple it made reading a large YAML file
3 to 5 % slower and took twice the time to hand over to another process. Its order is known here and where marks
are made; everyone else asks by name. Lines and columns are 0-based, columns in code points, ends exclusive.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Place: TypeAlias = tuple[int, int]
"""A line and a column."""
Children: TypeAlias = "dict[str, Mark] | list[Mark] | None"
"""The marks inside a value: by key for a mapping, in order for a list, None for a scalar."""
Region: TypeAlias = tuple[int, int, int, int, int, int, int]
"""A mark without its children: (key line, key column, key end column, line, column, end line, end column)."""
Mark: TypeAlias = tuple[int, int, int, int, int, int, int, Children]
"""A region and children. A value without a key has its own start in place of the key's, and 0 as the key's end."""

NOWHERE: Mark = (0, 0, 0, 0, 0, 0, 0, None)
"""The mark of a value that is not in a text."""


def keyless(start: Place, end: Place, children: Children = None) -> Mark:
    """The mark of a value without a key, such as an item of a list."""
    return (*start, 0, *start, *end, children)


def spanning(first: Mark, last: Mark) -> Mark:
    """A mark that reaches from the key of one value to the end of a later one."""
    return (*first[:5], *last[5:7], None)


def with_children(mark: Mark, children: Children) -> Mark:
    """A mark of the same region with other children."""
    return (*mark[:7], children)


def region_of(mark: Mark) -> Region:
    """A mark without its children."""
    return mark[:7]


def has_key(mark: Mark) -> bool:
    """Whether a value has a key."""
    return mark[2] > 0


def key_start_of(mark: Mark) -> Place:
    """Where the key begins; where the value does if it has no key."""
    return mark[:2]


def key_line_of(mark: Mark) -> int:
    """The line in which the key begins, or the value if it has no key."""
    return mark[0]


def key_end_of(mark: Mark) -> Place:
    """Where the key ends; of use only for a mark that has a key."""
    return mark[0], mark[2]


def start_of(mark: Mark) -> Place:
    """Where the value begins."""
    return mark[3:5]


def end_of(mark: Mark) -> Place:
    """Where the value ends."""
    return mark[5:7]


def line_of(mark: Mark) -> int:
    """The line in which the value begins."""
    return mark[3]


def children_of(mark: Mark) -> Children:
    """The marks inside a value."""
    return mark[7]


def entries_of(mark: Mark) -> dict[str, Mark]:
    """The marks inside a mapping by key; none for any other value."""
    children = mark[7]
    return children if isinstance(children, dict) else {}


def items_of(mark: Mark) -> list[Mark]:
    """The marks inside a list; none for any other value."""
    children = mark[7]
    return children if isinstance(children, list) else []


def holds(mark: Mark, place: Place) -> bool:
    """Whether a place is in the region of a value, its end included."""
    return mark[3:5] <= place <= mark[5:7]


def moved(mark: Mark, down: int, right: int) -> Mark:
    """A mark, and those inside, further down and to the right."""
    key_line, key_column, key_end, line, column, end_line, end_column, children = mark
    inside = within(children, lambda each: moved(each, down, right))
    key = (key_line + down, key_column + right, key_end + right if key_end else 0)
    return (*key, line + down, column + right, end_line + down, end_column + right, inside)


def all_at(mark: Mark, place: Mark) -> Mark:
    """A mark, and those inside, all in the region of another."""
    return (*place[:7], within(mark[7], lambda each: all_at(each, place)))


def within(children: Children, change: Callable[[Mark], Mark]) -> Children:
    """The marks inside a value, each changed."""
    if isinstance(children, dict):
        return {name: change(each) for name, each in children.items()}
    return list(map(change, children)) if isinstance(children, list) else None
