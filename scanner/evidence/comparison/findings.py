"""The failures of two packs -> those that are new, gone and in both, each with what the other pack says of it.

Failures are compared by fingerprint, so a file that was renamed makes none new or gone. Of failures with one
fingerprint, those at the same path belong together first.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.evidence.comparison.pack_side import Json, PackSide

_FAIL = "fail"


def findings(a: PackSide, b: PackSide) -> Json:
    """What differs between the failures."""
    first, second = _failures(a), _failures(b)
    new: list[Json] = []
    gone: list[Json] = []
    accepted: list[Json] = []
    same = 0
    for fingerprint in sorted({*first, *second}):
        pairs = list(_paired(first.get(fingerprint, []), second.get(fingerprint, [])))
        gone += (_shown(one, other_says(one, b)) for one, other in pairs if one and not other)
        new += (_shown(other, other_says(other, a)) for one, other in pairs if other and not one)
        both = [(one, other) for one, other in pairs if one and other]
        same += len(both)
        accepted += (
            {**_shown(other, ""), "a": one.get("waiver", ""), "b": other.get("waiver", "")}
            for one, other in both
            if one.get("waiver", "") != other.get("waiver", "")
        )
    return {
        "new": sorted(new, key=_by_place),
        "gone": sorted(gone, key=_by_place),
        "same": same,
        "acceptance": sorted(accepted, key=_by_place),
        "outcomes": {"a": a.totals["outcomes"]["listed"], "b": b.totals["outcomes"]["listed"]},
    }


def _failures(side: PackSide) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for each in side.results["findings"]:
        if each["outcome"] == _FAIL:
            found.setdefault(each["fingerprint"], []).append(each)
    return found


def _paired(first: list[Json], second: list[Json]) -> Iterator[tuple[Json | None, Json | None]]:
    left, other = list(first), list(second)
    for each in first:
        match = next((found for found in other if _path(found) == _path(each)), None)
        if match is not None:
            left.remove(each)
            other.remove(match)
            yield each, match
    number = max(len(left), len(other))
    yield from zip(left + [None] * (number - len(left)), other + [None] * (number - len(other)), strict=True)


def other_says(finding: Json, other: PackSide) -> str:
    """Why a failure of one pack is not in the other, as far as that one shows it."""
    fingerprint, rule = finding["fingerprint"], finding["rule"]
    outcomes = {each["outcome"] for each in other.results["findings"] if each["fingerprint"] == fingerprint} - {_FAIL}
    if outcomes:
        return f"{other.name} says {', '.join(sorted(outcomes))}"
    if why := _not_looked_at(_path(finding), other):
        return why
    steps = other.totals["rules"].get(rule)
    if not steps:
        return f"{other.name} did not evaluate the rule"
    if steps["outside_scope"].get(_FAIL):
        return f"not listed in {other.name}, which left out failures of the rule that concern none of its frameworks"
    return f"not found in {other.name}"


def _not_looked_at(path: str, other: PackSide) -> str:
    """Why a file was not assessed in full; empty where it was."""
    row = other.files.get(path)
    if row is None:
        return f"the file is not in {other.name}"
    if row["status"] != "assessed":
        return f"{other.name} did not assess the file: {row['reason'] or row['status']}"
    return f"{other.name} assessed the file in part" if row.get("losses") else ""


def _shown(finding: Json, why: str) -> Json:
    return {
        "fingerprint": finding["fingerprint"],
        "rule": finding["rule"],
        "severity": finding.get("counted_severity", finding["severity"]),
        "path": _path(finding),
        "line": finding["location"]["line"],
        "message": finding["message"],
        "waiver": finding.get("waiver", ""),
        "why": why,
    }


def _path(finding: Json) -> str:
    return str(finding["location"]["path"])


def _by_place(each: Json) -> tuple[str, int, str, str]:
    return each["path"], each["line"], each["rule"], each["fingerprint"]
