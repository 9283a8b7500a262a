"""The numbers and the words of a pack for two frameworks with other scopes: each adds up and says what it counts."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from scanner.evidence.reading import opened
from scanner.evidence.totals import faults
from tests.browser import browser
from tests.command_line import assay
from tests.evidence_repository import POD, make_repository

SPEC = """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: shop}
spec:
  boundaries: [{id: core, kind: internal}, {id: cards, kind: cde}]
  dataAssets:
    - {id: numbers, categories: [pan], retention: 1 year}
    - {id: habits, categories: [personal], retention: indefinitely}
    - {id: rates, classification: public}
  services:
    - {id: vault, type: service, boundary: cards, data: [numbers]}
    - {id: portal, type: service, boundary: core, data: [habits]}
    - {id: reporting, type: service, boundary: core, data: [numbers]}
"""
WAIVERS = """\
apiVersion: assay.dev/v1
kind: Waivers
approvers: ["@ben"]
waivers:
  - id: W-1
    rule: kubernetes.container-not-privileged
    resource: {kind: Pod, namespace: shop, name: api, container: api}
    path: deploy/pod.yaml
    field: securityContext.privileged
    evidence: "true"
    type: risk-accepted
    reason: The agent of the node needs this until it is replaced in spring.
    residual-risk: Whoever takes over this container holds its node.
    requester: "@dana"
    approver: "@ben"
    approved: 2026-11-20
    expires: 2027-01-31
