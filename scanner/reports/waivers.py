"""The waivers of a scan, in sentences for people and as data for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from scanner.finished_scan import Scan
from scanner.model import Finding
from scanner.waived import NO_MATCH, AppliedWaivers, LineOrigin, WaiverResult, WaiverState

Json: TypeAlias = dict[str, Any]

AS_STATED = "as stated in the file"
"""What an approver is: Assay compares names, and does not ask anybody."""
_SHORT_COMMIT = 12
_INLINE = "annotations and comments in the scanned files"


def title(waivers: AppliedWaivers) -> str:
    """Which file counts, and what its waivers came to."""
    sources = []
    if waivers.file:
        how = "named" if waivers.named else "found"
        sources.append(f"{waivers.file} ({how})")
    if waivers.inline:
        sources.append(_INLINE)
    return f"{', '.join(sources)}; as of {waivers.today}: {counts(waivers)}"


def counts(waivers: AppliedWaivers) -> str:
    """How many waivers ended in which way."""
    states = [each.state for each in waivers.results]
    parts = [f"{states.count(state)} {state}" for state in WaiverState if state in states]
    return ", ".join(parts) or "no waiver"


def sentences(waivers: AppliedWaivers) -> Iterator[str]:
    """Each waiver in one sentence."""
    return map(sentence, waivers.results)


def sentence(result: WaiverResult) -> str:
    """One waiver: what it is about, what became of it, who approved it, until when, and why."""
    own = result.waiver
    state = f"{result.state} ({result.matched})" if result.state is WaiverState.MATCHED else f"{result.state}"
    why = f" ({result.why})" if result.why and result.why != NO_MATCH else ""
    parts = [f"{own.id} {own.rule} {about(result)}".rstrip(), f"{state}{why}", own.type, approval(result)]
    if own.expires:
        parts.append(f"expires {own.expires}{_left(result)}")
    said = "; ".join(part for part in parts if part)
    return f"{said}; reason: {own.reason or 'none'} ({own.where})"


def about(result: WaiverResult) -> str:
    """The resource of a waiver, with what narrows it."""
    own, resource = result.waiver, result.waiver.resource
    name = "/".join(part for part in (resource.namespace, resource.name) if part)
    parts = [f"{resource.kind} {name}".strip(), f"container {resource.container}" if resource.container else ""]
    if own.line:
        parts = [f"line {own.line}"]
    parts += [f"in {own.path}" if own.path else "", f"field {own.field}" if own.field else ""]
    return ", ".join(part for part in parts if part)


def approval(result: WaiverResult) -> str:
    """Who approved a waiver, and where the line of that comes from."""
    own = result.waiver
    if own.inline:
        return "no approver (inline)"
    if not own.approver:
        return "no approver"
    return f"approver {own.approver} {AS_STATED}{line_origin(own.origin)}"


def line_origin(origin: LineOrigin | None) -> str:
    """The commit that introduced a line, in brackets; empty where it is not known."""
    if origin is None:
        return ""
    if not origin.commit:
        return " (not committed)"
    signed = "has a signature, not verified" if origin.signed else "not signed"
    return f" (commit {origin.commit[:_SHORT_COMMIT]} by {origin.author}, {signed})"


def short(scan: Scan, finding: Finding) -> str:
    """Which waiver covers a finding, and until when."""
    result = scan.waivers.of(finding.waiver)
    until = f" until {result.waiver.expires}" if result and result.waiver.expires else ""
    return f"waived by {finding.waiver}{until}"


def justification(scan: Scan, finding: Finding) -> str:
    """Why a finding is accepted, in one sentence; empty where no waiver covers it."""
    result = scan.waivers.of(finding.waiver) if finding.waiver else None
    if result is None:
        return f"waiver {finding.waiver}" if finding.waiver else ""
    own = result.waiver
    until = f", until {own.expires}" if own.expires else ""
    return f"waiver {own.id}, {own.type}, {approval(result)}{until}: {own.reason}"


def run_data(waivers: AppliedWaivers) -> Json:
    """What waivers were judged by, for `run.waivers` of the results."""
    return {
        "file": waivers.file,
        "sha256": waivers.sha256,
        "named": waivers.named,
        "inline": waivers.inline,
        "today": waivers.today,
        "max_life": waivers.max_life,
    }


def as_data(result: WaiverResult) -> Json:
    """One waiver; keys without a value are left out."""
    own = result.waiver
    stated = {
        "path": own.path,
        "field": own.field,
        "evidence": own.evidence,
        "controls": own.controls,
        "constraint": own.constraint,
        "compensating_control": _compensation(result),
        "residual_risk": own.residual_risk,
        "review": own.review,
        "ticket": own.ticket,
        "inline": own.inline,
        "approved_by": result.approved_by,
        "origin": _origin(own.origin) if own.origin else None,
        "faults": [{"field": fault.field, "message": fault.message} for fault in own.faults],
    }
    resource = own.resource
    names = (("kind", resource.kind), ("namespace", resource.namespace), ("name", resource.name))
    named = dict(part for part in (*names, ("container", resource.container)) if part[1])
    return {
        "id": own.id,
        "state": result.state,
        "matched": result.matched,
        "why": result.why,
        "rule": own.rule,
        "resource": {**named, **({"line": own.line} if own.line else {})},
        "type": own.type,
        "reason": own.reason,
        "requester": own.requester,
        "approver": own.approver,
        "approved": own.approved,
        "expires": own.expires,
        "days_left": result.days_left,
        "location": {"path": own.location.path, "line": own.location.line, "column": own.location.column},
        **{key: value for key, value in stated.items() if value},
    }


def _compensation(result: WaiverResult) -> Json | None:
    own = result.waiver
    if not own.compensating_control:
        return None
    return {"control": own.compensating_control, "evidence": own.compensating_evidence}


def _origin(origin: LineOrigin) -> Json:
    return {
        "commit": origin.commit,
        "author": origin.author,
        "date": origin.date,
        "signed": origin.signed,
    }


def _left(result: WaiverResult) -> str:
    days = result.days_left
    if days is None or days < 0:
        return ""
    return f", {days} day{'' if days == 1 else 's'} left"
