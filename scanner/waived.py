"""Waivers: accepted findings as a file states them, and what became of each. Every output lists them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct
from msgspec import field as attribute

from scanner.places import Location

ANY = "*"
"""Any value of a part of a resource; only a waiver of the type not-applicable with a path may say so."""
DEFAULT_MAX_LIFE = 180
"""Days from approval to expiry that a waiver may have at most, where its file states no other number."""


class WaiverType(StrEnum):
    """Why a finding is accepted. A compensating control and a customised approach are two records, not one."""

    RISK_ACCEPTED = "risk-accepted"
    COMPENSATING = "compensating"
    CUSTOMISED = "customised"
    FALSE_POSITIVE = "false-positive"
    NOT_APPLICABLE = "not-applicable"


class WaiverState(StrEnum):
    """What became of a waiver in a scan."""

    MATCHED = "matched"
    """It covers findings."""
    UNUSED = "unused"
    """It is in force, and no finding matches it."""
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    """It was approved for a later day."""
    INVALID = "invalid"
    """It is incomplete, contradicts itself, or is not approved."""
    PROPOSED = "proposed"
    """A change adds it; it counts when the base has it."""


class WaivedResource(Struct, frozen=True):
    """The one thing that a waiver is about."""

    kind: str = ""
    namespace: str = ""
    name: str = ""
    container: str = ""


class WaiverFault(Struct, frozen=True):
    """One thing that is wrong with a waiver."""

    message: str
    location: Location
    field: str = ""


class LineOrigin(Struct, frozen=True):
    """The commit that introduced a line, as Git records it."""

    commit: str
    """Empty for a line that is not committed."""
    author: str = ""
    date: str = ""
    signed: bool = False
    """The commit contains a signature. Nothing verifies it."""


class Waiver(Struct, frozen=True):
    """One waiver as it is written; a text that is not given is empty."""

    id: str
    location: Location
    rule: str = ""
    """The id that its rule has now."""
    resource: WaivedResource = WaivedResource()
    path: str = ""
    field: str = ""
    evidence: str | None = None
    """The value at the field as results state it; with another value a finding is not covered."""
    line: int = 0
    """For a comment in a file: the line that it is about."""
    controls: tuple[str, ...] = ()
    """The controls for which it is approved, as `soc2 CC6.1`; for all where it names none."""
    type: str = ""
    reason: str = ""
    constraint: str = ""
    compensating_control: str = ""
    compensating_evidence: str = ""
    residual_risk: str = ""
    requester: str = ""
    approver: str = ""
    approved: str = ""
    expires: str = ""
    review: str = ""
    ticket: str = ""
    faults: tuple[WaiverFault, ...] = ()
    """What makes it invalid, whatever the findings are."""
    inline: bool = False
    """It is an annotation or a comment in a scanned file."""
    places: dict[str, Location] = attribute(default_factory=dict)
    """Field -> its place in the file."""
    origin: LineOrigin | None = None
    """Where the line of its approver comes from; None where that was not looked up, or there is no Git."""

    @property
    def where(self) -> str:
        """Its place, such as `assay-waivers.yaml:12`."""
        return f"{self.location.path}:{self.location.line}"


class CodeOwners(Struct, frozen=True):
    """A CODEOWNERS file: its path, and its text."""

    path: str = ""
    text: str = ""
    below: str = ""
    """Where the root of the scan lies in the work tree of the file, with `/` at the end; empty for its top."""


class WaiverFile(Struct, frozen=True):
    """A file of waivers as it was read."""

    path: str
    content: bytes
    named: bool = False
    """An option or the configuration names it; otherwise it was found."""
    owners: CodeOwners | None = None
    """The CODEOWNERS file that counts; None for that of the scanned files."""
    origins: dict[int, LineOrigin] = attribute(default_factory=dict)
    """Line -> the commit that introduced it; empty where that was not looked up, or there is no Git."""


class Waivers(Struct, frozen=True):
    """The waivers of a file."""

    file: str = ""
    sha256: str = ""
    named: bool = False
    entries: tuple[Waiver, ...] = ()
    approvers: tuple[str, ...] = ()
    max_life: int = DEFAULT_MAX_LIFE
    owners: CodeOwners = CodeOwners()


NO_MATCH = "no finding matches it"
"""Why a waiver is unused, where all that it may be about was judged."""


class WaiverResult(Struct, frozen=True):
    """What became of one waiver."""

    waiver: Waiver
    state: WaiverState
    matched: int = 0
    """Findings that it covers; of one that is not in force, findings that it would cover."""
    why: str = ""
    """Why it covers nothing."""
    approved_by: str = ""
    """What names the approver: `approvers`, or the CODEOWNERS file."""
    not_approved: str = ""
    """Why it is not approved."""
    days_left: int | None = None
    """Days until it expires, negative after that; None without a date."""

    @property
    def is_in_force(self) -> bool:
        """Whether it may cover findings."""
        return self.state in (WaiverState.MATCHED, WaiverState.UNUSED)


class AppliedWaivers(Struct, frozen=True):
    """All waivers of a scan, and what they were judged by."""

    file: str = ""
    """Empty where there are only inline ones."""
    sha256: str = ""
    named: bool = False
    today: str = ""
    max_life: int = DEFAULT_MAX_LIFE
    inline: bool = False
    """Annotations and comments in scanned files count."""
    results: tuple[WaiverResult, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to report."""
        return bool(self.file or self.results)

    def of(self, identity: str) -> WaiverResult | None:
        """The waiver in force with an id."""
        return next((each for each in self.results if each.is_in_force and each.waiver.id == identity), None)


def day(text: str) -> date | None:
    """The date that a text such as 2026-11-29 states; None for any other text."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-29") else None
    except ValueError:
        return None
