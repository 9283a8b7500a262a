"""A Git repository -> named bytes of one commit. A hostile checkout runs nothing here, and nothing is fetched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO

from msgspec import Struct
from msgspec.structs import replace

from scanner import found_programs
from scanner.confinement import confined
from scanner.errors import UsageError
from scanner.limits import Limits
from scanner.safe_write import write_below
from scanner.sources import git_folder
from scanner.sources.file_filter import FileFilter
from scanner.sources.source import NOT_FILES, File, Met, Selection, SkippedFile, UnreadableFile, content_of, too_large

_PATIENCE = 20
"""Seconds for one question to Git; reading the files of a commit has no such limit."""
_SAFE = (
    *("--no-pager", "--literal-pathspecs"),
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never"),
    *("-c", "log.showSignature=false"),
    *("-c", "core.attributesFile=/dev/null", "-c", "core.excludesFile=/dev/null"),
)
"""Options for Git.

A checkout's settings may name programs to run; the commands used here start no others than these.
"""
_CHUNK = 1024 * 1024
_Entry = tuple[str, bytes, bytes]
"""(name, mode, object)."""
_Named = tuple[str, int, bytes, bytes]
"""(name from the root of the scan, how many of its folders were named with the path, mode, object)."""


class Tree(Struct, frozen=True):
    """The files of one commit that paths name."""

    folder: str
    """A folder within the checkout."""
    commit: str
    entries: tuple[_Named, ...]
    whole: bool
    """Every path is a folder there."""
    missing: tuple[str, ...] = ()
    """Paths that are not there."""
    around: tuple[_Named, ...] = ()
    """Further files, which are not read by themselves and may belong to a chart or an overlay of those that are."""
    known: Mapping[bytes, bytes] = {}
    """Contents of objects that need not be read."""

    def sources(self, chosen: FileFilter, limits: Limits) -> Iterator[Met]:
        """The files, with an entry for each thing that is passed over."""
        with _objects(self.folder, limits) as read:
            for name, identity, over in self._met(chosen):
                met = over if over and not over.is_link else self._known(name, identity, limits) or read(name, identity)
                yield replace(over, target=os.fsdecode(content_of(met))) if over and over.is_link else met

    def names(self, chosen: FileFilter) -> Iterator[str]:
        """The names of the files that are read."""
        for name, _, over in self._met(chosen):
            if over is None:
                yield name

    def unfold(self, folder: str, limits: Limits) -> None:
        """Write the regular files of the commit into a folder; names that lead out of it are left out."""
        with _objects(self.folder, limits) as read:
            for name, _, mode, identity in (*self.entries, *self.around):
                if mode not in NOT_FILES:
                    write_below(folder, name, content_of(self._known(name, identity, limits) or read(name, identity)))

    def _known(self, name: str, identity: bytes, limits: Limits) -> File | None:
        content = self.known.get(identity)
        return File(name, content) if content is not None and not too_large(len(content), limits) else None

    def holds(self, names: Collection[str]) -> bool:
        """Whether a file has one of these names, in whichever folder."""
        return any(name.rpartition("/")[2] in names for name, *_ in (*self.entries, *self.around))

    def _met(self, chosen: FileFilter) -> Iterator[tuple[str, bytes, SkippedFile | None]]:
        """(name, object, why it is passed over where it is) of every file, and of folders that are passed over."""
        asked: dict[str, str] = {}
        for name, named, mode, identity in self.entries:
            above, reason = chosen.passed_folder(name, named, asked)
            if reason:
                if above:
                    yield above, b"", SkippedFile(above, reason)
                continue
            reason = chosen.passes_over(name, folder=False) or NOT_FILES.get(mode, "")
            yield name, identity, SkippedFile(name, reason) if reason else None


def tree(selection: Selection, paths: Sequence[str], root: str) -> Tree:
    """The files below paths at the revision, or in the index, that a selection names.

    Raises UsageError where there is no repository, no such revision or no such path in it.
    """
    folder = checkout_of(paths)
    above = os.fsdecode(ask(folder, "rev-parse", "--show-prefix").rstrip(b"\n"))
    commit = "" if selection.staged else commit_of(selection.revision, folder)
    listed = _listed(folder, commit) if commit else _staged(folder, selection.index)
    found: dict[str, _Named] = {}
    missing: list[str] = []
    whole = True
    for path in paths:
        full = os.path.abspath(path)
        wanted = os.path.normpath(os.path.join(above, os.path.relpath(full, folder)))
        some = _below(wanted, os.path.relpath(full, root), listed)
        if not some and wanted != ".":
            if not selection.may_be_missing:
                message = f"no such file or folder in {selection.revision or 'the index'}: {path}"
                raise UsageError(message)
            missing.append(path)
        whole = whole and wanted not in some
        found.update((name, entry) for name, entry in some.items() if name not in found)
    return Tree(folder, commit, tuple(found.values()), whole, tuple(missing))


def checkout_of(paths: Sequence[str]) -> str:
    """The folder of the first path, which is in a Git checkout; raises UsageError where it is not."""
    folder = os.path.abspath(paths[0])
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    if not top(folder):
        message = f"not in a Git checkout: {folder}"
        raise UsageError(message, hint="this reads files from Git")
    git_folder.refuse_elsewhere(top(folder))
    return folder


def _below(wanted: str, shown: str, listed: Sequence[_Entry]) -> dict[str, _Named]:
    """What is at and below a path of the commit, by its name there, with the name it goes by."""
    start, shown_start = ("" if path == "." else f"{path}/" for path in (wanted, shown))
    named = shown_start.count("/")
    return {
        name: (shown if name == wanted else shown_start + name[len(start) :], named, mode, identity)
        for name, mode, identity in listed
        if name == wanted or name.startswith(start)
    }


def _listed(folder: str, commit: str) -> list[_Entry]:
    """Everything in a commit, by name from the top."""
    listed = []
    for record in ask(folder, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
        about, _, name = record.partition(b"\t")
        mode, _, identity = about.split(b" ")
        listed.append((os.fsdecode(name), mode, identity))
    return sorted(listed, key=lambda entry: entry[0].split("/"))


def _staged(folder: str, index: str) -> list[_Entry]:
    """Everything in the index, by name from the top; raises UsageError where a merge is not finished."""
    listed = []
    said = ask(top(folder), "ls-files", "--stage", "-z", "--full-name", index=index)
    for record in said.split(b"\0")[:-1]:
        about, _, name = record.partition(b"\t")
        mode, identity, stage = about.split(b" ")
        if stage != b"0":
            hint = "resolve the conflict and run `git add` on the file"
            raise UsageError(f"the index holds a conflict: {os.fsdecode(name)}", hint=hint)
        listed.append((os.fsdecode(name), mode, identity))
    return sorted(listed, key=lambda entry: entry[0].split("/"))


def commit_of(revision: str, folder: str) -> str:
    """The commit that a revision means; raises UsageError where it means none."""
    if revision.startswith("-"):
        message = f"not a Git revision: {revision!r}"
        raise UsageError(message, hint="name a commit, a branch or a tag, such as HEAD or origin/main")
    message = f"no such Git revision: {revision!r}"
    try:
        said = ask(folder, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    except UsageError as error:
        raise UsageError(message, hint=error.message) from None
    if not said.isalnum():
        raise UsageError(message)
    return said


def top(folder: str) -> str:
    """The top of the checkout around a folder, empty outside of one."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above
    return folder


