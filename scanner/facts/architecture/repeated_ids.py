"""What has the id of something else in the specs of one system."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.facts.architecture.spec import ELEMENTS, Copies, Specs, alike, id_of
from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, BOUNDARY, DATASTORE, FLOW, KEY, SERVICE

DEFINED_AGAIN = Fact(
    "defined_again",
    (*ELEMENTS, FLOW, KEY),
    str,
    "What has the same id and is something else, or stands again in the same document; empty where nothing does.",
    provide="state its `id`",
    related=("again",),
)

_LABELS = {SERVICE: "service", DATASTORE: "data store", BOUNDARY: "boundary", ASSET: "data asset", FLOW: "flow"}


@step(Specs, gives=(DEFINED_AGAIN,), reads=(read(KEY, "encryption_key.id"),))
def find_repeated(specs: Specs, facts: Facts) -> None:
    """What has the id of something else; a thing that several documents tell in the same way is one."""
    for spec in specs.all:
        for copies in (*spec.elements.values(), *spec.asset_copies.values()):
            _repeat(copies, facts)
        for kind in (FLOW, KEY):
            by_id: Copies = {}
            for subject in spec.group[kind]:
                if name := id_of(subject):
                    by_id.setdefault(name, []).append(subject)
            for copies in by_id.values():
                _repeat(copies, facts)


def _repeat(copies: Sequence[Subject], facts: Facts) -> None:
    facts.add(copies[0], DEFINED_AGAIN, "")
    for number, subject in enumerate(copies[1:], 1):
        other = next((each for each in copies[:number] if not alike((each, subject)) or _beside(each, subject)), None)
        facts.add(subject, DEFINED_AGAIN, "")
        if other:
            where = place(other)
            label = _LABELS.get(other.kind, "key")
            facts.add(subject, DEFINED_AGAIN, f"the {label} in line {where.line} of {where.path}")
            facts.relate(subject, "again", where)


def _beside(one: Subject, other: Subject) -> bool:
    """Whether two entries stand in one document."""
    return one.origin.path == other.origin.path and one.told[0] == other.told[0]
