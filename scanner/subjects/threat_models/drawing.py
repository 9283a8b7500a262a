"""The diagrams of a model of Threat Dragon: their elements, by names that a person can read, and what encloses what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from scanner.documents.positions import MISSING, Node
from scanner.subjects.subject_builder import SubjectBuilder
from scanner.subjects.threat_models.building import text_of

BOX, LINE = "tm.BoundaryBox", "tm.Boundary"
_Area = tuple[float, float, float, float]
"""Left, top, width and height."""


class Cell(Struct, frozen=True, eq=False):
    """An element of a diagram."""

    id: str
    """Its name, with a part of its own id where another element has the name too."""
    name: str
    type: str
    node: Node
    data: Node
    """Where its properties are: in version 1 beside those of the drawing."""
    diagram: int
    area: _Area | None


class Drawing:
    """The elements of all diagrams of a model."""

    def __init__(self, root: Node, *, everything: bool = False) -> None:
        found = [
            (number, node)
            for number, diagram in enumerate(root.get("detail", "diagrams").elements())
            for node in (diagram.get("cells") or diagram.get("diagramJson", "cells")).elements()
            if everything or text_of(node.get("id"))
        ]
        names = Counter(_name(node) for _, node in found)
        self.cells = [_cell(number, node, names) for number, node in found]
        self._ids = {(cell.diagram, text_of(cell.node.get("id"))): cell.id for cell in self.cells}
        self._boxes: dict[int, list[Cell]] = {}
        for cell in self.cells:
            if cell.type == BOX and cell.area:
                self._boxes.setdefault(cell.diagram, []).append(cell)

    def end(self, flow: Cell, end: str) -> Node:
        """Where a flow names the element that it starts or ends at; missing for an end that is attached to none."""
        named = flow.node.get(end).first("cell", "id")
        return named if text_of(named) else MISSING

    def ends(self, flow: Cell) -> Iterator[Node]:
        """Both ends of a flow."""
        return (self.end(flow, end) for end in ("source", "target"))

    def name_of(self, flow: Cell, end: Node) -> str:
        """What the element at an end of a flow is called here."""
        return self._ids.get((flow.diagram, text_of(end)), text_of(end))

    def put_boundary(self, shape: SubjectBuilder, field: str, cell: Cell) -> None:
        """State the smallest box around an element, at the position of the element."""
        around = [box for box in self._boxes.get(cell.diagram, ()) if box is not cell and _encloses(box, cell)]
        if around:
            smallest = min(around, key=_size)
            shape.put(field, cell.node.get("position"), smallest.id)


def _cell(number: int, node: Node, names: Counter[str]) -> Cell:
    name, own = _name(node), text_of(node.get("id"))
    unique = name and names[name] == 1
    data = node.get("data") if isinstance(node.get("data").value, dict) else node
    called = name if unique else f"{name or 'element'} {own[:8]}" + (f" of diagram {number + 1}" if number else "")
    return Cell(called, name or own, text_of(data.get("type")), node, data, number, _area(node))


def _name(node: Node) -> str:
    label = next(iter(node.get("labels").elements()), MISSING)
    stated = (
        node.get("data", "name"),
        node.get("attrs", "text", "text"),
        label.get("attrs", "text", "text"),
        label.get("attrs", "label", "text"),
    )
    return next((" ".join(text_of(each).split()) for each in stated if text_of(each).strip()), "")


def _area(node: Node) -> _Area | None:
    sides = (
        node.get("position", "x").value,
        node.get("position", "y").value,
        node.get("size", "width").value,
        node.get("size", "height").value,
    )
    left, top, width, height = (side if type(side) in (int, float) else None for side in sides)
    if left is None or top is None or width is None or height is None:
        return None
    return left, top, width, height


def _size(cell: Cell) -> float:
    return cell.area[2] * cell.area[3] if cell.area else 0.0


def _encloses(box: Cell, cell: Cell) -> bool:
    """Whether the middle of an element is in a box, which is larger."""
    if not box.area or not cell.area or _size(box) <= _size(cell):
        return False
    left, top, width, height = cell.area
    across, down = left + width / 2, top + height / 2
    return 0 <= across - box.area[0] <= box.area[2] and 0 <= down - box.area[1] <= box.area[3]
