"""What stays of an object until all files were read: what facts, and the shipped rules that use facts, ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scanner.marks import NOWHERE, Mark, children_of, with_children
from scanner.model import Subject

IN_FULL = frozenset(
    {
        "AuthorizationPolicy",
        "CiliumClusterwideNetworkPolicy",
        "CiliumNetworkPolicy",
        "ClusterRole",
        "ClusterRoleBinding",
        "GRPCRoute",
        "Gateway",
        "GlobalNetworkPolicy",
        "HTTPProxy",
        "HTTPRoute",
        "HorizontalPodAutoscaler",
        "Ingress",
        "IngressRoute",
        "NetworkPolicy",
        "PeerAuthentication",
        "PodDisruptionBudget",
        "PodMonitor",
        "RequestAuthentication",
        "Role",
        "RoleBinding",
        "Route",
        "ScaledObject",
        "Service",
        "ServiceAccount",
        "ServiceMonitor",
        "TCPRoute",
        "TLSRoute",
        "UDPRoute",
        "VirtualService",
    }
)
"""Kinds that select or refer, of which all stays."""

_INJECTION = ("inject.istio.io/templates", "sidecar.istio.io/inject")
"""Annotations of pods that say whether a mesh takes them in."""
_Wanted = dict[str, Any]
"""The fields of a mapping that are kept, each with those kept of it; `*` is every item of a list; nothing is all.

