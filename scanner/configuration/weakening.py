"""What a change makes weaker in the configuration of a scan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from scanner.configuration.keys import KEYS
from scanner.configuration.resolve import ResolvedOptions, said
from scanner.errors import AssayError
from scanner.model import SEVERITIES, Profile
from scanner.policy.pack import AllRules, Pack

_NAMED = 3
"""Rules that are named; of more, the number is given."""
JUDGED_BY = ("rule-folders", "policies", "values", "framework-file", "scope")
"""Keys that name files by which a scan is judged."""
_ANY = ("root", "limit", "waivers", *JUDGED_BY)
"""Keys of which any other value may be weaker."""


class ConfigurationChange(Struct, frozen=True):
    """One setting that is weaker than before."""

    key: str
    words: str
    """What it is, and what it was."""
    path: str
    """The file that says it: mostly the configuration file of the change."""
    line: int = 1
    """1 where the setting is not there any more."""


_Weaker: TypeAlias = tuple[str, str, str]
"""Key, words and place."""


def weakenings(
    base: ResolvedOptions, head: ResolvedOptions, rules: AllRules, path: str
) -> Iterator[ConfigurationChange]:
    """Each setting of a change that is weaker than on the base, or that may be; `path` is the configuration file."""
    for key, words, where in _weaker(base, head, rules):
        number = where.rpartition(":")[2]
        yield ConfigurationChange(key, words, path, int(number) if number.isdecimal() else 1)


def _weaker(base: ResolvedOptions, head: ResolvedOptions, rules: AllRules) -> Iterator[_Weaker]:
    yield from _settings(base, head)
    yield from _not_assessed(base, head)
    try:
        after = _pack(head, rules)
    except AssayError as error:
        yield "rules", f"the settings of rules are wrong: {error.message}", error.location
        return
    before = _pack(base, rules)
    yield from _rules(before, after, head)
    yield from _severities(before, after)
    yield from _parameters(before, after)


def _pack(chosen: ResolvedOptions, rules: AllRules) -> Pack:
    profile = Profile(chosen.value("profile"))
    return rules.choose(rules.of_profile(profile), chosen.tuning)


def _settings(base: ResolvedOptions, head: ResolvedOptions) -> Iterator[_Weaker]:
    for key in KEYS:
        before, after = base.value(key), head.value(key)
        if before != after and _is_weaker(key, before, after):
            told = f"{key} is {said(after) or 'not set'} instead of {said(before) or 'not set'}"
            yield key, told, head.values[key].where


def _is_weaker(key: str, before: Any, after: Any) -> bool:
    if key in _WEAKER:
        return _WEAKER[key](before, after)
    return key in _ANY


def _fewer(before: Any, after: Any) -> bool:
    """Whether a list of what is read leaves something out; an empty one leaves out nothing."""
    return bool(after) and (not before or not set(before) <= set(after))


_WEAKER: Mapping[str, Callable[[Any, Any], bool]] = {
    "fail-on": lambda before, after: SEVERITIES.index(after) < SEVERITIES.index(before),
    "context": lambda _, after: after in ("documentation", "template") or after is None,
    "strict-documents": lambda before, _: bool(before),
    "inline-ignores": lambda _, after: bool(after),
    "exclude": lambda before, after: not set(after) <= set(before),
    "include": _fewer,
    "paths": _fewer,
    "framework": lambda before, after: not before or not set(before) <= set(after),
}
"""Key -> whether another value of it is weaker."""


def _not_assessed(base: ResolvedOptions, head: ResolvedOptions) -> Iterator[_Weaker]:
    known = {(each.format, each.path) for each in base.configuration.not_assessed}
    for each in head.configuration.not_assessed:
        if (each.format, each.path) not in known:
            told = f"inputs that are not assessed are accepted: {' '.join(filter(None, (each.format, each.path)))}"
            yield "not_assessed", told, each.where


def _rules(before: Pack, after: Pack, head: ResolvedOptions) -> Iterator[_Weaker]:
    """Rules that do not run any more, by the setting that leaves them out."""
    gone = {rule.info.id for rule in before.rules} - {rule.info.id for rule in after.rules}
    for off in after.changes.off:
        if off.rule in gone:
            gone.remove(off.rule)
            yield "rules", f"the rule {off.rule} is switched off", off.where
    for skipped in after.changes.skipped:
        if some := gone.intersection(skipped.rules):
            gone -= some
            yield "skip", f"{_do_not_run(some)} (skip: {skipped.pattern})", skipped.where
    if gone:
        key = "select" if head.tuning.select else "profile"
        yield key, f"{_do_not_run(gone)} ({key})", head.values[key].where


def _do_not_run(rules: Iterable[str]) -> str:
    names = sorted(rules)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    verb = "does" if len(names) == 1 else "do"
    return f"{', '.join(names[:_NAMED])}{more} {verb} not run any more"


def _severities(before: Pack, after: Pack) -> Iterator[_Weaker]:
    past = {rule.info.id: rule.info.severity for rule in before.rules}
    places = {each.rule: each.where for each in after.changes.severities}
    for rule in after.rules:
        name, now = rule.info.id, rule.info.severity
        if name in past and SEVERITIES.index(now) > SEVERITIES.index(past[name]):
            told = f"{name} has the severity {now} instead of {past[name]}"
            yield "rules", told, places.get(name, "")


def _parameters(before: Pack, after: Pack) -> Iterator[_Weaker]:
    past: Mapping[str, Mapping[str, Any]] = {rule.info.id: rule.parameters for rule in before.rules}
    places = {(each.rule, each.parameter): each.where for each in after.changes.parameters}
    for rule in after.rules:
        for name, value in rule.parameters.items():
            old = past.get(rule.info.id, rule.parameters).get(name)
            if old != value:
                told = f"the parameter {name} of {rule.info.id} is {said(value)} instead of {said(old)}"
                yield "rules", told, places.get((rule.info.id, name), "")
