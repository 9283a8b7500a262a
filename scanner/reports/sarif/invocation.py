"""The run in SARIF: its command and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeAlias

from scanner.finished_scan import Scan
from scanner.reports.sarif.notifications import configured
from scanner.reports.sarif.text import sentence

Json: TypeAlias = dict[str, Any]


def invocation(scan: Scan, notifications: Iterator[Json]) -> Json:
    """The invocation of the run; its notifications are computed while they are written."""
    verdict, run = scan.verdict, scan.run
    entry: Json = {
        "executionSuccessful": verdict.exit_code not in (4, 5),
        "exitCode": verdict.exit_code,
        "exitCodeDescription": sentence(verdict.reason),
        "arguments": run.arguments,
    }
    if run.started:
        entry["startTimeUtc"] = _utc(run.started)
    if run.ended:
        entry["endTimeUtc"] = _utc(run.ended)
    if changes := configured(scan):
        entry["toolConfigurationNotifications"] = changes
    entry["toolExecutionNotifications"] = notifications
    return entry


def _utc(moment: str) -> str:
    """Return an RFC 3339 moment in the one form that the standard takes."""
    return datetime.fromisoformat(moment).astimezone(UTC).isoformat().replace("+00:00", "Z")
