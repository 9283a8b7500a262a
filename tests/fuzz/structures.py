"""A structure of the examples with some of its values replaced: bytes choose which, and by what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from tests.fuzz import seeds

_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63 - 1, -(2**63), 0.5, 1e308, [], {}, [None], [[]], {"": None}),
    *("", " ", "0", "-1", "1e9", "true", "null", "*", "a", "A" * 300, "\u202e", "\u0000", "\U0001f600", "a\nb", "${a}"),
    *("100m", "1Gi", "10Ki", "99.9%", "PT1H", "1 hour", "2020-02-30", "10.0.0.0/8", "::/0", "a:b@sha256:" + "0" * 64),
    *("{{ a }}", "a/b", "../a", "a.b.svc", "web", "default", ["*"], ["a", 1], {"a": "b"}, {"name": "web"}),
)

_MANY = 2000
"""Values of a structure that is not altered any more: each change may double it."""


def altered(data: bytes) -> tuple[str, bytes]:
    """The name and the content of a file: two bytes choose the structure, and each three behind them one change."""
    some = seeds.structures()
    chosen = some[int.from_bytes(data[:2], "big") % len(some)]
    whole = [json.loads(json.dumps(chosen.root.value, default=str))]
    for start in range(2, len(data) - 2, 3):
        _alter(whole, *data[start : start + 3])
    text = json.dumps(whole[0])
    if chosen.format != "call":
        return "a.json", text.encode()
    arguments = ", ".join(map(json.dumps, whole[0])) if isinstance(whole[0], list) else text
    return "a.js", f"{chosen.name}({arguments})".encode()


def _alter(whole: list[Any], where: int, how: int, what: int) -> None:
    """Replace, remove, repeat or move one value."""
    places = list(_places(whole))
    if len(places) > _MANY:
        return
    holder, key = places[where * len(places) // 256]
    match how % 5:
        case 0 | 1:
            holder[key] = deepcopy(_VALUES[what % len(_VALUES)])
        case 2 if holder is not whole:
            del holder[key]
        case 3 if isinstance(holder[key], list):
            holder[key] = [*holder[key], *deepcopy(holder[key])]
        case 3 if isinstance(holder[key], dict):
            holder[key] = [holder[key]]
        case 4:
            other, name = places[what * len(places) // 256]
            holder[key] = deepcopy(other[name])


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every value below one, by what holds it and under which key."""
    within = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in within:
        yield value, key
        yield from _places(item)
