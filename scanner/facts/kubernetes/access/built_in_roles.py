"""The roles that every cluster comes with, as far as a workload may be bound to them."""

from __future__ import annotations

from typing import Any

_READ = ("get", "list", "watch")
_WRITE = ("create", "delete", "deletecollection", "patch", "update")


def _rule(group: str, resources: str, *verbs: str, names: tuple[str, ...] = ()) -> dict[str, Any]:
    rule = {"apiGroups": [group], "resources": resources.split(), "verbs": list(verbs)}
    return {**rule, "resourceNames": list(names)} if names else rule


def _approver(signer: str) -> list[dict[str, Any]]:
    return [_rule("certificates.k8s.io", "signers", "approve", names=(f"kubernetes.io/{signer}",))]


def _urls(*urls: str) -> list[dict[str, Any]]:
    return [{"nonResourceURLs": list(urls), "verbs": ["get"]}]


_EVENTS = _rule("", "events", "create", "patch", "update")
_VIEW = [
    _rule("", "configmaps endpoints persistentvolumeclaims pods pods/log serviceaccounts services namespaces", *_READ),
    _rule("apps", "daemonsets deployments replicasets statefulsets", *_READ),
    _rule("batch", "cronjobs jobs", *_READ),
    _rule("networking.k8s.io", "ingresses networkpolicies", *_READ),
]
_EDIT = [
    *_VIEW,
    _rule("", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy", *_READ),
    _rule("", "serviceaccounts", "impersonate"),
    _rule("", "pods pods/attach pods/exec pods/portforward pods/proxy", *_WRITE),
    _rule("", "configmaps events persistentvolumeclaims replicationcontrollers secrets serviceaccounts", *_WRITE),
    _rule("", "services services/proxy", *_WRITE),
    _rule("", "serviceaccounts/token", "create"),
    _rule("apps", "daemonsets deployments replicasets statefulsets", *_WRITE),
    _rule("batch", "cronjobs jobs", *_WRITE),
    _rule("networking.k8s.io", "ingresses networkpolicies", *_WRITE),
]
_CLUSTER_ROLES: dict[str, list[dict[str, Any]]] = {
    "admin": [*_EDIT, _rule("rbac.authorization.k8s.io", "rolebindings roles", *_READ, *_WRITE)],
    "cluster-admin": [_rule("*", "*", "*"), {"nonResourceURLs": ["*"], "verbs": ["*"]}],
    "edit": _EDIT,
    "system:auth-delegator": [
        _rule("authentication.k8s.io", "tokenreviews", "create"),
        _rule("authorization.k8s.io", "subjectaccessreviews", "create"),
    ],
    "system:basic-user": [
        _rule("authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews", "create"),
    ],
    "system:certificates.k8s.io:certificatesigningrequests:nodeclient": [
        _rule("certificates.k8s.io", "certificatesigningrequests/nodeclient", "create")
    ],
    "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient": [
        _rule("certificates.k8s.io", "certificatesigningrequests/selfnodeclient", "create")
    ],
    "system:certificates.k8s.io:kube-apiserver-client-approver": _approver("kube-apiserver-client"),
    "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver": _approver("kube-apiserver-client-kubelet"),
    "system:certificates.k8s.io:kubelet-serving-approver": _approver("kubelet-serving"),
    "system:certificates.k8s.io:legacy-unknown-approver": _approver("legacy-unknown"),
    "system:discovery": _urls("/api", "/api/*", "/apis", "/apis/*", "/healthz", "/openapi/*", "/version"),
    "system:heapster": [_rule("", "events namespaces nodes pods", *_READ)],
    "system:kube-aggregator": [_rule("", "endpoints services", *_READ)],
    "system:kube-controller-manager": [
        _rule("*", "*", "list", "watch"),
        _rule("", "secrets serviceaccounts", "create", "get", "update"),
        _rule("", "serviceaccounts/token", "create"),
    ],
    "system:kube-dns": [_rule("", "endpoints services", "list", "watch")],
    "system:kube-scheduler": [
        _rule("", "pods", "delete", *_READ),
        _rule("", "bindings pods/binding", "create"),
        _rule("", "nodes persistentvolumeclaims persistentvolumes services", *_READ),
        _EVENTS,
    ],
    "system:kubelet-api-admin": [_rule("", "nodes/log nodes/metrics nodes/proxy nodes/stats", "*")],
    "system:monitoring": _urls("/healthz", "/livez", "/metrics", "/readyz"),
    "system:node": [
        _rule("", "configmaps pods secrets services", *_READ),
        _rule("", "pods", "create", "delete"),
        _rule("", "serviceaccounts/token", "create"),
        _rule("", "nodes nodes/status", "create", "patch", "update", *_READ),
    ],
    "system:node-bootstrapper": [_rule("certificates.k8s.io", "certificatesigningrequests", "create", *_READ)],
    "system:node-problem-detector": [_rule("", "nodes", "get"), _rule("", "nodes/status", "patch"), _EVENTS],
    "system:node-proxier": [_rule("", "endpoints nodes services", *_READ), _EVENTS],
    "system:persistent-volume-provisioner": [
        _rule("", "persistentvolumes", "create", "delete", *_READ),
        _rule("", "persistentvolumeclaims", "update", *_READ),
        _EVENTS,
    ],
    "system:public-info-viewer": _urls("/healthz", "/livez", "/readyz", "/version"),
    "system:service-account-issuer-discovery": _urls("/.well-known/openid-configuration", "/openid/v1/jwks"),
    "system:volume-scheduler": [_rule("", "persistentvolumeclaims persistentvolumes", "patch", "update", *_READ)],
    "view": _VIEW,
}
"""Their rules, as far as anything follows from them."""
_ROLES = {
    "extension-apiserver-authentication-reader": [
        _rule("", "configmaps", *_READ, names=("extension-apiserver-authentication",))
    ]
}
"""Of kube-system."""

COLLECTING = {"admin": ("admin", "edit", "view"), "edit": ("edit", "view"), "view": ("view",)}
"""What a role takes in, besides its own rules, from roles labelled `rbac.authorization.k8s.io/aggregate-to-` these."""


def rules(kind: str, name: str) -> list[dict[str, Any]] | None:
    """The rules of a role of the platform; None for any other, and where they are not known here."""
    return (_CLUSTER_ROLES if kind == "ClusterRole" else _ROLES).get(name)


def of_platform(kind: str, name: str) -> bool:
    """Whether a role comes with the cluster, so that no file has to hold it."""
    return rules(kind, name) is not None or name.startswith(("system:", "kubeadm:"))
