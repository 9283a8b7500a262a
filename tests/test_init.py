"""`assay init`: sets Assay up in a repository, and says what to do next."""

from __future__ import annotations

import json
import re
import shutil
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner import __version__
from scanner.setup import requirement
from scanner.setup.requirement import PLACEHOLDER
from tests.command_line import Done, assay
from tests.conftest import REPOSITORY
from tests.test_sources_git import commit, git

SCORE = "apiVersion: score.dev/v1b1\nmetadata: {name: a}\ncontainers: {}\n"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      securityContext: {privileged: true}
"""
HOOKS = ".pre-commit-config.yaml"
WORKFLOW = ".github/workflows/assay.yml"
PINNED = f"assay-compliance @ git+{PLACEHOLDER}"
"""Of a checkout, where the source is not known."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with manifests and one commit."""
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    shutil.copytree(REPOSITORY / "examples/digital-bank/manifests", tmp_path / "manifests")
    commit(tmp_path)
    return tmp_path


def init(folder: Path, *arguments: str, code: int = 0) -> Done:
    done = assay("init", *arguments, cwd=folder)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def data(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def changed(folder: Path) -> list[str]:
    """The files that are new or changed since the commit."""
    said = git(folder, "status", "--porcelain", "--untracked-files=all")
    return [line.split(maxsplit=1)[1] for line in said.splitlines()]


def from_elsewhere(folder: Path, address: str) -> None:
    """Make a repository look like a clone of an address."""
    git(folder, "remote", "add", "origin", address)


def addition(done: Done, name: str) -> str:
    """What is to be added to a file that is there."""
    lines = done.stdout.partition(f"{name} exists and stays as it is; add this")[2].split("\n")[2:]
    end = next(number for number, line in enumerate(lines) if line and not line.startswith("    "))
    return "\n".join(line.removeprefix("    ") for line in lines[:end])


def test_a_new_user_gets_from_the_output_to_a_gate_that_stops_a_change(folder: Path) -> None:
    done = init(folder)
    assert done.stdout.startswith("Found 7 files with Kubernetes manifests.\n")
    assert changed(folder) == [HOOKS, "assay.yaml"]
    told = [line.strip().split("  ")[0] for line in done.stdout.partition("Next:\n")[2].splitlines()]
    assert f"git add assay.yaml {HOOKS}" in told
    assert "pre-commit install" in told
    assert "assay gate --base main" in told
    assert "No CI service was found." in done.stdout
    commit(folder)
    git(folder, "switch", "--quiet", "--create", "feature")
    gate = ("gate", "--base", "main", "--output", "concise")
    assert assay(*gate, cwd=folder).returncode == 0
    (folder / "manifests/web.yaml").write_text(POD)
    stopped = assay(*gate, cwd=folder)
    assert stopped.returncode == 1
    lines = stopped.stdout.splitlines()
    assert all(line.startswith("manifests/web.yaml:") for line in lines if "(new)" in line)
    assert "kubernetes.container-not-privileged" in stopped.stdout


def test_the_table_of_a_gate_is_about_the_change_and_leads_to_a_waiver(folder: Path) -> None:
    git(folder, "switch", "--quiet", "--create", "feature")
    (folder / "manifests/web.yaml").write_text(POD)
    said = assay("gate", "--base", "main", cwd=folder).stdout
    assert re.search(
        r"^compared +with main \(\w+\): [0-9]+ new, [0-9]+ unchanged \(also on the base\)", said, re.MULTILINE
    )
    assert not re.search(r"^(framework|outcomes|profile) ", said, re.MULTILINE)
    (command,) = re.findall(r"`assay (waivers new [0-9a-f]{12})`", " ".join(said.split()))
    assert f"new; fingerprint {command[-12:]}" in said
    assert "path: manifests/web.yaml" in assay(*command.split(), cwd=folder).stdout
    asked = assay("gate", "--base", "main", "--framework", "soc2", cwd=folder).stdout
    assert re.search("^soc2@2017 ", asked, re.MULTILINE)


def test_a_gate_says_what_to_fix_of_the_change_alone(folder: Path) -> None:
    (folder / "old.yaml").write_text(POD)
    commit(folder)
    done = assay("gate", "--base", "main", cwd=folder)
    assert done.returncode == 0
    assert "next " not in done.stdout


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda folder: shutil.rmtree(folder / ".git"), "assay baseline write FILE"),
        (lambda _: None, "name the base: --base main"),
        (lambda folder: from_elsewhere(folder, "https://git.example.org/a.git"), "git remote set-head origin --auto"),
        (lambda folder: git(folder, "update-ref", "-d", "HEAD"), "commit first"),
    ],
    ids=["no git", "no remote", "no default branch", "no commit"],
)
def test_a_gate_without_a_base_says_what_to_do(folder: Path, prepare: Any, said: str) -> None:
    prepare(folder)
    done = assay("gate", cwd=folder)
    assert done.returncode == 2
    assert said in done.stderr


