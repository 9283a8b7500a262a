"""(rule, subject) -> outcome, with the exact place and a message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from scanner.contexts import Context
from scanner.documents.positions import locate
from scanner.facts.derived import Derived
from scanner.facts.step import FieldRead
from scanner.marks import with_children
from scanner.masking import search_names
from scanner.model import CREDENTIALS, HOLDER, Finding, Outcome, Subject, SubjectOutcomes
from scanner.policy import cel, items, lowering, object_kinds, rule_reads, shown_credentials, unapplied_objects
from scanner.policy.aim import counts_for, place
from scanner.policy.fingerprint import fingerprint
from scanner.policy.fix import ApplicableFix, place_of
from scanner.policy.followed import reads_traced, related_of, told_of
from scanner.policy.kubernetes_versions import NEWEST_KUBERNETES
from scanner.policy.loaded_rules import Activations, FailedSubject, LoadedRule, RuleAbout, RulesAbout
from scanner.policy.message import message
from scanner.policy.object_kinds import ObjectKind
from scanner.policy.observed import NOTHING, observe
from scanner.policy.rule import Rule
from scanner.policy.rule_results import RuleResult, results_of, with_item
from scanner.policy.same_things import shared_identity
from scanner.policy.variables import CLUSTER, FACTS

_ARCHITECTURE = "architecture."
_UNDERIVED = Derived()
_ONCE = {outcome: {outcome: 1} for outcome in Outcome}
"""The numbers of outcomes of a rule after the first one.

