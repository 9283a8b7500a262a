"""The hooks under the real pre-commit, which installs Assay from a clone of this repository.

ASSAY_PRE_COMMIT names the program; otherwise one on PATH is taken.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.test_hook_git import POLICY, commit, pod, stage
from tests.test_sources_git import git

PROGRAM = os.environ.get("ASSAY_PRE_COMMIT") or shutil.which("pre-commit")
pytestmark = [
    pytest.mark.pre_commit,
    pytest.mark.skipif(not PROGRAM, reason="pre-commit is not there"),
]
NAME = "kubernetes.container-not-privileged"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what is in the checkout, as pre-commit clones it."""
    place = tmp_path_factory.mktemp("source") / "assay"
    git(REPOSITORY, "clone", "--quiet", "--no-hardlinks", str(REPOSITORY), str(place))
    for name in git(REPOSITORY, "ls-files", "--modified", "--others", "--exclude-standard").splitlines():
        if (REPOSITORY / name).is_file() and not (REPOSITORY / name).is_symlink():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, place / name)
    commit(place, "as it is")
    return place


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One place for what pre-commit installs, and no settings of the user."""
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "PYTHONPATH"))
    }
    who = {f"GIT_{role}_{what}": "t@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    home = str(tmp_path_factory.mktemp("pre-commit"))
    return own | who | {"PRE_COMMIT_HOME": home, "GIT_CONFIG_GLOBAL": os.devnull, "XDG_CACHE_HOME": f"{home}/cache"}


@pytest.fixture
def folder(tmp_path: Path, source: Path, environment: dict[str, str]) -> Path:
    """A checkout with both hooks installed, an old fault and a policy; what is committed next meets the hooks."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "old.yaml").write_text(pod("old"))
    (tmp_path / "policy.yaml").write_text(POLICY)
    hooks = "hooks: [{id: assay}, {id: assay-full, args: [--fail-on, low]}]"
    (tmp_path / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {source}\n    rev: {git(source, 'rev-parse', 'HEAD')}\n    {hooks}\n"
    )
    commit(tmp_path)
    done = run(tmp_path, environment, "install", "--hook-type", "pre-commit", "--hook-type", "pre-push")
    assert done.returncode == 0, done.stdout
    return tmp_path


def run(folder: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return started([str(PROGRAM), *arguments], folder, environment)


def started(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def made(folder: Path, environment: dict[str, str], *arguments: str) -> tuple[bool, str]:
    """Whether Git makes a commit, and what is said."""
    done = started(["git", "commit", "--message", "change", *arguments], folder, environment)
    return done.returncode == 0, done.stdout


def test_the_hooks_can_be_tried(tmp_path: Path, source: Path, environment: dict[str, str]) -> None:
    """`pre-commit try-repo` runs all hooks of the repository, before the first commit."""
    git(tmp_path, "init", "--quiet")
    stage(tmp_path, "pod.yaml", pod())
    done = run(tmp_path, environment, "try-repo", str(source), "--verbose")
    assert done.returncode == 1
    assert done.stdout.count(f"  {NAME}\n") == 2
    assert done.stdout.count("exit code: 1") == 2  # those that judge, and not the one that mends


def test_real_commits(folder: Path, environment: dict[str, str]) -> None:
    stage(folder, "old.yaml", "# an old fault\n" + pod("old"))
    (folder / "old.yaml").write_text(pod("unstaged", context="      securityContext: {privileged: true, a: [\n"))
    ended, said = made(folder, environment)
    assert ended, said
    git(folder, "checkout", "--quiet", "old.yaml")

    stage(folder, "my rules.mdc", f"# Rules\n\n```yaml\n{pod('fenced')}```\n")
    ended, said = made(folder, environment)
    assert not ended
    assert "my rules.mdc:11:25" in said
    assert "old.yaml" not in said
    git(folder, "rm", "--quiet", "--force", "my rules.mdc")

    git(folder, "mv", "old.yaml", "renamed.yaml")
    (folder / "renamed.yaml").write_text("# renamed\n" + pod("old"))
    ended, said = made(folder, environment, "--all")
    assert ended, said

    git(folder, "rm", "--quiet", "policy.yaml")
    ended, said = made(folder, environment)
    assert not ended
    assert "NetworkPolicy web deleted (policy.yaml)" in said
    git(folder, "reset", "--quiet", "--hard")

    ended, said = made(folder, environment, "--allow-empty")
    assert ended, said
    ended, said = made(folder, environment, "--amend", "--allow-empty")
    assert ended, said


def test_all_files_and_a_push(folder: Path, environment: dict[str, str]) -> None:
    done = run(folder, environment, "run", "assay", "--all-files")
    assert done.returncode == 1
    assert "old.yaml:8:25" in done.stdout
    git(folder, "init", "--quiet", "--bare", str(folder / "remote.git"))
    git(folder, "remote", "add", "origin", str(folder / "remote.git"))
    git(folder, "push", "--quiet", "--no-verify", "origin", "main")
    stage(folder, "old.yaml", "# an old fault\n" + pod("old"))
    first = commit(folder)
    assert started(["git", "push", "origin", "main"], folder, environment).returncode == 0
    stage(folder, "-new.yaml", pod("new"))
    second = commit(folder)
    done = started(["git", "push", "origin", "main"], folder, environment)
    assert done.returncode != 0
    assert "-new.yaml is an option, and here it is the name of a file too" in done.stdout
    assert "-new.yaml:8:25" in done.stdout  # the other hook gets no names
    git(folder, "mv", "./-new.yaml", "new.yaml")
    third = commit(folder)
    between = ("run", "assay", "--from-ref", first, "--to-ref", third)
    assert "  new.yaml:8:25" in run(folder, environment, *between).stdout
    assert run(folder, environment, "run", "assay", "--from-ref", second, "--to-ref", third).returncode == 0
