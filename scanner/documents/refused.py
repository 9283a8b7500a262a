"""Code blocks that a page shows because the cluster refuses them: what its words right before or after them say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scanner.late import regex

_BEFORE = regex(
    r"\b(?:violat(?:es?|ing)|(?:will|should|must|would|is|are|gets?) (?:be )?(?:denied|rejected|blocked|refused)"
    r"|(?:bad|insecure|vulnerable|non-?compliant) (?:example|manifest|pod|deployment|workload|configuration)"
    r"|anti-?pattern|intentionally (?:insecure|vulnerable|misconfigured|bad))\b",
    re.IGNORECASE,
)
_AFTER = regex(
    r"\b(?:(?:pod|deployment|request|job|workload|object|resource|manifest|creation) (?:will|should|would|is|was) "
    r"(?:not be (?:created|admitted|accepted)|(?:be )?(?:denied|rejected|blocked|refused))"
    r"|(?:den(?:y|ies)|rejects?|blocks?|refuses?) (?:this|the|your) (?:request|pod|deployment|job|workload|creation)"
    r"|denied the request|violates PodSecurity)\b",
    re.IGNORECASE,
)
_HEADING = regex(r"#{1,6} ")
_FENCE = ("```", "~~~")
_NEAR, _FOLLOWING = 3, 12
"""Lines of text before a block that are about it, and lines behind it, among them what a command answers."""


def is_refused(lines: Sequence[str], first: int, end: int) -> bool:
    """Whether a page says that the cluster refuses what a block holds, which has the lines `first` to `end`."""
    return bool(_BEFORE.search(" ".join(_before(lines, first))) or _AFTER.search(" ".join(_after(lines, end))))


def _before(lines: Sequence[str], first: int) -> list[str]:
    found: list[str] = []
    for line in reversed(lines[:first]):
        text = line.strip()
        if text.startswith(_FENCE) or len(found) == _NEAR:
            break
        found[:0] = [text] if text else []
        if _HEADING.match(text):
            break
    return found


def _after(lines: Sequence[str], end: int) -> list[str]:
    found: list[str] = []
    for line in lines[end : end + _FOLLOWING]:
        text = line.strip()
        if _HEADING.match(text) or text.lower().startswith(tuple(f"{fence}y" for fence in _FENCE)):
            break
        found.append(text)
    return found
