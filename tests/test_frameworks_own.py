"""Frameworks of one's own: begun, shown, scanned with, and what is wrong with one said with its line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests import output_formats
from tests.command_line import Done, assay, fault

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      securityContext: {privileged: true}
"""
FRAMEWORK = """\
id: acme
edition: "1"
title: ACME baseline
publisher: ACME
published: "2026"
source: https://acme.example/baseline
licence: our own words
measure: controls
controls:
  - id: A-1
    title: No privileged programs
    checkable: full
    evidence: Every container of the manifests.
    objectives:
      - rule: kubernetes.container-not-privileged
        relation: violates
        strength: high
        rationale: A privileged container is what the control forbids by name; what webhooks add later stays unseen.
  - id: A-2
    title: Network walls
    checkable: partial
    evidence: Network policies.
    objectives:
      - objective: network-controls-not-bypassed
        relation: supports
        strength: medium
        rationale: A pod on its node's network stands outside the walls meant here; the walls themselves are unseen.
  - id: A-3
    title: Plans for bad days
    checkable: partial
    evidence: The spec of the system.
    objectives:
      - objective: recovery-objectives-defined
        relation: declares
        strength: medium
        rationale: A spec that states how long recovery may take is a plan on paper; no file shows a rehearsal.
  - id: A-4
    title: Nothing that a file could show
    checkable: partial
    evidence: Some file.
    unmapped: No objective speaks of this today, so that nobody may read a verdict into it.
  - id: A-5
    title: Training
    checkable: manual
    evidence: Records of it.
"""


def run(*arguments: str) -> Done:
    return assay(*arguments, cwd=Path.cwd())


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "acme.yaml").write_text(FRAMEWORK)


def results(*arguments: str) -> dict[str, Any]:
    done = run("scan", "pod.yaml", "--framework-file", "acme.yaml", "--output", "json", "--quiet", *arguments)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_its_controls_get_a_status_through_objectives_and_rules() -> None:
    found = results("--framework", "acme")
    assert {item["control"]: item["status"] for item in found["controls"]} == {
        "A-1": "not-satisfied",
        "A-2": "not-assessed",
        "A-3": "not-assessed",
        "A-4": "not-assessed",
        "A-5": "manual",
    }
    assert [item["id"] for item in found["frameworks"]] == ["acme"]
    privileged = found["rules"]["kubernetes.container-not-privileged"]
    assert [control["control"] for control in privileged["controls"]] == ["A-1"]


def test_it_stands_beside_the_shipped_ones_and_changes_the_digest_of_the_pack() -> None:
    with_it = results()
    assert {"acme", "pci-dss", "soc2"} <= {item["id"] for item in with_it["frameworks"]}
    without = json.loads(run("scan", "pod.yaml", "--output", "json", "--quiet").stdout)
    assert with_it["tool"]["pack_digest"] != without["tool"]["pack_digest"]


@pytest.mark.parametrize("output", output_formats.telling("5.2.2"))
def test_it_is_in_every_report(output: str) -> None:
    done = run("scan", "pod.yaml", "--framework-file", "acme.yaml", "--framework", "acme", "--output", output)
    assert "A-1" in done.stdout


