"""Why facts about Kubernetes objects are absent: the object in question, where it may be, and what decides."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Sequence
from typing import Any

from scanner.contexts import is_page
from scanner.documents.positions import locate
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.described import described, within
from scanner.facts.kubernetes.objects import (
    Objects,
    group_of,
    in_same_namespace,
    in_same_system,
    kind_of,
    name_of,
    namespace_of,
    opens,
)
from scanner.facts.lack import FROM_CLUSTER, FROM_ELSEWHERE, IN_RELEASE, MAKE_READABLE, MAKE_READABLE_OF, Lack
from scanner.model import OF_UNBUILT, Subject
from scanner.subjects.computed import variables
from scanner.subjects.kubernetes import CLUSTER_SCOPED

_TWO = 2
_RUN_ELSEWHERE = "ClusterWorkflowTemplate"
"""A kind without a namespace, whose pods run in that of another object."""
_WITHOUT_WORKLOADS = ("postgresql.cnpg.io",)
"""Groups whose operators make pods directly."""
_CLAIM = "PersistentVolumeClaim"


def of_object(
    objects: Objects,
    seeker: Subject,
    kind: str,
    name: str,
    *,
    group: str = "core",
    namespace: str = "",
    instead: str = "",
) -> Lack:
    """An object that another names is not found, and it is not known that there is none.

    `instead` is another way to decide: words that follow the instruction.
    """
    if computed := variables(f"{kind} {name} {namespace}"):
        why = f"`{computed[0]}` in the name of the {kind} `{name}` is replaced before the file is applied"
        return Lack(why, f"scan the file as it is applied, with `{computed[0]}` replaced{instead}")
    for other in objects.named(group, kind, name):
        if in_same_namespace(seeker, other, namespace) is None:
            why, provide = _doubt(seeker, other, namespace)
            return Lack(why, provide + instead)
    called = f"the {kind} `{name}`"
    space = "" if kind in CLUSTER_SCOPED else namespace or namespace_of(seeker)
    printed = _printed(kind, name, space)
    for other in objects.of(group, kind):
        if in_same_system(seeker, other) and (computed := variables(name_of(other))):
            why = f"{called} may be {shown(other)}, in which `{computed[0]}` is replaced before it is applied"
            return Lack(why, f"scan the file as it is applied, with `{computed[0]}` replaced{instead}")
    for other in objects.named(group, kind, name):
        if not in_same_system(seeker, other) and _may_share_namespace(seeker, other, namespace):
            return _of_other_system(called, seeker, other, printed, instead, space)
    return _not_found(objects, seeker, kind, called + within(space), printed, instead)


def _not_found(objects: Objects, seeker: Subject, kind: str, whole: str, printed: str, instead: str) -> Lack:
    """An object is not among those that were read."""
    near = seeker if opens(seeker, kind) else None
    why, brought = f"{whole} is not among the scanned files", _bring(objects, whole, kind, near=near)
    if objects.is_part:
        return Lack(why, brought + instead)
    if objects.complete(kind, near=near):
        return Lack(why, f"{_put(printed)}, or scan the file that holds it too{instead}")
    return Lack(why, brought + FROM_CLUSTER.format(printed) + instead)


def _of_other_system(called: str, seeker: Subject, other: Subject, printed: str, instead: str, space: str) -> Lack:
    """An object of the name is of another chart or overlay. The values of a chart that is installed are not known."""
    where = "cluster" if kind_of(other) in CLUSTER_SCOPED or "" != space == namespace_of(other) else "namespace"
    why = f"{called} is in another chart or overlay ({at(other)}), which may be applied to another {where}"
    from_cluster = _put(printed)
    asked = from_cluster if _is_chart(other.overlay) or kind_of(other) == _CLAIM else _scan_both(seeker, other, where)
    return Lack(why, asked + instead)


def _put(printed: str) -> str:
    """What a command prints is to be scanned. It states namespaces, and nothing at the top is a part of an overlay."""
    return FROM_CLUSTER.format(printed).removeprefix(", or ")


def _printed(kind: str, name: str, namespace: str) -> str:
    """The command that prints an object of the cluster, and for a claim the volumes, which tell what it leads to."""
    where = "" if kind in CLUSTER_SCOPED else f" -n {shlex.quote(namespace) if namespace else 'NAMESPACE'}"
    if kind == _CLAIM:
        return f"kubectl get persistentvolumeclaims,persistentvolumes{where} -o yaml"
    return f"kubectl get {kind.lower()} {shlex.quote(name)}{where} -o yaml"


def of_apart(one: Subject, other: Subject) -> Lack:
    """Two objects that state one namespace are of two charts or overlays, which may be applied to one cluster."""
    why = f"{one.name} and {shown(other)} state one namespace, and are in two charts or overlays"
    return Lack(why, _scan_both(one, other, "cluster"))


def of_namesake(one: Subject, other: Subject) -> Lack:
    """An object of another chart or overlay names one of the name of an object."""
    why = f"{shown(other)} names a {kind_of(one)} `{name_of(one)}`, and is in another chart or overlay"
    return Lack(why, _scan_both(one, other, "cluster" if kind_of(one) in CLUSTER_SCOPED else "namespace"))


def _scan_both(one: Subject, other: Subject, where: str) -> str:
    both = f"{_built(one.group)}; echo ---; {_built(other.group)}"
    return f"scan what both give, if they are applied to one {where}: `({both}) | assay scan -`"


def _may_share_namespace(seeker: Subject, other: Subject, namespace: str) -> bool:
    """Whether two objects of different charts or overlays do not state different namespaces."""
    return len({namespace or namespace_of(seeker), namespace_of(other)} - {""}) < _TWO


def _built(marker: str) -> str:
    """The command that prints what a chart or an overlay gives."""
    folder, _, name = marker.rpartition("/")
    return f"{'helm template' if _is_chart(name) else 'kustomize build'} {shlex.quote(folder or '.')}"


def of_selecting(objects: Objects, selected: Subject, kinds: Sequence[str], perhaps: Sequence[Subject]) -> Lack:
    """It is not known whether an object of one of some kinds, the usual one first, selects another."""
    kind, where = kinds[0], within(namespace_of(selected))
    for other in perhaps:
        if in_same_namespace(other, selected) is None:
            why, provide = _doubt(selected, other)
            return Lack(f"{why}, so it may select {selected.name}", provide)
        if not in_same_system(other, selected):
            found = of_apart(selected, other)
            return Lack(f"{found.why}, so it may select {selected.name}", found.provide)
    if perhaps:
        why = f"{shown(perhaps[0])} may select {selected.name}, which its text alone does not show"
        return Lack(why, f"add a {kind} that states the namespace and selects the pods by their labels")
    why = f"no {kind}{where} that selects {selected.name} is among the scanned files"
    return Lack(why, _bring(objects, f"every {kind}{where}", *kinds, near=selected))


def of_objects(objects: Objects, what: str, *kinds: str, near: Subject | None = None) -> Lack:
    """Objects of some kinds, described in words, may be where nothing was read; `near` as in `Objects.complete`."""
    return Lack(f"{what} may be outside of the files that were read", _bring(objects, what, *kinds, near=near))


def of_pods(cluster: Cluster, seeker: Subject, selector: Any, maybe: Sequence[int], namespace: str = "") -> Lack:
    """It is not known whether there is a pod that an object selects."""
    if maybe:
        why, provide = _doubt(seeker, cluster.pods.kins[maybe[0]][0], namespace)
        return Lack(why, provide)
    space = namespace or namespace_of(seeker)
    what = f"a workload{described(selector, space)}"
    if maker := cluster.makers.maker(seeker, selector, namespace):
        return of_made(maker, what, "workloads", "deployments,statefulsets,daemonsets", space)
    where = shlex.quote(space) if space else "NAMESPACE"
    printed = f"kubectl get deployments,statefulsets,daemonsets -n {where} -o yaml"
    from_cluster = "" if cluster.objects.is_part else FROM_CLUSTER.format(printed)
    brought = _bring(cluster.objects, what, "pods", near=seeker if seeker.opens else None)
    return Lack(f"{what} is not among the scanned files", brought + from_cluster)


def of_made(maker: Subject, what: str, objects: str, kinds: str, namespace: str) -> Lack:
    """A controller may create an object, described in words, for a custom resource.

    `objects` is what it creates in words, and `kinds` is the same for kubectl.
    """
    where = namespace or namespace_of(maker) or "NAMESPACE"
    if kind_of(maker) in ("HelmChart", "HelmRelease"):
        why = f"the chart of {shown(maker)} may contain {what}"
    elif (group_of(maker), kind_of(maker)) == ("argoproj.io", "Application"):
        why = f"{shown(maker)} may deploy {what}"
    else:
        kinds = "pods" if objects == "workloads" and group_of(maker) in _WITHOUT_WORKLOADS else kinds
        why = f"an operator may create {what} for {shown(maker)}"
    return Lack(why, f"scan the {objects} of the cluster too: {_put(f'kubectl get {kinds} -n {where} -o yaml')}")


def of_doubt(one: Subject, other: Subject, namespace: str = "") -> Lack:
    """It is not known whether two objects are in one namespace."""
    return Lack(*_doubt(one, other, namespace))


def of_several(found: Sequence[Subject], differ: str) -> Lack:
    """Several objects of one name differ in what decides."""
    kind, name, places = kind_of(found[0]), name_of(found[0]), " and ".join(map(at, found[:2]))
    why = f"several objects are the {kind} `{name}` and {differ} ({places})"
    return Lack(why, "scan only the folder that is applied to the cluster, or make them equal")


def _bring(objects: Objects, what: str, *kinds: str, near: Subject | None = None) -> str:
    """How to let Assay read an object."""
    if objects.is_part:
        return f"scan the folder that holds {what}"
    complete = objects.has_all_pods(near) if kinds == ("pods",) else objects.complete(*kinds, near=near)
    if complete and near:  # what is not known is not of its system
        return _bring(objects, what, *kinds)
    if complete:
        return f"scan this folder together with the one that holds {what}"
    if near and near.overlay and near.opens and OF_UNBUILT not in near.opens:
        command = _built(near.overlay).replace("build ", "build --enable-helm ")
        return f"{FROM_ELSEWHERE}: `{command} | assay scan -`"
    asked = MAKE_READABLE_OF.format(near.group) if near and near.group else MAKE_READABLE
    return asked + " or ".join(kinds)


def _doubt(one: Subject, other: Subject, namespace: str = "") -> tuple[str, str]:
    """Why two objects may or may not be in one namespace, and where to state it."""
    wanted, stated = namespace or namespace_of(one), namespace_of(other)
    if wanted and _is_chart(other.group):
        why = f"{shown(other)} is in the namespace of its Helm release, which no scanned file states"
        both = f"cat {shlex.quote(one.origin.path)}; echo ---; {_built(other.group)} -n {wanted}"
        return why, f"scan what both give, if it is installed in `{wanted}`: `({both}) | assay scan -`"
    if wanted:
        return f"{shown(other)} {unstated(other)}", stating(other)
    if stated:
        return f"{one.name} {unstated(one)}, and {shown(other)} is in `{stated}`", stating(one) + _unless_shown(one)
    if _RUN_ELSEWHERE in (kind_of(one), kind_of(other)):
        return (
            f"{one.name} {unstated(one)}, and {shown(other)} {unstated(other)}",
            f"{stating(one)}, and {stating(other)}",
        )
    why = f"neither {one.name} nor {shown(other)} states a namespace, and {_parted(one, other)}"
    return why, f"state {_field(one)} and {_field(other)}{_unless_shown(one, other)}"


def _unless_shown(*some: Subject) -> str:
    """Another way to decide for objects that pages show."""
    pages = " and ".join(sorted({each.origin.path for each in some if is_page(each.origin.path)}))
    return f", or leave {pages} with `--exclude` if nobody applies the block" if pages else ""


def _parted(one: Subject, other: Subject) -> str:
    """Why two objects that state no namespace may be in two."""
    if one.group == other.group:
        return "they are in different folders"
    part, overlay = (one, one.overlay) if one.group else (other, other.overlay)
    return f"only {part.name} is built by {overlay or part.group}"


def stating(subject: Subject) -> str:
    """How to let Assay know the namespace of an object."""
    if _is_chart(subject.overlay):
        return f"{IN_RELEASE}: `{_built(subject.overlay)} -n NAMESPACE | assay scan -`"
    if kind_of(subject) == _RUN_ELSEWHERE:
        return f"make {at(subject)} a WorkflowTemplate that states `metadata.namespace`, if it runs in one namespace"
    return f"state {_field(subject)}"


def unstated(subject: Subject) -> str:
    """That the namespace of an object is not known."""
    if _is_chart(subject.overlay):
        return "is in the namespace of its Helm release, which no scanned file states"
    if kind_of(subject) == _RUN_ELSEWHERE:
        return "belongs to no namespace and runs in that of the Workflow that refers to it"
    return "states no namespace"


def _is_chart(group: str) -> bool:
    return posixpath.basename(group) == "Chart.yaml"


def _field(subject: Subject) -> str:
    """Where the namespace of an object is stated."""
    if posixpath.basename(subject.overlay).startswith("kustomization."):
        return f"`namespace` in {subject.overlay}"
    return f"`metadata.namespace` in {at(subject)}"


def shown(subject: Subject) -> str:
    """An object and its place."""
    return f"{kind_of(subject)} `{name_of(subject)}` ({at(subject)})"


def at(subject: Subject) -> str:
    """The place of an object."""
    where = locate(subject.origin, subject.marks["object"], "")
    return f"{where.path}:{where.line}"
