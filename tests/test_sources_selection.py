"""Ignore files mean what Git says they mean, and what is left out is listed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner import sources
from scanner.sources import Met, Selection, SkippedFile

IGNORED = "ignored by .gitignore"
TREE = (
    "a", "b.log", "keep.log", "foo/bar", "foo/baz/bar", "foo/baz/qux/bar", "bar/foo/x", "x/foo/bar", "x/y/foo/bar",
    "build/out.yaml", "src/build/out.yaml", "src/build.yaml", "abc", "a-c", "a]c", "axc", "a.c", "a\\c", "#hash",
    "!bang", "two words", "trail ", "größe.yaml", "sub/deep/er/f.yaml", "sub/deep/g.log", "sub/keep.log", "a1", "aA",
    "a*c", "foo/a", "x/a", "doc/frotz/file", "-", "[x", "a^c", "x/b.log", "foo/[x", "aXbXc",
)  # fmt: skip
PATTERNS = (
    "x**/[a-c]*", "x**/bar", "/x**/y/**/bar", "foo/b**/bar", "foo/b**", "/f**", "x**/**", "x**/**/bar", "a?**/x",
    "\\x**/bar", "foo**//*", "x**//", "x**/*/bar", "x**/**/*/bar", "x**/*/*/bar", "*\n!x**/*", "x**\\/bar",
    "**\\/bar", "[x/[a-c]", "[/x]", "*\n!*/\n!foo/b**", "do**/file", "x/foo/b**/ar", "/src/**/out.yaml", "\\/*",
    "\\/foo/bar", "**//", "foo//bar", "foo//", "**//bar",
    "a", "*.log", "*.log\n!keep.log", "/a", "/foo", "foo/", "foo", "foo/bar", "/foo/bar", "foo/*", "foo/*\n!foo/baz",
    "foo/*\n!foo/baz/\nfoo/baz/*\n!foo/baz/bar", "**/foo", "**/foo/bar", "foo/**", "foo/**/bar", "x/**/bar", "**/bar",
    "**", "/**", "**/", "*", "*/", "/*", "/*\n!/foo", "*\n!*/\n!*.yaml", "*\n!*.yaml", "build/", "/build/", "build",
    "src/build*", "a?c", "a[b-]c", "a[!b]c", "a[^b]c", "a[]x]c", "a[[:digit:]]", "a[[:upper:]]", "a[[:nope:]]",
    "a[[:alpha:]-]c", "a[b-", "a[", "[x", "\\[x", "a\\*c", "a\\\\c", "a\\c", "\\#hash", "#hash", "\\!bang", "!bang",
    "two words", "two\\ words", "trail\\ ", "trail ", "trail", "a   ", "a\t", "gr*e.yaml", "gr??e.yaml",
    "gr???e.yaml", "größe.yaml", "a\r", "\ufeffa", "\n\n\na", "/", "//", "!", "\\", "a\\", "foo//bar", "foo/./bar",
    "./foo", "../foo", "***", "foo/***/bar", "foo**bar", "f**o", "**o/bar", "x/**/**/bar", "**/**", "foo/**/",
    "sub/**/f.yaml", "*/foo", "*/*/foo", "a[z-a]c", "a[c-ab-]c", "a[/]c", "foo[/]bar", "foo[x/]bar", "foo\\/bar",
    "a[\\]]c", "a[\\x]c", "a[x-\\z]c", "a[--0]c", "a*X*c", "*X*X*", "[a-c][a-z1]", "**/doc/frotz", "doc/frotz/",
    "!foo", "foo\n!foo/bar", "foo/\n!foo", "*.yaml\n!src/\n!src/*.yaml", "[!a]*", "-",
)  # fmt: skip


def git(folder: Path, *arguments: str) -> bytes:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "core.excludesFile=/dev/null")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout to work in."""
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "--quiet")
    return tmp_path


def plant(folder: Path, *names: str) -> None:
    for name in names:
        if (folder / name).parent.is_file() or (folder / name).is_dir():
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def collect(*paths: str, selection: Selection | None = None) -> list[Met]:
    found = sources.collect(sources.scope(paths, selection))
    return [source for source in found if source.path != ".git/"]


