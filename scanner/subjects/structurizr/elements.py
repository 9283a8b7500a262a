"""The elements of a workspace as services, datastores and boundaries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from scanner.documents.positions import Node
from scanner.marks import line_of
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects import governance
from scanner.subjects.architecture import BOUNDARY, DATASTORE
from scanner.subjects.structurizr.element_types import kind_of, technology
from scanner.subjects.structurizr.stated import put_goals, stated
from scanner.subjects.subject_builder import SubjectBuilder, percentage

_TOP = ("people", "softwareSystems", "customElements")
_INSTANCES = {"containerInstances": "containerId", "softwareSystemInstances": "softwareSystemId"}
_NO_OWNER = ("no element of the workspace states an owner", "state the property `owner` of the element")


class Element(NamedTuple):
    """One element that flows start and end at, or a boundary."""

    name: str
    """What it is called with the names of what holds it."""
    node: Node
    group: str
    """The list of the workspace that it stands in."""


class Elements:
    """The elements of a workspace, by the id that the workspace gives them."""

    def __init__(self, model: Node, origin: Origin, owner: str) -> None:
        self.owner = owner
        self.origin = origin
        self.all: dict[str, Element] = {}
        self.parts: dict[str, str] = {}
        """Components and instances: the id of what they are parts, or instances, of."""
        self._titles: dict[str, str] = {}
        """What components are called within their container."""
        self.holders: list[Node] = []
        """Everything that may have relationships."""
        self._nodes: dict[str, tuple[Element, str]] = {}
        """Deployment nodes, each with the name of the one around it."""
        self._deployed: dict[str, set[str]] = {}
        self._strange: list[Node] = []
        for group in _TOP:
            for node in model.get(group).elements():
                self._take(node, group)
        for node in model.get("deploymentNodes").elements():
            self._deploy(node)
        self._groups = dict.fromkeys(name for each in self.all.values() if (name := _group_of(each.node)))
        self._owned = any(stated(each.node, "owner", "team", "ownership") for each in self.all.values())

    def _take(self, node: Node, group: str, inside: str = "") -> None:
        if not (key := self._key(node)):
            return
        name = _title(node)
        self.all[key] = Element(f"{inside}/{name}" if inside else name, node, group)
        self.holders.append(node)
        for container in node.get("containers").elements():
            self._take(container, "containers", name)
        for component in node.get("components").elements():
            if part := self._key(component):
                self.parts[part] = key
                self._titles[part] = str(component.get("name").value or part)
                self.holders.append(component)

    def _key(self, node: Node) -> str:
        """The id of an element; empty for an entry that is none."""
        key = node.get("id").value
        if isinstance(key, str | int) and not isinstance(key, bool):
            return str(key)
        self._strange.append(node)
        return ""

    def _deploy(self, first: Node) -> None:
        """A deployment node and what is deployed in it, however deep: all of this is in the outermost node."""
        environment = first.get("environment").value
        outermost = f"{environment}/{_title(first)}" if isinstance(environment, str) else _title(first)
        pending = [(first, outermost, "")]
        while pending:
            node, name, parent = pending.pop()
            if not (key := self._key(node)):
                continue
            self._nodes[key] = (Element(name, node, "deploymentNodes"), parent)
            for inner in node.get("infrastructureNodes").elements():
                if part := self._key(inner):
                    self.all[part] = Element(f"{name}/{_title(inner)}", inner, "infrastructureNodes")
                    self._deployed[part] = {outermost}
                    self.holders.append(inner)
            for field, reference in _INSTANCES.items():
                for instance in node.get(field).elements():
                    self._instance(instance, instance.get(reference), outermost)
            pending.extend((child, f"{name}/{_title(child)}", name) for child in node.get("children").elements())

    def _instance(self, node: Node, of: Node, place: str) -> None:
        if (part := self._key(node)) and isinstance(of.value, str | int):
            self.parts[part] = str(of.value)
            self._deployed.setdefault(str(of.value), set()).add(place)
            self.holders.append(node)

    def name_of(self, key: str) -> str:
        """The name of the element with an id, or of what the element is a part of."""
        whole = self.parts.get(key, key)
        found = self.all.get(whole) or next(iter(self._nodes.get(whole, ())), None)
        return found.name if isinstance(found, Element) else f"element {key}"

    def title_of(self, key: str) -> str:
        """The name of the element or component with an id."""
        title = self._titles.get(key)
        return f"{self.name_of(key)}/{title}" if title else self.name_of(key)

    def subjects(self) -> Iterator[Subject]:
        """Each element and each boundary, a group once."""
        for key, element in self.all.items():
            yield from self._of_element(key, element)
        for element, parent in self._nodes.values():
            shape = SubjectBuilder().say("id", element.name).say("name", element.name)
            shape.say("kind", "deployment-node")
            if parent:
                shape.say("parent", parent)
            yield governance.subject(BOUNDARY, self.origin, self.owner, "deployment node", shape, element.node)
        for name in self._groups:
            node = next(each.node.get("group") for each in self.all.values() if _group_of(each.node) == name)
            shape = SubjectBuilder().say("id", name).say("name", name).say("kind", "group")
            yield governance.subject(BOUNDARY, self.origin, self.owner, "group", shape, node)

    def _of_element(self, key: str, element: Element) -> Iterator[Subject]:
        kind, service_type = kind_of(element.node, element.group)
        node = element.node
        shape = SubjectBuilder().put("id", node.get("name"), element.name).put("name", node.get("name"), element.name)
        shape.say("id", element.name).say("name", element.name)
        if service_type:
            shape.say("type", service_type)
        if kind == DATASTORE and technology(node):
            shape.put("technology", node.get("technology"))
        if place := self._place(key, node):
            shape.put("boundary", node.get("group") or node.get("name"), place)
        shape.put("owner", stated(node, "owner", "team", "ownership"))
        shape.put("criticality", stated(node, "criticality"))
        availability = stated(node, "availability", "uptime")
        shape.put("availability", availability, percentage(availability))
        put_goals(shape, node)
        subject = governance.subject(
            kind, self.origin, self.owner, "datastore" if kind == DATASTORE else "", shape, node
        )
        if not self._owned:
            subject = replace(subject, unknowns=subject.unknowns | {"owner"}, reasons={"owner": _NO_OWNER})
        yield subject

    def _place(self, key: str, node: Node) -> str:
        """The outermost deployment node that an element is in, if it is in one alone; otherwise its group."""
        deployed = self._deployed.get(key, set())
        return next(iter(deployed)) if len(deployed) == 1 else _group_of(node)

    def losses(self) -> Iterator[tuple[int, str]]:
        """Entries without an id, and relationships without an end: 1-based line and why."""
        for node in self._strange:
            yield self._line(node), "an element has no `id`"
        for holder in self.holders:
            for each in holder.get("relationships").elements():
                if not isinstance(each.get("destinationId").value, str | int):
                    yield self._line(each), "a relationship has no `destinationId`"

    def _line(self, node: Node) -> int:
        return self.origin.first_line + (line_of(node.mark) if node.mark else 0) + 1


def _title(node: Node) -> str:
    return str(node.get("name").value or node.get("id").value)


def _group_of(node: Node) -> str:
    name = node.get("group").value
    return f"group {name.strip()}" if isinstance(name, str) and name.strip() else ""
