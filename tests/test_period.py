"""`assay evidence period`: for which commits the control ran, and what happened to failures, waivers and settings."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scanner.evidence.ledger.entry import Failure
from tests.command_line import Done, assay, fault
from tests.period_repository import DAY, HOUR, START, Builder, failure, git, shown, waiver

BETWEEN = ("--from", "2026-01-01", "--to", "2026-03-31")
RUNS: dict[str, tuple[dict[str, Any], str]] = {
    "passed": ({}, "passed"),
    "failed": ({"verdict": "failed", "exit_code": 1}, "failed"),
    "waived": ({"verdict": "waived"}, "passed only by a waiver"),
    "weakened": ({"verdict": "weakened", "weakened": ("the rule x is off",)}, "passed with a weakened configuration"),
    "incomplete": ({"verdict": "incomplete", "exit_code": 4}, "incomplete"),
    "late": ({"late": True}, "run too late"),
    "uncommitted": ({"dirty": True}, "no run"),
    "another kind": ({"kind": "scan"}, "no run"),
    "other files": ({"other": True}, "no run"),
    "none": ({"none": True}, "no run"),
    "compared with itself": ({"base": "itself"}, "run did not compare the change"),
    "compared with a part": ({"base": "part"}, "run did not compare the change"),
    "stacked": ({"base": "same files"}, "passed"),
}
"""What the ledger holds about a change, and the state that follows for the commit on the branch."""


def period(folder: Path, *more: str) -> Done:
    done = assay("evidence", "period", ".", *BETWEEN, *more, "--ledger", "ledger.jsonl", cwd=folder)
    assert done.returncode == 0, done.stderr
    return done


def data(folder: Path, *more: str) -> Any:
    return json.loads(period(folder, *more, "--output", "json").stdout)


def landed(
    builder: Builder, how: str, name: str, tip: int, moment: int, number: int
) -> tuple[int, list[tuple[str, str]]]:
    """Bring one change to the branch in one way; returns the new tip, and subjects with their expected states."""
    given, state = RUNS[name]
    more = {key: value for key, value in given.items() if key not in {"late", "none", "other", "base"}}
    files = {f"f{each}": str(each) for each in range(number + 1)}
    subject = f"{how} {name} {number}"
    parts = []
    if how == "rebased":
        tip_before = tip
        tip = builder.commit("main", moment, [tip], {**files, "part": str(number)}, f"part of {subject}")
        parts = [(f"part of {subject}", "within a later run" if state == "passed" else "no run")]
    else:
        tip_before = tip
    seen = {**files, "old": "old"} if given.get("other") else files
    topic = builder.commit(f"topic-{number}", moment - 2 * HOUR, [tip_before], seen, f"topic {number}")
    bases = {"itself": topic, "": tip_before}
    if given.get("base") == "part":  # the topic has another commit before its last one
        bases["part"] = builder.commit(f"part-{number}", moment - 3 * HOUR, [tip_before], {**files, "half": ""}, "half")
    if given.get("base") == "same files":  # another change on which this one was made, and which was merged before it
        bases["same files"] = builder.commit(
            f"below-{number}", moment - 3 * HOUR, [], builder.files[tip_before], "below"
        )
    if not given.get("none"):
        ended = moment + 3 * DAY if given.get("late") else moment - HOUR
        builder.run(topic, ended, base=bases[given.get("base", "")], **more)
    parents = [tip, topic] if how == "merged" else [tip]
    return builder.commit("main", moment, parents, files, subject), [*parts, (subject, state)]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A branch with thirty changes in the period, merged, squashed and rebased, each kind of run for each way."""
    folder = tmp_path_factory.mktemp("many")
    builder = Builder(folder)
    tip = builder.commit("main", START - 10 * DAY, [], {"f": ""}, "before the period")
    expected: dict[str, str] = {}
    number = 0
    for how in ("merged", "squashed", "rebased"):
        for name in RUNS:
            tip, states = landed(builder, how, name, tip, START + number * 2 * DAY + 12 * HOUR, number)
            expected |= dict(states)
            number += 1
    tip = builder.commit("main", START + 100 * DAY, [tip], {"f": "last"}, "after the period")
    builder.build()
    return folder, expected


