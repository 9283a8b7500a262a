"""The report for people: one HTML file that needs no network, no script and no second file."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.controls import ControlStatus
from scanner.library import data_root
from scanner.model import DISCLAIMER, SEVERITIES, InputStatus, Outcome, Scan
from scanner.reports.format import TextFormat
from scanner.reports.html.view import anchors_of, bands_of, groups_of, is_cut, rows_of, sheet, slug, tally
from scanner.reports.safe_text import UNSEEN

if TYPE_CHECKING:
    from jinja2 import Environment


_UNSEEN = re.compile(f"[\x00-\x08\x0a-\x1f{UNSEEN}\ud800-\udfff]")
_VERDICTS = {
    0: ("Nothing failed at the threshold", "everything found was assessed, nothing at or above the threshold failed"),
    1: ("Findings at or above the threshold", "failing outcomes at or above the threshold"),
    2: ("Not run", "usage, configuration or rule-pack error"),
    3: ("Nothing to assess", "nothing to assess"),
    4: ("Incomplete", "some input or rule could not be assessed"),
    5: ("Internal error", "internal error"),
}
_INPUT_ORDER = (InputStatus.UNREADABLE, InputStatus.SKIPPED, InputStatus.ASSESSED)


def render(scan: Scan) -> str:
    """Return the report of a scan as one self-contained HTML document."""
    from markupsafe import Markup

    folder = data_root() / "templates"
    style, script = ((folder / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    page = _environment(folder).get_template("report.html.j2")
    return page.render(
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        style_hash=_source_hash(style),
        script_hash=_source_hash(script),
        disclaimer=DISCLAIMER,
        **_view(scan),
    )


def _environment(folder: Path) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    )
    environment.filters |= {"count": _count, "percent": _percent, "secure": _is_secure, "slug": slug}
    return environment


def _source_hash(text: str) -> str:
    """Return the hash by which the page's security policy admits a script or a style."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _seen(value: object) -> object:
    """Return a text with its invisible and direction-changing characters spelled out, anything else as it is."""
    if type(value) is not str or value.isprintable():
        return value
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", value)


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _percent(share: float) -> str:
    """Return a share as a percentage that says 0 or 100 only where that is exact."""
    rounded = round(100 * share)
    return f"{min(max(rounded, 1), 99) if 0 < share < 1 else rounded} %"


def _is_secure(address: str) -> bool:
    return address.startswith("https://") and address.isprintable() and " " not in address


def _view(scan: Scan) -> dict[str, Any]:
    """Return everything that the template prints."""
    anchors = anchors_of(scan.findings)
    rows = rows_of(scan, anchors)
    groups = groups_of(scan, anchors, rows)
    headline, meaning = _VERDICTS.get(scan.verdict.exit_code, ("Unknown verdict", "not documented"))
    inputs = sorted(scan.inputs, key=lambda item: (_INPUT_ORDER.index(item.status), item.path))
    return {
        "scan": scan,
        "run": scan.run,
        "headline": headline,
        "meaning": meaning,
        "failed": tally((item.severity for item in scan.findings if item.outcome is Outcome.FAIL), SEVERITIES),
        "outcomes": {outcome: scan.outcomes.get(outcome, 0) for outcome in Outcome},
        "inputs": [(status, list(members)) for status, members in groupby(inputs, attrgetter("status"))],
        "met": tally((item.status for item in scan.inputs), _INPUT_ORDER),
        "severities": tally((item.severity for item in scan.findings), SEVERITIES),
        "listed": tally((item.outcome for item in scan.findings), tuple(Outcome)),
        "statuses": tally((item.status for item in scan.assessments), tuple(ControlStatus)),
        "first_error": next(
            (name for name, item in zip(anchors, scan.findings, strict=True) if item.outcome == "error"), ""
        ),
        "kinds": sorted({item.subject_kind for item in scan.findings}),
        "bands": bands_of(groups),
        "grouped": {group.rule.id: group.anchor for group in groups},
        "sheets": [sheet(summary, rows) for summary in scan.frameworks],
        "cut": is_cut(scan),
    }


FORMAT = TextFormat(media_type="text/html", for_terminal=False, shows_fixes=True, tells_commit=True, render=render)
