"""The conditions of a rule by the values that it reads, for rules that read a few plain values.

Most objects of a repository have the same kinds, images and settings. An expression that reads nothing else gives the
same result for each of them, and a lookup takes a tenth of the time of an evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from scanner.policy.cel import Condition
from scanner.policy.expression import ANY, Path, Reads
from scanner.policy.variables import CLUSTER, FACTS, PARAMETERS

_MOST = 10_000
"""Results that are kept of one rule."""
_PATHS = 12
"""Paths that a rule may read."""
_LONGEST = 200
"""Characters of a text that is part of a key."""
_PLAIN = frozenset((bool, int, float, type(None)))
"""Types other than texts whose values are a part of a key."""
_PRESENCE, _SIZE, _WHOLE = range(3)
"""What of a path counts: whether it is there, also its type and length, or the whole value."""
_PRESENT = ()
"""What stands in a key for a value of which only the presence counts."""
_CONSTANT = (PARAMETERS, CLUSTER)
"""Variables with the same value in all evaluations of a rule."""

Conditions = tuple[Condition | None, Condition | None]
"""What `when` and `require` gave; None for one that was not evaluated."""
_Key = tuple[Any, ...]


_Part = tuple[Path, int]
"""A path, and what of it counts."""


class KnownConditions:
    """The results of a rule by what it reads."""

    def __init__(self, parts: Sequence[_Part]) -> None:
        self.parts = parts
        """What a key is made of."""
        self._known: dict[_Key, Conditions] = {}

    @classmethod
    def of(cls, reads: Reads) -> KnownConditions | None:
        """For a rule that reads this; None where that is more than a few plain values."""
        read = sorted(
            (path, _WHOLE if path in reads.values else _SIZE if path in reads.sizes else _PRESENCE)
            for path in reads.paths
            if path[0] not in _CONSTANT
        )
        if len(read) > _PATHS or any(path == (FACTS,) or ANY in path for path, _ in read):
            return None
        return cls(read)

    def get(self, key: _Key) -> Conditions | None:
        """The result for a key; None where there is none yet."""
        return self._known.get(key)

    def keep(self, key: _Key, conditions: Conditions) -> None:
        """Keep the result for a key."""
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = conditions


class KeyParts:
    """The parts of the keys of some rules, each made once for a subject: rules about a kind read the same fields."""

    def __init__(self) -> None:
        self._numbers: dict[_Part, int] = {}

    def pick(self, parts: Sequence[_Part]) -> Callable[[Sequence[Any]], _Key]:
        """What takes the key of a rule out of the parts of all."""
        numbers = [self._numbers.setdefault(part, len(self._numbers)) for part in parts]
        if not numbers:
            return lambda _: ()
        return itemgetter(*numbers, numbers[0])  # of a single number alone it would give no tuple

    def of(self, values: Mapping[str, Any]) -> list[Any]:
        """The parts for some values."""
        return [_part(values, path, counting) for path, counting in self._numbers]


def is_key(key: _Key) -> bool:
    """Whether a key distinguishes values from others; not where one is in a collection or a long text."""
    return None not in key


def _part(value: Any, path: Path, counting: int) -> Any:
    """What of a key distinguishes the value at a path; None where that is in a collection or a long text."""
    for depth, name in enumerate(path):
        if type(value) is not dict:
            return None
        if name not in value:
            return depth  # plain values other than texts are pairs in a key, so it is none of them
        value = value[name]
    if counting == _PRESENCE:
        return _PRESENT
    kind = type(value)
    if kind is str:
        return value if len(value) <= _LONGEST else None
    if kind is dict or kind is list:
        return None if counting == _WHOLE and value else (kind, len(value))
    return (kind, value) if kind in _PLAIN else None
