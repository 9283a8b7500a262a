"""Objects of operators and policy engines: for each kind an input, and the outcome that the command line gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scanner.cli import assay

POD = {"spec": {"containers": [{"name": "web", "image": "registry.example/web:1.4.2"}]}}
Thing = dict[str, Any]


def thing(version: str, kind: str, spec: Thing) -> Thing:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "it"}, "spec": spec}


def kyverno(action: str) -> Thing:
    rule = {"name": "r", "validate": {"failureAction": action, "podSecurity": {"level": "baseline"}}}
    return thing("kyverno.io/v1", "ClusterPolicy", {"rules": [rule]})


def constraint(**spec: Any) -> Thing:
    return thing("constraints.gatekeeper.sh/v1beta1", "K8sRequiredLabels", spec)


def gateway(kind: str, **spec: Any) -> Thing:
    return thing("gateway.networking.k8s.io/v1", kind, spec)


def store(address: str, **spec: Any) -> Thing:
    spec["provider"] = {"vault": {"server": address}}
    return thing("external-secrets.io/v1", "ClusterSecretStore", spec)


def kafka(**spec: Any) -> Thing:
    return thing("kafka.strimzi.io/v1", "Kafka", {"kafka": spec})


def postgres(**spec: Any) -> Thing:
    return thing("postgresql.cnpg.io/v1", "Cluster", spec)


def scaled(**spec: Any) -> Thing:
    return thing("keda.sh/v1alpha1", "ScaledObject", spec)


def nodes(**spec: Any) -> Thing:
    return thing("karpenter.k8s.aws/v1", "EC2NodeClass", spec)


def rollout(replicas: int) -> Thing:
    return thing("argoproj.io/v1alpha1", "Rollout", {"replicas": replicas, "template": POD})


PLAIN = {"name": "plain", "port": 9092, "type": "internal", "tls": False}
INTERNAL = {"name": "tls", "port": 9093, "type": "internal", "tls": True, "authentication": {"type": "tls"}}
STORED = {"barmanObjectStore": {"destinationPath": "s3://backups"}}
ROUTE = gateway("HTTPRoute", rules=[{"backendRefs": [{"name": "web", "namespace": "other"}]}])
ROUTE["metadata"]["namespace"] = "door"
CASES: dict[str, tuple[str, str, Thing, str]] = {
    "policy-enforced": ("pod-security-policy-enforced", "pass", kyverno("Enforce"), ""),
    "policy-audited": ("pod-security-policy-enforced", "fail", kyverno("Audit"), "validate.failureAction"),
    "constraint-enforced": ("admission-policy-enforced", "pass", constraint(), ""),
    "constraint-dry-run": (
        "admission-policy-enforced",
        "fail",
        constraint(enforcementAction="dryrun"),
        "enforcementAction",
    ),
    "grant-missing": ("reference-to-other-namespace-granted", "fail", ROUTE, "backendRefs.0.name"),
    "grant-for-all": (
        "reference-grant-names-secrets",
        "fail",
        gateway("ReferenceGrant", to=[{"kind": "Secret"}]),
        "to.0",
    ),
    "backend-tls": (
        "backend-tls-policy-verifies-server",
        "pass",
        gateway("BackendTLSPolicy", validation={"hostname": "a.example", "wellKnownCACertificates": "System"}),
        "",
    ),
    "backend-tls-without-ca": (
        "backend-tls-policy-verifies-server",
        "fail",
        gateway("BackendTLSPolicy", validation={"hostname": "a.example"}),
        "validation",
    ),
    "store-over-http": ("secret-store-over-tls", "fail", store("http://vault.example"), "spec.provider"),
    "store-over-https": ("secret-store-over-tls", "pass", store("https://vault.example"), ""),
    "store-for-all": ("cluster-secret-store-limited", "fail", store("https://vault.example"), "spec"),
    "certificate-long": (
        "certificate-lifetime-limited",
        "fail",
        thing("cert-manager.io/v1", "Certificate", {"duration": "87600h"}),
        "duration",
    ),
    "rollout-single": ("deployment-replicated", "fail", rollout(1), "replicas"),
    "rollout-twice": ("deployment-replicated", "pass", rollout(2), ""),
    "scaled-to-zero": ("autoscaler-keeps-two-replicas", "fail", scaled(triggers=[]), "spec"),
    "scaled-unverified": (
        "scaler-trigger-verifies-server",
        "fail",
        scaled(triggers=[{"type": "prometheus", "metadata": {"unsafeSsl": "true"}}]),
        "unsafeSsl",
    ),
    "nodes-old-metadata": (
        "node-class-metadata-needs-token",
        "fail",
        nodes(metadataOptions={"httpTokens": "optional"}),
        "httpTokens",
    ),
    "nodes-unencrypted": (
        "node-class-volumes-encrypted",
        "fail",
        nodes(blockDeviceMappings=[{"deviceName": "/dev/xvda", "ebs": {"encrypted": False}}]),
        "encrypted",
    ),
    "database-without-backup": ("postgres-cluster-backed-up", "fail", postgres(instances=3), "spec"),
    "database-without-schedule": ("postgres-cluster-backed-up", "fail", postgres(backup=STORED), "backup"),
    "database-single": ("postgres-cluster-replicated", "fail", postgres(instances=1), "instances"),
    "database-open": (
        "postgres-access-authenticated",
        "fail",
        postgres(postgresql={"pg_hba": ["host all all all trust"]}),
        "pg_hba.0",
    ),
    "broker-plain": ("kafka-listener-with-tls", "fail", kafka(listeners=[PLAIN]), "tls"),
    "broker-encrypted": ("kafka-listener-with-tls", "pass", kafka(listeners=[INTERNAL]), ""),
    "broker-anonymous": ("kafka-listener-authenticates", "fail", kafka(listeners=[PLAIN]), "listeners.0"),
    "broker-open": ("kafka-authorizes-clients", "fail", kafka(listeners=[INTERNAL]), "kafka"),
}
"""By file: the rule, its outcome, the object, and how the field ends that a finding points at."""
NETWORK = """\
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: mesh, namespace: mesh}
spec: {meshConfig: {rootNamespace: mesh}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: mesh}
spec: {mtls: {mode: STRICT}}
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: ingress}
spec:
  priority: 1
  subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}
  ingress: [{action: Deny, from: [{namespaces: {}}]}]
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: egress}
spec:
  tier: Baseline
  priority: 1
  subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}
  egress: [{action: Deny, to: [{networks: [0.0.0.0/0]}]}]
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: front, namespace: front}
spec:
  endpointSelector: {}
  ingress:
    - fromEntities: [all]
      toPorts: [{ports: [{port: "80"}], rules: {http: [{method: GET}]}}]
  egress: [{toEntities: [world]}]
