"""Bytes -> documents: plain data with a place for every key and value. The only room that parses YAML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from scanner.documents import json_text, yaml_text
from scanner.documents.parsed import Broken, Parsed
from scanner.documents.positions import Node
from scanner.errors import UnreadableError
from scanner.limits import DEFAULTS, Limits
from scanner.marks import keyless, line_of
from scanner.model import Origin

YAML_SUFFIXES = (".yaml", ".yml")
JSON_SUFFIXES = (".json",)
SCRIPT_SUFFIXES = (".js", ".mjs", ".cjs", ".ts")

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MANIFEST = re.compile(r"^apiVersion[ \t]*:", re.MULTILINE)
_FIRST_LINE = re.compile(r"(?:[ \t]*(?:#[^!].*)?\n)*+(?:---|[{\[]|[\w\"'./-]+[ \t]*:)")
"""How a text starts that may be a manifest under another name; a program that holds one does not."""
_CONTENT = re.compile(r"^(?![ \t]*(?:#|$|---[ \t]*(?:#|$)|\.\.\.[ \t]*$))", re.MULTILINE)
"""The first line of a YAML text that is more than a comment or the start or end of a document."""
_Part = TypeVar("_Part")
_FENCE = re.compile(r"^[ \t>]*(?:```|~~~)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of an input.

    `format` is yaml, json, call (the root is the list of arguments, `name` the function) or prose (the root is the
    list of lines, empty where a code block stands).
    """

    format: str
    origin: Origin
    root: Node
    name: str = ""
    duplicates: tuple[tuple[str, int, int], ...] = ()
    """(key, 0-based line, 0-based column) of each repeated key; the last value is the one in the data."""
    has_null: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A part of an input that cannot be read: why, its 1-based line, and its text."""

    message: str
    line: int
    text: str
    embedded: bool = False
    """It stands in a code block of a Markdown file."""
    format: str = ""
    """`json` for a JSON text; these are as often no concern of Assay's."""


def is_text(content: bytes) -> bool:
    """Whether content may be text: no NUL in its first kilobytes, unless it says that it is UTF-16."""
    return b"\0" not in content[:4096] or is_utf16(content)


def is_utf16(content: bytes) -> bool:
    """Whether content says that it is UTF-16."""
    return content[:2] in _UTF16_MARKS


def is_ours(path: str) -> bool:
    """Whether a file of this name is one that people write manifests, specs and configurations in."""
    return path.lower().endswith((*YAML_SUFFIXES, *JSON_SUFFIXES))


def is_bare(path: str, text: str) -> str:
    """Why there is nothing to read in a text; empty where there is something."""
    if not text.strip():
        return "empty"
    return "only comments" if path.lower().endswith(YAML_SUFFIXES) and not _CONTENT.search(text) else ""


def decode(content: bytes) -> str:
    """The text of an input.

    UTF-8 with or without a byte-order mark, or UTF-16 with one; raises UnreadableError for anything else. Every line
    ends in a line feed.
    """
    encoding = "utf-16" if is_utf16(content) else "utf-8-sig"
    try:
        return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"not {encoding.removesuffix('-sig').upper()} text: {error.reason} at line {line}"
        raise UnreadableError(message, line) from None


def read(path: str, text: str, limits: Limits = DEFAULTS) -> Iterator[Document | Fault]:
    """The documents of a text in order, and a fault for each part that cannot be read or passes a limit."""
    lowered = path.lower()
    if lowered.endswith(YAML_SUFFIXES):
        yield from _yaml(text, Origin(path), limits)
    elif lowered.endswith(JSON_SUFFIXES):
        yield from _json(text, Origin(path), limits)
    elif lowered.endswith(SCRIPT_SUFFIXES):
        yield from _script(text, Origin(path), limits)
    elif document := _whole_json(text, Origin(path), limits):
        yield document
    elif _MANIFEST.search(text) and _FIRST_LINE.match(text) and not _FENCE.search(text):
        yield from _yaml(text, Origin(path), limits)
    else:
        yield from _markdown(text, path, limits)


def read_stream(path: str, text: str, limits: Limits = DEFAULTS) -> Iterator[Document | Fault]:
    """The documents of a text without a file name, such as standard input: JSON, YAML or Markdown by its start."""
    if document := _whole_json(text, Origin(path), limits):
        yield document
    elif (fence := _FENCE.search(text)) and not _MANIFEST.search(text, 0, fence.start()):
        yield from _markdown(text, path, limits)
    else:
        yield from _yaml(text, Origin(path), limits)


def _bounded(parts: Iterator[_Part | Broken], limits: Limits, line: Callable[[_Part], int]) -> Iterator[_Part | Broken]:
    """Parts up to a number of documents, and of faults: each fault is a new start, so that many take for ever.

    `line` gives the 0-based line of a document.
    """
    documents = faults = 0
    for part in parts:
        if isinstance(part, Broken):
            faults += 1
            yield part
            if faults == limits.faults:
                yield Broken(f"{limits.passed('faults')}: the rest is not read", part.line)
                return
        else:
            documents += 1
            if documents > limits.documents:
                yield Broken(limits.passed("documents"), line(part))
                return
            yield part


def _yaml(text: str, origin: Origin, limits: Limits) -> Iterator[Document | Fault]:
    embedded = bool(origin.first_line)
    for parsed in _bounded(yaml_text.parse(text, limits), limits, lambda parsed: line_of(parsed.mark)):
        if isinstance(parsed, Broken):
            yield Fault(parsed.message, origin.first_line + parsed.line + 1, text, embedded)
        else:
            yield _document("yaml", parsed, origin)


def _whole_json(text: str, origin: Origin, limits: Limits) -> Document | None:
    """The document of a text that is JSON by its content; None for any other."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return _document("json", json_text.parse(text, limits), origin)
    except UnreadableError:
        return None


def _json(text: str, origin: Origin, limits: Limits) -> Iterator[Document | Fault]:
    try:
        yield _document("json", json_text.parse(text, limits), origin)
    except UnreadableError as error:
        yield Fault(error.message, origin.first_line + error.line + 1, text, bool(origin.first_line), "json")


def _script(text: str, origin: Origin, limits: Limits) -> Iterator[Document | Fault]:
    from scanner.documents import javascript

    if not javascript.might_hold_calls(text):
        return
    for call in _bounded(javascript.parse(text, limits), limits, lambda call: line_of(call.arguments.mark)):
        if isinstance(call, Broken):
            yield Fault(call.message, origin.first_line + call.line + 1, text, bool(origin.first_line))
        else:
            yield _document("call", call.arguments, origin, call.name)


def _markdown(text: str, path: str, limits: Limits) -> Iterator[Document | Fault]:
    from scanner.documents import markdown

    readers = {"yaml": _yaml, "json": _json, "javascript": _script}
    fences, prose = markdown.parse(text)
    for fence in fences:
        yield from readers[fence.language](fence.text, Origin(path, fence.first_line, fence.columns), limits)
    marks = [keyless((line, 0), (line, len(words))) for line, words in enumerate(prose)]
    yield Document("prose", Origin(path), Node(prose, keyless((0, 0), (len(prose), 0), marks)))


def _document(kind: str, parsed: Parsed, origin: Origin, name: str = "") -> Document:
    return Document(kind, origin, Node(parsed.data, parsed.mark), name, tuple(parsed.duplicates), parsed.has_null)
