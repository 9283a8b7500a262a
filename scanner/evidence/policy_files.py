"""`policy/`: the files that decided, so that a reader sees the rules and the mappings of exactly this run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from scanner import library, safe_read
from scanner.errors import UnreadableError, UsageError
from scanner.evidence.names import file_name
from scanner.masking import mask
from scanner.options import Options
from scanner.policy.rule import rule_files
from scanner.scan_rules import scan_rules

FOLDER = "policy"


def policy_files(options: Options, configuration: str, manual: str = "") -> dict[str, bytes]:
    """Name in the pack -> content, masked: rules that ran, catalogues, and every file that the options name.

    Raises UsageError for a file that cannot be read.
    """
    found = dict(_shipped(options))
    for name, given in (("configuration", configuration), ("evidence", manual)):
        if given:
            found[_own(name, given)] = _content(given)
    if options.scope:
        found[_own("scope", options.scope)] = _content(options.scope)
    if options.waivers:
        found[_own("waivers", options.waivers.path)] = _masked(options.waivers.content)
    for number, path in enumerate(options.framework_files, 1):
        found[_own(f"frameworks/own/{number}", path)] = _content(path)
    found.update(_of_folders("rules/own", options.rule_folders))
    found.update(_of_folders("policies", options.policies))
    return found


def _shipped(options: Options) -> Iterator[tuple[str, bytes]]:
    """The rules and catalogues of Assay that a scan with these options uses."""
    by, root = scan_rules(options), library.data_root()
    for rule in by.rules.rules:
        path = root / "rules" / f"{rule.info.id.replace('.', '/')}.yaml"
        if path.is_file():
            yield f"{FOLDER}/rules/{rule.info.id}.yaml", safe_read.read(path)
    yield f"{FOLDER}/frameworks/objectives.yaml", safe_read.read(root / "frameworks" / "objectives.yaml")
    for framework in by.frameworks() if options.frameworks else ():
        path = root / "frameworks" / f"{framework.id}-{framework.edition}.yaml"
        if path.is_file():
            yield f"{FOLDER}/frameworks/{path.name}", safe_read.read(path)


def _of_folders(name: str, paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """The files in some files and folders, each under the number of its folder."""
    for number, path in enumerate(paths, 1):
        for file in map(Path, rule_files(path)) if path.is_dir() else [path]:
            inner = os.path.relpath(file, path if path.is_dir() else path.parent)
            parts = "/".join(file_name(part) for part in inner.split(os.sep))
            yield f"{FOLDER}/{name}/{number}/{parts}", _content(file)


def _own(name: str, path: str | Path) -> str:
    return f"{FOLDER}/{name}/{file_name(os.path.basename(path))}"


def _content(path: str | Path) -> bytes:
    try:
        return _masked(safe_read.read(path))
    except UnreadableError as error:
        raise UsageError(error.message, str(path)) from None


def _masked(content: bytes) -> bytes:
    """A text without credentials."""
    return mask(content.decode("utf-8", "replace")).encode()
