"""Whether the OSCAL documents of a pack refer only to what exists, and say what the other files of the pack say.

Neither the schema of OSCAL nor its constraints ask for the first.
"""

from __future__ import annotations

import json
import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from scanner.controls import Measure
from scanner.evidence.manifest import digest_of
from scanner.evidence.oscal.basis import CATALOG, PLAN, RESULTS_DOCUMENT, SSP, Json
from scanner.evidence.oscal.beside import COUNTS, PREFIX, SHOWN
from scanner.evidence.oscal.results import STATES
from scanner.evidence.totals import RESULTS, TOTALS
from scanner.model import Outcome

FOLDER = "oscal"
_IN = {
    "observation-uuid": ("observations",),
    "risk-uuid": ("risks",),
    "subject-uuid": ("inventory-items", "components"),
    "actor-uuid": ("components",),
    "component-uuid": ("components",),
    "activity-uuid": ("activities",),
}
"""Reference -> the lists in which what it names stands."""
_IMPORTED = {RESULTS_DOCUMENT: (PLAN,)}
"""Document -> others whose components it may name."""
_NOT_PASSED = [outcome.value for outcome in Outcome if outcome is not Outcome.PASS]
_STATUSES = {status.value: state for status, (state, _) in STATES.items()}


class _Document(Struct, frozen=True):
    """One document with what it declares and what it refers to."""

    name: str
    model: Json
    declared: dict[str, list[str]]
    """List -> the identifiers of its items."""
    references: list[tuple[str, str]]
    """Key and value of whatever names something else."""
    controls: list[str]
    """Ids that the catalog has to have."""
    resources: list[Json]


def faults(content: Mapping[str, bytes]) -> Iterator[str]:
    """What does not close, one sentence each; nothing for a pack without OSCAL documents."""
    if not any(name.startswith(f"{FOLDER}/") for name in content):
        return
    try:
        yield from _faults(content)
    except KeyError as error:
        yield f"the OSCAL documents cannot be checked: {error.args[0]} is missing"
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        yield f"the OSCAL documents cannot be checked: {error}"


def _faults(content: Mapping[str, bytes]) -> Iterator[str]:
    names = sorted(name for name in content if name.startswith(f"{FOLDER}/"))
    found = {name.removeprefix(f"{FOLDER}/"): _read(name, content[name]) for name in names}
    catalog = found.get(CATALOG)
    if catalog is None or RESULTS_DOCUMENT not in found:
        missing = CATALOG if catalog is None else RESULTS_DOCUMENT
        yield f"{FOLDER}/{missing} is missing"
        return
    known = {*catalog.declared["controls"], *catalog.declared["parts"]}
    for name, document in found.items():
        yield from _twice(document)
        yield from _unresolved(document, [found[each] for each in _IMPORTED.get(name, ()) if each in found])
        yield from _elsewhere(document, content)
        yield from (f"{document.name}: there is no control {each}" for each in document.controls if each not in known)
    yield from _outcomes(found[RESULTS_DOCUMENT], content)
    yield from _beside(found[RESULTS_DOCUMENT])
    yield from _findings(found[RESULTS_DOCUMENT], content)


def _read(name: str, data: bytes) -> _Document:
    """A document, walked once."""
    (model,) = json.loads(data).values()
    document = _Document(name, model, {"all": [], "controls": [], "parts": [], "resources": []}, [], [], [])
    left: list[tuple[str, Any]] = [("", model)]
    while left:
        place, value = left.pop()
        if isinstance(value, list):
            left += [(place, item) for item in reversed(value)]
        elif isinstance(value, dict):
            _note(document, place, value)
            left += reversed(value.items())
    return document


def _note(document: _Document, place: str, value: Json) -> None:
    """Record what an object declares and names."""
    if "uuid" in value:
        document.declared["all"].append(value["uuid"])
        document.declared.setdefault(place, []).append(value["uuid"])
    if place in ("controls", "parts"):
        document.declared[place].append(value["id"])
    if place == "resources":
        document.resources.append(value)
    for key, item in value.items():
        if key.endswith("-uuid") or key in ("href", "source"):
            document.references.append((key, item))
        elif key in ("control-id", "target-id"):
            document.controls.append(item)


def _twice(document: _Document) -> Iterator[str]:
    seen: set[str] = set()
    for identity in document.declared["all"]:
        if identity in seen:
            yield f"{document.name}: two things have the uuid {identity}"
        seen.add(identity)


