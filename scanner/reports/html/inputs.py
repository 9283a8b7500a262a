"""Data of the page about inputs: each with its status, those that were not assessed first."""

from __future__ import annotations

from scanner.contexts import Context
from scanner.finished_scan import Scan
from scanner.model import Input, InputStatus
from scanner.reports.read_parts import read_parts

ORDER = (InputStatus.UNREADABLE, InputStatus.NOT_ASSESSED, InputStatus.SKIPPED, InputStatus.ASSESSED)
LISTED = 300
"""Inputs that are in the page as HTML; its script adds the others."""


def inputs_of(scan: Scan) -> list[Input]:
    """Every input, by status and then by path."""
    return sorted(scan.inputs, key=lambda item: (ORDER.index(item.status), item.path))


def notes(item: Input) -> list[str]:
    """The context, reason, parts of a model, losses and acceptance of an input."""
    use = [] if item.context is Context.LIVE else [f"context: {item.context}"]
    losses = (f"line {loss.line}, {loss.kind}: {loss.reason}" for loss in item.losses)
    accepted = [f"accepted as not assessed: {item.accepted}"] if item.accepted else []
    return [*use, *filter(None, (item.reason, read_parts(item))), *losses, *accepted]
