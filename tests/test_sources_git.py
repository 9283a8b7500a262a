"""The files of a commit, whatever lies on disk beside it, from a checkout that nobody trusts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scanner import sources
from scanner.errors import UsageError
from scanner.limits import DEFAULTS, MIB, Limits
from scanner.sources import File, Met, Selection, SkippedFile, UnreadableFile, git_tree


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one commit, and changes beside it."""
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "--quiet")
    for name in ("a.yaml", "b/c.yaml", "b/d/e.yaml", "b.yaml", ".gitignore"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"one {name}")
    commit(tmp_path)
    (tmp_path / "a.yaml").write_text("changed")
    (tmp_path / "b" / "c.yaml").unlink()
    (tmp_path / "new.yaml").write_text("new")
    (tmp_path / ".gitignore").write_text("*")
    return tmp_path


def commit(folder: Path) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "one")
    return git(folder, "rev-parse", "HEAD")


def collect(*paths: str, revision: str = "HEAD", limits: Limits = DEFAULTS) -> list[Met]:
    return list(sources.collect(sources.scope(paths, Selection(revision=revision)), limits))


def content(source: Met) -> bytes:
    """What is in a source that is a file."""
    assert isinstance(source, File)
    return source.content


def names(*paths: str, revision: str = "HEAD") -> list[str]:
    return [source.path for source in collect(*paths, revision=revision)]


@pytest.mark.usefixtures("folder")
def test_the_files_of_the_commit_are_read() -> None:
    found = collect()
    assert [source.path for source in found] == [".gitignore", "a.yaml", "b/c.yaml", "b/d/e.yaml", "b.yaml"]
    assert [content(source).decode() for source in found] == [f"one {source.path}" for source in found]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (("b",), ["b/c.yaml", "b/d/e.yaml"]),
        (("b/d/", "b", "b/../b/c.yaml"), ["b/c.yaml", "b/d/e.yaml"]),
        (("b.yaml", "a.yaml"), ["a.yaml", "b.yaml"]),
        (("b/c.yaml",), ["b/c.yaml"]),
    ],
)
def test_only_what_is_below_the_paths(folder: Path, paths: tuple[str, ...], expected: list[str]) -> None:
    assert names(*paths) == expected
    assert names(*(str(folder / path) for path in paths)) == expected


@pytest.mark.parametrize("paths", [("b", "b/d"), ("b/d", "b")])
@pytest.mark.usefixtures("folder")
def test_an_excluded_folder_is_read_where_it_is_named_too(paths: tuple[str, ...]) -> None:
    chosen = Selection(revision="HEAD", exclude=("d/",))
    assert [source.path for source in sources.collect(sources.scope(paths, chosen))] == ["b/d/e.yaml", "b/c.yaml"]


def test_names_are_relative_to_where_one_stands(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "b")
    assert names() == ["c.yaml", "d/e.yaml"]
    assert names("../b.yaml", "d") == ["b/d/e.yaml", "b.yaml"]
    monkeypatch.chdir("/")
    assert names(str(folder / "b")) == [f"{folder}/b/c.yaml"[1:], f"{folder}/b/d/e.yaml"[1:]]


@pytest.mark.parametrize(("paths", "whole"), [((), True), (("b",), True), (("b", "a.yaml"), False)])
@pytest.mark.usefixtures("folder")
def test_folders_are_whole(paths: tuple[str, ...], *, whole: bool) -> None:
    assert sources.scope(paths, Selection(revision="HEAD")).whole is whole