def read(*paths: str, selection: Selection | None = None) -> list[str]:
    found = [source.path for source in collect(*paths, selection=selection) if not isinstance(source, SkippedFile)]
    return ["-" if path == "./-" else path for path in found]


def skipped(*paths: str, selection: Selection | None = None) -> dict[str, str]:
    return {
        source.path: source.reason for source in collect(*paths, selection=selection) if isinstance(source, SkippedFile)
    }


def not_ignored_by_git(folder: Path) -> list[str]:
    listed = git(folder, "ls-files", "-z", "--others", "--cached", "--exclude-standard")
    return sorted(set(os.fsdecode(listed).split("\0")[:-1]))


@pytest.mark.parametrize("patterns", PATTERNS)
def test_a_pattern_means_what_git_says(folder: Path, patterns: str) -> None:
    plant(folder, *TREE)
    (folder / ".gitignore").write_bytes(patterns.encode())
    assert sorted(read()) == not_ignored_by_git(folder)


@pytest.mark.parametrize("inner", ["!bar", "*", "!*", "/bar", "baz/", "!baz/", "**/bar", "*\n!baz", "qux"])
@pytest.mark.parametrize("outer", ["bar", "foo/*", "*\n!*/", "foo/baz", "*", "!foo"])
def test_the_deepest_ignore_file_decides(folder: Path, outer: str, inner: str) -> None:
    plant(folder, *TREE)
    (folder / ".gitignore").write_text(outer)
    (folder / "foo" / ".gitignore").write_text(inner)
    assert sorted(read()) == not_ignored_by_git(folder)


PIECES = st.sampled_from(
    ["*", "**", "/", "?", "!", "[", "]", "-", "\\", "^", " ", "\n", "a", "b", "c", "foo", "bar", "x", ".log", "[a-c]"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, min_size=1, max_size=8).map("".join))
def test_any_pattern_means_what_git_says(folder: Path, patterns: str) -> None:
    plant(folder, *TREE)
    (folder / ".gitignore").write_text(patterns)
    assert sorted(read()) == not_ignored_by_git(folder)


def test_an_ignored_folder_is_one_entry_and_an_ignored_file_is_one(folder: Path) -> None:
    plant(folder, "out/a/b.yaml", "out/c.yaml", "d.tmp", "e.yaml")
    (folder / ".gitignore").write_text("out/\n*.tmp\n")
    assert skipped() == {"d.tmp": IGNORED, "out/": IGNORED}
    assert read() == [".gitignore", "e.yaml"]
    assert read(selection=Selection(ignored=True)) == [".gitignore", "d.tmp", "e.yaml", "out/a/b.yaml", "out/c.yaml"]


@pytest.mark.parametrize("paths", [("a", "a/b.tmp"), ("a/b.tmp", "a"), (".", "a", "a/b.tmp")])
def test_an_ignored_file_is_read_where_it_is_named_beside_its_folder(folder: Path, paths: tuple[str, ...]) -> None:
    plant(folder, "a/b.tmp", "a/c.yaml", "a/d.tmp")
    (folder / ".gitignore").write_text("*.tmp\n")
    assert [name for name in read(*paths) if name.startswith("a/")] == ["a/b.tmp", "a/c.yaml"]
    assert skipped(*paths) == {"a/d.tmp": IGNORED}


def test_what_git_tracks_is_read_although_it_is_ignored(folder: Path) -> None:
    plant(folder, "deploy/a/pod.yaml", "deploy/.gitignore", "pod.yaml")
    git(folder, "add", ".")
    plant(folder, "deploy/a/new.yaml", "deploy/b/new.yaml")
    (folder / ".gitignore").write_text("deploy/\npod.yaml\n")
    assert read() == [".gitignore", "deploy/.gitignore", "deploy/a/pod.yaml", "pod.yaml"]
    assert skipped() == {"deploy/a/new.yaml": IGNORED, "deploy/b/": IGNORED}


