"""What needs all subjects at once: each part that takes too much costs itself, and is said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

from scanner import facts, joined_stage
from tests.command_line import assay
from tests.hostile.row import POD

PRIVILEGED = "kubernetes.container-not-privileged"
POLICY = """\
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: NAME}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
"""
GOOD = f"{POLICY.replace('NAME', 'good')}  validations: [{{expression: object.metadata.name == 'even'}}]\n"
TENFOLD = "".join(
    f"  - {{name: v{index + 1}, expression: {'+'.join(10 * [f'variables.v{index}'])}}}\n" for index in range(12)
)
EXHAUSTING = (
    f"{POLICY.replace('NAME', 'exhausting')}  variables:\n  - {{name: v0, expression: \"'0123456789'\"}}\n{TENFOLD}"
    "  validations: [{expression: size(variables.v12) == 3}]\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "good.yaml").write_text(GOOD)
    return tmp_path


def scanned(folder: Path, *arguments: str) -> dict[str, Any]:
    done = assay("scan", "pod.yaml", "--output", "json", "--quiet", *arguments, cwd=folder)
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["verdict"]["exit_code"] == done.returncode
    return result


def outcomes(result: dict[str, Any], rule: str) -> list[str]:
    return [item["outcome"] for item in result["findings"] if item["rule"] == rule]


def test_a_policy_that_exhausts_the_memory_costs_itself_alone(folder: Path) -> None:
    (folder / "policies" / "exhausting.yaml").write_text(EXHAUSTING)
    result = scanned(folder, "--policies", "policies", "--limit", "memory=256MiB")
    assert result["verdict"]["exit_code"] == 4
    assert outcomes(result, PRIVILEGED) == outcomes(result, "policy.good") == ["fail"]
    (error,) = (item for item in result["findings"] if item["rule"] == "policy.exhausting")
    assert (error["outcome"], error["location"]["path"]) == ("error", "policies/exhausting.yaml")
    why = "it needs more than 256 MiB of memory (--limit memory=SIZE raises this)"
    assert error["message"] == f"the policy exhausting was not assessed: {why}"


def test_facts_that_take_too_long_cost_the_rules_that_use_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scanned(folder, "--policies", "policies")

    def spin(*_: object, **__: object) -> NoReturn:
        while True:
            pass

    monkeypatch.setattr(facts, "derive_sides", spin)
    result = scanned(folder, "--policies", "policies", "--limit", "seconds=0.5")
    assert result["verdict"]["exit_code"] == 4
    assert outcomes(result, PRIVILEGED) == outcomes(result, "policy.good") == ["fail"]
    lost = {item["rule"] for item in whole["findings"]} - {
        item["rule"] for item in result["findings"] if item["outcome"] != "error"
    }
    errors = {item["rule"]: item["message"] for item in result["findings"] if item["outcome"] == "error"}
    assert lost <= errors.keys()
    assert "kubernetes.workload-selected-by-network-policy" in errors
    why = "the evaluation of rules that compare several objects needs more than 0.5 seconds of CPU time"
    assert all(f"the rule could not be evaluated: {why}" in message for message in errors.values())


def test_many_objects_come_to_the_same_as_few(folder: Path) -> None:
    """The work on many is done in another process."""
    pods = "---\n".join(POD.replace("name: odd", f"name: odd-{number}") for number in range(3))
    (folder / "pod.yaml").write_text(pods)
    few = scanned(folder)
    many = "".join(f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{number}}}\n" for number in range(700))
    (folder / "pod.yaml").write_text(pods + many)
    assert few["findings"] == scanned(folder)["findings"]


@pytest.fixture
def two_sides(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is deployed, and examples: facts about both are derived in different processes, even of a few."""
    monkeypatch.setattr(joined_stage, "_FEW", 0)
    (folder / "examples").mkdir()
    (folder / "examples" / "pod.yaml").write_text(POD.replace("name: odd", "name: shown"))
    return folder


def test_two_sides_come_to_the_same_in_one_process_and_in_two(two_sides: Path) -> None:
    one, two = (scanned(two_sides, "examples", "--jobs", number) for number in "12")
    assert one["findings"] == two["findings"]
    assert {item["location"]["path"] for item in one["findings"]} >= {"pod.yaml", "examples/pod.yaml"}


def test_facts_that_are_lost_on_one_side_cost_the_rules_once(two_sides: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = facts.derive_sides

    def refuse(some: Sequence[facts.Side], *, whole: Any) -> facts.Derived:
        if some[0].judged is not some[0].known:
            raise ValueError("examples")
        return known(some, whole=whole)

    rule = "kubernetes.workload-selected-by-network-policy"
    assert len(outcomes(scanned(two_sides, "examples"), rule)) == 2
    monkeypatch.setattr(facts, "derive_sides", refuse)
    assert outcomes(scanned(two_sides, "examples"), rule) == ["error"]


def test_a_fix_that_cannot_be_proved_is_not_made(
    folder: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "rules" / "own").mkdir(parents=True)
    (folder / "rules" / "own" / "rule.yaml").write_text((repository / "tests" / "own-rule.yaml").read_text())
    before = (folder / "pod.yaml").read_text()

    def spin(*_: object, **__: object) -> NoReturn:
        while True:
            pass

    monkeypatch.setattr(facts, "derive_sides", spin)
    limited = ("--rules", "rules", "--limit", "seconds=0.5", "--unsafe")
    done = assay("fix", "pod.yaml", *limited, cwd=folder)
    assert done.returncode == 1
    why = "the evaluation of rules that compare several objects needs more than 0.5 seconds of CPU time"
    assert f"not fixed: the fix cannot be verified: {why}" in done.stderr
    assert (folder / "pod.yaml").read_text() == before
