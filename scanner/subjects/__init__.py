"""Documents -> typed subjects, one module per format; `formats` lists them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from scanner.documents import Document, Fault, is_page
from scanner.loss import EMBEDDED, OUTSIDE, UNREAD_PART, WORKFLOW, Loss
from scanner.model import Subject
from scanner.sources import NOWHERE, Home
from scanner.subjects import faults, foreign, swarm, unread
from scanner.subjects.assertions import assertion
from scanner.subjects.document import DOCUMENT, document_subject, first_line
from scanner.subjects.format import Format
from scanner.subjects.formats import (
    CONFIGURATION_CHANGE,
    FORMATS,
    IN_FILE,
    IN_PLACE,
    KINDS,
    WAIVER,
    asked,
    is_ours,
    losses_of,
    may_be_ours,
    may_hold,
    reads,
)
from scanner.subjects.fragments import fragment
from scanner.subjects.placed import placed
from scanner.subjects.quota import Quota
from scanner.subjects.unread import TOOL_CALL, UnreadFormat

__all__ = [
    "CONFIGURATION_CHANGE",
    "DOCUMENT",
    "FORMATS",
    "IN_FILE",
    "IN_PLACE",
    "KINDS",
    "WAIVER",
    "Recognition",
    "RecognitionResult",
    "may_be_ours",
    "recognise",
]

_LINES = ("prose", "shell", "variables")
"""Documents that are lines, without data of their own."""
_OF_ANYTHING = ("front-matter", "toml")
"""Documents of any subject: one that no format reads is passed over without a word."""
_OBJECTS = "kubernetes."
"""How the kinds of subjects of Kubernetes begin."""
_CALLED = {
    "compose": "which is not read as a Compose file",
    "env-file": "which is not read as a file of environment variables",
    "mount": "which is a symbolic link that leads out of the scanned files",
}
"""What outputs say of a file that another one names."""
_NOTHING = "contains no YAML, JSON or tool calls"
_LOST = "contains nothing that Assay can read"


class RecognitionResult(Struct, frozen=True):
    """The contents of an input: its subjects, the formats found, and the parts that could not be read."""

    subjects: tuple[Subject, ...]
    formats: tuple[str, ...]
    faults: tuple[Fault, ...]
    foreign: str
    """Why the input has no supported document; empty where it has one."""
    notes: tuple[Fault, ...] = ()
    """Code blocks of a Markdown file that cannot be read and do not look like a supported format."""
    kinds: Mapping[str, int] = field(default_factory=dict)
    """How many subjects of each kind there are, sorted by kind."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Formats that are recognised and not read, each with the reason why its documents are not assessed."""
    losses: tuple[Loss, ...] = ()
    """Parts that are not assessed, by line; those that cannot be read are `faults` as well."""
    flaws: tuple[Fault, ...] = ()
    """Why the tools of a document may refuse it, which is assessed all the same."""
    told: tuple[str, ...] = ()
    """What formats note of documents that were read."""


def recognise(parts: Iterable[Document | Fault], deploy_target: str = "") -> RecognitionResult:
    """Find out what the documents of one input are."""
    recognition = Recognition(parts, deploy_target=deploy_target)
    return recognition.reading(tuple(recognition))


