"""Each document in the dialect of whoever reads it: what differs between them, and what decides."""

from __future__ import annotations

from typing import Any

import pytest

from scanner import documents
from scanner.documents import Document

HEADERS = {"kubernetes": "apiVersion: v1\n", "compose": "services: {}\n", "plain": "nodes: []\n"}


def value(text: str) -> Any:
    (document,) = documents.read("a.yaml", text)
    assert isinstance(document, Document), document
    return document.root.value


def check(text: str, expected: Any) -> None:
    read = value(text)["key"]
    assert (type(read), read) == (type(expected), expected)


OLD_WORDS = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}
NUMBERS = {
    "0755": (493, 755),
    "-0755": (-493, -755),
    "00": (0, 0),
    "089": (89.0, 89),
    "0808": (808.0, 808),
    "08.5": (8.5, 8.5),
    "0o17": (15, 15),
    "0O17": (15, "0O17"),
    "-0o17": (-15, "-0o17"),
    "0x1F": (31, 31),
    "0X1F": (31, "0X1F"),
    "-0x1F": (-31, "-0x1F"),
    "0b101": (5, "0b101"),
    "1_000": (1000, "1_000"),
    "1_0.5": (10.5, "1_0.5"),
    ".5_0": (0.5, ".5_0"),
    "-7": (-7, -7),
    "+7": (7, 7),
    "+.5": (0.5, 0.5),
    "0.1e-5": (1e-06, 1e-06),
    "0e3": (0.0, 0.0),
    "-.inf": (float("-inf"), float("-inf")),
    "0x8000000000000000": ("0x8000000000000000", "0x8000000000000000"),
    "09223372036854775808": (9223372036854775808.0, "09223372036854775808"),
    "0" * 41: ("0" * 41, "0" * 41),
}
SAME = {"true": True, "False": False, "~": None, "null": None, "12": 12, "1:30": "1:30", "2024-02-29": "2024-02-29"}


@pytest.mark.parametrize(
    ("text", "kubernetes", "compose", "plain"),
    [
        *((text, known, text, text) for text, known in OLD_WORDS.items()),
        *((text, older, older, core) for text, (older, core) in NUMBERS.items()),
        *((text, same, same, same) for text, same in SAME.items()),
        ("'yes'", "yes", "yes", "yes"),
        ('"0755"', "0755", "0755", "0755"),
        ("!!str yes", "yes", "yes", "yes"),
        ("!!bool yes", True, True, True),
        ("!Ref yes", "yes", "yes", "yes"),
        ("[yes, {a: 0755}]", [True, {"a": 493}], ["yes", {"a": 493}], ["yes", {"a": 755}]),
    ],
)
def test_a_scalar_in_each_dialect(text: str, kubernetes: Any, compose: Any, plain: Any) -> None:
    for name, expected in (("kubernetes", kubernetes), ("compose", compose), ("plain", plain)):
        check(f"{HEADERS[name]}key: {text}\n", expected)
        check(f"key: {text}\n{HEADERS[name]}", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("apiVersion: v1\nkind: Pod\nservices: {}\nkey: no", False),
        ("key: no\nspec: {}\nkind: Pod\napiVersion: v1", False),
        ("apiVersion: assay.dev/v1\nkind: Architecture\nkey: yes", True),
        ("base: &b {apiVersion: v1}\nkey: no\n<<: *b", False),
        ("base: &b {apiVersion: v1}\nmore: &m {<<: *b}\nkey: no\n<<: [{}, *m]", False),
        ("metadata: {apiVersion: v1}\nkey: no", "no"),
        ("services: {web: {tty: no}}\nkey: 0755", 493),
        ("services: [web]\nkey: 0755", 755),
        ("base: &b {services: {}}\nkey: 0755\n<<: *b", 493),
        ("'services': {}\nkey: 0755", 493),
        ("key: no", "no"),
        ("{key: 0755}", 755),
    ],
)
def test_the_root_decides_on_the_dialect(text: str, expected: Any) -> None:
    check(text, expected)


