"""The auditor's edition: verdict, circumstances, population, figures and controls on a few pages, without excerpts."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from scanner.controls import ControlStatus
from scanner.finished_scan import Scan, Verdict
from scanner.reports.html import summary
from tests.output_formats import Page, check_page
from tests.sample import MESSAGES, SECRET, sample_scan
from tests.test_report_html import many, poison


def words(scan: Scan) -> str:
    """The text of the edition on one line."""
    return " ".join(Page(summary.render(scan)).text.split())


def test_it_tells_the_verdict_the_circumstances_and_what_was_scanned() -> None:
    scan = sample_scan()
    text = words(scan)
    run = scan.run
    for fact in (run.started, run.ended, run.pack_digest, run.ruleset_digest, run.git_commit, run.kubernetes_version):
        assert fact in text
    assert "A static scan supports or contradicts controls; it does not establish compliance." in text
    assert "Exit code 4: some input or rule could not be assessed." in text
    assert "1 unreadable, 1 skipped, 2 assessed" in text
    assert "nothing uncommitted" in text
    assert "deploy/broken.yaml" in text


def test_each_control_is_told_by_its_status_or_named() -> None:
    scan = sample_scan()
    page = Page(summary.render(scan))
    for item in scan.assessments:
        assert item.control in page.text
        assert item.status in summary.NAMED or item.title in page.text
        assert item.reason in page.text
    text = words(scan)
    for framework in scan.frameworks:
        assert framework.title in text
    for status in ControlStatus:
        assert status.replace("-", " ").capitalize() in text
    assert "Of 4 controls: 2 not satisfied, 1 without contradiction, 1 not applicable." in text


def test_without_a_framework_asked_for_only_figures_are_told() -> None:
    scan = sample_scan()
    text = words(replace(scan, run=replace(scan.run, all_frameworks=False)))
    assert "SOC 2 Trust Services Criteria" in text
    assert "1 more framework with --all-frameworks" in text
    assert [item.title for item in scan.assessments if item.title in text] == []


def test_findings_are_counted_by_rule_worst_first_and_none_is_shown() -> None:
    scan = sample_scan()
    text = words(scan)
    assert [message for message in MESSAGES.values() if message in text] == []
    assert SECRET not in text
    assert text.index("Containers do not run privileged") < text.index("Images are pinned by digest")
    assert text.index("Images are pinned by digest") < text.index("Stores are encrypted at rest")


def test_it_stays_short_whatever_was_found() -> None:
    assert len(summary.render(many(200))) < 1.1 * len(summary.render(many(1)))


def test_hostile_text_stays_text() -> None:
    check_page(summary.render(poison(sample_scan())))


def test_it_needs_no_script() -> None:
    page = summary.render(sample_scan())
    assert "<script" not in page
    assert "script-src" not in page


@pytest.mark.parametrize(("code", "headline"), [(0, "Nothing failed at the threshold"), (3, "Nothing to assess")])
def test_an_empty_scan_is_told_as_such(code: int, headline: str) -> None:
    scan = Scan(sample_scan().run, (), (), {}, {}, (), (), {}, Verdict(code, "nothing"))
    text = words(scan)
    assert headline in text
    assert "No finding is listed." in text
