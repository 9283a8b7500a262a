"""YAML as Kubernetes' own decoder reads it, whatever state the text is in."""

from __future__ import annotations

import math
from typing import Any

import pytest

from scanner import documents
from scanner.documents import BinaryContent, Document, Fault, Text
from scanner.documents.classify import Content, Language
from scanner.errors import UnreadableError
from tests.work import calls


def parts(text: str) -> list[Document | Fault]:
    return list(documents.read("a.yaml", text))


def one(text: str) -> Document:
    (document,) = parts(text)
    assert isinstance(document, Document), document
    return document


def value(text: str) -> Any:
    return one(text).root.value


def fault(text: str) -> Fault:
    (found,) = parts(text)
    assert isinstance(found, Fault), found
    return found


def story(text: str) -> list[Any]:
    """The data of each document, and the line of each fault."""
    return [part.line if isinstance(part, Fault) else part.root.value for part in parts(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((word, True) for word in ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]),
        *((word, False) for word in ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]),
        *((word, None) for word in ("", "~", "null", "Null", "NULL")),
        *((word, word) for word in ["yEs", "tRue", "oN", "nULL", "none", "None", "nil", "t", "f", "undefined"]),
        ("0", 0),
        ("-0", 0),
        ("+7", 7),
        ("0755", 493),
        ("-0755", -493),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b101", 5),
        ("1_000", 1000),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("9223372036854775808", "9223372036854775808"),
        ("1" * 39, "1" * 39),
        ("1" * 5000, "1" * 5000),
        ("089", 89.0),
        ("0808", 808.0),
        ("0X1F", 31),
        ("0B11", 3),
        ("-0x1_F", -31),
        ("1_0.5", 10.5),
        (".5_0", 0.5),
        ("-.5_0", -0.5),
        (".5e1_0", 5e9),
        (".5__0", ".5__0"),
        (".5_", ".5_"),
        ("_1", "_1"),
        ("0x", "0x"),
        ("1:30", "1:30"),
        ("190:20:30", "190:20:30"),
        ("2024-13-45", "2024-13-45"),
        ("2024-02-30T25:61:00Z", "2024-02-30T25:61:00Z"),
        ("2024-02-29", "2024-02-29"),
        ("1.5", 1.5),
        ("-.5", -0.5),
        ("1e3", 1000.0),
        ("1e400", "1e400"),
        (".inf", math.inf),
        ("-.Inf", -math.inf),
        ("1.2.3", "1.2.3"),
        ("v1.2", "v1.2"),
        ("100m", "100m"),
        ("=", "="),
        ("==", "=="),
        ("<", "<"),
        ("+", "+"),
        ("-", [None]),
        (".", "."),
        ("a: b", {"a": "b"}),
        ("'yes'", "yes"),
        ('"on"', "on"),
        ("'0755'", "0755"),
        ('"null"', "null"),
        ("''", ""),
        ("|\n    yes", "yes\n"),
        (">-\n    on\n    off", "on off"),
        ("!!str yes", "yes"),
        ("!!str 0755", "0755"),
        ("!!int '12'", 12),
        ("!!float 5", 5),
        ("!!bool 'off'", False),
        ("!!null 'null'", None),
        ("! 12", 12),
        ("!Sub ${A}", "${A}"),
        ("!Ref [a, yes]", ["a", True]),
        ("!Thing {a: no}", {"a": False}),
        ("!!binary aGk=", "hi"),
        ("!!binary UG9k", "Pod"),
        ("!!binary /w==", "\ufffd"),
        ("!!binary a=b", "a=b"),
        ("!!python/object/apply:os.system [echo]", ["echo"]),
    ],
)
def test_a_scalar_is_what_kubernetes_takes_it_for(text: str, expected: Any) -> None:
    read = value(f"apiVersion: v1\nkey:\n  {text}\nlast: 1")["key"]
    assert (type(read), read) == (type(expected), expected)


def test_not_a_number_is_a_float() -> None:
    assert math.isnan(value("a: .NaN")["a"])


