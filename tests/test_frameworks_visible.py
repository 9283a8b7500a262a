"""What is found against a control stays in sight, whatever else is scanned."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from scanner.controls import ControlStatus
from scanner.finished_scan import Scan
from scanner.scan import Options, scan

SOUND = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: quiet, namespace: elsewhere}
automountServiceAccountToken: false
"""
Key = tuple[str, str, str]


def statuses(result: Scan) -> dict[Key, ControlStatus]:
    return {(item.framework, item.edition, item.control): item.status for item in result.assessments}


@pytest.fixture
def bank(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(repository / "examples" / "digital-bank", tmp_path / "bank")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "bank"


def test_one_more_file_that_passes_hides_nothing(bank: Path) -> None:
    before = scan(["bank"])
    (bank / "quiet.yaml").write_text(SOUND)
    after = scan(["bank"])
    against = {key for key, status in statuses(before).items() if status is ControlStatus.NOT_SATISFIED}
    assert against
    assert {statuses(after)[key] for key in against} == {ControlStatus.NOT_SATISFIED}
    findings = {item.control: set(item.findings) for item in before.assessments if item.framework == "pci-dss"}
    for item in after.assessments:
        assert item.framework != "pci-dss" or findings[item.control] <= set(item.findings)


def test_a_control_without_inputs_is_not_assessed(bank: Path) -> None:
    (bank / "only.yaml").write_text(SOUND)
    for item in scan(["bank/only.yaml"]).assessments:
        if not item.rules and item.status not in (ControlStatus.MANUAL, ControlStatus.NOT_APPLICABLE):
            assert item.status is ControlStatus.NOT_ASSESSED, item.control
    (bank / "only.yaml").write_text("# nothing\n")
    assert {item.status for item in scan(["bank/only.yaml"]).assessments} == {
        ControlStatus.NOT_ASSESSED,
        ControlStatus.MANUAL,
    }


def test_every_figure_is_a_count_of_statuses(bank: Path) -> None:
    result = scan([str(bank)], Options(frameworks=("pci-dss",)))
    (figures,) = result.frameworks
    told = [item.status for item in result.assessments]
    assert {status: number for status, number in figures.counts.items() if number} == Counter(told)
    assert figures.coverage == round(figures.covered / figures.applicable, 4)
    assert figures.conformity is None, "no control of PCI DSS can be shown in full by files"
    assert 0 < figures.uncontradicted < figures.covered + figures.declared < figures.controls
