"""Reports for CI services: what each says of findings, of what was not assessed, and of a scan that read nothing."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import junitparser
import pytest
from msgspec.structs import replace

from scanner import reports
from scanner.finished_scan import Scan, Verdict
from scanner.loss import Loss
from scanner.model import Finding, Input, InputStatus, Outcome, Severity
from tests import ci_readers
from tests.sample import BROKEN, MANIFEST, SPEC, sample_scan
from tests.sample_whole import LEDGER, whole_scan

FORMATS = [name for name, module in reports.FORMATS.items() if ".ci." in module]
UNKNOWN = "1 outcome of 1 rule is unknown"


def rendered(name: str, scan: Scan) -> str:
    return "".join(reports.render(name, scan))


def data(name: str, scan: Scan) -> Any:
    return json.loads(rendered(name, scan))


def empty_scan(verdict: Verdict, *inputs: Input) -> Scan:
    nothing = dict.fromkeys(("fail", "error", "unknown", "pass"), 0)
    return replace(sample_scan(), inputs=inputs, findings=(), rules={}, counts={}, outcomes=nothing, verdict=verdict)


NOTHING = Verdict(3, "Nothing to assess: no architecture spec, Kubernetes manifest or swarm configuration.")
PASSED = Verdict(0, "Passed: nothing at or above low failed.")
ALL_ITEMS = {"gitlab-codequality": "", "sonarqube": "issues", "rdjson": "diagnostics"}


# Nothing that was not assessed has passed


@pytest.mark.parametrize("name", FORMATS)
def test_a_scan_that_read_nothing_says_so(name: str) -> None:
    text = rendered(name, empty_scan(NOTHING))
    assert "Nothing to assess" in text
    match name:
        case "github" | "azure":
            (command,), _ = getattr(ci_readers, name)(text)
            assert command.properties.get("type", command.name) == "error"
        case "junit":
            (case,) = ci_readers.suites(text).iter("testcase")
            assert case.find("error") is not None
        case "gitlab-sast":
            assert json.loads(text)["scan"]["status"] == "failure"
        case _ if name in ALL_ITEMS:
            loaded = json.loads(text)
            assert len(loaded[ALL_ITEMS[name]] if ALL_ITEMS[name] else loaded) == 1


@pytest.mark.parametrize("name", FORMATS)
def test_a_scan_without_findings_that_assessed_something_has_passed(name: str) -> None:
    text = rendered(name, empty_scan(PASSED, Input(SPEC, "0" * 64, 1, InputStatus.ASSESSED)))
    match name:
        case "github" | "azure":
            assert getattr(ci_readers, name)(text) == ([], [PASSED.reason])
        case "junit":
            root = ci_readers.suites(text)
            assert [root.attrib[each] for each in ("tests", "failures", "errors", "skipped")] == ["2", "0", "0", "0"]
        case "gitlab-sast":
            assert json.loads(text)["scan"]["status"] == "success"
        case _ if name in ALL_ITEMS:
            loaded = json.loads(text)
            assert (loaded[ALL_ITEMS[name]] if ALL_ITEMS[name] else loaded) == []
        case _:
            assert PASSED.reason in text


@pytest.mark.parametrize("name", FORMATS)
def test_what_was_not_assessed_and_what_is_unknown_is_in_each_format(name: str) -> None:
    text = rendered(name, sample_scan()).replace('\\"', '"').replace('""', '"')
    assert BROKEN in text
    assert "the quote that opens here is never closed" in text
    assert "iteration budget exceeded" in text
    assert UNKNOWN in text


@pytest.mark.parametrize("name", ["github", "azure"])
def test_what_may_be_incomplete_is_a_warning(name: str) -> None:
    allowed = replace(sample_scan(), findings=(), verdict=PASSED)
    (command, *_), _ = getattr(ci_readers, name)(rendered(name, allowed))
    assert command.properties.get("type", command.name) == "warning"
    assert BROKEN in command.properties.values()


@pytest.mark.parametrize("name", FORMATS)
def test_documentation_that_makes_a_scan_incomplete_is_told_as_such(name: str) -> None:
    page = Input("a.md", "0" * 64, 1, InputStatus.ASSESSED, losses=(Loss(3, "embedded", "not YAML"),))
    strict = Verdict(4, "Incomplete: 1 input was not assessed in full.")
    text = rendered(name, empty_scan(strict, page))
    assert strict.reason in text
    assert "1 part of documentation" in text


# Each service


def test_github_takes_a_place_and_says_what_to_do() -> None:
    commands, others = ci_readers.github(rendered("github", sample_scan()))
    worst = next(command for command in commands if command.properties["title"].startswith("critical"))
    line = 1 + sample_scan().texts[MANIFEST].index("            privileged: true")
    place = {"file": MANIFEST, "line": str(line), "endLine": str(line), "col": "13", "endColumn": "29"}
    assert (worst.name, worst.properties) == (
        "error",
        {**place, "title": "critical: Containers do not run privileged"},
    )
    assert worst.data.split("\n")[::2] == [
        "container api runs privileged",
        "Rule: kubernetes.container-not-privileged; fingerprint f8e8fda09ff8",
    ]
    assert others[:-1] == [sample_scan().verdict.reason]
    assert others[-1].startswith("next: `assay explain kubernetes.container-not-privileged`")


def test_standard_input_is_no_file_of_a_repository() -> None:
    commands, _ = ci_readers.github(rendered("github", whole_scan()))
    (stream,) = (command for command in commands if "not UTF-8" in command.data)
    assert set(stream.properties) == {"title"}


def test_an_issue_of_azure_has_its_place_and_rule() -> None:
    commands, others = ci_readers.azure(rendered("azure", sample_scan()))
    assert [command.properties["type"] for command in commands] == ["error"] * 5 + ["warning"] * 3
    rule = "kubernetes.container-not-privileged"
    worst = next(command for command in commands if command.properties["code"] == rule)
    assert worst.properties["sourcepath"] == MANIFEST
    assert "Fix: " in worst.data
    assert UNKNOWN in others[0]


def test_a_comment_begins_with_the_mark_by_which_it_is_found() -> None:
    first, second, *_ = rendered("comment", whole_scan()).split("\n")
    assert (first, second) == (ci_readers.MARK, "## Assay: incomplete")
    assert not rendered("github-summary", whole_scan()).startswith("<")


def test_a_page_shows_the_figures_of_requested_frameworks() -> None:
    scan = sample_scan()
    asked = replace(scan, run=replace(scan.run, asked=("soc2@2017",)))
    assert "soc2@2017: of " in ci_readers.shown(ci_readers.markdown(rendered("comment", asked)))
    assert "soc2" not in rendered("comment", scan)


REQUIRED = {"description": str, "check_name": str, "fingerprint": str, "severity": str, "location": dict}


def test_code_quality_has_what_gitlab_requires() -> None:
    issues = data("gitlab-codequality", whole_scan())
    for issue in issues:
        assert {key: type(value) for key, value in issue.items()} == REQUIRED
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["lines"]["begin"] >= 1
        assert issue["location"]["path"] == issue["location"]["path"].removeprefix("./")
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


def test_a_fingerprint_does_not_depend_on_other_findings() -> None:
    scan = whole_scan()
    fewer = replace(scan, findings=tuple(item for item in scan.findings if item.severity is not Severity.INFO))
    names = {issue["fingerprint"] for issue in data("gitlab-codequality", scan)}
    assert {issue["fingerprint"] for issue in data("gitlab-codequality", fewer)} < names


@pytest.mark.parametrize("started", ["2026-11-29T08:00:00Z", ""], ids=["clock", "no clock"])
def test_a_sast_report_has_what_gitlab_requires(started: str) -> None:
    """The required keys and patterns of schema 15.0.7 of GitLab's security reports."""
    scan = whole_scan()
    report = data("gitlab-sast", replace(scan, run=replace(scan.run, started=started, ended=started)))
    head = report["scan"]
    assert set(report) == {"version", "scan", "vulnerabilities"}
    assert report["version"] == "15.0.7"
    assert set(head) >= {"analyzer", "end_time", "scanner", "start_time", "status", "type"}
    assert head["type"] == "sast"
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", head[key]) for key in ("start_time", "end_time"))
    for program in (head["analyzer"], head["scanner"]):
        assert all(program[key] for key in ("id", "name", "version"))
        assert program["vendor"]["name"]
    assert all(each["level"] in ("info", "warn", "fatal") and each["value"] for each in head["messages"])
    assert report["vulnerabilities"]
    for each in report["vulnerabilities"]:
        assert each["severity"] in ("Info", "Low", "Medium", "High", "Critical")
        assert len(each["name"]) <= 255
        assert len(each.get("solution", "")) <= 7_000
        assert all(part for item in each["identifiers"] for part in (item["type"], item["name"], item["value"]))
        assert all(link["url"].startswith("https://") for link in each.get("links", ()))
        assert 1 <= each["location"]["start_line"] <= each["location"]["end_line"]
        assert set(each["tracking"]["items"][0]) == {"file", "start_line", "end_line", "signatures"}
        ci_readers.markdown(each["description"])
        ci_readers.markdown(each.get("solution", ""))
    assert len({each["id"] for each in report["vulnerabilities"]}) == len(report["vulnerabilities"])


