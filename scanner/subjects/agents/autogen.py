"""Components of AutoGen in JSON: teams with their ends, agents, executors of code, tools, models.

https://microsoft.github.io/autogen/stable/user-guide/agentchat-user-guide/serialize-components.html, as of 2026-11
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.building import Place, entries, place, subject
from scanner.subjects.agents.kinds import AGENT, SETTINGS
from scanner.subjects.agents.prompts import prompt
from scanner.subjects.agents.servers import server
from scanner.subjects.agents.stated import only
from scanner.subjects.agents.variables import row
from scanner.subjects.subject_builder import SubjectBuilder

_CONNECTION = ("command", "args", "env", "url", "headers")
_DEEPEST = 60
_LOCAL = regex(r"\.(?:LocalCommandLineCodeExecutor|JupyterCodeExecutor)$")
_ISOLATED = regex(r"\.(?:Docker\w*CodeExecutor|ACADynamicSessionsCodeExecutor|AzureContainerCodeExecutor)$")
_TEAMS = regex(r"\.teams\.")
_HOSTED = ("OpenAIChatCompletionClient", "AnthropicChatCompletionClient")


def read(document: Document) -> Iterator[Subject]:
    """The teams, agents, servers and models of a component and of those in it."""
    where, root = place(document, "autogen"), document.root
    for node in [root] if root.get("provider") else _gallery(root):
        yield from _component(where, node, "component")


def _component(where: Place, node: Node, name: str, depth: int = 0) -> Iterator[Subject]:
    provider, config = str(node.get("provider").value or ""), node.get("config")
    name = str(config.get("name").value or node.get("label").value or name)
    kind = node.get("component_type").value
    if kind == "team" or _TEAMS.search(provider):
        yield _team(where, name, node, config)
    elif kind == "agent":
        yield _agent(where, name, node, config)
        yield from prompt(where, name, "system message", config.get("system_message"))
    elif kind == "model":
        yield from _model(where, name, provider, config)
    yield from _server(where, name, config)
    if depth < _DEEPEST:
        for part in _parts(config):
            yield from _component(where, part, name, depth + 1)


def _parts(config: Node) -> Iterator[Node]:
    """The components that a configuration holds, in its fields and lists."""
    for value in dict(config.items()).values():
        for part in (value, *value.elements()):
            if isinstance(part.get("provider").value, str):
                yield part
    yield from _gallery(config)


def _gallery(node: Node) -> Iterator[Node]:
    """The components of a gallery, by kind."""
    for listed in dict(node.get("components").items()).values():
        yield from listed.elements()


def _team(where: Place, name: str, node: Node, config: Node) -> Subject:
    shape = SubjectBuilder().say("name", name).say("source", "component")
    ends = config.get("termination_condition").value or config.get("max_turns").value
    shape.put("loops", node.get("provider"), value=True).put("maxTurns", config.get("max_turns"))
    shape.say("ends", bool(ends))
    return subject(AGENT, where, "", "team", shape, node)


def _agent(where: Place, name: str, node: Node, config: Node) -> Subject:
    shape = SubjectBuilder().say("name", name).say("source", "component")
    shape.put("description", config.get("description"))
    tools = config.get("tools")
    listed = [item.get("config", "name").value or item.get("label").value for item in tools.elements()]
    shape.put("tools", tools, [name for name in listed if isinstance(name, str)])
    unread = ["a tool without a name" for name in listed if not isinstance(name, str)]
    _workbenches(shape, name, config.get("workbench"), unread)
    if unread:
        shape.say("unread", unread)
    executors = (config.get("code_executor"), *(item.get("config", "executor") for item in tools.elements()))
    executor = next((each for each in executors if isinstance(each.get("provider").value, str)), None)
    if executor:
        provider = executor.get("provider")
        local, isolated = _LOCAL.search(provider.value), _ISOLATED.search(provider.value)
        shape.put("codeExecution", provider, value=True)
        shape.say("codeExecutionMode", "unsafe" if local else "safe" if isolated else "other")
        shape.say("codeExecutionText", f"the executor is {provider.value.rpartition('.')[2]}")
    return subject(AGENT, where, "", "agent", shape, node)


def _workbenches(shape: SubjectBuilder, name: str, node: Node, unread: list[str]) -> None:
    """The tools of workbenches: those of MCP servers, which are named as the agent is, and of others by name."""
    names = list(shape.data.get("tools", ()))
    for bench in (node, *node.elements()):
        config = bench.get("config")
        if isinstance(config.get("server_params").value, dict):
            shape.put("toolServers", node, [str(config.get("name").value or bench.get("label").value or name)])
        elif config.get("tools"):
            listed = [item.get("config", "name").value for item in config.get("tools").elements()]
            shape.put("tools", node, [*names, *(text for text in listed if isinstance(text, str))])
        elif bench.get("provider"):
            unread.append(f"the workbench {bench.get('provider').value}")


def _model(where: Place, name: str, provider: str, config: Node) -> Iterator[Subject]:
    shape = SubjectBuilder().say("name", name)
    role = "endpoint" if provider.rpartition(".")[2] in _HOSTED else ""
    found = [*row("config.base_url", config.get("base_url"), role), *row("config.api_key", config.get("api_key"))]
    entries(shape, "env", found, config)
    if found:
        yield subject(SETTINGS, where, "", "model", shape, config)


def _server(where: Place, name: str, config: Node) -> Iterator[Subject]:
    """The MCP server of a workbench or an adapter."""
    node = config.get("server_params")
    if isinstance(node.value, dict):
        yield from server(where, name, only(node, _CONNECTION))
