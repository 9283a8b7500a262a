"""Containers that start a program of the control plane -> the program and its flags, as it would read them itself.

A flag stands as `--name=value`, as `--name value`, or alone where it is a switch; a later one goes before an earlier
one, but lists grow. What a shell starts is read from its script, and etcd takes variables of its environment as well.
"""

from __future__ import annotations

import posixpath
import shlex
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from scanner.documents.parsed import SPREAD
from scanner.documents.positions import MISSING, Node
from scanner.model import Mark
from scanner.subjects.shaping import Shape

KIND = "kubernetes.control-plane"
BINDINGS = ("program", "container", "pod", "object")

_PROGRAMS = frozenset({"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"})
_LAUNCHERS = frozenset({"go-runner", "hyperkube"})
_SHELLS = frozenset({"ash", "bash", "dash", "sh"})
_SEPARATORS = frozenset({"&", "&&", ";", "|", "||"})
_BEFORE_COMMANDS = frozenset({"do", "else", "exec", "then"})
_TRUTH = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}
_SWITCHES = frozenset(
    {
        "allow-privileged",
        "anonymous-auth",
        "auto-tls",
        "client-cert-auth",
        "contention-profiling",
        "enable-bootstrap-token-auth",
        "kubelet-https",
        "leader-elect",
        "peer-auto-tls",
        "peer-client-cert-auth",
        "profiling",
        "service-account-extend-token-expiration",
        "service-account-lookup",
        "use-service-account-credentials",
    }
)
"""Flags that are true when they stand alone, so that a word after them is not their value."""
_LISTS = frozenset(
    {
        "admission-control",
        "authorization-mode",
        "disable-admission-plugins",
        "enable-admission-plugins",
        "etcd-servers",
        "feature-gates",
        "tls-cipher-suites",
    }
)


def programs(container: Node) -> Iterator[tuple[Shape, Mark]]:
    """The program of the control plane that a container starts, with the mark of its words; at most one.

    The shape is `{name, flags}`: a switch is true or false, a list a list of strings, any other flag a string. It has
    no `flags` where a file takes their place.
    """
    words = [word for field in ("command", "args") for word in container.get(field).elements()]
    whole = next((node for field in ("args", "command") if (node := container.get(field)) and node.value), MISSING)
    started, scripted = _started(words)
    if not started or not whole.mark:
        return
    name = posixpath.basename(started[0].value)
    shape = Shape().put("name", started[0], name)
    flags = Shape()
    computed = "$" if scripted else "$("
    for flag, value, node in _flags(started[1:]):
        _take(flags, flag, value, node, unknown=computed in value)
    if scripted and any(word.value.startswith("$") for word in started[1:]):
        flags.unknowns.add(SPREAD)
    if name == "etcd":
        _from_environment(flags, container)
    if name != "etcd" or "config-file" not in flags.data:
        shape.put("flags", Node(flags.data, flags.mark(whole)))
        shape.unknowns = flags.unknowns
    yield shape, shape.mark(whole)


def _started(words: list[Node]) -> tuple[list[Node], bool]:
    """The words from the name of the program on, and whether a shell reads them; none where it is another program."""
    words = [Node(str(word.value), word.mark) for word in words]
    first = posixpath.basename(words[0].value) if words else ""
    if first in _SHELLS:
        script = next((word for word in words[1:] if not word.value.startswith("-")), MISSING)
        commands = [_launched(command) for command in _commands(script)]
        return next((command for command in commands if command), []), True
    return _launched(words), False


def _launched(words: list[Node]) -> list[Node]:
    names = [posixpath.basename(word.value) for word in words]
    if names and names[0] in _LAUNCHERS:
        at = next((index for index, name in enumerate(names) if name in _PROGRAMS), len(names))
        words, names = words[at:], names[at:]
    serves = bool(names) and names[0] in _PROGRAMS and (len(names) == 1 or words[1].value.startswith(("-", "$")))
    return words if serves else []


def _commands(script: Node) -> Iterator[list[Node]]:
    """The commands of a shell script, each word at the place of the script."""
    for line in (script.value or "").replace("\\\n", " ").splitlines():
        try:
            words = shlex.split(line, comments=True)
        except ValueError:  # a quotation that spans lines
            continue
        command: list[Node] = []
        for word in words:
            ends = word.endswith(";") or word in _SEPARATORS
            text = "" if word in _SEPARATORS else word.removesuffix(";")
            if text and (command or text not in _BEFORE_COMMANDS):
                command.append(Node(text, script.mark))
            if ends:
                yield command
                command = []
        yield command


def _flags(words: Iterable[Node]) -> Iterator[tuple[str, str, Node]]:
    """Name, value and place of each flag; words that are no flag are passed over."""
    pending = deque(words)
    while pending:
        word = pending.popleft()
        if not word.value.startswith("-") or word.value.strip("-") == "":
            continue
        name, equals, value = word.value.lstrip("-").partition("=")
        name = name.replace("_", "-")
        if not equals and name not in _SWITCHES and pending and not pending[0].value.startswith("-"):
            follower = pending.popleft()
            value, word = follower.value, Node(word.value, _span(word.mark, follower.mark))
        elif not equals:
            value = "true"
        if equals or value != "true" or name in _SWITCHES:
            yield name, value, word


def _span(first: Mark | None, last: Mark | None) -> Mark | None:
    return (*first[:5], *last[5:7], None) if first and last else first


def _take(flags: Shape, name: str, text: str, node: Node, *, unknown: bool) -> None:
    value: Any = text
    if name in _LISTS:
        value = [*flags.data.get(name, []), *(item.strip() for item in text.split(",") if item.strip())]
    elif name in _SWITCHES:
        value = _TRUTH.get(text, text)
    if unknown:
        flags.unknowns.add(name)
    flags.put(name, Node(value, (*node.mark[:7], None) if node.mark else None))


def _from_environment(flags: Shape, container: Node) -> None:
    """What etcd takes from its environment where its command line does not say it."""
    if container.get("envFrom"):
        flags.unknowns.add(SPREAD)
    for variable in container.get("env").elements():
        label = str(variable.get("name").value)
        name = label.removeprefix("ETCD_").lower().replace("_", "-")
        if label.startswith("ETCD_") and name not in flags.data:
            stated = variable.get("value")
            text = str(stated.value) if stated else ""
            _take(flags, name, text, stated or variable, unknown=not stated or "$(" in text)
