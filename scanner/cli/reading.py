"""The options of every command that reads files and asks rules of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from scanner import sources
from scanner.cli.environment import cache_folder
from scanner.cli.frameworks import takes_framework_files
from scanner.cli.limit_option import limits, named
from scanner.configuration.file import MISNAMED, NAME, find
from scanner.configuration.keys import KEYS
from scanner.configuration.settle import Settled, settle
from scanner.configured import Configuration
from scanner.model import PROFILES, SEVERITIES, Profile, Severity
from scanner.policy.kubernetes_versions import NEWEST_KUBERNETES
from scanner.reports.safe_text import safe
from scanner.scan import Options

_OPTIONS = (
    click.option(
        "--profile",
        type=click.Choice([profile.value for profile in PROFILES]),
        default=Profile.DEFAULT.value,
        show_default=True,
        help="Which rules; with --framework, default and strict rules run unless this is given.",
    ),
    click.option(
        "--kubernetes-version",
        default=f"1.{NEWEST_KUBERNETES}",
        show_default=True,
        metavar="X.Y",
        help="The cluster's version.",
    ),
    click.option("--include", multiple=True, metavar="GLOB", help="Read only files that match; repeats."),
    click.option("--exclude", multiple=True, metavar="GLOB", help="Pass over files and folders that match; repeats."),
    click.option("--no-ignore", is_flag=True, help="Read also what a .gitignore names."),
    click.option(
        "--root",
        type=click.Path(exists=True, file_okay=False),
        metavar="DIR",
        help="Read nothing outside of it; the Git work tree of each path by default.",
    ),
    click.option(
        "--values",
        multiple=True,
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="Values for Helm charts besides their own; repeats, the last wins.",
    ),
    click.option(
        "--rules", "rule_folders", multiple=True, metavar="FOLDER", help="A folder of further rules; repeats."
    ),
    click.option("--limit", multiple=True, metavar="NAME=VALUE", help="What one input may cost; repeats."),
    click.option("--jobs", type=click.IntRange(min=0), default=0, metavar="N", help="Processes; 0 is as many as pay."),
    click.option("--no-cache", is_flag=True, help="Compile the rules anew and keep nothing."),
    click.option("--allow-incomplete", is_flag=True, help="Exit 0 or 1 although something could not be assessed."),
)


_PARAMETERS = {"framework-file": "framework_files"}
_CONFIGURED = (
    click.option(
        "--config",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="The configuration file, in place of the assay.yaml of the current folder; all of it counts.",
    ),
    click.option(
        "--select", multiple=True, metavar="RULE", help="Run only these: an id, a glob or objective:NAME; repeats."
    ),
    click.option("--skip", multiple=True, metavar="RULE", help="Do not run these, named like --select; repeats."),
)
_JUDGED = (
    click.option(
        "--framework",
        multiple=True,
        metavar="ID",
        help="Run the rules that bear on it: an id, id@edition or family; repeats.",
    ),
    click.option("--all-frameworks", is_flag=True, help="Tell the controls of all frameworks, not only the figures."),
    takes_framework_files,
    click.option(
        "--scope",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="Which paths belong to a framework, and which of its controls do not apply.",
    ),
    click.option(
        "--policies",
        multiple=True,
        type=click.Path(exists=True),
        metavar="PATH",
        help="A file or folder of ValidatingAdmissionPolicies to hold the objects to; repeats.",
    ),
)


def _taking(command: Callable[..., Any], options: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command


def reads_files(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which files are read, by which rules, and what that may cost."""
    return _taking(command, (*_CONFIGURED, *_OPTIONS))


def is_configured(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that name a configuration file and choose rules."""
    return _taking(command, _CONFIGURED)


def reports_on(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what findings are held against."""
    return _taking(command, _JUDGED)


def fails_on(default: Severity, text: str) -> Callable[..., Any]:
    """The option `--fail-on` with the default of a command."""
    choices = click.Choice([severity.value for severity in SEVERITIES])
    return click.option("--fail-on", type=choices, default=default.value, show_default=True, help=text)


strict = click.option(
    "--strict-documents",
    is_flag=True,
    help="Exit 4 also for what cannot be read in documentation, source code and CI workflows.",
)
"""The option that counts what is nobody's configuration."""


def settled(context: click.Context, rules: Sequence[str] = ()) -> Settled:
    """The options of a command, with the configuration file that counts; `rules` count as selected by their ids.

    Raises UsageError and PackError for what is wrong with the file.
    """
    command_line = {key: context.params[name] for key, name in _parameters() if _is_typed(context, name)}
    if "limit" in command_line:
        command_line["limit"] = named(command_line["limit"])
    if rules:
        command_line["select"] = (*command_line.get("select", ()), *rules)
    if context.params.get("config") is None and os.path.lexists(MISNAMED):
        click.echo(f"assay: {MISNAMED} is not read; rename it to {NAME}", err=True)
    own = {
        key: option.default for key in ("fail-on",) for option in context.command.params if f"--{key}" in option.opts
    }
    return settle(command_line, find(context.params.get("config")), own)


def _parameters() -> Iterator[tuple[str, str]]:
    """Each key and what commands call its option."""
    for key in KEYS:
        yield key, _PARAMETERS.get(key, key.replace("-", "_"))


def _is_typed(context: click.Context, name: str) -> bool:
    typed = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    return typed and context.params[name] != ()


def options(chosen: Settled, given: Mapping[str, Any], revision: str = "") -> Options:
    """What they mean for a scan, of the files on disk or of a commit.

    Raises UsageError for a limit that is none.
    """
    value = chosen.value
    return Options(
        profile=Profile(value("profile")) if chosen.values["profile"].where else None,
        frameworks=value("framework"),
        all_frameworks=value("all-frameworks"),
        framework_files=tuple(map(Path, value("framework-file"))),
        scope=Path(value("scope")) if value("scope") else None,
        fail_on=Severity(value("fail-on")),
        kubernetes_version=value("kubernetes-version"),
        rule_folders=tuple(map(Path, value("rule-folders"))),
        policies=tuple(map(Path, value("policies"))),
        tuning=chosen.tuning,
        configuration=chosen.configuration,
        limits=limits(value("limit"), chosen.values["limit"].where),
        values=value("values"),
        selection=sources.Selection(
            value("include"),
            value("exclude"),
            ignored=given.get("no_ignore", False),
            revision=revision,
            root=value("root") or "",
        ),
        jobs=given.get("jobs", 0),
        cache_folder=None if given.get("no_cache") else cache_folder(os.environ),
        allow_incomplete=given.get("allow_incomplete", False),
        strict_documents=value("strict-documents"),
    )


def tell_configuration(configuration: Configuration) -> None:
    """Say on standard error what of a configuration file does not count."""
    for each in configuration.not_used:
        click.echo(f"assay: {safe(each.where)}: {safe(each.key)} is not used: {each.reason}", err=True)


def tell_changes(configuration: Configuration) -> None:
    """Say on standard error all that a configuration changed, for a command without a report that begins with it."""
    from scanner.reports.configuration import sentences, title

    if configuration:
        click.echo(f"configuration: {safe(title(configuration))}", err=True)
        for each in sentences(configuration):
            click.echo(f"  {safe(each)}", err=True)
