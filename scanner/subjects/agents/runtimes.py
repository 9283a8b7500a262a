"""The formats of programs and frameworks that run agents, besides the assistants that write code."""

from __future__ import annotations

from scanner.subjects.agents.known import Known
from scanner.subjects.data_predicates import both, either, every
from scanner.subjects.unread.format import FormatSignature

RUNTIMES = (
    Known(
        "claude-flow",
        "configuration of claude-flow",
        "claude_flow",
        r"(?:^|/)(?:claude-flow\.config|\.claude-flow/config|\.hive-mind/config)\.json$",
        (
            FormatSignature(
                either(
                    {"defaults": {"queenType": str}},
                    {"swarm": {"topology": str, "maxAgents": int}},
                    {"orchestrator": {"maxConcurrentAgents": int}},
                )
            ),
        ),
    ),
    Known(
        "agent-card",
        "agent cards (A2A)",
        "a2a_card",
        r"(?:^|/)\.well-known/agent(?:-card)?\.json$",
        (
            FormatSignature(
                both(
                    {"name": str, "capabilities": dict, "skills": [{"id": str}]},
                    either({"url": str}, {"supportedInterfaces": list}, {"defaultInputModes": list}),
                )
            ),
        ),
    ),
    Known(
        "crewai",
        "agents and tasks of CrewAI",
        "crewai",
        "",
        (
            FormatSignature(every({"role": str, "goal": str, "backstory": str})),
            FormatSignature(every({"description": str, "expected_output": str})),
            FormatSignature({"agents": list, "tasks": [{"description": str, "expected_output": str}]}),
        ),
    ),
    Known(
        "langgraph",
        "configuration of LangGraph",
        "langgraph",
        "",
        (
            FormatSignature({"graphs": dict, "dependencies": list}),
            FormatSignature({"graphs": dict, "node_version": either(str, int)}),
            FormatSignature({"graphs": dict}, path=r"(?:^|/)langgraph\.json$"),
        ),
    ),
)
