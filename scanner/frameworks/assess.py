"""Outcomes -> the status of every control, by the worst of what bears on it.

| status | when, the first that holds |
|---|---|
| not-applicable | whoever answers for the scope says so, with a reason |
| manual | the control can only be shown by people or at run time |
| error | a rule that bears on it could not be evaluated |
| not-satisfied | a failing outcome bears on it with medium or high strength |
| partial | outcomes bear on it and none decides against it; passes alone reach no further |
| satisfied | fully checkable, only passes with other than `declares` bear on it, and all rules that bear on it ran |
| not-assessed | no pass and no failure bears on it |

Worst of, never an average: a thousand good objects do not hide one bad one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from scanner.controls import (
    STRENGTHS,
    Assessment,
    Checkable,
    ControlLink,
    ControlStatus,
    FrameworkSummary,
    Measure,
    Platform,
    Relation,
    ShownBy,
    Strength,
)
from scanner.frameworks.catalogue import Control, Framework
from scanner.model import Finding, Outcome, RuleInfo

Counts = Mapping[str, Mapping[Outcome, int]]
"""Rule -> number of each outcome."""
Links = Mapping[str, tuple[ControlLink, ...]]
"""Rule -> the controls that it bears on."""
_NONE: Links = MappingProxyType({})


def links(frameworks: Sequence[Framework], rules: Collection[RuleInfo]) -> dict[str, tuple[ControlLink, ...]]:
    """Rule -> the controls it bears on, each control once.

    Where a control names the rule itself, that link holds; else the strongest through an objective of the rule. A check
    of another engine does not bear on a framework about a platform that is not its own: an open port of a machine says
    nothing of a cluster, whatever the objective.
    """
    names = {name for rule in rules for name in (rule.id, *rule.objectives)}
    by_name: dict[str, list[tuple[tuple[str, ...], ControlLink]]] = {}
    for framework in frameworks:
        for control in framework.controls:
            for bearing in control.objectives:
                if (bearing.rule or bearing.objective) not in names:
                    continue
                link = ControlLink(
                    framework=framework.id,
                    edition=framework.edition,
                    control=control.id,
                    relation=bearing.relation,
                    strength=bearing.strength,
                    shown_by=_evidence(bearing.relation),
                    objective=bearing.objective,
                    rationale=bearing.rationale,
                    rule=bearing.rule,
                    proves=bearing.proves,
                    applies_when=bearing.applies_when,
                )
                by_name.setdefault(bearing.rule or bearing.objective, []).append((bearing.rules, link))
    about = {(item.id, item.edition): item.platform for item in frameworks}
    return {rule.id: _closest(rule, by_name, about) for rule in rules}


def _closest(
    rule: RuleInfo,
    by_name: Mapping[str, list[tuple[tuple[str, ...], ControlLink]]],
    about: Mapping[tuple[str, str], Platform | None],
) -> tuple[ControlLink, ...]:
    best: dict[tuple[str, str, str], ControlLink] = {}
    for name in (rule.id, *rule.objectives):
        for only, link in by_name.get(name, ()):
            if only and rule.id not in only:
                continue
            if rule.platform and about[link.framework, link.edition] not in (None, rule.platform):
                continue
            key = (link.framework, link.edition, link.control)
            if key not in best or _distance(link) < _distance(best[key]):
                best[key] = link
    return tuple(_by_rule(link, rule) for link in best.values())


def _by_rule(link: ControlLink, rule: RuleInfo) -> ControlLink:
    """A link as far as the rule behind it can carry it."""
    declared = ShownBy.DECLARED in (rule.shown_by, link.shown_by)
    shown_by = ShownBy.DECLARED if declared else ShownBy.MANIFEST
    return replace(link, shown_by=shown_by, proves=link.proves and rule.proves)


def shown_by(
    frameworks: Sequence[Framework], rules: Collection[RuleInfo]
) -> dict[tuple[str, str, str], tuple[ShownBy, ...]]:
    """(framework, edition, control) -> what can show it through the rules: manifest before declared."""
    found: dict[tuple[str, str, str], set[ShownBy]] = {}
    for some in links(frameworks, rules).values():
        for link in some:
            found.setdefault((link.framework, link.edition, link.control), set()).add(link.shown_by)
    return {control: tuple(way for way in ShownBy if way in ways) for control, ways in found.items()}


def _distance(link: ControlLink) -> tuple[bool, int]:
    return not link.rule, STRENGTHS.index(link.strength)


def assess(
    framework: Framework,
    counts: Counts,
    findings: Sequence[Finding],
    linked: Links,
    not_applicable: Mapping[str, str] = MappingProxyType({}),
    left_out: Links = _NONE,
) -> tuple[Assessment, ...]:
    """The status of every control of a framework, in the catalogue's order.

    `not_applicable` gives the reason for each control that does not apply; what was found stays with it. A control that
    a rule of `left_out` bears on is not satisfied by the rules that ran.
    """
    bearing: dict[str, list[tuple[str, ControlLink]]] = {}
    for rule in sorted(counts):
        for link in linked.get(rule, ()):
            if (link.framework, link.edition) == (framework.id, framework.edition):
                bearing.setdefault(link.control, []).append((rule, link))
    open_controls = {link.control for some in left_out.values() for link in some if _bears(link, framework)}
    failed: dict[str, list[str]] = {}
    for finding in findings:
        if finding.outcome is Outcome.FAIL:
            failed.setdefault(finding.rule, []).append(finding.fingerprint)
    found = (
        _assessment(framework, control, bearing.get(control.id, []), counts, failed) for control in framework.controls
    )
    return tuple(
        replace(item, status=ControlStatus.NOT_APPLICABLE, reason=not_applicable[item.control])
        if item.control in not_applicable
        else replace(item, status=ControlStatus.PARTIAL)
        if item.status is ControlStatus.SATISFIED and item.control in open_controls
        else item
        for item in found
    )


def _bears(link: ControlLink, framework: Framework) -> bool:
    """Whether a link bears on a control of a framework strongly enough to decide."""
    return (link.framework, link.edition) == (framework.id, framework.edition) and _decides(link.strength)


def _assessment(
    framework: Framework,
    control: Control,
    bearing: Sequence[tuple[str, ControlLink]],
    counts: Counts,
    failed: Mapping[str, Sequence[str]],
) -> Assessment:
    rules = tuple(rule for rule, _ in bearing)
    return Assessment(
        framework=framework.id,
        edition=framework.edition,
        control=control.id,
        title=control.title,
        parent=control.parent,
        checkable=control.checkable,
        evidence=control.evidence,
        status=_status(control, bearing, counts),
        rules=rules,
        findings=tuple(fingerprint for rule in rules for fingerprint in failed.get(rule, ())),
        links=tuple(dict.fromkeys(link for _, link in bearing)),
    )


def _status(control: Control, bearing: Sequence[tuple[str, ControlLink]], counts: Counts) -> ControlStatus:
    match control.checkable:
        case Checkable.MANUAL:
            return ControlStatus.MANUAL
        case Checkable.FULL:
            best = ControlStatus.SATISFIED
        case Checkable.PARTIAL:
            best = ControlStatus.PARTIAL
    if any(counts[rule].get(Outcome.ERROR) for rule, _ in bearing):
        return ControlStatus.ERROR
    if any(counts[rule].get(Outcome.FAIL) and _decides(link.strength) for rule, link in bearing):
        return ControlStatus.NOT_SATISFIED
    if not any(counts[rule].get(Outcome.PASS) or counts[rule].get(Outcome.FAIL) for rule, _ in bearing):
        return ControlStatus.NOT_ASSESSED
    clean = all(
        set(counts[rule]) == {Outcome.PASS} and link.relation is not Relation.DECLARES for rule, link in bearing
    )
    whole = {item.rule for item in control.objectives if item.rule} <= {rule for rule, _ in bearing}
    return best if clean and whole else ControlStatus.PARTIAL


def _decides(strength: Strength) -> bool:
    """Whether a failure decides against a control that it bears on so strongly."""
    match strength:
        case Strength.HIGH | Strength.MEDIUM:
            return True
        case Strength.LOW:
            return False


def _evidence(relation: Relation) -> ShownBy:
    match relation:
        case Relation.SUPPORTS | Relation.VIOLATES:
            return ShownBy.MANIFEST
        case Relation.DECLARES:
            return ShownBy.DECLARED


_SOUND = (ControlStatus.SATISFIED, ControlStatus.PARTIAL)
_COVERED = (*_SOUND, ControlStatus.NOT_SATISFIED)


def summarise(
    framework: Framework,
    assessments: Sequence[Assessment],
    scope: tuple[str, ...] = (),
    scope_inputs: int | None = None,
    left_out: Links = _NONE,
) -> FrameworkSummary:
    """Coverage and conformity of a framework: figures that only mean something side by side, with their scope.

    No conformity is told where a rule of `left_out` bears on the framework: leaving out a rule that fails must not make
    a figure better.
    """
    not_run = sum(any(_bears(link, framework) for link in some) for some in left_out.values())
    statuses = [assessment.status for assessment in assessments]
    covered = sum(status in _COVERED for status in statuses)
    sound = sum(each.status in _SOUND and not each.findings for each in assessments)
    excluded = statuses.count(ControlStatus.NOT_APPLICABLE)
    applicable = len(statuses) - excluded
    figures = framework.measure is Measure.CONTROLS and applicable > 0
    return FrameworkSummary(
        id=framework.id,
        edition=framework.edition,
        title=framework.title,
        measure=framework.measure,
        controls=len(statuses),
        manual=statuses.count(ControlStatus.MANUAL),
        covered=covered,
        sound=sound,
        coverage=round(covered / applicable, 4) if figures else None,
        conformity=round(sound / covered, 4) if figures and covered and not not_run else None,
        licence=framework.licence,
        source=framework.source,
        not_run=not_run,
        not_applicable=excluded,
        scope=scope,
        scope_inputs=scope_inputs,
    )
