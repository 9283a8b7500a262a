"""Rules that are mapped to no control of a framework to which an independent policy maps the same check.

The table has the columns rule, framework, edition and control_named_by_an_independent_policy, which may name several
controls, separated by commas. A rule may be named by a former id. A written reason is a row of docs/mapping-review.md
that contains the rule and the framework, each in backticks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner import library
from scanner.frameworks import catalogue
from scanner.frameworks.links import links
from scanner.model import RuleInfo, Severity

COLUMNS = {"rule", "framework", "edition", "control_named_by_an_independent_policy"}
REASONS = Path(__file__).resolve().parent.parent / "docs" / "mapping-review.md"


@dataclass(frozen=True)
class Pair:
    """One rule and one framework."""

    rule: RuleInfo
    framework: str
    theirs: str
    ours: tuple[str, ...]
    """Controls that the rule is mapped to with at least medium strength."""
    faint: tuple[str, ...]
    """Controls that the rule is mapped to with low strength."""

    @property
    def verdict(self) -> str:
        """The result of the comparison, as one of four phrases."""
        named = {control.strip() for control in self.theirs.split(",")}
        if not self.ours and not self.faint:
            return "reaches nothing"
        if any(_alike(ours, theirs) for ours in self.ours for theirs in named):
            return "agrees"
        if any(_alike(ours, theirs) for ours in self.faint for theirs in named):
            return "agrees with low strength"
        return "reaches others"


def pairs(rows: Iterable[Mapping[str, str]], rules: Sequence[RuleInfo]) -> Iterator[Pair]:
    """Each row whose rule and framework exist."""
    frameworks = catalogue.load(library.Cache())
    known = {name: rule for rule in rules for name in (*rule.formerly, rule.id)}
    linked = links(frameworks, rules)
    for row in rows:
        if row["rule"] not in known:
            continue
        rule = known[row["rule"]]
        found = [
            link for link in linked[rule.id] if (link.framework, link.edition) == (row["framework"], row["edition"])
        ]
        ours = tuple(link.control for link in found if link.strength.bears)
        faint = tuple(link.control for link in found if not link.strength.bears)
        yield Pair(rule, row["framework"], row["control_named_by_an_independent_policy"], ours, faint)


def unexplained(found: Iterable[Pair]) -> Iterator[Pair]:
    """High and critical rules without a mapping and without a written reason."""
    reasons = [line for line in REASONS.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    for pair in found:
        grave = pair.rule.severity in (Severity.CRITICAL, Severity.HIGH)
        said = any(f"`{pair.rule.id}`" in line and f"`{pair.framework}`" in line for line in reasons)
        if pair.verdict == "reaches nothing" and grave and not said:
            yield pair


def _alike(ours: str, theirs: str) -> bool:
    """Whether one control is the other, or a part of it."""
    return (
        ours == theirs or ours.startswith((f"{theirs}.", f"{theirs}(")) or theirs.startswith((f"{ours}.", f"{ours}("))
    )
