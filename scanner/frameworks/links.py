"""The mappings of rules to controls, through objectives or by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from scanner.controls import STRENGTHS, Checkable, ControlLink, Platform, Relation, ShownBy, Strength
from scanner.frameworks.catalogue import Control, ControlMapping, Framework
from scanner.model import Profile, RuleInfo, Severity

Links: TypeAlias = Mapping[str, tuple[ControlLink, ...]]
"""Rule -> the controls that it is mapped to."""
_ByName: TypeAlias = Mapping[str, list[tuple[tuple[str, ...], ControlLink]]]
"""Objective or rule -> the only rules that are meant, if not all, and the link."""
_Key: TypeAlias = tuple[str, str, str]
"""(framework, edition, control)"""
_MINOR = (Severity.LOW, Severity.INFO)


def links(frameworks: Sequence[Framework], rules: Collection[RuleInfo]) -> dict[str, tuple[ControlLink, ...]]:
    """Rule -> the controls that it is mapped to, each control once.

    Where a control names the rule itself, that mapping is used; else the strongest through an objective of the rule,
    and of equal ones the one whose rationale names its rules, then the one that a failure contradicts. A check of
    another engine is not mapped to a framework about another platform: an open port of a machine shows nothing about a
    cluster, whatever the objective. A rule of the profile opinion, and a strict rule of low severity, have low strength
    where the control names an objective only: such a rule requires one setting of many, which is too little to decide a
    control that does not name it. For strict rules this limits medium strength only; with high strength the control is
    about exactly this.
    """
    names = {name for rule in rules for name in (rule.id, *rule.objectives)}
    by_name: dict[str, list[tuple[tuple[str, ...], ControlLink]]] = {}
    for framework in frameworks:
        for control in framework.controls:
            for bearing in control.objectives:
                if (bearing.rule or bearing.objective) not in names:
                    continue
                link = _link(framework, control, bearing)
                by_name.setdefault(bearing.rule or bearing.objective, []).append((bearing.rules, link))
    about = {(item.id, item.edition): item.platform for item in frameworks}
    whole = frozenset(
        (item.id, item.edition, control.id)
        for item in frameworks
        for control in item.controls
        if control.checkable is Checkable.FULL
    )
    return {rule.id: _closest(rule, by_name, about, whole) for rule in rules}


def shown_by(
    frameworks: Sequence[Framework], rules: Collection[RuleInfo]
) -> dict[tuple[str, str, str], tuple[ShownBy, ...]]:
    """(framework, edition, control) -> what can show it through the rules: manifest before declared."""
    found: dict[tuple[str, str, str], set[ShownBy]] = {}
    for some in links(frameworks, rules).values():
        for link in some:
            found.setdefault((link.framework, link.edition, link.control), set()).add(link.shown_by)
    return {control: tuple(way for way in ShownBy if way in ways) for control, ways in found.items()}


def _link(framework: Framework, control: Control, bearing: ControlMapping) -> ControlLink:
    return ControlLink(
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


def _closest(
    rule: RuleInfo, by_name: _ByName, about: Mapping[tuple[str, str], Platform | None], whole: Collection[_Key]
) -> tuple[ControlLink, ...]:
    best: dict[_Key, tuple[tuple[bool, int, bool, bool], ControlLink]] = {}
    for name in (rule.id, *rule.objectives):
        for only, link in by_name.get(name, ()):
            if only and rule.id not in only:
                continue
            if rule.platform and about[link.framework, link.edition] not in (None, rule.platform):
                continue
            key = (link.framework, link.edition, link.control)
            named = bool(link.rule or only)
            carried = link if named else replace(link, strength=_carried(link.strength, rule))
            distance = _distance(carried, limited=bool(only))
            if key not in best or distance < best[key][0]:
                best[key] = (distance, carried)
    return tuple(_by_rule(link, rule, whole=key in whole) for key, (_, link) in best.items())


def _carried(strength: Strength, rule: RuleInfo) -> Strength:
    """The strength of a rule for a control that names only its objective."""
    minor = rule.profile is Profile.STRICT and rule.severity in _MINOR and strength is not Strength.HIGH
    return Strength.LOW if minor or rule.profile is Profile.OPINION else strength


def _by_rule(link: ControlLink, rule: RuleInfo, *, whole: bool) -> ControlLink:
    """The link for one rule; `whole` for a control that files can show in full.

    There the absence of a setting is what the control requires, so a pass of the rule counts even if it counts nowhere
    else.
    """
    declared = ShownBy.DECLARED in (rule.shown_by, link.shown_by)
    shown_by = ShownBy.DECLARED if declared else ShownBy.MANIFEST
    proves = link.proves and (rule.proves or whole)
    return (
        link if (shown_by, proves) == (link.shown_by, link.proves) else replace(link, shown_by=shown_by, proves=proves)
    )


def _distance(link: ControlLink, *, limited: bool) -> tuple[bool, int, bool, bool]:
    """What puts the links of a rule to one control in order; the first holds."""
    return not link.rule, STRENGTHS.index(link.strength), not limited, link.relation is not Relation.VIOLATES


def _evidence(relation: Relation) -> ShownBy:
    match relation:
        case Relation.SUPPORTS | Relation.VIOLATES:
            return ShownBy.MANIFEST
        case Relation.DECLARES:
            return ShownBy.DECLARED
