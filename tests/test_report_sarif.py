"""The SARIF report: the standard's rules, GitHub's limits and hostile names."""

from __future__ import annotations

import json
import os
import re
from typing import Any, cast
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scanner.finished_scan import Scan, Verdict
from scanner.model import Finding, Outcome, Severity
from scanner.places import Edit, Fix, Location, Related
from scanner.reports import sarif
from scanner.reports.figures import description
from tests.sample import MANIFEST, SECRET, SPEC, TEXTS, fixed_scan, sample_scan
from tests.sample_whole import whole_scan

RELATIVE_REFERENCE = re.compile(
    r"(?:[A-Za-z0-9\-._~!$&'()*+,;=@]|%[0-9A-F]{2})+(?:/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-F]{2})*)*"
)
"""A relative-path reference of RFC 3986: no colon in its first segment."""


def rendered(scan: Scan) -> dict[str, Any]:
    """Return the one run of the report of a scan."""
    runs: list[dict[str, Any]] = json.loads("".join(sarif.render(scan)).encode())["runs"]
    return runs[0]


def located(path: str) -> Scan:
    """Return the sample with all its findings, inputs and texts moved to one path."""
    scan = sample_scan()
    findings = tuple(replace(item, location=replace(item.location, path=path)) for item in scan.findings)
    inputs = tuple(replace(item, path=path) for item in scan.inputs)
    return replace(scan, findings=findings, inputs=inputs, texts={path: scan.texts[MANIFEST]})


def holding(*findings: Finding) -> Scan:
    """Return the sample with other findings."""
    return replace(sample_scan(), findings=findings)


def test_the_order_in_which_rules_were_evaluated_does_not_show() -> None:
    scan = sample_scan()
    backwards = dict(reversed(scan.rules.items()))
    links, outcomes = dict(reversed(scan.links.items())), dict(reversed(scan.outcomes.items()))
    turned = replace(scan, rules=backwards, links=links, outcomes=outcomes)
    assert "".join(sarif.render(turned)) == "".join(sarif.render(scan))


@pytest.mark.parametrize("severity", list(Severity))
def test_kind_and_level_of_every_outcome(severity: Severity) -> None:
    levels = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
    for outcome, kind in {"fail": "fail", "error": "open", "unknown": "open", "pass": "pass"}.items():
        finding = replace(sample_scan().findings[0], outcome=Outcome(outcome), severity=severity)
        result = rendered(holding(finding))["results"][0]
        assert (result["kind"], result["level"]) == (kind, levels[severity] if kind == "fail" else "none")


def test_rules_with_findings_hold_everything_that_is_said_of_them() -> None:
    scan = sample_scan()
    rules = rendered(scan)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(scan.rules)
    for rule in rules:
        info, properties = scan.rules[rule["id"]], rule["properties"]
        scores = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.5"}
        assert properties.get("security-severity") == scores.get(info.severity)
        assert properties["tags"][0] == "security"
        assert set(info.objectives) < set(properties["tags"])
        assert info.remediation in rule["help"]["text"]
        assert info.remediation in rule["help"]["markdown"]
        assert "<" not in rule["help"]["markdown"]
        assert rule.get("helpUri") == (info.references[0] if info.references else None)


def test_of_a_rule_without_findings_only_its_title_is_told() -> None:
    scan = sample_scan()
    quiet = replace(scan, findings=tuple(item for item in scan.findings if item.rule != "kubernetes.image-pinned"))
    rule = next(item for item in rendered(quiet)["tool"]["driver"]["rules"] if item["id"] == "kubernetes.image-pinned")
    assert list(rule) == ["id", "name", "shortDescription", "defaultConfiguration"]


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        ("set `<name>` <b>now</b>", "set `<name>` &lt;b>now&lt;/b>."),
        ("`<b>``", "`&lt;b>``."),
        (r"\`<b>`", r"\`&lt;b>`."),
        ("``a` <b>", "``a` &lt;b>."),
        ("![x](https://spy)", "![x] (https://spy)."),
    ],
)
def test_help_holds_no_html_but_in_code(why: str, shown: str) -> None:
    scan = sample_scan()
    rules = {name: replace(rule, why=why) for name, rule in scan.rules.items()}
    run = rendered(replace(scan, rules=rules))
    assert run["tool"]["driver"]["rules"][0]["help"]["markdown"].startswith(shown)


def test_long_texts_and_many_tags_are_kept() -> None:
    scan = sample_scan()
    many = tuple(f"objective-{number}" for number in range(40))
    rules = {name: replace(rule, why="w" * 3000, objectives=many) for name, rule in scan.rules.items()}
    rule = rendered(replace(scan, rules=rules))["tool"]["driver"]["rules"][0]
    assert set(many) < set(rule["properties"]["tags"])
    assert rule["fullDescription"]["text"] == "w" * 3000 + "."


