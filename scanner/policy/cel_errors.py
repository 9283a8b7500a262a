"""What the CEL runtime says of expressions that fail, as data.

No module but this one and `cel_syntax` reads the runtime's words.

An evaluation that fails gives a value of the type ERROR, whose text is a status code, a colon and a sentence. Nothing
but that text tells a missing key from other errors, so its wording is learnt from the runtime at hand, not assumed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from scanner.late import regex

if TYPE_CHECKING:
    from cel_expr_python import cel

_NO_OVERLOAD = regex(r"No matching overloads found : (?P<call>.*)", re.DOTALL)
"""At evaluation: no function of this name takes values of these types; such as `(int64).size()`."""
_CALL_OF_LIST = regex(r"\(list\)\.(?P<function>\w+)\(")
_COMPILATION = regex(r"(?:INVALID_ARGUMENT: )?(?:ERROR: <input>:(?P<line>\d+):(?P<column>\d+): )?(?P<message>.*)")
"""The first line of a compilation error."""
_CONTAINER = " (in container '')"
_NO_OVERLOAD_OF = regex(r"no matching overload for '(?P<function>\w+)'")
"""At compilation."""
_NOT_IMPLEMENTED = "UNIMPLEMENTED"
"""The status code that the runtime gives a NotImplementedError of a function in Python."""
_QUOTES = "\"'`"


class UnknownRuntimeError(RuntimeError):
    """The installed CEL runtime reports missing fields in a way that cannot be distinguished from other errors."""


class EvaluationError(Struct, frozen=True):
    """Why an evaluation gave no value."""

    code: str
    """The status code, such as NOT_FOUND."""
    message: str
    """The runtime's sentence."""
    missing_key: str | None = None
    """The key that a mapping does not have, where that is the error."""
    call: str = ""
    """The call that no function answers, with the types of its arguments, where that is the error."""

    @property
    def not_implemented(self) -> bool:
        """Whether a function in Python refused to answer; the message is its own."""
        return self.code == _NOT_IMPLEMENTED

    @property
    def function_of_list(self) -> str:
        """The name of the function that the runtime does not have for lists; empty for any other error."""
        found = _CALL_OF_LIST.match(self.call)
        return found["function"] if found else ""


class CompilationError(Struct, frozen=True):
    """Why an expression does not compile."""

    message: str
    line: int = 0
    """1-based line in the expression, 0 where the runtime names none."""
    column: int = 0
    function: str = ""
    """The function that does not take values of these types, where that is the error."""


class ErrorReader:
    """Reads the errors of evaluations.

    `evaluate` gives the result of an expression in which `facts` is an empty mapping. Raises UnknownRuntimeError where
    a missing key cannot be distinguished from other errors.
    """

    def __init__(self, evaluate: Callable[[str], cel.Value]) -> None:
        self._missing = _before_missing_key(evaluate)

    def read(self, text: str) -> EvaluationError:
        """The error with a text."""
        code, _, message = text.partition(": ")
        key = _unquoted(text.removeprefix(self._missing)) if text.startswith(self._missing) else None
        overload = _NO_OVERLOAD.match(message)
        return EvaluationError(code, message or code, key, overload["call"].strip() if overload else "")


def _before_missing_key(evaluate: Callable[[str], cel.Value]) -> str:
    """The text before the key in every error about a missing key, and in no other error."""
    keys = {"facts.assay": "assay", "facts['another key']": "another key", "facts['assay'].inner": "assay"}
    texts = {source: str(evaluate(source).value()) for source in keys}
    starts = {text.partition(keys[source])[0].rstrip(_QUOTES) for source, text in texts.items()}
    others = [
        str(evaluate(source).value())
        for source in ("1 / facts.size() == 1", "[facts, 1][1] < 'assay'", "[facts, 1][1].inner")
    ]
    start = min(starts)
    named = all(key in texts[source] for source, key in keys.items())
    if len(starts) > 1 or not start or not named or any(text.startswith(start) for text in others):
        raise UnknownRuntimeError(
            f"the installed cel-expr-python reports a missing field as {min(texts.values())!r} and another error as"
            f" {others[0]!r}, which Assay cannot distinguish; install a version that it is tested with (0.1.3)"
        )
    return start


def _unquoted(key: str) -> str:
    return key[1:-1] if len(key) > 1 and key[0] == key[-1] and key[0] in _QUOTES else key


def read_compilation(error: RuntimeError) -> CompilationError:
    """What the runtime raised when it compiled an expression."""
    lines = str(error).splitlines() or [""]
    found = _COMPILATION.fullmatch(lines[0])
    assert found is not None  # noqa: S101 - every part of the pattern may be missing
    overload = _NO_OVERLOAD_OF.search(found["message"])
    return CompilationError(
        found["message"].removesuffix(_CONTAINER),
        int(found["line"] or 0),
        int(found["column"] or 0),
        overload["function"] if overload else "",
    )
