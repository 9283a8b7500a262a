"""Two packs -> their differences as JSON, in the format `assay-evidence-diff/1`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import to_builtins

from scanner.evidence.comparison.breaks import breaks, caveats, different_policy, different_settings
from scanner.evidence.comparison.findings import findings
from scanner.evidence.comparison.pack_side import Json, PackSide
from scanner.masking import mask_data

FORMAT = "assay-evidence-diff/1"
_WAIVER = ("id", "state", "rule", "type", "approver", "approved", "expires", "reason")


def differences(a: PackSide, b: PackSide) -> Json:
    """Everything that differs, with credentials masked."""
    why = list(breaks(a, b))
    found: Json = {
        "format": FORMAT,
        "a": _about(a),
        "b": _about(b),
        "breaks": why,
        "caveats": list(caveats(a, b)),
        "trend": None if why else _trend(a, b),
        "controls": _controls(a, b),
        "findings": findings(a, b),
        "population": _population(a, b),
        "policy": _policy(a, b),
        "waivers": _waivers(a, b),
    }
    masked: Json = mask_data(found)
    return masked


def _about(side: PackSide) -> Json:
    own, repository = side.record, side.record.repository
    return {
        "pack": side.shown,
        "digest": side.digest,
        "faults": side.faults,
        "signature": own.signature,
        "repository": to_builtins(repository) if repository else None,
        "started": own.started,
        "ended": own.ended,
        "actor": own.actor.name,
        "version": own.tool.version,
        "tool": own.tool.digest,
        "ruleset": own.ruleset_digest,
        "frameworks": own.frameworks,
        "verdict": to_builtins(own.verdict),
    }


def _trend(a: PackSide, b: PackSide) -> Json:
    """The numbers of both, which were counted in the same way."""
    names = [each for each in a.totals["frameworks"] if each in b.totals["frameworks"]]
    return {
        "failed": _both(a.totals["findings"], b.totals["findings"]),
        "severities": _both(a.totals["severities"], b.totals["severities"]),
        "frameworks": {
            name: _both(a.totals["frameworks"][name]["statuses"], b.totals["frameworks"][name]["statuses"])
            for name in names
        },
        "inputs": _both(a.totals["inputs"], b.totals["inputs"]),
        "subjects": {"a": a.totals["subjects"], "b": b.totals["subjects"]},
    }


def _both(first: Mapping[str, int], second: Mapping[str, int]) -> Json:
    return {name: {"a": first.get(name, 0), "b": second.get(name, 0)} for name in dict.fromkeys((*first, *second))}


def _controls(a: PackSide, b: PackSide) -> Json:
    first, second = _statuses(a), _statuses(b)
    changed = [
        {"framework": framework, "control": control, "a": before, "b": second[framework, control]}
        for (framework, control), before in first.items()
        if (framework, control) in second and before != second[framework, control]
    ]
    return {
        "changed": changed,
        "same": sum(key in second for key in first) - len(changed),
        "only_a": [f"{framework} {control}" for framework, control in first if (framework, control) not in second],
        "only_b": [f"{framework} {control}" for framework, control in second if (framework, control) not in first],
    }


def _statuses(side: PackSide) -> dict[tuple[str, str], Json]:
    """What decides about each control of the requested frameworks."""
    return {
        (f"{each['framework']}@{each['edition']}", each["control"]): {
            "status": each["status"],
            "waived": each["waived"],
            "reason": each["reason"],
        }
        for each in side.results["controls"]
        if f"{each['framework']}@{each['edition']}" in side.record.frameworks
    }


def _population(a: PackSide, b: PackSide) -> Json:
    shared = [path for path in a.files if path in b.files]
    changed = [path for path in shared if a.files[path]["sha256"] != b.files[path]["sha256"]]
    return {
        "added": [path for path in b.files if path not in a.files],
        "removed": [path for path in a.files if path not in b.files],
        "changed": changed,
        "same": len(shared) - len(changed),
        "status": [
            {"path": path, "a": _state(a.files[path]), "b": _state(b.files[path])}
            for path in shared
            if _state(a.files[path]) != _state(b.files[path])
        ],
        "inputs": {"a": a.totals["inputs"], "b": b.totals["inputs"]},
        "subjects": {"a": a.totals["subjects"], "b": b.totals["subjects"]},
    }


def _state(row: Json) -> str:
    """What became of a file, and why."""
    part = " in part" if row.get("losses") else ""
    return f"{row['status']}{part}" + (f": {row['reason']}" if row["reason"] else "")


def _policy(a: PackSide, b: PackSide) -> Json:
    first, second = a.settings, b.settings
    names = different_policy(a, b)
    return {
        "ruleset": {"a": a.record.ruleset_digest, "b": b.record.ruleset_digest},
        "version": {"a": a.record.tool.version, "b": b.record.tool.version},
        "settings": [
            {"setting": name, "a": first.get(name), "b": second.get(name)} for name in different_settings(a, b)
        ],
        "added": [name for name in names if name not in a.policy],
        "removed": [name for name in names if name not in b.policy],
        "changed": [name for name in names if name in a.policy and name in b.policy],
        "same": sum(a.policy.get(name) == digest for name, digest in b.policy.items()),
    }


def _waivers(a: PackSide, b: PackSide) -> Json:
    first, second = ({each["id"]: each for each in side.results.get("waivers", [])} for side in (a, b))
    shared = [name for name in first if name in second]
    changed = [
        {"id": name, "changes": _changes(first[name], second[name])} for name in shared if first[name] != second[name]
    ]
    return {
        "added": [_waiver(second[name]) for name in second if name not in first],
        "removed": [_waiver(first[name]) for name in first if name not in second],
        "changed": changed,
        "same": len(shared) - len(changed),
    }


def _changes(first: Json, second: Json) -> dict[str, Any]:
    return {
        key: {"a": first.get(key), "b": second.get(key)}
        for key in sorted({*first, *second})
        if first.get(key) != second.get(key)
    }


def _waiver(each: Json) -> Json:
    return {key: each.get(key, "") for key in _WAIVER}
