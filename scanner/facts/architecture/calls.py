"""Calls that must succeed at once: what each service needs, through what states nothing itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import ClassVar

from scanner.facts.architecture.circles import circles
from scanner.facts.architecture.spec import NO, PASSING, Spec, data_of, type_of
from scanner.facts.step import FieldRead, read
from scanner.model import Subject
from scanner.subjects.architecture import FLOW

Joint = dict[str, dict[str, float]]
"""For each node what it needs, with a number each; alternatives are one thing."""

_REQUESTS = frozenset(("http", "https", "rest", "soap", "graphql", "grpc", "grpcs", "jdbc", "odbc", "ldap", "ldaps"))
_LISTENERS = frozenset(("queue", "log-sink", "actor"))
"""Callers do not wait for an answer of these, unless the flow states it."""
_OR = " or "


class Calls:
    """The hard calls of a spec. Gateways and queues work without what they pass on to, so they make none."""

    READS: ClassVar[tuple[FieldRead, ...]] = (
        read(FLOW, "flow.fallback", "flow.interaction", "flow.oneOf", "flow.protocol"),
    )

    def __init__(self, spec: Spec) -> None:
        self._needs: dict[str, dict[str, None]] = defaultdict(dict)
        choices: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for source, target, choice in _hard(spec):
            if choice:
                choices[source, choice][target] = None
            else:
                self._needs[source][target] = None
        self._members: dict[str, list[str]] = {}
        """The alternatives that one thing stands for."""
        for (source, _), targets in sorted(choices.items()):
            joined = _OR.join(sorted(targets))
            self._needs[source][joined] = None
            self._members[joined] = sorted(targets)
        self._next = {name: self._called(name) for name in list(self._needs)}
        for targets in list(self._next.values()):
            for target in targets:
                self._next.setdefault(target, {})
        self.circle: dict[str, list[str]] = {}
        """The members of the circle that a node is part of, where it is part of one."""
        for found in circles(self._next):
            if len(found) > 1:
                self.circle.update(dict.fromkeys(found, sorted(found)))

    def __contains__(self, name: str) -> bool:
        """Whether a node calls or is called."""
        return name in self._next

    def members(self, name: str) -> list[str]:
        """The nodes that a thing stands for: alternatives, or one node."""
        return self._members.get(name, [name])

    def named(self, name: str) -> list[str]:
        """What a node calls and needs."""
        return list(self._needs.get(name, ()))

    def needed(self, name: str) -> list[str]:
        """The nodes without which a node does not work."""
        return [each for each in self._needs.get(name, ()) if len(self.members(each)) == 1]

    def _called(self, name: str) -> dict[str, None]:
        return dict.fromkeys(node for each in self._needs[name] for node in self.members(each))

    def bounds(self, stated: Mapping[str, float], joined: Callable[[list[float]], float]) -> Joint:
        """The numbers of all that each node needs; those of what is below where it states none itself."""
        through: Joint = {}
        silent = {
            name: {other: None for other in below if other not in stated}
            for name, below in self._next.items()
            if name not in stated
        }
        for members in circles(silent):
            below: dict[str, float] = {}
            for name in sorted(members):
                below.update(self._of(name, stated, joined, through))
            through.update(dict.fromkeys(members, below))
        found = {name: self._of(name, stated, joined, through) for name in self._next}
        for name, own in found.items():
            own.pop(name, None)
        return found

    def _of(
        self, name: str, stated: Mapping[str, float], joined: Callable[[list[float]], float], through: Joint
    ) -> dict[str, float]:
        found: dict[str, float] = {}
        for each in self._needs.get(name, ()):
            found.update(self._number(each, stated, joined, through))
        return found

    def _number(
        self, name: str, stated: Mapping[str, float], joined: Callable[[list[float]], float], through: Joint
    ) -> dict[str, float]:
        members = self.members(name)
        if len(members) == 1:
            return {members[0]: stated[members[0]]} if members[0] in stated else through.get(members[0], {})
        numbers = [stated[each] for each in members if each in stated]
        return {name: joined(numbers)} if len(numbers) == len(members) else {}


def _hard(spec: Spec) -> list[tuple[str, str, str]]:
    """Both ends of each call that must succeed at once, without a stated fallback, and the choice it belongs to."""
    return [
        (str(data_of(flow)["from"]), str(data_of(flow)["to"]), str(data_of(flow).get("oneOf", "")))
        for flow in spec.flows
        if _must_succeed(flow, spec)
    ]


def _must_succeed(flow: Subject, spec: Spec) -> bool:
    data = data_of(flow)
    source, target = spec.nodes.get(str(data.get("from"))), spec.nodes.get(str(data.get("to")))
    if not source or not target or str(data.get("fallback", "")).lower() not in NO:
        return False
    if type_of(source) in PASSING:
        return False
    if data.get("interaction"):
        return bool(data["interaction"] == "sync")
    return str(data.get("protocol", "")).lower() in _REQUESTS and type_of(target) not in _LISTENERS
