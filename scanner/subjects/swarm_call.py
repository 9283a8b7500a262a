"""What a tool call of a swarm states that the tool does not read: values outside of its lists, controls it ignores.

The parameters are those of claude-flow 2.7.47 (v2/src/mcp/mcp-server.js) and 3.5.15 (v3/mcp/tools/v2-compat-tools.ts
and v3/@claude-flow/cli/src/mcp-tools), read on 2026-11-29 in ruvnet/ruflo at 5bddae3. Neither refuses other parameters.
What one of the two releases reads is not reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.marks import with_children
from scanner.model import Subject
from scanner.subjects.governance import subject
from scanner.subjects.subject_builder import SubjectBuilder

CALL = "swarm.call"


class _Tool(Struct, frozen=True):
    """What is known of a tool."""

    releases: str
    """The major releases of claude-flow that have it."""
    controls: tuple[str, ...] = ()
    """Parameters by which documents state controls, and which no release reads."""
    values: Mapping[str, tuple[str, ...]] = {}
    """Parameters for which each release that reads them has a list of values, with all of these."""


AGENT_TYPES = (
    *("coordinator", "analyst", "optimizer", "documenter", "monitor", "specialist", "architect"),
    *("task-orchestrator", "code-analyzer", "perf-analyzer", "api-docs", "performance-benchmarker"),
    *("system-architect", "researcher", "coder", "tester", "reviewer"),
)
"""The types of agents of claude-flow 2; release 3 takes any text and looks for an agent file of that name."""
_SUBAGENTS = ("general-purpose", "explore", "plan", "statusline-setup", "output-style-setup", "claude-code-guide")
"""The types of agents that Claude Code has without a file."""

_BOTH = "2 and 3"
_TOOLS = {
    "swarm_init": _Tool(_BOTH, ("governance",)),
    "agent_spawn": _Tool(_BOTH, ("authority",), {"type": AGENT_TYPES}),
    "coordination_sync": _Tool(_BOTH, ("governance",)),
    "swarm_monitor": _Tool(_BOTH, ("alerting",)),
    "security_scan": _Tool("2", ("requirements",)),
    "backup_create": _Tool("2", ("strategy",)),
    "performance_report": _Tool(
        "2", (), {"timeframe": ("24h", "7d", "30d"), "format": ("summary", "detailed", "json")}
    ),
}


_PLACEHOLDER = regex(r"[<>|{}\[\]]|\.\.\.|^\s*$")
_SERVER = regex(r"mcp__(?:claude[-_]?flow|ruflo)(?:@\w+)?__\w+\Z")
"""The names of the server; servers of other projects have tools of the same names with other parameters."""


def of_tool(document: Document, node: Node) -> Iterator[Subject]:
    """The call, if it states a control that the tool ignores or a value that it does not know."""
    tool = document.name.rpartition("__")[2]
    known = _TOOLS.get(tool)
    if known is None or not _SERVER.match(document.name):
        return
    ignored = [(name, node.get(name)) for name in known.controls if node.get(name)]
    outside = [(name, node.get(name), values) for name, values in known.values.items() if _outside(node, name, values)]
    if ignored or outside:
        yield _call(document, node, SubjectBuilder().put("name", node.get("name")).say("tool", tool), ignored, outside)


def of_task(document: Document) -> Iterator[Subject]:
    """A task that starts an agent of a type that is in no list."""
    known = (*AGENT_TYPES, *_SUBAGENTS)
    first = document.root.get(0)
    name, kind = first, document.root.get(2)
    if isinstance(first.value, dict):
        name, kind = first.first("description", "name"), first.get("subagent_type")
    if isinstance(name.value, str) and _is_outside(kind.value, known):
        shape = SubjectBuilder().put("name", name).say("tool", "Task")
        yield _call(document, name, shape, [], [("type", kind, AGENT_TYPES)])


def _outside(node: Node, name: str, values: tuple[str, ...]) -> bool:
    return _is_outside(node.get(name).value, values)


def _is_outside(stated: Any, values: tuple[str, ...]) -> bool:
    """Whether a value is a word that is not among some; `<type>` and `a|b` stand for a value in a manual."""
    if not isinstance(stated, str) or _PLACEHOLDER.search(stated):
        return False
    return stated.strip().lower().replace("_", "-") not in values


def _call(
    document: Document,
    whole: Node,
    shape: SubjectBuilder,
    ignored: list[tuple[str, Node]],
    outside: list[tuple[str, Node, tuple[str, ...]]],
) -> Subject:
    tool = shape.data["tool"]
    shape.say("releases", _TOOLS[tool].releases if tool in _TOOLS else _BOTH)
    if whole.mark:
        shape.data["ignored"] = [name for name, _ in ignored]
        shape.marks["ignored"] = with_children(whole.mark, [node.mark for _, node in ignored if node.mark])
        shape.data["outside"] = [
            {"field": name, "value": node.value, "known": list(values)} for name, node, values in outside
        ]
        shape.marks["outside"] = with_children(whole.mark, [node.mark for _, node, _ in outside if node.mark])
    return subject(CALL, document.origin, tool, f"{tool} call", shape, whole)
