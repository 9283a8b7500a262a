"""`assay rules export`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from scanner import library
from scanner.cli.option_groups import OUTPUT, Command, option
from scanner.cli.reading import (
    is_configured,
    kubernetes_version,
    options,
    profile,
    resolved_options,
    rule_folders,
    tell_changes,
)
from scanner.configured import Configuration, RuleChanges
from scanner.errors import UsageError
from scanner.safe_write import write_file

if TYPE_CHECKING:
    from scanner.options import Options
    from scanner.policy.rule import RuleFile

_ACTIONS = ("warn", "deny")
_SUBJECTS = "kubernetes."
_HEEDED = ("profile", "framework", "framework-file", "kubernetes-version", "rule-folders")
"""Keys of a configuration that decide what is exported, beside those about rules."""


@click.command("export", cls=Command)
@click.argument("identities", nargs=-1, metavar="[RULE]...")
@option(
    OUTPUT,
    "--format",
    "form",
    type=click.Choice(("vap",)),
    default="vap",
    show_default=True,
    help="Write this format; vap is ValidatingAdmissionPolicies.",
)
@profile
@rule_folders
@is_configured
@option(
    OUTPUT,
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Write to this file, or to this folder with a file for each rule.  [default: standard output]",
)
@option(
    OUTPUT,
    "--action",
    type=click.Choice(_ACTIONS),
    default="warn",
    show_default=True,
    help="Let the bindings warn about violations or deny them.",
)
@kubernetes_version
@option(
    OUTPUT,
    "--namespace",
    default="kube-system",
    show_default=True,
    metavar="NAME",
    help="Write the ConfigMaps with the parameters to this namespace.",
)
@click.pass_context
def command(
    context: click.Context,
    /,
    identities: tuple[str, ...],
    *,
    output: Path | None,
    action: str,
    namespace: str,
    **given: Any,
) -> None:
    """Write rules as ValidatingAdmissionPolicies.

    The rules are those that a scan with the same options and the same assay.yaml runs, with their parameters and
    severities. Each policy has a binding and, where the rule has parameters, a ConfigMap. Changes by the configuration,
    and rules that a policy cannot express, are reported on standard error.
    """
    from scanner.admission.exporting import ExportSettings, exported
    from scanner.admission.translating import NotExportableError
    from scanner.policy.kubernetes_versions import minor_of

    chosen = resolved_options(context, identities)
    settings = ExportSettings(action, minor_of(chosen.value("kubernetes-version")), namespace)
    made: dict[str, list[dict[str, Any]]] = {}
    left: dict[str, list[str]] = {}
    for file in _chosen(identities, options(chosen, given)):
        try:
            made[file.rule.info.first_id] = exported(file, settings)
        except NotExportableError as error:
            left.setdefault(str(error), []).append(file.rule.info.id)
    for reason, rules in left.items():
        click.echo(f"not exported, because {reason}: {', '.join(rules)}", err=True)
    if not made:
        raise UsageError("none of the rules can be exported", hint="assay rules list shows what there is")
    _write(made, output)


def _chosen(identities: Sequence[str], wanted: Options) -> list[RuleFile]:
    """The rules of Kubernetes that a scan would run, or the named ones, after telling what was changed of them."""
    from scanner.policy import pack
    from scanner.policy.rule import identity_of, load, rule_paths
    from scanner.scan import rules_of

    folders = (library.data_root() / "rules", *wanted.rule_folders)
    files = {identity_of(path, folder): (path, folder) for folder in folders for path in rule_paths(folder)}
    if strange := [identity for identity in identities if identity not in files]:
        ids = pack.load_all(library.Cache(wanted.cache_folder), wanted.rule_folders).ids
        for identity in strange:
            if identity not in ids.former:
                raise pack.no_rule(identity, files)
    running = rules_of(replace(wanted, engines=(), policies=(), scope=None))
    known = (*(rule.info for rule in running.rules), *running.not_run)
    meant = {info.id for info in known if identities or info.subject.startswith(_SUBJECTS)}
    _tell(wanted.configuration, running.changes, meant, named=bool(identities))
    chosen = (rule for rule in running.rules if rule.info.id in meant)
    return [replace(load(*files[rule.info.id]), rule=rule) for rule in chosen]


def _tell(configuration: Configuration, changes: RuleChanges, rules: Collection[str], *, named: bool) -> None:
    """Print what a configuration changed in an export; settings that affect only scans are left out."""
    skipped = (replace(each, rules=tuple(name for name in each.rules if name in rules)) for each in changes.skipped)
    told = RuleChanges(
        () if named else changes.selected,
        0 if named else changes.not_selected,
        tuple(each for each in skipped if each.rules),
        tuple(each for each in changes.off if each.rule in rules),
        tuple(each for each in changes.on if each.rule in rules),
        tuple(each for each in changes.severities if each.rule in rules),
        tuple(each for each in changes.parameters if each.rule in rules),
    )
    settings = tuple(each for each in configuration.settings if each.key in _HEEDED)
    tell_changes(replace(configuration, rules=told, settings=settings, not_assessed=()))


def _write(made: dict[str, list[dict[str, Any]]], output: Path | None) -> None:
    """Write the objects by the names of their policies."""
    from scanner.documents.yaml_write import write

    if output is None:
        click.echo(write(thing for objects in made.values() for thing in objects), nl=False)
        return
    if output.is_dir() or not (output.suffix or output.exists()):
        for name, objects in made.items():
            write_file(output / f"{name}.yaml", (write(objects),), folders=True)
    else:
        write_file(output, (write(thing for objects in made.values() for thing in objects),))
    click.echo(f"{len(made)} policies in {output}", err=True)
