"""The CEL runtime: what conditions come to, and the words by which its errors are told apart.

The first test fails first when a new version of the runtime words its errors otherwise.
"""

from __future__ import annotations

from typing import Any

import pytest
from cel_expr_python import cel as runtime
from hypothesis import given
from hypothesis import strategies as some

from scanner.errors import PackError
from scanner.policy import cel
from scanner.policy.cel_errors import ErrorReader, UnknownRuntimeError
from scanner.policy.cel_syntax import FUNCTIONS
from scanner.policy.truth import Truth, all_of, any_of, negated

NAMES = ("object", "name")


def value(source: str, **bindings: Any) -> runtime.Value:
    expression = cel.load_expression(cel.compile_expression(source, NAMES, "here:1"))
    return expression.eval(cel.activation(bindings))


def condition(source: str, **bindings: Any) -> cel.Condition:
    expression = cel.load_expression(cel.compile_expression(source, NAMES, "here:1"))
    return cel.evaluate(expression, cel.activation(bindings))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("object.a", 'NOT_FOUND: Key not found in map : "a"'),
        ("object[1]", "NOT_FOUND: Key not found in map : 1"),
        ("[object, 1][1] + 'a' == ''", "UNKNOWN: No matching overloads found : _+_(int64, string)"),
        ("[object, 1][1].x", "INVALID_ARGUMENT: Applying SELECT to non-message type"),
        ("1 / object.size() == 1", "INVALID_ARGUMENT: divide by zero"),
        ("[1, 2][object.size() + 5] == 1", "UNKNOWN: Index error: index=5 size=2"),
    ],
)
def test_the_words_of_the_runtime_are_those_that_assay_reads(source: str, text: str) -> None:
    found = value(source, object={})
    assert (found.type(), found.value()) == (runtime.Type.ERROR, text)


@pytest.mark.parametrize(
    ("source", "truth"),
    [
        ("object.a == 1", Truth.TRUE),
        ("object.a == 2", Truth.FALSE),
        ("object.b == 1", Truth.UNKNOWN),
        ("object.b == 1 || object.a == 1", Truth.TRUE),
        ("object.b == 1 && object.a == 2", Truth.FALSE),
        ("object.b == 1 || object.a == 2", Truth.UNKNOWN),
        ("1 / (object.a - 1) == 1", Truth.ERROR),
        ("object.a.b == 1", Truth.ERROR),
        ("object.a < 'x'", Truth.ERROR),
        ("[1][object.a] == 1", Truth.ERROR),
        ("object.a", Truth.ERROR),
    ],
)
def test_what_a_condition_comes_to(source: str, truth: Truth) -> None:
    assert condition(source, object={"a": 1}).truth is truth


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("object.b == 1", "b"),
        ("object['a b'] == 1", "a b"),
        ("object['a\"b'] == 1", 'a"b'),
        ("object[''] == 1", ""),
        ("object[3] == 1", "3"),
        ("object.a.c == 1", "c"),
    ],
)
def test_an_unknown_condition_names_the_key_that_is_missing(source: str, key: str) -> None:
    assert condition(source, object={"a": {}}) == cel.Condition(Truth.UNKNOWN, missing_key=key)


@pytest.mark.parametrize("text", ["NOT_FOUND: x", 'NOT_FOUND: Key not found in map : "b"'])
def test_a_text_that_reads_like_an_error_of_the_runtime_is_a_text(text: str) -> None:
    found = condition("name", name=text)
    assert (found.truth, found.missing_key) == (Truth.ERROR, "")
    assert found.error == "the result is of the type STRING, but it must be true or false"


def test_an_error_says_why_without_the_codes_of_the_runtime() -> None:
    assert condition("1 / object.a == 1", object={"a": 0}).error == "divide by zero"
    assert (
        "type that the rule does not expect ((int64).size())" in condition("object.a.size() > 1", object={"a": 0}).error
    )
    assert condition("object.a.b == 1", object={"a": 1}).error == "a field that must be a mapping has another type"


