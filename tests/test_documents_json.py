"""JSON: exact data, every fault with its line, nothing that crashes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner import documents
from scanner.documents import Document, Fault
from tests.work import calls


def one(text: str) -> Document | Fault:
    (part,) = documents.read("a.json", text)
    return part


def document(text: str) -> Document:
    part = one(text)
    assert isinstance(part, Document), part
    return part


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", {}),
        ("[]", []),
        ('{"a": [1, -2, 0, -0, 1.5, 1e2, -1E-2, 1.0]}', {"a": [1, -2, 0, 0, 1.5, 100.0, -0.01, 1.0]}),
        ('[true, false, null, "", "yes", "~"]', [True, False, None, "", "yes", "~"]),
        ('"text"', "text"),
        ("17", 17),
        ("null", None),
        (" \t\r\n[ 1 , 2 ]\n\n", [1, 2]),
        ('{"a":{"b":{"c":[[[{}]]]}}}', {"a": {"b": {"c": [[[{}]]]}}}),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", "9223372036854775808"),
        ("-9223372036854775809", "-9223372036854775809"),
        ("1" * 5000, "1" * 5000),
        ("1e400", "1e400"),
        ("-1e400", "-1e400"),
        ('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"', '"\\/\b\f\n\r\té'),
        ('"\\ud83d\\ude00"', "😀"),
        ('{"\\ud83d\\ude00": "\\u0041😀"}', {"😀": "A😀"}),
        ('"\\ud83d"', "\ufffd"),
        ('"a\\ude00b\\ud83dc"', "a\ufffdb\ufffdc"),
        ('{"\\ud800": 1}', {"\ufffd": 1}),
        ('"\\u0000"', "\0"),
        ('"\u2028\x85\x7f"', "\u2028\x85\x7f"),
    ],
)
def test_values(text: str, expected: Any) -> None:
    read = document(text).root.value
    assert (type(read), read) == (type(expected), expected)


def test_a_text_never_holds_half_a_character() -> None:
    read = document('{"a": ["\\udfff\\ud800"], "\\ud801": 1}').root.value
    assert str(read).encode()


def test_a_null_is_noticed() -> None:
    assert document('{"a": [null]}').has_null
    assert not document('{"a": ["null"]}').has_null


@pytest.mark.parametrize(
    ("text", "expected", "value"),
    [
        ('{"a": 1, "a": 2}', [("a", 0, 9)], {"a": 2}),
        ('{"a": 1,\n\t"b": {"c": 1, "c": 2},\n "a": 2, "a": 3}', [("c", 1, 15), ("a", 2, 1), ("a", 2, 9)], None),
        ('{"A": 1, "\\u0041": 2}', [("A", 0, 9)], {"A": 2}),
        ('{"é😀": 1, "é😀": 2}', [("é😀", 0, 10)], {"é😀": 2}),
        ('[{"a": 1}, {"a": 1}]', [], None),
    ],
)
def test_duplicate_keys_are_reported_where_they_stand(
    text: str, expected: list[tuple[str, int, int]], value: Any
) -> None:
    found = document(text)
    assert list(found.duplicates) == expected
    assert value is None or found.root.value == value


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "unexpected end of file"),
        ("  \n ", 1, "unexpected end of file"),
        ("{", 1, "unexpected end of file"),
        ('{"a": 1,\n\n', 1, "unexpected end of file"),
        ('{"a":\n1,\n', 2, "unexpected end of file"),
        ("[1, 2", 1, "unexpected end of file"),
        ('{"a"', 1, "unexpected end of file"),
        ('{"a":', 1, "unexpected end of file"),
        ("[1,]", 1, "found ']' where a value is expected"),
        ('{"a": 1,}', 1, "found '}' where a key is expected"),
        ("[,1]", 1, "found ','"),
        ("[1 2]", 1, "found '2' where a comma or end is expected"),
        ('{"a" 1}', 1, "found '1' where a colon is expected"),
        ('{"a"}', 1, "found '}' where a colon is expected"),
        ('{"a": 1\n"b": 2}', 2, "found '\"b\"' where a comma"),
        ("{1: 2}", 1, "found '1' where a key"),
        ("{true: 2}", 1, "found 'true' where a key"),
        ("{a: 2}", 1, "not JSON"),
        ("[1}", 1, "found '}'"),
        ('{"a": 1]', 1, "found ']'"),
        ("[1]]", 1, "after the end"),
        ('{"a": 1}\n{"b": 2}', 2, "after the end"),
        ("1 2", 1, "after the end"),
        ('{\n "a": 01\n}', 2, "found '1'"),
        ('{\n "a": .5\n}', 2, "not JSON"),
        ('{\n "a": +5\n}', 2, "not JSON"),
        ('["a": 1]', 1, "found ':'"),
        ("[NaN]", 1, "not JSON"),
        ("[Infinity]", 1, "not JSON"),
        ("[True]", 1, "not JSON"),
        ("['a']", 1, "not JSON"),
        ('{\n// comment\n"a": 1}', 2, "not JSON"),
        ('{"a":\n\n"b\n"}', 3, "not JSON"),
        ('["a\tb"]', 1, "not JSON"),
        ('["\\x41"]', 1, "escape"),
        ('["\\u12"]', 1, "escape"),
        ('["open]', 1, "not JSON"),
        ("[1\x00]", 1, "not JSON"),
        ("\ufeff{}", 1, "not JSON"),
        ("[truefalse]", 1, "found 'false'"),
    ],
)
def test_what_is_not_json_is_said_with_its_line(text: str, line: int, reason: str) -> None:
    part = one(text)
    assert isinstance(part, Fault)
    assert (part.line, part.embedded, part.text) == (line, False, text)
    assert reason in part.message


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 50_000, "[" * 100_000 + "]" * 100_000, "]" * 100_000, '"' * 99_999, "\\" * 99_999]
)
def test_bombs_are_faults_and_take_little_work(text: str) -> None:
    found: list[object] = []
    assert calls(lambda: found.append(one(text))) < len(text)
    assert isinstance(found[0], Fault)


def test_the_deepest_that_is_read_is_read_whole() -> None:
    assert str(document("[" * 200 + "]" * 200).root.value).count("[") == 200
    assert isinstance(one("[" * 201 + "]" * 201), Fault)


@pytest.mark.parametrize(
    "text", ['{"a": "' + "\\n" * 200_000 + '"}', "[" + "1, " * 50_000 + "\t" * 50_000 + "1]"], ids=["text", "list"]
)
def test_long_texts_take_work_in_proportion(text: str) -> None:
    found: list[Document] = []
    assert calls(lambda: found.append(document(text))) < 10 * len(text)
    assert found[0].root.value == json.loads(text)
