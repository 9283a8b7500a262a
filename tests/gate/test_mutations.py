"""What `assay gate` says of each change is what docs/gate.md lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gate.mutation import Mutation
from tests.gate.mutations import MUTATIONS

pytestmark = pytest.mark.slow

_HEAD = "| change | findings | exit code |"


def _documented(repository: Path) -> dict[str, str]:
    """Rows of the table by the name of the change."""
    rows = (repository / "docs" / "gate.md").read_text().partition(_HEAD)[2].partition("\n\n")[0].splitlines()[2:]
    return {row.split(" | ")[0].removeprefix("| "): row for row in rows}


def _marked(mutation: Mutation) -> object:
    skip = pytest.mark.skipif(not mutation.is_possible, reason="neither kustomize nor kubectl is there")
    marks = (pytest.mark.kustomize, skip) if mutation.kustomize else ()
    return pytest.param(mutation, id=mutation.name, marks=marks)


def test_the_table_lists_every_change_once(repository: Path) -> None:
    names = [mutation.name for mutation in MUTATIONS]
    assert list(_documented(repository)) == names
    assert len(set(names)) == len(names) >= 45


@pytest.mark.parametrize("mutation", [_marked(each) for each in MUTATIONS])
def test_a_change_is_judged_as_the_table_says(mutation: Mutation, tmp_path: Path, repository: Path) -> None:
    assert mutation.row(tmp_path) == _documented(repository)[mutation.name]
