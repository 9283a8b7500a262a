"""Architecture specs in their three forms: the native one, FINOS CALM, and figures in prose."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scanner import documents, facts, subjects
from scanner.documents.positions import find, locate, split_path
from scanner.model import Subject
from scanner.subjects import RecognitionResult
from tests.known import cut


def reading(text: str, path: str = "a.yaml") -> RecognitionResult:
    found = subjects.recognise(documents.read(path, text))
    assert found.faults == ()
    return found


def data(subject: Subject) -> dict[str, Any]:
    bound: dict[str, Any] = subject.bindings[subject.focus]
    return bound


def of_kind(found: RecognitionResult, kind: str) -> list[Subject]:
    return [subject for subject in found.subjects if subject.kind == kind]


def only(found: RecognitionResult, kind: str) -> Subject:
    (subject,) = of_kind(found, kind)
    return subject


def underlined(text: str, subject: Subject, path: str) -> str:
    """The text that the place of a field covers, read from the file itself."""
    mark, _ = find(subject.marks[subject.focus], split_path(path))
    place = locate(subject.origin, mark)
    line = text.split("\n")[place.line - 1]
    return line[place.column - 1 : place.end_column - 1] if place.line == place.end_line else line[place.column - 1 :]


NATIVE = """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: shop, owner: team-shop}
spec:
  frameworks: [PCI-DSS]
  regions: [eu-west-1]
  availability: 99.99%
  policies:
    atRest: AES-256
    inTransit: TLS-1.3
    mfa: mandatory
    zeroTrust: {implementation: mandatory}
    authorization: {principle: least-privilege}
  boundaries:
    - {id: edge, kind: dmz, defaultDeny: true}
  dataAssets:
    - id: cards
      classification: restricted
      categories: [pan]
      retention: 90 days
  services:
    - id: checkout
      name: Checkout
      type: service
      boundary: edge
      availability: 0.9995
      recovery: {rto: < 30 min, rpo: PT5M, mttr: soon}
      replicas: 3
      backup: {interval: hourly}
    - {id: door, type: gateway}
  datastores:
    - id: ledger
      encryption: {atRest: AES-256, fieldLevel: ~}
      backup: {interval: continuous, encrypted: false, retention: 7 years, restoreTested: quarterly}
      retention: {value: 10, unit: years}
      regions: [eu-west-1]
      availability: high
  flows:
    - {from: door, to: checkout, protocol: https, timeout: 500 ms}
    - {id: f2, from: checkout, to: ledger, encrypted: no}
  recovery:
    rto: 4h
    backups: {ledger: continuous, archives: weekly, notes: sometimes}
    testInterval: monthly
  domains:
    - {name: payments, services: 12, availability: 99.9%}
    - {name: Payments, services: [a, b]}
  thirdParties: [{id: psp, contract: yes}]
  governance:
    roles: [cto, ciso]
    process: {changeApproval: peer-review, auditRetention: 7 years}
    decisions:
      - {name: design, proposer: architect, reviewers: [ciso], approver: cto}
    escalations:
      - {name: incident, path: [ciso, cto], timeouts: [immediate, 1h 30min, whenever], automatic: true}
    alerts:
      - {name: leak, severity: critical, response: 15 min, notifications: [ciso]}
