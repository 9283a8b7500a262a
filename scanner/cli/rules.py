"""`assay rules`: list, show, test, new, export."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from scanner import library
from scanner.cli import export
from scanner.cli.environment import cache_folder
from scanner.cli.frameworks import bearing_rules
from scanner.cli.option_groups import SELECTION, Command, option, takes_framework_files
from scanner.cli.rule_page import show_rule
from scanner.cli.terminal import counted
from scanner.errors import AssayError, PackError, UsageError
from scanner.exit_codes import FAILED
from scanner.masking import mask
from scanner.policy import shared_ids
from scanner.policy.pack import load_all
from scanner.policy.rule import IDENTITY, RuleFile, load, load_folder, rule_paths
from scanner.reports.safe_text import safe
from scanner.rule_ids import RuleIds
from scanner.safe_write import write_file
from scanner.sources import boundary

_SCAFFOLD = "rule.yaml"


@click.group("rules")
def command() -> None:
    """List, show, test, create and export rules."""


command.add_command(export.command)


@command.command("list", cls=Command)
@option(
    SELECTION,
    "--framework",
    "frameworks",
    multiple=True,
    metavar="ID",
    help="List only rules that are mapped to this framework. May be repeated.",
)
@option(
    SELECTION,
    "--control",
    default="",
    metavar="CONTROL",
    help="List only rules that are mapped to this control of the framework.",
)
@takes_framework_files
def list_rules(frameworks: tuple[str, ...], control: str, framework_files: tuple[Path, ...]) -> None:
    """List the rules: id, severity, profile and title."""
    if control and len(frameworks) != 1:
        raise UsageError("--control belongs to one framework", hint="name it: --framework pci-dss --control 1.2.5")
    chosen = bearing_rules(frameworks, control, framework_files) if frameworks else None
    found = [file for file in load_folder(_shipped()) if chosen is None or file.rule.info.id in chosen]
    if not found:
        click.echo("no rule is mapped to it", err=True)
        return
    width = max(len(file.rule.info.id) for file in found)
    for file in found:
        info = file.rule.info
        click.echo(f"{info.id:<{width}}  {info.severity:<8}  {info.profile:<7}  {info.title}")


@command.command("show")
@click.argument("identity", metavar="ID")
def show(identity: str) -> None:
    """Show a rule: reason, remediation, limits, fix and controls."""
    show_rule(identity)


@command.command("test")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
def test(path: Path | None) -> int:
    """Run the examples of the rules, of a folder or of a file."""
    folder = _shipped() if path is None or _shipped() in path.resolve().parents else path
    chosen = [path] if path and path.is_file() else rule_paths(path or folder)
    if path and path.is_file() and folder == path:
        folder = path.parent
    problems = 0
    for problem in _problems(chosen, folder):
        problems += 1
        for line in problem.lines():
            click.echo(safe(mask(line)), err=True)
    if not chosen:
        raise UsageError("there are no rules here", str(path))
    click.echo(f"{counted(len(chosen), 'rule')}, {counted(problems, 'problem')}")
    return FAILED if problems else 0


def _problems(files: Sequence[Path], folder: Path) -> Iterator[AssayError]:
    """What is wrong with rules and their examples, one file after the other, and with the ids that they share."""
    from scanner.policy.examples import check

    named, inside = [], boundary.of_folder(str(folder))
    for file in files:
        try:
            loaded = load(file.resolve(), folder) if folder == _shipped() else _own(file, folder, inside)
            named.append((loaded.rule.info, loaded.data.path))
            found: list[AssayError] = [*check(loaded)]
        except PackError as error:
            found = [*error.each()]
        yield from found
    yield from shared_ids.faults(named)


@command.command("new")
@click.argument("identity", metavar="ID")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("rules"),
    show_default=True,
    metavar="DIR",
    help="Write the file to this folder.",
)
def new(identity: str, folder: Path) -> None:
    """Create a rule file to fill in.

    The file is DIR/ID.yaml, with a slash in place of the dot. Its examples fail until the rule is written.
    """
    if not IDENTITY.fullmatch(identity) or "." not in identity:
        raise UsageError(f"not a rule id: {identity!r}", hint="write it as kubernetes.container-has-no-ssh-port")
    if identity != (owner := _ids().current(identity)):
        raise UsageError(f"{identity} is what {owner} was called before", hint="give the rule another name")
    *parts, name = identity.split(".")
    path = folder.joinpath(*parts, f"{name}.yaml")
    text = (library.data_root() / "templates" / _SCAFFOLD).read_text(encoding="utf-8")
    write_file(path, (text,), folders=True, new=True)
    click.echo(f"{path}\nFill it in, then run: assay rules test {path}")


def _own(file: Path, folder: Path, inside: boundary.Boundary) -> RuleFile:
    """A rule of a folder of one's own; raises PackError for one that leads out of it by a link, and for a wrong one."""
    if not inside.holds(str(file)):
        raise PackError(boundary.LEADS_OUT, str(file))
    return load(file, folder)


def _shipped() -> Path:
    return library.data_root() / "rules"


def _ids() -> RuleIds:
    """The ids of the shipped rules."""
    return load_all(library.Cache(cache_folder(os.environ))).ids
