"""A tree of manifests that changes at random."""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from typing import Any

import yaml

from tests.gate.trees import ACCESS, BROKEN, NETWORK, POD, SPEC, WEB

Object = dict[str, Any]
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
_PATHS = ("/etc", "/", "/root", "/var/lib/kubelet", "/data")
_NAMES = ("web", "side", "front", "back", "log")
_NAMESPACES = ("shop", "store", "depot")


class RandomTree:
    """Files with the objects in them. Each change takes what it needs at random; some change nothing."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.files: dict[str, list[Object]] = {
            "shop/all.yaml": [yaml.safe_load(text) for text in (WEB, ACCESS, NETWORK)],
            "other/web.yaml": [yaml.safe_load(WEB)],
            "other/job.yaml": [yaml.safe_load(POD)],
            "spec.yaml": [yaml.safe_load(SPEC)],
        }
        self.broken: set[str] = set()

    def texts(self) -> dict[str, str]:
        """The text of each file, by its path."""
        return {
            path: yaml.safe_dump_all(objects, sort_keys=bool(len(path) % 2)) + f"---\n{BROKEN}" * (path in self.broken)
            for path, objects in self.files.items()
        }

    def change(self) -> None:
        """One change."""
        self.random.choice(_CHANGES)(self)

    def file(self) -> str:
        return self.random.choice(sorted(self.files))

    def workloads(self) -> list[Object]:
        return [each for _, some in sorted(self.files.items()) for each in some if each["kind"] in _WORKLOADS]

    def pod(self) -> Object:
        """The specification of the pods of a workload, or one that belongs to nothing."""
        some = self.workloads()
        return self.random.choice(some)["spec"]["template"]["spec"] if some else {"containers": [{}], "volumes": []}

    def place(self) -> str:
        return f"{self.random.choice(_NAMESPACES)}/{self.random.choice(_NAMES)}{self.random.randrange(3)}.yaml"


def _privilege(tree: RandomTree) -> None:
    container = tree.random.choice(tree.pod()["containers"])
    container["securityContext"] = {"privileged": tree.random.random() < 0.7}


def _host_path(tree: RandomTree) -> None:
    tree.pod()["volumes"].append({"name": tree.random.choice(_NAMES), "hostPath": {"path": tree.random.choice(_PATHS)}})


def _other_path(tree: RandomTree) -> None:
    for volume in tree.pod()["volumes"][:1]:
        volume["hostPath"] = {"path": tree.random.choice(_PATHS)}


def _fewer_volumes(tree: RandomTree) -> None:
    volumes = tree.pod()["volumes"]
    del volumes[: len(volumes) // 2]


def _reorder(tree: RandomTree) -> None:
    tree.random.shuffle(tree.files[tree.file()])
    pod = tree.pod()
    tree.random.shuffle(pod["containers"])
    tree.random.shuffle(pod["volumes"])


def _rename_container(tree: RandomTree) -> None:
    tree.random.choice(tree.pod()["containers"])["name"] = tree.random.choice(_NAMES)


def _container(tree: RandomTree) -> None:
    context = {"privileged": tree.random.random() < 0.5}
    tree.pod()["containers"].append({"name": tree.random.choice(_NAMES), "image": "a:1", "securityContext": context})


def _namespace(tree: RandomTree) -> None:
    for each in tree.files[tree.file()]:
        each["metadata"]["namespace"] = tree.random.choice(_NAMESPACES)


def _kind(tree: RandomTree) -> None:
    for each in tree.workloads()[:1]:
        each["kind"] = tree.random.choice(_WORKLOADS)


def _move(tree: RandomTree) -> None:
    path = tree.file()
    objects, broken = tree.files.pop(path), path in tree.broken
    tree.broken.discard(path)
    target = tree.place()
    tree.files[target] = objects
    tree.broken |= {target} if broken else set()


def _copy(tree: RandomTree) -> None:
    tree.files[tree.place()] = copy.deepcopy(tree.files[tree.file()])


def _delete(tree: RandomTree) -> None:
    if len(tree.files) > 3:
        path = tree.file()
        del tree.files[path]
        tree.broken.discard(path)


def _split(tree: RandomTree) -> None:
    path = tree.file()
    if len(tree.files[path]) > 1:
        tree.files[tree.place()] = [tree.files[path].pop()]


def _join(tree: RandomTree) -> None:
    first, second = tree.file(), tree.file()
    if first != second:
        tree.files[first] += tree.files.pop(second)
        tree.broken.discard(second)


def _break(tree: RandomTree) -> None:
    tree.broken.add(tree.file())


def _mend(tree: RandomTree) -> None:
    tree.broken = set(sorted(tree.broken)[1:])


def _policy(tree: RandomTree) -> None:
    for some in tree.files.values():
        some[:] = [each for each in some if each["kind"] != "NetworkPolicy"] or some
    if tree.random.random() < 0.6:
        policy = yaml.safe_load(NETWORK)
        policy["metadata"]["namespace"] = tree.random.choice(_NAMESPACES)
        tree.files[tree.file()].append(policy)


def _role(tree: RandomTree) -> None:
    for some in tree.files.values():
        for each in some:
            if each["kind"] == "Role":
                each["rules"][-1]["resources"] = tree.random.sample(["secrets", "pods", "nodes"], 2)


def _spec(tree: RandomTree) -> None:
    for some in tree.files.values():
        for each in some:
            if each["kind"] == "Architecture":
                stated: Object = {"atRest": tree.random.choice(["none", "AES-256", "planned"])}
                each["spec"]["datastores"][0]["encryption"] = tree.random.choice([stated, {"inTransit": "TLS-1.3"}])


_CHANGES: list[Callable[[RandomTree], None]] = [
    *(_privilege, _host_path, _other_path, _fewer_volumes, _reorder, _rename_container, _container, _namespace, _kind),
    *(_move, _copy, _delete, _split, _join, _break, _mend, _mend, _policy, _role, _spec, _spec),
]
