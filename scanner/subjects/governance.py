"""Subjects that an architecture spec and a swarm configuration share, so that one rule serves both.

A format hands over a node and says under which of its own names each field stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scanner.controls import ShownBy
from scanner.documents.parsed import SPREAD
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.marks import Mark, with_children
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects.kind import Kind
from scanner.subjects.subject_builder import SubjectBuilder, duration, percentage

DECISION = "governance.decision"
ESCALATION = "governance.escalation"
ESCALATIONS = "governance.escalations"
ALERT = "governance.alert"
PROCESS = "governance.process"
RECOVERY = "resilience.recovery"
REQUIREMENT = "security.requirement"

_SECONDS = (*range(3600, 86400 + 1, 3600), 2 * 86400, 7 * 86400)
"""Numbers without a unit that are whole hours in seconds, and improbable in any other unit."""

KINDS = {
    DECISION: Kind(("decision",), ShownBy.DECLARED),
    ESCALATION: Kind(("escalation",), ShownBy.DECLARED),
    ESCALATIONS: Kind(("escalations",), ShownBy.DECLARED),
    ALERT: Kind(("alert",), ShownBy.DECLARED),
    PROCESS: Kind(("process",), ShownBy.DECLARED),
    RECOVERY: Kind(("recovery",), ShownBy.DECLARED),
    REQUIREMENT: Kind(("requirement",), ShownBy.DECLARED),
}


def subject(kind: str, origin: Origin, owner: str, label: str, shape: SubjectBuilder, whole: Node) -> Subject:
    """A finished subject whose one binding is named by the last word of its kind."""
    binding = kind.rpartition(".")[2].replace("-", "_")
    name = str(shape.data.get("name", ""))
    identity = "/".join(part for part in (kind, owner, str(shape.data.get("id", name))) if part)
    title = f"{label} {name}".strip()
    marks: dict[str, Mark] = {binding: shape.mark(whole)}
    bindings = {binding: shape.data}
    spread = {SPREAD} if isinstance(whole.value, dict) and SPREAD in whole.value else set()
    unknowns = frozenset(shape.unknowns | spread)
    partly = frozenset(shape.partly)
    return Subject(kind, identity, title, origin, bindings, marks, binding, unknowns, group=origin.path, partly=partly)


def decision(node: Node, name: str, origin: Origin, owner: str, fields: Mapping[str, str]) -> Subject:
    """A class of decisions: proposer, reviewers, approver, record, auditTrail."""
    return subject(
        DECISION, origin, owner, "decision class", SubjectBuilder().say("name", name).put_all(node, fields), node
    )


def escalation(node: Node, name: str, origin: Origin, owner: str) -> Subject:
    """An escalation path: path, timeouts, automatic, notifications. A bare list is a path without times."""
    shape = SubjectBuilder().say("name", name)
    if isinstance(node.value, list):
        shape.put("path", node)
    else:
        shape.put_all(node, ("path", "automatic", "notifications"))
        timeouts = node.get("timeouts")
        shape.put("timeouts", timeouts, [duration(step) or {"text": ""} for step in timeouts.elements()])
    return subject(ESCALATION, origin, owner, "escalation", shape, node)


def escalations(node: Node, origin: Origin, owner: str) -> Subject:
    """All escalations with times of a system together: their topics."""
    topics = [name for name, _ in node.items()]
    return subject(
        ESCALATIONS,
        origin,
        owner,
        "escalation matrix of",
        SubjectBuilder().say("name", owner).put("topics", node, topics),
        node,
    )


def alert(node: Node, name: str, origin: Origin, owner: str) -> Subject:
    """An alert: severity, response, escalation, notifications."""
    shape = SubjectBuilder().say("name", name).put_all(node, ("severity", "escalation", "notifications"))
    response = node.get("response")
    shape.put("response", response, duration(response))
    return subject(ALERT, origin, owner, "alert", shape, node)


def process(node: Node, name: str, origin: Origin, frameworks: Node) -> Subject:
    """How a system is governed: decisionTracking, changeApproval, riskAssessment, securityReview, frameworks."""
    names = ("decisionTracking", "changeApproval", "riskAssessment", "securityReview")
    shape = SubjectBuilder().say("name", name).put_all(node, names).put("frameworks", frameworks)
    retention = node.get("auditRetention")
    shape.put("auditRetention", retention, duration(retention))
    return subject(PROCESS, origin, name, "governance of", shape, node or frameworks)


def recovery(name: str, origin: Origin, owner: str, whole: Node, parts: Mapping[str, Node]) -> Subject:
    """The recovery of one thing.

    `parts` holds nodes by field: rto, rpo, mttr, retention, testInterval (durations), availability, backups (a mapping
    of class of data to interval, or one interval), components, encrypted, immutable, regions. A
    call also has encryption and objectives, as it states them.
    """
    shape = SubjectBuilder().say("name", name)
    for field in ("rto", "rpo", "mttr", "retention", "testInterval"):
        node = parts.get(field, Node(None, None))
        shape.put(field, node, duration(node))
    availability = parts.get("availability", Node(None, None))
    shape.put("availability", availability, percentage(availability))
    _tested(shape, parts.get("validation", Node(None, None)))
    for field in ("components", "encrypted", "encryption", "immutable", "objectives", "regions"):
        shape.put(field, parts.get(field, Node(None, None)))
    if backups := parts.get("backups"):
        _backups(shape, backups)
    return subject(RECOVERY, origin, owner, "recovery of", shape, whole)


_OBJECTIVES = {
    "rto": regex(r"(?i)(^|[^a-z])rto([^a-z]|$)|recovery[-_ ]?time"),
    "rpo": regex(r"(?i)(^|[^a-z])rpo([^a-z]|$)|recovery[-_ ]?point|data[-_ ]?loss"),
}


def _tested(shape: SubjectBuilder, node: Node) -> None:
    """Which recovery objectives a test checks: `{rto, rpo}`, each as far as a name mentions it."""
    if not isinstance(node.value, dict) or not node.mark:
        return
    found = SubjectBuilder()
    for name, value in node.items():
        for objective, pattern in _OBJECTIVES.items():
            if pattern.search(name):
                found.put(objective, value)
    found.data.update(dict.fromkeys(found.unknowns, "computed"))
    shape.data["tested"] = found.data
    shape.marks["tested"] = with_children(node.mark, found.marks)


def _backups(shape: SubjectBuilder, node: Node) -> None:
    """Copies by class of data: `[{name, interval}]`; a single interval is the copy of everything."""
    single = not isinstance(node.value, dict) or {"value", "unit"} == set(node.value)
    plan: Iterable[tuple[str, Node]] = [("all data", node)] if single else node.items()
    entries, marks = [], []
    for name, interval in plan:
        stated = duration(interval)
        if stated and interval.value in _SECONDS and not isinstance(interval.value, bool | str):
            stated = {**stated, "seconds": float(interval.value)}
        if stated and interval.mark:
            entries.append({"name": name, "interval": stated})
            marks.append(interval.mark)
    if entries and node.mark:
        shape.data["backups"] = entries
        shape.marks["backups"] = with_children(node.mark, marks)


def requirement(node: Node, name: str, origin: Origin, owner: str, parts: Mapping[str, Node]) -> Subject:
    """Security demanded of a whole system.

    `parts` holds nodes by field: atRest, inTransit, keyManagement, keyRotation, mfa, zeroTrust, authorization,
    frameworks.
    """
    shape = SubjectBuilder().say("name", name)
    for field, part in parts.items():
        shape.put(field, part)
    return subject(REQUIREMENT, origin, owner, "security requirements of", shape, node)
