"""Changes as Git holds them: commits, branches, remotes, the index."""

from __future__ import annotations

from tests.gate.mutation import Gate, Repository, without_service
from tests.gate.registry import mutation
from tests.gate.trees import POD

_FAULT = ("shop/web.yaml", "privileged: false", "privileged: true")
_MENDED = ("shop/web.yaml", "privileged: true", "privileged: false")


def _main_goes_on(tree: Repository) -> None:
    """Let the branch `main` get a fault of its own."""
    tree.git("checkout", "--quiet", "main")
    tree.write("shop/job.yaml", POD)
    tree.commit()
    tree.git("checkout", "--quiet", "change")


def _with_fault(tree: Repository) -> None:
    tree.edit(*_FAULT)
    tree.commit()


@mutation("a commit on a branch")
def _(tree: Repository) -> None:
    _with_fault(tree)


@mutation("a commit that the next one reverts")
def _(tree: Repository) -> None:
    _with_fault(tree)
    tree.git("revert", "--no-edit", "HEAD")


@mutation("several commits, squashed")
def _(tree: Repository) -> None:
    _with_fault(tree)
    tree.write("shop/notes.txt", "notes")
    tree.commit()
    tree.git("reset", "--soft", "main")
    tree.git("commit", "--quiet", "--message", "all")


@mutation("the base got a fault meanwhile")
def _(tree: Repository) -> None:
    _main_goes_on(tree)


@mutation("the base got a fault meanwhile, rebased on it")
def _(tree: Repository) -> None:
    _with_fault(tree)
    _main_goes_on(tree)
    tree.git("rebase", "--quiet", "main")


@mutation("the base got a fault meanwhile, merged with it")
def _(tree: Repository) -> None:
    _with_fault(tree)
    _main_goes_on(tree)
    tree.git("merge", "--quiet", "--no-edit", "main")


@mutation("a detached HEAD")
def _(tree: Repository) -> None:
    _with_fault(tree)
    tree.git("checkout", "--quiet", "--detach")


@mutation("a clone, without --base")
def _(tree: Repository) -> Gate:
    tree.git("checkout", "--quiet", "main")
    other = tree.clone()
    other.edit(*_FAULT)
    return Gate((), other.folder, without_service())


@mutation("a clone for a pull request on GitHub")
def _(tree: Repository) -> Gate:
    _with_fault(tree)
    return Gate((), tree.clone().folder, without_service() | {"GITHUB_BASE_REF": "main"})


@mutation("a fork, whose base is a branch of another remote")
def _(tree: Repository) -> Gate:
    fork = tree.clone(to="fork")
    _main_goes_on(tree)
    fork.git("remote", "add", "upstream", str(tree.folder))
    fork.git("fetch", "--quiet", "upstream")
    fork.git("rebase", "--quiet", "upstream/main")
    fork.edit(*_FAULT)
    return Gate(("--base", "upstream/main"), fork.folder)


@mutation("a shallow clone")
def _(tree: Repository) -> Gate:
    _with_fault(tree)
    _main_goes_on(tree)
    return Gate(("--base", "origin/main"), tree.clone("--depth", "1", "--no-single-branch").folder)


@mutation("a clone of one branch, without the base")
def _(tree: Repository) -> Gate:
    _with_fault(tree)
    return Gate(("--base", "origin/main"), tree.clone("--single-branch").folder)


@mutation("a base that does not exist")
def _(_: Repository) -> Gate:
    return Gate(("--base", "v9"))


@mutation("histories without a common commit")
def _(tree: Repository) -> None:
    tree.git("checkout", "--quiet", "--orphan", "fresh")
    tree.edit(*_FAULT)
    tree.commit()


@mutation("a checkout without origin, without --base")
def _(_: Repository) -> Gate:
    return Gate((), environment=without_service())


@mutation("a tag as the base")
def _(tree: Repository) -> Gate:
    tree.git("tag", "--annotate", "v1", "--message", "v1")
    _with_fault(tree)
    return Gate(("--base", "v1"))


@mutation("--staged: the fault is not staged")
def _(tree: Repository) -> Gate:
    tree.edit("shop/web.yaml", "name: settings", "name: host")
    tree.git("add", "--all")
    tree.edit(*_FAULT)
    return Gate(("--base", "main", "--staged"))


@mutation("--staged: the fault is staged, and mended on disk")
def _(tree: Repository) -> Gate:
    before = tree.read("shop/web.yaml")
    tree.edit(*_FAULT)
    tree.git("add", "--all")
    tree.write("shop/web.yaml", before)
    return Gate(("--base", "main", "--staged"))


@mutation("--git-revision: the fault is in the commit, and mended on disk")
def _(tree: Repository) -> Gate:
    before = tree.read("shop/web.yaml")
    _with_fault(tree)
    tree.write("shop/web.yaml", before)
    return Gate(("--base", "main", "--git-revision", "HEAD"))


@mutation("--git-revision: the fault is on disk alone")
def _(tree: Repository) -> Gate:
    tree.edit(*_FAULT)
    return Gate(("--base", "main", "--git-revision", "change"))


@mutation("a file that is not tracked")
def _(tree: Repository) -> None:
    tree.write("shop/job.yaml", POD)


@mutation("a submodule")
def _(tree: Repository) -> None:
    tree.clone(to="other")
    tree.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tree.folder), "vendor")


@mutation("a submodule, committed")
def _(tree: Repository) -> Gate:
    tree.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tree.folder), "vendor")
    tree.commit()
    return Gate(("--base", "main", "--git-revision", "HEAD"))
