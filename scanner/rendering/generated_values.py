"""Values that a chart makes anew each time it is rendered: keys, certificates, random texts, the time.

None of them is in a file, so a private key among them is not committed. They are found by rendering twice, and a
variable stands in their place, as for what is filled in before a file is applied.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence

from scanner.late import regex

_MAKING = regex(
    rb"\{\{[^}]*\b(?:gen[A-Z]\w*|rand(?:Alpha|AlphaNum|Ascii|Bytes|Int|Numeric)|uuidv4|htpasswd|bcrypt|encryptAES"
    rb"|now|ago|shuffle)\b"
)
_CLOCK = regex(rb"\{\{[^}]*\b(?:now|ago)\b")
_GENERATED = "${GENERATED}"
_Sections = Sequence[tuple[str, str]]
"""(path within the chart, text) of each document."""


def left_out_of(render: Callable[[], _Sections], files: Mapping[str, bytes]) -> _Sections:
    """What a chart with these files is rendered to, without the values that it makes anew each time."""
    templates = [text for name, text in files.items() if "templates/" in name]
    rendered = render()
    if not any(map(_MAKING.search, templates)):
        return rendered
    if any(map(_CLOCK.search, templates)):
        _wait_for_another_second()
    return left_out(rendered, render())


def _wait_for_another_second() -> None:
    """Wait, so that a time in seconds differs when it is printed again."""
    now = time.time()
    time.sleep(math.floor(now) + 1 - now)


def left_out(first: _Sections, second: _Sections) -> _Sections:
    """What a chart was rendered to, without the values that differ when it is rendered again.

    Helm does not always print documents in the same order, so each is compared with the one of the same path that
    differs least from it.
    """
    again: dict[str, list[str]] = {}
    for path, text in second:
        again.setdefault(path, []).append(text)
    return [(path, _without(text, again.get(path, []))) for path, text in first]


def _without(text: str, others: list[str]) -> str:
    """A text without the values that differ from the closest of the others, which is removed from them."""
    if text in others:
        others.remove(text)
        return text
    lines = text.split("\n")
    alike = [other for other in others if other.count("\n") == len(lines) - 1]
    if not alike:
        return text
    closest = max(alike, key=lambda other: sum(map(str.__eq__, lines, other.split("\n"))))
    others.remove(closest)
    pairs = zip(lines, closest.split("\n"), strict=True)
    return "\n".join(line if line == other else _marked(line, other) for line, other in pairs)


def _marked(line: str, other: str) -> str:
    """A line with a variable in place of the value, from the last sign that both have before the difference."""
    same = next((place for place, pair in enumerate(zip(line, other, strict=False)) if pair[0] != pair[1]), len(line))
    kept = line[:same]
    while kept and (kept[-1].isalnum() or kept[-1] in "+/="):
        kept = kept[:-1]
    quote = kept[-1] if kept.endswith(("'", '"')) and line.rstrip().endswith(kept[-1]) else ""
    return f"{kept}{_GENERATED}{quote}"
