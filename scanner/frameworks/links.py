"""The mappings of rules to controls, through objectives or by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from scanner.controls import STRENGTHS, Checkable, ControlLink, Relation, ShownBy, Strength
from scanner.frameworks.catalogue import Control, ControlMapping, Framework
from scanner.model import Profile, RuleInfo, Severity

Links: TypeAlias = Mapping[str, tuple[ControlLink, ...]]
"""Rule -> the controls that it is mapped to."""
_Key: TypeAlias = tuple[str, str, str]
"""(framework, edition, control)"""
_Mapped: TypeAlias = tuple[_Key, Framework, Control, ControlMapping]
_Distance: TypeAlias = tuple[bool, int, bool, bool]
_MINOR = (Severity.LOW, Severity.INFO)


def links(frameworks: Sequence[Framework], rules: Collection[RuleInfo]) -> dict[str, tuple[ControlLink, ...]]:
    """Rule -> the controls that it is mapped to, each control once.

    Where a control names the rule itself, that mapping is used; else the strongest through an objective of the
    rule, and of equal ones the one whose rationale names its rules, then the one that a failure contradicts. A
    check of another engine, or a rule about Docker, is not mapped to a framework about another platform: an open
    port of a machine shows nothing about a cluster, whatever the objective. A rule of the profile opinion, and a
    strict rule of low severity, have low strength where the control names an objective only: such a rule requires
    one setting of many, which is too little to decide a control that does not name it. For strict rules this limits
    medium strength only; with high strength the control is about exactly this.
    """
    names = {name for rule in rules for name in (rule.id, *rule.objectives)}
    by_name: dict[str, list[_Mapped]] = {name: [] for name in names}
    for framework in frameworks:
        for control in framework.controls:
            key = (framework.id, framework.edition, control.id)
            for mapping in control.objectives:
                name = mapping.rule or mapping.objective
                if name in names:
                    by_name[name].append((key, framework, control, mapping))
    return {rule.id: _closest(rule, by_name) for rule in rules}


def shown_by(
    frameworks: Sequence[Framework], rules: Collection[RuleInfo]
) -> dict[tuple[str, str, str], tuple[ShownBy, ...]]:
    """(framework, edition, control) -> what can show it through the rules: manifest before declared."""
    found: dict[tuple[str, str, str], set[ShownBy]] = {}
    for some in links(frameworks, rules).values():
        for link in some:
            found.setdefault((link.framework, link.edition, link.control), set()).add(link.shown_by)
    return {control: tuple(way for way in ShownBy if way in ways) for control, ways in found.items()}


def _closest(rule: RuleInfo, by_name: Mapping[str, Sequence[_Mapped]]) -> tuple[ControlLink, ...]:
    best: dict[_Key, tuple[_Distance, Control, ControlMapping, Strength]] = {}
    for name in (rule.id, *rule.objectives):
        for key, framework, control, mapping in by_name[name]:
            if mapping.rules and rule.id not in mapping.rules:
                continue
            if rule.platform and framework.platform not in (None, rule.platform):
                continue
            named = bool(mapping.rule or mapping.rules)
            strength = mapping.strength if named else _carried(mapping.strength, rule)
            distance = _distance(mapping, strength)
            if key not in best or distance < best[key][0]:
                best[key] = (distance, control, mapping, strength)
    return tuple(
        [_link(rule, key, control, mapping, strength) for key, (_, control, mapping, strength) in best.items()]
    )


def _carried(strength: Strength, rule: RuleInfo) -> Strength:
    """The strength of a rule for a control that names only its objective."""
    minor = rule.profile is Profile.STRICT and rule.severity in _MINOR and strength is not Strength.HIGH
    return Strength.LOW if minor or rule.profile is Profile.OPINION else strength


def _link(rule: RuleInfo, key: _Key, control: Control, mapping: ControlMapping, strength: Strength) -> ControlLink:
    """The link of one rule.

    Where files can show a control in full, the absence of a setting is what it requires, so a pass of the rule counts
    even if it counts nowhere else.
    """
    framework, edition, identity = key
    declared = rule.shown_by is ShownBy.DECLARED or mapping.relation is Relation.DECLARES
    return ControlLink(
        framework=framework,
        edition=edition,
        control=identity,
        relation=mapping.relation,
        strength=strength,
        shown_by=ShownBy.DECLARED if declared else ShownBy.MANIFEST,
        objective=mapping.objective,
        rationale=mapping.rationale,
        rule=mapping.rule,
        proves=mapping.proves and (rule.proves or control.checkable is Checkable.FULL),
        applies_when=mapping.applies_when,
    )


def _distance(mapping: ControlMapping, strength: Strength) -> _Distance:
    """What puts the links of a rule to one control in order; the first holds."""
    return not mapping.rule, STRENGTHS.index(strength), not mapping.rules, mapping.relation is not Relation.VIOLATES
