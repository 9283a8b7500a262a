"""Hostile and odd inputs: each has a defined outcome, alone and beside a good file, and takes nothing with it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner import library
from scanner.finished_scan import Scan
from scanner.frameworks import catalogue
from scanner.model import Outcome
from scanner.policy import pack
from scanner.scan import Options, scan
from tests.hostile import bombs, encodings, filesystem, json_texts, objects, prose, specs, syntax, values
from tests.hostile.filesystem import Place
from tests.hostile.measured import LARGEST, measured
from tests.hostile.row import POD, Row

pytestmark = pytest.mark.slow

PRIVILEGED = "kubernetes.container-not-privileged"
GOOD = (
    POD.replace("odd", "good")
    + """\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: good}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
"""
)
"""A privileged pod, and what else is asked of it as an object."""
TABLES = (bombs, encodings, json_texts, objects, prose, specs, syntax, values)
ROWS = {f"{table.__name__.rpartition('.')[2]}: {row.name}": row for table in TABLES for row in table.ROWS}
LONGEST = {
    "bombs: 100,000 broken documents",
    "bombs: 100,000 control characters",
    "bombs: a comment of 20 MB",
    "bombs: a text of 20 MB on one line",
    "bombs: a text of 9 MB on one line",
}
"""Rows that take seconds each."""
PARAMETERS = [pytest.param(row, id=name, marks=[pytest.mark.slow] * (name in LONGEST)) for name, row in ROWS.items()]
HEAVY = ("jsonschema", "markdown_it", "tree_sitter", "tree_sitter_javascript")
"""Libraries that a scan loads when it needs them: here once, and not in the process of each row."""
QUICK = Options()
Told = list[tuple[str, str, str, int]]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The findings of the good file alone.

    Rules are read here once; the processes of the rows have them from here. Frameworks are left out: what controls come
    of an odd input is not asked here, and would be the larger part of the work.
    """
    for name in HEAVY:
        importlib.import_module(name)
    folder = tmp_path_factory.mktemp("good")
    (folder / "good.yaml").write_text(GOOD)
    with pytest.MonkeyPatch.context() as patch:
        rules = pack.load_all(library.Cache(QUICK.cache_folder))
        patch.setattr(pack, "load_all", lambda *_: rules)
        patch.setattr(catalogue, "load", lambda *_: ())
        found = told(scan([str(folder)], QUICK), "good.yaml")
        assert (PRIVILEGED, "fail", 12) in [(rule, outcome, line) for rule, outcome, _, line in found]
        yield found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(result: Scan, path: str) -> Told:
    """What the findings in a file say: rule, outcome, fingerprint and line.

    Not what is unknown: beside something unreadable nobody can tell what is missing.
    """
    return [
        (item.rule, item.outcome.value, item.fingerprint, item.location.line)
        for item in result.findings
        if item.location.path == path and item.outcome is not Outcome.UNKNOWN
    ]


def scanned() -> tuple[Scan, Scan]:
    """The current folder alone and beside the good file; each of the scans must stay within the bounds."""

    def work() -> tuple[Scan, Scan]:
        alone = scan(["."], QUICK)
        Path("good.yaml").write_text(GOOD)
        return alone, scan(["."], QUICK)

    result: tuple[Scan, Scan]
    result, memory = measured(work)
    assert memory < LARGEST
    return result


def test_the_tables_are_long_and_say_nothing_twice() -> None:
    assert set(ROWS) > LONGEST
    assert len(ROWS) == sum(len(table.ROWS) for table in TABLES) > 100


@pytest.mark.parametrize("row", PARAMETERS)
def test_an_odd_input_has_its_outcome_and_leaves_others_alone(row: Row, folder: Path, good: Told) -> None:
    (folder / row.file).write_bytes(row.bytes())
    alone, beside = scanned()
    holds(alone, row)
    holds(beside, row)
    assert (alone.verdict.exit_code, beside.verdict.exit_code) == (row.alone, row.beside)
    assert told(beside, "good.yaml") == good


def holds(result: Scan, row: Row) -> None:
    """What is said of a row's file is what the row expects."""
    (item,) = (each for each in result.inputs if each.path == row.file)
    assert (item.status.value, item.line) == (row.status, row.line), item.reason
    assert row.reason in item.reason
    assert bool(row.reason) == bool(item.reason)
    if row.lost[0]:
        first = item.losses[0]
        assert (first.line, first.kind) == row.lost[:2]
        assert row.lost[2] in first.reason
    assert "internal error of Assay" not in item.reason
    found = [each for each in result.findings if each.location.path == row.file]
    lines = [each.location.line for each in found if (each.rule, each.outcome) == (PRIVILEGED, Outcome.FAIL)]
    assert tuple(lines) == row.privileged
    assert any(each.outcome is Outcome.ERROR for each in found) == row.errors


@pytest.mark.parametrize("place", filesystem.PLACES, ids=lambda place: place.name)
def test_an_odd_place_has_its_outcome_and_leaves_others_alone(place: Place, folder: Path, good: Told) -> None:
    place.make()
    alone, beside = scanned()
    stands(alone, place)
    stands(beside, place)
    assert (alone.verdict.exit_code, beside.verdict.exit_code) == (place.alone, place.beside)
    assert told(beside, "good.yaml") == good
    assert not (folder / ".started").exists()


def stands(result: Scan, place: Place) -> None:
    """What is said of a place is what is expected of it."""
    said = {item.path: item for item in result.inputs}
    for path, (status, reason) in place.expected.items():
        assert said[path].status.value == status, said[path].reason
        assert reason in said[path].reason
    pods = [each for each in result.findings if each.rule == PRIVILEGED and each.location.path != "good.yaml"]
    assert len(pods) == place.pods
