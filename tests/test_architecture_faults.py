"""One fault at a time in a sound architecture of 35 services: each gives a finding at its line, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner import documents, facts, subjects
from scanner.model import Finding, Outcome, Subject
from scanner.policy.evaluate import Evaluator
from scanner.subjects import DOCUMENT
from tests import shipped

pytestmark = pytest.mark.slow

BANK = (Path(__file__).parent.parent / "examples" / "insurer" / "architecture.yaml").read_text(encoding="utf-8")
AREAS = ("architecture.", "governance.", "resilience.", "security.", DOCUMENT)
RULES = Evaluator(file.rule for file in shipped.rule_files() if file.rule.info.subject.startswith(AREAS))


def findings(*texts: str) -> list[Finding]:
    """What all rules about architecture say of some files."""
    found: list[Subject] = []
    for number, text in enumerate(texts):
        found += subjects.recognise(documents.read(f"{number}.yaml", text)).subjects
    return RULES.evaluate(found, facts.derive(found, whole=True)).findings


def entry(name: str) -> str:
    """The text of the entry with an id, up to the next one."""
    start = BANK.index(f"id: {name},") if f"id: {name}," in BANK else BANK.index(f"id: {name}\n")
    ends = [end for mark in ("\n    - ", "\n    #", "\n\n") if (end := BANK.find(mark, start)) > 0]
    return BANK[start : min(ends)]


def in_entry(name: str, old: str, new: str) -> tuple[str, int, int]:
    """A change within an entry: the text, and the first and the last line of the entry."""
    whole = entry(name)
    assert old in whole, (name, old)
    start = BANK.index(whole)
    line = BANK[:start].count("\n") + 1
    replaced = whole.replace(old, new, 1)
    return BANK[:start] + replaced + BANK[start + len(whole) :], line, line + replaced.count("\n")


INVALID = "documents.architecture-spec-valid architecture.service-critical-objectives-stated"
FAULTS: Sequence[tuple[str, str, str, str, str]] = (
    (
        "prices",
        "owner: actuaries}",
        "owner: actuaries}\n    - {id: events, classification: public}",
        "fail",
        "architecture.data-asset-id-unique",
    ),
    (
        "platform",
        "parent: office, defaultDeny: true}",
        "parent: office, defaultDeny: true}\n    - {id: sales, kind: dmz}",
        "fail",
        "architecture.boundary-id-unique",
    ),
    (
        "platform-key",
        "owner: key-custodian}",
        "owner: key-custodian}\n    - {id: card-key, custody: hsm, rotation: monthly, owner: cio}",
        "fail",
        "architecture.key-id-unique",
    ),
    (
        "treaties",
        "timeout: 2 s}",
        "timeout: 2 s}\n    - {id: letters, from: renewals, to: correspondence, interaction: async}",
        "fail",
        "architecture.flow-id-unique",
    ),
    (
        "campaigns",
        "exposure: internal}",
        "exposure: internal}\n    - {id: campaigns, owner: sales-team}",
        "fail",
        "architecture.service-id-unique",
    ),
    (
        "price-cache",
        "availability: 99.99%}",
        "availability: 99.99%}\n    - {id: campaigns, data: [prices]}",
        "fail",
        "architecture.datastore-id-unique",
    ),
    # entry, old, new, outcome, rule
    ("contracts", "boundary: policy-zone", "boundary: policy-zon", "fail", "architecture.service-names-defined"),
    ("contracts", "boundary: policy-zone", "boundary: Policy-zone", "fail", "architecture.service-names-defined"),
    (
        "first-notice",
        "alerts: [claims-stopped]",
        "alerts: [claim-stopped]",
        "fail",
        "architecture.service-names-defined",
    ),
    ("policy-db", "boundary: policy-zone", "boundary: policyzone", "fail", "architecture.datastore-names-defined"),
    ("policy-db", "key: policy-key", "key: policy-keys", "fail", "architecture.datastore-names-defined"),
    ("policy-db", "data: [customers,", "data: [customer,", "fail", "architecture.datastore-data-defined"),
    ("sales", "parent: office", "parent: offices", "fail", "architecture.boundary-names-defined"),
    ("card-zone", "allow: [edge-gateway]", "allow: [edge-gatway]", "fail", "architecture.boundary-names-defined"),
    (
        "printer",
        "services: [letter-service]",
        "services: [letter-service, leter-service]",
        "fail",
        "architecture.third-party-names-defined",
    ),
    ("printer", "data: [customers]", "data: [custmers]", "fail", "architecture.third-party-names-defined"),
    ("gw-cards", "to: card-intake", "to: card-intakes", "fail", "architecture.flow-ends-defined"),
    ("gw-cards", "data: [card-data]", "data: [carddata]", "fail", "architecture.flow-data-defined"),
    ("edge-waf", "99.95%", "four nines", "fail", INVALID),
    ("edge-waf", "99.95%", "150%", "fail", INVALID),
    ("edge-waf", "99.95%", '"99,95%"', "fail", INVALID),
    ("edge-waf", "rto: 5 min", "rto: five minutes", "fail", INVALID),
    ("edge-waf", "rto: 5 min", "rto: 5", "fail", INVALID),
    ("edge-waf", "rto: 5 min", "rto: 1 fortnight", "fail", INVALID),
    ("contracts", "tier: vital", "tier: vitall", "fail", "documents.architecture-spec-valid"),
    (
        "contracts",
        "owner: policy-team",
        "owner: NO",
        "fail",
        "documents.architecture-spec-valid architecture.service-owner-assigned",
    ),
    ("contracts", "lifecycle:", "lifecycel:", "fail", "documents.architecture-spec-valid"),
    ("repairs", "protocol: mtls", "protocol: http", "fail", "architecture.flow-regulated-public-encrypted"),
    ("tokens-safe", "encrypted: true", "encrypted: false", "fail", "architecture.flow-regulated-internal-encrypted"),
    ("letters", 'tls: "1.3"', 'tls: "1.2"', "fail", "architecture.flow-tls-meets-policy"),
    ("letters", 'tls: "1.3"', 'tls: "1.1"', "fail", "architecture.flow-tls-current"),
    (
        "letters",
        'tls: "1.3"',
        "encrypted: false",
        "fail",
        "architecture.flow-protocol-consistent architecture.flow-regulated-public-encrypted",
    ),
    ("operate-cards", ", mfa: webauthn", "", "unknown", "architecture.flow-privileged-access-mfa"),
    (
        "contracts-log",
        "data: [events]",
        "data: [events, customers]",
        "fail",
        "architecture.flow-to-log-without-sensitive-data",
    ),
    ("quote-rating", "data: [prices]", "data: [card-data]", "fail", "architecture.flow-cardholder-data-in-environment"),
    (
        "tokenisation",
        "boundary: card-zone",
        "boundary: platform",
        "fail",
        "architecture.service-cardholder-data-in-environment",
    ),
    ("card-safe", "fieldLevel: true", "fieldLevel: false", "fail", "architecture.datastore-card-numbers-unreadable"),
    (
        "policy-db",
        "region: eu-west-3,\n               account: alder-backup",
        "region: eu-central-1",
        "fail",
        "architecture.datastore-backup-isolated",
    ),
    (
        "policy-db",
        "region: eu-west-3,\n               account: alder-backup",
        "account: alder-main",
        "fail",
        "architecture.datastore-backup-isolated",
    ),
    ("policy-db", "mode: sync", "mode: async", "fail", "architecture.datastore-replication-meets-rpo"),
    ("policy-db", "factor: 3", "factor: 1", "fail", "architecture.datastore-single-point-replicated"),
    ("policy-db", "audit: log-hub", "audit: none", "fail", "architecture.datastore-audit-recorded"),
    ("policy-db", "      data: [customers, bookings]\n", "", "unknown", "architecture.datastore-data-stated"),
    ("policy-db", "restoreTested: quarterly", "restoreTested: never", "fail", "resilience.recovery-tested-yearly"),
    ("policy-db", "interval: continuous", "interval: daily", "fail", "resilience.backups-within-rpo"),
    ("medical-files", "article9: social-protection, ", "", "unknown", "architecture.special-category-condition-stated"),
    ("medical-files", "dpia: DPIA-2026-2", "dpia: none", "fail", "architecture.special-category-impact-assessed"),
    ("customers", "lawfulBasis: contract", "lawfulBasis: habit", "fail", "architecture.personal-data-purpose-lawful"),
    (
        "card-data",
        "categories: [pan]",
        "categories: [pan, sad]",
        "fail",
        "architecture.data-asset-sensitive-authentication-data-not-retained",
    ),
    ("policy-key", "custody: hsm", "custody: file", "fail", "architecture.key-custody-protected"),
    ("policy-key", "rotation: yearly", "rotation: never", "fail", "architecture.key-rotated"),
    ("policy-key", "rotation: yearly, ", "", "unknown", "architecture.key-rotated"),
    (
        "contracts",
        "changeApproval: change-board",
        "changeApproval: none",
        "fail",
        "architecture.service-change-approved",
    ),
    ("contracts", "replicas: 3", "replicas: 1", "fail", "architecture.service-redundant"),
    ("contracts", "replicas: 3, ", "", "unknown", "architecture.service-redundant"),
    ("rating", "lifecycle: production", "lifecycle: retired", "fail", "architecture.service-retired-unused"),
    ("edge-waf", "rateLimit: 800 rps", "rateLimit: none", "fail", "architecture.service-public-rate-limited"),
    ("edge-waf", ", rateLimit: 800 rps", "", "unknown", "architecture.service-public-rate-limited"),
    ("printer", "dpa: D-13", "dpa: pending", "fail", "architecture.third-parties-processing-agreed"),
    ("garages", ", dpa: D-12", "", "unknown", "architecture.third-parties-processing-agreed"),
    (
        "acquirer",
        ", exitStrategy: second acquirer under contract",
        "",
        "unknown",
        "architecture.third-parties-exit-planned",
    ),
    (
        "printer",
        "regions: [eu-west-3]",
        "regions: [us-east-1]",
        "unknown",
        "architecture.third-parties-transfer-safeguarded",
    ),
    ("reinsurer", "id: reinsurer, type: external", "id: reinsurer, type: external, exposure: partner", "none", ""),
    ("contracts", "replicas: 3", "replicas: 4", "none", ""),
    ("repairs", "protocol: mtls", "protocol: mtls, encrypted: true", "none", ""),
    ("rating", "owner: sales-team", "owner: sales-team, name: Rating", "none", ""),
    ("customers", "retention: 7 years", "retention: 7 years after the end of the contract", "none", ""),
    ("edge-waf", "99.95%", "99.95 percent", "none", ""),
)


@pytest.mark.parametrize(("name", "old", "new", "outcome", "rule"), FAULTS)
def test_a_fault_is_found_at_its_entry_and_nowhere_else(name: str, old: str, new: str, outcome: str, rule: str) -> None:
    text, first, last = in_entry(name, old, new)
    found = findings(text)
    assert [each.message for each in found if not first <= each.location.line <= last] == []
    failing = {each.rule for each in found if each.outcome is Outcome.FAIL}
    assert failing == (set(rule.split()) if outcome == "fail" else set())
    assert outcome != "unknown" or rule in {each.rule for each in found}
    assert outcome != "none" or found == []


def parts(document: dict[str, Any], seed: int) -> Iterator[str]:
    """One system in three documents, with the entries of each list and the lists themselves in any order."""
    draw = random.Random(seed)
    specs: list[dict[str, Any]] = [{}, {}, {}]
    for name, value in document["spec"].items():
        if name in ("tiers", "services", "datastores"):  # a tier holds for its own document
            specs[0][name] = draw.sample(value, len(value))
        elif isinstance(value, list) and isinstance(value[0], dict):
            for item in draw.sample(value, len(value)):
                draw.choice(specs).setdefault(name, []).append(item)
        else:
            draw.choice(specs)[name] = value
    for spec in draw.sample(specs, 3):
        yield yaml.safe_dump({**document, "metadata": {"name": document["metadata"]["name"]}, "spec": spec})


@pytest.mark.parametrize("seed", range(3))
def test_a_system_may_be_told_in_several_documents_in_any_order(seed: int) -> None:
    texts = list(parts(yaml.safe_load(BANK), seed))
    assert [each.message for each in findings(*texts)] == []
    assert [each.message for each in findings("---\n".join(texts))] == []


def test_ids_may_have_any_name() -> None:
    assert (
        findings(BANK.replace("policy-db", "store-one").replace("office", "campus").replace("customers", "people"))
        == []
    )


SHOP = "apiVersion: assay.dev/v1\nkind: Architecture\nmetadata: {name: shop}\nspec:\n"
EDGE = "  boundaries:\n    - {id: edge, kind: dmz}\n"
STORE = "  dataAssets: [{id: cards, categories: [pan]}]\n  datastores: [{id: db, boundary: edge, data: [cards]}]\n"


def rules_of(found: Sequence[Finding], outcome: Outcome = Outcome.FAIL) -> list[tuple[str, str, int]]:
    return [(each.rule, each.location.path, each.location.line) for each in found if each.outcome is outcome]


@pytest.mark.parametrize(
    ("second", "repeated"),
    [
        (EDGE, False),
        (EDGE.replace("dmz", "internal"), True),
        (EDGE.replace("id: edge, kind: dmz", "kind: dmz, id: edge"), False),
    ],
)
def test_what_is_told_twice_is_one_thing_or_a_contradiction(second: str, *, repeated: bool) -> None:
    found = findings(SHOP + EDGE + STORE, SHOP + second)
    repeats = [each for each in found if each.rule == "architecture.boundary-id-unique"]
    assert [(each.location.path, each.location.line) for each in repeats] == ([("1.yaml", 6)] if repeated else [])
    assert [[place.location.path for place in each.related] for each in repeats] == ([["0.yaml"]] if repeated else [])
    public = "architecture.datastore-outside-public-boundary"
    assert (public, "0.yaml", 8) in rules_of(found)  # a second statement hides nothing


def test_an_entry_that_is_repeated_in_its_own_list_is_reported() -> None:
    found = findings(SHOP + EDGE + "    - {id: edge, kind: dmz}\n")
    assert rules_of(found) == [("architecture.boundary-id-unique", "0.yaml", 7)]


def test_a_boundary_inside_the_internet_is_public() -> None:
    zones = "  boundaries: [{id: world, kind: internet}, {id: edge, kind: internal, parent: world}]\n"
    assert ("architecture.datastore-outside-public-boundary", "0.yaml", 7) in rules_of(findings(SHOP + zones + STORE))


TRAVEL = """\
  dataAssets: [{id: cards, categories: [pan]}]
  services: [{id: bus, type: queue%s}, {id: marketing}]
  datastores: [{id: db, data: [cards]}]
  flows:
    - {id: publish, from: db, to: bus, protocol: https, authentication: mtls}
    - {id: read, from: bus, to: marketing, protocol: http, authentication: mtls}
