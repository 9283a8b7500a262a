"""Keys of a service that whoever deploys it does not apply, and keys with which it refuses the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.subjects.stacks.applied import Entry, as_flag, as_text, entry
from scanner.subjects.stacks.deployers import (
    ACCEPTED,
    DEPLOY,
    FORBIDDEN,
    IGNORED,
    ONLY_SWARM,
    PORT,
    RESERVATIONS,
    SECTIONS,
    TOP_LEVEL,
    VERSIONS,
)
from scanner.subjects.stacks.kinds import COMPOSE
from scanner.subjects.stacks.misplaced import OF_SERVICE, as_one
from scanner.subjects.stacks.ports import address_of
from scanner.subjects.stacks.variables import substitute

PROTECTION, DANGER, SETTING = "protection", "danger", "setting"
_EXTENSION = "x-"
_UNCONFINED = regex(r"(?:seccomp|apparmor|systempaths)[:=]unconfined\Z|label[:=]disable\Z|no-new-privileges[:=]false\Z")
_HOST_DANGERS = frozenset({"pid", "ipc", "network_mode", "userns_mode", "cgroupns_mode"})
"""Keys whose value `host` takes an isolation away."""
_ISOLATING = {"network_mode": "none", "ipc": "private", "cgroupns_mode": "private"}
"""Keys of which one value adds an isolation."""
_BY_VALUE = frozenset({*_HOST_DANGERS, *_ISOLATING, "privileged"})
"""Keys of which the value says what is lost; where it is not known, nothing says it."""
_SCALED = ("target", "published")
"""Fields of a port that must be whole numbers for the schema of a stack."""


def is_unconfined(option: str) -> bool:
    """Whether a security option takes a protection away."""
    return bool(_UNCONFINED.match(option))


def dropped(service: Node, target: str) -> Iterator[Entry]:
    """`{key, value, kind}` of each key that has no effect; the kind says what is lost: protection, danger, setting.

    It is left out where a variable decides it.
    """
    if target == COMPOSE:
        for key, field in service.get("deploy").items():
            if key in ONLY_SWARM and field.mark:
                yield entry(field.mark, key=f"deploy.{key}", kind=SETTING)
        return
    for key, field in service.items():
        if key in IGNORED and field.value not in (None, False, [], {}):
            yield from _of_key(key, field, service)
    for port in service.get("ports").elements():
        if port.mark and (address := address_of(port.value)):
            yield entry(port.mark, key="ports", value=address, kind=PROTECTION)


def _of_key(key: str, field: Node, service: Node) -> Iterator[Entry]:
    if field.mark is None or (key == "restart" and not service.get("deploy", "restart_policy")):
        return
    if key == "security_opt" and isinstance(field.value, list):
        for option in field.elements():
            value = substitute(as_text(option.value) or "")
            kind = DANGER if is_unconfined(value.text) else PROTECTION
            if option.mark:
                yield entry(option.mark, key=key, value=value.text, kind=kind if value.known else None)
        return
    value = substitute(as_text(field.value) or "")
    lost = _kind(key, value.text) if value.known or key not in _BY_VALUE else None
    yield entry(field.mark, key=key, value=value.text or None, kind=lost)


def _kind(key: str, value: str) -> str:
    if (key in _HOST_DANGERS and value == "host") or (key == "privileged" and as_flag(value)):
        return DANGER
    return PROTECTION if _ISOLATING.get(key) == value else SETTING


def refused(root: Node) -> Iterator[Entry]:
    """`{key, name, why}` of each key with which `docker stack deploy` refuses a whole file."""
    version = as_text(root.get("version").value) or ""
    if version not in VERSIONS and root.get("version").mark:
        yield _no(root.get("version"), "version", f"there is no schema for version {version}")
    strange = [(key, field) for key, field in root.items() if _is_strange(key, TOP_LEVEL)]
    for (key, field), others in as_one(strange, _of_service):
        yield _no(field, key, f"its schema has no such key{others}")
    for section, keys in SECTIONS.items():
        for name, each in root.get(section).items():
            yield from _strange(each, keys, f"{section}.{name}")
    for name, service in root.get("services").items():
        yield from refused_of_service(service, f"services.{name}")


def _of_service(fault: tuple[str, Node]) -> str:
    return fault[0] if fault[0] in OF_SERVICE else ""


def refused_of_service(service: Node, path: str) -> Iterator[Entry]:
    """The same for one service."""
    for key, field in service.items():
        if key in FORBIDDEN:
            yield _no(field, f"{path}.{key}", f"it does not support the key; {FORBIDDEN[key]}")
    yield from _strange(service, ACCEPTED | FORBIDDEN.keys(), path)
    deploy = service.get("deploy")
    yield from _strange(deploy, DEPLOY, f"{path}.deploy")
    yield from _strange(deploy.get("resources", "reservations"), RESERVATIONS, f"{path}.deploy.resources.reservations")
    for part in ("limits", "reservations"):
        cpus = deploy.get("resources", part, "cpus")
        if isinstance(cpus.value, int | float):
            yield _no(cpus, f"{path}.deploy.resources.{part}.cpus", "its schema wants a text; put it in quotes")
    for key in ("depends_on",):
        if isinstance(service.value, dict) and isinstance(service.value.get(key), dict):
            yield _no(service.get(key), f"{path}.{key}", "its schema wants a list of names")
    for port in service.get("ports").elements():
        yield from _port(port, f"{path}.ports")
    if isinstance(service.value, dict) and not service.get("image") and service.get("build"):
        yield _no(service.get("build"), f"{path}.image", "it builds no image, and none is named")


def _port(port: Node, path: str) -> Iterator[Entry]:
    yield from _strange(port, PORT, path)
    for name in _SCALED:
        field = port.get(name)
        if isinstance(field.value, str) and "$" not in field.value:
            yield _no(field, f"{path}.{name}", "its schema wants a number; leave the quotes out")


def _strange(holder: Node, known: frozenset[str] | set[str], path: str) -> Iterator[Entry]:
    for key, field in holder.items():
        if _is_strange(key, known):
            yield _no(field, f"{path}.{key}", "its schema has no such key")


def _is_strange(key: Any, known: frozenset[str] | set[str]) -> bool:
    return key not in known and not str(key).startswith(_EXTENSION)


def _no(field: Node, key: str, why: str) -> Entry:
    return entry(field.mark, key=key, name=key.rpartition(".")[2], why=why)  # type: ignore[arg-type]  # only of fields that are there
