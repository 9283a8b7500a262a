"""`langgraph.json`: the environment of the server, who may call it, how long it keeps what it stores.

https://docs.langchain.com/langsmith/cli#configuration-file
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents.building import place, subject
from scanner.subjects.agents.command_words import command
from scanner.subjects.agents.kinds import SETTINGS
from scanner.subjects.agents.variables import variables
from scanner.subjects.subject_builder import SubjectBuilder

_MINUTE = 60


def read(document: Document) -> Iterator[Subject]:
    """The settings of the server, and the commands that build its image."""
    where, root = place(document, "langgraph"), document.root
    shape = SubjectBuilder().say("name", "langgraph.json")
    shape.put("authentication", root.get("auth", "path"))
    origins = _origins(root.get("http", "cors"))
    shape.put("allowedOrigins", origins, origins.value if isinstance(origins.value, list) else [origins.value])
    shape.put("encryption", root.get("encryption"))
    shape.put("image", root.get("base_image"))
    _retention(shape, root)
    variables(shape, root.get("env"))
    yield subject(SETTINGS, where, "", "settings in", shape, root)
    for line in root.get("dockerfile_lines").elements():
        if isinstance(line.value, str) and line.value.upper().startswith("RUN "):
            yield from command(where, "dockerfile_lines", "image build", Node(line.value[4:], line.mark))


def _origins(node: Node) -> Node:
    """What is stated of the origins: the pattern where it covers all of them, since both count."""
    pattern = node.get("allow_origin_regex")
    return (
        pattern if pattern.value in (".*", "^.*$", ".+") or not node.get("allow_origins") else node.get("allow_origins")
    )


def _retention(shape: SubjectBuilder, root: Node) -> None:
    for name in ("checkpointer", "store"):
        node = root.get(name, "ttl", "default_ttl")
        if isinstance(node.value, int | float) and "retention" not in shape.data:
            shape.put("retention", node, {"text": f"{node.value} minutes", "seconds": node.value * _MINUTE})
