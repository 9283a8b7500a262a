"""CODEOWNERS: where the file lies, and whether a person owns a path."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from scanner import documents, safe_read
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.limits import MIB
from scanner.sources import git
from scanner.waived import CodeOwners

if TYPE_CHECKING:
    import codeowners

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where GitHub and GitLab look for the file, from the top of the work tree; the first counts."""
_MOST_LINES = 5000
_MOST_WILDCARDS = 3
"""In one pattern. It becomes a regular expression, whose time grows with each wildcard."""
_LONGEST_PATTERN = 300
_LONGEST_PATH = 500
_WILDCARDS = regex(r"\*+")
_SECTION = regex(r"\^?\[[^\]]*\]\s*$")
"""A heading of GitLab that says nothing but the name of a section."""


class Ownership(Struct, frozen=True):
    """Whether a person owns a path, and why not."""

    owns: bool
    why_not: str = ""


def read(folder: str) -> CodeOwners:
    """The CODEOWNERS file of the work tree around a folder; an empty one where there is none.

    A link is not read, and neither is a file that is not text.
    """
    top = git.top(os.path.realpath(folder))
    if not top:
        return CodeOwners()
    below = os.path.relpath(os.path.realpath(folder), top)
    for place in PLACES:
        try:
            text = documents.decode(safe_read.read(os.path.join(top, place), MIB, follow=False))
        except UnreadableError:
            continue
        return CodeOwners(place, text, "" if below == "." else f"{below}/")
    return CodeOwners()


def owns(file: CodeOwners, person: str, path: str) -> Ownership:
    """Whether a CODEOWNERS file names a person for a path from the root of the scan."""
    if not file.path:
        return Ownership(owns=False)
    parsed = _parsed(file.text)
    if isinstance(parsed, str):
        return Ownership(owns=False, why_not=f"{file.path} is not used: {parsed}")
    whole = f"{file.below}{path}"
    if len(whole) > _LONGEST_PATH:
        return Ownership(owns=False, why_not=f"{file.path} is not used for a path of {len(whole)} characters")
    named = [owner for _, owner in parsed.of(whole)]
    if same(person, named):
        return Ownership(owns=True)
    return Ownership(owns=False, why_not=f"{file.path} does not name {person} for {whole}")


def is_named(file: CodeOwners, person: str) -> bool:
    """Whether a CODEOWNERS file names a person for any path."""
    parsed = _parsed(file.text) if file.path else ""
    return not isinstance(parsed, str) and any(
        same(person, [owner for _, owner in owners]) for _, _, owners, _, _ in parsed.paths
    )


def same(person: str, names: Sequence[str]) -> bool:
    """Whether some names include a person: hosts know names without regard to case, and write `@` before them."""
    return person.casefold().removeprefix("@") in {name.casefold().removeprefix("@") for name in names}


@lru_cache(maxsize=4)
def _parsed(text: str) -> codeowners.CodeOwners | str:
    """The owners of a text, or why it is not used: with a line left out, another one would count in its place."""
    lines = text.splitlines()
    if len(lines) > _MOST_LINES:
        return f"it has more than {_MOST_LINES} lines"
    for number, line in enumerate(lines, 1):
        if why := _unusable(line.strip()):
            return f"line {number} {why}"
    from codeowners import CodeOwners as Parsed

    try:
        return Parsed(text)
    except (ValueError, re.error) as error:
        return f"it cannot be read: {error}"


def _unusable(line: str) -> str:
    """Why a line cannot be evaluated; empty where it can."""
    pattern = line.replace("\\ ", "__").split(maxsplit=1)[0] if line and not line.startswith("#") else ""
    if pattern.startswith(("[", "^[")):
        return "" if _SECTION.fullmatch(line) else "is a section with owners or approvals of its own"
    if "[" in pattern or "!" in pattern[:1]:
        return "has a pattern that CODEOWNERS does not define"
    if len(pattern) > _LONGEST_PATTERN or len(_WILDCARDS.findall(pattern)) > _MOST_WILDCARDS:
        return f"has more than {_MOST_WILDCARDS} wildcards, or more than {_LONGEST_PATTERN} characters"
    return ""
