"""Reports for CI services about a change: they list what the change made worse, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from scanner import reports
from scanner.baseline import COUNTED, BaselineState
from scanner.configured import Configuration, Setting
from scanner.finished_scan import Comparison, Scan
from scanner.model import Outcome, Severity
from scanner.places import Location
from scanner.waived import AppliedWaivers, Waiver, WaiverResult, WaiverState
from tests import ci_readers
from tests.command_line import assay
from tests.gate_repository import Repository
from tests.sample import sample_scan

FORMATS = [name for name, module in reports.FORMATS.items() if ".ci." in module]
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {containers: [{name: web, image: "web:1", securityContext: {privileged: PRIVILEGED}}]}
"""


def change(state: BaselineState, outcome: Outcome = Outcome.FAIL, waiver: str = "") -> Scan:
    """A scan of a change with one finding in a state, and one that the change has made worse."""
    scan = sample_scan()
    first, second, *_ = (finding for finding in scan.findings if finding.outcome is Outcome.FAIL)
    findings = (
        replace(first, baseline_state=state, outcome=outcome, message="looked for", waiver=waiver),
        replace(second, baseline_state=BaselineState.NEW, message="always there", severity=Severity.LOW),
    )
    states = {state: 1, BaselineState.NEW: 1}
    return replace(
        scan,
        findings=findings,
        inputs=scan.inputs[:1],
        comparison=Comparison("origin/main", "c" * 40, states, notes=("a.yaml is not assessed in full",)),
    )


def listed(name: str, scan: Scan) -> set[str]:
    """The messages of the findings that a report lists as such."""
    text = "".join(reports.render(name, scan))
    match name:
        case "junit":
            failed = ci_readers.suites(text).iterfind(".//testcase[failure]/failure")
            told = " ".join(each.attrib["message"] for each in failed)
        case "csv":
            told = " ".join(row["message"] for row in ci_readers.rows(text) if row["rule"])
        case _:
            told = text
    return {message for message in ("looked for", "always there") if message in told}


@pytest.mark.parametrize("state", BaselineState)
@pytest.mark.parametrize("name", FORMATS)
def test_only_what_the_change_made_worse_is_listed(name: str, state: BaselineState) -> None:
    scan = change(state, Outcome.UNKNOWN if state is BaselineState.OUT_OF_SIGHT else Outcome.FAIL)
    scan = replace(scan, findings=tuple(replace(item, severity=Severity.LOW) for item in scan.findings))
    expected = {"always there", *({"looked for"} if state in COUNTED else ())}
    assert listed(name, scan) == expected


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_waiver_covers_is_not_listed_and_the_waiver_is(name: str) -> None:
    scan = change(BaselineState.NEW, waiver="W-7")
    assert listed(name, scan) == {"always there"}
    assert "W-7" in "".join(reports.render(name, scan))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_with_what_was_compared(name: str) -> None:
    text = "".join(reports.render(name, change(BaselineState.UNCHANGED))).replace("`", "")
    assert "origin/main (cccccccccccc): 1 new, 1 unchanged" in text
    assert "a.yaml is not assessed in full" in text


def test_a_finding_about_the_change_fails_whatever_the_threshold() -> None:
    scan = change(BaselineState.UNCHANGED)
    rules = {name: replace(rule, subject="gate.configuration-change") for name, rule in scan.rules.items()}
    high = replace(scan, run=replace(scan.run, fail_on=Severity.HIGH))
    assert listed("junit", high) == set()
    assert listed("junit", replace(high, rules=rules)) == {"always there"}


def test_a_gate_writes_each_format(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "work")
    repository.write("old.yaml", POD.replace("PRIVILEGED", "true").replace("name: web,", "name: old,"))
    repository.write("pod.yaml", POD.replace("PRIVILEGED", "false"))
    repository.commit("base")
    repository.is_base()
    repository.write("pod.yaml", POD.replace("PRIVILEGED", "true"))
    asked = [f"--output={name}={tmp_path / name}" for name in FORMATS]
    done = assay("gate", "--quiet", *asked, cwd=repository.folder)
    assert done.returncode == 1, done.stderr
    for name in FORMATS:
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "pod.yaml" in text
        if name != "junit":
            assert "old.yaml" not in text
    findings = json.loads((tmp_path / "gitlab-codequality").read_text())
    assert [each["location"]["path"] for each in findings if each["check_name"].startswith("kubernetes.")] == [
        "pod.yaml"
    ]


@pytest.mark.parametrize("name", ["github", "azure", "comment", "github-summary"])
def test_a_reviewer_can_go_on_from_a_page_or_an_annotation(name: str) -> None:
    scan = change(BaselineState.UNCHANGED)
    gone = replace(scan.findings[0], baseline_state=BaselineState.FIXED, subject_name="Pod mended")
    offered = Waiver("W-8", Location("assay-waivers.yaml", 4, 5, 4, 9), reason="Until the move")
    scan = replace(
        scan,
        comparison=Comparison("origin/main", "c" * 40, {BaselineState.FIXED: 1}, (gone,)),
        waivers=AppliedWaivers("ci/w.yaml", results=(WaiverResult(offered, WaiverState.PROPOSED),)),
    )
    text = "".join(reports.render(name, scan))
    short = scan.findings[1].fingerprint[:12]
    assert f"fingerprint {short}" in text.replace("`", "")
    assert f"`assay waivers new {short} --file ci/w.yaml` adds a waiver" in text
    assert f"`assay explain {scan.findings[1].rule}`" in text
    assert "W-8" in text
    assert "proposed" in text
    assert "Until the move" in text
    if name in ("comment", "github-summary"):
        place = f"{gone.location.path}:{gone.location.line}:{gone.location.column}"
        assert f"### Fixed\n\n- `{place}` `{gone.rule}` Pod mended\n" in text


def test_a_configuration_that_sets_nothing_has_no_heading() -> None:
    scan = change(BaselineState.NEW)
    for settings in ((), (Setting("profile", "strict", "assay.yaml:1"),)):
        configuration = Configuration("assay.yaml", "0" * 64, settings=settings)
        shown = replace(scan, run=replace(scan.run, configuration=configuration))
        told = {name for name in reports.FORMATS if "assay.yaml, found" in "".join(reports.render(name, shown))}
        assert bool(told) is bool(settings)
