"""Rules in SARIF: descriptors with the texts, tags and figures that code-scanning services read."""

from __future__ import annotations

from typing import Any, TypeAlias

from scanner.controls import ControlLink
from scanner.model import Profile, RuleInfo, Scan, Severity
from scanner.reports.sarif.taxonomies import Control, relationships, web_address
from scanner.reports.sarif.text import description, markdown, plain, sentence

Json: TypeAlias = dict[str, Any]

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
MOST_TAGS = 20
"""GitHub refuses a rule with more."""

_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5"}


def descriptors(scan: Scan, references: dict[Control, Json]) -> list[Json]:
    """Return the descriptors of all rules of a scan, in order of their ids."""
    names = {(item.id, item.edition): plain(f"{item.title} {item.edition}") for item in scan.frameworks}
    return [_descriptor(scan.rules[rule], scan.links.get(rule, ()), references, names) for rule in sorted(scan.rules)]


def _descriptor(
    rule: RuleInfo, links: tuple[ControlLink, ...], references: dict[Control, Json], names: dict[tuple[str, str], str]
) -> Json:
    bearing = _bearing(links, names)
    descriptor: Json = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.replace(".", "-").split("-")),
        "shortDescription": {"text": description(rule.title)},
        "fullDescription": {"text": description(rule.why or rule.title)},
        "help": {"text": _help_text(rule, bearing), "markdown": _help_markdown(rule, bearing)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }
    address = next(filter(None, map(web_address, rule.references)), "")
    if address:
        descriptor["helpUri"] = address
    related = relationships(links, references)
    if related:
        descriptor["relationships"] = related
    descriptor["properties"] = _properties(rule, links)
    return descriptor


def _bearing(links: tuple[ControlLink, ...], names: dict[tuple[str, str], str]) -> list[str]:
    """Return a line for each control that the rule bears on."""
    lines = (
        plain(f"{names[link.framework, link.edition]}: {link.control} ({link.relation}, {link.strength})")
        for link in links
        if (link.framework, link.edition) in names
    )
    return list(dict.fromkeys(lines))


def _help_text(rule: RuleInfo, bearing: list[str]) -> str:
    parts = [sentence(rule.why or rule.title)]
    if rule.remediation:
        parts.append(f"Remediation: {sentence(rule.remediation)}")
    if rule.limits:
        parts.append(f"Limits: {sentence(rule.limits)}")
    if bearing:
        parts.append("\n".join(["Bears on:", *(f"- {line}" for line in bearing)]))
    if rule.references:
        parts.append("\n".join(["References:", *(f"- {plain(reference)}" for reference in rule.references)]))
    return "\n\n".join(parts)


def _help_markdown(rule: RuleInfo, bearing: list[str]) -> str:
    parts = [markdown(sentence(rule.why or rule.title))]
    if rule.remediation:
        parts.append(f"**Remediation.** {markdown(sentence(rule.remediation))}")
    if rule.limits:
        parts.append(f"**Limits.** {markdown(sentence(rule.limits))}")
    if bearing:
        parts += ["**Bears on**", "\n".join(f"- {markdown(line)}" for line in bearing)]
    if rule.references:
        parts += ["**References**", "\n".join(f"- {markdown(reference)}" for reference in rule.references)]
    return "\n\n".join(parts)


def _properties(rule: RuleInfo, links: tuple[ControlLink, ...]) -> Json:
    frameworks = (f"{link.framework}@{link.edition}" for link in links)
    tags = list(dict.fromkeys(["security", *rule.objectives, *frameworks]))
    properties: Json = {
        "tags": tags[:MOST_TAGS],
        "precision": _precision(rule.profile),
        "problem.severity": _PROBLEMS[LEVELS[rule.severity]],
    }
    if rule.severity in _SCORES:
        properties["security-severity"] = _SCORES[rule.severity]
    return properties | {
        "severity": rule.severity,
        "profile": rule.profile,
        "subject": rule.subject,
        "sameAs": rule.same_as,
    }


def _precision(profile: Profile) -> str:
    """How often a finding is one that everybody would agree with."""
    match profile:
        case Profile.DEFAULT:
            return "high"
        case Profile.STRICT:
            return "medium"
        case Profile.OPINION:
            return "low"
