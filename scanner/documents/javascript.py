"""Calls with literal arguments in JavaScript-like text -> plain data and marks.

Agent instructions write tool calls as JavaScript, often with a server name that is not an identifier and without
parentheses: `mcp__claude-flow__swarm_init({...})`, `mcp__claude-flow__swarm_init {...}`, `Task("Name", ...)`,
`Agent({...})`. The call is found by name, its extent by matching brackets, and its arguments by a real grammar
(`call_values`). Nothing is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from scanner.documents import ellipses
from scanner.documents.brackets import extent
from scanner.documents.call_budget import Budget
from scanner.documents.call_values import Arguments
from scanner.documents.constants import Constants
from scanner.documents.parsed import LimitExceededError, Parsed, ParseFault
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.limits import Limits

_START = r"(?<![\w.$\"'`-])"
_LONGEST_SKETCH = 2_000
_FAR = 20_000
_LONGEST_LINE = 2_000
_SEARCHED, _TIMES = 10_000_000, 4
"""Characters that are searched for closing brackets that are missing, and how often those of a longer text are."""
_STARTERS = ("Task", "Agent")
"""Functions that start an agent. Their names are common words."""
_OF_AN_AGENT = ("subagent_type", "prompt")
"""Arguments of which one shows that such a call starts an agent."""


class Style(Struct, frozen=True):
    """How calls are told from other words in a kind of text."""

    call: re.Pattern[str]
    comment: re.Pattern[str]
    """The part of a line before a call that begins a comment, so that the call is only an illustration."""


SCRIPT = Style(
    regex(
        rf"{_START}(mcp__[\w-]++(?=\(|[ \t]*(?:\{{|\(\s*+[\[{{\"'`)/]))"
        r"""|Task(?=[ \t]*\(\s*["'`{])|Agent(?=[ \t]*\(\s*\{))[ \t]*"""
    ),
    regex(r"[ \t]*(?://|\*(?!/))|.*/\*(?!.*\*/)"),
)
"""JavaScript and TypeScript."""
_CALL_IN_TEXT = regex(
    rf"{_START}(mcp__[\w-]++(?=[ \t]*(?:\(\s*+)?\{{|[ \t]*\(\s*+(?:\w++[ \t]*=(?!=)|\)))"
    r"""|Task(?=[ \t]*\(\s*+(?:(["'`]).{1,200}?\2\s*,\s*["'`]|\{))|Agent(?=[ \t]*\(\s*+\{))[ \t]*"""
)
BLOCK = Style(_CALL_IN_TEXT, regex(r"[ \t]*(?://|#|\*(?!/)|<!--)"))
"""Code of another language, or of none, where a name before a bracket may be just that."""
PROSE = Style(_CALL_IN_TEXT, regex(r"[ \t]*(?://|#|<!--)"))


class Call(Struct, frozen=True):
    """A call: its name, its arguments as a parsed list, and where it begins and ends in the text."""

    name: str
    arguments: Parsed
    span: tuple[int, int]


def might_hold_calls(text: str) -> bool:
    """Whether a text is worth parsing for calls."""
    return "mcp__" in text or "Task" in text or "Agent" in text


def parse(text: str, limits: Limits, style: Style = SCRIPT, seen: str | None = None) -> Iterator[Call | ParseFault]:
    """The calls of a text in order, each complete or broken.

    `seen` is the text without the parts in which a call is not one, of the same length.
    """
    position = counted = line = line_start = searched = 0
    constants, budget = Constants(text), Budget(limits)
    while match := style.call.search(text if seen is None else seen, position):
        position = match.end()
        if style.comment.match(text, _line_start(text, match.start()), match.start()):
            continue
        line += text.count("\n", counted, position)
        line_start = max(line_start, text.rfind("\n", counted, position) + 1)
        counted = position
        name = match[1]
        if not _is_call(name):
            continue
        if not _may_start_agent(name, text, position):
            continue
        end = extent(text, position)
        span = (match.start(1), end or position)
        if end is None:
            searched += len(text) - position
            spent = searched > max(_SEARCHED, _TIMES * len(text))
            message, sketch = f"the call of {name} has no closing bracket", _is_sketch(text, position)
            message += ", as too many others: the rest of the text is not read" if spent else ""
            yield ParseFault(message, line, last=spent, sketch=sketch and not spent, name=name, span=span)
            if spent:
                return
            continue
        try:
            arguments = Arguments(text[position:end], (line, position - line_start), constants, budget).read()
            if _is_meant(name, arguments):
                yield Call(name, arguments, span)
        except UnreadableError as error:
            spent = isinstance(error, LimitExceededError)
            message, sketch = f"the call of {name}: {error.message}", _is_sketch(text, position, end)
            yield ParseFault(message, max(error.line, line), last=spent, sketch=sketch, name=name, span=span)
            if spent:
                return
        position = end


def without_calls(text: str, spans: list[tuple[int, int]]) -> str:
    """A text with blanks in place of calls; its lines stay."""
    parts, position = [], 0
    for start, end in spans:
        parts += [text[position:start], regex(r"[^\n]").sub(" ", text[start:end])]
        position = end
    return "".join((*parts, text[position:]))


def _line_start(text: str, position: int) -> int:
    """Where the line of a position begins; of a very long line only a part is looked at."""
    return max(text.rfind("\n", max(0, position - _LONGEST_LINE), position) + 1, position - _LONGEST_LINE)


def _is_call(name: str) -> bool:
    """Whether a name is `Task`, `Agent` or `mcp__SERVER__TOOL`."""
    _, known, tool = name.removeprefix("mcp__").rpartition("__")
    return name in _STARTERS or bool(known and tool and "-" not in tool)


def _may_start_agent(name: str, text: str, start: int) -> bool:
    """Whether Task or Agent has what starts an agent near the beginning of a mapping, if it is called with one."""
    if name not in _STARTERS or text[start + 1 : start + _FAR].lstrip()[:1] != "{":
        return True
    return any(text.find(word, start, start + _FAR) >= 0 for word in _OF_AN_AGENT)


def _is_meant(name: str, arguments: Parsed) -> bool:
    """Whether a call is one of those that it looks like: a mapping for Task or Agent has an argument of theirs."""
    first = arguments.data[0] if arguments.data else None
    return name not in _STARTERS or not isinstance(first, dict) or any(word in first for word in _OF_AN_AGENT)


def _is_sketch(text: str, start: int, end: int | None = None) -> bool:
    """Whether a call has an ellipsis; of a call without an end only a limited part is searched."""
    return ellipses.holds(text, start, end or start + _LONGEST_SKETCH)
