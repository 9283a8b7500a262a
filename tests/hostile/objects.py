"""Well-written objects and specs whose fields are of the wrong type, shape or size."""

from __future__ import annotations

import json
from typing import Any

from tests.hostile.row import assessed, skipped, unreadable

_BAD = {"name": "odd", "image": "registry.example/odd:1.0.0", "securityContext": {"privileged": True}}


def _written(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def _pod(**changed: Any) -> str:
    """A privileged pod with other fields, as JSON on one line, which YAML reads as well."""
    whole = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "odd"}, "spec": {"containers": [_BAD]}}
    return json.dumps({**whole, **changed}) + "\n"


def _spec(**changed: Any) -> str:
    return _pod(spec={"containers": [_BAD], **changed})


def _container(**changed: Any) -> str:
    return _pod(spec={"containers": [{**_BAD, **changed}]})


def _deployment(**changed: Any) -> str:
    template = {"metadata": {"labels": {"app": "odd"}}, "spec": {"containers": [_BAD]}}
    return _pod(apiVersion="apps/v1", kind="Deployment", spec={"template": template, **changed})


def _list(items: Any, **changed: Any) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items, **changed}) + "\n"


_POD = json.loads(_pod())
_HEAD = ("apiVersion: v1", "kind: Pod", "metadata: {name: odd}")

