"""Every parameter of every rule can be set in a configuration file, and changes a result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner import library
from scanner.policy.rule import load_folder
from tests.command_line import assay

RULES = [file for file in load_folder(library.data_root() / "rules") if file.rule.parameters]
SHOWN = [
    (file.rule.info.id, example)
    for file in RULES
    for example in file.data.value["examples"]
    if "text" in example and "parameters" in example
]


def outcomes(rule: str, name: str, config: str) -> dict[str, int]:
    """Fails, unknowns and passes of a rule for one file, told by the public command."""
    arguments = ["scan", name, "--config", config, "--select", rule, "--output", "json", "--include-passes"]
    found: dict[str, int] = json.loads(assay(*arguments, cwd=Path.cwd()).stdout)["summary"]["outcomes"]
    return found


@pytest.mark.parametrize(
    ("rule", "example"), SHOWN, ids=[f"{rule}-{'-'.join(example['parameters'])}" for rule, example in SHOWN]
)
def test_a_value_in_the_configuration_changes_the_result(
    rule: str, example: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = example.get("file", "example.yaml")
    Path(name).write_text(example["text"], encoding="utf-8")
    Path("plain.yaml").write_text("{}\n", encoding="utf-8")
    Path("set.yaml").write_text(json.dumps({"rules": {rule: {"parameters": example["parameters"]}}}), encoding="utf-8")
    assert outcomes(rule, name, "set.yaml") != outcomes(rule, name, "plain.yaml")


def test_every_parameter_has_an_example_that_shows_its_effect() -> None:
    shown = {(rule, name) for rule, example in SHOWN for name in example["parameters"]}
    assert {(file.rule.info.id, name) for file in RULES for name in file.rule.parameters} == shown
    assert len(RULES) >= 52
