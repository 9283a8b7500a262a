"""Variables in the values of a Compose file: `$NAME`, `${NAME}`, `${NAME:-default}`.

The values are those of the shell that deploys, so they are not in the file. A default is: it counts where one is given,
unless the same file requires the variable elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from scanner.late import regex

_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_REQUIRED = regex(r"(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*):\?")
_WITH_DEFAULT = regex(r"(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*):?-")
_USED = regex(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
FILLED = "{{"
"""What begins a place that a template engine, such as that of Ansible, fills before Docker reads the file."""
_DEEPEST = 8
"""Defaults in defaults that are followed."""


class Substituted(NamedTuple):
    """A value with the defaults of its variables."""

    text: str
    """Variables without a default stay as they are written."""
    known: bool
    """Every variable has a default, and no template fills a part of it."""


def substitute(text: str, depth: int = 0) -> Substituted:
    """A text with its variables replaced by their defaults; `$$` is a dollar sign. What a template fills is unknown."""
    plain = not (FILLED in text and "}}" in text)
    if "$" not in text:
        return Substituted(text, plain)
    parts = [*_parts(text, _closings(text), depth)]
    return Substituted("".join(part.text for part in parts), plain and all(part.known for part in parts))


def required_in(value: Any) -> set[str]:
    """The variables that a file cannot be deployed without, as `${NAME:?}` in any value of it says.

    One in the default of another variable is not required: only where that is not set is it looked at.
    """
    if isinstance(value, dict | list):
        return {name for each in (value.values() if isinstance(value, dict) else value) for name in required_in(each)}
    if not isinstance(value, str) or ":?" not in value:
        return set()
    found = _REQUIRED.finditer(value)
    return {match[1] for match in found if value.count("{", 0, match.start()) == value.count("}", 0, match.start())}


def without_defaults(value: Any, names: Collection[str]) -> Any:
    """The same value, in which these variables have no default: `${NAME}` in place of `${NAME:-default}`."""
    if isinstance(value, dict):
        return {key: without_defaults(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [without_defaults(each, names) for each in value]
    if not isinstance(value, str) or "-" not in value:
        return value
    for match in reversed([match for match in _WITH_DEFAULT.finditer(value) if match[1] in names]):
        if end := _closings(value).get(match.start() + 1):
            value = value[: match.end(1)] + value[end:]
    return value


def variables_in(text: str) -> list[str]:
    """The names of the variables in a text."""
    return _USED.findall(text)


def _parts(text: str, closings: Mapping[int, int], depth: int) -> Iterator[Substituted]:
    at = 0
    while at < len(text):
        start = text.find("$", at)
        if start < 0:
            yield Substituted(text[at:], True)
            return
        yield Substituted(text[at:start], True)
        part, at = _variable(text, start, closings, depth)
        yield part


def _variable(text: str, start: int, closings: Mapping[int, int], depth: int) -> tuple[Substituted, int]:
    """What stands at a dollar sign, and where it ends."""
    after = text[start + 1 : start + 2]
    if after == "$":
        return Substituted("$", True), start + 2
    name = _NAME.match(text, start + (2 if after == "{" else 1))
    if after == "{" and name and start + 1 in closings:
        end = closings[start + 1]
        return _braced(text[start : end + 1], text[name.end() : end], depth), end + 1
    if after != "{" and name:
        return Substituted(text[start : name.end()], False), name.end()
    return Substituted("$", True), start + 1


def _braced(whole: str, operator: str, depth: int) -> Substituted:
    default = operator[2:] if operator.startswith(":-") else operator[1:] if operator.startswith("-") else None
    if default is None or depth >= _DEEPEST:
        return Substituted(whole, False)
    return substitute(default, depth + 1)


def _closings(text: str) -> dict[int, int]:
    """Where each brace that is opened is closed."""
    opened: list[int] = []
    found: dict[int, int] = {}
    for at, char in enumerate(text):
        if char == "{":
            opened.append(at)
        elif char == "}" and opened:
            found[opened.pop()] = at
    return found
