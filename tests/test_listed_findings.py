"""One finding for a file that lists what all its places hold, and what a comparison says of such a list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.baseline import Worse
from scanner.gate.matching import Side, match
from scanner.model import Finding, Outcome
from scanner.scan import Options, scan

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
