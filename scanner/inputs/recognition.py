"""One input: what it is, and its subjects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import assert_never

from msgspec.structs import replace

from scanner import documents, rendering, subjects
from scanner.contexts import is_loaded
from scanner.documents import BinaryContent, Document, EmptyText, Fault, Language, Text
from scanner.errors import UnreadableError
from scanner.inputs.portion import Work
from scanner.loss import OUTSIDE, Loss
from scanner.model import ANY_KIND, HIDDEN, Input, InputStatus
from scanner.places import NAMED
from scanner.rendering import named_kinds
from scanner.sources import (
    STDIN_NAME,
    File,
    RenderedFile,
    RenderingInput,
    SkippedFile,
    Source,
    UnreadableFile,
    content_of,
)

_HEAD = 4096
"""Bytes at the beginning of a page that say what it is."""
_PAGE, _SIGN = b"<!doctype html>", b'<meta name="generator" content="Assay">'
_LINES = b'{"type":"run","format":"assay-results/'
_POINTER = b"version https://git-lfs.github.com/spec/"
_READ = (".yaml", ".yml", ".json")
"""Ends of names of files that a pointer in their place hides from a scan."""
_BASELINE = b'"format":"assay-baseline/'
_ANYTHING = (ANY_KIND,)
_RESUMES = ("not valid YAML: ", "a template: ")
"""Begins why a document of a YAML file cannot be read, if those behind it are."""


def recognise_source(source: Source, work: Work) -> subjects.Recognition | Input:
    """The subjects of an input, to be taken one by one, or what it is where it holds none."""
    match source:
        case SkippedFile():
            ours = any(subjects.may_be_ours(head.decode(errors="replace")) for head in source.heads)
            return Input(
                source.path, "", 0, InputStatus.SKIPPED, f"{source.reason}, {HIDDEN}" if ours else source.reason
            )
        case UnreadableFile():
            held, system = source.may_hold, source.system
            return Input(source.path, "", 0, InputStatus.UNREADABLE, source.reason, may_hold=held, system=system)
        case RenderingInput():
            outside = _outside(source)
            return Input(source.path, *_seal(source), InputStatus.ASSESSED, source.whole, losses=outside)
        case RenderedFile():
            home = replace(source.home, beside=source.home.beside.union(source.opens))
            return subjects.Recognition(rendering.documents(source.rendered, work.limits), source.path, home=home)
        case File():
            return _read(source, work)
        case _:
            assert_never(source)


def _read(file: File, work: Work) -> subjects.Recognition | Input:
    content = file.content if file.own is None else file.own
    if content.startswith(_POINTER) and file.path.lower().endswith(_READ):
        why = "a Git LFS pointer, so its content is not here; `git lfs pull` brings it"
        return Input(file.path, *_seal(file), InputStatus.UNREADABLE, why, may_hold=_ANYTHING)
    if own := _own(file.path, content):
        return Input(file.path, *_seal(file), InputStatus.SKIPPED, own)
    told = documents.classify(file.path, content, stream=file.path == STDIN_NAME, is_yaml=bool(file.named_by))
    match told:
        case Text():
            return _of_text(file, told, work)
        case EmptyText():
            return Input(file.path, *_seal(file), InputStatus.SKIPPED, told.reason)
        case BinaryContent():
            if told.named or subjects.may_be_ours(told.remains):
                held = tuple(sorted(named_kinds.of_bytes(content)))
                return Input(file.path, *_seal(file), InputStatus.UNREADABLE, told.reason, told.line, may_hold=held)
            return Input(file.path, *_seal(file), InputStatus.SKIPPED, told.reason)
        case _:
            assert_never(told)


def _of_text(file: File, told: Text, work: Work) -> subjects.Recognition | Input:
    """A text, with what other Compose files add to it; one that adds to another is assessed there if it is read."""
    whole = subjects.unread.of_text(told.path, told.text) if told.language is Language.MARKDOWN else None
    parts: Iterable[documents.Document | documents.Fault] = documents.read_text(told, work.limits)
    if file.merged_into:
        parts = list(parts)
        if not any(isinstance(part, documents.Fault) for part in parts):
            return Input(
                file.path, *_seal(file), InputStatus.ASSESSED, f"merged into {file.merged_into}", formats=("compose",)
            )
    elif file.merged:
        from scanner.subjects.stacks import merging  # few scans have such files

        parts = merging.merged(told, file.merged, file.merged_by, work.deploy_target, work.limits)
    if file.named_by:
        parts = (_named(part, file.named_by) if isinstance(part, Document) else part for part in parts)
    if file.variables_of:
        parts = chain(parts, (_named(part, file.variables_of) for part in documents.lines(told)))
    target = work.deploy_target
    return subjects.Recognition(
        parts, whole=whole, deploy_target=target, patch=file.patch, live=work.live, home=file.home
    )


def _named(part: Document, by: tuple[str, ...]) -> Document:
    """A document that others name, which is loaded if one of them is."""
    loaded = any(map(is_loaded, by))
    return replace(part, named_by=by, origin=replace(part.origin, purpose=NAMED) if loaded else part.origin)


def _own(path: str, content: bytes) -> str:
    """What a file is that Assay wrote; empty for any other."""
    if _is_baseline(path, content):
        return "a baseline of Assay"
    return "a report of Assay" if _is_own_report(path, content) else ""


def _is_baseline(path: str, content: bytes) -> bool:
    """Whether a file is a baseline, and holds nothing else."""
    if not path.endswith(".json") or _BASELINE not in content[:_HEAD]:
        return False
    from scanner.gate.baseline_file import is_baseline

    return is_baseline(content)


def _is_own_report(path: str, content: bytes) -> bool:
    """Whether a file is a report of an earlier scan, which quotes the files of that scan.

    Only formats that are recognised by their first bytes and hold nothing else count: the mark can be forged, so it
    must not hide anything that would have been assessed.
    """
    if path.endswith(".html"):
        return content.lstrip()[:_HEAD].startswith(_PAGE) and _SIGN in content[:_HEAD]
    return path.endswith(".jsonl") and content.startswith(_LINES) and all(map(_is_line_of_report, content.splitlines()))


def _is_line_of_report(line: bytes) -> bool:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "type" in found and "apiVersion" not in found


def input_of(source: Source, recognition: subjects.Recognition) -> Input:
    """What an input is whose subjects were all taken."""
    reading = recognition.reading()
    status, reason, line = _status(reading)
    formats = tuple(reading.unread) if status is InputStatus.NOT_ASSESSED else reading.formats
    partly = status in (InputStatus.ASSESSED, InputStatus.SKIPPED) or len(reading.losses) > 1
    if isinstance(source, RenderedFile) and not reading.faults:
        status = InputStatus.ASSESSED
        by = f" with the values of {', '.join(source.rendered.by[:3])}" if source.rendered.by else ""
        reason = f"rendered by {source.rendered.tool}{by}" + ("" if recognition.count else ", which contains no object")
    if isinstance(source, File) and source.merged and status is InputStatus.ASSESSED:
        reason = "; ".join(filter(None, (f"merged with {', '.join(path for path, _ in source.merged)}", reason)))
    losses, seal = reading.losses if partly else (), _seal(source)
    if isinstance(source, RenderedFile):
        losses = tuple(sorted((*losses, *_outside(source)), key=lambda loss: loss.line))
    held = _kinds_in(source, reading.faults) if status is InputStatus.UNREADABLE else ()
    return Input(source.path, *seal, status, reason, line, formats, recognition.count, reading.kinds, losses, held)


def _outside(source: RenderedFile | RenderingInput) -> tuple[Loss, ...]:
    """What a kustomization names that is not among the scanned files; nothing of the file itself is lost."""
    why = "is outside of the scanned files; this kustomization builds on it"
    return tuple(Loss(line, OUTSIDE, f"{what} {why}") for line, what in source.elsewhere)


def failed(source: Source, why: str) -> Input:
    """What an input is that could not be worked on to its end."""
    return Input(source.path, *_seal(source), InputStatus.UNREADABLE, why, may_hold=_kinds_in(source))


def _kinds_in(source: Source, faults: Sequence[Fault] = ()) -> tuple[str, ...]:
    """The kinds of Kubernetes objects that a text names which cannot be read, or those of its documents that cannot."""
    content = content_of(source)
    try:
        text = documents.decode(content)
    except UnreadableError:
        return tuple(sorted(named_kinds.of_bytes(content)))
    if faults and all(each.format == "yaml" and each.message.startswith(_RESUMES) for each in faults):
        text = named_kinds.parts(text, (each.line for each in faults))
    return tuple(sorted(named_kinds.of_text(text)))


def _seal(source: Source) -> tuple[str, int]:
    """SHA-256 and size of what was read."""
    content = content_of(source)
    return hashlib.sha256(content).hexdigest(), len(content)


def _status(reading: subjects.RecognitionResult) -> tuple[InputStatus, str, int]:
    """What became of an input, why, and the line of its first fault."""
    if reading.faults:
        first, more = reading.faults[0], len(reading.faults) - 1
        others = f" (and {more} more)" if more else ""
        return InputStatus.UNREADABLE, f"{first.message} at line {first.line}{others}", first.line
    noted = ", ".join(str(note.line) for note in reading.notes if note.embedded)
    note = f"code blocks that are not valid YAML or JSON at line {noted}" if noted else ""
    if reading.foreign and reading.unread:
        line = next(loss.line for loss in reading.losses if loss.kind in reading.unread)
        return InputStatus.NOT_ASSESSED, "; ".join(reading.unread.values()), line
    if reading.foreign:
        return InputStatus.SKIPPED, "; ".join(part for part in (reading.foreign, note) if part), 0
    return InputStatus.ASSESSED, "; ".join(part for part in (_flawed(reading), *reading.told, note) if part), 0


def _flawed(reading: subjects.RecognitionResult) -> str:
    """The first fault of what was assessed although its tools may refuse it."""
    if not reading.flaws:
        return ""
    first, more = reading.flaws[0], len(reading.flaws) - 1
    what = "front matter" if first.format == "front-matter" else "a text"
    others = f" (and {more} more)" if more else ""
    return f"{what} that its tool may refuse: {first.message} at line {first.line}{others}"
