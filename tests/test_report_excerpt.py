"""Excerpts: exact lines and regions, and no secret in any of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scanner.finished_scan import Scan
from scanner.model import Finding, Severity
from scanner.places import Location
from scanner.reports.excerpt import LONGEST_PART, LONGEST_REGION, MASK, Line, excerpt, quote
from tests.sample import sample_scan

OPEN, SENSITIVE = "kubernetes.image-pinned", "kubernetes.no-secret-in-environment"


def one(text: str, region: tuple[int, int, int, int], rule: str = OPEN) -> tuple[Scan, Finding]:
    """Return a scan of one file with one finding of a rule in the region given."""
    scan = sample_scan()
    finding = Finding(rule, scan.findings[0].outcome, Severity.HIGH, "m", "k", "i", "n", Location("f", *region), "p")
    return replace(scan, findings=(finding,), texts={"f": tuple(text.split("\n"))}), finding


def test_a_region_is_marked_between_lines_of_context() -> None:
    scan, finding = one("a\nb\nkey: value # c\nd\ne\nf", (3, 6, 3, 11))
    assert excerpt(scan, finding, context=1) == (
        Line(2, "b", "", ""),
        Line(3, "key: ", "value", " # c"),
        Line(4, "d", "", ""),
    )


def test_a_region_of_several_lines_is_marked_without_its_indent() -> None:
    scan, finding = one("spec:\n  a: 1\n  b: 2\nend", (1, 1, 4, 1))
    assert [line.marked for line in excerpt(scan, finding, context=0)] == ["spec:", "a: 1", "b: 2"]
    assert quote(scan, finding.location) == "spec:\n  a: 1\n  b: 2"


def test_long_regions_and_long_lines_are_cut() -> None:
    scan, finding = one("\n".join(["x" * 5000] * 100), (1, 4000, 90, 10))
    lines = excerpt(scan, finding)
    assert len(lines) == LONGEST_REGION + 2
    assert max(len(part) for line in lines for part in (line.before, line.marked, line.after)) == LONGEST_PART
    assert lines[0].before.endswith("xxx")
    assert quote(scan, finding.location) is None


def test_what_follows_the_last_line_end_is_no_line() -> None:
    scan, finding = one("a\nb\n", (2, 1, 2, 2))
    assert [line.number for line in excerpt(scan, finding)] == [1, 2]
    assert excerpt(scan, replace(finding, location=Location("f", 3, 1, 3, 1)), context=0) == (Line(3, "", "", ""),)


def test_no_text_no_excerpt() -> None:
    scan, finding = one("a", (1, 1, 1, 2))
    assert excerpt(replace(scan, texts={}), finding) == ()
    assert excerpt(scan, replace(finding, location=Location("f", 9, 1, 9, 2))) == ()
    assert quote(replace(scan, texts={}), finding.location) is None


@pytest.mark.parametrize(
    ("text", "region", "shown"),
    [
        ("password: hunter2 # hunter2", (1, 1, 1, 18), "password: " + MASK),
        ("password: hunter2", (1, 11, 1, 18), "password: " + MASK),
        ('  "pass word": "hunter2",', (1, 3, 1, 25), '  "pass word": ' + MASK),
        ("- hunter2", (1, 3, 1, 10), "- " + MASK),
        ("- - key: hunter2", (1, 5, 1, 17), "- - key: " + MASK),
        ('- "key: hunter2"', (1, 3, 1, 17), "- " + MASK),
        ("- --key=hunter2", (1, 3, 1, 16), "- " + MASK),
        ("{a: hunter2, b: hunter2}", (1, 14, 1, 24), MASK),
        ("hunter2: hunter2", (1, 4, 1, 10), MASK),
        ("key: |\n  a: hunter2\n  hunter2\nend", (1, 1, 4, 1), f"key: {MASK}\n  {MASK}\n  {MASK}"),
        ("key:\n  hunter2", (1, 1, 2, 10), f"key:\n  {MASK}"),
    ],
)
def test_a_secret_is_masked_and_its_key_kept(text: str, region: tuple[int, int, int, int], shown: str) -> None:
    scan, finding = one(text, region, SENSITIVE)
    lines = excerpt(scan, finding)
    assert "\n".join(line.before + line.marked + line.after for line in lines) == shown
    assert quote(scan, finding.location) is None


def test_a_secret_is_masked_in_the_excerpts_of_other_findings_too() -> None:
    scan, secret = one("a: 1\npassword: hunter2\nb: 2", (2, 1, 2, 18), SENSITIVE)
    beside = replace(secret, rule=OPEN, location=Location("f", 1, 1, 1, 5))
    around = replace(secret, rule=OPEN, location=Location("f", 1, 1, 3, 5))
    scan = replace(scan, findings=(beside, secret, around))
    assert [line.before + line.marked for line in excerpt(scan, beside)] == ["a: 1", "password: " + MASK, "b: 2"]
    assert "hunter2" not in str(excerpt(scan, around))
    assert quote(scan, around.location) is None
    assert quote(scan, beside.location) == "a: 1"


@given(
    st.lists(st.text("ab:- \"'{|\t", max_size=12).map(lambda text: text + "SECRET"), min_size=1, max_size=5),
    st.data(),
)
def test_no_part_of_a_secret_region_is_ever_shown(lines: list[str], data: st.DataObject) -> None:
    """Whatever stands in the region, no more than its first line's key is shown of it."""
    first = data.draw(st.integers(1, len(lines)))
    last = data.draw(st.integers(first, len(lines)))
    column = data.draw(st.integers(1, len(lines[first - 1]) + 1))
    scan, finding = one("\n".join(lines), (first, column, last, len(lines[last - 1]) + 1), SENSITIVE)
    beside = replace(finding, rule=OPEN, location=Location("f", 1, 1, 1, 1))
    scan = replace(scan, findings=(finding, beside))
    for line in (*excerpt(scan, finding), *excerpt(scan, beside, context=9)):
        if first <= line.number <= last:
            assert "SECRET" not in line.before + line.marked + line.after
