"""The OSCAL documents and the evaluation log of Gemara in a pack: what they say, and that they refer to what exists."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from scanner.controls import ControlStatus
from scanner.evidence import gemara, oscal
from scanner.evidence.manifest import manifest_of
from scanner.evidence.oscal import beside, observed
from scanner.evidence.reading import OpenedPack, opened
from scanner.evidence.run_record import PackSource
from scanner.evidence.verifying import verify
from scanner.finished_scan import Accounts, Scan
from scanner.model import Outcome
from tests.browser import missing
from tests.conftest import REPOSITORY
from tests.evidence_repository import build, git, make_repository
from tests.sample import sample_scan
from tests.test_report_sarif_validators import hostile_scan
from tests.waivers import ENTRY, TODAY, waivers_file

Json = dict[str, Any]
Content = dict[str, bytes]
RESULTS = "oscal/assessment-results.json"
TREES = {
    "catalog": "catalogs",
    "profile": "profiles",
    "component-definition": "component-definitions",
    "assessment-plan": "assessment-plans",
    "assessment-results": "assessment-results",
    "poam": "plan-of-action-and-milestones",
}
"""Document -> where compliance-trestle expects it."""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("oscal") / "bank")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    target = tmp_path_factory.mktemp("packs") / "pack"
    assert build(repository, target).returncode == 0
    return target


@pytest.fixture
def content(pack: Path) -> Content:
    return dict(opened(pack).content)


def whole_scan() -> Scan:
    """The sample with what a pack is made from: the findings of each control."""
    scan = sample_scan()
    numbers = {rule: number for number, rule in enumerate(finding.rule for finding in scan.findings)}
    of_controls: dict[tuple[str, str, str], tuple[int, ...]] = {}
    for rule, links in scan.links.items():
        for link in links:
            key = link.framework, link.edition, link.control
            of_controls[key] = (*of_controls.get(key, ()), numbers[rule])
    asked = tuple(f"{each.id}@{each.edition}" for each in scan.frameworks)
    return replace(scan, run=replace(scan.run, asked=asked), accounts=Accounts(of_controls=of_controls))


def hostile() -> Scan:
    """A scan with names and texts as bad as they can be."""
    bad, scan = hostile_scan(), whole_scan()
    name = bad.findings[0].message
    controls = tuple(
        replace(each, title=name, reason=name, evidence=name, control=f"{each.control} (1)(ä)")
        for each in scan.assessments
    )
    frameworks = tuple(replace(each, title=name, licence=name) for each in scan.frameworks)
    return replace(bad, run=scan.run, accounts=scan.accounts, assessments=controls, frameworks=frameworks)


SOURCE = PackSource(version="0.1.0", digest="d" * 64, commit="c" * 40, tree="e" * 40, time="2026-03-02T09:15:00Z")


def documents(scan: Scan, source: PackSource = SOURCE) -> dict[str, Json]:
    return {name: json.loads(data) for name, data in oscal.documents(scan, source).items()}


def result(scan: Scan) -> Json:
    found: Json = documents(scan)[RESULTS]["assessment-results"]["results"][0]
    return found


def props(value: Json) -> dict[str, str]:
    return {each["name"]: each["value"] for each in value.get("props", ())}


def faults(content: Content) -> list[str]:
    """The faults of a pack whose manifest is written anew."""
    return [*verify(OpenedPack({**content, "MANIFEST.sha256": manifest_of(content)}, [])).faults]


def test_the_documents_close_and_every_deleted_observation_is_missed(content: Content) -> None:
    assert faults(content) == []
    for name, key in ((RESULTS, "assessment-results"), ("oscal/poam.json", "plan-of-action-and-milestones")):
        whole = json.loads(content[name])
        holder = whole[key]["results"][0] if name == RESULTS else whole[key]
        every = holder["observations"]
        for number, gone in enumerate(every):
            holder["observations"] = every[:number] + every[number + 1 :]
            said = faults({**content, name: json.dumps(whole).encode()})
            assert any(gone["uuid"] in fault or props(gone)["rule"] in fault for fault in said), gone
        assert len(every) >= 2


def edited(name: str, change: Callable[[Json], object]) -> Callable[[Content], Content]:
    def edit(content: Content) -> Content:
        whole = json.loads(content[f"oscal/{name}.json"])
        change(*whole.values())
        return {**content, f"oscal/{name}.json": json.dumps(whole).encode()}

    return edit


def in_result(change: Callable[[Json], object]) -> Callable[[Content], Content]:
    return edited("assessment-results", lambda model: change(model["results"][0]))


def satisfied(found: Json) -> None:
    found["findings"][0]["target"]["status"]["state"] = "satisfied"


def without(name: str) -> Callable[[Content], Content]:
    return lambda content: {key: data for key, data in content.items() if key != name}


def other_results(content: Content) -> Content:
    """Results whose findings say something else, with the digest of the resource put right."""
    return {**content, "population.jsonl": content["population.jsonl"] + b"\n"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (in_result(lambda found: found["risks"].pop()), "the risk-uuid .* names nothing"),
        (
            in_result(lambda found: found["findings"].pop()),
            "the finding about soc2 2017 .* is not what results.json says",
        ),
        (in_result(satisfied), "the finding about soc2 2017 .* is not what results.json says"),
        (
            in_result(lambda found: found["local-definitions"].pop("inventory-items")),
            "the subject-uuid .* names nothing",
        ),
        (
            in_result(lambda found: found["findings"][0]["target"].update({"target-id": "soc2-2017_CC99_obj"})),
            "there is no control soc2-2017_CC99_obj",
        ),
        (
            in_result(lambda found: found["observations"].append(found["observations"][0])),
            "two things have the uuid",
        ),
        (edited("assessment-results", lambda model: model.pop("back-matter")), "href #.* names nothing"),
        (edited("assessment-plan", lambda model: model["local-definitions"].pop("activities")), "activity-uuid"),
        (
            edited("catalog", lambda model: model["groups"][0].pop("controls")),
            "there is no control soc2-2017_CC6.1_obj",
        ),
        (
            without("oscal/profile.json"),
            "href profile.json names no file of the pack|source profile.json names no file",
        ),
        (without("oscal/catalog.json"), "oscal/catalog.json is missing"),
        (without("oscal/assessment-plan.json"), "href assessment-plan.json names no file"),
        (other_results, "../population.jsonl has another digest"),
        (lambda content: {**content, "oscal/poam.json": b"[]"}, "the OSCAL documents cannot be checked"),
        (lambda content: {**content, "oscal/poam.json": b"[" * 100_000}, "the OSCAL documents cannot be checked"),
    ],
)
def test_what_does_not_close_is_named(content: Content, change: Callable[[Content], Content], said: str) -> None:
    found = faults(change(content))
    assert any(re.search(said, fault) for fault in found), found


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (ControlStatus.SATISFIED, ("satisfied", "pass")),
        (ControlStatus.NOT_SATISFIED, ("not-satisfied", "fail")),
        (ControlStatus.WEAKENED, ("not-satisfied", "fail")),
        (ControlStatus.PARTIAL, ("not-satisfied", "other")),
        (ControlStatus.ERROR, ("not-satisfied", "other")),
        (ControlStatus.MANUAL, None),
        (ControlStatus.NOT_ASSESSED, None),
        (ControlStatus.NOT_APPLICABLE, None),
    ],
)
def test_a_status_is_a_finding_where_something_is_concluded(
    status: ControlStatus, state: tuple[str, str] | None
) -> None:
    scan = whole_scan()
    scan = replace(scan, assessments=tuple(replace(each, status=status) for each in scan.assessments))
    found = result(scan)
    stated = {
        (each["target"]["status"]["state"], each["target"]["status"]["reason"]) for each in found.get("findings", ())
    }
    assert stated == ({state} if state else set())
    assert str(status) in found["reviewed-controls"].get("remarks", "") or state
    if state:
        assert {props(each)["status"] for each in found["findings"]} == {status.value}
        assert all(each["target"]["status"]["remarks"] for each in found["findings"])


def test_a_finding_names_the_rules_that_fail_and_the_result_counts_what_was_not_read(content: Content) -> None:
    found = json.loads(content[RESULTS])["assessment-results"]["results"][0]
    (access,) = (each for each in found["findings"] if props(each)["control"] == "CC6.1")
    assert "Rules that fail: kubernetes.container-not-privileged." in access["target"]["status"]["remarks"]
    own = props(found)
    inputs = json.loads(content["totals.json"])["inputs"]
    assert inputs["unreadable"] == 1
    for status in ("assessed", "unreadable", "skipped"):
        assert own[f"inputs-{status}"] == str(inputs[status])
    assert "files-differ-from-commit" not in own


def test_an_item_of_a_list_of_risks_is_no_finding() -> None:
    found = result(whole_scan())
    assert {props(each)["framework"] for each in found["findings"]} == {"cis-kubernetes", "soc2"}
    assert "items of a list of risks" in found["reviewed-controls"]["remarks"]


def test_uuids_depend_on_what_was_scanned_by_which_rules_and_on_nothing_else() -> None:
    scan = whole_scan()
    first = oscal.documents(scan, SOURCE)
    assert first == oscal.documents(replace(scan, texts={}), SOURCE)
    assert documents(scan)["oscal/catalog.json"]["catalog"]["uuid"] == "83b1ca9b-7ded-513a-8f0d-a92ea987cb5f"
    uuids = {*re.findall(rb'"uuid": "([^"]+)"', first[RESULTS])}
    assert {UUID(each.decode()).version for each in uuids} == {5}
    others = (
        oscal.documents(scan, replace(SOURCE, commit="d" * 40)),
        oscal.documents(replace(scan, run=replace(scan.run, ruleset_digest="0")), SOURCE),
    )
    (actor,) = result(scan)["observations"][0]["origins"][0]["actors"]
    for other in others:
        assert uuids & {*re.findall(rb'"uuid": "([^"]+)"', other[RESULTS])} == {actor["actor-uuid"].encode()}


def test_a_finding_leads_to_the_line_of_the_file(pack: Path, repository: Path) -> None:
    """By the script in the documentation, which knows nothing of Assay."""
    page = (REPOSITORY / "docs" / "evidence.md").read_text()
    script = next(block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "observation-uuid" in block)
    assert len(script.splitlines()) <= 30
    command = [sys.executable, "-I", "-c", script, str(pack), str(repository)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("CC6.1 not-satisfied deploy/pod.yaml:8: ")]
    assert lines == ["CC6.1 not-satisfied deploy/pod.yaml:8:       securityContext: {privileged: true}"]


def test_only_so_many_failures_have_an_observation_of_their_own(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod = (repository / "deploy/pod.yaml").read_text()
    for number in range(4):
        (tmp_path / f"pod-{number}.yaml").write_text(pod.replace("name: api,", f"name: api-{number},"))
    monkeypatch.setattr(observed, "MOST", 3)
    monkeypatch.setattr(beside, "MOST", 2)
    assert build(tmp_path, tmp_path / "pack", GIT_CEILING_DIRECTORIES=os.fspath(tmp_path)).returncode == 0
    content = dict(opened(tmp_path / "pack").content)
    assert faults(content) == []
    found = json.loads(content[RESULTS])["assessment-results"]["results"][0]
    single = [each for each in found["observations"] if "discovery" in each["types"]]
    assert Counter("counts" in props(each) for each in single) == {False: 3, True: 2}
    (summary,) = (
        each
        for each in found["observations"]
        if props(each)["rule"] == "kubernetes.container-not-privileged" and "pass" in props(each)
    )
    assert (props(summary)["fail"], "all are in results.json" in summary["description"]) == ("4", True)
    assert any(
        "more failures are in the related risks" in each["target"]["status"]["remarks"] for each in found["findings"]
    )


def test_a_waiver_is_an_approved_deviation_of_a_risk_of_its_own(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "bank")
    pod = {"kind": "Pod", "namespace": "shop", "name": "api", "container": "api"}
    instead = {"control": "The node is apart", "evidence": "https://tickets.example/1"}
    compensating = {"type": "compensating", "constraint": "A driver", "compensating-control": instead}
    waiver = {**ENTRY, **compensating, "resource": pod, "controls": ["soc2 CC6.1"]}
    (repository / "assay-waivers.yaml").write_text(waivers_file(waiver))
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "waiver")
    done = build(repository, tmp_path / "pack", "--today", TODAY)
    assert done.returncode == 0, done.stderr
    content = dict(opened(tmp_path / "pack").content)
    assert faults(content) == []
    model = json.loads(content["oscal/poam.json"])["plan-of-action-and-milestones"]
    risks = {props(each)["rule"]: each for each in model["risks"]}
    waived = risks.pop("kubernetes.container-not-privileged")
    assert waived["status"] == "deviation-approved"
    assert (props(waived)["approver"], props(waived)["expires"]) == ("@ben", "2027-02-28")
    assert props(waived)["waiver-controls"] == "soc2 CC6.1"
    assert waived["mitigating-factors"][0]["description"] == "The node is apart"
    assert {each["status"] for each in risks.values()} <= {"open"}
    assert len(model["poam-items"]) == len(model["risks"])


def test_without_a_failure_there_is_no_plan_of_action() -> None:
    scan = whole_scan()
    passed = tuple(finding for finding in scan.findings if finding.outcome is Outcome.PASS)
    clean = replace(scan, findings=passed, counts={passed[0].rule: {Outcome.PASS: 1}}, accounts=None)
    assert "oscal/poam.json" not in documents(clean)
    assert "risks" not in result(clean)
    assert "observations" not in result(replace(clean, findings=(), counts={}))


def test_gemara_has_an_evaluation_of_every_control(content: Content) -> None:
    log = json.loads(content["gemara/evaluation-log.json"])
    results = {each["control"]: each["status"] for each in json.loads(content["results.json"])["controls"]}
    words = {"weakened": "Failed", "manual": "Needs Review", "not-assessed": "Not Run", "partial": "Needs Review"}
    stated = {each["control"]["entry-id"]: each["result"] for each in log["evaluations"]}
    assert stated == {control: words[status] for control, status in results.items()}
    assert log["result"] == "Failed"
    known = {each["id"] for each in log["metadata"]["mapping-references"]}
    places = set()
    for each in log["evaluations"]:
        for entry in each["assessment-logs"]:
            assert {
                entry["requirement"]["reference-id"],
                entry.get("plan", entry["requirement"])["reference-id"],
            } <= known
            places |= {(item["payload"]["path"], item["payload"]["line"]) for item in entry.get("evidence", ())}
    assert ("deploy/pod.yaml", 8) in places


def test_gemara_passes_no_item_of_a_list_of_risks() -> None:
    scan = whole_scan()
    scan = replace(scan, assessments=tuple(replace(each, status=ControlStatus.SATISFIED) for each in scan.assessments))
    log = json.loads(gemara.documents(scan, SOURCE)["gemara/evaluation-log.json"])
    stated = {(each["control"]["reference-id"], each["result"]) for each in log["evaluations"]}
    assert stated == {
        ("cis-kubernetes-2.0.1", "Passed"),
        ("owasp-kubernetes-2025", "Needs Review"),
        ("soc2-2017", "Passed"),
    }
    assert gemara.documents(replace(scan, frameworks=(), assessments=()), SOURCE) == {}


@pytest.mark.trestle
def test_trestle_accepts_every_document(content: Content, tmp_path: Path) -> None:
    """Those of a pack, and those of a scan whose texts are as bad as texts can be."""
    program = os.environ.get("ASSAY_TRESTLE") or shutil.which("trestle")
    if not program:
        missing("ASSAY_TRESTLE names no program, and trestle is not on PATH")
    subprocess.run([program, "init"], cwd=tmp_path, check=True, capture_output=True)
    of_pack = {name: data for name, data in content.items() if name.startswith("oscal/")}
    for folder, made in {"pack": of_pack, "hostile": oscal.documents(hostile(), SOURCE)}.items():
        for name, data in made.items():
            stem = Path(name).stem
            place = tmp_path / TREES[stem] / folder
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{TREES[stem] if stem == 'poam' else stem}.json").write_bytes(data)
    done = subprocess.run([program, "validate", "--all"], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (done.returncode, (done.stdout + done.stderr).count("VALID: ")) == (0, 2 * len(TREES)), (
        done.stdout + done.stderr
    )
