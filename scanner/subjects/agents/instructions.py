"""Markdown that an agent loads: agents, commands and skills with their front matter, and the text that instructs them.

`tools` of an agent says which tools it has; `allowed-tools` of a command or a skill says which of them run without a
question. https://code.claude.com/docs/en/sub-agents, https://code.claude.com/docs/en/skills,
https://docs.github.com/en/copilot/reference/custom-agents-configuration, as of 2026-11.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec.structs import replace

from scanner.documents import Document
from scanner.documents.positions import MISSING, Node
from scanner.late import regex
from scanner.marks import NOWHERE, end_of, keyless, start_of, with_children
from scanner.model import Subject
from scanner.subjects.agents.building import INVOKED, Place, place, subject
from scanner.subjects.agents.command_words import command, seen
from scanner.subjects.agents.hooks import hooks
from scanner.subjects.agents.kinds import AGENT, MODES, PROMPT, SKILL
from scanner.subjects.agents.permission_grammar import TOOLS, Rule, parse
from scanner.subjects.agents.permissions import permission, permissions
from scanner.subjects.agents.prompts import put_credentials
from scanner.subjects.agents.servers import servers
from scanner.subjects.subject_builder import SubjectBuilder

_ITEM = regex(r"\s*((?:[^,()\s]|\([^()]*\)|(?<=\S)\s(?=\())+)")
"""A tool in a list on one line; blanks and commas are in its parentheses only."""
_COPILOT = regex(r"(?:^|/)\.github/")
_NAMED_FOR_COPILOT = regex(r"[^/]\.(?:agent|chatmode)\.md$")
"""What VS Code and Copilot call agents, https://code.visualstudio.com/docs/copilot/customization/custom-agents."""
_OF_CLAUDE = regex(r"(?:^|/)\.claude/")
_SKILL = regex(r"(?:^|/)SKILL\.md$")
_COMMAND = regex(r"(?:^|/)(?:commands|prompts)/")
_SUBAGENT = regex(r"(?:^|/)\.claude/agents/(?:.+/)?(?!SKILL\.md$)[^/]+\.md$")
"""What Claude Code loads as an agent; `allowed-tools` is a key of commands and skills, and has no effect there."""
_FOR_COPILOT = regex(r"(?:^|/)\.(?:github|agents)/")
_SHELL_OF_COPILOT = ("shell", "bash")
"""https://docs.github.com/en/copilot/how-tos/copilot-cli/customize-copilot/add-skills"""
_GRANTS_NOTHING = regex(r"(?:^|/)\.(?:agent|cline|codex|cursor|gemini|jcode|kiro|opencode|roo|trae|windsurf)/")
"""Folders of tools for which no effect of `allowed-tools` is documented: the specification of skills leaves it open."""
_NOTE = regex(r"(?:pre|post|on|before|after)(?:_\w+)?|notification")
_SPAN = regex(r"(!?)`([^`\n]+)`")
_NEGATED = regex(
    r"(?i)\b(?:never|not|don't|doesn't|avoid|without|instead of|forbid\w*|refuse|reject|block\w*|deny|warn\w*)\b"
)
_SENTENCE = 500
"""Characters before a command that may say not to run it."""
_EVERYTHING = ("*", "all", "All")


def read(document: Document) -> Iterator[Subject]:
    """The subjects of the front matter of a text, or of the text itself."""
    path = document.origin.path
    where = place(document, _tool(path, document))
    stem = posixpath.basename(path).removesuffix(".md").removesuffix(".agent")
    if document.format == "prose":
        yield _prompt(where, stem, document.root)
        yield from _commands(replace(where, scope=INVOKED), stem, document.root)
        return
    root = document.root
    name = str(root.get("name").value or stem)
    granted = root.first("allowed-tools", "allowedTools")
    if (granted and not _SUBAGENT.search(path)) or _SKILL.search(path) or _COMMAND.search(path):
        yield _skill(where, name, root, granted)
        if not _GRANTS_NOTHING.search(path):
            yield from _grants(where, granted)
    else:
        yield _agent(where, name, root)
    if not _of_claude_flow(root.get("hooks")):
        yield from hooks(where, root.get("hooks"))
    yield from servers(where, root.first("mcpServers", "mcp-servers"))


def _tool(path: str, document: Document) -> str:
    """The program that loads a text.

    Plugins of Claude Code may call an agent as VS Code does; one of VS Code names no tool of Claude Code.
    """
    if _COPILOT.search(path):
        return "copilot"
    if document.format == "prose" or not _NAMED_FOR_COPILOT.search(path) or _OF_CLAUDE.search(path):
        return "claude-code"
    listed = items(document.root.get("tools"))
    return "copilot" if listed and not any(parse(str(item.value)).tool in TOOLS for item in listed) else "claude-code"


