"""Permission rules of tools other than Claude Code, in their own words, and what each reaches.

A rule for commands of these tools is the beginning of a command, so that `Shell(git)` is `Bash(git:*)`.
"""

from __future__ import annotations

from scanner.subjects.agents import file_reach
from scanner.subjects.agents.permission_grammar import Rule, command_reach

_ALL = ("*", "**", ".*", "/.*/", "*:*", "*(*)", "/^.*$/", "/./", "//")


def commands(text: str, tool: str, beginning: str) -> Rule:
    """A rule about commands that begin with a text; all of them where it is a wildcard or empty."""
    start = beginning.strip()
    if start in _ALL or not start:
        return Rule(text, tool, None, "", "any-command")
    if start.startswith("/") and start.endswith("/"):  # a regular expression
        return Rule(text, tool, start, "", "narrow")
    open_ended = start if start.endswith("*") else f"{start}:*"
    return Rule(text, tool, start, "", command_reach(open_ended))


def files(text: str, tool: str, pattern: str, *, writing: bool) -> Rule:
    """A rule about files; a relative pattern stays in the workspace."""
    wanted = None if pattern.strip() in ("", "/**", "/**/*") else pattern
    if pattern.strip() in ("*", "**", "**/*", "./**", "./**/*"):
        wanted = "**"
    return Rule(text, tool, pattern, "", file_reach.reach(wanted, writing=writing))


def servers(text: str, tool: str, pattern: str) -> Rule:
    """A rule about tools of MCP servers."""
    return Rule(text, tool, pattern, "", "any-server-tool" if pattern.strip() in _ALL else "narrow")


def everything(text: str) -> Rule:
    """A rule about every tool."""
    return Rule(text, text, None, "", "any-tool")


def other(text: str) -> Rule:
    """A rule about one tool that runs no commands."""
    return Rule(text, text.partition("(")[0], None, "", "narrow")
