"""Everything that a rule reads: its expressions, the items that it checks, and its message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.msgpack import decode

from scanner.documents.positions import join_path, split_path
from scanner.facts.step import FieldRead, read
from scanner.policy import expression
from scanner.policy.expression import ANY, Path, Reads
from scanner.policy.fix import FIX_PLACES
from scanner.policy.placeholders import placeholders
from scanner.policy.variables import CLUSTER, FACTS, ITEM
from scanner.subjects import KINDS

if TYPE_CHECKING:
    from scanner.policy.rule import Rule

Place = tuple[str | int, ...]

_DECISIVE = ("when", "require")
_ON_TOP = (*_DECISIVE, "detail")
"""The expressions that stand under their own key."""
_NOT_READ = (("subject",), ("detail",))
"""Placeholders that the evaluator itself fills in."""
MERGING: Path = ("object", "metadata", "annotations", "kustomize.toolkit.fluxcd.io/ssa")
"""How Flux applies an object, which decides what failures mean whatever the rule."""


class RuleReads(Struct, frozen=True, array_like=True):
    """What a rule reads."""

    words: frozenset[str]
    """Every name that affects the outcome."""
    reads: Reads
    """Everything."""
    decisive: Reads
    """What decides whether the rule applies and, for a rule about a subject as a whole, what its outcome is."""


def of(
    expressions: Mapping[str, bytes], each: Sequence[Path], value: dict[str, Any], also: Sequence[Path]
) -> RuleReads:
    """What a rule, which is a `value` in its file, reads; `each` are the paths of the items that it checks."""
    found = _together(expressions[name] for name in _DECISIVE if name in expressions)
    words = found.words | {part for path in each for part in path if part != ANY}
    decisive = _together(expressions[name] for name in _DECISIVE[: 1 if each else None] if name in expressions)
    return RuleReads(words, _reads(expressions, each, texts_of(value).values(), also), decisive)


@lru_cache(maxsize=4096)
def decoded(encoded: bytes) -> RuleReads:
    """What a kept rule reads."""
    return decode(encoded, type=RuleReads)


def _reads(expressions: Mapping[str, bytes], each: Sequence[Path], texts: Iterable[str], also: Sequence[Path]) -> Reads:
    """Everything that a rule reads, `also` and the placeholders of its texts included.

    Reads of `item` are added to each of the paths of `each`.
    """
    told = frozenset(path for text in texts for path in placeholders(text) if path not in _NOT_READ)
    found = _together(expressions.values()) | Reads(values=told | {*also})
    return Reads(
        frozenset(_placed(found.values, each)),
        frozenset((*_placed(found.sizes, each), *each)),
        frozenset(_placed(found.presences, each)),
    )


def only_item(require: bytes, names: Sequence[str]) -> bool:
    """Whether an expression about items reads none of the other variables of its subject, which are `names`."""
    return not any(path[0] in (*names, FACTS, CLUSTER) for path in expression.reads(require).paths)


def paths_of_each(rule: Mapping[str, Any]) -> dict[Place, str]:
    """The paths of `each` in the data of a rule file, by their place in the file."""
    each = rule.get("each", ())
    return {("each",): each} if isinstance(each, str) else {("each", number): path for number, path in enumerate(each)}


def lower_of(rule: Mapping[str, Any]) -> dict[Place, Mapping[str, str]]:
    """The reasons to count lower in the data of a rule file, by their place in the file."""
    lower = rule.get("lower", ())
    return (
        {("lower",): lower} if isinstance(lower, dict) else {("lower", number): it for number, it in enumerate(lower)}
    )


def lower_name(number: int) -> str:
    """The name of the expression of a reason to count lower."""
    return f"lower_{number}_when"


def places_of_expressions(rule: Mapping[str, Any]) -> dict[str, Place]:
    """Where the expressions of a rule stand in its file, by their names."""
    found: dict[str, Place] = {name: (name,) for name in _ON_TOP if name in rule}
    found |= {lower_name(number): (*place, "when") for number, place in enumerate(lower_of(rule))}
    return found | {name: path for name, path in FIX_PLACES.items() if path[1] in rule.get("fix", {})}


def texts_of(rule: Mapping[str, Any]) -> dict[Place, str]:
    """The texts of a rule that may have placeholders, by their place in its file."""
    return {("message",): rule["message"]} | {
        (*place, "because"): each["because"] for place, each in lower_of(rule).items()
    }


def starts(each: Iterable[str], names: Sequence[str]) -> list[Path]:
    """The paths of `each` from the variable that they start at: `facts`, a binding by its name, or else the focus."""
    paths = [split_path(dotted) for dotted in each]
    return [path if path[:1] and path[0] in (FACTS, *names[1:]) else (names[0], *path) for path in paths]


def of_subject(rule: Rule) -> FieldRead:
    """What a rule reads of its subject, and the fields that its findings point at."""
    names = KINDS[rule.info.subject].names
    items = starts(rule.each, names) or [(names[0],)]
    at = split_path(rule.at)
    pointed = [(*start, *((ANY,) if rule.each and start[-1] != ANY else ()), *at) for start in items]
    if not rule.each and at[:1] and at[0] in names[1:]:
        pointed = [at]
    shapes = (*rule.reads.shapes, *pointed)
    return read(
        rule.info.subject,
        *sorted(join_path(path) for path in (*rule.reads.values, MERGING) if path[0] in names),
        names=sorted(join_path(path) for path in shapes if path[0] in names),
    )


def _together(some: Iterable[bytes]) -> Reads:
    result = Reads()
    for compiled in some:
        result |= expression.reads(compiled)
    return result


def _placed(paths: Iterable[Path], each: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path[0] != ITEM:
            yield path
            continue
        for start in each:
            yield (*start, *(() if start[-1] == ANY else (ANY,)), *path[1:])
