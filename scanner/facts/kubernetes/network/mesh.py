"""Istio's answers to who may call a workload: the mutual TLS that it demands, and tokens, checked or required."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from functools import partial
from typing import Any

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.network import mesh_root
from scanner.facts.kubernetes.objects import Objects, in_same_namespace, mapping, name_of, namespace_of, path
from scanner.facts.kubernetes.selectors import own_labels, pod_labels
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD

MTLS = Fact(
    "mtls",
    (WORKLOAD,),
    str,
    "`STRICT`, `PERMISSIVE` or `DISABLE`: the mode of the most specific PeerAuthentication that applies to it, and "
    "`PERMISSIVE` for a member of the mesh to which none applies.",
    provide="scan the folder that holds the PeerAuthentications of the mesh, and state the namespaces",
    related=("mtls",),
)
TOKEN_REQUIRED = Fact(
    "token_required",
    (RESOURCE,),
    bool,
    "Whether an AuthorizationPolicy for the same workloads requires a token.",
    provide="scan the folder that holds the AuthorizationPolicies for the same workloads",
    objects=("RequestAuthentication",),
    related=("policy",),
)

_GROUP = "security.istio.io"
_INJECT = "sidecar.istio.io/inject"
_TEMPLATES = "inject.istio.io/templates"
_GATEWAY_LABELS = frozenset(
    {"gateway.istio.io/managed", "gateway.networking.k8s.io/gateway-name", "istio.io/gateway-name"}
)
"""Labels of gateway proxies of the mesh, which take traffic from outside."""


@step(
    Cluster,
    gives=(TOKEN_REQUIRED,),
    reads=(read(RESOURCE, "object.spec", objects=("AuthorizationPolicy", "RequestAuthentication")), *mesh_root.READS),
)
def require_tokens(cluster: Cluster, facts: Facts) -> None:
    """Whether a policy requires the token that each RequestAuthentication checks."""
    objects, root = cluster.objects, mesh_root.root_namespace(cluster.objects)
    asking: defaultdict[str, dict[Any, Subject]] = defaultdict(dict)
    for policy in objects.of(_GROUP, "AuthorizationPolicy"):
        if _requires_token(policy):
            spec = mapping(path(policy.bindings["object"], "spec"))
            about = repr((spec.get("selector"), spec.get("targetRefs"), spec.get("action")))
            asking[namespace_of(policy)].setdefault((*_deployment_place(policy), about), policy)
    for checking in objects.of(_GROUP, "RequestAuthentication"):
        space = namespace_of(checking)
        spaces = asking if space in ("", root) or root is None else (space, root, "")
        candidates = [policy for name in spaces for policy in asking.get(name, {}).values()]
        met = [policy for policy in candidates if _near(checking, policy, root) is not False]
        if enforcing := next((policy for policy in met if _covers(policy, checking, root)), None):
            facts.add(checking, TOKEN_REQUIRED, True)
            facts.relate(checking, "policy", place(enforcing))
        elif objects.complete("AuthorizationPolicy", near=checking) and not met:
            facts.add(checking, TOKEN_REQUIRED, False)
        else:
            facts.lack(checking, TOKEN_REQUIRED, partial(_open_policy, checking, met, objects))


@step(
    Cluster,
    gives=(MTLS,),
    reads=(
        read(RESOURCE, "object.spec.selector", "object.spec.mtls.mode", objects=("PeerAuthentication",)),
        read(RESOURCE, "object.metadata.labels", objects=("Namespace",)),
        *mesh_root.READS,
        read(WORKLOAD, *(f'template.metadata.annotations."{name}"' for name in (_INJECT, _TEMPLATES))),
    ),
)
def find_mtls_mode(cluster: Cluster, facts: Facts) -> None:
    """The mode of the most specific policy for each workload, and PERMISSIVE in a mesh without one."""
    objects, pods, root = cluster.objects, cluster.pods, mesh_root.root_namespace(cluster.objects)
    narrow: defaultdict[int, list[Subject]] = defaultdict(list)
    broad: defaultdict[str, dict[Any, Subject]] = defaultdict(dict)
    perhaps: set[int] = set()
    for policy in objects.of(_GROUP, "PeerAuthentication"):
        selector = path(policy.bindings["object"], "spec", "selector")
        if _mode(policy) == "UNSET":
            continue
        if not path(selector, "matchLabels"):
            broad[namespace_of(policy)].setdefault((*_deployment_place(policy), _mode(policy)), policy)
        elif namespace_of(policy) != root:  # there a selector makes a policy void
            sure, maybe = pods.selected(policy, selector)
            perhaps.update(maybe)
            for kin in sure:
                narrow[kin].append(policy)
    injected = {name_of(item) for item in objects.of("core", "Namespace") if _is_injected(own_labels(item))}
    for kin, (first, *_) in enumerate(pods.kins):
        own, told = _of_namespace(first, broad)
        for workload in pods.kins[kin]:
            facts.lack(workload, MTLS, partial(_open_mode, workload, objects))
        if kin in perhaps or not (told or kin in narrow):
            continue
        deciding = narrow.get(kin) or own
        if not deciding and root is None:
            continue
        deciding = deciding or [*broad[root or ""].values()]
        _set_mode(pods.kins[kin], deciding, injected if objects.has_everything() else None, facts)


def _open_policy(checking: Subject, met: list[Subject], objects: Objects) -> Lack:
    """A policy may be about the same workloads, or may be where nothing was read."""
    for policy in met:
        if _near(checking, policy, mesh_root.root_namespace(objects)) is None:
            return lacks.of_doubt(checking, policy)
    if met:
        why = f"{lacks.shown(met[0])} requires a token, for other workloads or by another program"
        return Lack(why, f"give it the `selector` of {checking.name}, or check that it covers all of its workloads")
    what = f"an AuthorizationPolicy for the workloads of {checking.name}"
    return lacks.of_objects(objects, what, "AuthorizationPolicy", near=checking)


def _open_mode(workload: Subject, objects: Objects) -> Lack:
    """The mode that applies to a workload is not known: of several policies, or where it is in no mesh by the files."""
    for policy in objects.of(_GROUP, "PeerAuthentication"):
        if in_same_namespace(policy, workload) is None:
            return lacks.of_doubt(workload, policy)
    what = f"a PeerAuthentication for {workload.name}, or the label that adds it to the mesh,"
    return lacks.of_objects(objects, what, "PeerAuthentication", "Namespace")


def _of_namespace(workload: Subject, broad: dict[str, dict[Any, Subject]]) -> tuple[list[Subject], bool]:
    """The policies for all of a workload's namespace, and whether it is known that these are all."""
    space = namespace_of(workload)
    unplaced = [(policy, in_same_namespace(policy, workload)) for policy in broad.get("", {}).values()]
    own = [policy for policy in broad.get(space, {}).values() if space and in_same_namespace(policy, workload)]
    own += [policy for policy, near in unplaced if near]
    return own, all(near is not None for _, near in unplaced)


