"""The waivers of a comparison: those of the base count, and those that the change adds are proposals."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from scanner import documents
from scanner.cli.gate_configuration import content_of
from scanner.cli.waiver_options import today, waiver_paths
from scanner.configuration.resolve import ResolvedOptions
from scanner.gate.waivers.owners import PLACES
from scanner.safe_read import read
from scanner.sources import Selection, blame, git, git_file
from scanner.sources.git_base import Base
from scanner.waived import CodeOwners, WaiverFile


class WaiverSides(Struct):
    """The file of waivers on both sides of a change; None where there is none."""

    base: WaiverFile | None
    """At the commit that the change is to be merged into: those count."""
    head: WaiverFile | None
    past: WaiverFile | None = None
    """At the common ancestor."""


def sides(chosen: ResolvedOptions, base: Base, selection: Selection) -> WaiverSides:
    """The waivers of a base, and those of the files that are selected, as the options that count name them."""
    target, found = Selection(revision=base.target), WaiverSides(None, None)
    paths, named = waiver_paths(chosen)
    for path in paths:
        if named and not git_file.is_in_checkout(path):  # such as one that CI brings: no change reaches it
            return WaiverSides(WaiverFile(path, read(path), named, _owners(target)), None)
        now = content_of(path, selection, named=named)
        found.head = found.head or _of(path, now, named=named)
        found.past = found.past or _of(path, git_file.content(path, Selection(revision=base.commit)), named=named)
        if (content := git_file.content(path, target)) is not None:
            found.base = WaiverFile(path, content, named, _owners(target), blame.origins(path, base.target))
            return found
    return found


def _of(path: str, content: bytes | None, *, named: bool) -> WaiverFile | None:
    return None if content is None else WaiverFile(path, content, named, owners=CodeOwners())


def options(found: WaiverSides, chosen: ResolvedOptions, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the options about waivers mean for a comparison with these files."""
    inline = bool(chosen.value("inline-ignores"))
    needed = (found.base, found.head) != (None, None) or inline or given["today"] is not None
    return {"waivers": found.base, "inline_ignores": inline, "today": today(given["today"]) if needed else None}


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
