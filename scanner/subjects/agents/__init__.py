"""Configuration of agents: what they may do, what they run and whom they talk to. One format for each kind of file.

Formats are known here by path and content; the module that reads one is imported when a document of it is found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from scanner.documents import Document
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.assistants import ASSISTANTS
from scanner.subjects.agents.frameworks import FRAMEWORKS
from scanner.subjects.agents.kinds import KINDS, PERMISSION, SETTINGS
from scanner.subjects.agents.known import Known
from scanner.subjects.agents.runtimes import RUNTIMES
from scanner.subjects.data_predicates import both, either, every, holding, some
from scanner.subjects.format import Format, KnownBy, key_sign
from scanner.subjects.unread.format import FormatSignature

__all__ = ["FORMATS", "PERMISSION", "SETTINGS", "name_of"]

_SERVER = either({"command": str}, {"url": str}, {"httpUrl": str}, {"serverUrl": str})
_PERMISSION = regex(r"(?:[A-Z][A-Za-z]+(?:\(.*\))?|mcp__.+)", re.DOTALL)
_MODES = ("default", "acceptEdits", "plan", "dontAsk", "bypassPermissions", "auto", "manual")
_MOST = 5000
"""Subjects of one file: several times what the longest public file of an agent has, so that none takes minutes."""
_DATA = ("yaml", "json", "toml", "front-matter")


def _holds_permissions(value: Any) -> bool:
    """Whether something is the permissions of Claude Code: names of tools, or a mode that it has."""
    if not isinstance(value, dict):
        return False
    lists = (value.get(name) for name in ("allow", "ask", "deny"))
    rules = (rule for each in lists if isinstance(each, list) for rule in each)
    named = any(isinstance(rule, str) and _PERMISSION.fullmatch(rule) for rule in rules)
    return named or value.get("defaultMode") in _MODES


_PARTS_OF_PLUGIN = either(
    {"hooks": either({"hooks": dict}, some(list))},
    {"mcpServers": dict},
    {"lspServers": either(str, dict)},
    {"outputStyles": either(str, list)},
)
"""What a manifest of a plugin has and the manifest of a package has not."""
_FIRST = (
    Known(
        "claude-plugin",
        "plugins and marketplaces of Claude Code, Codex and Cursor",
        "claude_plugin",
        r"(?:^|/)(?:\.(?:claude|codex|cursor)-plugin/(?:plugin|marketplace)|\.agents/plugins/(?:\w+_)?marketplace)\.json$",
        (
            FormatSignature({"$schema": holding("claude-code-plugin-manifest", "claude-code-marketplace")}),
            FormatSignature({"name": str, "owner": dict, "plugins": [{"name": str, "source": either(str, dict)}]}),
            FormatSignature(both({"name": str, "version": str, "author": either(str, dict)}, _PARTS_OF_PLUGIN)),
        ),
    ),
    Known(
        "claude-settings",
        "settings of Claude Code",
        "claude_settings",
        r"(?:^|/)(?:\.claude/settings(?:\.[\w-]+)?|managed-settings|managed-settings\.d/[^/]+)\.json$",
        (
            FormatSignature({"$schema": holding("claude-code-settings")}),
            FormatSignature({"permissions": _holds_permissions}),
            FormatSignature({"enableAllProjectMcpServers": bool}),
            FormatSignature({"apiKeyHelper": str}),
            FormatSignature({"allowManagedPermissionRulesOnly": bool}),
            FormatSignature({"statusLine": {"type": str, "command": str}}),
            FormatSignature({"hooks": some([{"hooks": [{"type": str}]}])}),
        ),
        kinds=True,
        text_signs=key_sign("(?:permissions|hooks)"),
    ),
    Known(
        "mcp-servers",
        "lists of MCP servers",
        "mcp_servers",
        r"(?:^|/)(?:\.?mcp|managed-mcp|claude_desktop_config|cline_mcp_settings|mcp_config|mcp_settings)\.json$",
        (
            FormatSignature({"mcpServers": dict}),
            FormatSignature({"context_servers": dict}),
            FormatSignature({"amp.mcpServers": dict}),
            FormatSignature({"mcp": {"servers": some(_SERVER)}}),
        ),
        text_signs=key_sign("(?:mcpServers|context_servers)"),
    ),
    *ASSISTANTS,
    *FRAMEWORKS,
    *RUNTIMES,
)
_ZED_AGENT = either({"tool_permissions": dict}, {"always_allow_tool_actions": bool}, {"default_profile": str})
_FORMATS = (
    *_FIRST,
    Known(
        "copilot-settings",
        "editor settings that say what GitHub Copilot runs without a question",
        "copilot_settings",
        "",
        (
            FormatSignature({"chat.tools.autoApprove": object}),
            FormatSignature({"chat.tools.global.autoApprove": object}),
            FormatSignature({"chat.tools.edits.autoApprove": object}),
            FormatSignature({"chat.tools.terminal.autoApprove": object}),
            FormatSignature({"chat.tools.urls.autoApprove": object}),
            FormatSignature({"chat.permissions.default": str}),
        ),
    ),
    Known(
        "cursor-settings",
        "settings of Cursor",
        "cursor_settings",
        r"(?:^|/)\.cursor/(?:cli|hooks|permissions|sandbox)\.json$",
        (FormatSignature({"version": int, "hooks": some([{"command": str}])}),),
    ),
    Known(
        "gemini-settings",
        "settings of Gemini CLI",
        "gemini_settings",
        r"(?:^|/)(?:\.gemini/settings|gemini-extension)\.json$",
        (FormatSignature({"$schema": holding("gemini-cli")}),),
    ),
    Known(
        "zed-settings",
        "settings of Zed",
        "zed_settings",
        "",
        (FormatSignature({"agent": _ZED_AGENT}), FormatSignature({"agent_servers": some({"command": str})})),
    ),
    Known(
        "opencode-settings",
        "settings of OpenCode",
        "opencode_settings",
        r"(?:^|/)opencode\.jsonc?$",
        (FormatSignature({"$schema": holding("opencode.ai/config")}),),
    ),
)
_ORDERED = sorted(_FORMATS, key=lambda form: form.name == "mcp-servers")
"""A list of servers may be a part of a file of any other format, so it comes last."""
_MISSPELT = FormatSignature(
    either(*({name: dict} for name in ("mcp_servers", "mcpservers", "mcp-servers", "McpServers", "MCPServers")))
)
_SERVERS_ALONE = FormatSignature(either({"servers": some(_SERVER)}, every(_SERVER)), path=r"(?:^|/)\.?mcp\.json$")


_INSTRUCTIONS = (
    r"(?:^|/)(?:\.claude/(?:agents|commands|skills)/(?:.+/)?[^/]+\.md|SKILL\.md"
    r"|\.github/(?:agents|chatmodes)/[^/]+\.md)$"
)
"""Texts that an agent loads with what their front matter grants."""
_OF_PLUGIN = regex(r"(?:^|/)(?:agents|commands)/(?:.+/)?[^/]+\.md$")
"""Texts of a plugin, whose folder can have any name: https://code.claude.com/docs/en/plugins-reference."""
_DOCUMENTATION = regex(r"(?i)(?:^|/)(?:docs?|documentation)/")
_OF_TEXTS = ("front-matter", "prose")
_INSTRUCTION_SIGNS = (
    FormatSignature({"allowed-tools": either(str, list)}),
    FormatSignature({"name": str, "description": str, "tools": either(str, list)}),
    FormatSignature({"name": str, "description": str, "permissionMode": str}),
)


