"""A policy with its expressions compiled, and what could not be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from scanner import objectives
from scanner.admission import matching
from scanner.admission.dialects import VAP, Dialect
from scanner.admission.expressions import Composer, Expression
from scanner.admission.matching import Request
from scanner.admission.policy_files import PolicyObject, RefusedPolicy
from scanner.errors import PackError, did_you_mean
from scanner.model import Profile, RuleInfo, Severity
from scanner.places import Location
from scanner.policy.truth import Truth
from scanner.schema_errors import shortened
from scanner.subjects import KINDS
from scanner.subjects.kubernetes import RESOURCE

SEVERITY = "assay/severity"
"""The annotation of a policy that states the severity of its findings."""
OBJECTIVES = "assay/objectives"
"""The annotation of a policy that names its objectives, with commas between them: its way to the controls."""
_LIMITS = (
    "Sees each object as if it were created from its file now: not what admission plugins and webhooks write, and not "
    "updates or deletions."
)
Match = Callable[[Request, Mapping[str, Any] | None], Truth]
"""Whether a policy is about a request for an object, whose Namespace is None where it is not known."""


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
    """With `matchConstraints` and `failurePolicy`, whatever its kind; empty for a policy that is not run."""
    place: Location
    conditions: tuple[PolicyExpression, ...]
    validations: tuple[PolicyExpression, ...]
    annotations: tuple[PolicyExpression, ...]
    faults: tuple[tuple[Location, str], ...]
    """What of it cannot be evaluated here, and why."""
    severity: Severity | None
    """The severity that the policy states in an annotation."""
    match: Match
    dialect: Dialect = VAP
    denies: bool = True
    """Whether it denies objects, where no binding says so."""
    params: dict[str, Any] | None = None
    """Its parameters, where it has its own."""
    variants: tuple[CompiledPolicy, ...] = ()
    """The same policy for other kinds of objects."""

    @property
    def fails(self) -> bool:
        """Whether an error denies the request."""
        return bool(self.spec.get("failurePolicy", "Fail") == "Fail")


def compile_policy(policy: PolicyObject) -> CompiledPolicy:
    """A ValidatingAdmissionPolicy of a file.

    Raises PackError for a severity or an objective that is none.
    """
    spec = policy.spec
    names = [*VAP.names, *(["params"] if "paramKind" in spec else [])]
    compiler = ExpressionCompiler(policy, Composer(names, VAP.refusal))
    conditions, validations, annotations = compiler.all_of_policy()
    severity = severity_of(VAP, policy)
    return CompiledPolicy(
        info_of(VAP, policy.name, severity or Severity.HIGH, policy),
        policy.name,
        spec,
        policy.place("metadata", "name"),
        conditions,
        validations,
        annotations,
        tuple(compiler.faults),
        severity,
        partial(matching.matches, spec["matchConstraints"]),
    )


class ExpressionCompiler:
    """The expressions of a policy, compiled one after the other."""

    def __init__(self, source: PolicyObject, composer: Composer) -> None:
        self._source = source
        self._composer = composer
        self.faults: list[tuple[Location, str]] = []

    def all_of_policy(self) -> tuple[tuple[PolicyExpression, ...], ...]:
        """The match conditions, validations and audit annotations of a policy."""
        conditions = self.expressions("matchConditions", "expression", "match condition", "name")
        self.define(self._source.spec.get("variables") or ())  # which match conditions may not use
        validations = self.expressions("validations", "expression", "validation")
        annotations = self.expressions("auditAnnotations", "valueExpression", "audit annotation", "key")
        return conditions, validations, annotations

    def define(self, variables: Iterable[dict[str, Any]]) -> None:
        """Take the variables, each of which may use those before it."""
        for index, variable in enumerate(variables):
            try:
                self._composer.define(variable["name"], variable["expression"])
            except PackError as error:
                self._composer.lose(variable["name"])
                place = self._source.place(*self._source.base, "variables", index, "expression")
                self.faults.append((place, f"the variable {variable['name']} cannot be evaluated: {error.message}"))

    def expressions(self, field: str, key: str, label: str, name: str = "") -> tuple[PolicyExpression, ...]:
        """The expressions of a list, called by a field of theirs or by their number."""
        items = enumerate(self._source.spec.get(field) or ())
        return tuple(
            self._expression((field, index), item, key, f"{label} {item[name] if name else index + 1}")
            for index, item in items
        )

    def exception(self, source: PolicyObject) -> PolicyExpression:
        """The condition that an exception does not exempt an object; it does if all its conditions hold."""
        place, label = source.place("metadata", "name"), f"the exception {source.name}"
        exempt = " && ".join(f"({each['expression']})" for each in source.spec.get("matchConditions") or ())
        expression, fault = self._compiled(f"!({exempt or 'true'})", label, place)
        return PolicyExpression(label, expression, place, fault)

    def _expression(self, path: tuple[str, int], item: dict[str, Any], key: str, label: str) -> PolicyExpression:
        place = self._source.place(*self._source.base, *path, key)
        expression, fault = self._compiled(item[key], label, place)
        message = None
        if "messageExpression" in item:
            where = self._source.place(*self._source.base, *path, "messageExpression")
            message, _ = self._compiled(item["messageExpression"], f"the message of {label}", where)
        return PolicyExpression(label, expression, place, fault, item.get("message", "").strip(), message)

    def _compiled(self, text: str, label: str, place: Location) -> tuple[Expression | None, str]:
        try:
            return self._composer.compile(text), ""
        except PackError as error:
            fault = f"{label} cannot be evaluated: {error.message}"
            self.faults.append((place, fault))
            return None, fault


def not_run(policies: Iterable[RefusedPolicy]) -> Iterator[CompiledPolicy]:
    """Policies of kinds that are not run; their faults say why. Those with one name, as packages of Rego, are one."""
    named: dict[str, list[RefusedPolicy]] = {}
    for policy in policies:
        named.setdefault(f"{policy.kind.lower()}.{policy.name}", []).append(policy)
    for name, (first, *others) in named.items():
        title = f"Objects satisfy the {first.kind} {{policy}}"
        dialect = Dialect(first.kind, first.group, "", "", title, VAP.docs)
        found = without_expressions(
            _info(dialect, name, Severity.HIGH, "", ()), first.name, dialect, first.place, first.reason
        )
        faults = (*found.faults, *((other.place, other.reason) for other in others))
        yield msgspec.structs.replace(found, faults=faults)


def without_expressions(info: RuleInfo, name: str, dialect: Dialect, place: Location, reason: str) -> CompiledPolicy:
    """A policy that is not run, and why."""
    return CompiledPolicy(
        info, name, {}, place, (), (), (), ((place, reason),), info.severity, lambda *_: Truth.FALSE, dialect
    )


def severity_of(dialect: Dialect, *sources: PolicyObject) -> Severity | None:
    """The severity that the first of several objects states; raises PackError for one that is none."""
    for name in (SEVERITY, *dialect.severities):
        for source in sources:
            if (given := source.annotations.get(name)) is None:
                continue
            try:
                return Severity(given)
            except ValueError:
                where, hint = source.where("metadata", "annotations", name), f"one of {', '.join(Severity)}"
                raise PackError(f"not a severity: {shortened(str(given))}", where, hint) from None
    return None


def _objectives(sources: Sequence[PolicyObject]) -> tuple[str, ...]:
    """The objectives that the first of several objects states."""
    source = next((each for each in sources if OBJECTIVES in each.annotations), None)
    if source is None:
        return ()
    names = tuple(name.strip() for name in str(source.annotations[OBJECTIVES]).split(",") if name.strip())
    known = objectives.load()
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or objectives.LISTED
            where = source.where("metadata", "annotations", OBJECTIVES)
            raise PackError(f"there is no objective {shortened(name)}", where, hint)
    return names


def info_of(dialect: Dialect, name: str, severity: Severity, *sources: PolicyObject) -> RuleInfo:
    """What reports say about a policy, as its objects state; raises PackError for an objective that does not exist."""
    stated = (source.annotations.get(one) for one in dialect.descriptions for source in sources)
    return _info(dialect, name, severity, next((str(one) for one in stated if one), ""), _objectives(sources))


def _info(dialect: Dialect, name: str, severity: Severity, why: str, aims: tuple[str, ...]) -> RuleInfo:
    return RuleInfo(
        id=f"policy.{name}",
        title=dialect.title.format(policy=name),
        severity=severity,
        profile=Profile.DEFAULT,
        why=why.strip()
        or (f"A cluster with this {dialect.kind} denies the object, warns about it or records it in the audit log."),
        remediation="Change the object as the message of the policy says, or relax the policy if it is too strict.",
        limits=_LIMITS,
        subject=RESOURCE,
        shown_by=KINDS[RESOURCE].shown_by,
        objectives=aims,
        same_as=(),
        references=(dialect.docs,),
    )
