"""A path or an option does not leave its work tree by a link, and `--root` holds what is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import assay, fault
from tests.outside import MARKER, OVERLAY, POD, kustomize, lay, scanned, told, work_tree


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return work_tree(tmp_path)


def test_a_named_path_does_not_leave_its_work_tree_by_a_link(place: Path) -> None:
    (place / "linked").symlink_to("../outside")
    for path in ("linked/templates", "linked/word.yaml", "linked/templates/../word.yaml"):
        done = assay("scan", path, cwd=place)
        assert (done.returncode, MARKER in done.stdout) == (2, False)
        assert f"{path} leads out of " in fault(done)
        assert "name its target" in fault(done)
    assert assay("scan", "../outside/templates", cwd=place).returncode == 1


def test_root_holds_what_is_scanned(place: Path) -> None:
    lay(place, {"a/pod.yaml": POD % "app", "b/pod.yaml": POD % "app"})
    done = assay("scan", "a", "b", "--root", "a", cwd=place)
    assert done.returncode == 2
    assert "b is outside of --root a" in fault(done)
    assert assay("scan", "a", "--root", "a", cwd=place).returncode == 1
    assert assay("scan", "a", "--root", "nowhere", cwd=place).returncode == 2


@kustomize
def test_root_counts_in_a_configuration_that_is_named_only(place: Path) -> None:
    (place / ".git").rmdir()
    lay(place, {**OVERLAY, "assay.yaml": "root: .\n"})
    code, said = scanned(place, "overlays/prod")
    assert (code, "root is not used" in said) == (4, True)
    code, said = scanned(place, "overlays/prod", "--config", "assay.yaml")
    assert (code, "Pod prod-app" in said) == (1, True)


OPTIONS = {
    "--rules": "rules",
    "--policies": "policies",
    "--framework-file": "framework.yaml",
    "--scope": "scope.yaml",
    "--values": "values.yaml",
    "--config": "configuration.yaml",
}


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_does_not_leave_its_work_tree_by_a_link(place: Path, option: str) -> None:
    lay(place, {"pod.yaml": POD % "app"})
    name, folder = OPTIONS[option], not OPTIONS[option].endswith(".yaml")
    (place / name).symlink_to("../outside" if folder else "../outside/word.yaml")
    done = assay("scan", "pod.yaml", option, name, cwd=place)
    assert (done.returncode, MARKER in told(done)) == (2, False)
    assert "by a symbolic link, which is not followed" in done.stderr


@pytest.mark.parametrize("option", ["--rules", "--policies"])
def test_a_folder_of_an_option_holds_no_link_that_leads_out(place: Path, option: str) -> None:
    lay(place, {"pod.yaml": POD % "app", "own/inner/.keep": ""})
    (place / "own/inner/word.yaml").symlink_to("../../../outside/word.yaml")
    done = assay("scan", "pod.yaml", option, "own", cwd=place)
    assert (done.returncode, MARKER in told(done)) == (2, False)
    assert "own/inner/word.yaml" in done.stderr
    assert "is a link to a file outside" in done.stderr


def test_a_link_of_the_user_elsewhere_is_followed(tmp_path: Path, place: Path) -> None:
    lay(place, {"pod.yaml": POD % "app"})
    lay(tmp_path / "mine", {"values.yaml": "a: 1\n"})
    (tmp_path / "link.yaml").symlink_to("mine/values.yaml")
    assert assay("scan", "pod.yaml", "--values", "../link.yaml", cwd=place).returncode == 1
