"""What a configuration changed in a scan. Every report begins with it, so that no omission is hidden."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field


class Pattern(Struct, frozen=True):
    """An entry of `select` or `skip`, and its source: `assay.yaml:3`, or `--skip` for the command line."""

    text: str
    where: str = ""

    @property
    def is_typed(self) -> bool:
        """The command line gives it: an option has no line."""
        return bool(self.where) and ":" not in self.where


class SkippedRules(Struct, frozen=True):
    """A pattern that left rules out."""

    pattern: str
    where: str
    rules: tuple[str, ...]


class SwitchedOff(Struct, frozen=True):
    """A rule that would run and does not."""

    rule: str
    reason: str
    where: str


class SwitchedOn(Struct, frozen=True):
    """A rule that runs although the profile does not hold it."""

    rule: str
    where: str


class SeverityChange(Struct, frozen=True):
    """A rule that counts with another severity than its own."""

    rule: str
    own: str
    severity: str
    reason: str
    where: str


class ParameterValue(Struct, frozen=True):
    """The value that a rule was given in place of its default."""

    rule: str
    parameter: str
    value: Any
    where: str


class Setting(Struct, frozen=True):
    """Any other key that changes the scan, with its value as text."""

    key: str
    value: str
    where: str


class NotAssessed(Struct, frozen=True):
    """An entry of `not_assessed`: what is knowingly not assessed, and how many inputs of the scan that is about."""

    format: str
    """A format that Assay recognises and does not read; empty where only a path is given."""
    path: str
    """A pattern as in a .gitignore; empty where the entry applies to the format in every file."""
    reason: str
    where: str
    inputs: int = 0


class NotUsed(Struct, frozen=True):
    """A key of a file that does not count, and why."""

    key: str
    where: str
    reason: str


class RuleChanges(Struct, frozen=True):
    """What became of the rules."""

    selected: tuple[Pattern, ...] = ()
    """Only rules that one of these matches run."""
    not_selected: int = 0
    """Number of rules that would run and that none of them matches."""
    skipped: tuple[SkippedRules, ...] = ()
    off: tuple[SwitchedOff, ...] = ()
    on: tuple[SwitchedOn, ...] = ()
    severities: tuple[SeverityChange, ...] = ()
    parameters: tuple[ParameterValue, ...] = ()


class Configuration(Struct, frozen=True):
    """Everything in which a scan departs from the defaults, by a file or by options."""

    file: str = ""
    """The configuration file that counts, empty where there is none."""
    sha256: str = ""
    named: bool = False
    """`--config` named the file, so that all of it counts."""
    rules: RuleChanges = field(default_factory=RuleChanges)
    settings: tuple[Setting, ...] = ()
    not_assessed: tuple[NotAssessed, ...] = ()
    not_used: tuple[NotUsed, ...] = ()

    def place(self, key: str) -> str:
        """The place of a setting in the configuration file; empty for one that does not come from it."""
        found = (each.where for each in self.settings if each.key == key)
        return next((where for where in found if where.startswith(f"{self.file}:")), "")

    def __bool__(self) -> bool:
        """Whether there is anything to report: a file may set nothing, or accept what is not there."""
        used = any(each.inputs for each in self.not_assessed)
        return bool(self.rules != _AS_SHIPPED or self.settings or used or self.not_used)


_AS_SHIPPED = RuleChanges()
