"""Frameworks in SARIF: one taxonomy each, with the controls that rules of the scan are mapped to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from scanner.late import regex
from scanner.reports.results import tells_controls
from scanner.reports.sarif.text import plain, sentence

if TYPE_CHECKING:
    from scanner.controls import ControlLink, FrameworkSummary
    from scanner.finished_scan import Scan

Json: TypeAlias = dict[str, Any]
Control: TypeAlias = tuple[str, str, str]
"""Framework, edition and id of a control."""

_WEB_ADDRESS = regex(r"https://[A-Za-z0-9.-]+(?:[/?#][A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]*)?")


def taxonomies(scan: Scan) -> tuple[list[Json], dict[Control, Json]]:
    """The requested frameworks, and for each control the reference by which rules name it."""
    if not tells_controls(scan):
        return [], {}
    titles = {(item.framework, item.edition, item.control): item.title for item in scan.assessments}
    listed = {finding.rule for finding in scan.findings}
    linked = {_control(link) for rule in listed for link in scan.links.get(rule, ())}
    ordered = [control for control in titles if control in linked]
    ordered += sorted(control for control in linked if control not in titles)
    components: list[Json] = []
    references: dict[Control, Json] = {}
    for position, framework in enumerate(scan.frameworks):
        controls = [control for control in ordered if control[:2] == (framework.id, framework.edition)]
        taxa = [_taxon(control[2], titles.get(control, "")) for control in controls]
        components.append(_component(framework, taxa))
        component = {"name": framework.id, "index": position}
        for index, control in enumerate(controls):
            references[control] = {"id": control[2], "index": index, "toolComponent": component}
    return components, references


def supported(components: list[Json]) -> list[Json]:
    """How a driver names its taxonomies."""
    return [{"name": component["name"], "index": index} for index, component in enumerate(components)]


def relationships(links: tuple[ControlLink, ...], references: dict[Control, Json]) -> list[Json]:
    """Return how a rule relates to its controls; a control that two objectives lead to is related twice."""
    return [
        {
            "target": references[_control(link)],
            "kinds": ["relevant"],
            "description": {"text": sentence(link.rationale or link.objective)},
            "properties": {"relation": link.relation, "strength": link.strength} | _through(link),
        }
        for link in dict.fromkeys(links)
        if _control(link) in references
    ]


def web_address(text: str) -> str:
    """Return text that is the address of a web page, else nothing."""
    return text if _WEB_ADDRESS.fullmatch(text) else ""


def _through(link: ControlLink) -> Json:
    """Return the objective that leads to the control, or nothing where the control names the rule."""
    return {"objective": link.objective} if link.objective else {}


def _control(link: ControlLink) -> Control:
    return link.framework, link.edition, link.control


def _taxon(identity: str, title: str) -> Json:
    return {"id": identity, "shortDescription": {"text": sentence(title)}} if title else {"id": identity}


def _component(framework: FrameworkSummary, taxa: list[Json]) -> Json:
    """A framework; its figures are in the properties of the run."""
    component: Json = {
        "name": framework.id,
        "fullName": plain(f"{framework.title} {framework.edition}"),
        "version": framework.edition,
        "shortDescription": {"text": sentence(framework.title)},
    }
    if web_address(framework.source):
        component["informationUri"] = framework.source
    component["isComprehensive"] = False
    component["taxa"] = taxa
    component["properties"] = {"measure": framework.measure, "licence": framework.licence}
    return component
