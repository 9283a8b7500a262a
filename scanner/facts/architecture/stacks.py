"""The services of a spec that a stack or Compose file of the same scan deploys, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import Groups, place
from scanner.facts.roles import slug
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.architecture import SERVICE
from scanner.subjects.stacks.kinds import SERVICE as STACK_SERVICE


class DeployedService(TypedDict):
    """A service of a stack or Compose file."""

    name: str
    path: str


DEPLOYED = Fact(
    "stack_services",
    (SERVICE,),
    list[DeployedService],
    "The services of stack and Compose files that have its id or its name; absent where no such file is scanned.",
    provide="scan the stack or Compose file of the system, too",
    related=("stack_service",),
)


_READS = (read(SERVICE, "service.id", "service.name"), read(STACK_SERVICE, "applied.name"))


@step(Groups, gives=(DEPLOYED,), reads=_READS)
def find_deployed(groups: Groups, facts: Facts) -> None:
    """The services that deploy those of a spec; only names are compared."""
    deployed: dict[str, list[Subject]] = {}
    for each in _of_kind(groups, STACK_SERVICE):
        deployed.setdefault(slug(each.bindings["applied"]["name"]), []).append(each)
    if not deployed:
        return
    for service in _of_kind(groups, SERVICE):
        names = dict.fromkeys(slug(service.bindings["service"].get(field, "")) for field in ("id", "name"))
        found = [each for name in names for each in deployed.get(name, ())]
        told = [DeployedService(name=each.bindings["applied"]["name"], path=each.origin.path) for each in found]
        facts.add(service, DEPLOYED, told)
        if found:
            facts.relate(service, "stack_service", place(found[0]))


def _of_kind(groups: Groups, kind: str) -> Iterator[Subject]:
    return (subject for group in groups.all for subject in group[kind])
