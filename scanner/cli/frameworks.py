"""`assay frameworks`: list, show."""

from __future__ import annotations

import os
from collections import Counter

import click

from scanner import library
from scanner.cli.environment import cache_folder
from scanner.errors import UsageError
from scanner.frameworks import catalogue
from scanner.frameworks.catalogue import Control, Framework


@click.group("frameworks")
def command() -> None:
    """List and show frameworks."""


@command.command("list")
def list_frameworks() -> None:
    """One line per framework: controls, how many a file can speak to, how many are mapped, names it goes by."""
    frameworks = _all()
    width = max(len(f"{item.id}@{item.edition}") for item in frameworks)
    for item in frameworks:
        kinds = Counter(control.checkable for control in item.controls)
        mapped = sum(bool(control.objectives) for control in item.controls)
        click.echo(
            f"{f'{item.id}@{item.edition}':<{width}}  {len(item.controls):>3} controls, {mapped:>3} mapped, "
            f"{kinds['manual']:>3} manual  {item.title}"
        )


@command.command("show")
@click.argument("name", metavar="ID[/CONTROL]")
def show(name: str) -> None:
    """A framework's controls, or one control with the objectives and rules that bear on it and why."""
    framework_name, _, control_name = name.partition("/")
    for framework in catalogue.choose(_all(), [framework_name]):
        if not control_name:
            click.echo(f"{framework.title} ({framework.id}@{framework.edition}), {framework.publisher}")
            click.echo(f"{framework.licence}\n{framework.source}\n")
            for control in framework.controls:
                click.echo(f"{control.id:<10} {control.checkable:<8} {len(control.objectives):>2}  {control.title}")
            continue
        _show_control(framework, control_name)


def _show_control(framework: Framework, name: str) -> None:
    control = next((control for control in framework.controls if control.id == name), None)
    if control is None:
        raise UsageError(f"{framework.id}@{framework.edition} has no control {name!r}")
    click.echo(f"{framework.id}@{framework.edition} {control.id}  {control.title}\n{control.parent}\n")
    click.echo(f"checkable: {control.checkable}; {control.evidence}\n")
    for text in _bearings(control):
        click.echo(click.wrap_text(text, 100, subsequent_indent="  ") + "\n")


def _bearings(control: Control) -> list[str]:
    if control.unmapped:
        return [f"No objective bears on it. {control.unmapped}"]
    return [
        f"{item.objective or f'rule {item.rule}'} ({item.relation}, {item.strength}): {item.rationale}"
        for item in control.objectives
    ]


def _all() -> tuple[Framework, ...]:
    return catalogue.load(library.Cache(cache_folder(os.environ)))
