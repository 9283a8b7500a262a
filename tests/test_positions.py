"""Every key and every value has its place: the text at the place is read back and compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from scanner import documents
from scanner.documents import Document
from scanner.documents.positions import MISSING, Node, find, join_path, locate, split_path
from scanner.documents.scalars import resolve
from scanner.marks import Mark, end_of, key_end_of, key_start_of, keyless, start_of
from scanner.places import Location, Origin

Path = tuple[str | int, ...]


def read(text: str, path: str = "a.yaml") -> Document:
    document = next(iter(documents.read(path, text)))
    assert isinstance(document, Document), document
    return document


def at(text: str, place: Location) -> str:
    """The text of a region."""
    lines = text.split("\n")[place.line - 1 : place.end_line]
    if place.end_line > place.line:
        return "\n".join((lines[0][place.column - 1 :], *lines[1:-1], lines[-1][: place.end_column - 1]))
    return lines[0][place.column - 1 : place.end_column - 1]


def regions(document: Document, mark: Mark) -> tuple[Location, Location]:
    """The region of the key and that of the value alone."""
    key, value = keyless(key_start_of(mark), key_end_of(mark)), keyless(start_of(mark), end_of(mark))
    return locate(document.origin, key), locate(document.origin, value)


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node of a document with its path."""
    yield path, node
    for key, child in node.items():
        yield from walk(child, (*path, key))
    for index, child in enumerate(node.elements()):
        yield from walk(child, (*path, index))


def told(text: str, document: Document) -> dict[Path, tuple[str, str]]:
    """The text of key and value for every path; items of a list have no key."""
    found = {}
    for path, node in walk(document.root):
        assert node.mark
        key, value = regions(document, node.mark)
        found[path] = (at(text, key) if path and isinstance(path[-1], str) else "", at(text, value))
    return found


YAML = """\
# Größe: the first line is no key
größe: 12   # after

spec:
  'quoted key': "va\\u00e4l"
  list:
    - one
    -   two: 😀 # é
        drei: 3
    - [a, {b: c}]
    -
      - deep
  empty:
  map: {}
  text: |
    first
      second
  folded: >-
    one
    two
  plain: one
    two
  tagged: !Sub ${A}
  anchored: &x 5
  alias: *x
? complex
: end
"""


def test_every_key_and_value_of_a_yaml_text_has_its_place() -> None:
    found = told(YAML, read(YAML))
    assert found.pop(())[1].startswith("größe: 12")
    assert {path[0] for path in found} == {"größe", "spec", "complex"}
    assert {path[1:]: words for path, words in found.items() if path[0] == "spec" and len(path) > 1} == {
        ("quoted key",): ("'quoted key'", '"va\\u00e4l"'),
        ("list",): ("list", YAML[YAML.index("- one") : YAML.index("\n  empty")]),
        ("list", 0): ("", "one"),
        ("list", 1): ("", "two: 😀 # é\n        drei: 3"),
        ("list", 1, "two"): ("two", "😀"),
        ("list", 1, "drei"): ("drei", "3"),
        ("list", 2): ("", "[a, {b: c}]"),
        ("list", 2, 0): ("", "a"),
        ("list", 2, 1): ("", "{b: c}"),
        ("list", 2, 1, "b"): ("b", "c"),
        ("list", 3): ("", "- deep"),
        ("list", 3, 0): ("", "deep"),
        ("empty",): ("empty", ""),
        ("map",): ("map", "{}"),
        ("text",): ("text", "|\n    first\n      second\n"),
        ("folded",): ("folded", ">-\n    one\n    two\n"),
        ("plain",): ("plain", "one\n    two"),
        ("tagged",): ("tagged", "!Sub ${A}"),
        ("anchored",): ("anchored", "&x 5"),
        ("alias",): ("alias", "*x"),
    }
    assert (found["größe",], found["complex",]) == (("größe", "12"), ("complex", "end"))


