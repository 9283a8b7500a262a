"""The expressions of policies: composed with the variables they use, compiled, and evaluated as a cluster does.

A variable is bound where it is used, so that it is evaluated at most where a cluster would evaluate it, and an error in
it is an error of what uses it. What no file can tell (who asks, what an authorizer says, a Namespace that is not among
the objects) stays unbound: CEL gives an answer where it does not matter, and says so where it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from scanner.admission import cel_tokens, functions
from scanner.errors import PackError
from scanner.late import regex
from scanner.policy.cel import error_of
from scanner.policy.cel_errors import CompilationError, EvaluationError, read_compilation
from scanner.policy.cel_syntax import explain
from scanner.policy.truth import Truth, truth_of

if TYPE_CHECKING:
    from cel_expr_python import cel

NAMESPACE = "namespaceObject"
REFUSED = {
    "authorizer": "it uses the permissions of the requester (`authorizer`), which files do not state",
    "request_userInfo": "it uses the user who makes the request (`request.userInfo`), which files do not state",
    "request_options": "it uses the options of the request (`request.options`), which files do not state",
    "request_uid": "it uses the UID of the request (`request.uid`), which files do not state",
}
"""Names that are never bound, and why a policy that needs one cannot be judged."""
_ASKED = {("request", name.removeprefix("request_")): name for name in REFUSED if name.startswith("request_")}
_COMMON = ("object", "oldObject", "request", NAMESPACE, *(name for name in REFUSED if name != "authorizer"))
_NAMES = (*_COMMON, "authorizer", "exceptions", "params")
_PREFIX = "variables_"
_TOO_DEEP = regex(r"max recursion depth|recursion limit exceeded")
"""What the runtime says of an expression that it cannot take for its depth."""
_OR_VALUE = "No matching overloads found : orValue"
_OVER_ONE = {"all": 2, "exists": 2, "exists_one": 2, "existsOne": 2}
"""Macros, and how many arguments they have over one variable."""
_OF_LISTS = frozenset({"indexOf", "lastIndexOf", "reverse"})
"""Functions that a cluster has for lists, and this runtime for texts alone."""


class Expression(Struct, frozen=True):
    """A compiled expression with all that it uses."""

    text: str
    """As the policy writes it."""
    program: cel.Expression
    names: frozenset[str]
    """The names that it uses, also through variables."""
    fields: tuple[tuple[str, ...], ...]
    """The fields of the object that it reads, also through variables."""
    steps: tuple[tuple[str, cel.Expression], ...] = ()
    """Variables that are evaluated before it, each after those that it uses: it is too deep to contain them."""


class Values(Struct, frozen=True):
    """The values that the expressions of a policy see."""

    plain: Mapping[str, Any]
    activation: cel.Activation


class Result(Struct, frozen=True):
    """The result of an expression: a value, or an error with the message that the cluster gives.

    With `open` or `reason` neither is known: `open` holds the names without a value, `reason` says what else prevents a
    result.
    """

    value: Any = None
    error: str = ""
    missing: bool = False
    """The error is a field that is not there."""
    open: frozenset[str] = frozenset()
    reason: str = ""

    @property
    def truth(self) -> Truth:
        """The truth of the result as a condition. A value that is not a boolean is an error."""
        if self.open or self.reason:
            return Truth.UNKNOWN
        return truth_of(self.value) if isinstance(self.value, bool) and not self.error else Truth.ERROR


@cache
def _environment(variables: tuple[str, ...]) -> cel.Env:
    from cel_expr_python import cel
    from cel_expr_python.ext import ext_bindings, ext_optional, ext_strings

    extensions = [ext_optional.ExtOptional(), ext_strings.ExtStrings(), ext_bindings.ExtBindings()]
    return cel.NewEnv(
        variables=dict.fromkeys(variables, cel.Type.DYN), extensions=extensions, functions=functions.declarations()
    )


class Composer:
    """The variables of a policy, and expressions that may use them.

    `names` are what its expressions have beside the names of every policy; `refusal` says of an expression why it
    cannot be evaluated here, or nothing.
    """

    def __init__(self, names: Iterable[str], refusal: Callable[[str], str]) -> None:
        self._known = (*_COMMON, *names)
        self._refusal = refusal
        self._variables: dict[str, list[cel_tokens.Token]] = {}
        self._fields: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._lost: set[str] = set()

    def define(self, name: str, source: str) -> None:
        """Add a variable, which may use those before it.

        Raises PackError where it does not compile.
        """
        fields = self.compile(source).fields
        self._variables[name] = _words(source)
        self._fields[name] = fields

    def lose(self, name: str) -> None:
        """Remember a variable that does not compile, so that expressions that use it report it."""
        self._lost.add(name)

    def compile(self, source: str) -> Expression:
        """An expression with the variables that it uses.

        Raises PackError with why it cannot be evaluated here.
        """
        words = _words(source)
        for path in cel_tokens.paths(words, "variables"):
            if path and path[0] in self._lost:
                raise PackError(f"it uses the variable `{path[0]}`, which cannot be evaluated")
        used = self._used(words)
        parts = [self._variables[name] for name in used]
        everything = [words, *parts]
        program, steps = self._program(words, used)
        return Expression(
            source.strip(),
            program,
            frozenset().union(*(cel_tokens.names(part) for part in everything)),
            tuple(dict.fromkeys(self._read(words))),
            steps,
        )

    def _program(
        self, words: Sequence[cel_tokens.Token], used: Sequence[str]
    ) -> tuple[cel.Expression, tuple[tuple[str, cel.Expression], ...]]:
        """An expression that contains its variables; if it is too deep then, they are programs of their own."""
        own = {("variables", name): _PREFIX + name for name in self._variables}
        text = cel_tokens.joined(cel_tokens.replaced(words, own))
        parts = {name: cel_tokens.joined(cel_tokens.replaced(self._variables[name], own)) for name in used}
        whole = text
        for name, part in reversed(parts.items()):
            whole = f"cel.bind({_PREFIX}{name}, ({part}), {whole})"
        source = [*words, *(word for name in used for word in self._variables[name])]
        try:
            return self._compiled(whole, self._known, source), ()
        except PackError as error:
            if not used or not _TOO_DEEP.search(error.message):
                raise
        known = (*self._known, *(_PREFIX + name for name in used))
        steps = tuple((_PREFIX + name, self._compiled(part, known, source)) for name, part in parts.items())
        return self._compiled(text, known, source), steps

    def _compiled(self, text: str, known: tuple[str, ...], words: Sequence[cel_tokens.Token]) -> cel.Expression:
        try:
            return _environment(known).compile(text)
        except RuntimeError as error:
            refused = self._refusal(cel_tokens.joined(words))
            raise PackError(refused or _why_not(read_compilation(error), words, text, known)) from None

    def _read(self, words: Sequence[cel_tokens.Token]) -> Iterator[tuple[str, ...]]:
        """The fields of the object that an expression reads; those of a variable are fields of what that reads."""
        yield from cel_tokens.paths(words, "object")
        for path in cel_tokens.paths(words, "variables"):
            yield from ((*field, *path[1:]) for field in self._fields.get(path[0] if path else "", ()))

    def _used(self, words: Sequence[cel_tokens.Token]) -> list[str]:
        """The variables that an expression uses, itself and through others, each behind those it uses."""
        wanted = {path[0] for path in cel_tokens.paths(words, "variables") if path}
        for name in reversed(self._variables):
            if name in wanted:
                wanted |= {path[0] for path in cel_tokens.paths(self._variables[name], "variables") if path}
        return [name for name in self._variables if name in wanted]


def _words(source: str) -> list[cel_tokens.Token]:
    return cel_tokens.with_optionals(cel_tokens.replaced(cel_tokens.tokens(source), _ASKED))


def _why_not(error: CompilationError, words: Sequence[cel_tokens.Token], source: str, known: Sequence[str]) -> str:
    """Why an expression does not compile: something of Kubernetes that is not here, or a fault."""
    missing = next((what for what in map(partial(_missing, words), range(len(words))) if what), "")
    if not missing and error.function in _OF_LISTS:
        missing = f"`{error.function}` for lists"
    if missing:
        return f"{missing} is part of Kubernetes' CEL, but Assay does not support it"
    return f"not a valid CEL expression: {explain(error, source, known).sentence}"


def _missing(words: Sequence[cel_tokens.Token], index: int) -> str:
    """What of Kubernetes' CEL a word is, if this runtime does not have it."""
    name = words[index].text
    if name in (functions.LIBRARIES if cel_tokens.is_free(words, index) else functions.MACROS):
        return f"`{name}`"
    called = index + 1 < len(words) and words[index + 1].text == "("
    if name in _OVER_ONE and called and len(cel_tokens.arguments(words, index + 1)) > _OVER_ONE[name]:
        return f"`{name}` with two variables"
    return ""


