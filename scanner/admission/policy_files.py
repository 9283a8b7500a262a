"""Policy files -> policies of each kind, their bindings, and the objects beside them that may be parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from scanner import documents, library, safe_read, subjects
from scanner.admission import policy_shapes
from scanner.documents.positions import Node, join_path, locate
from scanner.errors import PackError, UnreadableError, UsageError, raise_together
from scanner.late import regex
from scanner.marks import entries_of
from scanner.model import Subject
from scanner.places import Location, Origin
from scanner.schema_errors import shortened
from scanner.sources import boundary
from scanner.subjects.kubernetes import RESOURCE

_SHORT = 200
"""Characters of a YAML parser's message that are shown."""
_REGO = ".rego"
_PACKAGE = regex(r"\s*package\s+([\w.]+)")
_IN_REGO = "it is in Rego, and Assay evaluates policies in CEL only"
_CHANGES = "it changes objects, and Assay runs only policies that judge them"
_OLDER = "Assay runs the ValidatingPolicies of Kyverno, which are in CEL, and not its older policies"
_REFUSED = {
    "MutatingAdmissionPolicy.admissionregistration.k8s.io": _CHANGES,
    "MutatingAdmissionPolicyBinding.admissionregistration.k8s.io": _CHANGES,
    "MutatingPolicy.policies.kyverno.io": _CHANGES,
    "NamespacedMutatingPolicy.policies.kyverno.io": _CHANGES,
    "GeneratingPolicy.policies.kyverno.io": "it creates objects",
    "NamespacedGeneratingPolicy.policies.kyverno.io": "it creates objects",
    "DeletingPolicy.policies.kyverno.io": "it deletes objects",
    "NamespacedDeletingPolicy.policies.kyverno.io": "it deletes objects",
    "ImageValidatingPolicy.policies.kyverno.io": "it asks an image registry",
    "NamespacedImageValidatingPolicy.policies.kyverno.io": "it asks an image registry",
    "ClusterPolicy.kyverno.io": _OLDER,
    "Policy.kyverno.io": _OLDER,
    "PolicyException.kyverno.io": _OLDER,
    "CleanupPolicy.kyverno.io": "it deletes objects",
    "ClusterCleanupPolicy.kyverno.io": "it deletes objects",
    "Assign.mutations.gatekeeper.sh": _CHANGES,
    "AssignImage.mutations.gatekeeper.sh": _CHANGES,
    "AssignMetadata.mutations.gatekeeper.sh": _CHANGES,
    "ModifySet.mutations.gatekeeper.sh": _CHANGES,
}
"""Kinds of policies that are not run, and why."""


class PolicyObject(Struct, frozen=True):
    """A policy or a binding as its file has it."""

    name: str
    spec: dict[str, Any]
    annotations: dict[str, Any]
    origin: Origin
    root: Node
    kind: str
    namespace: str = ""
    base: tuple[str | int, ...] = ("spec",)
    """The path of the mapping that holds its expressions."""

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


class RefusedPolicy(Struct, frozen=True):
    """A policy of a kind that is not run."""

    kind: str
    group: str
    name: str
    place: Location
    reason: str


class PolicyFiles(Struct):
    """What policy files hold."""

    policies: list[PolicyObject] = field(default_factory=list)
    bindings: list[PolicyObject] = field(default_factory=list)
    others: list[Subject] = field(default_factory=list)
    """Every other object: Namespaces, parameters, definitions."""
    kyverno: list[PolicyObject] = field(default_factory=list)
    """ValidatingPolicies of Kyverno."""
    exceptions: list[PolicyObject] = field(default_factory=list)
    """PolicyExceptions of Kyverno."""
    templates: list[PolicyObject] = field(default_factory=list)
    constraints: list[PolicyObject] = field(default_factory=list)
    """Templates and constraints of Gatekeeper."""
    refused: list[RefusedPolicy] = field(default_factory=list)
    """Policies that are not run."""
    texts: dict[str, bytes] = field(default_factory=dict)
    digest: str = ""

    @property
    def any(self) -> bool:
        """Whether there is a policy among them, also one that is not run."""
        return any((self.policies, self.kyverno, self.templates, self.constraints, self.refused))


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
    if not found.any:
        named = ", ".join(str(path) for path in paths)
        raise UsageError(
            f"there is no policy in {named}",
            hint="name a file or folder that holds ValidatingAdmissionPolicies, ValidatingPolicies of Kyverno, or "
            "templates and constraints of Gatekeeper",
        )
    found.digest = library.combine(*(hashlib.sha256(content).hexdigest() for content in found.texts.values()))
    return found


