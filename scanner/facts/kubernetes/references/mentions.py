"""What a pod names in its own words: configuration, secrets, claims, an account, classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from scanner.facts.kubernetes.objects import path
from scanner.facts.step import read
from scanner.subjects.kubernetes import WORKLOAD

_PLAIN = (
    ("serviceAccountName", "ServiceAccount"),
    ("priorityClassName", "PriorityClass"),
    ("runtimeClassName", "RuntimeClass"),
)
"""Fields of a pod that hold a name, and the kind of what they name; the older `serviceAccount` comes in by itself."""
_VOLUMES = (
    ("configMap", "ConfigMap", "name"),
    ("secret", "Secret", "secretName"),
    ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
    ("azureFile", "Secret", "secretName"),
)
_PROJECTED = (("configMap", "ConfigMap", "name"), ("secret", "Secret", "name"))
_ENVIRONMENT = (("configMapRef", "ConfigMap", "name"), ("secretRef", "Secret", "name"))
_VARIABLE = (("configMapKeyRef", "ConfigMap", "name"), ("secretKeyRef", "Secret", "name"))
"""Names of sources, the kind of what each takes from, and its field for the name."""
_DRIVERS = {
    "csi": "nodePublishSecretRef",
    **dict.fromkeys(("cephfs", "cinder", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos"), "secretRef"),
}
"""Volumes of drivers, and the field in which each names a Secret."""
_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")


def _source(at: str, named: str) -> tuple[str, ...]:
    return f"{at}.{named}", f"{at}.key", f"{at}.optional", f"{at}.items.*.key"


READ = read(
    WORKLOAD,
    "pod.serviceAccount",
    *(f"pod.{field}" for field, _ in _PLAIN),
    "pod.imagePullSecrets.*.name",
    *(each for field, _, named in _VOLUMES for each in _source(f"pod.volumes.*.{field}", named)),
    *(f"pod.volumes.*.{driver}.{field}.name" for driver, field in _DRIVERS.items()),
    *(each for field, _, named in _PROJECTED for each in _source(f"pod.volumes.*.projected.sources.*.{field}", named)),
    *(
        each
        for containers in _CONTAINERS
        for field, _, named in _ENVIRONMENT
        for each in _source(f"pod.{containers}.*.envFrom.*.{field}", named)
    ),
    *(
        each
        for containers in _CONTAINERS
        for field, _, named in _VARIABLE
        for each in _source(f"pod.{containers}.*.env.*.valueFrom.{field}", named)
    ),
)
"""What `mentions` reads of a pod."""


class Mention(Struct, frozen=True):
    """One place of a pod that names another object."""

    kind: str
    name: str
    field: str
    """The field with the name, relative to the pod."""
    optional: bool = False
    """The pod starts without it."""
    keys: tuple[tuple[str, str], ...] = ()
    """The keys that it must hold, each with the field that requires it."""


def mentions(pod: dict[str, Any]) -> Iterator[Mention]:
    """Everything that a pod names, in the order of a manifest's usual sections."""
    for field, kind in _PLAIN:
        yield from _named(pod, field, kind)
    if "serviceAccountName" not in pod:
        yield from _named(pod, "serviceAccount", "ServiceAccount")
    for at, secret in _each(pod.get("imagePullSecrets"), "imagePullSecrets"):
        if name := _text(secret.get("name")):
            yield Mention("Secret", name, f"{at}.name", optional=True)  # without it the kubelet tries without
    for at, volume in _each(pod.get("volumes"), "volumes"):
        yield from _volume(volume, at)
    for field in _CONTAINERS:
        for at, container in _each(pod.get(field), field):
            yield from _container(container, at)


def _named(pod: dict[str, Any], field: str, kind: str) -> Iterator[Mention]:
    if name := _text(pod.get(field)):
        yield Mention(kind, name, field)


def _volume(volume: dict[str, Any], at: str) -> Iterator[Mention]:
    yield from _sources(volume, at, _VOLUMES)
    for number, source in _each(path(volume, "projected", "sources"), f"{at}.projected.sources"):
        yield from _sources(source, number, _PROJECTED)
    for driver in volume:
        if (field := _DRIVERS.get(driver)) and (name := _text(path(volume, driver, field, "name"))):
            yield Mention("Secret", name, f"{at}.{driver}.{field}.name")


def _container(container: dict[str, Any], at: str) -> Iterator[Mention]:
    for place, source in _each(container.get("envFrom"), f"{at}.envFrom"):
        yield from _sources(source, place, _ENVIRONMENT)
    for place, variable in _each(container.get("env"), f"{at}.env"):
        if isinstance(taken := variable.get("valueFrom"), dict):
            yield from _sources(taken, f"{place}.valueFrom", _VARIABLE)


def _sources(owner: dict[str, Any], at: str, known: tuple[tuple[str, str, str], ...]) -> Iterator[Mention]:
    for field, kind, named in known:
        source = owner.get(field)
        if isinstance(source, dict) and (name := _text(source.get(named))):
            inside = f"{at}.{field}"
            keys = [(f"{place}.key", item) for place, item in _each(source.get("items"), f"{inside}.items")]
            wanted = tuple((key, place) for place, item in keys if (key := _text(item.get("key"))))
            if key := _text(source.get("key")):
                wanted = ((key, f"{inside}.key"),)
            yield Mention(kind, name, f"{inside}.{named}", source.get("optional") is True, wanted)


def _each(items: Any, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The mappings of a list, each with its path."""
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield f"{at}.{index}", item


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
