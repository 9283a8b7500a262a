"""Settings of Codex, `config.toml`: approvals, sandbox, environment of commands, servers, hooks, providers of models.

https://developers.openai.com/codex/config-reference, as of 2026-11. In the configuration of a project, Codex ignores
some keys since version 0.130, with a warning: what they state counts only as what may hold a credential.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.building import Place, entries, place, subject
from scanner.subjects.agents.command_words import command
from scanner.subjects.agents.hooks import hooks
from scanner.subjects.agents.kinds import AGENT, SETTINGS
from scanner.subjects.agents.prompts import prompt
from scanner.subjects.agents.servers import server
from scanner.subjects.agents.stated import listed, renamed
from scanner.subjects.agents.variables import row, rows
from scanner.subjects.subject_builder import SubjectBuilder

_CONFINED = ("read-only", "workspace-write")
_OPEN = ("danger-full-access", ":danger-full-access", ":danger-no-sandbox")
_PROJECT = regex(
    r"(?i)^(?!(?:.*/)?[^/]*(?:dot[-_]?files|(?<![a-z])codex|(?<![a-z])home|(?<![a-z])user)/\.codex/)(?:.*/)?\.codex/config\.toml$"
)
"""The configuration of a project, and not that of a user that is kept in a repository."""
_OF_USERS = (
    *("openai_base_url", "chatgpt_base_url", "model_provider", "model_providers", "notify", "profile", "profiles"),
    *("experimental_realtime_webrtc_call_base_url", "experimental_realtime_ws_base_url", "otel"),
)
"""Keys that Codex ignores in a project, as of 2026-11-30:
https://github.com/openai/codex/blob/main/codex-rs/config/src/loader/mod.rs, https://github.com/openai/codex/issues/22222
"""
_OWNER = "the configuration of the user: Codex ignores it in that of a project since version 0.130"
_SERVER = {
    "http_headers": "headers",
    "bearer_token_env_var": "authentication",
    "env_http_headers": "auth",
    "oauth_resource": "oauth",
}
"""Keys of a server that others name otherwise."""


def read(document: Document) -> Iterator[Subject]:
    """The settings of a file and of each of its profiles, its servers, hooks and helpers."""
    root = document.root
    where = place(document, "codex", "managed" if "managed_config" in document.origin.path else "project")
    if "/agents/" in document.origin.path and isinstance(root.get("name").value, str):
        yield from _agent(where, root)
    ignored = _ignored(document.origin.path, root)
    yield _settings(where, document.origin.path.rpartition("/")[2], root, root, ignored)
    for name, profile in root.get("profiles").items():
        if isinstance(profile.value, dict):
            made = _unread_profile if ignored else _settings
            yield made(where, f"profile {name}", profile, root)
    for name, node in root.get("mcp_servers").items():
        if isinstance(node.value, dict):
            yield from server(where, name, _approved(renamed(node, _SERVER)))
    notify = root.get("notify")
    via = "helper that never runs" if ignored else "helper"
    yield from command(where, "notify", via, notify.get(0), list(notify.elements())[1:])
    yield from hooks(where, root.get("hooks"))


def _agent(where: Place, root: Node) -> Iterator[Subject]:
    """An agent of `.codex/agents`, which has settings of its own."""
    name = str(root.get("name").value)
    shape = SubjectBuilder().say("name", name).say("source", "file").put_all(root, ("description", "model"))
    yield subject(AGENT, where, "", "agent", shape, root)
    yield from prompt(where, name, "developer instructions", root.get("developer_instructions"))


def _ignored(path: str, root: Node) -> list[str]:
    """The keys of a project's configuration that Codex ignores; `projects` is in that of a user only."""
    return [key for key in _OF_USERS if root.get(key)] if _PROJECT.search(path) and not root.get("projects") else []


def _unread_profile(where: Place, name: str, node: Node, _: Node) -> Subject:
    """A profile that Codex ignores: the variables that it sets, which may be credentials."""
    shape = SubjectBuilder().say("name", name)
    entries(shape, "env", _without_effect(rows(node.get("shell_environment_policy", "set"))), node)
    return subject(SETTINGS, where, "", "settings in", shape, node)


