"""The kinds of Kubernetes objects that a text which cannot be read may hold, by what it says."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from scanner.documents.classify import is_utf16
from scanner.late import regex
from scanner.model import ANY_KIND

_ANYTHING = frozenset((ANY_KIND,))
_KIND = regex(r"""(?P<within>\n[ \t]+)?\bkind["']?\s*:\s*["']?(?P<kind>[^\s"',}\]#]+)""")
_LISTED = regex(r"List\b|\n[ \t-]+[\"']?apiVersion")
"""Signs of objects below others."""
_CONTROL = regex(r"\{\{-?\s*(?:/\*|(?:if|else|end|range|with|define|break|continue)\b|\$\w+\s*:?=)")
"""An action of a template that gives no text."""
_ESCAPE = regex(r"\\[ux][0-9A-Fa-f]")
"""What may stand for a letter of `kind` or of its value."""
_NO_TEXT = regex("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\udc80-\\udcff]")
"""Bytes that no parser of YAML or JSON takes."""
_SEPARATOR = regex(r"(?m)^---(?=\s|$)")
_FIELD = regex(r"(?m)^[\"']?([A-Za-z_][\w.-]*)[\"']?:(?=\s|$)")
"""A field at the top of a document."""
_OF_OBJECTS = frozenset(
    {"metadata", "spec", "data", "stringData", "binaryData", "rules", "roleRef", "subjects", "webhooks", "items"}
)
"""Fields at the top of objects, of which at least one is in every object."""
_BELOW = regex(r"\bn?indent\s+[1-9]")
"""What keeps the lines that an action gives within the object around it."""
_NAMED = regex(r'\{\{-?\s*(?:include|template)\s+["`]([^"`]*)["`]')
"""Takes in a part of a template by its name; that part is a text of the chart as well."""
_DEFINED = regex(r'\{\{-?\s*define\s+["`]([^"`]*)["`]')
_WORD = regex(r"\{\{-?\s*(\w+)")
_OPENING = frozenset({"if", "range", "with", "define", "block"})
"""Words that begin what `end` ends."""
_SHORT = regex(r"\|\s*(?:trunc\s+[0-9]+|s?quote|sha256sum|b64enc|int|int64|fail)\b|\{\{-?\s*(?:s?quote|fail)\b")
"""What gives one value, or nothing."""
_GIVEN = regex(r"\"[^\"]*\"|\.(?:Chart|Release|Capabilities)\.[\w.]+")
"""Texts, and values that are one name or number."""
_VALUE = regex(r"[.$]\w|\{\{-?\s*[.$]\s*[|}-]")
"""A value of the chart or of a variable."""
_OTHERWISE = regex(r'\\[ux][0-9A-Fa-f]|"kind"(?!\s*:)')
"""A letter that is written as a number, or the name of the field where functions make an object."""


def of_text(text: str) -> frozenset[str]:
    """The kinds that a text names; ANY_KIND alone where it may hold others."""
    if _ESCAPE.search(text):
        return _ANYTHING
    kinds = {found.removesuffix("List") or "List" for found in _named(text)}
    if not kinds and "apiVersion" not in text and not _fills_in_lines(text):
        return frozenset()
    return frozenset(kinds) if kinds and all(map(str.isalnum, kinds)) else _ANYTHING


def of_bytes(content: bytes) -> frozenset[str]:
    """The kinds of the objects that kubectl would take from a content that is not text, before it refuses a part.

    It reads the documents between lines of `---` one by one: YAML as a whole, and JSON up to the first fault.
    """
    found: set[str] = set()
    if is_utf16(content):
        return _ANYTHING
    for document in content.replace(b"\r\n", b"\n").split(b"\n---"):
        text = document.decode("utf-8", "surrogateescape")
        fault = _NO_TEXT.search(text)
        if not fault or text.lstrip().startswith("{"):
            found |= of_text(text[: fault.start()] if fault else text)
    return frozenset(found)


