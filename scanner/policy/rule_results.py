"""What a rule finds out about one subject, or about each of its items."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from scanner.documents.positions import join_path
from scanner.model import Outcome, Subject
from scanner.policy import cel, items
from scanner.policy.cel import Condition
from scanner.policy.doubts import Doubts
from scanner.policy.known_conditions import Conditions, is_key
from scanner.policy.loaded_rules import Activations, LoadedRule, RuleAbout
from scanner.policy.rule import Rule
from scanner.policy.truth import Truth
from scanner.policy.undecided import IN_PART, UndecidedReason, missing, not_known
from scanner.policy.unknown_fields import without
from scanner.policy.variables import FACTS, ITEM, KEY, PARAMETERS

if TYPE_CHECKING:
    from cel_expr_python import cel as runtime

_OUTCOMES = {
    Truth.TRUE: Outcome.PASS,
    Truth.FALSE: Outcome.FAIL,
    Truth.UNKNOWN: Outcome.UNKNOWN,
    Truth.ERROR: Outcome.ERROR,
}
_DECIDED = UndecidedReason("")


class RuleResult(Struct, frozen=True):
    """The outcome of a rule for a subject, or for one of its items."""

    outcome: Outcome
    why: UndecidedReason = _DECIDED
    """Why there is neither pass nor fail."""
    item: items.Item | None = None
    """None for the subject as a whole."""


PASS = (RuleResult(Outcome.PASS),)


def results_of(
    about: RuleAbout, subject: Subject, values: Mapping[str, Any], shared: Activations
) -> Sequence[RuleResult]:
    """The results of one rule for one subject; none where it does not apply."""
    rule = about.ready.rule
    if (subject.unknowns or subject.partly) and (doubts := Doubts.of(rule, subject)):
        results = _of_doubtful(about, subject, values, shared, doubts)
    else:
        results = _plain(about, subject, values, shared)
    return [_of_own_field(rule, subject, each) for each in results] if subject.reasons and rule.each else results


def _of_own_field(rule: Rule, subject: Subject, found: RuleResult) -> RuleResult:
    """A result with the reason why a field of its own item is not known, where the rule reads one."""
    if found.outcome is not Outcome.UNKNOWN or not found.item or found.item.key is None:
        return found
    path = join_path(found.item.path)
    fields = {f"{path}.{word}" for word in rule.words} & subject.reasons.keys()
    return replace(found, why=not_known(fields, subject.reasons)) if fields else found


def _of_doubtful(
    about: RuleAbout, subject: Subject, values: Mapping[str, Any], shared: Activations, doubts: Doubts
) -> Sequence[RuleResult]:
    """The results for a subject of which some fields that the rule reads are not known, or only in part."""
    why = IN_PART if doubts.only_in_part else not_known(doubts.names, subject.reasons)
    unknown = (RuleResult(Outcome.UNKNOWN, why),)
    if not doubts.of_applying or _are_kept(subject, doubts.names):
        applies, _ = _conditions(about, shared)
        if applies and applies.truth is Truth.FALSE:
            return ()
    if doubts.only_in_part and about.ready.rule.part_fails:
        failed = [each for each in _plain(about, subject, values, shared) if each.outcome is Outcome.FAIL]
        if failed:
            return failed
    if not doubts.spread:
        return unknown
    found = _whatever_they_hold(about.ready.rule, subject, {**shared.read, FACTS: values[FACTS]}, doubts.spread)
    decided = (Outcome.PASS, Outcome.FAIL)
    return [each if each.outcome in decided else RuleResult(Outcome.UNKNOWN, why, each.item) for each in found]


def _plain(about: RuleAbout, subject: Subject, values: Mapping[str, Any], shared: Activations) -> Sequence[RuleResult]:
    """The results for a subject of which all is known that the rule reads."""
    rule = about.ready.rule
    applies, required = _conditions(about, shared)
    if applies and applies.truth is Truth.FALSE:
        return ()
    if applies and applies.truth is not Truth.TRUE:
        required = applies
    if required is None:
        return _of_items(about, subject, values, shared)
    return PASS if required.truth is Truth.TRUE else (_result(rule, values, required),)


def _are_kept(subject: Subject, names: Collection[str]) -> bool:
    """Whether the texts that are computed are in the data: what they show may be enough to leave a rule out."""
    value = subject.bindings[subject.focus]
    return isinstance(value, dict) and all(name in value for name in names)


def _whatever_they_hold(
    rule: Rule, subject: Subject, values: Mapping[str, Any], names: frozenset[str]
) -> Sequence[RuleResult]:
    """The results of a rule that are the same whatever the fields with these names hold; unknown where they decide."""
    applies = Truth.TRUE
    if rule.when:
        applies = cel.evaluate(without(rule.when, names), cel.activation(with_item(rule, values, None))).truth
    if applies is Truth.FALSE:
        return ()
    unknown = (RuleResult(Outcome.UNKNOWN),)
    if items.missing(values[FACTS], rule.each):
        return unknown
    require, results = without(rule.require, names), []
    for item in items.of(subject, values[FACTS], rule.each) if rule.each else (None,):
        if item and item.key is None:
            return unknown
        inner = with_item(rule, values, item)
        results.append(_result(rule, values, cel.evaluate(require, cel.activation(inner)), item))
    left = [result for result in results if result.outcome is not Outcome.PASS]
    return (left if applies is Truth.TRUE else unknown) if left else PASS


def with_item(rule: Rule, values: Mapping[str, Any], item: items.Item | None) -> Mapping[str, Any]:
    """What the expressions of a rule see of a subject, or of one of its items."""
    inner = {ITEM: item.value, KEY: item.key} if item else {}
    return {**values, **inner, PARAMETERS: rule.parameters}


def _result(rule: Rule, values: Mapping[str, Any], required: Condition, item: items.Item | None = None) -> RuleResult:
    """The result of what a rule requires, with the reason why there is neither pass nor fail."""
    outcome = _OUTCOMES[required.truth]
    if outcome is Outcome.UNKNOWN:
        return RuleResult(outcome, missing(rule, values[FACTS], required.missing_key), item)
    return RuleResult(outcome, UndecidedReason(required.error) if required.error else _DECIDED, item)


def _conditions(about: RuleAbout, shared: Activations) -> Conditions:
    """What `when` gives, and where it holds what `require` gives of the subject as a whole."""
    ready, known = about.ready, about.ready.known
    if known is None:
        return _evaluated(ready, shared, about.number)
    key = about.key(shared.parts)
    if (found := known.get(key)) is not None:
        return found
    found = _evaluated(ready, shared, about.number)
    if is_key(key):
        known.keep(key, found)
    return found


def _evaluated(ready: LoadedRule, shared: Activations, number: int) -> Conditions:
    applies = cel.evaluate(ready.when, shared.of(number)) if ready.when else None
    required = None
    if not ready.rule.each and (applies is None or applies.truth is Truth.TRUE):
        required = cel.evaluate(ready.require, shared.of(number))
    return applies, required


def _of_items(
    about: RuleAbout, subject: Subject, values: Mapping[str, Any], shared: Activations
) -> Sequence[RuleResult]:
    """One result for each item that does not pass; a single pass where all do, or where there are none."""
    ready, number = about.ready, about.number
    rule = ready.rule
    if absent := items.missing(values[FACTS], rule.each):
        return (RuleResult(Outcome.UNKNOWN, missing(rule, values[FACTS], absent)),)
    found = items.of(subject, values[FACTS], rule.each)
    if not found or ((ready.of_items is None or _at_once(found)) and _all_pass(ready, shared.of(number))):
        return PASS
    results = (_of_item(ready, item, values, shared) for item in found)
    return [result for result in results if result.outcome is not Outcome.PASS] or PASS


def _at_once(found: Sequence[items.Item]) -> bool:
    """Whether one evaluation for all items is quicker than to look each of them up."""
    return not all(type(item.value) is str for item in found)


def _all_pass(ready: LoadedRule, shared: runtime.Activation) -> bool:
    return ready.every_item is not None and cel.evaluate(ready.every_item, shared).truth is Truth.TRUE


def _of_item(ready: LoadedRule, item: items.Item, values: Mapping[str, Any], shared: Activations) -> RuleResult:
    if item.key is None:
        why = UndecidedReason(f"`{join_path(item.path)}` is neither a list nor a mapping")
        return RuleResult(Outcome.ERROR, why, item)
    inner = with_item(ready.rule, shared.read, item)
    required = ready.of_items.of(inner) if ready.of_items else cel.evaluate(ready.require, cel.activation(inner))
    return _result(ready.rule, values, required, item)
