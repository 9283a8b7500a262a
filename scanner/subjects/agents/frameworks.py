"""The formats of agents that a framework or a platform runs, and of what they are built from."""

from __future__ import annotations

from typing import Any

from scanner.subjects.agents.known import Known
from scanner.subjects.data_predicates import both, either, holding, starting, words
from scanner.subjects.unread.format import FormatSignature

_EXTENSION = {"type": str, "name": str}
_NODE_TYPES = ("langchain.agent", "langchain.agentTool")


def _has_agent(value: Any) -> bool:
    """Whether nodes of a workflow include an AI agent of n8n."""
    nodes = value if isinstance(value, list) else ()
    return any(isinstance(node, dict) and str(node.get("type", "")).endswith(_NODE_TYPES) for node in nodes)


_ADK = words(
    "agent_class name description sub_agents before_agent_callbacks after_agent_callbacks model model_code instruction "
    "static_instruction global_instruction disallow_transfer_to_parent disallow_transfer_to_peers input_schema "
    "output_schema output_key accumulate_output_key include_contents tools before_model_callbacks "
    "after_model_callbacks before_tool_callbacks after_tool_callbacks generate_content_config code_executor "
    "planner"
)
"""The keys of an LlmAgent, which takes no others."""
_ADK_NEEDS = either({"model": str}, {"model_code": dict}, {"tools": list}, {"sub_agents": list})


def _is_llm_agent(value: Any) -> bool:
    """Whether a mapping is an LlmAgent of ADK, which may leave its class out."""
    return isinstance(value, dict) and value.keys() <= _ADK and isinstance(value.get("name"), str) and _ADK_NEEDS(value)


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
        (
            FormatSignature({"agent_class": str, "name": str}),
            FormatSignature(both({"instruction": str}, _is_llm_agent), path=r"\.ya?ml$"),
        ),
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
        "m365-plugin",
        "plugins of Microsoft 365 Copilot",
        "m365_plugin",
        "",
        (FormatSignature({"schema_version": starting("v2"), "name_for_human": str, "runtimes": [{"type": str}]}),),
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
