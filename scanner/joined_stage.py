"""What needs all subjects at once: facts, the rules that use them, and admission policies.

All of it runs in other processes, where each part has its own budget: what takes too much costs that part, and is said.
Of a few subjects the shipped rules and facts are asked in this process, which is quicker and bounded by their number;
expressions that somebody else wrote never are.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from scanner import facts
from scanner.facts.step import Whole
from scanner.frameworks.population import FACTS_READ
from scanner.limits import Limits
from scanner.model import Finding, Outcome, Subject
from scanner.policy import items, lowered_by_fact
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
_PORTION = 100
"""Subjects that are evaluated at once: what they gave is searched for credentials while the next ones are evaluated."""
_FACTS, _RULES, _POLICY = range(3)
_READ_LATER = (*FACTS_READ, *lowered_by_fact.FACTS_READ)
"""The facts by which frameworks are assessed, and those that decide with which severity findings count."""
_Task = tuple[int, str, int]
"""One part of the work: the facts, the rules about a kind of subject, or a policy by its number; and of which side."""
_Done = Iterator[tuple[_Task, "Evaluation | _Told | _FailedPart"]]
_Told = dict[int, dict[str, Any]]
"""Facts about subjects by their numbers."""


class _FailedPart(Struct, frozen=True):
    """A part that could not be done, and why."""

    why: str


class JoinedResult(Struct):
    """What came of all subjects together."""

    evaluation: Evaluation = field(default_factory=Evaluation)
    derived: facts.Derived = field(default_factory=facts.Derived)
    """The facts that are read after this stage."""
    told: _Told = field(default_factory=dict)
    """The same by the numbers of the subjects."""
    lost: bool = False
    """Facts could not be derived."""
    why: str = ""
    """Why the first part was not done that was not."""
    harmless: bool = False
    """No text of its findings holds a credential, as far as that is known."""


class JoinedStage:
    """The rules and policies that compare several objects."""

    def __init__(
        self,
        rules: Evaluator,
        policies: PolicyEvaluator | None,
        limits: Limits,
        *,
        include_passes: bool,
        foreign: bool,
        jobs: int = 0,
    ) -> None:
        self._rules = rules
        self._policies = policies
        self._limits = limits
        self._include_passes = include_passes
        self._jobs = jobs
        """Processes at the same time; 0 for as many as there are processors."""
        self._foreign = foreign or policies is not None
        """Some expressions are not shipped ones."""
        self._subjects: Sequence[Subject] = ()
        self._whole: Whole = False
        self._sides: list[list[facts.Side]] = []
        """What is worked on at the same time: facts about one side are drawn without those about another."""
        self._derived: dict[int, facts.Derived] = {}
        """By the number of the side."""
        self._lost = ""
        """Why facts could not be derived."""

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
        self._subjects, self._whole, self._derived, self._lost = subjects, whole, {}, ""
        if kept and (found := kept.get()):
            if meanwhile:
                meanwhile()
            evaluation, told = found
            return JoinedResult(evaluation, self._derived_of(told), harmless=True)
        sides = facts.sides(subjects, unused)
        of_one_file = any(subject.overlay for subject in subjects)  # and its findings are in the order of the subjects
        self._sides = [sides] if of_one_file else [[side] for side in sides]
        return self._kept(kept, size, meanwhile) if kept else self._worked(size, meanwhile)

    def _kept(self, kept: KeptJoined, size: int, meanwhile: Callable[[], object] | None) -> JoinedResult:
        """What comes of the subjects, which is kept where it may be."""
        from scanner.inputs.kept.joined import JoinedInspection

        inspection = JoinedInspection()
        joined = self._worked(size, meanwhile, inspection.take)
        joined.harmless = inspection.passed and not joined.why
        if joined.harmless:
            kept.put(joined.evaluation, joined.told)
        return joined

    def _worked(
        self,
        size: int,
        meanwhile: Callable[[], object] | None,
        look: Callable[[Evaluation | _Told], object] = lambda _: None,
    ) -> JoinedResult:
        """What comes of the subjects; `look` is shown each part, while other processes work on the next one."""

        def arrived(part: Evaluation | _Told | _FailedPart) -> None:
            if not isinstance(part, _FailedPart):
                look(part)

        joined = JoinedResult()
        parts = sorted(self._done(size, meanwhile, arrived), key=lambda each: (each[0][0] == _POLICY, each[0][2]))
        lost = [each for each in parts if each[0][0] == _FACTS and isinstance(each[1], _FailedPart)]
        joined.lost = bool(lost)
        for task, part in (*lost[:1], *(each for each in parts if each[0][0] == _POLICY or not lost)):
            self._take(joined, task, part)
        joined.derived = self._derived_of(joined.told)
        return joined

    def _done(
        self,
        size: int,
        meanwhile: Callable[[], object] | None,
        arrived: Callable[[Evaluation | _Told | _FailedPart], object],
    ) -> _Done:
        """Each part of the work with what it gave."""
        if not self._foreign and len(self._subjects) <= _FEW and size <= _SMALL:
            for task in chain.from_iterable(self._tasks()):
                for part in self._work(task):
                    arrived(part)
                    yield task, part
            return
        allowed, number = size // _SLOWEST, min(len(self._sides), self._jobs or len(os.sched_getaffinity(0)))
        workers = Workers(self._work, self._failed, number, self._limits, lambda _: allowed, arrived)
        yield from ((task, part) for task, parts in workers.run(self._tasks(), meanwhile) for part in parts)

    def _tasks(self) -> Iterator[list[_Task]]:
        """The parts of the work, those that need the same facts together, and those that take the longest first."""
        kinds = [kind for kind in dict.fromkeys(each.kind for each in self._subjects) if kind in self._rules.rules]
        for number in sorted(range(len(self._sides)), key=self._known, reverse=True):
            yield [(_FACTS, "", number), *((_RULES, kind, number) for kind in kinds)]
        if self._policies:
            yield [(_POLICY, str(number), 0) for number in range(len(self._policies.rules))]

    def _failed(self, task: _Task, why: str) -> _FailedPart:
        """What becomes of a part that could not be done; this process and those that follow it know of lost facts."""
        if task[0] == _FACTS:
            self._lost = why
        return _FailedPart(why)

    def _work(self, task: _Task) -> Iterator[Evaluation | _Told | _FailedPart]:
        """Do one part; the first in a process also derives the facts. Rules do not run where facts were lost."""
        what, name, number = task
        if what == _POLICY and self._policies:
            yield self._policies.evaluate(self._subjects, int(name), include_passes=self._include_passes)
            return
        if self._lost:
            yield _FailedPart(self._lost)
            return
        if number not in self._derived:
            self._derived[number] = facts.derive_sides(self._sides[number], whole=self._whole)
        judged = self._judged(number)
        if what == _FACTS:
            yield dict(self._read_later(frozenset(judged), self._derived[number]))
        else:
            some = [each for each in judged if each.kind == name]
            for start in range(0, max(1, len(some)), _PORTION):
                yield self._rules.evaluate(some[start : start + _PORTION], self._derived[number])

    def _read_later(self, judged: Collection[Subject], derived: facts.Derived) -> Iterator[tuple[int, dict[str, Any]]]:
        for number, subject in enumerate(self._subjects):
            known = derived.facts(subject) if subject in judged else {}
            if told := {name: known[name] for name in _READ_LATER if name in known}:
                yield number, told

    def _take(self, joined: JoinedResult, task: _Task, part: Evaluation | _Told | _FailedPart) -> None:
        what, name, number = task
        if isinstance(part, Evaluation):
            joined.evaluation.merge(part)
        elif isinstance(part, dict):
            joined.told.update(part)
        else:
            joined.why = joined.why or part.why
            if what == _POLICY and self._policies:
                joined.evaluation.merge(self._policies.not_evaluated(int(name), part.why))
            elif what == _FACTS:
                joined.evaluation.merge(self._not_evaluated(self._rules.rules, self._subjects, part.why))
            else:
                some = {name: self._rules.rules[name]}
                joined.evaluation.merge(self._not_evaluated(some, self._judged(number), part.why))

    def _judged(self, number: int) -> Sequence[Subject]:
        """The subjects of a side; of all, in their order, where all are worked on together."""
        return self._sides[number][0].judged if len(self._sides[number]) == 1 else self._subjects

    def _known(self, number: int) -> int:
        """How many subjects the facts about a side are drawn from."""
        return sum(len(side.known) for side in self._sides[number])

    def _derived_of(self, told: _Told) -> facts.Derived:
        return facts.Derived({self._subjects[number]: some for number, some in told.items()})

    def _not_evaluated(self, rules: Mapping[str, Sequence[Rule]], subjects: Sequence[Subject], why: str) -> Evaluation:
        """One error for each rule that is about some of the subjects, at the first of them."""
        evaluation = Evaluation()
        number = Counter(subject.kind for subject in subjects)
        first: dict[str, Subject] = {}
        for subject in subjects:
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
