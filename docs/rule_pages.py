"""Rules -> a page each, and the lists of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import areas
from data import Data, control_name, rule_path
from markup import block, code, codes, fence, heading, items, paragraph, prose, reference, table

from scanner.controls import ControlLink
from scanner.model import Profile, RuleInfo
from scanner.policy import object_kinds
from scanner.policy.rule import RuleFile
from scanner.policy.rule_reads import lower_of

LANGUAGES = {".yaml": "yaml", ".json": "json", ".js": "javascript", ".md": "markdown"}
SUBJECTS = "guides/subjects.md"
_PROFILES = {
    Profile.DEFAULT: "always runs",
    Profile.STRICT: "runs with `--profile strict` and with `--framework`",
    Profile.OPINION: "runs with `--profile opinion`",
}


def index(data: Data) -> Iterator[str]:
    """The page with links to the lists of the areas."""
    yield "# Rules"
    yield paragraph(
        f"There are {len(data.rules)} rules. Those of the profile `default` always run; `--profile strict` adds good "
        "practice and missing settings, `--profile opinion` contested rules. The search finds a rule by its id, by a "
        "former id, by the id of a check of another tool, such as `CKV_K8S_20`, and by a control. "
        "[Checks of other tools](peers.md) lists what rules replace, with the reason where no rule replaces a check."
    )
    rows = []
    for area, members in areas.by_area(data.infos).items():
        counts = [str(sum(rule.profile is profile for rule in members)) for profile in Profile]
        rows.append((f"[{areas.title(area)}]({area}/index.md)", str(len(members)), *counts))
    yield table(("area", "rules", *Profile), rows)


def area(name: str, rules: Sequence[RuleInfo]) -> Iterator[str]:
    """The list of one area."""
    yield f"# {areas.title(name)} rules"
    for group, members in areas.grouped(rules).items():
        if group:
            yield heading(2, group, searched=False)
        rows = [(f"{prose(rule.title)}<br>{reference(rule.id)}", rule.severity, rule.profile) for rule in members]
        yield table(("rule", "severity", "profile"), rows)


def listed(rules: Sequence[RuleInfo]) -> str:
    """Rules by name, with the profile if it is not the default."""
    return ", ".join(
        reference(info.id) + f" ({info.profile})" * (info.profile is not Profile.DEFAULT) for info in rules
    )


def page_of(file: RuleFile, data: Data) -> Iterator[str]:
    """The page of one rule."""
    info = file.rule.info
    yield f"# {prose(info.title)}"
    yield from _head(file)
    for label, text in (("Why", info.why), ("Remediation", info.remediation), ("Limits", info.limits)):
        yield heading(2, label)
        yield paragraph(prose(text))
    if file.rule.fix:
        yield heading(2, "Fix")
        fix = file.rule.fix
        option = "" if fix.safe else " --unsafe"
        yield paragraph(f"{code('assay fix' + option)} makes it: {code(fix.words())}.")
        if condition := file.data.value["fix"].get("safe_when"):
            yield paragraph(f"It is safe, and needs no option, where {code(' '.join(condition.split()))} is true.")
        if fix.risk:
            yield paragraph(f"It is not safe: {prose(fix.risk)}.")
    yield from _requirement(file)
    yield from _parameters(file.data.value.get("parameters", {}))
    yield heading(2, "Examples", searched=False)
    for example in file.data.value["examples"]:
        yield from _example(example)
    yield from _bearings(info, data.reached[info.id])
    if info.references:
        yield heading(2, "References", searched=False)
        yield items(f"<{address}>" for address in info.references)


def _head(file: RuleFile) -> Iterator[str]:
    """The properties of the rule, and every name by which it can be searched."""
    info = file.rule.info
    path = f"{'../' * info.id.count('.')}../{SUBJECTS}"
    rows = [
        ("Severity", info.severity),
        ("Profile", f"{info.profile}: {_PROFILES[info.profile]}"),
        ("Subject", f"[{code(info.subject)}]({path})"),
        ("Evidence", "manifests" if info.shown_by == "manifest" else "statements in documents"),
    ]
    if info.formerly:
        rows.append(("Formerly", codes(info.formerly)))
    if info.same_as:
        rows.append(("Same check in other tools", codes(info.same_as)))
    if info.overlaps:
        rows.append(("Related checks in other tools", codes(info.overlaps)))
    yield table(("Rule", code(info.id)), rows)


def _requirement(file: RuleFile) -> Iterator[str]:
    """The expressions of the rule, and the message of a finding."""
    plain = file.data.value
    yield heading(2, "Expression", searched=False)
    lines = [f"Of each {code(plain['subject'])}"]
    if "kinds" in plain:
        lines[0] += f" of {codes(plain['kinds'])}"
    if file.rule.each:
        lines[0] += f", and there of each item of {' or '.join(map(code, file.rule.each))}"
    yield paragraph(f"{lines[0]}, in [CEL](https://cel.dev):")
    if applies := object_kinds.condition(plain):
        yield fence(applies.strip(), "js")
        yield "If that is true, there must be:"
    yield fence(plain["require"].strip(), "js")
    for reason in lower_of(plain).values():
        counts = f"as {reason['to']}" if "to" in reason else "one step lower than the severity of the rule"
        yield f"A finding counts {counts} ({prose(reason['because'])}) where:"
        yield fence(reason["when"].strip(), "js")
    said = f"A finding says {code(file.rule.message)}, with values of the scanned file in place of the braces."
    said += f" It points at {code(file.rule.at)}." * bool(file.rule.at)
    yield paragraph(said + " The value is masked in every report." * file.rule.info.sensitive)


def _parameters(parameters: Mapping[str, Any]) -> Iterator[str]:
    if parameters:
        yield heading(2, "Parameters")
        for name, stated in parameters.items():
            form = f" Each text is a {stated['format']}." if "format" in stated else ""
            yield paragraph(f"{code(name)}: {prose(stated['description'])}{form} The default:")
            yield fence(block(stated["default"]).removesuffix("...\n"), "yaml")


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
    if "parameters" in example:
        yield "With the parameters"
        yield fence(block(example["parameters"]), "yaml")


def _bearings(info: RuleInfo, found: Sequence[ControlLink]) -> Iterator[str]:
    yield heading(2, "Controls")
    yield paragraph(f"Objectives: {', '.join(map(reference, info.objectives))}.")
    controls: dict[str, list[str]] = {}
    for link in found:
        controls.setdefault(f"{link.framework}@{link.edition}", []).append(link.control)
    yield controls_table(controls)


def controls_table(found: Mapping[str, Sequence[str]]) -> str:
    """Controls by framework, each a link to its section."""
    rows = [
        (reference(name), ", ".join(reference(control_name(name, each), each) for each in controls))
        for name, controls in found.items()
        if controls
    ]
    return table(("framework", "controls"), rows) if rows else "It is not mapped to a control."


def navigation(data: Data) -> list[Any]:
    """The menu of the rules: areas, groups of large areas, and rules by their short names."""
    found: list[Any] = ["rules/index.md", {"Checks of other tools": "rules/peers.md"}]
    for name, members in areas.by_area(data.infos).items():
        inner: list[Any] = [f"rules/{name}/index.md"]
        for group, rules in areas.grouped(members).items():
            entries = [{areas.short(rule): rule_path(rule.id)} for rule in rules]
            inner += [{group: entries}] if group else entries
        found.append({areas.title(name): inner})
    return found
