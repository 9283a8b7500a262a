"""`assay explain`: a rule by its id, a finding by its fingerprint."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import assay

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: NAME, namespace: shop}
spec:
  containers:
    - name: web
      image: registry.example.com/web:1.4.2
      securityContext: {privileged: true}
"""
RULE = "kubernetes.container-not-privileged"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.yaml").write_text(POD.replace("NAME", "web"))
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "one.yaml").write_text(POD.replace("NAME", "web"))
    (tmp_path / "other.yaml").write_text(POD.replace("NAME", "other"))
    return tmp_path


def test_a_rule_is_shown_as_rules_show_shows_it(folder: Path) -> None:
    done = assay("explain", RULE, cwd=folder)
    assert done.returncode == 0
    assert done.stdout == assay("rules", "show", RULE, cwd=folder).stdout
    assert "Remediation: " in done.stdout
    assert "soc2@2017 CC6.1" in done.stdout


def test_a_rule_of_a_folder_is_shown(folder: Path) -> None:
    assay("rules", "new", "kubernetes.pod-named-well", cwd=folder)
    own = folder / "rules" / "kubernetes" / "pod-named-well.yaml"
    own.write_text(
        "title: Pods are named well\nseverity: low\nwhy: People find a pod by its name, which a bad name makes slow.\n"
        "remediation: Rename the pod in its manifest.\nlimits: Checks one name only.\nsubject: kubernetes.resource\n"
        "require: \"object.metadata.name != 'x'\"\nat: metadata.name\nmessage: '{subject} is named x'\n"
        "objectives: [workload-labelled]\nexamples:\n"
        "  - passes: another\n    input: {object: {metadata: {name: web}}}\n"
        "  - fails: x\n    at: metadata.name\n    input: {object: {metadata: {name: x}}}\n"
    )
    done = assay("explain", "kubernetes.pod-named-well", "--rules", "rules", cwd=folder)
    assert done.returncode == 0
    assert "Pods are named well" in done.stdout
    assert assay("explain", "kubernetes.pod-named-well", cwd=folder).returncode == 2


@pytest.mark.parametrize(("form", "length"), [("json", 32), ("json", 6), ("sarif", 32)])
def test_a_finding_is_shown_by_the_fingerprint_of_a_report(folder: Path, form: str, length: int) -> None:
    written = json.loads(assay("scan", ".", "--select", RULE, "--output", form, cwd=folder).stdout)
    if form == "json":
        wanted = next(each for each in written["findings"] if each["location"]["path"] == "other.yaml")["fingerprint"]
    else:
        results = written["runs"][0]["results"]
        places = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results]
        (wanted,) = results[places.index("copy/one.yaml")]["partialFingerprints"].values()
    done = assay("explain", wanted[:length], ".", "--select", RULE, cwd=folder)
    assert done.returncode == 0
    shown = [line for line in done.stdout.splitlines() if "yaml:8:" in line]
    assert len(shown) == 1
    assert ("other.yaml" if form == "json" else "copy/one.yaml") in shown[0]
    assert "privileged: true" in done.stdout
    assert "limits " in done.stdout
    assert f"`assay explain {RULE}`" in done.stdout


@pytest.mark.parametrize("place", ["other.yaml:8:25", "./other.yaml:8"])
def test_findings_are_shown_by_their_place(folder: Path, place: str) -> None:
    done = assay("explain", place, "--select", RULE, cwd=folder)
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines() if "yaml:8:" in line] == ["other.yaml:8:25"]
    assert f"`assay explain {RULE}`" in done.stdout


def test_findings_that_share_a_fingerprint_are_all_shown(folder: Path) -> None:
    written = json.loads(assay("scan", "--select", RULE, "--output", "json", cwd=folder).stdout)
    shared = next(each for each in written["findings"] if each["occurrence"] == 2)["fingerprint"]
    done = assay("explain", shared, "--select", RULE, cwd=folder)
    assert sum("one.yaml:8:" in line for line in done.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("0123456789ab", "the scan has no finding with the fingerprint 0123456789ab"),
        ("kubernetes.container-not-privilegd", "did you mean kubernetes.container-not-privileged?"),
        ("abc", "there is no rule 'abc'"),
    ],
)
def test_what_is_not_there_is_an_error(folder: Path, what: str, message: str) -> None:
    done = assay("explain", what, cwd=folder)
    assert done.returncode == 2
    assert message in done.stderr
    assert not done.stdout
