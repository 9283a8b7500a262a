"""The declaration of each format that subjects are read from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import IntEnum, auto
from typing import Any

from msgspec import Struct, field

from scanner.documents import Document
from scanner.model import Subject
from scanner.subjects.kind import Kind


class KnownBy(IntEnum):
    """What a format knows its documents by, in the order in which formats are asked.

    A document that several formats claim is read by the first of them alone. Two formats that know their documents by
    the same must never claim the same one; the tests hold them to that.
    """

    HEADER = auto()
    """An `apiVersion` and `kind` of its own, or the name of a call."""
    OBJECT = auto()
    """Any `apiVersion` and `kind`: whatever no header of another format claims is a Kubernetes object."""
    CONTENT = auto()
    """Fields or words that its documents hold. An object is never hidden by what else it holds."""
    AGENT = auto()
    """Fields that the settings of an agent hold, which hide nothing of another format either."""


def _no_losses(_: Document) -> Iterable[tuple[int, str]]:
    return ()


def _nothing_to_note(_: Document) -> str:
    return ""


def _nothing_elsewhere(_: Document) -> Iterable[tuple[int, str, str]]:
    return ()


class Format(Struct, frozen=True):
    """One format of documents."""

    name: str
    """What reports and the subject `document` call it."""
    title: str
    """What the README calls it, in its table of what is read."""
    known_by: KnownBy
    recognise: Callable[[Document], Iterator[Subject] | None]
    """The subjects of a document of the format; None for any other document."""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """The kinds of subjects that it adds; those of another format are declared there."""
    loaded_from: str = ""
    """A pattern of paths from which a tool loads its documents: there it is asked before all others.

    A file there that cannot be read is a loss.
    """
    signs: str = ""
    """A pattern of what a text holds that cannot be read and was meant as a document of the format."""
    losses: Callable[[Document], Iterable[tuple[int, str]]] = _no_losses
    """What a document holds that was meant for the format and cannot be read: 1-based line and why."""
    elsewhere: Callable[[Document], Iterable[tuple[int, str, str]]] = _nothing_elsewhere
    """What a document names that stands elsewhere: 1-based line, what it is, and the folder of a repository."""
    told_elsewhere: str = "{} is outside of the scanned files; this object has it applied"
    """What outputs say of each of these."""
    problems: Callable[[Any], Iterable[tuple[tuple[str, ...], str, str]]] | None = None
    """Where the data of a document violates the schema of the format, if it has one: path, why, and the path by which
    a finding stays known where the text around it changes."""
    included: Callable[[Document], Iterable[tuple[int, str]]] = _no_losses
    """Other files that a document is completed by: 1-based line and path; one that is not scanned is a loss."""
    named: Callable[[Document], Iterable[tuple[int, str, str]]] = _nothing_elsewhere
    """Other files that a document names: 1-based line, path, and the format that the file must be read as."""
    notes: Callable[[Document], str] = _nothing_to_note
    """What a reader of a scan is told of a document that was read; empty where there is nothing to tell."""
    documents: tuple[str, ...] = ("yaml", "json")
    """The formats of documents that it reads, as `Document.format` names them."""
    despite_faults: bool = False
    """It reads JSON with comments too, which the tools of the format may refuse: a note tells."""
    most: int | None = None
    """Subjects of one input that are read; None for all. Others are a loss."""
    recognise_for: Callable[[Document, str], Iterator[Subject] | None] | None = None
    """As `recognise`, with who deploys the document, of a format for which that matters."""

    @property
    def can_lose(self) -> bool:
        """Whether a document may hold something that was meant for the format and cannot be read."""
        return self.losses is not _no_losses

    def recognised(self, document: Document, deploy_target: str) -> Iterator[Subject] | None:
        """The subjects of a document, deployed by whom the caller names, if anyone; None for any other document."""
        if self.recognise_for and deploy_target:
            return self.recognise_for(document, deploy_target)
        return self.recognise(document)


def key_sign(name: str) -> str:
    """The pattern of a key at the start of a line or of a mapping between brackets."""
    return rf"""(?:^|[{{,])[ \t]*["']?{name}["']?\s*:"""
