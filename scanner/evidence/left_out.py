"""`left_out.jsonl`: what failed, or was not decided, and counts for no control of the requested frameworks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from scanner.evidence.canonical import lines
from scanner.finished_scan import Accounts
from scanner.model import Finding, Outcome

LEFT_OUT = "left_out.jsonl"

Json: TypeAlias = dict[str, Any]
Reasons: TypeAlias = dict[str, dict[str, list[str]]]
"""`id@edition` of a framework -> reason -> controls for which an outcome does not count for this reason."""


def left_out(accounts: Accounts, listed: int) -> bytes:
    """A line for each, with the controls that its rule is mapped to, by the reason why it does not count for them.

    `listed` is the number of findings of the scan.
    """
    reasons = reasons_of(accounts, listed)
    return lines(_row(each, reasons.get(number, {})) for number, each in enumerate(accounts.left_out))


def reasons_of(accounts: Accounts, listed: int) -> dict[int, Reasons]:
    """Number of each that counts for no control -> why."""
    found: dict[int, Reasons] = {}
    for (framework, edition, control), numbers in accounts.uncounted.items():
        for number, why in numbers:
            if number >= listed:
                own = found.setdefault(number - listed, {}).setdefault(f"{framework}@{edition}", {})
                own.setdefault(why, []).append(control)
    return found


def _row(finding: Finding, reasons: Reasons) -> Json:
    at = finding.location
    return {
        "outcome": finding.outcome,
        "rule": finding.rule,
        "severity": finding.severity,
        "path": at.path,
        "line": at.line,
        "column": at.column,
        "kind": finding.subject_kind,
        "id": finding.subject_id,
        "name": finding.subject_name,
        "message": finding.message,
        "fingerprint": finding.fingerprint,
        "frameworks": [
            {"framework": name, "why": why, "controls": controls}
            for name, own in reasons.items()
            for why, controls in own.items()
        ],
    }


def faults(content: Mapping[str, bytes], rules: Mapping[str, Json]) -> Iterator[str]:
    """What differs between the list and the steps of each rule in the totals; raises KeyError if there is no list."""
    rows = [json.loads(line) for line in content[LEFT_OUT].splitlines()]
    found = Counter((each["rule"], each["outcome"]) for each in rows)
    stated = {
        (rule, outcome): number
        for rule, steps in rules.items()
        for outcome, number in steps["outside_scope"].items()
        if number and outcome != Outcome.PASS
    }
    for rule, outcome in sorted({*found, *stated}):
        if found[rule, outcome] != (number := stated.get((rule, outcome), 0)):
            told = f"the totals count {number} with the outcome {outcome} that count for no control"
            yield f"{rule}: {told}, and {LEFT_OUT} lists {found[rule, outcome]}"
