"""What reports draw and list of whole systems: graphs of agent setups and swarms, and the scope of card data."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class NodeKind(StrEnum):
    """What a node stands for."""

    SESSION = "session"
    AGENT = "agent"
    ROLE = "role"
    SERVER = "server"
    CAPABILITY = "capability"
    SERVICE = "service"
    STORE = "data store"
    PERSON = "person"
    OUTSIDER = "external system"
    ZONE = "boundary"


class EdgeKind(StrEnum):
    """What one node has to do with another."""

    REPORTS = "reports to"
    ESCALATES = "escalates to"
    STARTS = "may start"
    USES = "uses"
    CAN = "can"
    FLOW = "sends to"


class GraphNode(Struct, frozen=True):
    """An agent, a session, a role, a server, or something that these can do."""

    kind: NodeKind
    name: str
    detail: str = ""
    """Its tools, or what is not known of it."""
    path: str = ""
    line: int = 0
    subjects: tuple[tuple[str, str], ...] = ()
    """The (path, identity) of the subjects that it stands for."""
    files: tuple[str, ...] = ()
    """Files that are about nothing else."""


class GraphEdge(Struct, frozen=True):
    """A relation between two nodes, by their numbers."""

    source: int
    target: int
    kind: EdgeKind
    detail: str = ""
    subjects: tuple[tuple[str, str], ...] = ()
    """The (path, identity) of the flows that it stands for."""
    places: tuple[tuple[str, int], ...] = ()
    """The (path, line) of these."""
    regulated: bool = False
    """It carries regulated data."""


class GraphBoundary(Struct, frozen=True):
    """A boundary around nodes of a system, by their numbers."""

    name: str
    kind: str
    members: tuple[int, ...]
    parent: int = -1
    """The number of the boundary around it; -1 where there is none."""


class SetupGraph(Struct, frozen=True):
    """The graph of one setup or system."""

    name: str
    """Its folder or file, or the name of the system."""
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    boundaries: tuple[GraphBoundary, ...] = ()
    is_system: bool = False
    """It is of an architecture spec, and not of agents."""


class ScopedComponent(Struct, frozen=True):
    """A service or store of a system with card data, and its scope under PCI DSS 12.5.2."""

    scope: str
    kind: str
    name: str
    reason: str
    path: str
    line: int


class CardScope(Struct, frozen=True):
    """The components of one system with card data, the CDE first."""

    name: str
    components: tuple[ScopedComponent, ...]
