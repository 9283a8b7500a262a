"""Models of Threagile, OTM, Threat Dragon and the Threat Model Library, each small, through the public scan."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner import documents, facts
from scanner.exit_codes import CLEAN, INCOMPLETE
from scanner.finished_scan import Scan
from scanner.model import Outcome, Profile
from scanner.scan import Options, scan
from scanner.subjects import recognise


def asset(name: str, **fields: Any) -> dict[str, Any]:
    return {"id": name, "type": "process", "technologies": ["web-server"], "internet": False, **fields}


def link(target: str, **fields: Any) -> dict[str, Any]:
    told = {"protocol": "https", "authentication": "token", "authorization": "technical-user", "vpn": False}
    return {"target": target, **told, "data_assets_sent": ["orders"], "data_assets_received": [], **fields}


def threagile() -> dict[str, Any]:
    shopper = asset("shopper", type="external-entity", technologies=["browser"], internet=True)
    store = asset("order-db", type="datastore", technology="database", encryption="transparent", owner="Shop")
    return {
        "threagile_version": "1.0.0",
        "title": "Shop",
        "risk_tracking": {"unencrypted-asset@order-db": {"status": "accepted"}},
        "data_assets": {
            "Orders": {"id": "orders", "confidentiality": "confidential", "tags": ["pii"], "owner": "Shop"},
            "Pictures": {"id": "pictures", "confidentiality": "public", "owner": "Shop"},
        },
        "technical_assets": {
            "Shopper": {**shopper, "communication_links": {"Buy": link("balancer")}},
            "Balancer": {
                **asset("balancer", technologies=["load-balancer"]),
                "communication_links": {"Pass On": link("web")},
            },
            "Web": {
                **asset("web", owner="Shop"),
                "data_assets_processed": ["orders"],
                "communication_links": {
                    "Store": link("order-db", protocol="jdbc-encrypted"),
                    "Cache": link("web", protocol="local-file-access", authentication="none"),
                },
            },
            "Order Database": {**store, "data_assets_stored": ["orders"]},
        },
        "trust_boundaries": {
            "Outer": {
                "id": "outer",
                "type": "network-cloud-provider",
                "technical_assets_inside": ["balancer"],
                "trust_boundaries_nested": ["inner"],
            },
            "Inner": {"id": "inner", "type": "network-virtual-lan", "technical_assets_inside": ["web", "order-db"]},
        },
        "shared_runtimes": {"Machine": {"id": "machine", "technical_assets_running": ["web"]}},
    }


def otm() -> dict[str, Any]:
    return {
        "otmVersion": "0.2.0",
        "project": {"name": "Shop", "id": "shop", "owner": "Jo"},
        "assets": [{"id": "orders", "name": "Orders", "risk": {"confidentiality": 90}}],
        "trustZones": [
            {"id": "f0ba7722-39b6-4c81-8290-a30a248bb8d9", "name": "Internet", "risk": {"trustRating": 1}},
            {"id": "inner", "name": "Inner", "parent": {"trustZone": "f0ba7722-39b6-4c81-8290-a30a248bb8d9"}},
            {"id": "private", "name": "Private", "risk": {"trustRating": 1}},
        ],
        "components": [
            {
                "id": "shopper",
                "name": "Shopper",
                "type": "web-client",
                "parent": {"trustZone": "f0ba7722-39b6-4c81-8290-a30a248bb8d9"},
            },
            {"id": "elb", "name": "Entry", "type": "load-balancer", "parent": {"trustZone": "private"}},
            {"id": "shop", "name": "Shop", "type": "ec2", "parent": {"trustZone": "private"}},
            {"id": "web", "name": "Web", "type": "web-service", "parent": {"component": "shop"}},
            {
                "id": "db",
                "name": "Store",
                "type": "rds",
                "parent": {"trustZone": "private"},
                "assets": {"processed": ["orders"], "stored": ["orders"]},
            },
        ],
        "dataflows": [
            {"id": "buy", "name": "Buy", "source": "shopper", "destination": "elb", "tags": ["443", "https"]},
            {"id": "pass", "name": "Pass", "source": "elb", "destination": "web"},
            {"id": "store", "name": "Store", "source": "web", "destination": "db", "assets": ["orders"]},
        ],
        "threats": [{"id": "t"}],
    }


def cell(name: str, kind: str, x: int, y: int, side: int = 100, **data: Any) -> dict[str, Any]:
    told = {"outOfScope": False, "isEncrypted": False, "storesCredentials": False, "name": name, **data}
    area = {"position": {"x": x, "y": y}, "size": {"width": side, "height": side}}
    return {"id": f"id-of-{name}", "shape": kind.lower(), **area, "data": {"type": f"tm.{kind}", **told}}


def arrow(name: str, source: str, target: str, **data: Any) -> dict[str, Any]:
    told = {"type": "tm.Flow", "name": name, "isEncrypted": False, "isPublicNetwork": False, "protocol": "", **data}
    ends = {"source": {"cell": f"id-of-{source}"}, "target": {"cell": f"id-of-{target}"}}
    return {"id": f"id-of-{name}", "shape": "flow", **ends, "data": told}


def dragon() -> dict[str, Any]:
    cells = [
        cell("Shopper", "Actor", 0, 0),
        cell("Net", "BoundaryBox", 200, 0, 800),
        cell("Inner", "BoundaryBox", 500, 0, 300),
        cell("Web", "Process", 250, 50),
        cell("Store", "Store", 550, 50, storesCredentials=True, isEncrypted=True),
        arrow("Buy", "Shopper", "Web", isPublicNetwork=True, isEncrypted=True, protocol="HTTPS"),
        arrow("Keep", "Web", "Store", isEncrypted=True),
        cell("Beside", "BoundaryBox", 2000, 0, 300),
        cell("Aside", "Process", 2050, 50),
    ]
    return {"summary": {"title": "Shop", "owner": "Jo"}, "detail": {"diagrams": [{"id": 0, "cells": cells}]}}


def end(kind: str, name: str) -> dict[str, str]:
    return {"type": f"#/$defs/{kind}", "object": name}


def flow(name: str, source: dict[str, str], target: dict[str, str], **fields: Any) -> dict[str, Any]:
    told = {"has_sensitive_data": True, "encrypted": True}
    return {"symbolic_name": name, "title": name, "source": source, "destination": target, **told, **fields}


def library() -> dict[str, Any]:
    return {
        "scope": {"title": "Shop"},
        "trust_zones": [{"symbolic_name": "web", "title": "Web"}, {"symbolic_name": "inner", "title": "Inner"}],
        "actors": [{"symbolic_name": "shopper", "title": "Shopper", "type": "user"}],
        "components": [
            {"symbolic_name": "web", "title": "Web", "trust_zone": "web"},
            {"symbolic_name": "app", "title": "App", "trust_zone": "inner", "parent_component": "web"},
        ],
        "data_stores": [{"symbolic_name": "db", "title": "Store", "type": "sql", "trust_zone": "inner"}],
        "data_sets": [
            {
                "symbolic_name": "orders",
                "title": "Orders",
                "data_sensitivity": ["pii"],
                "placements": [{"data_store": "db", "encrypted": True}],
            }
        ],
        "data_flows": [
            flow("buy", end("actor", "shopper"), end("component", "web")),
            flow("keep", end("component", "web"), end("data-store", "db")),
        ],
    }


MODELS = {"threagile": threagile, "otm": otm, "threat-dragon": dragon, "tm-library": library}
READ = {"threagile": (4, 4), "otm": (5, 3), "threat-dragon": (4, 2), "tm-library": (4, 2)}
"""Nodes and flows of each."""


def scanned(folder: Path, **models: Any) -> Scan:
    for name, model in models.items():
        (folder / f"{name}.json").write_text(json.dumps(model, indent=1) + "\n")
    return scan([str(folder)], Options())


def told(done: Scan, outcome: Outcome = Outcome.FAIL) -> set[tuple[str, str]]:
    """The rules of findings, each with the field that it points at."""
    found = (each for each in done.findings if each.outcome is outcome)
    return {(each.rule.partition(".")[2], each.location.field) for each in found}


def at(model: Any, *path: Any) -> Any:
    for part in path:
        model = model[part]
    return model


@pytest.mark.parametrize("name", MODELS)
def test_a_sound_model_is_read_and_has_no_finding(name: str, tmp_path: Path) -> None:
    done = scanned(tmp_path, model=MODELS[name]())
    assert (told(done), told(done, Outcome.UNKNOWN)) == (set(), set())
    assert [(item.formats, item.reason, item.losses) for item in done.inputs] == [((name,), "", ())]
    text = json.dumps(MODELS[name]())
    kinds = [subject.kind.partition(".")[2] for subject in recognise(documents.read("m.json", text)).subjects]
    assert (sum(kinds.count(kind) for kind in ("service", "datastore")), kinds.count("flow")) == READ[name]


Change = Callable[[Any], object]


def links_of(title: str) -> Callable[[Any], Any]:
    return lambda model: at(model, "technical_assets", title, "communication_links")


def changed(path: tuple[Any, ...], **fields: Any) -> Change:
    return lambda model: at(model, *path).update(fields)


ASSETS, CELLS = "technical_assets", ("detail", "diagrams", 0, "cells")
INTERNET = "f0ba7722-39b6-4c81-8290-a30a248bb8d9"
STORE, BUY, PASS = (
    (ASSETS, title, "communication_links", name)
    for title, name in (("Web", "Store"), ("Shopper", "Buy"), ("Balancer", "Pass On"))
)
READ_DIRECTLY = {"internet": False, "communication_links": {"Read": link("order-db")}}
FAULTS: dict[str, tuple[Callable[[], Any], Change, str, str]] = {
    "a plain protocol": (threagile, changed(STORE, protocol="jdbc"), "flow-regulated-internal-encrypted", "jdbc"),
    "a plain protocol from the internet": (
        threagile,
        changed(BUY, protocol="http"),
        "flow-regulated-public-encrypted",
        '"http"',
    ),
    "no authentication": (
        threagile,
        changed(STORE, authentication="none"),
        "flow-to-regulated-authenticated",
        '"authentication"',
    ),
    "no encryption at rest": (
        threagile,
        changed((ASSETS, "Order Database"), encryption="none"),
        "datastore-encrypted-at-rest",
        '"encryption"',
    ),
    "a client that calls the store": (
        threagile,
        changed((ASSETS, "Shopper"), **READ_DIRECTLY),
        "flow-client-ends-before-store",
        '"target"',
    ),
    "a call past the balancer": (threagile, changed(BUY, target="web"), "flow-public-through-gateway", '"target"'),
    "a target that is not there": (threagile, changed(STORE, target="order-bd"), "flow-ends-defined", "order-bd"),
    "data that are not there": (threagile, changed(STORE, data_assets_sent=["order"]), "flow-data-defined", '"order"'),
    "an asset of a boundary that is not there": (
        threagile,
        changed(("trust_boundaries", "Outer"), technical_assets_inside=["balancr"]),
        "boundary-names-defined",
        "balancr",
    ),
    "an asset of a runtime that is not there": (
        threagile,
        changed(("shared_runtimes", "Machine"), technical_assets_running=["wbe"]),
        "relation-names-defined",
        "wbe",
    ),
    "two assets of one id": (threagile, changed((ASSETS,), Other=asset("web")), "service-id-unique", '"id": "web"'),
    "a plain protocol, by a tag": (otm, changed(("dataflows", 0), tags=["http"]), "flow-public-encrypted", '"http"'),
    "a flow past the balancer": (
        otm,
        changed(("dataflows", 0), destination="web"),
        "flow-public-through-gateway",
        '"destination"',
    ),
    "a flow from the internet to a store": (
        otm,
        changed(("dataflows", 0), destination="db"),
        "flow-public-ends-before-store",
        '"destination"',
    ),
    "a store on the internet": (
        otm,
        changed(("components", 4), parent={"trustZone": INTERNET}),
        "datastore-outside-public-boundary",
        '"trustZone"',
    ),
    "a source that is not there": (otm, changed(("dataflows", 1), source="eib"), "flow-ends-defined", "eib"),
    "a zone that is not there": (
        otm,
        changed(("components", 2), parent={"trustZone": "privat"}),
        "service-names-defined",
        "privat",
    ),
    "a parent that is not there": (
        otm,
        changed(("components", 3), parent={"component": "shp"}),
        "relation-names-defined",
        "shp",
    ),
    "a plain public flow": (
        dragon,
        changed((*CELLS, 5, "data"), isEncrypted=False, protocol="HTTP"),
        "flow-public-encrypted",
        '"HTTP"',
    ),
    "a plain flow between boxes": (
        dragon,
        lambda model: at(model, *CELLS).append(arrow("Out", "Web", "Aside", protocol="HTTP")),
        "flow-crossing-encrypted",
        '"HTTP"',
    ),
    "a protocol against its flag": (
        dragon,
        changed((*CELLS, 6, "data"), protocol="HTTP"),
        "flow-protocol-consistent",
        '"isEncrypted"',
    ),
    "an element that is not there": (
        dragon,
        changed((*CELLS, 6), target={"cell": "id-of-Stor"}),
        "flow-ends-defined",
        '"id-of-Stor"',
    ),
    "a flow that is not encrypted": (
        library,
        changed(("data_flows", 1), encrypted=False),
        "flow-regulated-internal-encrypted",
        '"encrypted"',
    ),
    "data that are not encrypted": (
        library,
        changed(("data_sets", 0, "placements", 0), encrypted=False),
        "datastore-encrypted-at-rest",
        '"encrypted"',
    ),
    "a component that is not there": (
        library,
        changed(("data_flows", 0), destination=end("component", "wbe")),
        "flow-ends-defined",
        "wbe",
    ),
    "a store of data that is not there": (
        library,
        changed(("data_sets", 0), placements=[{"data_store": "dbs"}]),
        "relation-names-defined",
        "dbs",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_at_its_place(fault: str, tmp_path: Path) -> None:
    sound, change, rule, text = FAULTS[fault]
    model = sound()
    change(model)
    done = scanned(tmp_path, model=model)
    lines = (tmp_path / "model.json").read_text().splitlines()
    places = [lines[each.location.line - 1] for each in done.findings if each.rule == f"architecture.{rule}"]
    assert places
    assert all(text in line for line in places)


SILENT: dict[str, tuple[Callable[[], Any], Change]] = {
    "public data without authentication": (
        threagile,
        changed(STORE, authentication="none", data_assets_sent=["pictures"]),
    ),
    "a plain protocol in a VPN": (threagile, changed(STORE, protocol="http", vpn=True)),
    "restricted data, which are less than confidential": (
        threagile,
        lambda model: (
            changed(STORE, protocol="jdbc")(model),
            changed(("data_assets", "Orders"), confidentiality="restricted", tags=[])(model),
        ),
    ),
    "an administrator at the store": (
        threagile,
        changed((ASSETS, "Shopper"), usage="devops", **READ_DIRECTLY),
    ),
    "a store out of scope": (threagile, changed((ASSETS, "Order Database"), out_of_scope=True, encryption="none")),
    "a boundary with the id of an asset": (
        threagile,
        lambda model: (
            changed(("trust_boundaries", "Inner"), id="web")(model),
            changed(("trust_boundaries", "Outer"), trust_boundaries_nested=["web"])(model),
        ),
    ),
    "a protocol with and without TLS": (threagile, changed(STORE, protocol="mqtt", data_assets_sent=["pictures"])),
    "links as a list": (
        threagile,
        lambda model: model[ASSETS]["Web"].update(communication_links=[{"title": "Store", **link("order-db")}]),
    ),
    "technologies as Threagile writes them": (
        threagile,
        changed((ASSETS, "Balancer"), technologies=[{"Name": "load-balancer", "Aliases": ["lb"]}]),
    ),
    "a zone that is called public cloud": (
        otm,
        lambda model: (
            changed(("trustZones", 0), name="Public Cloud")(model),
            changed(("dataflows", 0), destination="web")(model),
        ),
    ),
    "flags that nobody set": (dragon, changed((*CELLS, 6, "data"), isEncrypted=False, protocol="HTTP/S")),
    "a request and its answer": (
        dragon,
        lambda model: (
            at(model, *CELLS).extend(
                arrow(name, *ends, protocol="HTTP")
                for name, *ends in (("Ask", "Shop", "Web"), ("Answer", "Web", "Shop"))
            )
            or at(model, *CELLS).append(cell("Shop", "Process", 250, 400))
        ),
    ),
    "a flow out of scope": (
        dragon,
        changed((*CELLS, 5, "data"), isEncrypted=False, protocol="HTTP", outOfScope=True),
    ),
    "a zone with the id of a component": (library, lambda _: None),
}


@pytest.mark.parametrize("case", SILENT)
def test_what_is_not_stated_is_no_finding(case: str, tmp_path: Path) -> None:
    sound, change = SILENT[case]
    model = sound()
    change(model)
    assert {rule for rule, _ in told(scanned(tmp_path, model=model))} == set()


def test_what_a_format_cannot_state_is_asked_of_nobody(tmp_path: Path) -> None:
    models = {name.replace("-", "_"): sound() for name, sound in MODELS.items()}
    for name, model in models.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(model))
    done = scan([str(tmp_path)], Options(profile=Profile.STRICT))
    asked = {each.rule.partition(".")[2] for each in done.findings if each.outcome is Outcome.UNKNOWN}
    assert asked <= {"datastore-encrypted-at-rest", "flow-regulated-internal-encrypted", "flow-public-encrypted"}


def parts(folder: Path, *, main: str = "includes: [parts/data.yaml, parts/assets.yaml, parts/people.yaml]\n") -> None:
    """The model in several files, of which one includes another that includes a third."""
    whole = threagile()
    (folder / "parts").mkdir()
    (folder / "main.yaml").write_text(f"threagile_version: 1.0.0\ntitle: Shop\n{main}")
    (folder / "parts/people.yaml").write_text("questions: {Who?: Jo}\n")
    kept = {key: whole[key] for key in (ASSETS, "shared_runtimes")}
    (folder / "parts/assets.yaml").write_text(json.dumps(kept))
    (folder / "parts/inner.yaml").write_text(json.dumps({"trust_boundaries": whole["trust_boundaries"]}))
    (folder / "parts/data.yaml").write_text(
        json.dumps({"includes": ["inner.yaml"], "data_assets": whole["data_assets"]})
    )


def test_a_model_in_several_files_is_one(tmp_path: Path) -> None:
    parts(tmp_path)
    assert told(scan([str(tmp_path)], Options())) == set()
    plain = (tmp_path / "parts/assets.yaml").read_text().replace("jdbc-encrypted", "jdbc")
    (tmp_path / "parts/assets.yaml").write_text(plain)
    done = scan([str(tmp_path)], Options())
    assert {rule for rule, _ in told(done)} == {"flow-regulated-internal-encrypted"}
    assert not any(item.losses for item in done.inputs)


@pytest.mark.parametrize(
    ("main", "lost"),
    [
        ("includes: [parts/data.yaml, parts/assets.yaml, gone.yaml]\n", "includes gone.yaml, which is not among"),
        ("includes: [parts/data.yaml, parts/assets.yaml, /etc/passwd]\n", "includes /etc/passwd, which is not among"),
        ("includes: [parts/data.yaml, ../other.yaml]\n", "includes ../other.yaml, which is not among"),
        ("includes: [parts/data.yaml, linked.yaml]\n", "includes linked.yaml, which is not among"),
        ("includes: [parts/data.yaml, [a]]\n", "an entry of `includes` does not name a file"),
        ("includes: [main.yaml, parts/data.yaml, 5]\n", "an entry of `includes` does not name a file"),
    ],
)
def test_an_included_file_that_is_not_scanned_is_a_loss(main: str, lost: str, tmp_path: Path) -> None:
    folder = tmp_path / "scanned"
    folder.mkdir()
    (tmp_path / "other.yaml").write_text(json.dumps({"data_assets": {"A": {"id": "a"}}}))
    parts(folder, main=main)
    (folder / "linked.yaml").symlink_to(folder / "parts/assets.yaml")
    done = scan([str(folder)], Options())
    assert done.verdict.exit_code == INCOMPLETE
    said = [loss.reason for item in done.inputs for loss in item.losses]
    assert any(lost in each for each in (*said, *(item.reason for item in done.inputs)))
    assert not {rule for rule, _ in told(done)} & {"flow-ends-defined", "flow-data-defined", "boundary-names-defined"}


def test_includes_in_a_circle_and_in_a_long_chain_are_one_model(tmp_path: Path) -> None:
    parts(tmp_path)
    for number in range(300):
        (tmp_path / f"c{number}.yaml").write_text(f"includes: [c{(number + 1) % 300}.yaml, main.yaml]\n")
    done = scan([str(tmp_path)], Options())
    assert (told(done), done.verdict.exit_code) == (set(), CLEAN)


def test_a_part_that_no_file_includes_names_what_may_be_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "assets.yaml").write_text(json.dumps({ASSETS: threagile()[ASSETS]}))
    assert told(scan([str(tmp_path)], Options())) == set()


NOTED: list[tuple[Callable[[], Any], Change, str]] = [
    (threagile, changed(BUY, authentification="none"), "`authentification` in communication_links"),
    (threagile, changed((), riskTracking={}), "`riskTracking`"),
    (otm, changed(("components", 0), zone="x"), "`zone` in components"),
    (dragon, changed((*CELLS, 3, "data"), isSecret=True), "`isSecret`"),
    (dragon, changed((*CELLS, 5), target={"x": 1, "y": 2}), "not attached to an element at both ends: 1"),
    (dragon, lambda model: at(model, *CELLS).append(cell("Line", "Boundary", 0, 0)), "drawn as lines and enclose"),
    (library, changed(("data_flows", 0), protocol="https"), "`protocol` in data_flows"),
]


@pytest.mark.parametrize(("sound", "change", "note"), NOTED)
def test_what_is_not_understood_is_told(sound: Callable[[], Any], change: Change, note: str, tmp_path: Path) -> None:
    model = sound()
    change(model)
    done = scanned(tmp_path, model=model)
    assert note in done.inputs[0].reason
    assert done.verdict.exit_code == CLEAN


LOST: list[tuple[Callable[[], Any], Change, str]] = [
    (threagile, lambda model: model[ASSETS]["Web"].pop("id"), "the technical asset Web has no `id`"),
    (threagile, changed(BUY, target=None), "the communication link Buy of the technical asset Shopper has no `target`"),
    (threagile, changed((), trust_boundaries="x"), "`trust_boundaries` is not a mapping"),
    (threagile, changed((ASSETS, "Web"), communication_links="x"), "`communication_links` of the technical asset Web"),
    (otm, changed(("dataflows", 0), source=None), "a dataflow has no `source` or no `destination`"),
    (otm, lambda model: model["components"].append("x"), "a component has no `id`"),
    (otm, changed((), components={}), "`components` is not a list"),
    (
        dragon,
        lambda model: at(model, *CELLS).append(cell("Odd", "Cloud", 0, 0)),
        "the type tm.Cloud, which is not known",
    ),
    (dragon, changed(("detail",), diagrams=[{"cells": 5}]), "`cells` of a diagram is not a list"),
    (library, lambda model: model["data_flows"][0].pop("source"), "a data flow has no `source`"),
    (library, changed((), components="x"), "`components` is not a list"),
]


@pytest.mark.parametrize(("sound", "change", "reason"), LOST)
def test_what_cannot_be_read_is_a_loss(sound: Callable[[], Any], change: Change, reason: str, tmp_path: Path) -> None:
    model = sound()
    change(model)
    done = scanned(tmp_path, model=model)
    assert done.verdict.exit_code == INCOMPLETE
    assert reason in done.inputs[0].reason


STRANGE: tuple[Any, ...] = (None, 5, "x", [[]], {"x": {"id": []}})


def variants(model: Any, holder: Any) -> Iterator[Any]:
    """A model with another value in place of each of its parts, one at a time."""
    for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
        own = holder[key]
        for strange in STRANGE:
            holder[key] = strange
            yield model
        holder[key] = own
        if isinstance(own, dict | list):
            yield from variants(model, own)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_no_value_of_a_wrong_type_stops_a_scan(name: str) -> None:
    model = MODELS[name]()
    before = copy.deepcopy(model)
    number = 0
    for variant in variants(model, model):
        read = recognise(documents.read("m.json", json.dumps(variant)))
        facts.derive(read.subjects, whole=True)
        number += 1
    assert model == before
    assert number > 150
