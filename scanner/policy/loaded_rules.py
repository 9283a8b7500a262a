"""Rules with their expressions loaded, arranged so that they share the values that the runtime has converted.

The runtime converts a variable for each activation in which an expression reads it, and an object may be large. So the
rules about a subject share one activation, the parameters of all of them in it. A rule whose parameters contradict
those of another gets an activation of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from scanner.policy import cel
from scanner.policy.expression import Reads
from scanner.policy.fix import RuleFix
from scanner.policy.item_conditions import ItemConditions
from scanner.policy.known_conditions import KeyParts, KnownConditions
from scanner.policy.observed import expected
from scanner.policy.projection import Projection
from scanner.policy.rule import Rule
from scanner.policy.truth import Truth
from scanner.policy.variables import PARAMETERS

if TYPE_CHECKING:
    from cel_expr_python import cel as runtime


class LoadedRule(Struct, frozen=True):
    """A rule with its expressions loaded."""

    rule: Rule
    require: runtime.Expression
    when: runtime.Expression | None
    every_item: runtime.Expression | None
    """Whether all items of `each` meet the requirement, asked at once."""
    of_items: ItemConditions | None
    """The results of earlier items, where nothing but the item decides."""
    known: KnownConditions | None
    """The results of earlier subjects, where a few plain values decide."""
    expected: str
    """The value that resolves a failure."""

    @classmethod
    def of(cls, rule: Rule) -> LoadedRule:
        """A rule made ready."""
        require = cel.load_expression(rule.require)
        return cls(
            rule,
            require,
            when=_loaded(rule.when),
            every_item=_loaded(rule.every_item),
            of_items=ItemConditions(require) if rule.of_item else None,
            known=KnownConditions.of(rule.decisive) if rule.when or not rule.each else None,
            expected=expected(rule),
        )

    def fix_of(self, failed: FailedSubject) -> RuleFix | None:
        """The fix for a subject, which may be safe for it alone; None where there is none that makes sense."""
        fix = self.rule.fix
        if fix is None or (fix.when and not failed.holds(fix.when)):
            return None
        return replace(fix, safe=True) if fix.safe_when and failed.holds(fix.safe_when) else fix


class FailedSubject(Struct, frozen=True):
    """The values of a subject that a rule fails for, or of one of its items, as expressions see them."""

    values: runtime.Activation
    known: dict[bytes, bool]
    """Compiled condition -> whether it holds; several rules have the same reasons to count lower."""

    def holds(self, condition: bytes) -> bool:
        """Whether a compiled condition holds."""
        if condition not in self.known:
            self.known[condition] = cel.evaluate(cel.kept_expression(condition), self.values).truth is Truth.TRUE
        return self.known[condition]


class RuleAbout(Struct, frozen=True):
    """A rule among those about the subjects of a kind."""

    ready: LoadedRule
    number: int
    """Of the parameters that it shares with others."""
    key: Callable[[Sequence[Any]], tuple[Any, ...]]
    """Takes the key of its known conditions out of the parts of all keys."""


class RulesAbout(Struct):
    """The rules that may apply to the subjects of a kind."""

    rules: list[RuleAbout] = field(default_factory=list)
    """In the order of their ids."""
    parameters: list[dict[str, Any]] = field(default_factory=lambda: [{}])
    """Of the rules that share an activation."""
    projection: Projection = field(default_factory=lambda: Projection(()))
    """What the rules read."""
    parts: KeyParts = field(default_factory=KeyParts)
    """What the keys of known conditions are made of."""

    @classmethod
    def of(cls, rules: Iterable[LoadedRule]) -> RulesAbout:
        """Rules, arranged."""
        ready = list(rules)
        reads = reduce(Reads.__or__, (_read_by_expressions(each.rule) for each in ready), Reads())
        about = cls(projection=Projection(reads.values | reads.sizes, reads.presences))
        for each in ready:
            key = about.parts.pick(each.known.parts if each.known else ())
            about.rules.append(RuleAbout(each, about._number(each.rule.parameters), key))
        return about

    def activations(self, values: Mapping[str, Any]) -> Activations:
        """The values of a subject as expressions see them."""
        return Activations(self, values)

    def _number(self, parameters: Mapping[str, Any]) -> int:
        for number, shared in enumerate(self.parameters):
            if all(shared.get(name, value) == value for name, value in parameters.items()):
                shared.update(parameters)
                return number
        self.parameters.append(dict(parameters))
        return len(self.parameters) - 1


class Activations:
    """The values of a subject as expressions see them, converted where an expression is evaluated at all."""

    def __init__(self, about: RulesAbout, values: Mapping[str, Any]) -> None:
        self._about = about
        self._values = values
        self.parts = about.parts.of(values)
        """Those of the keys of known conditions."""
        self._made: dict[int, runtime.Activation] = {}
        self._failed: dict[int, FailedSubject] = {}

    @cached_property
    def read(self) -> dict[str, Any]:
        """The values as far as the rules read them."""
        return self._about.projection.of(self._values)

    def of(self, number: int) -> runtime.Activation:
        """With the parameters of a number."""
        if number not in self._made:
            self._made[number] = cel.activation({**self.read, PARAMETERS: self._about.parameters[number]})
        return self._made[number]

    def failed(self, number: int) -> FailedSubject:
        """The same for a rule that the subject fails as a whole."""
        if number not in self._failed:
            self._failed[number] = FailedSubject(self.of(number), {})
        return self._failed[number]


def _read_by_expressions(rule: Rule) -> Reads:
    """What the expressions of a rule read, as far as that is known apart from what its message reads."""
    fix = rule.fix
    of_failures = rule.lower or rule.detail or (fix and (fix.when or fix.safe_when))
    return rule.reads if rule.each or of_failures else rule.decisive


def _loaded(compiled: bytes | None) -> runtime.Expression | None:
    return cel.load_expression(compiled) if compiled else None
