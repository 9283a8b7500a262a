"""The formats of assistants that write code, besides Claude Code."""

from __future__ import annotations

from typing import Any

from scanner.subjects.agents.known import Known
from scanner.subjects.data_predicates import either, holding, one_of, some
from scanner.subjects.unread.format import FormatSignature

_APPROVALS = ("chat.permissions.default", "chat.agent.sandbox.enabled")


def _speaks_of_approvals(value: Any) -> bool:
    """Whether editor settings say what agents run without a question."""
    keys = value if isinstance(value, dict) else ()
    return any(key in _APPROVALS or (key.startswith("chat.tools.") and "utoApprove" in key) for key in keys)


ASSISTANTS = (
    Known(
        "codex-settings",
        "settings of Codex",
        "codex",
        r"(?:^|/)\.codex/(?:(?:[\w.-]+\.)?config|agents/[^/]+)\.toml$",
        (
            FormatSignature({"approval_policy": one_of("untrusted", "on-failure", "on-request", "never")}),
            FormatSignature({"sandbox_mode": one_of("read-only", "workspace-write", "danger-full-access")}),
            FormatSignature({"mcp_servers": some(either({"command": str}, {"url": str}))}),
        ),
    ),
    Known(
        "gemini-settings",
        "settings of Gemini CLI",
        "gemini",
        r"(?:^|/)\.gemini/settings\.json$",
        (FormatSignature({"$schema": holding("gemini-cli/main/schemas/settings")}),),
    ),
    Known(
        "cursor-settings",
        "settings of Cursor",
        "cursor",
        r"(?:^|/)\.cursor/(?:cli|cli-config|hooks|permissions|sandbox)\.json$",
        (FormatSignature({"version": int, "hooks": some([{"command": str}])}),),
    ),
    Known(
        "copilot-settings",
        "editor settings that say what agents run without a question",
        "copilot",
        r"(?:^|/)\.vscode/settings\.json$",
        (FormatSignature(_speaks_of_approvals),),
        shared=True,
    ),
    Known(
        "opencode-settings",
        "settings of OpenCode",
        "opencode",
        r"(?:^|/)(?:\.opencode/)?opencode\.jsonc?$",
        (
            FormatSignature({"$schema": holding("opencode.ai/config")}),
            FormatSignature({"permission": dict, "agent": dict}),
        ),
    ),
)