JSON = '{\n\t"a" : 1,\n\t"ö\\u0041": ["😀", {"k"\t:\tnull}, [], true],\r\n  "e":{}, "f"\n:\n-1.5e3 }\n'


def test_every_key_and_value_of_a_json_text_has_its_place() -> None:
    found = told(JSON, read(JSON, "a.json"))
    assert found.pop(()) == ("", JSON.strip())
    assert found == {
        ("a",): ('"a"', "1"),
        ("öA",): ('"ö\\u0041"', '["😀", {"k"\t:\tnull}, [], true]'),
        ("öA", 0): ("", '"😀"'),
        ("öA", 1): ("", '{"k"\t:\tnull}'),
        ("öA", 1, "k"): ('"k"', "null"),
        ("öA", 2): ("", "[]"),
        ("öA", 3): ("", "true"),
        ("e",): ('"e"', "{}"),
        ("f",): ('"f"', "-1.5e3"),
    }


UNDERLINED = [
    ("a: 1", ("a",), "a: 1"),
    ("a:   'x y'  # c", ("a",), "a:   'x y'"),
    ("a:\n  b: 1", ("a",), "a"),
    ("a: {b: 1}", ("a",), "a: {b: 1}"),
    ("a: {b: 1,\n  c: 2}", ("a",), "a"),
    ("a: []", ("a",), "a: []"),
    ("a: &x [1]\nb: *x", ("b",), "b: *x"),
    ("a:", ("a",), "a:"),
    ("- x\n- y", ("1",), "y"),
    ("- b: 1\n  c: 2", ("0",), "b: 1"),
    ("- - x\n  - y", ("0",), "x"),
    ("- {}\n- 1", ("0",), "{}"),
    ("a:\n  b: 1", (), "a"),
    ("a: 1\nb: 2", (), "a: 1"),
    ("a:\n  b: 1\n  c: 2", ("a", "c"), "c: 2"),
    ("a:\n  b: 1", ("a", "b", "c"), "b: 1"),
    ("a: [x, y]", ("a", "1"), "y"),
    ("a: [x, y]", ("a", "2"), "a: [x, y]"),
    ("a: [x, y]", ("a", "²"), "a: [x, y]"),
    ("é: ü", ("é",), "é: ü"),
]


@pytest.mark.parametrize(("text", "path", "expected"), UNDERLINED)
def test_what_a_person_would_underline(text: str, path: tuple[str, ...], expected: str) -> None:
    document = read(text)
    assert document.root.mark
    mark, _ = find(document.root.mark, path)
    place = locate(document.origin, mark, "field")
    assert at(text, place) == expected
    assert (place.path, place.field) == ("a.yaml", "field")


def test_the_deepest_field_that_exists_is_found() -> None:
    mark = read("a: {b: [1]}").root.mark
    assert mark
    assert find(mark, ("a", "b", "0", "c"))[1] == ("a", "b", "0")
    assert find(mark, ("x",))[1] == ()


def test_columns_count_characters_not_bytes_or_units() -> None:
    document = read("- {😀é: '漢', b: 1}")
    place = regions(document, document.root.get(0, "b").mark or MISSING.mark)[1]  # type: ignore[arg-type]
    assert (place.line, place.column, place.end_column) == (1, 16, 17)


def test_a_merged_field_stands_where_it_was_written() -> None:
    text = "base: &b\n  x: 1\na:\n  <<: *b\n  y: 2\nlist: [*b]\n"
    root = read(text).root
    place = locate(Origin("a.yaml"), root.get("a", "x").mark or ())  # type: ignore[arg-type]
    assert (place.line, at(text, place)) == (2, "x: 1")
    assert at(text, locate(Origin("a.yaml"), root.get("a", "y").mark or ())) == "y: 2"  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["'a\n\n  b'", "|\n  a\n\n  b", '"a\\\n\n  \\\n  b"'])
