"""The formats of agents that a framework or a platform runs, and of what they are built from."""

from __future__ import annotations

from typing import Any

from scanner.subjects.agents.known import Known
from scanner.subjects.data_predicates import both, either, holding
from scanner.subjects.unread.format import FormatSignature

_EXTENSION = {"type": str, "name": str}
_NODE_TYPES = ("langchain.agent", "langchain.agentTool")


def _has_agent(value: Any) -> bool:
    """Whether nodes of a workflow include an AI agent of n8n."""
    nodes = value if isinstance(value, list) else ()
    return any(isinstance(node, dict) and str(node.get("type", "")).endswith(_NODE_TYPES) for node in nodes)


_COMPONENT = {"provider": str, "component_type": str}

FRAMEWORKS = (
    Known(
        "mcp-manifest",
        "manifests of MCP servers",
        "mcp_manifest",
        "",
        (
            FormatSignature({"$schema": holding("static.modelcontextprotocol.io")}),
            FormatSignature({"server": {"$schema": holding("static.modelcontextprotocol.io")}}),
        ),
    ),
    Known(
        "goose-recipe",
        "recipes of goose",
        "goose",
        "",
        (
            FormatSignature({"title": str, "description": str, "extensions": [_EXTENSION]}),
            FormatSignature({"title": str, "description": str, "settings": {"goose_provider": str}}),
            FormatSignature(
                both(
                    {"title": str, "description": str, "version": str},
                    both(
                        either({"instructions": str}, {"prompt": str}),
                        either({"sub_recipes": list}, {"parameters": [{"key": str, "input_type": str}]}),
                    ),
                )
            ),
        ),
    ),
    Known(
        "adk-agent",
        "agents of Google ADK",
        "adk",
        "",
        (FormatSignature({"agent_class": str, "name": str}),),
    ),
    Known(
        "m365-agent",
        "declarative agents of Microsoft 365",
        "m365",
        "",
        (
            FormatSignature({"$schema": holding("declarative-agent"), "instructions": str}),
            FormatSignature({"instructions": str}, path=r"(?i)(?:^|/)declarativeAgent\.json$"),
        ),
    ),
    Known(
        "autogen",
        "components of AutoGen",
        "autogen",
        "",
        (
            FormatSignature({"provider": str, "component_type": str}),
            FormatSignature({"components": {"agents": [_COMPONENT]}}),
            FormatSignature({"components": {"teams": [_COMPONENT]}}),
        ),
    ),
    Known(
        "n8n-workflow",
        "workflows of n8n with AI agents",
        "n8n",
        "",
        (FormatSignature({"nodes": _has_agent, "connections": dict}),),
    ),
)
