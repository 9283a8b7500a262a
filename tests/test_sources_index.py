"""The index of a checkout is read without Git: what is tracked cannot be hidden, whatever Git says or does not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner import sources
from scanner.sources import SkippedFile, UnreadableFile, git_index
from scanner.sources.git_index import UnreadableIndexError
from tests.command_line import assay_process

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
    "spec: {containers: [{name: a, image: 'a:1', securityContext: {privileged: true}}]}\n"
)
NAMES = ("a", "b/c", "b/c.d", "b/é", 'b/"q" x', "deep/er/still/x", "z" * 200)


def git(folder: Path, *arguments: str) -> bytes:
    command = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", *arguments)
    return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout


def tracked(folder: Path) -> set[bytes]:
    return set(git(folder, "ls-files", "-z").split(b"\0")[:-1])


@pytest.fixture
def hidden(tmp_path: Path) -> Path:
    """A checkout in which an ignore file names a privileged pod that is tracked."""
    folder = tmp_path / "checkout"
    (folder / "deploy").mkdir(parents=True)
    (folder / "deploy" / "pod.yaml").write_text(POD)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    (folder / ".gitignore").write_text("deploy/\n")
    (folder / "deploy" / "new.yaml").write_text(POD)
    return folder


@pytest.fixture(params=["sha1", "sha256"])
def checkout(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--quiet", f"--object-format={request.param}")
    for name in NAMES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    git(folder, "add", "--all")
    return folder


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_every_version_names_what_git_names(checkout: Path, version: str) -> None:
    (checkout / "later").touch()
    git(checkout, "add", "--intent-to-add", "later")
    git(checkout, "update-index", "--index-version", version)
    found = git_index.read(str(checkout))
    assert set(found.names) == tracked(checkout) == {os.fsencode(name) for name in (*NAMES, "later")}
    assert all(found.tracks(name) for name in (*NAMES, "b", "deep/er"))
    assert not any(found.tracks(name) for name in ("", "c", "b/c.", "b/c/d", "dee", "zz"))


def test_a_split_index_is_read_whole(checkout: Path) -> None:
    git(checkout, "update-index", "--split-index")
    (checkout / "later").touch()
    git(checkout, "add", "later")
    assert set(git_index.read(str(checkout)).names) == tracked(checkout)
    for shared in (checkout / ".git").glob("sharedindex.*"):
        shared.unlink()
    with pytest.raises(UnreadableIndexError, match="shared index file is missing"):
        git_index.read(str(checkout))


def test_a_folder_of_a_sparse_index_stands_for_its_files(checkout: Path) -> None:
    git(checkout, "commit", "--quiet", "--message", "one")
    git(checkout, "sparse-checkout", "set", "--cone", "--sparse-index", "deep")
    found = git_index.read(str(checkout))
    assert b"b/" in found.names
    assert found.tracks("b/c")
    assert not found.tracks("e/c")


def test_a_further_work_tree_has_an_index_of_its_own(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "commit", "--quiet", "--message", "one")
    git(checkout, "worktree", "add", "--quiet", str(tmp_path / "other"))
    git(tmp_path / "other", "rm", "--quiet", "a")
    assert set(git_index.read(str(tmp_path / "other")).names) == tracked(checkout) - {b"a"}


def test_without_a_checksum_the_index_is_read(checkout: Path) -> None:
    path = checkout / ".git" / "index"
    width = 32 if git(checkout, "rev-parse", "--show-object-format").strip() == b"sha256" else 20
    path.write_bytes(path.read_bytes()[:-width] + bytes(width))
    assert set(git_index.read(str(checkout)).names) == {os.fsencode(name) for name in NAMES}


def broken(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / ".git" / "index"
        path.write_bytes(change(path.read_bytes()))

    return spoil


def replaced(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / ".git" / "index"
        path.unlink()
        make(path)

    return spoil


def pointing(text: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        shutil.rmtree(folder / ".git")
        (folder / ".git").write_text(text)

    return spoil


DAMAGED = {
    "cut off": broken(lambda content: content[:-30]),
    "empty": broken(lambda _: b""),
    "one bit": broken(lambda content: content[:70] + bytes([content[70] ^ 1]) + content[71:]),
    "another file": broken(lambda _: b"PACK" + bytes(40)),
    "more entries than there are": broken(lambda content: content[:8] + b"\xff" * 4 + content[12:-20] + bytes(20)),
    "version 9": broken(lambda content: content[:4] + b"\0\0\0\x09" + content[8:-20] + bytes(20)),
    "an extension that must be known": broken(lambda content: content[:-20] + b"what\0\0\0\0" + bytes(20)),
    "a pipe": replaced(os.mkfifo),
    "a folder": replaced(Path.mkdir),
    "a link": replaced(lambda path: path.symlink_to("/dev/zero")),
    "missing, with a branch": replaced(lambda path: (path.parent / "refs" / "heads" / "main").touch()),
    "missing, with packed references": replaced(lambda path: (path.parent / "packed-refs").touch()),
    ".git points nowhere": pointing("gitdir: nowhere\n"),
    ".git is text": pointing("x" * 10_000),
}  # fmt: skip


@pytest.mark.parametrize("how", DAMAGED)
def test_an_index_that_cannot_be_read_hides_nothing_and_is_told(
    hidden: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    DAMAGED[how](hidden)
    (hidden / "node_modules").mkdir()
    (hidden / "node_modules" / "x.yaml").write_text(POD)
    monkeypatch.chdir(hidden)
    found = {source.path: source for source in sources.collect(sources.scope(()))}
    assert isinstance(found["node_modules/"], SkippedFile)
    assert {"deploy/pod.yaml", "deploy/new.yaml"} < set(found)
    index = found[".git/index"]
    assert isinstance(index, UnreadableFile)
    assert index.reason.endswith("Assay cannot find out which files Git tracks, so ignore files have no effect")
    assert assay_process("scan", cwd=hidden).returncode == 4


def settings(*pairs: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        for pair in pairs:
            git(folder, "config", *pair.split("=", 1))

    return change


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _: None, id="as it is"),
        pytest.param(settings("core.bare=true"), id="bare"),
        pytest.param(settings("core.repositoryformatversion=9"), id="a format to come"),
        pytest.param(lambda folder: (folder / ".git" / "HEAD").unlink(), id="no HEAD"),
        pytest.param(lambda folder: (folder / ".git" / "config").write_text("[\n"), id="broken settings"),
    ],
)
@pytest.mark.parametrize("path", [None, "/nowhere"])
def test_what_is_tracked_is_read_whatever_git_says(
    hidden: Path, spoil: Callable[[Path], None], path: str | None
) -> None:
    spoil(hidden)
    done = assay_process("scan", "--output", "concise", cwd=hidden, **({"PATH": path} if path else {}))
    assert done.returncode == 1
    assert "deploy/pod.yaml:4" in done.stdout
    assert "deploy/new.yaml" not in done.stdout


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_checkout_of_another_owner_is_read_as_ones_own(hidden: Path) -> None:
    git(hidden, "commit", "--quiet", "--message", "one")
    for path in (hidden, *hidden.rglob("*")):
        os.chown(path, 12345, 12345)
    done = assay_process("scan", "--output", "concise", cwd=hidden)
    assert (done.returncode, "deploy/pod.yaml:4" in done.stdout) == (1, True)
    committed = assay_process("scan", "--git-revision", "HEAD", "--output", "concise", cwd=hidden)
    assert (committed.returncode, "deploy/pod.yaml:4" in committed.stdout) == (1, True)


def test_a_submodule_that_an_ignore_file_names_is_read(hidden: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    (other / "pod.yaml").write_text(POD)
    (other / ".gitignore").write_text("*.yaml\n")
    git(other, "add", "--force", "--all")
    git(other, "commit", "--quiet", "--message", "one")
    git(
        hidden, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "--force", str(other), "deploy/other"
    )
    (hidden / "deploy" / "other" / "built.yaml").write_text(POD)
    done = assay_process("scan", "--output", "concise", cwd=hidden)
    assert "deploy/other/pod.yaml:4" in done.stdout
    assert "built.yaml" not in done.stdout


def test_only_tracked_files_of_installed_packages_are_read(hidden: Path) -> None:
    folder = hidden / "node_modules" / "a"
    folder.mkdir(parents=True)
    (folder / "pod.yaml").write_text(POD)
    (folder / "new.yaml").write_text(POD)
    git(hidden, "add", "node_modules/a/pod.yaml")
    done = assay_process("scan", "--output", "concise", cwd=hidden)
    assert "node_modules/a/pod.yaml:4" in done.stdout
    assert "node_modules/a/new.yaml" not in done.stdout


def test_tracked_files_of_other_version_control_are_read(hidden: Path) -> None:
    for name in (".svn", ".hg"):
        (hidden / name).mkdir()
        (hidden / name / "pod.yaml").write_text(POD)
        (hidden / name / "new.yaml").write_text(POD)
        git(hidden, "add", f"{name}/pod.yaml")
    done = assay_process("scan", "--output", "concise", cwd=hidden)
    assert all(f"{name}/pod.yaml:4" in done.stdout for name in (".svn", ".hg"))
    assert "new.yaml" not in done.stdout
    git(hidden, "commit", "--quiet", "--message", "one")
    committed = assay_process("scan", "--git-revision", "HEAD", "--output", "concise", cwd=hidden)
    assert all(f"{name}/pod.yaml:4" in committed.stdout for name in (".svn", ".hg"))


def test_a_checkout_within_hides_nothing_that_is_tracked_around_it(hidden: Path) -> None:
    """Something that is built there may be a checkout of its own, and a folder `.git` is soon made."""
    (hidden / "deploy" / ".git" / "objects").mkdir(parents=True)
    (hidden / "deploy" / ".gitignore").write_text("*\n")
    (hidden / ".gitignore").unlink()
    done = assay_process("scan", "--output", "concise", cwd=hidden)
    assert "deploy/pod.yaml:4" in done.stdout
    assert "deploy/new.yaml" not in done.stdout


def test_what_an_ignore_file_hides_is_counted_where_it_would_have_been_assessed(hidden: Path) -> None:
    """Told by its name and its first bytes, in folders as well, but not in those of installed packages."""
    git(hidden, "rm", "--quiet", "--cached", "deploy/pod.yaml")
    (hidden / ".gitignore").write_text(
        "deploy/\nbuild/\nnode_modules/\n*.log\nlocal.yaml\nsettings.json\nlinked.yaml\n"
    )
    for name in ("build/a/b/spec.md", "node_modules/a/pod.yaml", "a.log", "local.yaml", "settings.json"):
        (hidden / name).parent.mkdir(parents=True, exist_ok=True)
        (hidden / name).write_text(POD)
    (hidden / "settings.json").write_text('{"editor": 4}')
    (hidden / "build/a/b/spec.md").write_text("# Nothing\n")
    (hidden / "linked.yaml").symlink_to("local.yaml")
    os.mkfifo(hidden / "build" / "pipe.yaml")
    done = assay_process("scan", "--output", "json", cwd=hidden)
    reasons = {item["path"]: item["reason"] for item in json.loads(done.stdout)["inputs"]}
    told = {path for path, reason in reasons.items() if reason.endswith("although it may hold what Assay reads")}
    assert told == {"deploy/", "local.yaml"}
    assert reasons["build/"] == reasons["settings.json"] == "ignored by .gitignore"
    said = "2 files and folders that .gitignore names may hold what Assay reads: --no-ignore reads it"
    assert said in " ".join(assay_process("scan", cwd=hidden).stdout.split())
    assert said in assay_process("scan", "--output", "json=out", cwd=hidden).stderr


def test_looking_into_what_is_ignored_costs_little(hidden: Path) -> None:
    (hidden / "deploy" / "many").mkdir()
    for number in range(20_000):
        (hidden / "deploy" / "many" / f"{number}.yaml").touch()
    git(hidden, "rm", "--quiet", "--cached", "deploy/pod.yaml")
    read: list[str] = []

    def beginning(path: str, *_: object) -> bytes:
        read.append(path)
        return b""

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(hidden)
        patch.setattr("scanner.sources.peeking.beginning", beginning)
        (found,) = (each for each in sources.collect(sources.scope(())) if each.path == "deploy/")
    assert isinstance(found, SkippedFile)
    assert 0 < len(read) <= 500
