"""The kinds of subject that agent setups have: their names and declarations, without any reader."""

from __future__ import annotations

from scanner.controls import ShownBy
from scanner.subjects.kind import Kind

SETTINGS = "agents.settings"
"""What a settings file says of a tool as a whole: mode, sandbox, trust, environment."""
PERMISSION = "agents.permission"
"""One entry of a list that allows, asks or denies."""
HOOK = "agents.hook"
"""One command, request or prompt that a tool runs at an event."""
SERVER = "agents.server"
"""One MCP server that a client starts or connects to."""
AGENT = "agents.agent"
SKILL = "agents.skill"
ENDPOINT = "agents.endpoint"
"""An address at which an agent or a server is reached."""
COMMAND = "agents.command"
"""One command line, wherever it is written: a hook, a server, a helper, a prompt, front matter, a shell block."""
PROMPT = "agents.prompt"
"""The text that an agent, a command or a skill is instructed with, by line."""

FILE = "file"
"""The binding of the document as it is, of which a fix changes a field."""

KINDS = {
    SETTINGS: Kind(("settings", FILE), ShownBy.MANIFEST),
    PERMISSION: Kind(("permission", FILE), ShownBy.MANIFEST),
    HOOK: Kind(("hook",), ShownBy.MANIFEST),
    SERVER: Kind(("server",), ShownBy.MANIFEST),
    AGENT: Kind(("agent",), ShownBy.MANIFEST),
    SKILL: Kind(("skill",), ShownBy.MANIFEST),
    ENDPOINT: Kind(("endpoint",), ShownBy.MANIFEST),
    COMMAND: Kind(("command",), ShownBy.MANIFEST),
    PROMPT: Kind(("prompt",), ShownBy.DECLARED),
}

UNLOADED = "unloaded"
"""The scope of a settings file in a place from which no tool loads it."""
MODES = ("default", "acceptEdits", "plan", "dontAsk", "bypassPermissions", "auto", "manual", "delegate")
"""The permission modes of Claude Code, of its releases together."""
