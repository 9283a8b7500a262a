"""Persistent volumes, and which of them a claim will be bound to."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from scanner.facts.kubernetes.objects import Objects, in_same_namespace, name_of, path
from scanner.facts.step import read
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE

_MANY = 50
"""Volumes of one class beyond which it is not looked which of them a claim may get."""
_BY_HAND = "kubernetes.io/no-provisioner"

CLAIM_FIELDS = ("accessModes", "selector", "storageClassName", "volumeName")
READS = (
    read(RESOURCE, *(f"object.spec.{field}" for field in CLAIM_FIELDS), objects=("PersistentVolumeClaim",)),
    read(
        RESOURCE,
        "object.metadata.labels",
        "object.spec.accessModes",
        "object.spec.claimRef.name",
        "object.spec.claimRef.namespace",
        "object.spec.hostPath.path",
        "object.spec.storageClassName",
        names=("object.spec.local",),
        objects=("PersistentVolume",),
    ),
)
"""What is read of claims and volumes."""
PROVISIONER = read(RESOURCE, "object.provisioner", objects=("StorageClass",))


class Volumes:
    """The persistent volumes of a scan, by the claim that they are for and by class."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._kept: defaultdict[tuple[str, str], list[Subject]] = defaultdict(list)
        self._classes: defaultdict[str, list[Subject]] = defaultdict(list)
        for volume in objects.of("core", "PersistentVolume"):
            spec = path(volume.bindings["object"], "spec") or {}
            if owner := path(spec, "claimRef", "name"):
                self._kept[str(path(spec, "claimRef", "namespace") or ""), str(owner)].append(volume)
            else:
                self._classes[str(path(spec, "storageClassName") or "")].append(volume)

    def behind(self, claim: Subject, stated: dict[str, Any]) -> Subject | None:
        """The volume that a claim names, that is reserved for it, or that it will be bound to; None if unknown.

        `stated` is the claim, or a claim template of the subject. A claim of a stated class takes a volume that fits
        before a new one is provisioned; where some that fit are on nodes and others are not, the volume is unknown.
        """
        spec = path(stated, "spec") or {}
        if named := path(spec, "volumeName"):
            return self._objects.find(claim, "core", "PersistentVolume", str(named))[0]
        namespace = str(path(claim.bindings["object"], "metadata", "namespace") or "")
        name = name_of(claim) if stated is claim.bindings["object"] else ""
        kept = [volume for volume in self._kept.get((namespace, name), ()) if in_same_namespace(claim, volume)]
        if kept:
            return kept[-1]
        wanted = path(spec, "storageClassName")
        volumes = self._classes.get(wanted, []) if isinstance(wanted, str) else []
        if not volumes or len(volumes) > _MANY or self._provisioned(claim, str(wanted)):
            return None
        fitting = [volume for volume in volumes if in_same_namespace(claim, volume) and _fits(spec, volume)]
        alike = len({bool(self.host_path(volume)) for volume in fitting}) == 1
        return fitting[0] if alike else None

    def are_made_for(self, claim: Subject, stated: dict[str, Any]) -> bool:
        """Whether a class among the objects makes the volume of a claim that names none."""
        spec = path(stated, "spec") or {}
        wanted = path(spec, "storageClassName")
        return not path(spec, "volumeName") and isinstance(wanted, str) and self._provisioned(claim, wanted)

    def _provisioned(self, claim: Subject, wanted: str) -> bool:
        """A class among the objects that makes volumes of its own."""
        found, _ = self._objects.find(claim, "storage.k8s.io", "StorageClass", wanted)
        return found is not None and path(found.bindings["object"], "provisioner") != _BY_HAND

    @staticmethod
    def host_path(volume: Subject) -> str:
        """The path of a node that a volume is; empty for any other."""
        return str(path(volume.bindings["object"], "spec", "hostPath", "path") or "")

    @staticmethod
    def on_node(volume: Subject) -> bool:
        """Whether a volume is on a node, where every pod of that node may reach it."""
        spec = path(volume.bindings["object"], "spec") or {}
        return "hostPath" in spec or "local" in spec


def _fits(spec: dict[str, Any], volume: Subject) -> bool:
    """Whether a volume has the access modes and labels that a claim requests; sizes are not compared."""
    held = path(volume.bindings["object"], "spec", "accessModes")
    modes = path(spec, "accessModes")
    if not isinstance(held, list) or not isinstance(modes, list) or any(mode not in held for mode in modes):
        return False
    selector = path(spec, "selector")
    if selector is None:
        return True
    labels = path(volume.bindings["object"], "metadata", "labels") or {}
    wanted = path(selector, "matchLabels") or {}
    return not path(selector, "matchExpressions") and all(labels.get(key) == value for key, value in wanted.items())
