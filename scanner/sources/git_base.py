"""The commit that a change is compared with: the common ancestor of HEAD and a target branch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from scanner.errors import UsageError
from scanner.sources import git

DEFAULT = "origin/HEAD"
_UNSHALLOW = "fetch the history first: git fetch --unshallow origin"


class Base(Struct, frozen=True):
    """The base of a comparison."""

    name: str
    """The branch, commit or tag as it was asked for."""
    commit: str
    """The common ancestor of it and HEAD."""


def find(paths: Sequence[str], named: str | None, environment: Mapping[str, str], head: str = "HEAD") -> Base:
    """The common ancestor of a revision and a base.

    `named` is the base as the user names it; without it, that of the merge request or pull request that a CI service
    runs for, else the default branch of the remote `origin`. Raises UsageError with the command that helps where the
    history that is needed is not there.
    """
    folder = git.checkout_of(paths)
    name = named or of_service(environment) or DEFAULT
    target = _target(name, folder)
    commit = git.commit_of(head, folder)
    found = git.answer(folder, "merge-base", commit, target)
    if found and (said := found.decode().strip()).isalnum():
        return Base(name, said)
    if git.answer(folder, "rev-parse", "--is-shallow-repository") == b"true\n":
        message = f"the checkout is shallow, and the common ancestor of {head} and {name} is not in it"
        raise UsageError(message, hint=_UNSHALLOW)
    raise UsageError(f"{head} and {name} have no common ancestor", hint="name another base: --base REV")


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
        hint = _fetch(name)
        raise UsageError(f"the base {name} is not in this checkout", hint=hint) from (
            error if name.startswith("-") else None
        )


def _fetch(name: str) -> str:
    """The command that brings a base that is not there."""
    remote, _, branch = name.partition("/")
    if name == DEFAULT:
        return "run `git remote set-head origin --auto`, or name the base: --base origin/main"
    if remote == "origin" and branch:
        return f"fetch it first: git fetch origin {branch}:refs/remotes/origin/{branch}"
    return f"fetch it first: git fetch origin {name}"