def of_templates(texts: Iterable[str]) -> frozenset[str]:
    """The kinds of the objects that the templates of one chart may give; ANY_KIND alone where these do not tell."""
    found: set[str] = set()
    taken, giving = {""}, set[str]()
    for text in texts:
        kinds = _named(text)
        if not all(kind.isalnum() and not kind.endswith("List") for kind in kinds) or _OTHERWISE.search(text):
            return _ANYTHING
        found.update(kinds)
        for part, action in _apart(text):
            if named := _NAMED.match(action):
                taken |= set() if _BELOW.search(action) else {named[1]}
            elif _gives_lines(action):
                giving.add(part)
    return frozenset(found) if giving.isdisjoint(taken) else _ANYTHING


def of_template(text: str) -> frozenset[str]:
    """The kinds of the objects that one template may give; ANY_KIND alone where a part that it takes in may tell."""
    taken = (_NAMED.match(action) and not _BELOW.search(action) for _, action in _apart(text))
    return _ANYTHING if any(taken) else of_templates((text,))


def _named(text: str) -> list[str]:
    """What follows `kind:`, other than a further field, or a value that is filled in below another field."""
    listed = _LISTED.search(text)
    return [
        found["kind"]
        for found in _KIND.finditer(text)
        if not found["kind"].endswith(":") and (listed or found["kind"].isalnum() or not found["within"])
    ]


def parts(text: str, lines: Iterable[int]) -> str:
    """The documents of a YAML text that some lines, from 1 on, are in.

    A line that separates two documents is in both.
    """
    starts = [0, *(found.start() for found in _SEPARATOR.finditer(text))]
    ends = [*starts[1:], len(text)]
    offsets = [0, *(place + 1 for place, letter in enumerate(text) if letter == "\n")]
    met: set[int] = set()
    for line in lines:
        place = offsets[min(line, len(offsets)) - 1]
        own = bisect_right(starts, place) - 1
        met |= {own, own - 1} if own and place == starts[own] else {own}
    return "\n".join(text[starts[number] : ends[number]] for number in sorted(met))


def _fills_in_lines(text: str) -> bool:
    """Whether a placeholder may give more than a part of a value, such as a whole object."""
    return any(_fills_in(document) for document in _SEPARATOR.split(text))


def _fills_in(document: str) -> bool:
    """The same of one document. What is filled in below a field of something else than an object stays a part of it."""
    fields = set(_FIELD.findall(document))
    of_others = bool(fields) and fields.isdisjoint(_OF_OBJECTS)
    lines = document.splitlines()
    for number, line in enumerate(lines):
        start = 0
        while (start := line.find("{{", start)) >= 0:
            if ":" not in line[:start] and not _CONTROL.match(line, start):
                below = line if start else next(filter(str.strip, lines[number + 1 :]), "")
                if not (of_others and below.startswith((" ", "\t", "- "))):
                    return True
            start = line.find("}}", start) + 2
            if start < 2:  # noqa: PLR2004 - it ends in another line
                return True
    return False


def _apart(text: str) -> Iterator[tuple[str, str]]:
    """The actions of a template that are alone in their line or behind others, each with the named part that it is in.

    The name is empty outside of such parts.
    """
    part, depth, alone = "", 0, True
    for between, action in _actions(text):
        _, broken, line = between.rpartition("\n")
        alone = not line.strip() and (alone or bool(broken))
        word = (_WORD.match(action) or ("", ""))[1]
        if word == "define" and not depth:
            part = (_DEFINED.match(action) or ("", ""))[1]
        depth = max(0, depth + (word in _OPENING) - (word == "end"))
        if word == "end" and not depth:
            part = ""
        if alone:
            yield part, action


def _actions(text: str) -> Iterator[tuple[str, str]]:
    """Each action of a template, behind the text before it."""
    end = 0
    while (start := text.find("{{", end)) >= 0:
        stop = text.find("}}", start) + 2
        between, end = text[end:start], stop if stop > 1 else len(text)
        yield between, text[start:end]


def _gives_lines(action: str) -> bool:
    """Whether an action may give objects that are not in the texts of the chart."""
    if any(sign.search(action) for sign in (_CONTROL, _BELOW, _SHORT)):
        return False
    return bool(_VALUE.search(_GIVEN.sub("", action)))
