"""`totals.json`: the numbers of a pack, and whether the files of the pack add up to them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from scanner.evidence import left_out
from scanner.evidence.canonical import OTHER_SHAPE, indented
from scanner.evidence.population import POPULATION, SUBJECTS
from scanner.finished_scan import Accounts, Scan
from scanner.model import SEVERITIES, InputStatus, Outcome
from scanner.reports.tally import tally

TOTALS = "totals.json"
RESULTS = "results.json"
FORMAT = "assay-totals/1"
_STEPS = ("evaluated", "merged", "outside_scope", "listed")
"""Evaluated outcomes, less those that another finding stands for, less those that concern no control of the requested
frameworks, are the listed ones.
"""

Json: TypeAlias = dict[str, Any]
_Counts: TypeAlias = Mapping[str, Mapping[Outcome, int]]


def totals(scan: Scan, accounts: Accounts) -> bytes:
    """The numbers of a scan."""
    rules = {rule: _steps(rule, accounts, scan.counts) for rule in sorted({*accounts.evaluated, *scan.counts})}
    failed = [finding for finding in scan.findings if finding.outcome is Outcome.FAIL]
    return indented(
        {
            "format": FORMAT,
            "inputs": {**tally((item.status for item in scan.inputs), InputStatus), "total": len(scan.inputs)},
            "subjects": len(accounts.subjects),
            "outcomes": {step: _sum(each[step] for each in rules.values()) for step in _STEPS},
            "findings": {"failed": len(failed), "waived": sum(bool(finding.waiver) for finding in failed)},
            "severities": tally((finding.severity for finding in failed), SEVERITIES),
            "frameworks": {
                f"{each.id}@{each.edition}": {
                    "controls": each.controls,
                    "statuses": {status.value: number for status, number in each.counts.items() if number},
                }
                for each in scan.frameworks
                if f"{each.id}@{each.edition}" in scan.run.asked
            },
            "rules": rules,
        }
    )


def _steps(rule: str, accounts: Accounts, listed: _Counts) -> dict[str, dict[str, int]]:
    evaluated, merged, last = (some.get(rule, {}) for some in (accounts.evaluated, accounts.merged, listed))
    taken = {outcome: evaluated.get(outcome, 0) - merged.get(outcome, 0) for outcome in Outcome}
    outside = {outcome: merged.get(outcome, 0) - last.get(outcome, 0) for outcome in Outcome}
    steps = zip(_STEPS, (evaluated, taken, outside, last), strict=True)
    return {name: {outcome.value: each[outcome] for outcome in Outcome if each.get(outcome)} for name, each in steps}


def _sum(counts: Iterator[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return {outcome.value: total[outcome.value] for outcome in Outcome}


def faults(content: Mapping[str, bytes]) -> Iterator[str]:
    """What does not add up in the files of a pack, one sentence each."""
    try:
        stated, results = json.loads(content[TOTALS]), json.loads(content[RESULTS])
        files = [json.loads(line) for line in content[POPULATION].splitlines()]
        rows = [json.loads(line) for line in content[SUBJECTS].splitlines()]
        yield from _of_inputs(stated, results, files)
        yield from _of_files(files, rows)
        yield from _of_outcomes(stated, results, rows)
        yield from left_out.faults(content, stated["rules"])
    except KeyError as error:
        yield f"the sums cannot be checked: {error.args[0]} is missing"
    except OTHER_SHAPE as error:
        yield f"the sums cannot be checked: {error}"


def _of_inputs(stated: Json, results: Json, files: list[Json]) -> Iterator[str]:
    found = {**tally((each["status"] for each in files), [*map(str, InputStatus)]), "total": len(files)}
    if stated["inputs"] != found:
        yield f"{TOTALS} counts the inputs {stated['inputs']}, and {POPULATION} lists {found}"
    listed = [(each["path"], each["sha256"], each["status"]) for each in results["inputs"]]
    if listed != [(each["path"], each["sha256"], each["status"]) for each in files]:
        yield f"the inputs of {RESULTS} are not those of {POPULATION}"


def _of_files(files: list[Json], rows: list[Json]) -> Iterator[str]:
    found = Counter(row.get("built_by") or row["path"] for row in rows)
    for each in files:
        if each["subjects"] != found[each["path"]]:
            told = f"{POPULATION} counts {each['subjects']} subjects, and {SUBJECTS} lists {found[each['path']]}"
            yield f"{each['path']}: {told}"


def _of_outcomes(stated: Json, results: Json, rows: list[Json]) -> Iterator[str]:
    if stated["subjects"] != len(rows):
        yield f"{TOTALS} counts {stated['subjects']} subjects, and {SUBJECTS} lists {len(rows)}"
    evaluated: dict[str, Counter[str]] = {}
    for row in rows:
        for rule, counts in row["outcomes"].items():
            evaluated.setdefault(rule, Counter()).update(counts)
    listed: dict[str, Counter[str]] = {}
    for finding in results["findings"]:
        listed.setdefault(finding["rule"], Counter())[finding["outcome"]] += 1
    for rule in sorted({*evaluated, *listed, *stated["rules"], *results["rules"]}):
        steps = stated["rules"].get(rule) or {step: {} for step in _STEPS}
        if steps["evaluated"] != evaluated.get(rule, {}):
            yield f"{rule}: {TOTALS} counts other outcomes than {SUBJECTS} lists"
        if not steps["listed"] == listed.get(rule, {}) == results["rules"].get(rule, {}).get("counts", {}):
            yield f"{rule}: {TOTALS} counts other findings than {RESULTS} lists"
        if not all(_adds_up(steps, outcome) for outcome in Outcome):
            yield f"{rule}: evaluated, merged, outside_scope and listed do not add up in {TOTALS}"
    sums = {step: _sum(each[step] for each in stated["rules"].values()) for step in _STEPS}
    if stated["outcomes"] != sums:
        yield f"the sums over all rules in {TOTALS} are wrong"


def _adds_up(steps: Mapping[str, Mapping[str, int]], outcome: str) -> bool:
    evaluated, *others = (steps[step].get(outcome, 0) for step in _STEPS)
    return evaluated == sum(others) and min(others) >= 0
