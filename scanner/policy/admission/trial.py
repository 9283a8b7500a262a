"""One policy evaluated on one object with one set of parameters."""

from __future__ import annotations

from typing import Any

from scanner.policy.admission import expressions
from scanner.policy.admission.bound import Doubt
from scanner.policy.admission.compiled import Check, Policy
from scanner.policy.admission.defaults import is_native
from scanner.policy.admission.expressions import NAMESPACE, REFUSED, Result
from scanner.policy.admission.matching import Request

_LONGEST_MESSAGE = 5 * 1024
"""Bytes of a message from an expression, beyond which a cluster takes the policy's plain words."""
_NAMESPACE = Doubt("it asks for the object's Namespace (`namespaceObject`), which is not among the objects")
_CUSTOM = Doubt("a field is not stated that the definition of the custom resource may fill in")


class Trial:
    """The values that a policy's expressions see, and what the expressions come to."""

    def __init__(
        self,
        policy: Policy,
        request: Request,
        thing: dict[str, Any],
        namespace: dict[str, Any] | None,
        params: dict[str, Any] | None,
    ) -> None:
        values = {"object": thing, "oldObject": None, "request": request.binding()}
        if "paramKind" in policy.spec:
            values["params"] = params
        if not request.namespace:
            values[NAMESPACE] = None
        elif namespace is not None:
            values[NAMESPACE] = namespace
        self._policy = policy
        self._native = is_native(request.group)
        self._bound = frozenset(values)
        self._values = expressions.activation(values)

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
                errors.append(result.error or "the condition is neither true nor false")
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
