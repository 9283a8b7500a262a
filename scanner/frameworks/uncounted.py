"""What failed, or was not decided, and does not count for a control that its rule is mapped to, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from scanner.controls import AppliesWhen, ControlLink
from scanner.frameworks.judging import FrameworkResult
from scanner.frameworks.links import Links
from scanner.model import Finding, Outcome

_Key: TypeAlias = tuple[str, str, str]


class Why(StrEnum):
    """The reason why an outcome does not count for a control."""

    SCOPE = "outside of the scope"
    CONTROL = "the control does not apply"
    DATA = "about other data"
    STRENGTH = "mapped with low strength"


class Uncounted(Struct, frozen=True):
    """What does not count for controls."""

    left_out: tuple[Finding, ...] = ()
    """What counts for no control of the requested frameworks, so that it is not among the findings of the scan."""
    of_controls: Mapping[_Key, tuple[tuple[int, str], ...]] = {}
    """(framework, edition, control) -> numbers with reasons; those of `left_out` follow the findings of the scan.

    Findings of the scan that a mapping of low strength leads to are not among them: they concern the control.
    """


def uncounted(
    judged: Sequence[FrameworkResult], findings: Sequence[Finding], kept: Sequence[Finding], linked: Links
) -> Uncounted:
    """What of `findings` counts for no control, and for each control what does not; `kept` are those of the scan."""
    known = {id(each) for each in kept}
    left = [each for each in findings if id(each) not in known and each.outcome is not Outcome.PASS]
    by_rule: dict[str, list[int]] = {}
    for number, finding in enumerate((*kept, *left)):
        if finding.outcome is not Outcome.PASS:
            by_rule.setdefault(finding.rule, []).append(number)
    every, found = (*kept, *left), dict[_Key, list[tuple[int, str]]]()
    for result in judged:
        for rule, link, whens in result.links(linked, by_rule):
            for number in by_rule[rule]:
                why = _why(every[number], result, link, whens)
                if why and (number >= len(kept) or why is not Why.STRENGTH):
                    key = (link.framework, link.edition, link.control)
                    found.setdefault(key, []).append((number, why.value))
    told = tuple(replace(each, fix=None) for each in left)
    every_control = (each for result in judged for each in result.assessments)
    keys = ((each.framework, each.edition, each.control) for each in every_control)
    return Uncounted(told, {key: tuple(sorted(found[key])) for key in keys if key in found})


def _why(finding: Finding, result: FrameworkResult, link: ControlLink, whens: Sequence[AppliesWhen]) -> Why | None:
    """The first reason; None where it counts, or may count."""
    place = (finding.location.path, finding.subject_id)
    if not result.scope.holds_any(finding.places):
        return Why.SCOPE
    if not result.may_apply(link, whens):
        return Why.CONTROL
    if not all(result.population.concerns(when, *place) for when in whens):
        return Why.DATA
    return None if link.strength.bears else Why.STRENGTH
