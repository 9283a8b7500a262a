"""The severity that a finding counts with, where its place or the text around it makes it lower."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from scanner import credentials
from scanner.contexts import Context, context_of, is_loaded, is_page, shows
from scanner.facts.setting import OBJECTS
from scanner.late import regex
from scanner.model import SEVERITIES, Finding, Severity, lowered
from scanner.places import ATTACK, COPY, SCANNER
from scanner.plugin_parts import is_part
from scanner.subjects.agents.kinds import COMMAND
from scanner.unused_inputs import at_most, why_unused

_FILL_IN = {"kubernetes.": regex(r"<[A-Za-z][\w .-]*>")}
"""What stands for a name in a template, such as `<app>`, by what the kinds of subjects begin with.

A tool loads a setup of agents whatever its names are, and the name of a hook or a command is its text.
"""
_EXAMPLES = {
    Context.DOCUMENTATION: "it is in documentation",
    Context.TEMPLATE: "it is in a template",
    Context.FIXTURE: "it is in a folder of tests, test data or installed packages",
}
"""Inputs that no tool loads from their place, or that may hold made-up credentials, and how reports say so."""
_SHOWN_ONLY = "the text of an agent, a command or a skill only shows it"
_SCANNER = "a text only shows it, and it is a scanner of hosts whose documentation starts it so"
_ATTACK = "a text about attacks shows it, and it names no machine but those of the tester or of the target"
_OF_ATTACKER = "a text about attacks shows it, and it has a name of an attacker"
_COPIED = "it is in a copy of the documentation of a product"
_IN_COMMENT = "its kustomization lists the file in a comment only, so that nothing builds it"
_OF_TEST = "a test of {} in its folder applies it"
_NO_NAME = "its name is still to be written"
_AGENTS = "agents."
_MADE_UP = ", and only its name makes it a credential"


def counted(
    findings: Iterable[Finding],
    about_credentials: Collection[str],
    context: Context | None,
    unused: Mapping[str, str],
    parts: Collection[str] = (),
) -> list[Finding]:
    """Findings with the severity that counts: one step lower where no tool loads the input from its place.

    `unused` are the files that are not deployed, with why, `parts` those of plugins that a manifest names, which a tool
    loads from any place.

    None counts two steps lower, so that one that its rule counts lower stays as it is. But services that a text only
    shows count at most medium, scanners of hosts among them and APIs that tests describe at most low, and what a text
    about attacks shows is info: nobody is meant to apply it to a machine of their own.

    A cluster accepts no object whose name is still to be written, so that it is a template wherever it stands. A
    credential is valid wherever it is, except that in an example or a test one that only its name tells may be made up.
    """
    deciding = about_credentials, context, unused, parts
    counted = [_lower(finding, _why_lower(finding, *deciding)) for finding in findings]
    return [each if each.rule in about_credentials else _limited(each, context) for each in counted]


def unapplied(commented: Collection[str], tested: Mapping[str, str]) -> dict[str, str]:
    """Why files are not deployed: those that a kustomization lists in a comment, and those that a test applies.

    `tested` says what runs the test.
    """
    return {path: _OF_TEST.format(tool) for path, tool in tested.items()} | dict.fromkeys(commented, _IN_COMMENT)


def _why_lower(
    finding: Finding,
    about_credentials: Collection[str],
    context: Context | None,
    unused: Mapping[str, str],
    parts: Collection[str],
) -> str:
    if finding.rule in about_credentials:
        return _why_made_up(finding, context)
    if context:
        return _EXAMPLES[context] if context in (Context.DOCUMENTATION, Context.TEMPLATE) else ""
    if why := _why_place(finding, parts):
        return why
    alone = finding.subject_kind.startswith(OBJECTS) and not finding.overlay
    return unused.get(finding.location.path, "") if alone else ""


def _why_place(finding: Finding, parts: Collection[str]) -> str:
    """Why a finding counts lower because of the text that its subject is in, or of a name still to be written."""
    if finding.purpose == ATTACK:
        return _ATTACK if finding.subject_kind == COMMAND else _OF_ATTACKER
    if finding.purpose == SCANNER:
        return _SCANNER
    filled = _FILL_IN.get(finding.subject_kind.partition(".")[0] + ".")
    path = finding.location.path
    if not is_loaded(path) and not (finding.subject_kind.startswith(_AGENTS) and is_part(path, parts)):
        return _EXAMPLES.get(context_of(path), _EXAMPLES[Context.FIXTURE])
    if shows(path, finding.subject_kind):
        return _SHOWN_ONLY
    if finding.purpose == COPY:
        return _COPIED
    return _NO_NAME if filled is not None and filled.search(finding.subject_name) else why_unused(finding)


def _why_made_up(finding: Finding, context: Context | None) -> str:
    """Why a credential may be made up; empty where it counts in full."""
    if finding.credential not in credentials.BY_NAME:
        return ""
    place = _EXAMPLES.get(context) if context else _place_of_example(finding)
    return f"{place}{_MADE_UP}" if place else ""


def _place_of_example(finding: Finding) -> str:
    path = finding.location.path
    if is_page(path):
        return _EXAMPLES[Context.DOCUMENTATION]
    if shows(path, finding.subject_kind):
        return _SHOWN_ONLY
    if finding.purpose == COPY:
        return _COPIED
    return _EXAMPLES[Context.FIXTURE] if context_of(path) is Context.FIXTURE else ""


def _lower(finding: Finding, why: str) -> Finding:
    if why in (_ATTACK, _OF_ATTACKER):
        return replace(finding, severity=Severity.INFO, counted_because=why, because_of_file=True)
    if why == _SCANNER:
        severity = max(finding.severity, Severity.LOW, key=SEVERITIES.index)
        return replace(finding, severity=severity, counted_because=why, because_of_file=True)
    severity = lowered(finding.severity)
    if not why or finding.counted_because or severity is finding.severity:
        return finding
    return replace(finding, severity=severity, counted_because=why, because_of_file=True)


def _limited(finding: Finding, context: Context | None) -> Finding:
    """The finding with the worst severity that it may have where it counts lower for another reason."""
    severity = at_most(finding.severity, finding, context) if finding.counted_because else finding.severity
    return finding if severity is finding.severity else replace(finding, severity=severity, because_of_file=True)