def _grants(where: Place, granted: Node) -> Iterator[Subject]:
    """What `allowed-tools` lets run without a question; Copilot calls commands `shell` or `bash`."""
    listed = items(granted)
    commands = (
        [item for item in listed if item.value in _SHELL_OF_COPILOT] if _FOR_COPILOT.search(where.origin.path) else []
    )
    for item in commands:
        rule = Rule(item.value, item.value, None, "", "any-command")
        yield permission(where, "allow", item, rule, source="front matter")
    yield from permissions(
        where, {"allow": _list([item for item in listed if item not in commands], granted)}, "front matter"
    )


def _of_claude_flow(node: Node) -> bool:
    """Whether hooks are texts such as `pre` and `post_task`, which are notes of claude-flow and hooks of no tool."""
    hooks = node.value
    return isinstance(hooks, dict) and bool(hooks) and all(_is_note(name, text) for name, text in hooks.items())


def _is_note(name: str, value: object) -> bool:
    lines = value if isinstance(value, list) else [value]
    return bool(_NOTE.fullmatch(name)) and all(isinstance(line, str) for line in lines)


def _agent(where: Place, name: str, root: Node) -> Subject:
    shape = SubjectBuilder().say("name", name).say("source", "front matter")
    shape.put_all(
        root, ("description", "model", "permissionMode", "maxTurns", "background", "isolation", "memory", "target")
    )
    mode = root.get("permissionMode")
    if where.tool == "claude-code" and isinstance(mode.value, str):
        shape.put("knownMode", mode, mode.value in MODES)
    tools = root.get("tools")
    listed = [node.value for node in items(tools)]
    shape.put("tools", tools, listed)
    shape.say("ignoredKey", "allowed-tools" if root.first("allowed-tools", "allowedTools") and not tools else "")
    if isinstance(tools.value, dict) or not all(isinstance(item.value, str) for item in tools.elements()):
        shape.say("unread", ["a list of tools in a form that is not read"])
    shape.put("deniedTools", root.get("disallowedTools"), [node.value for node in items(root.get("disallowedTools"))])
    inherits = not tools or tools.value is None or any(tool in _EVERYTHING for tool in listed)
    shape.put("inheritsTools", tools or _behind(root.first("description", "name")), inherits)
    return subject(AGENT, where, "", "agent", shape, root)


def _behind(node: Node) -> Node:
    """The place behind an entry, where a missing one belongs: the start of the next line."""
    if node.mark is None:
        return MISSING
    line = max(end_of(node.mark)[0], start_of(node.mark)[0]) + 1
    return Node("", keyless((line, 0), (line, 1)))


def _skill(where: Place, name: str, root: Node, granted: Node) -> Subject:
    shape = SubjectBuilder().say("name", name).put("description", root.get("description"))
    shape.put("allowedTools", granted, [node.value for node in items(granted)])
    shape.put("model", root.get("model"))
    return subject(SKILL, where, "", "command" if _COMMAND.search(where.origin.path) else "skill", shape, root)


def items(node: Node) -> list[Node]:
    """The tools of a list, or of a text with commas or blanks between them, each at its place."""
    if not isinstance(node.value, str):
        return [item for item in node.elements() if isinstance(item.value, str)]
    if node.mark is None:
        return []
    (line, column), (last, end) = start_of(node.mark), end_of(node.mark)
    plain = line == last and end - column == len(node.value)
    found = []
    for match in _ITEM.finditer(node.value):
        at = keyless((line, column + match.start(1)), (line, column + match.end(1)))
        found.append(Node(match[1], at if plain else node.mark))
    return found


def _list(some: list[Node], node: Node) -> Node:
    """Tools of a node as a list."""
    found = [item for item in some if item.mark]
    mark = with_children(node.mark or NOWHERE, [item.mark for item in found if item.mark])
    return Node([item.value for item in found], mark)


def _prompt(where: Place, name: str, root: Node) -> Subject:
    """The lines of a text, without its front matter and its code blocks, and those that contain a credential."""
    shape = SubjectBuilder().say("name", name).put("lines", root)
    put_credentials(shape)
    return subject(PROMPT, where, "", "instructions of", shape, root)


def _commands(where: Place, name: str, root: Node) -> Iterator[Subject]:
    """The commands in a text: those that run when it is loaded (a `!` before them), and those that run a download."""
    for line in root.elements():
        if not isinstance(line.value, str) or "`" not in line.value or line.mark is None:
            continue
        row, column = start_of(line.mark)
        for match in _SPAN.finditer(line.value):
            downloads = seen(match[2])["runsDownload"]
            before = line.value[max(0, match.start() - _SENTENCE) : match.start()].rpartition(". ")[2]
            if match[1] or (downloads and not _NEGATED.search(before)):
                at = keyless((row, column + match.start(2)), (row, column + match.end(2)))
                loaded = replace(where, origin=replace(where.origin, purpose="")) if match[1] else where
                yield from command(loaded, name, "prompt", Node(match[2], at))