def test_the_configuration_is_valid_and_changes_nothing(folder: Path) -> None:
    before = assay("scan", "--output", "concise", cwd=folder).stdout
    (folder / "score.yaml").write_text(SCORE)
    (folder / "vendor").mkdir()
    (folder / "vendor/pod.yaml").write_text(POD)
    init(folder)
    text = (folder / "assay.yaml").read_text()
    assert yaml.safe_load(text) is None
    (folder / "assay.yaml").write_text(re.sub(r"^# (?=[a-z_-]+:|  )", "", text, flags=re.MULTILINE))
    keys = data(folder / "assay.yaml")
    assert set(keys) == {"fail-on", "exclude", "framework", "kubernetes-version", "rules", "not_assessed"}
    assert keys["not_assessed"] == [{"format": "score", "path": "score.yaml", "reason": "WHY"}]
    assert keys["exclude"] == ["vendor/"]
    assert assay("config", "show", cwd=folder).returncode == 0
    (folder / "assay.yaml").write_text(text)
    shutil.rmtree(folder / "vendor")
    (folder / "score.yaml").unlink()
    assert before.splitlines()[-1] == assay("scan", "--output", "concise", cwd=folder).stdout.splitlines()[-1]


def test_the_configuration_is_about_what_was_found(tmp_path: Path) -> None:
    shutil.copy(REPOSITORY / "examples/digital-bank/architecture.yaml", tmp_path)
    done = init(tmp_path)
    assert "Found 1 file with an architecture spec." in done.stdout
    text = (tmp_path / "assay.yaml").read_text()
    assert "kubernetes" not in text
    assert "not_assessed" not in text


def test_the_hooks_are_those_of_this_repository(folder: Path) -> None:
    init(folder)
    [repository] = data(folder / HOOKS)["repos"]
    assert repository["repo"] == "local"
    ours = {each["id"]: each for each in data(REPOSITORY / ".pre-commit-hooks.yaml")}
    for hook in repository["hooks"]:
        assert hook.pop("additional_dependencies") == [PINNED]
        stages = set(hook.pop("stages"))
        assert stages < set(ours[hook["id"]].pop("stages"))
        assert ("pre-push" in stages) == (hook["id"] == "assay-full")
        assert hook == {key: value for key, value in ours[hook["id"]].items() if key != "description"}
    assert [hook["id"] for hook in repository["hooks"]] == ["assay", "assay-full"]
    assert data(folder / HOOKS)["default_install_hook_types"] == ["pre-commit", "pre-merge-commit", "pre-push"]


SHOWN = '--output github --output "github-summary=$GITHUB_STEP_SUMMARY"'
"""What makes GitHub show the findings beside the lines and on the page of the job."""


def test_a_workflow_runs_the_gate_with_history_and_pinned_actions(folder: Path) -> None:
    from_elsewhere(folder, "git@github.com:example/shop.git")
    init(folder)
    assert WORKFLOW in changed(folder)
    workflow = data(folder / WORKFLOW)
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow[True] == {"pull_request": None, "push": {"branches": ["main"]}}
    steps = workflow["jobs"]["assay"]["steps"]
    assert steps[0]["with"] == {"fetch-depth": 0, "persist-credentials": False}
    ours = (REPOSITORY / ".github/workflows/ci.yml").read_text()
    assert [each["uses"] in ours for each in steps if "uses" in each] == [True, True]
    runs = [(each.get("if"), each["run"]) for each in steps if "run" in each]
    assert runs == [
        (None, f'pip install "{PINNED}"'),
        ("github.event_name == 'pull_request'", f"assay gate {SHOWN}"),
        ("github.event_name == 'push'", f"assay scan {SHOWN}"),
    ]


