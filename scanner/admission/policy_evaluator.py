"""Evaluates policies on objects as a cluster would: one finding for each validation that is false."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct, field

from scanner.admission import gatekeeper, kyverno
from scanner.admission.compiled_policy import CompiledPolicy, PolicyExpression, compile_policy, not_run
from scanner.admission.field_location import field_location
from scanner.admission.matching import Cluster, in_namespace, matches
from scanner.admission.policy_bindings import Binding, ParameterStore, Params, Undetermined, bindings_of
from scanner.admission.policy_files import PolicyFiles
from scanner.admission.policy_run import AdmissionReview, Applicability, ExpressionResult, PolicyRun
from scanner.errors import PackError
from scanner.masking import hidden
from scanner.model import Finding, Outcome, RuleInfo, Severity, Subject
from scanner.places import Location, Related
from scanner.policy.evaluate import Evaluation
from scanner.policy.truth import Truth, all_of
from scanner.schema_errors import shortened
from scanner.subjects.kubernetes import RESOURCE

_POLICY_KIND = "kubernetes.policy"
_WHERE = Undetermined(
    "whether the policy applies depends on the labels of a Namespace that is not in the scanned files",
    provide="scan the folder that holds the Namespace of the object",
)
_VERSION = Undetermined(
    "the policy matches another API version, to which the cluster converts the object first",
    provide="write the object in the API version that the policy matches",
)


class _Result(Struct, frozen=True):
    """The result of one expression: FAIL with the message of the cluster, UNKNOWN with the reason, or PASS."""

    outcome: Outcome
    message: str = ""
    expression: PolicyExpression | None = None
    denies: bool = True
    provide: str = ""


class _NotAssessed(Struct):
    """Something in a policy that could not be judged, and the objects for which that mattered."""

    policy: CompiledPolicy
    place: Location
    reason: str
    objects: list[str] = field(default_factory=list)


class _Objects:
    """All objects, as the policies see them one after the other."""

    def __init__(self, everything: Sequence[Subject], own: Iterable[Subject]) -> None:
        cluster = Cluster(everything)
        self.store = ParameterStore(cluster, everything)
        requests = ((subject, cluster.request(subject.bindings["object"])) for subject in own)
        self.reviews = [
            AdmissionReview.of(subject, request, cluster.namespace(request, subject.group))
            for subject, request in requests
            if not request.exempt
        ]


class PolicyEvaluator:
    """The policies of some files, ready to be evaluated on objects."""

    def __init__(self, files: PolicyFiles) -> None:
        self._files = files
        self._policies = [
            *(compile_policy(policy) for policy in files.policies),
            *(kyverno.compile_policy(policy, files.exceptions) for policy in files.kyverno),
            *gatekeeper.compile_all(files.templates, files.constraints),
            *not_run(files.refused),
        ]
        _check_names(self._policies)
        self._not_assessed: dict[tuple[str, Location, str], _NotAssessed] = {}
        self._cluster: _Objects | None = None
        for policy in self._policies:
            for place, reason in dict.fromkeys(fault for part in _parts(policy) for fault in part.faults):
                self._leave_out(policy, Undetermined(reason, place), None)
        self.rules: list[RuleInfo] = [policy.info for policy in self._policies]
        """The metadata of each policy for reports."""
        self.digest = files.digest
        self.texts = files.texts
        """The policy files, for excerpts."""

    def evaluate(self, subjects: Sequence[Subject], number: int, *, include_passes: bool = False) -> Evaluation:
        """The outcome of a policy, by its number in `rules`, for every object that it is about, as if created now."""
        policy = self._policies[number]
        if self._cluster is None:
            own = [subject for subject in subjects if subject.kind == RESOURCE]
            self._cluster = _Objects([*self._files.others, *own], own)
        objects, bindings = self._cluster, bindings_of(policy, self._files.bindings)
        result = Evaluation()
        for part in _parts(policy) if policy.spec else ():
            for review in objects.reviews:
                for found in self._evaluated(part, bindings, review, objects.store):
                    _add(result, _finding(part, review, found), include_passes=include_passes)
        for gap in self._not_assessed.values():
            if gap.policy.info.id == policy.info.id:
                _add(result, _part_finding(gap), include_passes=include_passes)
        return result

    def not_evaluated(self, number: int, why: str) -> Evaluation:
        """The findings for a policy whose evaluation did not end. What it found before is dropped."""
        policy, result = self._policies[number], Evaluation()
        _add(result, _part_finding(_NotAssessed(policy, policy.place, f"it {why}")), include_passes=False)
        return result

    def _evaluated(
        self, policy: CompiledPolicy, bindings: list[Binding], review: AdmissionReview, store: ParameterStore
    ) -> Iterator[_Result]:
        """What is wrong with an object; a single pass where the policy applies and nothing is."""
        applied, seen = False, set()
        applies = policy.match(review.request, review.namespace)
        for binding in bindings if applies is not Truth.FALSE else ():
            about = all_of((applies, matches(binding.resources, review.request, review.namespace)))
            if about is Truth.FALSE:
                continue
            unknown = _unknown_match(policy, binding, review) if about is Truth.UNKNOWN else None
            params = store.params(policy, binding, review.request)
            results = [] if params.values else [self._without_parameters(policy, binding, params, review)]
            for values in params.values:
                results.extend(self._run(policy, binding, review, values, unknown))
            for result in results:
                if result is None:
                    continue
                applied = True
                key = (result.message, result.expression)
                if result.outcome is not Outcome.PASS and key not in seen:
                    seen.add(key)
                    yield result
        if applied and not seen:
            yield _Result(Outcome.PASS)

    def _without_parameters(
        self, policy: CompiledPolicy, binding: Binding, params: Params, review: AdmissionReview
    ) -> _Result | None:
        """The result of a binding without parameters."""
        if params.undetermined:
            return self._unknown(policy, params.undetermined, review, None)
        if not policy.fails:
            return None
        return _Result(Outcome.FAIL, _cluster_message(policy, binding, f"failed to configure binding: {params.error}"))

    def _run(
        self,
        policy: CompiledPolicy,
        binding: Binding,
        review: AdmissionReview,
        params: dict[str, Any] | None,
        unknown_match: Undetermined | None,
    ) -> Iterator[_Result | None]:
        """The results of all expressions; None where the policy does not apply or a result cannot be had."""
        run = PolicyRun(policy, review, params)
        applies = run.applicability()
        if applies.truth is Truth.FALSE:
            yield None
            return
        undetermined = [*applies.undetermined, *([unknown_match] if unknown_match else [])]
        for expression, found in _results(policy, run, applies):
            if found.truth is Truth.TRUE:
                yield _Result(Outcome.PASS)
            elif undetermined:
                for each in undetermined:
                    yield self._unknown(policy, each, review, None)
            elif found.undetermined:
                yield self._unknown(policy, found.undetermined, review, expression)
            else:
                yield _Result(
                    Outcome.FAIL, _cluster_message(policy, binding, found.message), expression, binding.denies
                )

    def _unknown(
        self, policy: CompiledPolicy, why: Undetermined, review: AdmissionReview, expression: PolicyExpression | None
    ) -> _Result | None:
        """A result that cannot be had: unknown for the object, or a part of the policy that is not assessed."""
        name = review.subject.name
        if why.place:
            self._leave_out(policy, why, name)
            return None
        what = f"the object satisfies the policy {policy.name}"
        if expression:
            what = f"{expression.label} of {what}"
        return _Result(
            Outcome.UNKNOWN, f"{name}: unknown whether {what}: {why.reason}", expression, provide=why.provide
        )

    def _leave_out(self, policy: CompiledPolicy, why: Undetermined, name: str | None) -> None:
        """Remember what of a policy is not assessed, and an object for which that matters."""
        place = why.place or policy.place
        part = self._not_assessed.setdefault(
            (policy.info.id, place, why.reason), _NotAssessed(policy, place, why.reason)
        )
        if name and name not in part.objects:
            part.objects.append(name)


def _parts(policy: CompiledPolicy) -> tuple[CompiledPolicy, ...]:
    return policy, *policy.variants


def _check_names(policies: Iterable[CompiledPolicy]) -> None:
    """Raise PackError where two policies have the same id."""
    seen: dict[str, CompiledPolicy] = {}
    for policy in policies:
        first = seen.setdefault(policy.info.id, policy)
        if first is not policy and (first.spec or policy.spec):
            where, other = (f"{each.place.path}:{each.place.line}" for each in (policy, first))
            name = shortened(policy.info.id.removeprefix("policy."))
            raise PackError(f"two policies are called {name}", where, f"the other is at {other}")


def _unknown_match(policy: CompiledPolicy, binding: Binding, review: AdmissionReview) -> Undetermined:
    """Why it is not known whether a policy and its binding are about an object."""
    criteria = (policy.spec["matchConstraints"], binding.resources)
    by_namespace = all_of(in_namespace(each, review.request, review.namespace) for each in criteria)
    return _WHERE if by_namespace is Truth.UNKNOWN else _VERSION


def _results(
    policy: CompiledPolicy, run: PolicyRun, applies: Applicability
) -> Iterator[tuple[PolicyExpression | None, ExpressionResult]]:
    """The result of each expression, or one error where a match condition has an error."""
    if applies.error:
        yield None, ExpressionResult(Truth.FALSE, applies.error)
        return
    yield from ((each, run.validation(each)) for each in policy.validations)
    yield from ((each, run.annotation(each)) for each in policy.annotations)


def _cluster_message(policy: CompiledPolicy, binding: Binding, text: str) -> str:
    """A refusal or a warning in the words of the cluster."""
    bound_by = f" with binding '{binding.name}'" if binding.name else ""
    template = policy.dialect.denied if binding.denies else policy.dialect.told
    return template.format(policy=policy.name, bound=bound_by, text=text)


def _add(result: Evaluation, finding: Finding, *, include_passes: bool) -> None:
    numbers = result.counts.get(finding.rule, {})
    result.counts[finding.rule] = {**numbers, finding.outcome: numbers.get(finding.outcome, 0) + 1}
    if finding.outcome is not Outcome.PASS or include_passes:
        result.findings.append(finding)


def _finding(policy: CompiledPolicy, review: AdmissionReview, result: _Result) -> Finding:
    subject, expression = review.subject, result.expression
    fields = expression.expression.fields if expression and expression.expression else ()
    related = (Related(expression.place, f"{expression.label} of the policy"),) if expression else ()
    severity = policy.severity or (Severity.HIGH if result.denies else Severity.LOW)
    return Finding(
        rule=policy.info.id,
        outcome=result.outcome,
        severity=severity,
        message=result.message if result.outcome is not Outcome.PASS else policy.info.title,
        subject_kind=subject.kind,
        subject_id=subject.identity,
        subject_name=subject.name,
        location=field_location(subject, fields),
        fingerprint=_fingerprint(policy.info.id, subject.identity, _key(expression)),
        related=related,
        provide=result.provide,
    )


def _key(expression: PolicyExpression | None) -> str:
    """What stays the same of an expression while others are added before it: its text, blanks aside."""
    return "".join(expression.expression.text.split()) if expression and expression.expression else ""


def _part_finding(part: _NotAssessed) -> Finding:
    """What of a policy was not assessed, at its place in the policy file."""
    policy, objects = part.policy, part.objects
    concerned = (
        f" (this affects {objects[0]}" + (f" and {len(objects) - 1} more)" if objects[1:] else ")") if objects else ""
    )
    return Finding(
        rule=policy.info.id,
        outcome=Outcome.ERROR,
        severity=policy.severity or Severity.HIGH,
        message=f"the policy {policy.name} was not assessed: {part.reason}{concerned}",
        subject_kind=_POLICY_KIND,
        subject_id=f"{policy.dialect.group}/{policy.dialect.kind}/{policy.name}",
        subject_name=f"{policy.dialect.kind} {policy.name}",
        location=part.place,
        fingerprint=_fingerprint(policy.info.id, "", part.reason),
    )


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\0".join(map(hidden, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:32]
