"""The lines of a prompt, each with its place."""

from __future__ import annotations

from scanner.documents.positions import Node
from scanner.marks import end_of, keyless, start_of, with_children
from scanner.subjects.subject_builder import SubjectBuilder


def prompt_lines(shape: SubjectBuilder, prompt: Node) -> None:
    """The lines of a prompt, each with its place; lines that escapes create have the place of the prompt."""
    if not isinstance(prompt.value, str) or prompt.mark is None:
        return
    (line, column), (end_line, _) = start_of(prompt.mark), end_of(prompt.mark)
    lines = prompt.value.split("\n")
    shape.data["lines"] = lines
    if len(lines) != end_line - line + 1:
        shape.marks["lines"] = with_children(prompt.mark, [with_children(prompt.mark, None) for _ in lines])
        return
    starts = [column + 1, *(0 for _ in lines[1:])]  # the first line follows the opening quote
    places = enumerate(zip(lines, starts, strict=True), start=line)
    marks = [keyless((row, start), (row, start + len(text))) for row, (text, start) in places]
    shape.marks["lines"] = with_children(prompt.mark, marks)
