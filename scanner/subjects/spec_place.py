"""Where an entry of a spec stands, and what all that it says comes to."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from msgspec import Struct

from scanner.documents.positions import MISSING, Node
from scanner.marks import NOWHERE, children_of, with_children
from scanner.places import Origin


class Place(Struct, frozen=True):
    """Where an entry of a spec stands."""

    system: str
    """The name of the system."""
    origin: Origin
    line: int
    """That of the document."""
    tier: Node = MISSING
    """The tier whose objectives it has, where the same document defines it."""

    def inherited(self, node: Node, field: str) -> Node:
        """What the tier states, at the place where the entry names the tier."""
        stated = self.tier.get(field)
        if not stated.mark:
            return stated
        return Node(stated.value, with_children(node.get("tier").mark or NOWHERE, children_of(stated.mark)))


def digest(value: Any) -> str:
    """What is equal for equal data, in whichever order its fields are; empty where it is not plain data."""
    try:
        return hashlib.blake2b(msgspec.json.encode(value, order="sorted"), digest_size=8).hexdigest()
    except (TypeError, ValueError):
        return ""