def test_every_way_to_name_a_commit(folder: Path) -> None:
    first = git(folder, "rev-parse", "HEAD")
    git(folder, "tag", "--annotate", "v1", "--message", "v1")
    git(folder, "checkout", "--quiet", "-b", "side")
    second = commit(folder)
    for revision, expected in (("v1", first), ("HEAD~1", first), (first[:10], first), ("side", second), ("@", second)):
        tree = sources.scope((), Selection(revision=revision)).tree
        assert tree
        assert tree.commit == expected
    assert names(revision="v1") == [".gitignore", "a.yaml", "b/c.yaml", "b/d/e.yaml", "b.yaml"]


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("--upload-pack=x", "not a Git revision"),
        ("-", "not a Git revision"),
        ("nowhere", "no such Git revision: 'nowhere'"),
        ("HEAD:a.yaml", "no such Git revision"),
        ("HEAD..HEAD", "no such Git revision"),
        ("HEAD\n", "no such Git revision"),
        ("^HEAD", "no such Git revision"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_names_no_commit_is_refused(revision: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        collect(revision=revision)


@pytest.mark.parametrize(
    ("path", "said"),
    [("new.yaml", "no such file or folder in HEAD"), ("b/c", "no such"), ("-", "standard input"), ("", "no such")],
)
@pytest.mark.usefixtures("folder")
def test_a_path_that_the_commit_lacks_is_refused(path: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        collect("b", path)


def test_outside_of_a_checkout_it_is_refused(folder: Path) -> None:
    (folder / ".git").rename(folder / "no-checkout")
    with pytest.raises(UsageError, match="not in a Git checkout"):
        collect()


def test_without_git_it_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(UsageError) as caught:
        collect()
    assert "needs git" in str(caught.value)


def test_links_and_submodules_are_said(folder: Path) -> None:
    (folder / "link.yaml").symlink_to("/etc/passwd")
    (folder / ".gitignore").unlink()
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{git(folder, 'rev-parse', 'HEAD')},module")
    git(folder, "add", "link.yaml")
    git(folder, "commit", "--quiet", "--message", "two")
    found = {source.path: source for source in collect()}
    assert found["link.yaml"] == SkippedFile("link.yaml", "a symbolic link", target="/etc/passwd")
    assert found["module"] == SkippedFile("module", "a submodule")


def test_installed_packages_that_are_committed_are_read(folder: Path) -> None:
    (folder / ".gitignore").unlink()
    for name in ("x/node_modules/a/b.yaml", "x/node_modules/c.yaml", "x/y.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    commit(folder)
    assert [(source.path, getattr(source, "reason", "")) for source in collect("x")] == [
        ("x/node_modules/a/b.yaml", ""),
        ("x/node_modules/c.yaml", ""),
        ("x/y.yaml", ""),
    ]
    assert names("x/node_modules") == ["x/node_modules/a/b.yaml", "x/node_modules/c.yaml"]


@pytest.mark.parametrize("name", ["new\nline.yaml", "größe 😀.yaml", "tab\there", ":(glob)*", " lead", "a\\b"])
def test_odd_names_are_names(folder: Path, name: str) -> None:
    (folder / ".gitignore").unlink()
    (folder / name).write_text("odd")
    commit(folder)
    assert File(name, b"odd") in collect()
    assert collect(f"./{name}") == [File(name, b"odd")]


def test_a_file_of_the_name_of_standard_input_is_told_from_it(folder: Path) -> None:
    (folder / ".gitignore").unlink()
    (folder / "-").write_text("odd")
    commit(folder)
    assert File("./-", b"odd") in collect()
    assert collect("./-") == [File("./-", b"odd")]


def test_content_is_read_byte_for_byte_and_large_files_are_not(folder: Path) -> None:
    (folder / ".gitignore").write_text("")
    content = bytes(range(256)) + b"\r\n"
    for name, text in (("e1", b""), ("e2", content), ("e3", b"x" * (3 * MIB + 1)), ("e4", b"last")):
        (folder / name).write_bytes(text)
    commit(folder)
    assert [source for source in collect(limits=Limits(bytes=MIB)) if source.path[0] == "e"] == [
        File("e1", b""),
        File("e2", content),
        UnreadableFile("e3", "larger than 1 MiB (--limit bytes=SIZE raises this)"),
        File("e4", b"last"),
    ]


def test_a_file_whose_content_is_lost_is_unreadable_and_the_rest_is_read(folder: Path) -> None:
    lost = git(folder, "rev-parse", "HEAD:b.yaml")
    (folder / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    found = {source.path: source for source in collect()}
    assert found["b.yaml"] == UnreadableFile("b.yaml", "the content is not in the local Git repository")
    assert content(found["a.yaml"]) == b"one a.yaml"


def test_a_replaced_object_does_not_stand_for_the_commit(folder: Path) -> None:
    other = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=folder, input=b"other", check=True, capture_output=True
    ).stdout.decode()
    git(folder, "replace", git(folder, "rev-parse", "HEAD:a.yaml"), other.strip())
    assert collect("a.yaml") == [File("a.yaml", b"one a.yaml")]


def test_a_hostile_checkout_runs_nothing_and_fetches_nothing(folder: Path) -> None:
    trap, script = folder / "sprung", folder / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch {trap}\ncat\n")
    script.chmod(0o755)
    (folder / ".gitattributes").write_text("* filter=evil diff=evil\n")
    (folder / ".gitignore").write_text("*.tmp\n")
    (folder / "x.tmp").write_text("x")
    commit(folder)
    lost = git(folder, "rev-parse", "HEAD:b.yaml")
    (folder / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    for key in ("core.fsmonitor", "core.pager", "pager.ls-tree", "pager.cat-file", "core.sshCommand", "core.gitProxy",
                "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv", "diff.external",
                "remote.evil.uploadpack", "credential.helper", "core.askPass", "alias.ls-tree"):  # fmt: skip
        git(folder, "config", key, str(script))
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        (folder / ".git" / "hooks" / hook).write_text(script.read_text())
        (folder / ".git" / "hooks" / hook).chmod(0o755)
    for url in (f"ext::{script}", str(folder), "ssh://example.invalid/x"):
        git(folder, "config", "remote.evil.url", url)
        git(folder, "config", "remote.evil.promisor", "true")
        git(folder, "config", "extensions.partialClone", "evil")
        git(folder, "config", "protocol.ext.allow", "always")
        trap.unlink(missing_ok=True)
        found = {source.path: source for source in collect()}
        assert isinstance(found["b.yaml"], UnreadableFile)
        assert content(found["a.yaml"]) == b"changed"
        assert list(sources.collect(sources.scope(())))  # the work tree, whose ignore files ask what is tracked
        assert not trap.exists(), url


def test_the_state_of_a_checkout_verifies_no_signature_with_a_program_of_the_checkout(folder: Path) -> None:
    trap, script = folder / "sprung", folder / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch {trap}\n")
    script.chmod(0o755)
    person = "Ada <ada@bank.example> 1700000000 +0000"
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----"
    text = f"tree {git(folder, 'write-tree')}\nauthor {person}\ncommitter {person}\n{signature}\n\nsigned\n"
    command = ["git", "hash-object", "-t", "commit", "-w", "--stdin"]
    made = subprocess.run(command, cwd=folder, input=text, check=True, capture_output=True, text=True).stdout.strip()
    git(folder, "reset", "--quiet", "--soft", made)
    git(folder, "config", "log.showSignature", "true")
    git(folder, "config", "gpg.program", str(script))
    state = git_tree.state_of(str(folder))
    assert state
    assert state.commit == made
    assert not trap.exists()
    git(folder, "log", "-1")
    assert trap.exists()  # so the program would have been started


def pointing(folder: Path, how: str, victim: Path) -> None:
    """Make `.git` of a folder lead to the repository of another one."""
    if how == "a file":
        (folder / ".git").write_text(f"gitdir: {victim}/.git\n")
    elif how == "a link":
        (folder / ".git").symlink_to(victim / ".git")
    elif how == "a further work tree that nobody made":
        (folder / "own").mkdir()
        (folder / "own" / "HEAD").write_text("ref: refs/heads/main\n")
        (folder / "own" / "gitdir").write_text(f"{folder}/.git\n")
        (folder / "own" / "commondir").write_text(f"{victim}/.git\n")
        (folder / ".git").write_text("gitdir: own\n")
    else:
        git(folder, "init", "--quiet")
        (folder / ".git" / "commondir").write_text(f"{victim}/.git\n")


@pytest.mark.parametrize("how", ["a file", "a link", "a further work tree that nobody made", "what it shares"])
def test_the_repository_of_another_checkout_is_not_read(folder: Path, how: str) -> None:
    victim, planted = folder / "victim", folder / "planted"
    for each in (victim, planted):
        each.mkdir()
    git(victim, "init", "--quiet", "--initial-branch=main")
    (victim / "secret.yaml").write_text("a: secret")
    commit(victim)
    pointing(planted, how, victim)
    with pytest.raises(UsageError, match="leads to a repository elsewhere that does not lead back"):
        collect(str(planted))


def test_a_further_work_tree_and_a_submodule_are_read(folder: Path, tmp_path: Path) -> None:
    other = tmp_path.parent / f"{tmp_path.name}-other"
    git(folder, "worktree", "add", "--quiet", "--detach", str(other))
    assert "a.yaml" in names(str(other))[1]
    git(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "--force", str(folder), "inner")
    assert "inner/a.yaml" in names("inner")
