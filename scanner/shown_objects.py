"""What a page leaves open of an object that a manifest of the scan states as well: the manifest decides it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from scanner.contexts import IF_WHOLE, is_only_shown
from scanner.facts.setting import OBJECTS
from scanner.model import Finding, Outcome, Subject
from scanner.policy.evaluate import Counts, Evaluation
from scanner.subjects.kubernetes import RESOURCE


def leave_out(evaluation: Evaluation, subjects: Sequence[Subject]) -> None:
    """Take out the unknown outcomes about objects of pages that manifests state, by kind, namespace and name."""
    asked = {each.subject_id for each in evaluation.findings if _leaves_open(each)}
    if not asked:
        return
    stated = {
        each.identity
        for each in subjects
        if each.kind == RESOURCE and not each.identity.endswith('""') and not is_only_shown(_path(each), each.kind)
    }
    gone = [each for each in evaluation.findings if _leaves_open(each) and _is_of(each.subject_id, stated)]
    met = set(map(id, gone))
    evaluation.findings = [each for each in evaluation.findings if id(each) not in met]
    for each in gone:
        _count_off(evaluation, each)


def _leaves_open(found: Finding) -> bool:
    return found.outcome is Outcome.UNKNOWN and found.provide == IF_WHOLE and found.rule.startswith(OBJECTS)


def _path(subject: Subject) -> str:
    return subject.overlay or subject.origin.path


def _is_of(identity: str, objects: Collection[str]) -> bool:
    """Whether it is one of the objects, or a part of one: an object has a group, a kind, a namespace and a name."""
    return "/".join(identity.split("/")[:4]) in objects


def _count_off(evaluation: Evaluation, found: Finding) -> None:
    """Take an outcome off all counts that it added to."""
    of_places = (counts for places, counts in evaluation.by_path.items() if found.location.path in places)
    for counts in (evaluation.counts, *of_places):
        counts.update(_less(counts, found))
    for number, row in enumerate(evaluation.subjects):
        if (row.path, row.id) == (found.location.path, found.subject_id):
            evaluation.subjects[number] = replace(row, outcomes={**row.outcomes, **_less(row.outcomes, found)})


def _less(counts: Mapping[str, Mapping[Outcome, int]], found: Finding) -> Counts:
    """The numbers of the rule of an outcome, without it."""
    numbers = counts.get(found.rule, {})
    number = numbers.get(found.outcome)
    return {found.rule: {**numbers, found.outcome: number - 1}} if number else {}
