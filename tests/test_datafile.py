"""Reading the data files of our own formats: what is wrong with one is told with its line and in plain sentences."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as some

from scanner import datafile, library, objectives, plain_schema, schema_errors
from scanner.errors import PackError, did_you_mean
from scanner.limits import Limits
from tests.conftest import REPOSITORY

Read: TypeAlias = Callable[..., datafile.DataFile]
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title", "severity"],
    "properties": {
        "title": {"type": "string", "minLength": 4, "maxLength": 10, "description": "What it is called."},
        "severity": {"enum": ["critical", "high", "medium", "low", "info"]},
        "source": {
            "type": "string",
            "pattern": "^https://",
            "description": "An address that begins with https://.",
            "examples": ["https://a.example"],
        },
        "tags": {"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": True, "items": {"type": "string"}},
        "each": {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 2, "items": {"type": "string"}}]},
        "most": {"type": "integer", "minimum": 1, "maximum": 9},
        "format": {"const": "one"},
        "sizes": {"type": "object", "minProperties": 1, "propertyNames": {"pattern": "^[A-Z]+$"}},
        "link": {
            "type": "object",
            "additionalProperties": False,
            "oneOf": [{"required": ["rule"]}, {"required": ["objective"]}],
            "properties": {"rule": {"type": "string"}, "objective": {"type": "string"}},
        },
        "password": {"type": "integer"},
        "x-.*": {},
    },
    "patternProperties": {"^x-": {"type": "boolean"}},
}
ONE_OF = "it must be one of critical, high, medium, low, info"
GOOD = "title: A title\nseverity: high\n"


def patterns(schema: Any) -> Iterator[tuple[str, Any]]:
    """Each pattern of a schema with the schema that it stands in."""
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from patterns(inner)
    if isinstance(schema, dict) and isinstance(schema.get("pattern"), str):
        yield schema["pattern"], schema


def test_what_a_pattern_wants_is_said_in_words_and_by_examples() -> None:
    """A regular expression is never shown, so each needs both."""
    files = [path for folder in ("rules", "frameworks", "scanner") for path in (REPOSITORY / folder).rglob("*.json")]
    found = [each for path in files for each in patterns(json.loads(path.read_text(encoding="utf-8")))]
    assert len(found) > 5
    for pattern, schema in found:
        assert schema["description"].endswith("."), schema
        assert schema["examples"], schema
        assert all(re.search(pattern, example) for example in schema["examples"]), schema


@pytest.fixture
def read(tmp_path: Path) -> Read:
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(SCHEMA))

    def make(text: str, name: str = "a.yaml") -> datafile.DataFile:
        (tmp_path / name).write_text(text)
        return datafile.read(tmp_path / name, schema)

    return make


def told(read: Read, text: str, name: str = "a.yaml") -> list[str]:
    """What is wrong with a text, each error on a line without the folder."""
    with pytest.raises(PackError) as caught:
        read(text, name)
    folder = os.path.dirname(caught.value.location)
    return [error.on_one_line().removeprefix(f"{folder}/") for error in caught.value.each()]


def test_a_good_file_gives_its_data_and_the_lines_of_it(read: Read) -> None:
    file = read(GOOD + "tags:\n  - a\n  - b\n")
    assert file.value == {"title": "A title", "severity": "high", "tags": ["a", "b"]}
    assert (file.line(), file.line(("severity",)), file.line(("tags", 1)), file.line(("tags", "9"))) == (1, 2, 5, 3)
    assert file.where(("tags", 1)).endswith("/a.yaml:5")


@pytest.mark.parametrize("content", [b"title: Long\r\nseverity: low\n", b"\xef\xbb\xbf# nothing\n"])
def test_the_digest_is_that_of_the_bytes_on_disk(tmp_path: Path, content: bytes) -> None:
    path, schema = tmp_path / "a.yaml", tmp_path / "schema.json"
    path.write_bytes(content)
    schema.write_text("{}", encoding="utf-8")
    assert datafile.read(path, schema, may_be_empty=True).sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("severity: hihg", f"severity is 'hihg'; {ONE_OF} (did you mean high?)"),
        ("severity: HIGH", f"severity is 'HIGH'; {ONE_OF} (did you mean high?)"),
        ("severity: 3", f"severity is 3; {ONE_OF}"),
        ("tilte: x", "there is no key 'tilte' (did you mean title?)"),
        ("zebra: x", "there is no key 'zebra' (known: each, format, link, most, password, severity, sizes, source, "),
        ("title: 1.10", "title is the number 1.1; it must be text (put it in quotes)"),
        ("title: true", "title is true; it must be text (put it in quotes)"),
        ("title: [a]", "title is a list; it must be text"),
        ("title:", "title is empty; it must be text"),
        ("tags: a", "tags is text; it must be a list"),
        ("tags: [a, 1]", "item 2 of tags is the number 1; it must be text (put it in quotes)"),
        ("title: abc", "title has 3 characters; it must have at least 4 (What it is called.)"),
        ("title: abcdefghijkl", "title has 12 characters; it must have at most 10 (What it is called.)"),
        ("source: http://a", "source is 'http://a'; it must look like 'https://a.example' (An address that begins with https://.)"),
        ("tags: []", "tags has 0 items; it must have at least 1"),
        ("tags: [a, b, c, d]", "tags has 4 items; it must have at most 3"),
        ("tags: [a, b, a]", "tags holds 'a' twice (remove one of them)"),
        ("each: 5", "each is the number 5; it must be text or a list"),
        ("each: [a]", "each has 1 item; it must have at least 2"),
        ("each: [a, {}]", "item 2 of each is a mapping; it must be text"),
        ("most: 0", "most is 0; it must be at least 1"),
        ("most: 10", "most is 10; it must be at most 9"),
        ("most: a", "most is text; it must be a whole number"),
        ("format: two", "format is 'two'; it must be 'one'"),
        ("sizes: {}", "sizes has 0 keys; it must have at least 1"),
        ("sizes: {small: 1}", "the key 'small' does not have the expected form in sizes"),
        ("link: {}", "link has none of rule, objective (give one of them)"),
        ("link: {rule: a, objective: b}", "link has more than one of rule, objective (keep only one of them)"),
        ("x-note: 1", "x-note is the number 1; it must be true or false"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence_with_its_line(read: Read, text: str, said: str) -> None:
    kept = [line for line in GOOD.splitlines() if line.partition(":")[0] != text.partition(":")[0]]
    (found,) = told(read, "\n".join([*kept, text]))
    assert found.startswith(f"a.yaml:{len(kept) + 1}: {said}")


def test_every_missing_key_is_named_once(read: Read) -> None:
    assert told(read, "tags: [a]\n") == [
        "a.yaml:1: the key 'title' is missing (What it is called.)",
        "a.yaml:1: the key 'severity' is missing",
    ]


def test_a_misspelt_key_is_not_told_as_missing_too(read: Read) -> None:
    assert told(read, "tilte: abc\nseverity: low\n") == ["a.yaml:1: there is no key 'tilte' (did you mean title?)"]


def test_all_that_is_wrong_is_said_in_the_order_of_the_lines(read: Read) -> None:
    assert told(read, "most: 0\nseverity: hgih\ntitle: A title\ntags: [1]\n") == [
        "a.yaml:1: most is 0; it must be at least 1",
        f"a.yaml:2: severity is 'hgih'; {ONE_OF} (did you mean high?)",
        "a.yaml:4: item 1 of tags is the number 1; it must be text (put it in quotes)",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a.yaml:1: the file is empty"),
        ("# nothing\n", "a.yaml:1: the file is empty"),
        ("- a\n", "a.yaml:1: the file is a list; it must be a mapping"),
        (GOOD + "---\ntitle: b\n", "a.yaml:4: a second document begins here; a file may hold only one"),
        (GOOD + "title: again\n", "a.yaml:3: the key 'title' occurs twice"),
        (GOOD + "link: {rule: a, rule: b}\n", "a.yaml:3: the key 'rule' occurs twice"),
        (GOOD + "tags: " + 300 * "[" + 300 * "]" + "\n", "a.yaml:3: nested deeper than 200 levels"),
        (GOOD + "tags: [a\n", "a.yaml:3: not valid YAML"),
        (GOOD + "tags: *nowhere\n", "a.yaml:3: the alias *nowhere has no anchor"),
    ],
)
def test_a_text_that_is_not_one_document_is_refused(read: Read, text: str, said: str) -> None:
    (found,) = told(read, text)
    assert found.startswith(said)
    assert "--limit" not in found


def test_json_is_read_as_json_and_other_names_as_yaml(read: Read) -> None:
    assert read('{"title": "A title", "severity": "high"}', "a.json").value["severity"] == "high"
    assert read(GOOD, "a.txt").value["severity"] == "high"
    (found,) = told(read, GOOD, "b.json")
    assert found.startswith("b.json:1: not valid JSON")


def test_what_is_not_a_readable_regular_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = objectives.files()[0]
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "binary.yaml").write_bytes(b"a: \xff\n")
    (tmp_path / "long.yaml").write_text("a: b\n" * 9)
    monkeypatch.setattr(datafile, "LIMITS", Limits(bytes=40))
    for name, said in (
        ("pipe.yaml", "not a regular file"),
        ("folder.yaml", "not a regular file"),
        ("none.yaml", "cannot be read: no such file or directory"),
        ("binary.yaml", "not UTF-8 text"),
        ("long.yaml", "larger than"),
    ):
        with pytest.raises(PackError, match=said) as caught:
            datafile.read(tmp_path / name, schema)
        assert name in caught.value.location


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter2-and-more",
        "severity: ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789: a",
        "severity: " + "AKIAIOSFODNN7EXAMPLQ",
    ],
)
def test_no_credential_is_shown(read: Read, text: str) -> None:
    secret = next(part for part in text.split(": ") if len(part) > 12)
    said = "\n".join(told(read, GOOD.replace("severity: high\n", "") + text + "\n"))
    assert secret not in said
    assert secret[4:] not in said


VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = some.sampled_from(["rule", "objective", "x-a"])
KEYS = some.sampled_from([*SCHEMA["properties"], "x-a", "tilte"])  # type: ignore[misc]


@given(VALUES | some.dictionaries(KEYS, VALUES))
def test_whatever_stands_in_a_file_is_told_in_short_sentences_of_our_own(value: Any) -> None:
    """A problem for each value that the schema refuses, none for one that it accepts, never in jsonschema's words."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    found = list(schema_errors.problems(validator, value))
    assert bool(found) != validator.is_valid(value)
    words = {error.message for error in validator.iter_errors(value)}
    for problem in found:
        assert problem.message not in words
        assert len(problem.message) < 250
        assert "wants it" not in problem.message


