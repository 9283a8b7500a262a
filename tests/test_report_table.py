"""The table: which frameworks its summary tells, and what it says to do next."""

from __future__ import annotations

import re

from msgspec.structs import replace

from scanner import reports
from scanner.controls import ControlStatus, FrameworkSummary
from scanner.finished_scan import Scan, Verdict
from scanner.model import Outcome
from scanner.reports.format import Presentation
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


def _not_applicable(framework: FrameworkSummary) -> FrameworkSummary:
    counts = dict.fromkeys(ControlStatus, 0) | {ControlStatus.NOT_APPLICABLE: framework.controls}
    return replace(framework, applicable=0, counts=counts)


def test_fixes_are_offered_where_files_were_scanned_and_with_the_option_that_they_take() -> None:
    scan, files = sample_scan(), Presentation(paths=("deploy", "a b"))
    failed = {finding.rule for finding in scan.findings if finding.outcome is Outcome.FAIL}
    assert "assay fix" not in table(scan, files)
    for safe, option in ((True, ""), (False, " --unsafe")):
        rules = {name: replace(rule, fix_is_safe=safe if name in failed else None) for name, rule in scan.rules.items()}
        told_so = " ".join(table(replace(scan, rules=rules), files).split())
        assert f"`assay fix deploy 'a b' --diff{option}` shows the edits that Assay can make" in told_so
        assert "assay fix" not in table(replace(scan, rules=rules))


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
