"""Constraints of Gatekeeper whose templates are in CEL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from scanner.admission import policy_shapes
from scanner.admission.compiled_policy import (
    CompiledPolicy,
    ExpressionCompiler,
    info_of,
    severity_of,
    without_expressions,
)
from scanner.admission.dialects import GATEKEEPER
from scanner.admission.expressions import Composer
from scanner.admission.matching import Request, in_namespace, selects
from scanner.admission.policy_files import PolicyObject
from scanner.errors import PackError
from scanner.model import Severity
from scanner.policy.truth import Truth, all_of
from scanner.schema_errors import shortened

_NATIVE = "K8sNativeValidation"
_GIVEN = (
    {
        "name": "anyObject",
        "expression": "has(request.operation) && request.operation == 'DELETE' && object == null ? oldObject : object",
    },
    {"name": "params", "expression": "params.?spec.?parameters.orValue(null)"},
)
"""The variables that Gatekeeper adds to those of a template."""


def compile_all(templates: Sequence[PolicyObject], constraints: Sequence[PolicyObject]) -> Iterator[CompiledPolicy]:
    """A policy for each constraint, and one that is not run for each template without a constraint.

    Raises PackError for a template that no cluster would take.
    """
    by_kind: dict[str, PolicyObject] = {}
    for template in templates:
        kind = template.spec["crd"]["spec"]["names"]["kind"]
        if kind in by_kind:
            raise PackError(
                f"two templates define the kind {shortened(kind)}",
                template.where(),
                f"the other is at {by_kind[kind].where()}",
            )
        by_kind[kind] = template
    for constraint in constraints:
        yield _constraint(constraint, by_kind.get(constraint.kind))
    for kind in by_kind.keys() - {constraint.kind for constraint in constraints}:
        template = by_kind[kind]
        why = f"the policy files hold no constraint of the kind {kind}, so it is not about any object"
        info = info_of(GATEKEEPER, f"constrainttemplate.{template.name}", Severity.HIGH, template)
        yield without_expressions(info, template.name, GATEKEEPER, template.place("metadata", "name"), why)


def _constraint(constraint: PolicyObject, template: PolicyObject | None) -> CompiledPolicy:
    described = (constraint, template) if template else (constraint,)
    severity = severity_of(GATEKEEPER, *described)
    named = f"{constraint.kind.lower()}.{constraint.name}"
    info = info_of(GATEKEEPER, named, severity or Severity.HIGH, *described)
    place = constraint.place("metadata", "name")
    if template is None:
        why = f"the policy files hold no template for the kind {constraint.kind}"
        return without_expressions(info, constraint.name, GATEKEEPER, place, why)
    source = _native(template)
    if source is None:
        why = (
            f"the template of {constraint.kind} has no code in CEL (engine {_NATIVE}), and Assay does not evaluate Rego"
        )
        return without_expressions(info, constraint.name, GATEKEEPER, place, why)
    compiler = ExpressionCompiler(source, Composer(GATEKEEPER.names, GATEKEEPER.refusal))
    compiler.define(_GIVEN)
    conditions = compiler.expressions("matchCondition", "expression", "match condition", "name")
    compiler.define(source.spec.get("variables") or ())
    validations = compiler.expressions("validations", "expression", "validation")
    criteria = constraint.spec.get("match") or {}
    failure = source.spec.get("failurePolicy", "Fail")
    return CompiledPolicy(
        info,
        constraint.name,
        {"matchConstraints": {"namespaceSelector": criteria.get("namespaceSelector")}, "failurePolicy": failure},
        place,
        conditions,
        validations,
        (),
        tuple(compiler.faults),
        severity,
        partial(matches, criteria),
        GATEKEEPER,
        denies=_denies(constraint.spec),
        params=_with_defaults(constraint, template),
    )


def _native(template: PolicyObject) -> PolicyObject | None:
    """The code of a template in CEL, as a policy; raises PackError for what no cluster would take."""
    for number, target in enumerate(template.spec["targets"]):
        for index, code in enumerate(target.get("code") or ()):
            if code["engine"] != _NATIVE:
                continue
            base = ("spec", "targets", number, "code", index, "source")
            for path, problem in policy_shapes.problems(code["source"], policy_shapes.NATIVE, base):
                raise PackError(f"{shortened(template.name)}: {problem}", template.where(*path))
            return msgspec.structs.replace(template, spec=code["source"], base=base)
    return None


def _denies(spec: Mapping[str, Any]) -> bool:
    action = spec.get("enforcementAction", "deny")
    if action == "scoped":
        return any(each["action"] == "deny" for each in spec.get("scopedEnforcementActions") or ())
    return bool(action == "deny")


def _with_defaults(constraint: PolicyObject, template: PolicyObject) -> dict[str, Any]:
    """A constraint as the API server has it: its parameters with the defaults of the template's schema."""
    thing: dict[str, Any] = constraint.root.value
    schema = template.spec["crd"]["spec"].get("validation", {}).get("openAPIV3Schema")
    if "parameters" not in constraint.spec or not isinstance(schema, dict):
        return thing
    return {**thing, "spec": {**constraint.spec, "parameters": _defaulted(constraint.spec["parameters"], schema)}}