def values_of(bindings: Mapping[str, Any]) -> Values:
    """The values that the expressions of a policy see."""
    return Values(bindings, _environment(_NAMES).Activation(bindings))


def evaluate(expression: Expression, values: Values, bound: frozenset[str]) -> Result:
    """Evaluate an expression; `bound` holds the names that have a value."""
    if not expression.steps:
        return _evaluated(expression.program, values.activation, expression.names, bound)
    environment = _environment((*_NAMES, *(name for name, _ in expression.steps)))
    found, lost = dict(values.plain), Result()
    for name, program in expression.steps:
        result = _evaluated(program, environment.Activation(found), expression.names, bound)
        if result.error or result.open or result.reason:
            lost = lost if lost.error or lost.open or lost.reason else result
        else:
            found[name] = result.value
    result = _evaluated(expression.program, environment.Activation(found), expression.names, bound)
    return lost if result.error and lost != Result() else result


def _evaluated(program: cel.Expression, values: cel.Activation, names: frozenset[str], bound: frozenset[str]) -> Result:
    try:
        found = program.eval(values)
        value = found.plain_value()
    except (
        RuntimeError,
        TypeError,
    ) as fault:  # the end of the budget of iterations; a value no Python value stands for
        return Result(reason=str(fault).splitlines()[0])
    error = error_of(found)
    if error is None:
        return Result(value)
    if unbound := names & ({NAMESPACE, *REFUSED} - bound):
        return Result(open=unbound)
    return _failed(error)


def _failed(error: EvaluationError) -> Result:
    """An error in the words of the cluster, or why it is one of this runtime only."""
    if error.function_of_list in _OF_LISTS:
        return Result(
            reason=f"`(list).{error.function_of_list}()` is part of Kubernetes' CEL, but Assay does not support it"
        )
    if _OR_VALUE in error.message:
        return Result(reason="Assay does not support `orValue` of a value that is not optional here")
    if error.not_implemented:
        return Result(reason=error.message)
    if error.missing_key is not None:
        return Result(error=f"no such key: {error.missing_key}", missing=True)
    return Result(error=error.message)