def test_keys_are_text_as_written() -> None:
    assert value("on: a\n1: b\n0755: c\n~: d\n'yes': e\n2024-01-01: f\n? g\n: h\n=: i\n'': j") == {
        "on": "a",
        "1": "b",
        "0755": "c",
        "~": "d",
        "yes": "e",
        "2024-01-01": "f",
        "g": "h",
        "=": "i",
        "": "j",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n---\nb: 2", [{"a": 1}, {"b": 2}]),
        ("--- {a: 1}\n--- [b]\n--- c\n...\n", [{"a": 1}, ["b"], "c"]),
        ("---\n---\na: 1\n---\n# only a comment\n---\n...\n---\nb: 2\n...", [{"a": 1}, {"b": 2}]),
        ("", []),
        ("\n\n# nothing\n", []),
        ("---\n", []),
        ("%YAML 1.2\n---\na: 1", [{"a": 1}]),
        ("%TAG !e! tag:example.com,2000:\n---\na: !e!x 1", [{"a": "1"}]),
        ("a: |\n  ---\n  b\n", [{"a": "---\nb\n"}]),
        ("a: 1 # c\n\n# d\nb:\t2\n", [{"a": 1, "b": 2}]),
        ("- a\n- - b\n  - c\n-\n  d: e", [["a", ["b", "c"], {"d": "e"}]]),
        ('"a\\u00e9\\U0001F600\\x41\\t": "c\\\n  d"', [{"aé😀A\t": "cd"}]),
        ("%YAML 3.0\n---\na: 1", [1, {"a": 1}]),
        ("a: 1\n... b", [{"a": 1}, 2]),
        ("~", [None]),
    ],
)
def test_documents_of_a_text(text: str, expected: list[Any]) -> None:
    assert story(text) == expected


def test_a_null_is_noticed() -> None:
    assert [
        document.has_null for document in parts("a: ~\n---\na: 1\n---\n- b:\n") if isinstance(document, Document)
    ] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x 1\nb: *x", {"a": 1, "b": 1}),
        ("a: &x {c: [1]}\nb: *x\nd: [*x, *x]", {"a": {"c": [1]}, "b": {"c": [1]}, "d": [{"c": [1]}, {"c": [1]}]}),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}),
        ("a: &x [1]\nb: &x [*x]\nc: *x", None),
        ("&k foo: bar\nother: *k", {"foo": "bar", "other": "foo"}),
        ("a: &x name\n*x : b", {"a": "name", "name": "b"}),
        ("a: &x true\n*x : b", {"a": True, "true": "b"}),
        ("a: &x ~\nb: *x", {"a": None, "b": None}),
        ("a: &ä-1 1\nb: *ä-1", None),
        ("&root a: 1", {"a": 1}),
    ],
)
def test_aliases_stand_for_the_latest_anchor(text: str, expected: Any) -> None:
    if expected is None:
        assert fault(text).line == (2 if "[*x]" in text else 1)
    else:
        assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: &x [*x]", 1, "*x refers to itself"),
        ("a:\n  &x b:\n    c: &y {d: *y}", 3, "*y refers to itself"),
        ("a: 1\nb: *nobody", 2, "*nobody has no anchor before it"),
        ("a: *x\nb: &x 1", 1, "*x has no anchor before it"),
        ("a: &x {<<: *x, b: 1}", 1, "*x refers to itself"),
        ("a: &x\n  b:\n    <<: *x", 3, "*x refers to itself"),
        ("a: {<<: &x {b: 1, <<: [*x]}}", 1, "*x refers to itself"),
        *((f"a:\n  <<: {odd}\n  b: 1", 2, "takes a mapping") for odd in ("5", "text", "~", "", "[1]", "[{c: 1}, 5]")),
        ("p: &p 5\na: {b: 1, <<: *p}", 2, "takes a mapping"),
        ("a: 1\n? [b]\n: c", 2, "key must not be a mapping or a list"),
        ("a: 1\n{b: c}: d", 2, "key must not be a mapping or a list"),
        ("a: &x {b: 1}\n*x : c", 2, "key must not be a mapping or a list"),
        ("a: [1, 2", 1, "not valid YAML"),
        ("a: b: c", 1, "mapping values are not allowed"),
        ("a: 1\n\tb: 2", 2, "tab"),
        ("a: 1\n b: 2", 2, "not valid YAML"),
        ('a: "\\q"', 1, "escape"),
        ('a: "\\ud800"', 1, "Unicode"),
        ("a: @b", 1, "cannot start any token"),
        ("a: `b`", 1, "cannot start any token"),
        ("a: 1\nb: \x00", 2, "U+0000"),
        ("a: 1\n\nb: x\x1b[31m", 3, "U+001B"),
        ("a: \ud800", 1, "U+D800"),
        ("a:\n  - b\n  - c: {d\n\n\n", 3, "not valid YAML"),
        ("a: 1\nb: 'c\n  d\n", 2, "quoted"),
        ("a: 1\nb", 2, "expected ':'"),
        ("a: !e!x 1", 1, "undefined tag handle"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text: str, line: int, reason: str) -> None:
    found = fault(text)
    assert (found.line, found.embedded) == (line, False)
    assert reason in found.message
    assert found.text == text


