"""A pack and a clone of its repository -> where the recorded files are not those of the recorded commit."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from scanner.errors import AssayError, UsageError
from scanner.evidence.canonical import OTHER_SHAPE
from scanner.evidence.population import POPULATION
from scanner.evidence.run_record import RUN, Repository, RunRecord
from scanner.evidence.verifying import Verification
from scanner.sources import git_tree

_SHOWN = 20


def compare(content: Mapping[str, bytes], repository: Path) -> Verification:
    """What differs between a pack and the commit that it names; raises UsageError without a repository."""
    try:
        record = RunRecord.from_bytes(content[RUN])
        files = [json.loads(line) for line in content[POPULATION].splitlines()]
        listed = [(str(each["path"]), str(each["blob"]), bool(each["committed"])) for each in files]
    except (AssayError, *OTHER_SHAPE) as error:
        return Verification((f"the pack cannot be compared with Git: {error}",))
    own = record.repository
    if own is None:
        return Verification((f"{RUN} names no commit, and a repository is given",))
    try:
        state = git_tree.state_of(str(repository), own.commit)
    except UsageError:
        return Verification((f"the repository does not have the commit {own.commit}",))
    if state is None:
        raise UsageError(f"not in a Git checkout: {repository}")
    if state.tree != own.tree:
        return Verification((f"the commit {own.commit} has the tree {state.tree}, and {RUN} names {own.tree}",))
    blobs = git_tree.blobs(state.top, own.commit)
    faults = [*_of_files(listed, blobs, own.prefix), *_not_listed(record, own, {path for path, *_ in listed}, blobs)]
    more = (f"and {len(faults) - _SHOWN:,} more files",) if len(faults) > _SHOWN else ()
    notes = (f"{len(own.dirty)} paths differed from the commit when it was scanned; {RUN} names them",)
    return Verification((*faults[:_SHOWN], *more), notes if own.dirty else ())


def _of_files(files: list[tuple[str, str, bool]], blobs: Mapping[str, str], prefix: str) -> Iterator[str]:
    for path, blob, committed in files:
        name = path.removeprefix(prefix)
        if committed and blobs.get(name) != blob:
            yield f"{path}: the commit has another content than {POPULATION} says"
        elif not committed and blob and blobs.get(name) == blob:
            yield f"{path}: {POPULATION} says that it differs from the commit, and it does not"


def _not_listed(record: RunRecord, own: Repository, listed: set[str], blobs: Iterable[str]) -> Iterator[str]:
    """Files of the commit below the scanned paths that the population leaves out, and that were there."""
    paths = (path if path.startswith("~") else os.path.join(record.folder, path) for path in record.paths)
    places = [os.path.relpath(path, record.root) for path in paths]
    folders = tuple(path for path in listed if path.endswith("/"))
    for name in blobs:
        path = f"{own.prefix}{name}"
        below = any(place == "." or f"{path}/".startswith(f"{place}/") for place in places)
        if below and path not in listed and name not in own.dirty and not path.startswith(folders):
            yield f"{path}: a file of the commit that {POPULATION} does not list"
