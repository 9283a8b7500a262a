"""What a cluster with the policies would say of the objects, one finding for each validation that does not hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scanner.admission import bound, places
from scanner.admission.bound import Binding, Doubt
from scanner.admission.compiled import Check, Policy, compiled, mutating
from scanner.admission.matching import Cluster, in_namespace, matches
from scanner.admission.reading import PolicyFiles
from scanner.admission.trial import Case, Trial
from scanner.documents.positions import Node, locate
from scanner.model import Finding, Location, Outcome, Related, RuleInfo, Severity, Subject
from scanner.policy.evaluate import Evaluation
from scanner.subjects.kubernetes import RESOURCE

_POLICY_KIND = "kubernetes.policy"
_WHERE = Doubt("whether the policy applies depends on the labels of a Namespace that is not among the objects")
_VERSION = Doubt("the policy names another version of the API, to which the cluster converts the object first")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one check of a policy came to: FAIL with what the cluster says, UNKNOWN with why, or PASS."""

    outcome: Outcome
    message: str = ""
    check: Check | None = None
    denies: bool = True


@dataclass(slots=True)
class _Refused:
    """Something in a policy that could not be judged, and the objects for which that mattered."""

    policy: Policy
    place: Location
    reason: str
    objects: list[str] = field(default_factory=list)


class Court:
    """The policies of some files, ready to judge objects."""

    def __init__(self, files: PolicyFiles) -> None:
        self._files = files
        self._policies = [compiled(source) for source in files.policies]
        self._refused: dict[tuple[str, Location, str], _Refused] = {}
        for subject in files.mutating:
            mark = Node(subject.bindings["object"], subject.marks["object"]).get("kind").mark
            self._policies.append(mutating(subject, locate(subject.origin, mark or subject.marks["object"])))
        for policy in self._policies:
            for place, reason in policy.faults:
                self._refuse(policy, Doubt(reason, place), None)
        self.rules: list[RuleInfo] = [policy.info for policy in self._policies]
        """What reports say of each policy."""
        self.digest = files.digest
        self.texts = files.texts
        """The policy files, for excerpts."""

    def evaluate(self, subjects: Iterable[Subject], *, include_passes: bool = False) -> Evaluation:
        """The outcome of every policy for every object that it is about, as if each were created now."""
        own = [subject for subject in subjects if subject.kind == RESOURCE]
        everything = [*self._files.others, *own]
        cluster = Cluster(everything)
        store = bound.Store(cluster, everything)
        ready = [(policy, bound.bindings(policy, self._files.bindings)) for policy in self._policies if policy.spec]
        result = Evaluation()
        for subject in own:
            request = cluster.request(subject.bindings["object"])
            if request.exempt:
                continue
            case = Case.of(subject, request, cluster.namespace(request, subject.group))
            for policy, bindings in ready:
                for answer in self._judge(policy, bindings, case, store):
                    _add(result, _finding(policy, case, answer), include_passes=include_passes)
        for refused in self._refused.values():
            _add(result, _refusal(refused), include_passes=include_passes)
        return result

    def _judge(self, policy: Policy, bindings: list[Binding], case: Case, store: bound.Store) -> Iterator[_Answer]:
        """What is wrong with an object; a single pass where the policy applies and nothing is."""
        applies = matches(policy.spec["matchConstraints"], case.request, case.namespace)
        met, told = False, set()
        for binding in bindings if applies is not False else ():
            bears = matches(binding.resources, case.request, case.namespace)
            if bears is False:
                continue
            doubt = None
            if not (applies and bears):
                criteria = (policy.spec["matchConstraints"], binding.resources)
                spaces = (in_namespace(one, case.request, case.namespace) for one in criteria)
                doubt = _WHERE if None in spaces else _VERSION
            params = store.params(policy, binding, case.request)
            answers = [self._configured(policy, binding, params, case)] if not params.values else []
            for values in params.values:
                answers.extend(self._run(policy, binding, case, values, doubt))
            for answer in answers:
                if answer is None:
                    continue
                met = True
                key = (answer.message, answer.check)
                if answer.outcome is not Outcome.PASS and key not in told:
                    told.add(key)
                    yield answer
        if met and not told:
            yield _Answer(Outcome.PASS)

    def _configured(self, policy: Policy, binding: Binding, params: bound.Params, case: Case) -> _Answer | None:
        """What a binding without parameters comes to."""
        if params.doubt:
            return self._open(policy, params.doubt, case, None)
        if not policy.fails:
            return None
        return _Answer(Outcome.FAIL, _said(policy, binding, f"failed to configure binding: {params.error}"))

    def _run(
        self, policy: Policy, binding: Binding, case: Case, params: dict[str, Any] | None, doubt: Doubt | None
    ) -> Iterator[_Answer | None]:
        """The answers of all checks; None where the policy does not apply or an answer cannot be had."""
        trial = Trial(policy, case, params)
        applies, error, doubts = trial.conditions()
        if not applies:
            yield None
            return
        if doubt:
            doubts.append(doubt)
        failures = (
            [(None, error)]
            if error
            else [
                *((check, trial.failure(check)) for check in policy.validations),
                *((check, trial.annotation(check)) for check in policy.annotations),
            ]
        )
        for check, failure in failures:
            if not failure:
                yield _Answer(Outcome.PASS)
            elif doubts:
                for one in doubts:
                    yield self._open(policy, one, case, None)
            elif isinstance(failure, Doubt):
                yield self._open(policy, failure, case, check)
            else:
                yield _Answer(Outcome.FAIL, _said(policy, binding, failure), check, binding.denies)

    def _open(self, policy: Policy, doubt: Doubt, case: Case, check: Check | None) -> _Answer | None:
        """An answer that cannot be had: unknown for the object, or refused for the policy as a whole."""
        if doubt.place:
            self._refuse(policy, doubt, case.subject.name)
            return None
        what = f"{check.label} of the policy {policy.name} holds" if check else f"the policy {policy.name} holds"
        return _Answer(Outcome.UNKNOWN, f"{case.subject.name}: cannot tell whether {what}: {doubt.reason}", check)

    def _refuse(self, policy: Policy, doubt: Doubt, name: str | None) -> None:
        place = doubt.place or policy.place
        refused = self._refused.setdefault((policy.name, place, doubt.reason), _Refused(policy, place, doubt.reason))
        if name and name not in refused.objects:
            refused.objects.append(name)


