"""What a scan says of calls whose text states only a part, and of a fault that a file repeats."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.model import Finding, Outcome, Profile
from scanner.scan import Options, scan

_LEVEL = "type: 'coder', authority: { level: 'x' }"
_UNLIMITED = "authority: { budget: 'unlimited' }"


def found(folder: Path, text: str, outcome: Outcome, name: str = "a.md") -> list[Finding]:
    (folder / name).write_text(text)
    scanned = scan([str(folder)], Options(profile=Profile.STRICT))
    return [finding for finding in scanned.findings if finding.outcome is outcome]


def rules(findings: list[Finding]) -> set[str]:
    return {finding.rule.partition(".")[2] for finding in findings}


@pytest.mark.parametrize(
    ("call", "failed"),
    [
        (f"mcp__s__agent_spawn({{ name: `w-${{i}}`, {_UNLIMITED} }})", {"agent-budget-limited"}),
        (f"mcp__s__agent_spawn({{ ...base, {_UNLIMITED} }})", {"agent-budget-limited"}),
        (f"mcp__s__agent_spawn({{ {_UNLIMITED}, ...base }})", set()),
        ("const authority = { budget: 'none' };\nmcp__s__agent_spawn({ authority })", {"agent-budget-limited"}),
        ("Task('R', `Go ${on} --dangerously-skip-permissions`)", {"task-safeguards-not-disabled"}),
        ("Task(`${n}`, 'claude --dangerously-skip-permissions')", {"task-safeguards-not-disabled"}),
        ("Task('R', `npx notes@${version} list`)", set()),
        ("Task('R', `Go ${on}`)", set()),
    ],
)
def test_what_is_stated_decides_and_the_rest_is_unknown(call: str, failed: set[str], tmp_path: Path) -> None:
    assert rules(found(tmp_path, f"```js\n{call}\n```\n", Outcome.FAIL)) == failed


@pytest.mark.parametrize(
    ("call", "unknown"),
    [
        ("mcp__s__agent_spawn({ name: `w-${i}` })", {"agent-name-unique"}),
        ("mcp__s__agent_spawn({ name: 'a', type: kind() })", set()),
        (
            f"mcp__s__agent_spawn({{ name: 'b', {_LEVEL} }}); mcp__s__agent_spawn({{ name: 'a', type: kind() }})",
            {"coordinator-authority-stated"},
        ),
        ("mcp__s__agent_spawn({ name: 'a', model: best() })", set()),
        (
            "mcp__s__agent_spawn({ name: 'a', tools: list })",
            {"agent-tools-listed", "agent-tools-separated", "agent-shell-limited"},
        ),
    ],
)
def test_only_rules_that_apply_are_unknown(call: str, unknown: set[str], tmp_path: Path) -> None:
    assert rules(found(tmp_path, f"```js\n{call}\n```\n", Outcome.UNKNOWN)) == unknown


def test_fields_from_elsewhere_are_one_finding(tmp_path: Path) -> None:
    text = "```js\nmcp__s__agent_spawn({ ...agent, swarmId: 'x' })\n```\n"
    (finding,) = found(tmp_path, text, Outcome.UNKNOWN)
    assert "more rules about it cannot be decided either" in finding.message
    assert finding.provide == "write out all fields as plain values"


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        (["mcp__s__agent_spawn({ name: 'same' })"] * 80, 50),
        ([f"Task('T{number}', 'npx notes@latest list --n {number}')" for number in range(22)], 21),
    ],
)
def test_a_fault_that_a_file_repeats_is_one_finding_with_its_places(
    lines: list[str], places: int, tmp_path: Path
) -> None:
    spread = [line for line in lines for line in (line, "")]
    failed = found(tmp_path, "```js\n" + "\n".join(spread) + "\n```\n", Outcome.FAIL)
    (finding,) = [each for each in failed if each.rule in ("swarm.agent-name-unique", "swarm.task-packages-pinned")]
    assert finding.location.line == 2
    assert [related.location.line for related in finding.related] == [4 + 2 * number for number in range(places)]
    assert finding.message.endswith(f"(and at {len(lines) - 1} more places of the file)")


def test_two_packages_are_two_findings(tmp_path: Path) -> None:
    text = "Task('A', 'npx notes@latest list')\nTask('B', 'npx other@latest list')\n"
    failed = found(tmp_path, text, Outcome.FAIL, "a.js")
    assert sorted(each.message for each in failed if each.rule == "swarm.task-packages-pinned") == [
        "task A tells the agent to run notes@latest without an exact version",
        "task B tells the agent to run other@latest without an exact version",
    ]


@pytest.mark.parametrize("interval", ["'0 * * * *'", "'@hourly'", "'24x per day'", "3600"])
def test_intervals_of_backups_in_any_form(interval: str, tmp_path: Path) -> None:
    goal = "'recovery-objectives': { rpo: '30 min' }"
    text = f"mcp__s__backup_create({{ strategy: {{ {goal}, 'backup-frequency': {{ data: {interval} }} }} }})"
    assert "backups-within-rpo" in rules(found(tmp_path, text, Outcome.FAIL, "a.js"))


def test_front_matter_of_other_pages_is_no_input_of_ours(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: a: b\n---\n# Words\n")
    (item,) = scan([str(tmp_path)], Options()).inputs
    assert (item.status.value, item.reason) == ("skipped", "contains no YAML, JSON or tool calls")
