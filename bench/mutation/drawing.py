"""Which one-line faults a seed draws."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Mapping

from mutation.operators import Mutation, mutations


def draw(sources: Mapping[str, str], seed: int) -> Iterator[Mutation]:
    """Changes in the order of a seed: a line, each with the same chance, then one of its changes; no line twice."""
    by_line: dict[tuple[str, int], list[Mutation]] = {}
    for path in sorted(sources):
        for each in mutations(path, sources[path]):
            by_line.setdefault((path, each.line), []).append(each)
    chance = random.Random(seed)
    places = sorted(by_line)
    chance.shuffle(places)
    for place in places:
        kinds = sorted({each.kind for each in by_line[place]})
        kind = chance.choice(kinds)
        chosen = chance.choice([each for each in by_line[place] if each.kind == kind])
        if _is_another(chosen, sources[chosen.path]):
            yield chosen


def _is_another(mutation: Mutation, source: str) -> bool:
    """Whether the source is still Python with the change, and another program than before."""
    try:
        return ast.dump(ast.parse(mutation.applied(source))) != ast.dump(ast.parse(source))
    except (SyntaxError, ValueError):
        return False
