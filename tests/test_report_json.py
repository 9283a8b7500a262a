"""The `json` report against its schema, its contract and hostile names."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from scanner.reports import json_results, jsonl_results
from scanner.reports.json_text import Entries, json_text, line_of
from tests.sample import SECRET, fixed_scan, sample_scan

if TYPE_CHECKING:
    from scanner.finished_scan import Scan

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
    closed = schema.get("additionalProperties") is False or "$ref" in schema.get("additionalProperties", {})
    hits = [path] if schema.get("type") == "object" and not closed else []
    for key, part in schema.get("properties", {}).items():
        if "$ref" not in part and not part.get("description"):
            hits.append(f"{path}/properties/{key}")
    return hits + [hit for key, part in schema.items() for hit in objects_left_open(part, f"{path}/{key}")]


def test_keys_are_those_of_the_contract_in_its_order() -> None:
    report = rendered(sample_scan())
    *contract, disclaimer = report
    assert contract == [
        "format",
        "tool",
        "run",
        "verdict",
        "inputs",
        "rules",
        "findings",
        "waivers",
        "controls",
        "frameworks",
        "summary",
    ]
    assert disclaimer == "disclaimer"
    assert "does not establish compliance" in report[disclaimer]
    assert report["format"] == "assay-results/2"
    assert list(report["tool"]) == ["name", "version", "pack_digest", "ruleset_digest"]
    run = ["started", "ended", "arguments", "profile", "kubernetes_version", "fail_on", "frameworks", "git"]
    assert list(report["run"]) == run
    assert report["verdict"] == {"exit_code": 4, "reason": sample_scan().verdict.reason}
    assert list(report["inputs"][0]) == [
        "path",
        "sha256",
        "bytes",
        "status",
        "reason",
        "context",
        "formats",
        "subjects",
    ]
    finding = "rule outcome severity message subject location fingerprint occurrence"
    assert all(list(each)[:8] == finding.split() for each in report["findings"])
    rule = "title severity why remediation objectives controls counts"
    assert list(report["rules"][report["findings"][0]["rule"]]) == rule.split()
    control = "framework edition control status waived reason rules not_run findings shown_by"
    assert list(report["controls"][0]) == control.split()
    assert list(report["summary"]) == ["inputs", "outcomes", "severities"]


def test_without_a_framework_that_was_asked_for_controls_are_left_out() -> None:
    scan = sample_scan()
    report = rendered(replace(scan, run=replace(scan.run, asked=(), all_frameworks=False)))
    assert report["controls"] == []
    assert all(rule.get("controls", []) == [] for rule in report["rules"].values())
    assert len(report["frameworks"]) == len(scan.frameworks)
    everything = rendered(replace(scan, run=replace(scan.run, asked=(), all_frameworks=True)))
    assert len(everything["controls"]) == len(scan.assessments)


def test_lines_say_the_same_as_the_document() -> None:
    lines = [json.loads(line) for line in "".join(jsonl_results.render(sample_scan())).splitlines()]
    report = rendered(sample_scan())
    of = {kind: [line for line in lines if line["type"] == kind] for kind in {line["type"] for line in lines}}
    assert [line["type"] for line in lines] == sorted(
        (line["type"] for line in lines),
        key=["run", "input", "rule", "finding", "control", "framework", "summary"].index,
    )
    assert [{key: value for key, value in line.items() if key != "type"} for line in of["finding"]] == report[
        "findings"
    ]
    assert {line["id"] for line in of["rule"]} == set(report["rules"])
    assert of["run"][0]["verdict"] == report["verdict"]
    assert of["summary"][0]["summary"] == report["summary"]


def test_summary_counts_inputs_all_outcomes_and_fails_by_severity() -> None:
    assert rendered(sample_scan())["summary"] == {
        "inputs": {"assessed": 2, "not-assessed": 0, "skipped": 1, "unreadable": 1},
        "outcomes": {"fail": 6, "error": 1, "unknown": 1, "pass": 31},
        "severities": {"critical": 1, "high": 2, "medium": 1, "low": 1, "info": 1},
    }


def test_figures_count_statuses() -> None:
    for figures in rendered(sample_scan())["frameworks"]:
        mine = [item["status"] for item in rendered(sample_scan())["controls"] if item["framework"] == figures["id"]]
        assert figures["counts"] == Counter(mine)
        assert figures["applicable"] == len(mine) - mine.count("not-applicable")


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
    assert [control["control"] for control in rendered(scan)["rules"][rule]["controls"]] == ["5.2.2", "5.2.3"]


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


@given(documents(st.text()))
def test_every_value_comes_back(value: Any) -> None:
    streamed = {
        "a": value,
        "b": iter([value, value]),
        "c": iter([]),
        "d": [{"e": Entries([("f", value), ("g", value)])}],
    }
    plain = {"a": value, "b": [value, value], "c": [], "d": [{"e": {"f": value, "g": value}}]}
    assert json.loads("".join(json_text(streamed))) == plain
    assert json.loads(line_of(value)) == value
    assert "\n" not in line_of(value)


def test_keys_of_a_finding_without_a_value_are_left_out() -> None:
    own = "kubernetes.container-not-privileged"
    scan = sample_scan()
    plain = next(finding for finding in scan.findings if finding.rule == own)
    location = replace(plain.location, field="")
    said = replace(plain, observed="privileged is true", expected="privileged is false", evidence="true")
    without, whole = rendered(replace(scan, findings=(replace(plain, location=location), said)))["findings"]
    assert set(whole) - set(without) == {"observed", "expected", "evidence"}
    assert "field" in whole["location"]
    assert "field" not in without["location"]
    assert not {"related", "counted_severity", "provide", "built_by", "fix", "waiver", "baseline_state"} & set(whole)


def test_a_fix_is_told_as_edits() -> None:
    assert all("fix" not in finding for finding in rendered(sample_scan())["findings"])
    (fix,) = [finding["fix"] for finding in rendered(fixed_scan())["findings"] if "fix" in finding]
    assert (fix["safe"], fix["words"]) == (False, "remove securityContext.privileged")
    assert "why_not" not in fix
    assert [edit["text"] for edit in fix["edits"]] == ["", "            readOnlyRootFilesystem: true\n"]