A list of whose items nothing is kept is empty.
"""
_NAMES = None
"""Kept of a mapping are the names of its fields, not their values."""
_METADATA: _Wanted = {"name": {}, "namespace": {}}
_THING: _Wanted = {"apiVersion": {}, "kind": {}, "metadata": _METADATA, "spec": {"replicas": {}}}
_SOURCE: _Wanted = {"name": {}, "secretName": {}, "optional": {}, "items": {"*": {"key": {}}}}
_CONTAINERS: _Wanted = {
    "*": {
        "env": {"*": {"valueFrom": {"configMapKeyRef": {}, "secretKeyRef": {}}}},
        "envFrom": {},
        "name": {},
        "ports": {},
        "securityContext": {"privileged": {}},
    },
}
_SECRET_REF: _Wanted = {"secretRef": {}}
_POD: _Wanted = {
    "automountServiceAccountToken": {},
    "containers": _CONTAINERS,
    "ephemeralContainers": _CONTAINERS,
    "hostIPC": {},
    "hostNetwork": {},
    "hostPID": {},
    "imagePullSecrets": {},
    "initContainers": _CONTAINERS,
    "priorityClassName": {},
    "runtimeClassName": {},
    "serviceAccount": {},
    "serviceAccountName": {},
    "volumes": {
        "*": {
            "azureFile": {"secretName": {}},
            "configMap": _SOURCE,
            "csi": {"nodePublishSecretRef": {}},
            "persistentVolumeClaim": {"claimName": {}},
            "projected": {"sources": {"*": {"configMap": _SOURCE, "secret": _SOURCE, "serviceAccountToken": {}}}},
            "secret": _SOURCE,
            **dict.fromkeys(("cephfs", "cinder", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos"), _SECRET_REF),
        }
    },
}
_KEPT: dict[str, _Wanted] = {
    "object": _THING,
    "template": {"metadata": {"annotations": {note: {} for note in _INJECTION}, "labels": {}}},
    "pod": _POD,
}
_CLAIM: _Wanted = {"accessModes": {}, "selector": {}, "storageClassName": {}, "volumeName": {}}
_DESTINATION: _Wanted = {"spec": {"destination": {"name": {}}}}
_GENERATORS: _Wanted = {"configMapGenerator": {"*": {"name": {}}}, "secretGenerator": {"*": {"name": {}}}}
_KEPT_OF: dict[str, _Wanted] = {
    "Bundle": {},
    "Certificate": {"spec": {"additionalOutputFormats": {}, "keystores": {}, "secretName": {}}},
    "Component": _GENERATORS,
    "ConfigMap": {
        "metadata": {**_METADATA, "annotations": _NAMES, "labels": _NAMES},
        "data": _NAMES,
        "binaryData": _NAMES,
    },
    "DopplerSecret": {"spec": {"managedSecret": {}}},
    "ExternalSecret": {
        "spec": {
            "data": {"*": {"secretKey": {}}},
            "dataFrom": {},
            "target": {
                "creationPolicy": {},
                "name": {},
                "template": {"data": _NAMES, "mergePolicy": {}, "templateFrom": {}},
            },
        }
    },
    "InfisicalSecret": {"spec": {"managedSecretReference": {}}},
    "Kustomization": _GENERATORS,
    "LimitRange": {"spec": {"limits": {"*": {"type": {}}}}},
    "Namespace": {"metadata": {**_METADATA, "labels": {}}},
    "PersistentVolume": {
        "metadata": {**_METADATA, "labels": {}},
        "spec": {"accessModes": {}, "claimRef": {}, "hostPath": {}, "local": {}, "storageClassName": {}},
    },
    "PersistentVolumeClaim": {"spec": _CLAIM},
    "SealedSecret": {"spec": {"encryptedData": _NAMES, "template": {"data": _NAMES}}},
    "Secret": {"data": _NAMES, "stringData": _NAMES, "type": {}},
    "SecretProviderClass": {"spec": {"secretObjects": {"*": {"secretName": {}}}}},
    "StatefulSet": {
        "spec": {
            "replicas": {},
            "serviceName": {},
            "volumeClaimTemplates": {"*": {"metadata": {"name": {}}, "spec": _CLAIM}},
        },
    },
    "StorageClass": {"provisioner": {}},
    "VaultDynamicSecret": _DESTINATION,
    "VaultPKISecret": _DESTINATION,
    "VaultStaticSecret": _DESTINATION,
}
"""What is kept of objects of some kinds, beside what is kept of all."""
_NOTHING: tuple[dict[str, Any], Mark] = ({}, NOWHERE)
"""What stays of an item of a list of which nothing is kept, shared by all of them."""


def shortened(subject: Subject) -> Subject:
    """A resource or workload as far as it stays."""
    kind = subject.bindings["object"]["kind"]
    if kind in IN_FULL:
        return subject
    bindings, marks = {}, {}
    for name, value in subject.bindings.items():
        wanted = {**_THING, **_KEPT_OF.get(kind, {})} if name == "object" else _KEPT[name]
        bindings[name], marks[name] = _cut(value, subject.marks[name], wanted)
    return replace(subject, bindings=bindings, marks=marks)


def _cut(value: Any, mark: Mark, wanted: _Wanted | None) -> tuple[Any, Mark]:
    """The wanted fields of a value and their marks; its first field keeps its mark, for it is where it stands."""
    children = children_of(mark)
    if wanted is None:
        return (dict.fromkeys(value) if isinstance(value, dict) else None), with_children(mark, None)
    if not wanted or not children:
        return value, mark
    if isinstance(value, list) and isinstance(children, list) and "*" in wanted:
        items = [_item(item, inner, wanted["*"]) for item, inner in zip(value, children, strict=True)]
        if all(item is _NOTHING for item in items):
            items = []
        return [item for item, _ in items], with_children(mark, [inner for _, inner in items])
    if not isinstance(value, dict) or not isinstance(children, dict) or "*" in wanted:
        return value, mark
    first = next(iter(children))
    inside = children_of(children[first])
    values, marks = {}, {first: with_children(children[first], inside and type(inside)())}
    for name, inner in wanted.items():
        if name in value:
            values[name] = value[name]
            if name in children:
                values[name], marks[name] = _cut(value[name], children[name], inner)
    return values, with_children(mark, marks)


def _item(value: Any, mark: Mark, wanted: _Wanted) -> tuple[Any, Mark]:
    """The same of an item of a list, of which there may be many that hold nothing wanted, such as plain variables."""
    if not isinstance(value, dict):
        return value, mark
    kept, kept_mark = _cut(value, mark, wanted)
    return (kept, kept_mark) if any(kept.values()) else _NOTHING
