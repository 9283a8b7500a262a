"""Recognised and not read: configuration of agents, and of what they may do."""

from __future__ import annotations

from scanner.subjects.data_predicates import either, holding, starting
from scanner.subjects.unread.format import FormatSignature, UnreadFormat

AGENTS = (
    UnreadFormat(
        "codex-settings",
        "settings of Codex",
        "its approvals, sandbox and servers",
        "`.codex/config.toml`",
        (FormatSignature(path=r"(?:^|/)\.codex/config\.toml$"),),
    ),
    UnreadFormat(
        "mcp-manifest",
        "the manifest of an MCP server",
        "its packages, remotes and variables",
        "a `$schema` of static.modelcontextprotocol.io",
        (FormatSignature({"$schema": holding("static.modelcontextprotocol.io")}),),
    ),
    UnreadFormat(
        "tool-call",
        "a tool call",
        "what it sets up and what it says",
        "a call that Assay knows and whose arguments cannot be read",
        (),
    ),
    UnreadFormat(
        "agent-workflow",
        "a workflow of agents",
        "its agents, tasks and their order",
        "`agents` with an `id` and a `type` each, and `tasks` that say whose they are (`agentId`, `assignTo`)",
        (
            FormatSignature(
                {"agents": [{"id": str, "type": str}], "tasks": [either({"agentId": str}, {"assignTo": str})]}
            ),
        ),
    ),
    UnreadFormat(
        "agent-resource",
        "an agent, a tool or an MCP server as a custom resource (kagent, ToolHive)",
        "its tools, servers and credentials",
        "`apiVersion` of the groups `kagent.dev` or `toolhive.stacklok.dev`",
        (FormatSignature({"apiVersion": starting("kagent.dev/", "toolhive.stacklok.dev/"), "kind": str}),),
    ),
    UnreadFormat(
        "autogen",
        "a component of AutoGen",
        "its participants, tools and ends",
        "`provider` and `component_type`",
        (FormatSignature({"provider": str, "component_type": str}),),
    ),
    UnreadFormat(
        "adk-agent",
        "an agent of Google ADK",
        "its tools and sub-agents",
        "`agent_class` and `name`",
        (FormatSignature({"agent_class": str, "name": str}),),
    ),
    UnreadFormat(
        "m365-agent",
        "a declarative agent of Microsoft 365",
        "its capabilities and actions",
        "a `$schema` of declarative agents; `instructions` in `declarativeAgent.json`",
        (
            FormatSignature({"$schema": holding("declarative-agent")}),
            FormatSignature({"instructions": str}, path=r"(?:^|/)declarativeAgent\.json$"),
        ),
    ),
    UnreadFormat(
        "goose-recipe",
        "a recipe of goose",
        "its extensions, parameters and limits",
        "`title` and `description` beside `extensions` with a `type` and a `name` each, or `settings` with a "
        "`goose_provider`",
        (
            FormatSignature({"title": str, "description": str, "extensions": [{"type": str, "name": str}]}),
            FormatSignature({"title": str, "description": str, "settings": {"goose_provider": str}}),
        ),
    ),
)
