"""The run in SARIF: how it ended, and a notification for all that could not be assessed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeAlias

from scanner.model import NOT_OURS, Finding, Input, InputStatus, Loss, Outcome, Scan
from scanner.reports.configuration import sentences
from scanner.reports.sarif.places import artifact, logical, place
from scanner.reports.sarif.results import MOST_RESULTS, left_out
from scanner.reports.sarif.text import plain, sentence

Json: TypeAlias = dict[str, Any]

MOST_SKIPPED = 1_000
"""Skipped inputs that are named; of more only the number is told, and results.json names them all."""

_UNREADABLE, _ERROR, _SKIPPED, _LEFT_OUT, _CONFIGURED, _NOT_ASSESSED, _PART = range(7)
_VERBS = {_UNREADABLE: "could not be read", _SKIPPED: "was skipped", _NOT_ASSESSED: "was not assessed"}
_NOTIFICATIONS = (
    (
        "input-unreadable",
        "An input could not be read.",
        "The input, or a part of it, was not assessed: nothing in this file speaks for or against it.",
    ),
    (
        "rule-error",
        "A rule could not be evaluated.",
        "The subject was not assessed by this rule. Report the rule to those who maintain the rule pack.",
    ),
    (
        "input-skipped",
        "An input was skipped.",
        "The input is of no format that Assay reads, or was excluded. The reason stands in the message.",
    ),
    (
        "left-out",
        "Entries were left out of this file.",
        "Code-scanning services refuse larger files. The JSON report of the same scan holds every entry.",
    ),
    (
        "scan-configured",
        "The configuration changed the scan.",
        "A rule was switched off or set, or files were left out, by a configuration file or an option.",
    ),
    (
        "input-not-assessed",
        "An input was recognised and not read.",
        "Assay knows the format of the input and has no reader for it: nothing in this file speaks for or against it.",
    ),
    (
        "part-not-assessed",
        "A part of an input was not assessed.",
        "The rest of the input was assessed. A note is about documentation, source code or a workflow of a CI service.",
    ),
)


def notification_descriptors() -> list[Json]:
    """Return what each kind of notification means."""
    return [
        {
            "id": identity,
            "name": "".join(word.capitalize() for word in identity.split("-")),
            "shortDescription": {"text": short},
            "fullDescription": {"text": full},
            "help": {"text": full},
        }
        for identity, short, full in _NOTIFICATIONS
    ]


def invocation(scan: Scan) -> Json:
    """Return how the run went."""
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
    if run.configuration:
        entry["toolConfigurationNotifications"] = [_configured(each) for each in sentences(run.configuration)]
    entry["toolExecutionNotifications"] = _notifications(scan)
    return entry


def _utc(moment: str) -> str:
    """Return an RFC 3339 moment in the one form that the standard takes."""
    return datetime.fromisoformat(moment).astimezone(UTC).isoformat().replace("+00:00", "Z")


def _notifications(scan: Scan) -> list[Json]:
    indexes = {rule: index for index, rule in enumerate(sorted(scan.rules))}
    unreadable = [item for item in scan.inputs if item.status == InputStatus.UNREADABLE]
    skipped = [item for item in scan.inputs if item.status == InputStatus.SKIPPED]
    errors = [finding for finding in scan.findings if finding.outcome == Outcome.ERROR]
    found = [_input(item, _UNREADABLE, "note" if item.accepted else "error") for item in unreadable]
    unread = [item for item in scan.inputs if item.status == InputStatus.NOT_ASSESSED]
    found += [_input(item, _NOT_ASSESSED, "note" if item.accepted else "error") for item in unread]
    found += [_part(item, loss) for item in scan.inputs for loss in item.losses]
    found += [_error(scan, finding, indexes[finding.rule]) for finding in errors]
    found += [_input(item, _SKIPPED, "note") for item in skipped[:MOST_SKIPPED]]
    if len(skipped) > MOST_SKIPPED:
        found.append(_left_out("note", f"{len(skipped) - MOST_SKIPPED} further skipped inputs are not named here."))
    if left_out(scan):
        text = f"{left_out(scan)} of {len(scan.findings)} results are left out: a run holds the {MOST_RESULTS} worst."
        found.append(_left_out("warning", text))
    return found


def _input(item: Input, kind: int, level: str) -> Json:
    accepted = f". It is knowingly not assessed: {item.accepted}" if item.accepted else ""
    text = f"{_name(item)} {_VERBS[kind]}: {item.reason or 'no reason is known'}{accepted}"
    return _about(item, item.line, kind, level, text)


def _part(item: Input, loss: Loss) -> Json:
    """Return the notification of a part that was not assessed."""
    note = loss.kind in NOT_OURS or item.accepted
    text = f"A part of {_name(item)} was not assessed ({loss.kind}): {loss.reason}"
    return _about(item, loss.line, _PART, "note" if note else "error", text)


def _about(item: Input, line: int, kind: int, level: str, text: str) -> Json:
    physical: Json = {"artifactLocation": artifact(item.path)}
    if line:
        physical["region"] = {"startLine": line}
    return {
        "descriptor": _descriptor(kind),
        "level": level,
        "message": {"text": sentence(text)},
        "locations": [{"physicalLocation": physical}],
    }


def _name(item: Input) -> str:
    return "standard input" if item.path == "-" else item.path


def _error(scan: Scan, finding: Finding, index: int) -> Json:
    return {
        "descriptor": _descriptor(_ERROR),
        "associatedRule": {"id": finding.rule, "index": index},
        "level": "error",
        "message": {"text": sentence(f"{plain(finding.rule)}: {finding.message}")},
        "locations": [{"physicalLocation": place(scan, finding.location), "logicalLocations": [logical(finding)]}],
    }


def _configured(text: str) -> Json:
    return {"descriptor": _descriptor(_CONFIGURED), "level": "note", "message": {"text": sentence(text)}}


def _left_out(level: str, text: str) -> Json:
    return {"descriptor": _descriptor(_LEFT_OUT), "level": level, "message": {"text": text}}


def _descriptor(kind: int) -> Json:
    return {"id": _NOTIFICATIONS[kind][0], "index": kind}
