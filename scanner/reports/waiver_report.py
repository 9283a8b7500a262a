"""The waivers of a scan for an auditor, as Markdown or as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from scanner.finished_scan import DISCLAIMER, Scan
from scanner.late import regex
from scanner.reports import results
from scanner.reports.json_text import json_text
from scanner.reports.safe_text import safe
from scanner.reports.waivers import AS_STATED, about, counts, line_origin, run_data, title
from scanner.waived import WaiverResult

_PUNCTUATION = regex(r"([\\`*_{}\[\]#<>|~&!@]|:(?=//))")
"""What begins something other than text within a line of Markdown."""
_COLUMNS = (
    "id",
    "rule",
    "state",
    "requester",
    "approver",
    "approved",
    "expires",
    "days left",
    "commit of the approver",
)


def as_json(scan: Scan) -> Iterator[str]:
    """The waivers with what they were judged by."""
    return json_text(
        {
            "format": "assay-waivers/1",
            "tool": results.tool(scan),
            **run_data(scan.waivers),
            "git": results.run(scan)["git"],
            "waivers": results.waivers(scan),
            "disclaimer": DISCLAIMER,
        }
    )


def as_markdown(scan: Scan) -> Iterator[str]:
    """A table of all waivers, and a section with the reasons of each."""
    waivers = scan.waivers
    commit = scan.run.git_commit
    yield "# Waivers\n\n"
    yield f"{_text(title(waivers))}.\n\n"
    yield f"- File: {_text(waivers.file) or 'none'}, SHA-256 `{waivers.sha256 or 'none'}`\n"
    yield f"- Git commit: {f'`{_text(commit)}`' if commit else 'not known'}\n"
    yield f"- Longest life: {waivers.max_life} days from approval\n"
    yield f"- {len(waivers.results)} in all: {counts(waivers)}\n\n"
    yield (
        f"Requesters and approvers are {AS_STATED}. A commit shows who wrote the line of the approver into the file; "
        f"signatures are not verified. {DISCLAIMER}\n\n"
    )
    yield from _row(_COLUMNS)
    yield from _row("---" for _ in _COLUMNS)
    yield from chain.from_iterable(_row(map(_text, _cells(each))) for each in waivers.results)
    for each in waivers.results:
        yield from _section(each)


def _cells(result: WaiverResult) -> Iterator[str]:
    own = result.waiver
    state = f"{result.state} ({result.matched})" if result.matched and result.is_in_force else result.state.value
    yield from (own.id, own.rule, state, own.requester, own.approver or "none", own.approved, own.expires)
    yield "" if result.days_left is None else str(result.days_left)
    yield line_origin(own.origin).strip(" ()") or "not known"


def _section(result: WaiverResult) -> Iterator[str]:
    """All that a waiver says in words."""
    own = result.waiver
    yield f"\n## {_text(own.id)}\n\n"
    for label, text in (
        ("Place", own.where),
        ("Resource", about(result)),
        ("Accepted value", own.evidence or ""),
        ("Type", own.type),
        ("State", f"{result.state}{f': {result.why}' if result.why else ''}"),
        ("Approver named by", result.approved_by or f"nothing: {result.not_approved}"),
        ("Reason", own.reason),
        ("Constraint", own.constraint),
        ("Compensating control", own.compensating_control),
        ("Evidence of it", own.compensating_evidence),
        ("Residual risk", own.residual_risk),
        ("Controls", "; ".join(own.controls)),
        ("Next review", own.review),
        ("Ticket", own.ticket),
        *(("Fault", f"{fault.field}: {fault.message}" if fault.field else fault.message) for fault in own.faults),
    ):
        if text:
            yield f"- {label}: {_text(text)}\n"


def _row(cells: Iterable[str]) -> Iterator[str]:
    yield f"| {' | '.join(cells)} |\n"


def _text(text: str) -> str:
    """A text of anybody on one line, in which nothing is Markdown or HTML."""
    return _PUNCTUATION.sub(r"\\\1", safe(" ".join(text.split())))
