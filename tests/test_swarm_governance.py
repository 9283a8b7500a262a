"""Governance of swarms: one clean swarm, one fault at a time, and which files belong to one swarm."""

from __future__ import annotations

import json
from functools import cache

import pytest

from scanner import documents, facts, subjects
from scanner.facts.framework_names import family, framework, near
from scanner.facts.roles import is_same
from scanner.facts.topics import topics
from scanner.model import Finding, Outcome, Subject
from scanner.policy.evaluate import Evaluator
from tests import shipped

CLEAN = """\
# Warehouse swarm

```javascript
mcp__claude-flow__swarm_init({
  topology: "hierarchical",
  maxAgents: 5,
  strategy: "adaptive",
  governance: {
    complianceFrameworks: ["GDPR", "ISO27001"],
    auditRequirements: {
      decisionTracking: "append-only",
      changeApproval: "two-person",
      riskAssessment: "mandatory",
      auditRetention: "2 years"
    },
    escalationPaths: {
      security: ["privacy-officer", "head-of-logistics"]
    }
  }
})
mcp__claude-flow__agent_spawn({
  type: "coordinator",
  name: "stock-manager",
  authority: { level: "senior", decisions: ["stock-levels"], budget: 200, reports: "head-of-logistics" }
})
mcp__claude-flow__agent_spawn({
  type: "analyst",
  name: "head-of-logistics",
  authority: { level: "executive", decisions: ["carriers"], veto: "carrier-changes", budget: 900, escalation: "board" }
})
mcp__claude-flow__agent_spawn({ type: "reviewer", name: "privacy-officer", tools: ["Read"] })
mcp__claude-flow__coordination_sync({
  governance: {
    decisionFramework: {
      "stock-decisions": {
        authority: "stock-manager",
        reviewers: ["privacy-officer", "audit-team"],
        approval: "head-of-logistics",
        documentation: "records",
        auditTrail: "worm"
      }
    },
    escalationMatrix: {
      "security-incidents": {
        path: ["privacy-officer", "human", "Head of Logistics (HoL)"],
        timeouts: ["10min", "1h", "4h"],
        automatic: true,
        notifications: ["on-call", "supervisory authority within 48h"]
      }
    }
  }
})
mcp__claude-flow__security_scan({
  target: "platform",
  frameworks: ["GDPR", "ISO 27001"],
  requirements: {
    encryption: {
      "at-rest": "AES-256",
      "key-management": "HSM-backed",
      "key-rotation": "90d"
    }
  }
})
mcp__claude-flow__swarm_monitor({
  interval: 30,
  metrics: { "security-metrics": ["refused-calls"] },
  alerting: {
    "intrusion": { severity: "high", response: "5min", escalation: "privacy-officer", notifications: ["on-call"] }
  }
})
mcp__claude-flow__backup_create({
  components: ["orders"],
  encryption: "AES-256",
  retention: "90d",
  strategy: {
    "geo-replication": { regions: ["eu-north-1", "eu-south-1"] },
    "recovery-objectives": { rto: "1h", rpo: "15min", mttr: "30min" }
  }
})
mcp__claude-flow__benchmark_run({
  type: "disaster-recovery",
  frequency: "quarterly",
  validation: {
    "rto-compliance": "< 1h",
    "rpo-compliance": "< 15min"
  }
})
mcp__claude-flow__performance_report({
  timeframe: "7d",
  format: "summary"
})
Task("Stock Manager", "Count the stock.", "coordinator")
```
"""

