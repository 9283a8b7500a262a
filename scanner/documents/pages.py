"""A text with code in it -> its documents: front matter, code blocks, calls, and the prose around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from msgspec.structs import replace

from scanner.contexts import is_for_agents
from scanner.documents import front_matter, javascript, markdown, python_text, shell_text, shown_files, texts
from scanner.documents.classify import is_page
from scanner.documents.document import Document, Fault, document
from scanner.documents.parsed import ParseFault
from scanner.documents.positions import Node
from scanner.documents.purpose import purpose
from scanner.documents.refused import is_refused
from scanner.limits import Limits
from scanner.marks import keyless, line_of
from scanner.masking import is_harmless
from scanner.places import SHOWN, Origin

_PYTHON = (".py", ".pyi")
_DATA = ("yaml", "json")


def script(text: str, origin: Origin, limits: Limits) -> Iterator[Document | Fault]:
    """The calls in a text of JavaScript."""
    yield from _Calls(text, origin, limits, javascript.SCRIPT).read()


def page(text: str, path: str, limits: Limits) -> Iterator[Document | Fault]:
    """The documents of a Markdown text, or of any other text, which is read as one."""
    taken = 0
    origin = Origin(path, purpose=purpose(text, path)) if is_page(path) else Origin(path)
    if is_page(path) and (block := front_matter.parse(text, limits)):
        taken = front_matter.lines_of(text)
        yield _front_matter(block, text, origin)
    fences, prose = markdown.parse(text, taken)
    lines = text.split("\n") if fences and is_page(path) else []
    for fence in fences:
        for part in _block(fence, origin, limits):
            yield _told(part, lines, fence) if lines and isinstance(part, Document) else part
    if is_page(path) or path.lower().endswith(_PYTHON):
        outside = "\n".join(prose)
        if javascript.might_hold_calls(outside):
            seen = None if is_page(path) else python_text.without_texts(outside)
            calls = _Calls(outside, origin, limits, javascript.PROSE, seen)
            yield from calls.read()
            prose = calls.rest.split("\n")
    marks = [keyless((line, 0), (line, len(words))) for line, words in enumerate(prose)]
    root = Node(prose, keyless((0, 0), (len(prose), 0), marks))
    yield Document("prose", origin, root, settings=tuple(_settings(fences)) if is_page(path) else ())


def _told(part: Document, lines: Sequence[str], fence: markdown.CodeBlock) -> Document:
    """A document of a code block, with what the words around the block say of it.

    An agent may apply what its instructions show, whatever they say of it, and a credential is valid wherever it is.
    """
    end = fence.first_line + fence.text.count("\n") + 1
    if part.format not in ("yaml", "json") or is_for_agents(part.origin.path):
        return part
    is_shown = is_refused(lines, fence.first_line - 1, end) and is_harmless(fence.text)
    return replace(part, refused=True) if is_shown else part


def _settings(fences: Iterable[markdown.CodeBlock]) -> Iterator[tuple[int, str]]:
    for fence in fences:
        if fence.language == "yaml":
            yield from enumerate(fence.text.split("\n"), fence.first_line)


class _Calls:
    """The calls of a text, and what is left of it."""

    def __init__(
        self, text: str, origin: Origin, limits: Limits, style: javascript.Style, seen: str | None = None
    ) -> None:
        self.text = text
        self.origin = origin
        self.limits = limits
        self.style = style
        self.seen = seen
        self.spans: list[tuple[int, int]] = []

    def read(self) -> Iterator[Document | Fault]:
        """The calls in order, each complete or broken."""
        if not javascript.might_hold_calls(self.text):
            return
        found = javascript.parse(self.text, self.limits, self.style, self.seen)
        for call in texts.bounded(found, self.limits, lambda call: line_of(call.arguments.mark)):
            self.spans.append(call.span)
            if isinstance(call, ParseFault):
                fault = texts.fault_of(call, self.text, self.origin, "sketch" if call.sketch else "call")
                embedded = is_page(self.origin.path) and (self.style is not javascript.SCRIPT or fault.embedded)
                yield replace(fault, name=call.name, embedded=embedded)
            else:
                yield document("call", call.arguments, self.origin, call.name)

    @property
    def rest(self) -> str:
        """The text without its calls."""
        return javascript.without_calls(self.text, self.spans) if self.spans else self.text


def _front_matter(block: front_matter.FrontMatter | ParseFault, text: str, origin: Origin) -> Document | Fault:
    if isinstance(block, ParseFault):
        return texts.fault_of(block, text, origin, "yaml")
    fault = texts.fault_of(block.fault, text, origin, "front-matter") if block.fault else None
    return document("front-matter", block.parsed, origin, fault=fault)


def _block(fence: markdown.CodeBlock, page: Origin, limits: Limits) -> Iterator[Document | Fault]:
    is_data = fence.language in _DATA and is_for_agents(page.path)
    purpose = page.purpose or (SHOWN if is_data else "")
    origin = replace(page, first_line=fence.first_line, columns=fence.columns, purpose=purpose)
    if fence.language == "javascript":
        yield from script(fence.text, origin, limits)
        return
    calls = _Calls(fence.text, origin, limits, javascript.BLOCK)
    found = list(calls.read())
    parts: Iterator[Document | Fault]
    match fence.language:
        case "yaml":
            shown = shown_files.files(fence.text)
            parts = chain.from_iterable(texts.yaml(text, origin, limits, line) for line, text in shown)
        case "json":
            parts = texts.json(fence.text, origin, limits, relaxed=fence.label == "jsonc")
        case "shell":
            parts = iter((Document("shell", origin, shell_text.parse(calls.rest)),))
        case _:
            parts = iter(())
    for part in parts:
        if not (found and isinstance(part, Fault)):  # calls under the name of a language are not written in it
            yield part
    yield from found
