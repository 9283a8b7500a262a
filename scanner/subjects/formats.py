"""The formats that are read, the kinds of their subjects, and which format a text may be of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scanner.controls import ShownBy
from scanner.documents import Document, Fault
from scanner.late import regex
from scanner.subjects import (
    agents,
    api,
    architecture,
    calm,
    catalogue,
    kubernetes,
    prose,
    stacks,
    structurizr,
    swarm,
    threat_models,
    unread,
)
from scanner.subjects.document import DOCUMENT
from scanner.subjects.format import Format
from scanner.subjects.kind import Kind
from scanner.subjects.stacks import daemon, env_files

CONFIGURATION_CHANGE = "gate.configuration-change"
"""A setting that a change makes weaker, which no scanned document contains: a comparison makes it."""
WAIVER = "gate.waiver"
"""A waiver, which no scanned document contains: the gate makes it of the file of waivers."""

FORMATS: tuple[Format, ...] = (
    kubernetes.FORMAT,
    architecture.FORMAT,
    catalogue.FORMAT,
    *api.FORMATS,
    calm.FORMAT,
    structurizr.FORMAT,
    *threat_models.FORMATS,
    stacks.FORMAT,
    daemon.FORMAT,
    env_files.FORMAT,
    swarm.FORMAT,
    prose.FORMAT,
    *agents.FORMATS,
)
"""Every format; `KnownBy` decides between those that claim the same document, not their order here."""

KINDS: dict[str, Kind] = {
    DOCUMENT: Kind(("document",), ShownBy.MANIFEST),
    CONFIGURATION_CHANGE: Kind(("change",), ShownBy.MANIFEST),
    WAIVER: Kind(("waiver",), ShownBy.DECLARED),
    **{name: kind for form in FORMATS for name, kind in form.kinds.items()},
}

IN_PLACE = (
    *(kubernetes.RESOURCE, kubernetes.WORKLOAD, kubernetes.CONTAINER),
    *stacks.IN_PLACE,
    *daemon.IN_PLACE,
)
"""Kinds whose focus is a part of the document as it is, so that a change of it is a change of the text."""
IN_FILE = (agents.SETTINGS, agents.PERMISSION, *stacks.IN_FILE)
"""Kinds that hold the document that they are made of, so that a fix can change it."""

_BY_PRECEDENCE = sorted(FORMATS, key=lambda form: form.known_by)
_LOADED = tuple(form for form in FORMATS if form.loaded_from)
_LOADED_FROM = regex("|".join(form.loaded_from for form in _LOADED))
_ENDINGS, _NAME = (".md", ".json", ".jsonc", ".toml"), ".env"
"""How the paths end that these patterns match, or what they hold: most paths need no closer look."""
_LOSING = tuple(form for form in _BY_PRECEDENCE if form.can_lose)
_OURS = regex("|".join(dict.fromkeys(form.signs for form in FORMATS if form.signs)), re.MULTILINE)
"""What a code block or a JSON file that cannot be read must hold to count as a loss: others are only noted."""
_DATA = ("yaml", "json")


def asked(path: str) -> Iterable[Format]:
    """The formats in the order in which they are asked of a document: first one that a tool loads from its path."""
    if not _is_loaded(path):
        return _BY_PRECEDENCE
    return (*(form for form in _LOADED if re.search(form.loaded_from, path)), *_BY_PRECEDENCE)


def loaded_at(path: str) -> set[str]:
    """The names of the formats that a tool loads from a path."""
    return {form.name for form in _LOADED if re.search(form.loaded_from, path)} if _is_loaded(path) else set()


def _is_loaded(path: str) -> bool:
    """Whether a tool loads documents of a format from a path."""
    return (path.endswith(_ENDINGS) or _NAME in path) and bool(_LOADED_FROM.search(path))


def may_be_ours(text: str) -> bool:
    """Whether a text that cannot be read looks like a manifest, a spec or a tool call."""
    return bool(_OURS.search(text))


def reads(part: Document) -> bool:
    """Whether a format reads a document although its tools may refuse the text."""
    return any(form.despite_faults and form.recognise(part) is not None for form in _BY_PRECEDENCE)


def may_hold(fault: Fault) -> bool:
    """Whether a TOML file that cannot be read may be of a format of ours, by its path."""
    empty = {"": None}
    return _is_loaded(fault.path) or bool(unread.of_document(fault.path, empty))


def is_ours(relaxed: Document, text: str) -> bool:
    """Whether a text that is nearly JSON would be read if it were JSON."""
    return may_be_ours(text) and not unread.of_document(relaxed.origin.path, relaxed.root.value)


def losses_of(part: Document) -> Iterator[tuple[int, str]]:
    """The parts of a document that cannot be read, by all formats: 1-based line and why."""
    for form in _LOSING if part.format in _DATA else ():
        yield from form.losses(part)
