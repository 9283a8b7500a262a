"""The inputs of the benchmarks: equal for equal seeds, complete, and with faults among them."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

from scanner.model import InputStatus
from scanner.scan import scan
from tests.conftest import REPOSITORY


@pytest.fixture(scope="module")
def generated() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(REPOSITORY / "bench"))
        import generated as module
    return module


@pytest.fixture(scope="module")
def growth_chart() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(REPOSITORY / "bench"))
        import growth_chart as module
    return module


def test_the_first_manifests_of_many_are_those_of_a_few(generated: ModuleType) -> None:
    many = list(generated.manifests(60))
    assert list(generated.manifests(7)) == many[:7]
    assert len({name for name, _ in many}) == 60
    assert dict(generated.manifests(60, seed=1)) != dict(many)


def test_generated_manifests_are_assessed_and_some_are_faulty(
    generated: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    generated.write_manifests(tmp_path, 200)
    result = scan(["."])
    assert len(result.inputs) == 200
    assert {item.status for item in result.inputs} == {InputStatus.ASSESSED}
    failing = {finding.location.path for finding in result.findings}
    assert 20 < len(failing) < 180
    assert len({finding.rule for finding in result.findings}) > 15


def test_a_generated_spec_follows_its_schema_and_has_circles(
    generated: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = generated.architecture(200)
    assert text == generated.architecture(200)
    (tmp_path / "architecture.yaml").write_text(text)
    result = scan(["."])
    rules = {finding.rule for finding in result.findings}
    assert "architecture.service-without-circular-dependency" in rules
    assert "architecture.flow-ends-defined" in rules
    assert not any(finding.rule.startswith("document.") for finding in result.findings)


def test_curves_are_drawn_with_their_figures(growth_chart: ModuleType) -> None:
    drawn = growth_chart.drawn({"manifests": [(1, 0.4), (10_000, 31.5)], "services": [(10, 0.5)]})
    texts = [element.text for element in ET.fromstring(drawn).iter() if element.text and element.text.strip()]
    assert "manifests, 31.5 s" in texts
    assert "10,000" in texts
    assert "10 services: 0.50 s" in texts
