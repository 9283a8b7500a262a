"""Observations of what counts for no control of the requested frameworks, so that no finding and no risk refers to it.

Each rule has one with its numbers. Failures have one of their own with the place and the reason, as far as they fit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from scanner.evidence.left_out import LEFT_OUT, Reasons, reasons_of
from scanner.evidence.oscal import observed
from scanner.evidence.oscal.basis import Basis, Json, props, text
from scanner.evidence.oscal.observed import OWN_OBSERVATION, Observed
from scanner.evidence.population import SUBJECTS
from scanner.model import Finding, Outcome

MOST = 1_000
"""Failures that have an observation of their own."""
PREFIX = "left-out-"
"""Before the outcomes that are counted."""
COUNTS, SHOWN = "counts", "observations-of-failures"
"""Property of the observation of a failure, and that of a rule's numbers which says how many of these there are."""


class Beside:
    """What counts for no control."""

    def __init__(self, basis: Basis, observed: Observed) -> None:
        self._basis = basis
        self._observed = observed
        accounts = basis.scan.accounts
        self._left: Sequence[Finding] = accounts.left_out if accounts else ()
        self._reasons = reasons_of(accounts, len(basis.scan.findings)) if accounts else {}
        self._by_rule: dict[str, list[int]] = {}
        for number, finding in enumerate(self._left):
            self._by_rule.setdefault(finding.rule, []).append(number)

    @property
    def rules(self) -> list[str]:
        """The rules of which something counts for no control, in order."""
        return sorted(self._by_rule)

    @property
    def failures(self) -> int:
        """How many of it failed."""
        return sum(each.outcome is Outcome.FAIL for each in self._left)

    @cached_property
    def _shown(self) -> dict[int, str]:
        """Number of each failure with an observation of its own -> identifier of the observation."""
        failed = {
            rule: own
            for rule, numbers in self._by_rule.items()
            if (own := [number for number in numbers if self._left[number].outcome is Outcome.FAIL])
        }
        share = max(1, MOST // max(1, len(failed)))
        found, seen = {}, Counter[tuple[str, str]]()
        for number in (number for numbers in failed.values() for number in numbers[:share]):
            key = self._left[number].rule, self._left[number].fingerprint
            seen[key] += 1
            found[number] = self._basis.uuid("observation", "left-out", *key, seen[key])
        return found

    def observations(self) -> list[Json]:
        """By rule: first the numbers, then the failures in order of place."""
        found = []
        for rule in self.rules:
            shown = [number for number in self._by_rule[rule] if number in self._shown]
            found += [self._summary(rule, len(shown)), *map(self._single, shown)]
        return found

    def subjects(self) -> Iterator[Finding]:
        """The failures whose subjects observations name."""
        return (self._left[number] for number in self._shown)

    def _summary(self, rule: str, shown: int) -> Json:
        counts = Counter(self._left[number].outcome for number in self._by_rule[rule])
        rest = f" {shown} {OWN_OBSERVATION}." if shown < counts[Outcome.FAIL] else ""
        description = (
            f"Outcomes of the rule {text(rule)} that count for no control of the requested frameworks: "
            f"{observed.told(counts)}. No finding and no risk refers to them.{rest} "
            f"{LEFT_OUT} lists all with the reason."
        )
        numbers = ((f"{PREFIX}{each}", counts[each]) for each in Outcome if each is not Outcome.PASS)
        identity = self._basis.uuid("observation", "left-out", rule)
        return self._observed.summary(rule, identity, description, (*numbers, (SHOWN, shown)), (LEFT_OUT, SUBJECTS))

    def _single(self, number: int) -> Json:
        own = self._observed.single(self._shown[number], self._left[number], LEFT_OUT)
        why = text(told(self._reasons.get(number, {})))
        return {
            **own,
            "props": [*own["props"], *props((COUNTS, "for no control of the requested frameworks"))],
            "remarks": f"Counts for no control of the requested frameworks: {why}.",
        }


def told(reasons: Reasons) -> str:
    """Why something counts for no control: each reason with the controls, by framework."""
    return "; ".join(
        f"{framework} {why} ({', '.join(controls)})"
        for framework, own in reasons.items()
        for why, controls in own.items()
    )
