"""What a system declares against what it names: numbers of services, regions, references."""

from __future__ import annotations

from collections import defaultdict

from scanner.facts.fact import Fact
from scanner.facts.groups import Groups, place
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.architecture import DOMAIN

NAMED = Fact(
    "named",
    (DOMAIN,),
    list[str],
    "Services of the domain that the document names elsewhere, where this statement declares their number.",
    provide="name the services of the domain, and declare their number",
    related=("named",),
)
NAMED_COUNT = Fact(
    "named_count",
    (DOMAIN,),
    int,
    "The number of these services.",
    provide="name the services of the domain, and declare their number",
)


@step(Groups, gives=(NAMED, NAMED_COUNT), reads=(read(DOMAIN, "domain.declared", "domain.name", "domain.named"),))
def count_named(groups: Groups, facts: Facts) -> None:
    """The services that are named for a domain, where another statement declares their number."""
    for group in groups.all:
        naming: dict[str, list[Subject]] = defaultdict(list)
        for subject in group[DOMAIN]:
            if isinstance(subject.bindings["domain"].get("named"), list):
                naming[str(subject.bindings["domain"]["name"]).lower()].append(subject)
        for subject in group[DOMAIN]:
            domain = subject.bindings["domain"]
            others = naming.get(str(domain["name"]).lower())
            if others and isinstance(domain.get("declared"), int):
                services: list[str] = []
                for other in others:
                    services += [service for service in other.bindings["domain"]["named"] if service not in services]
                facts.add(subject, NAMED, services)
                facts.add(subject, NAMED_COUNT, len(services))
                facts.relate(subject, "named", place(others[0], "named"))
