"""The identity of Assay's own code, and of the libraries that decide what a result is.

An installed package is identified by its RECORD, which holds the digest of each of its files, so that the same release
has the same identity on every machine. A checkout has none, so names, sizes and times of its files count: the time of
the last change of an inode too, which no program that sets times can set.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

_OWN = "assay_compliance"
LIBRARIES = {
    "attrs": "attrs",
    "cel_expr_python": "cel_expr_python",
    "codeowners": "codeowners",
    "jsonschema": "jsonschema",
    "jsonschema_specifications": "jsonschema_specifications",
    "markdown_it": "markdown_it_py",
    "mdurl": "mdurl",
    "msgspec": "msgspec",
    "orjson": "orjson",
    "referencing": "referencing",
    "rpds": "rpds_py",
    "tree_sitter": "tree_sitter",
    "tree_sitter_javascript": "tree_sitter_javascript",
    "typing_extensions": "typing_extensions",
    "yaml": "pyyaml",
}
"""The modules of others that read files and evaluate rules, with the names of their packages."""


def own() -> str:
    """The identity of Assay's own code; empty where it cannot be known."""
    package = Path(__file__).resolve().parents[1]
    record = _record(package.parent, _OWN)
    try:
        files = sorted(_files(str(package), "", exact=not record))
    except OSError:
        return ""
    return hashlib.sha256(repr((record, files)).encode("utf-8", "surrogatepass")).hexdigest() if files else ""


def _files(folder: str, name: str, *, exact: bool) -> Iterator[tuple[str | int, ...]]:
    """Name and size of each file of a folder with a name; `exact` adds its inode and the times of its last change."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file():
                told = entry.stat()
                yield (
                    f"{name}/{entry.name}",
                    told.st_size,
                    *((told.st_mtime_ns, told.st_ctime_ns, told.st_ino) if exact else ()),
                )
            elif entry.is_dir(follow_symlinks=False) and entry.name not in {"__pycache__", "_data"}:
                yield from _files(entry.path, f"{name}/{entry.name}", exact=exact)


def libraries() -> list[tuple[str, str]]:
    """The identity of each library that reads files or evaluates rules."""
    return [(module, library(module, package)) for module, package in LIBRARIES.items()]


def library(module: str, package: str) -> str:
    """The identity of an installed library; empty where there is none."""
    place = _place(module)
    if place is None:
        return ""
    if found := _record(place.parent, package):
        return found
    told = place.stat()
    return repr((str(place), told.st_size, told.st_mtime_ns, told.st_ctime_ns))


def record(module: str, package: str) -> str:
    """The digest of the RECORD of a library; empty where there is none."""
    place = _place(module)
    return _record(place.parent, package) if place else ""


def _place(module: str) -> Path | None:
    spec = find_spec(module)
    return Path(next(iter(spec.submodule_search_locations or ()), spec.origin or "")) if spec else None


def _record(folder: Path, package: str) -> str:
    """The digest of the RECORD of a package that is installed in a folder, empty where there is none."""
    try:
        for name in sorted(os.listdir(folder)):
            if name.endswith(".dist-info") and _normal(name.partition("-")[0]) == package:
                return hashlib.sha256((folder / name / "RECORD").read_bytes()).hexdigest()
    except OSError:
        return ""
    return ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()
