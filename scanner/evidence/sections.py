"""A document of sections and tables -> text, Markdown or a page. Texts of anybody are masked and command nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct

from scanner.masking import mask_all
from scanner.reports.safe_text import safe, width

_WIDEST = 80
"""Columns of a cell in text; longer ones are written in full and push the next cell away."""

_LONGEST = 10
"""Characters that one may become when it is spelled out."""


class Table(Struct, frozen=True):
    """Rows under the names of their columns."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]


class Command(Struct, frozen=True):
    """A command that a reader can run."""

    text: str


Part: TypeAlias = str | Table | Command


class Section(Struct, frozen=True):
    """A heading, sentences, tables and commands."""

    title: str
    parts: Sequence[Part]


class Paper(Struct, frozen=True):
    """A document."""

    title: str
    sections: Sequence[Section]


_Rows: TypeAlias = list[tuple[str, ...]]


def cut(columns: tuple[str, ...], rows: Sequence[Sequence[str]], most: int) -> Iterator[Part]:
    """A table, and how many rows it leaves out."""
    if rows:
        yield Table(columns, rows[:most])
    if len(rows) > most:
        yield f"{len(rows) - most:,} more rows are left out here; the form json has all of them."


def as_text(paper: Paper) -> str:
    """Text for a terminal."""
    lines = [safe(paper.title), "=" * width(safe(paper.title))]
    for section in paper.sections:
        lines += ["", "", section.title, "-" * width(section.title)]
        for part in section.parts:
            lines += ["", *(_columns(part) if isinstance(part, Table) else [safe(_text(part))])]
    return "\n".join(lines) + "\n"


def as_markdown(paper: Paper) -> str:
    """Markdown that code hosts show without making anything of the texts in it."""
    from scanner.reports.ci.markdown import code, prose

    lines = [f"# {prose(paper.title)}"]
    for section in paper.sections:
        lines += ["", f"## {section.title}"]
        for part in section.parts:
            if isinstance(part, Table):
                head = "|".join("---" for _ in part.columns)
                rows = ("| " + " | ".join(map(_in_table, row)) + " |" for row in _masked(part))
                lines += ["", "| " + " | ".join(part.columns) + " |", f"|{head}|", *rows]
            else:
                text = _text(part)
                lines += ["", (code if isinstance(part, Command) else prose)(text, _LONGEST * len(text))]
    return "\n".join(lines) + "\n"


def as_html(paper: Paper) -> str:
    """A page that needs nothing else and makes no request."""
    from scanner.reports.html.page import render_page

    sections = [
        (each.title, [(type(part).__name__, _masked_part(part)) for part in each.parts]) for each in paper.sections
    ]
    return render_page("sections.html.j2", styles=("control.css", "sections.css"), title=paper.title, sections=sections)


def _masked(table: Table) -> _Rows:
    """The rows with credentials masked, all texts searched at once."""
    texts = iter(mask_all([cell for row in table.rows for cell in row]))
    return [tuple(next(texts) for _ in row) for row in table.rows]


def _masked_part(part: Part) -> Table | str:
    return Table(part.columns, _masked(part)) if isinstance(part, Table) else _text(part)


def _text(part: str | Command) -> str:
    return mask_all([part.text if isinstance(part, Command) else part])[0]


def _columns(table: Table) -> Iterator[str]:
    rows = [table.columns, *([safe(cell) for cell in row] for row in _masked(table))]
    widths = [min(_WIDEST, max(width(row[number]) for row in rows)) for number in range(len(table.columns))]
    for row in rows:
        cells = (cell + " " * (room - width(cell)) for cell, room in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _in_table(text: str) -> str:
    from scanner.reports.ci.markdown import prose

    return prose(text).replace("|", "\\|")
