"""What is said of controls, seen through a scan: no figure may be better than what was looked at."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import assay

CLEAN = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app.kubernetes.io/name: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: web
          image: registry.example.org/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
          resources: {limits: {memory: 64Mi}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
"""
CREATES_PODS = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: runner}
rules: [{apiGroups: [""], resources: [pods], verbs: [create]}]
"""
SPEC = """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: clinic}
spec:
  dataAssets: [{id: patients%s}]
  datastores:
    - {id: records, data: [patients], encryption: {atRest: none}}
"""


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def scan(*arguments: str) -> tuple[int, dict[str, Any]]:
    done = assay("scan", ".", "--output", "json", *arguments, cwd=Path.cwd())
    return done.returncode, json.loads(done.stdout)


def table(*arguments: str) -> str:
    return assay("scan", ".", *arguments, cwd=Path.cwd()).stdout


def controls(results: dict[str, Any], framework: str) -> dict[str, dict[str, Any]]:
    return {item["control"]: item for item in results["controls"] if item["framework"] == framework}


def figures(results: dict[str, Any], framework: str) -> dict[str, Any]:
    return next(item for item in results["frameworks"] if item["id"] == framework)


def test_a_framework_selects_default_and_strict_rules() -> None:
    Path("web.yaml").write_text(f"{CLEAN}---\n{CREATES_PODS}")
    _, by_framework = scan("--framework", "soc2")
    _, by_profile = scan("--profile", "strict")
    assert figures(by_framework, "soc2") == figures(by_profile, "soc2")
    assert figures(by_framework, "soc2")["not_run"] == 0
    assert {each["rule"] for each in by_framework["findings"]} >= {
        "kubernetes.container-readiness-probed",
        "kubernetes.role-cannot-create-pods",
    }
    shown = table("--framework", "soc2")
    assert "%" not in shown
    assert re.search(r"^profile   strict, \d+ rules that are mapped to soc2@2017,", shown, re.MULTILINE)


def test_a_profile_that_is_given_leaves_rules_out_and_they_are_counted() -> None:
    Path("web.yaml").write_text(CLEAN)
    _, results = scan("--framework", "pod-security-standards", "--profile", "default")
    assert figures(results, "pod-security-standards")["not_run"] > 0
    assert figures(results, "pod-security-standards")["conformity"] < 1
    assert any(item["not_run"] for item in results["controls"])
    assert "rules that are mapped to it were not run" in table("--framework", "soc2", "--profile", "default")


def test_findings_of_a_framework_bear_on_it() -> None:
    Path("web.yaml").write_text(CLEAN.replace("replicas: 2", "replicas: 1").replace("readOnlyRootFilesystem: true", ""))
    _, everything = scan("--profile", "strict")
    code, results = scan("--framework", "sox")
    against = {fingerprint for item in results["controls"] for fingerprint in item["findings"]}
    assert {each["fingerprint"] for each in results["findings"] if each["outcome"] == "fail"} <= against
    assert len(results["findings"]) < len(everything["findings"])
    assert code == (1 if any(each["outcome"] == "fail" for each in results["findings"]) else 0)


def test_a_config_map_says_nothing_of_card_data() -> None:
    Path("map.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\ndata: {a: b}\n")
    _, results = scan("--framework", "pci-dss")
    told = figures(results, "pci-dss")
    assert "manifest" not in told.get("evidence", {})
    assert "uncontradicted" not in told
    assert told["conformity"] is None


def test_what_is_about_card_data_does_not_apply_to_a_clinic() -> None:
    Path("clinic.yaml").write_text(SPEC % ", categories: [personal, health]")
    _, results = scan("--framework", "pci-dss")
    found = controls(results, "pci-dss")
    for name in ("3.3.2", "3.3.3", "3.5.1"):
        assert found[name]["status"] == "not-applicable", name
        assert found[name]["reason"] == "the scanned files contain nothing that the control is about"
    Path("clinic.yaml").write_text(SPEC % ", categories: [personal, pan]")
    assert controls(scan("--framework", "pci-dss")[1], "pci-dss")["3.5.1"]["status"] == "not-satisfied"


def test_data_decides_only_where_a_spec_lists_it() -> None:
    Path("web.yaml").write_text(CLEAN)
    assert controls(scan("--framework", "pci-dss")[1], "pci-dss")["3.5.1"]["status"] == "not-assessed"
    Path("clinic.yaml").write_text(SPEC % "")
    assert controls(scan("--framework", "pci-dss")[1], "pci-dss")["3.5.1"]["status"] == "not-assessed"


def test_a_store_of_other_data_does_not_speak_against_a_control_about_card_data() -> None:
    cards = "\n    - {id: vault, data: [cards], encryption: {atRest: aes-256}}\n"
    spec = SPEC % ", categories: [personal]}, {id: cards, categories: [pan]"
    Path("clinic.yaml").write_text(spec.rstrip() + cards)
    found = controls(scan("--framework", "pci-dss")[1], "pci-dss")["3.5.1"]
    assert found["status"] != "not-satisfied"
    assert not found["findings"]


def test_data_of_another_category_does_not_speak_against_it_though_other_data_has_none() -> None:
    assets = ", categories: [%s], retention: %s}, {id: rates, classification: public"
    for category, retention, status in (
        ("personal", "indefinitely", "partial"),
        ("pan", "indefinitely", "not-satisfied"),
    ):
        cards = SPEC % (assets % (category, retention) + "}, {id: cards, categories: [pan], retention: 1 year")
        Path("clinic.yaml").write_text(cards)
        found = controls(scan("--framework", "pci-dss")[1], "pci-dss")["3.2.1"]
        assert found["status"] == status
        assert bool(found["findings"]) == (status == "not-satisfied")


@pytest.mark.parametrize("framework", ["owasp-llm", "owasp-mcp", "owasp-agentic"])
def test_lists_about_agents_do_not_apply_where_there_are_none(framework: str) -> None:
    Path("web.yaml").write_text(CLEAN)
    code, results = scan("--framework", framework)
    assert {item["status"] for item in results["controls"]} <= {"not-applicable", "manual"}
    assert (code, results["findings"]) == (3, [])


def test_with_a_file_that_cannot_be_read_nothing_is_satisfied_and_nothing_inapplicable() -> None:
    Path("web.yaml").write_text(CLEAN)
    assert figures(scan("--framework", "pod-security-standards")[1], "pod-security-standards")["counts"]["satisfied"]
    Path("broken.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{securityContext: {privileged: true}]\n"
    )
    code, results = scan("--framework", "pod-security-standards")
    assert code == 4
    told = figures(results, "pod-security-standards")
    assert told["incomplete"]
    assert not {"satisfied", "not-applicable"} & set(told["counts"])
    assert any("inputs in scope were not assessed" in item["reason"] for item in results["controls"])
    agents = scan("--framework", "owasp-llm")[1]
    assert "not-applicable" not in {item["status"] for item in agents["controls"]}


def test_one_replica_without_a_promise_decides_nothing_about_redundancy() -> None:
    Path("web.yaml").write_text(CLEAN.replace("replicas: 2", "replicas: 1"))
    found = controls(scan("--framework", "iso-27001")[1], "iso-27001")["A.8.14"]
    assert found["status"] == "not-assessed"


def test_ids_that_resolve_show_nothing() -> None:
    spec = "apiVersion: assay.dev/v1\nkind: Architecture\nmetadata: {name: a}\nspec:\n"
    spec += "  dataAssets: [{id: customers}]\n  datastores: [{id: store, data: [customers]}]\n"
    spec += (
        "  services: [{id: shop, data: [customers]}]\n  flows: [{id: f, from: shop, to: store, data: [customers]}]\n"
    )
    Path("spec.yaml").write_text(spec)
    _, results = scan("--framework", "gdpr")
    found = controls(results, "gdpr")
    for article in ("Art.15", "Art.34", "Art.35"):
        assert found[article]["status"] == "not-assessed", article
    assert figures(results, "gdpr")["conformity"] is None
    assert "%" not in table("--framework", "gdpr")


@pytest.mark.parametrize(
    ("asset", "data"),
    [
        (", categories: [PAN]", "patients"),
        (", categories: [financial-record]}, {id: blob", "patients, blob"),
        (", categories: [financial-record]", "patients, other"),
    ],
    ids=["a category that is not known", "an asset without a category", "data that is defined nowhere"],
)
def test_data_of_which_not_everything_is_told_decides_nothing(asset: str, data: str) -> None:
    Path("spec.yaml").write_text((SPEC % asset).replace("data: [patients]", f"data: [{data}]"))
    assert controls(scan("--framework", "pci-dss")[1], "pci-dss")["3.5.1"]["status"] == "not-assessed"


def test_a_spec_that_lists_no_data_is_not_told_apart_by_another_spec() -> None:
    Path("a.yaml").write_text(SPEC % ", categories: [financial-record]")
    unlisted = (SPEC % "").replace("clinic", "other").replace("  dataAssets: [{id: patients}]\n", "")
    Path("b.yaml").write_text(unlisted)
    assert {item["status"] for item in scan("--framework", "gdpr")[1]["controls"]} == {"not-assessed", "manual"}


def test_what_is_knowingly_not_assessed_lets_nothing_be_satisfied() -> None:
    Path("web.yaml").write_text(CLEAN)
    Path("broken.yaml").write_text("kind: Pod\nspec: {containers: [{securityContext: {privileged: true}]\n")
    Path("assay.yaml").write_text("not_assessed: [{path: broken.yaml, reason: a sample of what is wrong}]\n")
    code, results = scan("--framework", "pod-security-standards", "--config", "assay.yaml")
    assert code in (0, 1)
    assert "satisfied" not in figures(results, "pod-security-standards")["counts"]


FRAMEWORK = """\
id: mine
edition: "1"
title: Mine
publisher: P
published: "2026"
source: https://mine.example/
licence: none
measure: controls
controls:
  - id: "P1"
    title: Nothing is privileged where card data is
    checkable: full
    evidence: The field of every container.
    objectives:
      - rule: kubernetes.container-not-privileged
        relation: violates
        strength: high
        applies_when: {data: [pan]}
        rationale: A privileged container holds nearly every power of its node, so that this contradicts the control.
      - rule: kubernetes.container-runs-as-non-root
        relation: violates
        strength: high
        rationale: A process that may run as root contradicts the control, wherever in the cluster.
