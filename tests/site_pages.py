"""The pages of the documentation site as `docs/generate.py` makes them, and what a reader of Markdown sees in them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"
READER = MarkdownIt("commonmark").enable("table")
_ATTRIBUTES = re.compile(r" \{: (?:#(\S+) ?)?[^}]*\}$")
"""What Python-Markdown takes from the end of a heading."""


@cache
def module(name: str) -> ModuleType:
    """One of the modules that write the pages, which find each other in their own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DOCS))
        return importlib.import_module(name)


@cache
def loaded() -> Any:
    """The data that pages are written from."""
    return module("data").load()


@cache
def generated() -> dict[str, str]:
    """The pages that data gives: path in the site -> text."""
    pages: dict[str, str] = module("generate").generated(loaded())
    return pages


@cache
def by_hand() -> dict[str, str]:
    """The pages that are written by hand, as they stand in the site, and the files that they link to."""
    found = module("guides").pages(loaded())
    return {path: content if isinstance(content, str) else "" for path, content in found.items()}


@cache
def parsed(text: str) -> list[Token]:
    return READER.parse(text)


def inlines(tokens: list[Token]) -> Iterator[list[Token]]:
    return (token.children or [] for token in tokens if token.type == "inline")


def shown(tokens: list[Token]) -> str:
    """The text that a reader sees."""
    told = (token for token in tokens if token.type != "html_inline")
    return "".join(" " if token.type in {"softbreak", "hardbreak"} else token.content for token in told)


def links(tokens: list[Token]) -> Iterator[str]:
    """The addresses of links and images."""
    for token in (token for children in inlines(tokens) for token in children):
        if address := str(token.attrs.get("href") or token.attrs.get("src") or ""):
            yield address


@cache
def anchors(text: str) -> frozenset[str]:
    """The names of headings: those that they state, else those that a code host gives them."""
    tokens = parsed(text)
    found: list[str] = []
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            words = shown(tokens[index + 1].children or [])
            stated = _ATTRIBUTES.search(words)
            words = _ATTRIBUTES.sub("", words)
            name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            name = (stated and stated[1]) or name
            found.append(f"{name}-{found.count(name)}" if name in found else name)
    return frozenset(found)
