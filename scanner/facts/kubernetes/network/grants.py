"""References of Gateway API to other namespaces, and the ReferenceGrants that permit them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import (
    Objects,
    group_of,
    in_same_system,
    kind_of,
    listed,
    mapping,
    namespace_of,
    path,
)
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE


class ForeignReference(TypedDict):
    """A reference to an object of another namespace."""

    field: str
    kind: str
    name: str
    namespace: str
    granted: NotRequired[bool]


_GATEWAY_API = "gateway.networking.k8s.io"
_ROUTES = ("GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute")
FOREIGN_REFERENCES = Fact(
    "foreign_references",
    (RESOURCE,),
    list[ForeignReference],
    "Each Service of a route, and each Secret of a Gateway, that is in another namespace, and whether a ReferenceGrant "
    "of that namespace permits the reference.",
    provide=(
        "scan the folder that holds the ReferenceGrants of the other namespace, or put what "
        "`kubectl get referencegrants -A -o yaml` prints into a file at the top of the scanned folder, "
        "and state the namespaces"
    ),
    objects=("Gateway", *_ROUTES),
    item_related=("grant",),
)


@step(
    Cluster,
    gives=(FOREIGN_REFERENCES,),
    reads=(
        read(RESOURCE, "object.spec.rules", objects=_ROUTES),
        read(RESOURCE, "object.spec.listeners", objects=("Gateway",)),
        read(RESOURCE, "object.spec.from", "object.spec.to", objects=("ReferenceGrant",)),
    ),
)
def check_grants(cluster: Cluster, facts: Facts) -> None:
    """Whether a grant permits each reference to another namespace."""
    grants = cluster.objects.of(_GATEWAY_API, "ReferenceGrant")
    for subject in cluster.objects.of(_GATEWAY_API, "Gateway", *_ROUTES):
        found = [_checked(subject, field, ref, grants, cluster.objects) for field, ref in _foreign(subject)]
        facts.add(subject, FOREIGN_REFERENCES, [item for item, _ in found])
        for number, (_, grant) in enumerate(found):
            if grant:
                facts.relate_item(subject, FOREIGN_REFERENCES, number, "grant", place(grant))


def _foreign(subject: Subject) -> Iterator[tuple[str, dict[str, Any]]]:
    """The references of an object that state another namespace than its own, with their paths."""
    own = namespace_of(subject)
    for field, ref in _references(subject):
        namespace = ref.get("namespace")
        if isinstance(namespace, str) and namespace and namespace != own:
            yield field, ref


def _references(subject: Subject) -> Iterator[tuple[str, dict[str, Any]]]:
    spec = mapping(path(subject.bindings["object"], "spec"))
    if kind_of(subject) == "Gateway":
        stated = (
            (f"spec.listeners.{number}.tls.certificateRefs.{index}", ref)
            for number, listener in enumerate(listed(spec.get("listeners")))
            for index, ref in enumerate(listed(path(listener, "tls", "certificateRefs")))
        )
    else:
        stated = (
            (f"spec.rules.{number}.backendRefs.{index}", ref)
            for number, rule in enumerate(listed(spec.get("rules")))
            for index, ref in enumerate(listed(path(rule, "backendRefs")))
        )
    return ((field, ref) for field, ref in stated if isinstance(ref, dict))


def _checked(
    subject: Subject, field: str, ref: dict[str, Any], grants: list[Subject], objects: Objects
) -> tuple[ForeignReference, Subject | None]:
    """A reference, and the grant that permits it; `granted` is left out where grants may be elsewhere."""
    kind = "Secret" if kind_of(subject) == "Gateway" else "Service"
    item = ForeignReference(
        field=field, kind=str(ref.get("kind") or kind), name=str(ref.get("name")), namespace=str(ref["namespace"])
    )
    near = [grant for grant in grants if in_same_system(subject, grant)]
    permitting = [grant for grant in near if _permits(grant, subject, item, str(ref.get("group") or ""))]
    if sure := [grant for grant in permitting if namespace_of(grant) and namespace_of(subject)]:
        return {**item, "granted": True}, sure[0]
    if objects.complete("ReferenceGrant", near=subject) and not permitting and namespace_of(subject):
        item["granted"] = False
    return item, None


def _permits(grant: Subject, subject: Subject, item: ForeignReference, group: str) -> bool:
    """Whether a grant permits a reference, as far as the namespaces are stated."""
    if namespace_of(grant) not in ("", item["namespace"]):
        return False
    spec = mapping(path(grant.bindings["object"], "spec"))
    asking = {"group": group_of(subject), "kind": kind_of(subject)}
    wanted = {"group": group, "kind": item["kind"]}
    own = namespace_of(subject)
    return any(
        isinstance(source, dict)
        and {key: source.get(key) for key in asking} == asking
        and (not own or source.get("namespace") == own)
        for source in listed(spec.get("from"))
    ) and any(
        isinstance(target, dict)
        and {key: target.get(key, "") for key in wanted} == wanted
        and target.get("name") in (None, "", item["name"])
        for target in listed(spec.get("to"))
    )
