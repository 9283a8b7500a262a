"""What the API server fills in before policies see an object, as far as it depends on nothing but the object.

Without it, a policy would find fields missing that no cluster ever finds missing. Of what admission plugins write, only
tolerations and account of Pods are here, as every cluster sets them; volumes of tokens, what webhooks write,
and defaults of custom resources are not.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_Thing = dict[str, Any]

_GROUPS = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "extensions",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    }
)
"""API groups that the API server itself serves."""
_TEMPLATES = {
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"), ("spec", "template")
    ),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "PodTemplate": ("template",),
}
_SPEC: dict[str, _Thing] = {
    "Deployment": {
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": 600,
        "strategy": {"type": "RollingUpdate"},
    },
    "StatefulSet": {
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "podManagementPolicy": "OrderedReady",
        "updateStrategy": {"type": "RollingUpdate"},
    },
    "DaemonSet": {"revisionHistoryLimit": 10, "updateStrategy": {"type": "RollingUpdate"}},
    "ReplicaSet": {"replicas": 1},
    "ReplicationController": {"replicas": 1},
    "Job": {"backoffLimit": 6, "completionMode": "NonIndexed", "suspend": False},
    "CronJob": {
        "concurrencyPolicy": "Allow",
        "suspend": False,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 1,
    },
    "Service": {"type": "ClusterIP", "sessionAffinity": "None", "internalTrafficPolicy": "Cluster"},
    "PersistentVolumeClaim": {"volumeMode": "Filesystem"},
    "PersistentVolume": {"volumeMode": "Filesystem", "persistentVolumeReclaimPolicy": "Retain"},
    "HorizontalPodAutoscaler": {"minReplicas": 1},
}
_POD: _Thing = {
    "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst",
    "terminationGracePeriodSeconds": 30,
    "schedulerName": "default-scheduler",
    "securityContext": {},
}
_LOST_NODE = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
_CONTAINER: _Thing = {
    "resources": {},
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}
_PROBE: _Thing = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
_VOLUMES: dict[str, _Thing] = {
    "hostPath": {"type": ""},
    **{kind: {"defaultMode": 0o644} for kind in ("secret", "configMap", "projected", "downwardAPI")},
}


def is_native(group: str) -> bool:
    """Whether the kinds of a group are the API server's own, so that `filled` knows their defaults."""
    return group in _GROUPS


def filled(thing: _Thing) -> _Thing:
    """An object with the defaults of its kind; the object itself stays as it is."""
    group, kind = thing["apiVersion"].rpartition("/")[0], thing["kind"]
    if not is_native(group):
        return thing
    result = {**thing, "metadata": thing.get("metadata", {})}
    if kind in _SPEC:
        result = _at(result, ("spec",), lambda spec: _under(_SPEC[kind], spec))
    if kind in _TEMPLATES:
        return _at(result, _TEMPLATES[kind], _template)
    if change := _OTHERS.get((group, kind)):
        return change(result)
    return result


def _at(thing: _Thing, path: tuple[str, ...], change: Callable[[_Thing], _Thing]) -> _Thing:
    """A copy with the mapping at a path changed; the same where there is none."""
    if not path:
        return change(thing)
    inner = thing.get(path[0])
    return {**thing, path[0]: _at(inner, path[1:], change)} if isinstance(inner, dict) else thing


def _under(defaults: Mapping[str, Any], given: _Thing) -> _Thing:
    return {**defaults, **given}


def _each(thing: _Thing, field: str, change: Callable[[_Thing], _Thing]) -> _Thing:
    """A copy with each item of a list changed."""
    items = thing.get(field)
    if not isinstance(items, list):
        return thing
    return {**thing, field: [change(item) if isinstance(item, dict) else item for item in items]}


def _pod(pod: _Thing) -> _Thing:
    """A Pod, which gets what no template gets: an account, above all."""

    def own(spec: _Thing) -> _Thing:
        account = {} if "serviceAccount" in spec else {"serviceAccountName": "default"}
        tolerations = list(_tolerations(spec.get("tolerations")))
        return _pod_spec({"enableServiceLinks": True, **account, **spec, "tolerations": tolerations})

    return _at(pod, ("spec",), own)