def _set_mode(workloads: list[Subject], deciding: list[Subject], injected: set[str] | None, facts: Facts) -> None:
    """State the mode of workloads.

    It is left out where policies of one rank differ, and for workloads outside of the mesh without a policy. `injected`
    are the namespaces whose pods join the mesh, None where there may be policies elsewhere.
    """
    for workload in workloads:
        labels, notes = pod_labels(workload), mapping(path(workload.bindings["template"], "metadata", "annotations"))
        asked = labels.get(_INJECT, notes.get(_INJECT))
        if asked == "false" or "gateway" in str(notes.get(_TEMPLATES)) or labels.keys() & _GATEWAY_LABELS:
            continue
        if len({_mode(policy) for policy in deciding}) == 1:
            facts.add(workload, MTLS, _mode(deciding[0]))
            facts.relate(workload, "mtls", place(deciding[0]))
        elif not deciding and injected is not None and (namespace_of(workload) in injected or _is_injected(labels)):
            facts.add(workload, MTLS, "PERMISSIVE")


def _deployment_place(policy: Subject) -> tuple[str, str]:
    """The place to which an object without a namespace is applied; equal policies of one place are one."""
    return policy.group, posixpath.dirname(policy.origin.path)


def _mode(policy: Subject) -> str:
    return str(path(policy.bindings["object"], "spec", "mtls", "mode") or "UNSET")


def _is_injected(labels: dict[str, Any]) -> bool:
    """Whether labels of a namespace or a pod bring it into the mesh."""
    return (
        labels.get("istio-injection") == "enabled"
        or labels.get("istio.io/dataplane-mode") == "ambient"
        or labels.get(_INJECT) == "true"
        or bool(labels.get("istio.io/rev"))
    )


def _near(checking: Subject, policy: Subject, root: str | None) -> bool | None:
    """Whether a policy can hold for what another is about: it is of its namespace, or one of them is the mesh's."""
    if root is None:
        return None
    if root in (namespace_of(checking), namespace_of(policy)):
        return True
    return in_same_namespace(checking, policy)


def _covers(policy: Subject, checking: Subject, root: str | None) -> bool:
    """Whether a policy surely holds for everything that another is about."""
    if namespace_of(checking) == root != namespace_of(policy) or not _near(checking, policy, root):
        return False
    mine = mapping(path(policy.bindings["object"], "spec"))
    other = mapping(path(checking.bindings["object"], "spec"))
    if mine.get("action") == "CUSTOM":
        return False  # what the other program asks for is not in a file
    if mine.get("targetRefs") or other.get("targetRefs"):
        return bool(mine.get("targetRefs") == other.get("targetRefs"))
    labels = mapping(path(mine, "selector", "matchLabels"))
    wanted = mapping(path(other, "selector", "matchLabels"))
    return all(wanted.get(key) == value for key, value in labels.items())


def _requires_token(policy: Subject) -> bool:
    """Whether a policy checks the token of a request, or delegates the decision to another program."""
    spec = path(policy.bindings["object"], "spec")
    if path(spec, "action") == "CUSTOM":
        return True
    rules = path(spec, "rules")
    for rule in rules if isinstance(rules, list) else ():
        conditions, sources = path(rule, "when"), path(rule, "from")
        for condition in conditions if isinstance(conditions, list) else ():
            if str(path(condition, "key")).startswith("request.auth."):
                return True
        for entry in sources if isinstance(sources, list) else ():
            if path(entry, "source", "requestPrincipals") or path(entry, "source", "notRequestPrincipals"):
                return True
    return False
