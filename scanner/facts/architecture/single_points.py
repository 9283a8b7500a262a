"""Single points of failure: what a critical service cannot work or be reached without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from scanner.facts.architecture.calls import Calls
from scanner.facts.architecture.spec import NODES, PUBLIC, Spec, Specs, data_of, quantity, type_of
from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.step import Facts, read, step
from scanner.subjects.architecture import SERVICE

SINGLE_POINT_OF = Fact(
    "single_point_of",
    NODES,
    str,
    "The id of a critical service that needs it through hard calls without an alternative, or that public requests "
    "reach only through it.",
    provide="state the `criticality` of the services, and the flows between them",
    related=("single_point_of",),
)
_HIGH = 99.9
_CRITICAL = frozenset(("high", "critical"))
_OUTSIDERS = frozenset(("actor", "client", "external"))
_ROOT = ""


@step(
    Specs,
    gives=(SINGLE_POINT_OF,),
    reads=(*Calls.READS, read(SERVICE, "service.availability", "service.criticality")),
)
def find_single_points(specs: Specs, facts: Facts) -> None:
    """The critical service that each node is a single point of failure of, the first by name."""
    for spec in specs.all:
        critical = sorted(name for name in spec.nodes if _is_critical(name, spec))
        found = _needed(critical, Calls(spec))
        for name, service in _passed(critical, spec).items():
            found.setdefault(name, service)
        for name, service in found.items():
            if type_of(spec.nodes[name]) not in _OUTSIDERS:
                for node in spec.elements[name]:
                    facts.add(node, SINGLE_POINT_OF, service)
                    facts.relate(node, "single_point_of", place(spec.nodes[service]))


def _is_critical(name: str, spec: Spec) -> bool:
    node = spec.nodes[name]
    data = data_of(node)
    if node.kind != SERVICE or type_of(node) in _OUTSIDERS:
        return False
    return str(data.get("criticality")) in _CRITICAL or (quantity(node, "availability", "percent") or 0.0) >= _HIGH


def _needed(critical: Iterable[str], calls: Calls) -> dict[str, str]:
    found: dict[str, str] = {}
    for service in critical:
        pending = [service]
        while pending:
            for name in calls.needed(pending.pop()):
                if name not in found and name != service:
                    found[name] = service
                    pending.append(name)
    return found


def _passed(critical: Iterable[str], spec: Spec) -> dict[str, str]:
    """What all public requests to a critical service pass."""
    entries = [name for name in spec.leaving if _is_public(name, spec)]
    above = _dominators({_ROOT: entries, **{name: _targets(name, spec) for name in spec.nodes}})
    found: dict[str, str] = {}
    for service in critical:
        name = above.get(service, _ROOT)
        while name != _ROOT and name not in found:
            if name in spec.nodes:
                found[name] = service
            name = above[name]
    return found


def _is_public(name: str, spec: Spec) -> bool:
    end = spec.end(name)
    return end is not None and spec.zone_of(end) in PUBLIC


def _targets(name: str, spec: Spec) -> list[str]:
    return [target for flow in spec.leaving[name] if (target := str(data_of(flow).get("to"))) in spec.nodes]


def _dominators(graph: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """For each node that the root reaches the last one before it on every path (Cooper, Harvey and Kennedy)."""
    order = _postorder(graph)
    number = {name: index for index, name in enumerate(order)}
    before: dict[str, list[str]] = {name: [] for name in order}
    for name in order:
        for target in graph.get(name, ()):
            before[target].append(name)
    above = {_ROOT: _ROOT}
    changed = True
    while changed:
        changed = False
        for name in reversed(order[:-1]):
            known = [each for each in before[name] if each in above]
            nearest = known[0]
            for each in known[1:]:
                nearest = _common(nearest, each, above, number)
            changed = changed or above.get(name) != nearest
            above[name] = nearest
    return above


def _common(one: str, other: str, above: Mapping[str, str], number: Mapping[str, int]) -> str:
    while one != other:
        while number[one] < number[other]:
            one = above[one]
        while number[other] < number[one]:
            other = above[other]
    return one


def _postorder(graph: Mapping[str, Sequence[str]]) -> list[str]:
    done: list[str] = []
    met = {_ROOT}
    pending = [(_ROOT, iter(graph[_ROOT]))]
    while pending:
        name, rest = pending[-1]
        for other in rest:
            if other not in met:
                met.add(other)
                pending.append((other, iter(graph.get(other, ()))))
                break
        else:
            pending.pop()
            done.append(name)
    return done
