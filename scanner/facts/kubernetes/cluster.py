"""All Kubernetes objects of a scan, in the forms that the steps about them share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from scanner.facts.kubernetes import operator_resources
from scanner.facts.kubernetes.objects import Objects
from scanner.facts.kubernetes.references import generated_objects
from scanner.facts.kubernetes.selectors import LabelledObjects
from scanner.facts.step import FieldRead, Whole, read
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD


class Cluster:
    """The objects by kind and name, the workloads by their labels, and what operators and controllers make."""

    READS: ClassVar[tuple[FieldRead, ...]] = (
        *(
            read(kind, "object.apiVersion", "object.kind", "object.metadata.name", "object.metadata.namespace")
            for kind in (RESOURCE, WORKLOAD)
        ),
        read(WORKLOAD, "template.metadata.labels"),
        *generated_objects.READS,
        *operator_resources.READS,
    )

    def __init__(self, subjects: Sequence[Subject], *, whole: Whole) -> None:
        self.objects = Objects(subjects, whole=whole)
        generated_objects.add_generated_objects(self.objects)
        self.pods = LabelledObjects(self.objects.workloads)
        self.makers = operator_resources.OperatorResources(self.objects)
