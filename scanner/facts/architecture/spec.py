"""Architecture specs by their elements, in the form that the steps about them share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from scanner.facts.groups import Group, Groups
from scanner.facts.step import FieldRead, read
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, BOUNDARY, DATASTORE, FLOW, SERVICE, SYSTEM

NODES = (SERVICE, DATASTORE)
"""The kinds of what flows start and end at."""
NO = frozenset(("", "none", "no", "false", "off", "disabled", "optional", "planned"))
"""Words with which a field states that something is absent."""


class Specs:
    """The specs of a scan, one for each group of subjects that has elements of one."""

    READS: ClassVar[tuple[FieldRead, ...]] = (
        read(ASSET, "data_asset.id"),
        read(BOUNDARY, "boundary.id"),
        read(SERVICE, "service.boundary", "service.id"),
        read(DATASTORE, "datastore.boundary", "datastore.id"),
        read(FLOW, "flow.from", "flow.to"),
        read(SYSTEM, "system.policies.zeroTrust"),
    )

    def __init__(self, subjects: Sequence[Subject], *, whole: bool) -> None:
        groups = Groups(subjects, whole=whole).all
        self.all = [Spec(group) for group in groups if group[SERVICE] or group[DATASTORE] or group[FLOW]]


class Spec:
    """The elements of one spec, by id."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.assets = {id_of(subject): subject for subject in group[ASSET]}
        self.boundaries = {id_of(subject): subject for subject in group[BOUNDARY]}
        self.nodes = {id_of(subject): subject for kind in NODES for subject in group[kind]}
        policies = [data_of(system).get("policies") for system in group[SYSTEM]]
        self.members = _by_text(self.nodes.values(), "boundary")
        """The nodes in each boundary."""
        self.leaving, self.arriving = (_by_text(group[FLOW], end) for end in ("from", "to"))
        """The flows that start, and that end, at each element."""
        self.zero_trust = any(isinstance(policy, dict) and _demanded(policy.get("zeroTrust")) for policy in policies)
        """Its policies demand zero trust."""

    def end(self, name: Any) -> Subject | None:
        """What a flow starts or ends at: a service, a store, or a whole boundary such as the internet."""
        return self.nodes.get(str(name)) or self.boundaries.get(str(name))


def _demanded(policy: Any) -> bool:
    """Whether a policy of zero trust is one: stated, and not as `none` or `optional`."""
    stated = policy.get("implementation", True) if isinstance(policy, dict) else policy
    return bool(policy) and str(stated).lower() not in NO


def _by_text(subjects: Iterable[Subject], field: str) -> defaultdict[str, list[Subject]]:
    """Subjects by the value of one of their fields."""
    found: defaultdict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        if isinstance(value := data_of(subject).get(field), str):
            found[value].append(subject)
    return found


def data_of(subject: Subject) -> dict[str, Any]:
    """The fields of an element."""
    data: dict[str, Any] = subject.bindings[subject.focus]
    return data


def id_of(subject: Subject) -> str:
    """The id of an element, empty where it has none."""
    return str(data_of(subject).get("id", ""))


def texts(value: Any) -> list[str]:
    """The texts of a list, or a single text that is given instead of a list."""
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    return [value] if isinstance(value, str) else []


def quantity(subject: Subject, field: str, unit: str) -> float | None:
    """A number of a node: its availability, or an objective in its `recovery` block."""
    data = data_of(subject)
    holder = data if field == "availability" else data.get("recovery")
    stated = holder.get(field) if isinstance(holder, dict) else None
    number = stated.get(unit) if isinstance(stated, dict) else None
    return float(number) if isinstance(number, int | float) else None