def test_anchors_end_with_their_document() -> None:
    assert story("a: &x 1\n---\nb: *x\n---\nc: 1") == [{"a": 1}, 3, {"c": 1}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("base: &b {x: 1, y: 2}\na: {<<: *b, y: 3}", {"x": 1, "y": 3}),
        ("base: &b {x: 1, y: 2}\na: {y: 3, <<: *b}", {"x": 1, "y": 3}),
        ("base: &b {x: 1, y: 2}\na: {y: ~, <<: *b}", {"x": 1, "y": None}),
        ("p: &p {x: 1}\nq: &q {x: 2, y: 2}\na: {<<: [*p, *q]}", {"x": 1, "y": 2}),
        ("p: &p {x: 1}\nq: &q {x: 2, y: 2}\na: {<<: [*q, *p], z: 3}", {"x": 2, "y": 2, "z": 3}),
        ("p: &p {x: 1}\nq: &q {<<: *p, y: 2}\na: {<<: *q}", {"x": 1, "y": 2}),
        ("p: &p {x: 1}\nk: &k n\na: {<<: *p, *k : {y: 2}}", {"x": 1, "n": {"y": 2}}),
        ("p: &p {x: 1}\nk: &k <<\na: {*k : *p}", {"<<": {"x": 1}}),
        ("a: {<<: {x: 1}}", {"x": 1}),
        ("a: {<<: {}}", {}),
        ("a: {<<: [{x: 1}, {y: 2}]}", {"x": 1, "y": 2}),
        ("a: {<<: []}", {}),
        ("a: {!!merge <<: {x: 1}}", {"x": 1}),
        ("p: &p [{x: 1}, {y: 2}]\na: {<<: *p}", {"x": 1, "y": 2}),
        ("a: {<<: {<<: {x: 1}, y: 2}, <<: []}", {"x": 1, "y": 2}),
        ("a: {'<<': {x: 1}}", {"<<": {"x": 1}}),
        ('a: {"<<": {x: 1}}', {"<<": {"x": 1}}),
    ],
)
def test_merge_keys(text: str, expected: Any) -> None:
    document = one(text)
    assert document.root.value["a"] == expected
    assert {name for name, _ in document.root.get("a").items()} == set(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2", [("a", 1, 0)]),
        ("x:\n  - b: 1\n    c: 2\n    b: 3\n    b: 4", [("b", 3, 4), ("b", 4, 4)]),
        ("{a: 1, 'a': 2}", [("a", 0, 7)]),
        ("a: 1\n---\na: 1\nb: 2", []),
        ("a: {b: 1}\nc: {b: 1}", []),
        ("é: {ß: 1, ß: 2}", [("ß", 0, 10)]),
        ("p: &p {x: 1}\na: {<<: *p, x: 2}", []),
        ("p: &p {x: 1}\na: {x: 2, <<: *p, y: 3}", []),
        ("p: &p {x: 1}\na: {<<: *p, x: 2, x: 3}", [("x", 1, 18)]),
        ("p: &p {x: 1}\na:\n  <<: *p\n  <<: *p", [("<<", 3, 2)]),
    ],
)
def test_duplicate_keys_are_reported_where_they_stand(text: str, expected: list[tuple[str, int, int]]) -> None:
    found = [part.duplicates for part in parts(text) if isinstance(part, Document)]
    assert list(found[-1]) == expected


