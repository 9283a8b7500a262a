"""What Checkov prints -> findings, counts and rules in our words."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.controls import ShownBy
from scanner.engines import Answered, EngineInput, EngineResults
from scanner.engines.pinpoint import pinpoint
from scanner.masking import hidden
from scanner.model import Check, Finding, Outcome, Profile, RuleInfo, Severity
from scanner.places import Location

_OUTCOMES = {"passed_checks": Outcome.PASS, "failed_checks": Outcome.FAIL, "skipped_checks": Outcome.UNKNOWN}
_UNMAPPED = Check(Severity.MEDIUM)
"""The meaning of a check that is not in our table."""
_OF_FOREIGN_MODULES = "CKV_TF_1"
"""The check that is made of every module which is not named by a path, and of no other."""
_LIMITS = (
    "This is Checkov's result. Values that are known only at run time, and modules that are not in the "
    "scanned files, are not checked."
)
_INDEX = "https://www.checkov.io/5.Policy%20Index/all.html"


class ReportError(Exception):
    """What Checkov printed cannot be read."""


def nothing(*_: object) -> bool:
    """No check is answered by a rule of ours."""
    return False


class Report:
    """Collects what several runs of Checkov print."""

    def __init__(self, results: EngineResults, checks: Mapping[str, Check]) -> None:
        self.results = results
        self._checks = checks
        self.answered: Answered = nothing
        """What our rules answer, so that it is not taken in."""
        self.formats: dict[str, dict[str, None]] = {}
        """File -> frameworks that have results for it."""
        self.resources: dict[str, set[str]] = {}
        """File -> resources that were checked."""
        self.absent: dict[str, dict[str, None]] = {}
        """File -> modules that it takes from elsewhere, which are never fetched."""

    def take(
        self, record: Mapping[str, Any], outcome: Outcome, framework: str, file: EngineInput, lines: list[str]
    ) -> None:
        """One outcome of one check for one resource, unless a rule of ours answers it."""
        first, last = record["file_line_range"]
        if self.answered(file, str(record["resource"]).strip("/."), (int(first), int(last)), record["check_id"]):
            self.formats.setdefault(file.path, {})[framework] = None
            self.resources.setdefault(file.path, set()).add(record["resource"])
            return
        rule = f"checkov.{record['check_id']}"
        info = self.results.rules.setdefault(rule, self._info(rule, record, framework))
        self.formats.setdefault(file.path, {})[framework] = None
        self.resources.setdefault(file.path, set()).add(record["resource"])
        if record["check_id"] == _OF_FOREIGN_MODULES:
            self.absent.setdefault(file.path, {})[record["resource"]] = None
        location = _location(record, file, lines, exact=not info.sensitive)
        self.results.count(location.path, rule, outcome)
        self.results.findings.append(_finding(info, record, outcome, framework, location))

    def _info(self, rule: str, record: Mapping[str, Any], framework: str) -> RuleInfo:
        check, name = self._checks.get(record["check_id"], _UNMAPPED), record["check_name"]
        return RuleInfo(
            id=rule,
            title=check.title or name,
            severity=check.severity,
            profile=Profile.DEFAULT,
            why=f"Checkov check {record['check_id']}: {name}",
            remediation=(
                f"Change the resource so that {record['check_id']} passes; Checkov's policy index shows an example."
            ),
            limits=_LIMITS,
            subject=f"checkov.{framework}",
            shown_by=ShownBy.MANIFEST,
            objectives=check.objectives,
            same_as=(record["check_id"],),
            references=(_INDEX,),
            sensitive=check.sensitive,
            platform=check.platform,
        )


def read(printed: bytes, folder: str, files: Mapping[str, EngineInput], report: Report) -> list[tuple[str, str]]:
    """Take in what Checkov printed about files below a folder.

    Returns (file, framework) of each file that it could not parse. Raises ReportError for output that is not a report.
    Results for files outside of the folder, such as a module that a file names by its own path, do not count.
    """
    try:
        found = json.loads(printed)
        parts = found if isinstance(found, list) else [found]
        unparsed = [pair for part in parts for pair in _take(part, folder, files, report)]
    except (ValueError, RecursionError) as error:
        raise ReportError(f"printed output that is not JSON: {error}") from None
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ReportError(f"printed a report in an unknown format: {type(error).__name__} {error}") from None
    return unparsed


def _take(part: Any, folder: str, files: Mapping[str, EngineInput], report: Report) -> Iterator[tuple[str, str]]:
    if "results" not in part:  # nothing that it knows was met
        report.results.version = report.results.version or str(part["checkov_version"])
        return
    framework, results = str(part["check_type"]), part["results"]
    report.results.version = str(part["summary"]["checkov_version"])
    texts: dict[str, list[str]] = {}
    for name, outcome in _OUTCOMES.items():
        for record in results.get(name, ()):
            file = files.get(_name(record["file_abs_path"], folder))
            if file is None:
                continue
            if file.path not in texts:
                texts[file.path] = file.content.decode("utf-8", "replace").split("\n")
            report.take(record, outcome, framework, file, texts[file.path])
    for path in results.get("parsing_errors", ()):
        if (name := _name(path, folder)) in files:
            yield name, framework


def _name(path: str, folder: str) -> str:
    return os.path.relpath(os.path.join(folder, path), folder)


def _location(record: Mapping[str, Any], file: EngineInput, lines: list[str], *, exact: bool) -> Location:
    """The field that the check looked at, else the resource; of a rendered object, the source that has to be edited.

    Where secrets may be anywhere in a resource, the location is the whole resource, because reports mask it.
    """
    if file.told:
        return file.told(record["resource"])
    first, last = (int(number) for number in record["file_line_range"])
    first = min(max(first, 1), len(lines))
    last = min(max(last, first), len(lines))
    while last > first and not lines[last - 1].strip():
        last -= 1
    path = _field(record)
    first, last = pinpoint(lines, first, last, path) if exact else (first, last)
    column = len(lines[first - 1]) - len(lines[first - 1].lstrip()) + 1
    return Location(file.path, first, column, last, len(lines[last - 1].rstrip()) + 1, ".".join(path))


def _field(record: Mapping[str, Any]) -> list[str]:
    """The first field that the check looked at, as Checkov names it."""
    keys = record["check_result"].get("evaluated_keys") or []
    known = [str(key) for key in keys if key != "resource_type"]
    return [part.strip("[]") for part in known[0].split("/")] if known else []


def _finding(
    info: RuleInfo, record: Mapping[str, Any], outcome: Outcome, framework: str, location: Location
) -> Finding:
    resource = str(record["resource"]).strip("/.")
    identity = "\0".join((info.id, framework, hidden(resource), hidden(location.field)))
    return Finding(
        rule=info.id,
        outcome=outcome,
        severity=info.severity,
        message=_message(info, record, outcome, resource),
        subject_kind=info.subject,
        subject_id=resource,
        subject_name=resource,
        location=location,
        fingerprint=hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32],
        provide=f"remove the comment that suppresses {record['check_id']}" if outcome is Outcome.UNKNOWN else "",
    )


def _message(info: RuleInfo, record: Mapping[str, Any], outcome: Outcome, resource: str) -> str:
    check = record["check_id"]
    if outcome is Outcome.PASS:
        return info.title
    if outcome is Outcome.FAIL:
        return f"{resource} fails {check}: {record['check_name']}"
    reason = record["check_result"].get("suppress_comment")
    why = f", because: {reason}" if reason else ", without a reason"
    return f"{resource}: a comment in the file suppresses {check}{why} ({record['check_name']})"
