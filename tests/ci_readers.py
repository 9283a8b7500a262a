"""Readers of the formats for CI services, as strict as the programs that read them, for tests of these formats."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from markdown_it import MarkdownIt
from markdown_it.token import Token

MARK = "<!-- assay -->"
FORMULA = re.compile(r"[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_FURTHER = re.compile(r"[;,|] *[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""A formula for a program that takes another character for the end of a cell."""
_GITHUB = {"error": {"file", "line", "endLine", "col", "endColumn", "title"}}
_GITHUB |= dict.fromkeys(("warning", "notice"), _GITHUB["error"])
_ISSUE = {"type", "sourcepath", "linenumber", "columnnumber", "code"}
_BLOCKS = {
    *("heading", "paragraph", "bullet_list", "list_item", "table", "thead", "tbody", "tr", "th", "td"),
    "inline",
}
_LINKED = re.compile(r"[@#!<>&$%~|\[\]\\^*_`]|www\.|://|\b[0-9a-f]{7,40}\b|\b(?:GH|[A-Z]{2,})-\d")
"""What a code host makes a link, a mention, a reference or markup of, where it is not in a code span."""


class Command(NamedTuple):
    """What a runner takes a line for."""

    name: str
    properties: dict[str, str]
    data: str


def github(text: str) -> tuple[list[Command], list[str]]:
    """The workflow commands of a log and its other lines, as the runner of GitHub Actions splits them."""
    commands, others = [], []
    for line in text.splitlines():
        if not line.lstrip().startswith("::"):
            others.append(line)
            continue
        head, _, data = line.lstrip()[2:].partition("::")
        name, _, rest = head.partition(" ")
        pairs = dict(part.split("=", 1) for part in rest.strip().split(",") if part)
        assert set(pairs) <= _GITHUB[name], line
        commands.append(Command(name, {key: _github(value, ":,") for key, value in pairs.items()}, _github(data, "")))
    return commands, others


def _github(text: str, further: str) -> str:
    for character in ("\r", "\n", *further, "%"):
        text = text.replace(f"%{ord(character):02X}", character)
    return text


def azure(text: str) -> tuple[list[Command], list[str]]:
    """The logging commands of a log and its other lines: the agent looks for one anywhere in a line."""
    commands, others = [], []
    for line in text.splitlines():
        start = line.find("##vso[")
        if start < 0:
            assert not re.search(r"##\w*\[", line)
            others.append(line)
            continue
        assert start == 0, line
        head, end, data = line[len("##vso[") :].partition("]")
        name, _, rest = head.partition(" ")
        assert (name, end) == ("task.logissue", "]"), line
        pairs = dict(part.split("=", 1) for part in rest.split(";") if part)
        assert set(pairs) <= _ISSUE, line
        commands.append(Command(name, {key: _azure(value) for key, value in pairs.items()}, _azure(data)))
        assert not re.search(r"##\w*\[", data)
    return commands, others


def _azure(text: str) -> str:
    for escape, character in (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%AZP25", "%")):
        text = text.replace(escape, character)
    return text


def markdown(text: str) -> list[Token]:
    """The blocks of a page, of which no part is a link, an image or HTML, but for the mark in the first line."""
    body = text.removeprefix(f"{MARK}\n")
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(body)
    for token in tokens:
        assert re.sub("_(open|close)$", "", token.type) in _BLOCKS, (token.type, token.content)
        for inner in token.children or ():
            assert inner.type in ("text", "code_inline", "strong_open", "strong_close"), (inner.type, token.content)
            assert inner.type != "text" or not _LINKED.search(inner.content), inner.content
    return tokens


def shown(tokens: Iterable[Token]) -> str:
    """The text of a page as a reader sees it."""
    return "\n".join("".join(inner.content for inner in token.children or ()) for token in tokens if token.children)


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a table by the names of its columns; no cell is a formula, and each row has each cell."""
    assert text.endswith("\r\n")
    head, *others = csv.reader(io.StringIO(text, newline=""), strict=True)
    for row in others:
        assert len(row) == len(head), row
        assert not [cell for cell in row if FORMULA.match(cell) or _FURTHER.search(cell)], row
    return [dict(zip(head, row, strict=True)) for row in others]


def suites(text: str) -> ET.Element:
    """The suites of a JUnit report; their numbers are those of their cases."""
    root = ET.fromstring(text)
    assert root.tag == "testsuites"
    for element in (root, *root):
        cases = element.findall(".//testcase")
        counted = {name: len([case for case in cases if case.find(name) is not None]) for name in _RESULTS}
        numbers = {name: int(element.attrib[_RESULTS[name]]) for name in _RESULTS}
        assert (numbers, int(element.attrib["tests"])) == (counted, len(cases))
    assert {suite.tag for suite in root} == {"testsuite"}
    assert all(case.attrib["classname"] == suite.attrib["name"] for suite in root for case in suite.iter("testcase"))
    return root


_RESULTS = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def shape(value: Any) -> Any:
    """Data without its texts and numbers."""
    if isinstance(value, ET.Element):
        return value.tag, sorted(value.attrib), [shape(child) for child in value]
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else type(value).__name__
