"""`assay hook`: what it says to pre-commit, which hands it the names of staged files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.command_line import Done, assay
from tests.conftest import REPOSITORY

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      securityContext: {privileged: true}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, selector: {app: web}}
"""
"""What is wrong with it is of medium severity."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "service.yaml").write_text(SERVICE)
    (tmp_path / "notes.md").write_text("# Notes\n\nNothing of Assay's.\n")
    (tmp_path / "settings.json").write_text('{"editor": {"tabs": 4}}\n')
    (tmp_path / "broken.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {\n")
    return tmp_path


def hook(folder: Path, *arguments: str) -> Done:
    return assay("hook", *arguments, cwd=folder)


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([], 0),
        (["service.yaml"], 0),
        (["notes.md"], 0),
        (["notes.md", "settings.json", "service.yaml"], 0),
        (["pod.yaml"], 1),
        (["notes.md", "pod.yaml", "service.yaml"], 1),
        (["broken.yaml"], 4),
        (["broken.yaml", "pod.yaml"], 4),
        (["gone.yaml"], 2),
        (["--fail-on", "medium", "service.yaml"], 1),
        (["--fail-on", "critical", "pod.yaml"], 1),
        (["--fail-on", "sometimes", "pod.yaml"], 2),
        (["--full", "--fix"], 2),
        (["--full"], 4),
        (["--full", "service.yaml"], 0),
    ],
)
def test_a_commit_is_stopped_by_what_is_wrong_with_its_files(folder: Path, files: list[str], code: int) -> None:
    assert hook(folder, *files).returncode == code


def test_a_hook_without_files_says_that_nothing_is_judged(folder: Path) -> None:
    done = hook(folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing is judged; `assay hook --full` judges the whole checkout" in done.stderr


@pytest.mark.parametrize("files", [["service.yaml"], ["notes.md"]])
def test_a_hook_that_passes_is_silent(folder: Path, files: list[str]) -> None:
    done = hook(folder, *files)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_hook_that_stops_a_commit_says_what_to_mend_and_where(folder: Path) -> None:
    done = hook(folder, "pod.yaml", "notes.md")
    assert "critical  " in done.stdout
    assert "kubernetes.container-not-privileged" in done.stdout
    assert "pod.yaml:7:25" in done.stdout
    assert "Incomplete" not in done.stdout
    told = " ".join(done.stdout.split())
    assert re.search(
        r"next `assay explain kubernetes\.container-not-privileged` explains a rule and names its controls; "
        r"`assay waivers new [0-9a-f]{12} --file assay-waivers\.yaml` adds a waiver for the finding",
        told,
    )
    assert "Incomplete" in hook(folder, "broken.yaml").stdout


def test_only_the_files_of_the_commit_are_read(folder: Path) -> None:
    assert "pod.yaml" not in hook(folder, "--fail-on", "low", "service.yaml").stdout


def test_rules_that_compare_objects_run_only_with_full(folder: Path) -> None:
    """A service whose pods are in another file does not select too little."""
    (folder / "broken.yaml").unlink()
    (folder / "service.yaml").write_text(SERVICE.replace("app: web", "app: other"))
    wanted = ("--fail-on", "info", "--select", "kubernetes.service-selects-workload")
    assert hook(folder, *wanted, "service.yaml").returncode == 0
    done = hook(folder, *wanted, "--full")
    assert done.returncode == 1
    assert "service.yaml:4:" in done.stdout


def test_a_folder_below_and_a_name_with_a_blank_are_named_as_pre_commit_names_them(folder: Path) -> None:
    (folder / "deploy").mkdir()
    (folder / "deploy" / "my pod.yaml").write_text(POD)
    done = hook(folder, "deploy/my pod.yaml")
    assert done.returncode == 1
    assert "deploy/my pod.yaml:7:25" in done.stdout


@pytest.mark.parametrize(("name", "code"), [("assay", 1), ("assay-fix", 0)])
def test_the_hooks_run_as_pre_commit_runs_them(folder: Path, name: str, code: int) -> None:
    hooks = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
    (entry,) = (each["entry"].split() for each in hooks if each["id"] == name)
    assert entry[0] == "assay"
    assert assay(*entry[1:], "pod.yaml", cwd=folder).returncode == code


def test_safe_fixes_are_made_in_the_files_and_nothing_is_scanned(folder: Path) -> None:
    old = "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a}\nspec: {schedule: '0 3 * * *'}\n"
    (folder / "job.yaml").write_text(old)
    done = hook(folder, "--fix", "job.yaml", "pod.yaml", "notes.md")
    assert done.returncode == 0
    assert (folder / "job.yaml").read_text() == old.replace("batch/v1beta1", "batch/v1")
    assert (folder / "pod.yaml").read_text() == POD  # what is wrong with it has no safe fix
    assert hook(folder, "--fix", "notes.md").returncode == 0


@pytest.mark.parametrize("name", ["--config=weaker.yaml", "--config", "--fix", "--skip=*", "--fail-on=critical", "-h"])
def test_a_file_whose_name_is_an_option_is_not_obeyed(folder: Path, name: str) -> None:
    (folder / "weaker.yaml").write_text("fail-on: critical\nskip: ['kubernetes.*']\n")
    (folder / name).write_text("a: 1\n")
    done = hook(folder, name, "weaker.yaml", "pod.yaml")
    assert done.returncode == 2
    assert f"{name} is an option, and here it is the name of a file too" in done.stderr
    assert hook(folder, "--", name, "pod.yaml").returncode == 1
    assert (folder / "pod.yaml").read_text() == POD


@pytest.mark.slow
def test_a_hook_that_passes_assesses_no_controls(folder: Path, tmp_path: Path) -> None:
    """It would have to load the catalogues, which are kept beside the rules."""
    cache = tmp_path / "kept"
    assert assay("hook", "service.yaml", cwd=folder, XDG_CACHE_HOME=str(cache)).returncode == 0
    assert not list(cache.rglob("frameworks-*"))
    done = assay("hook", "pod.yaml", cwd=folder, XDG_CACHE_HOME=str(cache))
    assert "frameworks" in done.stdout
    assert list(cache.rglob("frameworks-*"))


@pytest.mark.slow
def test_what_the_hook_keeps_is_not_taken_for_the_results_of_a_scan(tmp_path: Path) -> None:
    """It keeps less of each object; 20 files are enough to keep their results."""
    names = [f"thing-{number}.yaml" for number in range(20)]
    for name in names:
        (tmp_path / name).write_text(f"apiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: {name[:-5]}}}\n")
    cache = {"XDG_CACHE_HOME": str(tmp_path.parent / "kept-of-the-hook")}
    chosen = ("--select", "kubernetes.metadata-without-credentials")
    assert assay("hook", *chosen, *names, cwd=tmp_path, **cache).returncode == 0
    kept, anew = (assay("scan", *chosen, *more, cwd=tmp_path, **cache) for more in ([], ["--no-cache"]))
    assert kept.stdout == anew.stdout
    assert "Thing.example.com" in kept.stdout
