"""All subjects -> derived facts, attached to the subjects they are about.

A fact is what an expression over one subject cannot say: a link to another subject, a sum over a graph, a role that
nobody holds. Each module takes all subjects and fills `facts` (values) and `related` (places they were drawn from).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scanner.model import Subject
from scanner.subjects.kubernetes import CONTAINER, RESOURCE, WORKLOAD


def usable(subjects: Iterable[Subject]) -> Iterator[Subject]:
    """The subjects that facts, and the shipped rules that use facts, can be about; objects of Kubernetes cut short."""
    from scanner.facts.kubernetes.kept import shortened

    for subject in subjects:
        if subject.kind in (RESOURCE, WORKLOAD):
            yield shortened(subject)
        elif subject.kind not in ("document", CONTAINER):
            yield subject


def derive(subjects: Sequence[Subject], *, whole: bool) -> None:
    """Attach facts to subjects.

    `whole` says that the subjects are all there are: what is referred to and not among them does not exist. Otherwise
    the fact is left out, and a rule that asks for it comes to unknown.
    """
    kinds = {subject.kind.partition(".")[0] for subject in subjects}
    if "kubernetes" in kinds:
        from scanner.facts import kubernetes

        kubernetes.derive(subjects, whole=whole)
    if kinds - {"kubernetes", "document"}:
        from scanner.facts import accountability, inventory, resilience, swarms

        accountability.derive(subjects)
        swarms.derive(subjects)
        inventory.derive(subjects)
        resilience.derive(subjects)
    if "architecture" in kinds:
        from scanner.facts import architecture

        architecture.derive(subjects)
