"""The commit that a change is compared with: the common ancestor of HEAD and a target branch."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from msgspec import Struct

from scanner.errors import UsageError
from scanner.sources import git

DEFAULT = "origin/HEAD"
_LIKELY = ("origin/main", "origin/master", "main", "master")
"""Names that a default branch often has."""
_ALL_BRANCHES = b"refs/heads/*"
"""What a clone of all branches fetches."""
_UNSHALLOW = "fetch the history first: git fetch --unshallow origin"


class Base(Struct, frozen=True):
    """The base of a comparison."""

    name: str
    """The branch, commit or tag as it was asked for."""
    commit: str
    """The common ancestor of it and HEAD."""
    tip: str = ""
    """The commit of the branch or tag itself; empty where only the ancestor is known."""
    no_change: str = ""
    """Why no commit lies between the base and what is compared with it, and what to do; empty where one does."""

    @property
    def target(self) -> str:
        """The commit that the change is to be merged into, as far as it is known."""
        return self.tip or self.commit


def find(paths: Sequence[str], named: str | None, environment: Mapping[str, str], head: str = "HEAD") -> Base:
    """The common ancestor of a revision and a base.

    `named` is the base as the user names it; without it, that of the merge request or pull request that a CI service
    runs for, else the default branch of the remote `origin`. Raises UsageError with the command that helps where the
    history that is needed is not there.
    """
    folder = _checkout(paths)
    name = named or of_service(environment) or DEFAULT
    target = _target(name, folder)
    commit = git.commit_of(head, folder)
    found = git.answer(folder, "merge-base", commit, target)
    if found and (said := found.decode().strip()).isalnum():
        return Base(name, said, target, _without_commit(name, target, head, folder) if said == commit else "")
    if _is_shallow(folder):
        message = f"the checkout is shallow, and the common ancestor of {head} and {name} is not in it"
        raise UsageError(message, hint=_UNSHALLOW)
    raise UsageError(f"{head} and {name} have no common ancestor", hint="name another base: --base REV")


def _without_commit(name: str, target: str, head: str, folder: str) -> str:
    """Why a revision is its own common ancestor with a base, and what to do."""
    if git.commit_of(head, folder) == target:
        why = f"{head} and {name} are the same commit; a CI job may have checked out {name} in place of the change"
    else:
        why = f"{name} contains {head}, such as after a merge"
    what = "check out the change, or name an earlier commit with --base"
    shallow = f", which a shallow checkout may not have ({_UNSHALLOW})" if _is_shallow(folder) else ""
    return f"{why}: {what}{shallow}"


def _checkout(paths: Sequence[str]) -> str:
    """The folder of the first path; raises UsageError where it is not in a Git checkout."""
    if not git.top(os.path.abspath(paths[0])):
        hint = "compare with a file: `assay baseline write FILE`, later `assay gate --baseline FILE`"
        raise UsageError("this is not a Git checkout, so there is no base to compare with", hint=hint)
    return git.checkout_of(paths)


def of_service(environment: Mapping[str, str]) -> str:
    """The base of the pull request or merge request that a CI service runs for; empty elsewhere.

    The variables are those that GitHub, GitLab and Azure DevOps document.
    """
    if branch := environment.get("GITHUB_BASE_REF"):
        return f"origin/{branch}"
    if commit := environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        return commit
    if branch := environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        return f"origin/{branch}"
    if branch := environment.get("SYSTEM_PULLREQUEST_TARGETBRANCH"):
        return f"origin/{branch.removeprefix('refs/heads/')}"
    return ""


def _target(name: str, folder: str) -> str:
    try:
        return git.commit_of(name, folder)
    except UsageError as error:
        hint = _fetch(name, folder)
        raise UsageError(f"the base {name} is not in this checkout", hint=hint) from (
            error if name.startswith("-") else None
        )


def _fetch(name: str, folder: str) -> str:
    """The command that brings a base that is not there."""
    remote, _, branch = name.partition("/")
    deeper = "--unshallow " if _is_shallow(folder) else ""
    if git.answer(folder, "rev-list", "--all", "--max-count=1") == b"":
        return "there is no commit yet: commit first, then change something"
    if name == DEFAULT:
        return _without_default(folder, deeper)
    if remote == "origin" and branch:
        return f"fetch it first: git fetch {deeper}origin {branch}:refs/remotes/origin/{branch}"
    return f"fetch it first: git fetch {deeper}origin {name}, and compare with it: --base FETCH_HEAD"


def _is_shallow(folder: str) -> bool:
    return git.answer(folder, "rev-parse", "--is-shallow-repository") == b"true\n"


def _without_default(folder: str, deeper: str) -> str:
    """What to do where the default branch of the remote is not known; `deeper` fetches the history of a shallow one."""
    known = git.answer(folder, "for-each-ref", "--format=%(refname:short)", "refs/remotes/origin", "refs/heads") or b""
    names = known.decode(errors="replace").split()
    near = next((each for each in _LIKELY if each in names), "BRANCH")
    if git.answer(folder, "config", "--get", "remote.origin.url"):
        fetched = git.answer(folder, "config", "--get-all", "remote.origin.fetch") or b""
        if deeper or _ALL_BRANCHES not in fetched:
            commands = (
                f"git remote set-branches origin '*' && git fetch {deeper}origin && git remote set-head origin --auto"
            )
            return f"fetch the other branches: {commands}"
        return f"run `git remote set-head origin --auto`, or name the base: --base {near}"
    return f"there is no remote `origin`, so name the base: --base {near}"
