"""What findings say of the nodes of a graph, and the order in which its edges are laid out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct

from scanner.agent_graph import EdgeKind, GraphEdge, SetupGraph
from scanner.model import SEVERITIES, Finding, Outcome, Severity

MOST = 60
"""Nodes up to which a graph is drawn; a larger one is listed."""
_UPWARDS = (EdgeKind.REPORTS, EdgeKind.ESCALATES)


class Mark(Struct, frozen=True):
    """The failing findings about one node."""

    worst: Severity
    counts: Mapping[Severity, int]

    @property
    def words(self) -> str:
        """As a person reads it: `2 high, 1 low`."""
        return ", ".join(f"{self.counts[severity]} {severity}" for severity in SEVERITIES if self.counts.get(severity))


def marks(graph: SetupGraph, findings: Iterable[Finding]) -> dict[int, Mark]:
    """The marks of nodes by their numbers; a node without a failing finding has none."""
    by_subject: dict[tuple[str, str], list[Severity]] = defaultdict(list)
    by_file: dict[str, list[Severity]] = defaultdict(list)
    for finding in findings:
        if finding.outcome is Outcome.FAIL:
            by_subject[finding.location.path, finding.subject_id].append(finding.severity)
            by_file[finding.location.path].append(finding.severity)
    found = {}
    for number, node in enumerate(graph.nodes):
        severities = [each for path in node.files for each in by_file[path]]
        own = [key for key in node.subjects if key[0] not in node.files]
        if counts := Counter(severities + [each for key in own for each in by_subject[key]]):
            found[number] = Mark(min(counts, key=SEVERITIES.index), counts)
    return found


class EdgeMark(Struct, frozen=True):
    """The findings about one edge."""

    mark: Mark | None
    """The failing ones."""
    on_path: bool
    """It is a part of the path by which data gets to where a finding is."""


def edge_marks(graph: SetupGraph, findings: Iterable[Finding]) -> dict[int, EdgeMark]:
    """The marks of edges by their numbers; an edge that no finding is about has none."""
    by_subject: dict[tuple[str, str], list[Severity]] = defaultdict(list)
    steps: set[tuple[str, int]] = set()
    for finding in findings:
        if finding.outcome is Outcome.FAIL:
            by_subject[finding.location.path, finding.subject_id].append(finding.severity)
        if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
            steps.update((step.location.path, step.location.line) for step in finding.path)
    found = {}
    for number, edge in enumerate(graph.edges):
        counts = Counter(each for key in edge.subjects for each in by_subject[key])
        on_path = not steps.isdisjoint(edge.places)
        if counts or on_path:
            mark = Mark(min(counts, key=SEVERITIES.index), counts) if counts else None
            found[number] = EdgeMark(mark, on_path)
    return found


def direction(edge: GraphEdge) -> tuple[int, int]:
    """The ends of an edge from left to right: who is above stands on the left."""
    return (edge.target, edge.source) if edge.kind in _UPWARDS else (edge.source, edge.target)
