"""`assay init`: sets Assay up in a repository."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from scanner.cli.reading import options, resolved_options, tell_configuration
from scanner.cli.terminal import counted
from scanner.errors import UsageError
from scanner.exit_codes import CLEAN, INCOMPLETE, NOTHING
from scanner.finished_scan import Scan
from scanner.late import regex
from scanner.library import data_root
from scanner.model import Outcome
from scanner.reports.safe_text import safe
from scanner.safe_write import write_file
from scanner.scan import scan
from scanner.setup.files import HOOKS, Wanted, files
from scanner.setup.requirement import PLACEHOLDER, given, own
from scanner.setup.survey import Service, Survey, survey
from scanner.subjects import FORMATS

ARCHITECTURE = "architecture"
_SPEC = "architecture.yaml"
_NOT_IN_NAMES = regex(r"[^a-z0-9]+")
_FOUND = {
    "kubernetes": "with Kubernetes manifests",
    "architecture": "with an architecture spec",
    "calm": "with a FINOS CALM spec",
    "structurizr": "with a Structurizr workspace",
    "backstage": "with a Backstage catalogue",
    "openapi": "with an OpenAPI description",
    "asyncapi": "with an AsyncAPI description",
    **dict.fromkeys(("threagile", "otm", "threat-dragon", "tm-library"), "with a threat model"),
    "compose": "for Docker Compose or Docker Swarm",
    "swarm": "with agent swarm configuration",
    "prose": "with availability or recovery figures",
}


@click.command("init")
@click.argument("what", required=False, type=click.Choice([ARCHITECTURE]), metavar="[architecture]")
@click.option("--dry-run", is_flag=True, help="Print the files and write nothing.")
@click.option(
    "--requirement",
    metavar="REQUIREMENT",
    help="What pip installs in the hooks and in the CI job, such as `assay-compliance @ git+https://HOST/assay@COMMIT`."
    "  [default: what was installed here]",
)
@click.pass_context
def command(context: click.Context, /, *, what: str | None, dry_run: bool, requirement: str | None) -> int:
    """Set Assay up in the repository of the current folder.

    Scans the folder and writes assay.yaml, the entries for pre-commit and the CI job that suit it. A file that exists
    is not changed: what to add to it is printed. `assay init architecture` writes architecture.yaml, an architecture
    spec with comments to start from, and nothing else.
    """
    if what == ARCHITECTURE:
        return _write_architecture(dry_run=dry_run)
    asked = given(requirement) if requirement is not None else None
    chosen = resolved_options(context)
    result = scan((os.curdir,), options(chosen, {}))
    tell_configuration(chosen.configuration)
    found = survey(result)
    if found.top and os.path.realpath(found.top) != os.path.realpath(os.curdir):
        raise UsageError(
            "this is not the top folder of the Git checkout, where the hook and the CI job belong",
            hint=f"cd {shlex.quote(os.path.relpath(found.top))} && assay init",
        )
    _say(_read(found, result))
    if not found.assessed:
        return NOTHING
    source = asked or own("[helm]" if found.charts else "")
    wanted = list(files(found, source))
    written = [each for each in wanted if not each.exists]
    unnamed = [] if source.known else [each.path for each in wanted if source.text in each.content and not each.done]
    _provide(wanted, dry_run=dry_run)
    _say(("", "Next:"))
    if dry_run:
        _say(("  assay init                  writes the files",))
    _say(_source(unnamed))
    _say(_next(found, [] if dry_run else written))
    _say(_remarks(found, result))
    return CLEAN


def _write_architecture(*, dry_run: bool) -> int:
    """An architecture spec to start from, named after the folder."""
    name = _NOT_IN_NAMES.sub("-", Path(os.curdir).resolve().name.lower()).strip("-") or "system"
    text = (data_root() / "templates" / "init-architecture.yaml").read_text(encoding="utf-8").replace("NAME", name, 1)
    if dry_run:
        click.echo(text, nl=False)
        return CLEAN
    write_file(Path(_SPEC), (text,), new=True)
    _say((f"wrote {_SPEC}", "", "Next: replace the example by your system, and scan it:", f"  assay scan {_SPEC}"))
    return CLEAN


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(safe(line))


def _read(found: Survey, result: Scan) -> Iterator[str]:
    """What there is, and what a scan says of it."""
    if not found.assessed:
        yield "Assay reads nothing here: there is no Kubernetes manifest, architecture spec or swarm configuration."
        yield "Run `assay init` where they are; `assay scan --explain-inputs` lists what each file is."
        return
    titles = {each.name: f"with {each.title}" for each in FORMATS} | _FOUND
    some = [f"{counted(number, 'file')} {titles.get(name, name)}" for name, number in found.formats.items()]
    some += [counted(number, noun) for number, noun in ((found.charts, "chart"), (found.overlays, "overlay")) if number]
    yield f"Found {', '.join(some)}."
    failed = sum(finding.outcome is Outcome.FAIL for finding in result.findings)
    yield f"A scan of the whole repository gives {counted(failed, 'finding')}. {result.verdict.reason}"
    if result.verdict.exit_code == INCOMPLETE:
        yield "What was not assessed: `assay scan --explain-inputs`; accept it in assay.yaml, with a reason."


def _provide(wanted: Sequence[Wanted], *, dry_run: bool) -> None:
    """Write the files that are missing; say what to add to those that are there."""
    click.echo()
    for each in wanted:
        if not each.exists and not dry_run:
            write_file(Path(each.path), (each.content,), folders=True, new=True)
            click.echo(f"wrote {each.path}")
        elif not each.exists:
            click.echo(f"would write {each.path}:\n\n{_indented(each.content)}\n")
        elif not each.marks:
            click.echo(f"{each.path} exists and stays as it is")
        elif each.done:
            click.echo(f"{each.path} exists and runs Assay")
        else:
            under = f", under `{each.where}`" if each.where else ""
            click.echo(f"{each.path} exists and stays as it is; add this{under}:\n\n{_indented(each.addition)}\n")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.rstrip("\n").split("\n"))


def _source(named: Sequence[str]) -> Iterator[str]:
    """What a person has to put in, where it is not known where Assay is installed from."""
    if named:
        yield f"  in {', '.join(named)}, put the address"
        yield f"  of Assay's repository and the full hash of a commit in place of {PLACEHOLDER}"


def _next(found: Survey, written: Sequence[Wanted]) -> Iterator[str]:
    """The next commands."""
    if not found.top:
        yield "  assay scan                                  lists all findings"
        yield "  assay baseline write assay-baseline.json    stores them"
        yield "  assay gate --baseline assay-baseline.json   fails for what is worse than stored"
        return
    if written:
        yield f"  git add {' '.join(shlex.quote(each.path) for each in written)}"
        yield "  git commit -m 'Add Assay'"
    if any(each.path == HOOKS for each in written):
        yield "  pre-commit install          runs a hook before each commit and a thorough one before each push"
        yield "                              (pip install pre-commit)"
    yield "  assay scan                  lists all findings"
    base = "" if found.has_base else f" --base {shlex.quote(found.branch)}"
    yield f"  {f'assay gate{base}'.ljust(26)}  on a branch: fails only for what the branch makes worse"


def _remarks(found: Survey, result: Scan) -> Iterator[str]:
    """What to know of CI."""
    if not found.services:
        yield "No CI service was found. Run `assay gate` for pull requests, in a checkout with its whole history, and"
        yield "`assay scan` for the default branch."
    elif result.verdict.exit_code != CLEAN:
        yield "The CI job scans the default branch as a whole, and fails there until the findings are fixed or"
        yield "waivers accept them. Set `fail-on` in assay.yaml before the first merge: later, the gate refuses a"
        yield "higher one. Pull requests fail only for what they make worse."
    if Service.JENKINS in found.services:
        yield "The Jenkins job needs Python 3.11 or newer on its agent."
