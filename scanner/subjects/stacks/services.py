"""What is in force of a service, as whoever deploys it applies it."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import MISSING, Node
from scanner.marks import NOWHERE, with_children
from scanner.subjects.stacks.applied import Applied, Entry, as_flag, as_text, entry, pairs, texts
from scanner.subjects.stacks.deployers import IGNORED
from scanner.subjects.stacks.dropped_keys import SETTING, dropped
from scanner.subjects.stacks.kinds import COMPOSE, STACK
from scanner.subjects.stacks.mounts import mounts, unknown_source
from scanner.subjects.stacks.ports import ports
from scanner.subjects.stacks.resources import is_external, network
from scanner.subjects.stacks.variables import substitute

_TEXTS = ("image", "user", "pid", "ipc", "network_mode", "userns_mode", "cgroup", "uts", "restart")
_FLAGS = ("read_only", "privileged")
_SOCKET = "/var/run/docker.sock"
_REFERENCES = ("networks", "secrets", "configs")
_BRIDGE = "bridge"


def applied(service: Node, target: str) -> Applied:
    """What is in force of a service."""
    shape = Applied()
    for name in _TEXTS:
        shape.text(name, _in_force(service, name, target))
    for name in _FLAGS:
        shape.flag(name, _in_force(service, name, target))
    for name in ("cap_add", "cap_drop"):
        shape.listed(name, _capabilities(service.get(name)), service.get(name).mark)
    for name in ("security_opt", "devices"):
        shape.listed(name, texts(_in_force(service, name, target)), service.get(name).mark)
    for name in ("command", "entrypoint"):
        shape.listed(name, texts(service.get(name)), service.get(name).mark)
    shape.listed("environment", pairs(service.get("environment")), service.get("environment").mark)
    shape.listed("env_files", _env_files(service.get("env_file")))
    shape.listed("labels", [*pairs(service.get("labels")), *pairs(service.get("deploy", "labels"))])
    args = _in_force(service, "build", target).get("args")
    shape.listed("build_args", pairs(args), args.mark)
    if shape.data.get("network_mode") != "host":
        shape.listed("ports", ports(service.get("ports"), swarm=target == STACK), service.get("ports").mark)
    mounted = [*mounts(service.get("volumes")), *_socket(service.get("use_api_socket"))]
    for number, (mount, _) in enumerate(mounted):
        shape.explain(f"applied.mounts.{number}", "source", unknown_source(mount), {"source", "source_end"} - {*mount})
    shape.listed("mounts", mounted)
    shape.text("logging_driver", service.get("logging", "driver"))
    shape.nested("health", _health(service.get("healthcheck")), service.get("healthcheck"))
    shape.nested("deploy", _deploy(service.get("deploy")), service.get("deploy"))
    shape.nested("limits", _limits(service, target), service)
    shape.listed("dropped", dropped(service, target))
    return shape


def leave_out_ports(shape: Applied, service: Node, networks: Node) -> None:
    """Take the ports out of a service that Compose runs in internal networks alone: Docker does not publish them.

    A stack publishes them through the ingress network. A service with `extends` may have more networks.
    """
    ports = service.get("ports")
    if ports.mark is None or "ports" not in shape.data or service.get("network_mode") or service.get("extends"):
        return
    names = [name for section, name, _ in references(service) if section == "networks"] or ["default"]
    if all(_is_internal(networks.get(name)) for name in names):
        del shape.data["ports"], shape.marks["ports"]
        shape.listed("dropped", [*dropped(service, COMPOSE), entry(ports.mark, key="ports", kind=SETTING)])


def tell_networks(shape: Applied, service: Node, networks: Node, target: str) -> None:
    """Say what is in force of each network that a service names; a service with `extends` may have more networks."""
    if service.get("network_mode") or service.get("extends"):
        return
    stated = [name for section, name, _ in references(service) if section == "networks"]
    told = {name: network(networks.get(name), target) for name in stated}
    for name, each in told.items():
        for field in sorted(each.unknowns):
            shape.miss("networks", each.reasons.get(field, (f"`{field}` of network {name} is not known", "state it")))
    if "networks" not in shape.unknowns:
        mark = service.get("networks").mark or service.mark or NOWHERE
        shape.listed("networks", (entry(mark, name=name, **each.data) for name, each in told.items()))


def _is_internal(defined: Node) -> bool:
    """Whether a network is a bridge of the project without a way out, as far as the file says so."""
    driver = defined.get("driver").value in (None, _BRIDGE)
    return driver and not is_external(defined) and as_flag(defined.get("internal").value) is True


def _in_force(service: Node, name: str, target: str) -> Node:
    return MISSING if target == STACK and name in IGNORED and name != "restart" else service.get(name)


def _socket(node: Node) -> Iterator[Entry]:
    """The mount that `use_api_socket` of Compose makes."""
    if node.mark and as_flag(node.value):
        yield entry(node.mark, text=_SOCKET, type="bind", source=_SOCKET, source_end=_SOCKET, target=_SOCKET)


def _env_files(node: Node) -> Iterator[Entry]:
    """The paths of environment files; a variable without a default stays in them."""
    for part in node.elements() if isinstance(node.value, list) else (node,):
        path = part.get("path") if isinstance(part.value, dict) else part
        yield from texts(path)


def _capabilities(node: Node) -> Iterator[Entry]:
    for name, mark in texts(node):
        yield name.upper().removeprefix("CAP_"), mark


def _health(node: Node) -> Applied:
    """`{disabled, test[]}`; a text is the command of a shell."""
    shape = Applied().flag("disabled", node.get("disable"))
    test = node.get("test")
    if isinstance(test.value, str) and test.mark:
        mark = with_children(test.mark, None)
        return shape.listed("test", [("CMD-SHELL", mark), (substitute(test.value).text, mark)], test.mark)
    return shape.listed("test", texts(test), test.mark)


def _deploy(node: Node) -> Applied:
    """`{mode, replicas, constraints[], failure_action, order}`."""
    shape = Applied().text("mode", node.get("mode")).number("replicas", node.get("replicas"))
    constraints = node.get("placement", "constraints")
    shape.listed("constraints", _constraints(constraints), constraints.mark)
    return shape.text("failure_action", node.get("update_config", "failure_action"))


def _constraints(node: Node) -> Iterator[Entry]:
    """Constraints without blanks: `node.role==manager`."""
    for text, mark in texts(node):
        yield "".join(text.split()), mark


def _limits(service: Node, target: str) -> Applied:
    """`{memory, cpus, pids}` as texts, from `deploy.resources` and, with Compose, from keys of the service."""
    limits = service.get("deploy", "resources", "limits")
    own = {"memory": "mem_limit", "cpus": "cpus", "pids": "pids_limit"}
    shape = Applied()
    for name, key in own.items():
        field = limits.get(name)
        if not field and target != STACK:
            field = service.get(key)
            if name == "cpus":
                field = field or service.first("cpu_quota", "cpuset")
        shape.text(name, field)
    return shape


def references(service: Node) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The section and the name of each network, volume, secret and config that a service uses, and the path there."""
    for section in _REFERENCES:
        holder = service.get(section)
        if isinstance(holder.value, dict):
            yield from ((section, name, (section, name)) for name, _ in holder.items())
        for number, part in enumerate(holder.elements()):
            name = as_text(part.value.get("source") if isinstance(part.value, dict) else part.value)
            if name is not None:
                yield section, name, (section, str(number))
    for number, part in enumerate(service.get("volumes").elements()):
        for mount, _ in mounts(Node([part.value], with_children(part.mark or NOWHERE, [part.mark or NOWHERE]))):
            if mount["type"] == "volume" and mount.get("source"):
                yield "volumes", mount["source"], ("volumes", str(number))
