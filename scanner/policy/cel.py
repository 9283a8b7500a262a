"""CEL, the expression language of rules: compiling, keeping, evaluating.

Expressions see plain data only and cannot act. A field that is not there makes the official runtime return an error
value, which `&&`, `||`, `all` and `exists` absorb as Kleene's logic does; so a missing field is UNKNOWN for free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from scanner.errors import PackError
from scanner.model import Outcome

if TYPE_CHECKING:
    from cel_expr_python import cel

_MISSING = "NOT_FOUND"
_COMMON = ("facts", "params", "item", "key", "cluster")


@cache
def _own() -> cel.CelExtension:
    """`credential(name, value)`: what credential a value is, or holds, by its form and the name it stands under.

    The one thing that needs more than CEL: it is a table of forms, and outputs mask by the same. It sees its two
    arguments and nothing else, and the same ones always give the same text.
    """
    import json

    from cel_expr_python import cel

    from scanner.credentials import kind_of

    def credential(name: Any, value: Any) -> str:
        return kind_of(str(name), value if isinstance(value, str) else json.dumps(value, default=str))

    dyn = cel.Type.DYN
    overload = cel.Overload("credential_dyn_dyn", cel.Type.STRING, [dyn, dyn], impl=credential)
    return cel.CelExtension("assay", [cel.FunctionDecl("credential", [overload])])


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
    """Load the runtime now, so that processes forked later need not."""
    _environment(())


def compile_expression(source: str, names: Iterable[str], location: str) -> bytes:
    """The compiled form of an expression that may use the given names.

    Raises PackError with what CEL says of it.
    """
    try:
        expression = _environment((*names, *_COMMON)).compile(source)
    except RuntimeError as error:
        reason = str(error).removeprefix("INVALID_ARGUMENT: ").splitlines()[0]
        raise PackError(f"not a valid CEL expression: {reason}", location, source) from None
    return bytes(expression.serialize())


def load_expression(compiled: bytes) -> cel.Expression:
    """An expression from its compiled form; a twentieth of the time that compiling takes."""
    return _environment(()).deserialize(compiled)


def activation(bindings: Mapping[str, Any]) -> cel.Activation:
    """The values that expressions see, to be shared by all rules about one subject."""
    return _environment(()).Activation(bindings)


def text(expression: cel.Expression, values: cel.Activation) -> str:
    """The text that an expression gives; empty where it gives none."""
    result = expression.eval(values).value()
    return result if isinstance(result, str) else ""


def evaluate(expression: cel.Expression, values: cel.Activation) -> tuple[Outcome, str]:
    """PASS or FAIL for true or false, UNKNOWN for a missing field, ERROR with the reason for anything else."""
    try:
        result = expression.eval(values).value()
    except RuntimeError as error:  # such as the end of the runtime's budget of iterations
        return Outcome.ERROR, str(error)
    if result is True:
        return Outcome.PASS, ""
    if result is False:
        return Outcome.FAIL, ""
    if isinstance(result, str) and result.startswith(_MISSING):
        return Outcome.UNKNOWN, result.partition(": ")[2]
    return Outcome.ERROR, str(result)