ROWS = (
    unreadable("a pod whose spec is a list", "x.yaml", _pod(spec=["a"]), "spec is not a mapping", 1),
    unreadable("a pod whose spec is a text", "x.yaml", _written(*_HEAD, "spec: text"), "spec is not a mapping", 4),
    unreadable("a template that is a text", "x.yaml", _deployment(template="a"), "template is not a mapping", 1),
    unreadable(
        "a template whose spec is a list", "x.yaml", _deployment(template={"spec": [_BAD]}), "spec is not a mapping", 1
    ),
    unreadable(
        "containers that are a text", "x.yaml", _spec(containers="a"), "containers is not a list of containers", 1
    ),
    unreadable(
        "containers that are a mapping", "x.yaml", _spec(containers={"a": _BAD}), "containers is not a list of", 1
    ),
    unreadable(
        "a container that is a text", "x.yaml", _spec(containers=[_BAD, "a"]), "containers is not a list of", 1, [1]
    ),
    unreadable(
        "a container that is null", "x.yaml", _spec(containers=[None, _BAD]), "containers is not a list of", 1, [1]
    ),
    unreadable(
        "a container in a list in the list", "x.yaml", _spec(containers=[[_BAD]]), "containers is not a list of", 1
    ),
    unreadable(
        "init containers that are a number", "x.yaml", _spec(initContainers=5), "initContainers is not a list", 1, [1]
    ),
    assessed("a pod without a spec", "x.yaml", _written(*_HEAD), clean=True),
    assessed("a pod without containers", "x.yaml", _pod(spec={}), []),
    assessed("a pod of no containers", "x.yaml", _spec(containers=[]), []),
    assessed("containers that are null", "x.yaml", _spec(containers=None), []),
    assessed("a pod of 1,000 containers", "x.yaml", lambda: _many(1000), [1] * 1000),
    assessed("200 pods in a list", "x.yaml", lambda: _list([_POD] * 200).encode(), [1] * 200),
    assessed(
        "300 containers of one name in two pods",
        "x.yaml",
        lambda: _many(150) + b"---\n" + _many(150),
        [1] * 150 + [3] * 150,
    ),
    assessed("metadata that is a list", "x.yaml", _pod(metadata=[]), [1], errors=True),
    assessed("metadata that is a text", "x.yaml", _pod(metadata="odd"), [1], errors=True),
    assessed("metadata that is null", "x.yaml", _pod(metadata=None), [1]),
    assessed("a name that is a number", "x.yaml", _pod(metadata={"name": 5}), [1]),
    assessed("a name that is a mapping", "x.yaml", _pod(metadata={"name": {"a": 1}}), [1]),
    assessed("a name of 100,000 characters", "x.yaml", _pod(metadata={"name": "n" * 100_000}), [1]),
    assessed(
        "a name with signs of other languages", "x.yaml", _pod(metadata={"name": "{x}#\n</script>\x1b[0m%s"}), [1]
    ),
    assessed("a namespace that is a list", "x.yaml", _pod(metadata={"name": "a", "namespace": ["b"]}), [1]),
    assessed("labels that are a list", "x.yaml", _pod(metadata={"name": "a", "labels": ["b"]}), [1]),
    assessed(
        "labels that are no texts", "x.yaml", _pod(metadata={"name": "a", "labels": {"a": 1, "b": [], "c": {}}}), [1]
    ),
    assessed(
        "annotations that are a text", "x.yaml", _pod(metadata={"name": "a", "annotations": "b"}), [1], errors=True
    ),
    assessed("a container whose name is a list", "x.yaml", _container(name=["a"]), [1], errors=True),
    assessed(
        "a container without a name", "x.yaml", _spec(containers=[{"securityContext": {"privileged": True}}]), [1]
    ),
    assessed("two containers of one name", "x.yaml", _spec(containers=[_BAD, _BAD]), [1, 1]),
    assessed("an image that is a number", "x.yaml", _container(image=5), [1], errors=True),
    assessed("an image of 100,000 characters", "x.yaml", _container(image="a/" * 50_000), [1]),
    assessed("an image of signs only", "x.yaml", _container(image="@:/:@"), [1]),
    assessed("privilege that is a text", "x.yaml", _container(securityContext={"privileged": "true"}), errors=True),
    assessed("privilege that is a number", "x.yaml", _container(securityContext={"privileged": 1}), errors=True),
    assessed("privilege that is a list", "x.yaml", _container(securityContext={"privileged": [True]}), errors=True),
    assessed("a security context that is a word", "x.yaml", _container(securityContext=True), errors=True),
    assessed(
        "a security context that is a list", "x.yaml", _container(securityContext=[{"privileged": True}]), errors=True
    ),
    assessed("a pod's security context that is a text", "x.yaml", _spec(securityContext="a"), [1], errors=True),
    assessed("ports that are a text", "x.yaml", _container(ports="http"), [1], errors=True),
    assessed("ports that are texts", "x.yaml", _container(ports=["80", {"containerPort": "80"}]), [1], errors=True),
    assessed("environment variables that are a mapping", "x.yaml", _container(env={"A": "b"}), [1], errors=True),
    assessed("volumes that are a text", "x.yaml", _spec(volumes="a"), [1], errors=True),
    assessed("volumes that are numbers", "x.yaml", _spec(volumes=[1, None, {}]), [1], errors=True),
    assessed("resources that are a list", "x.yaml", _container(resources=["cpu"]), [1], errors=True),
    assessed(
        "quantities that are none", "x.yaml", _container(resources={"limits": {"cpu": "lots", "memory": "-1Zi"}}), [1]
    ),
    assessed(
        "quantities that are lists",
        "x.yaml",
        _container(resources={"limits": {"cpu": [], "memory": {}}}),
        [1],
        errors=True,
    ),
    assessed(
        "capabilities that are a text",
        "x.yaml",
        _container(securityContext={"privileged": True, "capabilities": {"drop": "ALL"}}),
        [1],
        errors=True,
    ),
    assessed("replicas beyond 64 bits", "x.yaml", _deployment(replicas=10**30), [1]),
    assessed("replicas that are a text", "x.yaml", _deployment(replicas="3"), [1]),
    assessed("replicas below nought", "x.yaml", _deployment(replicas=-1), [1]),
    assessed("a selector that is a text", "x.yaml", _deployment(selector="a"), [1], errors=True),
    unreadable("a kind that is a number", "x.yaml", _pod(kind=5), "kind is not text", 1),
    unreadable("a kind that is a list", "x.yaml", _pod(kind=["Pod"]), "kind is not text", 1),
    skipped("a kind that is null", "x.yaml", _pod(kind=None), "not a Kubernetes object"),
    unreadable("a version that is a number", "x.yaml", _pod(apiVersion=1), "apiVersion is not text", 1),
    skipped("a version without a kind", "x.yaml", "apiVersion: v2\nname: chart\n", "not a Kubernetes object"),
    skipped("a kind without a version", "x.yaml", "kind: Pod\nspec: {}\n", "not in a format that Assay reads"),
    assessed("a kind of another case", "x.yaml", _pod(kind="pod"), clean=True),
    assessed("a kind with signs in it", "x.yaml", _pod(kind="Pod/../x\n"), clean=True),
    assessed("a kind that nobody knows", "x.yaml", _pod(kind="Odd", apiVersion="a/b/c/d"), clean=True),
    unreadable("a list whose items are a mapping", "x.yaml", _list({"a": _POD}), "items is not a list", 1),
    unreadable("a list whose items are a text", "x.yaml", _list("a"), "items is not a list", 1),
    assessed("a list whose items are null", "x.yaml", _list(None), clean=True),
    assessed("a list of nothing", "x.yaml", _list([]), clean=True),
    assessed("a list in a list in a list", "x.yaml", _list([json.loads(_list([json.loads(_list([_POD]))]))]), [1]),
    unreadable(
        "a list that holds itself", "x.yaml", "&a {apiVersion: v1, kind: List, items: [*a]}\n", "refers to itself", 1
    ),
    unreadable("an item without a kind", "x.yaml", _list([{"spec": 1}, _POD]), "has no apiVersion or no kind", 1, [1]),
    unreadable("an item that is a text", "x.yaml", _list(["a", _POD]), "has no apiVersion or no kind", 1, [1]),
    unreadable("an item that is null", "x.yaml", _list([None, _POD]), "has no apiVersion or no kind", 1, [1]),
    unreadable("an item that is a list", "x.yaml", _list([[_POD], _POD]), "has no apiVersion or no kind", 1, [1]),
    unreadable("objects in a list without a head", "x.yaml", json.dumps([_POD, _POD]), "objects in a plain list", 1),
)


def _many(number: int) -> bytes:
    return _spec(containers=[{**_BAD, "name": f"c{each}"} for each in range(number)]).encode()
