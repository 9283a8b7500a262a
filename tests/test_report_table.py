"""The table: which frameworks its summary tells, and what it says to do next."""

from __future__ import annotations

import re

from msgspec.structs import replace

from scanner import reports
from scanner.baseline import BaselineState
from scanner.controls import ControlStatus, FrameworkSummary
from scanner.finished_scan import Comparison, Scan, Verdict
from scanner.model import Finding, Outcome, Profile, Severity
from scanner.reports.format import Presentation
from scanner.reports.html.controls import sheet_of
from tests.sample import sample_scan


def table(scan: Scan, presentation: Presentation | None = None) -> str:
    return "".join(reports.render("table", scan, presentation))


def told(text: str) -> list[str]:
    """The frameworks that have a row of numbers."""
    return re.findall(r"^([a-z0-9-]+)@\S+ +\d", text, re.MULTILINE)


def of_frameworks(*names: str) -> Scan:
    """A scan of frameworks with the same numbers."""
    one = next(each for each in sample_scan().frameworks if each.applicable)
    run = replace(sample_scan().run, asked=(), all_frameworks=False)
    return replace(sample_scan(), run=run, frameworks=tuple(replace(one, id=name) for name in names))


def test_five_families_are_told_first_and_the_others_counted() -> None:
    scan = of_frameworks("basel", "gdpr", "iso-27001", "owasp-api", "owasp-llm", "pci-dss", "soc2", "zero-trust-nist")
    text = table(scan)
    assert told(text) == ["soc2", "pci-dss", "gdpr", "owasp-api", "owasp-llm", "zero-trust-nist"]
    assert "--all-frameworks shows 2 more frameworks" in text
    everything = table(replace(scan, run=replace(scan.run, all_frameworks=True)))
    assert told(everything) == [each.id for each in scan.frameworks]
    assert "more frameworks" not in everything


def test_frameworks_that_were_asked_for_are_told_alone() -> None:
    scan = of_frameworks("basel")
    assert told(table(replace(scan, run=replace(scan.run, asked=(f"basel@{scan.frameworks[0].edition}",))))) == [
        "basel"
    ]


def test_a_framework_that_is_about_nothing_here_has_no_numbers() -> None:
    scan = of_frameworks("soc2", "owasp-llm")
    text = table(replace(scan, frameworks=(scan.frameworks[0], _not_applicable(scan.frameworks[1]))))
    assert told(text) == ["soc2"]
    assert f"no control of owasp-llm@{scan.frameworks[1].edition} applies to the scanned files" in text


def test_of_a_framework_whose_controls_here_only_people_judge_the_statuses_are_told() -> None:
    scan = of_frameworks("soc2", "owasp-llm")
    own = replace(_not_applicable(scan.frameworks[1]), controls=10, applicable=1, uncontradicted=0, by_word=0, waived=0)
    own = replace(own, counts={**own.counts, ControlStatus.MANUAL: 1, ControlStatus.NOT_APPLICABLE: 9})
    scan = replace(scan, frameworks=(scan.frameworks[0], own))
    said = f"owasp-llm@{own.edition}, of 10 controls: 1 manual, 9 not applicable"
    assert said in " ".join(table(scan).split())
    assert [round(part.width) for part in sheet_of(own, {}).bar] == [10, 90]


def _not_applicable(framework: FrameworkSummary) -> FrameworkSummary:
    counts = dict.fromkeys(ControlStatus, 0) | {ControlStatus.NOT_APPLICABLE: framework.controls}
    return replace(framework, applicable=0, counts=counts)


def with_fixes(scan: Scan, *safely: str, unsafely: tuple[str, ...] = ()) -> Scan:
    """A scan in which some rules have a fix, and the others have none."""
    fixes = {**dict.fromkeys(safely, True), **dict.fromkeys(unsafely, False)}
    return replace(scan, rules={name: replace(rule, fix_is_safe=fixes.get(name)) for name, rule in scan.rules.items()})


def next_of(scan: Scan, *paths: str) -> str:
    """What the table says to do next, on one line."""
    return " ".join(table(scan, Presentation(paths=paths)).split()).rpartition(" next ")[2]


