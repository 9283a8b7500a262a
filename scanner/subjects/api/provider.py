"""Whether a description is one of somebody else's API, as far as the description or its place says so.

Who only calls an API cannot change how it authenticates its callers. A name or the address of a server tells nothing:
most APIs have other names than the repository that implements them.
"""

from __future__ import annotations

from scanner.documents.positions import Node
from scanner.late import regex

_FOLDER = regex(r"(?i)(?:^|/)(third[-_]?party|vendor(?:ed)?|upstream)/")
_WORDS = regex(
    r"(?i)\b(?:unofficial|reverse[- ]engineered|not (?:officially )?(?:affiliated|associated|endorsed)"
    r"|community[- ](?:maintained|made|written|driven) (?:description|documentation|specification|spec|definition))\b"
    r"|\b(?:source|based on|derived from|taken from|written from|generated from|compiled from)\b:?[^.\n]{0,20}"
    r"(?<!our )\bofficial\b(?:[^.\n]|\.(?=\S)){0,60}\b(?:documentation|docs|reference|website)\b"
)
"""Words of somebody who does not make the API: that the text is unofficial, or from what documents it."""
_EXTENSIONS = ("x-unofficialSpec", "x-providerName", "x-origin")
"""Keys by which collections of descriptions, such as APIs.guru, say whose API it is and where they have it from."""
_LONGEST = 4000
"""Letters of a text that are searched."""


def of_others(root: Node, path: str) -> str:
    """What shows that the API is one of others, as a clause; empty where nothing does."""
    info = root.get("info")
    for name in ("title", "summary", "description"):
        text = info.get(name).value
        if isinstance(text, str) and (found := _WORDS.search(text[:_LONGEST])):
            return f"its {name} says “{' '.join(found[0].split())}”"
    if name := next((each for each in _EXTENSIONS if info.get(each).value), ""):
        return f"it has the key {name}"
    folder = _FOLDER.search(path)
    return f"it is in the folder {folder[1]}" if folder else ""