"""
WORKLOADS = {
    ("shop", "workload-isolated-both-ways"): "pass",
    ("shop", "workload-mtls-strict"): "pass",
    ("front", "workload-isolated-both-ways"): "fail",
    ("network", "network-policy-names-destinations"): "fail",
}
"""The outcomes that policies of the network give, by file and rule."""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, tuple[str, str]]]:
    """By file and rule: the outcome, and the field."""
    folder = tmp_path_factory.mktemp("ecosystem")
    for name, (_, _, content, _) in CASES.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    (folder / "network.yaml").write_text(NETWORK)
    for space in ("shop", "front"):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": space}, **POD}
        (folder / f"{space}.json").write_text(json.dumps(pod))
    options = ["--profile", "strict", "--include-passes", "--no-cache", "--jobs", "1", "--output", "json"]
    done = CliRunner().invoke(assay, ["scan", str(folder), *options])
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for finding in json.loads(done.stdout)["findings"]:
        where = finding["location"]
        rules = found.setdefault(Path(where["path"]).stem, {})
        rules[finding["rule"].removeprefix("kubernetes.")] = finding["outcome"], where.get("field", "")
    return found


@pytest.mark.parametrize("name", CASES)
def test_each_kind_gives_its_outcome(results: dict[str, dict[str, tuple[str, str]]], name: str) -> None:
    rule, expected, _, field = CASES[name]
    outcome, place = results[name][rule]
    assert outcome == expected
    assert expected == "pass" or place.endswith(field)


@pytest.mark.parametrize(("name", "rule"), WORKLOADS)
def test_policies_of_the_network_decide_about_workloads(
    results: dict[str, dict[str, tuple[str, str]]], name: str, rule: str
) -> None:
    assert results[name][rule][0] == WORKLOADS[name, rule]
