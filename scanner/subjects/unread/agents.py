"""Recognised and not read: configuration of agents, and of what they may do."""

from __future__ import annotations

from scanner.subjects.data_predicates import either, starting
from scanner.subjects.unread.format import FormatSignature, UnreadFormat

AGENTS = (
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
)
