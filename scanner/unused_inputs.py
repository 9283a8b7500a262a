"""How much findings count in inputs that nobody runs as they are: what is kept and no longer used, or only shown."""

from __future__ import annotations

import shlex

from msgspec.structs import replace

from scanner.contexts import (
    Context,
    context_of,
    is_for_agents,
    is_only_shown,
    is_set_aside,
    is_test_data,
    kept_folder,
    package_folder,
)
from scanner.late import regex
from scanner.model import SEVERITIES, Finding, Outcome, Severity
from scanner.subjects.agents.kinds import AGENT, COMMAND, HOOK, PERMISSION, SERVER, SETTINGS

_IN_USE = ("api.", "kubernetes.", "stack.")
"""What the kinds of subjects begin with of which the name of a folder says whether they are used."""
_STACK, _API, _KUBERNETES = "stack.", "api.", "kubernetes."


_AGENTS = "agents."
_SETTINGS = frozenset({COMMAND, HOOK, PERMISSION, SERVER, SETTINGS})
"""Kinds of subjects that the settings of a tool hold."""
_DOCUMENTED = regex(r"(?i)(?:^|/)(?:docs?|documentation)/(?:.*/)?[^/]+\.(?:jsonc?|toml)$")
"""Settings in a folder of documentation; a manifest in YAML can be applied from any folder."""

_FRONT_MATTER = frozenset({AGENT, HOOK, PERMISSION, SERVER})
"""Kinds of subjects that the front matter of an agent holds."""
_OUTSIDE = regex(r"(?:^|/)\.claude/[^/]+\.md$")
OUT_OF_USE = "the name of its file says that it is a copy or out of use, and no tool loads it"
NO_AGENT = "it is in .claude itself, and Claude Code loads agents from .claude/agents only"
"""Why what the front matter of a text says is not in effect at all."""


def why_not_loaded(finding: Finding, path: str) -> str:
    """Why no tool loads the settings of agents that a finding is about; empty where one may.

    `path` is what tells whether a tool loads it; it is empty for a file that the manifest of a plugin names.
    """
    if not finding.subject_kind.startswith(_AGENTS):
        return ""
    if is_set_aside(path):
        return OUT_OF_USE
    if finding.subject_kind in _FRONT_MATTER and _OUTSIDE.search(path):
        return NO_AGENT
    if finding.subject_kind not in _SETTINGS or not _DOCUMENTED.search(path) or is_for_agents(path):
        return ""
    from scanner.subjects.agents.building import setup_of

    return "" if setup_of(path) != path else "it is in documentation, from where no tool loads settings"


def why_unused(finding: Finding, path: str) -> str:
    """Why what a finding is about is no longer used, or only read by tests; empty where no folder says so.

    `path` is what tells whether a tool loads it.
    """
    if why := why_installed(finding):
        return why
    if _is_of_tests(finding):
        return "it describes an API in a folder of tests"
    folder = kept_folder(path) if finding.subject_kind.startswith(_IN_USE) else ""
    return f"the name of its folder, {folder}, says that it is no longer used" if folder else ""


def or_left_out(finding: Finding, path: str) -> Finding:
    """The finding; an open one in a folder that is no longer used, with the option that leaves out the folder too."""
    folder = kept_folder(path) if finding.subject_kind.startswith(_KUBERNETES) else ""
    if finding.outcome is not Outcome.UNKNOWN or not folder or "`--exclude" in finding.provide:
        return finding
    more = f", or leave out {folder} with `--exclude {shlex.quote(folder)}` if nothing is deployed from it"
    return replace(finding, provide=finding.provide + more, message=finding.message + more)


def why_installed(finding: Finding) -> str:
    """Why nobody changes what a finding about an API is about where it is; empty outside of installed packages."""
    folder = package_folder(finding.location.path) if finding.subject_kind.startswith(_API) else ""
    return f"it is vendored: a package manager writes {folder} and overwrites a change there" if folder else ""


def at_most(severity: Severity, finding: Finding, context: Context | None) -> Severity:
    """The severity with which a finding counts whose input no tool loads, or a lower one.

    Services that a text only shows count at most medium, APIs in folders of tests at most low. APIs in test data and
    in installed packages are info: nobody serves them from there, and their makers change them. `context` is
    what all inputs count as.
    """
    path, kind, most = finding.location.path, finding.subject_kind, severity
    is_shown = context is Context.DOCUMENTATION or (context is None and is_only_shown(path, kind))
    if kind.startswith(_STACK) and is_shown:
        most = Severity.MEDIUM
    elif context is None and _is_of_tests(finding):
        most = Severity.INFO if is_test_data(path) else Severity.LOW
    return max(severity, most, key=SEVERITIES.index)


def _is_of_tests(finding: Finding) -> bool:
    """Whether a finding is about the description of an API that is in a folder of tests."""
    return finding.subject_kind.startswith(_API) and context_of(finding.location.path) is Context.FIXTURE
