"""Which workloads network policies isolate, and which namespaces they close."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from msgspec.structs import replace

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.network.isolation import Directions, directions
from scanner.facts.kubernetes.network.policies import DIRECTIONS, Policy, policies
from scanner.facts.kubernetes.network.policy_selection import Namespaces, doubt, selected
from scanner.facts.kubernetes.network.same_name import agreed, contradicted
from scanner.facts.kubernetes.objects import Objects, in_same_system, kind_of, name_of, namespace_of
from scanner.facts.kubernetes.selections import SELECTED
from scanner.facts.kubernetes.selectors import Selections
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.places import Location
from scanner.subjects.kubernetes import CLUSTER_SCOPED, RESOURCE, WORKLOAD

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
ISOLATED_ELSEWHERE = Fact(
    "isolated_elsewhere",
    (WORKLOAD,),
    Directions,
    "Where no policy isolates it: whether one of another chart or overlay that selects every pod of its cluster, "
    "restricts the direction; absent where none does.",
    provide="scan the folder that holds the network policies of the cluster",
    related=("policy_elsewhere",),
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
_OF_CLUSTER = ("CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy")
"""Those of them that are about all namespaces, and add up with the policies of these."""
_POLICIES = read(
    RESOURCE,
    "object.spec",
    "object.specs",
    objects=_KINDS,
)
_NAMESPACES = read(RESOURCE, "object.metadata.labels", objects=("Namespace",))


@step(Cluster, gives=(SELECTED, ISOLATED, ISOLATED_ELSEWHERE, NETWORK_POLICIES), reads=(_POLICIES, _NAMESPACES))
def isolate_workloads(cluster: Cluster, facts: Facts) -> None:
    """The workloads that each policy selects, and the directions in which those are isolated."""
    selections: Selections[Policy] = Selections()
    chosen = []
    spaces = Namespaces(cluster.objects)
    for policy in policies(cluster.objects):
        sure, maybe = selected(policy, cluster, spaces)
        if not policy.sure:
            sure, maybe = (), (*sure, *maybe)
        apart = () if sure or maybe else cluster.pods.apart(policy.subject, policy.selector)
        chosen.append((policy, (sure, (*maybe, *apart))))
        elsewhere = (
            maybe
            or apart
            or not cluster.objects.has_all_pods()
            or cluster.makers.may_meet(policy.subject, policy.selector)
        )
        if sure or not elsewhere:
            facts.add(policy.subject, SELECTED, cluster.pods.names(sure))
        else:
            facts.lack(policy.subject, SELECTED, partial(_selects_none, cluster, spaces, policy, maybe, apart))
    for policy, both in agreed(chosen):
        selections.add(policy, both)
    of_cluster = list(_of_cluster([policy for policy, _ in chosen]))
    for kins, selecting, perhaps in selections.each(len(cluster.pods.kins)):
        by_sight = defaultdict[bool, list[Subject]](list)
        for workload in (workload for kin in kins for workload in cluster.pods.kins[kin]):
            by_sight[cluster.objects.complete(*_KINDS, near=workload)].append(workload)
        for whole, workloads in by_sight.items():
            words = partial(_not_isolated, cluster.objects, spaces)
            if not any(_isolate(workloads, selecting, perhaps, facts, words, whole=whole).values()):
                _isolate_elsewhere(workloads, selecting, perhaps, of_cluster, facts)


def _of_cluster(every: Sequence[Policy]) -> Iterator[Policy]:
    """The policies of a chart or an overlay that surely select every pod of their cluster."""
    unsure = contradicted(every)
    for policy in every:
        everywhere = policy.sure and policy.selects_all and not any(policy.spaces.values())
        of_bundle = kind_of(policy.subject) in _OF_CLUSTER and policy.subject.group
        if everywhere and of_bundle and policy.subject not in unsure:
            yield policy


def _isolate_elsewhere(
    workloads: list[Subject],
    selecting: Sequence[Policy],
    perhaps: list[Policy],
    of_cluster: Sequence[Policy],
    facts: Facts,
) -> None:
    """State the effect of policies for every pod in other charts or overlays, which may be for another cluster."""
    for workload in workloads if of_cluster else ():
        others = [policy for policy in of_cluster if not in_same_system(policy.subject, workload)]
        isolated = directions([*selecting, *others], perhaps, whole=True)
        if any(isolated.values()):
            first = next(policy for policy in others if policy.restricts - policy.opens.keys())
            facts.add(workload, ISOLATED_ELSEWHERE, isolated)
            facts.relate(workload, "policy_elsewhere", place(first.subject))


def _selects_none(
    cluster: Cluster, spaces: Namespaces, policy: Policy, maybe: Sequence[int], apart: Sequence[int]
) -> Lack:
    """It is not known whether a policy selects a workload."""
    first = next((cluster.pods.kins[kin][0] for kin in (*apart, *maybe)), None)
    if first and apart:
        return lacks.of_apart(policy.subject, first)
    found = doubt(policy, first, spaces) if first else None
    return found or lacks.of_pods(cluster, policy.subject, policy.selector, maybe)


def _not_isolated(objects: Objects, spaces: Namespaces, perhaps: Sequence[Policy], workload: Subject) -> Lack:
    """It is not known whether a policy isolates a workload."""
    deciding = [policy for policy in perhaps if policy.decides]
    doubts = (doubt(policy, workload, spaces) for policy in deciding)
    found = next(filter(None, doubts), None)
    return found or lacks.of_selecting(objects, workload, _KINDS, [policy.subject for policy in deciding])


def _isolate(
    workloads: list[Subject],
    selecting: list[Policy],
    perhaps: list[Policy],
    facts: Facts,
    words: Callable[[Sequence[Policy], Subject], Lack],
    *,
    whole: bool,
) -> Directions:
    """State, and return, the effect of the policies that select workloads, and of those that may select them."""
    isolated = directions(selecting, perhaps, whole=whole)
    places = {name: where for direction, name, where in _opened(selecting) if isolated.get(direction) is not True}
    isolating = [policy for policy in selecting if policy.restricts or not policy.is_administrative]
    if isolating:
        places["network_policies"] = place(isolating[0].subject)
    if perhaps and len(isolated) < len(DIRECTIONS):
        places["undecided_policy"] = place(perhaps[0].subject)
    names = list(dict.fromkeys(name_of(policy.subject) for policy in isolating))
    for workload in workloads:
        if isolated:
            facts.add(workload, ISOLATED, isolated)
        if isolating or (whole and not perhaps):
            facts.add(workload, NETWORK_POLICIES, names)
        if len(isolated) < len(DIRECTIONS):
            facts.lack(workload, ISOLATED, partial(words, perhaps, workload))
            facts.lack(workload, NETWORK_POLICIES, partial(words, perhaps, workload))
        for name, where in places.items():
            facts.relate(workload, name, where)
    return isolated


def _opened(selecting: list[Policy]) -> Iterator[tuple[str, str, Location]]:
    """The direction and related place of each direction in which a policy allows everything: the rule that does."""
    for direction in DIRECTIONS:
        if first := next((policy for policy in selecting if direction in policy.opens), None):
            yield direction, f"{direction}_opened", place(first.subject, *first.opens[direction].split("."))


@step(Cluster, gives=(DEFAULT_DENY, WORKLOADS), reads=(_POLICIES, _NAMESPACES))
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
            where = repr(policy.administrative), repr(policy.spaces)
            alike = policy.subject.group, sure_of_it, policy.restricts, *policy.opens, *where
            general[_reach(policy)].setdefault(alike, replace(policy, sure=sure_of_it))
    spaces = Namespaces(objects)
    for namespace in objects.of("core", "Namespace"):
        name = name_of(namespace)
        sure: list[Policy] = []
        perhaps: list[Policy] = [*general[""].values()]
        for policy in (*general[name].values(), *general["*"].values()):
            chosen = policy.administrative.spaces if policy.is_administrative else policy.spaces
            about = spaces.has(chosen, namespace)
            if about and in_same_system(policy.subject, namespace):
                (sure if policy.sure else perhaps).append(policy)
        facts.add(namespace, WORKLOADS, inhabitants[name])
        facts.add(namespace, DEFAULT_DENY, directions(sure, perhaps, whole=objects.complete(*_KINDS, near=namespace)))
        facts.lack(namespace, DEFAULT_DENY, partial(_open_namespace, objects, namespace, perhaps))


def _open_namespace(objects: Objects, namespace: Subject, perhaps: list[Policy]) -> Lack:
    """A policy that states no namespace may be in it, or one may be where nothing was read."""
    name = name_of(namespace)
    if first := next((policy for policy in perhaps if policy.decides), None):
        return lacks.of_doubt(namespace, first.subject, name)
    return lacks.of_objects(objects, f"a NetworkPolicy for all pods of namespace `{name}`", *_KINDS, near=namespace)


def _reach(policy: Policy) -> str:
    """The namespace that a policy is about, `*` for all, empty where it states none."""
    return "*" if kind_of(policy.subject) in CLUSTER_SCOPED else namespace_of(policy.subject)
