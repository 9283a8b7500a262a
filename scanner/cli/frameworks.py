"""`assay frameworks`: list, show, objectives, new."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from scanner import library, objectives
from scanner.cli.environment import cache_folder
from scanner.cli.option_groups import Command, takes_framework_files
from scanner.controls import STRENGTHS, Checkable, ControlLink, ShownBy
from scanner.errors import UsageError, did_you_mean
from scanner.frameworks import catalogue
from scanner.frameworks.catalogue import Control, ControlMapping, Framework
from scanner.frameworks.links import links, shown_by
from scanner.late import regex
from scanner.model import PROFILES, RuleInfo
from scanner.policy import pack
from scanner.rule_ids import ANY_RULE
from scanner.safe_write import write_file

_SCAFFOLD = "framework.yaml"
_IDENTITY = regex(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@click.group("frameworks")
def command() -> None:
    """List, show and create frameworks."""


@command.command("list", cls=Command)
@takes_framework_files
def list_frameworks(framework_files: tuple[Path, ...]) -> None:
    """List the frameworks with their numbers of controls.

    Each line counts the controls that are mapped to objectives, those that were reviewed and have no mapping, and
    those that need a manual check. "Declared only" counts the mapped controls for which the only evidence is what a
    document states.
    """
    frameworks = known(framework_files)
    ways = shown_by(frameworks, [rule.info for rule in _rules().rules])
    width = max(len(f"{item.id}@{item.edition}") for item in frameworks)
    for item in frameworks:
        mapped = sum(bool(control.objectives) for control in item.controls)
        reviewed = sum(bool(control.unmapped) for control in item.controls)
        shown = [ways.get((item.id, item.edition, control.id)) for control in item.controls]
        declared = shown.count((ShownBy.DECLARED,))
        manual = Counter(control.checkable for control in item.controls)[Checkable.MANUAL]
        click.echo(
            f"{f'{item.id}@{item.edition}':<{width}}  {len(item.controls):>3} controls, {mapped:>3} mapped "
            f"({declared:>2} declared only), {reviewed:>2} reviewed, {manual:>3} manual  {item.title}"
        )


@command.command("show", cls=Command)
@click.argument("name", metavar="ID[/CONTROL]")
@takes_framework_files
def show(name: str, framework_files: tuple[Path, ...]) -> None:
    """Show the controls of a framework, or one control.

    A control is shown with its objectives, the rationale of each mapping and the rules behind it.
    """
    framework_name, _, control_name = name.partition("/")
    chosen = catalogue.choose(known(framework_files), [framework_name])
    ways = shown_by(chosen, [rule.info for rule in _rules().rules])
    for framework in chosen:
        if not control_name:
            click.echo(f"{framework.title} ({framework.id}@{framework.edition}), {framework.publisher}")
            click.echo(f"{framework.licence}\n{framework.source}\n")
            for item in framework.controls:
                way = " and ".join(ways.get((framework.id, framework.edition, item.id), ()))
                click.echo(f"{item.id:<10} {item.checkable:<8} {way:<21} {item.title}")
            continue
        _show_control(framework, _control(framework, control_name), ways)


def _show_control(framework: Framework, item: Control, ways: Mapping[tuple[str, str, str], Sequence[ShownBy]]) -> None:
    click.echo(f"{framework.id}@{framework.edition} {item.id}  {item.title}\n{item.parent}\n")
    way = " and ".join(ways.get((framework.id, framework.edition, item.id), ()))
    click.echo(f"checkable: {item.checkable}{f', shown by {way}' if way else ''}; {item.evidence}\n")
    for when in filter(None, (framework.applies_when.words, item.applies_when.words)):
        click.echo(f"applies where the scanned files contain {when}\n")
    if item.entities:
        click.echo(f"applies to {' and '.join(item.entities)} only\n")
    if item.unmapped:
        click.echo(click.wrap_text(f"No objective is mapped to it. {item.unmapped}", 100) + "\n")
    for bearing in item.objectives:
        _show_bearing(bearing)


def _show_bearing(bearing: ControlMapping) -> None:
    name = bearing.objective or f"rule {bearing.rule}"
    text = f"{name} ({bearing.words}): {bearing.rationale}"
    click.echo(click.wrap_text(text, 100, subsequent_indent="  "))
    for rule in _rules().rules:
        named = not bearing.rules or rule.info.id in bearing.rules
        if rule.info.id == bearing.rule or (named and bearing.objective in rule.info.objectives):
            click.echo(f"  - {rule.info.id}  ({rule.info.severity}, {rule.info.profile})  {rule.info.title}")
    click.echo()


@command.command("objectives")
def list_objectives() -> None:
    """List the control objectives, which connect rules to controls."""
    for name, item in objectives.load().items():
        meaning = click.wrap_text(item.meaning, 100, initial_indent="  ", subsequent_indent="  ")
        click.echo(f"{name}: {item.title}\n{meaning}\n")


@command.command("new")
@click.argument("identity", metavar="ID")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="Write the file to this folder.  [default: the current folder]",
)
def new(identity: str, folder: Path) -> None:
    """Create a framework file to fill in.

    The file is DIR/ID.yaml.
    """
    if not _IDENTITY.fullmatch(identity):
        raise UsageError(f"not a framework id: {identity!r}", hint="write it as acme-baseline")
    if any(identity == framework.id for framework in known(())):
        raise UsageError(f"there is already a framework {identity!r}", hint="see `assay frameworks list`")
    path = folder / f"{identity}.yaml"
    text = (library.data_root() / "templates" / _SCAFFOLD).read_text(encoding="utf-8")
    text = text.replace("{id}", identity).replace("{file}", str(path))
    write_file(path, (text,), folders=True, new=True)
    click.echo(f"{path}\nFill it in, then run: assay scan . --framework-file {path} --framework {identity}")


def known(files: Sequence[Path]) -> tuple[Framework, ...]:
    """The shipped frameworks and those of files."""
    cache = library.Cache(cache_folder(os.environ))
    return catalogue.load(cache, files, _rules().ids if files else ANY_RULE)


def _control(framework: Framework, name: str) -> Control:
    """A control by its id; raises UsageError with the nearest one where there is none."""
    found = next((item for item in framework.controls if item.id == name), None)
    if found is None:
        hint = did_you_mean(name, (item.id for item in framework.controls))
        raise UsageError(f"{framework.id}@{framework.edition} has no control {name!r}", hint=hint)
    return found


def controls_of(rule: RuleInfo) -> tuple[ControlLink, ...]:
    """The controls that a rule is mapped to; those that it decides first."""
    found = links(known(()), [rule])[rule.id]
    return tuple(sorted(found, key=lambda link: (STRENGTHS.index(link.strength), link.framework, link.edition)))


def bearing_rules(names: Sequence[str], control_name: str, files: Sequence[Path]) -> frozenset[str]:
    """The rules that are mapped to frameworks, or to one control of them."""
    chosen = catalogue.choose(known(files), names)
    if control_name:
        for framework in chosen:
            _control(framework, control_name)
    linked = links(chosen, [rule.info for rule in _rules().rules])
    return frozenset(
        rule
        for rule, links in linked.items()
        if any(not control_name or link.control == control_name for link in links)
    )


def _rules() -> pack.Pack:
    return pack.load(PROFILES[-1], library.Cache(cache_folder(os.environ)))
