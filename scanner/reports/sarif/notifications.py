"""Notifications in SARIF: what could not be assessed, and what a configuration changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import islice
from typing import Any, TypeAlias

from scanner.finished_scan import Scan
from scanner.loss import NOT_OURS, OUTSIDE, UNREAD_PART, Loss
from scanner.model import Input, InputStatus, Outcome
from scanner.reports import waivers
from scanner.reports.configuration import sentences
from scanner.reports.sarif.places import artifact
from scanner.reports.sarif.text import plain, sentence
from scanner.reports.unassessed import Gap, gaps

Json: TypeAlias = dict[str, Any]

NAMED = 5
"""The number of places or rules that a notification names; it counts the others."""


class Kind(StrEnum):
    """What a notification is about."""

    UNREADABLE = "input-unreadable"
    ERROR = "rule-error"
    SKIPPED = "input-skipped"
    LEFT_OUT = "left-out"
    CONFIGURED = "scan-configured"
    NOT_ASSESSED = "input-not-assessed"
    PART = "part-not-assessed"
    UNKNOWN = "outcome-unknown"
    WAIVER = "waiver-judged"
    COMPARED = "comparison-limited"


_MEANINGS = {
    Kind.UNREADABLE: (
        "An input could not be read.",
        "The input, or a part of it, was not assessed. This file contains no results for it.",
    ),
    Kind.ERROR: (
        "A rule could not be evaluated.",
        "The rule did not assess the subject. Report this to the maintainers of the rule pack.",
    ),
    Kind.SKIPPED: (
        "An input was skipped.",
        "The input is not in a format that Assay reads, or it was excluded.",
    ),
    Kind.LEFT_OUT: (
        "Entries were left out of this file.",
        "Code-scanning services reject larger files. The JSON report of the same scan lists every entry.",
    ),
    Kind.CONFIGURED: (
        "The configuration changed the scan.",
        "A configuration file or an option switched off a rule, changed its settings or excluded files.",
    ),
    Kind.NOT_ASSESSED: (
        "An input is in a known format that Assay does not read.",
        "Assay recognises the format of the input and does not read it. This file contains no results for it.",
    ),
    Kind.PART: (
        "A part of an input was not assessed.",
        "The rest of the input was assessed. It is a note in documentation, source code, CI workflows and fragments.",
    ),
    Kind.UNKNOWN: (
        "It is unknown whether the requirement of a rule is met.",
        "The scanned files do not state what the rules need. The JSON report of the same scan lists each outcome.",
    ),
    Kind.WAIVER: (
        "A waiver accepts findings, or was meant to.",
        "A file of waivers, or an annotation or comment in a scanned file, accepts findings for a limited time.",
    ),
    Kind.COMPARED: (
        "The comparison with the base is limited.",
        "Something could not be compared with the base of the change, or there is no change.",
    ),
}
_INDEXES = {kind: index for index, kind in enumerate(Kind)}
_VERBS = {
    InputStatus.UNREADABLE: (Kind.UNREADABLE, "could not be read", "error"),
    InputStatus.NOT_ASSESSED: (Kind.NOT_ASSESSED, "was not assessed", "error"),
    InputStatus.SKIPPED: (Kind.SKIPPED, "was skipped", "note"),
}


def descriptors() -> list[Json]:
    """What each kind of notification means."""
    return [
        {
            "id": kind,
            "name": "".join(word.capitalize() for word in kind.split("-")),
            "shortDescription": {"text": short},
            "fullDescription": {"text": full},
            "help": {"text": full},
        }
        for kind, (short, full) in _MEANINGS.items()
    ]


def notification(kind: Kind, level: str, text: str) -> Json:
    """A notification without a place."""
    return {"descriptor": {"id": kind, "index": _INDEXES[kind]}, "level": level, "message": {"text": sentence(text)}}


def configured(scan: Scan) -> list[Json]:
    """Each change by a configuration file or an option, what became of each waiver, and limits of a comparison."""
    told = sentences(scan.run.configuration) if scan.run.configuration else ()
    found = [notification(Kind.CONFIGURED, "note", each) for each in told]
    if scan.waivers:
        found.append(notification(Kind.WAIVER, "note", waivers.title(scan.waivers)))
    found += (notification(Kind.WAIVER, "note", each) for each in waivers.sentences(scan.waivers))
    if scan.comparison:
        found += (notification(Kind.COMPARED, "warning", each) for each in scan.comparison.notes)
    return found


def each_of(scan: Scan) -> Iterator[Json]:
    """Every input and part that was not assessed, and every rule that could not be evaluated."""
    yield from _inputs(scan, InputStatus.UNREADABLE)
    yield from _inputs(scan, InputStatus.NOT_ASSESSED)
    yield from (_part(item, loss) for item in scan.inputs for loss in item.losses)
    indexes = {rule: index for index, rule in enumerate(sorted(scan.rules))}
    for rule, number in _by_rule(scan, Outcome.ERROR):
        text = f"{plain(rule)} could not be evaluated for {_many(number, 'subject')}"
        yield {**notification(Kind.ERROR, "error", text), "associatedRule": {"id": rule, "index": indexes[rule]}}
    yield from _inputs(scan, InputStatus.SKIPPED)


def counted(scan: Scan) -> Iterator[Json]:
    """The same and what is unknown: a notification for each kind, with the number and the first few."""
    unassessed = gaps(scan)
    skipped = sum(item.status == InputStatus.SKIPPED for item in scan.inputs)
    yield from _gaps(Kind.UNREADABLE, "error", "input", "could not be read", unassessed.unreadable)
    yield from _gaps(
        Kind.NOT_ASSESSED, "error", "input", "in a known format that Assay does not read", unassessed.not_assessed
    )
    yield from _gaps(Kind.PART, "error", "part of inputs", "not assessed", unassessed.parts)
    yield from _gaps(Kind.PART, "note", "part of documentation or code", "not read", unassessed.noted)
    yield from _gaps(Kind.PART, "note", "place that objects name", "outside of the scanned files", unassessed.outside)
    yield from _rules(scan, Outcome.ERROR, Kind.ERROR, "error", "could not be evaluated")
    yield from _rules(scan, Outcome.UNKNOWN, Kind.UNKNOWN, "note", "unknown")
    if skipped:
        yield notification(Kind.SKIPPED, "note", f"{_many(skipped, 'input')} skipped")


def _inputs(scan: Scan, status: InputStatus) -> Iterator[Json]:
    return (_input(item) for item in scan.inputs if item.status == status)


def _input(item: Input) -> Json:
    kind, verb, level = _VERBS[item.status]
    accepted = f". This is accepted: {item.accepted}" if item.accepted else ""
    text = f"{_name(item)} {verb}: {item.reason or 'the reason is not known'}{accepted}"
    return _placed(notification(kind, "note" if item.accepted else level, text), item, item.line)


def _part(item: Input, loss: Loss) -> Json:
    note = loss.kind in NOT_OURS or item.accepted
    form = "" if loss.kind in (*NOT_OURS, UNREAD_PART) else f" ({loss.kind})"
    text = f"A part of {_name(item)} was not assessed{form}: {loss.reason}"
    if loss.kind == OUTSIDE:
        text = f"{_name(item)} has something applied that was not scanned: {loss.reason}"
    return _placed(notification(Kind.PART, "note" if note else "error", text), item, loss.line)


def _placed(about: Json, item: Input, line: int) -> Json:
    physical: Json = {"artifactLocation": artifact(item.path)}
    if line:
        physical["region"] = {"startLine": line}
    return {**about, "locations": [{"physicalLocation": physical}]}


def _gaps(kind: Kind, level: str, noun: str, verb: str, found: tuple[Gap, ...]) -> Iterator[Json]:
    if found:
        named = (f"{gap.place} ({gap.reason or 'the reason is not known'})" for gap in found)
        yield notification(kind, level, f"{_many(len(found), noun)} {verb}: {_first(named, len(found))}")


def _rules(scan: Scan, outcome: Outcome, kind: Kind, level: str, verb: str) -> Iterator[Json]:
    rules = _by_rule(scan, outcome)
    if rules:
        total = sum(number for _, number in rules)
        named = (f"{rule} ({number})" for rule, number in rules)
        yield notification(kind, level, f"{_many(total, 'outcome')} {verb}: {_first(named, len(rules))}")


def _by_rule(scan: Scan, outcome: Outcome) -> list[tuple[str, int]]:
    """Rules with the number of their findings of an outcome, most first."""
    counts = Counter(finding.rule for finding in scan.findings if finding.outcome == outcome)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _first(named: Iterable[str], number: int) -> str:
    more = f", and {number - NAMED} more" if number > NAMED else ""
    return "; ".join(islice(named, NAMED)) + more


def _many(number: int, noun: str) -> str:
    head, space, rest = noun.partition(" ")
    return f"{number} {head}{'' if number == 1 else 's'}{space}{rest}"


def _name(item: Input) -> str:
    return "standard input" if item.path == "-" else item.path
