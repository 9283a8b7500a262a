"""Rules, objectives and frameworks -> the pages about them."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pairs
import peers
from markup import block, code, codes, fence, items, page, paragraph, prose, reference, table
from peers import peers_page

from scanner.controls import Checkable, ControlLink, Measure, ShownBy
from scanner.documents.positions import Node
from scanner.frameworks import catalogue
from scanner.frameworks.catalogue import Bearing, Control, Framework
from scanner.frameworks.links import links, shown_by
from scanner.model import DISCLAIMER, Profile, RuleInfo
from scanner.objectives import Objective
from scanner.policy.rule import RuleFile

LANGUAGES = {".yaml": "yaml", ".json": "json", ".js": "javascript", ".md": "markdown"}
MEASURES = {
    Measure.CONTROLS: "Reports count controls by status. A percentage is given only over those that files can show in "
    "full.",
    Measure.CATEGORIES: "A list of risks is not a set of requirements: reports count its entries by status and print "
    "no percentage.",
    Measure.MATURITY: "A maturity model is not a set of requirements: reports count its entries by status and print no "
    "percentage.",
}


@dataclass(frozen=True, slots=True)
class Data:
    """Everything that pages are written from."""

    rules: Sequence[RuleFile]
    frameworks: Sequence[Framework]
    objectives: Mapping[str, Objective]

    def reached(self) -> dict[str, list[ControlLink]]:
        """Rule -> the controls it bears on, in the order of the catalogues."""
        places = [(item.id, item.edition, control.id) for item in self.frameworks for control in item.controls]
        order = {place: number for number, place in enumerate(places)}
        linked = links(self.frameworks, [file.rule.info for file in self.rules])
        return {
            rule: sorted(found, key=lambda link: order[link.framework, link.edition, link.control])
            for rule, found in linked.items()
        }

    def targets(self) -> dict[str, str]:
        """What a page may refer to by name -> where it is described, from the folder of the pages."""
        found = {name: f"objectives.md#{name}" for name in self.objectives}
        found.update({_name(item): _framework_path(item) for item in self.frameworks})
        found.update({file.rule.info.id: _rule_path(file.rule.info.id) for file in self.rules})
        return found


def pages(data: Data) -> dict[str, str]:
    """Every page: its path from the folder of the pages -> its text."""
    reached = data.reached()
    made = {
        "objectives.md": _objectives(data),
        "frameworks/README.md": _frameworks(data.frameworks),
        "rules/README.md": _rules(data.rules),
        "rules/peers.md": peers_page(peers.load(), data.rules),
        pairs.PAGE: pairs.pairs_page(data.frameworks, [file.rule.info for file in data.rules]),
        **{_framework_path(item): _framework(item, data, reached) for item in data.frameworks},
        **{_rule_path(file.rule.info.id): _rule(file, reached[file.rule.info.id]) for file in data.rules},
    }
    targets = data.targets()
    return {path: page(path, blocks, targets) for path, blocks in made.items()}


def _objectives(data: Data) -> Iterator[str]:
    yield "# Control objectives"
    yield paragraph(
        "An objective is one thing that can be true of a system, said so narrowly that two engineers would file the "
        "same rule under it. Rules name objectives and controls name objectives; neither names the other, so a new "
        "rule reaches every framework, and a new framework is reached by every rule. Only where each objective of a "
        "rule would be too coarse, a control names the rule itself. Each meaning ends by saying which rules belong to "
        "it."
    )
    yield paragraph(f"See [the rules](rules/README.md) and [the frameworks](frameworks/README.md). {DISCLAIMER}")
    for name, objective in data.objectives.items():
        filed = [file.rule.info for file in data.rules if name in file.rule.info.objectives]
        yield f"## {name}"
        yield paragraph(f"**{prose(objective.title)}.** {prose(objective.meaning)}")
        yield paragraph(f"Rules: {_listed(filed) or 'none yet'}.")
        controls = {_name(item): [each.id for each in item.controls if _bears(name, each)] for item in data.frameworks}
        yield from _controls(controls)


def _bears(objective: str, control: Control) -> bool:
    return any(bearing.objective == objective for bearing in control.objectives)


def _controls(found: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Controls by framework, compact."""
    lines = [f"{reference(name)} {codes(controls)}" for name, controls in found.items() if controls]
    yield "Controls:" if lines else "Controls: none."
    yield items(lines)