def test_a_key_of_several_lines_starts_where_it_starts(key: str) -> None:
    text = f"x: 1\n? {key}\n: c: 1\n"
    document = read(text)
    (name,) = set(document.root.value) - {"x"}
    mark = document.root.get(name).mark
    assert mark
    place = locate(document.origin, mark)
    assert (place.line, place.column, place.end_line) == (2, 3, 2)
    assert place.end_column > place.column


@pytest.mark.parametrize(
    "text",
    [
        "a: 1 # x\u2028\nkey: value",
        "a: 'x\u2028 y'\nkey: value",
        "a: 'x\x85\x85 y'\nkey: value",
        'a: "x\u2029\u2028y"\nlist:\n  - {é: 1, key: value}',
        "a: 1\rb: 2\rkey: value",
        "a: 1\r\nb: 2\r\nkey: value\r\n",
        "a: |\n  x\u2028  y\nkey: value",
    ],
)
def test_only_a_line_feed_ends_a_line_whatever_yaml_says(text: str) -> None:
    document = read(text)
    ((_, node),) = [(path, node) for path, node in walk(document.root) if path and path[-1] == "key"]
    assert node.mark
    assert at(text, locate(document.origin, node.mark)) == "key: value"


def test_a_fault_behind_a_strange_line_end_has_the_line_that_editors_show() -> None:
    (fault,) = documents.read("a.yaml", "a: 'x\u2028y'\nb: 'x\x85y'\nc: [\nd: ]: e")
    assert not isinstance(fault, Document)
    assert fault.line == 4


@pytest.mark.parametrize("document", ["a:\n  - b: 'c'\n    d: |\n      e\n", YAML])
def test_windows_line_ends_and_byte_order_marks_change_no_place(document: str) -> None:
    plain = read(documents.decode(document.encode()))
    for content in (
        document.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + document.encode(),
        document.encode("utf-16"),
    ):
        assert read(documents.decode(content)).root == plain.root


