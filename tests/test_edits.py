"""Edits of texts: what was asked for is said, and every other character stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import yaml
from hypothesis import assume, example, given, reject
from hypothesis import strategies as st

from scanner import documents
from scanner.documents import edits
from scanner.documents.data_to_text import QuotingStyle, flow
from scanner.documents.layout import Layout
from scanner.errors import UneditableError
from scanner.policy.fix import RuleFix

KEYS = st.sampled_from(["name", "image", "kind", "limits", "args", "on", "1", "a.b/c", "x y"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 9000),
    st.sampled_from(["web", "true", "5", "a: b", "# no comment", "it's", 'say "so"', "{x}", "", "- a", "two\nlines\n"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.dictionaries(KEYS, inner, max_size=3), st.lists(inner, max_size=3)),
    max_leaves=8,
)
DATA = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)


class Writer:
    """Writes data as people do: with comments, in some indent, with some collections between brackets."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.step = draw(st.sampled_from([2, 4]))
        self.list_step = draw(st.sampled_from([0, 2]))
        self.commented = draw(st.booleans())
        self.numbers = count(1)

    def comment(self, before: str = "") -> Iterator[str]:
        if self.commented and self.draw(st.integers(0, 3)) == 0:
            yield f"{before}# comment {next(self.numbers)}"

    def lines(self, value: Any, pad: str) -> Iterator[str]:
        for key, item in value.items() if isinstance(value, dict) else ((None, item) for item in value):
            yield from self.comment(pad)
            end = "".join(self.comment(" "))
            head = "-" if key is None else f"{self.scalar(key)}:"
            if not isinstance(item, dict | list) or not item or self.draw(st.integers(0, 3)) == 0:
                yield from self.leaf(pad, head, item, end)
            elif key is None:
                first, *rest = [line for line in self.lines(item, pad + "  ") if line.strip()]
                if first.lstrip().startswith("#"):
                    yield f"{pad}-{end}"
                    yield from (first, *rest)
                else:
                    yield from (f"{pad}- {first.lstrip()}", *rest)
            else:
                yield f"{pad}{head}{end}"
                yield from self.lines(item, pad + " " * (self.list_step if isinstance(item, list) else self.step))

    def leaf(self, pad: str, head: str, item: Any, end: str) -> Iterator[str]:
        if isinstance(item, str) and item.endswith("\n") and self.draw(st.booleans()):
            yield f"{pad}{head} |{end}"
            yield from (f"{pad}    {line}" for line in item.splitlines())
        elif isinstance(item, dict | list) and item and self.commented and self.draw(st.booleans()):
            yield f"{pad}{head} {self.spread(item, pad)}{end}"
        else:
            yield f"{pad}{head} {self.flow(item)}{end}".rstrip()

    def spread(self, item: Any, pad: str) -> str:
        """Brackets over several lines, each entry on its own."""
        pairs = item.items() if isinstance(item, dict) else ((None, each) for each in item)
        parts = [(f"{self.scalar(key)}: " if key is not None else "") + self.flow(each) for key, each in pairs]
        opening, closing = "{}" if isinstance(item, dict) else "[]"
        return (
            f"{opening}\n"
            + "".join(f"{pad}    {part},{''.join(self.comment(' '))}\n" for part in parts)
            + pad
            + closing
        )

    def flow(self, item: Any) -> str:
        if isinstance(item, dict):
            return "{" + ", ".join(f"{self.scalar(key)}: {self.flow(each)}" for key, each in item.items()) + "}"
        if isinstance(item, list):
            return "[" + ", ".join(map(self.flow, item)) + "]"
        return self.scalar(item)

    def scalar(self, value: Any) -> str:
        if isinstance(value, str) and not re.fullmatch(r"web|name|image|kind|limits|args|a\.b/c", value):
            quoted = json.dumps(value)
            return f"'{value}'" if "'" not in value and "\n" not in value and self.draw(st.booleans()) else quoted
        return value if isinstance(value, str) else json.dumps(value)


