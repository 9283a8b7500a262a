"""Policies of Kyverno, Gatekeeper and Kubernetes itself: whether they reject what they forbid, and what that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import Objects, kind_of, listed, mapping, path
from scanner.facts.step import Facts, read, step
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.computed import has_variable
from scanner.subjects.kubernetes import RESOURCE


class AdmissionPolicy(TypedDict):
    """What a policy does with an object that it forbids."""

    action: str
    field: str
    denies: NotRequired[bool]
    pods: bool


ADMISSION_POLICY = Fact(
    "admission_policy",
    (RESOURCE,),
    list[AdmissionPolicy],
    "What a policy of Kyverno, a constraint of Gatekeeper or a ValidatingAdmissionPolicyBinding does with an object "
    "that it forbids (`action`, at `field`), whether it rejects the object (`denies`), and whether it is about "
    "security settings of pods (`pods`).",
    provide=(
        "state in the policy what happens to an object that it forbids (`validationFailureAction`, "
        "`validationActions` or `enforcementAction`), as a word without a variable, for all namespaces"
    ),
)

_KYVERNO, _KYVERNO_CEL = "kyverno.io", "policies.kyverno.io"
_CONSTRAINT = "constraints.gatekeeper.sh"
_SETTINGS = regex(
    r"\b(allowPrivilegeEscalation|appArmorProfile|capabilities|hostIPC|hostNetwork|hostPID|hostPath|hostPort"
    r"|hostProcess|hostUsers|podSecurity|privileged|procMount|readOnlyRootFilesystem|runAsGroup|runAsNonRoot|runAsUser"
    r"|seLinuxOptions|seccompProfile|sysctls)\b"
)
"""Fields of pods that the Pod Security Standards, or a rule about privileges, restrict."""
_POD_CONSTRAINTS = "K8sPSP"
"""How the kinds of Gatekeeper's library begin that restrict the same fields."""
_MESSAGES = frozenset({"message", "messageExpression"})
_FILTERS = ("kinds", "names", "namespaces")
_TESTS = ("object.spec.validations", "object.spec.variables")


@step(
    Cluster,
    gives=(ADMISSION_POLICY,),
    reads=(
        read(RESOURCE, "object.spec.enforcementAction", "object.spec.match.excludedNamespaces"),
        read(
            RESOURCE,
            "object.spec.admission",
            "object.spec.rules",
            "object.spec.validationFailureAction",
            "object.spec.validationFailureActionOverrides",
            objects=("ClusterPolicy", "Policy"),
        ),
        read(
            RESOURCE,
            *_TESTS,
            "object.spec.validationActions",
            "object.spec.evaluation.admission.enabled",
            "object.spec.evaluation.mode",
            objects=("NamespacedValidatingPolicy", "ValidatingPolicy"),
        ),
        read(
            RESOURCE,
            "object.spec.policyName",
            "object.spec.validationActions",
            objects=("ValidatingAdmissionPolicyBinding",),
        ),
        read(RESOURCE, *_TESTS, objects=("ValidatingAdmissionPolicy",)),
    ),
)
def read_policies(cluster: Cluster, facts: Facts) -> None:
    """What each policy does with the objects that it forbids."""
    for subject, policy in _policies(cluster.objects):
        if has_variable(policy["action"]):
            policy.pop("denies", None)
        facts.add(subject, ADMISSION_POLICY, [policy])


def _policies(objects: Objects) -> Iterator[tuple[Subject, AdmissionPolicy]]:
    for subject in objects.of(_KYVERNO, "ClusterPolicy", "Policy"):
        if policy := _kyverno(_spec(subject)):
            yield subject, policy
    for subject in objects.of(_KYVERNO_CEL, "ValidatingPolicy", "NamespacedValidatingPolicy"):
        spec = _spec(subject)
        if path(spec, "evaluation", "mode") not in (None, "", "Kubernetes"):
            continue  # it judges other things than objects of a cluster
        policy = _by_actions(spec, default="Deny", tested=[spec])
        if path(spec, "evaluation", "admission", "enabled") is False:
            policy |= {"action": "none at admission", "field": "spec.evaluation.admission.enabled", "denies": False}
        yield subject, policy
    for subject in objects.of("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"):
        name = str(_spec(subject).get("policyName"))
        policy_object, _ = objects.find(subject, "admissionregistration.k8s.io", "ValidatingAdmissionPolicy", name)
        yield subject, _by_actions(_spec(subject), default="", tested=[_spec(policy_object)] if policy_object else [])
    for subject in objects.in_group(_CONSTRAINT):
        yield subject, _constraint(subject)


