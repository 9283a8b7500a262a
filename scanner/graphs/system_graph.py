"""The graph of a system: its services and stores in their boundaries, and the flows between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.agent_graph import EdgeKind, GraphBoundary, GraphEdge, GraphNode, NodeKind, SetupGraph
from scanner.facts.architecture.spec import Spec, Specs, data_of, id_of, texts, type_of
from scanner.facts.groups import place
from scanner.graphs.drawing import some
from scanner.model import Subject
from scanner.subjects.architecture import BOUNDARY, CATEGORIES_OF_DATA, DATASTORE, SYSTEM

_KINDS = {"actor": NodeKind.PERSON, "client": NodeKind.OUTSIDER, "external": NodeKind.OUTSIDER}
_HIGH = ("confidential", "restricted")


def system_graphs(subjects: Sequence[Subject]) -> Iterator[SetupGraph]:
    """The graph of each system with flows."""
    for spec in Specs(subjects, whole=True).all:
        if spec.flows:
            yield _SystemGraph(spec).finished()


class _SystemGraph:
    """A graph while it is made."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.numbers: dict[str, int] = {}
        self.nodes: list[GraphNode] = []
        for node in spec.nodes.values():
            self._add(node)
        for flow in spec.flows:
            for end in ("from", "to"):
                found = spec.end(data_of(flow).get(end))
                if found and found.kind == BOUNDARY:
                    self._add(found)

    def finished(self) -> SetupGraph:
        """The whole graph."""
        systems = [str(data_of(each).get("name", "")) for each in self.spec.group[SYSTEM]]
        name = next(filter(None, systems), self.spec.flows[0].origin.path)
        return SetupGraph(name, tuple(self.nodes), tuple(self._edges()), tuple(self._boundaries()), is_system=True)

    def _add(self, subject: Subject) -> None:
        name = id_of(subject)
        if name in self.numbers:
            return
        self.numbers[name] = len(self.nodes)
        kind = NodeKind.STORE if subject.kind == DATASTORE else _KINDS.get(type_of(subject), NodeKind.SERVICE)
        kind = NodeKind.ZONE if subject.kind == BOUNDARY else kind
        told = [] if kind.value == type_of(subject) else [type_of(subject) or kind.value]
        detail = " · ".join(filter(None, (*told, ", ".join(self._classes(texts(data_of(subject).get("data")))))))
        path = subject.origin.path
        own = ((path, subject.identity),)
        self.nodes.append(GraphNode(kind, name, detail, path, place(subject).line, own))

    def _classes(self, names: Sequence[str]) -> list[str]:
        """The categories of data assets, and the classification of those without any."""
        found: dict[str, None] = {}
        for name in names:
            data = data_of(self.spec.assets[name]) if name in self.spec.assets else {}
            found.update(dict.fromkeys(texts(data.get("categories")) or texts(data.get("classification"))))
        return list(found)

    def _edges(self) -> Iterator[GraphEdge]:
        joined: dict[tuple[int, int], list[Subject]] = {}
        for flow in self.spec.flows:
            ends = [self.numbers.get(str(data_of(flow).get(end))) for end in ("from", "to")]
            if ends[0] is not None and ends[1] is not None and ends[0] != ends[1]:
                joined.setdefault((ends[0], ends[1]), []).append(flow)
        for (source, target), flows in joined.items():
            classes = self._classes([name for flow in flows for name in texts(data_of(flow).get("data"))])
            regulated = any(each in CATEGORIES_OF_DATA or each in _HIGH for each in classes)
            protocols = dict.fromkeys(str(data_of(flow)["protocol"]) for flow in flows if data_of(flow).get("protocol"))
            detail = "; ".join(filter(None, (some(list(protocols)), some(classes))))
            subjects = tuple((flow.origin.path, flow.identity) for flow in flows)
            places = tuple((flow.origin.path, place(flow).line) for flow in flows)
            yield GraphEdge(source, target, EdgeKind.FLOW, detail, subjects, places, regulated)

    def _boundaries(self) -> Iterator[GraphBoundary]:
        """The boundaries that something is in, each behind the one around it."""
        used = dict.fromkeys(
            id_of(each)
            for name in dict.fromkeys(data_of(node).get("boundary") for node in self.spec.nodes.values())
            for each in reversed(list(self.spec.around(name)))
            if id_of(each) in self.spec.boundaries
        )
        order = {name: number for number, name in enumerate(used)}
        for name, number in order.items():
            data = data_of(self.spec.boundaries[name])
            members = [
                self.numbers[id_of(each)] for each in self.spec.members.get(name, ()) if id_of(each) in self.numbers
            ]
            own = [self.numbers[name]] if name in self.numbers else []
            parent = order.get(str(data.get("parent")), -1)
            yield GraphBoundary(name, str(data.get("kind", "")), (*members, *own), parent if parent < number else -1)
