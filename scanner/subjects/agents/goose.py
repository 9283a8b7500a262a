"""Recipes of goose: extensions, turns, commands that check a result, instructions.

https://block.github.io/goose/docs/guides/recipes/recipe-reference, as of 2026-11
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents.building import Place, place, subject
from scanner.subjects.agents.command_words import command
from scanner.subjects.agents.kinds import AGENT
from scanner.subjects.agents.prompts import prompt
from scanner.subjects.agents.servers import server
from scanner.subjects.agents.stated import renamed
from scanner.subjects.subject_builder import SubjectBuilder

_SERVERS = ("stdio", "sse", "streamable_http")
_NAMES = {"cmd": "command", "uri": "url", "envs": "env"}
_CODE = ("developer", "computercontroller", "code_execution")
"""Extensions of goose that run commands."""


def read(document: Document) -> Iterator[Subject]:
    """The agent of a recipe, its servers, its commands and its instructions."""
    where, root = place(document, "goose"), document.root
    recipe = root.get("recipe") if isinstance(root.get("recipe", "title").value, str) else root
    name = str(recipe.get("title").value)
    yield _agent(where, name, recipe)
    for node in recipe.get("extensions").elements():
        if node.get("type").value in _SERVERS:
            yield from server(where, str(node.get("name").value or "extension"), renamed(node, _NAMES))
    retry = recipe.get("retry")
    for check in retry.get("checks").elements():
        yield from command(where, name, "task", check.get("command"))
    yield from command(where, name, "task", retry.get("on_failure"))
    for field in ("instructions", "prompt"):
        yield from prompt(where, name, field, recipe.get(field))


def _agent(where: Place, name: str, recipe: Node) -> Subject:
    shape = SubjectBuilder().say("name", name).say("source", "recipe")
    shape.put("description", recipe.get("description"))
    extensions = recipe.get("extensions")
    names = [str(node.get("name").value) for node in extensions.elements() if node.get("name")]
    shape.put("tools", extensions, names)
    unread = ["an extension without a name" for node in extensions.elements() if not node.get("name")]
    if unread:
        shape.say("unread", unread)
    recipes = [str(node.get("path").value) for node in recipe.get("sub_recipes").elements()]
    folder = posixpath.dirname(where.origin.path)
    shape.put(
        "subagents", recipe.get("sub_recipes"), [posixpath.normpath(posixpath.join(folder, path)) for path in recipes]
    )
    if any(name in _CODE for name in names):
        shape.put("codeExecution", extensions, value=True)
    shape.put("model", recipe.get("settings", "goose_model")).put("maxTurns", recipe.get("settings", "max_turns"))
    shape.put("retries", recipe.get("retry", "max_retries"))
    return subject(AGENT, where, "", "agent", shape, recipe)
