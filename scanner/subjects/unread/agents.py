"""Recognised and not read: configuration of agents, and of what they may do."""

from __future__ import annotations

from scanner.subjects.data_predicates import both, either, every, holding, starting
from scanner.subjects.unread.format import FormatSignature, UnreadFormat

_FRONT_MATTER = r"\A---[ \t]*\n"


def _front_matter(key: str) -> str:
    """The pattern of front matter that has a key."""
    return rf"{_FRONT_MATTER}(?:(?!---).*\n)*?{key}[ \t]*:"


AGENTS = (
    UnreadFormat(
        "claude-agent",
        "an agent of Claude Code",
        "its tools, permissions and hooks",
        "Markdown with front matter below `.claude/agents/`",
        (FormatSignature(path=r"(?:^|/)\.claude/agents/.+\.md$", text=_FRONT_MATTER),),
    ),
    UnreadFormat(
        "claude-command",
        "a command of Claude Code",
        "the tools that it allows",
        "Markdown below `.claude/commands/` whose front matter says `allowed-tools`",
        (FormatSignature(path=r"(?:^|/)\.claude/commands/.+\.md$", text=_front_matter("allowed-tools")),),
    ),
    UnreadFormat(
        "agent-skill",
        "an agent skill",
        "the tools that it allows",
        "`SKILL.md` with front matter that says `name`",
        (FormatSignature(path=r"(?:^|/)SKILL\.md$", text=_front_matter("name")),),
    ),
    UnreadFormat(
        "copilot-agent",
        "an agent or chat mode of GitHub Copilot",
        "its tools and servers",
        "Markdown with front matter directly below `.github/agents/` or `.github/chatmodes/`",
        (FormatSignature(path=r"(?:^|/)\.github/(?:agents|chatmodes)/[^/]+\.md$", text=_FRONT_MATTER),),
    ),
    UnreadFormat(
        "codex-settings",
        "settings of Codex",
        "its approvals, sandbox and servers",
        "`.codex/config.toml`",
        (FormatSignature(path=r"(?:^|/)\.codex/config\.toml$", text=r"="),),
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
        "in data: `tool` that starts with `mcp__`, or `method: tools/call` with `params`; in text: a call that Assay "
        "knows from JavaScript, in a code block of another language or in prose",
        (
            FormatSignature(either({"tool": starting("mcp__")}, [{"tool": starting("mcp__")}])),
            FormatSignature({"method": lambda value: value == "tools/call", "params": dict}),
        ),
    ),
    UnreadFormat(
        "claude-flow",
        "a configuration of claude-flow",
        "its limits, memory and consensus",
        "`claude-flow.config.json`, `.claude-flow/config.json` or `.hive-mind/config.json`",
        (FormatSignature(path=r"(?:^|/)(?:claude-flow\.config|\.claude-flow/config|\.hive-mind/config)\.json$"),),
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
        "agent-card",
        "an agent card (A2A)",
        "its addresses, skills and security schemes",
        "`.well-known/agent-card.json` or `agent.json`; `name`, `capabilities` and `skills` with an `id` each, beside "
        "`url`, `supportedInterfaces` or `defaultInputModes`",
        (
            FormatSignature(path=r"(?:^|/)\.well-known/agent(?:-card)?\.json$"),
            FormatSignature(
                both(
                    {"name": str, "capabilities": dict, "skills": [{"id": str}]},
                    either({"url": str}, {"supportedInterfaces": list}, {"defaultInputModes": list}),
                )
            ),
        ),
    ),
    UnreadFormat(
        "crewai",
        "agents or tasks of CrewAI",
        "its roles, tools and limits",
        "entries that all have `role`, `goal` and `backstory`, or `description` and `expected_output`; or `agents` and "
        "`tasks` of such entries",
        (
            FormatSignature(every({"role": str, "goal": str, "backstory": str})),
            FormatSignature(every({"description": str, "expected_output": str})),
            FormatSignature({"agents": list, "tasks": [{"description": str, "expected_output": str}]}),
        ),
    ),
    UnreadFormat(
        "langgraph",
        "a configuration of LangGraph",
        "its graphs, access and stores",
        "`graphs` and `dependencies`",
        (FormatSignature({"graphs": dict, "dependencies": list}),),
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
