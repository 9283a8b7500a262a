"""Waivers in the gate: those of the base count, and what a change adds to them does not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.evidence.ledger.recording import entry_of
from tests.command_line import assay
from tests.gate_repository import Repository
from tests.waivers import ENTRY, POD, RULE, TODAY, waivers_file

FILE = "assay-waivers.yaml"
CLEAN = POD.replace("privileged: true", "privileged: false")
OPTIONS = ("--select", RULE, "--output", "json")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    assert CLEAN != POD
    made = Repository(tmp_path / "repository")
    made.write("pod.yaml", CLEAN)
    made.commit("base")
    made.is_base()
    return made


def on_the_base(repository: Repository, name: str, text: str) -> None:
    """Commit a file and make that the base."""
    repository.write(name, text)
    repository.commit(name)
    repository.is_base()


def gate(repository: Repository, *arguments: str, today: str = TODAY) -> tuple[int, Any]:
    done = assay("gate", *OPTIONS, "--today", today, *arguments, cwd=repository.folder)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def failing(found: Any) -> list[str]:
    """The rules of what counts."""
    return sorted(
        each["rule"]
        for each in found["findings"]
        if each["baseline_state"] in {"new", "worse", "out-of-sight"} and not each.get("waiver")
    )


def states(found: Any) -> list[str]:
    return [each["state"] for each in found["waivers"]]


def recorded(repository: Repository, found: Any) -> str:
    """What the ledger says of a run."""
    file = repository.folder.with_name("results.json")
    file.write_text(json.dumps(found))
    return entry_of(file, repository.folder, "").verdict


def test_a_change_cannot_waive_its_own_fault(repository: Repository) -> None:
    repository.write("pod.yaml", POD)
    repository.write(FILE, waivers_file(ENTRY))
    code, found = gate(repository)
    assert (code, states(found)) == (1, ["proposed"])
    assert RULE in failing(found)


def test_a_waiver_on_the_base_counts(repository: Repository) -> None:
    on_the_base(repository, FILE, waivers_file(ENTRY))
    repository.write("pod.yaml", POD)
    code, found = gate(repository)
    assert (code, states(found), failing(found), recorded(repository, found)) == (0, ["matched"], [], "waived")
    shown = assay("gate", "--select", RULE, "--today", TODAY, cwd=repository.folder).stdout
    assert ENTRY["approver"] in shown
    assert ENTRY["expires"] in shown


def test_one_day_after_expiry_the_finding_and_the_waiver_count(repository: Repository) -> None:
    on_the_base(repository, FILE, waivers_file(ENTRY))
    repository.write("pod.yaml", POD)
    code, found = gate(repository, today="2027-03-01")
    assert (code, failing(found)) == (1, ["gate.waiver-not-expired", RULE])


@pytest.mark.slow
def test_an_expired_waiver_of_another_finding_does_not_stop_a_change(repository: Repository) -> None:
    on_the_base(repository, "pod.yaml", POD)
    on_the_base(repository, FILE, waivers_file(ENTRY))
    repository.write("other.yaml", CLEAN.replace("name: web", "name: other"))
    code, found = gate(repository, today="2027-03-01")
    assert (code, failing(found)) == (0, [])


def test_an_approver_cannot_be_added_by_the_change(repository: Repository) -> None:
    on_the_base(repository, FILE, waivers_file(ENTRY, approvers=["@somebody"]))
    repository.write("pod.yaml", POD)
    repository.write(FILE, waivers_file(ENTRY, approvers=["@somebody", ENTRY["approver"]]))
    code, found = gate(repository)
    assert code == 1
    assert failing(found) == ["gate.configuration-not-weakened", "gate.waiver-approved", RULE]


def test_a_copy_of_the_waivers_does_not_count(repository: Repository) -> None:
    on_the_base(repository, FILE, waivers_file())
    repository.write("pod.yaml", POD)
    repository.write("copy.yaml", waivers_file(ENTRY))
    repository.write("assay.yaml", "waivers: copy.yaml\n")
    code, found = gate(repository)
    assert code == 1
    assert set(failing(found)) == {"gate.configuration-not-weakened", RULE}


def test_an_inline_ignore_does_not_count(repository: Repository) -> None:
    ignored = POD.replace("privileged: true", f'privileged: true # assay:ignore {RULE} reason="x y" until=2026-12-30')
    repository.write("pod.yaml", ignored)
    assert gate(repository)[0] == 1
    repository.write("assay.yaml", "inline-ignores: true\n")
    code, found = gate(repository)
    assert code == 1
    assert "gate.configuration-not-weakened" in failing(found)


def test_a_worse_value_is_not_covered(repository: Repository) -> None:
    on_the_base(repository, FILE, waivers_file({**ENTRY, "evidence": "false"}))
    repository.write("pod.yaml", POD)
    code, found = gate(repository)
    assert (code, states(found), failing(found)) == (1, ["unused"], [RULE])


@pytest.mark.slow
@pytest.mark.parametrize("text", ["waivers: [", "kind: Other\n"])
def test_a_wrong_file_of_waivers_is_a_finding_of_the_change(repository: Repository, text: str) -> None:
    on_the_base(repository, FILE, waivers_file(ENTRY))
    repository.write("pod.yaml", POD)
    repository.write(FILE, text)
    code, found = gate(repository)
    assert code in (1, 4)
    assert "gate.configuration-not-weakened" in failing(found)


@pytest.mark.slow
def test_code_owners_are_those_of_the_base(repository: Repository) -> None:
    on_the_base(repository, FILE, waivers_file(ENTRY, approvers=[]))
    repository.write("pod.yaml", POD)
    repository.write("CODEOWNERS", f"* {ENTRY['approver']}\n")
    assert gate(repository)[0] == 1
    repository.write("pod.yaml", CLEAN)
    on_the_base(repository, "CODEOWNERS", f"* {ENTRY['approver']}\n")
    repository.write("pod.yaml", POD)
    repository.write("CODEOWNERS", "* @nobody\n")
    assert gate(repository)[0] == 0


@pytest.mark.slow
def test_a_waiver_of_the_base_may_accept_a_weaker_configuration(repository: Repository) -> None:
    told = "fail-on is critical instead of low"
    accepted = {
        **ENTRY,
        "id": "W-2",
        "rule": "gate.configuration-not-weakened",
        "resource": {"kind": "gate.configuration-change", "name": f"assay.yaml/fail-on/{told}"},
    }
    on_the_base(repository, FILE, waivers_file(ENTRY, accepted))
    repository.write("assay.yaml", "fail-on: critical\n")
    code, found = gate(repository)
    assert (code, sorted(states(found)), recorded(repository, found)) == (0, ["matched", "unused"], "weakened")
    repository.write("assay.yaml", "fail-on: high\n")
    code, found = gate(repository)
    assert (code, failing(found)) == (1, ["gate.configuration-not-weakened"])


@pytest.mark.slow
def test_a_submodule_in_place_of_the_folder_of_waivers_does_not_count(repository: Repository) -> None:
    on_the_base(repository, "policy/waivers.yaml", waivers_file())
    shutil.rmtree(repository.folder / "policy")
    submodule = Repository(repository.folder / "policy")
    submodule.write("waivers.yaml", waivers_file(ENTRY))
    submodule.commit("own waiver")
    repository.write("pod.yaml", POD)
    code, found = gate(repository, "--waivers", "policy/waivers.yaml")
    assert (code, RULE in failing(found)) == (1, True)


@pytest.mark.slow
def test_waivers_of_the_branch_that_a_change_goes_into_count(repository: Repository) -> None:
    repository.git("checkout", "-q", "-b", "old")
    repository.git("checkout", "-q", "main")
    on_the_base(repository, FILE, waivers_file(ENTRY))
    repository.git("checkout", "-q", "old")
    repository.write("pod.yaml", POD)
    code, found = gate(repository)
    assert (code, states(found)) == (0, ["matched"])


@pytest.mark.slow
def test_a_waiver_that_was_revoked_meanwhile_does_not_count_and_is_not_proposed(repository: Repository) -> None:
    on_the_base(repository, FILE, waivers_file(ENTRY))
    repository.git("checkout", "-q", "-b", "old")
    repository.git("checkout", "-q", "main")
    on_the_base(repository, FILE, waivers_file())
    repository.git("checkout", "-q", "old")
    repository.write("pod.yaml", POD)
    code, found = gate(repository)
    assert (code, states(found), failing(found)) == (1, [], [RULE])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "rule", "told"),
    [
        ({"reason": ""}, "gate.waiver-valid", "reason"),
        ({"approver": ""}, "gate.waiver-approved", "approver has 0 characters"),
        ({"approver": ENTRY["requester"]}, "gate.waiver-approved", "both its requester and its approver"),
    ],
)
def test_a_waiver_that_a_change_adds_and_nobody_can_accept_as_it_stands_is_a_finding(
    repository: Repository, change: dict[str, str], rule: str, told: str
) -> None:
    on_the_base(repository, FILE, waivers_file())
    repository.write(FILE, waivers_file({**ENTRY, **change}))
    code, found = gate(repository)
    assert (code, states(found)) == (1, ["proposed"])
    assert rule in [each["rule"] for each in found["findings"]]
    assert "invalid" in found["waivers"][0]["why"]
    assert told in found["waivers"][0]["why"]


def test_a_complete_waiver_that_a_change_adds_fails_nothing(repository: Repository) -> None:
    on_the_base(repository, FILE, waivers_file())
    repository.write(FILE, waivers_file(ENTRY))
    code, found = gate(repository)
    assert (code, states(found), found["findings"]) == (0, ["proposed"], [])


def test_a_waiver_of_the_base_accepts_a_weaker_configuration(repository: Repository) -> None:
    page = (Path(__file__).parents[1] / "docs" / "gate.md").read_text()
    (shown,) = (part for part in page.split("```") if "gate.configuration-not-weakened\nresource" in part)
    accepted = yaml.safe_load(shown.removeprefix("yaml"))
    repository.write("assay.yaml", "fail-on: low\n")
    own = {name: ENTRY[name] for name in ENTRY if name not in ("resource", "rule", "path", "field", "evidence")}
    on_the_base(repository, FILE, waivers_file({**own, **accepted}))
    repository.write("assay.yaml", "fail-on: medium\n")
    code, found = gate(repository)
    assert (code, states(found), failing(found)) == (0, ["matched"], [])
    (finding,) = found["findings"]
    assert finding["rule"] == "gate.configuration-not-weakened"
