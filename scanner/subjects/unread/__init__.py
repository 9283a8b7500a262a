"""The closed list of formats that are known here as architecture, agent or stack configuration and have no reader.

A document of one of them is not foreign: what it allows may be what a scan is asked about. So it is not passed over;
its input is *not assessed*, with the reason. Each format is known by a sign that hardly anything else bears: fields
that its own tools ask for, or a path that its tools read. docs/inputs.md lists them.
"""

from __future__ import annotations

from typing import Any

from scanner.subjects.unread.agents import AGENTS
from scanner.subjects.unread.architectures import ARCHITECTURES, STACKS
from scanner.subjects.unread.format import UnreadFormat

__all__ = ["TOOL_CALL", "UNREAD", "UnreadFormat", "of_document", "of_object", "of_text"]

UNREAD: tuple[UnreadFormat, ...] = (*STACKS, *AGENTS, *ARCHITECTURES)
"""Every format of the list; the first whose signature a document matches is used."""
TOOL_CALL = next(form for form in UNREAD if form.name == "tool-call")
_RESOURCE = next(form for form in UNREAD if form.name == "agent-resource")


def of_document(path: str, value: Any) -> UnreadFormat | None:
    """The format of a document that no reader claims; None for one that is not on the list."""
    return next((form for form in UNREAD if any(sign.in_data(path, value) for sign in form.signs)), None)


def of_object(value: Any) -> UnreadFormat | None:
    """The format of an object of the Kubernetes API whose own fields have no reader."""
    return _RESOURCE if any(sign.in_data("", value) for sign in _RESOURCE.signs) else None


def of_text(path: str, text: str) -> UnreadFormat | None:
    """The format of a text that is neither YAML nor JSON, such as the Markdown that defines an agent."""
    return next((form for form in UNREAD if any(sign.in_text(path, text) for sign in form.signs)), None)
