"""The values that travel through a scan: frozen, without behaviour, known to every room."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from scanner.baseline import COUNTED, BaselineState, Worse
from scanner.contexts import Context
from scanner.controls import Platform, ShownBy
from scanner.loss import Loss
from scanner.marks import Mark
from scanner.places import Fix, Location, Origin, Related

HIDDEN = "although it may hold what Assay reads"
"""How the reason of an input ends that an ignore file names and that would have been assessed."""


class Severity(StrEnum):
    """How much a failing rule matters, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


SEVERITIES = tuple(Severity)


def lowered(severity: Severity) -> Severity:
    """One step lower."""
    return SEVERITIES[min(SEVERITIES.index(severity) + 1, len(SEVERITIES) - 1)]


class Profile(StrEnum):
    """A choice of rules; each holds the rules of those before it."""

    DEFAULT = "default"
    """Security and compliance."""
    STRICT = "strict"
    """Good practice and absence."""
    OPINION = "opinion"
    """What is contested."""


PROFILES = tuple(Profile)


class Outcome(StrEnum):
    """What a rule found out about one subject."""

    FAIL = "fail"
    ERROR = "error"
    UNKNOWN = "unknown"
    PASS = "pass"  # noqa: S105 - an outcome, no password


class InputStatus(StrEnum):
    """What became of one input."""

    ASSESSED = "assessed"
    NOT_ASSESSED = "not-assessed"
    """Recognised as architecture, agent or stack configuration that Assay has no reader for."""
    SKIPPED = "skipped"
    UNREADABLE = "unreadable"


OWN_ENGINE = "assay"
"""The engine that always runs."""
CREDENTIALS = "secret-not-in-plain-text"
"""The objective of rules about credentials, which are valid wherever they are."""
HOLDER = "holder"
"""The binding that holds the object of a file in which a subject stands that is derived as an object of its own."""


class Subject(Struct, frozen=True, eq=False):
    """One thing that rules are about, such as a container, a flow or an agent.

    Two that say the same at two places are two: a subject is equal to itself alone, so that it is a key that costs
    nothing to hash. Nothing writes into one, nor into what it holds; what is found out about it stands beside it.
    """

    kind: str
    identity: str
    """Stable name of the subject across edits: kind, namespace, name, owner path; never a line or a position."""
    name: str
    origin: Origin
    bindings: Mapping[str, Any]
    """What rule expressions see, by name: plain dict, list, str, int, float, bool."""
    marks: Mapping[str, Mark]
    """The marks of each binding; a binding without a place is absent."""
    focus: str
    """The binding that a rule's `at` is relative to."""
    unknowns: frozenset[str] = frozenset()
    """Names of fields whose value in the text is not known (a variable, a call)."""
    reasons: Mapping[str, tuple[str, str]] = {}
    """Name of an unknown field -> why it is not known and what to provide; without an entry, the text computes it."""
    group: str = ""
    """Subjects that describe one system share a group; facts never join across groups."""
    overlay: str = ""
    """Of a rendered object, the overlay or chart that it was built by."""
    opens: frozenset[str] = frozenset()
    """Kinds of objects that its overlay may also have from elsewhere; `ANY_KIND` where that is not known."""
    partial: bool = False
    """Others complete it, so that it shows nothing about what it does not state."""
    partly: frozenset[str] = frozenset()
    """Names of fields that hold a text with computed parts, which stand in it as in the source."""
    told: tuple[int, str] = (0, "")
    """Where several documents may describe one thing, the first line of its document and a digest of what that says."""
    format: str = ""
    """That of its document, where it cannot state all fields of the kind (`subjects.stated_fields`)."""

    @property
    def places(self) -> tuple[str, ...]:
        """The file of the subject, and the overlay or chart that built it.

        A scope with one of them includes the subject.
        """
        return (self.origin.path, self.overlay) if self.overlay else (self.origin.path,)


ANY_KIND = "*"
"""In place of the kinds of objects: any."""
OF_UNBUILT = "of an overlay that cannot be built"
"""Among the kinds of objects that a subject's overlay may also have: they are not elsewhere, but were not built."""


class Input(Struct, frozen=True):
    """One file (or standard input) of the scan, whatever became of it."""

    path: str
    sha256: str
    bytes: int
    status: InputStatus
    reason: str = ""
    line: int = 0
    """1-based line of the fault for an unreadable input, or of what was not assessed; 0 where it is not known."""
    formats: tuple[str, ...] = ()
    """Those of its documents that were assessed; where none was, those that are recognised and not read."""
    subjects: int = 0
    kinds: Mapping[str, int] = {}
    """How many subjects of each kind it holds, sorted by kind."""
    losses: tuple[Loss, ...] = ()
    """Parts that were not assessed, where they are not the whole of it; by line."""
    may_hold: tuple[str, ...] = ()
    """Kinds of Kubernetes objects that may be in an unreadable input; `ANY_KIND` where that is not known."""
    system: str = ""
    """The chart or overlay that these objects would be of, if it is unreadable as such a one."""
    accepted: str = ""
    """Why the configuration accepts that it is not assessed; empty where it does not."""
    context: Context = Context.LIVE
    """What it is used for."""


