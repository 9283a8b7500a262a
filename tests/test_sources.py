"""Nothing that lies under a path is left unsaid, and nothing is met twice."""

from __future__ import annotations

import io
import os
import sys
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from scanner import sources
from scanner.errors import UsageError
from scanner.limits import DEFAULTS, MIB, Limits
from scanner.sources import File, Met, SkippedFile, UnreadableFile


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plant(folder: Path, *names: str) -> None:
    """Files that hold their own name."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


TOO_LARGE = "larger than 1 MiB (--limit bytes=SIZE raises this)"


def collect(*paths: str, limits: Limits = DEFAULTS) -> list[Met]:
    return list(sources.collect(sources.scope(paths), limits))


def content(source: Met) -> bytes:
    """What is in a source that is a file."""
    assert isinstance(source, File)
    return source.content


def names(*paths: str) -> list[str]:
    return [source.path for source in collect(*paths)]


def test_files_come_in_the_order_of_their_names(folder: Path) -> None:
    plant(folder, "b.yaml", "a/z.yaml", "a/b/c.yaml", "a.yaml", "c/d/e/f", "B.yaml", "a/b.yaml")
    assert names() == ["B.yaml", "a/b/c.yaml", "a/b.yaml", "a/z.yaml", "a.yaml", "b.yaml", "c/d/e/f"]
    assert [content(source).decode() for source in collect(".")] == names(".")


@pytest.mark.parametrize(
    "paths",
    [
        (".", "."),
        (".", "a"),
        ("a", "."),
        ("a", "a/b", "b.yaml", "a/../b.yaml", "./a/"),
        ("b.yaml", ".", "b.yaml"),
        ("a/b/../../a", "b.yaml"),
    ],
)
def test_every_file_is_met_once(folder: Path, paths: tuple[str, ...]) -> None:
    plant(folder, "a/b/c.yaml", "a/d.yaml", "b.yaml")
    assert sorted(names(*paths)) == ["a/b/c.yaml", "a/d.yaml", "b.yaml"]


@pytest.mark.parametrize("paths", [*permutations(("d", "./b/", "a", "b/e/f"))])
def test_paths_are_taken_in_the_order_of_names(folder: Path, paths: tuple[str, ...]) -> None:
    """What lies in a named folder and is named itself comes first: it is read whatever its folder passes over."""
    plant(folder, "a", "b/c", "b/e/f", "b/g", "d")
    assert names(*paths) == ["a", "b/e/f", "b/c", "b/g", "d"]


@pytest.mark.parametrize("paths", [("-", "b", "a"), ("a", "-", "b"), ("b", "a", "-")])
def test_standard_input_comes_last(folder: Path, monkeypatch: pytest.MonkeyPatch, paths: tuple[str, ...]) -> None:
    plant(folder, "a", "b")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"c")))
    assert names(*paths) == ["a", "b", "-"]


def test_names_are_relative_to_the_folder_one_stands_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(folder, "a/b/c.yaml", "a/d.yaml")
    assert names(str(folder / "a")) == ["a/b/c.yaml", "a/d.yaml"]
    monkeypatch.chdir(folder / "a" / "b")
    assert names() == ["c.yaml"]


@pytest.mark.parametrize(
    ("paths", "root", "expected"),
    [
        (("../a",), "a", ["b/c.yaml", "d.yaml"]),
        (("../a/d.yaml",), "a", ["d.yaml"]),
        (("../a/b", "../a/d.yaml"), "a", ["b/c.yaml", "d.yaml"]),
        (("../a", "."), "", ["a/b/c.yaml", "a/d.yaml", "here/e.yaml"]),
        (("..",), "", ["a/b/c.yaml", "a/d.yaml", "here/e.yaml"]),
    ],
)
def test_outside_of_it_they_are_relative_to_what_all_paths_share(
    folder: Path, monkeypatch: pytest.MonkeyPatch, paths: tuple[str, ...], root: str, expected: list[str]
) -> None:
    plant(folder, "a/b/c.yaml", "a/d.yaml", "here/e.yaml")
    monkeypatch.chdir(folder / "here")
    assert sources.scope(paths).root == folder / root
    assert names(*paths) == expected


@pytest.mark.parametrize(
    ("paths", "whole"),
    [
        ((), True),
        ((".",), True),
        (("a",), True),
        (("a", "b"), True),
        (("a/",), True),
        (("c.yaml",), False),
        (("a", "c.yaml"), False),
        (("-",), False),
        (("a", "-"), False),
    ],
)
def test_only_folders_are_whole(folder: Path, paths: tuple[str, ...], *, whole: bool) -> None:
    plant(folder, "a/x", "b/x", "c.yaml")
    assert sources.scope(paths).whole is whole


@pytest.mark.parametrize("paths", [("nowhere",), (".", "nowhere.yaml"), ("a/nowhere",), ("",)])
def test_a_path_that_does_not_exist_is_refused(folder: Path, paths: tuple[str, ...]) -> None:
    plant(folder, "a/x")
    with pytest.raises(UsageError, match=f"no such file or folder: {paths[-1]}"):
        sources.scope(paths)


def test_standard_input_has_a_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(folder, "a")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x: \xff\r\n")))
    assert collect("a", "-") == [File("a", b"a"), File(sources.STDIN_NAME, b"x: \xff\r\n")]
    assert sources.scope(("-",)).root == folder


@pytest.mark.parametrize("name", [".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__"])
def test_folders_that_are_nobodys_text_are_passed_over_with_an_entry(folder: Path, name: str) -> None:
    plant(folder, f"a/{name}/x.yaml", f"a/{name}2/x.yaml", "a/z.yaml")
    found = {source.path: source for source in collect()}
    assert set(found) == {f"a/{name}/", f"a/{name}2/x.yaml", "a/z.yaml"}
    assert isinstance(found[f"a/{name}/"], SkippedFile)


def test_such_a_folder_is_read_where_it_is_named(folder: Path) -> None:
    plant(folder, "node_modules/x.yaml", "node_modules/node_modules/y.yaml")
    assert names("node_modules") == ["node_modules/node_modules/", "node_modules/x.yaml"]


def test_a_file_of_such_a_name_is_a_file(folder: Path) -> None:
    plant(folder, ".git", "a/.venv")
    assert names() == [".git", "a/.venv"]


def test_hidden_files_are_read(folder: Path) -> None:
    plant(folder, ".github/workflows/x.yaml", ".a.yaml")
    assert names() == [".a.yaml", ".github/workflows/x.yaml"]


@pytest.mark.parametrize(
    "target", ["file.yaml", "real", "/etc/passwd", "/", "nowhere", "link.yaml", "..", "real/inner"]
)
def test_a_symbolic_link_is_said_and_not_followed(folder: Path, target: str) -> None:
    plant(folder, "file.yaml", "real/inner/x.yaml")
    (folder / "link.yaml").symlink_to(target)
    found = collect()
    assert [source.path for source in found] == ["file.yaml", "link.yaml", "real/inner/x.yaml"]
    assert found[1] == SkippedFile("link.yaml", "a symbolic link", target=target)
    assert collect("link.yaml") == [found[1]]


def test_a_link_in_a_circle_ends(folder: Path) -> None:
    plant(folder, "a/x")
    (folder / "a" / "up").symlink_to(folder)
    assert names() == ["a/up", "a/x"]


def test_what_is_no_regular_file_is_said_and_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    assert collect() == [SkippedFile("pipe.yaml", "not a regular file")]
    assert collect("pipe.yaml") == [UnreadableFile("pipe.yaml", "not a regular file")]  # it was asked for


def test_a_file_that_is_too_large_is_said_and_not_read(folder: Path) -> None:
    with (folder / "a.yaml").open("wb") as file:
        file.truncate(MIB + 1)
    (folder / "b.yaml").write_bytes(b"x" * MIB)
    large, small = collect(limits=Limits(bytes=MIB))
    assert large == UnreadableFile("a.yaml", TOO_LARGE)
    assert len(content(small)) == MIB


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("more", "reason"), [(0, ""), (1, TOO_LARGE)])
def test_standard_input_may_be_too_large(monkeypatch: pytest.MonkeyPatch, more: int, reason: str) -> None:
    content = b"x" * (MIB + more)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    (source,) = collect("-", limits=Limits(bytes=MIB))
    assert source == (UnreadableFile(source.path, reason) if reason else File(source.path, content))


def test_what_may_not_be_read_is_said_and_the_rest_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(folder, "a/x", "closed/y", "file", "z")
    real_list, real_open = os.scandir, os.open

    def listed(path: str) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real_list(path)

    def opened(path: str, flags: int) -> int:
        if str(path).endswith("file"):
            raise PermissionError(13, "Permission denied")
        return real_open(path, flags)

    monkeypatch.setattr(os, "scandir", listed)
    monkeypatch.setattr(os, "open", opened)
    assert collect() == [
        File("a/x", b"a/x"),
        UnreadableFile("closed/", "permission denied"),
        UnreadableFile("file", "permission denied"),
        File("z", b"z"),
    ]


def test_a_file_that_vanishes_is_said(folder: Path) -> None:
    plant(folder, "a", "b")
    found = sources.collect(sources.scope((".",)))
    assert next(found).path == "a"
    (folder / "b").unlink()
    assert next(found) == UnreadableFile("b", "no such file or directory")


@pytest.mark.parametrize(
    "name",
    [
        "new\nline.yaml",
        "two words.yaml",
        " lead",
        "größe 😀.yaml",
        "--help",
        "a\\b.yaml",
        "a\tb",
        "stdin",
        "%20",
        "'\"$(x)",
    ],
)
def test_odd_names_are_names(folder: Path, name: str) -> None:
    plant(folder, name)
    assert collect() == [File(name, name.encode())]


def test_a_file_of_the_name_of_standard_input_is_told_from_it(folder: Path) -> None:
    plant(folder, "-")
    assert collect() == [File("./-", b"-")]


def test_names_that_are_no_text_stay_whole(folder: Path) -> None:
    raw = b"caf\xe9\xff.yaml"
    with open(os.path.join(os.fsencode(folder), raw), "wb") as file:
        file.write(b"x: 1")
    (found,) = collect()
    assert os.fsencode(found.path) == raw
    assert content(found) == b"x: 1"


def test_content_is_kept_byte_for_byte(folder: Path) -> None:
    odd = bytes(range(256)) + b"\r\n\xef\xbb\xbf"
    (folder / "a").write_bytes(odd)
    (folder / "b").write_bytes(b"")
    assert [content(source) for source in collect()] == [odd, b""]


def test_deep_folders_cost_no_stack(folder: Path) -> None:
    depth = 300
    plant(folder, "/".join(["d"] * depth) + "/x")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        assert names() == ["/".join(["d"] * depth) + "/x"]
    finally:
        sys.setrecursionlimit(limit)


def test_an_empty_folder_holds_nothing(folder: Path) -> None:
    (folder / "a" / "b").mkdir(parents=True)
    assert collect() == []
