"""Policy files -> policies, their bindings, and the objects beside them that may be parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from scanner import documents, library, safe_read, subjects
from scanner.documents.positions import Node, join_path, locate
from scanner.errors import PackError, UnreadableError, UsageError, did_you_mean, raise_together
from scanner.model import Subject
from scanner.places import Location, Origin
from scanner.schema_errors import shortened
from scanner.sources import boundary
from scanner.subjects.kubernetes import RESOURCE

_GROUP = "admissionregistration.k8s.io/"
_MUTATING = ("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding")

_SHORT = 200
"""Characters of a YAML parser's message that are shown."""

_Shape = type | str | dict[str, Any] | list[Any]
"""A type, the words that are allowed, the fields of a mapping (required ones with a `!`), or the items of a list."""
_SELECTOR: _Shape = {
    "matchLabels": dict,
    "matchExpressions": [{"key!": str, "operator!": "In NotIn Exists DoesNotExist", "values": [str]}],
}
_RULE: _Shape = {
    "apiGroups!": [str],
    "apiVersions!": [str],
    "resources!": [str],
    "operations!": [str],
    "resourceNames": [str],
    "scope": "* Cluster Namespaced",
}
_MATCH: _Shape = {
    "matchPolicy": "Exact Equivalent",
    "resourceRules": [_RULE],
    "excludeResourceRules": [_RULE],
    "namespaceSelector": _SELECTOR,
    "objectSelector": _SELECTOR,
}
_POLICY: _Shape = {
    "failurePolicy": "Fail Ignore",
    "paramKind": {"apiVersion!": str, "kind!": str},
    "matchConstraints!": _MATCH,
    "matchConditions": [{"name!": str, "expression!": str}],
    "variables": [{"name!": str, "expression!": str}],
    "validations": [{"expression!": str, "message": str, "messageExpression": str, "reason": str}],
    "auditAnnotations": [{"key!": str, "valueExpression!": str}],
}
_BINDING: _Shape = {
    "policyName!": str,
    "paramRef": {
        "name": str,
        "namespace": str,
        "selector": _SELECTOR,
        "parameterNotFoundAction": "Allow Deny",
    },
    "matchResources": _MATCH,
    "validationActions!": ["Deny Warn Audit"],
}


class PolicyObject(Struct, frozen=True):
    """A policy or a binding as its file has it."""

    name: str
    spec: dict[str, Any]
    annotations: dict[str, Any]
    origin: Origin
    root: Node

    def place(self, *path: str | int) -> Location:
        """The place of one of its fields, or of the deepest parent that exists."""
        while path and not self.root.get(*path):
            path = path[:-1]
        mark = self.root.get(*path).mark
        assert mark is not None  # noqa: S101 - the root of an object of a file has one
        return locate(self.origin, mark, join_path(path))

    def where(self, *path: str | int) -> str:
        """The same as text, for errors."""
        place = self.place(*path)
        return f"{place.path}:{place.line}"


class PolicyFiles(Struct):
    """What policy files hold."""

    policies: list[PolicyObject] = field(default_factory=list)
    bindings: list[PolicyObject] = field(default_factory=list)
    others: list[Subject] = field(default_factory=list)
    """Every other object: Namespaces, parameters, definitions."""
    mutating: list[Subject] = field(default_factory=list)
    """Policies that change objects, which are not run."""
    texts: dict[str, bytes] = field(default_factory=dict)
    digest: str = ""


def load(paths: Sequence[Path]) -> PolicyFiles:
    """The policies in files and folders.

    Raises PackError for a file that cannot be read or a policy that no cluster would take, and UsageError where there
    is no policy at all.
    """
    found = PolicyFiles()
    files = [file for path in paths for file in (_files(path) if path.is_dir() else [path])]
    for file in files:
        boundary.stay_inside(str(file))
        _read(file, found)
    if not (found.policies or found.mutating):
        named = ", ".join(str(path) for path in paths)
        hint = "name a file or folder that holds objects of admissionregistration.k8s.io"
        raise UsageError(f"there is no ValidatingAdmissionPolicy in {named}", hint=hint)
    seen: dict[str, PolicyObject] = {}
    for policy in found.policies:
        if policy.name in seen:
            first = seen[policy.name].where()
            raise PackError(
                f"two policies are called {shortened(policy.name)}", policy.where(), f"the other is at {first}"
            )
        seen[policy.name] = policy
    found.digest = library.combine(*(hashlib.sha256(content).hexdigest() for content in found.texts.values()))
    return found


