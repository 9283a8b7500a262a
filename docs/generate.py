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

import data
import guides
import pages
import site_map


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a new folder for the pages")
    folder: Path = parser.parse_args(arguments).folder
    if folder.exists() and any(folder.iterdir()):
        parser.error(f"{folder} is not empty")
    everything = data.load()
    written = {**pages.pages(everything), **guides.pages(everything), **site_map.assets()}
    for name, content in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    folder.with_suffix(".yml").write_text(site_map.configuration(everything, folder.name), encoding="utf-8")
    print(f"{len(written)} pages and files are in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