def test_every_reference_leads_to_what_it_names() -> None:
    run = rendered(sample_scan())
    rules, taxonomies = run["tool"]["driver"]["rules"], run["taxonomies"]
    targets = [link["target"] for rule in rules for link in rule.get("relationships", ())]
    for target in targets:
        taxonomy = taxonomies[target["toolComponent"]["index"]]
        assert taxonomy["name"] == target["toolComponent"]["name"]
        assert taxonomy["taxa"][target["index"]]["id"] == target["id"]
    assert {taxon["id"] for taxonomy in taxonomies for taxon in taxonomy["taxa"]} == {item["id"] for item in targets}
    assert [(item["name"], item["version"]) for item in taxonomies] == [
        (framework.id, framework.edition) for framework in sample_scan().frameworks
    ]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert [result for result in run["results"] if "taxa" in result] == []


def test_controls_are_told_only_where_frameworks_were_asked_for() -> None:
    scan = sample_scan()
    run = rendered(replace(scan, run=replace(scan.run, all_frameworks=False)))
    assert "taxonomies" not in run
    assert "supportedTaxonomies" not in run["tool"]["driver"]
    assert [rule for rule in run["tool"]["driver"]["rules"] if "relationships" in rule] == []
    assert not {"soc2@2017", "cis-kubernetes@2.0.1"} & {
        tag for rule in run["tool"]["driver"]["rules"] for tag in rule["properties"]["tags"]
    }


def test_the_figures_of_frameworks_are_those_of_every_report() -> None:
    scan = sample_scan()
    figures = rendered(scan)["properties"]["frameworks"]
    assert figures == {f"{item.id}@{item.edition}": description(item) for item in scan.frameworks}


def test_a_control_that_names_the_rule_is_related_without_an_objective() -> None:
    scan, rule = sample_scan(), "kubernetes.container-not-privileged"
    direct = replace(scan.links[rule][0], objective="", rule=rule)
    run = rendered(replace(scan, links=scan.links | {rule: (direct, *scan.links[rule][1:])}))
    descriptor = next(item for item in run["tool"]["driver"]["rules"] if item["id"] == rule)
    named, through = (link["properties"] for link in descriptor["relationships"])
    assert named == {"relation": "violates", "strength": "high"}
    assert through["objective"] == scan.links[rule][1].objective


def test_regions_hold_exactly_the_text_of_their_snippets() -> None:
    paths = {"architecture/digital%20b%C3%A4nk.yaml": SPEC, "deploy/payments.yaml": MANIFEST}
    shown = 0
    for result in rendered(sample_scan())["results"]:
        place = result["locations"][0]["physicalLocation"]
        region, text = place["region"], TEXTS[paths[place["artifactLocation"]["uri"]]]
        lines = text.split("\n")[region["startLine"] - 1 : region["endLine"]]
        lines[-1] = lines[-1][: region["endColumn"] - 1]
        lines[0] = lines[0][region["startColumn"] - 1 :]
        if "snippet" in region:
            shown += 1
            assert region["snippet"]["text"] == "\n".join(lines)
    assert shown == 8, "all but that of the sensitive rule"


def test_no_secret_anywhere() -> None:
    assert SECRET not in "".join(sarif.render(sample_scan()))


def test_related_places_are_linked_from_the_message() -> None:
    result = next(item for item in rendered(sample_scan())["results"] if "relatedLocations" in item)
    assert result["message"]["text"].endswith(" over plain HTTP. See [this Service carries the flow on port 80](1).")
    assert [item["id"] for item in result["relatedLocations"]] == [1]


def test_messages_of_hostile_names_are_one_plain_sentence() -> None:
    finding = replace(sample_scan().findings[0], message="a [b](https://c) {0}\n::error::\x1b[2J\u202e d")
    text = rendered(holding(finding))["results"][0]["message"]["text"]
    assert text == "a [b] (https://c) {{0}} ::error:: [2J  d."


def test_what_could_not_be_assessed_is_notified_with_its_place() -> None:
    invocation = rendered(sample_scan())["invocations"][0]
    unreadable, error, skipped = invocation["toolExecutionNotifications"]
    assert unreadable["level"] == error["level"] == "error"
    assert unreadable["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "deploy/broken.yaml", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 7},
    }
    assert error["associatedRule"]["id"] == "kubernetes.service-selects-workload"
    assert error["message"]["text"] == "kubernetes.service-selects-workload could not be evaluated for 1 subject."
    assert skipped["level"] == "note"
    assert "not a text file" in skipped["message"]["text"]


@pytest.mark.parametrize(
    ("started", "shown"),
    [
        ("2026-03-02T09:15:00Z", "2026-03-02T09:15:00Z"),
        ("2026-03-02T09:15:00.25+02:00", "2026-03-02T07:15:00.250000Z"),
        ("", None),
    ],
)
def test_times_are_told_in_utc_or_not_at_all(started: str, shown: str | None) -> None:
    scan = sample_scan()
    invocation = rendered(replace(scan, run=replace(scan.run, started=started)))["invocations"][0]
    assert invocation.get("startTimeUtc") == shown


