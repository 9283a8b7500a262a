"""The scope of card data as PCI DSS 12.5.2 asks for it: per component, with its reason, in JSON and in the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.options import Options
from scanner.reports import render
from scanner.scan import scan

SPEC = """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: shop}
spec:
  dataAssets: [{id: cards, categories: [pan]}, {id: tokens}]
  boundaries:
    - {id: vault-zone, kind: cde, defaultDeny: true, allow: [jobs]}
    - {id: jobs, kind: internal, defaultDeny: true}
    - {id: office, kind: internal, defaultDeny: true}
    - {id: flat, kind: internal}
  services:
    - {id: buyer, type: actor}
    - {id: bank, type: external}
    - {id: pay, boundary: vault-zone, audit: logs}
    - {id: tokeniser, boundary: vault-zone, tokenises: [cards]}
    - {id: helper, boundary: vault-zone}
    - {id: logs, type: log-sink, boundary: office}
    - {id: bus, type: queue, boundary: office}
    - {id: reports, boundary: office}
    - {id: nightly, boundary: jobs}
    - {id: canteen, boundary: office}
    - {id: print, boundary: flat}
    - {id: lost}
  datastores:
    - {id: safe, boundary: vault-zone, data: [cards]}
  flows:
    - {id: f1, from: buyer, to: pay, data: [cards]}
    - {id: f2, from: pay, to: bank, data: [cards]}
    - {id: f3, from: pay, to: bus, data: [tokens]}
    - {id: f4, from: bus, to: reports, data: [tokens]}
    - {id: f5, from: tokeniser, to: safe}
"""
EXPECTED = {
    "safe": ("CDE", "stores cards"),
    "pay": ("CDE", "flow f2 carries cards"),
    "tokeniser": ("CDE", "flow f5 is inferred to carry cards"),
    "helper": ("CDE", "is in boundary vault-zone with pay"),
    "logs": ("security-impacting", "keeps the audit log of pay"),
    "bus": ("connected-to", "flow f3 connects it with pay"),
    "reports": ("connected-to", "flow f4 connects it with bus"),
    "nightly": ("connected-to", "may connect into vault-zone"),
    "canteen": ("out of scope", "no flow to or from the CDE, in boundary office"),
    "print": ("not determined", "boundary flat is not stated to refuse traffic by default"),
    "lost": ("not determined", "its boundary is not stated"),
    "buyer": ("other party", "flow f1 carries cards"),
    "bank": ("other party", "flow f2 carries cards"),
}


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    (tmp_path / "shop.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def test_each_component_has_a_scope_and_a_reason(spec: Path) -> None:
    result = scan([str(spec)], Options(jobs=1))
    (system,) = json.loads("".join(render("json", result)))["card_data_scope"]
    assert system["system"] == "shop"
    assert {each["id"]: (each["scope"], each["reason"]) for each in system["components"]} == EXPECTED
    assert [each["scope"] for each in system["components"]][:4] == ["CDE"] * 4
    assert next(each["line"] for each in system["components"] if each["id"] == "safe") == 25
    page = "".join(render("html", result))
    assert '<tr><td>connected-to</td><th scope="row">reports</th>' in page


def test_a_system_without_card_data_has_no_scope(spec: Path) -> None:
    (spec / "shop.yaml").write_text(SPEC.replace("[pan]", "[personal]"), encoding="utf-8")
    result = scan([str(spec)], Options(jobs=1))
    assert "card_data_scope" not in "".join(render("json", result))
    assert "card-data" not in "".join(render("html", result))
