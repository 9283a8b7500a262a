"""What a configuration changed, in sentences for people and as data for programs; outputs begin with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, TypeAlias

from msgspec.structs import asdict

from scanner.configured import Configuration, RuleChanges
from scanner.masking import mask, mask_data

Json: TypeAlias = dict[str, Any]

_NAMED_RULES = 5
"""The number of rules that a sentence about a pattern names; with more, it gives the number."""
_LONGEST_VALUE = 200


def title(configuration: Configuration) -> str:
    """Which file counts."""
    if not configuration.file:
        return "options of the command line"
    how = "named by --config" if configuration.named else "found in the current folder"
    return mask(f"{configuration.file}, {how}")


def sentences(configuration: Configuration) -> Iterator[str]:
    """Each change as one sentence with its place: first what does not run, last what does not count."""
    for sentence in _sentences(configuration):
        yield mask(sentence)


def as_data(configuration: Configuration) -> Json:
    """All of it, for `run.configuration` of the results, without what looks like a credential."""
    rules = configuration.rules
    lists = {name: getattr(rules, name) for name in ("skipped", "off", "on", "severities", "parameters")}
    known = {"not_assessed": [asdict(each) for each in configuration.not_assessed]}
    told: Json = mask_data(
        {
            "file": configuration.file,
            "sha256": configuration.sha256,
            "named": configuration.named,
            "selected": [{"pattern": each.text, "where": each.where} for each in rules.selected],
            "not_selected": rules.not_selected,
            **{name: [asdict(each) for each in records] for name, records in lists.items()},
            "settings": [asdict(each) for each in configuration.settings],
            **(known if configuration.not_assessed else {}),
            "not_used": [asdict(each) for each in configuration.not_used],
        }
    )
    return told


def _sentences(configuration: Configuration) -> Iterator[str]:
    yield from _left_out(configuration.rules)
    for change in configuration.rules.severities:
        yield (
            f"{change.rule} has the severity {change.severity} instead of {change.own}: "
            f"{change.reason}{_at(change.where)}"
        )
    for rule in configuration.rules.on:
        yield f"{rule.rule} runs although the profile does not include it{_at(rule.where)}"
    for given in configuration.rules.parameters:
        yield f"{given.rule} has the parameter {given.parameter}: {_shortened(given.value)}{_at(given.where)}"
    for setting in configuration.settings:
        yield f"{setting.key}: {setting.value}{_at(setting.where)}"
    for entry in configuration.not_assessed:
        if entry.inputs:
            what = " in ".join(text for text in (entry.format, entry.path) if text)
            number = _count(entry.inputs, "input")
            yield f"{what} is accepted as not assessed ({number}): {entry.reason}{_at(entry.where)}"
    for key in configuration.not_used:
        yield f"{key.key} is not used: {key.reason}{_at(key.where)}"


def _left_out(rules: RuleChanges) -> Iterator[str]:
    for off in rules.off:
        yield f"{off.rule} is switched off: {off.reason}{_at(off.where)}"
    for skipped in rules.skipped:
        named = 0 < len(skipped.rules) <= _NAMED_RULES and skipped.rules != (skipped.pattern,)
        names = f": {', '.join(skipped.rules)}" if named else ""
        yield f"skip {skipped.pattern} excludes {_count(len(skipped.rules))}{names}{_at(skipped.where)}"
    if rules.selected:
        patterns = ", ".join(f"{each.text}{_at(each.where)}" for each in rules.selected)
        yield f"select excludes {_count(rules.not_selected)}; only these run: {patterns}"


def _shortened(value: Any) -> str:
    """A value as JSON; of a long one whole items, and how much is left out."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= _LONGEST_VALUE:
        return text
    if not isinstance(value, list | tuple | dict):
        return _cut(text)
    items = [f"{json.dumps(each, ensure_ascii=False)[1:-1]}" for each in _singly(value)]
    lengths = accumulate(len(item) + len(", ") for item in items)
    shown = max(1, sum(length <= _LONGEST_VALUE for length in lengths))
    more = f", … and {_count(len(items) - shown, 'more item')}" if shown < len(items) else ""
    inner = ", ".join(map(_cut, items[:shown]))
    return f"{text[0]}{inner}{more}{text[-1]}"


def _singly(value: Any) -> Iterator[Any]:
    """Each item of a list or mapping, as one of its own."""
    if isinstance(value, dict):
        yield from ({name: item} for name, item in value.items())
    else:
        yield from ([item] for item in value)


def _cut(text: str) -> str:
    more = len(text) - _LONGEST_VALUE
    return f"{text[:_LONGEST_VALUE]}… and {_count(more, 'more character')}" if more > 0 else text


def _count(number: int, noun: str = "rule") -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _at(where: str) -> str:
    return f" ({where})" if where else ""
