"""The namespace of a release: whoever installs a chart chooses it, and no file of the chart states it.

Helm fills in `default` where nobody does. A chart is rendered with another text in its place, so that an object that
takes its namespace from the release is known; such an object states none, as one of a template without a namespace.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.late import regex

PLACEHOLDER = "nsq7x2k"
"""As long as `default`, for templates that cut names."""
_DEFAULT = "default"
_IN_BRACES = regex(rf", *namespace: *([\"']?){PLACEHOLDER}\1(?= *[,}}])")
_TAKEN = regex(rf"( +)namespace: *([\"']?){PLACEHOLDER}\2 *(?:#.*)?\r?")


def left_open(text: str) -> str:
    """Rendered objects without the namespace that only the release gives; elsewhere in them it is `default`."""
    return "\n".join(_lines(text)) if PLACEHOLDER in text else text


def _lines(text: str) -> Iterator[str]:
    inside, indent = False, 0
    for each in text.split("\n"):
        line, content = each, each.lstrip(" ")
        right = len(line) - len(content)
        if content.strip() and not content.startswith("#"):
            if right == 0:
                inside, indent = content.startswith("metadata:"), 0
                line = _IN_BRACES.sub("", line) if content.startswith("metadata: {") else line
            indent = indent or right
            if inside and right == indent and _TAKEN.fullmatch(line):
                continue
        yield line.replace(PLACEHOLDER, _DEFAULT)
