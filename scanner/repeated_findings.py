"""Findings with one cause: one of them is shown, and it names the places of the others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from scanner.contexts import original_of, setup_folder
from scanner.documents.positions import split_path
from scanner.late import regex
from scanner.model import SEVERITIES, Finding, Outcome
from scanner.places import Related
from scanner.policy.evaluate import Counts, Evaluation
from scanner.policy.observed import evidence
from scanner.policy.undecided import ALL_FIELDS
from scanner.unused_inputs import OUT_OF_USE

_SHOWN = 50
"""Places that a finding names; the others are counted."""
_NAMED = 20
"""Items that a message names; the others are counted."""
_SUBJECTS = 8
"""Subjects that a message names; the others are counted."""
_HERE = "the same here"
_AGENTS = "agents."
"""What the kinds of subjects begin with of which a page often shows a copy, where they count lower."""
_PLACES = regex(r" \((?:[\d,]+ places|and at [\d,]+ more places?) of the file\)$")
_LISTED = 20
"""Values of all places that a message lists; the others are counted."""


def merged(findings: Iterable[Finding], evaluation: Evaluation, once: Mapping[str, str]) -> list[Finding]:
    """The findings, with one in place of several that have one cause.

    `once` are the rules that report a fault once for each input, each with the start of its message if a list of what
    the places hold follows it. If a subject has fields from elsewhere, every rule that reads them is unknown, which is
    one finding.
    """
    kept: dict[tuple[object, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        key: tuple[object, ...] = (number,)
        if finding.outcome is Outcome.UNKNOWN and finding.provide == ALL_FIELDS:
            key = (ALL_FIELDS, finding.location, finding.subject_id)
        elif finding.rule in once:
            same = once[finding.rule] if _is_list(finding, once[finding.rule]) else _without_subject(finding)
            counted = finding.severity, finding.counted_because
            key = (finding.rule, finding.outcome, *counted, finding.location.path, finding.purpose, same)
        kept.setdefault(key, []).append(finding)
    return [_as_one(some, evaluation, once.get(some[0].rule, "")) for some in kept.values()]


def grouped(findings: Sequence[Finding], rules: Mapping[str, str], counts: Counts | None = None) -> Sequence[Finding]:
    """The findings, of some rules one for several; the others are not counted.

    Of a rule with `subject` there is one for each subject, with the names of its items, of one with `setup` one for the
    files of a setup that say the same, with `scan` one for all files that say the same, with `folder` one for all
    subjects of a setup, with their names, of one with `copies` one for all files that say the same about a subject
    of the same name, and of one with `credential` one for all places of a credential. Those that a comparison or a
    waiver treats differently stay apart.
    """
    keys: list[object] = []
    for number, finding in enumerate(findings):
        key: object = number
        if finding.rule in rules and finding.outcome is Outcome.FAIL:
            key = (*_told(finding), *_COMMON[rules[finding.rule]](finding))
        keys.append(key)
    copies = _copies_out_of_use(findings)
    groups: dict[object, list[Finding]] = {}
    for number in sorted(range(len(findings)), key=copies.__contains__):
        groups.setdefault(keys[copies.get(number, number)], []).append(findings[number])
    if len(groups) == len(findings):
        return findings
    for first, *others in groups.values():
        if others and counts is not None:
            counts[first.rule] = {**counts[first.rule], first.outcome: counts[first.rule][first.outcome] - len(others)}
    return [_as_told(rules, *some) if len(some) > 1 else some[0] for some in groups.values()]


def _told(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.waiver, finding.baseline_state, finding.cause


def _copies_out_of_use(findings: Sequence[Finding]) -> dict[int, int]:
    """The numbers of findings about copies that no tool loads -> that of the same one about the file itself."""
    copies = [number for number, finding in enumerate(findings) if finding.counted_because == OUT_OF_USE]
    if not copies:
        return {}
    known = {(*_told(each), _said(each), each.location.path): number for number, each in enumerate(findings)}
    found = {}
    for number in copies:
        copy = findings[number]
        same = known.get((*_told(copy), _said(copy), original_of(copy.location.path)))
        if same is not None and same != number and copy.outcome is findings[same].outcome:
            found[number] = same
    return found


def _subject(finding: Finding) -> tuple[object, ...]:
    """What findings about items of one subject have in common."""
    return finding.location.path, finding.overlay, finding.subject_id, finding.occurrence


def _setup(finding: Finding) -> tuple[object, ...]:
    """What findings have in common that say the same about files of one setup."""
    return setup_folder(finding.location.path), finding.severity, finding.counted_because, _said(finding)


def _said(finding: Finding) -> str:
    """What is wrong, without the name of the subject and the number of places in its file."""
    return _PLACES.sub("", _without_subject(finding))


def _scan(finding: Finding) -> tuple[object, ...]:
    """What findings have in common that say the same about any files, whatever these count."""
    return (_said(finding),)


def _folder(finding: Finding) -> tuple[object, ...]:
    """What findings about the subjects of one setup have in common."""
    return _setup(finding)[:-1]


def _copies(finding: Finding) -> tuple[object, ...]:
    """What findings have in common that say the same about one thing, which several files describe."""
    about = finding.subject_id, finding.said, finding.message
    return about if finding.subject_kind.startswith(_AGENTS) else (*about, finding.severity, finding.counted_because)


def _credential(finding: Finding) -> tuple[object, ...]:
    """What findings about the places of one credential have in common."""
    return (finding.said or finding,)


_COMMON = {
    "subject": _subject,
    "setup": _setup,
    "scan": _scan,
    "folder": _folder,
    "copies": _copies,
    "credential": _credential,
}


def _as_told(rules: Mapping[str, str], first: Finding, *others: Finding) -> Finding:
    once = rules.get(first.rule, "")
    if once in ("copies", "credential", "scan"):
        first, *rest = sorted((first, *others), key=lambda finding: SEVERITIES.index(finding.severity))
        return _with_files(first, *rest)
    return _SHOWN_AS.get(once, _with_files)(first, *others)


def _with_files(first: Finding, *others: Finding) -> Finding:
    """A finding about a file, with the other places that it is about, which are mostly in other files."""
    related = [place for other in others for place in (Related(other.location, _HERE), *other.related)]
    files = len({other.location.path for other in others} - {first.location.path})
    number, word = (files, "file") if files else (len(others), "place")
    more = f"{'in' if files else 'at'} {number:,} more {word}{'s' if number > 1 else ''}"
    return replace(first, message=f"{first.message}; the same {more}", related=(*first.related, *related))


def _with_subjects(first: Finding, *others: Finding) -> Finding:
    """A finding about a subject, with the names and the places of others in the files of its setup."""
    names = list(dict.fromkeys(other.subject_name for other in others))
    more = f" and {len(names) - _SUBJECTS:,} more" if len(names) > _SUBJECTS else ""
    related = [place for other in others for place in (Related(other.location, _HERE), *other.related)]
    message = f"{first.message}; the finding also covers {', '.join(names[:_SUBJECTS])}{more}"
    return replace(first, message=message, related=(*first.related, *related))


def _with_items(first: Finding, *others: Finding) -> Finding:
    """A finding about an item of a subject, with the names and the places of other items."""
    names = [split_path(other.location.field)[-1] for other in others]
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    related = tuple(Related(other.location, _HERE) for other in others[:_SHOWN])
    message = f"{first.message}; the finding also covers {', '.join(names[:_NAMED])}{more}"
    return replace(first, message=message, related=(*first.related, *related))


_SHOWN_AS = {"subject": _with_items, "folder": _with_subjects}


def _is_list(finding: Finding, start: str) -> bool:
    """Whether the message ends with a list of what the places hold."""
    return bool(start) and finding.outcome is Outcome.FAIL and finding.message.startswith(start)


def _as_one(some: list[Finding], evaluation: Evaluation, start: str) -> Finding:
    if len(some) == 1:
        return some[0]
    if some[0].provide == ALL_FIELDS:
        rules = len({finding.rule for finding in some})
        return replace(some[0], message=f"{some[0].message}; {rules - 1} more rules about it cannot be decided either")
    first, *others = sorted(some, key=lambda finding: (finding.location.line, finding.location.column))
    numbers = evaluation.counts[first.rule]
    evaluation.counts[first.rule] = {**numbers, first.outcome: numbers[first.outcome] - len(others)}
    places = [place for place in dict.fromkeys(other.location for other in others) if place != first.location]
    related = (*first.related, *(Related(place, _HERE) for place in places[:_SHOWN]))
    if _is_list(first, start):
        told = replace(first, message=_listed([first, *others], start, len(places) + 1), related=related)
        return replace(told, evidence=_evidence([first, *others]))
    more = f" (and at {len(places):,} more {'place' if len(places) == 1 else 'places'} of the file)" if places else ""
    return replace(first, message=first.message + more, related=related)


def _listed(some: list[Finding], start: str, places: int) -> str:
    """The message with what all places hold."""
    values = list(dict.fromkeys(finding.message.removeprefix(start) for finding in some))
    names = ", ".join(values[:_LISTED]) + (f" and {len(values) - _LISTED:,} more" if len(values) > _LISTED else "")
    return f"{start}{names}" + (f" ({places:,} places of the file)" if places > len(values) else "")


def _evidence(some: list[Finding]) -> str | None:
    """What all places hold as one list, a large value as its digest, so that a comparison sees what was added."""
    values = list(dict.fromkeys(finding.evidence for finding in some))
    held = [value for value in values if value is not None]
    if len(held) < len(values):
        return some[0].evidence
    items = [value if value.startswith("sha256:") else json.loads(value) for value in held]
    return evidence(json.dumps(items, ensure_ascii=False, separators=(",", ":")))


def _without_subject(finding: Finding) -> str:
    """The message without the name of the subject: what is wrong."""
    return finding.message.replace(finding.subject_name, "", 1)