def _defaulted(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value with the defaults of its schema, in its fields and items too."""
    items, fields = schema.get("items"), schema.get("properties")
    if isinstance(value, list) and isinstance(items, dict):
        return [_defaulted(item, items) for item in value]
    if not (isinstance(value, dict) and isinstance(fields, dict)):
        return value
    known = {name: inner for name, inner in fields.items() if isinstance(inner, dict)}
    given = {**{name: inner["default"] for name, inner in known.items() if "default" in inner}, **value}
    return {name: _defaulted(inner, known.get(name, {})) for name, inner in given.items()}


def matches(criteria: Mapping[str, Any], request: Request, namespace: Mapping[str, Any] | None) -> Truth:
    """Whether the `match` of a constraint holds for a request; `namespace` is None where it is not known."""
    known = (
        _kind(criteria.get("kinds") or (), request),
        _scope(str(criteria.get("scope", "*")), request),
        _named(criteria.get("namespaces"), request) is not False,
        _named(criteria.get("excludedNamespaces"), request) is not True,
        _is_like(str(criteria.get("name") or "*"), request.name),
        criteria.get("source", "All") != "Generated",
    )
    if not all(known):
        return Truth.FALSE
    labelled = selects(criteria.get("labelSelector") or {}, request.labels)
    return all_of((labelled, in_namespace(criteria, request, namespace)))


def _kind(kinds: Sequence[Mapping[str, Any]], request: Request) -> bool:
    def listed(names: Any, name: str) -> bool:
        return not names or "*" in names or name in names

    return not kinds or any(
        listed(each.get("kinds"), request.kind) and listed(each.get("apiGroups"), request.group) for each in kinds
    )


def _scope(scope: str, request: Request) -> bool:
    if scope not in ("Cluster", "Namespaced"):
        return True
    return (scope == "Cluster") == (request.is_namespace or not request.namespace)


def _named(patterns: Sequence[str] | None, request: Request) -> bool | None:
    """Whether the namespace of an object is listed; None where nothing is listed or there is no namespace.

    A Namespace is in itself.
    """
    name = request.name if request.is_namespace else request.namespace
    if not patterns or not name:
        return None
    return any(_is_like(pattern, name) for pattern in patterns)


def _is_like(pattern: str, text: str) -> bool:
    """Gatekeeper's patterns: a star at the beginning or at the end stands for anything."""
    middle = pattern.removeprefix("*").removesuffix("*")
    if pattern.startswith("*") and pattern.endswith("*"):
        return middle in text
    if pattern.startswith("*"):
        return text.endswith(middle)
    return text.startswith(middle) if pattern.endswith("*") else text == pattern
