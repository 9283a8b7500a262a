"""The native architecture spec (`apiVersion: assay.dev/v1`, `kind: Architecture`) -> typed subjects.

The spec's fields are those of `architecture.schema.json` beside this file; docs/architecture-spec.md describes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from scanner.controls import ShownBy
from scanner.documents import Document
from scanner.documents.positions import MISSING, Node
from scanner.marks import line_of, with_children
from scanner.model import Subject
from scanner.places import Origin
from scanner.subjects import governance, spec_schema
from scanner.subjects.format import Format, KnownBy, key_sign
from scanner.subjects.kind import Kind
from scanner.subjects.spec_place import Place, digest
from scanner.subjects.subject_builder import SubjectBuilder, duration, percentage

SYSTEM = "architecture.system"
SERVICE = "architecture.service"
DATASTORE = "architecture.datastore"
ASSET = "architecture.data-asset"
FLOW = "architecture.flow"
BOUNDARY = "architecture.boundary"
DOMAIN = "architecture.domain"
KEY = "architecture.encryption-key"
STATEMENT = "architecture.statement"
RELATION = "architecture.relation"
TEST = "resilience.test"
CLOCK = "governance.clock"

KINDS = {
    SYSTEM: Kind(("system",), ShownBy.DECLARED),
    SERVICE: Kind(("service",), ShownBy.DECLARED),
    DATASTORE: Kind(("datastore",), ShownBy.DECLARED),
    ASSET: Kind(("data_asset",), ShownBy.DECLARED),
    FLOW: Kind(("flow",), ShownBy.DECLARED),
    BOUNDARY: Kind(("boundary",), ShownBy.DECLARED),
    DOMAIN: Kind(("domain",), ShownBy.DECLARED),
    KEY: Kind(("encryption_key",), ShownBy.DECLARED),
    STATEMENT: Kind(("statement",), ShownBy.DECLARED),
    RELATION: Kind(("relation",), ShownBy.DECLARED),
    TEST: Kind(("test",), ShownBy.DECLARED),
    CLOCK: Kind(("clock",), ShownBy.DECLARED),
}

API_VERSION = "assay.dev/v1"
KIND = "Architecture"
_OTHER_KINDS = ("Waivers",)
"""Kinds of files that Assay reads for itself."""
_GROUP = "assay.dev/"

_DECISION_FIELDS = {name: name for name in ("proposer", "reviewers", "approver", "record", "auditTrail")}
_LISTS = {
    "services": (SERVICE, "service"),
    "datastores": (DATASTORE, "datastore"),
    "dataAssets": (ASSET, "data asset"),
    "boundaries": (BOUNDARY, "boundary"),
    "flows": (FLOW, "flow"),
    "keys": (KEY, "key"),
    "tests": (TEST, "test"),
    "claims": (STATEMENT, "claim"),
    "clocks": (CLOCK, "clock"),
}
"""Lists of the spec: the kind of subject that their entries are, and what messages call one."""

_FIELDS = {
    kind: tuple(names.split())
    for kind, names in {
        SERVICE: "id name type owner criticality boundary exposure replicas zones regions authentication authorization"
        " audit alerts rateLimit data tokenises drops changeApproval lifecycle tier environment account identity",
        DATASTORE: "id name technology owner criticality boundary data encryption replication regions erasure audit"
        " rebuildable tier environment account",
        ASSET: "id name owner classification categories purpose lawfulBasis article9 dpia controller erasure residency"
        " transferMechanism",
        BOUNDARY: "id name kind parent defaultDeny allow",
        FLOW: "id from to protocol tls encrypted authentication mfa authorization data interaction fallback oneOf",
        KEY: "id custody owner",
        TEST: "name kind",
        STATEMENT: "text evidence",
        CLOCK: "name regulation role",
    }.items()
}
"""Fields that are copied as they are; quantities are parsed separately."""

TIERED = frozenset((SERVICE, DATASTORE))
"""The kinds of what may have the objectives of a tier."""
_DURATIONS = {
    DATASTORE: ("retention",),
    ASSET: ("retention",),
    FLOW: ("timeout",),
    KEY: ("rotation",),
    TEST: ("interval",),
    CLOCK: ("within",),
}
CATEGORIES_OF_DATA = frozenset(("personal", "special", "pan", "sad", "credential", "health", "financial-record"))
"""All categories of data that a spec may state; data of any of them is regulated."""


def recognise(document: Document) -> Iterator[Subject] | None:
    """The subjects of a native architecture spec; None for any other document."""
    value = document.root.value
    if not isinstance(value, dict) or value.get("apiVersion") != API_VERSION or value.get("kind") != KIND:
        return None
    line = document.origin.first_line + (line_of(document.root.mark) if document.root.mark else 0)
    group = _group(document, line)
    return (replace(subject, group=group) for subject in subjects_of(document.root, document.origin, line))


def _group(document: Document, line: int) -> str:
    """What the documents of one system share: all that state one name, whichever files they are in.

    A code block is an example, which belongs to no system but that of the same text.
    """
    name, path = document.root.get("metadata", "name").value, document.origin.path
    if not name or not isinstance(name, str):
        return f"{path}:{line}"
    return f"{path}:{name}" if document.origin.first_line else f"{SYSTEM}/{name}"


def losses(document: Document) -> Iterator[tuple[int, str]]:
    """The line of a header that means to be a spec's and is none, and what is wrong with it."""
    root = document.root
    version, kind = root.get("apiVersion"), root.get("kind")
    if not version and (why := _meant(root)):
        yield document.origin.first_line + (line_of(root.mark) if root.mark else 0) + 1, why
    ours = kind.value in _OTHER_KINDS or (version.value, kind.value) == (API_VERSION, KIND)
    if ours or not str(version.value).startswith(_GROUP):
        return
    line = document.origin.first_line + (line_of(version.mark) if version.mark else 0) + 1
    yield line, f"{version.value} {kind.value} is not supported; a spec has {API_VERSION} {KIND}"


