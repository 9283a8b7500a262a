"""Places of inputs in which somebody may write a credential: each is a document, or a file, that holds a given text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.payloads import pod, spec, swarm

BAD = {"privileged": True}


def _yaml(**parts: Any) -> str:
    """A document in YAML: JSON is, and needs no care for the signs of a text."""
    return json.dumps(parts, indent=1)


def _pod(text: str, where: str, **extra: Any) -> str:
    """A pod that fails, with a text at a dotted place."""
    container: dict[str, Any] = {"name": "web", "image": "web", "securityContext": dict(BAD)}
    whole: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"containers": [container]},
        **extra,
    }
    holder: Any = container if where.startswith("c.") else whole
    *steps, last = where.removeprefix("c.").split(".")
    for step in steps:
        holder = holder.setdefault(step, {})
    if last == "KEY":
        holder[text] = "x"
    elif last.endswith("[]"):
        holder.setdefault(last[:-2], []).append(text)
    else:
        holder[last] = text
    return _yaml(**whole)


def _in_pod(where: str) -> Callable[[str], str]:
    return lambda text: _pod(text, where)


def _environment(name: str) -> Callable[[str], str]:
    def document(text: str) -> str:
        env = [{"name": text if name == "" else name, "value": "x" if name == "" else text}]
        container = {"name": "web", "image": "web", "env": env, "securityContext": BAD}
        return _yaml(apiVersion="v1", kind="Pod", metadata={"name": "web"}, spec={"containers": [container]})

    return document


def _object(kind: str, **parts: Any) -> Callable[[str], str]:
    """An object of a kind, with the text wherever `TEXT` stands."""

    def document(text: str) -> str:
        whole = json.dumps({"apiVersion": "v1", "kind": kind, "metadata": {"name": "web"}, **parts}, indent=1)
        return whole.replace("TEXT", json.dumps(text)[1:-1])

    return document


def _lines(text: str, indent: str) -> str:
    return text.strip("\n").replace("\n", "\n" + indent)


_RBAC = "rbac.authorization.k8s.io/v1"
_RULES = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["*"]}]
DOCUMENTS: Mapping[str, Callable[[str], str]] = {
    "name of a pod": _in_pod("metadata.name"),
    "namespace": _in_pod("metadata.namespace"),
    "kind": _in_pod("kind"),
    "version of the API": _in_pod("apiVersion"),
    "label": _in_pod("metadata.labels.app"),
    "name of a label": _in_pod("metadata.labels.KEY"),
    "annotation": _in_pod("metadata.annotations.note"),
    "name of an annotation": _in_pod("metadata.annotations.KEY"),
    "unknown field of a pod": _in_pod("spec.KEY"),
    "name of a container": _in_pod("c.name"),
    "image": _in_pod("c.image"),
    "argument": _in_pod("c.args[]"),
    "command": _in_pod("c.command[]"),
    "working folder": _in_pod("c.workingDir"),
    "capability": _in_pod("c.securityContext.capabilities.add[]"),
    "mount type": _in_pod("c.securityContext.procMount"),
    "pull policy": _in_pod("c.imagePullPolicy"),
    "command of a probe": _in_pod("c.livenessProbe.exec.command[]"),
    "path of a probe": _in_pod("c.livenessProbe.httpGet.path"),
    "limit of memory": _in_pod("c.resources.limits.memory"),
    "service account": _in_pod("spec.serviceAccountName"),
    "host name": _in_pod("spec.hostname"),
    "seccomp profile": _in_pod("spec.securityContext.seccompProfile.localhostProfile"),
    "name of a variable": _environment(""),
    "value of a variable": _environment("VALUE"),
    "value of a password": _environment("DB_PASSWORD"),
    "volume": _object("Pod", spec={"containers": [], "volumes": [{"name": "TEXT", "hostPath": {"path": "/TEXT"}}]}),
    "data of a ConfigMap": _object("ConfigMap", data={"app.conf": "a = 1\nx: TEXT\n"}),
    "key of a ConfigMap": _object("ConfigMap", data={"TEXT": "x"}),
    "data of a Secret": _object("Secret", stringData={"x": "TEXT"}),
    "type of a Service": _object("Service", spec={"type": "TEXT", "externalName": "TEXT", "ports": [{"name": "TEXT"}]}),
    "verb of a role": _object("Role", apiVersion=_RBAC, rules=[{**_RULES[0], "resourceNames": ["TEXT"]}]),
    "subject of a binding": _object(
        "ClusterRoleBinding",
        apiVersion=_RBAC,
        roleRef={"kind": "ClusterRole", "name": "cluster-admin"},
        subjects=[{"kind": "Group", "name": "TEXT"}],
    ),
    "host of an Ingress": _object(
        "Ingress",
        apiVersion="networking.k8s.io/v1",
        spec={"rules": [{"host": "TEXT", "http": {"paths": [{"path": "/TEXT"}]}}]},
    ),
    "every field of a pod": lambda text: pod(f"{text} "),
    "every field of a specification": spec,
}
"""What it is -> the document. They are joined to one file."""
_HEAD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"
_COMPOSE = (
    "services:\n  web:\n    image: web\n    privileged: true\n    environment:\n      VALUE: %s\n    command: %s\n"
)
FILES: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "comment": (".yaml", lambda text: f"{_HEAD}  # x {_lines(text, '  # ')}\n  hostPID: true\n  containers: []\n"),
    "comment behind a value": (
        ".yaml",
        lambda text: f"{_HEAD}  hostPID: true # {_lines(text, '  # ')}\n  containers: []\n",
    ),
    "block of text": (
        ".yaml",
        lambda text: f"{_HEAD}  containers:\n  - name: a\n    command:\n    - |\n      {_lines(text, '      ')}\n",
    ),
    "Compose": (".yaml", lambda text: _COMPOSE % (json.dumps(text), json.dumps(text))),
    "prompts and tools of a swarm": (".md", swarm),
    "prose around a swarm": (".md", lambda text: f"# Swarm\n\n{text}\n\n{swarm('web')}\n\n{text}\n"),
    "broken YAML": (".yaml", lambda text: f'{_HEAD}  "{_lines(text, "  ")}: [\n'),
    "broken JSON": (".json", lambda text: '{"kind": "Pod", "apiVersion": "v1", ' + json.dumps(text) + "}"),
}
"""What it is -> the ending of the file, and its text; one file for each credential."""