# Property: whatever a mapping holds and however it is written, data and places come back.

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.sampled_from(
        ["yes", "on", "y", "null", "~", "0755", "1_0", "=", "<<", "1e3", "2001-01-01", "- a", "a: b", "#"]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
MAPPINGS = st.dictionaries(st.text(max_size=12) | st.sampled_from(["on", "1", "a.b", "<<"]), VALUES, max_size=4)


STRANGE = re.compile("[\x85\u2028\u2029]")
"""Line ends to YAML 1.1 only; PyYAML writes them as if reading gave them back."""


class Dumper(yaml.SafeDumper):
    """Puts in quotes what PyYAML itself takes for text and Kubernetes does not."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    mistaken = resolve(text) != text or text == "<<" or STRANGE.search(text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if mistaken else None)


Dumper.add_representer(str, _text)

STYLES = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([True, False, None]),
        "default_style": st.sampled_from([None, None, "'", '"', "|", ">"]),
        "allow_unicode": st.booleans(),
        "width": st.sampled_from([10, 40, 100_000]),
        "indent": st.integers(2, 6),
        "explicit_start": st.booleans(),
        "sort_keys": st.booleans(),
    }
)
NUMBERED = re.compile(r"[|>][-+]?\d")


def alone(place: Location, words: str) -> Any:
    """A piece of YAML read for itself, every scalar as text."""
    return yaml.load(" " * (place.column - 1) + words, yaml.BaseLoader)


def follow(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


@given(data=MAPPINGS, style=STYLES)
def test_yaml_gives_the_data_and_every_place_back(data: dict[str, Any], style: dict[str, Any]) -> None:
    text = yaml.dump(data, Dumper=Dumper, **style)
    assume(yaml.safe_load(text) == data)  # PyYAML folds some texts into others
    document = read(text)
    assert document.root.value == data
    assert document.duplicates == ()
    plain = yaml.load(text, yaml.BaseLoader)
    for path, node in walk(document.root):
        assert node.mark
        key, value = regions(document, node.mark)
        words = at(text, value)
        if not NUMBERED.match(words):  # an indentation that is told counts from the parent
            assert alone(value, words) == follow(plain, path)
        before = text.split("\n")[key.line - 1][: key.column - 1]
        if path and isinstance(path[-1], str) and not before.endswith("? "):  # such a key may go over lines
            assert alone(key, at(text, key)) == path[-1]


@given(
    data=MAPPINGS,
    indent=st.sampled_from([None, 0, 1, 2, 7, "\t", " \t"]),
    ascii_only=st.booleans(),
    separators=st.sampled_from([(",", ":"), (" ,", " : "), (",\t", ":\n"), (",\r\n", ": ")]),
    before=st.sampled_from(["", "\n", "\t\n  "]),
)
def test_json_gives_the_data_and_every_place_back(
    data: dict[str, Any], indent: Any, ascii_only: bool, separators: tuple[str, str], before: str
) -> None:
    text = before + json.dumps(data, indent=indent, ensure_ascii=ascii_only, separators=separators)
    document = read(text, "a.json")
    assert document.root.value == data
    for path, node in walk(document.root):
        assert node.mark
        key, value = regions(document, node.mark)
        assert json.loads(at(text, value)) == follow(data, path)
        if path and isinstance(path[-1], str):
            assert json.loads(at(text, key)) == path[-1]


@given(data=MAPPINGS, comments=st.lists(st.sampled_from(["", "# x: y", "#é", "   ", "  # z"]), min_size=1, max_size=5))
def test_places_survive_comments_and_blank_lines(data: dict[str, Any], comments: list[str]) -> None:
    pieces = [yaml.dump({key: value}, Dumper=Dumper, sort_keys=False) for key, value in data.items()]
    between = "".join(f"{line}\n" for line in comments)
    text = between + between.join(pieces)
    before = read("".join(pieces) or "{}")
    after = read(text + between if data else between + "{}")
    assert after.root.value == before.root.value
    for (path, old), (_, new) in zip(walk(before.root), walk(after.root), strict=True):
        assert old.mark
        assert new.mark
        shift = len(comments) * (list(data).index(str(path[0])) + 1 if path else 1)
        (line, column), (_, value_column) = key_start_of(old.mark), start_of(old.mark)
        assert key_start_of(new.mark) == (line + shift, column)
        assert start_of(new.mark)[1] == value_column


@given(st.lists(st.text(max_size=5)))
def test_a_path_is_joined_and_split_again(parts: list[str]) -> None:
    assert split_path(join_path(tuple(parts))) == tuple(parts)


@pytest.mark.parametrize(
    ("dotted", "parts"),
    [
        ("", ()),
        ("a", ("a",)),
        ("spec.containers.0.image", ("spec", "containers", "0", "image")),
        ('metadata.annotations."a.b/c"', ("metadata", "annotations", "a.b/c")),
        ('"a\\"b.c".d', ('a"b.c', "d")),
    ],
)
def test_a_path_is_split_at_its_dots(dotted: str, parts: tuple[str, ...]) -> None:
    assert split_path(dotted) == parts
    assert join_path(parts) == dotted


def test_a_cursor_walks_without_ever_failing() -> None:
    root = read("a: {b: [1, {c: ~}]}\nd: text").root
    assert root.get("a", "b", 1, "c").mark
    assert root.get("a", "b", 1, "c").value is None
    for path in [("x",), ("a", "x"), ("a", "b", 9), ("a", "b", "c"), ("d", 0), ("d", "e"), ("a", "b", 0, "z"), (0,)]:
        assert root.get(*path) is MISSING
    assert not MISSING
    assert [*MISSING.items(), *MISSING.elements(), *root.get("d").items()] == []
    assert MISSING.get("a") is MISSING
    assert root.first("x", "d", "a").value == "text"
    assert root.first("x") is MISSING
