"""Claims for storage: who mounts them, and the volumes and classes behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any, NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes.objects import Objects, home, kind_of, path
from scanner.facts.kubernetes.references.volumes import Volumes
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
    "The claims for storage that it mounts and its templates for claims, each as far as it is known.",
    item_related=("claim", "volume", "other"),
)
VOLUME = Fact(
    "volume",
    (RESOURCE,),
    Volume,
    "The volume that it will be bound to, where that is among the files.",
    objects=("PersistentVolumeClaim",),
    related=("volume",),
)
STORAGE_CLASS = Fact(
    "storage_class",
    (RESOURCE,),
    StorageClass,
    "Its storage class, where that is among the files.",
    objects=("PersistentVolumeClaim",),
    related=("storage_class",),
)

_ONE_WRITER = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})
_ENDING = frozenset({"CronJob", "Job"})
"""Kinds whose pods come and go, such as a backup that waits for its turn."""
_SHOWN = 5
"""Names that are told of the others that mount a claim."""


def derive(objects: Objects) -> None:
    """`claims` of a workload: what it mounts and what lies behind; `used_by`, `volume`, `storage_class` of a claim."""
    volumes = Volumes(objects)
    for claim in objects.of("core", "PersistentVolumeClaim"):
        _say(claim, objects, volumes)
    users: defaultdict[tuple[str, ...], list[Subject]] = defaultdict(list)
    for workload in objects.workloads:
        items: list[dict[str, Any]] = []
        workload.facts["claims"] = items
        for name, field in _mounted(workload):
            if kind_of(workload) not in _ENDING:
                users[(*home(workload), name)].append(workload)
            items.append({"name": name, "field": field})
            _look(workload, len(items) - 1, objects, volumes)
        for template in _templates(workload):
            name = str(path(template, "metadata", "name"))
            items.append({"name": name, "field": "", "shared_with": []})
            _behind(workload, len(items) - 1, template, volumes, workload)
    for workload in objects.workloads:
        for number, item in enumerate(workload.facts["claims"]):
            if item["field"]:
                _share(workload, number, users.get((*home(workload), item["name"]), []), whole=objects.whole)


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


def _say(claim: Subject, objects: Objects, volumes: Volumes) -> None:
    """What stands behind a claim, as far as it is among the objects."""
    if volume := volumes.behind(claim, claim.bindings["object"]):
        claim.facts["volume"] = {"name": volume.name, "host_path": volumes.host_path(volume)}
        claim.related["volume"] = place(volume)
    name = path(claim.bindings["object"], "spec", "storageClassName")
    if isinstance(name, str) and (found := objects.find(claim, "storage.k8s.io", "StorageClass", name)[0]):
        claim.facts["storage_class"] = {
            "name": name,
            "provisioner": str(path(found.bindings["object"], "provisioner") or ""),
        }
        claim.related["storage_class"] = place(found)


def _look(workload: Subject, number: int, objects: Objects, volumes: Volumes) -> None:
    """Find the claim that an item names, and the volume behind it."""
    item = workload.facts["claims"][number]
    claim, _ = objects.find(workload, "core", "PersistentVolumeClaim", item["name"])
    if claim and kind_of(claim) == "PersistentVolumeClaim":
        claim.facts.setdefault("used_by", []).append(workload.name)
        workload.related[f"claims.{number}.claim"] = place(claim)
        _behind(workload, number, claim.bindings["object"], volumes, claim)


def _behind(workload: Subject, number: int, stated: dict[str, Any], volumes: Volumes, claim: Subject) -> None:
    """What a claim, or a template for claims, says of itself, and the path of a node where it leads to one.

    `host_path` is empty where no volume of the files is one.
    """
    item = workload.facts["claims"][number]
    modes = path(stated, "spec", "accessModes")
    if isinstance(modes, list) and modes:
        item["one_writer"] = all(mode in _ONE_WRITER for mode in modes)
    if isinstance(storage := path(stated, "spec", "storageClassName"), str):
        item["storage_class"] = storage
    volume = volumes.behind(claim, stated)
    if volume:
        item["host_path"], item["on_node"] = volumes.host_path(volume), volumes.on_node(volume)
        workload.related[f"claims.{number}.volume"] = place(volume)
    elif volumes.whole:
        item["host_path"] = ""


def _share(workload: Subject, number: int, users: list[Subject], *, whole: bool) -> None:
    """Tell which other workloads mount a claim."""
    shown = list(islice((user for user in users if user is not workload), _SHOWN))
    if shown or whole:
        workload.facts["claims"][number]["shared_with"] = [user.name for user in shown]
    if shown:
        workload.related[f"claims.{number}.other"] = place(shown[0])
