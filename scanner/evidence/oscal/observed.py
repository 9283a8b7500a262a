"""Observations, the subjects that they are about, and risks, which results and the plan of action share.

Each rule has one observation with its numbers, so that passes do not take an observation each. Each failure has one of
its own, with the place in the file, as far as they fit; a risk is the failures of one rule that no waiver, or the same
waiver, accepts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

from scanner.evidence.oscal.basis import METHOD, OF_COMMIT, Basis, Json, props, some, text
from scanner.evidence.population import SUBJECTS
from scanner.evidence.totals import RESULTS
from scanner.model import Finding, Outcome, RuleInfo

MOST = 2_500
"""Failures that have an observation of their own; each takes about 2 kB."""

OWN_OBSERVATION = "of the failures have an observation of their own"

RiskKey: TypeAlias = tuple[str, str]
"""Rule and waiver."""


class Observed:
    """What was observed in a scan."""

    def __init__(self, basis: Basis) -> None:
        self._basis = basis
        self._groups: dict[RiskKey, list[int]] = {}
        for number, finding in enumerate(basis.scan.findings):
            if finding.outcome is Outcome.FAIL:
                self._groups.setdefault((finding.rule, finding.waiver), []).append(number)
        self._share = max(1, MOST // max(1, len(self._groups)))
        self._digests = {item.path: item.sha256 for item in basis.scan.inputs}

    @cached_property
    def rules(self) -> list[str]:
        """The rules that have an outcome, in order."""
        return sorted(rule for rule, counts in self._basis.scan.counts.items() if any(counts.values()))

    @property
    def risks(self) -> list[RiskKey]:
        """The keys of all risks, in order."""
        return sorted(self._groups)

    @cached_property
    def _shown(self) -> dict[int, str]:
        """Number of each failure with an observation of its own -> identifier of the observation."""
        found, seen = {}, Counter[tuple[str, str]]()
        for number in sorted(number for group in self._groups.values() for number in group[: self._share]):
            finding = self._basis.scan.findings[number]
            key = finding.rule, finding.fingerprint
            seen[key] += 1
            found[number] = self._basis.uuid("observation", *key, seen[key])
        return found

    def of_rule(self, rule: str) -> str:
        """The identifier of the observation with the numbers of a rule."""
        return self._basis.uuid("observation", rule)

    def of_risk(self, key: RiskKey) -> str:
        """The identifier of a risk."""
        return self._basis.uuid("risk", *key)

    def of(self, numbers: Iterable[int]) -> list[str]:
        """The identifiers of the observations of some failures."""
        return [self._shown[number] for number in numbers if number in self._shown]

    def observations(self, rules: Iterable[str]) -> list[Json]:
        """Those of some rules: first the numbers of the rule, then its failures in order of place."""
        by_rule: dict[str, list[int]] = {}
        for number in self._shown:
            by_rule.setdefault(self._basis.scan.findings[number].rule, []).append(number)
        found = []
        for rule in rules:
            own = by_rule.get(rule, [])
            singles = (self.single(self._shown[each], self._basis.scan.findings[each], RESULTS) for each in own)
            found += [self._numbers(rule, len(own)), *singles]
        return found

    def inventory(self, further: Iterable[Finding] = ()) -> list[Json]:
        """The subjects of failures, and of further ones."""
        found: dict[str, Finding] = {}
        for finding in (*(self._basis.scan.findings[number] for number in self._shown), *further):
            found.setdefault(self._subject(finding), finding)
        return [self._item(identity, finding) for identity, finding in found.items()]

    def _subject(self, finding: Finding) -> str:
        return self._basis.uuid("subject", finding.subject_kind, finding.subject_id, finding.location.path)

    def _item(self, identity: str, finding: Finding) -> Json:
        path = finding.location.path
        return {
            "uuid": identity,
            "description": text(finding.subject_name),
            "props": props(
                ("kind", finding.subject_kind),
                ("subject-id", finding.subject_id),
                ("path", path),
                ("sha256", self._digests.get(path, "")),
            ),
        }

    def _numbers(self, rule: str, shown: int) -> Json:
        counts = self._basis.scan.counts[rule]
        failed = counts.get(Outcome.FAIL, 0)
        rest = f" {shown} {OWN_OBSERVATION}; all are in {RESULTS}." if shown < failed else ""
        return self.summary(
            rule,
            self.of_rule(rule),
            f"Outcomes of the rule {text(rule)}: {told(counts)}.{rest}",
            ((each, counts.get(each, 0)) for each in Outcome),
            (RESULTS, SUBJECTS),
        )

    def summary(
        self,
        rule: str,
        identity: str,
        description: str,
        numbers: Iterable[tuple[str, int]],
        files: Iterable[str],
    ) -> Json:
        """The observation with the numbers of a rule, which files of the pack show."""
        info = self._info(rule)
        return {
            **self._head(identity, info, description),
            "props": props(("rule", rule), ("severity", info.severity), *numbers, OF_COMMIT),
            "methods": [METHOD],
            "types": ["control-objective"],
            "origins": self._basis.origins,
            "relevant-evidence": [
                {"href": f"#{self._basis.resource(name)}", "description": f"{name} in the pack"} for name in files
            ],
            "collected": self._basis.time,
        }

    def single(self, identity: str, finding: Finding, listed_in: str) -> Json:
        """The observation of one failure, which a file of the pack lists."""
        at = finding.location
        return {
            **self._head(identity, self._info(finding.rule), text(finding.message)),
            "props": props(
                *(("rule", finding.rule), ("severity", finding.severity), ("outcome", finding.outcome)),
                *(("expected", finding.expected), ("observed", finding.observed), ("waiver", finding.waiver)),
                *(("fingerprint", finding.fingerprint), ("occurrence", finding.occurrence)),
                OF_COMMIT,
            ),
            "methods": [METHOD],
            "types": ["discovery"],
            "origins": self._basis.origins,
            "subjects": [{"subject-uuid": self._subject(finding), "type": "inventory-item"}],
            "relevant-evidence": [
                {
                    "href": f"#{self._basis.resource(listed_in)}",
                    "description": text(f"{at.path}:{at.line}:{at.column}"),
                    "props": props(
                        *(("path", at.path), ("line", at.line), ("column", at.column)),
                        ("sha256", self._digests.get(at.path, "")),
                    ),
                }
            ],
            "collected": self._basis.time,
        }

    @staticmethod
    def _head(identity: str, info: RuleInfo, description: str) -> Json:
        return {"uuid": identity, "title": text(info.title), "description": description}

    def _info(self, rule: str) -> RuleInfo:
        return self._basis.scan.rules[rule]

    def risk(self, key: RiskKey) -> Json:
        """The failures of a rule as one risk."""
        rule, waiver = key
        info, group = self._info(rule), self._groups[key]
        related = [self.of_rule(rule), *self.of(group)]
        remediation = {
            "uuid": self._basis.uuid("remediation", *key),
            "lifecycle": "recommendation",
            "title": "What to change",
            "description": text(info.remediation),
        }
        return {
            "uuid": self.of_risk(key),
            "title": text(info.title),
            "description": text(info.why or info.title),
            "statement": f"The rule fails at {len(group)} {'place' if len(group) == 1 else 'places'}.",
            "props": props(("rule", rule), ("severity", info.severity), *self._waived(waiver)),
            "status": "deviation-approved" if waiver else "open",
            "origins": self._basis.origins,
            **self._mitigation(key),
            **some("remediations", [remediation] if info.remediation else []),
            "related-observations": [{"observation-uuid": each} for each in related],
        }

    def _waived(self, identity: str) -> Iterator[tuple[str, str]]:
        if identity and (found := self._basis.scan.waivers.of(identity)):
            own = found.waiver
            yield from (("waiver", own.id), ("waiver-type", own.type), ("waiver-reason", own.reason))
            yield from (("approver", own.approver), ("approved", own.approved), ("expires", own.expires))
            yield "waiver-controls", ", ".join(own.controls)

    def _mitigation(self, key: RiskKey) -> Json:
        found = self._basis.scan.waivers.of(key[1]) if key[1] else None
        if found is None or not found.waiver.compensating_control:
            return {}
        factor = {
            "uuid": self._basis.uuid("mitigation", *key),
            "description": text(found.waiver.compensating_control),
        }
        return {"mitigating-factors": [factor]}


def told(counts: Mapping[Outcome, int]) -> str:
    """The numbers of outcomes in words, without those that did not occur."""
    return ", ".join(f"{counts[each]} {each}" for each in Outcome if counts.get(each))
