"""The conditions of a rule by the values that it reads, for rules that read a few plain values.

Most objects of a repository have the same kinds, images and settings. An expression that reads nothing else gives the
same result for each of them, and a lookup takes a tenth of the time of an evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.policy.cel import Condition
from scanner.policy.expression import ANY, Path, Reads
from scanner.policy.variables import CLUSTER, FACTS, PARAMETERS

_MOST = 10_000
"""Results that are kept of one rule."""
_PATHS = 8
"""Paths that a rule may read."""
_LONGEST = 200
"""Characters of a text that is part of a key."""
_CONSTANT = (PARAMETERS, CLUSTER)
"""Variables with the same value in all evaluations of a rule."""

Conditions = tuple[Condition | None, Condition | None]
"""What `when` and `require` gave; None for one that was not evaluated."""
_Key = tuple[Any, ...]


class KnownConditions:
    """The results of a rule by what it reads."""

    def __init__(self, paths: Sequence[tuple[Path, bool]]) -> None:
        self._paths = paths
        """Each with whether the whole value counts, and not only its type and its length."""
        self._known: dict[_Key, Conditions] = {}

    @classmethod
    def of(cls, reads: Reads) -> KnownConditions | None:
        """For a rule that reads this; None where that is more than a few plain values."""
        read = sorted((path, path in reads.values) for path in reads.paths if path[0] not in _CONSTANT)
        if len(read) > _PATHS or any(path[0] == FACTS or ANY in path for path, _ in read):
            return None
        return cls(read)

    def key(self, values: Mapping[str, Any]) -> _Key | None:
        """What distinguishes values from others; None where that is in a collection or a long text."""
        key: list[Any] = []
        for path, whole in self._paths:
            value: Any = values
            for depth, name in enumerate(path):
                if type(value) is not dict:
                    return None
                if name not in value:
                    value = depth  # plain values other than texts are pairs in a key, so it is none of them
                    break
                value = value[name]
            else:
                if isinstance(value, dict | list):
                    if whole and value:
                        return None
                    value = (type(value), len(value))
                elif type(value) is not str:
                    value = (type(value), value)
                elif len(value) > _LONGEST:
                    return None
            key.append(value)
        return tuple(key)

    def get(self, key: _Key) -> Conditions | None:
        """The result for a key; None where there is none yet."""
        return self._known.get(key)

    def keep(self, key: _Key, conditions: Conditions) -> None:
        """Keep the result for a key."""
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = conditions
