"""Agents of Google ADK in YAML: loops, tools, MCP servers, execution of code.

https://google.github.io/adk-docs/agents/config/, as of 2026-11
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import MISSING, Node
from scanner.model import Subject
from scanner.subjects.agents.building import Place, place, subject
from scanner.subjects.agents.kinds import AGENT
from scanner.subjects.agents.prompts import prompt
from scanner.subjects.agents.servers import server
from scanner.subjects.subject_builder import SubjectBuilder

_UNSAFE = "UnsafeLocalCodeExecutor"
_CONNECTIONS = (
    ("stdio_server_params",),
    ("stdio_connection_params", "server_params"),
    ("sse_connection_params",),
    ("streamable_http_connection_params",),
    ("connection_params", "server_params"),
    ("connection_params",),
)


def read(document: Document) -> Iterator[Subject]:
    """The agent of a file and the servers that it uses."""
    where, root = place(document, "adk"), document.root
    name = str(root.get("name").value)
    yield _agent(where, name, root)
    for tool in root.get("tools").elements():
        arguments = tool.get("args")
        node = next((found for path in _CONNECTIONS if (found := arguments.get(*path))), MISSING)
        if isinstance(node.value, dict) and node.first("command", "url"):
            yield from server(where, str(tool.get("name").value), node)
    for field in ("instruction", "static_instruction", "global_instruction"):
        yield from prompt(where, name, field, root.get(field))


def _agent(where: Place, name: str, root: Node) -> Subject:
    shape = SubjectBuilder().say("name", name).say("source", "file")
    shape.put_all(root, {"description": "description", "model": "model"})
    kind = str(root.get("agent_class").value).rpartition(".")[2]
    shape.put("loops", root.get("agent_class"), kind == "LoopAgent")
    shape.put("maxTurns", root.get("max_iterations"))
    tools = root.get("tools")
    names = (tool.value if isinstance(tool.value, str) else tool.get("name").value for tool in tools.elements())
    shape.put("tools", tools, [name for name in names if isinstance(name, str)])
    executor = root.get("code_executor")
    written = str(executor.value if isinstance(executor.value, str) else executor.get("name").value or "")
    if executor and written:
        shape.put("codeExecution", executor, value=True)
        shape.say("codeExecutionMode", "unsafe" if written.rpartition(".")[2] == _UNSAFE else "other")
        shape.say("codeExecutionText", f"code_executor is {written}")
    return subject(AGENT, where, "", "agent", shape, root)
