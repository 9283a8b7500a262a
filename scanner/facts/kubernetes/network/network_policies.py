"""Which workloads network policies isolate, and which namespaces they close."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any, TypedDict

from msgspec.structs import replace

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.network.policies import DIRECTIONS, Policy, policies
from scanner.facts.kubernetes.network.same_name import agreed, contradicted
from scanner.facts.kubernetes.objects import Objects, in_same_system, kind_of, name_of, namespace_of
from scanner.facts.kubernetes.selections import SELECTED
from scanner.facts.kubernetes.selectors import Selections
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.places import Location
from scanner.subjects.kubernetes import CLUSTER_SCOPED, RESOURCE, WORKLOAD


class Directions(TypedDict, total=False):
    """A value for each direction of traffic, absent where it is not known."""

    ingress: bool
    egress: bool


NETWORK_POLICIES = Fact(
    "network_policies",
    (WORKLOAD,),
    list[str],
    "Names of the network policies that select it; absent where none is found and some may be outside of the "
    "scanned files.",
    provide="scan the folder that holds the network policies, and state the namespaces of workloads and policies",
    related=("network_policies",),
)
ISOLATED = Fact(
    "isolated",
    (WORKLOAD,),
    Directions,
    "Whether a policy that selects the workload restricts the direction, and none of them allows all traffic in it.",
    provide="scan the folder that holds the network policies, and state the namespaces of workloads and policies",
    related=("ingress_opened", "egress_opened", "undecided_policy"),
)
WORKLOADS = Fact(
    "workloads",
    (RESOURCE,),
    int,
    "The number of workloads that state the namespace.",
    provide="scan the folder that holds the workloads of the namespace",
    objects=("Namespace",),
)
DEFAULT_DENY = Fact(
    "default_deny",
    (RESOURCE,),
    Directions,
    "Whether a policy for all of its pods restricts the direction.",
    provide="scan the folder that holds the network policies of the namespace, and state the namespace in each",
    objects=("Namespace",),
)
_KINDS = (
    "NetworkPolicy",
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
    "CiliumClusterwideNetworkPolicy",
    "CiliumNetworkPolicy",
    "ClusterNetworkPolicy",
    "GlobalNetworkPolicy",
)
"""Kinds of objects that isolate workloads, the usual one first."""
_POLICIES = read(
    RESOURCE,
    "object.spec",
    "object.specs",
    objects=(
        "CiliumClusterwideNetworkPolicy",
        "CiliumNetworkPolicy",
        "GlobalNetworkPolicy",
        "NetworkPolicy",
    ),
)


@step(Cluster, gives=(SELECTED, ISOLATED, NETWORK_POLICIES), reads=(_POLICIES,))
def isolate_workloads(cluster: Cluster, facts: Facts) -> None:
    """The workloads that each policy selects, and the directions in which those are isolated."""
    selections: Selections[Policy] = Selections()
    chosen = []
    for policy in policies(cluster.objects):
        sure, maybe = cluster.pods.selected(policy.subject, policy.selector)
        if not policy.sure:
            sure, maybe = (), (*sure, *maybe)
        chosen.append((policy, (sure, maybe)))
        elsewhere = (
            maybe or not cluster.objects.has_all_pods() or cluster.makers.may_meet(policy.subject, policy.selector)
        )
        if sure or not elsewhere:
            facts.add(policy.subject, SELECTED, cluster.pods.names(sure))
        else:
            words = partial(lacks.of_pods, cluster, policy.subject, policy.selector, maybe)
            facts.lack(policy.subject, SELECTED, words)
    for policy, both in agreed(chosen):
        selections.add(policy, both)
    for kins, selecting, perhaps in selections.each(len(cluster.pods.kins)):
        workloads = [workload for kin in kins for workload in cluster.pods.kins[kin]]
        _isolate(workloads, selecting, perhaps, facts, cluster.objects)


def _isolate(
    workloads: list[Subject], selecting: list[Policy], perhaps: list[Policy], facts: Facts, objects: Objects
) -> None:
    """State the effect of the policies that select workloads, and of those that may select them."""
    whole, open_by = objects.complete(*_KINDS), [policy.subject for policy in perhaps]
    isolated = _directions(selecting, perhaps, whole=whole)
    places = dict(_opened(selecting))
    if selecting:
        places["network_policies"] = place(selecting[0].subject)
    if perhaps and len(isolated) < len(DIRECTIONS):
        places["undecided_policy"] = place(perhaps[0].subject)
    names = list(dict.fromkeys(name_of(policy.subject) for policy in selecting))
    for workload in workloads:
        if isolated:
            facts.add(workload, ISOLATED, isolated)
        if selecting or (whole and not perhaps):
            facts.add(workload, NETWORK_POLICIES, names)
        if len(isolated) < len(DIRECTIONS):
            words = partial(lacks.of_selecting, objects, workload, _KINDS, open_by)
            facts.lack(workload, ISOLATED, words)
            facts.lack(workload, NETWORK_POLICIES, words)
        for name, where in places.items():
            facts.relate(workload, name, where)


def _opened(selecting: list[Policy]) -> Iterator[tuple[str, Location]]:
    """The related place of each direction in which a policy allows everything: the rule that does."""
    for direction in DIRECTIONS:
        if first := next((policy for policy in selecting if direction in policy.opens), None):
            yield f"{direction}_opened", place(first.subject, *first.opens[direction].split("."))


def _directions(selecting: list[Policy], perhaps: list[Policy], *, whole: bool) -> Directions:
    """Whether each direction is restricted, where it is known."""
    directions: Directions = {}
    if (ingress := _isolated("ingress", selecting, perhaps, whole=whole)) is not None:
        directions["ingress"] = ingress
    if (egress := _isolated("egress", selecting, perhaps, whole=whole)) is not None:
        directions["egress"] = egress
    return directions


def _isolated(direction: str, selecting: list[Policy], perhaps: list[Policy], *, whole: bool) -> bool | None:
    """Whether a direction is restricted; policies only add up, so one that opens it undoes all others."""
    if any(direction in policy.opens for policy in selecting):
        return False
    if any(direction in policy.restricts for policy in selecting):
        return None if any(direction in policy.opens for policy in perhaps) else True
    restricting = any(direction in policy.restricts for policy in perhaps)
    return False if whole and not restricting else None


@step(Cluster, gives=(DEFAULT_DENY, WORKLOADS), reads=(_POLICIES,))
def close_namespaces(cluster: Cluster, facts: Facts) -> None:
    """The effect of policies for all pods of a namespace, and the number of workloads that state the namespace.

    Such a policy closes the namespace in its directions, unless it allows everything.
    """
    objects = cluster.objects
    inhabitants = Counter(namespace_of(workload) for workload in objects.workloads)
    general: defaultdict[str, dict[Any, Policy]] = defaultdict(dict)
    every = list(policies(objects))
    unsure = contradicted(every)
    for policy in every:
        if policy.selects_all:
            sure_of_it = policy.sure and policy.subject not in unsure
            alike = policy.subject.group, sure_of_it, policy.restricts, *policy.opens
            general[_reach(policy)].setdefault(alike, replace(policy, sure=sure_of_it))
    for namespace in objects.of("core", "Namespace"):
        name = name_of(namespace)
        sure: list[Policy] = []
        perhaps: list[Policy] = [*general[""].values()]
        for policy in (*general[name].values(), *general["*"].values()):
            if in_same_system(policy.subject, namespace):
                (sure if policy.sure else perhaps).append(policy)
        facts.add(namespace, WORKLOADS, inhabitants[name])
        facts.add(namespace, DEFAULT_DENY, _directions(sure, perhaps, whole=objects.complete(*_KINDS)))
        facts.lack(namespace, DEFAULT_DENY, partial(_open_namespace, objects, namespace, perhaps))


def _open_namespace(objects: Objects, namespace: Subject, perhaps: list[Policy]) -> Lack:
    """A policy that states no namespace may be in it, or one may be where nothing was read."""
    name = name_of(namespace)
    if perhaps:
        return lacks.of_doubt(namespace, perhaps[0].subject, name)
    return lacks.of_objects(objects, f"a NetworkPolicy for all pods of namespace `{name}`", *_KINDS)


def _reach(policy: Policy) -> str:
    """The namespace that a policy is about, `*` for all, empty where it states none."""
    return "*" if kind_of(policy.subject) in CLUSTER_SCOPED else namespace_of(policy.subject)
