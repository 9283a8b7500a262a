"""A finished scan: all that reports and evidence are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from scanner.agent_graph import CardScope, SetupGraph
from scanner.baseline import BaselineState
from scanner.configured import Configuration
from scanner.controls import Assessment, ControlLink, FrameworkSummary
from scanner.model import Finding, Input, Outcome, Profile, RuleInfo, Severity
from scanner.waived import AppliedWaivers

DISCLAIMER = "A static scan supports or contradicts controls; it does not establish compliance."
"""The statement that every report begins with."""


class Verdict(Struct, frozen=True):
    """The verdict on a scan: the exit code and the reason in one sentence."""

    exit_code: int
    reason: str


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

    @property
    def listed(self) -> Sequence[Finding]:
        """The findings that reports for people list: in a comparison, those that count."""
        return [finding for finding in self.findings if finding.counts] if self.comparison else self.findings