def _files(folder: Path) -> list[Path]:
    suffixes = (*documents.YAML_SUFFIXES, *documents.JSON_SUFFIXES)
    found = sorted(path for path in folder.rglob("*") if path.name.lower().endswith(suffixes) and not path.is_dir())
    inside = boundary.of_folder(str(folder))
    raise_together(PackError(boundary.LEADS_OUT, str(path)) for path in found if not inside.holds(str(path)))
    return found


def _read(file: Path, found: PolicyFiles) -> None:
    name = str(file)
    try:
        content = safe_read.read(file)
        text = documents.decode(content)
    except UnreadableError as error:
        raise PackError(error.message, name) from None
    reading = subjects.recognise(documents.read(name, text))
    for fault in reading.faults:
        raise PackError(fault.message[:_SHORT], f"{name}:{fault.line}")
    found.texts[name] = content
    for subject in reading.subjects:
        if subject.kind == RESOURCE:
            _sort(subject, found)


def _sort(subject: Subject, found: PolicyFiles) -> None:
    thing = subject.bindings["object"]
    kind = thing["kind"] if thing["apiVersion"].startswith(_GROUP) else ""
    if kind == "ValidatingAdmissionPolicy":
        found.policies.append(_source(subject, _POLICY))
    elif kind == "ValidatingAdmissionPolicyBinding":
        found.bindings.append(_source(subject, _BINDING))
    elif kind in _MUTATING:
        found.mutating.append(subject)
    else:
        found.others.append(subject)


def _source(subject: Subject, shape: _Shape) -> PolicyObject:
    thing = subject.bindings["object"]
    metadata = thing.get("metadata") if isinstance(thing.get("metadata"), dict) else {}
    annotations = metadata.get("annotations")
    root = Node(thing, subject.marks["object"])
    source = PolicyObject(
        str(metadata.get("name") or ""),
        thing.get("spec") or {},
        annotations if isinstance(annotations, dict) else {},
        subject.origin,
        root,
    )
    if not source.name:
        raise PackError(f"a {shortened(thing['kind'])} has no name", source.where("metadata"))
    for path, problem in _problems(thing.get("spec"), shape, ("spec",)):
        raise PackError(f"{shortened(subject.name)}: {problem}", source.where(*path))
    return source


def _problems(value: Any, shape: _Shape, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What the API server would refuse of a value: the path and why."""
    told = f"`{join_path(path)}`"
    if isinstance(shape, str):
        if value not in shape.split():
            yield path, f"{told} must be one of {', '.join(shape.split())}"
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield path, f"{told} must be a list"
            return
        for index, item in enumerate(value):
            yield from _problems(item, shape[0], (*path, index))
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            yield path, f"{told} must be a mapping"
            return
        yield from _fields(value, shape, path)
    elif not isinstance(value, shape):
        yield path, f"{told} must be {'text' if shape is str else 'a mapping'}"


def _fields(
    value: dict[str, Any], shape: dict[str, Any], path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    known = {name.rstrip("!"): inner for name, inner in shape.items()}
    for name in shape:
        if name.endswith("!") and name[:-1] not in value:
            yield path, f"`{join_path(path)}` has no `{name[:-1]}`"
    for name, inner in value.items():
        if name in known:
            yield from _problems(inner, known[name], (*path, name))
            continue
        hint = did_you_mean(name, known)
        yield (
            (*path, name),
            f"there is no field `{shortened(name)}` in `{join_path(path)}`" + (f", {hint}" if hint else ""),
        )
