"""Tool calls that set up and govern a swarm of agents -> swarm, agent, task and shared governance subjects.

The calls are those of the claude-flow family of servers, whatever name the server goes by: the last part of
`mcp__SERVER__TOOL` decides. `Task("Name", prompt, type)` starts an agent directly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from msgspec.structs import replace

from scanner.controls import ShownBy
from scanner.documents import Document
from scanner.documents.literals import PartlyKnown
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.marks import entries_of, keyless, start_of, with_children
from scanner.model import Subject
from scanner.subjects import governance, swarm_call
from scanner.subjects.architecture import domain
from scanner.subjects.format import Format, KnownBy
from scanner.subjects.kind import Kind
from scanner.subjects.prompt_lines import prompt_lines
from scanner.subjects.subject_builder import SubjectBuilder

SWARM = "swarm.swarm"
AGENT = "swarm.agent"
TASK = "swarm.task"
MONITOR = "swarm.monitor"
CALL = swarm_call.CALL

KINDS = {
    SWARM: Kind(("swarm",), ShownBy.MANIFEST),
    AGENT: Kind(("agent",), ShownBy.MANIFEST),
    TASK: Kind(("task",), ShownBy.MANIFEST),
    MONITOR: Kind(("monitor",), ShownBy.MANIFEST),
    CALL: Kind(("call",), ShownBy.MANIFEST),
}

_STARTERS = ("Task", "Agent")
"""Functions that start an agent directly."""
_DECISION_FIELDS = {
    "proposer": "authority",
    "reviewers": "reviewers",
    "approver": "approval",
    "record": "documentation",
    "auditTrail": "auditTrail",
}


def recognise(document: Document) -> Iterator[Subject] | None:
    """The subjects of a tool call that is known here; nothing for a known server's other tools; None otherwise."""
    if document.format != "call":
        return None
    if document.name in _STARTERS:
        return chain(_task_call(document), swarm_call.of_task(document))
    read = _TOOLS.get(document.name.rpartition("__")[2])
    argument = document.root.get(0)
    if read is None and not document.name.startswith("mcp__"):
        return None
    if not isinstance(argument.value, dict):
        return iter(())
    return chain(read(document, argument) if read else (), swarm_call.of_tool(document, argument))


def _swarm_init(document: Document, node: Node) -> Iterator[Subject]:
    rules = node.get("governance")
    shape = SubjectBuilder().say("name", "swarm").put_all(node, ("topology", "strategy"))
    shape.put("maxAgents", node.get("maxAgents") or node.get("config", "maxAgents"))
    yield governance.subject(SWARM, document.origin, "", "", shape, node)
    if rules:
        frameworks = rules.get("complianceFrameworks")
        yield governance.process(rules.get("auditRequirements"), "swarm", document.origin, frameworks)
    yield from _governance(document, rules)


def _coordination_sync(document: Document, node: Node) -> Iterator[Subject]:
    yield from _governance(document, node.get("governance"))


def _governance(document: Document, rules: Node) -> Iterator[Subject]:
    origin = document.origin
    for name, node in rules.get("decisionFramework").items():
        yield governance.decision(node, name, origin, "swarm", _DECISION_FIELDS)
    for field in ("escalationPaths", "escalationMatrix"):
        for name, node in rules.get(field).items():
            yield governance.escalation(node, name, origin, field)
    if matrix := rules.get("escalationMatrix"):
        yield governance.escalations(matrix, origin, "swarm")


def _agent_spawn(document: Document, node: Node) -> Iterator[Subject]:
    """An agent; version 3 of the tool calls its name agentId and its type agentType, and has a config and a task."""
    config = node.get("config")
    shape = SubjectBuilder().put("name", node.first("name", "agentId")).put("type", node.first("type", "agentType"))
    for name in ("capabilities", "tools", "authority", "swarmId", "model"):
        shape.put(name, node.get(name) or config.get(name))
    field = node.get("domain")
    if not isinstance(field.value, str):  # in version 3 it is the name of a part of the tool
        shape.put("domain", field)
    yield governance.subject(AGENT, document.origin, "", "agent", shape, node)
    if task := node.get("task"):
        name = shape.data.get("name", shape.data.get("type", "an agent"))
        yield _prompt(document, SubjectBuilder().say("name", f"of {name}"), task, task)
    if isinstance(field.value, dict):
        parts = {"named": field.get("services"), "compliance": field.get("compliance")}
        yield domain(str(field.get("name").value), document.origin, "agent", field, parts)