def refusal(source: str) -> PackError:
    with pytest.raises(PackError) as caught:
        cel.compile_expression(source, NAMES, "rule.yaml:7")
    return caught.value


def test_an_expression_that_does_not_compile_says_where_in_it() -> None:
    error = refusal("object.a &&\n  nobody.b")
    assert error.location == "rule.yaml:7"
    assert error.message == "not a valid CEL expression: there is no variable `nobody`"
    assert [*error.lines()][1:] == ["      nobody.b", "      ^"]


@pytest.mark.parametrize(
    ("source", "caret", "said"),
    [
        ("object.a &&", 11, "the expression ends where a value is expected"),
        ("object.a && (", 13, "the expression ends where a value is expected"),
        ("[object.a, 2", 12, "the expression ends where `]` or `,` is expected"),
        ("object.a && && true", 12, "found `&&` where a value is expected"),
        ("object.a object.b", 9, "`object` is not allowed after the text before it (an operator such as"),
        ("true)", 4, "`)` has no opening bracket"),
        ("object.", 6, "`.` must be followed by something"),
        ("object..a", 7, "`..` is not allowed here"),
        ("object.a == 'x", 12, "the string that begins here is not closed"),
        (
            r"object.a.matches('\d')",
            17,
            "the string that begins here is not closed, or it has an escape sequence that CEL does not support",
        ),
        ("object.a = 1", 9, "`=` is not an operator of CEL (write ==)"),
        ("object.a & true", 9, "`&` is not an operator of CEL (write &&)"),
        ("object.a @ 1", 9, "`@` is not a part of CEL"),
        ("objct.a == 1", 0, "there is no variable `objct` (did you mean object?)"),
        ("zebra.a == 1", 0, "there is no variable `zebra` (known: "),
        ("object.a.startWith('x')", 9, "there is no function `startWith` (did you mean startsWith?)"),
        ("object.a.size(1, 2)", 9, "`size` does not take this number or these types of values"),
        ("1 + 'a' == object.a", 2, "`+` does not take values of the types (int, string)"),
        ("!1 || object.a", 0, "`!` does not take values of the types (int)"),
        ("if object.a", 0, "`if` is a reserved word of CEL"),
        ("has(object)", 4, "has() takes a field of a value (write has(object.spec), not has(object))"),
        ("object.a.map(1, 2)", 13, "map() variable name must be a simple identifier"),
    ],
)
def test_what_is_wrong_with_an_expression_is_one_plain_sentence(source: str, caret: int, said: str) -> None:
    error = refusal(source)
    assert error.on_one_line().startswith(f"rule.yaml:7: not a valid CEL expression: {said}")
    assert error.excerpt == (source, " " * caret + "^")


def test_of_a_long_expression_the_part_around_the_caret_is_shown() -> None:
    source = " && ".join(f"object.a == {number}" for number in range(40))
    at = source.index("20") - 3
    line, caret = refusal(f"{source[:at]}={source[at + 2 :]}").excerpt
    assert line.startswith("…")
    assert line.endswith("…")
    assert len(line) == 102
    assert line[len(caret) - 1 :].startswith("= 20 && ")


CALLS = {
    "all": "[1].all(x, true)", "bool": "bool('true')", "cel.bind": "cel.bind(x, 1, x)", "charAt": "'a'.charAt(0)",
    "contains": "''.contains('')", "credential": "credential('', '')", "double": "double(1)",
    "secret_data": "secret_data('', '')", "secret_value": "secret_value('', '')",
    "duration": "duration('1s')", "dyn": "dyn(1)", "endsWith": "''.endsWith('')", "exists": "[1].exists(x, true)",
    "exists_one": "[1].exists_one(x, true)", "filter": "[1].filter(x, true)", "format": "'%s'.format([1])",
    "has": "has(object.a)", "hasValue": "object.?a.hasValue()", "indexOf": "''.indexOf('')", "int": "int('1')",
    "join": "[''].join()", "lowerAscii": "''.lowerAscii()", "map": "[1].map(x, x)", "matches": "''.matches('')",
    "math.greatest": "math.greatest(1, 2)", "math.least": "math.least(1, 2)", "optional.none": "optional.none()",
    "optional.of": "optional.of(1)", "or": "object.?a.or(object.?b)", "orValue": "object.?a.orValue(1)",
    "replace": "''.replace('a', 'b')", "reverse": "''.reverse()", "size": "size('')", "split": "''.split(',')",
    "startsWith": "''.startsWith('')", "string": "string(1)", "substring": "''.substring(0)",
    "timestamp": "timestamp('')", "trim": "''.trim()", "type": "type(1)", "uint": "uint(1)",
    "upperAscii": "''.upperAscii()", "value": "object.?a.value()",
}  # fmt: skip


