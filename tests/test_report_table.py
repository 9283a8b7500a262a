"""The table: what it leaves out, and where the limits of its lists lie."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner import reports
from scanner.model import Scan
from tests.sample import sample_scan


def table(scan: Scan) -> str:
    return "".join(reports.render("table", scan))


@pytest.mark.parametrize(("number", "shown"), [(6, True), (7, False)])
def test_of_many_frameworks_those_that_nothing_bears_on_are_left_out(number: int, shown: bool) -> None:
    silent = replace(sample_scan().frameworks[0], covered=0, declared=0, coverage=0.0, conformity=None)
    frameworks = tuple(replace(silent, id=f"silent-{index}") for index in range(number))
    assert ("silent-0@" in table(replace(sample_scan(), frameworks=frameworks))) is shown
