"""The formats of assistants that write code, besides Claude Code."""

from __future__ import annotations

from scanner.subjects.agents.known import Known
from scanner.subjects.data_predicates import either, one_of, some
from scanner.subjects.unread.format import FormatSignature

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
        "kiro-hooks",
        "hooks of Kiro",
        "kiro",
        r"(?:^|/)\.kiro/hooks/[^/]+\.json$",
        (
            FormatSignature({"when": {"type": str}, "then": {"type": one_of("askAgent", "runCommand")}}),
            FormatSignature({"version": str, "hooks": [{"trigger": str, "action": {"type": str}}]}),
        ),
    ),
)
