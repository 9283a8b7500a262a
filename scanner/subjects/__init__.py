"""Documents -> typed subjects, one module per format. Knows nothing of rules and of files on disk.

`FORMATS` lists every format, `KINDS` every kind of subject; docs/subjects.md describes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scanner.controls import ShownBy
from scanner.documents import Document, Fault
from scanner.documents.positions import Node, find, join_path
from scanner.marks import keyless, with_children
from scanner.model import Subject
from scanner.subjects import architecture, calm, foreign, kubernetes, prose, swarm
from scanner.subjects.format import Format
from scanner.subjects.kind import Kind
from scanner.subjects.shaping import Shape

DOCUMENT = "document"

FORMATS: tuple[Format, ...] = (
    kubernetes.FORMAT,
    architecture.FORMAT,
    calm.FORMAT,
    swarm.FORMAT,
    prose.FORMAT,
)
"""Every format; `KnownBy` decides between those that claim the same document, not their order here."""

KINDS: dict[str, Kind] = {
    DOCUMENT: Kind(("document",), ShownBy.MANIFEST),
    **{name: kind for form in FORMATS for name, kind in form.kinds.items()},
}

IN_PLACE = (kubernetes.RESOURCE, kubernetes.WORKLOAD, kubernetes.CONTAINER)
"""Kinds whose focus is a part of the document as it stands, so that a change of it is a change of the text."""

_BY_PRECEDENCE = sorted(FORMATS, key=lambda form: form.known_by)
_OURS = re.compile("|".join(dict.fromkeys(form.signs for form in FORMATS if form.signs)), re.MULTILINE)
"""What a code block or a JSON file that cannot be read must hold to count as a loss: others are only noted."""
_NOTHING = "holds no YAML, JSON or tool calls"
_TEMPLATE = re.compile(r"\{\{|\{%")


@dataclass(frozen=True, slots=True)
class Reading:
    """What an input holds: its subjects, the formats met, and the parts that could not be read."""

    subjects: tuple[Subject, ...]
    formats: tuple[str, ...]
    faults: tuple[Fault, ...]
    foreign: str
    """Why nothing in it is ours, empty where something is."""
    notes: tuple[Fault, ...] = ()
    """Code blocks of a Markdown file, or a JSON text, that cannot be read and would not have been ours."""
    kinds: tuple[str, ...] = ()
    """Of the subjects, sorted."""


def recognise(parts: Iterable[Document | Fault]) -> Reading:
    """Find out what the documents of one input are."""
    recognition = Recognition(parts)
    return recognition.reading(tuple(recognition))


class Recognition:
    """The subjects of one input, to be taken one by one, and what else there is to say when all were taken.

    With a `group`, they are what a renderer made: one system, of documents that nobody wrote.
    """

    def __init__(self, parts: Iterable[Document | Fault], group: str = "") -> None:
        self._parts = parts
        self._group = group
        self._formats: dict[str, None] = {}
        self._faults: list[Fault] = []
        self._notes: list[Fault] = []
        self._foreign_kinds: dict[str, None] = {}
        """Of documents that are not ours, in order."""
        self._kinds: set[str] = set()
        self._in_code = False
        """Whether the first of them stands in a code block."""
        self.count = 0
        """Subjects that were taken."""

    def __iter__(self) -> Iterator[Subject]:
        for part in self._parts:
            if isinstance(part, Fault):
                stray = part.embedded or part.format == "json"
                counts = not stray or may_be_ours(part.text)
                (self._faults if counts else self._notes).append(_explained(part))
                continue
            for subject in self._of(part):
                self.count += 1
                self._kinds.add(subject.kind)
                yield replace(subject, group=self._group) if self._group else subject

    def _of(self, part: Document) -> Iterator[Subject]:
        """The subjects of a document, and the document itself if it is ours."""
        for form in _BY_PRECEDENCE:
            found = form.recognise(part)
            if found is not None:
                yield from found
                self._formats[form.name] = None
                self._faults.extend(Fault(why, line, "") for line, why in _losses(part))
                if part.format != "prose" and not self._group:
                    yield _document(part, form)
                return
        if part.format != "prose":
            self._in_code = self._in_code if self._foreign_kinds else bool(part.origin.first_line)
            self._foreign_kinds[foreign.kind(part.root.value)] = None

    def reading(self, subjects: tuple[Subject, ...] = ()) -> Reading:
        """What the input holds; its subjects as far as they were kept."""
        why = "" if self.count else self._foreign()
        kinds = tuple(sorted(self._kinds))
        return Reading(subjects, tuple(self._formats), tuple(self._faults), why, tuple(self._notes), kinds)

    def _foreign(self) -> str:
        """Why nothing in the input is ours."""
        if self._foreign_kinds:
            return ("in code blocks: " if self._in_code else "") + foreign.reason(self._foreign_kinds)
        broken = (f"{note.message} at line {note.line}" for note in self._notes if not note.embedded)
        return next(broken, _NOTHING)


def may_be_ours(text: str) -> bool:
    """Whether a text that cannot be read looks as if it held a manifest, a spec or a tool call."""
    return bool(_OURS.search(text))


def _losses(part: Document) -> Iterable[tuple[int, str]]:
    """What a document of ours holds that cannot be read: line and why."""
    if part.format in ("call", "prose"):
        return ()
    return (loss for form in _BY_PRECEDENCE for loss in form.losses(part))


def _explained(fault: Fault) -> Fault:
    """A template gives a better reason than the first brace that YAML stumbles over."""
    if _TEMPLATE.search(fault.text):
        message = "a template: render it first, such as `helm template CHART | assay scan -`"
        return Fault(message, fault.line, fault.text, fault.embedded)
    return fault


def _document(part: Document, form: Format) -> Subject:
    """The document itself, for rules about how it is written."""
    repeated = [keyless((line, column), (line, column + len(key))) for key, line, column in part.duplicates]
    shape = Shape().say("format", form.name).say("duplicates", [key for key, _, _ in part.duplicates])
    _hold_to_schema(shape, part.root, form)
    whole = shape.mark(part.root)
    if repeated:
        shape.marks["duplicates"] = with_children(repeated[0], repeated)
    name = _title(part.root) or part.name or part.format
    bindings = {"document": shape.data}
    return Subject(DOCUMENT, f"document/{name}", name, part.origin, bindings, {"document": whole}, DOCUMENT)


def _hold_to_schema(shape: Shape, root: Node, form: Format) -> None:
    """What is wrong with a document of a format that has a schema, each problem at its field."""
    if form.problems is None:
        return
    found = list(form.problems(root.value))
    shape.say("problems", [{"field": join_path(path), "message": message} for path, message in found])
    if found and root.mark:
        places = [find(root.mark, path)[0] for path, _ in found]
        shape.marks["problems"] = with_children(places[0], [with_children(mark, None) for mark in places])


def _title(root: Node) -> str:
    kind, name = root.get("kind").value, root.get("metadata", "name").value
    return " ".join(str(word) for word in (kind, name) if isinstance(word, str))
