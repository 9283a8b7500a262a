"""What of a scan was not assessed, in the order in which reports list it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scanner.finished_scan import Scan
from scanner.loss import NOT_OURS, OUTSIDE
from scanner.model import HIDDEN, Input, InputStatus


class Gap(NamedTuple):
    """An input, or a part of one, that was not assessed and that no configuration accepts."""

    input: Input
    line: int
    """0 where it is not known."""
    reason: str

    @property
    def place(self) -> str:
        """Path and line."""
        return f"{self.input.path}:{self.line}" if self.line else self.input.path


class Gaps(NamedTuple):
    """Everything that was not assessed."""

    unreadable: tuple[Gap, ...]
    not_assessed: tuple[Gap, ...]
    """Inputs of formats that are recognised and not read."""
    parts: tuple[Gap, ...]
    """Parts of inputs of which the rest was assessed."""
    noted: tuple[Gap, ...]
    """What cannot be read in documentation, source code and workflows of CI services."""
    outside: tuple[Gap, ...]
    """Charts and paths that objects name and that are not among the scanned files."""


def hidden(scan: Scan) -> str:
    """How many inputs that an ignore file names may be of concern, in a sentence; empty where none is."""
    number = sum(item.status is InputStatus.SKIPPED and item.reason.endswith(HIDDEN) for item in scan.inputs)
    noun = "file or folder that .gitignore names" if number == 1 else "files and folders that .gitignore names"
    return f"{number} {noun} may hold what Assay reads: --no-ignore reads it" if number else ""


NOTED = "documentation, source code or CI workflows, or incomplete objects"
"""What parts are of that may be unread in a complete scan."""


def gaps(scan: Scan) -> Gaps:
    """What was not assessed, without what the configuration accepts as not assessed."""
    open_inputs = [item for item in scan.inputs if not item.accepted]
    unreadable = [item for item in open_inputs if item.status is InputStatus.UNREADABLE]
    unread = [item for item in open_inputs if item.status is InputStatus.NOT_ASSESSED]
    return Gaps(
        tuple(Gap(item, item.line, item.reason.replace(f" at line {item.line}", "", 1)) for item in unreadable),
        tuple(Gap(item, item.line, item.reason) for item in unread),
        tuple(_losses(open_inputs, ours=True)),
        tuple(_losses(open_inputs, ours=False)),
        tuple(
            Gap(item, loss.line, loss.reason) for item in scan.inputs for loss in item.losses if loss.kind == OUTSIDE
        ),
    )


def outside(scan: Scan) -> str:
    """How many charts and paths objects name that are not among the scanned files; empty where none is."""
    number = len(gaps(scan).outside)
    noun = "chart or path that an object names is" if number == 1 else "charts and paths that objects name are"
    return f"{number:,} {noun} outside of the scanned files: --explain-inputs lists them" if number else ""


def _losses(inputs: list[Input], *, ours: bool) -> Iterator[Gap]:
    for item in inputs:
        told = item.status in (InputStatus.UNREADABLE, InputStatus.NOT_ASSESSED)
        for loss in item.losses:
            if loss.kind != OUTSIDE and (loss.kind not in NOT_OURS) is ours and not (ours and told):
                yield Gap(item, loss.line, loss.reason)
