"""Reports for CI services at the limits of these services: the worst is shown, and the rest is counted."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from scanner import reports
from scanner.finished_scan import Scan
from scanner.reports.ci import comment, github_summary
from tests import ci_readers
from tests.sample_large import RULES, large_scan

WIDE = "帳簿\u202e|`@user #1 " * 20
FORMATS = [name for name, module in reports.FORMATS.items() if ".ci." in module]
SIZES = [pytest.param(3_000, id="3000"), pytest.param(100_000, id="100000", marks=pytest.mark.slow)]
MOST = {"github-summary": github_summary.MOST_BYTES, "comment": comment.MOST_BYTES, "github": 100_000, "azure": 100_000}


def rendered(name: str, scan: Scan) -> str:
    return "".join(reports.render(name, scan))


@pytest.mark.parametrize("text", ["", WIDE], ids=["short", "long"])
@pytest.mark.parametrize("number", SIZES)
@pytest.mark.parametrize("name", MOST)
def test_a_limit_in_bytes_is_kept(name: str, number: int, text: str) -> None:
    written = rendered(name, large_scan(number, unread=number // 10, text=text))
    assert 5_000 < len(written.encode()) < MOST[name]


@pytest.mark.parametrize("number", SIZES)
@pytest.mark.parametrize("name", ["github", "azure"])
def test_no_level_has_more_annotations_than_are_shown(name: str, number: int) -> None:
    commands, _ = getattr(ci_readers, name)(rendered(name, large_scan(number, unread=200)))
    levels = Counter(command.properties.get("type", command.name) for command in commands)
    assert set(levels.values()) == {10}
    told = [command.properties.get("title", "") + command.data for command in commands if "left out" in str(command)]
    assert len(told) == len(levels)
    # 2 of 6 findings are critical or high, so their level has the inputs and a half of the findings
    shown = 9 * len(levels)
    assert sum(number_in(text) for text in told) + shown == number + 200


def number_in(text: str) -> int:
    found = re.match(r"([\d,]+) more", text)
    assert found, text
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize("name", ["github", "azure"])
def test_the_worst_findings_come_first_and_inputs_are_told_before_them(name: str) -> None:
    commands, _ = getattr(ci_readers, name)(rendered(name, large_scan(600, unread=5)))
    first = [command.properties.get("title", command.data).partition(":")[0] for command in commands[:9]]
    assert first == ["An input could not be read"] * 3 + ["critical"] * 6


@pytest.mark.parametrize("name", ["github", "azure"])
def test_what_fits_is_not_counted(name: str) -> None:
    text = rendered(name, large_scan(6))
    assert "left out" not in text
    assert len(getattr(ci_readers, name)(text)[0]) == 6


@pytest.mark.parametrize("number", SIZES)
@pytest.mark.parametrize("name", ["github-summary", "comment"])
def test_a_page_accounts_for_every_finding(name: str, number: int) -> None:
    scan = large_scan(number, unread=2_000)
    text = ci_readers.shown(ci_readers.markdown(rendered(name, scan)))
    listed = len(re.findall(r"^deploy/\d+\.yaml:\d+:\d+ ", text, re.MULTILINE))
    unlisted = sum(int(found.replace(",", "")) for found in re.findall(r"and ([\d,]+) more place", text))
    left = re.search(r"([\d,]+) more findings of (\d+) rules left out", text)
    assert listed + unlisted + (int(left[1].replace(",", "")) if left else 0) == number
    named = len(re.findall(r"kubernetes\.rule-\d+\)$", text, re.MULTILINE))
    assert named + (int(left[2]) if left else 0) == RULES
    unread = len(re.findall(r"^broken/\d+\.yaml:1 ", text, re.MULTILINE))
    more = re.search(r"and ([\d,]+) more lines", text)
    assert unread + (int(more[1].replace(",", "")) if more else 0) == 2_000
    severities = re.findall(r"^(critical|high|medium|low|info): ", text, re.MULTILINE)
    assert severities == sorted(severities, key=["critical", "high", "medium", "low", "info"].index)


@pytest.mark.parametrize("number", SIZES)
@pytest.mark.parametrize("name", ["gitlab-codequality", "gitlab-sast", "sonarqube", "rdjson", "csv", "junit"])
def test_every_other_format_holds_every_finding(name: str, number: int) -> None:
    text = rendered(name, large_scan(number))
    match name:
        case "csv":
            found = sum(row["record"] == "finding" for row in ci_readers.rows(text))
        case "junit":
            root = ci_readers.suites(text)
            found = int(root.attrib["failures"]) + int(root.attrib["skipped"])
        case _:
            loaded = json.loads(text)
            items = loaded if name == "gitlab-codequality" else next(reversed(loaded.values()))
            found = len(items)
    assert found == number
