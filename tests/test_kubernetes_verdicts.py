"""Manifests that scanners have judged wrongly: the outcome, the field and the words of each, by the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import assay

KUBELET = "registry.example/kubelet:v1.34.0"
DIGEST = "registry.example/web@sha256:" + "a" * 64
HALVES = [{"ipBlock": {"cidr": "0.0.0.0/1"}}, {"ipBlock": {"cidr": "128.0.0.0/1"}}]
EVERY_POD: list[dict[str, Any]] = [{"namespaceSelector": {}}]
HEADER = "bearer " + "0a9f8c7d6e5b4a39" + "281706f5e4d3c2b1"


def pod(container: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    return thing("v1", "Pod", spec={"containers": [{"name": "web", "image": DIGEST, **(container or {})}], **spec})


def thing(version: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "web"}, **more}


def policy(**spec: Any) -> dict[str, Any]:
    return thing("networking.k8s.io/v1", "NetworkPolicy", spec={"podSelector": {}, **spec})


SANDBOX = {
    "networkPolicy": {"egress": [{"to": EVERY_POD}]},
    "podTemplate": {"spec": {"containers": [{"name": "agent", "image": DIGEST}]}},
}
TARGET = {"apiVersion": "apps/v1", "kind": "${CONTROLLER:=Deployment}", "name": "${APP}"}
ROBOT = {**thing("v1", "ServiceAccount", automountServiceAccountToken=False)}
WORLD: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "a user that is not root": (
        [pod({"securityContext": {"runAsUser": 65534}})],
        "container-runs-as-non-root",
        "fail does not require a non-root user: runAsNonRoot is not true",
    ),
    "a user that is root": ([pod({"securityContext": {"runAsUser": 0}})], "container-user-not-root", "fail root"),
    "every pod may come in": (
        [policy(ingress=[{"from": EVERY_POD}])],
        "network-policy-names-sources",
        "fail ingress from every pod of the cluster on all ports",
    ),
    "both halves of all addresses come in": (
        [policy(ingress=[{"from": HALVES}])],
        "network-policy-names-sources",
        "fail ingress from every source on all ports",
    ),
    "both halves of all addresses are reached": (
        [policy(policyTypes=["Egress"], egress=[{"to": HALVES}])],
        "network-policy-names-destinations",
        "fail egress to every destination on all ports",
    ),
    "one half alone": ([policy(ingress=[{"from": HALVES[:1]}])], "network-policy-names-sources", ""),
    "an account without a token": ([ROBOT, pod(serviceAccountName="web")], "pod-token-mount-stated", ""),
    "capabilities in small letters": (
        [pod({"securityContext": {"capabilities": {"drop": ["all"]}}})],
        "container-capabilities-dropped",
        "fail write ALL in capitals",
    ),
    "a header with a token": (
        [pod({"env": [{"name": "AUTH_HEADER", "value": HEADER}]})],
        "container-env-without-secrets",
        "fail contains a bearer token as literal text in the variable AUTH_HEADER",
    ),
    "the name of a Secret": (
        [thing("v1", "ConfigMap", data={"bank_secretKey": "actual-budget-secret-name"})],
        "config-map-without-credentials",
        "",
    ),
    "an image that is computed": (
        [pod({"image": "$(IMAGE)"})],
        "container-image-tag-pinned",
        "unknown `image` is computed",
    ),
    "a target that is computed": (
        [thing("autoscaling/v2", "HorizontalPodAutoscaler", spec={"maxReplicas": 3, "scaleTargetRef": TARGET})],
        "autoscaler-target-exists",
        "unknown to decide, ",
    ),
    "a sandbox that reaches every pod": (
        [thing("extensions.agents.x-k8s.io/v1alpha1", "SandboxTemplate", spec=SANDBOX)],
        "sandbox-egress-scoped",
        "fail egress to every pod of the cluster",
    ),
    "a digest that is too short": (
        [pod({"image": "registry.example/web@sha256:abc123"})],
        "container-image-digest-pinned",
        "fail not pinned by digest",
    ),
    "a digest in capitals": (
        [pod({"image": DIGEST.replace("a" * 64, "A" * 64)})],
        "container-image-digest-pinned",
        "fail not pinned by digest",
    ),
    "a digest": ([pod()], "container-image-digest-pinned", ""),
    "a sidecar without probes": (
        [
            pod(
                {"livenessProbe": {"exec": {}}},
                initContainers=[{"name": "a", "image": DIGEST, "restartPolicy": "Always"}],
            )
        ],
        "container-liveness-probed",
        "fail container a has no liveness probe",
    ),
    "a Service in the namespace default": (
        [{**thing("v1", "Service", spec={}), "metadata": {"name": "web", "namespace": "default"}}],
        "object-outside-default-namespace",
        "fail uses the default namespace",
    ),
    "a ConfigMap in the namespace default": (
        [{**thing("v1", "ConfigMap", data={}), "metadata": {"name": "web", "namespace": "default"}}],
        "object-outside-default-namespace",
        "fail uses the default namespace",
    ),
    "a cipher that does not exist": (
        [pod({"command": ["kube-apiserver", "--tls-cipher-suites=TLS_MADE_UP_WITH_AES"]})],
        "api-server-ciphers-strong",
        "fail names a cipher suite that does not exist: TLS_MADE_UP_WITH_AES",
    ),
    "a flag with a variable that the container states": (
        [
            pod(
                {
                    "command": ["etcd", "--listen-client-urls=$(SCHEME)://0.0.0.0:2379"],
                    "env": [{"name": "SCHEME", "value": "http"}],
                }
            )
        ],
        "etcd-serves-over-tls",
        "fail ",
    ),
    "a flag with a variable of a variable": (
        [
            pod(
                {
                    "command": ["etcd", "--listen-client-urls=$(SCHEME)://0.0.0.0:2379"],
                    "env": [{"name": "SCHEME", "value": "$(OTHER)"}],
                }
            )
        ],
        "etcd-serves-over-tls",
        "unknown `listen-client-urls` is computed",
    ),
    "a flag with a variable from elsewhere": (
        [
            pod(
                {
                    "command": ["etcd", "--listen-client-urls=$(SCHEME)://0.0.0.0:2379"],
                    "env": [
                        {"name": "SCHEME", "value": "http"},
                        {"name": "SCHEME", "valueFrom": {"fieldRef": {"fieldPath": "a"}}},
                    ],
                }
            )
        ],
        "etcd-serves-over-tls",
        "unknown `listen-client-urls` is computed",
    ),
    "a flag with a variable that is kept as it is": (
        [
            pod(
                {
                    "command": ["etcd", "--listen-client-urls=$$(SCHEME)://0.0.0.0:2379"],
                    "env": [{"name": "SCHEME", "value": "http"}],
                }
            )
        ],
        "etcd-serves-over-tls",
        "unknown `listen-client-urls` is computed",
    ),
    "flags of etcd without a command": (
        [
            pod(
                {
                    "image": "registry.k8s.io/etcd:3.5.15-0",
                    "args": ["--listen-peer-urls=https://10.0.0.4:2380", "--peer-client-cert-auth=false"],
                }
            )
        ],
        "etcd-authenticates-peers",
        "fail accepts peers without a certificate",
    ),
    **{
        f"kubelet {' '.join(words)}": ([pod({"image": KUBELET, "args": words})], f"kubelet-{rule}", expected)
        for words, rule, expected in (
            (["--anonymous-auth=true"], "without-anonymous-access", "fail accept anonymous requests"),
            (["--anonymous-auth=false", "--v=2"], "without-anonymous-access", ""),
            (["--v=2"], "without-anonymous-access", "fail accept anonymous requests"),
            (
                ["--config=/etc/a.yaml"],
                "without-anonymous-access",
                "unknown the file of `--config=/etc/a.yaml` may set",
            ),
            (["--config=/a", "--anonymous-auth=$(ON)"], "without-anonymous-access", "unknown anonymous"),
            (["--authorization-mode=AlwaysAllow"], "not-always-allow", "fail AlwaysAllow"),
            (["--authorization-mode=Webhook"], "not-always-allow", ""),
            (["--read-only-port=10255"], "read-only-port-closed", "fail 10255"),
            (["--v=2"], "read-only-port-closed", "fail 10255"),
            (["--read-only-port", "0"], "read-only-port-closed", ""),
            (["--make-iptables-util-chains=false"], "keeps-iptables-chains", "fail disables"),
            (["--protect-kernel-defaults", "false"], "protects-kernel-defaults", ""),
            (["--event-qps=0"], "records-events", "fail sets eventRecordQPS to 0"),
            (["--pod-max-pids=100"], "limits-processes", ""),
            (["--seccomp-default"], "seccomp-by-default", ""),
            (["--rotate-certificates=false"], "rotates-certificates", "fail does not rotate"),
            (["--client-ca-file=/ca.crt"], "client-ca-set", ""),
            (["--rotate-server-certificates"], "certificate-not-self-signed", ""),
            (["--v=2"], "certificate-not-self-signed", "fail self-signed"),
            (["--tls-cipher-suites=TLS_RSA_WITH_RC4_128_SHA"], "ciphers-strong", "fail weak cipher suite"),
        )
    },
    "a flag that ends with the name of a kubelet": (
        [pod({"args": ["--kubelet-service=kube-system/kubelet", "--v=2"]})],
        "kubelet-without-anonymous-access",
        "",
    ),
    "a kubelet by its command": (
        [pod({"command": ["/usr/local/bin/kubelet", "--anonymous-auth=true"]})],
        "kubelet-without-anonymous-access",
        "fail accept anonymous requests",
    ),
}
"""What it is -> objects, a rule, and the outcome with a part of the message; empty where the rule reports nothing."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[str]]:
    """File and rule -> the outcomes with their messages. Every case has a namespace of its own."""
    folder = tmp_path_factory.mktemp("world")
    for number, (objects, _, _) in enumerate(WORLD.values()):
        placed = [{**each, "metadata": {"namespace": f"n{number}", **each["metadata"]}} for each in objects]
        whole = {"apiVersion": "v1", "kind": "List", "items": placed}
        (folder / f"{number}.json").write_text(json.dumps(whole), encoding="utf-8")
    done = assay("scan", ".", "--profile", "opinion", "--output", "json", cwd=folder)
    found: dict[tuple[str, str], list[str]] = {}
    for finding in json.loads(done.stdout)["findings"]:
        key = (finding["location"]["path"], finding["rule"].removeprefix("kubernetes."))
        found.setdefault(key, []).append(f"{finding['outcome']} {finding['message']}")
    return found


@pytest.mark.parametrize("name", WORLD)
def test_the_verdict_is_as_documented(told: dict[tuple[str, str], list[str]], name: str) -> None:
    _, rule, expected = WORLD[name]
    found = told.get((f"{list(WORLD).index(name)}.json", rule), [])
    outcome, _, words = expected.partition(" ")
    if expected:
        assert len(found) == 1
        assert found[0].startswith(f"{outcome} ")
        assert words in found[0]
    else:
        assert not found


def test_a_flag_has_no_fix_of_a_field(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(pod({"image": KUBELET, "args": ["--v=2"]})), encoding="utf-8")
    done = assay("fix", "a.json", "--unsafe", "--diff", "--select", "kubernetes.kubelet-*", cwd=tmp_path)
    assert "would fix 0 findings" in done.stdout + done.stderr
    assert "not fixed" not in done.stdout + done.stderr
