"""Compose files that are deployed together, as a configuration or the command line names them."""

from __future__ import annotations

import os

from scanner.cli.option_groups import INPUT, option
from scanner.configuration.keys import KEYS
from scanner.errors import UsageError
from scanner.policy.tuning import SourcedValue

merges = option(
    INPUT,
    "--compose-files",
    multiple=True,
    metavar="FILE:FILE",
    help="Assess these Compose files merged, as with several -f; a later one has priority. May be repeated.",
)
"""The option that names Compose files which are deployed together."""


def together(given: SourcedValue, *, on_disk: bool) -> tuple[tuple[str, ...], ...]:
    """The Compose files that a key or an option names together.

    Raises UsageError for a file that is not there, less than two files, and one that is named twice.
    """
    found, seen = [], set[str]()
    key = KEYS["compose-files"]
    for text in given.value:
        paths = tuple(os.path.abspath(path) for path in key.files(text) if path)
        where = given.where if given.where != key.spoken else ""
        missing = next((path for path in paths if on_disk and not os.path.isfile(path)), None)
        if missing:
            raise UsageError(f"no such file: {os.path.relpath(missing)}", where)
        if len(paths) < 2 or len({*paths}) < len(paths) or not seen.isdisjoint(paths):  # noqa: PLR2004 - a pair
            raise UsageError(
                f"{text}: two or more files, none of them twice", where, f"separate them by `{key.separator}`"
            )
        seen.update(paths)
        found.append(paths)
    return tuple(found)