def test_each_commit_has_the_state_that_the_ledger_shows(many: tuple[Path, dict[str, str]]) -> None:
    folder, expected = many
    found = data(folder)["control"]
    assert {each["subject"]: each["state"] for each in found["commits"]} == expected
    kinds = {each["subject"]: each["kind"] for each in found["commits"]}
    assert {kind for subject, kind in kinds.items() if subject.startswith("merged")} == {"merge"}
    assert {kind for subject, kind in kinds.items() if not subject.startswith("merged")} == {"one parent"}


def test_the_sums_are_those_of_git(many: tuple[Path, dict[str, str]]) -> None:
    folder, expected = many
    found = data(folder)["control"]
    numbers = found["totals"]
    assert git(folder, *found["check"].split()[1:]).splitlines() == [each["commit"] for each in found["commits"]][::-1]
    assert numbers["commits"] == len(expected) == 52
    assert sum(numbers["states"].values()) == sum(numbers["kinds"].values()) == 52
    assert numbers["branch"] == {"before": 1, "within": 52, "after": 1, "all": 54}
    assert int(git(folder, "rev-list", "--first-parent", "--count", "main")) == 54
    assert numbers["states"]["passed"] == 3 * 2
    assert numbers["states"]["run did not compare the change"] == 3 * 2
    assert numbers["states"]["no run"] == 3 * 4 + 11
    assert numbers["with_run"] == 3 * 6 == numbers["run_before_commit"] + numbers["run_after_commit"]


def test_a_commit_without_a_run_says_what_there_was_instead(many: tuple[Path, dict[str, str]]) -> None:
    notes = {each["subject"]: each["notes"] for each in data(many[0])["control"]["commits"]}
    assert notes["squashed late 18"] == ["the first run ended 3 d after the commit"]
    assert notes["merged uncommitted 6"] == ["runs with uncommitted changes, which do not count: 1"]
    assert notes["merged another kind 7"] == ["runs of the kind scan, which does not count: 1"]
    assert "(passed) saw other files than the merge has" in notes["merged other files 8"][0]
    assert notes["merged none 9"] == []
    assert notes["squashed weakened 16"][1] == "the rule x is off"


def test_other_kinds_and_a_longer_delay_count_if_they_are_asked_for(many: tuple[Path, dict[str, str]]) -> None:
    states = data(many[0], "--kind", "gate", "--kind", "scan", "--max-delay", "4d")["control"]["totals"]["states"]
    assert (states["run too late"], states["passed"]) == (0, 12)


def test_samples_can_be_drawn_again_with_the_tools_of_the_system(many: tuple[Path, dict[str, str]]) -> None:
    folder, _ = many
    found = data(folder, "--seed", "q1 2026", "--samples", "7")
    script = (
        f"{found['control']['check']} | while read -r id; do "
        "printf '%s %s\\n' \"$(printf '%s' \"q1 2026$id\" | sha256sum | cut -d' ' -f1)\" \"$id\"; done "
        "| LC_ALL=C sort | head -n 7 | cut -d' ' -f2"
    )
    drawn = subprocess.run(["sh", "-c", script], cwd=folder, check=True, capture_output=True, text=True).stdout
    assert found["samples"]["commits"] == drawn.split()
    assert found["samples"]["seed"] == "q1 2026"
    assert data(folder)["samples"]["seed"] == data(folder)["ledger"]["head"]


def test_the_forms_say_the_same_and_repeat(many: tuple[Path, dict[str, str]]) -> None:
    folder, expected = many
    arguments = [f"--output={form}={form}" for form in ("json", "text", "html", "markdown")]
    said = []
    for _ in range(2):
        period(folder, *arguments)
        said.append({name: (folder / name).read_text() for name in ("json", "text", "html", "markdown")})
    assert said[0] == said[1]
    for text in said[0].values():
        assert all(subject in text for subject in expected)
    assert "all" in said[0]["text"]
    assert "<script" not in said[0]["html"]


