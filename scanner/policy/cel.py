"""CEL, the expression language of rules: compiling, keeping, evaluating.

Expressions see plain data only and cannot act. A field that is not there makes the official runtime return an error
value, which `&&`, `||`, `all` and `exists` absorb as Kleene's logic does; so a missing field is UNKNOWN for free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from scanner.errors import PackError
from scanner.policy import expression as expressions
from scanner.policy.cel_errors import ErrorReader, EvaluationError, read_compilation
from scanner.policy.truth import Truth
from scanner.policy.variables import FACTS, VARIABLES

if TYPE_CHECKING:
    from cel_expr_python import cel


class Condition(Struct, frozen=True):
    """An evaluated condition."""

    truth: Truth
    missing_key: str = ""
    """The key that an unknown condition did not find."""
    error: str = ""
    """Why a condition could not be evaluated."""


_TRUE, _FALSE = Condition(Truth.TRUE), Condition(Truth.FALSE)


@cache
def _own() -> cel.CelExtension:
    """What tells credentials: `credential` of any value, `secret_value` and `secret_data` of the values of a Secret.

    The one thing that needs more than CEL: it is a table of forms, and outputs mask by the same. Each sees its two
    arguments, the name and the value, and nothing else, and the same ones always give the same text.
    """
    from cel_expr_python import cel

    from scanner.credentials import kind_of
    from scanner.credentials.held import kind_in_encoded, kind_in_secret

    told = {"credential": kind_of, "secret_data": kind_in_encoded, "secret_value": kind_in_secret}
    return cel.CelExtension("assay", [_declared(name, kind) for name, kind in told.items()])


def _declared(name: str, kind: Callable[[str, str], str]) -> cel.FunctionDecl:
    """A function of a name and a value, which may be any data."""
    import json

    from cel_expr_python import cel

    known = lru_cache(maxsize=4096)(kind)  # several rules ask about the same variable

    def called(key: Any, value: Any) -> str:
        return known(str(key), value if isinstance(value, str) else json.dumps(value, default=str))

    dyn = cel.Type.DYN
    return cel.FunctionDecl(name, [cel.Overload(f"{name}_dyn_dyn", cel.Type.STRING, [dyn, dyn], impl=called)])


@cache
def _environment(names: tuple[str, ...]) -> cel.Env:
    from cel_expr_python import cel
    from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings

    extensions = [
        ext_optional.ExtOptional(),
        ext_strings.ExtStrings(),
        ext_math.ExtMath(),
        ext_bindings.ExtBindings(),
        _own(),
    ]
    return cel.NewEnv(variables=dict.fromkeys(names, cel.Type.DYN), extensions=extensions)


def prepare() -> None:
    """Load the runtime now, so that processes forked later need not.

    Raises UnknownRuntimeError for a runtime whose errors cannot be distinguished.
    """
    _error_reader()


@cache
def _error_reader() -> ErrorReader:
    environment = _environment(VARIABLES)
    values = environment.Activation({FACTS: {}})
    return ErrorReader(lambda source: environment.compile(source).eval(values))


def compile_expression(source: str, names: Iterable[str], location: str) -> bytes:
    """The compiled form of an expression that may use the given names.

    Raises PackError with what is wrong with it, and the place in it.
    """
    variables = (*names, *VARIABLES)
    try:
        expression = _environment(variables).compile(source)
    except RuntimeError as error:
        from scanner.policy.cel_syntax import excerpt, explain

        why = read_compilation(error)
        explanation = explain(why, source, variables)
        message = f"not a valid CEL expression: {explanation.sentence}"
        raise PackError(message, location, explanation.hint, excerpt(why, source, explanation)) from None
    return expressions.tree_only(bytes(expression.serialize()))


def load_expression(compiled: bytes) -> cel.Expression:
    """An expression from its compiled form; a twentieth of the time that compiling takes."""
    return _environment(()).deserialize(compiled)


@lru_cache(maxsize=1024)
def kept_expression(compiled: bytes) -> cel.Expression:
    """An expression that is needed again and again, such as that of a message."""
    return load_expression(compiled)


def activation(bindings: Mapping[str, Any]) -> cel.Activation:
    """The values that expressions see, to be shared by all rules about one subject."""
    return _environment(()).Activation(bindings)


def text(expression: cel.Expression, values: cel.Activation) -> str | None:
    """The text that an expression gives; None where it gives something else, or nothing because a field is missing."""
    try:
        found = expression.eval(values)
        result = found.value()
    except RuntimeError:  # such as the end of the runtime's budget of iterations
        return None
    return result if isinstance(result, str) and error_of(found) is None else None


def error_of(value: cel.Value) -> EvaluationError | None:
    """The error that an evaluation gave; None for a value."""
    from cel_expr_python import cel

    return _error_reader().read(str(value.value())) if value.type() == cel.Type.ERROR else None


def evaluate(expression: cel.Expression, values: cel.Activation) -> Condition:
    """Whether a condition holds; anything but a missing key that keeps it from being true or false is an error."""
    try:
        found = expression.eval(values)
        result = found.value()
    except RuntimeError as fault:  # such as the end of the runtime's budget of iterations
        return Condition(Truth.ERROR, error=str(fault))
    if result is True:
        return _TRUE
    if result is False:
        return _FALSE
    return _undecided(found)


def _undecided(found: cel.Value) -> Condition:
    """The truth of a condition that is neither true nor false."""
    error = error_of(found)
    if error is None:
        return Condition(
            Truth.ERROR, error=f"the result is of the type {found.type().name()}, but it must be true or false"
        )
    if error.missing_key is not None:
        return Condition(Truth.UNKNOWN, missing_key=error.missing_key)
    if error.call:
        return Condition(Truth.ERROR, error=f"a field has a type that the rule does not expect ({error.call})")
    return Condition(Truth.ERROR, error=_PLAIN.get(error.message, error.message))


_PLAIN = {"Applying SELECT to non-message type": "a field that must be a mapping has another type"}
"""Messages of the runtime that only its authors understand."""