def test_junit_tells_failures_errors_and_what_decides_nothing_apart() -> None:
    root = ci_readers.suites(rendered("junit", sample_scan()))
    results = {
        (case.attrib["classname"], case.attrib.get("file", "")): [child.tag for child in case]
        for case in root.iter("testcase")
    }
    assert results["kubernetes.container-not-privileged", MANIFEST] == ["failure"]
    assert results["architecture.store-encrypted", SPEC] == ["skipped"]  # unknown
    assert results["architecture.system-described", SPEC] == ["skipped"]  # below the threshold
    assert results["kubernetes.service-selects-workload", MANIFEST] == ["error"]
    assert results["kubernetes.capabilities-dropped", MANIFEST] == []
    passing = [case for case in root.iter("testcase") if case.attrib["classname"] == "kubernetes.capabilities-dropped"]
    assert len(passing) == 1
    assert results["assay.inputs", BROKEN] == ["error"]
    assert results["assay.inputs", SPEC] == []
    assert results["assay.scan", ""] == ["error"]


def test_junit_has_a_case_for_what_passes_and_is_not_listed() -> None:
    scan = sample_scan()
    passed = {name: {Outcome.PASS: 12} for name in scan.rules}
    quiet = replace(scan, findings=tuple(item for item in scan.findings if item.outcome is Outcome.FAIL), counts=passed)
    root = ci_readers.suites(rendered("junit", quiet))
    (case,) = (each for each in root.iter("testcase") if each.attrib["classname"] == "kubernetes.capabilities-dropped")
    assert (case.attrib["name"], case.findtext("system-out")) == (
        "Containers drop all capabilities: all other subjects",
        "12 outcomes passed",
    )