def _said(policy: Policy, binding: Binding, text: str) -> str:
    """A refusal or a warning in the words of the cluster."""
    bound_by = f" with binding '{binding.name}'" if binding.name else ""
    if binding.denies:
        return f"ValidatingAdmissionPolicy '{policy.name}'{bound_by} denied request: {text}"
    return f"Validation failed for ValidatingAdmissionPolicy '{policy.name}'{bound_by}: {text}"


def _add(result: Evaluation, finding: Finding, *, include_passes: bool) -> None:
    counts = result.counts.setdefault(finding.rule, {})
    counts[finding.outcome] = counts.get(finding.outcome, 0) + 1
    if finding.outcome is not Outcome.PASS or include_passes:
        result.findings.append(finding)


def _finding(policy: Policy, case: Case, answer: _Answer) -> Finding:
    subject, check = case.subject, answer.check
    fields = check.expression.fields if check and check.expression else ()
    related = (Related(check.place, f"{check.label} of the policy"),) if check else ()
    severity = policy.severity or (Severity.HIGH if answer.denies else Severity.LOW)
    return Finding(
        rule=policy.info.id,
        outcome=answer.outcome,
        severity=severity,
        message=answer.message if answer.outcome is not Outcome.PASS else policy.info.title,
        subject_kind=subject.kind,
        subject_id=subject.identity,
        subject_name=subject.name,
        location=places.place(subject, fields),
        fingerprint=_fingerprint(policy.info.id, subject.identity, _key(check)),
        related=related,
    )


def _key(check: Check | None) -> str:
    """What stays the same of a check while others are added before it: what it asks, blanks aside."""
    return "".join(check.expression.text.split()) if check and check.expression else ""


def _refusal(refused: _Refused) -> Finding:
    """What of a policy was not assessed, at its place in the policy file."""
    policy, objects = refused.policy, refused.objects
    concerned = (
        f" (it matters for {objects[0]}" + (f" and {len(objects) - 1} more)" if objects[1:] else ")") if objects else ""
    )
    return Finding(
        rule=policy.info.id,
        outcome=Outcome.ERROR,
        severity=policy.severity or Severity.HIGH,
        message=f"the policy {policy.name} was not assessed: {refused.reason}{concerned}",
        subject_kind=_POLICY_KIND,
        subject_id=f"admissionregistration.k8s.io/ValidatingAdmissionPolicy/{policy.name}",
        subject_name=f"ValidatingAdmissionPolicy {policy.name}",
        location=refused.place,
        fingerprint=_fingerprint(policy.info.id, "", refused.reason),
    )


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
