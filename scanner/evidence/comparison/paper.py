"""The differences of two packs as sections and tables, for the forms that people read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from scanner.evidence.comparison.pack_side import Json
from scanner.evidence.sections import Paper, Part, Section, Table, cut

_FINDING = ("severity", "rule", "place", "fingerprint", "waiver", "the other pack", "message")

_OF_GIT = ("commit", "tree", "branch")
_ROWS = ("pack", "digest", "ended", *_OF_GIT, "actor", "version", "ruleset", "frameworks", "verdict", "signature")


def paper_of(found: Json, most: int) -> Paper:
    """The differences, with at most so many rows in a table."""
    return Paper(
        "Two evidence packs",
        [
            Section("A and B", list(_about(found, most))),
            Section("Trend", list(_trend(found))),
            Section("Controls", list(_controls(found["controls"], most))),
            Section("Findings", list(_findings(found["findings"], most))),
            Section("Population", list(_population(found["population"], most))),
            Section("Policy", list(_policy(found["policy"], most))),
            Section("Waivers", list(_waivers(found["waivers"], most))),
        ],
    )


def _about(found: Json, most: int) -> Iterator[Part]:
    for name in ("a", "b"):
        if faults := found[name]["faults"]:
            yield f"{name.upper()} DOES NOT VERIFY, and what follows rests on it. Faults: {len(faults)}."
            yield from cut(("fault",), [(each,) for each in faults], most)
    yield Table(("", "A", "B"), [(key, *(_cell(found[name], key) for name in ("a", "b"))) for key in _ROWS])
    yield from (f"Note: {each}." for each in found["caveats"])


def _cell(side: Json, key: str) -> str:
    if key in _OF_GIT:
        value = (side["repository"] or {}).get(key)
    elif key == "verdict":
        value = side["verdict"]["reason"]
    elif key == "frameworks":
        value = ", ".join(side["frameworks"])
    else:
        value = side[key]
    return str(value or "not stated")


def _trend(found: Json) -> Iterator[Part]:
    if found["breaks"]:
        yield "There is no trend: the numbers of A and B were not counted in the same way."
        yield from (f"Break: {each}." for each in found["breaks"])
        return
    own = found["trend"]
    groups = {"findings": own["failed"], "failures": own["severities"], **own["frameworks"], "inputs": own["inputs"]}
    rows = [(group, name, pair) for group, pairs in groups.items() for name, pair in pairs.items()]
    rows.append(("subjects", "total", own["subjects"]))
    yield "Rules, scope and settings of A and B are equal, so their numbers can be compared."
    yield Table(
        ("of", "number", "A", "B", "change"),
        [(group, name, f"{pair['a']}", f"{pair['b']}", f"{pair['b'] - pair['a']:+}") for group, name, pair in rows],
    )


def _controls(own: Json, most: int) -> Iterator[Part]:
    yield f"Controls with another status or another reason: {len(own['changed'])}. Equal: {own['same']}."
    rows = [(each["framework"], each["control"], *map(_status, (each["a"], each["b"]))) for each in own["changed"]]
    yield from cut(("framework", "control", "A", "B"), rows, most)
    for name in ("a", "b"):
        if only := own[f"only_{name}"]:
            yield f"Controls only in {name.upper()}: {len(only)}."
            yield from cut(("control",), [(each,) for each in only], most)


def _status(each: Json) -> str:
    waived = " (waived)" if each["waived"] else ""
    return f"{each['status']}{waived}" + (f": {each['reason']}" if each["reason"] else "")


def _findings(own: Json, most: int) -> Iterator[Part]:
    yield f"Failures in both: {own['same']}."
    for name, title in (("new", "only in B"), ("gone", "only in A")):
        yield f"Failures {title}: {len(own[name])}."
        yield from cut(_FINDING, list(map(_finding, own[name])), most)
    yield f"Failures in both with another waiver: {len(own['acceptance'])}."
    rows = [
        (each["rule"], f"{each['path']}:{each['line']}", each["a"] or "none", each["b"] or "none")
        for each in own["acceptance"]
    ]
    yield from cut(("rule", "place", "A", "B"), rows, most)
    outcomes = own["outcomes"]
    counts = [(name, str(outcomes["a"].get(name, 0)), str(outcomes["b"].get(name, 0))) for name in outcomes["b"]]
    yield from cut(("listed outcomes", "A", "B"), counts, most)


def _finding(each: Json) -> tuple[str, ...]:
    place = f"{each['path']}:{each['line']}"
    return each["severity"], each["rule"], place, each["fingerprint"], each["waiver"], each["why"], each["message"]


def _population(own: Json, most: int) -> Iterator[Part]:
    yield (
        f"Files with equal content: {own['same']}. Changed: {len(own['changed'])}. Only in B: {len(own['added'])}. "
        f"Only in A: {len(own['removed'])}."
    )
    rows = [(name, path) for name in ("added", "removed", "changed") for path in own[name]]
    yield from cut(("", "file"), rows, most)
    yield f"Files with another status: {len(own['status'])}."
    yield from cut(("file", "A", "B"), [(each["path"], each["a"], each["b"]) for each in own["status"]], most)


def _policy(own: Json, most: int) -> Iterator[Part]:
    yield f"Settings with another value: {len(own['settings'])}."
    rows = [(each["setting"], _value(each["a"]), _value(each["b"])) for each in own["settings"]]
    yield from cut(("setting", "A", "B"), rows, most)
    yield f"Files of the policy that are equal: {own['same']}."
    files = [(name, path) for name in ("added", "removed", "changed") for path in own[name]]
    yield from cut(("", "file"), files, most)


def _waivers(own: Json, most: int) -> Iterator[Part]:
    yield f"Waivers that are equal: {own['same']}."
    rows = [
        (name, each["id"], each["state"], each["rule"], each["approver"], each["expires"])
        for name in ("added", "removed")
        for each in own[name]
    ]
    yield from cut(("", "waiver", "state", "rule", "approver", "expires"), rows, most)
    changes = [
        (each["id"], key, _value(pair["a"]), _value(pair["b"]))
        for each in own["changed"]
        for key, pair in each["changes"].items()
    ]
    yield f"Waivers that changed: {len(own['changed'])}."
    yield from cut(("waiver", "key", "A", "B"), changes, most)


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