def test_fixes_that_may_change_behaviour_are_offered_only_where_there_are_no_others() -> None:
    scan = sample_scan()
    one, other, *_ = sorted({finding.rule for finding in scan.findings if finding.outcome is Outcome.FAIL})
    unsafe = "`assay fix deploy 'a b' --diff --unsafe` shows edits that may change the behaviour of a working system"
    assert unsafe in next_of(with_fixes(scan, unsafely=(one,)), "deploy", "a b")
    assert "assay fix" not in next_of(with_fixes(scan, one, unsafely=(other,)))  # nothing on disk was scanned
    told = next_of(with_fixes(scan, one, unsafely=(other,)), "deploy")
    assert "`assay fix deploy --diff` shows the edits that Assay can make" in told
    assert "--unsafe" not in told


def in_change(*findings: Finding, gone: tuple[Finding, ...] = (), commit: str = "c" * 40) -> Scan:
    """A scan of a change that made findings, and made others disappear."""
    new = tuple(replace(finding, baseline_state=BaselineState.NEW) for finding in findings)
    past = tuple(replace(finding, baseline_state=BaselineState.FIXED) for finding in gone)
    states = {BaselineState.NEW: len(new), BaselineState.FIXED: len(past)}
    return replace(sample_scan(), inputs=(), findings=new, comparison=Comparison("main", commit, states, past))


def test_in_a_change_the_command_is_about_its_findings() -> None:
    first, second, third, *_ = (each for each in sample_scan().findings if each.outcome is Outcome.FAIL)
    first, second = (replace(each, location=replace(each.location, path="deploy/a b.yaml")) for each in (first, second))
    scan = with_fixes(in_change(first, second, third), second.rule, unsafely=(first.rule,))
    assert " prints a waiver for this finding, which counts once the base has it" in next_of(scan, ".")
    assert " prints a waiver for this finding" in next_of(in_change(first, commit=""), ".")
    assert "once the base" not in next_of(in_change(first, commit=""), ".")  # beside a baseline, those on disk count
    assert f"`assay fix 'deploy/a b.yaml' --rule {second.rule} --diff` shows the edits" in next_of(scan, ".")
    assert f"`assay fix .. --rule {second.rule} --diff` shows" in next_of(scan, "..")  # places count from there
    waived = with_fixes(in_change(replace(second, waiver="W-1"), third), second.rule)
    assert f"`assay explain {third.rule}` explains a rule" in next_of(waived, ".")
    strict = {**scan.rules, second.rule: replace(scan.rules[second.rule], profile=Profile.STRICT)}
    scan = replace(scan, rules=strict, run=replace(scan.run, profile=Profile.OPINION))
    assert f"--rule {second.rule} --profile opinion --diff`" in next_of(scan, ".")


def test_what_a_change_fixed_is_named_the_worst_first() -> None:
    some = [each for each in sample_scan().findings if each.outcome is Outcome.FAIL]
    least = replace(some[0], severity=Severity.INFO, message="least")
    worst = replace(some[0], severity=Severity.CRITICAL, subject_name="Pod worst", rule="kubernetes.x")
    place = f"{worst.location.path}:{worst.location.line}:{worst.location.column}"
    told = " ".join(table(in_change(gone=(*[least] * 5, worst))).split())
    assert f" fixed kubernetes.x {place} Pod worst {least.rule}" in told
    assert told.count(least.rule) == 4
    assert " and 1 more " in told
    undecided = replace(worst, outcome=Outcome.UNKNOWN)
    told = " ".join(table(in_change(gone=(undecided,), commit="")).split())  # a baseline file holds no lines
    assert f" fixed kubernetes.x {worst.location.path} Pod worst (unknown) " in told


def test_nothing_is_to_be_done_where_nothing_was_found() -> None:
    clean = replace(sample_scan(), findings=(), inputs=(), verdict=Verdict(0, "Passed."), outcomes=_no_outcomes())
    assert table(clean).endswith("Passed.\n")


def _no_outcomes() -> dict[str, int]:
    return dict.fromkeys((outcome.value for outcome in Outcome), 0)


def test_a_place_far_to_the_right_is_brought_into_view() -> None:
    scan = sample_scan()
    finding = next(each for each in scan.findings if each.outcome is Outcome.FAIL)
    line = "key: " + "x" * 140 + " privileged: true"
    place = replace(finding.location, line=1, column=147, end_line=1, end_column=len(line) + 1)
    far = replace(scan, findings=(replace(finding, location=place),), texts={place.path: (line,)})
    shown = table(far, Presentation(width=80)).splitlines()
    source = next(number for number, each in enumerate(shown) if "privileged: true" in each and "|" in each)
    assert len(shown[source]) <= 80
    start = shown[source].index("privileged: true")
    assert shown[source + 1][start:] == "^" * len("privileged: true")
