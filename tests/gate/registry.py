"""The list that the modules of changes add to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.gate.mutation import Change, Mutation
from tests.gate.trees import SHOP

LISTED: list[Mutation] = []


def mutation(name: str, base: Mapping[str, str] = SHOP, *, kustomize: bool = False) -> Callable[[Change], Change]:
    """A function that changes a repository, as one of the list."""

    def listed(change: Change) -> Change:
        LISTED.append(Mutation(name, base, change, kustomize))
        return change

    return listed
