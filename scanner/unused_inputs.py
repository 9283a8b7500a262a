"""How much findings count in inputs that nobody runs as they are: what is kept and no longer used, or only shown."""

from __future__ import annotations

from scanner.contexts import Context, context_of, is_only_shown, is_test_data, kept_folder
from scanner.model import SEVERITIES, Finding, Severity

_IN_USE = ("api.", "kubernetes.", "stack.")
"""What the kinds of subjects begin with of which the name of a folder says whether they are used."""
_STACK, _API = "stack.", "api."


def why_unused(finding: Finding, path: str) -> str:
    """Why what a finding is about is no longer used, or only read by tests; empty where no folder says so.

    `path` is what tells whether a tool loads it.
    """
    if _is_of_tests(finding):
        return "it describes an API in a folder of tests"
    folder = kept_folder(path) if finding.subject_kind.startswith(_IN_USE) else ""
    return f"the name of its folder, {folder}, says that it is no longer used" if folder else ""


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
