"""The mappings of rules to controls, through objectives or by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from scanner.controls import STRENGTHS, Checkable, ControlLink, Relation, ShownBy, Strength
from scanner.frameworks.catalogue import Control, ControlMapping, Framework
from scanner.model import Profile, RuleInfo, Severity

Links: TypeAlias = Mapping[str, tuple[ControlLink, ...]]
"""Rule -> the controls that it is mapped to."""
Bearing: TypeAlias = Mapping[tuple[str, str], Mapping[str, Sequence[str]]]
"""(framework, edition) -> control -> ids of rules."""
_Key: TypeAlias = tuple[str, str, str]
"""(framework, edition, control)"""
_Mapped: TypeAlias = tuple[_Key, Framework, Control, ControlMapping]
_Found: TypeAlias = tuple[Control, ControlMapping, Strength]
_Distance: TypeAlias = tuple[bool, int, bool, bool]
_MINOR = (Severity.LOW, Severity.INFO)


class Mappings:
    """The mappings of some frameworks, by what they name."""

    def __init__(self, frameworks: Iterable[Framework]) -> None:
        self._by_name: dict[str, list[_Mapped]] = {}
        for framework in frameworks:
            for control in framework.controls:
                key = (framework.id, framework.edition, control.id)
                for mapping in control.objectives:
                    mapped = (key, framework, control, mapping)
                    self._by_name.setdefault(mapping.rule or mapping.objective, []).append(mapped)

    def links(self, rules: Iterable[RuleInfo]) -> dict[str, tuple[ControlLink, ...]]:
        """Rule -> the controls that it is mapped to, each control once.

        Where a control names the rule itself, that mapping is used; else the strongest through an objective of the
        rule, and of equal ones the one whose rationale names its rules, then the one that a failure contradicts. A
        check of another engine, or a rule about Docker, is not mapped to a framework about another platform: an open
        port of a machine shows nothing about a cluster, whatever the objective. A rule of the profile opinion, and a
        strict rule of low severity, have low strength where the control names an objective only: such a rule requires
        one setting of many, which is too little to decide a control that does not name it. For strict rules this
        limits medium strength only; with high strength the control is about exactly this.
        """
        return {
            rule.id: tuple([_link(rule, key, *found) for key, found in self._closest(rule).items()]) for rule in rules
        }

    def bearing(self, rules: Iterable[RuleInfo]) -> Bearing:
        """The rules that are mapped to each control with at least medium strength, in order, by what `links` says."""
        found: dict[tuple[str, str], dict[str, list[str]]] = {}
        for rule in sorted(rules, key=lambda rule: rule.id):
            for (framework, edition, control), (_, _, strength) in self._closest(rule).items():
                if strength.bears:
                    found.setdefault((framework, edition), {}).setdefault(control, []).append(rule.id)
        return found

    def _closest(self, rule: RuleInfo) -> dict[_Key, _Found]:
        """The mapping of a rule to each control that holds: the closest, of equal ones the first."""
        best: dict[_Key, _Found] = {}
        for name in (rule.id, *rule.objectives):
            for key, framework, control, mapping in self._by_name.get(name, ()):
                if mapping.rules and rule.id not in mapping.rules:
                    continue
                if rule.platform and framework.platform not in (None, rule.platform):
                    continue
                named = bool(mapping.rule or mapping.rules)
                strength = mapping.strength if named else _carried(mapping.strength, rule)
                known = best.get(key)
                if known is None or _distance(mapping, strength) < _distance(*known[1:]):
                    best[key] = (control, mapping, strength)
        return best


def links(frameworks: Iterable[Framework], rules: Iterable[RuleInfo]) -> dict[str, tuple[ControlLink, ...]]:
    """Rule -> the controls of some frameworks that it is mapped to, as `Mappings.links` says."""
    return Mappings(frameworks).links(rules)


def shown_by(
    frameworks: Sequence[Framework], rules: Collection[RuleInfo]
) -> dict[tuple[str, str, str], tuple[ShownBy, ...]]:
    """(framework, edition, control) -> what can show it through the rules: manifest before declared."""
    found: dict[tuple[str, str, str], set[ShownBy]] = {}
    for some in links(frameworks, rules).values():
        for link in some:
            found.setdefault((link.framework, link.edition, link.control), set()).add(link.shown_by)
    return {control: tuple(way for way in ShownBy if way in ways) for control, ways in found.items()}


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
