"""`assay config`: show, schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from scanner.cli.option_groups import Command
from scanner.cli.reading import fails_on, options, reads_files, reports_on, resolved_options, strict, tell_configuration
from scanner.cli.waiver_options import accepts_waivers
from scanner.configuration.file import SCHEMA
from scanner.configuration.resolve import ResolvedOptions
from scanner.documents.data_to_text import QuotingStyle, flow
from scanner.masking import mask_data
from scanner.model import Severity
from scanner.policy.tuning import RuleSettings, Tuning, resolve_ids
from scanner.reports.safe_text import safe
from scanner.rule_ids import RuleIds
from scanner.scan import rules_of

_PLACE = 60
"""Column of the comments that state where a value comes from."""


@click.group("config")
def command() -> None:
    """Show the configuration and its schema."""


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of assay.yaml."""
    click.echo(SCHEMA.read_text(encoding="utf-8"), nl=False)


@command.command("show", cls=Command)
@click.argument("paths", nargs=-1)
@reports_on
@fails_on(Severity.LOW, "Exit with 1 when a finding has this severity or a higher one.")
@strict
@accepts_waivers
@reads_files
@click.pass_context
def show(context: click.Context, /, **given: Any) -> None:
    """Print every value in force and its source.

    The output has the form of an assay.yaml, with the source of each value as a comment.
    """
    chosen = resolved_options(context)
    wanted = options(chosen, given)
    pack = rules_of(wanted)  # checks what is said of rules
    tell_configuration(chosen.configuration)
    lines = (
        *_keys(chosen, pack.ids),
        *_rules(resolve_ids(chosen.tuning, pack.ids)),
        *_not_assessed(chosen),
        *_renamed(chosen.tuning, pack.ids),
    )
    for line in lines:
        click.echo(safe(line))
    click.echo(f"# {len(pack.rules)} rules run")


def _keys(chosen: ResolvedOptions, ids: RuleIds) -> Iterator[str]:
    for key, given in chosen.values.items():
        value = tuple(dict.fromkeys(map(ids.current, given.value))) if key in ("select", "skip") else given.value
        text = f"# {key}:" if value is None else f"{key}: {_written(value)}"
        yield _with_place(text, given.where or "default")


def _rules(tuning: Tuning) -> Iterator[str]:
    """The settings of rules, one value on a line."""
    if tuning.rules:
        yield "rules:"
    for rule in tuning.rules:
        yield _with_place(f"  {rule.rule}:", rule.where)
        yield from _rule(rule)


def _not_assessed(chosen: ResolvedOptions) -> Iterator[str]:
    """What is knowingly not assessed, an entry a line."""
    entries = chosen.configuration.not_assessed
    if entries:
        yield "not_assessed:"
    for entry in entries:
        given = {"format": entry.format, "path": entry.path, "reason": entry.reason}
        yield _with_place(f"  - {_written({name: text for name, text in given.items() if text})}", entry.where)


def _renamed(tuning: Tuning, ids: RuleIds) -> Iterator[str]:
    """What rules are called now that are named by former ids."""
    named = [(each.text, each.where) for each in (*tuning.select, *tuning.skip)]
    named += ((each.rule, each.where) for each in tuning.rules)
    for name, where in dict.fromkeys(named):
        if name in ids.former:
            yield _with_place(f"# {name} is now called {ids.current(name)}", where)


def _rule(rule: RuleSettings) -> Iterator[str]:
    for name, value in (("enabled", rule.enabled), ("severity", rule.severity), ("reason", rule.reason or None)):
        if value is not None:
            yield f"    {name}: {_written(value)}"
    for name, values in (("parameters", rule.parameters), ("add", rule.added)):
        if values:
            yield f"    {name}:"
        for parameter, given in values.items():
            yield _with_place(f"      {parameter}: {_written(given.value)}", given.where)


def _written(value: Any) -> str:
    """A value as YAML on one line, without what looks like a credential."""
    return flow(mask_data(value), QuotingStyle())


def _with_place(text: str, where: str) -> str:
    return f"{text.ljust(_PLACE)}  # {where}"
