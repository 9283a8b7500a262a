"""The `{placeholders}` of a rule's message."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scanner.documents.positions import split_path
from scanner.late import regex

_PLACEHOLDER = regex(r"\{([^{}]+)\}")


def placeholders(text: str) -> Iterator[tuple[str, ...]]:
    """The path of each placeholder: a name that expressions know, `subject` or `detail`, and the fields behind it."""
    for match in _PLACEHOLDER.finditer(text):
        if path := split_path(match[1]):
            yield path


def replace(text: str, value: Callable[[tuple[str, ...]], str]) -> str:
    """The text with each placeholder replaced by what is given for its path."""
    return _PLACEHOLDER.sub(lambda match: value(split_path(match[1])), text)
