"""The kinds of subjects that descriptions of APIs have."""

from __future__ import annotations

from scanner.controls import ShownBy
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects import governance
from scanner.subjects.api.addresses import Address
from scanner.subjects.kind import Kind
from scanner.subjects.subject_builder import SubjectBuilder

DESCRIPTION = "api.description"
SERVER = "api.server"
OPERATION = "api.operation"
SCHEME = "api.security-scheme"
REQUIREMENT = "api.security-requirement"

KINDS = {
    DESCRIPTION: Kind(("description",), ShownBy.DECLARED),
    SERVER: Kind(("server",), ShownBy.DECLARED),
    OPERATION: Kind(("operation",), ShownBy.DECLARED),
    SCHEME: Kind(("security_scheme",), ShownBy.DECLARED),
    REQUIREMENT: Kind(("security_requirement",), ShownBy.DECLARED),
}


class Api:
    """One description: its name and origin, which its subjects share."""

    def __init__(self, root: Node, origin: Origin) -> None:
        title = root.get("info", "title").value
        self.title = title if isinstance(title, str) and title.strip() else "API"
        self.origin = origin

    def subject(self, kind: str, label: str, shape: SubjectBuilder, whole: Node) -> Subject:
        """A finished subject of the description."""
        return governance.subject(kind, self.origin, self.title, label, shape, whole)

    def server(self, url: Node, text: str, name: str, address: Address) -> SubjectBuilder:
        """What every server states: its address, and from where it can be reached."""
        shape = SubjectBuilder().say("id", name).say("name", name).put("url", url, text)
        for field in ("scheme", "host", "reach"):
            if value := getattr(address, field):
                shape.say(field, value)
        return shape

    def requirement(self, name: Node, text: str, *, defined: bool | None) -> Subject:
        """A security scheme that a requirement names, and whether the description defines it."""
        shape = SubjectBuilder().say("id", text).say("name", text).put("scheme", name, text)
        if defined is None:
            shape.unknowns.add("defined")
        else:
            shape.say("defined", defined)
        return self.subject(REQUIREMENT, "security requirement", shape, name)