def _files(folder: Path) -> list[Path]:
    suffixes = (*documents.YAML_SUFFIXES, *documents.JSON_SUFFIXES, _REGO)
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
    if name.lower().endswith(_REGO):
        found.texts[name] = content
        found.refused.extend(_rego(name, text))
        return
    reading = subjects.recognise(documents.read(name, text))
    for fault in reading.faults:
        raise PackError(fault.message[:_SHORT], f"{name}:{fault.line}")
    found.texts[name] = content
    for subject in reading.subjects:
        if subject.kind == RESOURCE:
            _sort(subject, found)


def _rego(path: str, text: str) -> Iterator[RefusedPolicy]:
    """A file in Rego as policies that are not run; files of tests are none."""
    if path.lower().endswith(f"_test{_REGO}"):
        return
    lines = text.split("\n")
    found = ((number, _PACKAGE.match(line)) for number, line in enumerate(lines, 1))
    number, package = next(((number, match[1]) for number, match in found if match), (1, Path(path).stem))
    place = Location(path, number, 1, number, len(lines[number - 1]) + 1)
    yield RefusedPolicy("Rego", "openpolicyagent.org", package, place, _IN_REGO)


def _sort(subject: Subject, found: PolicyFiles) -> None:
    thing = subject.bindings["object"]
    group, kind = thing["apiVersion"].rpartition("/")[0], thing["kind"]
    full = f"{kind}.{group}"
    if full == "ValidatingAdmissionPolicy.admissionregistration.k8s.io":
        found.policies.append(_source(subject, policy_shapes.POLICY))
    elif full == "ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io":
        found.bindings.append(_source(subject, policy_shapes.BINDING))
    elif group == "policies.kyverno.io" and kind in ("ValidatingPolicy", "NamespacedValidatingPolicy"):
        found.kyverno.append(_source(subject, policy_shapes.KYVERNO))
    elif full == "PolicyException.policies.kyverno.io":
        found.exceptions.append(_source(subject, policy_shapes.EXCEPTION))
    elif full == "ConstraintTemplate.templates.gatekeeper.sh":
        found.templates.append(_source(subject, policy_shapes.TEMPLATE))
    elif group == "constraints.gatekeeper.sh":
        found.constraints.append(_source(subject, policy_shapes.CONSTRAINT))
    elif full in _REFUSED:
        found.refused.append(_refused(subject, _REFUSED[full]))
    else:
        found.others.append(subject)


def _refused(subject: Subject, reason: str) -> RefusedPolicy:
    thing = subject.bindings["object"]
    kind = entries_of(subject.marks["object"])["kind"]  # it has one, or it would not be known for a policy
    metadata = thing.get("metadata") if isinstance(thing.get("metadata"), dict) else {}
    group = thing["apiVersion"].rpartition("/")[0]
    return RefusedPolicy(
        thing["kind"],
        group,
        ".".join(str(metadata[key]) for key in ("namespace", "name") if metadata.get(key)),
        locate(subject.origin, kind),
        reason,
    )


def _source(subject: Subject, shape: policy_shapes.Shape) -> PolicyObject:
    thing = subject.bindings["object"]
    metadata = thing.get("metadata") if isinstance(thing.get("metadata"), dict) else {}
    annotations = metadata.get("annotations")
    source = PolicyObject(
        str(metadata.get("name") or ""),
        thing.get("spec") or {},
        annotations if isinstance(annotations, dict) else {},
        subject.origin,
        Node(thing, subject.marks["object"]),
        thing["kind"],
        str(metadata.get("namespace") or ""),
    )
    if not source.name:
        raise PackError(f"a {shortened(thing['kind'])} has no name", source.where("metadata"))
    spec = thing.get("spec", {} if shape is policy_shapes.CONSTRAINT else None)  # a constraint may state nothing
    for path, problem in policy_shapes.problems(spec, shape, ("spec",)):
        raise PackError(f"{shortened(subject.name)}: {problem}", source.where(*path))
    return source