def test_it_is_listed_shown_and_asked_for_its_rules() -> None:
    assert "acme@1" in run("frameworks", "list", "--framework-file", "acme.yaml").stdout
    shown = run("frameworks", "show", "acme/A-1", "--framework-file", "acme.yaml").stdout
    assert "rule kubernetes.container-not-privileged (violates, high)" in shown
    listed = run("rules", "list", "--framework", "acme", "--control", "A-1", "--framework-file", "acme.yaml").stdout
    assert [line.split()[0] for line in listed.splitlines()] == ["kubernetes.container-not-privileged"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "controls-not-bypassed",
            "controls-not-bypased",
            "acme.yaml:24: there is no objective 'network-controls-not-bypased' (did",
        ),
        ("container-not-privileged", "container-privileged", "acme.yaml:15: there is no rule 'kubernetes.container-pr"),
        (
            "unmapped:",
            "unmaped:",
            "acme.yaml:41: there is no key 'unmaped' in item 4 of controls (did you mean unmapped?)",
        ),
        ("id: A-2", "id: A-1", "acme.yaml:19: the control A-1 occurs twice"),
        ("relation: declares", "relation: says", "acme.yaml:34: relation is 'says'; it must be one of supports"),
        (
            "measure: controls",
            "measure: controls\ntotal: 6",
            "acme.yaml:9: `total` is 6, but the file lists 5 controls",
        ),
        ("checkable: manual", "checkable: full", "acme.yaml:44: the control A-5 has neither `objectives` nor"),
        (
            "checkable: full",
            "checkable: manual",
            "acme.yaml:12: the control A-1 is manual, so it must have neither `objectives` nor `unmapped`",
        ),
        ("measure: controls", "measure: 5", "acme.yaml:8: measure is 5; it must be one of controls"),
        ('edition: "1"', "edition: 1.1", "acme.yaml:2: edition is the number 1.1; it must be text (put it in quotes)"),
        ("source: https://", "source: http://", "(An address that begins with https://.)"),
        (
            "evidence: Some file.",
            "evidence: <what files can show of the control>",
            "acme.yaml:40: <what files can show of the control> is not",
        ),
        ("  - id: A-1", "  - id: A-1\n   - b", "acme.yaml:11: not valid YAML"),
    ],
)
def test_what_is_wrong_with_it_is_said_with_its_line_and_what_was_meant(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    (tmp_path / "acme.yaml").write_text(FRAMEWORK.replace(old, new, 1))
    done = run("scan", "pod.yaml", "--framework-file", "acme.yaml")
    assert said in fault(done)


def test_an_id_that_is_taken_is_refused(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(FRAMEWORK.replace("id: acme", "id: soc2").replace('"1"', '"2031"'))
    done = run("scan", "pod.yaml", "--framework-file", "acme.yaml")
    assert "there is already a framework soc2 (give it another id)" in fault(done)


def test_two_files_of_one_edition_are_refused_and_two_editions_are_not(tmp_path: Path) -> None:
    (tmp_path / "twin.yaml").write_text(FRAMEWORK)
    files = ("--framework-file", "acme.yaml", "--framework-file", "twin.yaml")
    assert "acme@1 is defined in two files" in fault(run("scan", "pod.yaml", *files))
    (tmp_path / "twin.yaml").write_text(FRAMEWORK.replace('"1"', '"2"'))
    assert "acme@2" in run("frameworks", "list", *files).stdout


def test_a_framework_that_was_begun_is_shown_once_its_blanks_are_filled(tmp_path: Path) -> None:
    assert run("frameworks", "new", "house-rules", "--folder", "own").returncode == 0
    path = tmp_path / "own" / "house-rules.yaml"
    assert "there is already" in fault(run("frameworks", "new", "soc2"))
    assert "already exists" in fault(run("frameworks", "new", "house-rules", "--folder", "own"))
    assert "not a framework id" in fault(run("frameworks", "new", "House Rules"))
    show = ("frameworks", "show", "house-rules", "--framework-file", str(path))
    assert "house-rules.yaml:4: <the usual name> is not filled in yet" in fault(run(*show))
    path.write_text(
        re.sub(r"<[^>]*>", "Words of its author, as many as a rationale of some substance needs.", path.read_text())
    )
    assert "1.3" in run(*show).stdout


def test_a_name_that_several_frameworks_share_in_part_is_no_choice() -> None:
    said = fault(run("scan", "pod.yaml", "--framework", "NIST"))
    assert "'NIST' may mean several frameworks (name one or more of nist-800-53, nist-csf, zero-trust-nist)" in said


def test_what_shows_a_control_is_told_apart() -> None:
    shown = {
        line.split()[0]: line
        for line in run("frameworks", "show", "acme", "--framework-file", "acme.yaml").stdout.splitlines()
        if line
    }
    assert "full     manifest" in shown["A-1"]
    assert "declared" in shown["A-3"]
    assert [item["shown_by"] for item in results("--framework", "acme")["controls"]] == [
        ["manifest"],
        [],
        [],
        [],
        [],
    ]


def test_a_control_that_is_not_there_is_said_with_the_nearest() -> None:
    assert "did you mean 1.4.5" in fault(run("frameworks", "show", "pci-dss/1.4.99"))
    assert "one framework" in fault(run("rules", "list", "--control", "1.4.1"))


def test_a_control_is_shown_with_what_limits_what_bears_on_it(tmp_path: Path) -> None:
    limited = FRAMEWORK.replace(
        "      - objective: network-controls-not-bypassed\n",
        "      - objective: network-controls-not-bypassed\n"
        "        rules: [kubernetes.pod-without-host-network]\n"
        "        pass: none\n"
        "        applies_when: {data: [pan, sad]}\n",
    ).replace("    title: Network walls\n", "    title: Network walls\n    entities: [service-provider]\n")
    (tmp_path / "acme.yaml").write_text(
        limited.replace("controls:\n  -", "applies_when: {subjects: [kubernetes]}\ncontrols:\n  -")
    )
    shown = assay("frameworks", "show", "acme/A-2", "--framework-file", "acme.yaml", cwd=tmp_path).stdout
    assert "applies where the scanned files contain subjects (kubernetes)" in shown
    assert "applies to service-provider only" in shown
    words = " ".join(shown.split())
    assert "(supports, medium, a pass does not count, where the scanned files contain data (pan or sad))" in words
    assert re.findall(r"^  - (\S+)", shown, re.MULTILINE) == ["kubernetes.pod-without-host-network"]
