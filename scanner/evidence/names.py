"""Names of files in a pack: letters, digits and a few signs that no tool treats in a special way."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.late import regex

_OTHER = regex(r"[^A-Za-z0-9._+~-]+")
_LONGEST = 100


def file_name(text: str) -> str:
    """A text as the name of a file: `LLM06:2025` is `LLM06-2025`."""
    return _OTHER.sub("-", text).strip("-.")[:_LONGEST] or "unnamed"


def file_names(texts: Iterable[str]) -> dict[str, str]:
    """Texts as names of files in one folder, no two of which are the same, also where capitals do not count."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for text in dict.fromkeys(texts):
        name, number = file_name(text), 1
        while name.casefold() in taken:
            number += 1
            name = f"{file_name(text)}~{number}"
        taken.add(name.casefold())
        names[text] = name
    return names
