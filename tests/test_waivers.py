"""Waivers: what they cover, what they never cover, and that they change no outcome."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scanner.errors import UsageError
from scanner.gate.waivers import apply, proposed, read
from scanner.model import Finding, Outcome, Severity
from scanner.places import Location
from scanner.rule_ids import RuleIds
from scanner.scan import Options, scan
from scanner.waived import CodeOwners, WaiverFile, Waivers, WaiverState
from tests.command_line import assay
from tests.waivers import ENTRY, POD, RULE, TODAY, results, run, state_of, waivers_file, without

IDS = RuleIds(frozenset((RULE, "kubernetes.image-pinned", "gate.waiver-valid")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(POD)
    return tmp_path


def accept(folder: Path, *entries: dict[str, Any], **head: Any) -> None:
    (folder / "assay-waivers.yaml").write_text(waivers_file(*entries, **head))


def critical(found: Any) -> dict[str, Any]:
    (finding,) = (each for each in found["findings"] if each["rule"] == RULE)
    result: dict[str, Any] = finding
    return result


def about_waivers(found: Any) -> list[tuple[str, int]]:
    return [
        (each["rule"], each["location"]["line"])
        for each in found["findings"]
        if each["rule"].startswith("gate.") and each["outcome"] == "fail"
    ]


# What a waiver does


def test_without_a_waiver_the_failure_counts(folder: Path) -> None:
    assert run(folder).returncode == 1


def test_a_waived_failure_stays_a_failure_and_does_not_count(folder: Path) -> None:
    accept(folder, ENTRY)
    found = results(folder)
    assert found["verdict"] == {
        "exit_code": 0,
        "reason": "Passed: nothing at or above critical failed (1 finding waived).",
    }
    assert (critical(found)["outcome"], critical(found)["waiver"]) == ("fail", "W-1")
    assert found["summary"]["severities"]["critical"] == 1
    assert found["summary"]["waived"] == 1
    assert state_of(found) == ("matched", 1, "")
    assert about_waivers(found) == []


def test_one_day_after_expiry_the_finding_is_back_and_the_waiver_is_one(folder: Path) -> None:
    accept(folder, ENTRY)
    assert run(folder, today="2027-02-28").returncode == 0
    found = results(folder, "--fail-on", "medium", "--select", RULE, today="2027-03-01")
    assert found["verdict"]["reason"] == "Failed: 2 findings at or above medium."
    assert state_of(found) == ("expired", 1, "it expired on 2027-02-28")
    assert "waiver" not in critical(found)
    assert [rule for rule, _ in about_waivers(found)] == ["gate.waiver-not-expired"]
    (late,) = (each for each in found["findings"] if each["rule"] == "gate.waiver-not-expired")
    line = (folder / "assay-waivers.yaml").read_text().splitlines()[late["location"]["line"] - 1]
    assert line.strip().startswith('"expires"')


def test_a_waiver_of_a_later_day_covers_nothing_and_is_no_fault(folder: Path) -> None:
    accept(folder, ENTRY | {"approved": "2026-11-30"})
    found = results(folder)
    assert (found["verdict"]["exit_code"], state_of(found)[0]) == (1, "not-yet")
    assert about_waivers(found) == []


def test_a_waiver_that_nothing_matches_is_told(folder: Path) -> None:
    accept(folder, ENTRY | {"resource": ENTRY["resource"] | {"name": "other"}})
    assert state_of(results(folder)) == ("unused", 0, "no finding matches it")


def test_of_a_waiver_that_a_part_of_the_files_does_not_need_that_is_said(folder: Path) -> None:
    accept(folder, ENTRY)
    (folder / "other.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n")
    elsewhere = "no finding matches it in the part that was scanned"
    assert state_of(results(folder, "--include", "other.yaml")) == ("unused", 0, elsewhere)
    (folder / "part").mkdir()
    (folder / "other.yaml").rename(folder / "part" / "other.yaml")
    assert (
        state_of(json.loads(assay("scan", "part", "--output", "json", "--today", TODAY, cwd=folder).stdout))[2]
        == elsewhere
    )
    assert state_of(results(folder, "--skip", RULE)) == ("unused", 0, "its rule had nothing to judge in this scan")


@pytest.mark.parametrize(
    "change",
    [
        {"resource": ENTRY["resource"] | {"kind": "StatefulSet"}},
        {"resource": ENTRY["resource"] | {"kind": "Deployment.extensions"}},
        {"resource": ENTRY["resource"] | {"namespace": "other"}},
        {"resource": ENTRY["resource"] | {"container": "sidecar"}},
        {"resource": {"kind": "Deployment", "namespace": "shop", "name": "web"}},
        {"resource": {"kind": "Deployment", "name": "web", "container": "app"}},
        {"path": "other.yaml"},
        {"path": "pod"},
        {"field": "securityContext"},
        {"evidence": False},
        {"evidence": "yes"},
        {"rule": "kubernetes.container-memory-limited"},
    ],
    ids=json.dumps,
)
def test_what_differs_in_one_part_is_not_covered(folder: Path, change: dict[str, Any]) -> None:
    accept(folder, ENTRY | change)
    found = results(folder)
    assert found["verdict"]["exit_code"] == 1
    assert "waiver" not in critical(found)


@pytest.mark.parametrize(
    "change",
    [
        {"resource": ENTRY["resource"] | {"kind": "Deployment.apps"}},
        {"path": "pod.yaml"},
        {"path": "./pod.yaml"},
        {"field": "securityContext.privileged"},
        {"evidence": True},
        {"evidence": "true"},
        {
            "type": "not-applicable",
            "path": "pod.yaml",
            "resource": {"kind": "*", "namespace": "*", "name": "*", "container": "*"},
        },
    ],
    ids=json.dumps,
)
def test_what_is_equal_in_all_parts_is_covered(folder: Path, change: dict[str, Any]) -> None:
    accept(folder, ENTRY | change)
    assert critical(results(folder))["waiver"] == "W-1"


def test_a_folder_covers_the_files_in_it(folder: Path) -> None:
    (folder / "deploy/a").mkdir(parents=True)
    (folder / "pod.yaml").rename(folder / "deploy/a/pod.yaml")
    accept(folder, ENTRY | {"path": "deploy"})
    assert critical(results(folder))["waiver"] == "W-1"


def test_another_value_is_not_covered_by_the_waiver_of_the_first(folder: Path) -> None:
    text = POD.replace(
        "      containers:",
        "      volumes:\n        - name: d\n          hostPath: {path: /etc/app}\n      containers:",
    )
    (folder / "pod.yaml").write_text(text)
    found = results(folder)
    (mount,) = (each for each in found["findings"] if each.get("evidence") == '"/etc/app"')
    resource = {"kind": "Deployment", "namespace": "shop", "name": "web"}
    entry = ENTRY | {"rule": mount["rule"], "resource": resource, "evidence": "/etc/app"}
    accept(folder, entry)
    assert state_of(results(folder))[:2] == ("matched", 1)
    (folder / "pod.yaml").write_text(text.replace("/etc/app", "/"))
    assert state_of(results(folder))[0] == "unused"


def test_rules_about_waivers_run_whatever_is_selected(folder: Path) -> None:
    accept(folder, without("reason"))
    for chosen in (("--select", RULE), ("--framework", "gdpr"), ("--profile", "opinion")):
        assert [rule for rule, _ in about_waivers(results(folder, *chosen))] == ["gate.waiver-valid"]
    (folder / "assay.yaml").write_text("skip: [gate.waiver-valid]\n")
    found = results(folder)
    assert about_waivers(found) == []
    assert state_of(found)[0] == "invalid"
    assert found["run"]["configuration"]["skipped"][0]["pattern"] == "gate.waiver-valid"


def test_a_renamed_rule_is_waived_by_its_former_id() -> None:
    data = waivers_file(ENTRY | {"rule": "kubernetes.formerly"})
    ids = RuleIds(IDS.known, {"kubernetes.formerly": RULE})
    waivers = read(WaiverFile("w.yaml", data.encode()), ids)
    assert waivers.entries[0].rule == RULE
    assert not waivers.entries[0].faults


# Which file counts


def test_a_file_is_named_or_lies_beside_the_configuration(folder: Path) -> None:
    (folder / "policy").mkdir()
    (folder / "policy/assay-waivers.yaml").write_text(waivers_file(ENTRY))
    (folder / "policy/c.yaml").write_text("profile: strict\n")
    assert run(folder).returncode == 1
    assert run(folder, "--waivers", "policy/assay-waivers.yaml").returncode == 0
    assert run(folder, "--config", "policy/c.yaml").returncode == 0
    (folder / "assay.yaml").write_text("waivers: policy/assay-waivers.yaml\n")
    assert run(folder).returncode == 0
    assert results(folder)["run"]["waivers"]["file"] == "policy/assay-waivers.yaml"
    (folder / "assay.yaml").write_text("waivers: missing.yaml\n")
    done = run(folder)
    assert (done.returncode, done.stderr) == (2, "assay: assay.yaml:1: no such file: missing.yaml\n")


def test_a_link_is_not_followed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "w.yaml"
    other.write_text(waivers_file(ENTRY))
    (folder / "assay-waivers.yaml").symlink_to(other)
    done = run(folder)
    assert done.returncode == 2
    assert "is a symbolic link" in done.stderr
    done = run(folder, "--waivers", "assay-waivers.yaml")
    assert done.returncode == 2
    assert "symbolic link, which is not followed" in done.stderr


def test_a_hook_heeds_waivers(folder: Path) -> None:
    def hook(today: str) -> int:
        return assay("hook", "--fail-on", "critical", "--today", today, "pod.yaml", cwd=folder).returncode

    assert hook(TODAY) == 1
    accept(folder, ENTRY)
    assert (hook(TODAY), hook("2027-03-01")) == (0, 1)


def test_the_date_is_that_of_the_clock_or_of_an_option(folder: Path) -> None:
    accept(folder, ENTRY)
    done = assay("scan", ".", "--fail-on", "critical", cwd=folder, SOURCE_DATE_EPOCH="1796000000")
    assert (done.returncode, "as of 2026-11-30" in done.stdout) == (0, True)
    done = run(folder, today="tomorrow")
    assert (done.returncode, "--today is not a date: 'tomorrow'" in done.stderr) == (2, True)
    with pytest.raises(UsageError, match="waivers need the date"):
        scan([str(folder)], Options(waivers=WaiverFile("w.yaml", waivers_file(ENTRY).encode())))


# Approval


def test_a_requester_does_not_approve(folder: Path) -> None:
    accept(folder, ENTRY | {"requester": "Ben"})
    found = results(folder)
    assert state_of(found) == ("invalid", 1, "@ben is both its requester and its approver")
    assert [rule for rule, _ in about_waivers(found)] == ["gate.waiver-approved"]


def test_an_approver_is_one_of_the_approvers(folder: Path) -> None:
    accept(folder, ENTRY | {"approver": "@eve"})
    assert state_of(results(folder))[2] == "@eve is not one of the `approvers`"
    accept(folder, ENTRY, approvers=[])
    assert state_of(results(folder))[2] == "the file names no `approvers`, and there is no CODEOWNERS file"


@pytest.mark.parametrize("place", [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"])
def test_an_owner_of_the_file_approves(folder: Path, place: str) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_text("* @dan\n/pod.yaml @ben @org/team\n")
    accept(folder, ENTRY, approvers=["@ann"])
    found = results(folder)
    assert (state_of(found)[0], found["waivers"][0]["approved_by"]) == ("matched", place)
    accept(folder, ENTRY | {"approver": "@org/team"}, approvers=[])
    assert state_of(results(folder))[0] == "matched"
    accept(folder, ENTRY | {"approver": "@dan"}, approvers=[])
    assert (
        state_of(results(folder))[2]
        == f"@dan is not one of the `approvers`, and {place} does not name @dan for pod.yaml"
    )


def owned(text: str, path: str = "deploy/pod.yaml", below: str = "") -> tuple[str, str]:
    file = WaiverFile(
        "w.yaml", waivers_file(ENTRY, approvers=[]).encode(), owners=CodeOwners("CODEOWNERS", text, below)
    )
    (result,) = apply(read(file, IDS), [failure(path=path)], date.fromisoformat(TODAY)).results
    return result.state.value, result.why


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("deploy/ @ben\n[a-z]*.yaml @eve\n", "line 2 is a section with owners"),
        ("deploy/ @ben\ndeploy/[ab].yaml @eve\n", "line 2 has a pattern that CODEOWNERS does not define"),
        ("!deploy/ @ben\n", "line 1 has a pattern"),
        ("deploy/ @ben\n*a*a*a*a*b @eve\n", "line 2 has more than 3 wildcards"),
        ("[Docs] @ben\n*.md\n", "line 1 is a section with owners"),
        ("x @ben\n" * 5001, "more than 5000 lines"),
    ],
)
def test_a_file_with_a_line_that_is_not_understood_approves_nothing(text: str, said: str) -> None:
    state, why = owned(text)
    assert state == "invalid"
    assert said in why


def test_the_last_line_that_matches_names_the_owners() -> None:
    assert owned("* @eve\ndeploy/ @ben\n")[0] == "matched"
    assert owned("deploy/ @ben\n*.yaml @eve\n")[0] == "invalid"
    assert owned("[Deploy]\n/top/deploy/*.yaml ben@bank.example @BEN\n", below="top/")[0] == "matched"
    assert owned("deploy/ @ben\n", path="a/" * 300 + "pod.yaml")[0] == "invalid"


# One pure function


def failure(
    rule: str = RULE, name: str = "web", path: str = "pod.yaml", field: str = "securityContext.privileged"
) -> Finding:
    where = Location(path, 13, 13, 13, 29, field)
    identity = f"apps/Deployment/shop/{name}/containers/app"
    return Finding(
        rule,
        Outcome.FAIL,
        Severity.HIGH,
        "m",
        "kubernetes.container",
        identity,
        name,
        where,
        f"{rule}{name}{path}",
        evidence="true",
    )


RESOURCE = ENTRY["resource"]
CHANGES: list[dict[str, Any]] = [
    {"rule": "kubernetes.image-pinned"},
    {"rule": "*"},
    {"rule": "gate.waiver-valid"},
    *({"resource": RESOURCE | {key: "*"}} for key in RESOURCE),
    {"resource": RESOURCE | {"name": "api"}},
    {"resource": dict.fromkeys(RESOURCE, "*"), "type": "not-applicable", "path": "a"},
    {"type": "compensating"},
    {"approver": "@ana"},
    {"approver": "@eve"},
    {"approved": "2026-12-01"},
    {"approved": "2026-06-01", "expires": "2026-11-28"},
    {"path": "pod.yaml"},
    {"path": "a"},
    {"path": "*"},
    {"field": "securityContext.privileged"},
    {"field": "image"},
    {"evidence": True},
    {"evidence": "false"},
]
"""Changes of a waiver that matches: some of them narrow it, some make it invalid, and some try to widen it."""
entries = st.builds(
    lambda number, changes: {"id": f"W-{number}"} | {key: each for change in changes for key, each in change.items()},
    st.integers(1, 4),
    st.lists(st.sampled_from(CHANGES), max_size=2),
)
findings = st.builds(
    failure,
    st.sampled_from([RULE, "kubernetes.image-pinned"]),
    st.sampled_from(["web", "api"]),
    st.sampled_from(["pod.yaml", "a/pod.yaml", "other.yaml"]),
    st.sampled_from(["securityContext.privileged", "image"]),
)


def waivers_of(some: list[dict[str, Any]]) -> Waivers:
    return read(WaiverFile("w.yaml", waivers_file(*({**ENTRY, **each} for each in some)).encode()), IDS)


@given(st.lists(entries, max_size=3), entries, st.lists(findings, min_size=1, max_size=6))
def test_adding_a_waiver_waives_nothing_that_it_alone_does_not_match(
    some: list[dict[str, Any]], added: dict[str, Any], found: list[Finding]
) -> None:
    today = date.fromisoformat(TODAY)
    found = [failure(), *found]
    before = apply(waivers_of(some), found, today).findings
    alone = apply(waivers_of([added]), found, today).findings
    after = apply(waivers_of([*some, added]), found, today).findings
    for old, own, new in zip(before, alone, after, strict=True):
        assert not new.waiver or old.waiver or own.waiver
        assert replace(new, waiver="") == replace(old, waiver="")


def test_two_waivers_of_one_id_cover_nothing() -> None:
    other = {"resource": ENTRY["resource"] | {"name": "api"}}
    result = apply(waivers_of([{}, other]), [failure(), failure(name="api")], date.fromisoformat(TODAY))
    assert [each.state for each in result.results] == [WaiverState.INVALID] * 2
    assert not any(each.waiver for each in result.findings)


def test_only_failures_are_covered() -> None:
    found = [replace(failure(), outcome=outcome) for outcome in Outcome]
    waived = apply(waivers_of([{}]), found, date.fromisoformat(TODAY)).findings
    assert [each.outcome for each in waived if each.waiver] == [Outcome.FAIL]


def test_a_change_proposes_what_its_base_does_not_say() -> None:
    base, longer = waivers_of([{}]), {"expires": "2027-03-01"}
    assert proposed(base, waivers_of([{}])) == ()
    other = {"id": "W-2"}
    found = proposed(base, waivers_of([longer, other]))
    assert [(each.waiver.id, each.state, each.is_in_force) for each in found] == [
        ("W-1", WaiverState.PROPOSED, False),
        ("W-2", WaiverState.PROPOSED, False),
    ]


def test_places_do_not_make_a_waiver_another_one() -> None:
    lower = read(WaiverFile("other.yaml", b"# moved\n" + waivers_file(ENTRY).encode()), IDS)
    assert proposed(waivers_of([{}]), lower) == ()


# Controls


def test_a_waived_control_is_not_satisfied(folder: Path) -> None:
    def controls(*arguments: str) -> tuple[dict[str, Any], dict[str, Any]]:
        found = results(folder, "--select", RULE, "--framework", "pod-security-standards", *arguments)
        by_id = {each["control"]: each for each in found["controls"]}
        return by_id, found["frameworks"][0]

    plain, figures = controls()
    failed = [name for name, each in plain.items() if each["status"] == "not-satisfied"]
    assert failed
    accept(folder, ENTRY)
    waived, waived_figures = controls()
    for name in failed:
        assert (waived[name]["status"], waived[name]["waived"]) == ("not-satisfied", True)
    assert not any(each["waived"] for name, each in waived.items() if name not in failed)
    assert waived_figures.pop("waived") == len(failed)
    assert waived_figures == figures


def test_a_waiver_that_is_approved_for_another_control_waives_no_status(folder: Path) -> None:
    accept(folder, ENTRY | {"controls": ["soc2 CC6.1"]})
    found = results(folder, "--select", RULE, "--framework", "pod-security-standards")
    assert critical(found)["waiver"] == "W-1"
    assert not any(each["waived"] for each in found["controls"])
