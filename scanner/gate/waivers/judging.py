"""Waivers and findings -> which finding is covered, and what became of each waiver. Never changes an outcome.

Each waiver is judged alone, by its own text: no other one makes it cover more or less.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from scanner.gate.waivers import owners
from scanner.gate.waivers.matching import matches, resource_of
from scanner.model import Finding
from scanner.waived import ANY, NO_MATCH, CodeOwners, Waiver, WaiverResult, Waivers, WaiverState, day

_NOBODY = "the file names no `approvers`, and there is no CODEOWNERS file"


class Applied(Struct, frozen=True):
    """The findings, each with the waiver that covers it, and what became of each waiver."""

    findings: tuple[Finding, ...]
    results: tuple[WaiverResult, ...]


def apply(waivers: Waivers, findings: Iterable[Finding], today: date) -> Applied:
    """Compare each finding with each waiver, as of a day."""
    some = list(findings)
    of_rule, of_name = _indexes(some, {waiver.rule for waiver in waivers.entries})
    results = []
    covered: dict[int, str] = {}
    for waiver in waivers.entries:
        name = waiver.resource.name
        by_name = name != ANY and not waiver.line
        candidates = of_name.get((waiver.rule, name), ()) if by_name else of_rule.get(waiver.rule, ())
        matched = [index for index in candidates if matches(waiver, some[index])]
        result = judge(waiver, waivers, [some[index] for index in matched], today)
        results.append(result)
        if result.state is WaiverState.MATCHED:
            for index in matched:
                covered.setdefault(index, waiver.id)
    told = (replace(each, waiver=covered[index]) if index in covered else each for index, each in enumerate(some))
    return Applied(tuple(told), tuple(results))


def _indexes(
    findings: Sequence[Finding], rules: Collection[str]
) -> tuple[dict[str, list[int]], dict[tuple[str, str], list[int]]]:
    """The findings of each of some rules, and those of each rule and name of a resource."""
    of_rule: dict[str, list[int]] = {}
    of_name: dict[tuple[str, str], list[int]] = {}
    for index, finding in enumerate(findings):
        if finding.rule in rules:
            of_rule.setdefault(finding.rule, []).append(index)
            of_name.setdefault((finding.rule, resource_of(finding).name), []).append(index)
    return of_rule, of_name


def judge(waiver: Waiver, waivers: Waivers, matched: Sequence[Finding], today: date) -> WaiverResult:
    """What became of one waiver, by the findings that it matches."""
    expires, approved = day(waiver.expires), day(waiver.approved)
    approval = _approval(waiver, waivers, matched)
    state, why = WaiverState.UNUSED, NO_MATCH
    if waiver.faults:
        more = len(waiver.faults) - 1
        state, why = WaiverState.INVALID, waiver.faults[0].message + (f", and {more} more" if more else "")
    elif approval.why_not:
        state, why = WaiverState.INVALID, approval.why_not
    elif expires and expires < today:
        state, why = WaiverState.EXPIRED, f"it expired on {waiver.expires}"
    elif approved and approved > today:
        state, why = WaiverState.NOT_YET, f"it is approved for {waiver.approved} and later"
    elif matched:
        state, why = WaiverState.MATCHED, ""
    return WaiverResult(
        waiver,
        state,
        len(matched),
        why,
        approval.by,
        approval.why_not,
        (expires - today).days if expires else None,
    )


def proposed(base: Waivers, head: Waivers) -> tuple[WaiverResult, ...]:
    """The waivers of a change that its base does not have in the same words: they cover nothing yet.

    Whether a person may approve it is known when the base has it; whether another person did is known now.
    """
    known = {_words(each) for each in base.entries}
    return tuple(_proposal(each) for each in head.entries if _words(each) not in known)


def _proposal(waiver: Waiver) -> WaiverResult:
    not_approved = _not_by_another(waiver)
    faults = [*(fault.message for fault in waiver.faults), *([not_approved] if not_approved else ())]
    why = "the change adds or changes it; it counts when the base has it"
    if faults:
        more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
        why = f"the change adds or changes it, but it is invalid: {faults[0]}{more}"
    return WaiverResult(waiver, WaiverState.PROPOSED, why=why, not_approved=not_approved)


def _words(waiver: Waiver) -> str:
    """All that a waiver says, without its place."""
    left_out = {"location", "places", "origin", "faults"}
    return repr([(name, getattr(waiver, name)) for name in Waiver.__struct_fields__ if name not in left_out])


class _Approval(Struct, frozen=True):
    by: str = ""
    """What names the approver."""
    why_not: str = ""


def _approval(waiver: Waiver, waivers: Waivers, matched: Sequence[Finding]) -> _Approval:
    """Whether another person approved a waiver who may do so for each file that it covers."""
    who = waiver.approver
    if waiver.inline:
        return _Approval(by="the file itself")
    if why_not := _not_by_another(waiver):
        return _Approval(why_not=why_not)
    if owners.same(who, waivers.approvers):
        return _Approval(by="approvers")
    if not waivers.owners.path:
        return _Approval(why_not=f"{who} is not one of the `approvers`" if waivers.approvers else _NOBODY)
    return _by_owners(waivers.owners, who, [finding.location.path for finding in matched])


def _not_by_another(waiver: Waiver) -> str:
    """Why a waiver is not approved, as far as it tells itself."""
    if not waiver.approver:
        return "it names no approver"
    itself = owners.same(waiver.approver, (waiver.requester,))
    return f"{waiver.approver} is both its requester and its approver" if itself else ""


def _by_owners(file: CodeOwners, who: str, paths: Sequence[str]) -> _Approval:
    """Whether a person owns all of some paths; without any path, whether the file names the person at all."""
    refused = (owned for path in dict.fromkeys(paths) if not (owned := owners.owns(file, who, path)).owns)
    if first := next(refused, None):
        return _Approval(why_not=f"{who} is not one of the `approvers`, and {first.why_not}")
    if not paths and not owners.is_named(file, who):
        return _Approval(why_not=f"{who} is not one of the `approvers`, and {file.path} does not name them")
    return _Approval(by=file.path)
