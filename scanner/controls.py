"""The results for controls: mappings of rules, the status of each control, and the figures of a framework."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Relation(StrEnum):
    """How an objective or a rule is related to a control."""

    SUPPORTS = "supports"
    """A pass is design evidence for the control, and a failure weakens it."""
    VIOLATES = "violates"
    """A failure contradicts the control."""
    DECLARES = "declares"
    """As supports, for a statement in a document that nothing else in the scan confirms."""


class Strength(StrEnum):
    """The strength of a mapping, strongest first."""

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
    """A statement in a document that nothing else in the scan confirms."""


class Platform(StrEnum):
    """What a framework, or a check of another engine, is about where that is one platform."""

    KUBERNETES = "kubernetes"
    AGENTS = "agents"
    OTHER = "other"
    """Any other; no framework is about it."""


class ControlStatus(StrEnum):
    """The status of one control, worst first; `frameworks.status` decides it."""

    ERROR = "error"
    NOT_SATISFIED = "not-satisfied"
    WEAKENED = "weakened"
    PARTIAL = "partial"
    SATISFIED = "satisfied"
    NOT_ASSESSED = "not-assessed"
    MANUAL = "manual"
    NOT_APPLICABLE = "not-applicable"


class AppliesWhen(Struct, frozen=True):
    """What must be in what was scanned for a control, or a link, to apply: each, by any of its items."""

    data: tuple[str, ...] = ()
    """Categories of data."""
    subjects: tuple[str, ...] = ()
    """Kinds of subjects, or the part of a kind before its dot."""

    @property
    def is_always(self) -> bool:
        """Whether it asks for nothing."""
        return not self.data and not self.subjects

    @property
    def words(self) -> str:
        """The condition for a person; empty where there is none."""
        parts = (("data", self.data), ("subjects", self.subjects))
        return " and ".join(f"{what} ({' or '.join(items)})" for what, items in parts if items)


ALWAYS = AppliesWhen()


class ControlLink(Struct, frozen=True):
    """The mapping of one rule to one control."""

    framework: str
    edition: str
    control: str
    relation: Relation
    strength: Strength
    shown_by: ShownBy
    objective: str
    """The objective of the mapping; empty where the control names the rule itself."""
    rationale: str
    rule: str = ""
    """The rule that the control names itself, else empty."""
    proves: bool = True
    """A pass of the rule counts for the control."""
    applies_when: AppliesWhen = ALWAYS


class Assessment(Struct, frozen=True):
    """The status of one control of one framework, and what decided it."""

    framework: str
    edition: str
    control: str
    title: str
    parent: str
    checkable: Checkable
    evidence: str
    status: ControlStatus
    reason: str = ""
    """The reason for the status, in words."""
    rules: tuple[str, ...] = ()
    """Rules that are mapped to the control with any strength and were evaluated for at least one subject."""
    not_run: tuple[str, ...] = ()
    """Rules of the profiles default and strict that are mapped to the control and did not run."""
    findings: tuple[str, ...] = ()
    """Fingerprints of the failures of rules that are mapped to the control with at least medium strength."""
    links: tuple[ControlLink, ...] = ()
    """Of `rules`."""
    shown_by: tuple[ShownBy, ...] = ()
    """The kinds of evidence that decide the status."""
    waived: bool = False
    """Waivers accept all failures that count for it; its status stays what it is without them."""

    @property
    def shown_status(self) -> str:
        """The status in words: `not-satisfied (waived)` where waivers accept what decides it."""
        return f"{self.status} (waived)" if self.waived else self.status.value


class FrameworkSummary(Struct, frozen=True):
    """The figures of one framework, all of them made from the statuses of its controls."""

    id: str
    edition: str
    title: str
    measure: Measure
    controls: int
    applicable: int
    """Controls that are not marked as not applicable."""
    counts: Mapping[ControlStatus, int]
    """Number of controls of each status."""
    covered: int
    """Controls that are decided by more than statements in documents."""
    declared: int
    """Controls that are decided only by statements in documents."""
    low: int
    """Controls to which only rules of low strength are mapped; of the other figures they count only in not-assessed."""
    uncontradicted: int
    """Controls that are satisfied or partial."""
    by_word: int
    """Of these, controls that only statements in documents support."""
    full: int
    """Controls that files can show in full, and that were assessed or whose rules did not run."""
    coverage: float | None
    """covered / applicable; None for a list that is not a set of controls."""
    conformity: float | None
    """satisfied / full; None where no control can be shown in full by what was scanned."""
    licence: str = ""
    source: str = ""
    not_run: int = 0
    """Rules of the profiles default and strict that are mapped to its controls and did not run."""
    incomplete: bool = False
    """Something in scope was not assessed, so that no control is satisfied."""
    scope: tuple[str, ...] = ()
    """Patterns of the paths that belong to it; all paths where there are none."""
    scope_inputs: int | None = None
    """Assessed inputs under those paths; None without patterns."""
    waived: int = 0
    """Controls that are not satisfied or weakened, and whose failures waivers accept; `counts` has them as they are."""
