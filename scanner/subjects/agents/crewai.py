"""Agents of CrewAI, in `agents.yaml` or `crew.jsonc`: how long they run, whether they execute code, what they delegate.

https://docs.crewai.com/en/concepts/agents
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents.building import Place, place, subject, texts
from scanner.subjects.agents.kinds import AGENT
from scanner.subjects.agents.prompts import prompt
from scanner.subjects.subject_builder import SubjectBuilder

_FIELDS = {
    "role": "role",
    "model": "llm",
    "maxTurns": "max_iter",
    "maxSeconds": "max_execution_time",
    "requestsPerMinute": "max_rpm",
    "delegates": "allow_delegation",
    "codeExecution": "allow_code_execution",
    "codeExecutionMode": "code_execution_mode",
    "memory": "memory",
}


def read(document: Document) -> Iterator[Subject]:
    """The agents of a file; tasks set nothing that an agent may do, but what they ask for is a prompt."""
    where, root = place(document, "crewai"), document.root
    listed = root.get("agents")
    entries = (
        [(str(item.first("name", "role").value), item) for item in listed.elements()]
        if isinstance(listed.value, list)
        else [(name, item) for name, item in root.items() if isinstance(item.value, dict)]
    )
    for name, item in entries:
        if item.get("role") or item.get("goal"):
            yield from _agent(where, name, item)
        elif item.get("expected_output"):
            yield from prompt(where, name, "task", item.get("description"))
    for item in root.get("tasks").elements():
        yield from prompt(where, str(item.get("name").value or "task"), "task", item.get("description"))


def _agent(where: Place, name: str, node: Node) -> Iterator[Subject]:
    shape = SubjectBuilder().say("name", name).say("source", "file").put_all(node, _FIELDS)
    tools = node.get("tools")
    if tools:
        shape.put("tools", tools, texts(tools))
    unread = ["a tool that is not a name"] * (not all(isinstance(item.value, str) for item in tools.elements()))
    unread += [f"the servers in {field}" for field in ("mcps", "mcp_servers", "apps") if node.get(field).value]
    if unread:
        shape.say("unread", unread)
    yield subject(AGENT, where, "", "agent", shape, node)
    for field in ("goal", "backstory"):
        yield from prompt(where, name, field, node.get(field))