"""
FILES = {
    "shop.yaml": SPEC,
    "toys/pod.yaml": POD.replace("name: api", "name: toy"),
    "assay-waivers.yaml": WAIVERS,
    "scope.yaml": "soc2: {paths: [deploy/, shop.yaml]}\n",
}
RULES = (
    "architecture.personal-data-retention-limited",
    "architecture.service-cardholder-data-in-environment",
    "kubernetes.container-image-digest-pinned",
    "kubernetes.container-not-privileged",
)
Row = dict[str, Any]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    repository = make_repository(tmp_path_factory.mktemp("evidence") / "bank", FILES)
    target = tmp_path_factory.mktemp("packs") / "pack"
    command = ("evidence", "build", ".", "--framework", "soc2", "--framework", "pci-dss", "--scope", "scope.yaml")
    chosen = [part for rule in RULES for part in ("--select", rule)]
    done = assay(*command, *chosen, "--today", "2026-11-30", "--out", str(target), cwd=repository)
    assert done.returncode == 0, done.stderr
    return target


def rows(path: Path) -> list[Row]:
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return list(csv.DictReader(file))
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_it_verifies(pack: Path) -> None:
    done = assay("evidence", "verify", str(pack), cwd=pack)
    assert (done.returncode, "fault" in done.stdout) == (0, False), done.stdout


def test_every_subject_is_counted_at_its_file_also_at_one_that_was_skipped(pack: Path) -> None:
    counted = {each["path"]: each["subjects"] for each in rows(pack / "population.jsonl")}
    found = Counter(each["path"] for each in rows(pack / "subjects.jsonl"))
    assert {path: number for path, number in counted.items() if number} == found
    assert found["assay-waivers.yaml"] == 1
    inputs = {each["path"]: each for each in json.loads((pack / "results.json").read_text())["inputs"]}
    assert {path: each["subjects"] for path, each in inputs.items()} == counted
    assert inputs["assay-waivers.yaml"]["reason"] == "waivers of Assay, which this scan read"
    assert sum(counted.values()) == json.loads((pack / "totals.json").read_text())["subjects"]


def test_each_file_states_whose_scope_it_belongs_to_and_pages_count_these(pack: Path) -> None:
    both = ["soc2@2017", "pci-dss@4.0.1"]
    scopes = {each["path"]: each["in_scope_of"] for each in rows(pack / "population.jsonl")}
    assert (scopes["deploy/pod.yaml"], scopes["toys/pod.yaml"]) == (both, ["pci-dss@4.0.1"])
    stated = json.loads((pack / "results.json").read_text())["frameworks"][0]["scope"]["inputs"]
    page = (pack / "controls/soc2-2017/CC6.1.html").read_text()
    assert stated == 3
    assert "1 unreadable, 3 assessed in scope; 4 outside of the scope;" in page
    assert "outside of the scope;" not in (pack / "controls/pci-dss-4.0.1/1.2.3.html").read_text()


def test_what_counts_for_no_control_is_listed_with_the_reason(pack: Path) -> None:
    listed = rows(pack / "left_out.jsonl")
    totals = json.loads((pack / "totals.json").read_text())["outcomes"]["outside_scope"]
    assert {**Counter(each["outcome"] for each in listed)} == {"fail": totals["fail"]}
    assert {each["rule"] for each in listed} == {"kubernetes.container-image-digest-pinned"}
    reasons = {
        (each["path"], own["framework"]): (own["why"], bool(own["controls"]))
        for each in listed
        for own in each["frameworks"]
    }
    assert reasons == {
        ("deploy/pod.yaml", "soc2@2017"): ("mapped with low strength", True),
        ("deploy/web.yaml", "soc2@2017"): ("mapped with low strength", True),
        ("toys/pod.yaml", "soc2@2017"): ("outside of the scope", True),
        ("deploy/pod.yaml", "pci-dss@4.0.1"): ("mapped with low strength", True),
        ("deploy/web.yaml", "pci-dss@4.0.1"): ("mapped with low strength", True),
        ("toys/pod.yaml", "pci-dss@4.0.1"): ("mapped with low strength", True),
    }
    less = dict(opened(pack).content)
    less["left_out.jsonl"] = less["left_out.jsonl"].partition(b"\n")[2]
    assert any("left_out.jsonl lists 2" in fault for fault in faults(less))
    del less["left_out.jsonl"]
    assert any("left_out.jsonl is missing" in fault for fault in faults(less))


def test_oscal_and_gemara_list_what_counts_for_no_control_with_place_and_reason(pack: Path) -> None:
    (result,) = json.loads((pack / "oscal/assessment-results.json").read_text())["assessment-results"]["results"]
    observed = {each["uuid"]: each for each in result["observations"] if "count for no control" in told(each)}
    places = {
        evidence["description"].strip("`") for each in observed.values() for evidence in each["relevant-evidence"]
    }
    listed = rows(pack / "left_out.jsonl")
    expected = {f"{each['path']}:{each['line']}:{each['column']}" for each in listed}
    assert len(expected) == 3
    assert expected <= places
    assert any(" outside of the scope (" in each.get("remarks", "") for each in observed.values())
    for holder in (*result["findings"], *result["risks"]):
        assert not observed.keys() & {each["observation-uuid"] for each in holder["related-observations"]}

    log = json.loads((pack / "gemara/evaluation-log.json").read_text())
    for framework in ("soc2-2017", "pci-dss-4.0.1"):
        entries = [
            entry
            for each in log["evaluations"]
            for entry in each["assessment-logs"]
            if each["control"]["reference-id"] == framework and "does not count" in entry["message"]
        ]
        found = {item["payload"]["path"] for entry in entries for item in entry["evidence"]}
        assert found == {each["path"] for each in listed}
        assert {entry["result"] for entry in entries} <= {"Needs Review", "Not Applicable"}


def told(observation: Row) -> str:
    """The description and the remarks of an observation."""
    return " ".join((observation["description"], observation.get("remarks", ""))).replace("Counts", "count")


def test_cardholder_data_outside_of_its_environment_weakens_the_controls_about_it(pack: Path) -> None:
    index = {each["control"]: each for each in rows(pack / "controls/index.csv") if each["framework"] == "pci-dss"}
    for control in ("1.3.1", "12.5.2"):
        assert index[control]["status"] == "weakened"
        assert "architecture.service-cardholder-data-in-environment" in index[control]["reason"]


PRIVILEGED = "kubernetes.container-not-privileged"


def test_items_that_do_not_count_are_listed_and_counted_apart_from_those_that_do(pack: Path) -> None:
    index = {(each["framework"], each["control"]): each for each in rows(pack / "controls/index.csv")}
    for each in index.values():
        items = rows(pack / "controls" / each["table"])
        for outcome in ("pass", "fail", "error", "unknown"):
            own = [item for item in items if item["outcome"] == outcome]
            decides = sum(item["counts"] == "yes" for item in own)
            assert each[outcome] == str(decides), (each["control"], outcome)
            assert each[f"{outcome}_not_counted"] == str(len(own) - decides), (each["control"], outcome)
        assert (each["status"] in {"weakened", "not-satisfied"}) == (int(each["fail"]) > 0), each["control"]
    words = {(item["rule"], item["outcome"], item["counts"]) for item in rows(pack / "controls/soc2-2017/CC6.1.csv")}
    assert {(PRIVILEGED, "fail", "yes")} <= words
    low = [(key, each) for key, each in index.items() if each["fail_not_counted"] != "0" and each["fail"] == "0"]
    assert low
    for (_, control), each in low:
        items = rows(pack / "controls" / each["table"])
        assert {item["counts"] for item in items if item["outcome"] == "fail"} == {"no: mapped with low strength"}
        page = (pack / "controls" / each["page"]).read_text()
        assert "Rules that are mapped with low strength decide nothing and may have failed." in page, control
        assert "does not count: mapped with low strength" in page


def test_a_pass_that_is_no_evidence_does_not_count(pack: Path) -> None:
    items = rows(pack / "controls/pci-dss-4.0.1/1.3.1.csv")
    rule = "architecture.service-cardholder-data-in-environment"
    told = {(item["outcome"], item["counts"]) for item in items if item["rule"] == rule}
    assert told == {("fail", "yes"), ("pass", "no: a pass is not evidence")}
    assert "medium, a pass is not evidence: " in (pack / "controls/pci-dss-4.0.1/1.3.1.html").read_text()


def test_failures_outside_of_the_scope_are_counted_at_the_control(pack: Path) -> None:
    index = {(each["framework"], each["control"]): each for each in rows(pack / "controls/index.csv")}
    assert index["soc2", "CC6.1"]["fail_elsewhere"] == "1"
    assert "1 outside of the scope" in (pack / "controls/soc2-2017/CC6.1.html").read_text()
    assert index["pci-dss", "3.2.1"]["fail_elsewhere"] == "1"
    assert "1 about other data" in (pack / "controls/pci-dss-4.0.1/3.2.1.html").read_text()
    assert index["pci-dss", "1.3.1"]["fail_elsewhere"] == "0"


def test_each_control_has_as_many_failures_in_the_index_as_in_oscal(pack: Path) -> None:
    index = {(each["framework"], each["control"]): each for each in rows(pack / "controls/index.csv")}
    (result,) = json.loads((pack / "oscal/assessment-results.json").read_text())["assessment-results"]["results"]
    for finding in result["findings"]:
        own = {each["name"]: each["value"] for each in finding["props"]}
        assert own["failures"] == index[own["framework"], own["control"]]["fail"]


def test_the_pack_says_what_its_words_mean(pack: Path) -> None:
    page = (pack / "VERIFY.md").read_text()
    steps = json.loads((pack / "totals.json").read_text())["outcomes"]
    run = json.loads((pack / "run.json").read_text())
    words = (*steps, "counted_severity", "by_word", "not_run", "in_scope_of", "counts", "fail_elsewhere", "signature")
    for word in (*words, *(name for name in run if name.endswith("_digest")), "cel", "`collected`", "left_out.jsonl"):
        assert f"`{word.strip('`')}`" in page, word
    assert "Key that signs the pack</dt><dd>UNSIGNED" in (pack / "controls/soc2-2017/CC6.1.html").read_text()


def test_oscal_says_beside_each_time_that_it_is_not_that_of_the_scan(pack: Path) -> None:
    (result,) = json.loads((pack / "oscal/assessment-results.json").read_text())["assessment-results"]["results"]
    for each in (result, *result["observations"]):
        own = {prop["name"]: prop["value"] for prop in each["props"]}
        assert own["time-is"].startswith("of the commit or SOURCE_DATE_EPOCH, not of the scan")
    own = {prop["name"]: prop["value"] for prop in result["props"]}
    found = json.loads((pack / "totals.json").read_text())["findings"]
    assert (own["failures"], own["failures-waived"]) == (str(found["failed"]), str(found["waived"]))
    assert own["controls-with-finding"] == str(len(result["findings"]))


@pytest.mark.chromium
def test_the_table_of_waivers_breaks_no_word_in_print(pack: Path) -> None:
    with browser() as chromium:
        page = chromium.new_page()
        page.goto((pack / "controls/soc2-2017/CC6.1.html").as_uri())
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 688, "height": 900})  # what is between the margins of A4
        cells = page.locator(".waivers thead th, .waivers td:nth-child(n+4)")
        lines = cells.evaluate_all(
            "some => some.map(cell => { const range = document.createRange(); range.selectNodeContents(cell);"
            " return [cell.innerText, range.getClientRects().length] })"
        )
        assert [number for _, number in lines] == [1] * 9, lines
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
