"""Links between Kubernetes objects, each fact in the module that knows its matter."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.facts.kubernetes import access, autoscaling, availability, namespaces, network, references, selections
from scanner.facts.kubernetes.makers import Makers
from scanner.facts.kubernetes.objects import Objects
from scanner.facts.kubernetes.selectors import Labelled
from scanner.model import Subject


def derive(subjects: Sequence[Subject], *, whole: bool) -> None:
    """Attach to each object what the others say of it; `whole` as for all facts."""
    objects = Objects(subjects, whole=whole)
    objects.introduce(subjects)
    pods, makers = Labelled(objects.workloads), Makers(objects)
    autoscaling.derive(objects)
    availability.derive(objects, pods)
    selections.derive(objects, pods, makers)
    network.derive(objects, pods, makers)
    references.derive(objects)
    namespaces.derive(objects)
    access.derive(objects)
