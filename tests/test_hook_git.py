"""`assay hook` in a Git checkout: what a commit or a push makes worse stops it, and nothing else does."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from scanner import commit_check
from scanner.scan import Evaluated
from tests.cached import empty_cache, without_parser
from tests.command_line import Done, assay, fault
from tests.test_sources_git import git

pytestmark = pytest.mark.slow

PRIVILEGED = "      securityContext: {privileged: true}\n"
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""
RULE = "kubernetes.container-not-privileged"


def pod(name: str = "web", context: str = PRIVILEGED, image: str = "registry.example/web:1.4.2") -> str:
    return (
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: shop}}\n"
        f"spec:\n  containers:\n    - name: web\n      image: {image}\n{context}"
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a commit that has an old fault, and another file without one."""
    for name in ("GIT_INDEX_FILE", "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"):
        monkeypatch.delenv(name, raising=False)
    place = tmp_path / "checkout"
    place.mkdir()
    git(place, "init", "--quiet", "--initial-branch=main")
    (place / "old.yaml").write_text(pod("old"))
    (place / "good.yaml").write_text(pod("good", ""))
    commit(place)
    return place


def commit(folder: Path, message: str = "one") -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--no-verify", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def stage(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    git(folder, "add", "--", name)


def hook(folder: Path, *arguments: str, **environment: str) -> Done:
    return assay("hook", *arguments, cwd=folder, **environment)


@pytest.mark.parametrize("full", [False, True])
def test_a_commit_that_touches_an_old_fault_passes(folder: Path, full: bool) -> None:
    stage(folder, "old.yaml", "# the web server\n" + pod("old", image="registry.example/web:1.4.3"))
    done = hook(folder, *(["--full"] if full else ["old.yaml"]))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("full", [False, True])
def test_what_is_new_stops_the_commit_and_the_rest_takes_one_line(folder: Path, full: bool) -> None:
    stage(folder, "old.yaml", pod("old") + PRIVILEGED.replace("      sec", "    - name: side\n      sec"))
    done = hook(folder, *(["--full"] if full else ["old.yaml"]))
    assert done.returncode == 1
    assert "old.yaml:10:25" in done.stdout
    assert "old.yaml:8:25" not in done.stdout
    rest = [line for line in done.stdout.splitlines() if line.startswith("not listed: ")]
    assert len(rest) == 1
    assert re.search(r"\d+ below high, \d+ as before the change", rest[0])
    assert "\nFailed: 1 finding that the change made worse, at or above high.\nnext " in done.stdout


def test_a_worse_value_stops_the_commit_and_a_better_one_does_not(folder: Path) -> None:
    def volume(path: str) -> str:
        return pod("host", "") + f"  volumes:\n    - name: data\n      hostPath: {{path: {path}}}\n"

    stage(folder, "host.yaml", volume("/etc"))
    commit(folder)
    arguments = ("--fail-on", "low", "--select", "kubernetes.*host*", "host.yaml")
    stage(folder, "host.yaml", volume("/etc") + "# a word\n")
    assert hook(folder, *arguments).returncode == 0
    stage(folder, "host.yaml", volume("/"))
    assert hook(folder, *arguments).returncode == 1


def test_the_staged_content_is_judged_and_not_the_file_on_disk(folder: Path) -> None:
    stage(folder, "good.yaml", pod("good", "", "registry.example/web:2.0.0"))
    (folder / "good.yaml").write_text(pod("good"))
    assert hook(folder, "good.yaml").returncode == 0
    git(folder, "add", "good.yaml")
    (folder / "good.yaml").write_text(pod("good", ""))
    assert hook(folder, "good.yaml").returncode == 1
    (folder / "good.yaml").unlink()
    assert hook(folder, "good.yaml").returncode == 1
    assert hook(folder, "--full").returncode == 1