APPROVAL, REVIEWERS = 'approval: "head-of-logistics"', 'reviewers: ["privacy-officer", "audit-team"]'
LIMIT, PATH = '"supervisory authority within 48h"', '["privacy-officer", "human", "Head of Logistics (HoL)"]'
FAULTS = [
    (APPROVAL, 'approval: "none"', "governance.decision-approver-required"),
    (APPROVAL, 'approval: "auto"', "governance.decision-approver-required"),
    (APPROVAL, 'approval: "Auto-approved"', "governance.decision-approver-required"),
    (APPROVAL, 'approval: "self"', "governance.decision-approver-required"),
    (APPROVAL, "approval: []", "governance.decision-approver-required"),
    (APPROVAL, "approval: false", "governance.decision-approver-required"),
    (APPROVAL, 'approval: "stock-manager"', "governance.decision-approved-by-another"),
    (APPROVAL, 'approval: "Stock Manager (SM)"', "governance.decision-approved-by-another"),
    (APPROVAL, 'approval: "change-board"', "governance.decision-approver-assigned"),
    (APPROVAL, 'approval: ["head-of-logistics", "ghost"]', "governance.decision-approver-assigned"),
    (REVIEWERS, "reviewers: []", "governance.decision-reviewer-named"),
    (REVIEWERS, 'reviewers: ""', "governance.decision-reviewer-named"),
    (REVIEWERS, 'reviewers: "none"', "governance.decision-reviewer-named"),
    (REVIEWERS, 'reviewers: ["n/a"]', "governance.decision-reviewer-named"),
    (REVIEWERS, 'reviewers: ["stock-manager"]', "governance.decision-reviewed-by-another"),
    (REVIEWERS, 'reviewers: ["quality-officer"]', "governance.decision-reviewers-assigned"),
    ('authority: "stock-manager"', 'authority: "stock-manger"', "governance.decision-proposer-assigned"),
    ('auditTrail: "worm"', 'auditTrail: "editable"', "governance.decision-trail-immutable"),
    ('security: ["privacy-officer", "head-of-logistics"]', 'security: ["ceo"]', "governance.escalations-agree"),
    (PATH, '["privacy-officer", "privacy-officer"]', "governance.escalation-roles-distinct"),
    (PATH, '["hol", "head-of-logistics", "human"]', "governance.escalation-roles-assigned"),
    (PATH, '["ghost", "head-of-logistics", "human"]', "governance.escalation-roles-assigned"),
    ('"10min", "1h", "4h"', '"10min", "4h", "1h"', "governance.escalation-times-ordered"),
    ('"10min", "1h", "4h"', '"10min"', "governance.escalation-steps-timed"),
    ('"10min", "1h", "4h"', '"2h", "3h", "4h"', "governance.security-escalation-prompt"),
    (LIMIT, '"regulators-if-required"', "governance.breach-notice-timed"),
    (LIMIT, '"supervisory authority"', "governance.breach-notice-timed"),
    (LIMIT, '"supervisory authority within 30 days"', "governance.breach-notice-timed"),
    (LIMIT, '"data subjects as needed"', "governance.breach-notice-timed"),
    ('"ISO27001"]', '"ISO-31"]', "governance.frameworks-known"),
    ('["GDPR", "ISO27001"]', '["GDRP", "ISO27001"]', "governance.frameworks-known"),
    ('["GDPR", "ISO27001"]', '["GDPR", "ISO27001", "SOX"]', "governance.declared-frameworks-required"),
    (
        'frameworks: ["GDPR", "ISO 27001"]',
        'frameworks: ["GDPR", "ISO 27001", "NIST"]',
        "governance.scanned-frameworks-declared",
    ),
    ('response: "5min"', 'response: "2h"', "governance.alert-response-within-escalation"),
    ('"two-person"', '"auto"', "governance.change-approval-required"),
    ('"append-only"', '"editable"', "governance.decision-tracking-immutable"),
    ('"2 years"', '"3 months"', "governance.audit-retention-year"),
    ('"mandatory"', '"optional"', "governance.risk-assessment-mandatory"),
    ("maxAgents: 5", "maxAgents: 2", "swarm.swarm-size-within-limit"),
    ("budget: 200", 'budget: "no limit"', "swarm.agent-budget-limited"),
    ("budget: 200", "budget: -1", "swarm.agent-budget-limited"),
    ("budget: 200", 'budget: { amount: "unlimited", period: "month" }', "swarm.agent-budget-limited"),
    ('tools: ["Read"]', 'tools: ["*"]', "swarm.agent-tools-listed"),
    ('reports: "head-of-logistics"', 'reports: "ghost"', "swarm.agent-reports-to-known-role"),
    ('"executive", decisions: ["carriers"]', '"executive", decisions: ["*"]', "swarm.agent-decisions-listed"),
    ('veto: "carrier-changes"', 'veto: "all"', "swarm.agent-veto-scoped"),
    (', escalation: "board"', "", "swarm.executive-agent-has-superior"),
    ('type: "reviewer"', 'type: "stock-reviewer"', "swarm.call-values-known"),
    ('format: "summary"', 'format: "executive-summary"', "swarm.call-values-known"),
    ('"Count the stock.", "coordinator"', '"Count the stock.", "analyst"', "swarm.task-type-matches-agent"),
    (
        '"Count the stock."',
        "\"Count, then notify --message 'stock approved by board'\"",
        "swarm.task-approval-not-self-attested",
    ),
    ('["refused-calls"]', "[]", "swarm.monitor-watches-security"),
    ('"HSM-backed",', '"environment variable",', "security.keys-kept-in-kms-or-hsm"),
    ('mttr: "30min"', 'mttr: "3h"', "resilience.mttr-within-rto"),
    (' rpo: "15min",', "", "resilience.recovery-objectives-both"),
    ('rto: "1h",', "", "resilience.recovery-objectives-both"),
    ('encryption: "AES-256"', 'encryption: "none"', "resilience.backup-encryption-strong"),
    ('encryption: "AES-256"', 'encryption: "3DES"', "resilience.backup-encryption-strong"),
    ('["eu-north-1", "eu-south-1"]', '["eu-north-1"]', "resilience.replication-regions-distinct"),
    ('["eu-north-1", "eu-south-1"]', '["primary", "standby"]', "resilience.recovery-regions-named"),
    ("automatic: true", "automatic: false", "governance.escalation-automatic"),
    ('["on-call", "supervisory authority within 48h"]', "[]", "governance.escalation-notifies"),
    ('"on-call", "supervisory authority within 48h"', '"on-call"', "governance.breach-notice-stated"),
    ('escalation: "privacy-officer"', 'escalation: "ghost"', "governance.alert-escalation-assigned"),
    ('"quarterly"', '"every 2 years"', "resilience.recovery-tested-yearly"),
]
"""What replaces what, and which rule must fail at the changed line."""
NEIGHBOURS = [
    (
        '      "key-management": "HSM-backed",\n      "key-rotation"',
        '      "key-management": "HSM-backed",\n      "other"',
        "security.key-rotation-required",
        '"key-management"',
    ),
    ('    "rpo-compliance"', '    "data-integrity"', "resilience.recovery-test-covers-rpo", '"rto-compliance"'),
    ('  retention: "90d",\n', "", "resilience.backup-retention-stated", "backup_create"),
    ('"security-incidents"', '"outages"', "governance.escalation-topics-covered", "escalationMatrix"),
    (
        '\n  authority: { level: "senior"',
        '\n  rights: { level: "senior"',
        "swarm.coordinator-authority-stated",
        'type: "coordinator"',
    ),
    ('        approval: "head-of-logistics",\n', "", "governance.decision-roles-stated", 'authority: "stock-manager"'),
]
"""The same, where a finding stands at the line with another text."""