def _tolerations(given: Any) -> Iterator[Any]:
    """The tolerations of a Pod, and those that every cluster adds: it stays for a while where its node is lost."""
    stated = given if isinstance(given, list) else []
    yield from stated
    for key in _LOST_NODE:
        if not any(isinstance(one, dict) and _tolerates(one, key) for one in stated):
            yield {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}


def _tolerates(toleration: _Thing, key: str) -> bool:
    return toleration.get("key", "") in ("", key) and toleration.get("effect", "") in ("", "NoExecute")


def _template(template: _Thing) -> _Thing:
    return _at({"metadata": {}, **template}, ("spec",), _pod_spec)


def _pod_spec(spec: _Thing) -> _Thing:
    spec = _under(_POD, spec)
    if name := spec.get("serviceAccountName", spec.get("serviceAccount")):
        spec = {"serviceAccount": name, "serviceAccountName": name, **spec}
    for field in ("containers", "initContainers", "ephemeralContainers"):
        spec = _each(spec, field, _container)
    return _each(spec, "volumes", _volume)


def _volume(volume: _Thing) -> _Thing:
    """A volume with its defaults. One without a type is an `emptyDir`."""
    if not volume.keys() - {"name"}:
        return {**volume, "emptyDir": {}}
    for field, defaults in _VOLUMES.items():
        volume = _at(volume, (field,), lambda source, own=defaults: _under(own, source))  # type: ignore[misc]
    return volume


def _container(container: _Thing) -> _Thing:
    image = container.get("image")
    if isinstance(image, str):
        container = {"imagePullPolicy": "Always" if _is_latest(image) else "IfNotPresent", **container}
    container = _each(_under(_CONTAINER, container), "ports", lambda port: _under({"protocol": "TCP"}, port))
    for field in ("livenessProbe", "readinessProbe", "startupProbe"):
        container = _at(container, (field,), _probe)
    return container


def _is_latest(image: str) -> bool:
    """Whether an image has the tag `latest`, or neither tag nor digest."""
    name = image.rpartition("/")[2]
    return "@" not in image and (":" not in name or name.endswith(":latest"))


def _probe(probe: _Thing) -> _Thing:
    return _at(_under(_PROBE, probe), ("httpGet",), lambda get: _under({"path": "/", "scheme": "HTTP"}, get))


def _service(service: _Thing) -> _Thing:
    def port(given: _Thing) -> _Thing:
        same = {"targetPort": given["port"]} if "port" in given else {}
        return {"protocol": "TCP", **same, **given}

    return _at(service, ("spec",), lambda spec: _each(spec, "ports", port))


def _network_policy(policy: _Thing) -> _Thing:
    def types(spec: _Thing) -> _Thing:
        return {"policyTypes": ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"], **spec}

    return _at(policy, ("spec",), types)


def _namespace(namespace: _Thing) -> _Thing:
    def labelled(metadata: _Thing) -> _Thing:
        labels = metadata.get("labels")
        own = {"kubernetes.io/metadata.name": metadata.get("name", "")}
        return {**metadata, "labels": {**(labels if isinstance(labels, dict) else {}), **own}}

    return _at(namespace, ("metadata",), labelled)


def _secret(secret: _Thing) -> _Thing:
    """A Secret as it is kept: what it states as text is data."""
    result = {"type": "Opaque", **secret}
    texts = result.pop("stringData", None)
    if isinstance(texts, dict):
        result["data"] = {**result.get("data", {}), **dict(_encoded(texts))}
    return result


def _encoded(texts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, text in texts.items():
        yield key, base64.b64encode(str(text).encode("utf-8", "surrogatepass")).decode()


def _role(role: _Thing) -> _Thing:
    return {"rules": None, **role}  # a cluster always states this field


_OTHERS: dict[tuple[str, str], Callable[[_Thing], _Thing]] = {
    ("", "Pod"): _pod,
    ("", "Service"): _service,
    ("", "Secret"): _secret,
    ("", "Namespace"): _namespace,
    ("networking.k8s.io", "NetworkPolicy"): _network_policy,
    ("rbac.authorization.k8s.io", "Role"): _role,
    ("rbac.authorization.k8s.io", "ClusterRole"): _role,
}
