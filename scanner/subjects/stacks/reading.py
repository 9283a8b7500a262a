"""Compose and stack files -> their subjects, as whoever deploys them applies them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import starmap
from typing import Any

from msgspec.structs import replace

from scanner.documents import Document
from scanner.documents.positions import Node, join_path
from scanner.marks import NOWHERE, start_of
from scanner.model import Subject
from scanner.subjects.spec_place import digest
from scanner.subjects.stacks import resources, services
from scanner.subjects.stacks.applied import Applied, Entry, entry, texts
from scanner.subjects.stacks.dropped_keys import refused
from scanner.subjects.stacks.forms import FILE, Misfit, fitting
from scanner.subjects.stacks.kinds import COMPOSE, CONFIG, NETWORK, SECRET, SERVICE, STACK, SYSTEM, VOLUME
from scanner.subjects.stacks.misplaced import misfits_told, without_misplaced
from scanner.subjects.stacks.nodes import nodes_of
from scanner.subjects.stacks.passwords import defaults_in, names_of, tell_defaults, tell_passwords
from scanner.subjects.stacks.purpose import APART, Purpose, Purposes, is_operated, purposes_of
from scanner.subjects.stacks.target import BY_NAME, BY_OPTION, Target, target_of
from scanner.subjects.stacks.variables import required_in, without_defaults

_SECTIONS: dict[str, tuple[str, Callable[[Node, str], Applied]]] = {
    SERVICE: ("services", services.applied),
    NETWORK: ("networks", resources.network),
    VOLUME: ("volumes", resources.volume),
    SECRET: ("secrets", resources.secret),
    CONFIG: ("configs", resources.config),
}
"""Kind -> where its subjects stand, and what is in force of each."""


_EITHER = (
    "only the name of the file says that it is a stack, and it contains keys that only Compose applies",
    "say who deploys the file with `--deploy-target`",
)
"""Why the driver of a network is not known."""
_NAMES = ("container_name", "hostname")
"""Fields that copies of a service differ in."""
_DEFINITION = 2
"""Parts of the path of a service or a definition."""
_DERIVED: dict[tuple[str, ...], tuple[str, ...]] = {
    ("deploy",): ("mode", "replicas", "constraints", "failure_action", "limits", "memory", "pids", "labels"),
    ("deploy", "resources"): ("limits", "memory", "pids"),
    ("deploy", "resources", "limits"): ("memory", "pids"),
    ("deploy", "placement"): ("constraints",),
    ("deploy", "update_config"): ("failure_action",),
    ("healthcheck",): ("health", "test"),
    ("healthcheck", "test"): ("health",),
    ("volumes",): ("mounts",),
    ("use_api_socket",): ("mounts",),
    ("build",): ("build_args",),
    ("build", "args"): ("build_args",),
    ("logging",): ("logging_driver",),
    ("mem_limit",): ("memory",),
    ("pids_limit",): ("pids",),
    ("driver_opts",): ("encrypted", "options", "device", "type", "o"),
}
"""Field of the text -> fields of what is in force that are not known without it."""


def subjects(document: Document, wanted: str) -> Iterator[Subject]:
    """The subjects of a Compose or stack file; `wanted` is who deploys it, where the caller says so."""
    root, misfits = fitting(document.root, FILE)
    root, misplaced = without_misplaced(root, misfits)
    paths = [path for _, path in document.origin.parts] or [document.origin.path]
    target = target_of(root, paths, wanted, merged=document.merged_by == COMPOSE)
    stack, purposes = _use(document, root, paths, target)
    yield _system(document, root, target, misfits, misplaced)
    required = required_in(root.value)
    for kind, (section, read) in _SECTIONS.items():
        for name, node in root.get(section).items():
            stated = {key: value for key, value in (node.value or {}).items() if value is not None}
            whole = Node(stated if document.has_null else node.value, node.mark)
            applied = Node(without_defaults(node.value, required), node.mark) if required else node
            shape = read(applied, target.name)
            if kind == NETWORK and target.undecided and target.why == BY_NAME and not node.get("driver"):
                shape.miss("driver", _EITHER)
            if kind == SERVICE:
                _tell_networks(shape, whole, root.get("networks"), target)
            for misfit in misfits:
                if misfit.field[:2] == (section, name):
                    _leave_out(shape, misfit)
            if entries := shape.data.get("environment") if kind == SERVICE else None:
                called = names_of(str(name), shape.data.get("image", ""))
                tell_passwords(entries, called, defaults_in(whole.get("environment")))
                tell_defaults(entries, whole.get("environment"))
            purpose = purposes.of(str(name)) if kind == SERVICE else Purpose()
            told: dict[str, Any] = {"purpose": purpose.name, "shown_by": purpose.shown_by} if purpose.name else {}
            if kind == SERVICE and _removes_ports(document, node):
                told["removes_ports"] = True
            yield _subject(document, kind, str(name), whole, shape, {**stack, **told})


def _use(document: Document, root: Node, paths: list[str], target: Target) -> tuple[dict[str, Any], Purposes]:
    """Who deploys a file and on which nodes, and what it is for; that of a stack decides nothing but its placement."""
    stack = {"target": target.name}
    purposes = purposes_of(root, paths, "" if document.merged_by else document.header, document.named_by)
    if target.name == COMPOSE:
        return stack, Purposes() if target.why == BY_OPTION else purposes
    if nodes := nodes_of(root.get("services")):
        stack["nodes"] = nodes
    if purposes.whole.name in APART:
        stack |= {"intended": purposes.whole.name, "intended_by": purposes.whole.shown_by}
    return stack, Purposes()


def _tell_networks(shape: Applied, service: Node, networks: Node, target: Target) -> None:
    """Take in what the networks of a service show of it."""
    services.tell_networks(shape, service, networks, target.name)
    if target.name == COMPOSE and not target.undecided:
        services.leave_out_ports(shape, service, networks)


def _removes_ports(document: Document, service: Node) -> bool:
    """Whether a file for a host in operation, which is merged into another one, takes the ports of a service away."""
    ports = service.get("ports")
    if not document.replacing or document.merged_by or ports.value or ports.mark is None:
        return False
    return start_of(ports.mark) in document.replacing and is_operated(document.origin.path)


def _leave_out(shape: Applied, misfit: Misfit) -> None:
    """Take in that a field is not known because its value has another form than it must have."""
    holder, field = misfit.field[:_DEFINITION], misfit.field[_DEFINITION:]
    for name in (*field, *_DERIVED.get(field, ())):
        shape.miss(name, misfit.reason(holder))


def _system(document: Document, root: Node, target: Target, misfits: list[Misfit], misplaced: list[str]) -> Subject:
    shape = Applied().text("name", root.get("name")).text("version", root.get("version"))
    shape.say("target", target.name).say("decided_by", target.why).say("undecided", target.undecided)
    if root.get("include"):
        shape.say("included", True).listed("includes", _included(root.get("include")))
    if any(len(misfit.field) <= _DEFINITION for misfit in misfits):
        shape.say("cut", True)
    shape.listed("misfits", starmap(_misfit, misfits_told(misfits, misplaced)))
    shape.listed("refused", refused(root) if target.name == STACK else ())
    name = shape.data.get("name", "")
    identity = f"{SYSTEM}/{name}" if name else SYSTEM
    title = f"{'stack' if target.name == STACK else 'Compose project'} {name}".strip()
    marks = {"system": shape.mark(document.root), "file": document.root.mark or NOWHERE}
    bindings = {"system": shape.data, "file": document.root.value}
    return Subject(SYSTEM, identity, title, document.origin, bindings, marks, "system")


def _included(include: Node) -> Iterator[Entry]:
    """The paths of the files that a file includes."""
    for part in include.elements():
        yield from texts(part.get("path") if isinstance(part.value, dict) else part)


def _misfit(misfit: Misfit, others: str) -> Entry:
    expected = misfit.expected + others
    return entry(misfit.mark, key=join_path(misfit.path), expected=expected, found=misfit.found)


def _subject(document: Document, kind: str, name: str, node: Node, shape: Applied, stack: dict[str, Any]) -> Subject:
    focus = kind.partition(".")[2]
    shape.say("name", name)
    bindings = {focus: node.value, "applied": shape.data, "stack": stack}
    marks = {focus: node.mark or NOWHERE, "applied": shape.mark(node)}
    identity, unknowns = f"{kind}/{name}", frozenset(shape.unknowns)
    title, origin = f"{focus} {name}", document.origin
    found = Subject(kind, identity, title, origin, bindings, marks, focus, unknowns, reasons=shape.reasons)
    said = digest({key: value for key, value in (node.value or {}).items() if key not in _NAMES})
    return replace(found, told=(0, said or origin.path))
