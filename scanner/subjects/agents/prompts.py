"""The text that an agent, a command, a skill or a task is instructed with, as a subject with its lines."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents.building import Place, subject
from scanner.subjects.agents.kinds import PROMPT
from scanner.subjects.prompt_lines import prompt_lines
from scanner.subjects.subject_builder import SubjectBuilder


def prompt(where: Place, owner: str, label: str, node: Node) -> Iterator[Subject]:
    """A prompt at a node, or nothing where the node is not a text."""
    if not isinstance(node.value, str) or not node.value.strip():
        return
    shape = SubjectBuilder().say("name", f"{owner} {label}".strip())
    prompt_lines(shape, node)
    yield subject(PROMPT, where, owner, "prompt", shape, node)
