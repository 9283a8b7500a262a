"""Everything about one rule, for `assay explain` and `assay rules show`."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import click

from scanner import library
from scanner.cli.environment import cache_folder
from scanner.cli.frameworks import controls_of
from scanner.policy.fix import RuleFix
from scanner.policy.pack import load_all, no_rule
from scanner.policy.rule import RuleFile, identity_of, load, rule_paths


def show_rule(identity: str, folders: Sequence[Path] = ()) -> None:
    """Print the full description of a rule, shipped or from the given folders.

    Raises UsageError with the nearest id where there is no such rule.
    """
    file = _find(identity, folders)
    rule = file.rule
    info = rule.info
    if identity != info.id:
        click.echo(f"{identity} is now called {info.id}\n")
    click.echo(f"{info.id}  ({info.severity}, profile {info.profile}, about {info.subject})\n{info.title}\n")
    for label, text in (("Why", info.why), ("Remediation", info.remediation), ("Limits", info.limits)):
        click.echo(click.wrap_text(f"{label}: {text}", 100, subsequent_indent="  ") + "\n")
    if rule.parameters:
        click.echo(f"{_parameters(file)}\n")
    if rule.fix:
        click.echo(f"Fix ({_safety(rule.fix)}): {rule.fix.words()}\n")
    for label, names in (
        ("Formerly", info.formerly),
        ("Objectives", info.objectives),
        ("Same as", info.same_as),
        ("Overlaps", info.overlaps),
        ("References", info.references),
    ):
        if names:
            click.echo(f"{label}: {', '.join(names)}")
    click.echo("Controls:")
    for link in controls_of(info):
        through = link.objective or "named by the control"
        click.echo(f"  {link.framework}@{link.edition} {link.control}  ({link.relation}, {link.strength}; {through})")


def _safety(fix: RuleFix) -> str:
    """With which option a fix is made, and why it is not safe."""
    if fix.safe:
        return "safe"
    where = "safe in some cases, otherwise with --unsafe" if fix.safe_when else "with --unsafe"
    return f"{where}: {fix.risk}" if fix.risk else where


def _parameters(file: RuleFile) -> str:
    """The parameters with what they mean and their defaults, as an assay.yaml would set them."""
    rule, declared = file.rule, file.data.value["parameters"]
    silent = all(value in ([], {}, "") for value in rule.parameters.values())
    note = "; the rule says nothing until one is set" if silent else ""
    lines = [
        line
        for name, value in rule.parameters.items()
        for line in (
            f"      # {declared[name]['description']}",
            f"      {name}: {json.dumps(value, ensure_ascii=False)}",
        )
    ]
    head = f"Parameters, as assay.yaml sets them, with their defaults{note}:"
    return "\n".join((head, "  rules:", f"    {rule.info.id}:", "      parameters:", *(f"  {line}" for line in lines)))


def _find(identity: str, folders: Sequence[Path]) -> RuleFile:
    every = (library.data_root() / "rules", *folders)
    files = {identity_of(path, folder): (path, folder) for folder in every for path in rule_paths(folder)}
    if identity not in files:
        identity = load_all(library.Cache(cache_folder(os.environ)), folders).ids.current(identity)
    if identity not in files:
        raise no_rule(identity, files)
    return load(*files[identity])
