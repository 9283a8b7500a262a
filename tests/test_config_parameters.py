"""Every parameter of every rule can be set in a configuration file, and changes a result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from scanner import documents, facts, library, subjects
from scanner.model import Outcome
from scanner.policy.evaluate import Evaluator
from scanner.policy.parameters import FORMATS
from scanner.policy.rule import RuleFile
from tests import shipped
from tests.command_line import assay

pytestmark = pytest.mark.slow

RULES = [file for file in shipped.rule_files() if file.rule.parameters]
SHOWN = [
    (file.rule.info.id, example)
    for file in RULES
    for example in file.data.value["examples"]
    if "text" in example and "parameters" in example
]


def with_texts(value: Any, text: str) -> Any:
    """A value with another text in place of each that it holds, and in each list that is empty."""
    if isinstance(value, list):
        return [with_texts(item, text) for item in value] or [text]
    if isinstance(value, dict):
        return {name: with_texts(item, text) for name, item in value.items()}
    return text if isinstance(value, str) else value


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


TEXTS = [
    (file, name)
    for file in RULES
    for name, value in file.rule.parameters.items()
    if name not in file.rule.formats and json.dumps(with_texts(value, "[")) != json.dumps(value)
]


@pytest.mark.parametrize(("file", "name"), TEXTS, ids=[f"{file.rule.info.id}-{name}" for file, name in TEXTS])
def test_any_text_will_do_for_a_parameter_without_a_format(file: RuleFile, name: str) -> None:
    parameters = {**file.rule.parameters, name: with_texts(file.rule.parameters[name], "[")}
    evaluator = Evaluator([replace(file.rule, parameters=parameters)])
    for example in file.data.value["examples"]:
        if "text" in example:
            some = list(subjects.recognise(documents.read(example.get("file", "a.yaml"), example["text"])).subjects)
            found = evaluator.evaluate(some, facts.derive(some, whole=True)).findings
            assert Outcome.ERROR not in {finding.outcome for finding in found}


def test_the_formats_of_the_schema_are_those_that_are_checked() -> None:
    schema = json.loads((library.data_root() / "rules" / "schema.json").read_text(encoding="utf-8"))
    declared = schema["properties"]["parameters"]["additionalProperties"]["properties"]["format"]["enum"]
    assert declared == list(FORMATS)


def test_every_parameter_has_an_example_that_shows_its_effect() -> None:
    shown = {(rule, name) for rule, example in SHOWN for name in example["parameters"]}
    assert {(file.rule.info.id, name) for file in RULES for name in file.rule.parameters} == shown
    assert len(RULES) >= 52
