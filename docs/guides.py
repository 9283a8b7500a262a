"""The hand-written pages -> pages of the site, with the links of the site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from os.path import dirname, normpath
from pathlib import Path

import fact_tables
from data import Data, framework_path, rule_path
from markup import blocks_of_code, outside_code, relative

from scanner import library

ROOT = Path(__file__).resolve().parent.parent
_LINK = re.compile(r"(?<=\]\()([^)\s]+)(?=\))")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#")
"""An address that is not a file: one with a scheme, or an anchor of the same page."""
_FILES = "files"
"""The folder of the site for linked files that are not pages."""


def pages(data: Data) -> dict[str, str | bytes]:
    """The hand-written pages and the files that they link to: path in the site -> content.

    Raises ValueError for a link that leads to no file.
    """
    places = _places(data)
    found: dict[str, str | bytes] = {}
    for source in by_hand():
        text = (ROOT / source).read_text(encoding="utf-8")
        text = fact_tables.fill(text) if source == fact_tables.SOURCE else text
        move = partial(_moved, source=source, places=places, linked=found)
        lines = (line if is_code else outside_code(line, move) for is_code, line in blocks_of_code(text))
        found[place(source)] = "".join(lines)
    return found


def by_hand() -> list[str]:
    """The paths of the hand-written pages, relative to the root of the checkout."""
    return [path.relative_to(ROOT).as_posix() for path in (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md")))]


def place(source: str) -> str:
    """The path of a hand-written page in the site."""
    folder, _, name = source.rpartition("/")
    if source == "README.md":
        return "guides/overview.md"
    return f"guides/{name}" if folder else f"project/{name.lower()}"


def _places(data: Data) -> dict[str, str]:
    """A file or folder of the checkout -> the page of the site that shows what is in it."""
    found = {source: place(source) for source in by_hand()}
    found |= {"rules": "rules/index.md", "frameworks": "frameworks/index.md", "docs": "index.md"}
    found |= {"frameworks/objectives.yaml": "objectives/index.md"}
    found |= {f"rules/{rule.id.replace('.', '/')}.yaml": rule_path(rule.id) for rule in data.infos}
    root = library.data_root() / "frameworks"
    for item in data.frameworks:
        page = framework_path(item)
        if (root / Path(page).with_suffix(".yaml").name).is_file():
            found[str(Path(page).with_suffix(".yaml"))] = page
    return found


def _moved(words: str, source: str, places: Mapping[str, str], linked: dict[str, str | bytes]) -> str:
    """A text with the addresses of the site; linked files are added to `linked`."""

    def address(found: re.Match[str]) -> str:
        name, hash_, anchor = found[1].partition("#")
        if _ELSEWHERE.match(found[1]):
            return found[1]
        target = normpath(f"{dirname(source)}/{name}" if "/" in source else name)
        if target in places:
            return relative(place(source), places[target]) + hash_ + anchor
        if not (ROOT / target).is_file():
            raise ValueError(f"{source}: {found[1]} leads to no file")
        linked[f"{_FILES}/{target}"] = (ROOT / target).read_bytes()
        return relative(place(source), f"{_FILES}/{target}")

    return _LINK.sub(address, words)
