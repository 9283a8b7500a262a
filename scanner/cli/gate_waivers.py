"""The waivers of a comparison: those of the base count, and those that the change adds are proposals."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from scanner import documents
from scanner.cli.gate_configuration import content_of
from scanner.cli.waiver_options import NAME, today
from scanner.configuration.resolve import ResolvedOptions
from scanner.gate.waivers.owners import PLACES
from scanner.safe_read import read
from scanner.sources import Selection, blame, git, git_file
from scanner.waived import CodeOwners, WaiverFile


class WaiverSides(Struct):
    """The file of waivers on both sides of a change; None where there is none."""

    base: WaiverFile | None
    head: WaiverFile | None


def sides(chosen: ResolvedOptions, commit: str, selection: Selection) -> WaiverSides:
    """The waivers of a base commit, and those of the files that are selected, as the options that count name them."""
    base, head, named = Selection(revision=commit), None, bool(chosen.value("waivers"))
    for path in _paths(chosen):
        if named and not git_file.is_in_checkout(path):  # such as one that CI brings: no change reaches it
            return WaiverSides(WaiverFile(path, read(path), named, _owners(base)), None)
        now = content_of(path, selection, named=named)
        head = head or (WaiverFile(path, now, named, owners=CodeOwners()) if now is not None else None)
        if (content := git_file.content(path, base)) is not None:
            found = WaiverFile(path, content, named, _owners(base), blame.origins(path, commit))
            return WaiverSides(found, head)
    return WaiverSides(None, head)


def options(found: WaiverSides, chosen: ResolvedOptions, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the options about waivers mean for a comparison with these files."""
    inline = bool(chosen.value("inline-ignores"))
    needed = found != WaiverSides(None, None) or inline or given["today"] is not None
    return {"waivers": found.base, "inline_ignores": inline, "today": today(given["today"]) if needed else None}


def _paths(chosen: ResolvedOptions) -> Iterator[str]:
    if chosen.value("waivers"):
        yield chosen.value("waivers")
    else:
        folder = os.path.dirname(chosen.configuration.file)
        yield from dict.fromkeys((os.path.join(folder, NAME), NAME))


def _owners(base: Selection) -> CodeOwners:
    """The CODEOWNERS file of the base."""
    here = os.path.realpath(os.curdir)
    top = git.top(here)
    below = os.path.relpath(here, top)
    for place in PLACES:
        content = git_file.content(os.path.join(top, place), base)
        if content is not None:
            return CodeOwners(place, documents.decode(content), "" if below == "." else f"{below}/")
    return CodeOwners()
