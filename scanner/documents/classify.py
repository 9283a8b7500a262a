"""What the content of an input is, found out once: whether it is text, whether it says anything, and in which language.

A name tells most; a text without a telling name is known by its content.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from enum import Enum, auto
from typing import TypeAlias

from msgspec import Struct

from scanner.errors import UnreadableError
from scanner.late import regex

YAML_SUFFIXES = (".yaml", ".yml")
JSON_SUFFIXES = (".json", ".jsonc", ".code-workspace")
SCRIPT_SUFFIXES = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")
_TOML_SUFFIXES = (".toml",)
_PROSE_SUFFIXES = (".md",)

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_BINARY_MARK = b"\0"
_SAMPLE = 4096
"""Bytes that are looked through for a NUL."""
_MANIFEST = regex(r"^(?:apiVersion|otmVersion)[ \t]*:", re.MULTILINE)
_FIRST_LINE = regex(r"(?:[ \t]*(?:#[^!].*)?\n)*+(?:---|[{\[]|[\w\"'./-]+[ \t]*:)")
"""How a text starts that may be a manifest under another name; a program that holds one does not."""
_CONTENT = regex(r"^(?![ \t]*(?:#|$|---[ \t]*(?:#|$)|\.\.\.[ \t]*$))", re.MULTILINE)
"""The first line of a YAML text that is more than a comment or the start or end of a document."""
_PAGE = regex(r"(?:^|/)[^/.]*$|\.(?:md|markdown|mdx|mdc|txt|rst|adoc)$", re.IGNORECASE)
"""Names of texts for people and agents; any other that is read as Markdown is a source file."""
_FENCE = regex(r"^[ \t>]*(?:```|~~~)", re.MULTILINE)


class Language(Enum):
    """How the documents of a text are found."""

    YAML = auto()
    JSON = auto()
    SCRIPT = auto()
    """Calls in JavaScript or TypeScript."""
    TOML = auto()
    MARKDOWN = auto()
    """Code blocks and prose; any text without a telling name or content is read as that."""


class Text(Struct, frozen=True):
    """A text that has something to read."""

    path: str
    text: str
    language: Language
    perhaps_json: bool = False
    """It begins as JSON does, and is JSON in place of its language if it is that to its end."""


class EmptyText(Struct, frozen=True):
    """A text without content."""

    reason: str
    """`empty` or `only comments`."""


class BinaryContent(Struct, frozen=True):
    """A content that is not text."""

    reason: str
    line: int
    """1-based line of the first byte that is none."""
    named: bool
    """Its name is one that people write manifests, specs and configurations under."""
    remains: str
    """What can be made out where it may have been meant as text, empty where it was not."""


Content: TypeAlias = Text | EmptyText | BinaryContent


def classify(path: str, content: bytes, *, stream: bool = False, is_yaml: bool = False) -> Content:
    """What the content of an input is; a `stream`, such as standard input, has no telling name.

    What `is_yaml` is read as that, whatever its name is, unless that is one of JSON.
    """
    try:
        text = _text(content)
    except UnreadableError as error:
        named = stream or path.lower().endswith((*YAML_SUFFIXES, *JSON_SUFFIXES))
        return BinaryContent(error.message, error.line, named, _remains(path, content))
    if not text.strip():
        return EmptyText("empty")
    if path.lower().endswith(YAML_SUFFIXES) and not _CONTENT.search(text):
        return EmptyText("only comments")
    if is_yaml and not path.lower().endswith(JSON_SUFFIXES):
        return Text(path, text, Language.YAML)
    return stream_of(path, text) if stream else text_of(path, text)


def text_of(path: str, text: str) -> Text:
    """A text, with the language by its name or else by its content."""
    lowered = path.lower()
    if lowered.endswith(YAML_SUFFIXES):
        return Text(path, text, Language.YAML)
    if lowered.endswith(JSON_SUFFIXES):
        return Text(path, text, Language.JSON)
    if lowered.endswith(SCRIPT_SUFFIXES):
        return Text(path, text, Language.SCRIPT)
    if lowered.endswith(_TOML_SUFFIXES):
        return Text(path, text, Language.TOML)
    manifest = _MANIFEST.search(text) and _FIRST_LINE.match(text) and not _FENCE.search(text)
    return Text(path, text, Language.YAML if manifest else Language.MARKDOWN, _begins_as_json(text))


def is_page(path: str) -> bool:
    """Whether a text that is read as Markdown is one for people and agents by its name, and not a source file."""
    return bool(_PAGE.search(path))


def stream_of(path: str, text: str) -> Text:
    """A text whose name does not show its language, with the language that its beginning shows."""
    fence = _FENCE.search(text)
    markdown = fence and not _MANIFEST.search(text, 0, fence.start())
    return Text(path, text, Language.MARKDOWN if markdown else Language.YAML, _begins_as_json(text))


def decode(content: bytes) -> str:
    """The text of a content.

    UTF-8 with or without a byte-order mark, or UTF-16 with one; raises UnreadableError for anything else. Every line
    ends in a line feed.
    """
    encoding = "utf-16" if is_utf16(content) else "utf-8"
    try:
        return content.removeprefix(BOM_UTF8).decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"not {encoding.upper()} text: {error.reason} at line {line}"
        raise UnreadableError(message, line) from None


def is_utf16(content: bytes) -> bool:
    """Whether the content begins as UTF-16."""
    return content[:2] in _UTF16_MARKS


def _text(content: bytes) -> str:
    if _is_binary(content):
        line = content.count(b"\n", 0, content.index(_BINARY_MARK)) + 1
        raise UnreadableError(f"not text: a NUL byte at line {line}", line)
    return decode(content)


def _is_binary(content: bytes) -> bool:
    return _BINARY_MARK in content[:_SAMPLE] and not is_utf16(content)


def _remains(path: str, content: bytes) -> str:
    """What can be made out of a content that is not text; nothing of one that is binary by its name and its bytes."""
    if _is_binary(content) and not path.lower().endswith((*SCRIPT_SUFFIXES, *_PROSE_SUFFIXES)):
        return ""
    return content.replace(_BINARY_MARK, b"").decode("latin-1")


def _begins_as_json(text: str) -> bool:
    return text.lstrip().startswith(("{", "["))
