"""Command lines in the code blocks of texts: all where an agent loads the text, else those that run an agent."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.contexts import is_for_agents, is_invoked
from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.building import INVOKED, place

_AGENT = regex(
    r"(?:^|[\s;&|(/\"'@])(?:claude|claude-code|claude-flow|ruflo|ruv-swarm|codex|gemini|gemini-cli|cursor-agent|goose|opencode"
    r"|aider|amp|crush|qwen|copilot|auggie|droid|openhands|cline|roo)(?:@[\w.^~-]+)?(?=\s|$)"
)
"""A program that runs agents, by itself or through a runner of packages."""

_ROW = regex(r"([a-z][\w-]*)[ \t]+(--?[A-Za-z][\w-]*)(?:[= ](?:\"[^\"]*\"|[\w.,:/-]+))?[ \t]+#[ \t]*\S.*")
"""A row of a list of flags: the program with one of them, and what it does. It gives the program nothing to do."""
_ROWS = 4
"""Rows that are a list."""


def lines(document: Document) -> list[Node]:
    """The command lines of a document that belong to an agent setup."""
    if document.format != "shell":
        return []
    all_ = is_for_agents(document.origin.path)
    return [
        line for line in document.root.elements() if isinstance(line.value, str) and (all_ or _AGENT.search(line.value))
    ]


def read(document: Document) -> Iterator[Subject]:
    """The command lines as subjects."""
    from scanner.subjects.agents.command_words import command

    where = place(document, "any", INVOKED if is_invoked(document.origin.path) else "project")
    rows = _rows(document)
    for line in lines(document):
        yield from command(where, "", "shell", line, lists_flags=line.value in rows)


def _rows(document: Document) -> frozenset[str]:
    """The lines of a code block that list the flags of a program, one by one, with what each does."""
    flags: dict[str, dict[str, str]] = {}
    for line in document.root.elements():
        if isinstance(line.value, str) and (row := _ROW.fullmatch(line.value.strip())):
            flags.setdefault(row[1], {})[row[2]] = line.value
    return frozenset(text for found in flags.values() if len(found) >= _ROWS for text in found.values())
