"""What is met under a path and is no plain file, or a plain file of an odd name, size or place."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.row import POD

Expected = Mapping[str, tuple[str, str]]
"""Path -> (status, a part of the reason)."""
_LINK = ("skipped", "a symbolic link")
_LOST_LINK = ("unreadable", "a symbolic link to ")
_SPECIAL = ("skipped", "not a regular file")
_POD = ("assessed", "")
_LONG = ("unreadable", "file name too long")


@dataclass(frozen=True)
class Place:
    """Something made in an empty folder, which is the current one, and what a scan of the folder says of it."""

    name: str
    make: Callable[[], object]
    expected: Expected
    alone: int
    beside: int
    pods: int = 0
    """Privileged pods that are found."""


def _skipped(name: str, make: Callable[[], object], expected: Expected) -> Place:
    return Place(name, make, expected, 3, 1)


def _lost(name: str, make: Callable[[], object], expected: Expected, pods: int = 0) -> Place:
    return Place(name, make, expected, 4, 4, pods)


def _read(name: str, make: Callable[[], object], expected: Expected, pods: int = 1) -> Place:
    return Place(name, make, expected, 1, 1, pods)


def _named(name: str) -> Callable[[], object]:
    return lambda: Path(name).write_text(POD)


def _link(target: str, name: str = "x.yaml") -> Callable[[], object]:
    return lambda: Path(name).symlink_to(target)


def _socket() -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("x.yaml")


def _sparse() -> None:
    with open("x.yaml", "wb") as file:
        file.truncate(10 * 1024**3)


def _folder() -> None:
    Path("x.yaml").mkdir()
    Path("x.yaml", "y.yaml").write_text(POD)


def _two_loops() -> None:
    Path("a/b").mkdir(parents=True)
    Path("a/b/up").symlink_to("../..")
    Path("a/b/across").symlink_to("../b")
    Path("a/x.yaml").write_text(POD)


def _hard_links() -> None:
    Path("a.yaml").write_text(POD)
    os.link("a.yaml", "b.yaml")


def _raw_name() -> None:
    with open(b"x\xff\xe9.yaml", "w", encoding="ascii") as file:
        file.write(POD)


def _chain(levels: int, name: str) -> None:
    """Folders in folders, beyond the longest path that the system takes in one piece."""
    handle = os.open(".", os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=handle)
        inner = os.open(name, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    with open("x.yaml", "w", opener=lambda path, flags: os.open(path, flags, dir_fd=handle)) as file:
        file.write(POD)
    os.close(handle)


def _many(number: int) -> None:
    for each in range(number):
        Path(f"{each}.txt").write_text("a")


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


def _hostile_checkout() -> None:
    """A checkout whose settings start a program whenever Git looks at its files."""
    _git("init", "--quiet", ".")
    Path(".gitignore").write_text("x.yaml\n.started\nstart\n")
    Path("x.yaml").write_text(POD)
    _git("add", "--force", "x.yaml")
    start = Path("start")
    start.write_text(f"#!/bin/sh\ntouch '{Path('.started').absolute()}'\n")
    start.chmod(0o755)
    for setting in ("core.fsmonitor", "core.sshCommand", "core.pager", "diff.external", "core.hooksPath"):
        _git("config", setting, str(start.absolute()))


def _ignore_bomb() -> None:
    Path(".gitignore").write_text("*a" * 60 + "b\n" + "**/" * 300 + "z\n" + "[!" * 500 + "\n" + "\\" * 999 + "\n")
    Path("a" * 200 + ".yaml").write_text(POD)


def _ignore_flood() -> None:
    Path(".gitignore").write_text("".join(f"{each}*\n" for each in range(10_000)))
    Path("x.yaml").write_text(POD)


_WIDE = "w" * 255
"""The longest name: sixteen of them are a path too long wherever the tests' folder lies, and fifteen are not."""
_DEEP = "/".join(["d"] * 500)

PLACES = (
    _skipped("a pipe", lambda: os.mkfifo("x.yaml"), {"x.yaml": _SPECIAL}),
    _skipped("a socket", _socket, {"x.yaml": _SPECIAL}),
    _lost("a link to a device", _link("/dev/zero"), {"x.yaml": _LOST_LINK}),
    _lost("a link out of the folder", _link("/etc/passwd"), {"x.yaml": _LOST_LINK}),
    _lost("a link to itself", _link("x.yaml"), {"x.yaml": _LOST_LINK}),
    _lost("a link to nothing", _link("nothing"), {"x.yaml": _LOST_LINK}),
    _lost("a link to the root", _link("/"), {"x.yaml": _LOST_LINK}),
    _skipped("a link to the folder itself", _link("."), {"x.yaml": _LINK}),
    _read("links in circles", _two_loops, {"a/b/across": _LINK, "a/b/up": _LINK, "a/x.yaml": _POD}),
    _read("two names of one file", _hard_links, {"a.yaml": _POD, "b.yaml": _POD}, 2),
    _read("a folder with the name of a file", _folder, {"x.yaml/y.yaml": _POD}),
    _skipped("an empty folder", lambda: Path("x.yaml").mkdir(), {}),
    _lost("10 GiB of nothing", _sparse, {"x.yaml": ("unreadable", "larger than")}),
    _read("a name over two lines", _named("a\nb.yaml"), {"a\nb.yaml": _POD}),
    _read("a name that moves the cursor", _named("\x1b[2K\x1b[1Ax.yaml"), {"\x1b[2K\x1b[1Ax.yaml": _POD}),
    _read("a name that is written backwards", _named("\u202elmay.x"), {"\u202elmay.x": _POD}),
    _read("a name that is no text", _raw_name, {"x\udcff\udce9.yaml": _POD}),
    _read("a name like an option", _named("--help"), {"--help": _POD}),
    _read("a name like standard input", _named("-"), {"./-": _POD}),
    _read("a name like a workflow command", _named("::error::x.yaml"), {"::error::x.yaml": _POD}),
    _read("a name like markup", _named("<img src=x>.yaml"), {"<img src=x>.yaml": _POD}),
    _read("a name of 255 bytes", _named("n" * 250 + ".yaml"), {"n" * 250 + ".yaml": _POD}),
    _read("a name of blanks", _named("  .yaml"), {"  .yaml": _POD}),
    _read("folders 500 deep", lambda: _chain(500, "d"), {f"{_DEEP}/x.yaml": _POD}),
    _lost("folders beyond the longest path", lambda: _chain(20, _WIDE), {"/".join([_WIDE] * 16) + "/": _LONG}),
    _skipped("2,000 small files", lambda: _many(2000), {"0.txt": ("skipped", "contains no YAML")}),
    _read("a checkout that starts programs", _hostile_checkout, {"x.yaml": _POD, ".git/": ("skipped", "version")}),
    _read("an ignore file of stars", _ignore_bomb, {"a" * 200 + ".yaml": _POD}),
    _read("an ignore file of 10,000 lines", _ignore_flood, {"x.yaml": _POD}),
)
