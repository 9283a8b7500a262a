"""A scope file: which paths belong to a framework, and which of its controls do not apply."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace

from scanner import reports
from scanner.controls import Assessment, ControlStatus
from scanner.errors import PackError
from scanner.finished_scan import Scan
from scanner.scan import Options, scan

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: %s, namespace: shop}
spec:
  hostNetwork: %s
  containers: [{name: web, image: "web:1"}]
"""


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, bad in (("payments", "false"), ("toys", "true")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pod.yaml").write_text(POD % (name, bad))


def run(text: str, *frameworks: str) -> Scan:
    Path("scope.yaml").write_text(text)
    return scan(["payments", "toys"], Options(scope=Path("scope.yaml"), frameworks=frameworks))


def control(result: Scan, name: str) -> Assessment:
    return next(item for item in result.assessments if item.control == name)


def test_only_what_lies_in_the_scope_counts() -> None:
    everything = run("{}", "pod-security-standards")
    assert control(everything, "PSS-B-HostNamespaces").status is ControlStatus.NOT_SATISFIED
    inside = run("pod-security-standards: {paths: [payments/]}\n", "pod-security-standards")
    assert control(inside, "PSS-B-HostNamespaces").status is ControlStatus.SATISFIED
    assert not control(inside, "PSS-B-HostNamespaces").findings
    assert {each.location.path for each in everything.findings} == {"payments/pod.yaml", "toys/pod.yaml"}
    assert {each.location.path for each in inside.findings} == {"payments/pod.yaml"}
    outside = run("pod-security-standards: {paths: [nowhere/]}\n", "pod-security-standards")
    assert {item.status for item in outside.assessments} == {ControlStatus.NOT_ASSESSED}


def test_a_scope_that_holds_nothing_says_so() -> None:
    done = run("pci-dss:\n  paths: [nowhere]\n", "pci-dss")
    (summary,) = done.frameworks
    assert done.verdict.exit_code == 3, "a scope that holds nothing passes nothing"
    assert (summary.covered, summary.scope, summary.scope_inputs) == (0, ("nowhere",), 0)
    told = "".join(reports.render("table", done))
    assert re.search(r"^pci-dss@4.0.1 +280 +- +- +- +139 +141\n    scope nowhere: 0 assessed$", told, re.MULTILINE)


def test_the_scope_of_one_framework_leaves_the_others_alone() -> None:
    result = run("pci-dss: {paths: [payments/]}\n", "pci-dss", "pod-security-standards")
    assert control(result, "PSS-B-HostNamespaces").status is ControlStatus.NOT_SATISFIED


@pytest.mark.parametrize("soc2", ["{}", "{paths: [payments/, toys/]}"])
def test_passes_count_where_the_framework_of_their_rule_looks(soc2: str) -> None:
    Path("scope.yaml").write_text(f"cis-kubernetes: {{paths: [payments/]}}\nsoc2: {soc2}\n")
    options = Options(scope=Path("scope.yaml"), frameworks=("cis-kubernetes", "soc2"))
    counted, listed = (scan(["payments", "toys"], replace(options, include_passes=passes)) for passes in (False, True))
    assert counted.counts == listed.counts
    found = Counter((each.rule, each.outcome) for each in listed.findings)
    assert found == {(rule, outcome): some[outcome] for rule, some in listed.counts.items() for outcome in some}


def test_what_does_not_apply_has_its_reason_and_no_findings() -> None:
    text = "pod-security-standards:\n  not-applicable:\n    PSS-B-HostN*: These pods run on nodes of their own.\n"
    result = run(text, "pod-security-standards")
    found = control(result, "PSS-B-HostNamespaces")
    assert found.status is ControlStatus.NOT_APPLICABLE
    assert found.reason == "These pods run on nodes of their own."
    assert found.findings == ()
    assert "kubernetes.pod-without-host-network" not in {each.rule for each in result.findings}
    elsewhere = run(text)
    assert "kubernetes.pod-without-host-network" in {each.rule for each in elsewhere.findings}
    (figures,) = result.frameworks
    assert figures.counts[ControlStatus.NOT_APPLICABLE] == 1
    assert figures.applicable == figures.controls - 1
    for form in ("table", "html", "json"):
        assert "not applicable" in "".join(reports.render(form, result)).replace("-", " ").replace("_", " "), form
    assert found.reason in "".join(reports.render("json", result))
    assert found.reason in "".join(reports.render("html", result))


def test_what_binds_other_entities_does_not_apply() -> None:
    everything = run("{}", "pci-dss").frameworks[0]
    result = run("pci-dss: {entity: [merchant]}\n", "pci-dss")
    (figures,) = result.frameworks
    assert figures.applicable < everything.applicable == 280
    assert control(result, "A1.1.1").reason == "applies to multi-tenant only; the scope file states merchant"
    assert control(result, "1.2.1").status is not ControlStatus.NOT_APPLICABLE
    provider = run("pci-dss: {entity: [service-provider]}\n", "pci-dss")
    assert control(provider, "12.9.1").status is not ControlStatus.NOT_APPLICABLE
    assert control(result, "12.9.1").status is ControlStatus.NOT_APPLICABLE


def test_an_entry_without_an_edition_holds_for_all_of_them() -> None:
    text = "owasp-top10: {paths: [payments/]}\n"
    for edition in ("owasp-top10@2021", "owasp-top10@2025"):
        assert run(text, edition).frameworks[0].scope == ("payments/",)
    both = text + "owasp-top10@2021: {paths: [toys/]}\n"
    assert run(both, "owasp-top10@2021").frameworks[0].scope == ("toys/",)
    assert run(both, "owasp-top10@2025").frameworks[0].scope == ("payments/",)
    older = 'owasp-top10: {not-applicable: {"A10:2021": None of the services asks for addresses.}}\n'
    assert control(run(older, "owasp-top10@2021"), "A10:2021").status is ControlStatus.NOT_APPLICABLE
    assert run(older, "owasp-top10@2025").frameworks[0].counts[ControlStatus.NOT_APPLICABLE] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pci-ds: {}\n", "scope.yaml:1: there is no framework 'pci-ds' (did you mean pci-dss?)"),
        ("soc2:\n  path: [a]\n", "scope.yaml:2: there is no key 'path' in soc2 (did you mean paths?)"),
        ("soc2:\n  paths: a\n", "scope.yaml:2: paths is text; it must be a list"),
        (
            "soc2:\n  not-applicable:\n    CC6.11: none of ours, and nobody else's\n",
            "scope.yaml:3: soc2@2017 has no control",
        ),
        ("soc2:\n  not-applicable:\n    CC6.1: no\n", "scope.yaml:3: the reason why CC6.1 does not apply is too short"),
        ("soc2: {entity: [merchant]}\n", "scope.yaml:1: no control of soc2 depends on the type of entity"),
        ("pci-dss: {entity: [shop]}\n", "scope.yaml:1: "),
        ("- soc2\n", "scope.yaml:1: the file is a list; it must be a mapping"),
        ("a: [\n", "scope.yaml:1: not valid YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    Path("scope.yaml").write_text(text)
    with pytest.raises(PackError) as caught:
        scan(["payments"], Options(scope=Path("scope.yaml")))
    assert said in str(caught.value)
