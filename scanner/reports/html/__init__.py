"""The report for people: one HTML file that needs no network, no script and no second file."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.library import data_root
from scanner.model import Scan
from scanner.reports.format import TextFormat
from scanner.reports.html.anchors import slug
from scanner.reports.html.view import view
from scanner.reports.safe_text import UNSEEN

if TYPE_CHECKING:
    from jinja2 import Environment


_UNSEEN = re.compile(f"[\x00-\x08\x0a-\x1f{UNSEEN}\ud800-\udfff]")


def render(scan: Scan) -> str:
    """Return the report of a scan as one self-contained HTML document."""
    from markupsafe import Markup

    folder = data_root() / "templates"
    style, script = ((folder / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    data = view(scan)
    page = _environment(folder).get_template("report.html.j2")
    return page.render(
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        style_hash=_source_hash(style),
        script_hash=_source_hash(script),
        **{field.name: getattr(data, field.name) for field in fields(data)},
    )


def _environment(folder: Path) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    )
    environment.filters |= {
        "count": _count,
        "secure": _is_secure,
        "slug": slug,
    }
    return environment


def _source_hash(text: str) -> str:
    """Return the hash by which the page's security policy admits a script or a style."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _seen(value: object) -> object:
    """Return a text with its invisible and direction-changing characters spelled out, anything else as it is."""
    if type(value) is not str or value.isprintable():
        return value
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", value)


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _is_secure(address: str) -> bool:
    return address.startswith("https://") and address.isprintable() and " " not in address


FORMAT = TextFormat(media_type="text/html", for_terminal=False, shows_fixes=True, tells_commit=True, render=render)