def test_the_default_branch_of_the_remote_is_scanned(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    git(folder, "branch", "--move", 'x"]')
    clone = tmp_path_factory.mktemp("clones") / "clone"
    git(folder, "clone", "--quiet", f"file://{folder}", str(clone))
    git(clone, "switch", "--quiet", "--create", "main")
    (clone / ".github").mkdir()
    done = init(clone)
    assert data(clone / WORKFLOW)[True]["push"]["branches"] == ['x"]']
    assert "\n  assay gate   " in done.stdout


def test_other_services_get_a_file_of_their_own(folder: Path) -> None:
    from_elsewhere(folder, "https://user:word@gitlab.example.org/shop.git")
    init(folder)
    job = data(folder / ".gitlab-ci.yml")["assay"]
    assert job["variables"] == {"GIT_DEPTH": "0"}
    assert job["script"][0] == f'pip install "{PINNED}"'
    assert 'assay gate "$@"' in job["script"][2]
    assert job["script"][1].endswith(f"gitlab-codequality={job['artifacts']['reports']['codequality']}")
    assert job["rules"][1] == {"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}
    git(folder, "remote", "set-url", "origin", "https://dev.azure.com/example/shop/_git/shop")
    init(folder)
    pipeline = data(folder / "azure-pipelines.yml")
    assert pipeline["steps"][0] == {"checkout": "self", "fetchDepth": 0, "persistCredentials": False}
    assert pipeline["trigger"] == {"branches": {"include": ["main"]}}


THERE = {
    HOOKS: "repos:\n  - {repo: local, hooks: [{id: a, name: a, entry: a, language: system}]}\n",
    ".gitlab-ci.yml": "test:\n  script: [make]\n",
    "azure-pipelines.yml": "steps:\n  - script: make\n",
    "Jenkinsfile": "pipeline { stages {} }\n",
}


def test_no_file_is_overwritten_and_what_to_add_is_printed(folder: Path) -> None:
    for name, text in THERE.items():
        (folder / name).write_text(text)
    (folder / "assay.yaml").write_text("fail-on: high\n")
    commit(folder)
    done = init(folder)
    assert changed(folder) == []
    hooks = yaml.safe_load(THERE[HOOKS] + addition(done, HOOKS))
    assert [each["id"] for some in hooks["repos"] for each in some["hooks"]] == ["a", "assay", "assay-full"]
    assert set(yaml.safe_load(THERE[".gitlab-ci.yml"] + addition(done, ".gitlab-ci.yml"))) == {"test", "assay"}
    steps = yaml.safe_load(THERE["azure-pipelines.yml"] + addition(done, "azure-pipelines.yml"))["steps"]
    assert [each.get("script") for each in steps][-2:] == ["assay gate --output azure", "assay scan --output azure"]
    assert 'assay gate --base "origin/$CHANGE_TARGET"' in addition(done, "Jenkinsfile")
    assert "assay.yaml exists and stays as it is\n" in done.stdout
    assert "The Jenkins job needs Python" in done.stdout


def test_a_second_run_changes_nothing_and_adds_nothing(folder: Path) -> None:
    (folder / ".github").mkdir()
    init(folder)
    commit(folder)
    done = init(folder)
    assert changed(folder) == []
    assert "add this" not in done.stdout
    assert f"{WORKFLOW} exists and runs Assay" in done.stdout
    assert "git add" not in done.stdout


def test_a_dry_run_prints_what_it_would_write(folder: Path) -> None:
    (folder / ".github").mkdir()
    done = init(folder, "--dry-run")
    assert changed(folder) == []
    for name in ("assay.yaml", HOOKS, WORKFLOW):
        assert f"would write {name}:\n" in done.stdout
    assert "assay init   " in done.stdout
    init(folder)
    for name in ("assay.yaml", HOOKS, WORKFLOW):
        text = (folder / name).read_text().rstrip()
        assert "\n".join(f"    {line}" if line else "" for line in text.split("\n")) in done.stdout


def test_without_git_the_baseline_is_told(folder: Path) -> None:
    shutil.rmtree(folder / ".git")
    done = init(folder)
    assert not (folder / HOOKS).exists()
    for command in re.findall(r"^  assay (\S.*?)  ", done.stdout, re.MULTILINE):
        assert assay(*command.split(), cwd=folder).returncode in (0, 1), command
    assert assay("gate", "--baseline", "assay-baseline.json", cwd=folder).returncode == 0


def test_only_the_top_folder_is_set_up(folder: Path) -> None:
    done = init(folder / "manifests", code=2)
    assert "cd .. && assay init" in done.stderr
    assert changed(folder) == []


def test_nothing_is_set_up_where_there_is_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    done = init(tmp_path, code=3)
    assert "Assay reads nothing here" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_chart_needs_helm(folder: Path) -> None:
    (folder / "chart/templates").mkdir(parents=True)
    (folder / "chart/Chart.yaml").write_text("apiVersion: v2\nname: chart\nversion: 0.1.0\n")
    (folder / "chart/templates/pod.yaml").write_text(POD)
    done = init(folder)
    assert "1 chart" in done.stdout
    assert f"assay-compliance[helm] @ git+{PLACEHOLDER}" in (folder / HOOKS).read_text()


def test_nothing_is_written_through_a_link(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (folder / ".github").symlink_to(outside)
    (folder / HOOKS).symlink_to(outside / "hooks.yaml")
    (folder / "assay.yaml").symlink_to(outside / "assay.yaml")
    commit(folder)
    assert assay("init", cwd=folder).returncode == 2
    (folder / "assay.yaml").unlink()
    done = init(folder, code=2)
    assert "symbolic link" in done.stderr
    assert f"{HOOKS} exists and stays as it is" in done.stdout
    assert list(outside.iterdir()) == []


def test_a_hostile_name_adds_nothing_to_a_file_or_the_screen(folder: Path) -> None:
    odd = folder / "a\nfail-on: critical\n\x1b[31m"
    odd.mkdir()
    (odd / "score.yaml").write_text(SCORE)
    done = init(folder)
    assert data(folder / "assay.yaml") is None
    assert "\x1b" not in done.stdout + (folder / "assay.yaml").read_text()
    assert len((folder / "assay.yaml").read_text().split("score")) == 3


# What pip installs

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HASHED = {"archive_info": {"hashes": {"sha256": "ab"}}}
GIT = {"vcs_info": {"vcs": "git", "commit_id": COMMIT}}


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (None, f"assay-compliance=={__version__}"),
        ({"url": "https://h.example/assay", **GIT}, f"assay-compliance @ git+https://h.example/assay@{COMMIT}"),
        ({"url": "ssh://git@h.example/assay", **GIT}, f"assay-compliance @ git+ssh://git@h.example/assay@{COMMIT}"),
        ({"url": "https://h.example/a.whl", **HASHED}, "assay-compliance @ https://h.example/a.whl#sha256=ab"),
        ({"url": "https://user:word@h.example/assay", **GIT}, PINNED),
        ({"url": "https://word@h.example/assay", **GIT}, PINNED),
        ({"url": "http://h.example/assay", **GIT}, PINNED),
        ({"url": 'https://h.example/$(x)"', **GIT}, PINNED),
        ({"url": "file:///home/ana/assay", **GIT}, PINNED),
        ({"url": "https://h.example/a.whl", "archive_info": {}}, PINNED),
        ({"url": "file:///home/ana/assay", "dir_info": {"editable": True}}, PINNED),
    ],
)
def test_pip_installs_from_where_assay_was_installed(monkeypatch: pytest.MonkeyPatch, record: Any, text: str) -> None:
    class Installed:
        def read_text(self, _: str) -> str | None:
            return None if record is None else json.dumps(record)

    monkeypatch.setattr(metadata, "distribution", lambda _: Installed())
    own = requirement.own("")
    assert own == requirement.Requirement(text, known=text != PINNED)


def test_a_source_that_is_not_known_is_asked_for(folder: Path) -> None:
    from_elsewhere(folder, "git@github.com:example/shop.git")
    done = init(folder)
    assert f"in {HOOKS}, {WORKFLOW}, put the address" in done.stdout
    assert all((folder / name).read_text().count(f"place of {PLACEHOLDER}") == 1 for name in (HOOKS, WORKFLOW))


def test_a_requirement_is_written_as_it_is_given(folder: Path) -> None:
    from_elsewhere(folder, "git@github.com:example/shop.git")
    done = init(folder, "--requirement", "own[helm]==1.2")
    assert "git.example.org" not in done.stdout + (folder / HOOKS).read_text()
    assert 'pip install "own[helm]==1.2"' in (folder / WORKFLOW).read_text()


@pytest.mark.parametrize("text", ['a"; touch x; "', "$(touch x)", "`x`", "a\nb", "-r/etc/passwd", "", "a\\b", "a'b"])
def test_a_requirement_is_never_a_command(folder: Path, text: str) -> None:
    init(folder, "--requirement", text, code=2)
    assert changed(folder) == []


def test_an_architecture_spec_to_start_from_is_sound(tmp_path: Path) -> None:
    folder = tmp_path / "My Shop"
    folder.mkdir()
    shown = assay("init", "architecture", "--dry-run", cwd=folder)
    assert (shown.returncode, list(folder.iterdir())) == (0, [])
    assert assay("init", "architecture", cwd=folder).returncode == 0
    spec = folder / "architecture.yaml"
    assert spec.read_text() == shown.stdout
    assert "  name: my-shop\n" in shown.stdout
    scanned = assay("scan", spec.name, "--profile", "strict", "--show", "unknown", cwd=folder)
    assert scanned.returncode == 0
    assert "0 fail, 0 unknown" in scanned.stdout
    again = assay("init", "architecture", cwd=folder)
    assert again.returncode == 2
    assert "architecture.yaml already exists" in again.stderr
