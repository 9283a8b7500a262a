"""The configuration of a gate: that of the base counts, and what a change makes weaker is a finding."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.command_line import assay
from tests.gate_repository import Repository

pytestmark = pytest.mark.slow

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext: {privileged: true}
"""
POD_DATA = yaml.safe_load(POD)
OWN = (Path(__file__).parent / "own-rule.yaml").read_text()
RULE = "gate.configuration-not-weakened"
PRIVILEGED = "kubernetes.container-not-privileged"
BASE = """\
profile: strict
fail-on: medium
exclude: [vendor/]
include: ["*.yaml", "*.md"]
strict-documents: true
rules:
  kubernetes.container-image-registry-allowed: {parameters: {allowed: [registry.example]}}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    made.write("assay.yaml", BASE)
    made.write("pod.yaml", POD)
    made.commit("base")
    made.is_base()
    return made


def weaker(repository: Repository, *arguments: str) -> tuple[int, list[str]]:
    """The exit code of the gate, and the messages about the configuration."""
    done = assay("gate", "--output", "json", *arguments, cwd=repository.folder)
    found = json.loads(done.stdout)["findings"] if done.stdout else [{"rule": "", "message": done.stderr}]
    return done.returncode, [each["message"] for each in found if each["rule"] == RULE]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("fail-on: medium", "fail-on: critical", "fail-on is critical instead of medium"),
        ("[vendor/]", "[vendor/, legacy/]", "exclude is vendor/, legacy/ instead of vendor/"),
        ('"*.yaml", "*.md"', '"*.yaml"', "include is *.yaml instead of *.yaml, *.md"),
        ("strict-documents: true", "strict-documents: false", "strict-documents is False instead of True"),
        ("[registry.example]", "[registry.example, docker.io]", "the parameter allowed of"),
        ("rules:\n", f"rules:\n  {PRIVILEGED}: {{enabled: false, reason: known}}\n", f"{PRIVILEGED} is switched off"),
        (
            "rules:\n",
            f"rules:\n  {PRIVILEGED}: {{severity: info, reason: known}}\n",
            "has the severity info instead of",
        ),
        ("rules:\n", "skip: [kubernetes.container-not-privileged]\nrules:\n", "does not run any more (skip:"),
        ("rules:\n", "select: [kubernetes.pod-*]\nrules:\n", "do not run any more (select)"),
        ("profile: strict\n", "", "do not run any more (profile)"),
        ("rules:\n", "not_assessed: [{format: score, reason: later}]\nrules:\n", "are accepted: score"),
        ("rules:\n", "paths: [manifests]\nrules:\n", "paths is manifests instead of not set"),
        ("fail-on: medium", "fail-on: often", "the configuration file of the change is wrong"),
    ],
)
def test_a_weaker_setting_is_a_finding(repository: Repository, old: str, new: str, told: str) -> None:
    assert old in BASE
    (repository.folder / "manifests").mkdir()
    repository.write("assay.yaml", BASE.replace(old, new, 1))
    code, found = weaker(repository)
    assert code == 1
    assert len(found) == 1
    assert told in found[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fail-on: medium", "fail-on: info"),
        ("profile: strict", "profile: opinion"),
        ("[vendor/]", "[]"),
        ('include: ["*.yaml", "*.md"]\n', ""),
        ("fail-on: medium", "# fail-on: critical\nfail-on: medium"),
    ],
)
def test_a_stricter_setting_is_not(repository: Repository, old: str, new: str) -> None:
    assert old in BASE
    repository.write("assay.yaml", BASE.replace(old, new, 1))
    assert weaker(repository) == (0, [])


def test_the_configuration_of_the_base_counts(repository: Repository) -> None:
    repository.write("assay.yaml", "fail-on: critical\nexclude: [new.yaml]\n")
    repository.write("new.yaml", POD.replace("name: web,", "name: new,"))
    done = assay("gate", "--output", "json", cwd=repository.folder)
    result = json.loads(done.stdout)
    assert result["run"]["profile"] == "strict"
    assert {each["location"]["path"] for each in result["findings"] if each["baseline_state"] == "new"} == {
        "assay.yaml",
        "new.yaml",
    }


def test_the_same_in_the_index_and_in_a_commit(repository: Repository) -> None:
    repository.write("assay.yaml", BASE.replace("fail-on: medium", "fail-on: critical"))
    assert weaker(repository, "--staged") == (0, [])
    repository.git("add", "assay.yaml")
    repository.write("assay.yaml", BASE)
    told = ["fail-on is critical instead of medium"]
    assert weaker(repository, "--staged") == (1, told)
    repository.git("commit", "-qm", "change")
    assert weaker(repository) == (0, [])
    assert weaker(repository, "--git-revision", "HEAD") == (1, told)


def test_without_a_file_on_the_base_that_of_the_change_counts(repository: Repository) -> None:
    repository.git("rm", "-q", "assay.yaml")
    repository.commit("no configuration")
    repository.is_base()
    repository.write("assay.yaml", "fail-on: critical\n")
    done = assay("gate", cwd=repository.folder)
    assert done.returncode == 1, "a change cannot raise the threshold over its own finding"
    assert "assay.yaml is not on the base, so that of the change counts" in done.stdout


def test_a_deleted_file_is_weaker(repository: Repository) -> None:
    (repository.folder / "assay.yaml").unlink()
    code, found = weaker(repository)
    assert code == 1
    assert any("do not run any more (profile)" in each for each in found)


def test_a_change_may_mend_the_file_of_the_base(repository: Repository) -> None:
    repository.write("assay.yaml", "fail-on: often\n")
    repository.commit("wrong")
    repository.is_base()
    assert assay("gate", cwd=repository.folder).returncode == 2
    repository.write("assay.yaml", "fail-on: low\n")
    done = assay("gate", cwd=repository.folder)
    assert done.returncode == 0, done.stderr
    assert "assay.yaml is wrong on the base" in done.stdout


@pytest.mark.parametrize("change", ["modified", "deleted"])
def test_files_that_a_scan_is_judged_by_may_not_change(repository: Repository, change: str) -> None:
    repository.write("rules/own.yaml", OWN)
    repository.write("rules/other.yaml", OWN)
    repository.commit("rules")
    repository.is_base()
    assert weaker(repository, "--rules", "rules") == (0, [])
    if change == "modified":
        repository.write("rules/own.yaml", OWN.replace("registry.shop.example/", "registry.example/"))
    else:
        (repository.folder / "rules" / "own.yaml").unlink()
    told = ["rules/own.yaml, which rule-folders names, differs from the base"]
    assert weaker(repository, "--rules", "rules") == (1, told)


def test_no_option_switches_the_finding_off(repository: Repository) -> None:
    repository.write("assay.yaml", BASE.replace("[vendor/]", "[vendor/, legacy/]"))
    options = ("--skip", RULE, "--framework", "gdpr", "--fail-on", "critical")
    assert weaker(repository, *options)[0] == 1


def test_a_link_in_place_of_the_file_is_not_followed(repository: Repository) -> None:
    repository.write("other.txt", "fail-on: critical\n")
    (repository.folder / "assay.yaml").unlink()
    (repository.folder / "assay.yaml").symlink_to("other.txt")
    code, found = weaker(repository)
    assert code in (1, 4)
    assert any("the configuration file of the change is wrong" in each for each in found)


def test_a_file_outside_of_the_checkout_counts_on_both_sides(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "ci.yaml").write_text("fail-on: critical\nexclude: [legacy/]\n")
    repository.write("new.yaml", POD.replace("name: web,", "name: new,").replace("privileged: true", "runAsUser: 0"))
    assert weaker(repository, "--config", "../ci.yaml") == (0, [])
    assert weaker(repository)[0] == 1


def test_a_submodule_in_place_of_its_folder_does_not_take_the_configuration_along(repository: Repository) -> None:
    repository.write("ci/assay.yaml", "profile: strict\nfail-on: info\n")
    repository.commit("configuration")
    repository.is_base()
    shutil.rmtree(repository.folder / "ci")
    submodule = Repository(repository.folder / "ci")
    submodule.write("assay.yaml", "fail-on: critical\n")
    submodule.commit("weaker")
    code, found = weaker(repository, "--config", "ci/assay.yaml")
    assert code == 1
    assert any("do not run any more (profile)" in each for each in found)


def _behind(repository: Repository, name: str, text: str) -> None:
    """Let the default branch of `origin` go on with a file, while HEAD stays behind."""
    repository.git("checkout", "-q", "-b", "old")
    repository.git("checkout", "-q", "main")
    repository.write(name, text)
    repository.commit("goes on")
    repository.is_base()
    repository.git("checkout", "-q", "old")


def test_a_branch_that_is_behind_is_judged_by_what_it_is_merged_into(repository: Repository) -> None:
    _behind(repository, "assay.yaml", BASE.replace("fail-on: medium", "fail-on: low"))
    repository.write("new.yaml", POD.replace("name: web,", "name: new,"))
    done = assay("gate", "--output", "json", cwd=repository.folder)
    found = json.loads(done.stdout)
    assert found["run"]["fail_on"] == "low"
    assert not [each for each in found["findings"] if each["rule"] == RULE], "the change alters no setting"
    told = "assay.yaml counts as it is on origin/HEAD, which differs from the common ancestor"
    assert told in found["comparison"]["notes"]


def test_what_a_branch_that_is_behind_makes_weaker_is_a_finding(repository: Repository) -> None:
    _behind(repository, "assay.yaml", BASE.replace("fail-on: medium", "fail-on: low"))
    repository.write("assay.yaml", BASE.replace("fail-on: medium", "fail-on: critical"))
    assert weaker(repository) == (1, ["fail-on is critical instead of medium"])


@pytest.mark.parametrize("how", [(), ("--staged",)])
@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"README.md": f"# Page\n\n```yaml\n{POD}```\n"},
            "Pod web (pod.yaml) is now in README.md, where an object does not count as deployed",
        ),
        (
            {"samples/a.yaml": POD},
            "Pod web (pod.yaml) is now in samples/a.yaml, where an object does not count as deployed",
        ),
        ({"vendor/a.yaml": POD}, "Pod web (pod.yaml) is now in vendor/a.yaml, which is not scanned"),
        ({"a.json": json.dumps(POD_DATA)}, "Pod web (pod.yaml) is now in a.json, which is not scanned"),
        ({".gitignore": "*.tmp\npod.*\n"}, ".gitignore hides pod.yaml, which the change takes out of Git"),
        ({"other.yaml": POD}, ""),
        ({}, ""),
    ],
)
def test_what_hides_an_object_is_a_finding(
    repository: Repository, files: dict[str, str], told: str, how: tuple[str, ...]
) -> None:
    (repository.folder / "pod.yaml").unlink()
    for name, text in files.items():
        repository.write(name, text)
    repository.git("add", "--all")
    code, found = weaker(repository, *how)
    assert found == ([told] if told else [])
    assert code == bool(told)
