"""SARIF before two validators that miss different faults, the schema and the SARIF multitool; and a reader."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from scanner import reports
from scanner.scan import scan
from tests.conftest import REPOSITORY
from tests.sample import fixed_scan, sample_scan
from tests.sample_large import large_scan
from tests.test_report_sarif import located

if TYPE_CHECKING:
    from scanner.finished_scan import Scan
    from scanner.model import RuleInfo


def hostile_rule(rule: RuleInfo) -> RuleInfo:
    """Return a rule whose texts are as bad as a rule pack can make them."""
    bad = "<script>alert(1)</script> [x](javascript:alert(1)) {0} {x}\n\n`<b>`"
    references = ("javascript:alert(1)", "https://a b/", "https://example.com/<>")
    return replace(rule, title=bad, why=bad, remediation=bad, limits=bad, references=references, same_as=(bad,))


def hostile_scan() -> Scan:
    name = os.fsdecode(b"a b/\xff\n\"<b>'%41:[x](y){0}\x1b")
    scan = located(name)
    findings = tuple(replace(item, message=name, subject_name=name, subject_id=name) for item in scan.findings)
    rules = {name: hostile_rule(rule) for name, rule in scan.rules.items()}
    return replace(scan, findings=findings, rules=rules)


def empty_scan() -> Scan:
    return replace(sample_scan(), inputs=(), findings=(), rules={}, links={}, assessments=(), frameworks=(), texts={})


SCANS: dict[str, Callable[[], Scan]] = {
    "sample": sample_scan,
    "hostile": hostile_scan,
    "standard input": lambda: located("-"),
    "absolute": lambda: located("/a b/c"),
    "empty": empty_scan,
    "fixes": fixed_scan,
    "no controls": lambda: replace(sample_scan(), run=replace(sample_scan().run, all_frameworks=False)),
    "digital bank": lambda: scan([str(REPOSITORY / "examples" / "digital-bank")]),
}


@pytest.fixture(scope="module")
def multitool() -> Path:
    """Return the folder of the SARIF multitool, which holds the schema too."""
    modules = os.environ.get("ASSAY_SARIF_MULTITOOL", "")
    if not modules:
        missing = "ASSAY_SARIF_MULTITOOL does not name a node_modules folder with @microsoft/sarif-multitool-linux"
        if os.environ.get("ASSAY_REQUIRE_TOOLS"):
            pytest.fail(missing)
        pytest.skip(missing)
    return Path(modules) / "@microsoft" / "sarif-multitool-linux"


@pytest.mark.sarif_multitool
@pytest.mark.parametrize("form", ["sarif", "sarif-github"])
@pytest.mark.parametrize("name", SCANS)
def test_valid_by_the_schema(name: str, form: str, multitool: Path) -> None:
    schema = json.loads((multitool / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert [
        error.message for error in validator.iter_errors(json.loads("".join(reports.render(form, SCANS[name]()))))
    ] == []


@pytest.mark.sarif_multitool
@pytest.mark.parametrize("form", ["sarif", "sarif-github"])
@pytest.mark.parametrize("name", SCANS)
def test_valid_by_the_multitool(name: str, form: str, multitool: Path, tmp_path: Path) -> None:
    """The tool exits 0 whatever it finds: what counts is its own output.

    What it still says, and why it stays: SARIF2005 (there is no page about Assay to name in informationUri), and
    notes: 2002 and 2009 (other conventions for messages and rule ids), 2003 (no address of the repository is known),
    2006 (it asks the network for addresses), 2010 (no snippet of a secret), 2011 (no context regions), 2012 (a rule
    without references has no help page).
    """
    source, target, tool = tmp_path / "in.sarif", tmp_path / "out.sarif", multitool / "Sarif.Multitool"
    source.write_text("".join(reports.render(form, SCANS[name]())), encoding="utf-8")
    tool.chmod(tool.stat().st_mode | 0o100)
    kinds = "Sarif;Ghas" if form == "sarif-github" else "Sarif"
    options = ["--rule-kind", kinds, "--level", "Error;Warning;Note", "-o", str(target)]
    subprocess.run([str(tool), "validate", str(source), *options], check=True, capture_output=True, timeout=300)
    run = json.loads(target.read_text(encoding="utf-8-sig"))["runs"][0]
    found = {(item.get("level", "warning"), item["ruleId"]) for item in run["results"]}
    assert run["invocations"][0]["executionSuccessful"]
    assert {level for level, _ in found} <= {"warning", "note"}
    assert {rule for level, rule in found if level == "warning"} <= {"SARIF2005"}


@pytest.mark.sarif_tools
@pytest.mark.parametrize("form", ["sarif", "sarif-github"])
def test_a_reader_of_sarif_lists_every_result(form: str, tmp_path: Path) -> None:
    program = os.environ.get("ASSAY_SARIF_TOOLS") or shutil.which("sarif")
    if not program:
        missing = "ASSAY_SARIF_TOOLS names no program, and sarif is not on PATH"
        (pytest.fail if os.environ.get("ASSAY_REQUIRE_TOOLS") else pytest.skip)(missing)
    folder, target, results = tmp_path / "reports", tmp_path / "listed.csv", Counter[str]()
    folder.mkdir()
    scans: list[Callable[[], Scan]] = [*SCANS.values(), partial(large_scan, 20_000)]
    for number, scanned in enumerate(scans):
        text = "".join(reports.render(form, scanned()))
        (folder / f"{number}.sarif").write_text(text, encoding="utf-8")
        results.update(result["ruleId"] for result in json.loads(text)["runs"][0]["results"])
    subprocess.run([program, "csv", "--output", str(target), str(folder)], check=True, capture_output=True)
    with target.open(encoding="utf-8", newline="") as lines:
        assert Counter(row["Code"] for row in csv.DictReader(lines)) == results
