"""All objects of a scan, by kind and name, and whether two of them are in one namespace."""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from scanner.facts.kubernetes import unread_objects
from scanner.facts.lack import WITHOUT_PODS
from scanner.facts.step import Whole, read
from scanner.late import regex
from scanner.marks import start_of
from scanner.model import ANY_KIND, OF_UNBUILT, Subject
from scanner.subjects.computed import has_variable
from scanner.subjects.kubernetes import CLUSTER_SCOPED, CONTAINER, RESOURCE, WORKLOAD

NAME = regex(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
"""A name that an object can have; anything else is filled in before it is applied."""
NAME_LABEL = "kubernetes.io/metadata.name"
"""The label that every namespace has, with its name."""
_FEW = 8
"""Up to this number, objects of one name are compared one by one and not sorted."""
_MAKERS = {"PersistentVolumeClaim": ("StatefulSet",), "Deployment": ("Rollout",)}
"""Kinds of objects that others stand for or make, and these."""
_EVERYWHERE = "*"
"""Stands for the namespace of what belongs to none."""


class Objects:
    """The resources and workloads of a scan, by group and kind and by name."""

    def __init__(self, subjects: Iterable[Subject], *, whole: Whole) -> None:
        self._unread = unread_objects.UnreadObjects(whole)
        self.is_part = whole is False
        """Only some files of a folder were named."""
        self.workloads: list[Subject] = []
        """Every object with a pod template, as the subject whose focus is the pod."""
        self.resources: list[Subject] = []
        """Every object."""
        self.containers: list[Subject] = []
        """Every container, where a rule about containers needs all subjects."""
        self._kinds: defaultdict[tuple[str, str], list[Subject]] = defaultdict(list)
        self._unnamed: set[tuple[str, str]] = set()
        """Group and kind of objects whose name a variable gives."""
        self._named: defaultdict[tuple[str, str, str], list[Subject]] = defaultdict(list)
        for subject in subjects:
            if subject.kind == RESOURCE:
                self.resources.append(subject)
                key = group_of(subject), kind_of(subject)
                self._kinds[key].append(subject)
                if has_variable(name_of(subject)):
                    self._unnamed.add(key)
                self._named[(*key, name_of(subject))].append(subject)
            elif subject.partial:
                continue
            elif subject.kind == WORKLOAD:
                self.workloads.append(subject)
            elif subject.kind == CONTAINER:
                self.containers.append(subject)
        self._homes: dict[tuple[str, str, str], SameNameObjects] = {}
        self._pods = {_position(workload): workload for workload in self.workloads}

    def of(self, group: str, *kinds: str) -> list[Subject]:
        """The resources of some kinds of an API group (`core` for the one without a name)."""
        return [subject for kind in kinds for subject in self._kinds.get((group, kind), ())]

    def in_group(self, group: str) -> list[Subject]:
        """The resources of an API group, whatever their kind."""
        return [subject for (own, _), subjects in self._kinds.items() if own == group for subject in subjects]

    def find(
        self, seeker: Subject, group: str, kind: str, name: str, *, namespace: str = ""
    ) -> tuple[Subject | None, bool]:
        """The object that another refers to, and whether the answer is certain.

        Returns (object, True) where it is found, (None, True) where there is none, (None, False) where it is not known.
        The search is in the given namespace, else in that of the referring object; cluster-scoped objects match every
        namespace. Of several, as in a folder of examples, the one in the referring object's own file is meant. A stated
        namespace against a missing one, a name with a variable, or a part of a bundle, makes the answer uncertain.
        """
        near, maybe = self.near(seeker, group, kind, name, namespace=namespace)
        if near:
            return next((one for one in near if one.origin.path == seeker.origin.path), near[-1]), True
        open_name = (group, kind) in self._unnamed or has_variable(kind + name + namespace)
        whole = self.complete(kind, *_MAKERS.get(kind, ())) and not opens(seeker, kind)
        return None, whole and not maybe and not open_name

    def nearest(self, seeker: Subject, group: str, kind: str, name: str) -> tuple[list[Subject], bool]:
        """As `find`, with all objects of the name where none is in the referring object's own file or its folder."""
        near, maybe = self.near(seeker, group, kind, name)
        folder = folder_of(seeker.origin.path)
        own = [one for one in near if one.origin.path == seeker.origin.path]
        beside = own[:1] or [one for one in near if folder_of(one.origin.path) == folder]
        complete = self.complete(kind, near=seeker) and not maybe and not opens(seeker, kind)
        return beside or near, bool(near) or complete

    def near(
        self, seeker: Subject, group: str, kind: str, name: str, *, namespace: str = ""
    ) -> tuple[list[Subject], bool]:
        """All objects of a name that are in the namespace of another, as for `find`, and whether more may be."""
        key = group, kind, name
        named = self._named.get(key, [])
        if len(named) > _FEW:
            if key not in self._homes:
                self._homes[key] = SameNameObjects(named)
            return self._homes[key].near(seeker, namespace)
        met = [(in_same_namespace(seeker, subject, namespace), subject) for subject in named]
        return [subject for near, subject in met if near], any(near is None for near, _ in met)

    def named(self, group: str, kind: str, name: str) -> list[Subject]:
        """All objects of a name."""
        return self._named.get((group, kind, name), [])

    def complete(self, *kinds: str, near: Subject | None = None) -> bool:
        """Whether there are no objects of some kinds but those that were read.

        With `near`, only those count that can be of one system with that object (see `in_same_system`), and those in
        folders of tests only for what is in one; its overlay may also have some from elsewhere.
        """
        return self._unread.hold_none(kinds, near) and not (near and opens(near, *kinds))

    def has_all_pods(self, near: Subject | None = None) -> bool:
        """Whether there are no pods but those of the workloads that were read; `near` as in `complete`."""
        away = near.opens - {*WITHOUT_PODS, OF_UNBUILT} if near else ()
        return self._unread.hold_only(WITHOUT_PODS, near) and not away

    def has_everything(self, near: Subject | None = None) -> bool:
        """Whether the objects are all there are; `near` as in `complete`."""
        return self._unread.hold_only((), near) and not (near and near.opens)

    def elsewhere(self, seeker: Subject, group: str, kind: str, name: str) -> bool:
        """Whether another chart or overlay has an object of a name, which may be applied beside the seeker's own."""
        named = self._named.get((group, kind, name), ()) if seeker.group else ()
        return any(other.group not in ("", seeker.group) for other in named)

    def stand_in(self, subject: Subject, group: str, kind: str, name: str) -> None:
        """Let an object be found under the name of another that a controller makes of it."""
        self._named[(group, kind, name)].append(subject)

    def pod_of(self, other: Subject) -> Subject | None:
        """The workload that a resource is, where it carries a pod template, or that a container belongs to."""
        return self._pods.get(_position(other))


_OF_BUNDLE = "placeholder"
"""What the Operator SDK writes for the namespace in which an operator is installed, with all objects of its folder."""


def in_same_namespace(one: Subject, other: Subject, namespace: str = "") -> bool | None:
    """Whether two objects are in one namespace; None where it is not known.

    `namespace` replaces that of the first object where it refers to another namespace. Where neither states one, both
    are in the namespace to which their folder, chart or overlay is applied; a stated and a missing namespace may be
    equal. Cluster-scoped objects match every namespace. Objects of two charts or overlays belong to two systems.
    """
    if not in_same_system(one, other):
        return False
    if kind_of(other) in CLUSTER_SCOPED or (kind_of(one) in CLUSTER_SCOPED and not namespace):
        return True
    left, right = namespace or namespace_of(one), namespace_of(other)
    if left and right:
        return left == right
    if left or right:
        return folder_of(one.origin.path) == folder_of(other.origin.path) if _OF_BUNDLE in (left, right) else None
    if one.group or other.group:
        return True if one.group == other.group else None
    return True if folder_of(one.origin.path) == folder_of(other.origin.path) else None


def opens(seeker: Subject, *kinds: str) -> bool:
    """Whether the overlay of an object may have objects of some kinds from elsewhere."""
    return bool(seeker.opens) and not seeker.opens.isdisjoint((ANY_KIND, *kinds))


def in_same_system(one: Subject, other: Subject) -> bool:
    """Whether two objects are not of two different charts or overlays."""
    return not (one.group and other.group) or one.group == other.group


class SameNameObjects:
    """Many objects of one kind and name; finding one does not call `in_same_namespace` for each."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._subjects = subjects
        self._spaces: defaultdict[str, defaultdict[str, list[Subject]]] = defaultdict(lambda: defaultdict(list))
        self._loose: defaultdict[tuple[str, str, str], list[Subject]] = defaultdict(list)
        self._groups: Counter[str] = Counter(subject.group for subject in subjects)
        for subject in subjects:
            if kind_of(subject) in CLUSTER_SCOPED:
                self._spaces[_EVERYWHERE][subject.group].append(subject)
            elif namespace := namespace_of(subject):
                self._spaces[namespace][subject.group].append(subject)
            else:
                self._loose[home(subject)].append(subject)
        self._loose_groups = {group for _, group, _ in self._loose}

    def near(self, seeker: Subject, namespace: str) -> tuple[list[Subject], bool]:
        """Those in the namespace of the referring object, and whether more may be."""
        if kind_of(seeker) in CLUSTER_SCOPED and not namespace:
            return [subject for subject in self._subjects if in_same_namespace(seeker, subject)], False
        wanted, group = namespace or namespace_of(seeker), seeker.group
        near = self._in(_EVERYWHERE, group)
        if wanted:
            maybe = bool(self._loose_groups & {group, ""} if group else self._loose_groups)
            return near + self._in(wanted, group), maybe
        near = near + self._loose.get(home(seeker), [])
        others = self._groups[group] + self._groups[""] if group else len(self._subjects)
        return near, others > len(near)

    def _in(self, namespace: str, group: str) -> list[Subject]:
        """The objects that state a namespace and may be of one system with a group."""
        spaces: Mapping[str, list[Subject]] = self._spaces.get(namespace, {})
        return [subject for own in spaces if not group or own in (group, "") for subject in spaces[own]]


def home(subject: Subject) -> tuple[str, str, str]:
    """Namespace, chart or overlay, and folder of an object, as far as they show where it is applied.

    Objects with equal values are in one namespace.
    """
    namespace = namespace_of(subject)
    stated = namespace not in ("", _OF_BUNDLE)
    return namespace, subject.group, "" if stated or subject.group else folder_of(subject.origin.path)


@lru_cache(maxsize=16_384)
def folder_of(file: str) -> str:
    """The folder of a file."""
    return posixpath.dirname(file)


def group_of(subject: Subject) -> str:
    """The API group that an object states, `core` for the one without a name."""
    return str(subject.bindings["object"]["apiVersion"]).rpartition("/")[0] or "core"


def kind_of(subject: Subject) -> str:
    """The kind that an object states."""
    return str(subject.bindings["object"]["kind"])


def namespace_of(subject: Subject) -> str:
    """The namespace that an object states, empty where it states none."""
    return _stated(subject, "namespace")


def name_of(subject: Subject) -> str:
    """The name that an object states, empty where it states none."""
    return _stated(subject, "name")


def _stated(subject: Subject, field: str) -> str:
    """A field of the metadata of an object; it is asked for more often than anything else."""
    metadata = subject.bindings["object"].get("metadata")
    return str(metadata.get(field) or "") if isinstance(metadata, dict) else ""


def path(value: Any, *keys: str) -> Any:
    """The value at a path of keys; None where there is none."""
    for part in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def mapping(value: Any) -> dict[str, Any]:
    """A value as the mapping that it should be, empty where it is none."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """A value as the list that it should be, empty where it is none."""
    return value if isinstance(value, list) else []


PORTS_READ = read(WORKLOAD, "pod.containers.*.ports", "pod.initContainers.*.ports")
"""What `ports_of` reads."""


def ports_of(workload: Subject) -> Iterator[dict[str, Any]]:
    """The ports that the containers of a workload state."""
    for field in ("containers", "initContainers"):
        for container in listed(workload.bindings["pod"].get(field)):
            for port in listed(path(container, "ports")):
                if isinstance(port, dict):
                    yield port


def _position(subject: Subject) -> tuple[str, str, int, int, int]:
    """The place of the object of a subject."""
    mark = subject.marks["object"]
    return subject.group, subject.origin.path, subject.origin.first_line, *start_of(mark)
