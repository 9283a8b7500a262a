"""Policies that select a workload or a namespace -> whether its traffic is restricted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from scanner.facts.kubernetes.network.administrative import ADMIN, ALLOW, BASELINE, DENY, decided
from scanner.facts.kubernetes.network.policies import Policy


class Directions(TypedDict, total=False):
    """A value for each direction of traffic, absent where it is not known."""

    ingress: bool
    egress: bool


def directions(selecting: list[Policy], perhaps: list[Policy], *, whole: bool) -> Directions:
    """Whether each direction is restricted, where it is known."""
    found: Directions = {}
    if (ingress := _isolated("ingress", selecting, perhaps, whole=whole)) is not None:
        found["ingress"] = ingress
    if (egress := _isolated("egress", selecting, perhaps, whole=whole)) is not None:
        found["egress"] = egress
    return found


def _isolated(direction: str, selecting: list[Policy], perhaps: list[Policy], *, whole: bool) -> bool | None:
    """Whether a direction is restricted: administrators decide first, then namespaces, then the baseline."""
    verdict = _verdict(direction, selecting, perhaps, ADMIN)
    if verdict in (ALLOW, DENY):
        return verdict == DENY
    if verdict is None:
        return None
    of_namespace = _of_namespace(direction, selecting, perhaps, whole=whole)
    if of_namespace is not False or any(_decides(direction, policy) for policy in selecting):
        return of_namespace
    baseline = _verdict(direction, selecting, perhaps, BASELINE)
    return None if baseline is None else baseline == DENY


def _verdict(direction: str, selecting: list[Policy], perhaps: list[Policy], tier: str) -> str | None:
    """What a tier decides; None where a policy that may select the workload could change that."""
    sure = decided(direction, [policy.administrative for policy in selecting], tier)
    own = [policy.administrative for policy in perhaps]
    if any(each.spaces is not None and each.tier in (tier, "") and direction in each.verdicts for each in own):
        both = decided(direction, [*(policy.administrative for policy in selecting), *own], tier)
        return sure if sure and both == sure else None
    return sure


def _decides(direction: str, policy: Policy) -> bool:
    return not policy.is_administrative and (direction in policy.restricts or direction in policy.opens)


def _of_namespace(direction: str, selecting: list[Policy], perhaps: list[Policy], *, whole: bool) -> bool | None:
    """Whether policies of namespaces restrict it; they only add up, so one that opens it undoes all others."""
    selecting, perhaps = _plain(selecting), _plain(perhaps)
    if any(direction in policy.opens for policy in selecting):
        return False
    if any(direction in policy.restricts for policy in selecting):
        return None if any(direction in policy.opens for policy in perhaps) else True
    restricting = any(direction in policy.restricts for policy in perhaps)
    return False if whole and not restricting else None


def _plain(policies: Sequence[Policy]) -> list[Policy]:
    return [policy for policy in policies if not policy.is_administrative]
