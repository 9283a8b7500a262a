"""The kinds of subjects that descriptions of APIs have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from scanner.controls import ShownBy
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects import governance
from scanner.subjects.api.provider import of_others
from scanner.subjects.kind import Kind
from scanner.subjects.subject_builder import SubjectBuilder

if TYPE_CHECKING:
    from scanner.subjects.api.addresses import Address

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


Reason = tuple[str, str]
"""Why a field is not known, and what a user can do, as an instruction."""
_PETSTORE = "petstore"
ELSEWHERE: Reason = ("a part of the description is in another file", "bundle the description into one file")

_UNRESOLVED: Reason = (
    "the name may be an address, or the schemes are in another file",
    "define the scheme in the description",
)


class Api:
    """One description: its name and origin, which its subjects share."""

    def __init__(self, root: Node, origin: Origin) -> None:
        title = root.get("info", "title").value
        self.title = title if isinstance(title, str) and title.strip() else "API"
        self.is_sample = _PETSTORE in self.title.casefold()
        """Whether it is the sample of generators and documentation, by its title."""
        self.origin = origin
        self._of_others = of_others(root, origin.path)

    def subject(self, kind: str, label: str, shape: SubjectBuilder, whole: Node, **whys: Reason) -> Subject:
        """A finished subject of the description; `whys` are fields that are not known, and why."""
        shape.unknowns.update(whys)
        if self._of_others:
            shape.say("of_others", self._of_others)
        found = governance.subject(kind, self.origin, self.title, label, shape, whole)
        return replace(found, reasons=whys) if whys else found

    def server(self, url: Node, text: str, name: str, address: Address) -> SubjectBuilder:
        """What every server states: its address, and from where it can be reached."""
        shape = SubjectBuilder().say("id", name).say("name", name).put("url", url, text)
        for field in ("scheme", "host", "reach"):
            if value := getattr(address, field):
                shape.say(field, value)
        return shape

    def finished_server(self, shape: SubjectBuilder, whole: Node, *, encrypted: bool | None) -> Subject:
        """A server; None where it is not known whether it is encrypted."""
        if encrypted is not None and "encrypted" not in shape.data:
            shape.say("encrypted", encrypted)
        return self.subject(SERVER, "server", shape, whole)

    def requirement(self, name: Node, text: str, *, defined: bool | None) -> Subject:
        """A security scheme that a requirement names, and whether the description defines it."""
        shape = SubjectBuilder().say("id", text).say("name", text).put("scheme", name, text)
        if defined is not None:
            return self.subject(REQUIREMENT, "security requirement", shape.say("defined", defined), name)
        return self.subject(REQUIREMENT, "security requirement", shape, name, defined=_UNRESOLVED)
