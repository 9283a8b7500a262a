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
from scanner.late import regex
from scanner.marks import Mark, spanning, with_children
from scanner.subjects import kubelet_flags
from scanner.subjects.subject_builder import SubjectBuilder

KIND = "kubernetes.control-plane"
BINDINGS = ("program", "container", "pod", "object")

_PROGRAMS = frozenset({"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", kubelet_flags.NAME})
_LAUNCHERS = frozenset({"go-runner", "hyperkube"})
_HYPERKUBE = {name.removeprefix("kube-"): name for name in _PROGRAMS}
"""What hyperkube, one file for all programs, calls them for short."""
_SHELLS = frozenset({"ash", "bash", "dash", "sh"})
_SEPARATORS = "\n;&|"
_BEFORE_COMMANDS = frozenset({"do", "else", "exec", "then"})
_TRUTH = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}
_SWITCHES = kubelet_flags.SWITCHES | frozenset(
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
"""Flags that are true without a value, so that a word after them is not their value."""
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
_NUMBERS = kubelet_flags.NUMBERS | frozenset(
    {"audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize", "terminated-pod-gc-threshold"}
)
_EXPANDED = regex(r"(\$\$)|\$\(([A-Za-z_][\w.-]*)\)")
"""A variable that Kubernetes replaces; `$$` keeps what follows as it is.
https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/ as of 2026-11."""
_INTEGER = regex(r"-?[0-9]{1,18}")


def programs(container: Node) -> Iterator[tuple[SubjectBuilder, Mark]]:
    """The program of the control plane that a container starts, with the mark of its words; at most one.

    The shape is `{name, flags}`: a switch is true or false, a list a list of strings, a number an integer, any other
    flag a string. It has no `flags` where a file takes their place.
    """
    words = [word for field in ("command", "args") for word in container.get(field).elements()]
    whole = next((node for field in ("args", "command") if (node := container.get(field)) and node.value), MISSING)
    name, rest, scripted = _started(words)
    if not name and not container.get("command").value and words and str(words[0].value).startswith("-"):
        name, rest = _of_image(str(container.get("image").value)), [Node(str(word.value), word.mark) for word in words]
    if not name or not whole.mark:
        return
    shape = SubjectBuilder().say("name", name)
    flags = SubjectBuilder()
    computed = "$" if scripted else "$("
    for flag, value, node in _flags(rest if scripted else _expanded(rest, container)):
        _take(flags, flag, value, node, unknown=computed in value)
    if scripted and any(word.value.startswith("$") for word in rest):
        flags.unknowns.add(SPREAD)
    if name == "etcd":
        _from_environment(flags, container)
    if name != "etcd" or "config-file" not in flags.data:
        shape.put("flags", Node(flags.data, flags.mark(whole)))
        shape.unknowns = flags.unknowns
    yield shape, shape.mark(whole)


def _expanded(words: list[Node], container: Node) -> Iterator[Node]:
    """Words with the variables of the environment whose value is stated, as Kubernetes replaces them.

    A value that holds a variable itself stays out, and so does a name that a program or a later entry may set.
    """
    known: dict[str, str] = {}
    for each in container.get("env").elements():
        name, value = str(each.get("name").value), each.get("value").value
        known.pop(name, None)
        if isinstance(value, str) and "$" not in value and not each.get("valueFrom"):
            known[name] = value
    for word in words:
        yield Node(_EXPANDED.sub(lambda found: found[1] or known.get(found[2], found[0]), word.value), word.mark)


def _of_image(image: str) -> str:
    """The program that an image starts where the container names no command, by the name of the image."""
    name = posixpath.basename(image.partition("@")[0]).partition(":")[0]
    return name if name in _PROGRAMS else ""


def _started(words: list[Node]) -> tuple[str, list[Node], bool]:
    """The program, empty where it is another, the words after its name, and whether a shell reads them."""
    words = [Node(str(word.value), word.mark) for word in words]
    if words and posixpath.basename(words[0].value) in _SHELLS:
        script = next((word for word in words[1:] if not word.value.startswith("-")), MISSING)
        found = (_launched(command) for command in _commands(script))
        return *next((launched for launched in found if launched[0]), ("", [])), True
    return *_launched(words), False


def _launched(words: list[Node]) -> tuple[str, list[Node]]:
    """The program that a command line starts, itself or by a launcher, and the words after its name."""
    names = [posixpath.basename(word.value) for word in words]
    if names and (words[0].value.startswith("-") or "=" in words[0].value):  # a flag may end with the name of a program
        return "", []
    if names and names[0] in _LAUNCHERS:
        names = [_HYPERKUBE.get(name, name) for name in names]
        at = next((index for index, name in enumerate(names) if name in _PROGRAMS), len(names))
        words, names = words[at:], names[at:]
    serves = bool(names) and names[0] in _PROGRAMS and (len(names) == 1 or words[1].value.startswith(("-", "$")))
    return (names[0], words[1:]) if serves else ("", [])


def _commands(script: Node) -> Iterator[list[Node]]:
    """The commands of a shell script, each word at the place of the script; up to a quotation that never ends."""
    text = str(script.value or "")
    if not any(name in text for name in (*_PROGRAMS, *_LAUNCHERS)):
        return
    reader = shlex.shlex(text.replace("\\\n", " "), posix=True, punctuation_chars=_SEPARATORS)
    reader.whitespace, reader.whitespace_split = " \t\r", True
    command: list[Node] = []
    try:
        for word in reader:
            if not word.strip(_SEPARATORS):
                yield command
                command = []
            elif command or word not in _BEFORE_COMMANDS:
                command.append(Node(word, script.mark))
    except ValueError:
        return
    yield command


def _flags(words: Iterable[Node]) -> Iterator[tuple[str, str, Node]]:
    """Name, value and place of each flag; words that are not flags are skipped."""
    pending = deque(words)
    while pending:
        word = pending.popleft()
        if not word.value.startswith("-") or word.value.strip("-") == "":
            continue
        name, equals, value = word.value.lstrip("-").partition("=")
        name = name.replace("_", "-")
        if not equals and name in _SWITCHES:
            value = "true"
        elif not equals and pending and not pending[0].value.startswith("-"):
            follower = pending.popleft()
            value, word = follower.value, Node(word.value, _span(word.mark, follower.mark))
        elif not equals:
            continue
        yield name, value, word


def _span(first: Mark | None, last: Mark | None) -> Mark | None:
    return spanning(first, last) if first and last else first


def _take(flags: SubjectBuilder, name: str, text: str, node: Node, *, unknown: bool) -> None:
    value: Any = text
    if name in _LISTS:
        value = [*flags.data.get(name, []), *(item.strip() for item in text.split(",") if item.strip())]
    elif name in _SWITCHES:
        value = _TRUTH.get(text)
    elif name in _NUMBERS:
        value = int(text) if _INTEGER.fullmatch(text) else None
    if unknown or value is None:
        flags.unknowns.add(name)
    elif name not in _LISTS:
        flags.unknowns.discard(name)
    flags.put(name, Node(value, with_children(node.mark, None) if node.mark else None))


def _from_environment(flags: SubjectBuilder, container: Node) -> None:
    """The settings of etcd in its environment that its command line does not set."""
    if container.get("envFrom"):
        flags.unknowns.add(SPREAD)
    for variable in container.get("env").elements():
        label = str(variable.get("name").value)
        name = label.removeprefix("ETCD_").lower().replace("_", "-")
        if label.startswith("ETCD_") and name not in flags.data:
            stated = variable.get("value")
            text = str(stated.value) if stated else ""
            _take(flags, name, text, stated or variable, unknown=not stated or "$(" in text)
