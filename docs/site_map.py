"""`docs/site.yaml` -> the configuration of the site, with the menu of all pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import command_pages
import framework_pages
import guides
import objective_pages
import rule_pages
import yaml
from data import Data

_FOLDER = Path(__file__).resolve().parent
_STYLE = "site.css"


def assets() -> dict[str, str]:
    """The site's parts besides the pages."""
    return {_STYLE: (_FOLDER / _STYLE).read_text(encoding="utf-8")}


def configuration(data: Data, folder: str) -> str:
    """The configuration for the pages in a folder: `docs/site.yaml` with the complete menu.

    Raises ValueError for a hand-written page without a place in the menu.
    """
    plain = yaml.safe_load((_FOLDER / "site.yaml").read_text(encoding="utf-8"))
    plain["docs_dir"] = folder
    plain["nav"] = _filled(
        plain["nav"],
        {
            "rules": rule_pages.navigation(data),
            "objectives": objective_pages.navigation(data),
            "frameworks": framework_pages.navigation(data.frameworks),
            "commands": command_pages.navigation(),
        },
    )
    if absent := set(map(guides.place, guides.by_hand())) - set(_paths(plain["nav"])):
        raise ValueError(f"docs/site.yaml has no place in its menu for {', '.join(sorted(absent))}")
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=120)


def _filled(menu: list[Any], parts: dict[str, list[Any]]) -> list[Any]:
    """A menu in which each `{title: all NAME}` is replaced by that part."""
    return [
        {title: parts[inner.removeprefix("all ")] if isinstance(inner, str) and inner.startswith("all ") else inner}
        if isinstance(entry, dict)
        else entry
        for entry in menu
        for title, inner in (entry.items() if isinstance(entry, dict) else [("", "")])
    ]


def _paths(menu: Any) -> Iterator[str]:
    """Every page of a menu."""
    if isinstance(menu, str):
        yield menu
    else:
        for inner in menu.values() if isinstance(menu, dict) else menu:
            yield from _paths(inner)