@cache
def evaluator() -> Evaluator:
    """The rules that a swarm may concern."""
    families = ("governance", "resilience", "security", "swarm")
    loaded = shipped.rule_files()
    return Evaluator([file.rule for file in loaded if file.rule.info.id.partition(".")[0] in families])


def read(files: dict[str, str]) -> list[Subject]:
    """The subjects of files by name."""
    return [each for name, text in files.items() for each in subjects.recognise(documents.read(name, text)).subjects]


def failed(files: dict[str, str]) -> list[Finding]:
    """The findings that fail."""
    some = read(files)
    found = evaluator().evaluate(some, facts.derive(some, whole=True)).findings
    return [finding for finding in found if finding.outcome is Outcome.FAIL]


def lines(text: str) -> set[tuple[str, int]]:
    """The rules that fail for the text of a document, with their lines."""
    return {(finding.rule, finding.location.line) for finding in failed({"docs/swarm.md": text})}


def test_the_clean_swarm_has_no_finding_but_what_the_tool_ignores() -> None:
    assert {rule for rule, _ in lines(CLEAN)} == {"swarm.call-controls-enforced"}


@pytest.mark.parametrize(("old", "new", "rule"), FAULTS, ids=[f"{rule}:{new}" for _, new, rule in FAULTS])
def test_a_fault_fails_at_its_line(old: str, new: str, rule: str) -> None:
    assert CLEAN.count(old) == 1
    line = CLEAN[: CLEAN.index(old)].count("\n") + 1
    assert (rule, line) in lines(CLEAN.replace(old, new))


