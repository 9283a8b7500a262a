"""A finding of a line that two overlays build: a comparison and a waiver are about one of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scanner.baseline import BaselineState
from scanner.findings import merged_findings
from scanner.gate.matching import Side, match
from scanner.model import Finding, Outcome, Severity
from scanner.places import Location
from tests.command_line import assay
from tests.gate.mutation import Repository
from tests.gate.trees import OVERLAYS, USED
from tests.waivers import ENTRY, TODAY, waivers_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_RULE = "kubernetes.container-not-privileged"
_PATCH = "open/patch.yaml"


_IDENTITY = "apps/Deployment/shop/web"


def _finding(overlay: str) -> Finding:
    return Finding(
        _RULE,
        Outcome.FAIL,
        Severity.CRITICAL,
        "Deployment web is privileged",
        "kubernetes.container",
        _IDENTITY,
        "Deployment web, container side",
        Location(_PATCH, 3, 1, 3, 9),
        _IDENTITY,
        overlay=overlay,
    )


def _side(findings: Iterable[str], of: Iterable[str]) -> Side:
    """What a tree has in some overlays, all of which build the object."""
    places = {(overlay, _IDENTITY) for overlay in of}
    return Side(list(map(_finding, findings)), subjects={_IDENTITY}, places=places)


@pytest.mark.parametrize(
    ("before", "now", "states"),
    [
        (["a"], ["a", "b"], {"a": "unchanged", "b": "new"}),
        (["b"], ["a", "b"], {"a": "new", "b": "unchanged"}),
        (["a"], ["b"], {"b": "new"}),
        (["a", "b"], ["a", "b"], {"a b": "unchanged"}),
        ([], ["a", "b"], {"a b": "new"}),
    ],
)
def test_each_build_has_its_own_state(before: list[str], now: list[str], states: dict[str, str]) -> None:
    base, head = (_side(some, of="ab") for some in (before, now))
    shown = merged_findings(match(base, head, {}).findings, {_PATCH})
    assert {" ".join(each.built_by) or each.overlay: str(each.baseline_state) for each in shown} == states


def test_a_build_under_another_name_is_the_same() -> None:
    base, head = (_side([name], of=[name]) for name in ("old", "new"))
    assert match(base, head, {}).findings[0].baseline_state is BaselineState.UNCHANGED


def _overlays(tmp_path: Path) -> Repository:
    spaces = {"production": "live", "test": "trial"}
    return Repository(
        tmp_path / "repository",
        {**OVERLAYS, **{f"{name}/kustomization.yaml": f"{USED}namespace: {space}\n" for name, space in spaces.items()}},
    )


def _scan(tree: Repository, *arguments: str) -> dict[str, Any]:
    done = assay(*arguments, "--select", _RULE, "--output", "json", "--today", TODAY, cwd=tree.folder)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.mark.slow
@pytest.mark.kustomize
def test_a_waiver_for_one_overlay_leaves_the_other(tmp_path: Path) -> None:
    tree = _overlays(tmp_path)
    assert [len(each["built_by"]) for each in _scan(tree, "scan")["findings"]] == [2]
    resource = {"kind": "Deployment", "namespace": "live", "name": "web", "container": "side"}
    tree.write("assay-waivers.yaml", waivers_file({**ENTRY, "resource": resource}))
    said = _scan(tree, "scan")
    assert [bool(each.get("waiver")) for each in said["findings"]].count(True) == 1
    assert said["verdict"]["reason"].startswith("Failed: 1 finding at or above low (1 finding waived)")


@pytest.mark.slow
@pytest.mark.kustomize
def test_a_baseline_holds_the_findings_of_each_overlay(tmp_path: Path) -> None:
    tree = Repository(tmp_path / "repository", OVERLAYS)
    assert assay("baseline", "write", "base.json", cwd=tree.folder).returncode == 0
    tree.write("test/kustomization.yaml", USED)
    states = [each["baseline_state"] for each in _scan(tree, "gate", "--baseline", "base.json")["findings"]]
    assert sorted(states) == ["new", "unchanged"]