def test_the_functions_that_a_near_miss_may_name_are_there() -> None:
    assert set(FUNCTIONS) == set(CALLS)
    for source in CALLS.values():
        cel.compile_expression(source, NAMES, "rule.yaml:7")


@pytest.mark.parametrize("name", CALLS)
def test_a_misspelt_function_is_met_by_its_name(name: str) -> None:
    wrong = f"{name[:-1]}{name[-1]}_"
    told = refusal(f"{wrong}(object)")
    assert wrong in told.message
    assert told.hint == f"did you mean {name}?"


PARTS = ["object", ".a", "(", ")", "[", "]", "{", ":", "'", "\\", "&&", "=", "é", "\t", "\n", "x(", ",", "1"]


@given(some.lists(some.sampled_from(PARTS)))
def test_whatever_is_written_is_told_on_short_lines(parts: list[str]) -> None:
    try:
        cel.compile_expression("".join(parts), NAMES, "rule.yaml:7")
    except PackError as caught:
        error = caught
    else:
        return
    assert "IDENTIFIER" not in error.message
    assert len(error.excerpt) in (0, 2)
    for line, caret in zip(error.excerpt[::2], error.excerpt[1::2], strict=True):
        assert caret.strip() == "^"
        assert len(caret) <= len(line) + 1 <= 103


class Reworded:
    """A value of a runtime with other words."""

    def __init__(self, text: str) -> None:
        self._text = text

    def value(self) -> str:
        return self._text


def test_other_words_for_a_missing_key_are_learnt() -> None:
    words = {"facts.assay": "'assay'", "facts['another key']": "'another key'", "facts['assay'].inner": "'assay'"}
    reader = ErrorReader(lambda source: Reworded(f"no such key {words[source]}" if source in words else "wrong type"))
    assert reader.read("no such key 'image'").missing_key == "image"
    assert reader.read("no such key 3").missing_key == "3"
    assert reader.read("wrong type").missing_key is None


@pytest.mark.parametrize("text", ["failed: {}", "it failed", "", "{} failed"])
def test_a_runtime_whose_errors_cannot_be_told_apart_is_refused(text: str) -> None:
    keys = {"facts.assay": "assay", "facts['another key']": "another key", "facts['assay'].inner": "assay"}
    with pytest.raises(UnknownRuntimeError, match="install a version that it is tested with"):
        ErrorReader(lambda source: Reworded(text.format(keys.get(source, "x"))))


@pytest.mark.parametrize(
    ("truths", "both", "either"),
    [
        ((), Truth.TRUE, Truth.FALSE),
        ((Truth.TRUE, Truth.FALSE), Truth.FALSE, Truth.TRUE),
        ((Truth.TRUE, Truth.UNKNOWN), Truth.UNKNOWN, Truth.TRUE),
        ((Truth.FALSE, Truth.UNKNOWN), Truth.FALSE, Truth.UNKNOWN),
        ((Truth.FALSE, Truth.ERROR), Truth.FALSE, Truth.ERROR),
        ((Truth.TRUE, Truth.UNKNOWN, Truth.ERROR), Truth.ERROR, Truth.TRUE),
    ],
)
def test_truths_are_joined_as_kleene_says(truths: tuple[Truth, ...], both: Truth, either: Truth) -> None:
    assert (all_of(truths), any_of(truths)) == (both, either)
    assert negated(all_of(truths)) is any_of(map(negated, truths))
