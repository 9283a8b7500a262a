"""What needs all subjects at once: facts, the rules that use them, and admission policies.

All of it runs in a process of its own, where each part has its own budget: what takes too much costs that part, and is
said. Of a few subjects the shipped rules and facts are asked in this process, which is quicker and bounded by their
number; expressions that somebody else wrote never are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from scanner import facts
from scanner.facts.step import Whole
from scanner.frameworks.population import FACTS_READ
from scanner.limits import Limits
from scanner.model import Finding, Outcome, Subject
from scanner.policy import items
from scanner.policy.aim import place
from scanner.policy.evaluate import Evaluation, Evaluator
from scanner.policy.fingerprint import fingerprint
from scanner.policy.rule import Rule
from scanner.workers import Workers

if TYPE_CHECKING:
    from scanner.admission.policy_evaluator import PolicyEvaluator
    from scanner.inputs.kept.joined import KeptJoined

_FEW, _SMALL = 500, 500_000
"""Subjects, and bytes of the files that they come from, up to which another process costs more than it may save."""
_SLOWEST = 100_000
"""Bytes a second below which the work on all subjects counts as hanging."""
_FACTS, _RULES, _POLICY = range(3)
_Task = tuple[int, str]
"""One part of the work: the facts, the rules about a kind of subject, or a policy by its number."""
_Told = dict[int, dict[str, Any]]
"""Facts about subjects by their numbers."""


class _FailedPart(Struct, frozen=True):
    """A part that could not be done, and why."""

    why: str


class JoinedResult(Struct):
    """What came of all subjects together."""

    evaluation: Evaluation = field(default_factory=Evaluation)
    derived: facts.Derived = field(default_factory=facts.Derived)
    """The facts that frameworks read."""
    lost: bool = False
    """Facts could not be derived."""
    why: str = ""
    """Why the first part was not done that was not."""
    harmless: bool = False
    """No text of its findings holds a credential, as far as that is known."""


class JoinedStage:
    """The rules and policies that compare several objects."""

    def __init__(
        self, rules: Evaluator, policies: PolicyEvaluator | None, limits: Limits, *, include_passes: bool, foreign: bool
    ) -> None:
        self._rules = rules
        self._policies = policies
        self._limits = limits
        self._include_passes = include_passes
        self._foreign = foreign or policies is not None
        """Some expressions are not shipped ones."""
        self._subjects: Sequence[Subject] = ()
        self._whole: Whole = False
        self._unused: Collection[str] = ()
        self._derived: facts.Derived | None = None

    def run(
        self,
        subjects: Sequence[Subject],
        *,
        whole: Whole,
        size: int,
        unused: Collection[str] = (),
        kept: KeptJoined | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> JoinedResult:
        """What comes of subjects, which are all there are where they are `whole`; `size` is that of their files.

        `unused` are the files beside the parts of charts and overlays that rendering does not use.
        It is taken from what is `kept`, if it is there, and kept otherwise. `meanwhile` is called where another process
        does the work, while it does, and where nothing is left to do.
        """
        self._subjects, self._whole, self._unused, self._derived = subjects, whole, unused, None
        if kept and (found := kept.get()):
            if meanwhile:
                meanwhile()
            evaluation, told = found
            return JoinedResult(evaluation, self._derived_of(told), harmless=True)
        return self._kept(kept, size, meanwhile) if kept else self._worked(size, meanwhile)

    def _kept(self, kept: KeptJoined, size: int, meanwhile: Callable[[], object] | None) -> JoinedResult:
        """What comes of the subjects, which is kept where it may be."""
        from scanner.inputs.kept.joined import JoinedInspection

        inspection, told = JoinedInspection(), dict[int, dict[str, Any]]()

        def look(part: Evaluation | _Told | _FailedPart) -> None:
            if not isinstance(part, _FailedPart):
                inspection.take(part)
                told.update(part if isinstance(part, dict) else {})

        joined = self._worked(size, meanwhile, look)
        joined.harmless = inspection.passed and not joined.why
        if joined.harmless:
            kept.put(joined.evaluation, told)
        return joined

    def _worked(
        self,
        size: int,
        meanwhile: Callable[[], object] | None,
        look: Callable[[Evaluation | _Told | _FailedPart], object] = lambda _: None,
    ) -> JoinedResult:
        """What comes of the subjects; `look` is shown each part, while another process works on the next one."""
        joined, subjects = JoinedResult(), self._subjects
        if self._foreign or len(subjects) > _FEW or size > _SMALL:
            allowed = size // _SLOWEST
            workers = Workers(self._work, lambda _, why: _FailedPart(why), 1, self._limits, lambda _: allowed)
            done = ((task, part) for task, (part,) in workers.run(self._tasks(joined), meanwhile))
        else:
            done = ((task, part) for some in self._tasks(joined) for task in some for part in self._work(task))
        for task, part in done:
            look(part)
            self._take(joined, task, part)
        return joined

    def _tasks(self, joined: JoinedResult) -> Iterator[list[_Task]]:
        """The parts of the work: the facts, then all others; rules do not run where facts could not be derived."""
        yield [(_FACTS, "")]
        kinds = dict.fromkeys(subject.kind for subject in self._subjects)
        rules = [(_RULES, kind) for kind in kinds if kind in self._rules.rules and not joined.lost]
        policies = range(len(self._policies.rules)) if self._policies else ()
        yield [*rules, *((_POLICY, str(number)) for number in policies)]

    def _work(self, task: _Task) -> Iterator[Evaluation | _Told | _FailedPart]:
        """Do one part; the first in a process also derives the facts."""
        what, name = task
        if what == _POLICY and self._policies:
            yield self._policies.evaluate(self._subjects, int(name), include_passes=self._include_passes)
            return
        if self._derived is None:
            self._derived = facts.derive(self._subjects, whole=self._whole, unused=self._unused)
        if what == _FACTS:
            yield dict(self._read_by_frameworks(self._derived))
        else:
            yield self._rules.evaluate((each for each in self._subjects if each.kind == name), self._derived)

    def _read_by_frameworks(self, derived: facts.Derived) -> Iterator[tuple[int, dict[str, Any]]]:
        for number, subject in enumerate(self._subjects):
            known = derived.facts(subject)
            if told := {name: known[name] for name in FACTS_READ if name in known}:
                yield number, told

    def _take(self, joined: JoinedResult, task: _Task, part: Evaluation | _Told | _FailedPart) -> None:
        what, name = task
        if isinstance(part, _FailedPart):
            joined.why = joined.why or part.why
        if isinstance(part, Evaluation):
            joined.evaluation.merge(part)
        elif isinstance(part, dict):
            joined.derived = self._derived_of(part)
        elif what == _POLICY and self._policies:
            joined.evaluation.merge(self._policies.not_evaluated(int(name), part.why))
        else:
            joined.lost = joined.lost or what == _FACTS
            kinds = self._rules.rules if what == _FACTS else {name: self._rules.rules[name]}
            joined.evaluation.merge(self._not_evaluated(kinds, part.why))

    def _derived_of(self, told: _Told) -> facts.Derived:
        return facts.Derived({self._subjects[number]: some for number, some in told.items()})

    def _not_evaluated(self, rules: Mapping[str, Sequence[Rule]], why: str) -> Evaluation:
        """One error for each rule that is about some of the subjects, at the first of them."""
        evaluation = Evaluation()
        number = Counter(subject.kind for subject in self._subjects)
        first: dict[str, Subject] = {}
        for subject in self._subjects:
            first.setdefault(subject.kind, subject)
        for kind, subject in first.items():
            for rule in rules.get(kind, ()):
                evaluation.count(rule.info.id, Outcome.ERROR, subject, by_path=self._rules.by_path)
                evaluation.findings.append(_error(rule, subject, number[kind] - 1, why))
        return evaluation


def _error(rule: Rule, subject: Subject, others: int, why: str) -> Finding:
    more = f" (and for {others:,} more)" if others else ""
    return Finding(
        rule=rule.info.id,
        outcome=Outcome.ERROR,
        severity=rule.info.severity,
        message=(
            f"{subject.name}: the rule could not be evaluated{more}: the evaluation of rules that compare "
            f"several objects {why}"
        ),
        subject_kind=subject.kind,
        subject_id=subject.identity,
        subject_name=subject.name,
        location=place(rule, subject, items.whole(subject)),
        fingerprint=fingerprint(rule.info, subject, (), rule.at),
        overlay=subject.overlay,
    )
