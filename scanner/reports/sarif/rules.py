"""Rules in SARIF: descriptors with the texts, tags and figures that code-scanning services read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from scanner.controls import ControlLink
from scanner.finished_scan import Scan
from scanner.model import Profile, RuleInfo, Severity
from scanner.reports.results import tells_controls
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
MOST_TAGS = 10
"""GitHub shows no more of a rule."""
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5"}


def descriptors(scan: Scan, references: dict[Control, Json]) -> Iterator[Json]:
    """The rules of a scan in order of their ids; of one without findings only what it is called and asks for."""
    listed = {finding.rule for finding in scan.findings}
    for name in sorted(scan.rules):
        rule = scan.rules[name]
        if name not in listed:
            yield _named(rule)
            continue
        links = scan.links.get(name, ()) if references else ()
        related = relationships(links, references)
        yield _described(rule, links, []) | ({"relationships": related} if related else {})


def alert_descriptors(scan: Scan, rules: Iterable[str]) -> Iterator[Json]:
    """Some rules in the form that code scanning shows, with the requested controls in the help."""
    names = {(item.id, item.edition): plain(f"{item.title} {item.edition}") for item in scan.frameworks}
    links = scan.links if tells_controls(scan) else {}
    for name in rules:
        bearing = links.get(name, ())
        rule = _described(scan.rules[name], bearing, _bearing(bearing, names))
        for key in ("shortDescription", "fullDescription"):
            rule[key] = {"text": description(rule[key]["text"])}
        rule["properties"]["tags"] = rule["properties"]["tags"][:MOST_TAGS]
        yield rule


def _named(rule: RuleInfo) -> Json:
    return {
        "id": rule.id,
        **({"deprecatedIds": rule.formerly} if rule.formerly else {}),
        "name": "".join(word.capitalize() for word in rule.id.replace(".", "-").split("-")),
        "shortDescription": {"text": sentence(rule.title)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _described(rule: RuleInfo, links: tuple[ControlLink, ...], bearing: list[str]) -> Json:
    address = next(filter(None, map(web_address, rule.references)), "")
    return {
        **_named(rule),
        "fullDescription": {"text": sentence(rule.why or rule.title)},
        "help": {"text": _help_text(rule, bearing), "markdown": _help_markdown(rule, bearing)},
        **({"helpUri": address} if address else {}),
        "properties": _properties(rule, links),
    }


def _bearing(links: tuple[ControlLink, ...], names: dict[tuple[str, str], str]) -> list[str]:
    """Return a line for each control that the rule is mapped to."""
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
        "tags": tags,
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
