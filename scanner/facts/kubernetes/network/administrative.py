"""Network policies of a cluster's administrators: what they decide before and after the policies of namespaces.

AdminNetworkPolicies are evaluated in the order of their priority, before NetworkPolicies; a rule allows, denies or
passes to these. The BaselineAdminNetworkPolicy decides where no NetworkPolicy selects a pod. ClusterNetworkPolicies
state the tier to which they belong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from scanner.facts.kubernetes.objects import kind_of, listed, mapping, path
from scanner.model import Subject

ADMIN, BASELINE = "Admin", "Baseline"
ALLOW, DENY, PASS = "Allow", "Deny", "Pass"
KINDS = ("AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy")
_TIERS = {"AdminNetworkPolicy": ADMIN, "BaselineAdminNetworkPolicy": BASELINE}
_ACTIONS = {"Allow": ALLOW, "Accept": ALLOW, "Deny": DENY, "Pass": PASS}
_EVERYWHERE = "0.0.0.0/0"


class Administrative(Struct, frozen=True):
    """What a policy of administrators says about all traffic."""

    tier: str = ""
    """`Admin` or `Baseline`; empty for another policy, and where it is not stated."""
    priority: int = 0
    """A lower number is evaluated first."""
    spaces: Any = None
    """The namespaces that it is about, as a label selector; None for another policy."""
    verdicts: Mapping[str, str] = field(default_factory=dict)
    """Direction -> the action of its first rule about all traffic in it."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Direction -> the path of this rule."""


NOT_ADMINISTRATIVE = Administrative()


def read_administrative(subject: Subject) -> tuple[Administrative, Any]:
    """What a policy of administrators says, and the pods that it selects in its namespaces, as a label selector."""
    spec = mapping(path(subject.bindings["object"], "spec"))
    about = mapping(spec.get("subject"))
    pods = mapping(about.get("pods"))
    tier = _TIERS.get(kind_of(subject)) or spec.get("tier")
    priority = spec.get("priority")
    found = {
        direction: first
        for direction, side in (("ingress", "from"), ("egress", "to"))
        if (first := _first_total(listed(spec.get(direction)), direction, side))
    }
    read = Administrative(
        tier if tier in (ADMIN, BASELINE) else "",
        priority if isinstance(priority, int) else 0,
        pods.get("namespaceSelector", {}) if "pods" in about else about.get("namespaces", {}),
        {direction: action for direction, (action, _) in found.items()},
        {direction: place for direction, (_, place) in found.items()},
    )
    return read, pods.get("podSelector", {})


def decided(direction: str, policies: Sequence[Administrative], tier: str) -> str | None:
    """What the policies of a tier do with all traffic in a direction; empty where they do not decide.

    None where two of the same priority differ, so that the cluster may follow either.
    """
    stated = sorted(
        (policy.priority, policy.verdicts[direction])
        for policy in policies
        if policy.tier == tier and direction in policy.verdicts
    )
    first = {verdict for priority, verdict in stated if priority == stated[0][0]}
    return None if len(first) > 1 else next(iter(first), "")


def _first_total(rules: list[Any], direction: str, side: str) -> tuple[str, str] | None:
    """Action and path of the first rule that is about all traffic in a direction."""
    for number, rule in enumerate(rules):
        if not isinstance(rule, dict) or rule.get("ports") or rule.get("protocols"):
            continue
        action = _ACTIONS.get(str(rule.get("action")), "")
        peers = [peer for peer in listed(rule.get(side)) if isinstance(peer, dict)]
        if action and any(_is_everything(peer, direction) for peer in peers):
            return action, f"spec.{direction}.{number}"
    return None


def _is_everything(peer: dict[str, Any], direction: str) -> bool:
    """Whether a peer is every pod of every namespace as a caller, or every address, which includes those of pods."""
    if direction == "egress":
        return _EVERYWHERE in listed(peer.get("networks"))
    if isinstance(spaces := peer.get("namespaces"), dict):
        return not any(mapping(spaces.get("namespaceSelector", spaces)).values())
    pods = peer.get("pods")
    if not isinstance(pods, dict):
        return False
    spaces = pods.get("namespaceSelector", mapping(pods.get("namespaces")).get("namespaceSelector"))
    return isinstance(spaces, dict) and not any(spaces.values()) and not any(mapping(pods.get("podSelector")).values())