def _without_effect(variables: list[tuple[dict[str, object], Node]]) -> list[tuple[dict[str, object], Node]]:
    """Variables that change nothing; one that is a credential stays one."""
    return [({**row, "role": ""}, node) for row, node in variables]


def _settings(where: Place, name: str, node: Node, root: Node, ignored: Sequence[str] = ()) -> Subject:
    """The settings of a mapping; a profile leaves to the file what it does not state."""
    shape = SubjectBuilder().say("name", name)
    policy = node.get("approval_policy")
    mode = node.first("sandbox_mode", "default_permissions") or root.first("sandbox_mode", "default_permissions")
    network = node.get("sandbox_workspace_write", "network_access") or root.get(
        "sandbox_workspace_write", "network_access"
    )
    if isinstance(policy.value, str):
        shape.put("mode", policy).say("modeField", "approval_policy")
        shape.put("approval", policy, "none" if policy.value == "never" else "asked")
        confined = not mode or mode.value in _CONFINED  # the sandbox is on by default
        shape.say("confined", confined and network.value is not True)
    _sandbox(shape, node, root)
    shape.put("directories", node.get("sandbox_workspace_write", "writable_roots"))
    environment = node.get("shell_environment_policy")
    if environment.get("inherit").value != "none":
        shape.put("environmentUnfiltered", environment.get("ignore_default_excludes"))
    providers = _providers(node, root)
    variables = [*rows(environment.get("set")), *(_without_effect(providers) if ignored else providers)]
    entries(shape, "env", variables, node)
    wrong = [({"key": key, "path": key, "belongs": _OWNER, "limits": False}, root.get(key)) for key in ignored]
    if wrong:
        entries(shape, "misplacedKeys", wrong, node)
    return subject(SETTINGS, where, "", "settings in", shape, node)


def _sandbox(shape: SubjectBuilder, node: Node, root: Node) -> None:
    mode = node.first("sandbox_mode", "default_permissions")
    if isinstance(mode.value, str):
        shape.put("sandbox", mode, {"enabled": mode.value not in _OPEN})
        shape.put("sandboxFault", mode, f"its mode is {mode.value}" if mode.value in _OPEN else None)
    network = node.get("sandbox_workspace_write", "network_access")
    proxy = node.get("features", "network_proxy") or root.get("features", "network_proxy")
    if network.value is True and mode.value not in (*_OPEN, "read-only") and not _has_allow_list(proxy):
        shape.put("sandboxNetwork", network, "every host")


def _has_allow_list(proxy: Node) -> bool:
    """Whether the proxy for commands is on, with domains that it allows and without a pattern of all."""
    allowed = [name for name, state in proxy.get("domains").items() if state.value == "allow"]
    return proxy.get("enabled").value is True and bool(allowed) and all(name.strip("*.") for name in allowed)


def _providers(node: Node, root: Node) -> list[tuple[dict[str, object], Node]]:
    """Where requests to the model go, and what they hold, as variables: of the provider in use, or of all."""
    found = [
        *row("openai_base_url", node.get("openai_base_url"), "endpoint"),
        *row("chatgpt_base_url", node.get("chatgpt_base_url"), "endpoint"),
    ]
    used = node.get("model_provider").value
    for name, provider in root.get("model_providers").items():
        if name == used:
            found += row(f"model_providers.{name}.base_url", provider.get("base_url"), "endpoint")
        if node == root:
            found += row(f"model_providers.{name}.token", provider.get("experimental_bearer_token"))
            found += rows(provider.get("http_headers"), f"model_providers.{name}.")
    return found


def _approved(node: Node) -> Node:
    """A server with the tools that run without a question under the name that other clients use for them."""
    if node.get("default_tools_approval_mode").value == "approve":
        return listed(node, "default_tools_approval_mode", "autoApprove", ["*"])
    named = [name for name, tool in node.get("tools").items() if tool.get("approval_mode").value == "approve"]
    return listed(node, "tools", "autoApprove", named) if named else node
