"""Writes the sources of the documentation site.

    python docs/generate.py FOLDER

FOLDER then contains a page for each rule, objective, framework and command, their lists, and the hand-written pages.
FOLDER.yml, beside it, is the configuration of the site.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import areas
import command_pages
import format_pages
import framework_pages
import guides
import objective_pages
import pairs
import peers
import rule_pages
import site_map
import start_page
from data import Data, framework_path, load, objective_path, rule_path
from markup import page


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a new folder for the pages")
    folder: Path = parser.parse_args(arguments).folder
    if folder.exists() and any(folder.iterdir()):
        parser.error(f"{folder} is not empty")
    everything = load()
    written = {**generated(everything), **guides.pages(everything), **site_map.assets()}
    for name, content in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    folder.with_suffix(".yml").write_text(site_map.configuration(everything, folder.name), encoding="utf-8")
    print(f"{len(written)} pages and files are in {folder}")
    return 0


def generated(data: Data) -> dict[str, str]:
    """The generated pages: path from the folder of the pages -> text."""
    made = {
        "index.md": start_page.blocks(data),
        "rules/index.md": rule_pages.index(data),
        "rules/peers.md": peers.peers_page(peers.load(), data.rules),
        "objectives/index.md": objective_pages.index(data),
        "frameworks/index.md": framework_pages.index(data.frameworks),
        "commands/index.md": command_pages.index(),
        "formats/index.md": format_pages.index(),
        pairs.PAGE: pairs.pairs_page(data.frameworks, data.infos),
        **{f"rules/{name}/index.md": rule_pages.area(name, of) for name, of in areas.by_area(data.infos).items()},
        **{rule_path(file.rule.info.id): rule_pages.page_of(file, data) for file in data.rules},
        **{objective_path(name): objective_pages.page_of(name, data) for name in data.objectives},
        **{framework_path(item): framework_pages.page_of(item, data) for item in data.frameworks},
        **{f"commands/{name}.md": command_pages.page_of(name) for name in command_pages.commands()},
    }
    return {path: page(path, blocks, data.targets) for path, blocks in made.items()}


if __name__ == "__main__":
    sys.exit(main())
