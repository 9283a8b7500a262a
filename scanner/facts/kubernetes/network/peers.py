"""Whether there are pods that network policies name by labels as their peers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.described import described
from scanner.facts.kubernetes.network.policy_selection import Namespaces, named
from scanner.facts.kubernetes.objects import path
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE


class Peer(TypedDict):
    """A peer of a network policy that is named by labels of pods."""

    field: str
    direction: str
    found: NotRequired[bool]


PEERS = Fact(
    "peers",
    (RESOURCE,),
    list[Peer],
    "Each peer with labels under `podSelector`, and whether a workload has these labels.",
    provide="scan the folder that holds the workloads and Namespaces that the policy names by labels",
    objects=("NetworkPolicy",),
)


@step(
    Cluster,
    gives=(PEERS,),
    reads=(
        read(RESOURCE, "object.spec", objects=("NetworkPolicy",)),
        read(RESOURCE, "object.metadata.labels", objects=("Namespace",)),
    ),
)
def find_peers(cluster: Cluster, facts: Facts) -> None:
    """Whether the peers that each policy names are there."""
    spaces = Namespaces(cluster.objects)
    for policy in cluster.objects.of("networking.k8s.io", "NetworkPolicy"):
        stated = list(_selecting_peers(policy))
        peers = [_peer(policy, field, peer, cluster, spaces) for field, peer in stated]
        facts.add(policy, PEERS, peers)
        for number, (_, peer) in enumerate(stated):
            if "found" not in peers[number]:
                facts.lack(policy, PEERS, partial(_open_peer, policy, peer, cluster, spaces), item=number)


def _selecting_peers(policy: Subject) -> Iterator[tuple[str, dict[str, Any]]]:
    """The peers that a policy names by labels of their pods, each with its path."""
    for direction, side in (("ingress", "from"), ("egress", "to")):
        rules = path(policy.bindings["object"], "spec", direction)
        for number, rule in enumerate(rules if isinstance(rules, list) else ()):
            peers = rule.get(side) if isinstance(rule, dict) else None
            for index, peer in enumerate(peers if isinstance(peers, list) else ()):
                selector = peer.get("podSelector") if isinstance(peer, dict) else None
                if isinstance(selector, dict) and any(selector.values()):
                    yield f"spec.{direction}.{number}.{side}.{index}", peer


def _peer(policy: Subject, field: str, peer: dict[str, Any], cluster: Cluster, spaces: Namespaces) -> Peer:
    """Whether a peer finds a pod (`found`); left out where pods or namespaces may be elsewhere."""
    item = Peer(field=field, direction=field.split(".")[1])
    selector = peer["podSelector"]
    outside = peer.get("namespaceSelector")
    namespaces, complete = spaces.chosen(outside) if isinstance(outside, dict) else ([""], spaces.whole)
    maybe_any = False
    for namespace in namespaces:
        sure, maybe = cluster.pods.selected(policy, selector, namespace=namespace)
        if sure:
            return {**item, "found": True}
        maybe_any = maybe_any or bool(maybe) or cluster.makers.may_meet(policy, selector, namespace)
    return item if maybe_any or not complete else {**item, "found": False}


def _open_peer(policy: Subject, peer: dict[str, Any], cluster: Cluster, spaces: Namespaces) -> Lack:
    """Pods that a peer names may be elsewhere."""
    outside = peer.get("namespaceSelector")
    namespaces, _ = spaces.chosen(outside) if isinstance(outside, dict) else ([""], True)
    for namespace in namespaces:
        _, maybe = cluster.pods.selected(policy, peer["podSelector"], namespace=namespace)
        if maybe or not outside or named(outside):
            return lacks.of_pods(cluster, policy, peer["podSelector"], maybe, namespace)
    what = f"a workload{described(peer['podSelector'], '')}"
    within = f"in a Namespace{described(outside, '')}"
    return lacks.of_objects(cluster.objects, f"{what} {within}", "pods")
