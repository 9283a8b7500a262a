"""Configuration of agents: what they may do, what they run and whom they talk to. One format for each kind of file.

Formats are known here by path and content; the module that reads one is imported when a document of it is found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from msgspec import Struct

from scanner.documents import Document
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.kinds import KINDS, PERMISSION, SETTINGS
from scanner.subjects.data_predicates import either, every, holding, some
from scanner.subjects.format import Format, KnownBy, key_sign
from scanner.subjects.unread.format import FormatSignature

__all__ = ["FORMATS", "PERMISSION", "SETTINGS", "name_of"]

_SERVER = either({"command": str}, {"url": str}, {"httpUrl": str}, {"serverUrl": str})
_PERMISSION = regex(r"(?:[A-Z][A-Za-z]+(?:\(.*\))?|mcp__.+)", re.DOTALL)
_MODES = ("default", "acceptEdits", "plan", "dontAsk", "bypassPermissions", "auto", "manual")
_DATA = frozenset({"yaml", "json", "toml", "front-matter"})


def _holds_permissions(value: Any) -> bool:
    """Whether something is the permissions of Claude Code: names of tools, or a mode that it has."""
    if not isinstance(value, dict):
        return False
    lists = (value.get(name) for name in ("allow", "ask", "deny"))
    rules = (rule for each in lists if isinstance(each, list) for rule in each)
    named = any(isinstance(rule, str) and _PERMISSION.fullmatch(rule) for rule in rules)
    return named or value.get("defaultMode") in _MODES


class _Known(Struct, frozen=True):
    """A format of this package: what it is called and known by, and the module that reads it."""

    name: str
    title: str
    module: str
    loaded_from: str
    """Paths from which a tool loads such a document, whatever it holds."""
    signs: tuple[FormatSignature, ...]
    """What it is known by elsewhere."""
    kinds: bool = False
    text_signs: str = ""


_FIRST = (
    _Known(
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
    _Known(
        "claude-plugin",
        "plugins and marketplaces of Claude Code",
        "claude_plugin",
        r"(?:^|/)\.claude-plugin/(?:plugin|marketplace)\.json$",
        (FormatSignature({"name": str, "owner": dict, "plugins": [{"name": str, "source": either(str, dict)}]}),),
    ),
    _Known(
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
)
_FORMATS = (
    *_FIRST,
    _Known(
        "copilot-settings",
        "editor settings that say what GitHub Copilot runs without a question",
        "copilot_settings",
        "",
        (
            FormatSignature({"chat.tools.autoApprove": object}),
            FormatSignature({"chat.tools.global.autoApprove": object}),
            FormatSignature({"chat.tools.edits.autoApprove": object}),
            FormatSignature({"chat.tools.terminal.autoApprove": object}),
        ),
    ),
    _Known(
        "cursor-settings",
        "settings of Cursor",
        "cursor_settings",
        r"(?:^|/)\.cursor/(?:cli|hooks|permissions|sandbox)\.json$",
        (FormatSignature({"version": int, "hooks": some([{"command": str}])}),),
    ),
    _Known(
        "gemini-settings",
        "settings of Gemini CLI",
        "gemini_settings",
        r"(?:^|/)\.gemini/settings\.json$",
        (FormatSignature({"$schema": holding("gemini-cli")}),),
    ),
    _Known(
        "opencode-settings",
        "settings of OpenCode",
        "opencode_settings",
        r"(?:^|/)opencode\.jsonc?$",
        (FormatSignature({"$schema": holding("opencode.ai/config")}),),
    ),
)
_SERVERS_ALONE = FormatSignature(either({"servers": some(_SERVER)}, every(_SERVER)), path=r"(?:^|/)\.?mcp\.json$")


def name_of(path: str, value: Any) -> str:
    """The format of a document's data; empty where it is none of these."""
    if not isinstance(value, dict) or not value:
        return ""
    for form in _FORMATS:
        if form.loaded_from and re.search(form.loaded_from, path) and _plausible(form, path, value):
            return form.name
    ordered = sorted(_FORMATS, key=lambda form: form.name == "mcp-servers")
    return next((form.name for form in ordered if any(sign.in_data(path, value) for sign in form.signs)), "")


def _plausible(form: _Known, path: str, value: dict[str, Any]) -> bool:
    """Whether a file at a path that other programs use too holds what the format does."""
    if form.name != "mcp-servers":
        return True
    return any(sign.in_data(path, value) for sign in form.signs) or _SERVERS_ALONE.in_data(path, value)


def _reader(name: str, module: str) -> Callable[[Document], Iterator[Subject] | None]:
    def recognise(document: Document) -> Iterator[Subject] | None:
        if document.format not in _DATA or name_of(document.origin.path, document.root.value) != name:
            return None
        subjects: Iterator[Subject] = import_module(f"{__name__}.{module}").read(document)
        return subjects

    return recognise


FORMATS = tuple(
    Format(
        form.name,
        form.title,
        KnownBy.AGENT,
        _reader(form.name, form.module),
        KINDS if form.kinds else {},
        signs=form.text_signs,
        loaded_from=form.loaded_from,
    )
    for form in _FORMATS
)
