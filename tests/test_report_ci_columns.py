"""Places and fixes in the formats that count columns in their own way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from scanner import reports
from scanner.finished_scan import Scan
from scanner.model import Outcome
from tests.sample import MANIFEST, fixed_scan, sample_scan
from tests.sample_whole import whole_scan


def rendered(name: str, scan: Scan) -> str:
    return "".join(reports.render(name, scan))


def data(name: str, scan: Scan) -> Any:
    return json.loads(rendered(name, scan))


def test_sonarqube_gets_rules_issues_and_only_regions_that_exist() -> None:
    scan = whole_scan()
    report = data("sonarqube", scan)
    rules = {rule["id"]: rule for rule in report["rules"]}
    assert all(rule["impacts"] and rule["engineId"] == "assay" and rule["description"] for rule in rules.values())
    assert {issue["ruleId"] for issue in report["issues"]} == set(rules)
    for issue in report["issues"]:
        places = (issue["primaryLocation"], *issue.get("secondaryLocations", ()))
        for place in (each for each in places if "startColumn" in each.get("textRange", {})):
            lines, span = scan.texts[place["filePath"]], place["textRange"]
            assert (span["startLine"], span["startColumn"]) < (span["endLine"], span["endColumn"])
            assert span["endColumn"] <= len(lines[span["endLine"] - 1].encode("utf-16-le")) // 2


def located(text: str, start: int, end: int) -> Scan:
    """The sample with one finding, in columns of a line."""
    scan = sample_scan()
    finding = next(item for item in scan.findings if item.location.path == MANIFEST and item.outcome is Outcome.FAIL)
    place = replace(finding.location, line=1, column=start, end_line=1, end_column=end)
    return replace(scan, findings=(replace(finding, location=place, related=()),), texts={MANIFEST: (text,)})


@pytest.mark.parametrize(
    ("text", "start", "end", "utf8", "utf16"),
    [
        ("name: web", 7, 10, (7, 10), (6, 9)),
        ("é: 帳簿", 4, 6, (5, 11), (3, 5)),
        ("😀: x", 4, 5, (7, 8), (4, 5)),
        ("name: web\r", 7, 10, (7, 10), (6, 9)),
        ("name: ••••, x: y", 13, 17, None, None),
        ("name: web", 7, 7, None, None),
        ("name: web", 7, 40, None, None),
    ],
)
def test_columns_are_counted_as_each_program_counts_them(
    text: str, start: int, end: int, utf8: tuple[int, int] | None, utf16: tuple[int, int] | None
) -> None:
    scan = located(text, start, end)
    (*_, diagnostic) = (each for each in data("rdjson", scan)["diagnostics"] if "kubernetes." in each["code"]["value"])
    span = diagnostic["location"]["range"]
    assert (span["start"].get("column"), span.get("end", {}).get("column")) == (utf8 or (None, None))
    (issue,) = (each for each in data("sonarqube", scan)["issues"] if each["ruleId"].startswith("kubernetes."))
    found = issue["primaryLocation"]["textRange"]
    assert (found.get("startColumn"), found.get("endColumn")) == (utf16 or (None, None))


def test_a_fix_is_one_suggestion_of_whole_lines() -> None:
    (fixed,) = (each for each in data("rdjson", fixed_scan())["diagnostics"] if "suggestions" in each)
    (suggestion,) = fixed["suggestions"]
    line = fixed["location"]["range"]["start"]["line"]
    after = fixed_scan().texts[MANIFEST][line]
    assert suggestion["range"] == {"start": {"line": line}, "end": {"line": line}}
    assert suggestion["text"] == "            readOnlyRootFilesystem: true"
    assert after not in suggestion["text"]


def test_a_masked_line_is_never_suggested() -> None:
    scan = fixed_scan()
    texts = {path: tuple(f"{line}••••" for line in lines) for path, lines in scan.texts.items()}
    assert "suggestions" not in rendered("rdjson", replace(scan, texts=texts))
