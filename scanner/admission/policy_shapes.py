"""The fields that policies of each kind have, and what the API server would refuse of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.documents.positions import join_path
from scanner.errors import did_you_mean
from scanner.schema_errors import shortened

Shape = type | str | dict[str, Any] | list[Any]
"""A type, the words that are allowed, the fields of a mapping (required ones with a `!`), or the items of a list.

`object` is anything: a field that is not read here.
"""
_NAMES: dict[type, str] = {str: "text", bool: "true or false", dict: "a mapping"}
_SELECTOR: Shape = {
    "matchLabels": dict,
    "matchExpressions": [{"key!": str, "operator!": "In NotIn Exists DoesNotExist", "values": [str]}],
}
_RULE: Shape = {
    "apiGroups!": [str],
    "apiVersions!": [str],
    "resources!": [str],
    "operations!": [str],
    "resourceNames": [str],
    "scope": "* Cluster Namespaced",
}
_MATCH: Shape = {
    "matchPolicy": "Exact Equivalent",
    "resourceRules": [_RULE],
    "excludeResourceRules": [_RULE],
    "namespaceSelector": _SELECTOR,
    "objectSelector": _SELECTOR,
}
_NAMED: Shape = [{"name!": str, "expression!": str}]
_VALIDATIONS: Shape = [{"expression!": str, "message": str, "messageExpression": str, "reason": str}]
_EXPRESSIONS: dict[str, Any] = {
    "failurePolicy": "Fail Ignore",
    "matchConstraints!": _MATCH,
    "matchConditions": _NAMED,
    "variables": _NAMED,
    "validations": _VALIDATIONS,
    "auditAnnotations": [{"key!": str, "valueExpression!": str}],
}

POLICY: Shape = {**_EXPRESSIONS, "paramKind": {"apiVersion!": str, "kind!": str}}
BINDING: Shape = {
    "policyName!": str,
    "paramRef": {
        "name": str,
        "namespace": str,
        "selector": _SELECTOR,
        "parameterNotFoundAction": "Allow Deny",
    },
    "matchResources": _MATCH,
    "validationActions!": ["Deny Warn Audit"],
}
_ENABLED: Shape = {"enabled": bool}
KYVERNO: Shape = {
    **{name.rstrip("!"): shape for name, shape in _EXPRESSIONS.items()},
    "validationActions": ["Deny Warn Audit"],
    "autogen": {"podControllers": {"controllers": [str]}, "validatingAdmissionPolicy": _ENABLED},
    "evaluation": {"mode": str, "admission": _ENABLED, "background": _ENABLED},
    "webhookConfiguration": object,
}
"""The `spec` of a ValidatingPolicy of Kyverno."""
EXCEPTION: Shape = {
    "policyRefs!": [{"name!": str, "kind!": str}],
    "matchConditions": _NAMED,
    "images": [str],
    "allowedValues": [str],
    "reportResult": str,
}
"""The `spec` of a PolicyException of Kyverno."""
TEMPLATE: Shape = {
    "crd!": {"spec!": {"names!": {"kind!": str, "shortNames": [str]}, "validation": dict}},
    "targets!": [
        {
            "target!": str,
            "code": [{"engine!": str, "source!": dict}],
            "rego": str,
            "libs": [str],
            "operations": [str],
        }
    ],
}
"""The `spec` of a ConstraintTemplate of Gatekeeper."""
NATIVE: Shape = {
    "validations!": [{"expression!": str, "message": str, "messageExpression": str}],
    "variables": _NAMED,
    "matchCondition": _NAMED,
    "failurePolicy": "Fail Ignore",
    "generateVAP": bool,
}
"""The `source` of a template for the engine K8sNativeValidation."""
CONSTRAINT: Shape = {
    "match": {
        "kinds": [{"apiGroups": [str], "kinds": [str]}],
        "namespaces": [str],
        "excludedNamespaces": [str],
        "labelSelector": _SELECTOR,
        "namespaceSelector": _SELECTOR,
        "scope": str,
        "name": str,
        "source": "All Generated Original",
    },
    "parameters": dict,
    "enforcementAction": "deny warn dryrun scoped",
    "scopedEnforcementActions": [{"action!": "deny warn dryrun", "enforcementPoints": object}],
}
"""The `spec` of a constraint of Gatekeeper."""
Problem = tuple[tuple[str | int, ...], str]
"""A path, and what is wrong there."""


def problems(value: Any, shape: Shape, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """What the API server would refuse of a value: the path and why."""
    told = f"`{join_path(path)}`"
    if isinstance(shape, str):
        if value not in shape.split():
            yield path, f"{told} must be one of {', '.join(shape.split())}"
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield path, f"{told} must be a list"
            return
        for index, item in enumerate(value):
            yield from problems(item, shape[0], (*path, index))
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            yield path, f"{told} must be a mapping"
            return
        yield from _fields(value, shape, path)
    elif not isinstance(value, shape):
        yield path, f"{told} must be {_NAMES[shape]}"


def _fields(value: dict[str, Any], shape: dict[str, Any], path: tuple[str | int, ...]) -> Iterator[Problem]:
    known = {name.rstrip("!"): inner for name, inner in shape.items()}
    for name in shape:
        if name.endswith("!") and name[:-1] not in value:
            yield path, f"`{join_path(path)}` has no `{name[:-1]}`"
    for name, inner in value.items():
        if name in known:
            yield from problems(inner, known[name], (*path, name))
            continue
        hint = did_you_mean(name, known)
        yield (
            (*path, name),
            f"there is no field `{shortened(name)}` in `{join_path(path)}`" + (f", {hint}" if hint else ""),
        )
