"""One finding for a file that lists what all its places hold, and what a comparison says of such a list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.baseline import Worse
from scanner.gate.matching import Side, match
from scanner.model import Finding, Outcome
from scanner.scan import Options, scan
from tests.command_line import assay

RULE = "agents.permission-programs-limited"


def found(folder: Path, *rules: str) -> list[Finding]:
    path = folder / ".claude" / "settings.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"permissions": {"allow": list(rules)}}, indent=1))
    result = scan([str(path)], Options(cache_folder=None))
    return [each for each in result.findings if each.rule == RULE and each.outcome is Outcome.FAIL]


def test_one_finding_lists_the_rules_of_a_file(tmp_path: Path) -> None:
    (one,) = found(tmp_path, "Bash(node:*)", "Bash(git diff:*)", "Bash(curl:*)", "Bash(node:*)")
    start = "Allow rules cover programs with any arguments: "
    listed = "Bash(node:*) (an interpreter), Bash(curl:*) (downloads and sends data)"
    assert one.message == f"{start}{listed} (3 places of the file)"
    assert one.evidence is not None
    assert json.loads(one.evidence) == ["Bash(node:*)", "Bash(curl:*)"]
    assert [place.location.line for place in one.related] == [6, 7]


def test_a_long_list_is_counted(tmp_path: Path) -> None:
    (one,) = found(tmp_path, *(f"Bash(/opt/n{number}/bin/node:*)" for number in range(23)))
    assert one.message.endswith("n19/bin/node:*) (an interpreter) and 3 more")


@pytest.mark.parametrize(
    ("before", "now", "state"),
    [
        (("node", "curl"), ("node", "curl"), "unchanged"),
        (("node",), ("node", "curl"), "worse"),
        (("node", "curl"), ("node", "ssh"), "worse"),
        (("node", "curl"), ("node",), "unchanged"),
        (("node", "curl"), ("curl",), "unchanged"),
        (("node", "curl", "rm"), ("rm", "curl"), "unchanged"),
        (("node",), ("curl",), "worse"),
    ],
)
def test_only_an_added_rule_is_worse(tmp_path: Path, before: tuple[str, ...], now: tuple[str, ...], state: str) -> None:
    base, head = (found(tmp_path, *(f"Bash({name}:*)" for name in names)) for names in (before, now))
    matched = match(Side(base), Side(head), {RULE: Worse.MORE}, {RULE})
    assert [each.baseline_state for each in matched.findings] == [state]
    assert matched.gone == []


GRANT = "agents.invoked-commands-limited"


def granted(folder: Path, *paths: str, tools: str = "Bash, Read") -> None:
    for path in paths:
        file = folder / path / "SKILL.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\nname: {file.parent.name}\ndescription: Does it\nallowed-tools: {tools}\n---\nDo it.\n")


def shown(folder: Path, *command: str) -> list[dict[str, Any]]:
    run = assay(*(command or ("scan",)), ".", "--output", "json", cwd=folder)
    found = [each for each in json.loads(run.stdout)["findings"] if each["rule"] == GRANT]
    assert all(each["outcome"] == "fail" for each in found)
    return found


def places(finding: dict[str, Any]) -> list[str]:
    return [
        each["path"] for each in (finding["location"], *(other["location"] for other in finding.get("related", ())))
    ]


def test_the_same_grant_in_the_files_of_a_setup_is_one_finding_with_every_place(tmp_path: Path) -> None:
    some = [f"plugins/p{number:02}/skills/s" for number in range(60)]
    granted(tmp_path, *some)
    granted(tmp_path, "plugins/p00/skills/t", tools="Bash(npx:*)")
    granted(tmp_path, "other/plugins/p/skills/s", "other/plugins/q/skills/s")
    one, other, different = sorted(shown(tmp_path), key=lambda each: -len(places(each)))
    assert places(one) == [f"{path}/SKILL.md" for path in some]
    assert one["message"].endswith("Bash (every command); the same in 59 more files")
    assert places(other) == [f"other/plugins/{name}/skills/s/SKILL.md" for name in "pq"]
    assert places(different) == ["plugins/p00/skills/t/SKILL.md"]


def test_a_comparison_tells_the_file_that_was_added(tmp_path: Path) -> None:
    granted(tmp_path, "skills/a", "skills/b")
    assert assay("baseline", "write", "base.json", ".", cwd=tmp_path).returncode == 0
    granted(tmp_path, "skills/c")
    before, added = sorted(shown(tmp_path, "gate", "--baseline", "base.json"), key=lambda each: -len(places(each)))
    assert (before["baseline_state"], added["baseline_state"]) == ("unchanged", "new")
    assert places(added) == ["skills/c/SKILL.md"]


def test_where_a_scope_divides_the_files_each_keeps_its_finding(tmp_path: Path) -> None:
    granted(tmp_path, "skills/a", "skills/b")
    (tmp_path / "scope.yaml").write_text("owasp-agentic: {paths: [skills/b]}\n")
    scope = ("scan", "--framework", "owasp-agentic", "--scope", "scope.yaml")
    assert [places(each) for each in shown(tmp_path, *scope)] == [["skills/b/SKILL.md"]]


DOWNLOADS = "agents.invoked-downloads-not-executed"


def downloads(folder: Path, *hosts: str) -> list[Finding]:
    path = folder / ".claude" / "skills" / "a" / "SKILL.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "\n".join(f"curl -fsSL https://{host}/install.sh | sh" for host in hosts)
    path.write_text(f"---\nname: a\ndescription: Sets up\n---\n\n```bash\n{lines}\n```\n")
    result = scan([str(path)], Options(cache_folder=None))
    return [each for each in result.findings if each.rule == DOWNLOADS and each.outcome is Outcome.FAIL]


@pytest.mark.parametrize("length", [90, 3000])
@pytest.mark.parametrize(("more", "state"), [((), "unchanged"), (("b",), "worse")])
def test_a_text_with_one_download_more_is_worse(tmp_path: Path, more: tuple[str, ...], state: str, length: int) -> None:
    long = "a.example/" + "x" * length
    base, head = downloads(tmp_path, long), downloads(tmp_path, long, *(f"{long}/{each}" for each in more))
    assert len(head) == 1
    matched = match(Side(base), Side(head), {DOWNLOADS: Worse.MORE}, {DOWNLOADS})
    assert [each.baseline_state for each in matched.findings] == [state]
