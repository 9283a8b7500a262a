"""Declarative agents of Microsoft 365 Copilot: capabilities with what they are limited to, actions, instructions.

What an action calls stands in the file of its plugin (`m365_plugin`); what it does there is not known.

https://learn.microsoft.com/en-us/microsoft-365-copilot/extensibility/declarative-agent-manifest-1.6, as of 2026-11
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents.building import Place, entries, place, subject
from scanner.subjects.agents.kinds import AGENT
from scanner.subjects.agents.prompts import prompt
from scanner.subjects.subject_builder import SubjectBuilder

_LIMITS = {
    "WebSearch": ("sites",),
    "OneDriveAndSharePoint": ("items_by_url", "items_by_sharepoint_ids"),
    "GraphConnectors": ("connections",),
    "CopilotConnectors": ("connections",),
    "TeamsMessages": ("urls",),
    "Email": ("folders", "shared_mailbox", "group_mailboxes"),
    "Meetings": ("items_by_id",),
    "Dataverse": ("knowledge_sources",),
}
"""Capabilities that can be limited, and the fields that do it."""


def read(document: Document) -> Iterator[Subject]:
    """The agent of a manifest, and its instructions where they are in it."""
    where, root = place(document, "m365"), document.root
    name = str(root.get("name").value or "agent")
    yield _agent(where, name, root)
    text = root.get("instructions")
    if isinstance(text.value, str) and not text.value.startswith("$["):
        yield from prompt(where, name, "instructions", text)


def _agent(where: Place, name: str, root: Node) -> Subject:
    shape = SubjectBuilder().say("name", name).say("source", "manifest")
    shape.put("description", root.get("description"))
    rows = []
    for node in root.get("capabilities").elements():
        kind = str(node.get("name").value or "")
        fields = _LIMITS.get(kind, ())
        limited = any(node.get(field).value for field in fields)
        rows.append(({"name": kind, "limitable": bool(fields), "limited": limited, "by": ", ".join(fields)}, node))
    entries(shape, "capabilities", rows, root.get("capabilities"))
    shape.put("tools", root.get("capabilities"), [row["name"] for row, _ in rows])
    shape.say("toolTypes", [{"name": row["name"], "type": row["name"], "operation": ""} for row, _ in rows])
    actions = [
        f"the action {node.get('id').value or node.get('file').value}" for node in root.get("actions").elements()
    ]
    connected = [f"the agent {node.get('id').value}" for node in root.get("connected_agents").elements()]
    if actions or connected:
        shape.put("unread", root.first("actions", "connected_agents"), actions + connected)
    if any(row["name"] == "CodeInterpreter" for row, _ in rows):
        shape.put("codeExecution", root.get("capabilities"), value=True)
    return subject(AGENT, where, "", "agent", shape, root)
