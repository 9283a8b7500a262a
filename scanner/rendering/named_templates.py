"""The named templates of a chart, for objects of which a template only includes one."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from scanner.late import regex
from scanner.rendering.alignment import align

_DEFINED = regex(r"\{\{-?\s*define\s+[\"`]([^\"`\n]+)[\"`]\s*-?\}\}")
_INCLUDED = regex(r"\{\{-?[^{}]*?\b(?:include|template)\s+[\"`]([^\"`\n]+)[\"`]")
_DEEPEST = 4
"""Named templates that one may include through another."""


def tells_kind(told: Container[int], rendered: str) -> bool:
    """Whether the line with the kind of a rendered object is among those that a template tells."""
    lines = enumerate(rendered.split("\n"))
    return any(number in told for number, line in lines if line.startswith("kind:"))


class NamedTemplate(NamedTuple):
    """The text of a named template, up to the next one of its file, and where it begins."""

    path: str
    line: int
    """0-based."""
    text: str


class NamedTemplates:
    """The named templates in the files of a chart and of the charts that it depends on, read once."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._known: dict[str, NamedTemplate] | None = None

    def of_document(self, template: str, rendered: str) -> tuple[NamedTemplate, dict[int, int]] | None:
        """The one that tells most lines of a rendered document, of those that a template includes; and these lines."""
        best: tuple[NamedTemplate, dict[int, int]] | None = None
        for each in self._included(template):
            told = align(each.text, rendered)
            if tells_kind(told, rendered) and (best is None or len(told) > len(best[1])):
                best = each, told
        return best

    def _included(self, template: str) -> Iterator[NamedTemplate]:
        """The named templates that a text includes, also through others, each once."""
        seen, texts = set[str](), [template]
        for _ in range(_DEEPEST):
            names = {name for text in texts for name in _INCLUDED.findall(text)} - seen
            seen |= names
            found = [each for name in sorted(names) if (each := self._all().get(name))]
            yield from found
            texts = [each.text for each in found]

    def _all(self) -> dict[str, NamedTemplate]:
        if self._known is None:
            self._known = {}
            for path, content in self._files.items():
                if b"define" in content and "/templates/" in f"/{path}":
                    self._known |= dict(_defined(path, content))
        return self._known


def _defined(path: str, content: bytes) -> Iterator[tuple[str, NamedTemplate]]:
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    found = list(_DEFINED.finditer(text))
    for match, end in zip(found, [*(each.start() for each in found[1:]), len(text)], strict=True):
        yield match[1], NamedTemplate(path, text.count("\n", 0, match.end()), text[match.end() : end])
