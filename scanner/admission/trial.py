"""One policy evaluated on one object with one set of parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scanner.admission import expressions
from scanner.admission.bound import Doubt
from scanner.admission.compiled import Check, Policy
from scanner.admission.defaults import filled, is_native
from scanner.admission.expressions import NAMESPACE, REFUSED, Result
from scanner.admission.matching import Request
from scanner.model import Subject

if TYPE_CHECKING:
    from cel_expr_python import cel

_LONGEST_MESSAGE = 5 * 1024
"""Bytes of a message from an expression, beyond which a cluster takes the policy's plain words."""
_NAMESPACE = Doubt("it asks for the object's Namespace (`namespaceObject`), which is not among the objects")
_CUSTOM = Doubt("a field is not stated that the definition of the custom resource may fill in")


@dataclass(frozen=True, slots=True)
class Case:
    """One object with what the API server would say of its creation."""

    subject: Subject
    request: Request
    namespace: dict[str, Any] | None
    """The Namespace it belongs to; None where it belongs to none, or that one is not among the objects."""
    values: dict[str, Any]
    """What expressions see, but for parameters."""
    shared: cel.Activation
    """The same, for all policies without parameters."""

    @classmethod
    def of(cls, subject: Subject, request: Request, namespace: dict[str, Any] | None) -> Case:
        """The case of an object."""
        thing = filled(subject.bindings["object"])
        values = {"object": thing, "oldObject": None, "request": request.binding(), "params": None}
        if namespace is not None or not request.namespace:
            values[NAMESPACE] = namespace
        return cls(subject, request, namespace, values, expressions.activation(values))


class Trial:
    """What the expressions of a policy come to for one object and one set of parameters."""

    def __init__(self, policy: Policy, case: Case, params: dict[str, Any] | None) -> None:
        self._policy = policy
        self._native = is_native(case.request.group)
        self._bound = frozenset(case.values)
        self._values = expressions.activation({**case.values, "params": params}) if params else case.shared

    def conditions(self) -> tuple[bool, str, list[Doubt]]:
        """Whether the policy applies, what the cluster says where a condition goes wrong, and what is in doubt.

        One condition that is false decides, whatever the others come to.
        """
        doubts: list[Doubt] = []
        errors = []
        for check in self._policy.conditions:
            result = self._result(check)
            if result.value is False:
                return False, "", []
            if doubt := self._doubt(result, check):
                doubts.append(doubt)
            elif result.value is not True:
                why = result.error or "neither true nor false"
                errors.append(f"{check.label} resulted in error: {why}")
        if errors and not self._policy.fails:
            return False, "", []
        return True, errors[0] if errors else "", doubts

    def failure(self, check: Check) -> str | Doubt:
        """What the cluster says against the object, nothing where a validation holds."""
        result = self._result(check)
        if doubt := self._doubt(result, check):
            return doubt
        if result.error:
            written = check.expression.text if check.expression else ""
            return f"expression '{written}' resulted in error: {result.error}" if self._policy.fails else ""
        return "" if result.value is True else self._message(check)

    def annotation(self, check: Check) -> str | Doubt:
        """The same of an audit annotation, whose value is text or nothing."""
        result = self._result(check)
        if doubt := self._doubt(result, check):
            return doubt
        return result.error if result.error and self._policy.fails else ""

    def _result(self, check: Check) -> Result:
        if check.expression is None:
            return Result(reason=check.fault)
        return expressions.evaluate(check.expression, self._values, self._bound)

    def _doubt(self, result: Result, check: Check) -> Doubt | None:
        """Why a result is none; what no file ever tells is the fault of the policy, at its place there."""
        for name in sorted(result.open & REFUSED.keys()):
            return Doubt(f"{check.label} cannot be judged: {REFUSED[name]}", check.place)
        if result.reason:
            told = check.fault or f"{check.label} cannot be evaluated: {result.reason}"
            return Doubt(told, check.place)
        if result.open:
            return _NAMESPACE
        return _CUSTOM if result.missing and not self._native else None

    def _message(self, check: Check) -> str:
        """What a failing validation says: its message expression, its message, or the expression itself."""
        if check.message_expression:
            told = expressions.evaluate(check.message_expression, self._values, self._bound).value
            text = told.strip() if isinstance(told, str) else ""
            if text and "\n" not in text and len(text.encode("utf-8", "surrogatepass")) <= _LONGEST_MESSAGE:
                return text
        return check.message or f"failed expression: {check.expression.text if check.expression else ''}"