def _frameworks(frameworks: Sequence[Framework]) -> Iterator[str]:
    yield "# Frameworks"
    yield paragraph(
        "A control is *mapped* where an objective or a rule bears on it, *unmapped* where a file could speak to it "
        "and none is known to, for the reason given, and *manual* where only people or run time can show it. "
        "`--framework` takes an id, which means the newest edition, `id@edition`, a family or an alias; each page says "
        "which. To add one, see "
        "[Add a framework of your own](../frameworks.md)."
    )
    yield DISCLAIMER
    head = ("framework", "title", "controls", "mapped", "unmapped", "manual", "measure", "source", "licence")
    rows = [
        (
            reference(_name(item)),
            prose(item.title),
            *map(str, _counts(item)),
            item.measure,
            f"[{prose(item.publisher)}]({item.source})",
            prose(item.licence),
        )
        for item in frameworks
    ]
    yield table(head, rows)


def _counts(framework: Framework) -> tuple[int, int, int, int]:
    """The number of controls, and of those that are mapped, unmapped and manual."""
    controls = framework.controls
    return (
        len(controls),
        sum(bool(control.objectives) for control in controls),
        sum(bool(control.unmapped) for control in controls),
        sum(control.checkable is Checkable.MANUAL for control in controls),
    )


def _framework(framework: Framework, data: Data, reached: Mapping[str, Sequence[ControlLink]]) -> Iterator[str]:
    yield from _head(framework, data.frameworks)
    yield paragraph(
        f"{MEASURES[framework.measure]} [What the words mean](../frameworks.md#what-the-words-mean) explains "
        f"checkable, relation and strength. {DISCLAIMER}"
    )
    behind: dict[tuple[str, str], list[RuleInfo]] = {}
    for file in data.rules:
        for link in reached[file.rule.info.id]:
            if (link.framework, link.edition) == (framework.id, framework.edition):
                behind.setdefault((link.control, link.rationale), []).append(file.rule.info)
    filed = {objective for file in data.rules for objective in file.rule.info.objectives}
    ways = shown_by([framework], [file.rule.info for file in data.rules])
    yield "## Controls that a file can speak to"
    yield paragraph(
        "A rule that reaches a control in several ways stands once, where it counts: where the control names it, else "
        "under the strongest of its objectives. To bear on a control is to bear with medium or high strength; what "
        "bears with low strength is listed and decides nothing."
    )
    for control in framework.controls:
        if control.checkable is not Checkable.MANUAL:
            yield from _control(control, behind, filed, ways.get((framework.id, framework.edition, control.id), ()))
    manual = [control for control in framework.controls if control.checkable is Checkable.MANUAL]
    if manual:
        yield "## Controls that only people or run time can show"
        rows = [(code(item.id), prose(item.title), prose(item.parent), prose(item.evidence)) for item in manual]
        yield table(("control", "title", "part of", "what shows it"), rows)
    if framework.reviewed:
        yield "## Objectives that bear on none of its controls"
        yield table(
            ("objective", "reason"), [(reference(name), prose(why)) for name, why in framework.reviewed.items()]
        )


def _head(framework: Framework, frameworks: Sequence[Framework]) -> Iterator[str]:
    total, mapped, unmapped, manual = _counts(framework)
    names = filter(None, (framework.id, _name(framework), framework.family, *framework.aliases))
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
    yield f"### {prose(control.id)} {prose(control.title)}"
    within = f"Part of: {prose(control.parent)}. " if control.parent else ""
    shown = f" Shown by: {' and '.join(ways)}." if ways else ""
    applies = f" Applies where a scan has {control.applies_when.words}." if control.applies_when.words else ""
    binds = f" Binds {' and '.join(control.entities)} only." if control.entities else ""
    yield paragraph(f"{within}Checkable: {control.checkable}.{shown}{applies}{binds} {prose(control.evidence)}")
    if control.unmapped:
        yield paragraph(f"Unmapped: {prose(control.unmapped)}")
    yield items(
        _bearing(bearing, behind.get((control.id, bearing.rationale), ()), filed) for bearing in control.objectives
    )


def _bearing(bearing: Bearing, rules: Sequence[RuleInfo], filed: set[str]) -> str:
    how = f"({bearing.words}): {prose(bearing.rationale)}"
    if bearing.rule:
        return f"Rule {reference(bearing.rule)} {how}"
    none = "each counts under another name here" if bearing.objective in filed else "none yet"
    return f"{reference(bearing.objective)} {how} Rules: {_listed(rules) or none}."


