"""The registries of formats -> one page about all input and output formats."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from markup import code, codes, heading, paragraph, prose, table

from scanner import reports
from scanner.cli import outputs
from scanner.engines import NAMES as ENGINES
from scanner.reports.format import TextFormat
from scanner.subjects import FORMATS
from scanner.subjects.unread import UNREAD

_GUIDES = "../guides"
_HTML = "results.md#the-html-report"
_DESCRIBED = {"html": _HTML, "html-summary": _HTML, "json": "results.md", "jsonl": "results.md"}
_DESCRIBED |= {"sarif": "results.md", "sarif-github": "results.md"}
_DESCRIBED |= {
    name: "for-platform-engineers.md#in-a-pipeline" for name, module in reports.FORMATS.items() if ".ci." in module
}


def index() -> Iterator[str]:
    """The page of all formats."""
    yield "# Formats"
    yield from _read()
    yield from _known()
    yield from _written()


def _read() -> Iterator[str]:
    yield heading(2, "What is read")
    yield paragraph(
        f"[Inputs]({_GUIDES}/inputs.md) says how formats are recognised and how unusual inputs are handled, "
        f"[Subjects]({_GUIDES}/subjects.md) which subjects rules read from them. Helm charts and Kustomize "
        f"folders are rendered first. With `--engine`, other scanners run too: {codes(ENGINES[1:])} "
        f"([engines]({_GUIDES}/engines.md))."
    )
    rows = [(code(item.name), _plain(item.title), codes(item.kinds) or "those of other formats") for item in FORMATS]
    yield table(("format", "what it is", "kinds of subjects"), rows)


def _known() -> Iterator[str]:
    yield heading(2, "What is recognised and not read")
    yield paragraph(
        "An input that is one of these is *not assessed*, and the exit code is 4. "
        f"[Inputs]({_GUIDES}/inputs.md#what-is-recognised-and-not-read) says how each is recognised, and how to "
        "accept that it is not assessed."
    )
    yield paragraph(f"{codes(item.name for item in UNREAD)}.")


def _written() -> Iterator[str]:
    yield heading(2, "What is written")
    yield paragraph(
        "`--output FORMAT` writes to standard output, `--output FORMAT=FILE` to a file. It may be repeated."
    )
    rows = []
    for name in outputs.FORMATS:
        form = outputs.find(name)
        media = code(form.media_type) if isinstance(form, TextFormat) else "a folder"
        linked = f"[{code(name)}]({_GUIDES}/{_DESCRIBED[name]})" if name in _DESCRIBED else code(name)
        rows.append((linked, media, _sentence(name)))
    yield table(("format", "media type", "what it is"), rows)


def _sentence(name: str) -> str:
    """The first line of the docstring of the module that declares a format."""
    module = import_module(reports.FORMATS[name]) if name in reports.FORMATS else import_module("scanner.evidence")
    return prose((module.__doc__ or "").split("\n\n")[0].replace("\n", " "))


def _plain(title: str) -> str:
    return prose(title[:1].upper() + title[1:])