"""


def test_a_failure_of_which_it_cannot_be_told_whether_it_counts_leaves_nothing_satisfied() -> None:
    Path("mine.yaml").write_text(FRAMEWORK)
    Path("web").mkdir()
    privileged = CLEAN.replace("readOnlyRootFilesystem: true", "privileged: true")
    Path("web/web.yaml").write_text(privileged)
    _, results = scan("--framework-file", "mine.yaml", "--framework", "mine")
    found = controls(results, "mine")["P1"]
    assert (found["status"], found["reason"]) == ("partial", "unknown: kubernetes.container-not-privileged")


def test_the_number_of_passes_does_not_depend_on_their_being_listed() -> None:
    Path("web.yaml").write_text(CLEAN)
    for framework in ("sox", "pci-dss", "pod-security-standards"):
        counts = [
            scan("--framework", framework, *more)[1]["summary"]["outcomes"] for more in ((), ("--include-passes",))
        ]
        assert counts[0] == counts[1]


def test_two_specs_of_one_name_do_not_hide_each_other() -> None:
    first = SPEC % ", categories: [pan]"
    Path("specs.yaml").write_text(f"{first}---\n{first.replace('pan', 'financial-record').replace('none', 'aes-256')}")
    found = controls(scan("--framework", "pci-dss")[1], "pci-dss")["3.5.1"]
    assert found["status"] == "not-satisfied"


def test_findings_that_would_bear_on_a_control_are_named_where_it_is_open_whether_it_applies(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\n"
        "spec: {containers: [{name: c, image: 'x:1.2', securityContext: {privileged: true}}]}\n"
    )
    shown = " ".join(assay("scan", "pod.yaml", "--framework", "gdpr", cwd=tmp_path).stdout.split())
    assert re.search(
        r"note \d+ findings? would affect gdpr@2016/679 Art\.\S+.*, but whether the control applies depends on", shown
    )
    page = assay("scan", "pod.yaml", "--framework", "gdpr", "--output", "html-summary", cwd=tmp_path).stdout
    assert "whether the control applies depends on the data, and no scanned architecture spec lists data assets" in page


FORMATS = Path(__file__).parent / "formats"
AGENTS = [
    "mcp-servers.json",
    "claude-settings.json",
    "agent-commands.md",
    "codex-settings.toml",
    "swarm.js",
    "crewai.yaml",
]


@pytest.mark.parametrize("sample", AGENTS)
def test_lists_about_agents_apply_to_the_setups_of_agents(sample: str) -> None:
    shutil.copy(FORMATS / sample, sample)
    _, results = scan("--framework", "owasp-agentic", "--framework", "owasp-llm", "--framework", "owasp-mcp")
    assert [each["id"] for each in results["frameworks"]] == ["owasp-agentic", "owasp-llm", "owasp-mcp"]
    assert all(each["applicable"] for each in results["frameworks"])


SEGMENTS = """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: shop}
spec:
  boundaries: [{id: core, kind: internal}, {id: cards, kind: cde}]
  dataAssets: [{id: numbers, categories: [pan]}]
  services:
    - {id: vault, type: service, boundary: cards, data: [numbers]}
    - {id: reporting, type: service, boundary: core, data: [numbers]}
    - {id: letters, type: service, boundary: core}
  datastores: [{id: archive, boundary: core, data: [numbers]}]
  flows: [{id: print, from: vault, to: letters, data: [numbers]}]
