"""What a configuration makes of rules: which of them run, how severe they count, and their parameters."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from scanner import library
from scanner.configured import (
    ParameterValue,
    Pattern,
    RuleChanges,
    SeverityChange,
    SkippedRules,
    SwitchedOff,
    SwitchedOn,
)
from scanner.errors import AssayError, UsageError, did_you_mean, raise_together
from scanner.model import Severity
from scanner.rule_ids import RuleIds
from scanner.schema_errors import shown

if TYPE_CHECKING:
    from scanner.policy.rule import Rule

_HINTS = 100
"""Unknown rules that get a hint: as many errors are printed."""

OBJECTIVE = "objective:"
"""The prefix of a pattern that means all rules of an objective."""


class SourcedValue(Struct, frozen=True):
    """A value, and its source."""

    value: Any
    where: str = ""


class RuleSettings(Struct, frozen=True):
    """The settings of one rule."""

    rule: str
    where: str = ""
    enabled: bool | None = None
    """Whether it runs, whatever the profile; None where the profile decides."""
    severity: Severity | None = None
    reason: str = ""
    """Why it is switched off or counts with another severity."""
    parameters: Mapping[str, SourcedValue] = field(default_factory=dict)
    """In place of their defaults."""
    added: Mapping[str, SourcedValue] = field(default_factory=dict)
    """Beside the items of their defaults."""


class Tuning(Struct, frozen=True):
    """The settings of all rules: patterns are ids, globs of ids, or `objective:NAME`."""

    select: tuple[Pattern, ...] = ()
    skip: tuple[Pattern, ...] = ()
    rules: tuple[RuleSettings, ...] = ()


class TunedRules(Struct, frozen=True):
    """The rules that run, what was changed of them, and the digest of that; empty where nothing was."""

    rules: tuple[Rule, ...]
    changes: RuleChanges
    digest: str


def resolve_ids(tuning: Tuning, ids: RuleIds) -> Tuning:
    """A tuning by the ids that rules have now, in which the command line goes over a file.

    What the command line selects by its id runs, although a file skips it by the same id or switches it off. Raises
    UsageError for a rule that is set twice, by two of its ids.
    """
    raise_together(_set_twice(tuning.rules, ids))
    select, skip = (_renamed(patterns, ids) for patterns in (tuning.select, tuning.skip))
    typed = {each.text for each in select if each.is_typed}
    skip = tuple(each for each in skip if each.is_typed or each.text not in typed)
    rules = (replace(each, rule=ids.current(each.rule)) for each in tuning.rules)
    return Tuning(select, skip, tuple(_running(rules, typed)))


def _renamed(patterns: Iterable[Pattern], ids: RuleIds) -> tuple[Pattern, ...]:
    return tuple(dict.fromkeys(replace(each, text=ids.current(each.text)) for each in patterns))


def _set_twice(rules: Iterable[RuleSettings], ids: RuleIds) -> Iterator[UsageError]:
    """Rules that are configured under two of their ids."""
    seen: dict[str, str] = {}
    for each in rules:
        first = seen.setdefault(ids.current(each.rule), each.rule)
        if first != each.rule:
            message = f"{shown(first)} and {shown(each.rule)} are the same rule, which is configured twice"
            yield UsageError(message, each.where, f"configure it once, as {ids.current(each.rule)}")


def _running(rules: Iterable[RuleSettings], selected: Collection[str]) -> Iterator[RuleSettings]:
    """The settings without those that switch off a rule that is selected."""
    for each in rules:
        if each.rule not in selected or each.enabled is not False:
            yield each
        elif each.severity or each.parameters or each.added:
            yield replace(each, enabled=None, reason=each.reason if each.severity else "")


def apply_settings(rules: Iterable[Rule], held: Collection[str], tuning: Tuning) -> TunedRules:
    """Apply settings to the rules of a profile, by their current ids.

    Raises UsageError for rules, objectives and parameters that do not exist, for a value of the wrong type, and where
    no rule is left; all errors in the settings of rules are reported together.
    """
    known = {rule.info.id: rule for rule in rules}
    settings = {each.rule: each for each in tuning.rules}
    raise_together(_all_wrong(tuning.rules, known))
    selected, skipped = _matches(tuning.select, known), _matches(tuning.skip, known)
    held = known.keys() & held
    on = {name for name, each in settings.items() if each.enabled}
    exact = {pattern.text for pattern in tuning.select} & known.keys()
    chosen = exact | ((held | on) & set().union(*selected.values()) if tuning.select else held | on)
    left_out = set().union(*skipped.values())
    off = {name for name, each in settings.items() if each.enabled is False}
    running = sorted(chosen - left_out - off)
    if not running:
        hint = (
            "`assay config show` shows what --select, --skip, --profile, --framework and the configuration file exclude"
        )
        raise UsageError("no rule is selected", _in_file((*tuning.skip, *tuning.select)), hint)
    changes = RuleChanges(
        selected=tuning.select,
        not_selected=len((held | on) - chosen),
        skipped=tuple(
            SkippedRules(each.text, each.where, tuple(sorted(chosen & names))) for each, names in skipped.items()
        ),
        off=tuple(SwitchedOff(name, settings[name].reason, settings[name].where) for name in sorted(off & chosen)),
        on=tuple(SwitchedOn(name, settings[name].where) for name in running if name in on - held),
        severities=tuple(_severities(running, known, settings)),
        parameters=tuple(_parameters(running, known, settings)),
    )
    tuned = tuple(_tuned(known[name], settings.get(name)) for name in running)
    as_is = running == sorted(held) and not changes.severities and not changes.parameters
    return TunedRules(tuned, changes, "" if as_is else _digest(running, changes))


def _in_file(patterns: Iterable[Pattern]) -> str:
    """The first place in a configuration file among those of patterns; an option is not a place."""
    return next((each.where for each in patterns if each.where and not each.is_typed), "")


def _all_wrong(rules: Iterable[RuleSettings], known: Mapping[str, Rule]) -> Iterator[AssayError]:
    """The errors in settings; unknown rules beyond the first ones have no hint, which takes longer than all else."""
    unknown = 0
    for each in rules:
        if each.rule in known:
            yield from _wrong(each, known)
            continue
        unknown += 1
        hint = did_you_mean(each.rule, known) if unknown <= _HINTS else ""
        yield UsageError(f"there is no rule {shown(each.rule)}", each.where, hint)


def _wrong(settings: RuleSettings, known: Mapping[str, Rule]) -> Iterator[AssayError]:
    """The errors in the settings of a rule."""
    from scanner.policy.parameters import checked

    rule = known[settings.rule]
    defaults = rule.parameters
    for extends, given in ((False, settings.parameters), (True, settings.added)):
        for name, each in given.items():
            if name in defaults:
                form = rule.formats.get(name, "")
                if error := checked(f"{settings.rule}: {name}", each.value, defaults[name], form, extends=extends):
                    yield UsageError(error, each.where)
                continue
            hint = did_you_mean(name, defaults) or (
                f"it has {', '.join(defaults)}" if defaults else "it has no parameters"
            )
            yield UsageError(f"{settings.rule} has no parameter {shown(name)}", each.where, hint)


def _matches(patterns: Sequence[Pattern], known: Mapping[str, Rule]) -> dict[Pattern, set[str]]:
    """The rules of each pattern; raises UsageError for one without any."""
    found = {}
    for pattern in patterns:
        text = pattern.text.removeprefix(OBJECTIVE)
        if text != pattern.text:
            names = {name for name, rule in known.items() if _has_objective(rule, text)}
            kind, others = "objective of a rule", {each for rule in known.values() for each in rule.info.objectives}
        else:
            names = {name for name, rule in known.items() if _is_called(rule, text)}
            kind, others = "rule", set(known)
        if not names:
            hint = did_you_mean(text, others) or "name a rule, a glob such as kubernetes.container-*, or objective:NAME"
            raise UsageError(f"there is no {kind} {shown(text)}", pattern.where, hint)
        found[pattern] = names
    return found


def _is_called(rule: Rule, pattern: str) -> bool:
    """Whether a pattern matches a current or former id of a rule, so that a glob keeps its meaning."""
    return any(fnmatchcase(each, pattern) for each in (rule.info.id, *rule.info.formerly))


def _has_objective(rule: Rule, objective: str) -> bool:
    return any(fnmatchcase(each, objective) for each in rule.info.objectives)


def _severities(
    running: Iterable[str], known: Mapping[str, Rule], settings: Mapping[str, RuleSettings]
) -> Iterator[SeverityChange]:
    for name in running:
        each, own = settings.get(name), known[name].info.severity
        if each and each.severity and each.severity is not own:
            yield SeverityChange(name, own.value, each.severity.value, each.reason, each.where)


def _parameters(
    running: Iterable[str], known: Mapping[str, Rule], settings: Mapping[str, RuleSettings]
) -> Iterator[ParameterValue]:
    for name in running:
        if each := settings.get(name):
            values = _values(known[name], each)
            for parameter, given in {**each.parameters, **each.added}.items():
                if values[parameter] != known[name].parameters[parameter]:
                    yield ParameterValue(name, parameter, values[parameter], given.where)


def _tuned(rule: Rule, settings: RuleSettings | None) -> Rule:
    if settings is None:
        return rule
    rule = replace(rule, parameters=_values(rule, settings))
    if settings.severity is None:
        return rule
    return replace(rule, info=replace(rule.info, severity=settings.severity), lower=(), lower_by=())


def _values(rule: Rule, settings: RuleSettings) -> dict[str, Any]:
    """The parameters of a rule in force."""
    values = dict(rule.parameters)
    for name, given in settings.parameters.items():
        values[name] = float(given.value) if isinstance(values[name], float) else given.value
    for name, given in settings.added.items():
        values[name] = (
            [*values[name], *given.value] if isinstance(values[name], list) else {**values[name], **given.value}
        )
    return values


def _digest(running: Sequence[str], changes: RuleChanges) -> str:
    """Of what decides outcomes: reasons and places change none."""
    severities = {each.rule: each.severity for each in changes.severities}
    parameters = [[each.rule, each.parameter, each.value] for each in changes.parameters]
    return library.combine(json.dumps([list(running), severities, parameters], sort_keys=True))