"""


@pytest.mark.parametrize("ended", ["", ", tokenises: [cards]", ", drops: [cards]"])
def test_data_travels_through_a_queue_until_it_ends(ended: str) -> None:
    found = findings(SHOP + TRAVEL % ended)
    plain = [each for each in found if each.rule == "architecture.flow-regulated-internal-encrypted"]
    assert [each.outcome for each in plain] == ([] if ended else [Outcome.UNKNOWN])
    for each in plain:
        assert [step.location.line for step in each.path] == [5, 7, 9, 10]
        assert "db -> bus; bus -> marketing" in each.message


def test_a_removed_field_never_turns_a_failure_into_a_pass() -> None:
    """Every failure, with the field that it points at taken away: the rule does not pass then."""
    every = Evaluator([rule for rules in RULES.rules.values() for rule in rules], include_passes=True)
    for name, old, new, outcome, rule in FAULTS:
        if outcome == "fail" and ": " in new and not rule.endswith(("-defined", "-unique", "-valid")):
            field = new.split(": ")[0].split("{")[-1].strip()
            text, _, _ = in_entry(name, old, f"x-{field}: 0")
            read = subjects.recognise(documents.read("0.yaml", text)).subjects
            derived = facts.derive(read, whole=True)
            identity = {each.subject_id for each in findings(in_entry(name, old, new)[0]) if each.rule == rule}
            outcomes = [each for each in every.evaluate(read, derived).findings if each.rule == rule]
            assert not [each for each in outcomes if each.outcome is Outcome.PASS and each.subject_id in identity], rule