def _meant(root: Node) -> str:
    """What is wrong with a document without `apiVersion` that has the fields of a spec; empty for any other."""
    spec = root.get("spec").value
    lists = [name for name in _LISTS if isinstance(spec, dict) and isinstance(spec.get(name), list)]
    if len(lists) > 1 or (lists and root.get("kind").value == KIND):
        return f"looks like an architecture spec, but has no `apiVersion`: add `apiVersion: {API_VERSION}`"
    return ""


def subjects_of(root: Node, origin: Origin, line: int = 0) -> Iterator[Subject]:
    """The subjects of a spec, from whichever format it was read; `line` is that of its document."""
    spec = root.get("spec")
    name = str(root.get("metadata", "name").value or "system")
    yield _system(root, spec, name, origin)
    tiers = {str(tier.get("name").value): tier for tier in spec.get("tiers").elements()}
    for field, (kind, label) in _LISTS.items():
        holder = spec.get("governance") if kind == CLOCK else spec
        for node in holder.get(field).elements():
            if isinstance(node.value, dict):
                tier = tiers.get(str(node.get("tier").value), MISSING) if kind in TIERED else MISSING
                yield _element(node, kind, label, Place(name, origin, line, tier))
    yield from _recoveries(spec, name, origin)
    yield from _governance(spec.get("governance"), name, origin, spec.get("frameworks"))
    yield from _requirements(spec.get("policies"), name, origin, spec.get("frameworks"))
    for node in spec.get("domains").elements():
        parts = {
            "declared": node.get("services") if isinstance(node.get("services").value, int) else MISSING,
            "named": node.get("services") if isinstance(node.get("services").value, list) else MISSING,
            "availability": node.get("availability"),
        }
        yield domain(str(node.get("name").value), origin, "spec", node, parts)


def _system(root: Node, spec: Node, name: str, origin: Origin) -> Subject:
    shape = SubjectBuilder().say("name", name).put("owner", root.get("metadata", "owner"))
    names = ("frameworks", "regions", "jurisdictions", "industry", "environment", "policies", "thirdParties")
    shape.put_all(spec, names)
    shape.put("roles", spec.get("governance", "roles"))
    availability = spec.get("availability")
    shape.put("availability", availability, percentage(availability))
    return governance.subject(SYSTEM, origin, "", "system", shape, root.get("metadata") or root)


