"""Random changes: every finding of both sides is accounted for once, and what one makes, its reverse fixes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from scanner.baseline import BaselineState
from scanner.comparison import compare
from scanner.configured import Pattern
from scanner.finished_scan import Scan
from scanner.model import Finding, Outcome, Profile
from scanner.options import Options
from scanner.policy.tuning import Tuning
from scanner.sources import Selection
from scanner.sources.git_base import Base
from tests.gate.mutation import RULES, Repository
from tests.gate.random_tree import RandomTree

pytestmark = pytest.mark.slow

SEEDS, COMMITS, CHANGES = 5, 5, 8
"""200 changes in all."""
_ON_BOTH = {
    BaselineState.UNCHANGED,
    BaselineState.MOVED,
    BaselineState.WORSE,
    BaselineState.OUT_OF_SIGHT,
}
_COUNTED = {BaselineState.NEW, BaselineState.WORSE}


def compared(base: str, head: str) -> Scan:
    options = Options(
        profile=Profile.STRICT,
        tuning=Tuning(select=tuple(map(Pattern, RULES))),
        jobs=1,
        cache_folder=Path(os.environ["XDG_CACHE_HOME"]) / "assay",
        selection=Selection(revision=head),
    )
    return compare((), options, Base("base", base))


def commits(folder: Path, seed: int) -> Iterator[str]:
    """The commits of a repository that changes at random."""
    tree = RandomTree(seed)
    repository = Repository(folder / "repository", tree.texts())
    os.chdir(repository.folder)
    yield repository.git("rev-parse", "HEAD")
    for _ in range(COMMITS):
        before = tree.texts()
        for _ in range(CHANGES):
            tree.change()
        repository.delete(*before)
        for name, text in tree.texts().items():
            repository.write(name, text)
        repository.commit()
        yield repository.git("rev-parse", "HEAD")


def judged(findings: Iterable[Finding]) -> list[Finding]:
    return [each for each in findings if each.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]


def keys(findings: Iterable[Finding], *states: BaselineState) -> Counter[tuple[object, ...]]:
    return Counter(
        (each.rule, each.subject_id, each.location, each.outcome, each.evidence)
        for each in findings
        if not states or each.baseline_state in states
    )


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_finding_is_lost(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    base, *heads = commits(tmp_path, seed)
    before = judged(compared(base, base).findings)
    seen: Counter[BaselineState | None] = Counter()
    for head in heads:
        scan = compared(base, head)
        assert scan.comparison
        now, gone = judged(scan.findings), scan.comparison.gone
        states = Counter(each.baseline_state for each in now)
        assert None not in states
        assert BaselineState.FIXED not in states
        assert {each.baseline_state for each in gone} <= {BaselineState.FIXED, BaselineState.INCOMPARABLE}
        assert scan.comparison.states == states + Counter(each.baseline_state for each in gone)
        assert len(before) == sum(states[state] for state in _ON_BOTH) + len(gone)
        assert keys(gone) <= keys(before)
        _agrees_with_verdict(scan, now)
        _is_reversed(scan, compared(head, base))
        seen.update(scan.comparison.states)
        base, before = head, now
    assert len(seen) >= 4


def _agrees_with_verdict(scan: Scan, now: list[Finding]) -> None:
    made = [each for each in now if each.outcome is Outcome.FAIL and each.baseline_state in _COUNTED]
    lost = [each for each in now if each.baseline_state is BaselineState.OUT_OF_SIGHT]
    assert scan.verdict.exit_code in ((1, 4) if made or lost else (0, 4))


def _is_reversed(there: Scan, back: Scan) -> None:
    """What is new in one direction is fixed in the other."""
    assert there.comparison
    assert back.comparison
    new, fixed = BaselineState.NEW, BaselineState.FIXED
    assert keys(there.findings, new) == keys(back.comparison.gone, fixed)
    assert keys(back.findings, new) == keys(there.comparison.gone, fixed)