# One commit after the other, with runs at chosen moments


def branch(folder: Path, *runs: tuple[int, dict[str, Any]], commits: int = 4) -> Path:
    """A branch with a commit every ten days, and runs of (number of the commit, keys), one hour after the commit."""
    builder, tip, moments = Builder(folder), 0, {}
    for number in range(1, commits + 1):
        moments[number] = START + 10 * DAY * (number - 1) + 12 * HOUR
        tip = builder.commit("main", moments[number], [tip] if tip else [], {"f": str(number)}, f"c{number}")
    for on, more in runs:
        builder.run(on, more.pop("at", moments[on] + HOUR), base=on - 1, **more)
    builder.build()
    return folder


@pytest.mark.parametrize(
    ("later", "state", "mended"),
    [
        ({}, "mended", "2026-01-21T13:00:00Z"),
        ({"ruleset": "sha256:r2"}, "not known", ""),
        ({"configuration": "sha256:c2"}, "not known", ""),
        ({"kind": "evidence"}, "not known", ""),
        ({"verdict": "incomplete"}, "open", ""),
        ({"failures_omitted": 1}, "open", ""),
        ({"dirty": True}, "open", ""),
        ({"failures": (failure("a", path="moved.yaml"),)}, "open", ""),
    ],
)
def test_a_failure_is_mended_only_by_a_run_that_could_have_seen_it(
    tmp_path: Path, later: dict[str, Any], state: str, mended: str
) -> None:
    folder = branch(tmp_path, (1, {}), (2, {"failures": (failure("a"),), "verdict": "failed"}), (3, later))
    [found] = data(folder)["failures"]
    assert (found["state"], found["mended"]) == (state, mended)
    assert (found["first_seen"], found["may_be_older"]) == ("2026-01-11T13:00:00Z", False)
    if mended:
        assert found["seconds"] == 10 * DAY


def test_a_weakened_configuration_is_never_mended_by_a_later_run(tmp_path: Path) -> None:
    weakened = Failure("a", "gate.configuration-not-weakened", "high", "assay.yaml", 1, "")
    folder = branch(tmp_path, (1, {}), (2, {"failures": (weakened,)}), (3, {}), (4, {}))
    assert [(each["state"], each["mended"]) for each in data(folder)["failures"]] == [("of a change", "")]


def test_a_failure_that_comes_back_is_listed_twice_and_that_of_the_first_run_may_be_older(tmp_path: Path) -> None:
    seen = {"failures": (failure("a", "W-1"),)}
    folder = branch(tmp_path, (1, dict(seen)), (2, {}), (3, dict(seen)))
    found = data(folder)["failures"]
    assert [(each["id"], each["may_be_older"], each["state"], each["waivers"]) for each in found] == [
        ("a:1", True, "mended", ["W-1"]),
        ("a:3", False, "open", ["W-1"]),
    ]


def test_waivers_are_listed_by_day_until_they_expire(tmp_path: Path) -> None:
    both = {"waivers": (waiver("W-1", "2026-01-05"), waiver("W-2"))}
    folder = branch(tmp_path, (1, {**both, "at": START + 2 * DAY + HOUR}), (3, {"waivers": (waiver("W-2"),)}), (4, {}))
    found = data(folder)["waivers"]
    days = {each["day"]: (each["recorded"], each["in_force"]) for each in found["days"]}
    assert len(days) == 90
    assert days["2026-01-02"] == ("", [])
    assert days["2026-01-03"] == ("2026-01-03", ["W-1", "W-2"])
    assert days["2026-01-05"] == ("2026-01-03", ["W-1", "W-2"])
    assert days["2026-01-06"] == ("2026-01-03", ["W-2"])
    assert days["2026-01-31"] == ("2026-01-31", [])
    assert {each["id"]: each["days"] for each in found["waivers"]} == {"W-1": 3, "W-2": 28}