def _unresolved(document: _Document, imported: Iterable[_Document]) -> Iterator[str]:
    """References by uuid to what neither the document nor one that it imports declares."""
    places = (document, *imported)
    known = {
        key: {each for one in places for name in names for each in one.declared.get(name, ())}
        for key, names in _IN.items()
    }
    every = {each for one in places for each in one.declared["all"]}
    for key, identity in document.references:
        if key.endswith("-uuid") and identity not in known.get(key, every):
            yield f"{document.name}: the {key} {identity} names nothing"


def _elsewhere(document: _Document, content: Mapping[str, bytes]) -> Iterator[str]:
    """References to resources and to files that are not there, and resources with the digest of another file."""
    own = {*document.declared["resources"]}
    for key, href in document.references:
        if href.startswith("#"):
            if href[1:] not in own:
                yield f"{document.name}: {key} {href} names nothing"
        elif key in ("href", "source") and "://" not in href and href != SSP and _file(href) not in content:
            yield f"{document.name}: {key} {href} names no file of the pack"
    for resource in document.resources:
        for link in resource.get("rlinks", ()):
            data = content.get(_file(link["href"]), b"")
            if any(each["value"] != digest_of(data) for each in link.get("hashes", ())):
                yield f"{document.name}: {link['href']} has another digest"


def _file(href: str) -> str:
    return posixpath.normpath(posixpath.join(FOLDER, href))


def _outcomes(document: _Document, content: Mapping[str, bytes]) -> Iterator[str]:
    """Rules whose numbers are not those of the totals."""
    rules = json.loads(content[TOTALS])["rules"]
    listed = {rule: steps["listed"] for rule, steps in rules.items()}
    outside = {rule: _not_passed(steps["outside_scope"]) for rule, steps in rules.items()}
    for prefix, names, told, said in (
        ("", [*map(str, Outcome)], listed, "the outcomes of"),
        (PREFIX, _NOT_PASSED, outside, "what counts for no control of"),
    ):
        stated = _stated(document, prefix, names)
        for rule in sorted({*stated, *told}):
            if stated.get(rule, {}) != told.get(rule, {}):
                yield f"{document.name}: {said} {rule} is not what {TOTALS} says"


def _stated(document: _Document, prefix: str, names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Rule -> the numbers that its observation states as properties with such names."""
    return {
        own["rule"]: {name: int(own[prefix + name]) for name in names if own[prefix + name] != "0"}
        for own in _observed(document)
        if prefix + names[-1] in own
    }


def _observed(document: _Document) -> list[dict[str, str]]:
    """The properties of each observation."""
    return [_props(each) for each in document.model["results"][0].get("observations", ())]


def _beside(document: _Document) -> Iterator[str]:
    """Failures that count for no control and whose observation is missing: no finding refers to it."""
    found = Counter(own["rule"] for own in _observed(document) if COUNTS in own)
    for own in _observed(document):
        if SHOWN in own and (number := found[own["rule"]]) != int(own[SHOWN]):
            told = f"{own[SHOWN]} observations of failures that count for no control, {number} are there"
            yield f"{document.name}: {own['rule']} has {told}"


def _not_passed(counts: Mapping[str, int]) -> dict[str, int]:
    return {outcome: number for outcome, number in counts.items() if number and outcome != Outcome.PASS}


def _findings(document: _Document, content: Mapping[str, bytes]) -> Iterator[str]:
    """Controls about which the document says something else than the results."""
    results = json.loads(content[RESULTS])
    counted = {(each["id"], each["edition"]) for each in results["frameworks"] if each["measure"] == Measure.CONTROLS}
    wanted = {
        (each["framework"], each["edition"], each["control"]): (each["status"], _STATUSES[each["status"]])
        for each in results["controls"]
        if each["status"] in _STATUSES and (each["framework"], each["edition"]) in counted
    }
    found = {}
    for each in document.model["results"][0].get("findings", ()):
        own = _props(each)
        key = own["framework"], own["edition"], own["control"]
        found[key] = own["status"], each["target"]["status"]["state"]
    for key in sorted({*wanted, *found}):
        if wanted.get(key) != found.get(key):
            yield f"{document.name}: the finding about {' '.join(key)} is not what {RESULTS} says"


def _props(value: Json) -> dict[str, str]:
    return {each["name"]: each["value"] for each in value.get("props", ())}
