"""`controls/`: a page and a table for each control, made to be handed over by themselves, and an index of all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from scanner.evidence.controls.items import Item
from scanner.evidence.controls.view import METHOD, ControlView, Views
from scanner.evidence.manual import Key, ManualState
from scanner.evidence.names import file_names
from scanner.evidence.run_record import PackSource
from scanner.finished_scan import DISCLAIMER, Scan
from scanner.model import Outcome
from scanner.reports.ci.csv_rows import cell
from scanner.reports.html.page import render_page
from scanner.reports.waivers import approval

FOLDER = "controls"
INDEX = f"{FOLDER}/index.csv"
MOST_BYTES = 5_000_000
"""The size of a file that services for audits accept."""
_OF_A_ROW = 450
"""Bytes of an item in the page beside its texts."""
_COLUMNS = (
    *(
        "outcome",
        "counts",
        "rule",
        "severity",
        "rule_severity",
        "subject_kind",
        "subject",
        "expected",
        "observed",
        "place",
        "input_sha256",
    ),
    *("method", "message", "waiver", "fingerprint"),
)
_INDEX = (
    *("framework", "edition", "control", "title", "checkable", "status", "waived", "reason", "rules", "pass", "fail"),
    *("error", "unknown", "pass_not_counted", "fail_not_counted", "error_not_counted", "unknown_not_counted"),
    *("fail_elsewhere", "not_run", "manual_evidence", "page", "table"),
)


def control_names(scan: Scan) -> dict[Key, str]:
    """(framework, edition, control) -> the name of its files without the ending, of each requested framework."""
    names: dict[Key, str] = {}
    folders = file_names(name.replace("@", "-") for name in scan.run.asked)
    for asked in scan.run.asked:
        own = [each for each in scan.assessments if f"{each.framework}@{each.edition}" == asked]
        within = file_names(each.control for each in own)
        for each in own:
            place = f"{FOLDER}/{folders[asked.replace('@', '-')]}/{within[each.control]}"
            names[each.framework, each.edition, each.control] = place
    return names


def control_files(
    scan: Scan, source: PackSource, manual: Mapping[Key, Sequence[ManualState]] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Every page and table, and the index after them."""
    names = control_names(scan)
    index: list[Iterable[str | int]] = [_INDEX]
    rows: dict[int, bytes] = {}
    views = Views(scan, manual or {})
    for view in views.all():
        name = names[view.control.framework, view.control.edition, view.control.control]
        yield f"{name}.html", _page(scan, source, view)
        yield f"{name}.csv", _table(view, rows)
        index.append(_index_row(view, name.removeprefix(f"{FOLDER}/")))
    yield INDEX, _written(index)


def _page(scan: Scan, source: PackSource, view: ControlView) -> bytes:
    shown = _fitting(view.items)
    return render_page(
        "control.html.j2",
        styles=("control.css",),
        view=view,
        shown=shown,
        left=len(view.items) - len(shown),
        run=scan.run,
        source=source,
        method=METHOD,
        approval=approval,
        disclaimer=DISCLAIMER,
    ).encode("utf-8", "backslashreplace")


def _fitting(items: Sequence[Item]) -> list[Item]:
    """The items that a page has room for."""
    size, shown = 500_000, []
    for item in items:
        texts = (item.rule, item.subject, item.expected, item.observed, item.place, item.message)
        size += _OF_A_ROW + 2 * sum(len(text.encode("utf-8", "backslashreplace")) for text in texts)
        if size > MOST_BYTES:
            break
        shown.append(item)
    return shown


def _table(view: ControlView, rows: dict[int, bytes]) -> bytes:
    """The items as rows, as far as they fit; the last row says how many do not. `rows` has those of other tables."""
    lines, size = [_written([_COLUMNS])], 0
    for number, item in enumerate(view.items):
        line = rows.get(id(item)) or rows.setdefault(id(item), _written([_row(item)]))
        size += len(line)
        if size > MOST_BYTES - 1000:
            told = f"{len(view.items) - number} more items are in results.json"
            lines.append(_written([("not shown", *[""] * 11, told, "", "")]))
            break
        lines.append(line)
    return b"".join(lines)


def _row(item: Item) -> Iterator[str]:
    yield from (item.outcome.value, item.counts, item.rule, item.severity, item.rule_severity)
    yield from (item.subject_kind, item.subject, item.expected)
    yield from (item.observed, item.place, item.input, METHOD, item.message, item.waiver, item.fingerprint)


def _index_row(view: ControlView, name: str) -> Iterator[str | int]:
    own = view.control
    yield from (own.framework, own.edition, own.control, own.title, own.checkable.value, own.status.value)
    yield from ("yes" if own.waived else "", own.reason, len(view.rules))
    for counts in (view.counts, view.beside):
        yield from (counts[each] for each in (Outcome.PASS, Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN))
    yield sum(view.elsewhere.values())
    yield from (len(view.not_run), "; ".join(each.state for each in view.manual), f"{name}.html", f"{name}.csv")


def _written(rows: Iterable[Iterable[str | int]]) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([cell(value) for value in row] for row in rows)
    return target.getvalue().encode("utf-8", "backslashreplace")