def test_of_duplicate_keys_the_last_one_counts() -> None:
    document = one("a: 1\nb: 2\na: {c: 3}")
    assert document.root.value == {"a": {"c": 3}, "b": 2}
    assert document.root.get("a", "c").mark == (2, 4, 5, 2, 7, 2, 8, None)


BROKEN = {
    "an open list": "b: [1, 2",
    "an open mapping": "b: {c: 1",
    "an open quote": 'b: "c',
    "an open quote over lines": "b: 'c\n  d\n",
    "two values on a line": "b: c: d",
    "a tab": "b:\n\tc: 1",
    "an undefined alias": "b: *nobody",
    "an undefined alias at once": "*nobody",
    "a circle": "b: &x [*x]",
    "a bad indent": "b: 1\n c: 2",
    "a key without a value": "b: 1\nc\n",
    "a template": "{{ if .Values.x }}\nb: 1\n{{ end }}",
    "a control character": "b: \x07",
    "a control character below": "b: 1\nc:\n  - d\n  - \x00",
    "a complex key": "? [b]\n: c",
    "too deep": "b: " + "[" * 300 + "]" * 300,
    "a bad escape": 'b: "\\q"',
    "a wrong tag": "b: !e!x 1",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("separator", ["---", "--- # next", "---  "])
def test_a_broken_document_does_not_take_its_neighbours(broken: str, separator: str) -> None:
    text = f"a: 1\n{separator}\n{broken}\n{separator}\nz: 1\n{separator}\nzz: 1\n"
    first, *faults, last, end = story(text)
    assert (first, last, end) == ({"a": 1}, {"z": 1}, {"zz": 1})
    assert len(faults) == 1
    assert 3 <= faults[0] <= 4 + broken.count("\n")


def test_a_fault_in_the_line_of_the_separator_is_said_once() -> None:
    assert story("--- *nobody\n--- {a: 1}\n--- [*nobody]\n--- {b: 1}\n") == [1, {"a": 1}, 3, {"b": 1}]


def test_places_behind_a_broken_document_are_right() -> None:
    text = "a: 1\n---\nb: [\n---\nc:\n  d: 1\n---\ne: \x01\n---\nf: 1\n"
    found = [part.root for part in parts(text) if isinstance(part, Document)]
    assert [root.value for root in found] == [{"a": 1}, {"c": {"d": 1}}, {"f": 1}]
    assert found[1].get("c", "d").mark == (5, 2, 3, 5, 5, 5, 6, None)
    assert found[2].get("f").mark == (9, 0, 1, 9, 3, 9, 4, None)


def test_many_documents_before_a_control_character_are_kept() -> None:
    documents_before = "".join(f"--- {{a: {number}}}\n" for number in range(3000))
    assert story(documents_before + "---\nb: \x00\n--- {c: 1}\n")[-4:] == [{"a": 2998}, {"a": 2999}, 3002, {"c": 1}]


def mapping_bomb() -> str:
    first = "a0: &a0 {" + ", ".join(f"k{number}: 1" for number in range(10)) + "}\n"
    return first + "".join(
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}], x{n}: {{<<: *a{n - 1}}}}}\n" for n in range(1, 30)
    )


def list_bomb() -> str:
    return "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )


def wide_merge_bomb() -> str:
    wide = "a: &a {" + ", ".join(f"k{number}: 1" for number in range(2000)) + "}\n"
    return wide + "".join(f"m{number}: {{<<: [{', '.join(['*a'] * 100)}]}}\n" for number in range(50))


def alias_ladder() -> str:
    """Each rung is allowed, all together are 11,000 levels deep."""
    return "a0: &a0 x\n" + "".join(f"a{n}: &a{n} " + "[" * 190 + f"*a{n - 1}" + "]" * 190 + "\n" for n in range(1, 60))


