"""Markdown text -> its fenced code blocks, and its prose line by line."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LANGUAGES = {
    **dict.fromkeys(("yaml", "yml"), "yaml"),
    **dict.fromkeys(("json", "jsonc"), "json"),
    **dict.fromkeys(("javascript", "js", "jsx", "typescript", "ts", "tsx", "mjs", "mts"), "javascript"),
    **dict.fromkeys(("sh", "bash", "zsh", "shell", "console", "shell-session", "shellsession"), "shell"),
}
"""Fence labels that are read, and the language they mean."""


class CodeBlock(Struct, frozen=True):
    """A code block: its language, its text, its first line (0-based), and the columns cut off each of its lines.

    The language is empty for one that is not read.
    """

    language: str
    text: str
    first_line: int
    columns: tuple[int, ...]
    label: str = ""
    """What the author calls the language."""


@cache
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"maxNesting": 20}).disable("inline")


def parse(text: str, taken: int = 0) -> tuple[list[CodeBlock], list[str]]:
    """The fences of a Markdown text, and its lines with those of every fence left empty.

    The first lines are front matter and left empty too, if some are taken.
    """
    lines = text.split("\n")
    if taken:
        lines[:taken] = [""] * taken
        text = "\n".join(lines)
    if "```" not in text and "~~~" not in text:
        return [], lines
    prose = list(lines)
    fences = []
    for token in _reader().parse(text):
        if token.type != "fence" or token.map is None:
            continue
        first, end = token.map
        prose[first:end] = [""] * (end - first)
        words = token.info.split()
        label = words[0].lower() if words else ""
        language = LANGUAGES.get(label, "")
        columns = _columns(token.content, lines[first + 1 : end])
        fences.append(CodeBlock(language, token.content, first + 1, columns, label))
    return fences, prose


def _columns(content: str, source: list[str]) -> tuple[int, ...]:
    """The number of columns of each source line before the text of the block (indentation, list and quote marks)."""
    pairs = zip(content.split("\n"), source, strict=False)
    return tuple(max(0, len(whole) - len(part)) for part, whole in pairs)
