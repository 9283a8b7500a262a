"""Entities of a catalogue: whether what they refer to is among the scanned files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import partial
from typing import NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import Groups
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.late import regex
from scanner.subjects.catalogue.kinds import ENTITY, TEAMS


class EntityReference(TypedDict):
    """A name by which an entity refers to another one, and where."""

    field: str
    of: str
    id: str
    found: NotRequired[bool]
    hint: str


NAMED = Fact(
    "named",
    (ENTITY,),
    list[EntityReference],
    "The entities that it refers to, by the field (`of`) and the full name, whether the scanned files define each, and "
    "otherwise the name that is meant; `found` is absent for one that may be in another repository.",
    provide="scan the catalogue together with the files that define the entity",
)
_APART = regex(r"[-_.\s]+")


@step(Groups, gives=(NAMED,), reads=(read(ENTITY, "entity.id", "entity.references"),))
def resolve_entities(groups: Groups, facts: Facts) -> None:
    """Whether the scanned files define what each entity refers to."""
    for group in groups.all:
        known = frozenset(str(each.bindings[each.focus]["id"]) for each in group[ENTITY])
        by_name = defaultdict(list)
        for name in sorted(known):
            by_name[_plain(name)].append(name)
        for subject in group[ENTITY]:
            stated = subject.bindings[subject.focus].get("references", ())
            named = [_resolved(number, each, known, by_name) for number, each in enumerate(stated)]
            facts.add(subject, NAMED, named)
            for number, each in enumerate(named):
                if "found" not in each:
                    facts.lack(subject, NAMED, partial(_outside, each), item=number, key="found")


def _outside(named: EntityReference) -> Lack:
    kind, _, name = named["id"].partition(":")
    returned = f"`/api/catalog/entities/by-name/{kind}/{name}`" if "/" in name else "its API"
    return Lack(
        f"{named['id']}, which `{named['of']}` names, is not defined in the scanned files",
        "scan the catalogue together with the files that define the entity, if it exists, or, where a provider of the "
        f"portal makes it, with what {returned} of the portal returns",
    )


def _resolved(
    number: int, stated: dict[str, str], known: Collection[str], by_name: dict[str, list[str]]
) -> EntityReference:
    name = stated["id"]
    found = EntityReference(field=f"references.{number}", of=stated["field"], id=name, hint="")
    if name in known or (":" not in name and any(each.endswith(f":{name}") for each in known)):
        found["found"] = True
    elif meant := _meant(name, by_name.get(_plain(name), ())):
        found["found"], found["hint"] = False, f"; did you mean {meant}?"
    return found


def _meant(name: str, near: Iterable[str]) -> str:
    """The entity that a name means that differs from it by its namespace or by hyphens, if there is exactly one.

    A team may be a person instead.
    """
    kind = name.partition(":")[0]
    kinds = TEAMS if kind in TEAMS else (kind,)
    names = [each for each in near if each.partition(":")[0] in kinds]
    return names[0] if len(names) == 1 else ""


def _plain(name: str) -> str:
    """A name without its kind, its namespace and what separates its words."""
    return _APART.sub("", name.rpartition("/")[2])
