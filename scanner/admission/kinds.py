"""Which resources a rule is about, as match rules of a policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scanner.admission import cel_tokens
from scanner.admission.cel_tokens import Token
from scanner.admission.translating import NotExportableError
from scanner.subjects.kubernetes import RESOURCE

_GROUPS = {
    "": (
        "ConfigMap Endpoints LimitRange Namespace Node PersistentVolume PersistentVolumeClaim Pod PodTemplate "
        "ReplicationController ResourceQuota Secret Service ServiceAccount"
    ),
    "apps": "DaemonSet Deployment ReplicaSet StatefulSet",
    "autoscaling": "HorizontalPodAutoscaler",
    "batch": "CronJob Job",
    "networking.k8s.io": "Ingress IngressClass NetworkPolicy",
    "policy": "PodDisruptionBudget",
    "rbac.authorization.k8s.io": "ClusterRole ClusterRoleBinding Role RoleBinding",
    "storage.k8s.io": "StorageClass",
}
_GROUP_OF = {kind: group for group, kinds in _GROUPS.items() for kind in kinds.split()}
_WORKLOADS = (
    ("", ("pods", "pods/ephemeralcontainers", "podtemplates", "replicationcontrollers")),
    ("apps", ("daemonsets", "deployments", "replicasets", "statefulsets")),
    ("batch", ("cronjobs", "jobs")),
)
_FILES = frozenset(
    {"EncryptionConfig", "EncryptionConfiguration", "KubeletConfiguration", "KubeProxyConfiguration", "Policy"}
)
"""Kinds of configuration files, which are not sent to the API."""
_VOWELS = frozenset("aeiou")


def plural(kind: str) -> str:
    """The resource of a kind, as the API's own kinds form it."""
    name = kind.lower()
    if name.endswith("points"):
        return name
    if name.endswith(("s", "x", "ch", "sh")):
        return f"{name}es"
    if name.endswith("y") and name[-2:-1] not in _VOWELS:
        return f"{name[:-1]}ies"
    return f"{name}s"


def resource_rules(subject: str, when: str) -> list[dict[str, Any]]:
    """Match rules for what a rule is about.

    Raises NotExportableError for what no request to the API brings, and for Secrets, which hold in every cluster what
    no committed one may.
    """
    if subject != RESOURCE:
        return [_rule(group, resources) for group, resources in _WORKLOADS]
    kinds = named_kinds(cel_tokens.tokens(when))
    if kinds is None:
        return [_rule("*", ["*"])]
    if kinds <= _FILES:
        raise NotExportableError("its subject is a configuration file, not a Kubernetes API object")
    if "Secret" in kinds:
        raise NotExportableError("it forbids values in committed Secrets, and every Secret in a cluster has values")
    groups: dict[str, list[str]] = {}
    for kind in sorted(kinds):
        groups.setdefault(_GROUP_OF.get(kind, "*"), []).append(plural(kind))
    return [_rule(group, resources) for group, resources in sorted(groups.items())]


def _rule(group: str, resources: Sequence[str]) -> dict[str, Any]:
    operations = ["CREATE", "UPDATE"]
    return {"apiGroups": [group], "apiVersions": ["*"], "operations": operations, "resources": list(resources)}


def named_kinds(words: Sequence[Token]) -> set[str] | None:
    """The kinds outside of which a condition is false; None where it holds for others too."""
    words = _bare(words)
    either = _parts(words, "||")
    if len(either) > 1:
        found = [named_kinds(part) for part in either]
        return None if None in found else set().union(*(kinds for kinds in found if kinds))
    both = _parts(words, "&&")
    if len(both) > 1:
        return next((kinds for part in both if (kinds := named_kinds(part)) is not None), None)
    written = [token.text for token in words]
    if written[:4] == ["object", ".", "kind", "=="] and len(words) == len(written[:4]) + 1:
        return {_unquoted(words[4])}
    if written[:5] == ["object", ".", "kind", "in", "["] and written[-1] == "]":
        return {_unquoted(token) for token in words[5:-1] if token.kind == "text"}
    return None


def _bare(words: Sequence[Token]) -> Sequence[Token]:
    """The words without brackets around all of them."""
    while words and words[0].text == "(" and cel_tokens.end_of_call(words, 0) == len(words) - 1:
        words = words[1:-1]
    return words


def _parts(words: Sequence[Token], operator: str) -> list[list[Token]]:
    """The operands of an operator that is not inside brackets."""
    found: list[list[Token]] = [[]]
    end = -1
    for index, token in enumerate(words):
        if index > end and token.text in ("(", "[", "{", "[?"):
            end = cel_tokens.end_of_call(words, index)
        if index > end and token.text == operator:
            found.append([])
        else:
            found[-1].append(token)
    return found


def _unquoted(token: Token) -> str:
    return token.text.strip("'\"")
