"""Why an expression does not compile, in a sentence of our own, and the line of it with a caret under the place.

Where none of the runtime's sentences that stand here is met, its own words are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from scanner.errors import did_you_mean
from scanner.late import regex
from scanner.policy.cel_errors import CompilationError
from scanner.schema_errors import listed

FUNCTIONS = (
    *("all", "bool", "cel.bind", "charAt", "contains", "credential", "double", "duration", "dyn", "endsWith", "exists"),
    *("exists_one", "filter", "format", "has", "hasValue", "indexOf", "int", "join", "lowerAscii", "map", "matches"),
    *("math.greatest", "math.least", "optional.none", "optional.of", "or", "orValue", "replace", "reverse"),
    *(
        "secret_data",
        "secret_value",
        "size",
        "split",
        "startsWith",
        "string",
        "substring",
        "timestamp",
        "trim",
        "type",
        "uint",
        "upperAscii",
        "value",
    ),
)
"""What a rule may call, for near misses."""
_SHOWN = 100
"""Characters of a line that are shown."""
_BEFORE = 60
"""The number of these that are shown before the caret of a longer line."""
_END = "<EOF>"
_ANY_VALUE = "IDENTIFIER"
"""What the runtime lists, among much else, where a value may begin."""


class Explanation(NamedTuple):
    """What is wrong with an expression."""

    sentence: str
    hint: str = ""
    before: int = 0
    """How many characters before the place that the runtime names the fault begins."""


def explain(error: CompilationError, source: str, names: Iterable[str]) -> Explanation:
    """What is wrong with an expression that does not compile, and may use some variables."""
    lines = source.splitlines()
    line = lines[error.line - 1] if 0 < error.line <= len(lines) else ""
    before, at = line[: max(error.column - 1, 0)], line[max(error.column - 1, 0) :]
    for pattern, told in _TOLD:
        if found := pattern.match(error.message):
            return told(found, before, at, tuple(names))
    return Explanation(error.message)


def excerpt(error: CompilationError, source: str, explanation: Explanation) -> tuple[str, ...]:
    """The line of an expression that is wrong, and one with a caret under the place; nothing where none is named."""
    lines = source.splitlines()
    if not error.line or not lines:
        return ()
    ended = error.line > len(lines)  # the end of a text that ends in a line break
    line = lines[-1 if ended else error.line - 1]
    column = len(line) if ended else min(error.column - 1, len(line)) - explanation.before
    start = 0 if len(line) <= _SHOWN else max(0, column - _BEFORE)
    shown = line[start : start + _SHOWN].replace("\t", " ")
    lead = "…" if start else ""
    trail = "…" if start + _SHOWN < len(line) else ""
    return f"{lead}{shown}{trail}", " " * (len(lead) + column - start) + "^"


def _of_token(found: re.Match[str], _before: str, _at: str, _names: Sequence[str]) -> Explanation:
    text = found["text"]
    if text[:1] in "'\"":
        if "\\" in text:
            hint = r"a regular expression's \d is written '\\d', or r'\d'"
            return Explanation(
                "the string that begins here is not closed, or it has an escape sequence that CEL does not support",
                hint,
            )
        return Explanation("the string that begins here is not closed")
    doubled = {"=": "==", "&": "&&", "|": "||"}.get(text[:1])
    if doubled:
        return Explanation(f"`{text[:1]}` is not an operator of CEL", f"write {doubled}")
    return Explanation(f"`{text.strip()}` is not a part of CEL")


def _of_place(found: re.Match[str], _before: str, at: str, _names: Sequence[str]) -> Explanation:
    """A token is found where another one is expected."""
    text, expected = found["text"], found["expected"]
    if expected == _END:
        if text in (")", "]", "}"):
            return Explanation(f"`{text}` has no opening bracket")
        hint = "an operator such as &&, or a bracket before it, may be missing"
        return Explanation(f"`{text}` is not allowed after the text before it", hint)
    wanted = "a value" if _ANY_VALUE in expected else " or ".join(f"`{each}`" for each in _QUOTED.findall(expected))
    if text == _END:
        return Explanation(f"the expression ends where {wanted or expected} is expected", "", -len(at))
    return Explanation(f"found `{text}` where {wanted or expected} is expected")


def _of_input(found: re.Match[str], before: str, at: str, _names: Sequence[str]) -> Explanation:
    text = found["text"]
    if not at.strip() and before.rstrip().endswith(text):  # the place named is the end of the expression
        return Explanation(f"`{text}` must be followed by something", "", len(before) - before.rindex(text))
    return Explanation(f"`{text}` is not allowed here")


def _of_reference(found: re.Match[str], before: str, at: str, names: Sequence[str]) -> Explanation:
    """A variable or a function that is not there."""
    name = found["name"]
    back = next((len(part) for part in (name, name.rpartition(".")[0]) if part and before.endswith(part)), 0)
    first = name.partition(".")[0]
    called = _CALLED.match(before[len(before) - back :] + at)
    if called and any(each.startswith(f"{first}.") for each in FUNCTIONS):
        return Explanation(f"there is no function `{called['name']}`", did_you_mean(called["name"], FUNCTIONS), back)
    if not at.startswith("("):
        hint = did_you_mean(first, names) or f"known: {listed(sorted(names))}"
        return Explanation(f"there is no variable `{first}`", hint, back)
    if name in FUNCTIONS:
        return Explanation(f"`{name}` does not take this number or these types of values", "", back)
    return Explanation(f"there is no function `{name}`", did_you_mean(name, FUNCTIONS), back)


def _of_types(found: re.Match[str], _before: str, _at: str, _names: Sequence[str]) -> Explanation:
    operator = found["name"].strip("_").replace("_", "") if found["name"].startswith(("_", "!", "-")) else found["name"]
    return Explanation(f"`{operator}` does not take values of the types {found['types']}")


def _of_word(found: re.Match[str], _before: str, _at: str, _names: Sequence[str]) -> Explanation:
    return Explanation(f"`{found['name']}` is a reserved word of CEL")


def _of_has(_found: re.Match[str], _before: str, _at: str, _names: Sequence[str]) -> Explanation:
    return Explanation("has() takes a field of a value", "write has(object.spec), not has(object)")


_CALLED = regex(r"(?P<name>\w+(?:\.\w+)+)\(")
"""A function of a namespace, such as `math.least(`."""
_QUOTED = regex(r"'([^']+)'")
_TOLD: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str, str, Sequence[str]], Explanation]], ...] = (
    (regex(r"Syntax error: token recognition error at: '(?P<text>.+)'$", re.DOTALL), _of_token),
    (
        regex(r"Syntax error: (?:extraneous|mismatched) input '(?P<text>.+?)' expecting (?P<expected><EOF>|.+)"),
        _of_place,
    ),
    (regex(r"Syntax error: no viable alternative at input '(?P<text>.+)'"), _of_input),
    (regex(r"undeclared reference to '(?P<name>[^']+)'"), _of_reference),
    (regex(r"found no matching overload for '(?P<name>[^']+)' applied to '(?P<types>[^']+)'"), _of_types),
    (regex(r"reserved identifier: (?P<name>\w+)"), _of_word),
    (regex(r"has\(\) argument must be a field selection"), _of_has),
)
"""The runtime's messages, each with the message that replaces it."""