Thousands of subjects have the same. So numbers are shared, also between evaluations, and replaced instead of changed.
"""
_MANY = 20
"""Subjects from which it is quicker to search all their identities for credentials at once."""


Counts: TypeAlias = dict[str, Mapping[Outcome, int]]
"""Rule -> number of each outcome. Nothing writes into the numbers of a rule, which other counts may hold too."""


class Evaluation(Struct):
    """The outcomes of a set of rules for a set of subjects."""

    findings: list[Finding] = field(default_factory=list)
    counts: Counts = field(default_factory=dict)
    """Rule -> number of each outcome; a rule that applied to nothing is absent."""
    by_path: dict[tuple[str, ...], Counts] = field(default_factory=dict)
    """The same for each file, with the overlay or chart that built it, where that was requested."""
    by_subject: dict[tuple[str, str], Counts] = field(default_factory=dict)
    """The same for each subject of an architecture, by path and identity: its data may decide which controls it
    affects.
    """
    fixes: list[ApplicableFix] = field(default_factory=list)
    """Of the failures whose rule has a fix that makes sense there, to be worked out where the text is at hand."""

    subjects: list[SubjectOutcomes] = field(default_factory=list)
    """Every subject with its outcomes, where that was requested; one that was evaluated twice stands there twice."""

    def merge(self, other: Evaluation, *, counted: bool = True) -> None:
        """Take the outcomes of another evaluation in; without their numbers if they are not counted."""
        known = len(self.findings)
        self.subjects.extend(other.subjects)
        self.fixes.extend(replace(each, finding=known + each.finding) for each in other.fixes)
        self.findings.extend(other.findings)
        if not counted:
            return
        _add(self.counts, other.counts)
        for path, counts in other.by_path.items():
            _add(self.by_path.setdefault(path, {}), counts)
        for subject, counts in other.by_subject.items():
            _add(self.by_subject.setdefault(subject, {}), counts)

    def count(self, rule: str, outcome: Outcome, subject: Subject, *, by_path: bool) -> None:
        """Take an outcome of a rule for a subject in."""
        for counts in self.counts_of(subject, by_path=by_path):
            _count(counts, rule, outcome)

    def counts_of(self, subject: Subject, *, by_path: bool) -> list[Counts]:
        """All counts that an outcome for a subject adds to."""
        found = [self.counts]
        if by_path:
            found.append(self.by_path.setdefault(subject.places, {}))
        if subject.kind.startswith(_ARCHITECTURE):
            found.append(self.by_subject.setdefault((subject.origin.path, subject.identity), {}))
        return found

    def totals(self) -> dict[str, int]:
        """Number of outcomes of each kind, of all rules."""
        total = Counter({outcome.value: 0 for outcome in Outcome})
        for counts in self.counts.values():
            total.update({outcome.value: number for outcome, number in counts.items()})
        return dict(total)

    def within(self, holds: Callable[[str], bool]) -> Counts:
        """The counts of some of the files."""
        counts: Counts = {}
        for places, some in self.by_path.items():
            if any(map(holds, places)):
                _add(counts, some)
        return counts


def _add(counts: Counts, more: Mapping[str, Mapping[Outcome, int]]) -> None:
    for rule, outcomes in more.items():
        own = counts.get(rule)
        if own is None:
            counts[rule] = outcomes
            continue
        counts[rule] = total = dict(own)
        for outcome, number in outcomes.items():
            total[outcome] = total.get(outcome, 0) + number


def _count(counts: Counts, rule: str, outcome: Outcome) -> None:
    own = counts.get(rule)
    counts[rule] = _ONCE[outcome] if own is None else {**own, outcome: own.get(outcome, 0) + 1}


class Evaluator:
    """The rules of a pack, by the kind of subject they are about."""

    def __init__(
        self,
        rules: Iterable[Rule],
        *,
        include_passes: bool = False,
        kubernetes_minor: int = NEWEST_KUBERNETES,
        by_path: bool = False,
        lists_subjects: bool = False,
        context: Context | None = None,
    ) -> None:
        cel.prepare()
        self._context = context
        self._lists_subjects = lists_subjects
        self.by_path = by_path
        """Outcomes are counted for each file too."""
        self._include_passes = include_passes
        self._cluster = {"minor": kubernetes_minor}
        self.rules: dict[str, list[Rule]] = {}
        """By the kind of subject that they are about."""
        self._loaded: dict[str, LoadedRule] = {}
        self._about: dict[tuple[str, ObjectKind | None], RulesAbout] = {}
        self._arranged: dict[tuple[str, ...], RulesAbout] = {}
        """The same by the ids of the rules: those about any object are all that there are for most custom resources."""
        for rule in rules:
            self.rules.setdefault(rule.info.subject, []).append(rule)

    def _rules_about(self, subject: Subject) -> RulesAbout:
        """The rules that may apply to a subject; their expressions are loaded for the first such subject."""
        key = subject.kind, object_kinds.of(subject.bindings)
        if key not in self._about:
            rules = [rule for rule in self.rules.get(subject.kind, ()) if object_kinds.include(rule.kinds, key[1])]
            ids = tuple(rule.info.id for rule in rules)
            if ids not in self._arranged:
                self._arranged[ids] = RulesAbout.of(map(self._load, rules))
            self._about[key] = self._arranged[ids]
        return self._about[key]

    def _load(self, rule: Rule) -> LoadedRule:
        if rule.info.id not in self._loaded:
            self._loaded[rule.info.id] = LoadedRule.of(rule)
        return self._loaded[rule.info.id]

    def like(self, rules: Iterable[Rule], *, include_passes: bool = False) -> Evaluator:
        """One of other rules that evaluates in the same way."""
        minor, passes = self._cluster["minor"], include_passes or self._include_passes
        return Evaluator(
            rules,
            include_passes=passes,
            kubernetes_minor=minor,
            by_path=self.by_path,
            lists_subjects=self._lists_subjects,
            context=self._context,
        )

    def reads(self) -> list[FieldRead]:
        """What the rules read of subjects."""
        return [rule_reads.of_subject(rule) for rules in self.rules.values() for rule in rules]

    def _listed(self, result: Evaluation, subject: Subject) -> Counts:
        """The counts of a subject, which is added to those of the evaluation."""
        own: Counts = {}
        at = locate(subject.origin, with_children(subject.marks[subject.focus], None))
        row = (subject.kind, subject.identity, subject.name, subject.overlay, own)
        result.subjects.append(SubjectOutcomes(at.path, at.line, at.column, *row))
        return own

    def evaluate(self, subjects: Iterable[Subject], derived: Derived = _UNDERIVED) -> Evaluation:
        """The outcome of every rule for every subject it applies to; a rule about items may give several.

        `derived` are the facts about the subjects, where the rules need any.
        """
        result = Evaluation()
        subjects = list(subjects)
        if len(subjects) >= _MANY:
            search_names(subject.identity for subject in subjects)  # fingerprints need what is harmless in them
        for subject in subjects:
            about = self._rules_about(subject)
            own = [self._listed(result, subject)] if self._lists_subjects else []
            if not about.rules:
                continue
            values = {**subject.bindings, FACTS: derived.facts(subject), CLUSTER: self._cluster}
            shared = about.activations(values)
            held: list[Counts] = []
            doubt = unapplied_objects.doubt(subject, self._context)
            page = shown_credentials.is_page(subject, self._context)
            for each in about.rules if self._context else unapplied_objects.assessed(about.rules, subject):
                ready = each.ready
                results = results_of(each, subject, values, shared)
                for told in shown_credentials.without(ready.rule, values, results) if page else results:
                    found = unapplied_objects.judged(ready.rule, subject, told, doubt) if doubt else told
                    if found.why is unapplied_objects.FRAGMENT:
                        continue
                    if (subject.partial or subject.format) and not counts_for(ready.rule, subject, found):
                        continue
                    held = held or [*own, *result.counts_of(subject, by_path=self.by_path)]
                    for counts in held:
                        _count(counts, ready.rule.info.id, found.outcome)
                    if found.outcome is not Outcome.PASS or self._include_passes:
                        _take(result, each, _Judged(subject, found, values, derived), shared)
        return result


class _Judged(Struct, frozen=True):
    """A subject with the result of a rule for it."""

    subject: Subject
    found: RuleResult
    values: Mapping[str, Any]
    """What expressions see of the subject."""
    derived: Derived
    """What was derived of all subjects."""


def _take(result: Evaluation, about: RuleAbout, judged: _Judged, shared: Activations) -> None:
    """Make the finding of a result, and keep the fix that makes sense there."""
    ready, subject, found = about.ready, judged.subject, judged.found
    item = found.item or items.whole(subject)
    values = with_item(ready.rule, judged.values, found.item)
    failed = _failed(about, found, shared) if found.outcome is Outcome.FAIL else None
    written = not subject.partial and HOLDER not in subject.bindings  # else the fields of a fix are not there
    if failed and written and (fix := ready.fix_of(failed)):
        result.fixes.append(ApplicableFix(len(result.findings), fix, subject, place_of(subject, item.path)))
    result.findings.append(_finding(ready, judged, item, values, failed))


def _failed(about: RuleAbout, found: RuleResult, shared: Activations) -> FailedSubject:
    if found.item is None:
        return shared.failed(about.number)
    return FailedSubject(cel.activation(with_item(about.ready.rule, shared.read, found.item)), {})


def _finding(
    ready: LoadedRule, judged: _Judged, item: items.Item, values: Mapping[str, Any], failed: FailedSubject | None
) -> Finding:
    """A finding at the field the rule points at, or at its deepest parent that exists.

    `failed` has the values of a failure as expressions see them.
    """
    rule, info, subject, outcome = ready.rule, ready.rule.info, judged.subject, judged.found.outcome
    trace = judged.derived.trace(subject) if outcome is Outcome.UNKNOWN else ()
    path = trace if trace and reads_traced(rule) else ()
    why = judged.found.why
    why = why.told(judged.derived.lack(subject, why.fact, item.related, why.key)) if why.fact else why
    detail = cel.text(cel.kept_expression(rule.detail), failed.values) if rule.detail and failed else None
    values = values if detail is None else {**values, "detail": detail}
    said = message(rule, subject, outcome, why.reason, values)
    observed = NOTHING if failed is None else observe(rule, subject, item, said)
    counted = lowering.counted(rule, subject, values, failed.holds if failed else None)
    return Finding(
        rule=info.id,
        outcome=outcome,
        severity=counted.severity,
        message=said + told_of(path),
        subject_kind=subject.kind,
        subject_id=subject.identity,
        subject_name=subject.name,
        location=place(rule, subject, item),
        fingerprint=fingerprint(info, subject, (*item.path, item.name) if item.name else item.path, rule.at),
        related=(*related_of(rule, item, judged.derived.related(subject)), *path),
        observed=observed.words,
        expected=ready.expected if failed else "",
        provide=why.provide,
        evidence=observed.evidence,
        overlay=subject.overlay,
        steps=len(path),
        credential=(detail or "") if CREDENTIALS in info.objectives else "",
        counted_because=counted.because,
        because_of_file=counted.of_file,
        purpose=unapplied_objects.purpose(subject),
        said=shared_identity(info.once, subject, values),
    )
