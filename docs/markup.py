"""Text and data -> Markdown that a code host shows as it was meant, and that reads well as text."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence

import yaml

WIDTH = 110
NOTE = "<!-- Written by docs/generate.py from the data; do not edit, run `make docs`. -->"

_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
_SPECIAL = re.compile(r"[\\*<`\[\]]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|&(?=#?\w+;)")
_BLOCK = re.compile(r"^(?:(?=[-+#>=])|(\d+)(?=[.)](?:\s|$)))")
_REFERENCE = re.compile(r"\[(`[^`\n]+`)\]")


def prose(words: str) -> str:
    """Words as they stand; only code spans keep their meaning."""
    pieces, last = [], 0
    for span in _SPAN.finditer(words):
        pieces += [_SPECIAL.sub(r"\\\g<0>", words[last : span.start()]), span[0]]
        last = span.end()
    return " ".join("".join([*pieces, _SPECIAL.sub(r"\\\g<0>", words[last:])]).split())


def code(value: object) -> str:
    """A code span of any text, on one line."""
    text = " ".join(str(value).split())
    ticks = "`" * (1 + _longest_run(text))
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def codes(values: Iterable[object]) -> str:
    """Code spans with commas between them."""
    return ", ".join(map(code, values))


def reference(name: str) -> str:
    """A link to what a name means; `page` adds the address."""
    return f"[{code(name)}]"


def paragraph(text: str, indent: str = "") -> str:
    """Lines of which none breaks a code span, or begins a list, a quote or a heading."""
    whole = _SPAN.sub(lambda span: span[0].replace(" ", "\0"), text)
    lines = textwrap.wrap(whole, WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
    return f"\n{indent}".join(_BLOCK.sub(r"\1\\", line) for line in lines).replace("\0", " ")


def items(texts: Iterable[str]) -> str:
    """A list of paragraphs; nothing of none."""
    return "\n".join("- " + paragraph(text, "  ") for text in texts)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a pipe is escaped in code spans too, as tables want it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def fence(text: str, language: str) -> str:
    """A code block, whatever fences its text holds."""
    ticks = "`" * max(3, 1 + _longest_run(text))
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


class _Dumper(yaml.SafeDumper):
    """Lists are indented, and texts of several lines stand as such."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's own
        super().increase_indent(flow, indentless=False)


def _literal(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _literal)


def block(value: object) -> str:
    """Plain data as YAML in block style, in its own order."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)


def page(path: str, blocks: Iterable[str], targets: Mapping[str, str]) -> str:
    """A page of blocks, and at its end the addresses of what it refers to, as `targets` says by name."""
    body = "\n\n".join([NOTE, *filter(None, blocks)])
    folder = os.path.dirname(path) or "."
    known = {code(name): target for name, target in targets.items()}
    used = [label for label in dict.fromkeys(_REFERENCE.findall(body)) if label in known]
    addresses = [f"[{label}]: {os.path.relpath(known[label], folder)}" for label in used]
    return "\n".join([body, *([""] if addresses else []), *addresses, ""])


def _longest_run(text: str) -> int:
    """The number of backticks in the longest run of them."""
    return max(map(len, re.findall("`+", text)), default=0)
