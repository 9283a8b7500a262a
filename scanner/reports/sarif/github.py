"""The `sarif-github` report: what fails, as SARIF within the limits of GitHub code scanning.

GitHub shows every result as an alert, whatever its kind: what is unknown or in error is told in notifications. It
refuses a file of more than 10 MB when compressed and a run of more than 25,000 results, shows 10 tags of a rule, and
of the places of an alert only those that the message links.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from scanner.finished_scan import Scan
from scanner.model import SEVERITIES, Finding, Outcome
from scanner.places import Location
from scanner.reports.fingerprints import unique
from scanner.reports.format import TextFormat
from scanner.reports.json_text import json_text
from scanner.reports.sarif.invocation import invocation
from scanner.reports.sarif.line_hash import line_hashes
from scanner.reports.sarif.log import head, log, properties
from scanner.reports.sarif.notifications import Kind, counted, notification
from scanner.reports.sarif.places import artifact, region
from scanner.reports.sarif.results import FINGERPRINT, MOST_LINKS, message
from scanner.reports.sarif.rules import LEVELS, alert_descriptors
from scanner.reports.sarif.text import sentence

Json: TypeAlias = dict[str, Any]

MOST_RESULTS = 25_000
MOST_BYTES = 9_000_000
"""When compressed; what follows the results, and a compressor that does less than ours, find room up to the limit."""


class _Alert(NamedTuple):
    finding: Finding
    fingerprint: str
    """Its own."""
    again: bool
    """Another alert of the same rule is on the same line."""


class _Upload:
    """The alerts of a scan, of which as many are given as GitHub takes."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._alerts = _worst_first(scan)
        self._wanted: defaultdict[str, set[int]] = defaultdict(set)
        for alert in self._alerts[:MOST_RESULTS]:
            self._wanted[alert.finding.location.path].add(alert.finding.location.line)
        self._digests = {item.path: item.sha256 for item in scan.inputs}
        self._hashes: dict[str, dict[int, str]] = {}
        self._compressor = zlib.compressobj()
        self._bytes = 0
        self._given = 0
        self.rules = sorted({alert.finding.rule for alert in self._alerts})

    def weigh(self, piece: str) -> str:
        """Add the compressed size of a piece of the log, and return the piece."""
        self._bytes += len(self._compressor.compress(piece.encode("utf-8", "surrogatepass")))
        return piece

    def results(self) -> Iterator[Json]:
        """The worst alerts, until a limit is reached."""
        indexes = {rule: index for index, rule in enumerate(self.rules)}
        for alert in self._alerts[:MOST_RESULTS]:
            if self._bytes > MOST_BYTES:
                return
            self._given += 1
            yield self._result(alert, indexes[alert.finding.rule])

    def notifications(self) -> Iterator[Json]:
        """What was left out, to be computed after the results, and what is not an alert."""
        left_out, total = len(self._alerts) - self._given, len(self._alerts)
        if left_out:
            text = (
                f"{left_out} of {total} failures are left out, because GitHub accepts no more; the most "
                "severe are included"
            )
            yield notification(Kind.LEFT_OUT, "warning", text)
        if waived := sum(bool(finding.waiver) for finding in self._scan.findings):
            text = f"{waived} waived failure{'' if waived == 1 else 's'} left out, because GitHub ignores suppressions"
            yield notification(Kind.WAIVER, "note", text)
        yield from counted(self._scan)

    def _result(self, alert: _Alert, index: int) -> Json:
        finding = alert.finding
        result: Json = {
            "ruleId": finding.rule,
            "ruleIndex": index,
            "level": LEVELS[finding.severity],
            "message": {"text": message(finding)},
            "locations": [{"physicalLocation": self._place(finding.location)}],
        }
        if finding.related:
            result["relatedLocations"] = [
                {
                    "id": number,
                    "physicalLocation": self._place(item.location),
                    "message": {"text": sentence(item.message or "related location")},
                }
                for number, item in enumerate(finding.related[:MOST_LINKS], 1)
            ]
        result["partialFingerprints"] = {FINGERPRINT: alert.fingerprint, **self._line_hash(alert)}
        result["properties"] = {"severity": finding.severity}
        return result

    def _place(self, location: Location) -> Json:
        return {"artifactLocation": artifact(location.path), "region": region(self._scan, location)}

    def _line_hash(self, alert: _Alert) -> Json:
        """What GitHub knows an alert by, beside rule and path; of several on one line only the first has it bare."""
        path, line = alert.finding.location.path, alert.finding.location.line
        if path not in self._hashes and path in self._digests:
            lines = self._scan.texts.get(path, ())
            self._hashes[path] = line_hashes(lines, self._digests[path], self._wanted[path])
        found = self._hashes.get(path, {}).get(line, "")
        parts = [part for part in (found, alert.fingerprint[:16] if alert.again else "") if part]
        return {"primaryLocationLineHash": ":".join(parts)} if parts else {}


def render(scan: Scan) -> Iterator[str]:
    """Return the failures of a scan as SARIF, piece by piece; equal scans give equal bytes."""
    upload = _Upload(scan)
    run = head(scan, alert_descriptors(scan, upload.rules))
    run["results"] = upload.results()
    run["invocations"] = [invocation(scan, upload.notifications())]
    run["properties"] = properties(scan)
    return map(upload.weigh, json_text(log(run)))


def _worst_first(scan: Scan) -> list[_Alert]:
    """All failures that no waiver covers by severity, and by place within one."""
    lines: Counter[tuple[str, str, int]] = Counter()
    alerts = []
    for finding, own in zip(scan.findings, unique(scan.findings), strict=True):
        if finding.outcome == Outcome.FAIL and not finding.waiver:
            line = finding.rule, finding.location.path, finding.location.line
            alerts.append(_Alert(finding, own, again=lines[line] > 0))
            lines[line] += 1
    ranks = {severity: rank for rank, severity in enumerate(SEVERITIES)}
    return sorted(alerts, key=lambda alert: ranks[alert.finding.severity])


FORMAT = TextFormat(
    media_type="application/sarif+json", for_terminal=False, shows_fixes=False, tells_commit=True, render=render
)
