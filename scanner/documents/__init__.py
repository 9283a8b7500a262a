"""Bytes -> documents: plain data with a place for every key and value. The only room that parses YAML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar, assert_never

from msgspec import Struct

from scanner.documents import json_text, yaml_text
from scanner.documents.classify import (
    JSON_SUFFIXES,
    YAML_SUFFIXES,
    BinaryContent,
    EmptyText,
    Language,
    Text,
    classify,
    decode,
    is_utf16,
    text_of,
)
from scanner.documents.parsed import Parsed, ParseFault
from scanner.documents.positions import Node
from scanner.errors import UnreadableError
from scanner.limits import DEFAULTS, Limits
from scanner.marks import keyless, line_of
from scanner.places import Origin

if TYPE_CHECKING:
    from scanner.documents import markdown

__all__ = [
    "JSON_SUFFIXES",
    "YAML_SUFFIXES",
    "BinaryContent",
    "Document",
    "EmptyText",
    "Fault",
    "Language",
    "Text",
    "classify",
    "decode",
    "is_utf16",
    "read",
    "read_text",
]

_Part = TypeVar("_Part")
_PLAIN = ("", "text", "txt", "plain", "plaintext")
"""Labels of code blocks that are of no language."""


class Document(Struct, frozen=True):
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


class Fault(Struct, frozen=True):
    """A part of an input that cannot be read: why, its 1-based line, and its text."""

    message: str
    line: int
    text: str
    embedded: bool = False
    """It is in a code block of a Markdown file."""
    format: str = ""
    """What could not be read: yaml, json, call, sketch (a call that leaves something out), plain or block.

    The last two are code blocks of no language and of one that is not read, given where they may hold calls.
    """
    path: str = ""
    relaxed: Document | None = None
    """The document of a text that is JSON except for comments or a trailing comma."""


def read(path: str, text: str, limits: Limits = DEFAULTS) -> Iterator[Document | Fault]:
    """The documents of a text in order, and a fault for each part that cannot be read or passes a limit."""
    return read_text(text_of(path, text), limits)


def read_text(told: Text, limits: Limits = DEFAULTS) -> Iterator[Document | Fault]:
    """The documents of a text whose language is known, as `read` gives them."""
    if told.perhaps_json and (document := _whole_json(told.text, Origin(told.path), limits)):
        yield document
        return
    if told.perhaps_json and json_text.is_stream_of_objects(told.text):
        yield from _json(told.text, Origin(told.path), limits)
        return
    match told.language:
        case Language.YAML:
            yield from _yaml(told.text, Origin(told.path), limits)
        case Language.JSON:
            yield from _json(told.text, Origin(told.path), limits)
        case Language.SCRIPT:
            yield from _script(told.text, Origin(told.path), limits)
        case Language.MARKDOWN:
            yield from _markdown(told.text, told.path, limits)
        case _:
            assert_never(told.language)


def _bounded(
    parts: Iterator[_Part | ParseFault], limits: Limits, line: Callable[[_Part], int]
) -> Iterator[_Part | ParseFault]:
    """Parts up to a number of documents, and of faults: each fault is a new start, so that many take for ever.

    `line` gives the 0-based line of a document.
    """
    documents = faults = 0
    for part in parts:
        if isinstance(part, ParseFault):
            faults += 1
            yield part
            if faults == limits.faults:
                yield ParseFault(f"{limits.passed('faults')}: the rest of the text is not read", part.line)
                return
        else:
            documents += 1
            if documents > limits.documents:
                yield ParseFault(limits.passed("documents"), line(part))
                return
            yield part


def _yaml(text: str, origin: Origin, limits: Limits) -> Iterator[Document | Fault]:
    embedded = bool(origin.first_line)
    for parsed in _bounded(yaml_text.parse(text, limits), limits, lambda parsed: line_of(parsed.mark)):
        if isinstance(parsed, ParseFault):
            yield Fault(parsed.message, origin.first_line + parsed.line + 1, text, embedded, "yaml", origin.path)
        else:
            yield _document("yaml", parsed, origin)


def _whole_json(text: str, origin: Origin, limits: Limits) -> Document | None:
    """The document of a text that is JSON to its end; None for any other."""
    try:
        return _document("json", json_text.parse(text, limits), origin)
    except UnreadableError:
        return None


def _json(text: str, origin: Origin, limits: Limits) -> Iterator[Document | Fault]:
    try:
        yield _document("json", json_text.parse(text, limits), origin)
    except UnreadableError as error:
        line, embedded = origin.first_line + error.line + 1, bool(origin.first_line)
        yield Fault(error.message, line, text, embedded, "json", origin.path, _relaxed(text, origin, limits))


def _relaxed(text: str, origin: Origin, limits: Limits) -> Document | None:
    """The document of a JSON text with comments; None for any other that is not JSON."""
    try:
        return _document("json", json_text.parse(text, limits, relaxed=True), origin)
    except UnreadableError:
        return None


def _script(text: str, origin: Origin, limits: Limits) -> Iterator[Document | Fault]:
    from scanner.documents import javascript

    if not javascript.might_hold_calls(text):
        return
    for call in _bounded(javascript.parse(text, limits), limits, lambda call: line_of(call.arguments.mark)):
        if isinstance(call, ParseFault):
            line, kind = origin.first_line + call.line + 1, "sketch" if call.sketch else "call"
            yield Fault(call.message, line, text, bool(origin.first_line), kind, origin.path)
        else:
            yield _document("call", call.arguments, origin, call.name)


def _unread(fence: markdown.CodeBlock, path: str) -> Iterator[Fault]:
    """A code block of a language that is not read, where it may hold calls."""
    from scanner.documents import javascript

    if javascript.might_hold_calls(fence.text):
        kind = "plain" if fence.label in _PLAIN else "block"
        yield Fault("a code block that Assay does not read", fence.first_line + 1, fence.text, True, kind, path)


def _markdown(text: str, path: str, limits: Limits) -> Iterator[Document | Fault]:
    from scanner.documents import markdown as reader

    readers = {"yaml": _yaml, "json": _json, "javascript": _script}
    fences, prose = reader.parse(text)
    for fence in fences:
        if fence.language:
            yield from readers[fence.language](fence.text, Origin(path, fence.first_line, fence.columns), limits)
        else:
            yield from _unread(fence, path)
    marks = [keyless((line, 0), (line, len(words))) for line, words in enumerate(prose)]
    yield Document("prose", Origin(path), Node(prose, keyless((0, 0), (len(prose), 0), marks)))


def _document(kind: str, parsed: Parsed, origin: Origin, name: str = "") -> Document:
    return Document(kind, origin, Node(parsed.data, parsed.mark), name, tuple(parsed.duplicates), parsed.has_null)