def _rules(rules: Sequence[RuleFile]) -> Iterator[str]:
    yield "# Rules"
    yield paragraph(
        f"There are {len(rules)} rules. Those of the profile `default` always run; `--profile strict` adds good "
        "practice and absence, `--profile opinion` what is contested. The last column names the checks of other tools "
        "that a rule replaces; [Checks of other tools](peers.md) lists all of them, with the reason where no rule "
        "replaces one."
    )
    areas: dict[str, list[RuleInfo]] = {}
    for file in rules:
        areas.setdefault(file.rule.info.id.partition(".")[0], []).append(file.rule.info)
    for area, members in areas.items():
        yield f"## {area}"
        rows = [(reference(it.id), it.severity, it.profile, prose(it.title), codes(it.same_as)) for it in members]
        yield table(("rule", "severity", "profile", "title", "replaces"), rows)


def _listed(rules: Sequence[RuleInfo]) -> str:
    """Rules by name, with the profile where it is not the default one."""
    return ", ".join(
        reference(info.id) + f" ({info.profile})" * (info.profile is not Profile.DEFAULT) for info in rules
    )


def _rule(file: RuleFile, links: Sequence[ControlLink]) -> Iterator[str]:
    info = file.rule.info
    up = "../" * info.id.count(".")
    yield f"# {prose(info.title)}"
    yield paragraph(
        f"Rule {code(info.id)}, severity {info.severity}, profile {info.profile}, asked of each "
        f"[{code(info.subject)}]({up}../subjects.md). Its expressions stand in "
        f"[its file]({up}../../rules/{info.id.replace('.', '/')}.yaml)."
    )
    for label, text in (("Why", info.why), ("What to do", info.remediation), ("What it cannot see", info.limits)):
        yield f"## {label}"
        yield paragraph(prose(text))
    if file.rule.fix:
        yield "## Fix"
        option = "" if file.rule.fix.safe else " --unsafe"
        yield paragraph(f"{code('assay fix' + option)} makes it: {code(file.rule.fix.words())}.")
    yield "## What a finding says"
    yield paragraph(_finding(file))
    if file.rule.parameters:
        yield "## Parameters and their defaults"
        yield fence(_source(file, file.data.root.get("parameters")), "yaml")
    yield "## Examples"
    for example in file.data.value["examples"]:
        yield from _example(example)
    yield "## What it bears on"
    yield paragraph(f"Objectives: {', '.join(map(reference, info.objectives))}.")
    controls: dict[str, list[str]] = {}
    for link in links:
        controls.setdefault(f"{link.framework}@{link.edition}", []).append(link.control)
    yield from _controls(controls)
    if info.formerly:
        yield paragraph(f"Former ids, which go on meaning this rule: {codes(info.formerly)}.")
    if info.same_as:
        yield paragraph(f"The same check elsewhere: {codes(info.same_as)}.")
    if info.references:
        yield "References:"
        yield items(f"<{address}>" for address in info.references)


def _finding(file: RuleFile) -> str:
    rule = file.rule
    said = f"{code(rule.message)}, with values of the scanned file in place of the braces."
    said += f" One for each item of {' or '.join(map(code, rule.each))} that fails." * bool(rule.each)
    said += f" It points at {code(rule.at)}." * bool(rule.at)
    return said + " The value is masked in every report." * rule.info.sensitive


def _source(file: RuleFile, node: Node) -> str:
    """A block of the rule's file as it is written, with its comments."""
    _, _, _, first, _, last, column, _ = node.mark  # type: ignore[misc]
    lines = Path(file.data.path).read_text(encoding="utf-8").split("\n")
    return textwrap.dedent("\n".join(lines[first : last + (column > 0)]))


def _example(example: Mapping[str, Any]) -> Iterator[str]:
    kind = next(kind for kind in ("passes", "fails", "unknown", "skips") if kind in example)
    places = [f"at {code(example['at'])}"] if "at" in example else []
    places += [f"in line {example['line']}"] if "line" in example else []
    places += [f"saying {code(example['says'])}"] if "says" in example else []
    yield paragraph(f"{' '.join([f'**{kind.capitalize()}**', ', '.join(places)]).strip()}: {prose(example[kind])}")
    if "text" in example:
        yield fence(example["text"], LANGUAGES.get(Path(example.get("file", "example.yaml")).suffix, ""))
    else:
        yield fence(block(example["input"]), "yaml")


def _name(framework: Framework) -> str:
    return f"{framework.id}@{framework.edition}"


def _framework_path(framework: Framework) -> str:
    return f"frameworks/{framework.id}-{re.sub(r'[^a-z0-9.]+', '-', framework.edition.lower())}.md"


def _rule_path(identity: str) -> str:
    return f"rules/{identity.replace('.', '/')}.md"
