"""Documents -> typed subjects, one module per format. Knows nothing of rules and of files on disk.

`FORMATS` lists every format, `KINDS` every kind of subject; docs/subjects.md describes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from scanner.controls import ShownBy
from scanner.documents import Document, Fault
from scanner.documents.positions import Node, find, join_path
from scanner.late import regex
from scanner.marks import keyless, line_of, with_children
from scanner.model import EMBEDDED, UNREAD_PART, WORKFLOW, Loss, Subject
from scanner.subjects import architecture, calm, foreign, kubernetes, prose, swarm, unread
from scanner.subjects.format import Format
from scanner.subjects.kind import Kind
from scanner.subjects.subject_builder import SubjectBuilder
from scanner.subjects.unread import TOOL_CALL, UnreadFormat

DOCUMENT = "document"
CONFIGURATION_CHANGE = "gate.configuration-change"
"""A setting that a change makes weaker, which no scanned document contains: a comparison makes it."""
WAIVER = "gate.waiver"
"""A waiver, which no scanned document contains: the gate makes it of the file of waivers."""

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
    CONFIGURATION_CHANGE: Kind(("change",), ShownBy.MANIFEST),
    WAIVER: Kind(("waiver",), ShownBy.DECLARED),
    **{name: kind for form in FORMATS for name, kind in form.kinds.items()},
}

IN_PLACE = (kubernetes.RESOURCE, kubernetes.WORKLOAD, kubernetes.CONTAINER)
"""Kinds whose focus is a part of the document as it is, so that a change of it is a change of the text."""

_BY_PRECEDENCE = sorted(FORMATS, key=lambda form: form.known_by)
_OURS = regex("|".join(dict.fromkeys(form.signs for form in FORMATS if form.signs)), re.MULTILINE)
"""What a code block or a JSON file that cannot be read must hold to count as a loss: others are only noted."""
_NOTHING = "contains no YAML, JSON or tool calls"
_LOST = "contains nothing that Assay can read"
_TEMPLATE = regex(
    r"""^[ \t]*(?:-[ \t]+)*+(?:(?:"[^"\n]*"|'[^'\n]*'|[^\s#"'][^\n"']*?)[ \t]*:[ \t]+)?\{[{%]""", re.MULTILINE
)
"""A line, or a value, that begins like a template expression; in quotes it is a text for the reader of the file."""
_WORKFLOW = regex(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml$")
_PROSE = regex(r"(?:^|/)[^/.]*$|\.(?:md|markdown|mdx|mdc|txt|rst|adoc)$", re.IGNORECASE)
"""Names of texts for people and agents; any other that is read as Markdown is a source file."""


class RecognitionResult(Struct, frozen=True):
    """The contents of an input: its subjects, the formats found, and the parts that could not be read."""

    subjects: tuple[Subject, ...]
    formats: tuple[str, ...]
    faults: tuple[Fault, ...]
    foreign: str
    """Why the input has no supported document; empty where it has one."""
    notes: tuple[Fault, ...] = ()
    """Code blocks of a Markdown file that cannot be read and do not look like a supported format."""
    kinds: tuple[str, ...] = ()
    """Of the subjects, sorted."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Formats that are recognised and not read, each with the reason why its documents are not assessed."""
    losses: tuple[Loss, ...] = ()
    """Parts that are not assessed, by line; those that cannot be read are `faults` as well."""


def recognise(parts: Iterable[Document | Fault]) -> RecognitionResult:
    """Find out what the documents of one input are."""
    recognition = Recognition(parts)
    return recognition.reading(tuple(recognition))


class Recognition:
    """The subjects of one input, to be taken one by one, and the further results when all were taken.

    With a `group`, a renderer made them: one system, of documents that no person wrote. `whole` is the format of a text
    that is recognised and not read.
    """

    def __init__(self, parts: Iterable[Document | Fault], group: str = "", whole: UnreadFormat | None = None) -> None:
        self._parts = parts
        self._group = group
        self._formats: dict[str, None] = {}
        self._faults: list[Fault] = []
        self._notes: list[Fault] = []
        self._foreign_kinds: dict[str, None] = {}
        """The kinds of documents of unsupported formats, in order."""
        self._kinds: set[str] = set()
        self._in_code = False
        """Whether the first of them is in a code block."""
        self.count = 0
        """Subjects that were taken."""
        self._unread: dict[str, str] = {}
        self._losses: list[Loss] = []
        if whole:
            self._lose(1, whole.name, whole.reason)

    def __iter__(self) -> Iterator[Subject]:
        for part in self._parts:
            if isinstance(part, Fault):
                self._take(part)
                continue
            for subject in self._of(part):
                self.count += 1
                self._kinds.add(subject.kind)
                yield replace(subject, group=self._group, overlay=self._group) if self._group else subject

    def _of(self, part: Document) -> Iterator[Subject]:
        """The subjects of a document, and the document itself if its format is supported."""
        if part.format == "prose":
            self._lose_calls_in_prose(part)
        for form in _BY_PRECEDENCE:
            found = form.recognise(part)
            if found is not None:
                yield from found
                self._formats[form.name] = None
                self._lose_parts(part)
                self._lose_fields(part)
                if part.format != "prose" and not self._group:
                    yield _document(part, form)
                return
        if part.format != "prose":
            self._pass_over(part)
            self._lose_parts(part)

    def _pass_over(self, part: Document, also: str = "") -> None:
        """Take note of a document that no reader claims."""
        in_code = bool(part.origin.first_line)
        found = unread.of_document(part.origin.path, part.root.value)
        if found and (not in_code or found is TOOL_CALL):
            self._lose(_line(part), found.name, found.reason)
            return
        if found:
            self._losses.append(Loss(_line(part), EMBEDDED, f"in a code block: {found.reason}"))
        self._in_code = self._in_code if self._foreign_kinds else in_code
        self._foreign_kinds[(found.title if found else foreign.kind(part.root.value)) + also] = None

    def _take(self, fault: Fault) -> None:
        """Take note of a part that cannot be read, by whose it is."""
        if fault.format in ("plain", "block"):
            for line, name in swarm.calls_in_text(fault.text, tasks=fault.format == "plain"):
                self._lose_call(fault.line + line, name, "in a code block of a language that Assay does not read")
        elif fault.relaxed and not _is_ours(fault.relaxed, fault.text):
            self._pass_over(fault.relaxed, " (not strict JSON: it has comments or a trailing comma)")
        elif fault.embedded and fault.format == "call":
            self._lose(fault.line, TOOL_CALL.name, fault.message)
        elif fault.format in ("call", "sketch") or (fault.embedded and may_be_ours(fault.text)):
            self._losses.append(Loss(fault.line, EMBEDDED, _explained(fault).message))
        elif fault.embedded:
            self._notes.append(fault)
        elif _WORKFLOW.search(fault.path):
            self._losses.append(Loss(fault.line, WORKFLOW, fault.message))
            self._foreign_kinds["a workflow of a CI service that cannot be read"] = None
        else:
            self._faults.append(_explained(fault))

    def _lose(self, line: int, kind: str, why: str) -> None:
        """Note a part of a supported format that is not read."""
        self._unread.setdefault(kind, why)
        self._losses.append(Loss(line, kind, why))

    def _lose_call(self, line: int, name: str, where: str) -> None:
        self._lose(line, TOOL_CALL.name, f"the call of {name} {where} is not assessed")

    def _lose_calls_in_prose(self, part: Document) -> None:
        """Calls outside of code blocks; in a source file they are not a configuration."""
        lines = part.root.value
        if not any("mcp__" in line for line in lines):
            return
        source = not _PROSE.search(part.origin.path)
        for line, name in swarm.calls_in_text("\n".join(lines)):
            if source:
                self._losses.append(Loss(line + 1, EMBEDDED, f"the call of {name} is in a source file"))
            else:
                self._lose_call(line + 1, name, "outside of a code block that Assay reads")

    def _lose_fields(self, part: Document) -> None:
        """An object of the Kubernetes API whose own fields are the configuration of an agent or a tool."""
        found = unread.of_object(part.root.value)
        if found and part.origin.first_line:
            self._losses.append(Loss(_line(part), EMBEDDED, f"in a code block: {found.reason}"))
        elif found:
            self._lose(_line(part), found.name, found.reason)

    def _lose_parts(self, part: Document) -> None:
        """The parts of a supported document that cannot be read; in a code block they are only a broken example."""
        for line, why in _losses(part):
            if part.origin.first_line:
                self._losses.append(Loss(line, EMBEDDED, why))
            else:
                self._faults.append(Fault(why, line, ""))

    def reading(self, subjects: tuple[Subject, ...] = ()) -> RecognitionResult:
        """What the input holds; its subjects as far as they were kept."""
        why = "" if self.count else self._foreign()
        faults = (Loss(fault.line, UNREAD_PART, fault.message) for fault in self._faults)
        losses = tuple(sorted((*self._losses, *faults), key=lambda loss: loss.line))
        formats = tuple(self._formats)
        notes, kinds = tuple(self._notes), tuple(sorted(self._kinds))
        return RecognitionResult(subjects, formats, tuple(self._faults), why, notes, kinds, self._unread, losses)

    def _foreign(self) -> str:
        """Why the input has no supported document."""
        if self._foreign_kinds:
            return ("in code blocks: " if self._in_code else "") + foreign.reason(self._foreign_kinds)
        return _LOST if self._losses else _NOTHING


def may_be_ours(text: str) -> bool:
    """Whether a text that cannot be read looks like a manifest, a spec or a tool call."""
    return bool(_OURS.search(text))


def _losses(part: Document) -> Iterable[tuple[int, str]]:
    """The parts of a supported document that cannot be read: line and why."""
    if part.format in ("call", "prose"):
        return ()
    return (loss for form in _BY_PRECEDENCE for loss in form.losses(part))


def _explained(fault: Fault) -> Fault:
    """A template gives a better reason than the first brace that YAML stumbles over."""
    if _TEMPLATE.search(fault.text):
        message = (
            "a template: render it first, such as `helm template CHART | assay scan -` where there is a Chart.yaml"
        )
        return replace(fault, message=message)
    return fault


def _is_ours(relaxed: Document, text: str) -> bool:
    """Whether a text that is nearly JSON would be read if it were JSON."""
    return may_be_ours(text) and not unread.of_document(relaxed.origin.path, relaxed.root.value)


def _line(part: Document) -> int:
    """The 1-based line at which a document begins."""
    return part.origin.first_line + (line_of(part.root.mark) if part.root.mark else 0) + 1


def _document(part: Document, form: Format) -> Subject:
    """The document itself, for rules about how it is written."""
    repeated = [keyless((line, column), (line, column + len(key))) for key, line, column in part.duplicates]
    shape = SubjectBuilder().say("format", form.name).say("duplicates", [key for key, _, _ in part.duplicates])
    _hold_to_schema(shape, part.root, form)
    whole = shape.mark(part.root)
    if repeated:
        shape.marks["duplicates"] = with_children(repeated[0], repeated)
    name = _title(part.root) or part.name or part.format
    bindings = {"document": shape.data}
    return Subject(DOCUMENT, f"document/{name}", name, part.origin, bindings, {"document": whole}, DOCUMENT)


def _hold_to_schema(shape: SubjectBuilder, root: Node, form: Format) -> None:
    """What is wrong with a document of a format that has a schema, each problem at its field."""
    if form.problems is None:
        return
    found = list(form.problems(root.value))
    shape.say(
        "problems", [{"field": join_path(path), "message": message, "name": name} for path, message, name in found]
    )
    if found and root.mark:
        places = [find(root.mark, path)[0] for path, _, _ in found]
        shape.marks["problems"] = with_children(places[0], [with_children(mark, None) for mark in places])


def _title(root: Node) -> str:
    kind, name = root.get("kind").value, root.get("metadata", "name").value
    return " ".join(str(word) for word in (kind, name) if isinstance(word, str))
