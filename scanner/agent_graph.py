"""The graph of an agent setup or of a swarm, as reports draw it: who reports to whom, starts whom and uses what."""

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


class EdgeKind(StrEnum):
    """What one node has to do with another."""

    REPORTS = "reports to"
    ESCALATES = "escalates to"
    STARTS = "may start"
    USES = "uses"
    CAN = "can"


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


class SetupGraph(Struct, frozen=True):
    """The graph of one setup."""

    name: str
    """Its folder or file."""
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
