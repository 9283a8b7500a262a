"""A baseline file -> the findings of a tree at an earlier time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from scanner import safe_read
from scanner.errors import PackError, UnreadableError
from scanner.gate.matching import ALL, Side
from scanner.limits import DEFAULTS
from scanner.loss import NOT_OURS
from scanner.model import Finding, Outcome, Severity
from scanner.places import Location
from scanner.sources import boundary

FORMAT: Literal["assay-baseline/1"] = "assay-baseline/1"
SCHEMA = Path(__file__).with_name("baseline.schema.json")
_Text = Annotated[str, Meta(min_length=1)]


class Owner(Struct, frozen=True, forbid_unknown_fields=True):
    """The subject of a finding."""

    kind: str
    id: str


class Entry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A finding, without what may hold a text of the file that it is about."""

    rule: _Text
    outcome: Outcome
    severity: Severity
    subject: Owner
    path: _Text
    fingerprint: _Text
    occurrence: Annotated[int, Meta(ge=1)]
    field: str = ""
    evidence: str | None = None
    overlay: str = ""
    """The overlay or chart that its object was built by."""

    def __post_init__(self) -> None:
        """Refuse a pass, which is not stored."""
        if self.outcome is Outcome.PASS:
            raise ValueError("a pass is not an entry of a baseline")

    @classmethod
    def of(cls, finding: Finding) -> Entry:
        """The entry of a finding."""
        return cls(
            rule=finding.rule,
            outcome=finding.outcome,
            severity=finding.severity,
            subject=Owner(finding.subject_kind, finding.subject_id),
            path=finding.location.path,
            fingerprint=finding.fingerprint,
            occurrence=finding.occurrence,
            field=finding.location.field,
            evidence=finding.evidence,
            overlay=finding.overlay,
        )

    def finding(self, rule: str, message: str) -> Finding:
        """The finding under the id that its rule has now; its line is not known."""
        return Finding(
            rule=rule,
            outcome=self.outcome,
            severity=self.severity,
            message=message,
            subject_kind=self.subject.kind,
            subject_id=self.subject.id,
            subject_name=self.subject.id,
            location=Location(self.path, 1, 1, 1, 1, self.field),
            fingerprint=self.fingerprint,
            occurrence=self.occurrence,
            evidence=self.evidence,
            overlay=self.overlay,
        )

    @property
    def order(self) -> tuple[str | int, ...]:
        """By which entries are sorted: a line number is not part of it."""
        own = (self.path, self.rule, self.subject.id, self.field)
        return (*own, self.fingerprint, self.occurrence, self.outcome, self.overlay)


class Unread(Struct, frozen=True, forbid_unknown_fields=True):
    """An input that could not be assessed in full."""

    path: _Text
    kinds: Annotated[tuple[str, ...], Meta(min_length=1)]

    def counts(self, *, strict: bool) -> bool:
        """Whether it makes a scan incomplete; `strict` also counts documentation, source code and CI workflows."""
        return strict or not NOT_OURS.issuperset(self.kinds)


class Tool(Struct, frozen=True, forbid_unknown_fields=True):
    """The program that wrote the file."""

    name: Literal["Assay"]
    version: _Text


class Baseline(Struct, frozen=True, forbid_unknown_fields=True):
    """The findings of a tree, and what is needed to judge what it does not have."""

    format: Literal["assay-baseline/1"]
    tool: Tool
    ruleset_digest: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    findings: tuple[Entry, ...]
    unread: tuple[Unread, ...]
    subjects: tuple[str, ...]

    def side(self, findings: Iterable[Finding], *, strict: bool) -> Side:
        """One side of a comparison, of some of its findings."""
        known = {*self.subjects, *(entry.subject.id for entry in self.findings)}
        unread = (each.path for each in self.unread if each.counts(strict=strict))
        return Side(list(findings), dict.fromkeys(unread, ALL), subjects=known)


def read(path: str) -> Baseline:
    """The baseline in a file.

    Raises PackError with the line of what is wrong with it, UsageError for one that a link leads out to.
    """
    boundary.stay_inside(path)
    try:
        content = safe_read.read(path, DEFAULTS.bytes)
    except UnreadableError as error:
        raise PackError(error.message, path) from None
    try:
        return msgspec.json.decode(content, type=Baseline)
    except msgspec.MsgspecError as error:
        raise _fault(path, content, str(error)) from None


def is_baseline(content: bytes) -> bool:
    """Whether a text is a baseline and holds nothing else."""
    try:
        msgspec.json.decode(content, type=Baseline)
    except msgspec.MsgspecError:
        return False
    return True


def _fault(path: str, content: bytes, message: str) -> PackError:
    """What is wrong with a file, by its schema, which knows the line."""
    from scanner import datafile

    try:
        datafile.read(Path(path), SCHEMA, content=content)
    except PackError as error:
        error.hint = error.hint or "`assay baseline write` writes the file anew"
        return error
    return PackError(message, path)