BOMBS = {
    "brackets": ("[" * 100_000, "nested deeper than 200"),
    "braces": ("{a: " * 50_000, "nested deeper than 200"),
    "dashes": ("- " * 50_000, "nested deeper than 200"),
    "dashes by line": ("".join(" " * level + "-\n" for level in range(400)), "nested deeper than 200"),
    "questions": ("? " * 50_000, "key must not be"),
    "merges": (mapping_bomb(), "400,000 values"),
    "merges of one wide mapping": (wide_merge_bomb(), "400,000 values"),
    "aliases": (list_bomb(), "400,000 values"),
    "a ladder of aliases": (alias_ladder(), "nested deeper than 200"),
    "closing brackets": ("]" * 100_000, "not valid YAML"),
    "quotes": ('"' * 100_001, "not valid YAML"),
    "anchors": ("&a " * 50_000, "not valid YAML"),
}


@pytest.mark.parametrize(("text", "reason"), BOMBS.values(), ids=BOMBS)
def test_bombs_end_with_a_reason_and_little_work(text: str, reason: str) -> None:
    found: list[Fault] = []
    assert calls(lambda: found.extend(part for part in parts(text) if isinstance(part, Fault))) < 2 * len(text)
    assert reason in found[0].message


def test_a_ladder_of_merges_is_climbed_once() -> None:
    """Each rung merges the one below twice: in all its ways the ladder would be climbed 16,384 times."""
    rungs = ["&a0 {}", *(f"&a{number} {{<<: [*a{number - 1}, *a{number - 1}]}}" for number in range(1, 15))]
    text = f"x: [{', '.join(rungs)}]\n<<: *a14\ny: yes\n"
    found: list[Any] = []
    assert calls(lambda: found.append(value(text))) < 20 * len(text)
    assert found == [{"x": [{}] * 15, "y": "yes"}]


def test_the_deepest_that_is_read_is_read_whole() -> None:
    assert str(value("[" * 200 + "]" * 200)).count("[") == 200
    assert "nested deeper" in fault("[" * 201 + "]" * 201).message
    inner = "a: &a " + "[" * 100 + "]" * 100
    assert str(value(f"{inner}\nb: {'[' * 99}*a{']' * 99}")["b"]).count("[") == 199
    assert "nested deeper" in fault(f"{inner}\nb: {'[' * 100}*a{']' * 100}").message


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", "--- [\n" * 100_000),
        ("a.yaml", "--- \x01\n" * 100_000),
        ("a.yaml", "--- *x\n" * 100_000),
        ("a.js", "mcp__a__b(" * 5_000),
        ("a.md", "```yaml\n" + "--- [\n" * 50_000 + "```\n"),
    ],
)
def test_a_text_of_nothing_but_faults_is_given_up(path: str, text: str) -> None:
    faults: list[Fault] = []
    work = calls(lambda: faults.extend(part for part in documents.read(path, text) if isinstance(part, Fault)))
    assert len(faults) == 101
    assert "the rest of the text is not read" in faults[-1].message
    assert work < 20 * len(text)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: 1", "a: 1"),
        (b"\xef\xbb\xbfa: 1", "a: 1"),
        ("a: é😀".encode(), "a: é😀"),
        ("a: é😀".encode("utf-16"), "a: é😀"),
        (b"\xfe\xff" + "a: é😀".encode("utf-16-be"), "a: é😀"),
        (b"a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"),
        (b"a: 1\rb: 2\r\r\nc: 3\n\r", "a: 1\nb: 2\n\nc: 3\n\n"),
        ("\ufeffa: 1\r\n".encode("utf-16-le"), "a: 1\n"),
        (b"", ""),
    ],
)
def test_bytes_become_text(content: bytes, expected: str) -> None:
    assert documents.decode(content) == expected
    if expected:
        assert documents.classify("a.yaml", content) == Text("a.yaml", expected, Language.YAML)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"\xff", 1),
        (b"a: 1\nb: \xff\nc: 1", 2),
        (b"\xef\xbb\xbfa: 1\n\xc3(", 2),
        ("é: \n\n".encode() + b"\xe9", 3),
        (b"a: \xed\xa0\x80", 1),
        ("a: 1\n".encode("utf-16") + b"\x00", 2),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_line(content: bytes, line: int) -> None:
    with pytest.raises(UnreadableError, match=f"at line {line}$") as caught:
        documents.decode(content)
    assert caught.value.line == line