def _kyverno(spec: dict[str, Any]) -> AdmissionPolicy | None:
    """A policy with rules that validate; None for one that only changes or creates objects or verifies images."""
    rules = [
        (number, rule)
        for number, rule in enumerate(listed(spec.get("rules")))
        if isinstance(rule, dict) and isinstance(rule.get("validate"), dict)
    ]
    if not rules:
        return None
    general = spec.get("validationFailureAction") or "Audit"
    policy = AdmissionPolicy(
        action=str(general),
        field="spec.validationFailureAction",
        denies=True,
        pods=any(_about_pods(rule["validate"]) for _, rule in rules),
    )
    if spec.get("admission") is False:
        return {**policy, "action": "none at admission", "field": "spec.admission", "denies": False}
    for number, rule in rules:
        own = rule["validate"].get("failureAction")
        action = str(own or general)
        field = f"spec.rules.{number}.validate.failureAction" if own else "spec.validationFailureAction"
        if _excludes_everything(rule.get("exclude")):
            return {
                **policy,
                "action": "none, because it excludes everything",
                "field": f"spec.rules.{number}.exclude",
                "denies": False,
            }
        if action.lower() != "enforce":
            policy |= {"action": action, "field": field, "denies": False}
            if rule["validate"].get("failureActionOverrides") or spec.get("validationFailureActionOverrides"):
                policy.pop("denies")
            return policy
        policy |= {"action": action, "field": field}
    return policy


def _excludes_everything(exclude: Any) -> bool:
    """Whether an `exclude` of Kyverno names everything by a wildcard, and restricts that by nothing else."""
    stated = mapping(exclude)
    filters = [stated, *listed(stated.get("any"))] if not stated.get("all") else []
    for one in filters:
        resources = mapping(mapping(one).get("resources"))
        if resources and not mapping(one).keys() - {"resources"}:
            wide = [name for name in _FILTERS if "*" in listed(resources.get(name))]
            if len(wide) == len(resources):
                return True
    return False


def _by_actions(spec: dict[str, Any], *, default: str, tested: list[dict[str, Any]]) -> AdmissionPolicy:
    """A policy that lists its actions. Without a list, Kyverno denies and the API server takes no such binding."""
    actions = [str(action) for action in listed(spec.get("validationActions"))] or [default]
    return AdmissionPolicy(
        action=", ".join(actions),
        field="spec.validationActions",
        denies="Deny" in actions,
        pods=any(_about_pods([one.get("validations"), one.get("variables")]) for one in tested),
    )


def _constraint(subject: Subject) -> AdmissionPolicy:
    spec = _spec(subject)
    action = str(spec.get("enforcementAction") or "deny")
    policy = AdmissionPolicy(
        action=action,
        field="spec.enforcementAction",
        denies=action == "deny",
        pods=kind_of(subject).startswith(_POD_CONSTRAINTS),
    )
    if action == "scoped":
        policy.pop("denies")
    elif "*" in listed(path(spec, "match", "excludedNamespaces")):
        policy |= {
            "action": "none, because it excludes all namespaces",
            "field": "spec.match.excludedNamespaces",
            "denies": False,
        }
    return policy


def _about_pods(tested: Any) -> bool:
    """Whether what a policy tests names a security setting of pods; its messages do not count."""
    if isinstance(tested, dict):
        return any(_about_pods(key) or _about_pods(value) for key, value in tested.items() if key not in _MESSAGES)
    if isinstance(tested, list):
        return any(_about_pods(item) for item in tested)
    return isinstance(tested, str) and _SETTINGS.search(tested) is not None


def _spec(subject: Subject) -> dict[str, Any]:
    return mapping(path(subject.bindings["object"], "spec"))
