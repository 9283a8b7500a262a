"""What a report for a CI service must tell besides findings, so that nothing passes because it was not assessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from scanner.exit_codes import INCOMPLETE, NOTHING
from scanner.finished_scan import Scan
from scanner.model import Finding, Outcome, Severity
from scanner.reports.changed import compared_with
from scanner.reports.ci.counted import counts
from scanner.reports.configuration import sentences
from scanner.reports.unassessed import NOTED, Gap, gaps, outside
from scanner.reports.waivers import sentence
from scanner.waived import WaiverState

WHOLE = "."
"""The path of what is about the whole scan, for formats that require a path."""


class Kind(StrEnum):
    """What a note is about; in formats that ask for a rule, its id."""

    CONFIGURED = "assay.scan-configured"
    INCOMPLETE = "assay.scan-incomplete"
    UNREADABLE = "assay.input-unreadable"
    NOT_ASSESSED = "assay.input-not-assessed"
    PART = "assay.part-not-assessed"
    ERROR = "assay.rule-error"
    COMPARED = "assay.scan-compared"
    WAIVED = "assay.finding-waived"
    PROPOSED = "assay.waiver-proposed"
    UNKNOWN = "assay.outcome-unknown"
    NOT_READ = "assay.documentation-not-read"
    OUTSIDE = "assay.outside-of-the-scan"


TITLES = {
    Kind.CONFIGURED: "The configuration changed the scan",
    Kind.INCOMPLETE: "The scan is not complete",
    Kind.UNREADABLE: "An input could not be read",
    Kind.NOT_ASSESSED: "An input is in a known format that Assay does not read",
    Kind.PART: "A part of an input was not assessed",
    Kind.ERROR: "A rule could not be evaluated",
    Kind.COMPARED: "The scan is compared with the base of a change",
    Kind.WAIVED: "A waiver covers a finding",
    Kind.PROPOSED: "The change proposes a waiver",
    Kind.UNKNOWN: "The scanned files do not decide an outcome",
    Kind.NOT_READ: "Documentation, source code or a CI workflow could not be read",
    Kind.OUTSIDE: "An object names a chart or a path that is not among the scanned files",
}


REMARKS = {Kind.COMPARED, Kind.WAIVED, Kind.PROPOSED, Kind.UNKNOWN, Kind.NOT_READ, Kind.OUTSIDE}
"""What does not change the verdict."""
_WHOLE_SENTENCES = {Kind.CONFIGURED, Kind.INCOMPLETE, *REMARKS}


class Note(Struct, frozen=True):
    """A sentence about an input or about the whole scan."""

    kind: Kind
    text: str
    path: str = WHOLE
    line: int = 0
    """0 where there is none."""
    severity: Severity = Severity.INFO

    @property
    def sentence(self) -> str:
        """The text with what it is about, where it does not say so itself."""
        return self.text if self.kind in _WHOLE_SENTENCES else f"{TITLES[self.kind]}: {self.text}"


def configured(scan: Scan) -> Iterator[Note]:
    """Each change that a configuration made; every report begins with them."""
    path = scan.run.configuration.file or WHOLE
    if scan.run.configuration:
        yield from (Note(Kind.CONFIGURED, each, path) for each in sentences(scan.run.configuration))


def incomplete(scan: Scan) -> Iterator[Note]:
    """What was not assessed although it might have failed; of high severity where the scan fails for it."""
    severity = Severity.HIGH if scan.verdict.exit_code in (INCOMPLETE, NOTHING) else Severity.MEDIUM
    found = _incomplete(scan, severity)
    first = next(found, None)
    if first:
        yield first
    elif severity is Severity.HIGH:
        yield Note(Kind.INCOMPLETE, scan.verdict.reason, severity=severity)
    yield from found


def _incomplete(scan: Scan, severity: Severity) -> Iterator[Note]:
    found = gaps(scan)
    for kind, some in ((Kind.UNREADABLE, found.unreadable), (Kind.NOT_ASSESSED, found.not_assessed)):
        yield from (_gap(kind, gap, severity) for gap in some)
    yield from (_gap(Kind.PART, gap, severity) for gap in found.parts)
    for finding in scan.listed:
        if finding.outcome is Outcome.ERROR:
            yield _about(Kind.ERROR, finding, f"{finding.rule}: {finding.message}", severity)


def undecided(scan: Scan) -> list[Finding]:
    """The unknown outcomes that are told and are not failures of a change."""
    return [finding for finding in scan.listed if finding.outcome is Outcome.UNKNOWN and not counts(finding)]


def remarks(scan: Scan) -> Iterator[Note]:
    """What does not change the verdict, first how many outcomes are unknown."""
    unknown = undecided(scan)
    if unknown:
        rules = counted(len({finding.rule for finding in unknown}), "rule")
        verb = "is" if len(unknown) == 1 else "are"
        text = f"{counted(len(unknown), 'outcome')} of {rules} {verb} unknown: the scanned files do not decide it"
        yield _about(Kind.UNKNOWN, unknown[0], text)
    if scan.comparison:
        yield Note(Kind.COMPARED, f"compared with {compared_with(scan.comparison)}")
        yield from (Note(Kind.COMPARED, note) for note in scan.comparison.notes)
    if waivers := [finding.waiver for finding in scan.findings if finding.waiver]:
        names = ", ".join(dict.fromkeys(waivers))
        yield Note(Kind.WAIVED, f"{counted(len(waivers), 'finding')} covered by waivers: {names}")
    if noted := gaps(scan).noted:
        yield _not_read(noted)
    if elsewhere := gaps(scan).outside:
        first = elsewhere[0]
        yield Note(Kind.OUTSIDE, outside(scan), first.input.path, first.line)


def proposed(scan: Scan) -> Iterator[Note]:
    """Each waiver that a change adds or alters, for the reports that a reviewer of the change reads."""
    for each in scan.waivers.results:
        if each.state is WaiverState.PROPOSED:
            place = each.waiver.location
            yield Note(Kind.PROPOSED, sentence(each), place.path, place.line)


def every(scan: Scan) -> Iterator[Note]:
    """All of them, first what a configuration changed."""
    yield from configured(scan)
    yield from incomplete(scan)
    yield from remarks(scan)


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 input`, `12,000 inputs`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _gap(kind: Kind, gap: Gap, severity: Severity) -> Note:
    return Note(kind, gap.reason, gap.input.path, gap.line, severity)


def _about(kind: Kind, finding: Finding, text: str, severity: Severity = Severity.INFO) -> Note:
    return Note(kind, text, finding.location.path, finding.location.line, severity)


def _not_read(noted: Sequence[Gap]) -> Note:
    text = f"{counted(len(noted), 'part')} of {NOTED} could not be read"
    return Note(Kind.NOT_READ, text, noted[0].input.path, noted[0].line)
