"""One CEL expression for `require` of all items of `each`: true only if every item meets it.

The evaluator asks it first. Only where it is not true are the items evaluated one by one, which tells the failing from
the unknown ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import count

from scanner.policy.expression import ANY, Path
from scanner.policy.variables import ITEM, KEY


def source(starts: Iterable[Path], require: str, *, reads_key: bool) -> str:
    """The expression for the items under some paths, each counted from a variable.

    It is not true where a value on the way is neither a list nor a mapping, or where a rule that `reads_key` has items
    in a list: then each item is evaluated on its own.
    """
    return " && ".join(_Writer(require, reads_key=reads_key).under(path[0], _to_items(path[1:])) for path in starts)


def _to_items(path: Path) -> Path:
    return path if path and path[-1] == ANY else (*path, ANY)


class _Writer:
    """Writes the expression for one path after the other."""

    def __init__(self, require: str, *, reads_key: bool) -> None:
        self._require = f"({require})"
        self._reads_key = reads_key
        self._numbers = count()

    def under(self, value: str, path: Sequence[str]) -> str:
        """What must hold for a value, given as an expression, from which a path leads to items."""
        name = f"value_{next(self._numbers)}_"
        rest = path[1:]
        if path[0] != ANY:
            field = json.dumps(path[0])
            in_map = f"{field} in {name} ? {self.under(f'{name}[{field}]', rest)} : true"
            in_list = "true"
        elif rest:
            in_map = f"{name}.all(at_, {self.under(f'{name}[at_]', rest)})"
            in_list = f"{name}.all(at_, {self.under('at_', rest)})"
        else:
            in_map = f"{name}.all({KEY}, cel.bind({ITEM}, {name}[{KEY}], {self._require}))"
            in_list = f"size({name}) == 0" if self._reads_key else f"{name}.all({ITEM}, {self._require})"
        return (
            f"cel.bind({name}, {value}, type({name}) == map ? ({in_map}) : type({name}) == list ? ({in_list}) : false)"
        )
