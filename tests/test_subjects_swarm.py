"""Tool calls of agent swarms: what becomes of each call, and what stays unknown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import documents, facts, subjects
from scanner.documents.positions import find, locate, split_path
from scanner.model import Subject
from scanner.subjects import RecognitionResult
from tests.known import cut


def reading(text: str, path: str = "a.js") -> RecognitionResult:
    found = subjects.recognise(documents.read(path, text))
    assert found.faults == ()
    return found


def read(text: str, path: str = "a.js") -> list[Subject]:
    """The subjects of a text without those about the documents themselves."""
    return [subject for subject in reading(text, path).subjects if subject.kind != "document"]


def data(subject: Subject) -> dict[str, Any]:
    bound: dict[str, Any] = subject.bindings[subject.focus]
    return bound


def underlined(text: str, subject: Subject, path: str) -> str:
    """The text that the place of a field covers, read from the file itself."""
    mark, _ = find(subject.marks[subject.focus], split_path(path))
    place = locate(subject.origin, mark)
    line = text.split("\n")[place.line - 1]
    return line[place.column - 1 : place.end_column - 1] if place.line == place.end_line else line[place.column - 1 :]


CALLS: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
    (
        "swarm_init({topology: 'mesh', maxAgents: 8, strategy: 'auto', extra: 1})",
        [("swarm.swarm", {"name": "swarm", "topology": "mesh", "maxAgents": 8, "strategy": "auto"})],
    ),
    (
        (
            "swarm_init({governance: {auditRequirements: {decisionTracking: 'mandatory', auditRetention: '7 years'},"
            " complianceFrameworks: ['SOX']}})"
        ),
        [
            ("swarm.swarm", {"name": "swarm"}),
            (
                "governance.process",
                {
                    "name": "swarm",
                    "decisionTracking": "mandatory",
                    "frameworks": ["SOX"],
                    "auditRetention": {"text": "7 years", "seconds": 7 * 365.25 * 86400},
                },
            ),
        ],
    ),
    (
        "swarm_init({governance: {escalationPaths: {technical: ['lead', 'cto']}}})",
        [
            ("swarm.swarm", {"name": "swarm"}),
            ("governance.process", {"name": "swarm"}),
            ("governance.escalation", {"name": "technical", "path": ["lead", "cto"]}),
        ],
    ),
    (
        (
            "agent_spawn({type: 'coder', name: 'A', capabilities: ['c'], tools: ['t'], swarmId: 's',"
            " authority: {level: 'high', reports: 'B'}})"
        ),
        [
            (
                "swarm.agent",
                {
                    "name": "A",
                    "type": "coder",
                    "capabilities": ["c"],
                    "tools": ["t"],
                    "swarmId": "s",
                    "authority": {"level": "high", "reports": "B"},
                },
            )
        ],
    ),
    (
        "agent_spawn({name: 'A', domain: {name: 'Payments', services: ['a', 'b'], compliance: ['PCI']}})",
        [
            (
                "swarm.agent",
                {"name": "A", "domain": {"name": "Payments", "services": ["a", "b"], "compliance": ["PCI"]}},
            ),
            ("architecture.domain", {"name": "Payments", "named": ["a", "b"], "compliance": ["PCI"]}),
        ],
    ),
    (
        (
            "task_orchestrate({task: 'T', strategy: 'parallel', priority: 'high', dependencies: ['x'], maxAgents: 3,"
            " architecture: {domains: {payments: {services: 4, availability: '99.99%', complexity: 'high'}}}})"
        ),
        [
            (
                "swarm.task",
                {
                    "name": "for the whole swarm",
                    "prompt": "T",
                    "lines": ["T"],
                    "strategy": "parallel",
                    "priority": "high",
                    "dependencies": ["x"],
                    "maxAgents": 3,
                },
            ),
            (
                "architecture.domain",
                {
                    "name": "payments",
                    "declared": 4,
                    "availability": {"text": "99.99%", "percent": 99.99},
                    "complexity": "high",
                },
            ),
        ],
    ),
    (
        (
            "security_scan({target: 'api', frameworks: ['PCI'], requirements: {encryption: {'at-rest': 'AES-256',"
            " 'in-transit': 'TLS 1.3', 'key-management': 'HSM'}, authentication: {'multi-factor': 'mandatory'},"
            " authorization: {principle: 'least-privilege'}, 'zero-trust': {scope: 'all'}}})"
        ),
        [
            (
                "security.requirement",
                {
                    "name": "api",
                    "frameworks": ["PCI"],
                    "atRest": "AES-256",
                    "inTransit": "TLS 1.3",
                    "keyManagement": "HSM",
                    "mfa": "mandatory",
                    "authentication": {"multi-factor": "mandatory"},
                    "authorization": {"principle": "least-privilege"},
                    "zeroTrust": {"scope": "all"},
                },
            )
        ],
    ),
    (
        (
            "security_scan({requirements: {encryption: {atRest: 'a', inTransit: 'b', keyManagement: 'c'},"
            " authentication: {mfa: true}, zeroTrust: {scope: 'all'}}})"
        ),
        [
            (
                "security.requirement",
                {
                    "name": "swarm",
                    "atRest": "a",
                    "inTransit": "b",
                    "keyManagement": "c",
                    "mfa": True,
                    "authentication": {"mfa": True},
                    "zeroTrust": {"scope": "all"},
                },
            )
        ],
    ),
    ("security_scan({target: 'api'})", []),
    (
        (
            "coordination_sync({governance: {decisionFramework: {'design': {authority: 'lead', reviewers: ['a'],"
            " approval: 'cto', documentation: 'adr', auditTrail: 'immutable'}},"
            " escalationMatrix: {'incident': {path: ['a', 'b'], timeouts: ['2h', 'soon'], automatic: true}}}})"
        ),
        [
            (
                "governance.decision",
                {
                    "name": "design",
                    "proposer": "lead",
                    "reviewers": ["a"],
                    "approver": "cto",
                    "record": "adr",
                    "auditTrail": "immutable",
                },
            ),
            (
                "governance.escalation",
                {
                    "name": "incident",
                    "path": ["a", "b"],
                    "timeouts": [{"text": "2h", "seconds": 7200.0}, {"text": "soon"}],
                    "automatic": True,
                },
            ),
            ("governance.escalations", {"name": "swarm", "topics": ["incident"]}),
        ],
    ),
    (
        (
            "swarm_monitor({interval: 5, scope: 'all', metrics: {security: ['threats']},"
            " alerting: {critical: {response: '< 5 minutes', escalation: 'cto', notifications: ['x']}}})"
        ),
        [
            (
                "swarm.monitor",
                {"name": "swarm", "interval": 5, "scope": "all", "metrics": {"security": ["threats"]}},
            ),
            (
                "governance.alert",
                {
                    "name": "critical",
                    "escalation": "cto",
                    "notifications": ["x"],
                    "response": {"text": "< 5 minutes", "seconds": 300.0},
                },
            ),
        ],
    ),
    (
        (
            "backup_create({scope: 'all', components: ['db'], strategy: {'recovery-objectives': {rto: '< 1 hour',"
            " rpo: '5 min', mttr: '30 min'}, 'backup-frequency': {data: 'hourly', logs: 'daily'},"
            " 'geo-replication': {regions: ['eu', 'us']}}})"
        ),
        [
            (
                "resilience.recovery",
                {
                    "name": "all",
                    "rto": {"text": "< 1 hour", "seconds": 3600.0},
                    "rpo": {"text": "5 min", "seconds": 300.0},
                    "mttr": {"text": "30 min", "seconds": 1800.0},
                    "components": ["db"],
                    "regions": ["eu", "us"],
                    "encrypted": False,
                    "objectives": {"rto": "< 1 hour", "rpo": "5 min", "mttr": "30 min"},
                    "backups": [
                        {"name": "data", "interval": {"text": "hourly", "seconds": 3600.0}},
                        {"name": "logs", "interval": {"text": "daily", "seconds": 86400.0}},
                    ],
                },
            )
        ],
    ),
    (
        (
            "backup_create({encryption: 'AES-256', immutable: true, retention: '7 years',"
            " strategy: {recoveryObjectives: {rto: '1h'}, backupFrequency: 'daily', geoReplication: {regions: ['e']}}})"
        ),
        [
            (
                "resilience.recovery",
                {
                    "name": "swarm",
                    "rto": {"text": "1h", "seconds": 3600.0},
                    "retention": {"text": "7 years", "seconds": 7 * 365.25 * 86400},
                    "encrypted": "AES-256",
                    "encryption": "AES-256",
                    "objectives": {"rto": "1h"},
                    "immutable": True,
                    "regions": ["e"],
                    "backups": [{"name": "all data", "interval": {"text": "daily", "seconds": 86400.0}}],
                },
            )
        ],
    ),
    (
        "benchmark_run({type: 'disaster-recovery', frequency: 'quarterly'})",
        [
            (
                "resilience.recovery",
                {"name": "disaster-recovery", "testInterval": {"text": "quarterly", "seconds": 365.25 / 4 * 86400}},
            )
        ],
    ),
    ("benchmark_run({type: 'speed', frequency: 'daily'})", []),
    ("memory_usage({action: 'store'})", []),
    ("swarm_init()", []),
    ("swarm_init('mesh')", []),
    ("agent_spawn(options)", []),
]


@pytest.mark.parametrize(("call", "expected"), CALLS, ids=[call for call, _ in CALLS])
@pytest.mark.parametrize("server", ["claude-flow", "ruv-swarm", "x"])
def test_what_becomes_of_a_call(call: str, expected: list[tuple[str, dict[str, Any]]], server: str) -> None:
    found = reading(f"mcp__{server}__{call}")
    assert found.formats == ("swarm",)
    stated = [
        (subject.kind, data(subject)) for subject in found.subjects if subject.kind not in ("document", "swarm.call")
    ]
    assert [kind for kind, _ in stated] == [kind for kind, _ in expected]
    for (_, left), (_, right) in zip(stated, expected, strict=True):
        assert left == right


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Task('Ann', 'Do it', 'coder')",
            {"name": "Ann", "type": "coder", "prompt": "Do it", "direct": True, "lines": ["Do it"]},
        ),
        (
            'Task("Ann", `one\n  two`)',
            {"name": "Ann", "prompt": "one\n  two", "direct": True, "lines": ["one", "  two"]},
        ),
        ("Task('Ann')", {"name": "Ann", "direct": True}),
        (
            "Task('Ann', `hello ${who}`, 'coder')",
            {"name": "Ann", "type": "coder", "prompt": "hello ${who}", "lines": ["hello ${who}"], "direct": True},
        ),
        ("Task('Ann', 'a\\nb')", {"name": "Ann", "prompt": "a\nb", "direct": True, "lines": ["a", "b"]}),
    ],
)
def test_a_task_started_directly(text: str, expected: dict[str, Any]) -> None:
    (task,) = read(text)
    assert (task.kind, task.name, data(task)) == ("swarm.task", "task Ann", expected)
    assert task.partly == ({"prompt", "lines"} if "${" in text else set())


@pytest.mark.parametrize("text", ["Task(`${name}`)", "Task()", "Task(1, 'b')", "Task(name)", "Task({name: 'a'})"])
def test_a_task_without_a_name_is_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("swarm_init({topology: t, maxAgents: 5})", {"name": "swarm", "maxAgents": 5}, {"topology"}),
        ("swarm_init({topology, maxAgents: n + 1})", {"name": "swarm"}, {"topology", "maxAgents"}),
        ("agent_spawn({name: 'A', tools: [...base, 'x']})", {"name": "A"}, {"tools"}),
        ("agent_spawn({name: 'A', tools: ['x', y]})", {"name": "A"}, {"tools"}),
        ("agent_spawn({name: who, type: 'coder'})", {"type": "coder"}, {"name"}),
        ("agent_spawn({name: 'A', ...more, type: 'coder'})", {"type": "coder"}, {"name", "..."}),
        (
            "agent_spawn({name: 'A', authority: {budget: b, level: 'x'}})",
            {"name": "A", "authority": {"level": "x"}},
            {"budget"},
        ),
        ("agent_spawn({name: 'A', authority: rights()})", {"name": "A"}, {"authority"}),
        ("agent_spawn({name: 'A', authority: {decisions: [d]}})", {"name": "A", "authority": {}}, {"decisions"}),
        ("agent_spawn({name: 'A', type: null})", {"name": "A"}, set()),
        ("backup_create({encryption: cipher})", {"name": "swarm"}, {"encrypted", "encryption"}),
        (
            "task_orchestrate({task: `do ${x}`, priority: 'low'})",
            {"name": "for the whole swarm", "priority": "low", "prompt": "do ${x}", "lines": ["do ${x}"]},
            set(),
        ),
    ],
)
def test_what_no_file_can_tell_is_unknown_and_no_value(text: str, known: dict[str, Any], unknown: set[str]) -> None:
    subject = read(f"mcp__s__{text}")[0]
    assert data(subject) == known
    assert subject.unknowns == unknown


@pytest.mark.parametrize(
    ("text", "kind", "path", "expected"),
    [
        ("mcp__s__swarm_init({ topology: 'mesh' })", "swarm.swarm", "topology", "topology: 'mesh'"),
        ("mcp__s__agent_spawn {\n  name: 'é', type: 'x' }", "swarm.agent", "type", "type: 'x'"),
        (
            "mcp__s__backup_create({ strategy: {\n 'recovery-objectives': { rto: '1h' } } })",
            "resilience.recovery",
            "rto",
            "rto: '1h'",
        ),
        (
            "mcp__s__backup_create({ strategy: { 'backup-frequency': { a: 'daily',\n b: 'hourly' } } })",
            "resilience.recovery",
            "backups.1",
            "b: 'hourly'",
        ),
        (
            "mcp__s__coordination_sync({ governance: { decisionFramework: { d: {\n approval: 'y' } } } })",
            "governance.decision",
            "approver",
            "approval: 'y'",
        ),
        (
            "mcp__s__coordination_sync({ governance: { escalationMatrix: { e: { timeouts: ['1h',\n '2h'] } } } })",
            "governance.escalation",
            "timeouts.1",
            "'2h'",
        ),
        ("x(); Task('😀', `one\ntwo`, 'kind')", "swarm.task", "type", "'kind'"),
        ("x(); Task('😀', `one\ntwo`, 'kind')", "swarm.task", "lines.0", "one"),
        ("x(); Task('😀', `one\ntwo`, 'kind')", "swarm.task", "lines.1", "two"),
        ("x(); Task('😀', 'one\\ntwo', 'kind')", "swarm.task", "lines.1", "'one\\ntwo'"),
        ("mcp__s__task_orchestrate({ task: `one\ntwo` })", "swarm.task", "lines.1", "two"),
    ],
)
def test_every_field_keeps_its_place(text: str, kind: str, path: str, expected: str) -> None:
    (subject,) = [subject for subject in read(text) if subject.kind == kind]
    assert underlined(text, subject, path) == expected
    indented = "".join(f"   {line}\n" for line in text.split("\n"))
    fenced = f"# é\n\n1. x\n\n   ```javascript\n{indented}   ```\n"
    (subject,) = [subject for subject in read(fenced, "a.md") if subject.kind == kind]
    assert underlined(fenced, subject, path) == expected


def test_identities_say_what_a_thing_is_called() -> None:
    found = read(
        "mcp__s__swarm_init({governance: {escalationPaths: {x: ['a']}}})\n"
        "mcp__s__agent_spawn({name: 'Ann', domain: {name: 'Pay'}})\n"
        "mcp__s__task_orchestrate({task: 'T', architecture: {domains: {Pay: {services: 1}}}})\n"
        "mcp__s__coordination_sync({governance: {escalationMatrix: {x: {path: ['a']}}}})\n"
        "Task('Ann', 'p')\n"
    )
    assert [subject.identity for subject in found] == [
        "swarm.swarm/swarm",
        "governance.process/swarm/swarm",
        "governance.escalation/escalationPaths/x",
        "swarm.agent/Ann",
        "architecture.domain/agent/Pay",
        "swarm.task/for the whole swarm",
        "architecture.domain/architecture/Pay",
        "governance.escalation/escalationMatrix/x",
        "governance.escalations/swarm/swarm",
        "swarm.task/Ann",
    ]
    assert {subject.group for subject in found} == {"a.js"}


def test_a_call_is_a_document_with_its_duplicates() -> None:
    (document,) = [item for item in reading("mcp__s__swarm_init({a: 1, a: 2})").subjects if item.kind == "document"]
    assert document.bindings["document"]["duplicates"] == ["a"]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 200) | st.sampled_from(["", "a", "99.9%", "1h", "cto", "recovery"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("name", "type", "governance", "decisionFramework", "escalationPaths", "escalationMatrix", "path"),
                    *(
                        "timeouts",
                        "authority",
                        "approval",
                        "reviewers",
                        "domain",
                        "services",
                        "architecture",
                        "domains",
                    ),
                    *("requirements", "encryption", "alerting", "metrics", "strategy", "recovery-objectives", "rto"),
                    *("backup-frequency", "reports", "task", "frequency", "availability", "complianceFrameworks"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)
TOOLS = st.sampled_from(
    [
        *("swarm_init", "agent_spawn", "task_orchestrate", "security_scan", "coordination_sync", "swarm_monitor"),
        *("backup_create", "benchmark_run", "other"),
    ]
)


@given(st.lists(st.tuples(TOOLS, ANY), min_size=1, max_size=4), st.lists(ANY, max_size=3))
def test_no_call_of_any_shape_stops_a_scan(calls: list[tuple[str, Any]], task: list[Any]) -> None:
    text = "\n".join(f"mcp__s__{tool}({json.dumps(argument)})" for tool, argument in calls)
    found = read(f"{text}\nTask('a', {json.dumps(task)[1:-1]})".replace(", )", ")"))
    facts.derive(cut(found), whole=True)
    assert all(locate(subject.origin, subject.marks[subject.focus]).line >= 1 for subject in found)
