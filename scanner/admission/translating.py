"""The expressions of a rule in the CEL of a cluster.

A cluster knows no `cel.bind` and no names but its own: a bound name becomes the variable of a list with one item, the
items of `each` become the variable of `all`, and the rule's other names become variables of the policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from scanner.admission import cel_tokens
from scanner.admission.cel_tokens import Token
from scanner.documents.positions import split_path


class NotExportableError(Exception):
    """A rule that no admission policy can express; the message says why."""


_KNOWN = frozenset(
    {
        *("all", "exists", "exists_one", "filter", "has", "map"),
        *("bool", "double", "duration", "dyn", "int", "size", "string", "timestamp", "type", "uint"),
        *("charAt", "contains", "endsWith", "format", "indexOf", "join", "lastIndexOf", "lowerAscii", "matches"),
        *("replace", "split", "startsWith", "substring", "trim", "upperAscii"),
        *("hasValue", "none", "of", "ofNonZeroValue", "optFlatMap", "optMap", "or", "orValue", "value"),
    }
)
"""Functions and macros of every cluster from Kubernetes 1.30, as far as rules use such."""
_MACROS = frozenset({"all", "exists", "exists_one", "filter", "map", "optFlatMap", "optMap"})
_MAPPINGS = frozenset(
    {
        "annotations",
        "data",
        "labels",
        "limits",
        "matchLabels",
        "requests",
        "seLinuxOptions",
        "securityContext",
        "spec",
        "stringData",
    }
)
"""Fields of the Kubernetes API that are mappings; others that rules go through are lists."""


def translated(source: str, names: Mapping[str, str], fields: Mapping[tuple[str, str], str]) -> str:
    """An expression with its names in other words; `fields` are names with a field, such as a parameter.

    Raises NotExportableError for a function that clusters do not have, or a name that would then mean two things.
    """
    words = _unbound(cel_tokens.tokens(source))
    own = _variables(words) & names.keys()
    if own:
        raise NotExportableError(
            f"its expression defines a variable `{min(own)}`, which is also a variable of the policy"
        )
    result: list[Token] = []
    for index, token in enumerate(words):
        changed = token.text in names and cel_tokens.is_free(words, index)
        result.extend(cel_tokens.tokens(names[token.text]) if changed else [token])
    result = _fields(result, fields)
    for index, token in enumerate(result[:-1]):
        if token.kind == "name" and result[index + 1].text == "(" and token.text not in _KNOWN:
            raise NotExportableError(f"it uses `{token.text}`, which is not part of Kubernetes' CEL")
    return cel_tokens.joined(result)


def _fields(words: Sequence[Token], fields: Mapping[tuple[str, str], str]) -> list[Token]:
    result: list[Token] = []
    index = 0
    while index < len(words):
        pair = (words[index].text, words[index + 2].text) if index + 2 < len(words) else ("", "")
        if pair in fields and cel_tokens.is_free(words, index):
            result.extend(cel_tokens.tokens(fields[pair]))
            index += 3
        else:
            result.append(words[index])
            index += 1
    return result


def _unbound(words: Sequence[Token]) -> list[Token]:
    """The words with `cel.bind(name, value, body)` as `[value].map(name, body)[0]`."""
    result: list[Token] = []
    index = 0
    while index < len(words):
        if [token.text for token in words[index : index + 4]] == ["cel", ".", "bind", "("]:
            name, value, body = cel_tokens.arguments(words, index + 3)
            end = cel_tokens.end_of_call(words, index + 3)
            result.extend(
                (
                    *(Token("sign", "["), *_unbound(value), Token("sign", "]")),
                    *(Token("sign", "."), Token("name", "map"), Token("sign", "("), *name, Token("sign", ",")),
                    *(*_unbound(body), Token("sign", ")")),
                    *(Token("sign", "["), Token("number", "0"), Token("sign", "]")),
                )
            )
            index = end + 1
        else:
            result.append(words[index])
            index += 1
    return result


def _variables(words: Sequence[Token]) -> set[str]:
    """The names that macros of an expression give."""
    calls = (index for index in range(len(words) - 2) if words[index].text in _MACROS and words[index + 1].text == "(")
    return {words[index + 2].text for index in calls if words[index + 3].text == ","}


class ItemLoop(Struct, frozen=True):
    """The items that a rule checks, and the condition for each.

    `ask` and `say` take the name of an item and return a condition and a message about it.
    """

    start: str
    path: tuple[str, ...]
    ask: Callable[[str], str]
    say: Callable[[str], str]

    @staticmethod
    def over(start: str, each: str, ask: Callable[[str], str], say: Callable[[str], str]) -> ItemLoop:
        """The loop over the path `each` of a rule, from the expression of its subject."""
        return ItemLoop(start, split_path(each), ask, say)

    def condition(self) -> str:
        """The condition that all items satisfy the rule."""
        return self._walk(self.start, self.path, 0, _all_of, self.ask)

    def texts(self) -> str:
        """The messages of all items that fail, as one text."""
        return self._walk(self.start, self.path, 0, self._failing, self.say)

    def _failing(self, items: str, name: str, item: str, say: Callable[[str], str]) -> str:
        return f"{items}.filter({name}, !({self.ask(item)})).map({name}, {say(item)}).join('; ')"

    def _walk(
        self,
        value: str,
        path: tuple[str, ...],
        depth: int,
        last: Callable[[str, str, str, Callable[[str], str]], str],
        body: Callable[[str], str],
    ) -> str:
        fields = path[: path.index("*")] if "*" in path else path
        rest = path[len(fields) + 1 :]
        mapping = fields[-1] in _MAPPINGS if fields else True
        items = value + "".join(f".?{name}" for name in fields)
        items += f".orValue({'{}' if mapping else '[]'})" if fields else ""
        if not rest:
            return last(items, *(("key", f"{items}[key]") if mapping else ("item", "item")), body)
        outer = f"outer{depth or ''}"
        if mapping:
            raise NotExportableError("it checks lists inside the values of a mapping")
        inner = self._walk(outer, rest, depth + 1, last, body)
        if last is _all_of:
            return f"{items}.all({outer}, {inner})"
        return f"{items}.map({outer}, {inner}).filter(text, text != '').join('; ')"


def _all_of(items: str, name: str, item: str, ask: Callable[[str], str]) -> str:
    return f"{items}.all({name}, {ask(item)})"


def text(message: str, names: Mapping[str, str]) -> str:
    """A message with `{paths}` as an expression that gives it; `names` gives the expression of each name."""
    pieces = []
    for index, piece in enumerate(_split(message)):
        if index % 2 == 0:
            if piece:
                pieces.append(_quoted(piece))
        elif piece == "subject":
            pieces.append(names["subject"])
        else:
            pieces.append(_value(piece, names))
    return " + ".join(pieces) or "''"


def _split(message: str) -> list[str]:
    """Plain words and paths in turn."""
    return message.replace("}", "{").split("{")


def _value(path: str, names: Mapping[str, str]) -> str:
    """The value at a path as text; a question mark where there is none."""
    root, *parts = split_path(path)
    if root not in names:
        raise NotExportableError(f"its message uses `{root}`, which a policy cannot use")
    if f"{root}.{'.'.join(parts)}" in names:
        return _written(names[f"{root}.{'.'.join(parts)}"])
    if not parts:
        return _written(names[root])
    steps = "".join(f"[?{part}]" if part.isdecimal() else f"[?{_quoted(part)}]" for part in parts)
    return f"{names[root]}{steps}.optMap(found, {_written('found')}).orValue('?')"


def _written(value: str) -> str:
    return f"(type({value}) == list ? dyn({value}).map(one, string(one)).join(', ') : string(dyn({value})))"


def _quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"
