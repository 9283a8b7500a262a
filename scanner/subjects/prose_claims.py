"""What the own statements of a Markdown text say of one thing -> claims.

Only what can be compared is a claim: figures of one quantity that differ, promises beside what contradicts them, and
compliance that is said to be reached.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.marks import keyless
from scanner.model import Subject
from scanner.subjects import governance
from scanner.subjects.figures import Figure, Promise, Settings, figures, promises, settings
from scanner.subjects.own_statements import OwnStatements
from scanner.subjects.subject_builder import SubjectBuilder

CLAIM = "architecture.claim"

_WORTH = regex(
    r"(?i)\d\s?(?:k|m|b|thousand|million|billion)?\s?\+?\s(?:\w{1,20}\s)?(?:users|regions|services|micro-?services)\b"
    r"|\d\s?(?:ms|milli\w{0,8}|s|sec\w{0,5})\b.{0,40}\b(?:response|latency)|\b(?:response times?|latency)\b.{0,40}\d"
    r"|\d\s?[x\u00d7]\s|end-to-end encrypt|\bE2EE\b|complian|certified|[ -]ready\b|scale|\bRTO\b|\bRPO\b"
)
"""What a line holds that may be worth reading."""
_LAW = regex(r"\bGDPR\b|General Data Protection Regulation")
_PRIVACY_LAW = regex(r"\b(?:GDPR|CCPA|CPRA|LGPD)\b|General Data Protection Regulation")
_RETENTION = regex(r"(?i)\bretention\b|\bretain|\bTTL\b|\bpurg|\bdelet\w{1,3} after|\bdays\b|\bexpir")
_MECHANISM = regex(r"(?i)standard contractual|\bSCCs?\b|\bBCRs?\b|binding corporate|adequacy|data privacy framework")
_OBJECTIVES = {
    "RTO": (regex(r"\bRTOs?\b"), regex(r"(?i)\bRTOs?\b|recovery[ -]time[ -]objective")),
    "RPO": (regex(r"\bRPOs?\b"), regex(r"(?i)\bRPOs?\b|recovery[ -]point|data[ -]loss")),
}
_STATED = regex(r"\d\s?-?(?:s|sec|seconds?|m|min|minutes?|h|hours?)\b")


def claims(document: Document, stated: Callable[[], OwnStatements]) -> Iterator[Subject]:
    """The claims of a text for people, from what it states itself."""
    lines = document.root.value
    if not _WORTH.search("\n".join(lines)) and not any("egions" in line for _, line in document.settings):
        return
    own, read = stated(), settings(document.settings)
    yield from _differing(document, (*figures(own), *read.figures))
    said: dict[str, list[Promise]] = defaultdict(list)
    for promise in promises(own):
        said[promise.topic].append(promise)
    yield from _encryption(document, said)
    yield from _stored_logs(document, said["stored logs"], own)
    yield from _locations(document, own, read)
    yield from _lone_objective(document, own)
    for promise in said["compliance"]:
        shape = _shape("compliance", promise)
        if promise.evidence:
            shape.say("evidence", promise.evidence)
        yield _subject(document, shape, promise)


def _differing(document: Document, some: Iterable[Figure]) -> Iterator[Subject]:
    """The figures of each quantity that is stated in more than one way, at the first of them in the prose."""
    by_metric: dict[str, dict[tuple[float, float], Figure]] = defaultdict(dict)
    for figure in some:
        by_metric[figure.metric].setdefault((figure.low, figure.high), figure)
    for metric, each in by_metric.items():
        stated = list(each.values())
        if len(stated) > 1:
            first, *others = stated
            told = [f"{other.text} (line {other.line + 1})" for other in others]
            shape = SubjectBuilder().say("name", metric).say("metric", metric).say("others", told)
            shape.put("figures", _node(first), [{"low": one.low, "high": one.high} for one in stated])
            shape.put("text", _node(first))
            yield _subject(document, shape, first)


def _encryption(document: Document, said: dict[str, list[Promise]]) -> Iterator[Subject]:
    if said["end-to-end encryption"] and said["payload logs"]:
        first, log = said["end-to-end encryption"][0], said["payload logs"][0]
        shape = _shape("end-to-end encryption", first)
        yield _subject(document, shape.say("logged", f"{log.text} (line {log.line + 1})"), first)


def _stored_logs(document: Document, logs: Sequence[Promise], own: OwnStatements) -> Iterator[Subject]:
    law = _first(_PRIVACY_LAW, own.lines)
    if logs and law and not any(_RETENTION.search(line) for line in document.root.value):
        yield _subject(document, _shape("stored logs", logs[0]).say("law", law), logs[0])


def _locations(document: Document, own: OwnStatements, read: Settings) -> Iterator[Subject]:
    law = _first(_LAW, own.lines)
    if read.regions and law:
        first = Promise("locations", ", ".join(read.regions), *read.where)
        shape = _shape("locations", first).say("regions", list(read.regions)).say("law", law)
        if mechanism := _first(_MECHANISM, document.root.value):
            shape.say("transferMechanism", mechanism)
        yield _subject(document, shape, first)


def _lone_objective(document: Document, own: OwnStatements) -> Iterator[Subject]:
    """A recovery objective with a value in a text that nowhere mentions the other one."""
    for name, other in (("RTO", "RPO"), ("RPO", "RTO")):
        if any(_OBJECTIVES[other][1].search(line) for line in document.root.value):
            continue
        for number, line in enumerate(own.lines):
            if (match := _OBJECTIVES[name][0].search(line)) and _STATED.search(line):
                first = Promise("recovery objectives", name, number, match.start())
                yield _subject(document, _shape("recovery objectives", first).say("missing", other), first)
                return


def _first(pattern: Any, lines: Sequence[str]) -> str:
    """The first thing that a pattern finds, with its line; empty where it finds nothing."""
    for number, line in enumerate(lines):
        if match := pattern.search(line):
            return f"{match[0]} (line {number + 1})"
    return ""


def _shape(topic: str, promise: Promise) -> SubjectBuilder:
    return SubjectBuilder().say("name", topic).say("metric", topic).put("text", _node(promise))


def _node(stated: Figure | Promise) -> Node:
    end = stated.column + len(stated.text.split("\n")[0])
    return Node(stated.text, keyless((stated.line, stated.column), (stated.line, end)))


def _subject(document: Document, shape: SubjectBuilder, stated: Figure | Promise) -> Subject:
    return governance.subject(CLAIM, document.origin, "", "claim:", shape, _node(stated))
