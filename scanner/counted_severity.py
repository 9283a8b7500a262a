"""The severity that a finding counts with, where its place or the text around it makes it lower."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations

from msgspec import Struct
from msgspec.structs import replace

from scanner import credentials
from scanner.contexts import Context, context_of, is_kept, is_loaded, is_page, shows
from scanner.facts.setting import OBJECTS
from scanner.late import regex
from scanner.model import SEVERITIES, Finding, Severity, lowered
from scanner.places import ATTACK, COPY, NAMED, SCANNER, SHOWN
from scanner.plugin_parts import is_part
from scanner.subjects.agents.kinds import COMMAND
from scanner.unused_inputs import (
    NO_AGENT,
    OUT_OF_USE,
    at_most,
    or_left_out,
    why_installed,
    why_not_loaded,
    why_unused,
)

_FILL_IN = {"kubernetes.": regex(r"<[A-Za-z][\w .-]*>")}
"""What stands for a name in a template, such as `<app>`, by what the kinds of subjects begin with.

A tool loads a setup of agents whatever its names are, and the name of a hook or a command is its text.
"""
_ANY_NAME = regex(r"(?:rbac\.authorization|certificates)\.k8s\.io/|(?:[\w-]+\.)*openshift\.io/")
"""Begins the identity of an object for which the API accepts any name that can stand in a path, such as `<app>`."""
_NAMED_CONTAINERS = ("apps/", "batch/", "core/", "extensions/")
"""Groups of objects in which the API also checks the names of containers."""
_EXAMPLES = {
    Context.DOCUMENTATION: "it is in documentation",
    Context.TEMPLATE: "it is in a template",
    Context.FIXTURE: "it is in a folder of tests, test data or installed packages",
}
"""Inputs that no tool loads from their place, or that may hold made-up credentials, and how reports say so."""
_SHOWN_ONLY = "the text of an agent, a command or a skill only shows it"
_IN_BLOCK = "a code block of a text for agents shows it, from where no tool loads it"
_SCANNER = "a text only shows it, and it is a scanner of hosts whose documentation starts it so"
_ATTACK = "a text about attacks shows it, and it names no machine but those of the tester or of the target"
_OF_ATTACKER = "a text about attacks shows it, and it has a name of an attacker"
_COPIED = "it is in a copy of the documentation of a product"
_NESTED = "Claude Code started at the root of the repository does not load it"
_NESTED_KEPT = f"{_NESTED}, and the name of its folder says that it is no longer used"
_IN_COMMENT = "its kustomization lists the file in a comment only, so that nothing builds it"
_IDLE = (
    "only an object in a file that a kustomization lists in a comment applies its folder, so that nothing deploys it"
)
_OF_TEST = "a test of {} in its folder applies it"
_NO_NAME = "its name is still to be written"
_APPLIED = (".yaml", ".yml", ".json")
"""Ends of the names of files that a controller applies from a folder."""
_AGENTS = "agents."
_MADE_UP = ", and only its name makes it a credential"


class Uses(Struct, frozen=True):
    """What other files of a scan show of the use of a file with objects."""

    unused: Mapping[str, str] = {}
    """The files that are not deployed, with why."""
    applied: Collection[str] = ()
    """The folders that objects of Argo CD and Flux name as what they apply."""
    idle: Collection[str] = ()
    """The folders that nothing applies: the file of the only object that names one is listed in a comment."""
    parts: Collection[str] = frozenset()
    """The parts of plugins that a manifest names, which a tool loads from any place."""
    nested: Collection[str] = frozenset()
    """The files of setups below the root that a session of Claude Code which starts there does not read."""

    def place(self, finding: Finding) -> str:
        """The path that tells whether a tool loads what a finding is about; empty where something else says so.

        What an overlay or a chart builds is applied wherever its parts are.
        """
        path = finding.overlay or finding.location.path
        if finding.subject_kind.startswith(_AGENTS) and is_part(path, self.parts):
            return ""
        if not finding.subject_kind.startswith(OBJECTS) or not path.lower().endswith(_APPLIED):
            return path
        return "" if is_in(self.applied, path) else path


def uses(
    commented: Collection[str],
    tested: Mapping[str, str],
    applied: Collection[str],
    parts: Collection[str],
    nested: Collection[str],
) -> Uses:
    """What is known of files: those that a kustomization lists in a comment, and those that a test applies, are unused.

    `tested` says what runs the test, `applied` are folders that Argo CD and Flux apply, where the test decides nothing,
    `parts` those of plugins that a manifest names, `nested` the files of setups that a session at the root
    does not read.
    """
    alone = {path: tool for path, tool in tested.items() if not is_in(applied, path)}
    unused = {path: _OF_TEST.format(tool) for path, tool in alone.items()} | dict.fromkeys(commented, _IN_COMMENT)
    return Uses(unused, applied, parts=parts, nested=nested)


def is_in(folders: Collection[str], path: str) -> bool:
    """Whether a file is in or below one of some folders, which a repository may have in another folder."""
    parts = path.split("/")[:-1]
    if len(folders) <= len(parts) ** 2:
        return any(f"/{folder}/" in f"/{path}" for folder in folders)
    ranges = combinations(range(len(parts) + 1), 2)
    return any("/".join(parts[first:end]) in folders for first, end in ranges)


def counted(
    findings: Iterable[Finding], about_credentials: Collection[str], context: Context | None, known: Uses
) -> list[Finding]:
    """Findings with the severity that counts: one step lower where no tool loads the input from its place.

    None counts two steps lower, so that one that its rule counts lower stays as it is, unless it is about a setup of
    agents that a page shows. But services that a text only
    shows count at most medium, scanners of hosts among them, settings in files that are out of use and APIs that tests
    describe at most low, those in folders that a session at the root does not load and whose names say that they are no
    longer used too, and what a text
    about attacks shows is info: nobody is meant to apply it to a machine of their own.

    Except for roles and their bindings, a cluster accepts no object whose name is still to be written, so that it is a
    template wherever it stands. A credential is valid wherever it is, except that in an example or a test one that only
    its name tells may be made up.
    """
    deciding = about_credentials, context, known
    counted = [_lower(finding, _why_lower(finding, *deciding)) for finding in findings]
    limited = [each if each.rule in about_credentials else _limited(each, context) for each in counted]
    return limited if context else [or_left_out(each, known.place(each)) for each in limited]


def _why_lower(finding: Finding, about_credentials: Collection[str], context: Context | None, known: Uses) -> str:
    if finding.rule in about_credentials:
        return _why_made_up(finding, context, known)
    if context:
        return _EXAMPLES[context] if context in (Context.DOCUMENTATION, Context.TEMPLATE) else ""
    if why := _why_place(finding, known.place(finding)):
        return why
    if finding.subject_kind.startswith(_AGENTS) and known.place(finding) in known.nested:
        return _NESTED_KEPT if is_kept(finding.location.path) else _NESTED
    return _why_not_applied(finding, known) if finding.subject_kind.startswith(OBJECTS) else ""


def _why_not_applied(finding: Finding, known: Uses) -> str:
    """Why a finding about an object counts lower because nothing deploys it."""
    if is_in(known.idle, finding.overlay or finding.location.path):
        return _IDLE
    return "" if finding.overlay else known.unused.get(finding.location.path, "")


def _why_place(finding: Finding, path: str) -> str:
    """Why a finding counts lower because of the text that its subject is in, or of a name still to be written.

    `path` is what tells whether a tool loads it.
    """
    if finding.purpose == ATTACK:
        return _ATTACK if finding.subject_kind == COMMAND else _OF_ATTACKER
    if finding.purpose == SCANNER:
        return _SCANNER
    if finding.purpose != NAMED and not is_loaded(path) and not why_installed(finding):
        return _EXAMPLES.get(context_of(path), _EXAMPLES[Context.FIXTURE])
    if why := _why_shown(finding, path):
        return why
    return _NO_NAME if _is_to_be_named(finding) else why_not_loaded(finding, path) or why_unused(finding, path)


def _why_shown(finding: Finding, path: str) -> str:
    """Why a finding is about what a text only shows; empty where it is not."""
    if shows(path, finding.subject_kind):
        return _SHOWN_ONLY
    if finding.purpose == SHOWN and finding.subject_kind.startswith(_AGENTS):
        return _IN_BLOCK
    return _COPIED if finding.purpose == COPY else ""


def _is_to_be_named(finding: Finding) -> bool:
    """Whether the name of a subject is still to be written, so that its tool or the API refuses it as it is."""
    filled = _FILL_IN.get(finding.subject_kind.partition(".")[0] + ".")
    name, identity = finding.subject_name, finding.subject_id
    if finding.subject_kind.startswith(OBJECTS):
        if _ANY_NAME.match(identity):
            return False
        name = name if identity.startswith(_NAMED_CONTAINERS) else name.partition(", ")[0]
    return filled is not None and filled.search(name) is not None


def _why_made_up(finding: Finding, context: Context | None, known: Uses) -> str:
    """Why a credential may be made up; empty where it counts in full."""
    if finding.credential not in credentials.BY_NAME:
        return ""
    place = _EXAMPLES.get(context) if context else _place_of_example(finding, known.place(finding))
    return f"{place}{_MADE_UP}" if place else ""


def _place_of_example(finding: Finding, path: str) -> str:
    if finding.purpose == NAMED:
        return ""
    if is_page(path):
        return _EXAMPLES[Context.DOCUMENTATION]
    if shows(path, finding.subject_kind):
        return _SHOWN_ONLY
    if finding.purpose == COPY:
        return _COPIED
    return _EXAMPLES[Context.FIXTURE] if context_of(path) is Context.FIXTURE else ""


def _lower(finding: Finding, why: str) -> Finding:
    if why in (_ATTACK, _OF_ATTACKER, NO_AGENT):
        return replace(finding, severity=Severity.INFO, counted_because=why, because_of_file=True)
    if why in (_SCANNER, OUT_OF_USE, _NESTED_KEPT):
        severity = max(finding.severity, Severity.LOW, key=SEVERITIES.index)
        return replace(finding, severity=severity, counted_because=why, because_of_file=True)
    severity = lowered(finding.severity)
    if why == _EXAMPLES[Context.DOCUMENTATION] and _is_lowered_setup(finding):
        because = f"{finding.counted_because}; {why}"
        return replace(finding, severity=severity, counted_because=because, because_of_file=True)
    if not why or finding.counted_because or severity is finding.severity:
        return finding
    return replace(finding, severity=severity, counted_because=why, because_of_file=True)


def _is_lowered_setup(finding: Finding) -> bool:
    """Whether a rule counts a finding about a setup lower, so that a page that only shows it is a second reason."""
    return finding.subject_kind.startswith(_AGENTS) and bool(finding.counted_because) and not finding.because_of_file


def _limited(finding: Finding, context: Context | None) -> Finding:
    """The finding with the worst severity that it may have where it counts lower for another reason."""
    severity = at_most(finding.severity, finding, context) if finding.counted_because else finding.severity
    if why := "" if context else why_installed(finding):  # what the rule says is of no use to who cannot change it
        finding = replace(finding, counted_because=why, because_of_file=True)
    return finding if severity is finding.severity else replace(finding, severity=severity, because_of_file=True)
