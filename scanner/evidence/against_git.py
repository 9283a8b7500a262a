"""A pack and a clone of its repository -> where the recorded files are not those of the recorded commit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from scanner.errors import AssayError, UsageError
from scanner.evidence.population import POPULATION
from scanner.evidence.run_record import RUN, RunRecord
from scanner.evidence.verifying import Verification
from scanner.sources import git_tree

_SHOWN = 20


def compare(content: Mapping[str, bytes], repository: Path) -> Verification:
    """What differs between a pack and the commit that it names; raises UsageError without a repository."""
    try:
        record = RunRecord.from_bytes(content[RUN])
        files = [json.loads(line) for line in content[POPULATION].splitlines()]
    except (KeyError, AssayError, ValueError) as error:
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
    faults = list(_of_files(files, git_tree.blobs(state.top, own.commit), own.prefix))
    more = (f"and {len(faults) - _SHOWN:,} more files",) if len(faults) > _SHOWN else ()
    notes = (f"{len(own.dirty)} paths differed from the commit when it was scanned; {RUN} names them",)
    return Verification((*faults[:_SHOWN], *more), notes if own.dirty else ())


def _of_files(files: list[dict[str, object]], blobs: Mapping[str, str], prefix: str) -> Iterator[str]:
    for each in files:
        path, blob = str(each["path"]), each["blob"]
        name = path.removeprefix(prefix)
        if each["committed"] and blobs.get(name) != blob:
            yield f"{path}: the commit has another content than {POPULATION} says"
        elif not each["committed"] and blob and blobs.get(name) == blob:
            yield f"{path}: {POPULATION} says that it differs from the commit, and it does not"