@pytest.mark.parametrize(("old", "new", "rule", "beside"), NEIGHBOURS, ids=[row[2] for row in NEIGHBOURS])
def test_what_is_missing_fails_beside_it(old: str, new: str, rule: str, beside: str) -> None:
    assert old in CLEAN
    text = CLEAN.replace(old, new, 1)
    assert (rule, text[: text.index(beside)].count("\n") + 1) in lines(text)


# Which files belong to one swarm

INIT, SPAWN = "mcp__s__swarm_init({})\n", "mcp__s__agent_spawn({ type: 'coder', name: 'lead' })\n"
OTHER = SPAWN.replace("lead", "scout")
DECISION = (
    "mcp__s__coordination_sync({ governance: { decisionFramework: {"
    " d: { authority: 'scout', reviewers: ['scout'], approval: 'lead' } } } })\n"
)
SETUPS: list[tuple[dict[str, str], set[str]]] = [
    ({"a.js": INIT + OTHER, "b.js": DECISION}, {"decision-approver-assigned"}),
    ({"a.js": INIT + OTHER + SPAWN, "b.js": DECISION}, set()),
    ({"a.js": INIT + SPAWN, "b.js": INIT + OTHER + DECISION}, set()),
    ({"a.js": INIT + SPAWN, "b.js": INIT + OTHER, "c.js": DECISION}, set()),
    ({"x/.claude/commands/a.md": SPAWN, "x/docs/b.js": OTHER + DECISION}, set()),
    ({"x/.claude/commands/a.md": SPAWN, "y/docs/b.js": OTHER + DECISION}, {"decision-approver-assigned"}),
    ({"a.js": SPAWN, "b.js": OTHER + DECISION + SPAWN.replace("'lead'", "who")}, set()),
    ({"a.js": SPAWN.replace("'lead'", "who"), "b.js": OTHER + DECISION}, {"decision-approver-assigned"}),
]


@pytest.mark.parametrize(("files", "expected"), SETUPS, ids=[" ".join(files) for files, _ in SETUPS])
def test_roles_exist_for_the_whole_setup(files: dict[str, str], expected: set[str]) -> None:
    files = {name: f"```js\n{text}```\n" if name.endswith(".md") else text for name, text in files.items()}
    found = {finding.rule.removeprefix("governance.") for finding in failed(files)}
    assert {rule for rule in found if rule.endswith("-assigned")} == expected


def test_two_example_documents_are_two_swarms() -> None:
    path = "mcp__s__coordination_sync({ governance: { escalationPaths: { security: ['lead'] } } })\n"
    matrix = path.replace("escalationPaths", "escalationMatrix").replace(
        "['lead']", "{ path: ['x'], timeouts: ['1h'] }"
    )
    apart, joined = {"a.js": INIT + path, "b.js": INIT + matrix}, {"a.js": INIT + path, "b.js": matrix}
    assert not any(finding.rule == "governance.escalations-agree" for finding in failed(apart))
    assert any(finding.rule == "governance.escalations-agree" for finding in failed(joined))


@pytest.mark.parametrize(
    ("command", "reported"), [("./scripts/guard.sh", False), ("./scripts/notify.sh", True), (None, True)]
)
def test_a_hook_that_guards_may_enforce_what_a_call_declares(command: str | None, *, reported: bool) -> None:
    hook = {"matcher": "Bash", "hooks": [{"type": "command", "command": command}]}
    settings = {"x/.claude/settings.json": json.dumps({"hooks": {"PreToolUse": [hook]}})} if command else {}
    found = {finding.rule for finding in failed({"x/docs/swarm.md": CLEAN, **settings})}
    assert ("swarm.call-controls-enforced" in found) is reported


def test_a_task_of_another_file_belongs_to_the_only_swarm() -> None:
    task = "Task('Lead', 'Count.', 'tester')\n"
    mismatch = "swarm.task-type-matches-agent"
    assert mismatch in {finding.rule for finding in failed({"a.js": INIT + SPAWN, "b.js": task})}
    assert mismatch not in {finding.rule for finding in failed({"a.js": INIT + SPAWN, "b.js": INIT + task})}


