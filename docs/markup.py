"""Text and data -> Markdown that Python-Markdown and a code host show unchanged."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import yaml

SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
"""A code span; its second group is the code."""
_SPECIAL = re.compile(r"[\\*_~<>&`\[\]{}|]")
_BLOCK = re.compile(r"^(?:[-+#=:!]|\d+(?=[.)](?:\s|$)))")
"""Characters that begin a list, a heading or another block at the start of a paragraph."""
_NAMED = re.compile("\ue000([^\ue001]+)\ue001([^\ue002]+)\ue002")
_WIDTH = 110


def prose(words: str) -> str:
    """A text on one line without markup, except code spans."""
    return " ".join(outside_code(words, _escaped).split())


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """A text in which `change` is applied outside the code spans."""
    pieces, last = [], 0
    for span in SPAN.finditer(text):
        pieces += [change(text[last : span.start()]), span[0]]
        last = span.end()
    return "".join([*pieces, change(text[last:])])


def _escaped(words: str) -> str:
    """The text with character references, which every Markdown reader shows as text; a backslash is not always one."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", words)


def code(value: object) -> str:
    """A code span of any text, on one line."""
    text = " ".join(str(value).split())
    ticks = "`" * (1 + _longest_run(text))
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def codes(values: Iterable[object]) -> str:
    """Code spans separated by commas."""
    return ", ".join(map(code, values))


def reference(name: str, label: str = "") -> str:
    """A link to the page about a name, with the name or a label as its text; `page` adds the address."""
    return f"\ue000{name}\ue001{code(label or name)}\ue002"


def paragraph(text: str) -> str:
    """A paragraph on one line that does not begin a list, quote or heading."""
    return _BLOCK.sub(lambda found: found[0][:-1] + f"&#{ord(found[0][-1])};", " ".join(text.split()))


def items(texts: Iterable[str]) -> str:
    """A list of paragraphs; empty without paragraphs."""
    return "\n".join("- " + paragraph(text) for text in texts)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *(map(_cell, row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(text: str) -> str:
    """A code span with a pipe becomes HTML, because Markdown readers escape the pipe in different ways."""
    return SPAN.sub(lambda span: f"<code>{_escaped(span[2].strip())}</code>" if "|" in span[2] else span[0], text)


def heading(level: int, words: str, anchor: str = "", *, searched: bool = True) -> str:
    """A heading, by default with the anchor of its words; text that is not searched keeps the index small."""
    attributes = [f"#{anchor}"] * bool(anchor) + ["data-search-exclude"] * (not searched)
    return f"{'#' * level} {words}" + (f" {{: {' '.join(attributes)} }}" if attributes else "")


def slug(name: str) -> str:
    """A name as part of an address."""
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-")


def fence(text: str, language: str) -> str:
    """A code block, also if its text contains fences."""
    ticks = "`" * max(3, 1 + _longest_run(text))
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


class _Dumper(yaml.SafeDumper):
    """Indents lists, and writes texts of several lines as blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's own
        super().increase_indent(flow, indentless=False)


def _literal(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _literal)


def block(value: object) -> str:
    """Plain data as YAML in block style, in its own order."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


def page(path: str, blocks: Iterable[str], targets: Mapping[str, str]) -> str:
    """A page of blocks, in which each reference is a link to the target of its name.

    Raises KeyError for a name without a target.
    """

    def link(found: re.Match[str]) -> str:
        return f"[{found[2]}]({relative(path, targets[found[1]])})"

    return _NAMED.sub(link, "\n\n".join(filter(None, blocks))) + "\n"


def relative(path: str, target: str) -> str:
    """The address of a target, relative to the page at a path."""
    return os.path.relpath(target, os.path.dirname(path) or ".")


def blocks_of_code(text: str) -> Iterator[tuple[bool, str]]:
    """The lines of a page, line ends included, each with whether it belongs to a fenced code block."""
    open_fence = ""
    for line in text.splitlines(keepends=True):
        found = re.match(r"\s*(`{3,}|~{3,})", line)
        yield bool(open_fence or found), line
        if found and not open_fence:
            open_fence = found[1]
        elif found and found[1].startswith(open_fence) and not line.strip().strip(open_fence[0]):
            open_fence = ""


def _longest_run(text: str) -> int:
    """The number of backticks in the longest run of them."""
    return max(map(len, re.findall("`+", text)), default=0)
