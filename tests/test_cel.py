"""The CEL runtime: what conditions come to, and the words by which its errors are told apart.

The first test fails first when a new version of the runtime words its errors otherwise.
"""

from __future__ import annotations

from typing import Any

import pytest
from cel_expr_python import cel as runtime

from scanner.errors import PackError
from scanner.policy import cel
from scanner.policy.cel_errors import ErrorReader, UnknownRuntimeError
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
    assert found.error == "it gives a value of the type STRING, not true or false"


def test_an_error_says_why_without_the_codes_of_the_runtime() -> None:
    assert condition("1 / object.a == 1", object={"a": 0}).error == "divide by zero"
    assert (
        "type that the rule does not expect ((int64).size())" in condition("object.a.size() > 1", object={"a": 0}).error
    )


def test_an_expression_that_does_not_compile_says_where_in_it() -> None:
    with pytest.raises(PackError) as caught:
        cel.compile_expression("object.a &&\n  nobody.b", NAMES, "rule.yaml:7")
    assert caught.value.message == "not a valid CEL expression: undeclared reference to 'nobody.b' (line 2, column 9)"
    assert caught.value.location == "rule.yaml:7"


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
