"""Which objects a policy or a binding is about: what a request to create an object would say, and match rules.

It is unknown where the files do not tell, such as labels of a Namespace that is not among the objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from scanner.admission.kinds import plural
from scanner.facts.kubernetes.objects import path
from scanner.model import Subject
from scanner.policy.truth import Truth, all_of, any_of, negated, truth_of
from scanner.subjects.kubernetes import CLUSTER_SCOPED

OWN_NAME = "kubernetes.io/metadata.name"
"""The label that the API server gives every Namespace."""

_ADMISSION = "admissionregistration.k8s.io"
_EXEMPT = frozenset(
    f"{verb}{kind}"
    for verb in ("Validating", "Mutating")
    for kind in ("WebhookConfiguration", "AdmissionPolicy", "AdmissionPolicyBinding")
)
"""Kinds to which no policy applies, so that administrators cannot lock themselves out."""


class Request(Struct, frozen=True):
    """The request that would create an object of a file, as the API server sees it."""

    group: str
    version: str
    kind: str
    resource: str
    namespace: str
    """Empty for what belongs to no namespace."""
    name: str
    labels: Mapping[str, Any]

    @property
    def is_namespace(self) -> bool:
        """Whether it creates a Namespace."""
        return (self.group, self.kind) == ("", "Namespace")

    @property
    def exempt(self) -> bool:
        """Whether policies do not apply to the request."""
        return self.group == _ADMISSION and self.kind in _EXEMPT

    def binding(self) -> dict[str, Any]:
        """What expressions see as `request`."""
        kind = {"group": self.group, "version": self.version, "kind": self.kind}
        resource = {"group": self.group, "version": self.version, "resource": self.resource}
        about = {"kind": kind, "requestKind": kind, "resource": resource, "requestResource": resource}
        named = {"name": self.name, "namespace": self.namespace}
        return {**about, **{key: text for key, text in named.items() if text}, "operation": "CREATE", "dryRun": False}


class Cluster:
    """What the scanned objects show of the cluster: its Namespaces and its custom resource definitions."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self._namespaces: dict[tuple[str, str], dict[str, Any]] = {}
        self._definitions: dict[tuple[str, str], dict[str, Any]] = {}
        for subject in subjects:
            thing = subject.bindings["object"]
            if thing["kind"] == "Namespace" and thing["apiVersion"] == "v1":
                self._namespaces[subject.group, str(path(thing, "metadata", "name"))] = thing
            elif thing["kind"] == "CustomResourceDefinition" and isinstance(spec := thing.get("spec"), dict):
                self._definitions[str(spec.get("group")), str(path(spec, "names", "kind"))] = spec

    def request(self, thing: Mapping[str, Any]) -> Request:
        """The request that creates an object; what states no namespace goes to `default`, as with kubectl."""
        group, _, version = thing["apiVersion"].rpartition("/")
        kind, metadata = thing["kind"], thing.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        definition = self._definitions.get((group, kind), {})
        resource = path(definition, "names", "plural") or plural(kind)
        global_ = definition["scope"] == "Cluster" if "scope" in definition else kind in CLUSTER_SCOPED
        namespace = "" if global_ else str(metadata.get("namespace") or "default")
        name = str(metadata.get("name") or "")
        return Request(group, version, kind, str(resource), namespace, name, _mapping(metadata.get("labels")))

    def namespace(self, request: Request, group: str) -> dict[str, Any] | None:
        """The Namespace of an object; None where it is not among the objects of its system."""
        return self._namespaces.get((group, request.namespace)) or self._namespaces.get(("", request.namespace))


def in_namespace(criteria: Mapping[str, Any], request: Request, namespace: Mapping[str, Any] | None) -> Truth:
    """Whether the namespace selector of match resources holds for a request.

    What belongs to no namespace is matched by every selector.
    """
    selector = criteria.get("namespaceSelector") or {}
    if request.is_namespace:
        return selects(selector, {OWN_NAME: request.name, **request.labels})
    if not request.namespace:
        return Truth.TRUE
    own = {OWN_NAME: request.namespace}
    if namespace is not None:
        return selects(selector, {**own, **_mapping(path(namespace, "metadata", "labels"))})
    return selects(selector, own, whole=False)


def matches(criteria: Mapping[str, Any], request: Request, namespace: Mapping[str, Any] | None) -> Truth:
    """Whether match resources (of a policy or of a binding) hold for a request; `namespace` is None if unknown."""
    policy = criteria.get("matchPolicy", "Equivalent")
    excluded = any_of(_rule(rule, request, policy) for rule in criteria.get("excludeResourceRules") or ())
    rules = criteria.get("resourceRules")
    return all_of(
        (
            in_namespace(criteria, request, namespace),
            selects(criteria.get("objectSelector") or {}, request.labels),
            negated(excluded),
            any_of(_rule(rule, request, policy) for rule in rules) if rules else Truth.TRUE,
        )
    )


def _rule(rule: Mapping[str, Any], request: Request, policy: str) -> Truth:
    """Whether a rule names the request; unknown where only another version of the API is named.

    The API server would convert the object, and what it would convert it to is not known here.
    """
    if not _scope(rule.get("scope", "*"), request) or not {"CREATE", "*"} & set(rule.get("operations") or ()):
        return Truth.FALSE
    if not _listed(rule.get("apiGroups"), request.group) or not _resources(rule.get("resources"), request.resource):
        return Truth.FALSE
    if (names := rule.get("resourceNames")) and request.name not in names:
        return Truth.FALSE
    if _listed(rule.get("apiVersions"), request.version):
        return Truth.TRUE
    return Truth.UNKNOWN if policy == "Equivalent" else Truth.FALSE


def _scope(scope: str, request: Request) -> bool:
    return scope == "*" or (scope == "Cluster") == (request.is_namespace or not request.namespace)


def _listed(items: Any, wanted: str) -> bool:
    return bool({wanted, "*"} & set(items or ()))


def _resources(items: Any, wanted: str) -> bool:
    """Whether a resource is named as such; `pods/status` names a part of it that no file creates."""
    for item in items or ():
        name, _, part = item.partition("/")
        if name in ("*", wanted) and part in ("", "*"):
            return True
    return False


def selects(selector: Mapping[str, Any], labels: Mapping[str, Any], *, whole: bool = True) -> Truth:
    """Kubernetes' label matching; labels that are not `whole` may hold others beside those that are known."""
    if not selector:
        return Truth.TRUE

    def holds(key: str, operator: str, values: Iterable[Any]) -> Truth:
        if key not in labels and not whole:
            return Truth.UNKNOWN
        if operator in ("Exists", "DoesNotExist"):
            return truth_of((key in labels) == (operator == "Exists"))
        return truth_of((key in labels and labels[key] in values) == (operator == "In"))

    wanted = [holds(key, "In", (value,)) for key, value in (selector.get("matchLabels") or {}).items()]
    stated = selector.get("matchExpressions") or ()
    wanted.extend(holds(str(item["key"]), str(item["operator"]), item.get("values") or ()) for item in stated)
    return all_of(wanted)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