@given(VALUES | some.dictionaries(KEYS, VALUES) | some.fixed_dictionaries({"link": some.dictionaries(NAMES, VALUES)}))
def test_the_quick_check_allows_nothing_that_the_schema_refuses(value: Any) -> None:
    simple = json.loads(json.dumps(SCHEMA).replace('"maxItems": 3, ', ""))
    if plain_schema.check(simple)(value):
        assert jsonschema.Draft202012Validator(simple).is_valid(value)


@pytest.mark.parametrize(("folder", "files"), [("rules", "**/*.yaml"), ("frameworks", "*-*.yaml")])
def test_the_quick_check_decides_about_all_shipped_files(folder: str, files: str) -> None:
    root = library.data_root() / folder
    schema = json.loads((root / "schema.json").read_text(encoding="utf-8"))
    check, found = plain_schema.check(schema), [*root.glob(files)]
    assert len(found) > 20
    for file in found:
        value = datafile.read(file, root / "schema.json").value
        assert check(value), file
        assert not check({**value, "unknown": 1})
        assert not check({name: held for name, held in value.items() if name != schema["required"][0]})


@given(some.text(min_size=60))
def test_a_long_value_is_cut(text: str) -> None:
    assert len(schema_errors.shown(text.replace("\\", "").replace("'", ""))) < 400
    assert schema_errors.shown("x" * 9000) == repr("x" * 40 + "…")


@given(some.lists(some.sampled_from("abcdefghijklmnop-"), min_size=5, unique=True), some.data())
def test_one_wrong_letter_is_no_obstacle_to_a_hint(letters: list[str], data: some.DataObject) -> None:
    name = "".join(letters)
    at = data.draw(some.integers(0, len(name) - 1))
    wrong = name[:at] + "z" + name[at + 1 :]
    assert did_you_mean(wrong, ["0123456789", name, "99999"]) == f"did you mean {name}?"


def test_a_hint_is_given_for_names_that_may_be_misspelt_only() -> None:
    assert did_you_mean("HIGH", ["low", "high"]) == "did you mean high?"
    assert did_you_mean("zebra", ["low", "high"]) == ""
    assert did_you_mean(None, ["low"]) == ""
    assert did_you_mean("high" * 500, ["high" * 500]) == ""


def test_the_shipped_objectives_are_read() -> None:
    found = objectives.load()
    assert found["workload-least-privilege"].title.startswith("Containers run with")
    assert all(each.meaning.endswith(".") for each in found.values())