def test_each_document_of_a_text_has_its_own_dialect() -> None:
    texts = ["key: no\n", "apiVersion: v1\nkey: no\n", "services: {}\nkey: 0755\n", "key: 0755\n"]
    read = [
        part.root.value["key"] for part in documents.read("a.yaml", "---\n".join(texts)) if isinstance(part, Document)
    ]
    assert read == ["no", False, 493, 755]


@pytest.mark.parametrize(("text", "expected"), [("yes", "yes"), ("0755", 755), ("[yes, 0755]", ["yes", 755])])
def test_a_document_without_a_mapping_is_plain(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_a_list_that_says_api_version_is_no_object() -> None:
    assert value("- apiVersion\n- no") == ["apiVersion", "no"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x no\nkey: *x", "no"),
        ("a: &x 0755\nkey: [*x, *x]", [755, 755]),
        ("a: &x 'no'\nkey: *x", "no"),
        ("a: &x {b: no}\nkey: *x", {"b": "no"}),
        ("a: &x {b: no, c: 0755}\nkey: {<<: *x, c: 1}", {"b": "no", "c": 1}),
        ("a: &x {b: 'no'}\nkey: {<<: *x, b: yes}", {"b": "yes"}),
        ("key: no\nkey: false", False),
        ("key: 0755\nkey: 5", 5),
        ("key: false\nkey: no", "no"),
        ("key: {b: no}\nkey: [0755]", [755]),
    ],
)
def test_a_scalar_is_read_anew_wherever_it_stands(text: str, expected: Any) -> None:
    check(text, expected)


def test_a_scalar_that_is_read_anew_keeps_its_place() -> None:
    (document,) = documents.read("a.yaml", "a:\n  b: yes\n")
    assert isinstance(document, Document)
    assert document.root.get("a", "b").mark == (1, 2, 3, 1, 5, 1, 8, None)


BASE = "p: &p {x: 1, y: 1}\nq: &q {x: 2, z: 2}\n"


@pytest.mark.parametrize(
    ("mapping", "kubernetes", "otherwise"),
    [
        ("{<<: *p, x: 3}", {"x": 3, "y": 1}, {"x": 3, "y": 1}),
        ("{x: 3, <<: *p}", {"x": 1, "y": 1}, {"x": 3, "y": 1}),
        ("{x: 3, <<: *p, y: 4}", {"x": 1, "y": 4}, {"x": 3, "y": 4}),
        ("{x: ~, <<: *p}", {"x": 1, "y": 1}, {"x": None, "y": 1}),
        ("{x: 3, <<: *p, x: 4}", {"x": 4, "y": 1}, {"x": 4, "y": 1}),
        ("{<<: [*p, *q]}", {"x": 1, "y": 1, "z": 2}, {"x": 1, "y": 1, "z": 2}),
        ("{<<: [*q, *p]}", {"x": 2, "y": 1, "z": 2}, {"x": 2, "y": 1, "z": 2}),
        ("{<<: *p, x: 3, <<: *q}", {"x": 2, "y": 1, "z": 2}, {"x": 3, "y": 1, "z": 2}),
        ("{<<: {x: 3, <<: *p}}", {"x": 1, "y": 1}, {"x": 3, "y": 1}),
        (
            "{b: &b {x: 3, <<: *p}, c: {<<: *b, y: 5}}",
            *({"b": {"x": x, "y": 1}, "c": {"x": x, "y": 5}} for x in (1, 3)),
        ),
    ],
)
def test_what_a_merge_overrides(mapping: str, kubernetes: Any, otherwise: Any) -> None:
    text = f"{BASE}key: {mapping}\n"
    for name, expected in (("kubernetes", kubernetes), ("compose", otherwise), ("plain", otherwise)):
        check(f"{text}{HEADERS[name]}", expected)


def test_a_merged_field_stands_where_it_was_written() -> None:
    (document,) = documents.read("a.yaml", f"apiVersion: v1\n{BASE}key: {{x: 3, <<: *p}}\n")
    assert isinstance(document, Document)
    assert document.root.get("key", "x").mark == document.root.get("p", "x").mark


def test_a_privilege_behind_a_merge_is_seen() -> None:
    text = "spec:\n  privileged: false\n  <<: {privileged: yes}\nkind: Pod\napiVersion: v1\n"
    assert value(text)["spec"] == {"privileged": True}
