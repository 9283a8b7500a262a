"""Frameworks -> a page each, and the list of them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from data import Data, framework_path, name_of, sections
from markup import code, codes, heading, items, paragraph, prose, reference, slug, table
from rule_pages import listed

from scanner.controls import Checkable, Measure, ShownBy
from scanner.finished_scan import DISCLAIMER
from scanner.frameworks import catalogue
from scanner.frameworks.catalogue import Control, ControlMapping, Framework
from scanner.frameworks.links import shown_by
from scanner.model import RuleInfo

_GUIDE = "../guides/frameworks.md"
_MEASURES = {
    Measure.CONTROLS: "Reports count controls by status. A percentage is given only over those that files can show in "
    "full.",
    Measure.CATEGORIES: "A list of risks is not a set of requirements: reports count its entries by status and print "
    "no percentage.",
    Measure.MATURITY: "A maturity model is not a set of requirements: reports count its entries by status and print no "
    "percentage.",
}


def index(frameworks: Sequence[Framework]) -> Iterator[str]:
    """The list of all frameworks."""
    yield "# Frameworks"
    yield paragraph(
        "A control is *mapped* if an objective or a rule is mapped to it. It is *unmapped* if files could show "
        "something about it and no rule does, for the stated reason, and *manual* if files cannot show it. "
        "`--framework` takes an id, which means the newest edition, `id@edition`, a family or an alias; each page says "
        f"which. To add one, see [Add a framework of your own]({_GUIDE})."
    )
    yield DISCLAIMER
    head = ("framework", "controls", "mapped", "unmapped", "manual", "measure")
    rows = [
        (
            f"{prose(item.title)}<br>{reference(name_of(item))}",
            *map(str, counts(item)),
            item.measure,
        )
        for item in frameworks
    ]
    yield table(head, rows)


def counts(framework: Framework) -> tuple[int, int, int, int]:
    """The number of controls, and of those that are mapped, unmapped and manual."""
    controls = framework.controls
    return (
        len(controls),
        sum(bool(control.objectives) for control in controls),
        sum(bool(control.unmapped) for control in controls),
        sum(control.checkable is Checkable.MANUAL for control in controls),
    )


def page_of(framework: Framework, data: Data) -> Iterator[str]:
    """The page of one framework: its controls, its mappings, and their rationales."""
    yield from _head(framework, data.frameworks)
    yield paragraph(
        f"{_MEASURES[framework.measure]} [What the words mean]({_GUIDE}#what-the-words-mean) explains checkable, "
        f"relation and strength. {DISCLAIMER}"
    )
    yield heading(2, "Controls that files can show")
    yield paragraph(
        "A rule that is mapped to a control in several ways is listed once: where the control names the rule, "
        "otherwise under the objective with the strongest mapping. Mappings of low strength are listed, and they do "
        "not affect the status of a control."
    )
    behind = _behind(framework, data)
    filed = {objective for info in data.infos for objective in info.objectives}
    ways = shown_by([framework], data.infos)
    for control in sections(framework):
        yield from _control(control, behind, filed, ways.get((framework.id, framework.edition, control.id), ()))
    yield from _manual([control for control in framework.controls if control.checkable is Checkable.MANUAL])
    if framework.reviewed:
        yield heading(2, "Objectives without a mapping to this framework")
        yield table(
            ("objective", "reason"), [(reference(name), prose(why)) for name, why in framework.reviewed.items()]
        )


def _behind(framework: Framework, data: Data) -> dict[tuple[str, str], list[RuleInfo]]:
    """Control and rationale -> the rules of this mapping."""
    found: dict[tuple[str, str], list[RuleInfo]] = {}
    for info in data.infos:
        for link in data.reached[info.id]:
            if (link.framework, link.edition) == (framework.id, framework.edition):
                found.setdefault((link.control, link.rationale), []).append(info)
    return found


def _head(framework: Framework, frameworks: Sequence[Framework]) -> Iterator[str]:
    total, mapped, unmapped, manual = counts(framework)
    names = filter(None, (framework.id, name_of(framework), framework.family, *framework.aliases))
    meant = [name for name in names if framework in catalogue.choose(frameworks, [name])]
    options = dict.fromkeys(f"--framework {shlex.quote(name)}" for name in meant)
    yield f"# {prose(framework.title)} ({prose(framework.edition)})"
    yield items(
        [
            f"Publisher: {prose(framework.publisher)}",
            f"Published: {prose(framework.published)}",
            f"Source: <{framework.source}>",
            f"Licence: {prose(framework.licence)}",
            f"On the command line: {codes(options)}",
            f"Controls: {total}, of which {mapped} mapped, {unmapped} unmapped for a reason, {manual} manual",
            *([f"Applies where a scan has {framework.applies_when.words}"] if framework.applies_when.words else ()),
        ]
    )


def _control(
    control: Control, behind: Mapping[tuple[str, str], Sequence[RuleInfo]], filed: set[str], ways: Sequence[ShownBy]
) -> Iterator[str]:
    yield heading(3, f"{prose(control.id)} {prose(control.title)}", slug(control.id))
    within = f"Part of: {prose(control.parent)}. " if control.parent else ""
    shown = f" Evidence: {' and '.join(ways)}." if ways else ""
    applies = f" Applies where a scan has {control.applies_when.words}." if control.applies_when.words else ""
    binds = f" Binds {' and '.join(control.entities)} only." if control.entities else ""
    yield paragraph(f"{within}Checkable: {control.checkable}.{shown}{applies}{binds} {prose(control.evidence)}")
    if control.unmapped:
        yield paragraph(f"Unmapped: {prose(control.unmapped)}")
    yield items(
        _bearing(bearing, behind.get((control.id, bearing.rationale), ()), filed) for bearing in control.objectives
    )


def _bearing(bearing: ControlMapping, rules: Sequence[RuleInfo], filed: set[str]) -> str:
    how = f"({bearing.words}): {prose(bearing.rationale)}"
    if bearing.rule:
        return f"Rule {reference(bearing.rule)} {how}"
    none = "each counts under another name here" if bearing.objective in filed else "none yet"
    return f"{reference(bearing.objective)} {how} Rules: {listed(rules) or none}."


def _manual(controls: Sequence[Control]) -> Iterator[str]:
    if controls:
        yield heading(2, "Controls that only people or the running system can show")
        rows = [(code(item.id), prose(item.title), prose(item.parent), prose(item.evidence)) for item in controls]
        yield table(("control", "title", "part of", "what shows it"), rows)


def navigation(frameworks: Sequence[Framework]) -> list[Any]:
    """The menu of the frameworks."""
    return ["frameworks/index.md", *({name_of(item): framework_path(item)} for item in frameworks)]
