"""The options of every command that reads files and evaluates rules."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from scanner import sources
from scanner.cli.environment import cache_folder
from scanner.cli.limit_option import NAMES, limits, named
from scanner.cli.named_together import merges, together
from scanner.cli.option_groups import GATE, INPUT, LIMITS, OUTPUT, SELECTION, deploys, option, takes_framework_files
from scanner.configuration.file import MISNAMED, NAME, ConfigurationFile, find
from scanner.configuration.keys import KEYS
from scanner.configuration.resolve import ResolvedOptions, resolve
from scanner.configured import Configuration
from scanner.contexts import Context
from scanner.model import PROFILES, SEVERITIES, Profile, Severity
from scanner.options import Options
from scanner.policy.kubernetes_versions import NEWEST_KUBERNETES
from scanner.reports.safe_text import safe

profile = option(
    SELECTION,
    "--profile",
    type=click.Choice([profile.value for profile in PROFILES]),
    default=Profile.DEFAULT.value,
    show_default=True,
    help="Run the rules of this profile and of those before it.",
)
kubernetes_version = option(
    INPUT,
    "--kubernetes-version",
    default=f"1.{NEWEST_KUBERNETES}",
    show_default=True,
    metavar="X.Y",
    help="Assess manifests for this version of Kubernetes.",
)
rule_folders = option(
    SELECTION,
    "--rules",
    "rule_folders",
    multiple=True,
    metavar="DIR",
    help="Run the rules in this folder too. May be repeated.",
)
_OPTIONS = (
    profile,
    rule_folders,
    kubernetes_version,
    option(
        INPUT,
        "--context",
        "input_context",
        type=click.Choice([context.value for context in Context]),
        help="Treat all inputs as this. Findings in texts, templates and test data, which no tool loads from there, "
        "count one severity lower, except credentials.  [default: by the path of each input]",
    ),
    deploys,
    merges,
    option(INPUT, "--include", multiple=True, metavar="GLOB", help="Read only files that match. May be repeated."),
    option(
        INPUT,
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Do not read files and folders that match. May be repeated.",
    ),
    option(INPUT, "--no-ignore", is_flag=True, help="Read files that a .gitignore excludes, too."),
    option(
        INPUT,
        "--root",
        type=click.Path(exists=True, file_okay=False),
        metavar="DIR",
        help="Read nothing outside this folder.  [default: the Git work tree of each path]",
    ),
    option(
        INPUT,
        "--values",
        multiple=True,
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="Render Helm charts with these values, too. May be repeated; the last file has priority.",
    ),
    option(
        LIMITS,
        "--limit",
        multiple=True,
        metavar="NAME=VALUE",
        help=f"Limit what one input may use: {', '.join(NAMES)}. May be repeated.",
    ),
    option(
        LIMITS,
        "--jobs",
        type=click.IntRange(min=0),
        default=0,
        metavar="N",
        help="Use this number of processes; 0 chooses it by the size of the input.",
    ),
    option(
        LIMITS, "--no-cache", is_flag=True, help="Compile all rules and assess all files again, and write no cache."
    ),
    option(GATE, "--allow-incomplete", is_flag=True, help="Do not exit with 4 when an input could not be assessed."),
)


_PARAMETERS = {"framework-file": "framework_files", "context": "input_context"}
_CONFIGURED = (
    option(
        INPUT,
        "--config",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="Use this configuration file, with all of its keys, in place of the assay.yaml in the current folder.",
    ),
    option(
        SELECTION,
        "--select",
        multiple=True,
        metavar="RULE",
        help="Run only these rules: an id, a glob or objective:NAME. May be repeated.",
    ),
    option(
        SELECTION,
        "--skip",
        multiple=True,
        metavar="RULE",
        help="Do not run these rules: an id, a glob or objective:NAME. May be repeated.",
    ),
)
_JUDGED = (
    option(
        SELECTION,
        "--framework",
        multiple=True,
        metavar="ID",
        help="Run the rules that are mapped to this framework, of the profiles default and strict if --profile is not "
        "given, and report its controls: an id, id@edition or a family. May be repeated.",
    ),
    option(
        OUTPUT,
        "--all-frameworks",
        is_flag=True,
        help="Report the controls of all frameworks, not only the counts.",
    ),
    takes_framework_files,
    option(
        SELECTION,
        "--scope",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="Read from this file which paths are in scope of a framework and which controls do not apply.",
    ),
    option(
        SELECTION,
        "--policies",
        multiple=True,
        type=click.Path(exists=True),
        metavar="PATH",
        help="Evaluate the policies in this file or folder, too: ValidatingAdmissionPolicies, and CEL policies of "
        "Kyverno and Gatekeeper. May be repeated.",
    ),
)


def taking(command: Callable[..., Any], options: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    """A command with further options, in their order."""
    for each in reversed(options):
        command = each(command)
    return command


def reads_files(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that select files, rules and limits."""
    return taking(command, (*_CONFIGURED, *_OPTIONS))


def reads_files_for_all_rules(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that select files and limits, and bring further rules and policies, but leave no rule out."""
    return taking(command, (_CONFIGURED[0], _JUDGED[-1], *_OPTIONS[1:]))


def is_configured(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that name a configuration file and choose rules."""
    return taking(command, _CONFIGURED)


def reports_on(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that select frameworks and policies."""
    return taking(command, _JUDGED)


def fails_on(default: Severity, text: str) -> Callable[..., Any]:
    """The option `--fail-on` with the default of a command."""
    choices = click.Choice([severity.value for severity in SEVERITIES])
    return option(GATE, "--fail-on", type=choices, default=default.value, show_default=True, help=text)


strict = option(
    GATE,
    "--strict-documents",
    is_flag=True,
    help="Exit with 4 also when documentation, source code or a CI workflow could not be read.",
)
"""The option that also counts unreadable documentation, source code and CI workflows."""


def resolved_options(
    context: click.Context, rules: Sequence[str] = (), file: ConfigurationFile | None = None
) -> ResolvedOptions:
    """The options of a command, with the configuration file that counts; `rules` count as selected by their ids.

    `file` is a configuration file that counts in place of the one on disk.
    Raises UsageError and PackError for what is wrong with the file.
    """
    command_line = {key: context.params[name] for key, name in _parameters() if _is_typed(context, name)}
    if "limit" in command_line:
        command_line["limit"] = named(command_line["limit"])
    if rules:
        command_line["select"] = (*command_line.get("select", ()), *rules)
    if context.params.get("config") is None and os.path.lexists(MISNAMED):
        click.echo(f"assay: {MISNAMED} is not read; rename it to {NAME}", err=True)
    own = {key: each.default for key in ("fail-on",) for each in context.command.params if f"--{key}" in each.opts}
    return resolve(command_line, file or find(context.params.get("config")), own)


def _parameters() -> Iterator[tuple[str, str]]:
    """Each key and what commands call its option."""
    for key in KEYS:
        yield key, _PARAMETERS.get(key, key.replace("-", "_"))


def _is_typed(context: click.Context, name: str) -> bool:
    typed = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    return typed and context.params[name] != ()


def options(chosen: ResolvedOptions, given: Mapping[str, Any], revision: str = "") -> Options:
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
        deploy_target=value("deploy-target") or "",
        compose_files=together(chosen.values["compose-files"], on_disk=not revision),
        rule_folders=tuple(map(Path, value("rule-folders"))),
        policies=tuple(map(Path, value("policies"))),
        context=Context(value("context")) if value("context") else None,
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
