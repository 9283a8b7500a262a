"""Values that a chart makes anew each time it is rendered: keys, certificates, random texts, the time.

None of them is in a file, so a private key among them is not committed. They are found by rendering twice, and a
variable stands in their place, as for what is filled in before a file is applied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scanner.late import regex

_MAKING = regex(
    rb"\{\{[^}]*\b(?:gen[A-Z]\w*|rand(?:Alpha|AlphaNum|Ascii|Bytes|Int|Numeric)|uuidv4|htpasswd|bcrypt|encryptAES"
    rb"|now|ago|shuffle)\b"
)
_GENERATED = "${GENERATED}"
_Sections = Sequence[tuple[str, str]]
"""(path within the chart, text) of each document."""


def may_be_in(files: Mapping[str, bytes]) -> bool:
    """Whether a chart with these files may make values of its own."""
    return any(_MAKING.search(text) for name, text in files.items() if "templates/" in name)


def left_out(first: _Sections, second: _Sections) -> _Sections:
    """What a chart was rendered to, without the values that differ when it is rendered again."""
    if first == second or [path for path, _ in first] != [path for path, _ in second]:
        return first
    return [(path, _without(text, again)) for (path, text), (_, again) in zip(first, second, strict=True)]


def _without(text: str, again: str) -> str:
    lines, others = text.split("\n"), again.split("\n")
    if text == again or len(lines) != len(others):
        return text
    return "\n".join(line if line == other else _marked(line, other) for line, other in zip(lines, others, strict=True))


def _marked(line: str, other: str) -> str:
    """A line with a variable in place of the value, from the last sign that both have before the difference."""
    same = next((place for place, pair in enumerate(zip(line, other, strict=False)) if pair[0] != pair[1]), len(line))
    kept = line[:same]
    while kept and (kept[-1].isalnum() or kept[-1] in "+/="):
        kept = kept[:-1]
    quote = kept[-1] if kept.endswith(("'", '"')) and line.rstrip().endswith(kept[-1]) else ""
    return f"{kept}{_GENERATED}{quote}"
