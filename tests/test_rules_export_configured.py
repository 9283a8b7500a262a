"""Exported policies are those of the rules that a scan would run, by the same configuration."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.test_rules_export import RULES, export

PROC_MOUNT = "kubernetes.container-proc-mount-masked"
PRIVILEGED, REGISTRY = "kubernetes.container-not-privileged", "kubernetes.container-image-registry-allowed"
CONFIGURATION = f"""\
fail-on: high
rule-folders: [own]
rules:
  {REGISTRY}: {{parameters: {{allowed: [registry.example]}}}}
  {PRIVILEGED}: {{enabled: false, reason: our nodes need it}}
  {PROC_MOUNT}: {{severity: low, reason: checked by another tool}}
  kubernetes.container-without-ssh-port: {{enabled: true}}
  swarm.swarm-size-bounded: {{parameters: {{most: 3}}}}
skip: ['kubernetes.pod-*']
"""


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a configuration, and a rule of one's own."""
    (tmp_path / "own" / "shop").mkdir(parents=True)
    shipped = (RULES / "kubernetes" / "container-not-privileged.yaml").read_text(encoding="utf-8")
    (tmp_path / "own" / "shop" / "own.yaml").write_text(shipped, encoding="utf-8")
    (tmp_path / "assay.yaml").write_text(CONFIGURATION, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(text: str) -> set[str]:
    return {each["metadata"]["name"] for each in yaml.safe_load_all(text)}


@pytest.mark.usefixtures("configured")
def test_export_heeds_the_configuration() -> None:
    text, told = export()
    objects = [each for each in yaml.safe_load_all(text) if each["metadata"]["name"] == REGISTRY]
    assert {"allowed": "registry.example", "refused": ""} in [each.get("data") for each in objects]
    assert PRIVILEGED not in names(text)
    assert "kubernetes.container-without-ssh-port" in names(text)
    assert not [name for name in names(text) if name.startswith(("kubernetes.pod-", "shop."))]
    mount = next(each for each in yaml.safe_load_all(text) if each["metadata"]["name"] == PROC_MOUNT)
    assert mount["metadata"]["annotations"]["assay/severity"] == "low"
    lines = told.splitlines()
    assert lines[0] == "configuration: assay.yaml, found in the current folder"
    assert f"  {PRIVILEGED} is switched off: our nodes need it (assay.yaml:5)" in lines
    assert f'  {REGISTRY} has the parameter allowed: ["registry.example"] (assay.yaml:4)' in lines
    assert any(line.startswith("  skip kubernetes.pod-* excludes ") for line in lines)
    assert any(line.startswith("  rule-folders is not used: it has an effect only in a file that") for line in lines)
    assert not [line for line in lines if "swarm" in line or "fail-on" in line]


def test_export_takes_all_of_a_configuration_that_is_named(configured: Path) -> None:
    (configured / "other.yaml").write_text("rule-folders: [own]\nselect: ['shop.*']\n", encoding="utf-8")
    text, told = export("--config", "other.yaml")
    assert names(text) == {"shop.own"}
    assert told.startswith("configuration: other.yaml, named by --config\n")


@pytest.mark.usefixtures("configured")
def test_a_rule_that_is_named_is_exported_as_it_is_selected() -> None:
    text, told = export(PRIVILEGED, REGISTRY)
    assert names(text) == {PRIVILEGED, REGISTRY}
    assert "registry.example" in text
    assert "select excludes" not in told


@pytest.mark.usefixtures("configured")
def test_export_skips_and_selects_as_scan_does() -> None:
    text, told = export("--select", "kubernetes.container-image-*", "--skip", REGISTRY)
    assert REGISTRY not in names(text)
    assert all(name.startswith("kubernetes.container-image-") for name in names(text))
    assert f"  skip {REGISTRY} excludes 1 rule (--skip)" in told.splitlines()


def test_export_without_a_configuration_tells_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert export(PRIVILEGED)[1] == ""
