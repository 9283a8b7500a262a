"""Builds the subjects of an agent setup: what each has in common, and parts that several readers need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.marks import with_children
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects import governance
from scanner.subjects.agents.kinds import FILE, SETTINGS
from scanner.subjects.agents.secret_values import secret_kind
from scanner.subjects.subject_builder import SubjectBuilder, known

_SETUP = regex(
    r"(?:^|/)(?:\.(?:(?:claude|codex|cursor)-plugin|claude|vscode|cursor|gemini|qwen|codex|roo|kiro|amazonq|windsurf|continue|github|zed"
    r"|opencode|hive-mind|claude-flow|well-known)(?=/)|\.agents/plugins/|(?:\.mcp\.json|gemini-extension\.json|opencode\.jsonc?)$)"
)
"""Where the path of a file leaves the folder that its setup belongs to."""
INVOKED = "invoked"
"""The scope of the text of a command, a skill or an agent: a person or a model starts it, and it then acts."""
_LONGEST_NAME = 80
_COMMON_NAMES = ("config.json", "config.toml")


class Place(Struct, frozen=True):
    """The document that subjects are read from, and what they have in common."""

    origin: Origin
    tool: str
    """The program that loads the document: claude-code, vscode, cursor, gemini, …; `any` where many can."""
    scope: str
    """Whose document it is: project, local, managed, user or plugin; or that it is a text which is invoked."""

    @property
    def group(self) -> str:
        """The folder that the setup belongs to."""
        return setup_of(self.origin.path)


def setup_of(path: str) -> str:
    """The folder of the setup that a file belongs to; the path itself where it does not show it."""
    found = _SETUP.search(path)
    return path[: found.start()] or "." if found else path


def place(document: Document, tool: str, scope: str = "project") -> Place:
    """The place of a document's subjects."""
    return Place(document.origin, tool, scope)


def subject(kind: str, where: Place, owner: str, label: str, shape: SubjectBuilder, whole: Node) -> Subject:
    """A subject of a setup; `shape` holds its `name`, which is shortened in titles."""
    shape.data.setdefault("tool", where.tool)
    shape.data.setdefault("scope", where.scope)
    name = str(shape.data.get("name", ""))
    made = governance.subject(kind, where.origin, owner, label, shape, whole)
    identity = made.identity if len(name) <= _LONGEST_NAME else f"{kind}/{owner}/{short(name)}"
    return replace(made, identity=identity, name=f"{label} {_shown(kind, where, name)}".strip(), group=where.group)


def _shown(kind: str, where: Place, name: str) -> str:
    """A name in titles; of settings whose file has a name that many tools use, with its folder."""
    if kind == SETTINGS and name in _COMMON_NAMES and where.origin.path.endswith(f"/{name}"):
        return "/".join(where.origin.path.rsplit("/", 2)[-2:])
    return short(name)


def with_file(made: Subject, root: Node) -> Subject:
    """A subject with the document that it was read from, so that a fix can change a field of it."""
    marks = {**made.marks, FILE: root.mark} if root.mark else made.marks
    return replace(made, bindings={**made.bindings, FILE: root.value}, marks=marks)


def short(text: str) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1] + "…"


def entries(shape: SubjectBuilder, field: str, rows: Iterable[tuple[Mapping[str, Any], Node]], whole: Node) -> None:
    """A list of mappings that are not in the text as such, each placed at a node."""
    data, marks = [], []
    for row, node in rows:
        if node.mark:
            data.append(dict(row))
            marks.append(with_children(node.mark, dict.fromkeys(row, with_children(node.mark, None))))
    shape.data[field] = data
    if whole.mark:
        shape.marks[field] = with_children(whole.mark, marks)


def pairs(shape: SubjectBuilder, field: str, node: Node) -> None:
    """A mapping of texts as a list of `{name, value}`, each at its own place; others than texts become texts."""
    rows = []
    for name, value in node.items():
        if is_plain(value.value):
            text = text_of(value)
            rows.append(({"name": name, "value": text, "credential": secret_kind(name, text)}, value))
    entries(shape, field, rows, node)
    if has_computed(node):
        shape.unknowns.add(field)


def has_computed(node: Node) -> bool:
    """Whether a mapping has a value that its text computes."""
    return isinstance(node.value, dict) and bool(known(node.value)[1])


def is_plain(value: Any) -> bool:
    """Whether a value is a text, a number or a switch."""
    return isinstance(value, str | int | float)


def text_of(node: Node) -> str:
    """A plain value as the text that a program gets."""
    value = node.value
    return str(value).lower() if isinstance(value, bool) else str(value)


def texts(node: Node) -> list[str]:
    """The texts of a list, or one text as a list."""
    if isinstance(node.value, str):
        return [node.value]
    return [item.value for item in node.elements() if isinstance(item.value, str)]
