"""What a scan says of controls: how rules bear on them, the status of each, and the figures of a framework."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """How an objective or a rule bears on a control."""

    SUPPORTS = "supports"
    """A pass is design evidence for the control, and a failure weakens it."""
    VIOLATES = "violates"
    """A failure contradicts the control."""
    DECLARES = "declares"
    """As supports, by the document's own word, which nothing bears out."""


class Strength(StrEnum):
    """How strongly a link bears on a control, strongest first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    """Is listed, and decides nothing."""

    @property
    def bears(self) -> bool:
        """Whether an outcome through such a link counts for the status of a control."""
        return self is not Strength.LOW


STRENGTHS = tuple(Strength)


class Checkable(StrEnum):
    """How much of a control a file can show."""

    FULL = "full"
    PARTIAL = "partial"
    MANUAL = "manual"
    """Only people or run time can show it."""


class Measure(StrEnum):
    """How a framework is measured: figures are printed of controls only, findings are counted of the others."""

    CONTROLS = "controls"
    CATEGORIES = "categories"
    MATURITY = "maturity"


class ShownBy(StrEnum):
    """What kind of evidence a subject is."""

    MANIFEST = "manifest"
    """It configures the platform."""
    DECLARED = "declared"
    """A document's own word, which nothing bears out."""


class Platform(StrEnum):
    """What a framework, or a check of another engine, is about where that is one platform."""

    KUBERNETES = "kubernetes"
    AGENTS = "agents"
    OTHER = "other"
    """Any other; no framework is about it."""


class ControlStatus(StrEnum):
    """What the outcomes say of one control, worst first; `frameworks.status` decides it."""

    ERROR = "error"
    NOT_SATISFIED = "not-satisfied"
    WEAKENED = "weakened"
    PARTIAL = "partial"
    SATISFIED = "satisfied"
    NOT_ASSESSED = "not-assessed"
    MANUAL = "manual"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class AppliesWhen:
    """What must be in what was scanned for a control, or a link, to apply: each, by any of its items."""

    data: tuple[str, ...] = ()
    """Categories of data."""
    subjects: tuple[str, ...] = ()
    """Kinds of subjects, or the part of a kind before its dot."""


ALWAYS = AppliesWhen()


@dataclass(frozen=True, slots=True)
class ControlLink:
    """How one rule bears on one control."""

    framework: str
    edition: str
    control: str
    relation: Relation
    strength: Strength
    shown_by: ShownBy
    objective: str
    """Through which the rule bears on the control, empty where the control names the rule itself."""
    rationale: str
    rule: str = ""
    """The rule that the control names itself, else empty."""
    proves: bool = True
    """A pass says something of the control."""
    applies_when: AppliesWhen = ALWAYS


@dataclass(frozen=True, slots=True)
class Assessment:
    """The status of one control of one framework, and what decided it."""

    framework: str
    edition: str
    control: str
    title: str
    parent: str
    checkable: Checkable
    evidence: str
    status: ControlStatus
    rules: tuple[str, ...] = ()
    """Rules that bear on the control and were evaluated on at least one subject."""
    findings: tuple[str, ...] = ()
    """Fingerprints of the failing outcomes that bear on the control."""
    links: tuple[ControlLink, ...] = ()
    reason: str = ""
    """Why it does not apply, by the word of whoever answers for the scope."""


@dataclass(frozen=True, slots=True)
class FrameworkSummary:
    """Coverage and conformity of one framework, side by side."""

    id: str
    edition: str
    title: str
    measure: Measure
    controls: int
    manual: int
    covered: int
    """Controls with at least one passing or failing outcome."""
    sound: int
    """Covered controls with nothing against them: satisfied or partial, without a failing outcome."""
    coverage: float | None
    """covered / controls that apply, None where no figure may be printed."""
    conformity: float | None
    """sound / covered, None where nothing is covered or no figure may be printed."""
    licence: str = ""
    source: str = ""
    not_run: int = 0
    """Rules that bear on its controls and that the configuration left out; with any, no conformity is told."""
    not_applicable: int = 0
    """Controls that are said not to apply, each with a reason."""
    scope: tuple[str, ...] = ()
    """Patterns of the paths that belong to it; all paths where there are none."""
    scope_inputs: int | None = None
    """Assessed inputs under those paths; None without patterns."""