@st.composite
def texts(draw: Any) -> tuple[str, str, dict[str, Any]]:
    data = draw(DATA)
    style = draw(st.sampled_from(["yaml", "yaml", "yaml", "pretty", "tabs", "compact"]))
    if style == "yaml":
        text = "".join(line + "\n" for line in Writer(draw).lines(data, ""))
        bare = text.rstrip("\n")  # a block at the end means something else without its line feed
        return (
            "a.yaml",
            bare if draw(st.booleans()) and edits.same(read("a.yaml", bare).root.value, data) else text,
            data,
        )
    forms: dict[str, dict[str, Any]] = {
        "pretty": {"indent": 2},
        "tabs": {"indent": "\t"},
        "compact": {"separators": (",", ":")},
    }
    return "a.json", json.dumps(data, **forms[style]), data


def paths(value: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every field of a mapping, at any depth."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(value, dict):
            yield (*before, str(key))
        if isinstance(item, dict | list):
            yield from paths(item, (*before, str(key)))


def read(name: str, text: str) -> documents.Document:
    (document,) = documents.read(name, text)
    assert isinstance(document, documents.Document), document
    return document


def rewritten(name: str, text: str, wanted: Any) -> str:
    return edits.apply(text, edits.rewrite(Layout(text), read(name, text).root, wanted))


def own_line_comments(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.lstrip().startswith("# comment")]


@given(texts(), st.data())
def test_a_field_that_is_removed_or_set(written: tuple[str, str, dict[str, Any]], data: st.DataObject) -> None:
    name, text, plain = written
    found = read(name, text)
    assert edits.same(found.root.value, plain)
    path = data.draw(st.sampled_from(list(paths(plain))))
    remedy: dict[str, Any] = {"remove": [documents.positions.join_path(path)]}
    if data.draw(st.booleans()):
        extended = (*path, data.draw(KEYS)) if data.draw(st.booleans()) else path
        remedy = {"set": {documents.positions.join_path(extended): data.draw(VALUES)}}
    wanted = RuleFix.of({"safe": True, **remedy}, None).applied(plain)
    try:
        result = rewritten(name, text, wanted)
    except UneditableError:
        reject()
    again = read(name, result)
    assert edits.same(again.root.value, wanted), result
    gone = set(own_line_comments(text)) - set(own_line_comments(result))
    assert not gone or remedy.get("remove") or isinstance(held(plain, path), dict | list), result


def held(value: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


@given(texts(), st.data())
def test_what_is_added_leaves_every_line_in_place(
    written: tuple[str, str, dict[str, Any]], data: st.DataObject
) -> None:
    name, text, plain = written
    assume(name == "a.yaml")
    wanted = {**plain, "added": data.draw(VALUES)}
    result = rewritten(name, text, wanted)
    assert result.startswith(text)
    assert edits.same(read(name, result).root.value, wanted)


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        (
            "- a: 1\n  b: 2\n  c: 3\n  d: 4\n- e\n",
            [{"b": 2, "d": 4}, "e"],
            "- b: 2\n  d: 4\n- e\n",
        ),
        ('x: {a: 1, b: "one #two", c: 3}\n', {"x": {"a": 1, "c": 3}}, "x: {a: 1, c: 3}\n"),
        ('x: {b: "one #two"}\n', {"x": {}}, "x: {}\n"),
    ],
    ids=["entries apart behind a dash", "a hash in quotes", "nothing but a hash in quotes"],
)
def test_what_is_taken_out_leaves_the_rest(before: str, wanted: Any, after: str) -> None:
    (document,) = documents.read("a.yaml", before)
    assert isinstance(document, documents.Document)
    assert edits.apply(before, edits.rewrite(Layout(before), document.root, wanted)) == after


def test_a_comment_between_brackets_is_not_taken_out_with_an_entry() -> None:
    text = "x: {a: 1,  # needed\n  b: 2}\n"
    (document,) = documents.read("a.yaml", text)
    assert isinstance(document, documents.Document)
    with pytest.raises(UneditableError, match="would remove a comment"):
        edits.rewrite(Layout(text), document.root, {"x": {"b": 2}})


@given(
    st.recursive(
        SCALARS | st.floats(allow_nan=False) | st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn"])),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=8,
    )
)
@example([1e16, -1e-7, 1.5e300, float("inf"), float("-inf")])
def test_what_is_written_on_one_line_is_read_as_the_same_by_any_reader(value: Any) -> None:
    assert yaml.safe_load(flow(value, QuotingStyle())) == value
    assert read("a.yaml", flow({"value": value}, QuotingStyle())).root.value == {"value": value}
