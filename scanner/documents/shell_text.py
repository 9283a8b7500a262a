"""Lines of a shell -> the commands in them, each with its place.

Nothing is run or expanded. A command that goes on behind a backslash or in open quotes is one command, at its first
line; the text of a here-document is left out. Where lines have the prompt of a shell, the others are output.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.marks import Mark, keyless

_PROMPT = regex(r"^[ \t]*(?:[\w.-]+@[\w.-]+:?[^\s$#%]*)?[$%] (?=\S)", re.MULTILINE)
_STEP = regex(
    r"""\\.|'[^']{0,5000}+'|"(?:[^"\\]|\\.){0,5000}+"|(?:^|(?<=\s))\#[^\n]*|(?P<end>\n)""",
    re.DOTALL | re.VERBOSE | re.MULTILINE,
)
"""What hides the end of a line, and the end of a line. In output, an apostrophe often stands alone."""
_OPENED = regex(r"^[ \t]*(?:`{3,}|~{3,})[A-Za-z]", re.MULTILINE)
"""The start of another code block: the end of the one before it is missing, and the text between is not of a shell."""
_APOSTROPHE = regex(r"(?<![\w-])([A-Za-z][a-z]*)'(?=[a-z])")
_GOES_ON = regex(r"[ \t]*\\\n[ \t]*(?:> )?")
"""The end of a line that goes on, with the prompt before the rest."""
_HERE = regex(r"""(?<!<)<<-?[ \t]*(["']?)(?P<word>[A-Za-z_]\w*)\1""")
_FARTHEST = 5_000
"""Characters within which a here-document ends."""


def parse(text: str) -> Node:
    """The commands of a text, as a list of texts."""
    commands, marks = [], []
    for command, mark in _commands(text):
        commands.append(command)
        marks.append(mark)
    return Node(commands, keyless((0, 0), (text.count("\n"), 0), marks))


def _commands(text: str) -> Iterator[tuple[str, Mark]]:
    session = _PROMPT.search(text) is not None
    quoted = _APOSTROPHE.sub(r"\1_", text) if _OPENED.search(text) else text
    position = line = line_start = 0
    while position < len(text):
        start = position
        if session:
            prompt = _PROMPT.search(text, position)
            if prompt is None:
                return
            start = prompt.end()
        end = _end(quoted, start)
        words = text[start:end]
        start += len(words) - len(words.lstrip())
        if command := _GOES_ON.sub(" ", words).strip():
            line += text.count("\n", line_start, start)
            line_start = text.rfind("\n", 0, start) + 1
            first = text.find("\n", start, end)
            last = start + len(text[start : end if first < 0 else first].rstrip())
            yield command, keyless((line, start - line_start), (line, last - line_start))
        position = _behind_here(text, end + 1, command)


def _end(text: str, start: int) -> int:
    """Where a command ends."""
    return next((step.start() for step in _STEP.finditer(text, start) if step["end"]), len(text))


def _behind_here(text: str, position: int, command: str) -> int:
    """Where the next command may begin: behind the here-documents of one, where it has any that end."""
    for here in _HERE.finditer(command):
        end = text.find(f"\n{here['word']}\n", position - 1, position + _FARTHEST)
        if end >= 0:
            position = end + len(here["word"]) + 2
    return position