def test_the_index_that_git_commits_from_is_read(folder: Path) -> None:
    """`git commit FILE` and `git commit --all` make an index for the commit."""
    other = str(folder / ".git" / "next-index")
    (folder / "good.yaml").write_text(pod("good"))
    index = (folder / ".git" / "index").read_bytes()
    git(folder, "add", "good.yaml")
    os.replace(folder / ".git" / "index", other)
    (folder / ".git" / "index").write_bytes(index)
    for arguments in (("good.yaml",), ("--full",)):
        assert hook(folder, *arguments, GIT_INDEX_FILE=".git/index").returncode == 0
        assert hook(folder, *arguments, GIT_INDEX_FILE=".git/next-index").returncode == 1


@pytest.mark.parametrize("arguments", [("old.yaml", "good.yaml"), ("--full",)])
def test_with_nothing_staged_all_counts_as_it_is_on_disk(folder: Path, arguments: tuple[str, ...]) -> None:
    done = hook(folder, *arguments)
    assert done.returncode == 1
    assert "old.yaml:8:25" in done.stdout
    (folder / "old.yaml").write_text(pod("old", ""))
    assert hook(folder, *arguments).returncode == 0


def test_a_commit_that_changes_nothing_passes(folder: Path) -> None:
    """`git commit --amend` for another message; Git names the index while it makes a commit."""
    assert hook(folder, "--full", GIT_INDEX_FILE=str(folder / ".git" / "index")).returncode == 0


