"""The text that an agent, a command, a skill or a task is instructed with, as a subject with its lines."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import Node
from scanner.marks import children_of, with_children
from scanner.model import Subject
from scanner.subjects.agents.building import Place, subject
from scanner.subjects.agents.kinds import PROMPT
from scanner.subjects.agents.secret_values import is_secret_line
from scanner.subjects.prompt_lines import prompt_lines
from scanner.subjects.subject_builder import SubjectBuilder


def prompt(where: Place, owner: str, label: str, node: Node) -> Iterator[Subject]:
    """A prompt at a node, or nothing where the node is not a text."""
    if not isinstance(node.value, str) or not node.value.strip():
        return
    shape = SubjectBuilder().say("name", f"{owner} {label}".strip())
    prompt_lines(shape, node)
    put_credentials(shape)
    yield subject(PROMPT, where, owner, "prompt", shape, node)


def put_credentials(shape: SubjectBuilder) -> None:
    """The lines of a prompt that contain what looks like a credential, each at its place."""
    mark = shape.marks.get("lines")
    marks = children_of(mark) if mark else None
    if mark is None or not isinstance(marks, list):
        return
    held = [(text, at) for text, at in zip(shape.data.get("lines", ()), marks, strict=False) if is_secret_line(text)]
    shape.data["credentials"] = [text for text, _ in held]
    shape.marks["credentials"] = with_children(mark, [at for _, at in held])