def test_gaps_go_from_the_start_of_the_period_to_its_end(tmp_path: Path) -> None:
    outside = {"commit": "", "tree": "", "at": START + 9 * DAY}
    folder = branch(tmp_path, (1, {}), (2, {"dirty": True}), (2, outside), (3, {}), (4, {"verdict": "failed"}))
    found = data(folder, "--max-gap", "15d")["runs"]
    assert [(each["start"], each["end"], each["commits"]) for each in found["gaps"]] == [
        ("2026-01-01T13:00:00Z", "2026-01-21T13:00:00Z", 2),
        ("2026-01-31T13:00:00Z", "2026-04-01T00:00:00Z", 0),
    ]
    assert (found["number"], found["dirty"], found["on_branch"]) == (5, 1, 3)
    assert found["verdicts"] == {"failed": 1, "passed": 4}
    assert (found["first"]["sequence"], found["last"]["sequence"]) == (1, 5)


def test_changes_of_rules_configuration_and_people_are_listed(tmp_path: Path) -> None:
    before = {"at": START - DAY}
    folder = branch(
        tmp_path, (1, before), (2, {}), (3, {"ruleset": "sha256:r2", "actor": "Eve"}), (4, {"actor": "Eve"})
    )
    found = data(folder)["changes"]
    assert [(each["value"], each["runs"], each["before"]) for each in found["rule sets"]] == [
        ("sha256:r1", 2, True),
        ("sha256:r2", 1, False),
    ]
    assert [(each["value"], each["first"]) for each in found["people who ran it"]] == [
        ("ci", "2026-01-11T13:00:00Z"),
        ("Eve", "2026-01-21T13:00:00Z"),
    ]


def test_of_several_runs_the_last_before_the_commit_decides_and_the_others_are_told(tmp_path: Path) -> None:
    at = START + 12 * HOUR
    failed = {"verdict": "failed"}
    runs: list[tuple[int, dict[str, Any]]] = [
        (1, {"at": at - 2 * HOUR, **failed}),
        (1, {"at": at - HOUR}),
        (1, {"at": at + HOUR, **failed}),
    ]
    runs += [(2, {"at": at + 10 * DAY + HOUR, **failed}), (2, {"at": at + 10 * DAY + 2 * HOUR})]
    found = data(branch(tmp_path, *runs))["control"]["commits"]
    assert [(each["state"], each["run_before_commit"]) for each in found[:2]] == [("passed", True), ("failed", False)]
    assert found[0]["notes"][1] == "runs on these files differ: failed 2, passed 1"
    assert found[1]["notes"][0] == "the run ended 1 h after the commit"


def test_a_run_that_is_recorded_twice_counts_once_and_one_of_another_tree_not_at_all(tmp_path: Path) -> None:
    twice, other = {"digest": "sha256:same"}, {"tree": "0" * 40}
    folder = branch(tmp_path, (1, dict(twice)), (1, dict(twice)), (2, other), (3, {"time": "yesterday"}))
    found = data(folder)
    assert (found["runs"]["number"], found["ledger"]["repeated"]) == (1, 1)
    assert "it names the commit" in found["ledger"]["faults"][0]
    assert "'yesterday' is not a time" in found["ledger"]["faults"][1]
    assert [each["state"] for each in found["control"]["commits"]] == ["passed", "no run", "no run", "no run"]


def test_a_ledger_that_does_not_hold_is_told_first(tmp_path: Path) -> None:
    folder = branch(tmp_path, (1, {}), (2, {"verdict": "failed"}), (3, {}))
    ledger = folder / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b'"verdict":"failed"', b'"verdict":"passed"'))
    text = period(folder).stdout
    assert "THE LEDGER IS NOT INTACT, and what follows rests on it. Faults: 1." in text.splitlines()[:10]
    assert data(folder)["ledger"]["faults"]


