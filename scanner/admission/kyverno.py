"""ValidatingPolicies of Kyverno: policies in CEL that also hold for the controllers of Pods, if they are about Pods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from scanner.admission import matching
from scanner.admission.compiled_policy import (
    CompiledPolicy,
    ExpressionCompiler,
    Match,
    info_of,
    severity_of,
    without_expressions,
)
from scanner.admission.dialects import KYVERNO
from scanner.admission.expressions import Composer
from scanner.admission.matching import Request
from scanner.admission.policy_files import PolicyObject
from scanner.errors import PackError
from scanner.late import regex
from scanner.model import RuleInfo, Severity
from scanner.policy.truth import Truth
from scanner.schema_errors import shortened

_OURS, _NAMESPACED = "Kubernetes", "Namespaced"
_POD_RULE = {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}


class _Controllers(Struct, frozen=True):
    """Controllers whose Pod templates are at the same path."""

    resources: dict[str, str]
    """Their API groups by the plural of their kinds."""
    template: str


_CONTROLLERS = (
    _Controllers(
        {
            "daemonsets": "apps",
            "deployments": "apps",
            "replicasets": "apps",
            "statefulsets": "apps",
            "jobs": "batch",
        },
        "spec.template",
    ),
    _Controllers({"cronjobs": "batch"}, "spec.jobTemplate.spec.template"),
)
_OF_POD = regex(r"\b(object|oldObject)\.(spec|metadata)(?!\.namespace\b)")


def compile_policy(policy: PolicyObject, exceptions: Iterable[PolicyObject]) -> CompiledPolicy:
    """A ValidatingPolicy of a file.

    Raises PackError for a severity or an objective that does not exist, and for a policy without match constraints.
    """
    named = f"{policy.namespace}.{policy.name}" if policy.kind.startswith(_NAMESPACED) else policy.name
    severity = severity_of(KYVERNO, policy)
    info = info_of(KYVERNO, named, severity or Severity.HIGH, policy)
    mode = policy.spec.get("evaluation", {}).get("mode", _OURS)
    if mode != _OURS:
        why = f"its evaluation mode is {mode}, so it is not about objects of a cluster"
        return without_expressions(info, policy.name, KYVERNO, policy.place("spec", "evaluation", "mode"), why)
    if "matchConstraints" not in policy.spec:
        raise PackError(f"{shortened(policy.name)}: `spec` has no `matchConstraints`", policy.where("spec"))
    own = [each for each in exceptions if {"name": policy.name, "kind": policy.kind} in each.spec["policyRefs"]]
    for exception in own:
        if exception.spec.get("images") or exception.spec.get("allowedValues"):
            why = f"the exception {exception.name} allows images or values, and Assay applies only whole exceptions"
            return without_expressions(info, policy.name, KYVERNO, exception.place("metadata", "name"), why)
    variants = tuple(_compiled(each, own, info, severity) for each in _generated(policy))
    return msgspec.structs.replace(_compiled(policy, own, info, severity), variants=variants)


def _compiled(
    policy: PolicyObject, exceptions: Iterable[PolicyObject], info: RuleInfo, severity: Severity | None
) -> CompiledPolicy:
    spec = policy.spec
    compiler = ExpressionCompiler(policy, Composer(KYVERNO.names, KYVERNO.refusal))
    exempting = tuple(compiler.exception(each) for each in exceptions)
    conditions, validations, annotations = compiler.all_of_policy()
    return CompiledPolicy(
        info,
        policy.name,
        spec,
        policy.place("metadata", "name"),
        (*exempting, *conditions),
        validations,
        annotations,
        tuple(compiler.faults),
        severity,
        _match(policy),
        KYVERNO,
        denies="Deny" in (spec.get("validationActions") or ["Deny"]) and _is_on(spec, "admission"),
    )


def _is_on(spec: dict[str, Any], when: str) -> bool:
    return bool(spec.get("evaluation", {}).get(when, {}).get("enabled", True))


def _match(policy: PolicyObject) -> Match:
    """A policy that belongs to a namespace is about objects in it alone."""
    constraints = policy.spec["matchConstraints"]
    if not policy.kind.startswith(_NAMESPACED):
        return partial(matching.matches, constraints)
    own = policy.namespace or "default"

    def match(request: Request, namespace: Any) -> Truth:
        inside = request.namespace == own and not request.is_namespace
        return matching.matches(constraints, request, namespace) if inside else Truth.FALSE

    return match


def _generated(policy: PolicyObject) -> Iterator[PolicyObject]:
    """The policies for controllers that Kyverno makes of one about Pods."""
    constraints = policy.spec["matchConstraints"]
    if not _is_about_pods(constraints):
        return
    (rule,) = constraints["resourceRules"]
    asked = policy.spec.get("autogen", {}).get("podControllers", {}).get("controllers")
    for controllers in _CONTROLLERS:
        resources = {name: group for name, group in controllers.resources.items() if asked is None or name in asked}
        if not resources:
            continue
        rules = [
            {**rule, "apiGroups": [group], "resources": [name for name in resources if resources[name] == group]}
            for group in dict.fromkeys(resources.values())
        ]
        selector = {key: constraints[key] for key in ("namespaceSelector",) if key in constraints}
        spec = {
            name: value if name == "matchConstraints" else _in_template(value, controllers.template)
            for name, value in policy.spec.items()
        }
        yield msgspec.structs.replace(policy, spec={**spec, "matchConstraints": {"resourceRules": rules, **selector}})


def _is_about_pods(constraints: dict[str, Any]) -> bool:
    """Whether a policy is about all Pods and nothing else; only of such policies Kyverno makes others."""
    rules = constraints.get("resourceRules") or []
    selects = any((constraints.get("objectSelector") or {}).values())
    if selects or constraints.get("excludeResourceRules") or len(rules) != 1 or rules[0].get("resourceNames"):
        return False
    return all(rules[0][name] == value for name, value in _POD_RULE.items())


def _in_template(value: Any, template: str) -> Any:
    """The texts of a value with the fields of a Pod as those of a Pod template; the namespace stays the object's."""
    if isinstance(value, dict):
        return {name: _in_template(inner, template) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_template(inner, template) for inner in value]
    if not isinstance(value, str):
        return value
    return _OF_POD.sub(lambda match: f"{match[1]}.{template}.{match[2]}", value)
