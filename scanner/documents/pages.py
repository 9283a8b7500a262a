"""A text with code in it -> its documents: front matter, code blocks, calls, and the prose around them."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import front_matter, javascript, markdown, shell_text, texts
from scanner.documents.classify import is_page
from scanner.documents.document import Document, Fault, document
from scanner.documents.parsed import ParseFault
from scanner.documents.positions import Node
from scanner.limits import Limits
from scanner.marks import keyless, line_of
from scanner.places import Origin

_PLAIN = ("", "text", "txt", "plain", "plaintext")
"""Labels of code blocks that are of no language."""


def script(text: str, origin: Origin, limits: Limits) -> Iterator[Document | Fault]:
    """The calls in a text of JavaScript."""
    if not javascript.might_hold_calls(text):
        return
    for call in texts.bounded(javascript.parse(text, limits), limits, lambda call: line_of(call.arguments.mark)):
        if isinstance(call, ParseFault):
            yield texts.fault_of(call, text, origin, "sketch" if call.sketch else "call")
        else:
            yield document("call", call.arguments, origin, call.name)


def page(text: str, path: str, limits: Limits) -> Iterator[Document | Fault]:
    """The documents of a Markdown text, or of any other text, which is read as one."""
    taken = 0
    if is_page(path) and (block := front_matter.parse(text, limits)):
        taken = front_matter.lines_of(text)
        yield _front_matter(block, text, path)
    fences, prose = markdown.parse(text, taken)
    for fence in fences:
        yield from _block(fence, path, limits)
    marks = [keyless((line, 0), (line, len(words))) for line, words in enumerate(prose)]
    yield Document("prose", Origin(path), Node(prose, keyless((0, 0), (len(prose), 0), marks)))


def _front_matter(block: front_matter.FrontMatter | ParseFault, text: str, path: str) -> Document | Fault:
    if isinstance(block, ParseFault):
        return texts.fault_of(block, text, Origin(path), "yaml")
    fault = texts.fault_of(block.fault, text, Origin(path), "front-matter") if block.fault else None
    return document("front-matter", block.parsed, Origin(path), fault=fault)


def _block(fence: markdown.CodeBlock, path: str, limits: Limits) -> Iterator[Document | Fault]:
    origin = Origin(path, fence.first_line, fence.columns)
    match fence.language:
        case "yaml":
            yield from texts.yaml(fence.text, origin, limits)
        case "json":
            yield from texts.json(fence.text, origin, limits)
        case "javascript":
            yield from script(fence.text, origin, limits)
        case "shell":
            yield Document("shell", origin, shell_text.parse(fence.text))
            yield from _unread(fence, path)
        case _:
            yield from _unread(fence, path)


def _unread(fence: markdown.CodeBlock, path: str) -> Iterator[Fault]:
    """A code block of a language that is not read, where it may hold calls."""
    if javascript.might_hold_calls(fence.text):
        kind = "plain" if fence.label in _PLAIN else "block"
        yield Fault("a code block that Assay does not read", fence.first_line + 1, fence.text, True, kind, path)
