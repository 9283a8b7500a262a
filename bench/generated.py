"""Inputs of any size from a seed, without network: Kubernetes manifests of many teams, and architecture specs.

    python bench/generated.py FOLDER [--manifests N] [--services N] [--seed N]

Equal arguments give equal bytes, and the first files of a large number are those of a small one, so that sizes can be
compared. Faults are drawn: most objects are sound, some lack what is often forgotten, few do what they never should.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import Any

import generated_spec
import yaml

_AREAS = ("accounts", "billing", "catalogue", "delivery", "identity", "orders", "payments", "search")
_TEAMS = 20
"""Applications in a namespace."""


def manifests(number: int, seed: int = 0) -> Iterator[tuple[str, str]]:
    """(name, text) of files with Kubernetes objects, one object in most of them; names are relative and have folders.

    Each application has a Deployment, a Service, a ConfigMap, a NetworkPolicy and a Role with its binding.
    """
    every = (file for index in count() for file in _application(index, seed))
    for name, objects in islice(every, number):
        yield name, yaml.dump_all(objects, Dumper=yaml.CSafeDumper, sort_keys=False)


def write_manifests(folder: Path, number: int, seed: int = 0) -> int:
    """Write that many files below a folder, and return their bytes."""
    size = 0
    for name, text in manifests(number, seed):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        size += path.write_bytes(text.encode())
    return size


def architecture(services: int, seed: int = 0) -> str:
    """An architecture spec with that many services and stores and five times as many flows."""
    return yaml.dump(generated_spec.spec(services, seed), Dumper=yaml.CSafeDumper, sort_keys=False)


def _application(index: int, seed: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    draw = Random(f"{seed}/{index}")
    area = _AREAS[index // _TEAMS % len(_AREAS)]
    name, namespace = f"{area}-{index}", f"{area}-{index // _TEAMS}"
    about = _About(draw, name, namespace)
    yield f"{namespace}/{name}/deployment.yaml", [about.deployment()]
    yield f"{namespace}/{name}/service.yaml", [about.service()]
    yield f"{namespace}/{name}/configmap.yaml", [about.settings()]
    yield f"{namespace}/{name}/network-policy.yaml", [about.network_policy()]
    yield f"{namespace}/{name}/role.yaml", [*about.role()]


class _About:
    """The objects of one application."""

    def __init__(self, draw: Random, name: str, namespace: str) -> None:
        self._draw = draw
        self._name = name
        self._namespace = namespace

    def deployment(self) -> dict[str, Any]:
        """Some replicas, each a container and sometimes a second one."""
        containers = [self._container(self._name)]
        if self._seldom():
            containers.append(self._container("proxy"))
        pod: dict[str, Any] = {"serviceAccountName": self._name, "containers": containers}
        if self._often():
            pod["securityContext"] = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
        if self._often():
            pod["automountServiceAccountToken"] = False
        if self._rarely():
            pod["hostNetwork"] = True
        if self._rarely():
            pod["volumes"] = [{"name": "host", "hostPath": {"path": "/var/run"}}]
        labels = {"app": self._name, "app.kubernetes.io/part-of": self._namespace}
        return self._object(
            "apps/v1", "Deployment",
            spec={
                "replicas": self._draw.choice((1, 2, 3, 3, 5)),
                "selector": {"matchLabels": {"app": self._name}},
                "template": {"metadata": {"labels": labels}, "spec": pod},
            },
        )  # fmt: skip

    def service(self) -> dict[str, Any]:
        """One port; few are open to the world or select nothing."""
        kind = "LoadBalancer" if self._rarely() else "ClusterIP"
        app = "forgotten" if self._rarely() else self._name
        ports = [{"name": "http", "port": 80, "targetPort": "http"}]
        return self._object("v1", "Service", spec={"type": kind, "selector": {"app": app}, "ports": ports})

    def settings(self) -> dict[str, Any]:
        """Some settings, and now and then a password among them."""
        data = {f"setting-{number}": f"value {number}" for number in range(self._draw.randint(2, 12))}
        data["application.properties"] = f"server.port=8080\nname={self._name}\nlog.level=info\n"
        if self._rarely():
            data["DB_PASSWORD"] = "changeme"
        return self._object("v1", "ConfigMap", data=data)

    def network_policy(self) -> dict[str, Any]:
        """Calls from the same namespace; few allow all or select nothing."""
        label = "forgotten" if self._rarely() else self._name
        source = {} if self._seldom() else {"from": [{"podSelector": {"matchLabels": {"tier": "front"}}}]}
        ingress = [{**source, "ports": [{"port": 8080, "protocol": "TCP"}]}]
        spec = {"podSelector": {"matchLabels": {"app": label}}, "policyTypes": ["Ingress"], "ingress": ingress}
        return self._object("networking.k8s.io/v1", "NetworkPolicy", spec=spec)

    def role(self) -> Iterator[dict[str, Any]]:
        """The account of the application, what it may do, and the binding."""
        yield self._object("v1", "ServiceAccount")
        verbs = ["*"] if self._rarely() else ["get", "list", "watch"]
        resources = ["secrets"] if self._seldom() else ["configmaps", "endpoints"]
        rules = [{"apiGroups": [""], "resources": resources, "verbs": verbs}]
        yield self._object("rbac.authorization.k8s.io/v1", "Role", rules=rules)
        kind, role = ("ClusterRole", "cluster-admin") if self._rarely() else ("Role", self._name)
        yield self._object(
            "rbac.authorization.k8s.io/v1", "RoleBinding",
            roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role},
            subjects=[{"kind": "ServiceAccount", "name": self._name, "namespace": self._namespace}],
        )  # fmt: skip

    def _container(self, name: str) -> dict[str, Any]:
        tag = ":latest" if self._seldom() else f":1.{self._draw.randint(0, 30)}.{self._draw.randint(0, 9)}"
        container: dict[str, Any] = {
            "name": name,
            "image": f"registry.example/{self._namespace}/{name}{tag}",
            "ports": [{"name": "http", "containerPort": 8080}],
            "env": [{"name": f"SETTING_{number}", "value": f"value-{number}"} for number in range(3)],
            "envFrom": [{"configMapRef": {"name": "forgotten" if self._rarely() else self._name}}],
        }
        if self._often():
            container["resources"] = {
                "requests": {"cpu": "100m", "memory": "128Mi"},
                "limits": {"memory": "256Mi"},
            }
        if self._often():
            container["livenessProbe"] = {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 10}
            container["readinessProbe"] = {"httpGet": {"path": "/ready", "port": "http"}}
        if self._rarely():
            container["securityContext"] = {"privileged": True}
        elif self._often():
            container["securityContext"] = {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": self._often(),
                "capabilities": {"drop": ["ALL"]},
            }
        return container

    def _object(self, version: str, kind: str, **fields: Any) -> dict[str, Any]:
        labels = {"app": self._name, "app.kubernetes.io/name": self._name}
        metadata = {"name": self._name, "namespace": self._namespace, "labels": labels}
        return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}

    def _often(self) -> bool:
        return self._draw.random() < 0.7  # noqa: PLR2004

    def _seldom(self) -> bool:
        return self._draw.random() < 0.15  # noqa: PLR2004

    def _rarely(self) -> bool:
        return self._draw.random() < 0.04  # noqa: PLR2004


def main() -> None:
    """Write what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--manifests", type=int, default=0)
    parser.add_argument("--services", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    write_manifests(options.folder, options.manifests, options.seed)
    if options.services:
        options.folder.mkdir(parents=True, exist_ok=True)
        (options.folder / "architecture.yaml").write_text(architecture(options.services, options.seed))


if __name__ == "__main__":
    main()