ELF = b"\x7fELF\n\0"
LATIN = b"apiVersion: v1\nname: caf\xe9"


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("tool", ELF, BinaryContent("not text: a NUL byte at line 2", 2, named=False, remains="")),
        ("a.YAML", ELF, BinaryContent("not text: a NUL byte at line 2", 2, named=True, remains="")),
        ("a.json", ELF, BinaryContent("not text: a NUL byte at line 2", 2, named=True, remains="")),
        ("a.md", ELF, BinaryContent("not text: a NUL byte at line 2", 2, named=False, remains="\x7fELF\n")),
        ("a.ts", ELF, BinaryContent("not text: a NUL byte at line 2", 2, named=False, remains="\x7fELF\n")),
        (
            "tool",
            LATIN,
            BinaryContent(
                "not UTF-8 text: unexpected end of data at line 2", 2, named=False, remains=LATIN.decode("latin-1")
            ),
        ),
        ("tool", b"a" * 4096 + ELF, Text("tool", "a" * 4096 + ELF.decode(), Language.MARKDOWN)),
    ],
)
def test_what_is_no_text_says_so_and_what_can_be_made_out(path: str, content: bytes, expected: Content) -> None:
    assert documents.classify(path, content) == expected


@pytest.mark.parametrize("content", [ELF, LATIN])
def test_a_stream_is_always_to_be_read(content: bytes) -> None:
    told = documents.classify("-", content, stream=True)
    assert isinstance(told, BinaryContent)
    assert told.named


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', ["json"]),
        (' \n[{"a": 1}]', ["json"]),
        ("{a: 1}", ["yaml"]),
        ('{"a": 1}\n---\n{"b": 2}', ["yaml", "yaml"]),
        ('{"a": 1} {"b": 2}', ["yaml", "fault"]),
        ("a: 1\n---\nb: 1", ["yaml", "yaml"]),
        ("# title\n\n```yaml\na: 1\n```\n", ["yaml", "prose"]),
        ("```json\n[1]\n```", ["json", "prose"]),
        ("apiVersion: v1\ndata:\n  readme: |\n    ```yaml\n    a: 1\n    ```\n---\nb: 1", ["yaml", "yaml"]),
        ("Use `a` and ```b``` here: no", ["yaml"]),
        ("", []),
    ],
)
def test_a_stream_is_known_by_its_start(text: str, expected: list[str]) -> None:
    told = documents.classify("stdin", text.encode(), stream=True)
    found = list(documents.read_text(told)) if isinstance(told, Text) else []
    assert [part.format if isinstance(part, Document) else "fault" for part in found] == expected
    assert all(part.origin.path == "stdin" for part in found if isinstance(part, Document))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.yaml", "yaml"),
        ("A.YML", "yaml"),
        ("a.json", "json"),
        ("b/A.JSON", "json"),
        ("README", "json"),
        ("a.md", "json"),
        ("pod.json.txt", "json"),
    ],
)
def test_json_is_known_by_its_name_or_its_content(path: str, expected: str) -> None:
    assert [part.format for part in documents.read(path, '\n{"a": 1}') if isinstance(part, Document)] == [expected]


@pytest.mark.parametrize("text", ["", "[a](b.md)", "{not JSON}", "words", '{"a": 1}\n{"b": 2}\n'])
def test_what_is_no_json_and_has_no_name_for_it_is_prose(text: str) -> None:
    assert [part.format for part in documents.read("README", text) if isinstance(part, Document)] == ["prose"]


def test_a_key_in_binary_is_its_text() -> None:
    assert value("apiVersion: v1\n!!binary a2luZA==: Pod\n") == {"apiVersion": "v1", "kind": "Pod"}