"""
OF_CARDS = {
    "architecture.datastore-cardholder-data-in-environment",
    "architecture.flow-cardholder-data-in-environment",
    "architecture.service-cardholder-data-in-environment",
}
DAEMON = "stacks.daemon-separates-networks"


def test_controls_on_segmentation_are_weakened_by_what_is_outside_of_its_segment() -> None:
    Path("shop.yaml").write_text(SEGMENTS)
    Path("daemon.json").write_text('{"iptables": false}')
    Path("shop-namespace.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n" + CLEAN)
    asked = ("iso-27001", "owasp-top10@2021", "owasp-top10@2025", "zero-trust-dod")
    chosen = (*OF_CARDS, DAEMON, "kubernetes.namespace-denies-by-default")
    _, results = scan(
        *(part for each in asked for part in ("--framework", each)),
        *(part for each in chosen for part in ("--select", each)),
    )
    failing = Counter(
        (link["framework"], link["edition"], link["control"])
        for rule in {each["rule"] for each in results["findings"] if each["outcome"] == "fail"}
        for link in results["rules"][rule]["controls"]
        if link["strength"] != "low"
    )
    statuses = {(each["framework"], each["edition"], each["control"]): each["status"] for each in results["controls"]}
    for control, number in {
        ("iso-27001", "2022", "A.8.22"): 4,
        ("owasp-top10", "2021", "A04:2021"): 3,
        ("owasp-top10", "2025", "A06:2025"): 3,
        ("zero-trust-dod", "2022", "5.3"): 5,
    }.items():
        assert (statuses[control], failing[control]) == ("weakened", number), control
