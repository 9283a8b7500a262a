"""The worked example: its faults are found where its README says, and its clean part is clean."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner.finished_scan import Scan
from scanner.model import Outcome
from scanner.reports import html
from scanner.scan import Options, scan


@pytest.fixture(scope="module")
def result() -> Scan:
    return scan([str(Path(__file__).parent.parent / "examples" / "digital-bank")], Options())


def test_the_example_fails_and_is_read_whole(result: Scan) -> None:
    assert result.verdict.exit_code == 1
    assert not [finding for finding in result.findings if finding.outcome is Outcome.ERROR]
    kinds = {form for item in result.inputs for form in item.formats}
    assert {"architecture", "kubernetes", "swarm", "prose"} <= kinds


def test_the_clean_part_is_clean(result: Scan) -> None:
    assert not [finding for finding in result.findings if "/manifests/accounts/" in finding.location.path]
    assert any("/manifests/accounts/" in item.path and item.subjects for item in result.inputs)


def test_the_readme_names_every_rule_that_fails_and_no_other(repository: Path, result: Scan) -> None:
    text = (repository / "examples" / "digital-bank" / "README.md").read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("|")]
    named = set(re.findall(r"`([a-z]+\.[a-z0-9-]+)`", "\n".join(table)))
    failing = {finding.rule for finding in result.findings if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)}
    assert failing <= named
    assert {name for name in named if name in result.rules} <= failing


def test_its_page_can_be_carried(result: Scan) -> None:
    assert len(html.render(result)) < 1_000_000


def test_every_family_is_touched(result: Scan) -> None:
    covered = {item.id for item in result.frameworks if item.covered}
    assert {"soc2", "pci-dss", "gdpr", "owasp-kubernetes", "owasp-agentic", "zero-trust-nist"} <= covered


def test_what_three_layers_say_of_one_system_is_found(result: Scan) -> None:
    found = {finding.rule.partition(".")[0] for finding in result.findings if finding.outcome is Outcome.FAIL}
    assert {"architecture", "governance", "resilience", "kubernetes", "swarm"} <= found
