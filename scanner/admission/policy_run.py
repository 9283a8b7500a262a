"""One policy evaluated on one object with one set of parameters."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from scanner.admission import expressions
from scanner.admission.compiled_policy import CompiledPolicy, PolicyExpression
from scanner.admission.defaults import filled, is_native
from scanner.admission.expressions import NAMESPACE, REFUSED, Result
from scanner.admission.matching import Request
from scanner.admission.policy_bindings import Undetermined
from scanner.model import Subject
from scanner.policy.truth import Truth

_LONGEST_MESSAGE = 5 * 1024
"""Bytes of a message from an expression, beyond which a cluster takes the policy's plain words."""
_NO_EXCEPTIONS: dict[str, Any] = {"allowedImages": [], "allowedValues": []}
"""What policies of Kyverno see of exceptions, which are not applied."""
_NAMESPACE = Undetermined(
    "it uses the Namespace of the object (`namespaceObject`), which is not in the scanned files",
    provide="scan the folder that holds the Namespace of the object",
)
_NO_NAMESPACE = Undetermined(
    "the object does not state its namespace, so the tool that applies it determines the namespace",
    provide="state `metadata.namespace`, or render the manifest with its namespace",
)
_CUSTOM = Undetermined(
    "a field is missing, and the definition of the custom resource may set a default for it",
    provide="state the fields of the custom resource that the policy uses",
)


class AdmissionReview(Struct, frozen=True):
    """One object with the request that would create it."""

    subject: Subject
    request: Request
    namespace: dict[str, Any] | None
    """The Namespace it belongs to; None where it belongs to none, or that one is not among the objects."""
    values: dict[str, Any]
    """What expressions see, but for parameters."""
    shared: expressions.Values
    """The same, for all policies without parameters."""

    @classmethod
    def of(cls, subject: Subject, request: Request, namespace: dict[str, Any] | None) -> AdmissionReview:
        """The review of an object."""
        thing = filled(subject.bindings["object"])
        values = {
            "object": thing,
            "oldObject": None,
            "request": request.binding(),
            "params": None,
            "exceptions": _NO_EXCEPTIONS,
        }
        if namespace is not None or not request.namespace:
            values[NAMESPACE] = namespace
        return cls(subject, request, namespace, values, expressions.values_of(values))


class Applicability(Struct, frozen=True):
    """Whether the match conditions of a policy hold."""

    truth: Truth
    """ERROR is a condition that goes wrong, where the policy denies then."""
    error: str = ""
    """The error that the cluster reports."""
    undetermined: tuple[Undetermined, ...] = ()
    """Conditions of which it is not known."""


class ExpressionResult(Struct, frozen=True):
    """Whether an object holds to one expression of a policy."""

    truth: Truth
    """FALSE also for an error that denies the request."""
    message: str = ""
    """The message with which the cluster denies the object."""
    undetermined: Undetermined | None = None
    """Why it is not known."""


_HOLDS = ExpressionResult(Truth.TRUE)
_DOES_NOT_APPLY = Applicability(Truth.FALSE)


class PolicyRun:
    """Evaluates the expressions of a policy for one object and one set of parameters."""

    def __init__(self, policy: CompiledPolicy, review: AdmissionReview, params: dict[str, Any] | None) -> None:
        self._policy = policy
        metadata = review.values["object"].get("metadata")
        self._lacks_namespace = bool(review.request.namespace) and "namespace" not in (metadata or {})
        self._native = is_native(review.request.group)
        self._bound = frozenset(review.values)
        self._values = expressions.values_of({**review.values, "params": params}) if params else review.shared

    def applicability(self) -> Applicability:
        """Whether the policy applies. One false condition decides, whatever the results of the others are."""
        undetermined: list[Undetermined] = []
        errors = []
        for condition in self._policy.conditions:
            result = self._result(condition)
            if result.truth is Truth.FALSE:
                return _DOES_NOT_APPLY
            if unknown := self._undetermined(result, condition):
                undetermined.append(unknown)
            elif result.truth is Truth.ERROR:
                why = result.error or "neither true nor false"
                errors.append(f"{condition.label} resulted in error: {why}")
        if errors and not self._policy.fails:
            return _DOES_NOT_APPLY
        truth = Truth.UNKNOWN if undetermined else Truth.ERROR if errors else Truth.TRUE
        return Applicability(truth, errors[0] if errors else "", tuple(undetermined))

    def validation(self, expression: PolicyExpression) -> ExpressionResult:
        """Whether a validation holds."""
        result = self._result(expression)
        if unknown := self._undetermined(result, expression):
            return ExpressionResult(Truth.UNKNOWN, undetermined=unknown)
        if result.error:
            written = expression.expression.text if expression.expression else ""
            return self._failed(f"expression '{written}' resulted in error: {result.error}")
        return _HOLDS if result.truth is Truth.TRUE else ExpressionResult(Truth.FALSE, self._message(expression))

    def annotation(self, expression: PolicyExpression) -> ExpressionResult:
        """The same of an audit annotation, whose value is text or nothing: it holds unless it goes wrong."""
        result = self._result(expression)
        if unknown := self._undetermined(result, expression):
            return ExpressionResult(Truth.UNKNOWN, undetermined=unknown)
        return self._failed(result.error) if result.error else _HOLDS

    def _failed(self, message: str) -> ExpressionResult:
        """What comes of an error: it denies the request, or it is ignored."""
        return ExpressionResult(Truth.FALSE, message) if self._policy.fails else _HOLDS

    def _result(self, expression: PolicyExpression) -> Result:
        if expression.expression is None:
            return Result(reason=expression.fault)
        return expressions.evaluate(expression.expression, self._values, self._bound)

    def _undetermined(self, result: Result, expression: PolicyExpression) -> Undetermined | None:
        """Why a result is not known. Where files never state what the policy uses, the place is in the policy."""
        for name in sorted(result.open & REFUSED.keys()):
            return Undetermined(f"{expression.label} cannot be evaluated: {REFUSED[name]}", expression.place)
        if result.reason:
            why = expression.fault or f"{expression.label} cannot be evaluated: {result.reason}"
            return Undetermined(why, expression.place)
        if result.open:
            return _NAMESPACE
        if result.missing and result.error.endswith(": namespace") and self._lacks_namespace:
            return _NO_NAMESPACE
        return _CUSTOM if result.missing and not self._native else None

    def _message(self, expression: PolicyExpression) -> str:
        """The message of a failing validation: its message expression, its message, or the expression."""
        if expression.message_expression:
            value = expressions.evaluate(expression.message_expression, self._values, self._bound).value
            text = value.strip() if isinstance(value, str) else ""
            if text and "\n" not in text and len(text.encode("utf-8", "surrogatepass")) <= _LONGEST_MESSAGE:
                return text
        return expression.message or f"failed expression: {expression.expression.text if expression.expression else ''}"
