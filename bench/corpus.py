"""Lays a corpus of real Kubernetes manifests, to measure on: copies from repositories that you name.

    python bench/corpus.py TARGET SOURCE ... [--files N] [--largest BYTES] [--seed N]

A SOURCE is a folder, such as a clone of a public repository; nothing is downloaded and nothing of it is run. Copied are
YAML files of which every document is a Kubernetes object; files of Kustomize and templates of charts are left out,
because other programs do not read them alike. The seed decides which files are taken where there are more than N. Where
there are fewer, they are copied again under another folder, which is printed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

_KUSTOMIZE = ("Kustomization", "Component")


def main() -> None:
    """Copy and print what was copied."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("target", type=Path)
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE")
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--largest", type=int, default=8192, help="bytes of the largest file that is copied")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.target.exists():
        sys.exit(f"bench: {options.target} exists already; name a folder that does not")
    found = [(source, path) for source in options.sources for path in manifests(source, options.largest)]
    if not found:
        sys.exit("bench: there are no Kubernetes manifests of that size in these folders")
    random.Random(options.seed).shuffle(found)
    size = 0
    for number in range(options.files):
        source, path = found[number % len(found)]
        copy = options.target / f"copy-{number // len(found)}" / source.name / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        size += copy.write_bytes(path.read_bytes())
    different = min(len(found), options.files)
    print(
        f"{options.files:,} files, {size:,} bytes, {different:,} of them different, of {len(found):,} that were found"
    )


def manifests(folder: Path, largest: int) -> Iterator[Path]:
    """The YAML files of a folder of which every document is a Kubernetes object, in the order of their paths."""
    for path in sorted(folder.rglob("*.y*ml")):
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= largest and is_manifest(path):
            yield path


def is_manifest(path: Path) -> bool:
    """Whether every document of a file is a Kubernetes object, and none one of Kustomize's."""
    try:
        documents = [each for each in yaml.load_all(path.read_bytes(), Loader=yaml.CSafeLoader) if each is not None]
    except (yaml.YAMLError, ValueError):
        return False
    return bool(documents) and all(
        isinstance(each, dict) and {"apiVersion", "kind"} <= each.keys() and each["kind"] not in _KUSTOMIZE
        for each in documents
    )


if __name__ == "__main__":
    main()
