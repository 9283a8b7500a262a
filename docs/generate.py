"""Writes the sources of the documentation site.

    python docs/generate.py FOLDER

FOLDER then contains a page for each rule, objective, framework and command, their lists, and the hand-written pages.
FOLDER.yml, beside it, is the configuration of the site.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
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
from data import Data, framework_path, load, objective_path, rule_path
from markup import page, paragraph

from scanner.finished_scan import DISCLAIMER

_CARDS = (
    ("Overview", "guides/overview.md", "What Assay does, how to try it, and what each option means."),
    ("Rules", "rules/index.md", "{rules} rules: what each requires, why, how to fix a failure, and its limits."),
    (
        "Frameworks",
        "frameworks/index.md",
        "{frameworks} frameworks with {controls} controls: with their mappings and rationales.",
    ),
    ("Objectives", "objectives/index.md", "{objectives} control objectives, which connect rules and controls."),
    ("Commands", "commands/index.md", "Every command of `assay` with its options."),
    ("Formats", "formats/index.md", "What is read, what is recognised and not read, and what is written."),
    ("Configuration", "guides/configuration.md", "`assay.yaml`: parameters, severities, and what is left out."),
    ("Architecture", "guides/architecture.md", "How Assay is built, and why."),
)


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
        "index.md": _start(data),
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


def _start(data: Data) -> Iterator[str]:
    """The start page, with a card for each part of the site."""
    counts = {
        "rules": len(data.rules),
        "frameworks": len(data.frameworks),
        "controls": f"{sum(len(item.controls) for item in data.frameworks):,}",
        "objectives": len(data.objectives),
    }
    yield "# Assay"
    yield paragraph(
        "Assay is a policy-as-code compliance scanner. It reads files that your team already commits (architecture "
        "specs, Kubernetes manifests, agent-swarm configurations), evaluates rules over all of them together, and "
        "reports which controls of SOC 2, PCI DSS, GDPR, OWASP, zero trust and others the files support or contradict."
    )
    yield '<div class="grid cards" markdown>'
    yield "\n".join(f"-   **[{title}]({path})**\n\n    {told.format(**counts)}\n" for title, path, told in _CARDS)
    yield "</div>"
    yield paragraph(
        "The search finds a rule by its id, by the id of a check of another tool, such as `CKV_K8S_20`, and by a "
        "control, such as `CC6.1`."
    )
    yield paragraph(DISCLAIMER)


if __name__ == "__main__":
    sys.exit(main())
