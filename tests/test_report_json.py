"""The `json` report against its schema, its contract and hostile names."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scanner.reports import json_results
from scanner.reports.json_text import json_text
from tests.sample import SECRET, fixed_scan, sample_scan

if TYPE_CHECKING:
    from scanner.model import Scan

SCHEMA = Path(__file__).parents[1] / "docs" / "results.schema.json"


def rendered(scan: Scan) -> dict[str, Any]:
    """Return the report of a scan, read back and valid."""
    report: dict[str, Any] = json.loads("".join(json_results.render(scan)).encode())
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(report)
    return report


def test_schema_is_a_schema_and_closed() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert list(objects_left_open(schema)) == []


def objects_left_open(schema: Any, path: str = "#") -> list[str]:
    """Return where a schema lets unknown keys pass or says nothing of a key."""
    if isinstance(schema, list):
        return [hit for number, item in enumerate(schema) for hit in objects_left_open(item, f"{path}/{number}")]
    if not isinstance(schema, dict):
        return []
    hits = [path] if schema.get("type") == "object" and schema.get("additionalProperties") is not False else []
    for key, part in schema.get("properties", {}).items():
        if "$ref" not in part and not part.get("description"):
            hits.append(f"{path}/properties/{key}")
    return hits + [hit for key, part in schema.items() for hit in objects_left_open(part, f"{path}/{key}")]


def test_keys_are_those_of_the_contract_in_its_order() -> None:
    report = rendered(sample_scan())
    *contract, disclaimer = report
    assert contract == ["format", "tool", "run", "inputs", "findings", "controls", "frameworks", "summary"]
    assert disclaimer == "disclaimer"
    assert "does not establish compliance" in report[disclaimer]
    assert report["format"] == "assay-results/1"
    assert list(report["tool"]) == ["name", "version", "pack_digest"]
    run = ["started", "ended", "arguments", "profile", "kubernetes_version", "git"]
    assert list(report["run"]) == run
    assert list(report["inputs"][0]) == ["path", "sha256", "bytes", "status", "reason", "formats", "subjects"]
    finding = (
        "rule outcome severity message subject location related objectives controls remediation fingerprint waiver"
    )
    assert list(report["findings"][0]) == finding.split()
    assert list(report["controls"][0]) == ["framework", "edition", "control", "status", "rules", "findings", "shown_by"]
    assert list(report["summary"]) == ["inputs", "outcomes", "severities"]


def test_summary_counts_inputs_all_outcomes_and_fails_by_severity() -> None:
    assert rendered(sample_scan())["summary"] == {
        "inputs": {"assessed": 2, "skipped": 1, "unreadable": 1},
        "outcomes": {"fail": 6, "error": 1, "unknown": 1, "pass": 31},
        "severities": {"critical": 1, "high": 2, "medium": 1, "low": 1, "info": 1},
    }


def test_figures_stand_side_by_side_or_not_at_all() -> None:
    figures = {item["id"]: (item["coverage"], item["conformity"]) for item in rendered(sample_scan())["frameworks"]}
    assert figures == {"soc2": (0.4, 0.5), "cis-kubernetes": (0.75, 1 / 3), "owasp-kubernetes": (None, None)}


def test_no_git_is_null() -> None:
    scan = sample_scan()
    assert rendered(scan)["run"]["git"] == {"commit": scan.run.git_commit, "dirty": False}
    assert rendered(replace(scan, run=replace(scan.run, git_commit="", git_dirty=None)))["run"]["git"] is None


def test_a_control_that_two_objectives_lead_to_is_listed_once() -> None:
    scan = sample_scan()
    rule = "kubernetes.container-not-privileged"
    link = scan.links[rule][0]
    scan = replace(
        scan, links={rule: (link, replace(link, objective="host-isolation"), replace(link, control="5.2.3"))}
    )
    finding = next(item for item in rendered(scan)["findings"] if item["rule"] == rule)
    assert [control["control"] for control in finding["controls"]] == ["5.2.2", "5.2.3"]


def test_nothing_found_is_a_valid_report() -> None:
    scan = replace(sample_scan(), inputs=(), findings=(), assessments=(), frameworks=(), links={}, outcomes={})
    report = rendered(scan)
    assert report["findings"] == []
    assert report["summary"]["outcomes"] == {"fail": 0, "error": 0, "unknown": 0, "pass": 0}


def test_secrets_stay_out_and_equal_scans_give_equal_bytes() -> None:
    text = "".join(json_results.render(sample_scan()))
    assert SECRET not in text
    assert text == "".join(json_results.render(sample_scan()))
    assert text.endswith("}\n")
    assert "digital bänk" in text


@given(st.binary(min_size=1, max_size=30).filter(lambda name: b"\0" not in name))
def test_any_file_name_gives_text_that_strict_parsers_read(name: bytes) -> None:
    scan = sample_scan()
    path = name.decode("utf-8", "surrogateescape")
    report = rendered(replace(scan, inputs=(replace(scan.inputs[0], path=path),)))
    assert report["inputs"][0]["path"] == name.decode("utf-8", "backslashreplace")


def documents(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Plain data of every shape, in which such texts stand."""
    plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
    return st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(texts, inner))


@given(documents(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="#\ufffc"))))
def test_json_text_is_what_the_standard_library_writes(value: Any) -> None:
    expected = json.dumps({"a": value, "b": [value, value], "c": []}, indent=2, ensure_ascii=False) + "\n"
    assert "".join(json_text({"a": value, "b": iter([value, value]), "c": iter([])})) == expected


@given(documents(st.text()))
def test_every_value_comes_back(value: Any) -> None:
    assert json.loads("".join(json_text({"a": value}))) == {"a": value}


def test_a_fix_is_told_as_edits() -> None:
    assert all("fix" not in finding for finding in rendered(sample_scan())["findings"])
    (fix,) = [finding["fix"] for finding in rendered(fixed_scan())["findings"] if "fix" in finding]
    assert (fix["safe"], fix["words"], fix["why_not"]) == (False, "remove securityContext.privileged", "")
    assert [edit["text"] for edit in fix["edits"]] == ["", "            readOnlyRootFilesystem: true\n"]
