"""Every registered output format, written and read back in the way of its media type, for tests of all formats."""

from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from scanner import reports
from scanner.cli import outputs
from tests import ci_readers
from tests.sample import sample_scan

ALL = outputs.FORMATS
TEXTS = tuple(reports.FORMATS)

INVISIBLE = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
OBEYED = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)
"""What GitHub, Azure and TeamCity take for a command in a log."""
_VOID = {"meta", "link", "input", "br", "rect"}


def asked(name: str, folder: Path) -> str:
    """The `--output` that writes a format below a folder."""
    return f"{name}={folder / name}"


def telling(text: str) -> list[str]:
    """The text formats in which the sample scan shows a text, such as the id of one of its controls."""
    return [name for name in TEXTS if text in "".join(reports.render(name, sample_scan()))]


def texts_below(folder: Path) -> dict[str, str]:
    """File -> text of everything in a folder, or of a file itself."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()] if folder.is_dir() else [folder]
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8", "surrogateescape") for path in paths}


def check_inert(media_type: str, text: str) -> None:
    """Insist that a text can be read as what it says it is, shows every character, and makes nobody obey."""
    kind, _, syntax = media_type.partition("/")
    match media_type:
        case "text/html":
            check_page(text)
            return
        case "text/x-github-workflow-commands":
            commands, others = ci_readers.github(text)
            text = "\n".join((*others, *(line for command in commands for line in command.data.split("\n"))))
        case "text/x-azure-logging-commands":
            commands, others = ci_readers.azure(text)
            text = "\n".join((*others, *(command.data for command in commands)))
        case "text/csv":
            ci_readers.rows(text.replace("\r\n", "\n").replace("\n", "\r\n"))
            text = text.replace("\r\n", "\n")
        case "text/markdown":
            ci_readers.markdown(text)
    check_log(text)
    match syntax.rpartition("+")[2]:
        case "json":
            json.loads(text)
        case "jsonl":
            assert all(isinstance(json.loads(line), dict) for line in text.split("\n")[:-1])
        case "xml":
            ET.fromstring(text)
        case _ if kind != "text":
            pytest.fail(f"nothing here knows how to read {media_type}")


def check_log(text: str) -> None:
    """Insist that a log shows every character and that nothing in it is obeyed."""
    assert {hex(ord(each)) for each in set(text) - {"\n"} if unicodedata.category(each) in INVISIBLE} == set()
    assert OBEYED.search(text) is None


def check_page(text: str) -> None:
    """Insist that a page holds its own script and style alone, and refers to nothing but itself and secure pages."""
    text.encode()
    page = Page(text)
    assert page.tags.count("style") == page.tags.count("title") == 1
    assert "style" not in {name for _, name, _ in page.attributes}
    packed = [value for tag, name, value in page.attributes if (tag, name) == ("script", "type")]
    assert set(packed) <= {"application/octet-stream"}
    assert page.tags.count("script") - len(packed) in (0, 1)
    assert not {"img", "iframe", "base", "object", "embed"} & set(page.tags)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert all(value.startswith(("#", "https://", "data:,")) for value in page.values("href"))
    shown = set(page.text) - {"\n", "\t"}
    assert {hex(ord(each)) for each in shown if unicodedata.category(each) in INVISIBLE} == set()


class Page(HTMLParser):
    """The tags and attributes of a page, its text, and its elements as an indented outline."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self._data: list[str] = []
        self.outline: list[str] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        said = "".join(f" {name}" if value is None else f" {name}={value!r}" for name, value in attrs)
        self._say(re.sub(r"sha256-[\w+/=]{44}", "sha256-…", f"<{tag}{said}>"))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        assert self._open.pop() == tag, f"</{tag}> at {self.getpos()}"

    def handle_data(self, data: str) -> None:
        self._data.append(data)
        if "pre" in self._open:
            self._say(repr(data))
        elif self._open and self._open[-1] in ("style", "script"):
            self._say("…")
        elif words := " ".join(data.split()):
            self._say(words)

    @property
    def text(self) -> str:
        return "".join(self._data)

    def values(self, name: str) -> list[str]:
        return [value for _, other, value in self.attributes if other == name]

    def _say(self, line: str) -> None:
        self.outline.append(" " * len(self._open) + line)
