"""Personal data under European law in regions outside of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from msgspec import Struct

from scanner.facts.architecture.data import regions_of
from scanner.facts.architecture.spec import Spec, Specs, data_of, texts
from scanner.facts.fact import Fact
from scanner.facts.groups import Groups, place
from scanner.facts.step import Facts, read, step
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, DATASTORE, FLOW, SYSTEM
from scanner.subjects.prose_claims import CLAIM


class Transfer(TypedDict):
    """A region outside of the EEA and of the countries with an adequacy decision, and the data that gets there."""

    field: str
    name: str
    country: str
    data: str
    transferMechanism: NotRequired[str]


TRANSFERS = Fact(
    "transfers",
    (DATASTORE, SYSTEM),
    list[Transfer],
    "Where personal data under European law lies in, or is sent to, a country outside of the EEA that has no adequacy "
    "decision, with the mechanism that the data states; absent where the system is not under European law.",
    provide="state the `jurisdictions` of the system",
    item_related=("data",),
)

OUTSIDE_REGIONS = Fact(
    "outside_regions",
    (CLAIM,),
    list[str],
    "Of a list of regions in a text, those in a country outside of the EEA that has no adequacy decision; absent for "
    "other claims.",
    provide="list the regions by the names that the cloud provider gives them",
)

_PERSONAL = frozenset(("personal", "special", "health"))
_ZONE = regex(r"(?<=\d)[a-f]$|-[a-f]$")


class Countries(Struct, frozen=True):
    """What is known of countries: see `regions.json`."""

    regions: dict[str, str]
    """The country of each region of a cloud provider."""
    eea: dict[str, str]
    adequate: dict[str, str]
    european: tuple[str, ...]
    """Other names of jurisdictions under European law."""

    def country(self, region: str) -> str | None:
        """The code of the country that a region, a zone or a country itself is in; None if it is not known."""
        name = region.strip().lower()
        if name.upper() in self.eea or name.upper() in self.adequate:
            return name.upper()
        return self.regions.get(name) or self.regions.get(_ZONE.sub("", name))

    def is_safe(self, country: str) -> bool:
        """Whether data may go there without a further mechanism."""
        return country in self.eea or country in self.adequate

    def is_european(self, jurisdiction: str) -> bool:
        """Whether a jurisdiction has the GDPR."""
        name = jurisdiction.strip().lower()
        return name.upper() in self.eea or name in self.european


@cache
def countries() -> Countries:
    """What `regions.json` states, as of the day in it."""
    data = json.loads(Path(__file__).with_name("regions.json").read_text(encoding="utf-8"))
    regions = {name: country for country, names in data["regions"].items() for name in names.split()}
    eea, adequate = data["eea"], data["adequate"]
    named = tuple(name.lower() for name in (*eea.values(), *data["european"]))
    return Countries(regions, eea, adequate, named)


@step(
    Specs,
    gives=(TRANSFERS,),
    reads=(
        read(ASSET, "data_asset.categories", "data_asset.transferMechanism"),
        read(
            DATASTORE, "datastore.backup.region", "datastore.data", "datastore.regions", "datastore.replication.regions"
        ),
        read(FLOW, "flow.data"),
        read(SYSTEM, "system.jurisdictions", "system.thirdParties"),
    ),
)
def follow_transfers(specs: Specs, facts: Facts) -> None:
    """The transfers of each system under European law."""
    for spec in specs.all:
        stated = [name for system in spec.group[SYSTEM] for name in texts(data_of(system).get("jurisdictions"))]
        if not any(map(countries().is_european, stated)):
            continue
        for store in spec.group[DATASTORE]:
            _transfer(store, [(data_of(store).get("data"), regions_of(store))], spec, facts)
        for system in spec.group[SYSTEM]:
            _transfer(system, list(_parties(system, spec)), spec, facts)


@step(Groups, gives=(OUTSIDE_REGIONS,), reads=(read(CLAIM, "claim.regions"),))
def place_regions(groups: Groups, facts: Facts) -> None:
    """The regions that texts list, by their countries."""
    for group in groups.all:
        for claim in group[CLAIM]:
            if names := texts(data_of(claim).get("regions")):
                known = [(name, countries().country(name)) for name in names]
                outside = [name for name, country in known if country and not countries().is_safe(country)]
                facts.add(claim, OUTSIDE_REGIONS, outside)


def _parties(system: Subject, spec: Spec) -> Iterator[tuple[Any, list[tuple[str, str]]]]:
    """What each third party receives, and where it works."""
    parties = data_of(system).get("thirdParties")
    for number, party in enumerate(parties if isinstance(parties, list) else ()):
        if isinstance(party, dict):
            flows = [flow for name in texts(party.get("services")) for flow in spec.arriving[name]]
            sent = [*texts(party.get("data")), *(item for flow in flows for item in texts(data_of(flow).get("data")))]
            field = f"thirdParties.{number}.regions"
            yield list(dict.fromkeys(sent)), [(field, region) for region in texts(party.get("regions"))]


def _transfer(subject: Subject, parts: list[tuple[Any, list[tuple[str, str]]]], spec: Spec, facts: Facts) -> None:
    found: list[tuple[Transfer, Subject]] = []
    for stated, regions in parts:
        assets = [spec.assets[name] for name in texts(stated) if name in spec.assets]
        personal = [each for each in assets if not _PERSONAL.isdisjoint(texts(data_of(each).get("categories")))]
        for field, region in regions:
            country = countries().country(region)
            if country and not countries().is_safe(country):
                found += [(_item(field, region, country, asset), asset) for asset in personal]
    facts.add(subject, TRANSFERS, [item for item, _ in found])
    for number, (_, asset) in enumerate(found):
        facts.relate_item(subject, TRANSFERS, number, "data", place(asset))


def _item(field: str, region: str, country: str, asset: Subject) -> Transfer:
    data = data_of(asset)
    item = Transfer(field=field, name=f"{region}/{data.get('id')}", country=country, data=str(data.get("id")))
    mechanism = data.get("transferMechanism")
    if isinstance(mechanism, str):
        item["transferMechanism"] = mechanism
    return item