@pytest.mark.parametrize(("code", "successful"), [(0, True), (1, True), (3, True), (4, False), (5, False)])
def test_an_incomplete_run_was_not_successful(code: int, successful: bool) -> None:
    invocation = rendered(replace(sample_scan(), verdict=Verdict(code, "because")))["invocations"][0]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (successful, code)
    assert invocation["exitCodeDescription"] == "because."


def test_nothing_is_left_out_however_much_there_is() -> None:
    scan, low = sample_scan(), next(item for item in sample_scan().findings if item.severity == "low")
    related = tuple(Related(low.location, f"place {number}") for number in range(1200))
    skipped = tuple(replace(scan.inputs[2], path=f"{number}.png") for number in range(1500))
    run = rendered(replace(scan, findings=(replace(low, related=related), *[low] * 26_000), inputs=skipped))
    assert len(run["results"]) == 26_001
    assert len(run["results"][0]["relatedLocations"]) == 1200
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 1500


def test_results_are_made_as_they_are_written() -> None:
    """A finding that no result can be made of stops the report only when its turn comes."""
    scan = sample_scan()
    broken = replace(scan.findings[0], outcome=cast("Outcome", "no outcome"))
    pieces = sarif.render(holding(*scan.findings, broken))
    written: list[str] = []
    with pytest.raises(KeyError):
        written.extend(pieces)
    assert sum('"ruleIndex"' in piece for piece in written) == len(scan.findings)


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("-", {"uri": "file:///dev/stdin", "description": {"text": "Standard input."}}),
        ("/a b//./c", {"uri": "file:///a%20b/c"}),
        ("./a/b", {"uri": "a/b", "uriBaseId": "SRCROOT"}),
        ("../a", {"uri": "../a", "uriBaseId": "SRCROOT"}),
        ("javascript:alert(1)", {"uri": "javascript%3Aalert%281%29", "uriBaseId": "SRCROOT"}),
        ("a/b:c?d#e%41\\", {"uri": "a/b%3Ac%3Fd%23e%2541%5C", "uriBaseId": "SRCROOT"}),
    ],
)
def test_uri_of_a_path(path: str, location: dict[str, Any]) -> None:
    place = rendered(located(path))["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == location


segments = st.binary(min_size=1, max_size=20).filter(lambda name: not set(name) & {0, 47} and name not in (b".", b".."))


@given(st.lists(segments, min_size=1, max_size=3).map(b"/".join).filter(lambda path: path != b"-"))
def test_any_file_name_comes_back_from_its_uri(name: bytes) -> None:
    scan = sample_scan()
    findings = (replace(scan.findings[0], location=Location(os.fsdecode(name), 1, 1, 1, 2)),)
    run = rendered(replace(scan, findings=findings, inputs=(replace(scan.inputs[1], path=os.fsdecode(name)),)))
    notification = run["invocations"][0]["toolExecutionNotifications"][0]
    for holder in (run["results"][0], notification):
        location = holder["locations"][0]["physicalLocation"]["artifactLocation"]
        assert RELATIVE_REFERENCE.fullmatch(location["uri"])
        assert unquote_to_bytes(location["uri"]) == name
        assert location["uriBaseId"] == "SRCROOT"


def test_a_fix_is_told_as_replacements() -> None:
    (fix,) = [fix for result in rendered(fixed_scan())["results"] for fix in result.get("fixes", ())]
    assert fix["description"]["text"] == (
        "Remove securityContext.privileged; it may change the behaviour of the system, so review it."
    )
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "deploy/payments.yaml", "uriBaseId": "SRCROOT"}
    gone, come = change["replacements"]
    assert gone == {"deletedRegion": {"startLine": 13, "startColumn": 1, "endLine": 14, "endColumn": 1}}
    assert come["deletedRegion"] == {"startLine": 14, "startColumn": 1, "endLine": 14, "endColumn": 1}
    assert come["insertedContent"] == {"text": "            readOnlyRootFilesystem: true\n"}


def test_what_is_put_behind_the_last_line_begins_at_its_end() -> None:
    scan = fixed_scan()
    number = len(scan.texts[MANIFEST])
    fix = Fix(safe=True, words="set it", edits=(Edit(number, 1, number, 1, "  a: b\r\n"),))
    findings = tuple(replace(item, fix=fix) if item.fix else item for item in scan.findings)
    (found,) = [one for result in rendered(holding(*findings))["results"] for one in result.get("fixes", ())]
    (replacement,) = found["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"] == {"text": "\r\n  a: b"}
    assert replacement["deletedRegion"]["startLine"] == number - 1


def test_no_descriptor_is_named_as_its_id() -> None:
    driver = json.loads("".join(sarif.render(whole_scan())))["runs"][0]["tool"]["driver"]
    named = [each for each in (*driver["rules"], *driver["notifications"]) if "name" in each]
    assert named
    assert [each["id"] for each in named if each["id"].lower() == each["name"].lower()] == []
