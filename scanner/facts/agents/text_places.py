"""Whether a tool loads the text of a command or a skill from the folder that it is in.

Tools load such texts from folders of their own (`.claude/skills`, `.github/skills`), from plugins, and Claude Code from
the folder of the user, which some keep in a repository as it is. A collection in another folder is copied first.
https://code.claude.com/docs/en/skills and https://code.claude.com/docs/en/plugins-reference as of 2026-11.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import ClassVar

from scanner.facts.fact import Fact
from scanner.facts.step import Facts, FieldRead, Whole, is_open, read, step
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.kinds import PERMISSION, SETTINGS

_OF_TOOL = regex(
    r"(?:^|/)\.[a-z][\w-]*/(?:[^/]+/)*?(?:agents?|commands?|extensions|plugins|prompts|skills?|workflows)/(?:.*/)?[^/]+\.md$"
)
"""A text below a folder of a tool for such texts: not one of `.claude/skill-archive`."""
_PART_OF_SKILL = regex(r"(?:^|/)skills?/(?:[^/]+/)+(?!SKILL\.md$)[^/]+\.md$", re.IGNORECASE)
"""A text in the folder of a skill that an agent may read, whose front matter grants nothing."""
_NESTED = regex(r"(?:^|/)skills?/.*/(?:agents?|commands?|prompts)/")
"""A folder of a skill from which a tool may load commands and agents."""
_MANIFEST = regex(
    r"(?:^|/)(?:\.[a-z]+-plugin/[^/]+|\.agents/plugins/[^/]+)\.json$|^(?:[^./][^/]*/)*settings(?:\.local)?\.json$"
)
"""A file beside which a tool loads texts: the manifest of a plugin or a marketplace, and the settings of a user."""

PLACED = Fact(
    "placed",
    (PERMISSION,),
    bool,
    "A tool loads the text from its folder: one of a tool or a plugin; only for what front matter grants.",
    "scan the whole repository",
)


class TextPlaces:
    """The texts that grant something, and the folders of plugins and of users."""

    READS: ClassVar[tuple[FieldRead, ...]] = (read(SETTINGS), read(PERMISSION, "permission.source"))

    def __init__(self, subjects: Sequence[Subject], *, whole: Whole) -> None:
        self.grants = [
            each
            for each in subjects
            if each.kind == PERMISSION and each.bindings["permission"].get("source") == "front matter"
        ]
        paths = {each.origin.path for each in subjects if each.kind == SETTINGS}
        self._homes = {_home(path) for path in paths if _MANIFEST.search(path)}
        self.may_have_others = is_open(whole)

    def loads(self, path: str) -> bool:
        """Whether a tool loads a text from where it is."""
        if _PART_OF_SKILL.search(path) and not _NESTED.search(path):
            return False
        return bool(_OF_TOOL.search(path)) or any(not home or path.startswith(f"{home}/") for home in self._homes)


def _home(path: str) -> str:
    """The folder that a manifest, or the settings of a user, is about."""
    folder = posixpath.dirname(path)
    parts = folder.split("/")
    hidden = next((number for number, part in enumerate(parts) if part.startswith(".")), len(parts))
    return "/".join(parts[:hidden])


@step(TextPlaces, gives=(PLACED,))
def find_placed(places: TextPlaces, facts: Facts) -> None:
    """Which of the texts that grant something are in a place from which a tool loads them."""
    for grant in places.grants:
        loads = places.loads(grant.origin.path)
        if loads or not places.may_have_others:
            facts.add(grant, PLACED, loads)