@pytest.mark.parametrize(
    ("extra", "number"),
    [
        ("```js\nTask('A', 'x')\n```\n", 1),
        ("```js\nmcp__s__agent_spawn({ type: 'coder', name: 'A' })\n```\n", 1),
        ("```js\nmcp__s__swarm_init({})\nmcp__s__agent_spawn({ name: 'A' })\n```\n", 1),
    ],
)
def test_another_block_is_another_example(extra: str, number: int) -> None:
    some = read({"a.md": f"```js\n{INIT}{SPAWN}```\n{extra}"})
    first = next(subject for subject in some if subject.kind == "swarm.swarm")
    assert facts.derive(some, whole=True).facts(first)["agents"] == number


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Chief Information Security Officer (CISO)", "ciso", True),
        ("CISO (Chief Information Security Officer)", "chief-information-security-officer", True),
        ("Compliance Officer (CO)", "co", True),
        ("Head of Logistics (HoL)", "head-of-logistics", True),
        ("architect (data)", "tester (data)", False),
        ("architect (data)", "data", False),
        ("Compliance Officer (CO)", "chief-officer", False),
    ],
)
def test_initials_in_brackets_are_an_alias(one: str, other: str, *, same: bool) -> None:
    assert is_same(one, other) is same


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, "pci-dss") for name in ("PCI-DSS", "PCI DSS v4.0.1", "pci_dss", "PCI")),
        *((name, "basel") for name in ("Basel-III", "Basel 3", "Basle-II", "BCBS 239")),
        *((name, "iso") for name in ("ISO27001", "ISO/IEC 27001:2022", "iso_42001")),
        *((name, "nist") for name in ("NIST", "NIST SP 800-53 rev 5", "NIST CSF 2.0")),
        *((name, "soc2") for name in ("SOC2", "SOC 2 Type II")),
        *((name, "") for name in ("Basle-9", "SOC7", "PCI-DSS-9", "ISO-99999", "HIPPA", "best-practices", "")),
    ],
)
def test_a_framework_is_known_in_the_spellings_that_occur(name: str, expected: str) -> None:
    assert family(name) == expected


def test_a_framework_stands_for_itself_in_any_edition() -> None:
    assert framework("PCI DSS 4.0") == framework("pci-dss")
    assert framework("FINRA") != framework("MiFID II")
    assert (near("Basle-9"), near("GDRP"), near("best-practices")) == ("Basel-III", "GDPR", "")


def test_names_have_topics() -> None:
    assert topics("security") & topics("intrusion-detected")
    assert topics("billing-disputes") & topics("Billing")
    assert not topics("high-risk-incidents") & topics("critical-incident")
    assert not topics("compliance") & topics("security-incidents")


SERVERS = [
    ("claude-flow", True),
    ("claude_flow", True),
    ("ruflo", True),
    ("claude-flow-novice", False),
    ("flow-nexus", False),
]


@pytest.mark.parametrize(("server", "known"), SERVERS)
def test_only_calls_of_a_known_server_are_held_against_its_parameters(server: str, *, known: bool) -> None:
    text = f"mcp__{server}__agent_spawn({{ type: 'painter', name: 'a', authority: {{ level: 'low' }} }})\n"
    found = {finding.rule for finding in failed({"a.md": f"```js\n{text}```\n"})}
    assert ({"swarm.call-controls-enforced", "swarm.call-values-known"} <= found) is known


def test_agents_in_the_next_block_count_if_the_block_of_the_swarm_has_none() -> None:
    some = read({"a.md": f"```js\n{INIT}```\n```js\n{SPAWN}Task('A', 'x')\n```\n```js\n{OTHER}```\n"})
    swarm = next(subject for subject in some if subject.kind == "swarm.swarm")
    assert facts.derive(some, whole=True).facts(swarm)["agents"] == 2


def test_equal_names_far_apart_belong_to_two_examples() -> None:
    twice = {lines: SPAWN + "\n" * lines + SPAWN for lines in (1, 90, 150)}
    found = {lines: {finding.rule for finding in failed({"a.js": text})} for lines, text in twice.items()}
    assert {lines: "swarm.agent-name-unique" in rules for lines, rules in found.items()} == {
        1: True,
        90: True,
        150: False,
    }
