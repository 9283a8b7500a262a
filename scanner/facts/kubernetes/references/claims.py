"""Claims for storage: who mounts them, and the volumes and classes behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any, NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import Objects, home, kind_of, namespace_of, path
from scanner.facts.kubernetes.references import volumes
from scanner.facts.kubernetes.references.accounts import USED_BY
from scanner.facts.lack import FROM_CLUSTER, Lack
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD


class Claim(TypedDict):
    """A claim for storage that a workload mounts, or a template for claims."""

    name: str
    field: str
    one_writer: NotRequired[bool]
    storage_class: NotRequired[str]
    host_path: NotRequired[str]
    on_node: NotRequired[bool]
    shared_with: NotRequired[list[str]]


class Volume(TypedDict):
    """A persistent volume, and the path of a node that it is, empty for any other."""

    name: str
    host_path: str


class StorageClass(TypedDict):
    """A class of storage, and what provisions its volumes."""

    name: str
    provisioner: str


CLAIMS = Fact(
    "claims",
    (WORKLOAD,),
    list[Claim],
    "The PersistentVolumeClaims that it mounts and its claim templates, each with the properties that are known.",
    provide="scan the folder that holds the PersistentVolumeClaims that it mounts, their volumes, and the "
    "other workloads",
    item_related=("claim", "volume", "other"),
)
VOLUME = Fact(
    "volume",
    (RESOURCE,),
    Volume,
    "The volume that it will be bound to, where the volume is in the files.",
    provide="scan the folder that holds the PersistentVolume of the claim",
    objects=("PersistentVolumeClaim",),
    related=("volume",),
)
STORAGE_CLASS = Fact(
    "storage_class",
    (RESOURCE,),
    StorageClass,
    "Its storage class, where the class is in the files.",
    provide="scan the folder that holds the StorageClass of the claim",
    objects=("PersistentVolumeClaim",),
    related=("storage_class",),
)

_ONE_WRITER = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})
_DECIDING = ("PersistentVolume", "PersistentVolumeClaim", "StatefulSet")
"""Kinds of the objects that decide which volume a claim leads to."""
_ENDING = frozenset({"CronJob", "Job"})
"""Kinds whose pods come and go, such as a backup that waits for its turn."""
_SHOWN = 5
"""The number of other workloads that are named for a claim."""


@step(Cluster, gives=(VOLUME, STORAGE_CLASS), reads=(*volumes.READS, volumes.PROVISIONER))
def find_volumes(cluster: Cluster, facts: Facts) -> None:
    """The volume and the storage class of each claim, where they are among the objects."""
    known = volumes.Volumes(cluster.objects)
    for claim in cluster.objects.of("core", "PersistentVolumeClaim"):
        if volume := known.behind(claim, claim.bindings["object"]):
            facts.add(claim, VOLUME, Volume(name=volume.name, host_path=known.host_path(volume)))
            facts.relate(claim, "volume", place(volume))
        name = path(claim.bindings["object"], "spec", "storageClassName")
        found = (
            cluster.objects.find(claim, "storage.k8s.io", "StorageClass", name)[0] if isinstance(name, str) else None
        )
        if found:
            provisioner = str(path(found.bindings["object"], "provisioner") or "")
            facts.add(claim, STORAGE_CLASS, StorageClass(name=name, provisioner=provisioner))
            facts.relate(claim, "storage_class", place(found))


@step(
    Cluster,
    gives=(CLAIMS, USED_BY),
    reads=(
        read(WORKLOAD, "pod.volumes.*.persistentVolumeClaim.claimName"),
        read(
            WORKLOAD,
            *(f"object.spec.volumeClaimTemplates.*.spec.{field}" for field in volumes.CLAIM_FIELDS),
            "object.spec.volumeClaimTemplates.*.metadata.name",
            objects=("StatefulSet",),
        ),
        *volumes.READS,
        volumes.PROVISIONER,
    ),
)
def find_claims(cluster: Cluster, facts: Facts) -> None:
    """The claims that each workload mounts or creates, their volumes, and the other workloads that mount them."""
    known = _Claims(cluster.objects, facts)
    for workload in cluster.objects.workloads:
        known.add(workload)
    known.share()
    for claim, names in known.used.items():
        facts.add(claim, USED_BY, names)


class _Claims:
    """The claims of the workloads of a scan."""

    def __init__(self, objects: Objects, facts: Facts) -> None:
        self.used: defaultdict[Subject, list[str]] = defaultdict(list)
        """The names of the workloads that mount a claim that is among the objects."""
        self._objects = objects
        self._facts = facts
        self._volumes = volumes.Volumes(objects)
        self._items: dict[Subject, list[Claim]] = {}
        self._users: defaultdict[tuple[str, ...], list[Subject]] = defaultdict(list)

    def add(self, workload: Subject) -> None:
        """State the claims of a workload."""
        items = self._items[workload] = []
        for name, field in _mounted(workload):
            if kind_of(workload) not in _ENDING:
                self._users[(*home(workload), name)].append(workload)
            items.append({"name": name, "field": field})
            claim, _ = self._objects.find(workload, "core", "PersistentVolumeClaim", name)
            if claim and kind_of(claim) == "PersistentVolumeClaim":
                self.used[claim].append(workload.name)
                self._facts.relate_item(workload, CLAIMS, len(items) - 1, "claim", place(claim))
                self._look(workload, claim.bindings["object"], claim)
            elif self._leads_nowhere_else(workload, name):
                items[-1]["host_path"] = ""
            else:
                words = partial(lacks.of_object, self._objects, workload, "PersistentVolumeClaim", name)
                self._facts.lack(workload, CLAIMS, words, item=len(items) - 1)
        for template in _templates(workload):
            items.append({"name": str(path(template, "metadata", "name")), "field": "", "shared_with": []})
            self._look(workload, template, workload)
        self._facts.add(workload, CLAIMS, items)

    def _leads_nowhere_else(self, workload: Subject, name: str) -> bool:
        """Whether no claim that may be the one of a name has a path on a node behind it."""
        space = namespace_of(workload)
        some = self._objects.named("core", "PersistentVolumeClaim", name)
        maybe = [claim for claim in some if not space or namespace_of(claim) in ("", space)]
        behind = (self._volumes.behind(claim, claim.bindings["object"]) for claim in maybe)
        known = all(volume is None or not self._volumes.host_path(volume) for volume in behind)
        return bool(maybe) and known and self._objects.complete(*_DECIDING, near=workload)

    def _look(self, workload: Subject, stated: dict[str, Any], claim: Subject) -> None:
        """The properties of a claim, or of a claim template, and the path on a node that it leads to.

        `host_path` is empty where no volume in the files is a path on a node.
        """
        item, number = self._items[workload][-1], len(self._items[workload]) - 1
        modes = path(stated, "spec", "accessModes")
        if isinstance(modes, list) and modes:
            item["one_writer"] = all(str(mode) in _ONE_WRITER for mode in modes)
        if isinstance(storage := path(stated, "spec", "storageClassName"), str):
            item["storage_class"] = storage
        if volume := self._volumes.behind(claim, stated):
            item["host_path"], item["on_node"] = self._volumes.host_path(volume), self._volumes.on_node(volume)
            self._facts.relate_item(workload, CLAIMS, number, "volume", place(volume))
        elif self._volumes.are_made_for(claim, stated) or self._objects.complete(*_DECIDING, near=workload):
            item["host_path"] = ""
        else:
            words = partial(_open_volume, self._objects, workload, item["name"], item.get("storage_class", ""))
            self._facts.lack(workload, CLAIMS, words, item=number)

    def share(self) -> None:
        """State which other workloads mount the same claims."""
        for workload, items in self._items.items():
            for number, item in enumerate(items):
                if not item["field"]:
                    continue
                users = self._users.get((*home(workload), item["name"]), ())
                shown = list(islice((user for user in users if user is not workload), _SHOWN))
                if shown or self._objects.has_all_pods(workload):
                    item["shared_with"] = [user.name for user in shown]
                else:
                    what = f"other workloads that mount the PersistentVolumeClaim `{item['name']}`"
                    words = partial(lacks.of_objects, self._objects, what, "pods", near=workload)
                    self._facts.lack(workload, CLAIMS, words, item=number, key="shared_with")
                if shown:
                    self._facts.relate_item(workload, CLAIMS, number, "other", place(shown[0]))


def _open_volume(objects: Objects, workload: Subject, claim: str, storage_class: str) -> Lack:
    """A volume for a claim may be where nothing was read; its class would tell that volumes are made for it."""
    what = f"a hostPath PersistentVolume for the PersistentVolumeClaim `{claim}`"
    told = lacks.of_objects(objects, what, "PersistentVolume", near=workload)
    named = f"scan the StorageClass `{storage_class}` too" if storage_class else "name a StorageClass that is scanned"
    from_cluster = "" if objects.is_part else FROM_CLUSTER.format("kubectl get persistentvolumes -o yaml")
    return Lack(told.why, f"{named}, with a provisioner that makes the volume, or {told.provide}{from_cluster}")


def _mounted(workload: Subject) -> Iterator[tuple[str, str]]:
    """The claims that a pod mounts, each with the field that names it."""
    volumes = workload.bindings["pod"].get("volumes")
    for index, volume in enumerate(volumes if isinstance(volumes, list) else ()):
        name = path(volume, "persistentVolumeClaim", "claimName")
        if isinstance(name, str):
            yield name, f"volumes.{index}.persistentVolumeClaim.claimName"


def _templates(workload: Subject) -> list[dict[str, Any]]:
    """The claims that a StatefulSet makes for each of its pods."""
    templates = path(workload.bindings["object"], "spec", "volumeClaimTemplates")
    known = kind_of(workload) == "StatefulSet" and isinstance(templates, list)
    return [item for item in templates if isinstance(item, dict)] if known else []
