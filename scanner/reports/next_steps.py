"""What a reader can do about the findings of a scan, as commands with the names of these findings."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from scanner.baseline import BaselineState
from scanner.finished_scan import Scan
from scanner.model import SEVERITIES, Finding, Outcome, Profile
from scanner.reports.fingerprints import SHORT_FINGERPRINT, may_be_waived
from scanner.reports.format import Presentation
from scanner.reports.safe_text import safe
from scanner.reports.unassessed import gaps

_NAMED_FILES = 2
_NAMED_RULES = 3
"""The number of files and of rules that a command names; with more, it is about all that was scanned."""
_WAIVERS = "assay-waivers.yaml"


def steps(scan: Scan, presentation: Presentation) -> Iterator[str]:
    """What to do next, for the end of the table."""
    if any(gaps(scan)[:3]):
        yield "fix the inputs that were not assessed, or accept them with a reason under `not_assessed` in `assay.yaml`"
    failed = _failed(scan)
    if edits := _edits(scan, failed, presentation.paths):
        yield edits
    elif failed:
        yield f"`assay explain {safe(_worst(failed).rule)}` explains a rule and names its controls"
    yield from _in_change(scan)
    unknown = sum(finding.outcome is Outcome.UNKNOWN for finding in scan.listed)
    if not failed and unknown and not presentation.unknown:
        yield "`--show unknown` lists the place of each unknown outcome"


def about(scan: Scan, findings: Sequence[Finding], *, at_once: bool = False) -> Iterator[str]:
    """How to read more of findings that fail, and how to accept one, for a report without other steps.

    `at_once` says that waivers count as they are on disk, and not as they are on the base.
    """
    failed = [each for each in findings if each.outcome is Outcome.FAIL and not each.waiver]
    if failed:
        yield f"`assay explain {safe(_worst(failed).rule)}` explains a rule and names its controls"
    if one := next(filter(may_be_waived, failed), None):
        file = safe(shlex.quote(_no_option(scan.waivers.file or _WAIVERS)))
        command = f"`assay waivers new {one.fingerprint[:SHORT_FINGERPRINT]} --file {file}`"
        waits = not at_once and scan.comparison and scan.comparison.commit
        later = ", which counts once the base has it" if waits else ""
        yield f"{command} adds a waiver for the finding with this fingerprint{later}"


def _failed(scan: Scan) -> list[Finding]:
    return [each for each in scan.listed if each.outcome is Outcome.FAIL and not each.waiver]


def _worst(findings: Sequence[Finding]) -> Finding:
    return min(findings, key=lambda finding: (SEVERITIES.index(finding.severity), finding.rule))


def _edits(scan: Scan, failed: Sequence[Finding], paths: Sequence[str]) -> str:
    """The command that shows the edits; fixes that may change behaviour only where there are no others."""
    fixable = [each for each in failed if scan.rules[each.rule].fix_is_safe is not None]
    safely = [each for each in fixable if scan.rules[each.rule].fix_is_safe]
    some = safely or fixable
    if not some or not paths:
        return ""
    words = ["assay fix", *_scanned(scan, some, paths), *_options(scan, some)]
    if safely:
        return f"`{' '.join(words)} --diff` shows the edits that Assay can make"
    return f"`{' '.join(words)} --diff --unsafe` shows edits that may change the behaviour of a working system"


def _scanned(scan: Scan, some: Sequence[Finding], paths: Sequence[str]) -> Iterator[str]:
    """The files of findings of a change, else what was scanned."""
    files = sorted({each.location.path for each in some})
    from_here = not any(path.startswith("/") or ".." in path.split("/") for path in paths)
    few = scan.comparison and from_here and len(files) <= _NAMED_FILES
    return (safe(shlex.quote(_no_option(path))) for path in (files if few else paths))


def _options(scan: Scan, some: Sequence[Finding]) -> Iterator[str]:
    """The rules of findings of a change, and the profile that they need."""
    rules = sorted({each.rule for each in some})
    if scan.comparison and len(rules) <= _NAMED_RULES:
        yield from (f"--rule {safe(rule)}" for rule in rules)
    if scan.run.profile is not Profile.DEFAULT and any(
        scan.rules[rule].profile is not Profile.DEFAULT for rule in rules
    ):
        yield f"--profile {scan.run.profile}"


def _no_option(path: str) -> str:
    """A path as a command line must have it, so that it is not taken for an option or standard input."""
    return f"./{path}" if path.startswith("-") else path


def _in_change(scan: Scan) -> Iterator[str]:
    """What a reader can do about the findings of a change: accept one, or list those that are not its own."""
    if scan.comparison is None or not scan.listed:
        return
    if one := next(filter(may_be_waived, scan.listed), None):
        short = one.fingerprint[:SHORT_FINGERPRINT]
        later = ", which counts once the base has it" if scan.comparison.commit else ""
        yield f"`assay waivers new {short}` prints a waiver for this finding{later}"
    if any(scan.comparison.states.get(state) for state in (BaselineState.UNCHANGED, BaselineState.MOVED)):
        yield "`assay scan` also lists what the base has"