def answer(folder: str, *arguments: str, index: str = "") -> bytes | None:
    """The output of Git about the checkout of a folder; None where it fails."""
    try:
        return ask(folder, *arguments, index=index)
    except UsageError:
        return None


def ask(folder: str, *arguments: str, index: str = "") -> bytes:
    """The output of Git, which reads the given index; raises UsageError with the reason where it fails."""
    git_folder.refuse_odd(top(folder))
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            command(folder, *arguments),
            cwd=folder,
            env=environment() | ({"GIT_INDEX_FILE": index} if index else {}),
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            preexec_fn=confined(seconds=_PATIENCE),
        )
    except subprocess.TimeoutExpired:
        raise UsageError(f"git did not answer within {_PATIENCE} seconds") from None
    except OSError as error:
        raise UsageError(f"git cannot be run: {(error.strerror or '').lower()}") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["git failed"]
        raise UsageError(said[0].removeprefix("fatal: "))
    return done.stdout


def command(folder: str, *arguments: str) -> tuple[str, ...]:
    """A question to Git, which answers also in a checkout of another owner, as CI jobs in containers have it."""
    program = found_programs.find("git")
    if program is None:
        raise UsageError("this needs git on PATH")
    return (program, *_SAFE, "-c", f"safe.directory={os.path.realpath(top(folder)) or '.'}", *arguments)


def environment() -> dict[str, str]:
    """The environment of Git: no settings of the user or the system, nothing fetched, nothing asked."""
    return {
        "PATH": found_programs.search_path(),
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


class _Objects:
    """One `git cat-file --batch`, which reads one object after the other."""

    def __init__(self, to: IO[bytes], back: IO[bytes], limits: Limits) -> None:
        self._to, self._back, self._limits = to, back, limits

    def __call__(self, name: str, identity: bytes) -> Met:
        """The content of an object under the name it goes by."""
        try:
            self._to.write(identity + b"\n")
            self._to.flush()
            about = self._back.readline().split()
        except OSError:
            about = []
        if len(about) != 3:  # noqa: PLR2004 - object, type, size
            return UnreadableFile(name, "the content is not in the local Git repository")
        size = int(about[2])
        if large := too_large(size, self._limits):
            left = size
            while left and (part := self._back.read(min(left, _CHUNK))):
                left -= len(part)
        content = b"" if large else self._back.read(size)
        self._back.read(1)
        if len(content) < size and not large:
            return UnreadableFile(name, "Git stopped before the end of the content")
        return UnreadableFile(name, large) if large else File(name, content)


@contextmanager
def _objects(folder: str, limits: Limits) -> Iterator[_Objects]:
    process = subprocess.Popen(  # noqa: S603 - a fixed program, no shell
        command(folder, "cat-file", "--batch"),
        cwd=folder,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=confined(),  # noqa: PLW1509 - no thread of ours runs here
    )
    with process:
        assert process.stdin  # noqa: S101 - asked for above
        assert process.stdout  # noqa: S101
        try:
            yield _Objects(process.stdin, process.stdout, limits)
        finally:
            process.kill()
