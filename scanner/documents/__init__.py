"""Bytes -> documents: plain data with a place for every key and value. The only room that parses YAML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from scanner.documents import json_text, texts
from scanner.documents.classify import (
    JSON_SUFFIXES,
    YAML_SUFFIXES,
    BinaryContent,
    EmptyText,
    Language,
    Text,
    classify,
    decode,
    is_page,
    is_utf16,
    text_of,
)
from scanner.documents.document import Document, Fault
from scanner.documents.positions import Node
from scanner.limits import DEFAULTS, Limits
from scanner.marks import keyless
from scanner.places import Origin

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
    "is_page",
    "is_utf16",
    "lines",
    "read",
    "read_text",
]


def read(path: str, text: str, limits: Limits = DEFAULTS) -> Iterator[Document | Fault]:
    """The documents of a text in order, and a fault for each part that cannot be read or passes a limit."""
    return read_text(text_of(path, text), limits)


def lines(told: Text) -> Iterator[Document]:
    """The document of a file of environment variables: all lines of a text."""
    found = told.text.split("\n")
    marks = [keyless((number, 0), (number, len(line))) for number, line in enumerate(found)]
    yield Document("variables", Origin(told.path), Node(found, keyless((0, 0), (len(found), 0), marks)))


def read_text(told: Text, limits: Limits = DEFAULTS) -> Iterator[Document | Fault]:
    """The documents of a text whose language is known, as `read` gives them."""
    text, origin = told.text, Origin(told.path)
    if told.perhaps_json and (found := texts.whole_json(text, origin, limits)):
        yield from found
        return
    if told.perhaps_json and json_text.is_stream_of_objects(text):
        yield from texts.json(text, origin, limits)
        return
    if told.language is Language.MARKDOWN and texts.is_json_template(told.path):
        yield from texts.json_template(text, origin, limits)
        return
    match told.language:
        case Language.YAML:
            yield from texts.yaml(text, origin, limits)
        case Language.JSON:
            yield from texts.json(text, origin, limits, relaxed=texts.commented(told.path))
        case Language.TOML:
            yield from texts.toml(text, origin, limits)
        case Language.SCRIPT:
            from scanner.documents import pages

            yield from pages.script(text, origin, limits)
        case Language.MARKDOWN:
            from scanner.documents import pages

            yield from pages.page(text, told.path, limits)
        case _:
            assert_never(told.language)
