"""`assay evidence verify --reproduce`: the scan of a pack once more, in a clone that has its commit checked out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from scanner.cli.evidence_build import built, command
from scanner.cli.evidence_run import home, package_digest
from scanner.cli.reading import resolved_options
from scanner.errors import AssayError, UsageError
from scanner.evidence.manifest import KEY, NOT_LISTED, digest_of
from scanner.evidence.relative import with_home
from scanner.evidence.run_record import RUN, RunRecord
from scanner.evidence.verifying import Verification
from scanner.sources import git_tree

_OWN = ("--out", "--key", "--key-command", "--public-key", "--actor")
"""Options with a value that say where a pack goes, and who signs it."""
_SHOWN = 20


def reproduce(content: Mapping[str, bytes], repository: Path) -> Verification:
    """What differs between a pack and the files that the same command makes today.

    Raises UsageError for a clone that does not have exactly the commit of the pack.
    """
    try:
        record = RunRecord.from_bytes(content.get(RUN, b""))
    except AssayError as error:
        return Verification((f"the scan cannot be repeated: {error.message}",))
    if why := _why_not(record):
        return Verification((), (f"the scan was not repeated: {why}",))
    _refuse_other_state(record, repository)
    inside = os.path.relpath(record.folder, record.root)
    with _in_folder(os.path.join(repository, inside)):
        context = command.make_context("build", _arguments(record))
        with context:
            made = built(resolved_options(context), context.params, record.signature).files
            today = {name: digest_of(data) for name, data in made if name != RUN}
    notes = () if record.tool.digest == package_digest() else ("the pack was made by another version of Assay",)
    wanted = {name: digest_of(data) for name, data in content.items() if name not in {*NOT_LISTED, RUN, KEY}}
    differing = sorted(name for name in {*wanted, *today} if wanted.get(name) != today.get(name))
    faults = [f"{name}: the scan gives another file today" for name in differing[:_SHOWN]]
    more = [f"and {len(differing) - _SHOWN:,} more files"] if len(differing) > _SHOWN else []
    return Verification((*faults, *more), notes)


def _why_not(record: RunRecord) -> str:
    """Why a clone alone does not give what was scanned; empty where it does."""
    own = record.repository
    if own is None:
        return "the files were not in a Git checkout"
    if own.dirty:
        return f"{len(own.dirty)} paths differed from the commit"
    outside = os.path.relpath(record.folder, record.root).startswith("..") or own.prefix
    if outside or record.arguments[:2] != ("evidence", "build"):
        return "it was run outside of the repository"
    elsewhere = next((path for path in record.paths if os.path.isabs(with_home(path, home()))), "")
    return f"it names {elsewhere}, and not a path in the clone" if elsewhere else ""


def _refuse_other_state(record: RunRecord, repository: Path) -> None:
    state = git_tree.state_of(str(repository))
    wanted = record.repository.commit if record.repository else ""
    if state is None or state.commit != wanted or state.dirty:
        hint = f"check it out in a clone: git checkout {wanted}"
        raise UsageError(f"--reproduce needs exactly the commit {wanted} in {repository}", hint=hint)


def _arguments(record: RunRecord) -> list[str]:
    """The arguments of the build, without what says where the pack goes; waivers count as of the same day."""
    given, kept = [with_home(each, home()) for each in record.arguments[2:]], []
    while given:
        argument = given.pop(0)
        if argument in _OWN:
            given = given[1:]
        elif not argument.startswith(tuple(f"{name}=" for name in _OWN)):
            kept.append(argument)
    day = [] if any(each.startswith("--today") for each in kept) else ["--today", record.started[:10]]
    return [*day, "--out", os.devnull, *kept]


@contextmanager
def _in_folder(folder: str) -> Iterator[None]:
    """Work in another folder, because the arguments name files from there."""
    before = os.getcwd()
    try:
        os.chdir(folder)
    except OSError as error:
        raise UsageError(f"cannot enter {folder}: {(error.strerror or '').lower()}") from None
    try:
        yield
    except click.UsageError as error:
        raise UsageError(f"the recorded arguments are not accepted any more: {error.format_message()}") from None
    finally:
        os.chdir(before)
