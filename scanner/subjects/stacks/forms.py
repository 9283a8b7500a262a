"""The form that values of a Compose or stack file must have, and where one has another.

`docker compose` and `docker stack deploy` refuse a file with such a value. The table has the keys that are read here,
with the forms of the schema of the Compose specification and of the schema 3.13 in docker/cli 29.8.0; a form that one
of both accepts is accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from msgspec import Struct, field

from scanner.documents.positions import Node, join_path
from scanner.marks import NOWHERE, Mark, entries_of, with_children

_Path = tuple[str, ...]
_FLAGS = frozenset(("true", "false", "yes", "no", "on", "off", "y", "n"))
OTHER = "*"
"""Stands for each entry of a mapping that has no form of its own."""


class Form(Struct, frozen=True):
    """The form of a value."""

    words: str
    """What a message calls it."""
    types: tuple[type, ...]
    item: Form | None = None
    """The form of each item if the value is a list."""
    entries: Mapping[str, Form] = field(default_factory=dict)
    """The forms of entries if the value is a mapping."""


class Misfit(NamedTuple):
    """A value of another form than it must have."""

    path: _Path
    field: _Path
    """The field that is left out for it: the path, or the list that contains it."""
    mark: Mark
    expected: str
    found: str

    def reason(self, holder: _Path) -> tuple[str, str]:
        """Why the field is not known, named from its holder, and what to provide."""
        named = join_path(self.path[len(holder) :])
        return f"`{named}` is {self.found} and not {self.expected}", f"write `{named}` as {self.expected}"


def _listed(item: Form) -> Form:
    return Form("a list", (list,), item)


def _mapping(entries: Mapping[str, Form] | None = None) -> Form:
    return Form("a mapping", (dict,), None, entries or {})


def _either(*forms: Form) -> Form:
    types = tuple(kind for form in forms for kind in form.types)
    item = next((form.item for form in forms if form.item), None)
    entries = next((form.entries for form in forms if form.entries), {})
    return Form(" or ".join(form.words for form in forms), types, item, entries)


TEXT = Form("a text", (str,))
NUMBER = Form("a number", (int, float))
FLAG = Form("true or false", (bool, str))
SCALAR = Form("a text or a number", (str, int, float, bool))
_TEXTS = _listed(TEXT)
_WORDS = _either(TEXT, _TEXTS)
_PAIRS = _either(_listed(SCALAR), _mapping({OTHER: SCALAR}))
_NAMED = _either(_TEXTS, _mapping({OTHER: _mapping()}))
_SOURCES = _listed(_either(TEXT, _mapping({"source": TEXT})))
_LIMITS = _mapping({"memory": SCALAR, "cpus": SCALAR, "pids": SCALAR})
_PORT = _mapping(dict.fromkeys(("target", "published", "host_ip", "protocol", "mode"), SCALAR))
_MOUNT = _mapping(
    {"type": TEXT, "source": TEXT, "target": TEXT, "read_only": FLAG, "bind": _mapping({"propagation": TEXT})}
)
_DEPLOY = _mapping(
    {
        "mode": TEXT,
        "replicas": Form("a whole number", (int, str)),
        "labels": _PAIRS,
        "placement": _mapping({"constraints": _TEXTS}),
        "resources": _mapping({"limits": _LIMITS, "reservations": _mapping({"cpus": SCALAR, "memory": SCALAR})}),
        "update_config": _mapping({"failure_action": TEXT}),
        "restart_policy": _mapping(),
    }
)
_SERVICE = _mapping(
    {
        **dict.fromkeys(
            ("image", "pid", "ipc", "network_mode", "userns_mode", "cgroup", "uts", "container_name"), TEXT
        ),
        "user": SCALAR,
        "restart": SCALAR,
        "privileged": FLAG,
        "read_only": FLAG,
        "use_api_socket": FLAG,
        **dict.fromkeys(("cap_add", "cap_drop", "security_opt"), _TEXTS),
        "devices": _listed(_either(TEXT, _mapping())),
        "command": _either(TEXT, _listed(SCALAR)),
        "entrypoint": _either(TEXT, _listed(SCALAR)),
        "environment": _PAIRS,
        "env_file": _either(TEXT, _listed(_either(TEXT, _mapping({"path": TEXT})))),
        "labels": _PAIRS,
        "build": _either(TEXT, _mapping({"args": _PAIRS})),
        "extends": _either(TEXT, _mapping({"service": TEXT, "file": TEXT})),
        "ports": _listed(_either(SCALAR, _PORT)),
        "volumes": _listed(_either(TEXT, _MOUNT)),
        "networks": _NAMED,
        "secrets": _SOURCES,
        "configs": _SOURCES,
        "logging": _mapping({"driver": TEXT}),
        "healthcheck": _mapping({"disable": FLAG, "test": _WORDS}),
        "deploy": _DEPLOY,
        "mem_limit": SCALAR,
        "cpus": SCALAR,
        "pids_limit": SCALAR,
        "tmpfs": _WORDS,
        "depends_on": _either(_TEXTS, _mapping()),
    }
)
_OPTIONS = _mapping({OTHER: SCALAR})
_EXTERNAL = _either(FLAG, _mapping())
_NETWORK = _mapping(
    {"driver": TEXT, "driver_opts": _OPTIONS, "attachable": FLAG, "internal": FLAG, "external": _EXTERNAL}
)
_VOLUME = _mapping({"driver": TEXT, "driver_opts": _OPTIONS, "external": _EXTERNAL})
_SECRET = _mapping({"file": TEXT, "environment": TEXT, "driver": TEXT, "external": _EXTERNAL})
_CONFIG = _mapping({"file": TEXT, "environment": TEXT, "content": TEXT, "labels": _PAIRS, "external": _EXTERNAL})
FILE = _mapping(
    {
        "name": TEXT,
        "version": SCALAR,
        "include": _either(TEXT, _listed(_either(TEXT, _mapping()))),
        "services": _mapping({OTHER: _SERVICE}),
        "networks": _mapping({OTHER: _NETWORK}),
        "volumes": _mapping({OTHER: _VOLUME}),
        "secrets": _mapping({OTHER: _SECRET}),
        "configs": _mapping({OTHER: _CONFIG}),
    }
)

_PLAIN_FLAG = Form("true or false", (bool,))
DAEMON = _mapping(
    {
        **dict.fromkeys(("hosts", "insecure-registries"), _TEXTS),
        **dict.fromkeys(("userns-remap", "log-driver", "metrics-addr", "swarm-default-advertise-addr"), TEXT),
        **dict.fromkeys(("tls", "tlsverify", "icc", "live-restore", "no-new-privileges", "iptables"), _PLAIN_FLAG),
    }
)
"""The configuration of dockerd, which refuses a text in place of a boolean."""


def fitting(root: Node, form: Form) -> tuple[Node, list[Misfit]]:
    """A file without the fields that contain a value of another form than it must have, and these values."""
    found = list(_misfits(root, form, (), None))
    for field_path in {misfit.field: None for misfit in found}:
        root = without(root, field_path)
    return root, found


def _misfits(node: Node, form: Form, path: _Path, holder: _Path | None) -> Iterator[Misfit]:
    """`holder` is the outermost list around the value, if there is one."""
    value = node.value
    if value is None and (not path or holder is None):
        return  # a key without a value counts as absent
    if type(value) not in form.types or (form is FLAG and not _is_flag(value)):
        yield Misfit(path, path if holder is None else holder, node.mark or NOWHERE, form.words, called(value))
    elif isinstance(value, list) and form.item:
        for number, part in enumerate(node.elements()):
            yield from _misfits(part, form.item, (*path, str(number)), path if holder is None else holder)
    elif isinstance(value, dict):
        other = form.entries.get(OTHER)
        for key, part in node.items():
            inner = form.entries.get(key, other)
            if inner and not key.startswith("x-"):
                yield from _misfits(part, inner, (*path, key), holder)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool) or "$" in value or value.strip().lower() in _FLAGS


def called(value: Any) -> str:
    """What a message calls the form of a value."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else f"the number {value}"


def without(node: Node, path: _Path) -> Node:
    """A mapping without the field at a path of keys."""
    key, rest = path[0], path[1:]
    held, marks = dict(node.value), dict(entries_of(node.mark or NOWHERE))
    if key not in held:
        return node  # what contains it was left out before
    if rest and isinstance(held[key], dict):
        inner = without(Node(held[key], marks[key]), rest)
        held[key], marks[key] = inner.value, inner.mark or NOWHERE
    else:
        del held[key], marks[key]
    return Node(held, with_children(node.mark or NOWHERE, marks))
