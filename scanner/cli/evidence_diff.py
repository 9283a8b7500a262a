"""`assay evidence diff`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from scanner.cli.evidence_outputs import Outputs, takes_outputs
from scanner.cli.option_groups import Command
from scanner.evidence.comparison.differences import differences
from scanner.evidence.comparison.pack_side import side_of
from scanner.evidence.comparison.paper import paper_of


@click.command("diff", cls=Command)
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@takes_outputs
def command(a: Path, b: Path, outputs: Sequence[str]) -> int:
    """Compare two evidence packs.

    Each is a folder or a ZIP file, and A is the earlier one. The report is about controls, findings, population, policy
    and waivers. Numbers are compared only if both packs have the same rules and the same scope; otherwise the
    report names what differs. A pack that does not verify is told first.

    Exits with 0 when the report is written, whatever differs, and with 2 for wrong usage.
    """
    wanted = Outputs.of(outputs)
    found = differences(side_of("A", a), side_of("B", b))
    wanted.write(lambda: found, lambda most: paper_of(found, most))
    return 0