def test_texts_of_others_command_nothing_and_show_no_credential(tmp_path: Path) -> None:
    builder, token = Builder(tmp_path), "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"
    builder.commit("main", START, [], {"f": ""}, f"<img src=x> \x1b[31m {token} | ::error::")
    builder.run(1, START, actor="<b>@eve")
    builder.build()
    for form in ("text", "json", "html", "markdown"):
        said = period(tmp_path, "--output", form).stdout
        assert token not in said
        assert "\x1b" not in said
        assert "<img" not in said or form in {"text", "json"} or "`<img" in said
    assert "<b>" not in period(tmp_path, "--output", "html").stdout


def test_a_run_for_the_branch_on_files_that_are_not_in_it_is_told(tmp_path: Path) -> None:
    builder = Builder(tmp_path)
    kept = builder.commit("main", START, [], {"f": "1"}, "kept")
    removed = builder.commit("removed", START, [kept], {"f": "2"}, "removed by rewriting the branch")
    for on in (kept, removed):
        builder.run(on, START + HOUR, branch="main")
    builder.build()
    assert data(tmp_path)["runs"]["not_in_branch"] == [2]
    assert "Runs recorded for the branch main on files that no commit of it has now:" in period(tmp_path).stdout


def test_dates_that_run_backwards_are_told(tmp_path: Path) -> None:
    builder = Builder(tmp_path)
    first = builder.commit("main", START + DAY, [], {"f": "1"}, "c1")
    second = builder.commit("main", START - DAY, [first], {"f": "2"}, "c2")
    ids = builder.build()
    found = data(tmp_path)["control"]
    assert [each["subject"] for each in found["commits"]] == ["c1"]
    assert found["dates_out_of_order"] == [f"{ids[second]} {shown(START - DAY)}"]


def test_without_a_file_the_ledger_is_that_of_its_branch(tmp_path: Path) -> None:
    folder = branch(tmp_path, (1, {}))
    before = data(folder)["ledger"]
    blob = git(folder, "hash-object", "-w", "ledger.jsonl")
    git(folder, "update-index", "--add", "--cacheinfo", f"100644,{blob},ledger.jsonl")
    person = ("-c", "user.name=Ada", "-c", "user.email=ada@bank.example")
    made = git(folder, *person, "commit-tree", "-m", "one", git(folder, "write-tree"))
    git(folder, "update-ref", "refs/heads/assay-ledger", made)
    (folder / "ledger.jsonl").unlink()
    done = assay("evidence", "period", *BETWEEN, "--branch", "main", "--output", "json", cwd=folder)
    assert json.loads(done.stdout)["ledger"] == {**before, "source": "the branch assay-ledger"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "2026-02-30", "--to", "2026-03-31"), "--from is not a date: '2026-02-30'"),
        (("--from", "2026-02-01", "--to", "2026-01-31"), "the period ends before it starts"),
        ((*BETWEEN, "--max-gap", "1y"), "--max-gap is not a duration: '1y'"),
        ((*BETWEEN, "--output", "pdf"), "there is no format 'pdf'"),
        ((*BETWEEN, "--output", "text", "--output", "json"), "only one --output may go to standard output"),
        ((*BETWEEN, "--branch", "gone"), "no such Git revision: 'gone'"),
        ((*BETWEEN, "--ledger", "gone"), "gone"),
    ],
)
def test_wrong_usage_exits_with_2(many: tuple[Path, dict[str, str]], arguments: tuple[str, ...], said: str) -> None:
    done = assay("evidence", "period", "--ledger", "ledger.jsonl", *arguments, cwd=many[0])
    assert done.returncode == 2
    assert said in fault(done)


def test_a_history_that_is_not_whole_is_refused(many: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    folder, _ = many
    git(tmp_path, "clone", "--quiet", "--depth", "3", f"file://{folder}", "shallow")
    arguments = ("evidence", "period", *BETWEEN, "--ledger", str(folder / "ledger.jsonl"))
    assert "the checkout is shallow" in fault(assay(*arguments, cwd=tmp_path / "shallow"))
    (folder / ".git" / "info").mkdir(exist_ok=True)
    grafts = folder / ".git" / "info" / "grafts"
    grafts.write_text("")
    assert "replaces parents of commits" in fault(assay(*arguments, cwd=folder))
    grafts.unlink()