def _task_orchestrate(document: Document, node: Node) -> Iterator[Subject]:
    shape = SubjectBuilder().say("name", "for the whole swarm")
    shape.put_all(node, ("strategy", "priority", "dependencies", "maxAgents"))
    yield _prompt(document, shape, node.get("task"), node)
    for name, field in node.get("architecture", "domains").items():
        parts = {
            "declared": field.get("services"),
            "compliance": field.get("compliance"),
            "availability": field.get("availability"),
            "complexity": field.get("complexity"),
        }
        yield domain(name, document.origin, "architecture", field, parts)


def _coordination_orchestrate(document: Document, node: Node) -> Iterator[Subject]:
    """How version 3 of the tool calls task_orchestrate; its strategies are others."""
    yield _prompt(document, SubjectBuilder().say("name", "for the whole swarm"), node.get("task"), node)


def _task_create(document: Document, node: Node) -> Iterator[Subject]:
    shape = SubjectBuilder().put("name", node.first("name", "title", "type"))
    yield _prompt(document, shape.put("priority", node.get("priority")), node.first("description", "task"), node)


def _security_scan(document: Document, node: Node) -> Iterator[Subject]:
    wanted = node.get("requirements")
    if not wanted:
        return
    parts = {
        "frameworks": node.get("frameworks"),
        "atRest": wanted.get("encryption").first("at-rest", "atRest"),
        "inTransit": wanted.get("encryption").first("in-transit", "inTransit"),
        "keyManagement": wanted.get("encryption").first("key-management", "keyManagement"),
        "keyRotation": wanted.get("encryption").first("key-rotation", "keyRotation", "rotation"),
        "mfa": wanted.get("authentication").first("multi-factor", "multiFactor", "mfa"),
        "authentication": wanted.get("authentication"),
        "authorization": wanted.get("authorization"),
        "zeroTrust": wanted.first("zero-trust", "zeroTrust"),
    }
    name = str(node.get("target").value or "swarm")
    yield governance.requirement(wanted, name, document.origin, "", parts)


def _swarm_monitor(document: Document, node: Node) -> Iterator[Subject]:
    shape = SubjectBuilder().say("name", "swarm").put_all(node, ("interval", "scope", "metrics"))
    yield governance.subject(MONITOR, document.origin, "", "monitoring of", shape, node)
    for name, field in node.get("alerting").items():
        yield governance.alert(field, name, document.origin, "swarm")


def _backup_create(document: Document, node: Node) -> Iterator[Subject]:
    """The tool has no parameter for encryption: a call that does not add one makes a plain copy."""
    strategy = node.get("strategy")
    goals = strategy.first("recovery-objectives", "recoveryObjectives")
    copies = strategy.first("geo-replication", "geoReplication")
    encrypted = node.first("encryption", "encrypted") or strategy.first("encryption", "encrypted")
    parts = {
        "rto": goals.get("rto"),
        "rpo": goals.get("rpo"),
        "mttr": goals.get("mttr"),
        "backups": strategy.first("backup-frequency", "backupFrequency"),
        "retention": node.get("retention") or strategy.get("retention"),
        "immutable": node.get("immutable") or strategy.get("immutable"),
        "components": node.get("components"),
        "regions": copies.get("regions"),
        "encrypted": encrypted,
        "encryption": encrypted,
        "objectives": goals,
    }
    found = governance.recovery(str(node.get("scope").value or "swarm"), document.origin, "backup", node, parts)
    if not encrypted:
        found.bindings["recovery"]["encrypted"] = False
    yield _at_opening(found, node)


def _at_opening(found: Subject, node: Node) -> Subject:
    """A subject whose place is the opening bracket of the call: what is missing there stands at no field."""
    if node.mark is None:
        return found
    line, column = start_of(node.mark)
    opening = keyless((line, column), (line, column + 1))
    mark = with_children(node.mark, {"opening": opening, **entries_of(found.marks[found.focus])})
    return replace(found, marks={found.focus: mark})


