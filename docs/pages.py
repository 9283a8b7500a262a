"""Rules, objectives, frameworks, commands and formats -> the pages about them."""

from __future__ import annotations

import areas
import command_pages
import format_pages
import framework_pages
import objective_pages
import pairs
import peers
import rule_pages
import start_page
from data import Data, framework_path, objective_path, rule_path
from markup import page


def pages(data: Data) -> dict[str, str]:
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
