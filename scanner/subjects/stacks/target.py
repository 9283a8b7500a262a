"""Who deploys a file: `docker stack deploy` or `docker compose`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.subjects.stacks.deployers import IGNORED, ONLY_SWARM
from scanner.subjects.stacks.dropped_keys import refused
from scanner.subjects.stacks.kinds import COMPOSE, STACK
from scanner.subjects.stacks.resources import OVERLAY, is_external

_STACK_NAME = regex(r"(?:^|[/._-])(?:stack|swarm)s?(?:[._-][\w.-]*)?\.ya?ml$")


_COMPOSE_KEYS = IGNORED - {"depends_on", "expose", "restart"}
_COPIED = frozenset({"rollback_config", "update_config"})
"""Keys of `deploy` that also stand in files for Compose, which reads them and does not use them."""


BY_OPTION, BY_NAME = "option", "file name"


class Target(Struct, frozen=True):
    """Who deploys a file, and what tells."""

    name: str
    why: str
    """`option`, `files`, `file name`, `content`, or empty where nothing tells."""
    undecided: bool = False
    """The content fits both, or fits Compose alone where the name says otherwise."""


def is_stack_name(path: str) -> bool:
    """Whether the name of a file says that it is a stack."""
    return bool(_STACK_NAME.search(path))


def target_of(root: Node, paths: Iterable[str], wanted: str, *, merged: bool = False) -> Target:
    """Who deploys files: whom the caller names, else whom their names or content show, else `docker compose`.

    What only a swarm uses shows that it is a stack, unless `docker stack deploy` would refuse it. Files that Compose
    has `merged` by itself are for Compose.
    """
    if wanted:
        return Target(wanted, BY_OPTION)
    for_compose, deploy = _uses_compose(root), _has_deploy(root)
    if not merged and any(map(is_stack_name, paths)):
        only_named = for_compose and not deploy and not _uses_swarm(root, ONLY_SWARM)
        return Target(STACK, BY_NAME, undecided=only_named)
    swarm = _uses_swarm(root, ONLY_SWARM - _COPIED if for_compose else ONLY_SWARM)
    is_refused = next(refused(root), None) is not None
    if merged:
        return Target(COMPOSE, "files", undecided=swarm and not is_refused)
    if swarm and not is_refused:
        return Target(STACK, "content", undecided=for_compose)
    if swarm:
        return Target(COMPOSE, "content", undecided=True)
    copied = for_compose and _uses_swarm(root, _COPIED)
    return Target(COMPOSE, "", undecided=deploy and not is_refused and (copied or not for_compose))


def _uses_compose(root: Node) -> bool:
    """Whether a service has a key that only Compose applies; authors of stacks often leave some of them in."""
    return any(key in _COMPOSE_KEYS for service in _each(root, "services") for key, _ in service.items())


def _has_deploy(root: Node) -> bool:
    return any(service.get("deploy") for service in _each(root, "services"))


def _uses_swarm(root: Node, keys: frozenset[str]) -> bool:
    """Whether a file has these keys of `deploy`, overlay networks, or external secrets and configs."""
    for service in _each(root, "services"):
        if not keys.isdisjoint(key for key, _ in service.get("deploy").items()):
            return True
    if any(network.get("driver").value == OVERLAY for network in _each(root, "networks")):
        return True
    return any(is_external(each) for section in ("secrets", "configs") for each in _each(root, section))


def _each(root: Node, section: str) -> Iterator[Node]:
    return (node for _, node in root.get(section).items())
