"""Objects, commits and references that Assay writes into a Git repository, without a checkout, and what goes to others.

Only `fetch` and `push` talk to another repository. They run the user's Git with the user's settings and credentials.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from msgspec import Struct

from scanner import found_programs
from scanner.errors import UsageError
from scanner.late import regex
from scanner.sources import git, git_folder

_PATIENCE = 60
"""Seconds for one command within the repository."""
_FAR_PATIENCE = 600
"""Seconds for one command that talks to another repository."""
_DURABLE = ("-c", "core.fsync=committed")
_OWN = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")
"""Options for the user's Git: the hooks of the checkout are about its own work, not about the ledger."""
_LOCAL = {
    *("GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_PREFIX"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"),
}
"""Variables that name another repository than the one that is asked about; Git sets them for hooks."""
_IDENTITY = regex(r"(?P<name>.*) <(?P<mail>[^>]*)> \d+ [+-]\d{4}")
_LOST = (
    "[rejected]",
    "failed to update ref",
    "cannot lock ref",
    "incorrect old value",
    "reference already exists",
    "failed to lock",
)
"""What Git says where somebody else was faster."""


class Answer(Struct, frozen=True):
    """How a command ended."""

    code: int
    output: bytes
    said: str
    """What it wrote to standard error."""


def commit_file(folder: str, name: str, content: bytes, parent: str, message: str) -> str:
    """A new commit that holds one file; nothing refers to it yet."""
    blob = _written(folder, "hash-object", "-w", "-t", "blob", "--stdin", "--no-filters", data=content)
    tree = _written(folder, "mktree", data=f"100644 blob {blob}\t{name}\n".encode())
    above = ("-p", parent) if parent else ()
    return _written(folder, "commit-tree", tree, *above, data=message.encode(), names=_identity(folder))


def move(folder: str, reference: str, new: str, old: str) -> bool:
    """Let a reference name another commit if it still names the old one, empty for none; False if it does not.

    Git is not ended with this process: it would leave a lock behind.
    """
    before = old or "0" * len(new)
    done = _own(folder, "update-ref", "-m", "assay ledger", "--end-of-options", reference, new, before)
    if done.code and not any(text in done.said for text in (*_LOST, "File exists")):
        raise UsageError(f"Git did not move {reference}: {_first(done.said)}")
    return not done.code


def commit_at(folder: str, reference: str) -> str:
    """The commit that a reference names; empty where there is none."""
    found = git.answer(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    return found.decode().strip() if found else ""


def fetch(folder: str, remote: str, reference: str, target: str) -> str | None:
    """The commit that a reference names in another repository, brought here as `target`; empty where there is none.

    None where another process fetches it at the same time.
    """
    _refuse_option(remote)
    few = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance")
    done = _users(folder, "fetch", *few, remote, f"+{reference}:{target}")
    if not done.code:
        return commit_at(folder, target)
    if any(text in done.said for text in _LOST):
        return None
    there = _users(folder, "ls-remote", "--quiet", remote, reference)
    if there.code or there.output.strip():
        raise UsageError(f"cannot fetch from {remote}: {_first(done.said)}", hint="`git fetch` shows more")
    return ""


def push(folder: str, remote: str, commit: str, reference: str) -> bool:
    """Let a reference of another repository name a commit that follows its own; False where somebody was faster."""
    _refuse_option(remote)
    done = _users(folder, "push", "--porcelain", "--no-verify", "--no-signed", remote, f"{commit}:{reference}")
    told = f"{done.output.decode(errors='replace')}\n{done.said}"
    if done.code and not any(text in told for text in _LOST):
        raise UsageError(f"cannot push to {remote}: {_first(done.said)}", hint="`git push` shows more")
    return not done.code


def _refuse_option(remote: str) -> None:
    if remote.startswith("-") or not remote:
        raise UsageError(f"not a remote repository: {remote!r}", hint="name one that `git remote` lists, or an address")


def _identity(folder: str) -> dict[str, str]:
    """Who writes a commit: the user of Git, or Assay where Git knows nobody."""
    said = _users(folder, "var", "GIT_COMMITTER_IDENT").output.decode(errors="replace").strip()
    found = _IDENTITY.fullmatch(said)
    name, mail = (found["name"], found["mail"]) if found else ("Assay", "assay@localhost")
    return {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _pairs(name, mail)}


def _pairs(name: str, mail: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("NAME", name), ("EMAIL", mail)


def _written(folder: str, *arguments: str, data: bytes, names: Mapping[str, str] | None = None) -> str:
    """The object that a command of Git wrote."""
    done = _own(folder, *arguments, data=data, names=names)
    if done.code:
        raise UsageError(f"Git did not write into the repository: {_first(done.said)}")
    return done.output.decode().strip()


def _own(folder: str, *arguments: str, data: bytes = b"", names: Mapping[str, str] | None = None) -> Answer:
    """Git as Assay uses it: no setting of the user, no hook, nothing fetched."""
    environment = git.environment() | {"GIT_COMMITTER_NAME": "Assay", "GIT_COMMITTER_EMAIL": "assay@localhost"}
    return _run(folder, git.command(folder, *_DURABLE, *arguments), environment | dict(names or {}), data, _PATIENCE)


def _users(folder: str, *arguments: str) -> Answer:
    """Git as the user has it."""
    program = found_programs.find("git")
    if program is None:
        raise UsageError("this needs git on PATH")
    kept = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    environment = kept | {"LC_ALL": "C", "PATH": found_programs.search_path()}
    return _run(folder, (program, *_OWN, *arguments), environment, b"", _FAR_PATIENCE)


def _run(folder: str, command: tuple[str, ...], environment: Mapping[str, str], data: bytes, seconds: int) -> Answer:
    git_folder.refuse_odd(git.top(folder))
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            command, cwd=folder, env=environment, input=data, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise UsageError(f"git did not end within {seconds} seconds") from None
    except OSError as error:
        raise UsageError(f"git cannot be run: {(error.strerror or '').lower()}") from None
    return Answer(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


def _first(said: str) -> str:
    """What Git says is wrong, without hints."""
    lines = [line for line in said.splitlines() if line.startswith(("fatal: ", "error: ", " !"))] or said.splitlines()
    return lines[0].removeprefix("fatal: ").removeprefix("error: ").strip() if lines else "it gave no reason"
