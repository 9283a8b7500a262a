"""Whether a waiver is about a finding. Every part of it that is given must be equal; nothing is a pattern."""

from __future__ import annotations

from typing import NamedTuple

from scanner.documents.positions import split_path
from scanner.model import Finding, Outcome
from scanner.subjects.kubernetes import CLUSTER_SCOPED
from scanner.waived import ANY, WaivedResource, Waiver

_OBJECT = "kubernetes."
_CONTAINER = ("kubernetes.container", "kubernetes.control-plane")
"""Kinds of subjects that are containers, or run in one."""
_DEFAULT_NAMESPACE = "default"


class _Named(NamedTuple):
    """What the subject of a finding is called."""

    group: str
    kind: str
    namespace: str
    name: str
    container: str


def matches(waiver: Waiver, finding: Finding) -> bool:
    """Whether a waiver is about a finding, whatever its dates and its approver are."""
    place = finding.location
    return (
        finding.outcome is Outcome.FAIL
        and finding.rule == waiver.rule
        and (not waiver.path or place.path == waiver.path or place.path.startswith(f"{waiver.path}/"))
        and (not waiver.field or place.field == waiver.field)
        and (waiver.evidence is None or finding.evidence == waiver.evidence)
        and (place.line == waiver.line if waiver.line else _is_about(waiver.resource, finding))
    )


def resource_of(finding: Finding) -> WaivedResource:
    """The resource by which a waiver names the subject of a finding."""
    named = _named(finding)
    return WaivedResource(named.kind, named.namespace, unquoted(named.name), named.container)


def _is_about(resource: WaivedResource, finding: Finding) -> bool:
    """Whether a finding is about a resource; without a namespace, that is the default one, or none."""
    own = _named(finding)
    names = (
        (resource.kind, (own.kind, f"{own.kind}.{own.group}")),
        (resource.namespace, (own.namespace, "") if own.namespace == _DEFAULT_NAMESPACE else (own.namespace,)),
        (resource.name, (unquoted(own.name),)),
        (resource.container, (own.container,)),
    )
    return all(asked in (ANY, *known) for asked, known in names)


def unquoted(name: str) -> str:
    """A name as it is written in a manifest: identities have one with a dot in quotes."""
    parts = split_path(name) if name.startswith('"') else (name,)
    return parts[0] if len(parts) == 1 else name


def _named(finding: Finding) -> _Named:
    """The parts of an identity: `group/Kind/namespace/name` for objects, of a container with `/containers/name`."""
    identity, kind = finding.subject_id, finding.subject_kind
    if not kind.startswith(_OBJECT):
        return _Named("", kind, "", identity.removeprefix(f"{kind}/"), "")
    group, _, rest = identity.partition("/")
    kind, _, rest = rest.partition("/")
    namespace = ""
    if kind not in CLUSTER_SCOPED:
        namespace, _, rest = rest.partition("/")
    container = ""
    if finding.subject_kind in _CONTAINER:
        rest, _, container = rest.rpartition("/")
        rest = rest.rpartition("/")[0]
    return _Named(group, kind, namespace, rest, container)
