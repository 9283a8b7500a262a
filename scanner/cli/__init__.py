"""The command line: click commands, one small file each. The only place that prints or exits."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from itertools import islice
from typing import NoReturn

import click

from scanner import __version__
from scanner.cli import streams
from scanner.cli.lazy_group import LazyGroup
from scanner.errors import AssayError, UsageError
from scanner.exit_codes import INTERNAL, INTERRUPTED, USAGE
from scanner.late import regex

_COMMANDS = {
    "init": "Set Assay up in the repository of the current folder.",
    "scan": "Scan files and folders.",
    "gate": "Compare files and folders with the base of a change.",
    "baseline": "Write, show and prune baselines.",
    "graph": "Draw architectures and agents with their findings.",
    "fix": "Fix findings in the scanned files.",
    "explain": "Explain a rule or a finding.",
    "rules": "List, show, test, create and export rules.",
    "frameworks": "List, show and create frameworks.",
    "waivers": "List, check and report waivers, and write new ones.",
    "evidence": "Build and verify evidence packs for auditors.",
    "ledger": "Record runs in a ledger in which no line can be changed unseen.",
    "hook": "Judge files before a commit or a push.",
    "config": "Show the configuration and its schema.",
}
"""Each command, which is a module here, and the first sentence of its help."""

_OF_GATE = {"--baseline": "--baseline FILE", "--base": "--base REV"}
"""Options that a scan does not have and the gate has."""

_MOST = 100
"""Errors of one file that are printed. The file may come from an untrusted author."""
_LONG_WORD = regex(r"(\S{100})\S{200,}")
"""The length of a word that is printed; a longer one is cut. A file may hold any text."""


class _Commands(LazyGroup):
    told = _COMMANDS
    modules = f"{__name__}."


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="assay", message="%(prog)s %(version)s")
def assay() -> None:
    """Scan architecture specs, Kubernetes manifests and agent swarms against compliance frameworks."""


def main() -> NoReturn:
    """Run the command line and exit with a code, whatever happens."""
    streams.prepare()
    gc.disable()  # one scan and out: a search for circles among its findings frees nothing
    try:
        code = assay.main(standalone_mode=False)
    except click.ClickException as error:
        _tell(_of_click(error))
        code = USAGE
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except AssayError as error:
        _tell(error)
        code = USAGE
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    except Exception as error:  # noqa: BLE001 - the last resort: a fault of ours must not look like a finding
        code = _tell_unforeseen(error)
    sys.exit(code if isinstance(code, int) else 0)


def _of_click(error: click.ClickException) -> UsageError:
    """What click refused, with where to look; an option of the gate that a scan does not have, with that command."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return UsageError(error.format_message())
    if context.info_name == "scan" and isinstance(error, click.NoSuchOption) and error.option_name in _OF_GATE:
        given = _OF_GATE[error.option_name]
        return UsageError(f"assay scan has no option {error.option_name}", hint=f"assay gate {given} compares with it")
    return UsageError(error.format_message(), hint=f"see {context.command_path} --help")


def _tell(error: AssayError) -> None:
    """Print an error, as far as standard error can be written to."""
    try:
        _say(error)
        if os.environ.get("GITHUB_ACTIONS") == "true":  # a page of a run shows annotations, and the log only on demand
            from scanner.reports.ci.github import trouble

            click.echo(trouble(error), err=True)
    except OSError:
        streams.give_up(sys.stderr)


def _say(error: AssayError) -> None:
    for each in islice(error.each(), _MOST):
        where = f"{each.location}: " if each.location else ""
        click.echo(f"assay: {_safe(where + each.message)}", err=True)
        for line in _safe_lines(each.excerpt):
            click.echo(f"    {line}", err=True)
        if each.hint:
            click.echo(f"  hint: {_safe(each.hint)}", err=True)
    if (more := 1 + len(error.further) - _MOST) > 0:
        click.echo(f"assay: and {more:,} more like these", err=True)


def _tell_unforeseen(error: Exception) -> int:
    """Print an unexpected exception: what the operating system reported, or an internal error.

    Returns the exit code.
    """
    if refused := streams.trouble(error):
        _tell(refused)
        return USAGE
    import traceback

    message = "an internal error of Assay, please report it with what follows"
    _tell(AssayError(message, excerpt=traceback.format_exc().splitlines()))
    return INTERNAL


def _safe(text: str) -> str:
    """Text from the user or from files, without credentials and control characters."""
    return " ".join(_safe_lines((text,)))


def _safe_lines(lines: Sequence[str]) -> list[str]:
    """Lines as `_safe` gives each, long words cut; a credential may go over several."""
    if not lines:
        return []
    try:
        from scanner.masking import mask
        from scanner.reports.safe_text import safe

        masked = mask("\n".join(lines))
    except (OSError, ImportError):  # too many files are open
        return [_LONG_WORD.sub(r"\1…", line).encode("unicode_escape").decode("ascii") for line in lines]
    parts = masked.split("\n") if len(lines) > 1 else [masked]
    return [safe(_LONG_WORD.sub(r"\1…", line)) for line in parts]
