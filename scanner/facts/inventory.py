"""What a system declares against what it names: numbers of services, regions, references."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.facts.groups import Group, by_group, place
from scanner.model import Subject
from scanner.subjects.architecture import DOMAIN


def derive(subjects: Sequence[Subject]) -> None:
    """Attach `named` (services that are named for a domain) where another statement declares their number."""
    for group in by_group(subjects):
        _domains(group)


def _domains(group: Group) -> None:
    named = {
        str(subject.bindings["domain"]["name"]).lower(): subject
        for subject in group[DOMAIN]
        if isinstance(subject.bindings["domain"].get("named"), list)
    }
    for subject in group[DOMAIN]:
        domain = subject.bindings["domain"]
        other = named.get(str(domain["name"]).lower())
        if other and isinstance(domain.get("declared"), int):
            services = other.bindings["domain"]["named"]
            subject.facts["named"] = services
            subject.facts["named_count"] = len(services)
            subject.related["named"] = place(other, "named")
