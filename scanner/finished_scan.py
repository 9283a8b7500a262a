"""A finished scan: all that reports and evidence are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from scanner.agent_graph import CardScope, SetupGraph
from scanner.baseline import BaselineState
from scanner.configured import Configuration
from scanner.controls import Assessment, ControlLink, FrameworkSummary
from scanner.model import Finding, Input, Outcome, Profile, RuleInfo, Severity, SubjectOutcomes
from scanner.waived import AppliedWaivers

DISCLAIMER = "A static scan supports or contradicts controls; it does not establish compliance."
"""The statement that every report begins with."""


class Verdict(Struct, frozen=True):
    """The verdict on a scan: the exit code and the reason in one sentence."""

    exit_code: int
    reason: str


class PackReference(Struct, frozen=True):
    """What a report in an evidence pack says of the pack."""

    record: str
    """The file with times, arguments and the actor."""
    signature: str
    """The fingerprint of the key that signs the pack, or UNSIGNED."""


class Run(Struct, frozen=True):
    """The circumstances of a scan, all given from outside so that a run repeats byte for byte."""

    version: str
    started: str
    ended: str
    arguments: tuple[str, ...]
    profile: Profile
    kubernetes_version: str
    fail_on: Severity
    pack_digest: str
    """Of all rules and catalogues."""
    ruleset_digest: str = ""
    """Of what decided: the rules that ran with their parameters, and the version of Kubernetes."""
    asked: tuple[str, ...] = ()
    """The frameworks that were requested, as `id@edition`; only rules that are mapped to them ran."""
    all_frameworks: bool = False
    """The controls of all frameworks are listed."""
    git_commit: str = ""
    git_dirty: bool | None = None
    configuration: Configuration = field(default_factory=Configuration)
    """The changes from the defaults, which reports list first."""
    pack: PackReference | None = None
    """Of a report in an evidence pack: where the times and the arguments of the run are."""


class Comparison(Struct, frozen=True):
    """How a scan compares with the base of a change, or with a baseline file."""

    base: str
    """The base as it was named, such as origin/main; the path of a baseline file."""
    commit: str
    """The commit that was read as the base; empty for a file."""
    states: Mapping[BaselineState, int]
    """Number of failures and unknowns in each state."""
    gone: tuple[Finding, ...] = ()
    """Findings of the base that are not there any more: fixed, or not comparable."""
    notes: tuple[str, ...] = ()
    """What was not compared, and why."""


class Accounts(Struct, frozen=True):
    """How the findings of a scan follow from the outcomes of rules for subjects.

    Those of `evaluated`, less those that other findings stand for, are `merged`; less those that concern no control of
    the requested frameworks, they are the counts of the scan.
    """

    subjects: tuple[SubjectOutcomes, ...] = ()
    """Every subject, in order of place, with the outcomes of all rules for it."""
    evaluated: Mapping[str, Mapping[Outcome, int]] = {}
    """Rule -> number of each outcome, over all subjects."""
    merged: Mapping[str, Mapping[Outcome, int]] = {}
    """The same after findings with one cause became one."""
    blobs: Mapping[str, str] = {}
    """Path of an input that was read -> the identity of its content in Git."""
    of_controls: Mapping[tuple[str, str, str], tuple[int, ...]] = {}
    """(framework, edition, control) -> numbers of the findings of the scan that concern it, with any strength."""
    left_out: tuple[Finding, ...] = ()
    """What failed, or was not decided, and counts for no control of the requested frameworks."""
    uncounted: Mapping[tuple[str, str, str], tuple[tuple[int, str], ...]] = {}
    """(framework, edition, control) -> what of its rules does not count for it: numbers, each with the reason; those of
    `left_out` follow the findings of the scan.
    """


class Scan(Struct, frozen=True):
    """A finished scan: everything that reports and evidence are made from."""

    run: Run
    inputs: tuple[Input, ...]
    findings: tuple[Finding, ...]
    """Fails, unknowns and errors in order of place; passes too where they were requested."""
    rules: dict[str, RuleInfo]
    """Every rule that was evaluated on at least one subject, and those of the findings."""
    links: dict[str, tuple[ControlLink, ...]]
    """Rule id -> controls it is mapped to, of the frameworks of this scan."""
    assessments: tuple[Assessment, ...]
    frameworks: tuple[FrameworkSummary, ...]
    outcomes: dict[str, int]
    """Number of outcomes of each kind, passes included."""
    verdict: Verdict
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Path -> lines, for the inputs that findings point into; for excerpts only."""
    counts: Mapping[str, Mapping[Outcome, int]] = field(default_factory=dict)
    """Rule -> number of its outcomes of each kind."""
    unfamiliar: Mapping[str, int] = field(default_factory=dict)
    """Kind and group -> number of objects of the Kubernetes API whose own fields no rule looks at."""
    waivers: AppliedWaivers = field(default_factory=AppliedWaivers)
    """What became of each waiver."""
    notes: tuple[str, ...] = ()
    """Messages of other engines besides outcomes, such as what they did not look up."""
    comparison: Comparison | None = None
    """With the base of a change, where the scan is a comparison."""

    graphs: tuple[SetupGraph, ...] = ()
    """Of agent setups and swarms."""
    card_scopes: tuple[CardScope, ...] = ()
    """Of each system with card data, the components by their scope under PCI DSS."""
    accounts: Accounts | None = None
    """What adds up to the findings, where that was requested."""

    @property
    def listed(self) -> Sequence[Finding]:
        """The findings that reports for people list: in a comparison, those that count."""
        return [finding for finding in self.findings if finding.counts] if self.comparison else self.findings