def test_ignore_files_above_the_folder_count(folder: Path) -> None:
    plant(folder, "a/b/x.tmp", "a/b/y", "a/b/z")
    (folder / ".gitignore").write_text("*.tmp\n/a/b/y\n")
    assert read("a/b") == ["a/b/z"]


def test_what_is_named_is_read(folder: Path) -> None:
    plant(folder, "out/a.yaml", "out/b.tmp")
    (folder / ".gitignore").write_text("out\n*.yaml\n")
    assert read("out") == ["out/a.yaml", "out/b.tmp"]
    assert read("out/a.yaml") == ["out/a.yaml"]


def test_outside_of_a_checkout_no_ignore_file_hides_anything(folder: Path) -> None:
    plant(folder, "a/x.tmp", "a/b", "a/node_modules/c")
    (folder / "a" / ".gitignore").write_text("*\n")
    (folder / ".git").rename(folder / "no-checkout")
    assert read("a") == ["a/.gitignore", "a/b", "a/x.tmp"]


@pytest.mark.parametrize("kind", ["a link", "a pipe", "a folder", "not text", "too large"])
def test_an_odd_ignore_file_ignores_nothing_and_harms_nothing(folder: Path, kind: str) -> None:
    plant(folder, "x.yaml")
    path = folder / ".gitignore"
    if kind == "a link":
        (folder / "rules").write_text("*\n")
        path.symlink_to("rules")
    elif kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    else:
        path.write_bytes(b"\xff\0\n" if kind == "not text" else b"*\n" * 100_000)
    assert "x.yaml" in read()


def test_a_pattern_of_many_stars_is_no_trap(folder: Path) -> None:
    """Tried in every way in which the stars may be divided, these would never end."""
    plant(folder, "a" * 250, *("/".join("a" * 60) + "/" + name for name in "ac"))
    (folder / ".gitignore").write_text("*a" * 100 + "b\n" + "a*/**/" * 50 + "b\n" + "**/a/" * 50 + "b\n")
    assert len(read()) == 4


@pytest.mark.parametrize(
    ("selection", "names", "reasons"),
    [
        (Selection(exclude=("tests/",)), ["a.yaml", "b.json", "c/d.yaml"], {"tests/": "excluded by --exclude tests/"}),
        (
            Selection(exclude=("*.json", "/c/d.*")),
            ["a.yaml", "tests/e.yaml"],
            {"b.json": "excluded by --exclude *.json", "c/d.yaml": "excluded by --exclude /c/d.*"},
        ),
        (
            Selection(include=("*.json", "c")),
            ["b.json", "c/d.yaml"],
            {"a.yaml": "not included by --include", "tests/e.yaml": "not included by --include"},
        ),
        (
            Selection(include=("*.yaml",), exclude=("c",)),
            ["a.yaml", "tests/e.yaml"],
            {"b.json": "not included by --include", "c/": "excluded by --exclude c"},
        ),
        (Selection(include=("**/d.yaml",), exclude=("/[!c]*",)), ["c/d.yaml"], None),
    ],
)
@pytest.mark.parametrize("committed", [False, True])
def test_files_are_included_and_excluded(
    folder: Path, selection: Selection, names: list[str], reasons: dict[str, str] | None, *, committed: bool
) -> None:
    plant(folder, "a.yaml", "b.json", "c/d.yaml", "tests/e.yaml")
    if committed:
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "--message", "one")
        selection = Selection(selection.include, selection.exclude, revision="HEAD")
    assert read(selection=selection) == names
    assert reasons is None or skipped(selection=selection) == reasons


def test_a_file_that_is_named_and_excluded_is_said(folder: Path) -> None:
    plant(folder, "a.yaml")
    assert skipped("a.yaml", selection=Selection(exclude=("*.yaml",))) == {"a.yaml": "excluded by --exclude *.yaml"}


def test_some_files_of_a_folder_are_not_the_whole_of_it(folder: Path) -> None:
    plant(folder, "a.yaml")
    assert sources.scope((".",), Selection(exclude=("b",))).whole
    assert not sources.scope((".",), Selection(include=("a*",))).whole
