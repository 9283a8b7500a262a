"""A policy with its expressions compiled, and what could not be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from scanner.admission.expressions import Composer, Expression
from scanner.admission.policy_files import PolicyObject
from scanner.errors import PackError
from scanner.model import Profile, RuleInfo, Severity, Subject
from scanner.places import Location
from scanner.schema_errors import shortened
from scanner.subjects import KINDS
from scanner.subjects.kubernetes import RESOURCE

SEVERITY = "assay/severity"
"""The annotation of a policy that states the severity of its findings."""
_LIMITS = (
    "Sees each object as if it were created from its file now: not what admission plugins and webhooks write, and not "
    "updates or deletions."
)
_DOCS = "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/"


class PolicyExpression(Struct, frozen=True):
    """One expression of a policy, and its place in the policy file."""

    label: str
    """What it is in the policy: `validation 1`, `match condition not-a-lease`."""
    expression: Expression | None
    """None where it cannot be evaluated here."""
    place: Location
    fault: str = ""
    """Why it cannot."""
    message: str = ""
    message_expression: Expression | None = None


class CompiledPolicy(Struct, frozen=True):
    """A policy ready to be evaluated."""

    info: RuleInfo
    name: str
    spec: dict[str, Any]
    place: Location
    conditions: tuple[PolicyExpression, ...]
    validations: tuple[PolicyExpression, ...]
    annotations: tuple[PolicyExpression, ...]
    faults: tuple[tuple[Location, str], ...]
    """What of it cannot be evaluated here, and why."""
    severity: Severity | None
    """The severity that the policy states in an annotation."""

    @property
    def fails(self) -> bool:
        """Whether an error denies the request."""
        return bool(self.spec.get("failurePolicy", "Fail") == "Fail")


def compile_policy(policy: PolicyObject) -> CompiledPolicy:
    """A policy of a file.

    Raises PackError for a severity that is none.
    """
    spec = policy.spec
    compiler = _ExpressionCompiler(policy, Composer(with_params="paramKind" in spec))
    conditions = compiler.expressions("matchConditions", "expression", "match condition", "name")
    compiler.define(spec.get("variables") or ())  # which match conditions may not use
    validations = compiler.expressions("validations", "expression", "validation")
    annotations = compiler.expressions("auditAnnotations", "valueExpression", "audit annotation", "key")
    severity = _severity(policy)
    info = _info(policy.name, severity or Severity.HIGH, str(policy.annotations.get("description") or ""))
    place = policy.place("metadata", "name")
    return CompiledPolicy(
        info, policy.name, spec, place, conditions, validations, annotations, tuple(compiler.faults), severity
    )


class _ExpressionCompiler:
    """The expressions of a policy, compiled one after the other."""

    def __init__(self, source: PolicyObject, composer: Composer) -> None:
        self._source = source
        self._composer = composer
        self.faults: list[tuple[Location, str]] = []

    def define(self, variables: Iterable[dict[str, Any]]) -> None:
        """Take the variables, each of which may use those before it."""
        for index, variable in enumerate(variables):
            try:
                self._composer.define(variable["name"], variable["expression"])
            except PackError as error:
                self._composer.lose(variable["name"])
                place = self._source.place("spec", "variables", index, "expression")
                self.faults.append((place, f"the variable {variable['name']} cannot be evaluated: {error.message}"))

    def expressions(self, field: str, key: str, label: str, name: str = "") -> tuple[PolicyExpression, ...]:
        """The expressions of a list, called by a field of theirs or by their number."""
        items = enumerate(self._source.spec.get(field) or ())
        return tuple(
            self._expression((field, index), item, key, f"{label} {item[name] if name else index + 1}")
            for index, item in items
        )

    def _expression(self, path: tuple[str, int], item: dict[str, Any], key: str, label: str) -> PolicyExpression:
        place = self._source.place("spec", *path, key)
        expression, fault = self._compiled(item[key], label, place)
        message = None
        if "messageExpression" in item:
            where = self._source.place("spec", *path, "messageExpression")
            message, _ = self._compiled(item["messageExpression"], f"the message of {label}", where)
        return PolicyExpression(label, expression, place, fault, item.get("message", "").strip(), message)

    def _compiled(self, text: str, label: str, place: Location) -> tuple[Expression | None, str]:
        try:
            return self._composer.compile(text), ""
        except PackError as error:
            fault = f"{label} cannot be evaluated: {error.message}"
            self.faults.append((place, fault))
            return None, fault


def mutating(subject: Subject, place: Location) -> CompiledPolicy:
    """A policy that changes objects. It is not run; its fault says so."""
    name = str(subject.bindings["object"].get("metadata", {}).get("name", ""))
    kind = subject.bindings["object"]["kind"]
    faults = ((place, f"a {kind} changes objects; Assay does not run it"),)
    return CompiledPolicy(_info(name, Severity.HIGH, ""), name, {}, place, (), (), (), faults, None)


def _severity(source: PolicyObject) -> Severity | None:
    given = source.annotations.get(SEVERITY)
    if given is None:
        return None
    try:
        return Severity(given)
    except ValueError:
        where = source.where("metadata", "annotations", SEVERITY)
        raise PackError(f"not a severity: {shortened(str(given))}", where, f"one of {', '.join(Severity)}") from None


def _info(name: str, severity: Severity, description: str) -> RuleInfo:
    return RuleInfo(
        id=f"policy.{name}",
        title=f"Objects satisfy the admission policy {name}",
        severity=severity,
        profile=Profile.DEFAULT,
        why=description.strip()
        or (
            "A cluster with this ValidatingAdmissionPolicy denies the object, warns about it or records it in "
            "the audit log."
        ),
        remediation="Change the object as the message of the policy says, or relax the policy if it is too strict.",
        limits=_LIMITS,
        subject=RESOURCE,
        shown_by=KINDS[RESOURCE].shown_by,
        objectives=(),
        same_as=(),
        references=(_DOCS,),
    )