class Recognition:
    """The subjects of one input, to be taken one by one, and the further results when all were taken.

    With a `group`, a renderer made them: one system, of documents that no person wrote. `whole` is the format of a text
    that is recognised and not read. `deploy_target` is who deploys Compose files, where the caller says so. Only where
    a text may be a `patch`, a part of a workload is one. `home` is where the objects are, and what their
    system has beside them. If all inputs count as `live`, a block that a page shows as refused is read like any other.
    """

    def __init__(
        self,
        parts: Iterable[Document | Fault],
        group: str = "",
        whole: UnreadFormat | None = None,
        deploy_target: str = "",
        *,
        patch: bool = False,
        live: bool = False,
        home: Home = NOWHERE,
    ) -> None:
        self._home = home
        self._parts = parts
        self._patch = patch
        self._live = live
        self._expected = home.expected and not live
        self._deploy_target = deploy_target
        self._group = group
        self._formats: dict[str, None] = {}
        self._quota = Quota()
        self._faults: list[Fault] = []
        self._notes: list[Fault] = []
        self._foreign_kinds: dict[str, None] = {}
        """The kinds of documents of unsupported formats, in order."""
        self._kinds: Counter[str] = Counter()
        self._in_code = False
        """Whether the first of them is in a code block."""
        self.count = 0
        """Subjects that were taken."""
        self._unread: dict[str, str] = {}
        self._losses: list[Loss] = []
        self._flaws: list[Fault] = []
        self._told: list[str] = []
        if whole:
            self._lose(1, whole.name, whole.reason)

    def __iter__(self) -> Iterator[Subject]:
        for part in self._parts:
            read = part.relaxed if isinstance(part, Fault) and part.relaxed and reads(part.relaxed) else part
            if isinstance(read, Fault):
                self._take(read)
                continue
            if why := "" if self._group else assertion(read, expected=self._expected):
                self._foreign_kinds[why] = None
                self._losses.append(Loss(first_line(read), EMBEDDED, why))
                continue
            for subject in self._of(placed(read, self._home)):
                self.count += 1
                self._kinds[subject.kind] += 1
                yield self._of_system(subject)

    def _of_system(self, subject: Subject) -> Subject:
        system = self._home.system or self._group
        opens = self._home.beside
        if self._group:
            return replace(subject, group=system, overlay=self._group, opens=opens)
        return replace(subject, group=system, opens=opens) if system and subject.kind.startswith(_OBJECTS) else subject

    def _of(self, part: Document) -> Iterator[Subject]:
        """The subjects of a document, and the document itself if its format is supported."""
        if part.format == "prose":
            self._tell_calls_in_source(part)
        if not self._group and (why := fragment(part, patch=self._patch, live=self._live)):
            self._foreign_kinds[why] = None
            self._losses.append(Loss(first_line(part), EMBEDDED, why))
            return
        for form in asked(part.origin.path):
            found = form.recognised(part, self._deploy_target) if part.format in form.documents else None
            if found is not None:
                yield from self._quota.first(found, form, part, self._faults)
                self._formats[form.name] = None
                self._flaws.extend((part.fault,) if part.fault else ())
                self._lose_parts(part)
                yield from self._beside(part)
                self._note_elsewhere(part, form)
                self._told.append(form.notes(part))
                if part.format not in _LINES and not self._group:
                    yield document_subject(part, form)
                return
        if part.format not in _LINES:
            self._pass_over(part)
            self._lose_parts(part)

    def _pass_over(self, part: Document, also: str = "") -> None:
        """Take note of a document that no reader claims."""
        in_code = bool(part.origin.first_line)
        found = unread.of_document(part.origin.path, part.root.value)
        if part.format in _OF_ANYTHING and not found:
            return
        if found and (not in_code or found is TOOL_CALL):
            self._lose(first_line(part), found.name, found.reason)
            return
        if found:
            self._losses.append(Loss(first_line(part), EMBEDDED, f"in a code block: {found.reason}"))
        self._in_code = self._in_code if self._foreign_kinds else in_code
        self._foreign_kinds[(found.title if found else foreign.kind(part.root.value)) + also] = None

    def _take(self, fault: Fault) -> None:
        """Take note of a part that cannot be read, by whose it is."""
        if fault.relaxed and not is_ours(fault.relaxed, fault.text):
            self._pass_over(fault.relaxed, " (not strict JSON: it has comments or a trailing comma)")
        elif fault.embedded and fault.format == "call" and swarm.knows(fault.name):
            self._lose(fault.line, TOOL_CALL.name, fault.message)
        elif fault.format in ("call", "sketch") or (fault.embedded and may_be_ours(fault.text)):
            self._losses.append(Loss(fault.line, EMBEDDED, faults.explained(fault).message))
        elif fault.embedded:
            self._notes.append(fault)
        elif fault.format == "toml" and not may_hold(fault):
            self._foreign_kinds["TOML that cannot be read"] = None
        elif fault.format == "template":
            self._losses.append(Loss(fault.line, EMBEDDED, fault.message))
            self._foreign_kinds[f"a template that is not JSON before it is filled in: {fault.message}"] = None
        elif faults.is_workflow(fault.path):
            self._losses.append(Loss(fault.line, WORKFLOW, fault.message))
            self._foreign_kinds["a workflow of a CI service that cannot be read"] = None
        else:
            self._faults.append(faults.explained(fault))

    def _lose(self, line: int, kind: str, why: str) -> None:
        """Note a part of a supported format that is not read."""
        self._unread.setdefault(kind, why)
        self._losses.append(Loss(line, kind, why))

    def _tell_calls_in_source(self, part: Document) -> None:
        """Calls in the texts of a source file, or in a language that is not read: they are not a configuration."""
        lines = part.root.value
        if is_page(part.origin.path) or not any("mcp__" in line for line in lines):
            return
        for line, name in swarm.calls_in_text("\n".join(lines)):
            self._losses.append(Loss(line + 1, EMBEDDED, f"the call of {name} is in a source file"))

    def _beside(self, part: Document) -> Iterator[Subject]:
        """What an object of the Kubernetes API that configures an agent or a tool adds to the setup.

        A kind that no reader knows is a loss.
        """
        found = unread.of_object(part.root.value)
        if not found:
            return
        from scanner.subjects.agents import kagent

        subjects = kagent.read(part)
        if subjects is not None:
            yield from subjects
        elif part.origin.first_line:
            self._losses.append(Loss(first_line(part), EMBEDDED, f"in a code block: {found.reason}"))
        else:
            self._lose(first_line(part), found.name, found.reason)

    def _note_elsewhere(self, part: Document, form: Format) -> None:
        """What a document names that no file of the scan may hold; nothing of the text itself is lost."""
        for line, what, folder in () if part.origin.first_line else form.elsewhere(part):
            why = form.told_elsewhere.format(what)
            self._losses.append(Loss(0 if part.origin.parts else line, OUTSIDE, why, folder))
        for line, path in form.included(part):
            kind = EMBEDDED if part.origin.first_line else UNREAD_PART
            self._losses.append(Loss(line, kind, f"includes {path}, which is not among the scanned files", file=path))

        for line, path, what in () if part.origin.first_line else form.named(part):
            why = f"names {path}, {_CALLED[what]}"
            self._losses.append(Loss(line, UNREAD_PART, why, file=path, named=what))

    def _lose_parts(self, part: Document) -> None:
        """The parts of a supported document that cannot be read; in a code block they are only a broken example."""
        for line, why in losses_of(part):
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
        notes, kinds = tuple(self._notes), dict(sorted(self._kinds.items()))
        found, flaws = tuple(self._faults), tuple(self._flaws)
        told = tuple(filter(None, self._told))
        return RecognitionResult(subjects, formats, found, why, notes, kinds, self._unread, losses, flaws, told)

    def _foreign(self) -> str:
        """Why the input has no supported document."""
        if self._foreign_kinds:
            return ("in code blocks: " if self._in_code else "") + foreign.reason(self._foreign_kinds)
        return _LOST if self._losses else _NOTHING
