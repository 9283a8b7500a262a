"""What is fuzzed takes what it starts from: every target with its seeds, without the fuzzer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import assay
from tests.fuzz import targets
from tests.fuzz.targets import TARGETS

_EACH = 6
"""Seeds of a target that the quick tests try."""


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What targets write into, which pytest removes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("fuzz")))
        targets.folder.cache_clear()
        yield targets.folder()
    targets.folder.cache_clear()


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_some_of_its_seeds(name: str) -> None:
    target, made = TARGETS[name]
    seeds = list(made())
    assert len(seeds) > _EACH
    for seed in (b"", b"\0", *seeds[:: len(seeds) // _EACH]):
        target(seed)


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_all_of_its_seeds(name: str) -> None:
    target, made = TARGETS[name]
    for seed in made():
        target(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_a_fault_is_not_taken_for_an_answer(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a person can mend may be raised; anything else ends the target."""
    broken = {
        "documents": "scanner.documents.read_text",
        "subjects": "scanner.documents.read_text",
        "rules": "scanner.datafile.read",
        "configuration": "scanner.datafile.read",
        "results": "scanner.documents.read_text",
    }
    target, made = TARGETS[name]
    seed = next(iter(made()))
    with monkeypatch.context() as patch:
        patch.setattr(broken[name], lambda *_, **__: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            target(seed)


# What was found by fuzzing.


def test_modes_of_a_claim_that_are_no_texts(tmp_path: Path) -> None:
    text = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  template: {spec: {containers: [{name: db, securityContext: {privileged: true}}]}}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [{a: b}, [c]]}
"""
    (tmp_path / "db.yaml").write_text(text, encoding="utf-8")
    done = assay("scan", ".", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "kubernetes.container-not-privileged" in done.stdout
