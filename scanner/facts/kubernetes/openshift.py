"""Workloads that OpenShift admits under its default security context constraint, as far as the files show it.

OpenShift gives a pod the first security context constraint that its account may use and that the pod meets. Every
account may use `restricted-v2`, which drops all capabilities, forbids privilege escalation, and sets the default
seccomp profile and a user from the range of the namespace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from scanner.facts.fact import Fact
from scanner.facts.kubernetes.access.constraint_grants import ConstraintGrants
from scanner.facts.kubernetes.access.roles import GRANTS_READ, bundle
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import Objects, group_of, kind_of, mapping, name_of, namespace_of, path
from scanner.facts.step import Facts, read, step
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD

RESTRICTED = Fact(
    "restricted_by_openshift",
    (WORKLOAD,),
    bool,
    "True where its application is made for OpenShift, the pod meets `restricted-v2`, a controller makes the pod, and "
    "no binding in the files lets its account use another security context constraint; absent otherwise.",
    provide="scan the folder that holds the objects of OpenShift of the application",
)

_GROUPS = frozenset(
    f"{name}.openshift.io"
    for name in (
        *("apps", "authorization", "autoscaling", "build", "cloudcredential", "config", "console", "helm", "image"),
        *("imageregistry.operator", "ingress.operator", "machine", "machineconfiguration", "monitoring", "network"),
        *("network.operator", "oauth", "operator", "project", "quota", "route", "samples.operator", "security"),
        *("template", "tuned", "user"),
    )
)
"""API groups that come with OpenShift and with nothing else."""
_ROUTE = "route.openshift.io"
_INGRESS = (("networking.k8s.io", "Ingress"), ("gateway.networking.k8s.io", "HTTPRoute"))
"""What stands for a Route elsewhere."""
_IMAGES = (
    "image-registry.openshift-image-registry.svc",
    "docker-registry.default.svc",
    "registry.redhat.io/openshift4/",
    "registry.redhat.io/openshift3/",
    "quay.io/openshift/origin-",
    "quay.io/openshift-release-dev/",
)
"""How images of OpenShift begin, and those of the registry in its clusters."""
_CLIENT = regex(
    r"(?:^|[\s;&|(`])oc (?:-n \S+ )?(?:adm|annotate|apply|create|delete|exec|extract|get|image|label|login|new-app"
    r"|patch|policy|process|project|projects|rollout|rsh|secrets|set|start-build|wait|whoami)\b"
)
"""A command of the client of OpenShift in a script."""
_NAMESPACES = "openshift-"
"""How the namespaces of OpenShift begin."""
_WITHOUT = frozenset({"default", "kube-public", "kube-system", "openshift", "openshift-infra", "openshift-node"})
"""Namespaces whose pods are admitted without a constraint."""
_RUN_LEVEL = "openshift.io/run-level"
"""The label of such namespaces."""
_REQUIRED = "openshift.io/required-scc"
"""The annotation that names the constraint of a pod."""
_DEFAULT = "restricted-v2"
_MADE_BY_CONTROLLERS = frozenset(
    {
        *(("apps", kind) for kind in ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")),
        *(("batch", kind) for kind in ("CronJob", "Job")),
        ("core", "ReplicationController"),
        ("apps.openshift.io", "DeploymentConfig"),
        ("kubeflow.org", "Notebook"),
    }
)
"""Workloads whose pods no person creates: a person may be allowed to use other constraints than the account."""
_OF_HOST = ("hostIPC", "hostNetwork", "hostPID")
_VOLUMES = frozenset(
    {
        *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected"),
        *("name", "secret"),
    }
)
"""Volumes that the default constraint allows."""
_CONTAINERS = ("initContainers", "containers")
_OF_CONTAINER = ("args", "command", "image", "ports", "securityContext")
"""What is read of containers."""
_SETTINGS = ("runAsUser", "seccompProfile", "seLinuxOptions", "fsGroup", "sysctls")


@step(
    Cluster,
    gives=(RESTRICTED,),
    reads=(
        read(
            WORKLOAD,
            f'template.metadata.annotations."{_REQUIRED}"',
            *(f"pod.{field}" for field in (*_OF_HOST, "securityContext", "serviceAccount", "serviceAccountName")),
            *(f"pod.{field}.*.{name}" for field in _CONTAINERS for name in _OF_CONTAINER),
            names=("pod.volumes.*",),
        ),
        read(RESOURCE, f'object.metadata.labels."{_RUN_LEVEL}"', objects=("Namespace",)),
        read(RESOURCE, "object.groups", "object.users", objects=("SecurityContextConstraints",)),
        *GRANTS_READ,
    ),
)
def find_restricted(cluster: Cluster, facts: Facts) -> None:
    """The workloads of OpenShift that nothing lets do more than the default."""
    objects = cluster.objects
    bundles, without = set(_bundles(objects)), _WITHOUT.union(_namespaces_without(objects))
    grants: ConstraintGrants | None = None
    for workload in objects.workloads:
        if not (bundle(workload) in bundles or _is_of_openshift(workload)):
            continue
        made = (group_of(workload), kind_of(workload)) in _MADE_BY_CONTROLLERS
        if made and namespace_of(workload) not in without and _meets_default(workload):
            grants = grants or ConstraintGrants(objects)
            if not grants.reach(workload):
                facts.add(workload, RESTRICTED, True)


def _bundles(objects: Objects) -> Iterator[str]:
    """The charts, overlays and folders with an object that only OpenShift has.

    A folder with a Route beside an Ingress, of which a user applies one, shows nothing.
    """
    elsewhere = {bundle(other) for group, kind in _INGRESS for other in objects.of(group, kind) if not other.group}
    for group in _GROUPS:
        for each in objects.in_group(group):
            if group != _ROUTE or bundle(each) not in elsewhere:
                yield bundle(each)


def _namespaces_without(objects: Objects) -> Iterator[str]:
    for namespace in objects.of("core", "Namespace"):
        if path(namespace.bindings["object"], "metadata", "labels", _RUN_LEVEL) is not None:
            yield name_of(namespace)


def _is_of_openshift(workload: Subject) -> bool:
    """Whether a workload shows by itself that it is made for OpenShift."""
    if group_of(workload) in _GROUPS or namespace_of(workload).startswith(_NAMESPACES):
        return True
    return any(
        str(container.get("image", "")).startswith(_IMAGES) or any(map(_CLIENT.search, _script(container)))
        for container in _containers(workload)
    )


def _script(container: dict[str, Any]) -> Iterator[str]:
    """The texts that a container starts."""
    for field in ("command", "args"):
        words = container.get(field)
        yield from (word for word in (words if isinstance(words, list) else ()) if isinstance(word, str))


def _containers(workload: Subject) -> Iterator[dict[str, Any]]:
    for field in _CONTAINERS:
        yield from _mappings(workload.bindings["pod"].get(field))


def _mappings(items: Any) -> Iterator[dict[str, Any]]:
    return (item for item in (items if isinstance(items, list) else ()) if isinstance(item, dict))


def _meets_default(workload: Subject) -> bool:
    """Whether the default constraint admits the pod; otherwise another one that nobody sees here does."""
    pod = workload.bindings["pod"]
    annotations = path(workload.bindings["template"], "metadata", "annotations")
    if mapping(annotations).get(_REQUIRED, _DEFAULT) != _DEFAULT:
        return False
    if any(pod.get(field) for field in _OF_HOST):
        return False
    if any(volume.keys() - _VOLUMES for volume in _mappings(pod.get("volumes"))):
        return False
    return _is_modest(mapping(pod.get("securityContext"))) and all(map(_is_admitted, _containers(workload)))


def _is_admitted(container: dict[str, Any]) -> bool:
    security = mapping(container.get("securityContext"))
    if security.get("privileged") or security.get("allowPrivilegeEscalation"):
        return False
    if security.get("procMount", "Default") != "Default":
        return False
    added = mapping(security.get("capabilities")).get("add")
    if not isinstance(added, list | None) or set(map(str, added or ())) - {"NET_BIND_SERVICE"}:
        return False
    return _is_modest(security) and not any(port.get("hostPort") for port in _mappings(container.get("ports")))


def _is_modest(security: dict[str, Any]) -> bool:
    """Whether a security context sets nothing that the default constraint sets itself, other than it does."""
    profile = security.get("seccompProfile")
    stated: Iterable[str] = (name for name in _SETTINGS if security.get(name) is not None and name != "seccompProfile")
    return not any(stated) and (profile is None or mapping(profile).get("type") == "RuntimeDefault")