@pytest.mark.parametrize("arguments", [("new.yaml",), ("--full",)])
def test_in_the_first_commit_everything_is_new(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    git(tmp_path, "init", "--quiet")
    stage(tmp_path, "new.yaml", pod())
    done = hook(tmp_path, *arguments)
    assert done.returncode == 1
    assert "new.yaml:8:25" in done.stdout
    stage(tmp_path, "new.yaml", pod(context=""))
    assert hook(tmp_path, *arguments).returncode == 0


@pytest.mark.parametrize("arguments", [("good.yaml", "more.yaml"), ("--full",)])
def test_the_commits_that_pre_commit_names_are_compared(folder: Path, arguments: tuple[str, ...]) -> None:
    """The files on disk and in the index are others."""
    first = git(folder, "rev-parse", "HEAD")
    (folder / "more.yaml").write_text(pod("more", ""))
    second = commit(folder)
    (folder / "good.yaml").write_text(pod("good"))
    third = commit(folder)
    stage(folder, "good.yaml", "")
    stage(folder, "more.yaml", pod("more"))

    def pushed(before: str, after: str) -> int:
        return hook(folder, *arguments, PRE_COMMIT_FROM_REF=before, PRE_COMMIT_TO_REF=after).returncode

    assert pushed(first, second) == 0
    assert pushed(second, third) == 1
    assert pushed(first, third) == 1
    assert pushed(third, second) == 0
    assert pushed(third, third) == 0
    assert pushed("0" * 40, third) == 2


def test_pushed_commits_are_compared_with_the_commit_that_they_started_from(folder: Path) -> None:
    """What the other branch mended since is not new."""
    start = git(folder, "rev-parse", "HEAD")
    stage(folder, "old.yaml", pod("old", ""))
    upstream = commit(folder)
    git(folder, "checkout", "--quiet", "-b", "mine", start)
    stage(folder, "old.yaml", pod("old", image="registry.example/web:3.0.0"))
    mine = commit(folder)
    for arguments in (("old.yaml",), ("--full",)):
        assert hook(folder, *arguments, PRE_COMMIT_FROM_REF=upstream, PRE_COMMIT_TO_REF=mine).returncode == 0


@pytest.mark.parametrize("name", ["rules.mdc", "swarm.js", "manifest", "deploy.yaml.j2", "values.txt", "a.sh"])
def test_no_kind_of_file_is_missed(folder: Path, name: str) -> None:
    call = "mcp__kubernetes__apply({privileged: true});\n"
    text = f"# Steps\n\n```yaml\n{pod()}```\n" if name.endswith((".mdc", ".sh")) else pod()
    stage(folder, name, call if name.endswith(".js") else text)
    on_disk = assay("scan", "--fail-on", "high", "--quiet", name, cwd=folder).returncode
    assert hook(folder, name).returncode == (0 if on_disk == 3 else on_disk)
    if name in ("rules.mdc", "manifest", "values.txt"):
        assert on_disk == 1


@pytest.mark.parametrize(
    "name", ["a b.yaml", "deploy/a b.yaml", "deploy/-x.yaml", "übung.yaml", 'quo"te.yaml', "n\nl.yaml"]
)
def test_odd_names(folder: Path, name: str) -> None:
    stage(folder, name, pod())
    done = hook(folder, name)
    assert (done.returncode, done.stderr) == (1, "")
    commit(folder)
    stage(folder, name, "# more\n" + pod())
    assert hook(folder, name).returncode == 0


def test_a_name_that_begins_with_a_dash_stands_behind_two(folder: Path) -> None:
    stage(folder, "-x.yaml", pod())
    assert "`args: [--]`" in fault(hook(folder, "-x.yaml"))
    assert hook(folder, "--", "-x.yaml").returncode == 1
    commit(folder)
    stage(folder, "-x.yaml", "# more\n" + pod())
    assert hook(folder, "--", "-x.yaml").returncode == 0


@pytest.mark.parametrize("full", [False, True])
def test_the_faults_of_a_renamed_or_divided_file_are_old(folder: Path, full: bool) -> None:
    git(folder, "mv", "old.yaml", "renamed.yaml")
    arguments = ["--full"] if full else ["renamed.yaml", "part.yaml"]
    stage(folder, "part.yaml", pod("part", ""))
    assert hook(folder, *arguments).returncode == 0
    stage(folder, "part.yaml", pod("old"))
    stage(folder, "renamed.yaml", "a: 1\n")
    assert hook(folder, *arguments).returncode == 0
    stage(folder, "renamed.yaml", pod("old2"))
    assert hook(folder, *arguments).returncode == 1


def test_a_deleted_policy_is_seen_by_the_full_hook_alone(folder: Path) -> None:
    stage(folder, "policy.yaml", POLICY)
    commit(folder)
    git(folder, "rm", "--quiet", "policy.yaml")
    stage(folder, "good.yaml", pod("good", "", "registry.example/web:2.0.0"))
    chosen = ("--fail-on", "low", "--select", "kubernetes.*network-polic*", "--select", "kubernetes.*ingress*")
    assert hook(folder, *chosen, "good.yaml").returncode == 0
    done = hook(folder, *chosen, "--full")
    assert done.returncode == 1
    assert "NetworkPolicy web deleted (policy.yaml)" in done.stdout


def conflict(folder: Path, ours: str, theirs: str) -> None:
    """Begin a merge in which both sides changed good.yaml; theirs also adds a file with a fault."""
    git(folder, "checkout", "--quiet", "-b", "theirs")
    stage(folder, "theirs.yaml", pod("theirs"))
    stage(folder, "good.yaml", theirs)
    commit(folder)
    git(folder, "checkout", "--quiet", "main")
    stage(folder, "good.yaml", ours)
    commit(folder)
    with pytest.raises(Exception, match="merge"):
        git(folder, "merge", "--quiet", "theirs")


@pytest.mark.parametrize("arguments", [("good.yaml",), ("--full",)])
def test_an_unresolved_conflict_is_refused(folder: Path, arguments: tuple[str, ...]) -> None:
    conflict(folder, pod("good", "", "a.example/a:1.0.0"), pod("good", "", "b.example/b:1.0.0"))
    said = fault(hook(folder, *arguments))
    assert said == (
        "assay: the index holds a conflict: good.yaml (resolve the conflict and run `git add` on the file)\n"
    )


@pytest.mark.parametrize("arguments", [("good.yaml", "theirs.yaml"), ("--full",)])
def test_what_either_parent_of_a_merge_has_is_not_new(folder: Path, arguments: tuple[str, ...]) -> None:
    conflict(folder, pod("good", "", "a.example/a:1.0.0"), pod("good", "", "b.example/b:1.0.0"))
    stage(folder, "good.yaml", pod("good", "", "c.example/c:1.0.0"))
    assert hook(folder, *arguments).returncode == 0
    stage(folder, "good.yaml", pod("good"))
    done = hook(folder, *arguments)
    assert done.returncode == 1
    assert "good.yaml:8:25" in done.stdout
    assert "theirs.yaml" not in done.stdout


def test_a_file_that_cannot_be_read_stops_the_commit_that_broke_it(folder: Path) -> None:
    broken = "apiVersion: v1\nkind: Pod\nmetadata: {\n"
    stage(folder, "good.yaml", broken)
    done = hook(folder, "good.yaml")
    assert done.returncode == 4
    assert "good.yaml:" in done.stdout
    commit(folder)
    stage(folder, "good.yaml", broken + "  {\n")
    assert hook(folder, "good.yaml").returncode == 0
    stage(folder, "new.yaml", pod("new"))
    done = hook(folder, "good.yaml", "new.yaml")
    assert done.returncode == 1
    assert "1 not assessed before the change either" in done.stdout
    assert "good.yaml" not in done.stdout


def test_the_configuration_counts(folder: Path) -> None:
    stage(folder, "vendor/new.yaml", pod("new"))
    stage(folder, "deploy/new.yaml", pod("new"))
    files = ("vendor/new.yaml", "deploy/new.yaml")
    for text, code in (
        ("exclude: [vendor/, deploy/new.yaml]\n", 0),
        ("exclude: [vendor/]\n", 1),
        ("include: [other/]\n", 0),
        ("paths: [other]\n", 0),
        ("paths: [deploy]\n", 1),
        ("skip: ['kubernetes.*']\n", 0),
        ("select: [kubernetes.container-image-*]\n", 0),
        (f"rules: {{{RULE}: {{severity: low, reason: reviewed}}}}\n", 0),
    ):
        (folder / "other").mkdir(exist_ok=True)
        (folder / "assay.yaml").write_text(text)
        assert hook(folder, *files).returncode == code, text
    git(folder, "reset", "--quiet")  # what is on disk is judged
    (folder / "assay.yaml").write_text("exclude: [vendor/]\n")
    assert hook(folder, "vendor/new.yaml").returncode == 0
    assert hook(folder, "deploy/new.yaml").returncode == 1


def test_a_file_that_git_does_not_track_is_not_passed_silently(folder: Path) -> None:
    (folder / "new.yaml").write_text(pod("new"))
    assert hook(folder, "new.yaml").returncode == 1  # nothing is staged
    stage(folder, "good.yaml", pod("good", "", "registry.example/web:2.0.0"))
    assert fault(hook(folder, "good.yaml", "new.yaml")).startswith("assay: new.yaml is not in the index of Git")
    assert hook(folder, "good.yaml", "old.yaml").returncode == 0


@pytest.mark.parametrize("arguments", [("good.yaml",), ("--full",)])
def test_a_repository_with_a_pipe_is_not_given_to_git(folder: Path, arguments: tuple[str, ...]) -> None:
    stage(folder, "good.yaml", pod("good"))
    os.mkfifo(folder / ".git" / "objects" / "pipe")
    assert fault(hook(folder, *arguments)) == ("assay: .git/objects/pipe is not a regular file, so Git is not used\n")


def test_folders_and_a_folder_below_the_top(folder: Path) -> None:
    stage(folder, "deploy/web/new.yaml", pod("new"))
    assert hook(folder, "deploy").returncode == 1
    assert hook(folder, ".").returncode == 1
    done = hook(folder / "deploy", "web/new.yaml")
    assert done.returncode == 1
    assert "  web/new.yaml:8:25" in done.stdout
    assert hook(folder / "deploy", "../good.yaml").returncode == 0
    assert hook(folder / "deploy", "--full").returncode == 1


def test_a_further_work_tree_is_a_checkout_of_its_own(folder: Path) -> None:
    git(folder, "worktree", "add", "--quiet", "../further")
    further = folder.parent / "further"
    stage(further, "old.yaml", "# more\n" + pod("old"))
    assert hook(further, "old.yaml").returncode == 0
    stage(further, "old.yaml", pod("other"))
    assert hook(further, "old.yaml").returncode == 1


def test_links_and_submodules_are_passed_over(folder: Path) -> None:
    (folder / "link.yaml").symlink_to("old.yaml")
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{git(folder, 'rev-parse', 'HEAD')},module")
    git(folder, "add", "link.yaml")
    assert hook(folder, "link.yaml", "module").returncode == 0
    stage(folder, "new.yaml", pod("new"))
    assert hook(folder, "link.yaml", "module", "new.yaml").returncode == 1


def test_a_template_is_judged_as_its_chart_is_rendered_from_the_index(folder: Path) -> None:
    template = pod("{{ .Release.Name }}-web").replace("true", "{{ .Values.privileged }}")
    stage(folder, "chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n")
    stage(folder, "chart/values.yaml", "privileged: true\n")
    stage(folder, "chart/templates/pod.yaml", template)
    commit(folder)
    stage(folder, "chart/templates/pod.yaml", "# an old fault\n" + template)
    (folder / "chart" / "values.yaml").write_text("privileged: [\n")
    assert hook(folder, "chart/templates/pod.yaml").returncode == 0
    stage(folder, "chart/templates/other.yaml", template.replace("-web", "-other"))
    done = hook(folder, "chart/templates/pod.yaml", "chart/templates/other.yaml")
    assert done.returncode == 1
    assert "  chart/templates/other.yaml:" in done.stdout
    assert "chart/templates/pod.yaml" not in done.stdout
    stage(folder, "chart/values.yaml", "privileged: false\n")
    assert hook(folder, "chart/templates/pod.yaml", "chart/templates/other.yaml").returncode == 0


def test_files_that_passed_are_not_judged_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = {"XDG_CACHE_HOME": str(empty_cache(tmp_path / "home" / "assay").parent)}
    runs: list[object] = []
    own = commit_check.check_files

    def counted(*given: Any) -> Evaluated:
        runs.append(given)
        return own(*given)

    monkeypatch.setattr(commit_check, "check_files", counted)

    def judged(*arguments: str) -> bool:
        """Whether the file is judged with some arguments, and not known to pass."""
        runs.clear()
        assert hook(folder, "good.yaml", *arguments, **cache).returncode == 0
        return bool(runs)

    stage(folder, "good.yaml", pod("good", "", "registry.example/web:1.4.3"))
    assert [judged(), judged()] == [True, False]
    stage(folder, "old.yaml", pod("old", image="registry.example/web:1.4.3"))
    (folder / "good.yaml").write_text("not staged")
    assert not judged(), "neither another staged file counts nor what is not staged"
    assert [judged("--skip", RULE), judged("--skip", RULE)] == [True, False]
    (folder / "assay.yaml").write_text(f"rules:\n  {RULE}:\n    severity: low\n    reason: known\n")
    assert [judged(), judged()] == [True, False]
    stage(folder, "good.yaml", pod("good", "", "registry.example/web:1.4.4"))
    assert [judged(), judged()] == [True, False]
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: all\nversion: 1.0.0\n")
    assert [judged(), judged()] == [True, True], "the file may belong to a chart"


def test_files_that_stop_a_commit_are_judged_each_time(folder: Path, tmp_path: Path) -> None:
    cache = {"XDG_CACHE_HOME": str(empty_cache(tmp_path / "home" / "assay").parent)}
    stage(folder, "good.yaml", pod("good"))
    for _ in range(2):
        done = hook(folder, "good.yaml", **cache)
        assert done.returncode == 1
        assert RULE in done.stdout


def test_what_is_said_of_files_that_passed_is_said_again(folder: Path, tmp_path: Path) -> None:
    cache = {"XDG_CACHE_HOME": str(empty_cache(tmp_path / "home" / "assay").parent)}
    (folder / "assay.yaml").write_text(f"rules:\n  {RULE}:\n    severity: low\n    reason: known\n")
    stage(folder, "good.yaml", pod("good"))
    first = hook(folder, "good.yaml", **cache)
    assert (first.returncode, "known" in first.stderr) == (0, True)
    with without_parser():
        assert hook(folder, "good.yaml", **cache).stderr == first.stderr