def _benchmark_run(document: Document, node: Node) -> Iterator[Subject]:
    """A recovery test: how often, and which objectives it checks."""
    if "recovery" not in str(node.get("type").value):
        return
    shape = SubjectBuilder().put("name", node.get("type"))
    parts = {"testInterval": node.get("frequency"), "validation": node.get("validation")}
    found = governance.recovery(str(shape.data.get("name")), document.origin, "test", node, parts)
    yield found


def _task_call(document: Document) -> Iterator[Subject]:
    name, prompt, kind = (document.root.get(index) for index in range(3))
    if isinstance(name.value, dict):
        whole = name
        kind, prompt = whole.get("subagent_type"), whole.get("prompt")
        shape = SubjectBuilder().put("name", whole.first("description", "name", "subagent_type")).put("type", kind)
        yield _prompt(document, shape, prompt, whole)
    elif isinstance(name.value, str) or (isinstance(name.value, PartlyKnown) and prompt):
        shape = SubjectBuilder().put("name", name).put("type", kind).say("direct", True)
        yield _prompt(document, shape, prompt, name)


def _memory(document: Document, node: Node) -> Iterator[Subject]:
    """A text that is stored for other agents."""
    value = node.get("value")
    if isinstance(value.value, str | PartlyKnown) and node.get("action").value in (None, "store"):
        key = node.get("key").value
        name = f"memory {key}" if isinstance(key, str) else "memory"
        yield _prompt(document, SubjectBuilder().say("name", name).say("stored", True), value, value)


def _parallel_execute(document: Document, node: Node) -> Iterator[Subject]:
    for number, entry in enumerate(node.first("tasks", "operations", "commands").elements(), start=1):
        named = entry.first("cmd", "command", "task", "prompt", "description")
        prompt = entry if isinstance(entry.value, str | PartlyKnown) else named
        if isinstance(prompt.value, str | PartlyKnown):
            yield _prompt(document, SubjectBuilder().say("name", f"{number} of parallel_execute"), prompt, entry)


def _prompt(document: Document, shape: SubjectBuilder, prompt: Node, whole: Node) -> Subject:
    """A task with the text that an agent is given."""
    if isinstance(prompt.value, PartlyKnown):
        prompt = Node(prompt.value.text, prompt.mark)
        shape.partly.update(("prompt", "lines"))
    shape.put("prompt", prompt)
    prompt_lines(shape, prompt)
    return governance.subject(TASK, document.origin, "", "task", shape, whole)


_TOOLS: dict[str, Callable[[Document, Node], Iterator[Subject]]] = {
    "swarm_init": _swarm_init,
    "agent_spawn": _agent_spawn,
    "task_orchestrate": _task_orchestrate,
    "security_scan": _security_scan,
    "coordination_sync": _coordination_sync,
    "swarm_monitor": _swarm_monitor,
    "backup_create": _backup_create,
    "benchmark_run": _benchmark_run,
    "coordination_orchestrate": _coordination_orchestrate,
    "task_create": _task_create,
    "memory_usage": _memory,
    "memory_store": _memory,
    "parallel_execute": _parallel_execute,
}


_UNREAD = regex(rf"(?<![\w.$\"'`-])(mcp__[\w-]+?__(?:{'|'.join(_TOOLS)}))[ \t]*\(?\s*\{{")
"""A call that is known here, with the start of its arguments."""
_COMMENT = regex(r"[ \t]*(?://|#|\*|<!--)")


def knows(name: str) -> bool:
    """Whether subjects are made of the calls of that name."""
    return name in _STARTERS or name.rpartition("__")[2] in _TOOLS


def calls_in_text(text: str) -> Iterator[tuple[int, str]]:
    """The calls in a text of a language that is not read: 0-based line and name.

    One in quotes or in a comment is only named.
    """
    line = counted = 0
    for match in _UNREAD.finditer(text):
        start = match.start(1)
        if _COMMENT.match(text, text.rfind("\n", 0, start) + 1, start):
            continue
        line += text.count("\n", counted, start)
        counted = start
        yield line, match[1]


FORMAT = Format(
    "swarm",
    "agent swarms",
    KnownBy.HEADER,
    recognise,
    KINDS,
    documents=("call",),
    most=5_000,
    signs=r"""mcp__|\b(?:Task|Agent)[ \t]*\(\s*["'`{]""",
)
