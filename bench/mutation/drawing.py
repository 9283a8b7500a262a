"""Which one-line faults a seed draws."""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping

from mutation.operators import Mutation, mutations


def draw(sources: Mapping[str, str], seed: int) -> Iterator[Mutation]:
    """Changes in the order of a seed: a line, each with the same chance, then one of its changes; no line twice.

    The order follows from what a line says and not from where it stands, so that a change of other lines leaves it as
    it is, and what was found of a fault in one state of the tree can be held against another.
    """
    lines: list[tuple[bytes, list[Mutation]]] = []
    for path, source in sources.items():
        by_line: dict[int, list[Mutation]] = {}
        for each in mutations(path, source):
            by_line.setdefault(each.line, []).append(each)
        same: Counter[str] = Counter()
        for number in sorted(by_line):
            text = by_line[number][0].before.strip()
            same[text] += 1
            lines.append((_chance(seed, path, text, str(same[text])), by_line[number]))
    for chance, changes in sorted(lines):
        kind = min({each.kind for each in changes}, key=lambda kind: _chance(chance.hex(), kind))
        of_kind = (each for each in changes if each.kind == kind)
        chosen = min(of_kind, key=lambda each: _chance(chance.hex(), str(each.column), each.after.strip()))
        if _is_another(chosen, sources[chosen.path]):
            yield chosen


def _chance(*parts: str | int) -> bytes:
    """A number that looks random and depends on the parts alone."""
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).digest()


def _is_another(mutation: Mutation, source: str) -> bool:
    """Whether the source is still Python with the change, and another program than before."""
    try:
        return ast.dump(ast.parse(mutation.applied(source))) != ast.dump(ast.parse(source))
    except (SyntaxError, ValueError):
        return False
