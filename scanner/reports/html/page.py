"""A template and what it prints -> a page that admits no script and no style but its own."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.library import data_root
from scanner.reports.html.anchors import slug
from scanner.reports.html.inputs import notes
from scanner.reports.safe_text import shown

if TYPE_CHECKING:
    from jinja2 import Environment


def render_page(template: str, *, styles: Sequence[str], scripts: Sequence[str] = (), **data: Any) -> str:
    """Return the page that a template makes of some data, with styles and scripts by the names of their files."""
    from markupsafe import Markup

    folder = data_root() / "templates"
    style, script = (
        "".join((folder / name).read_text(encoding="utf-8") for name in names) for names in (styles, scripts)
    )
    return (
        _environment(folder)
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704 - our own files
            script=Markup(script),  # noqa: S704 - our own files
            style_hash=_source_hash(style),
            script_hash=_source_hash(script),
            **data,
        )
    )


@cache
def _environment(folder: Path) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: shown(value) if type(value) is str else value,
    )
    environment.filters |= {
        "count": _count,
        "notes": notes,
        "secure": _is_secure,
        "slug": slug,
    }
    return environment


def _source_hash(text: str) -> str:
    """Return the hash by which the page's security policy admits a script or a style."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _is_secure(address: str) -> bool:
    return address.startswith("https://") and address.isprintable() and " " not in address