def test_junit_skips_what_is_accepted_as_not_assessed() -> None:
    known = Input("a.tf", "0" * 64, 1, InputStatus.NOT_ASSESSED, "Terraform", accepted="reviewed by hand")
    (case,) = ci_readers.suites(rendered("junit", empty_scan(PASSED, known))).findall("testsuite[2]/testcase")
    skipped = case.find("skipped")
    assert skipped is not None
    assert skipped.attrib["message"] == "accepted as not assessed: reviewed by hand"


def test_every_finding_is_a_row_that_a_spreadsheet_takes_for_text() -> None:
    rows = ci_readers.rows(rendered("csv", whole_scan()))
    failed = [each for each in whole_scan().findings if each.outcome is Outcome.FAIL and not each.waiver]
    assert [row["path"] for row in rows if row["record"] == "finding"] == [_shown(item) for item in by_severity(failed)]
    assert [row["record"] for row in rows if row["record"] == "unknown"] == ["unknown"] * 7
    assert rows[-1]["record"] == "verdict"


def by_severity(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: list(Severity).index(finding.severity))


def _shown(finding: Finding) -> str:
    return "deploy/帳簿\\nledger.yaml" if finding.location.path == LEDGER else finding.location.path


@pytest.mark.parametrize("make", [sample_scan, whole_scan])
def test_junitparser_reads_what_a_scan_says(make: Callable[[], Scan], tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(rendered("junit", make()), encoding="utf-8")
    read = junitparser.JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    results = Counter(type(result).__name__ for suite in read for case in suite for result in case.result)
    assert (read.failures, read.errors, read.skipped) == (results["Failure"], results["Error"], results["Skipped"])
    assert read.tests == sum(len(list(suite)) for suite in read)
    assert results["Failure"] > 4
