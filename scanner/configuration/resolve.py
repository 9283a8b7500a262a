"""Combines command line, configuration file and defaults: the value of every key, and the changes to report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from scanner.configuration.file import ConfigurationFile
from scanner.configuration.keys import KEYS
from scanner.configured import Configuration, Pattern, Setting
from scanner.model import SEVERITIES
from scanner.policy.tuning import SourcedValue, Tuning

_RULES = ("select", "skip")
"""Keys whose effect is reported through the rules."""
_LEAVE_OUT = ("include", "exclude")


class ResolvedOptions(Struct, frozen=True):
    """Every key with its value and where that comes from: `assay.yaml:3`, an option, or empty for the default."""

    values: Mapping[str, SourcedValue]
    tuning: Tuning
    """The settings of rules as written; `resolve_ids` in `policy.tuning` gives the command line priority over the
    file.
    """
    configuration: Configuration
    """The changes to report, without those of rules."""

    def value(self, key: str) -> Any:
        """The value in force."""
        return self.values[key].value


def resolve(
    command_line: Mapping[str, Any], file: ConfigurationFile | None, defaults: Mapping[str, Any] | None = None
) -> ResolvedOptions:
    """The values in force; `command_line` has those that were given there, `defaults` those of a command's own."""
    values = {}
    for name, key in KEYS.items():
        given = file.values.get(name) if file else None
        default = (defaults or {}).get(name, key.default)
        if name in command_line:
            values[name] = SourcedValue(command_line[name], key.spoken)
        else:
            values[name] = given or SourcedValue(default)
    if file and "limit" in file.values and "limit" in command_line:
        values["limit"] = SourcedValue({**file.values["limit"].value, **command_line["limit"]}, KEYS["limit"].spoken)
    told = Configuration(settings=tuple(_settings(values, command_line, defaults or {})))
    if file:
        told = replace(told, file=file.path, sha256=file.sha256, named=file.named, not_used=file.not_used)
        told = replace(told, not_assessed=file.not_assessed)
    tuning = Tuning(_patterns(values["select"]), _patterns(values["skip"]), file.rules if file else ())
    return ResolvedOptions(values, tuning, told)


def _patterns(given: SourcedValue) -> tuple[Pattern, ...]:
    return tuple(Pattern(text, given.where) for text in given.value)


def _settings(
    values: Mapping[str, SourcedValue], command_line: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Iterator[Setting]:
    """What a file sets, and what options exclude or allow; other options are part of the arguments of the run."""
    for name, given in values.items():
        default = defaults.get(name, KEYS[name].default)
        if not given.where or name in _RULES or given.value == default:
            continue
        lets_pass = name == "fail-on" and SEVERITIES.index(given.value) < SEVERITIES.index(default)
        if name not in command_line or name in _LEAVE_OUT or lets_pass:
            yield Setting(name, said(given.value), given.where)


def said(value: Any) -> str:
    """A value as one line of text."""
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}={each}" for name, each in value.items())
    return "" if value is None else str(value)
