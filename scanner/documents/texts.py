"""A text of one language -> its documents: YAML, JSON, TOML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec.structs import replace

from scanner.documents import json_text, yaml_text
from scanner.documents.document import Document, Fault, document
from scanner.documents.parsed import ParseFault
from scanner.documents.positions import Node
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.limits import Limits
from scanner.marks import line_of
from scanner.places import Origin

_Part = TypeVar("_Part")
_DOT = r"(?:\.|(?:[a-z]+_)*dot_)?"
_COMMENTED = regex(
    rf"\.jsonc$|\.code-workspace$|(?:^|/){_DOT}(?:vscode|zed|devcontainer)/(?:.*/)?[^/]+\.json$"
    rf"|(?:^|/){_DOT}devcontainer\.json$|(?:^|/){_DOT}gemini/settings\.json$|(?:^|/)opencode\.json$"
    r"|(?:^|/)(?:Code(?: - Insiders)?|VSCodium|Cursor|Windsurf)/User/[^/]+\.json$"
    r"|(?:^|/)[tj]sconfig(?:\.[\w-]+)?\.json$|(?:^|[/._-])zed[._-]settings\.json$"
)
"""JSON files in which their own tools take comments. Claude Code does not: it discards such a file.

chezmoi, which manages such files, writes `dot_` and attributes such as `private_` in place of the dot.
"""
_TEMPLATE = regex(r"(?i)(?<=\.json|jsonc)\.(?:example|sample|template|tmpl|tpl|dist)$")
"""The ending behind that of a JSON file which is copied, or filled in, before its tool loads it."""
_HEADER = regex(r"(?:[ \t\r]*(?:#.*)?\n|---[ \t\r]*\n|(?:name|version):.*\n){1,60}")
"""Comments at the start of a YAML file, with the keys that may stand between them."""
_LONGEST = 200
"""Characters of a comment that are kept."""
_CALL_SIGNS = ("mcp__", "tools/call")


def commented(path: str) -> bool:
    """Whether the tool that loads a JSON file takes comments and trailing commas."""
    return bool(_COMMENTED.search(path))


def bounded(
    parts: Iterator[_Part | ParseFault], limits: Limits, line: Callable[[_Part], int]
) -> Iterator[_Part | ParseFault]:
    """Parts up to a number of documents, and of faults: each fault is a new start, so that many take for ever.

    `line` gives the 0-based line of a document.
    """
    documents = faults = 0
    for part in parts:
        if isinstance(part, ParseFault):
            faults += 1
            yield part
            if faults == limits.faults:
                yield ParseFault(f"{limits.passed('faults')}: the rest of the text is not read", part.line)
                return
        else:
            documents += 1
            if documents > limits.documents:
                yield ParseFault(limits.passed("documents"), line(part))
                return
            yield part


def fault_of(found: ParseFault, text: str, origin: Origin, kind: str) -> Fault:
    """A part of a text that cannot be read, with its line in the input."""
    return Fault(found.message, origin.first_line + found.line + 1, text, bool(origin.first_line), kind, origin.path)


def yaml(text: str, origin: Origin, limits: Limits, first_line: int = 0) -> Iterator[Document | Fault]:
    """The documents of a YAML text, which begins at a line of what the origin names."""
    header = "" if origin.first_line else _header(text)
    for parsed in bounded(yaml_text.parse(text, limits, first_line), limits, lambda parsed: line_of(parsed.mark)):
        if isinstance(parsed, ParseFault):
            yield fault_of(parsed, text, origin, "yaml")
        else:
            found = document("yaml", parsed, origin)
            yield replace(found, header=header) if header else found
            header = ""


def _header(text: str) -> str:
    """The comments above the content of a YAML text, one a line, without their signs."""
    found = _HEADER.match(text)
    lines = found[0].splitlines() if found and "#" in found[0] else []
    return "\n".join(line[:_LONGEST].strip("# \t\r") for line in lines if line.lstrip().startswith("#"))


def whole_json(text: str, origin: Origin, limits: Limits) -> list[Document]:
    """The documents of a text that is JSON to its end; none for any other."""
    try:
        return _of_json(text, origin, limits)
    except UnreadableError:
        return []


def is_json_template(path: str) -> bool:
    """Whether a text is a JSON file that is copied or filled in before a tool loads it, by its name."""
    return bool(_TEMPLATE.search(path))


def json_template(text: str, origin: Origin, limits: Limits) -> Iterator[Document | Fault]:
    """The document of a template for a JSON file; one that is not JSON before it is filled in is a fault of its own."""
    try:
        json_text.parse(text, limits, relaxed=True)
    except UnreadableError as error:
        yield fault_of(ParseFault(error.message, error.line), text, origin, "template")
        return
    yield from json(text, origin, limits, relaxed=commented(_TEMPLATE.sub("", origin.path)))


def json(text: str, origin: Origin, limits: Limits, *, relaxed: bool = False) -> Iterator[Document | Fault]:
    """The document of a JSON text, or the calls that it states; with comments where they are allowed."""
    try:
        yield from _of_json(text, origin, limits, relaxed=relaxed)
    except UnreadableError as error:
        fault = fault_of(ParseFault(error.message, error.line), text, origin, "json")
        yield replace(fault, relaxed=None if relaxed else _relaxed(text, origin, limits, fault))


def _of_json(text: str, origin: Origin, limits: Limits, *, relaxed: bool = False) -> list[Document]:
    found = document("json", json_text.parse(text, limits, relaxed=relaxed), origin)
    return (_calls(found) if any(sign in text for sign in _CALL_SIGNS) else []) or [found]


def _relaxed(text: str, origin: Origin, limits: Limits, fault: Fault) -> Document | None:
    """The document of a JSON text with comments; None for any other that is not JSON."""
    try:
        return document("json", json_text.parse(text, limits, relaxed=True), origin, fault=fault)
    except UnreadableError:
        return None


def _calls(found: Document) -> list[Document]:
    """The tool calls that a JSON document states."""
    from scanner.documents import tool_calls

    return [
        Document("call", found.origin, Node(arguments.value, arguments.mark), name, found.duplicates, found.has_null)
        for name, arguments in tool_calls.of_data(found.root)
    ]


def toml(text: str, origin: Origin, limits: Limits) -> Iterator[Document | Fault]:
    """The document of a TOML text."""
    from scanner.documents import toml_text

    try:
        yield document("toml", toml_text.parse(text, limits), origin)
    except UnreadableError as error:
        yield fault_of(ParseFault(error.message, error.line), text, origin, "toml")
