"""What a rule requires of an item, kept by the key and the value of the item.

Labels, annotations and arguments are the same in many objects. A rule that reads nothing but the item gives the same
result for each of them, and a lookup takes a hundredth of the time of an evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scanner.policy import cel
from scanner.policy.cel import Condition
from scanner.policy.variables import ITEM, KEY

if TYPE_CHECKING:
    from cel_expr_python import cel as runtime

_MOST = 10_000
"""Results that are kept of one rule."""
_LONGEST = 1_000
"""Characters of a text that is kept; longer ones are rarely the same."""


class ItemConditions:
    """The results of one expression, which reads the item, its key and the parameters of the rule."""

    def __init__(self, require: runtime.Expression) -> None:
        self._require = require
        self._known: dict[tuple[str, str], Condition] = {}

    def of(self, values: Mapping[str, Any]) -> Condition:
        """What the expression gives for the values that a rule sees of an item."""
        item = values[ITEM]
        if type(item) is not str or len(item) > _LONGEST:
            return cel.evaluate(self._require, cel.activation(values))
        place = values[KEY], item
        if (known := self._known.get(place)) is not None:
            return known
        if len(self._known) >= _MOST:
            self._known.clear()
        condition = self._known[place] = cel.evaluate(self._require, cel.activation(values))
        return condition