"""


def test_everything_in_a_native_spec_is_a_subject() -> None:
    found = reading(NATIVE)
    assert found.formats == ("architecture",)
    assert [(subject.kind, subject.identity, subject.name) for subject in found.subjects] == [
        ("architecture.system", "architecture.system/shop", "system shop"),
        ("architecture.service", "architecture.service/shop/checkout", "service Checkout"),
        ("architecture.service", "architecture.service/shop/door", "service door"),
        ("architecture.datastore", "architecture.datastore/shop/ledger", "datastore ledger"),
        ("architecture.data-asset", "architecture.data-asset/shop/cards", "data asset cards"),
        ("architecture.boundary", "architecture.boundary/shop/edge", "boundary edge"),
        ("architecture.flow", "architecture.flow/shop/door -> checkout", "flow door -> checkout"),
        ("architecture.flow", "architecture.flow/shop/f2", "flow f2"),
        ("resilience.recovery", "resilience.recovery/shop/shop", "recovery of shop"),
        ("resilience.recovery", "resilience.recovery/shop/Checkout", "recovery of Checkout"),
        ("resilience.recovery", "resilience.recovery/shop/ledger", "recovery of ledger"),
        ("governance.process", "governance.process/shop/shop", "governance of shop"),
        ("governance.decision", "governance.decision/shop/design", "decision class design"),
        ("governance.escalation", "governance.escalation/shop/incident", "escalation incident"),
        ("governance.alert", "governance.alert/shop/leak", "alert leak"),
        ("security.requirement", "security.requirement/shop/shop", "security requirements of shop"),
        ("architecture.domain", "architecture.domain/spec/payments", "domain payments"),
        ("architecture.domain", "architecture.domain/spec/Payments", "domain Payments"),
        ("document", "document/Architecture shop", "Architecture shop"),
    ]
    assert {subject.group for subject in found.subjects if subject.kind != "document"} == {"architecture.system/shop"}


SECONDS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0, "year": 365.25 * 86400}


@pytest.mark.parametrize(
    ("kind", "index", "expected"),
    [
        (
            "architecture.system",
            0,
            {
                "name": "shop",
                "owner": "team-shop",
                "frameworks": ["PCI-DSS"],
                "regions": ["eu-west-1"],
                "availability": {"text": "99.99%", "percent": 99.99},
                "policies": {
                    "atRest": "AES-256",
                    "inTransit": "TLS-1.3",
                    "mfa": "mandatory",
                    "zeroTrust": {"implementation": "mandatory"},
                    "authorization": {"principle": "least-privilege"},
                },
                "thirdParties": [{"id": "psp", "contract": True}],
                "roles": ["cto", "ciso"],
            },
        ),
        (
            "architecture.service",
            0,
            {
                "id": "checkout",
                "name": "Checkout",
                "type": "service",
                "boundary": "edge",
                "replicas": 3,
                "availability": {"text": "0.9995", "percent": 99.95},
                "recovery": {
                    "rto": {"text": "< 30 min", "seconds": 1800.0},
                    "rpo": {"text": "PT5M", "seconds": 300.0},
                    "mttr": {"text": "soon"},
                },
                "backup": {"interval": {"text": "hourly", "seconds": 3600.0}},
            },
        ),
        ("architecture.service", 1, {"id": "door", "type": "gateway", "name": "door"}),
        (
            "architecture.datastore",
            0,
            {
                "id": "ledger",
                "encryption": {"atRest": "AES-256"},
                "regions": ["eu-west-1"],
                "name": "ledger",
                "retention": {"text": "10 years", "seconds": 10 * SECONDS["year"]},
                "availability": {"text": "high"},
                "backup": {
                    "interval": {"text": "continuous", "seconds": 0.0},
                    "encrypted": False,
                    "retention": {"text": "7 years", "seconds": 7 * SECONDS["year"]},
                    "restoreTested": {"text": "quarterly", "seconds": SECONDS["year"] / 4},
                },
            },
        ),
        (
            "architecture.data-asset",
            0,
            {
                "id": "cards",
                "classification": "restricted",
                "categories": ["pan"],
                "name": "cards",
                "retention": {"text": "90 days", "seconds": 90 * SECONDS["day"]},
            },
        ),
        ("architecture.boundary", 0, {"id": "edge", "kind": "dmz", "defaultDeny": True, "name": "edge"}),
        (
            "architecture.flow",
            0,
            {
                "from": "door",
                "to": "checkout",
                "protocol": "https",
                "name": "door -> checkout",
                "timeout": {"text": "500 ms", "seconds": 0.5},
            },
        ),
        ("architecture.flow", 1, {"id": "f2", "from": "checkout", "to": "ledger", "encrypted": False, "name": "f2"}),
        (
            "architecture.domain",
            0,
            {"name": "payments", "declared": 12, "availability": {"text": "99.9%", "percent": 99.9}},
        ),
        ("architecture.domain", 1, {"name": "Payments", "named": ["a", "b"]}),
        (
            "resilience.recovery",
            0,
            {
                "name": "shop",
                "rto": {"text": "4h", "seconds": 4 * SECONDS["hour"]},
                "testInterval": {"text": "monthly", "seconds": SECONDS["year"] / 12},
                "availability": {"text": "99.99%", "percent": 99.99},
                "backups": [
                    {"name": "ledger", "interval": {"text": "continuous", "seconds": 0.0}},
                    {"name": "archives", "interval": {"text": "weekly", "seconds": 7 * SECONDS["day"]}},
                    {"name": "notes", "interval": {"text": "sometimes"}},
                ],
            },
        ),
        (
            "resilience.recovery",
            1,
            {
                "name": "Checkout",
                "rto": {"text": "< 30 min", "seconds": 1800.0},
                "rpo": {"text": "PT5M", "seconds": 300.0},
                "mttr": {"text": "soon"},
                "availability": {"text": "0.9995", "percent": 99.95},
                "backups": [{"name": "all data", "interval": {"text": "hourly", "seconds": 3600.0}}],
            },
        ),
        (
            "governance.process",
            0,
            {
                "name": "shop",
                "changeApproval": "peer-review",
                "frameworks": ["PCI-DSS"],
                "auditRetention": {"text": "7 years", "seconds": 7 * SECONDS["year"]},
            },
        ),
        (
            "governance.decision",
            0,
            {"name": "design", "proposer": "architect", "reviewers": ["ciso"], "approver": "cto"},
        ),
        (
            "governance.escalation",
            0,
            {
                "name": "incident",
                "path": ["ciso", "cto"],
                "automatic": True,
                "timeouts": [
                    {"text": "immediate", "seconds": 0.0},
                    {"text": "1h 30min", "seconds": 5400.0},
                    {"text": "whenever"},
                ],
            },
        ),
        (
            "governance.alert",
            0,
            {
                "name": "leak",
                "severity": "critical",
                "notifications": ["ciso"],
                "response": {"text": "15 min", "seconds": 900.0},
            },
        ),
        (
            "security.requirement",
            0,
            {
                "name": "shop",
                "atRest": "AES-256",
                "inTransit": "TLS-1.3",
                "mfa": "mandatory",
                "zeroTrust": {"implementation": "mandatory"},
                "authorization": {"principle": "least-privilege"},
                "frameworks": ["PCI-DSS"],
            },
        ),
    ],
)
def test_a_subject_says_what_the_spec_says_and_no_more(kind: str, index: int, expected: dict[str, Any]) -> None:
    assert data(of_kind(reading(NATIVE), kind)[index]) == expected


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("architecture.system", "owner", "owner: team-shop"),
        ("architecture.system", "policies.mfa", "mfa: mandatory"),
        ("architecture.system", "roles.1", "ciso"),
        ("architecture.service", "availability", "availability: 0.9995"),
        ("architecture.service", "recovery.rto", "rto: < 30 min"),
        ("architecture.service", "backup.interval", "interval: hourly"),
        ("architecture.datastore", "backup.restoreTested", "restoreTested: quarterly"),
        ("architecture.datastore", "encryption.atRest", "atRest: AES-256"),
        ("architecture.data-asset", "retention", "retention: 90 days"),
        ("architecture.data-asset", "categories.0", "pan"),
        ("architecture.boundary", "defaultDeny", "defaultDeny: true"),
        ("architecture.flow", "timeout", "timeout: 500 ms"),
        ("architecture.domain", "declared", "services: 12"),
        ("resilience.recovery", "backups.1", "archives: weekly"),
        ("governance.process", "auditRetention", "auditRetention: 7 years"),
        ("governance.decision", "approver", "approver: cto"),
        ("governance.escalation", "timeouts.1", "1h 30min"),
        ("governance.alert", "response", "response: 15 min"),
        ("security.requirement", "zeroTrust.implementation", "implementation: mandatory"),
        ("security.requirement", "frameworks.0", "PCI-DSS"),
    ],
)
def test_every_field_keeps_its_place(kind: str, path: str, expected: str) -> None:
    assert underlined(NATIVE, of_kind(reading(NATIVE), kind)[0], path) == expected


def test_a_spec_in_markdown_and_in_json_is_the_same_spec() -> None:
    plain = [(subject.identity, data(subject)) for subject in reading(NATIVE).subjects if subject.kind != "document"]
    indented = "".join(f"  {line}\n" for line in NATIVE.splitlines())
    fenced = reading(f"# t\n\n- x\n\n  ```yaml\n{indented}  ```\n", "a.md")
    as_json = reading(json.dumps(yaml.safe_load(NATIVE)), "a.json")
    for found in (fenced, as_json):
        assert [(item.identity, data(item)) for item in found.subjects if item.kind != "document"] == plain


@pytest.mark.parametrize(
    "text",
    [
        "kind: Architecture\nspec: {services: []}\n",
        "- apiVersion: assay.dev/v1\n  kind: Architecture\n",
    ],
)
def test_what_is_no_native_spec_is_none(text: str) -> None:
    assert "architecture" not in subjects.recognise(documents.read("a.yaml", text)).formats


@pytest.mark.parametrize("header", ["assay.dev/v1\nkind: architecture", "assay.dev/v2\nkind: Architecture"])
def test_a_header_that_means_to_be_a_specs_is_a_fault(header: str) -> None:
    (fault,) = subjects.recognise(documents.read("a.yaml", f"# a spec\napiVersion: {header}\n")).faults
    assert fault.line == 2
    assert "a spec has assay.dev/v1 Architecture" in fault.message


@pytest.mark.parametrize(("other", "systems"), [("shop", 1), ("depot", 2)])
def test_specs_of_one_name_are_one_system(other: str, systems: int) -> None:
    found = reading(NATIVE + "\n---\n" + NATIVE.replace("name: shop", f"name: {other}", 1))
    assert len({subject.group for subject in found.subjects if subject.kind.startswith("architecture.")}) == systems


BANK: dict[str, Any] = {"unique-id": "bank"}


def calm(*nodes: dict[str, Any], relationships: list[Any] | None = None, **fields: Any) -> RecognitionResult:
    whole = {"nodes": list(nodes), "relationships": relationships or [], **fields}
    return reading(json.dumps(whole, indent=1), "bank.json")


def node(name: str, kind: str = "service", **fields: Any) -> dict[str, Any]:
    return {"unique-id": name, "node-type": kind, "name": name.title(), "description": "", **fields}


@pytest.mark.parametrize(
    ("node_type", "kind", "expected"),
    [
        ("service", "architecture.service", {"id": "a", "name": "A", "type": "service"}),
        ("actor", "architecture.service", {"id": "a", "name": "A", "type": "actor"}),
        ("webclient", "architecture.service", {"id": "a", "name": "A", "type": "client"}),
        ("ldap", "architecture.service", {"id": "a", "name": "A", "type": "identity-provider"}),
        ("queue", "architecture.service", {"id": "a", "name": "A", "type": "queue"}),
        ("database", "architecture.datastore", {"id": "a", "name": "A"}),
        ("network", "architecture.boundary", {"id": "a", "name": "A", "kind": "network"}),
        ("ecosystem", "architecture.boundary", {"id": "a", "name": "A", "kind": "ecosystem"}),
    ],
)
def test_calm_nodes(node_type: str, kind: str, expected: dict[str, Any]) -> None:
    found = calm(node("a", node_type), **BANK)
    assert found.formats == ("calm",)
    assert data(only(found, "architecture.system")) == {"name": "bank"}
    subject = only(found, kind)
    assert data(subject) == expected
    assert subject.identity == f"{kind}/bank/a"


def test_a_calm_architecture_without_a_name_is_called_calm() -> None:
    found = calm(node("a"))
    assert data(only(found, "architecture.system")) == {"name": "calm"}
    assert only(found, "architecture.service").identity == "architecture.service/calm/a"


def test_calm_controls_and_metadata_state_quantities() -> None:
    requirement = {"requirement-url": "x", "config": {"encryption-at-rest": True, "recovery-time-objective": "4 hours"}}
    found = calm(
        node(
            "a",
            "database",
            controls={"c": {"description": "", "requirements": [requirement]}},
            metadata=[{"owner": "team-a"}, {"uptime-guarantee": "99.9%", "rpo": {"unit": "minutes", "value": 5}}],
        ),
        node("b", metadata={"team": "team-b", "business-criticality": "high", "backup-frequency": "daily"}),
    )
    assert data(only(found, "architecture.datastore")) == {
        "id": "a",
        "name": "A",
        "owner": "team-a",
        "availability": {"text": "99.9%", "percent": 99.9},
        "encryption": {"atRest": True},
        "recovery": {
            "rto": {"text": "4 hours", "seconds": 14400.0},
            "rpo": {"text": "5 minutes", "seconds": 300.0},
        },
    }
    assert data(only(found, "architecture.service"))["criticality"] == "high"
    first, second = of_kind(found, "resilience.recovery")
    assert data(first) == {
        "name": "A",
        "rto": {"text": "4 hours", "seconds": 14400.0},
        "rpo": {"text": "5 minutes", "seconds": 300.0},
        "availability": {"text": "99.9%", "percent": 99.9},
    }
    assert data(second)["backups"] == [{"name": "all data", "interval": {"text": "daily", "seconds": 86400.0}}]


@pytest.mark.parametrize(
    ("relationship", "expected"),
    [
        (
            {
                "relationship-type": {"connects": {"source": {"node": "a"}, "destination": {"node": "b"}}},
                "protocol": "HTTPS",
            },
            [{"from": "a", "to": "b", "protocol": "HTTPS", "name": "a -> b"}],
        ),
        (
            {
                "relationship-type": {"connects": {"source": {"node": "a"}, "destination": {"node": "b"}}},
                "protocol": "mTLS",
            },
            [{"from": "a", "to": "b", "protocol": "mTLS", "authentication": "mtls", "name": "a -> b"}],
        ),
        (
            {
                "relationship-type": {"interacts": {"actor": "a", "nodes": ["b", "c"]}},
                "metadata": {"auth-method": "oidc"},
            },
            [
                {"from": "a", "to": "b", "authentication": "oidc", "name": "a -> b"},
                {"from": "a", "to": "c", "authentication": "oidc", "name": "a -> c"},
            ],
        ),
        (
            {"relationship-type": "connects", "connects": {"source": "a", "destination": "b"}},
            [{"from": "a", "to": "b", "name": "a -> b"}],
        ),
        ({"relationship-type": {"deployed-in": {"container": "n", "nodes": ["a"]}}}, []),
    ],
)
def test_calm_relationships(relationship: dict[str, Any], expected: list[dict[str, Any]]) -> None:
    found = calm(node("a"), node("b"), node("c"), relationships=[relationship])
    assert [data(flow) for flow in of_kind(found, "architecture.flow")] == expected


def test_calm_containers_are_boundaries() -> None:
    found = calm(
        node("a"),
        node("n", "network"),
        node("e", "ecosystem"),
        relationships=[
            {"relationship-type": {"deployed-in": {"container": "n", "nodes": ["a"]}}},
            {"relationship-type": {"composed-of": {"container": "e", "nodes": ["a", "n"]}}},
        ],
    )
    assert data(only(found, "architecture.service"))["boundary"] == "n"
    assert [data(boundary).get("parent") for boundary in of_kind(found, "architecture.boundary")] == ["e", None]


def test_calm_places() -> None:
    text = '{\n "nodes": [\n  {"unique-id": "a", "node-type": "service", "name": "A", "metadata": {"rto": "1h"}}\n ]\n}'
    found = reading(text, "a.json")
    assert underlined(text, only(found, "architecture.service"), "type") == '"node-type": "service"'
    assert underlined(text, only(found, "resilience.recovery"), "rto") == '"rto": "1h"'


@pytest.mark.parametrize(
    "other",
    [
        {"nodes": []},
        {"nodes": {"a": 1}},
        {"nodes": [{"id": "a"}]},
        {"$schema": "x", "properties": {"nodes": {"type": "array"}}},
    ],
)
def test_what_is_no_calm_is_none(other: dict[str, Any]) -> None:
    assert reading(json.dumps(other), "a.json").formats == ()


@pytest.mark.parametrize("stranger", [{"unique-id": "b"}, 5])
def test_a_stranger_among_the_nodes_of_calm_is_a_fault(stranger: Any) -> None:
    found = subjects.recognise(documents.read("a.json", json.dumps({"nodes": [node("a"), stranger]})))
    assert [fault.message for fault in found.faults] == ["a node has no unique-id or no node-type"]
    assert [subject.name for subject in found.subjects if subject.kind == "architecture.service"] == ["service A"]


PROSE = [
    (
        "We promise 99.99% availability (4.38 minutes downtime per month).",
        [{"percent": 99.99, "downtime": ("4.38 minutes per month", 262.8, "month")}],
    ),
    (
        "- **99.95%** uptime, 4.4 hours of downtime a YEAR",
        [{"percent": 99.95, "downtime": ("4.4 hours per year", 15840.0, "year")}],
    ),
    ("Availability: 99.9 %", [{"percent": 99.9}]),
    ("RTO: 15 minutes", [{"rto": ("15 minutes", 900.0)}]),
    ("an RTO of 1h and an RPO of 5min", [{"rto": ("1h", 3600.0)}, {"rpo": ("5min", 300.0)}]),
    ("< 5 minute MTTR", [{"mttr": ("< 5 minute", 300.0)}]),
    ("RPO < 5 minutes", [{"rpo": ("< 5 minutes", 300.0)}]),
    ("99.9% uptime, RTO 4h", [{"percent": 99.9}, {"rto": ("4h", 14400.0)}]),
    ("99.9% of users are happy", []),
    ("availability is high", []),
    ("the RTOs of 5 minutes", []),
    ("", []),
]


@pytest.mark.parametrize(("line", "expected"), PROSE)
@pytest.mark.parametrize("before", ["", "# Title\n\n"])
def test_figures_in_prose_are_claims(line: str, expected: list[dict[str, Any]], before: str) -> None:
    text = before + line + "\n"
    found = reading(text, "a.md").subjects
    stated = []
    for subject in found:
        if subject.kind == "architecture.claim" and data(subject)["metric"] != "availability":
            continue
        if subject.kind == "architecture.claim":
            claim = {"percent": data(subject)["availability"]["percent"]}
            if downtime := data(subject).get("downtime"):
                claim["downtime"] = (downtime["text"], pytest.approx(downtime["seconds"]), downtime["window"])
            stated.append(claim)
            assert str(claim["percent"]) in underlined(text, subject, "availability")
        else:
            (name,) = data(subject).keys() - {"name"}
            quantity = data(subject)[name]
            stated.append({name: (quantity["text"], quantity["seconds"])})
            assert underlined(text, subject, name) == quantity["text"]
            assert subject.kind == "resilience.recovery"
    assert stated == expected


def test_code_in_markdown_is_no_prose() -> None:
    assert reading("```text\n99.9% uptime\n```\n\n~~~\nRTO: 5 min\n~~~\n", "a.md").subjects == ()


def test_prose_is_read_in_text_files_too_but_not_in_yaml() -> None:
    assert len(reading("99.9% uptime", "notes.txt").subjects) == 1
    assert reading("a: 99.9% uptime", "a.yaml").subjects == ()


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 200) | st.sampled_from(["", "a", "99.9%", "1h", "sync", "pan", ".nan"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "id",
                        "name",
                        "from",
                        "to",
                        "availability",
                        "recovery",
                        "rto",
                        "rpo",
                        "backup",
                        "interval",
                        "data",
                    ),
                    *("regions", "residency", "replication", "path", "timeouts", "proposer", "approver", "reviewers"),
                    *("value", "unit", "services", "boundary", "categories", "classification", "interaction", "kind"),
                    *("backups", "region", "protocol", "tls", "type", "zeroTrust", "response"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)
SPEC = st.dictionaries(
    st.sampled_from(
        [
            *("services", "datastores", "dataAssets", "boundaries", "flows", "recovery", "domains", "policies"),
            *("governance", "thirdParties", "frameworks", "regions", "availability"),
        ]
    ),
    ANY | st.lists(st.dictionaries(st.sampled_from(["id", "name", "from", "to", "recovery", "data", "services"]), ANY)),
    max_size=6,
)
GOVERNANCE = st.dictionaries(
    st.sampled_from(["roles", "process", "decisions", "escalations", "alerts"]), ANY | st.lists(ANY, max_size=2)
)


@pytest.mark.slow
@given(st.one_of(ANY, SPEC), GOVERNANCE, ANY)
def test_no_spec_of_any_shape_stops_a_scan(spec: Any, governance: Any, metadata: Any) -> None:
    if isinstance(spec, dict):
        spec = {"governance": governance, **spec}
    whole = {"apiVersion": "assay.dev/v1", "kind": "Architecture", "metadata": metadata, "spec": spec}
    found = reading(json.dumps(whole), "a.json").subjects
    facts.derive(cut(found), whole=True)
    assert all(locate(subject.origin, subject.marks[subject.focus]).line == 1 for subject in found)


@given(st.lists(ANY, max_size=3), st.lists(ANY, max_size=3), ANY)
def test_no_calm_of_any_shape_stops_a_scan(nodes: list[Any], relationships: list[Any], other: Any) -> None:
    named = [{"unique-id": other, "node-type": other, "metadata": item, "controls": item} for item in nodes]
    whole = {
        "nodes": [node("a"), *named],
        "relationships": [*relationships, {"relationship-type": other}, {"relationship-type": {"connects": other}}],
    }
    found = subjects.recognise(documents.read("a.json", json.dumps(whole))).subjects
    facts.derive(cut(found), whole=True)
    assert found
