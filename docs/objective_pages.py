"""Control objectives -> a page each, and the list of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import areas
from data import Data, name_of, objective_path
from markup import heading, items, paragraph, prose, reference, table
from rule_pages import controls_table, listed

from scanner.finished_scan import DISCLAIMER
from scanner.frameworks.catalogue import Control

_UNFILED = "Without a rule"


def index(data: Data) -> Iterator[str]:
    """The list of all objectives."""
    yield "# Control objectives"
    yield paragraph(
        "An objective is a precise property of a system. Rules name objectives and controls name objectives. Rules do "
        "not name controls, so a new rule counts for every framework, and a new framework uses every rule. A control "
        "names a rule directly only if each objective of the rule is too coarse. The end of each meaning says which "
        "rules belong to the objective."
    )
    yield paragraph(f"See [the rules](../rules/index.md) and [the frameworks](../frameworks/index.md). {DISCLAIMER}")
    yield paragraph("Each objective is listed in the area of most of its rules.")
    for area, names in areas.objectives_by_area(data.objectives, data.infos).items():
        yield heading(2, areas.title(area) if area else _UNFILED)
        rows = [
            (
                reference(name),
                prose(data.objectives[name].title),
                str(sum(name in rule.objectives for rule in data.infos)),
            )
            for name in names
        ]
        yield table(("objective", "title", "rules"), rows)


def page_of(name: str, data: Data) -> Iterator[str]:
    """The page of one objective."""
    objective = data.objectives[name]
    yield f"# {prose(objective.title)}"
    yield paragraph(f"Objective `{name}`. {prose(objective.meaning)}")
    yield heading(2, "Rules")
    filed = [rule for rule in data.infos if name in rule.objectives]
    yield items(f"{listed([rule])}: {prose(rule.title)}" for rule in filed) or "None yet."
    yield heading(2, "Controls")
    yield controls_table(
        {name_of(item): [each.id for each in item.controls if _bears(name, each)] for item in data.frameworks}
    )


def _bears(objective: str, control: Control) -> bool:
    return any(bearing.objective == objective for bearing in control.objectives)


def navigation(data: Data) -> list[Any]:
    """The menu of the objectives by area."""
    found: list[Any] = ["objectives/index.md"]
    for area, names in areas.objectives_by_area(data.objectives, data.infos).items():
        title = areas.title(area) if area else _UNFILED
        found.append({title: [{name: objective_path(name)} for name in names]})
    return found