def name_of(path: str, value: Any) -> str:
    """The format of a document's data; empty where it is none of these."""
    if not isinstance(value, dict) or not value:
        return ""
    for form in _FORMATS:
        if form.loaded_from and re.search(form.loaded_from, path) and _plausible(form, path, value):
            return form.name
    return next((form.name for form in _ORDERED if any(sign.in_data(path, value) for sign in form.signs)), "")


_last: list[tuple[Document | None, str]] = [(None, "")]
"""The document whose format was asked for last: each format asks for the same one in turn."""


def _name_of_document(document: Document) -> str:
    """The format of a document's data, which is found out once."""
    of, name = _last[0]
    if of is not document:
        name = name_of(document.origin.path, document.root.value)
        _last[0] = document, name
    return name


def _plausible(form: Known, path: str, value: dict[str, Any]) -> bool:
    """Whether a file at a path that other programs use too holds what the format does."""
    if form.name != "mcp-servers":
        return True
    return any(sign.in_data(path, value) for sign in (*form.signs, _SERVERS_ALONE, _MISSPELT))


def _reader(name: str, module: str) -> Callable[[Document], Iterator[Subject] | None]:
    def recognise(document: Document) -> Iterator[Subject] | None:
        if _name_of_document(document) != name:
            return None
        subjects: Iterator[Subject] = import_module(f"{__name__}.{module}").read(document)
        return subjects

    return recognise


def _instructions(document: Document) -> Iterator[Subject] | None:
    """What a text for agents says; None for any other text."""
    path, value = document.origin.path, document.root.value
    if document.format not in _OF_TEXTS:
        return None
    if not re.search(_INSTRUCTIONS, path) and not any(sign.in_data(path, value) for sign in _INSTRUCTION_SIGNS):
        return _of_plugin(document)
    if document.format == "prose" and not any(line.strip() for line in value):
        return iter(())
    from scanner.subjects.agents import instructions

    return instructions.read(document)


def _of_plugin(document: Document) -> Iterator[Subject] | None:
    """What a text of a plugin tells its agent to run, and the credentials in it; None where there is nothing of it.

    A page of documentation about commands has nothing that runs when it is loaded.
    """
    path = document.origin.path
    if document.format != "prose" or not _OF_PLUGIN.search(path):
        return None
    if _DOCUMENTATION.search(path) and not any("!`" in line for line in document.root.value):
        return None
    from scanner.subjects.agents import instructions

    prompt, *commands = instructions.read(document)
    return iter((prompt, *commands)) if commands or prompt.bindings[prompt.focus].get("credentials") else None


def _shell(document: Document) -> Iterator[Subject] | None:
    """The command lines of a code block that belong to an agent setup; None where there are none."""
    from scanner.subjects.agents import shell_blocks

    return shell_blocks.read(document) if shell_blocks.lines(document) else None


_TEXTS = (
    Format(
        "agent-instructions",
        "agents, commands and skills in Markdown",
        KnownBy.AGENT,
        _instructions,
        loaded_from=_INSTRUCTIONS,
        documents=_OF_TEXTS,
        most=_MOST,
    ),
    Format("agent-commands", "command lines that run agents", KnownBy.AGENT, _shell, documents=("shell",), most=_MOST),
)

FORMATS = _TEXTS + tuple(
    Format(
        form.name,
        form.title,
        KnownBy.AGENT,
        _reader(form.name, form.module),
        KINDS if form.kinds else {},
        signs=form.text_signs,
        loaded_from=form.loaded_from,
        documents=_DATA,
        despite_faults=True,
        most=_MOST,
    )
    for form in _FORMATS
)