def _element(node: Node, kind: str, label: str, at: Place) -> Subject:
    """One entry of a list of the spec; its name is its `name`, else its `id`."""
    shape = SubjectBuilder().put_all(node, _FIELDS[kind])
    if "name" not in shape.data:
        data = shape.data
        title = data.get("id") or data.get("text") or f"{data.get('from')} -> {data.get('to')}"
        shape.say("name", str(title))
    for field in _DURATIONS.get(kind, ()):
        shape.put(field, node.get(field), duration(node.get(field)))
    if kind in TIERED and "criticality" not in shape.data:
        shape.put("criticality", at.inherited(node, "criticality"))
    availability = node.get("availability") or at.inherited(node, "availability")
    shape.put("availability", availability, percentage(availability))
    for field in ("recovery", "backup"):
        part, also = node.get(field), at.inherited(node, field)
        if part or also:
            inner = _durations(also)
            inner.marks.update(dict.fromkeys(inner.marks, also.mark) if also.mark else {})
            own = _durations(part)
            inner.data.update(own.data)
            inner.marks.update(own.marks)
            shape.put(field, part or also, inner.data)
            shape.marks[field] = with_children(shape.marks[field], inner.marks)
    subject = governance.subject(kind, at.origin, at.system, label, shape, node)
    return replace(subject, told=(at.line, digest(node.value)))


def _durations(node: Node) -> SubjectBuilder:
    """The fields of a recovery or backup block, the durations among them with their seconds."""
    shape = SubjectBuilder()
    for name, field in node.items():
        stated = duration(field) if name in ("rto", "rpo", "mttr", "interval", "retention", "restoreTested") else ...
        shape.put(name, field, stated)
    return shape


def _recoveries(spec: Node, owner: str, origin: Origin) -> Iterator[Subject]:
    """Recovery as stated for the system, and for each service and store that states any."""
    whole = spec.get("recovery")
    if whole:
        names = ("rto", "rpo", "mttr", "backups", "components", "encrypted", "immutable", "regions")
        parts = {field: whole.get(field) for field in (*names, "retention", "testInterval")}
        yield governance.recovery(owner, origin, owner, whole, {**parts, "availability": spec.get("availability")})
    for field in ("services", "datastores", "tiers"):
        for node in spec.get(field).elements():
            goals, backup = node.get("recovery"), node.get("backup")
            if not goals and not backup:
                continue
            parts = {
                **{name: goals.get(name) for name in ("rto", "rpo", "mttr", "testInterval")},
                "availability": node.get("availability"),
                "backups": backup.get("interval"),
                **{name: backup.get(name) for name in ("encrypted", "immutable", "retention")},
            }
            if restored := backup.get("restoreTested"):
                parts["testInterval"] = restored
            name = str(node.get("name").value or node.get("id").value)
            yield governance.recovery(name, origin, owner, goals or backup, parts)


def _governance(rules: Node, name: str, origin: Origin, frameworks: Node) -> Iterator[Subject]:
    process = rules.get("process")
    if process:
        yield governance.process(process, name, origin, frameworks)
    for node in rules.get("decisions").elements():
        yield governance.decision(node, str(node.get("name").value), origin, name, _DECISION_FIELDS)
    for node in rules.get("escalations").elements():
        yield governance.escalation(node, str(node.get("name").value), origin, name)
    for node in rules.get("alerts").elements():
        yield governance.alert(node, str(node.get("name").value), origin, name)


def _requirements(policies: Node, name: str, origin: Origin, frameworks: Node) -> Iterator[Subject]:
    if not policies:
        return
    fields = ("atRest", "inTransit", "keyManagement", "mfa", "zeroTrust", "authorization")
    parts = {field: policies.get(field) for field in fields}
    yield governance.requirement(policies, name, origin, name, {**parts, "frameworks": frameworks})


def domain(name: str, origin: Origin, owner: str, whole: Node, parts: Mapping[str, Node]) -> Subject:
    """A domain of services: how many are declared, which are named, with what availability."""
    shape = SubjectBuilder().say("name", name)
    for field, node in parts.items():
        shape.put(field, node, percentage(node) if field == "availability" else ...)
    return governance.subject(DOMAIN, origin, owner, "domain", shape, whole)


FORMAT = Format(
    "architecture",
    "`kind: Architecture`",
    KnownBy.HEADER,
    recognise,
    {**KINDS, **governance.KINDS},
    signs=key_sign("apiVersion"),
    losses=losses,
    problems=spec_schema.problems,
)
