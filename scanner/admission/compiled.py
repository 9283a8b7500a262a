"""A policy with its expressions compiled, and what could not be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scanner.admission.expressions import Composer, Expression
from scanner.admission.reading import Source
from scanner.errors import PackError
from scanner.model import Location, Profile, RuleInfo, Severity, Subject
from scanner.subjects import KINDS
from scanner.subjects.kubernetes import RESOURCE

SEVERITY = "assay/severity"
"""The annotation of a policy that says how much its findings matter."""
_LIMITS = (
    "Sees each object as if it were created from its file now: not what admission plugins and webhooks write, and not "
    "updates or deletions."
)
_DOCS = "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/"


@dataclass(frozen=True, slots=True)
class Check:
    """One expression of a policy and where it stands."""

    label: str
    """What it is in the policy: `validation 1`, `match condition not-a-lease`."""
    expression: Expression | None
    """None where it cannot be evaluated here."""
    place: Location
    fault: str = ""
    """Why it cannot."""
    message: str = ""
    message_expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy ready to judge."""

    info: RuleInfo
    name: str
    spec: dict[str, Any]
    place: Location
    conditions: tuple[Check, ...]
    validations: tuple[Check, ...]
    annotations: tuple[Check, ...]
    faults: tuple[tuple[Location, str], ...]
    """What of it cannot be evaluated here, and why."""
    severity: Severity | None
    """What it says of itself."""

    @property
    def fails(self) -> bool:
        """Whether an error denies the request."""
        return bool(self.spec.get("failurePolicy", "Fail") == "Fail")


def compiled(source: Source) -> Policy:
    """A policy of a file.

    Raises PackError for a severity that is none.
    """
    spec = source.spec
    reading = _Reading(source, Composer(with_params="paramKind" in spec))
    conditions = reading.checks("matchConditions", "expression", "match condition", "name")
    reading.define(spec.get("variables") or ())  # which match conditions may not use
    validations = reading.checks("validations", "expression", "validation")
    annotations = reading.checks("auditAnnotations", "valueExpression", "audit annotation", "key")
    severity = _severity(source)
    info = _info(source.name, severity or Severity.HIGH, str(source.annotations.get("description") or ""))
    place = source.place("metadata", "name")
    return Policy(info, source.name, spec, place, conditions, validations, annotations, tuple(reading.faults), severity)


class _Reading:
    """The expressions of a policy, compiled one after the other."""

    def __init__(self, source: Source, composer: Composer) -> None:
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

    def checks(self, field: str, key: str, label: str, name: str = "") -> tuple[Check, ...]:
        """The expressions of a list, called by a field of theirs or by their number."""
        items = enumerate(self._source.spec.get(field) or ())
        return tuple(
            self._check((field, index), item, key, f"{label} {item[name] if name else index + 1}")
            for index, item in items
        )

    def _check(self, path: tuple[str, int], item: dict[str, Any], key: str, label: str) -> Check:
        place = self._source.place("spec", *path, key)
        expression, fault = self._compiled(item[key], label, place)
        told = None
        if "messageExpression" in item:
            where = self._source.place("spec", *path, "messageExpression")
            told, _ = self._compiled(item["messageExpression"], f"the message of {label}", where)
        return Check(label, expression, place, fault, item.get("message", "").strip(), told)

    def _compiled(self, text: str, label: str, place: Location) -> tuple[Expression | None, str]:
        try:
            return self._composer.compile(text), ""
        except PackError as error:
            fault = f"{label} cannot be evaluated: {error.message}"
            self.faults.append((place, fault))
            return None, fault


def mutating(subject: Subject, place: Location) -> Policy:
    """A policy that changes objects: nothing of it is run, and it says so."""
    name = str(subject.bindings["object"].get("metadata", {}).get("name", ""))
    kind = subject.bindings["object"]["kind"]
    faults = ((place, f"a {kind} changes objects, and is not run"),)
    return Policy(_info(name, Severity.HIGH, ""), name, {}, place, (), (), (), faults, None)


def _severity(source: Source) -> Severity | None:
    given = source.annotations.get(SEVERITY)
    if given is None:
        return None
    try:
        return Severity(given)
    except ValueError:
        where = source.where("metadata", "annotations", SEVERITY)
        raise PackError(f"not a severity: {given}", where, f"one of {', '.join(Severity)}") from None


def _info(name: str, severity: Severity, description: str) -> RuleInfo:
    return RuleInfo(
        id=f"policy.{name}",
        title=f"Objects hold to the admission policy {name}",
        severity=severity,
        profile=Profile.DEFAULT,
        why=description.strip()
        or "A cluster with this ValidatingAdmissionPolicy refuses the object, warns of it or records it.",
        remediation="Change the object as the message of the policy says, or the policy where it asks too much.",
        limits=_LIMITS,
        subject=RESOURCE,
        shown_by=KINDS[RESOURCE].shown_by,
        objectives=(),
        same_as=(),
        references=(_DOCS,),
    )