class Finding(Struct, frozen=True, array_like=True):
    """The outcome of one rule for one subject, complete when built."""

    rule: str
    outcome: Outcome
    severity: Severity
    message: str
    subject_kind: str
    subject_id: str
    subject_name: str
    location: Location
    fingerprint: str
    """What stays the same while the text around it changes; equal for equal objects in several files."""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    """The fix of a failure, where its rule has one and fixes were requested."""
    occurrence: int = 1
    """Which of the findings with this fingerprint it is, in the order of their paths."""
    observed: str = ""
    """For a failure: the value of the field, in words."""
    expected: str = ""
    """For a failure: the expected value; empty where the title of the rule states it."""
    provide: str = ""
    """For an unknown outcome: what a user can do to decide it, as an instruction."""
    evidence: str | None = None
    """The value at the field as canonical JSON, or `sha256:` and its digest; None where it may hold a credential."""
    overlay: str = ""
    """The overlay or chart that the object was built by."""
    built_by: tuple[str, ...] = ()
    """All overlays that build the line of a base that the finding points at, where there are several."""
    baseline_state: BaselineState | None = None
    """What became of it since the base, where a scan is compared with one."""
    cause: str = ""
    """For a new failure outside of the changed lines: the changes that may have caused it."""
    waiver: str = ""
    """The id of the waiver that covers it; empty where none does."""
    steps: int = 0
    """How many of the related places, the last ones, are the path by which data came to the field, in its order."""
    previous: str = ""
    """Of a failure that is worse than on the base: the value there, in words, where it is known."""
    credential: str = ""
    """The kind of credential that was found, as a noun phrase, where the rule is about credentials."""
    counted_because: str = ""
    """Why it counts lower than its rule; empty where it does not, or where a configuration says so."""
    because_of_file: bool = False
    """It counts lower because of where its file is or what the file is for, not because of what its subject states."""
    purpose: str = ""
    """`COPY` in a copy of the documentation of a product, `ATTACK` where a text shows an attack on another machine."""
    said: str = ""
    """A digest of what its subject says, where several files may say the same."""

    @property
    def path(self) -> tuple[Related, ...]:
        """The places by which data came to the field; empty where it was not followed."""
        return self.related[-self.steps :] if self.steps else ()

    @property
    def counts(self) -> bool:
        """Whether it counts for the verdict, as far as a comparison with a base says."""
        return self.baseline_state in COUNTED

    @property
    def fails(self) -> bool:
        """Whether it counts against a scan where no waiver covers it: one that cannot be judged any more does, too."""
        return self.counts and (self.outcome is Outcome.FAIL or self.baseline_state is BaselineState.OUT_OF_SIGHT)

    @property
    def places(self) -> tuple[str, ...]:
        """The file that it points into, and what builds that: a scope that holds one of them holds the finding."""
        return (self.location.path, *((self.overlay,) if self.overlay else ()), *self.built_by)


class SubjectOutcomes(Struct, frozen=True, array_like=True):
    """One subject with the outcomes of the rules that were evaluated for it, for evidence."""

    path: str
    line: int
    column: int
    kind: str
    id: str
    name: str
    overlay: str = ""
    """The overlay or chart that it was built by."""
    outcomes: Mapping[str, Mapping[Outcome, int]] = {}
    """Rule -> number of each outcome; a rule about items gives several."""


class RuleInfo(Struct, frozen=True):
    """The metadata of a rule for reports; the compiled rule itself stays in `policy`."""

    id: str
    title: str
    severity: Severity
    profile: Profile
    why: str
    remediation: str
    limits: str
    subject: str
    shown_by: ShownBy
    """What kind of evidence its subjects are."""
    objectives: tuple[str, ...]
    same_as: tuple[str, ...]
    """Checks of others that ask the same question, or a part of it, about the same objects."""
    references: tuple[str, ...]
    overlaps: tuple[str, ...] = ()
    """Checks of others about the same matter that ask something else, or ask it of other objects."""
    sensitive: bool = False
    """Its field may hold a secret: reports mask the value."""
    proves: bool = True
    """A pass counts for the controls that the rule is mapped to."""
    fix_is_safe: bool | None = None
    """Whether its fix can change nothing that works today; None for a rule without a fix."""
    once: str = ""
    """Of what it reports one finding, as the schema of rules says; empty: each is its own."""
    lists: str = ""
    """The start of its message, if what the places of an input hold is listed behind it."""
    platform: Platform | None = None
    """Of a check of another engine, and of a rule about Docker: it is not mapped to a framework about another one."""
    formerly: tuple[str, ...] = ()
    """Ids that it had before, the oldest first."""
    worse: Worse | None = None
    """Which of two values of its field is worse; where it is not stated, any other value counts as worse."""

    @property
    def first_id(self) -> str:
        """The first id that it ever had: what others keep by it stays theirs when the rule is renamed."""
        return self.formerly[0] if self.formerly else self.id


class Check(Struct, frozen=True):
    """What a check of another engine means here."""

    severity: Severity
    objectives: tuple[str, ...] = ()
    title: str = ""
    """In our own words; empty where the engine's have to do."""
    sensitive: bool = False
    """What it points at may hold a secret."""
    platform: Platform = Platform.OTHER
    """What it is about."""
