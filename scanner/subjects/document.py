"""The subject that a document of any supported format is, for rules about how it is written."""

from __future__ import annotations

from scanner.documents import Document
from scanner.documents.positions import Node, find, join_path
from scanner.marks import keyless, line_of, with_children
from scanner.model import Subject
from scanner.subjects.format import Format
from scanner.subjects.subject_builder import SubjectBuilder

DOCUMENT = "document"


def document_subject(part: Document, form: Format) -> Subject:
    """The document itself, for rules about how it is written."""
    repeated = [keyless((line, column), (line, column + len(key))) for key, line, column in part.duplicates]
    shape = SubjectBuilder().say("format", form.name).say("duplicates", [key for key, _, _ in part.duplicates])
    shape.say("shown", part.format in ("yaml", "json") and part.origin.first_line > 0)
    _hold_to_schema(shape, part.root, form)
    if part.fault:
        line = part.fault.line - part.origin.first_line - 1
        shape.say("fault", part.fault.message)
        shape.marks["fault"] = keyless((line, 0), (line, 1))
    whole = shape.mark(part.root)
    if repeated:
        shape.marks["duplicates"] = with_children(repeated[0], repeated)
    name = _title(part.root) or part.name or part.format
    bindings = {"document": shape.data}
    return Subject(DOCUMENT, f"document/{name}", name, part.origin, bindings, {"document": whole}, DOCUMENT)


def first_line(part: Document) -> int:
    """The 1-based line at which a document begins."""
    return part.origin.first_line + (line_of(part.root.mark) if part.root.mark else 0) + 1


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
