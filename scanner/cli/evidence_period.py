"""`assay evidence period`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from scanner.cli.evidence_outputs import Outputs, takes_outputs
from scanner.cli.option_groups import INPUT, OUTPUT, Command, option
from scanner.evidence.ledger.entry import Kind
from scanner.evidence.ledger.reading import BRANCH, entries_of, ledger_bytes
from scanner.evidence.period.data import as_data
from scanner.evidence.period.moments import period_of, seconds_of
from scanner.evidence.period.paper import paper_of
from scanner.evidence.period.report import Choices, report_of
from scanner.sources.git_history import history_of, trees_of

_KINDS = get_args(Kind)


@click.command("period", cls=Command)
@click.argument("repository", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@option(INPUT, "--from", "first", required=True, metavar="YYYY-MM-DD", help="The first day of the period, in UTC.")
@option(INPUT, "--to", "last", required=True, metavar="YYYY-MM-DD", help="The last day of the period, included.")
@option(INPUT, "--branch", metavar="REV", help="The branch whose commits are judged.  [default: the current one]")
@option(
    INPUT,
    "--ledger",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=f"Read the ledger in this file.  [default: the branch {BRANCH}]",
)
@option(
    INPUT,
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(_KINDS),
    help="Count runs of this kind as the control. May be repeated.  [default: gate]",
)
@option(
    INPUT,
    "--max-gap",
    default="7d",
    show_default=True,
    metavar="TIME",
    help="List times without a run that are longer than this: 7d, 12h or 90m.",
)
@option(
    INPUT,
    "--max-delay",
    default="1d",
    show_default=True,
    metavar="TIME",
    help="Count a run that ended at most this long after the commit.",
)
@option(OUTPUT, "--seed", metavar="TEXT", help="Draw samples by this seed.  [default: the digest of the last line]")
@option(
    OUTPUT,
    "--samples",
    default=25,
    show_default=True,
    type=click.IntRange(0, 10_000),
    metavar="N",
    help="Draw this many samples of each population.",
)
@takes_outputs
def command(repository: Path, **given: Any) -> int:
    """Report what happened in a period, from the ledger and the history of a branch.

    It lists, for each commit that came to the branch of REPOSITORY, whether the gate ran on exactly its files and with
    which result; the runs and the times without one; changes of rules, configuration and people; when each failure was
    first seen and mended; the waivers in force by day; and samples that anybody can draw again.

    Exits with 0 when the report is written, whatever it says, and with 2 for wrong usage. Faults of the ledger come
    first in the report; `assay ledger verify` exits with 1 for them.
    """
    outputs = Outputs.of(given["outputs"])
    choices = Choices(
        period=period_of(given["first"], given["last"]),
        kinds=tuple(dict.fromkeys(given["kinds"])) or ("gate",),
        max_gap=seconds_of("--max-gap", given["max_gap"]),
        max_delay=seconds_of("--max-delay", given["max_delay"]),
        samples=given["samples"],
        seed=given["seed"] or "",
    )
    chain = entries_of(ledger_bytes(repository, given["ledger"]))
    source = f"the file {given['ledger']}" if given["ledger"] else f"the branch {BRANCH}"
    history = history_of(str(repository), given["branch"] or "")
    bases = {each.base for each in chain.entries} - {each.commit for each in history.commits}
    report = report_of(chain, source, history, trees_of(str(repository), bases), choices)
    outputs.write(lambda: as_data(report), lambda most: paper_of(report, most))
    return 0
