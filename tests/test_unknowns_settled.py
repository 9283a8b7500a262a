"""What is unknown names the one thing that decides it, and doing that decides it; what files tell is not unknown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from scanner.model import Finding, Outcome, Profile
from scanner.scan import Options, scan

SELECTED = "kubernetes.workload-selected-by-network-policy"
CLAIMS = "kubernetes.workload-claims-without-host-path"
PORTS = "kubernetes.route-backend-port-exists"
POD = "spec: {containers: [{name: a, image: 'r.example/a:1.0'}]}\n"


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def thing(kind: str, name: str, spec: str, version: str = "v1") -> str:
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}, namespace: shop}}\nspec: {spec}\n"


def found(folder: Path, rule: str) -> list[Finding]:
    """The outcomes of a rule, passes too."""
    done = scan([str(folder)], Options(profile=Profile.OPINION, include_passes=True))
    return [each for each in done.findings if each.rule == rule]


@pytest.mark.parametrize(
    "template",
    [
        "machine:\n  certSANs:\n    - 127.0.0.1\n{{ ENV.MORE }}\n  install: {disk: a}\n",
        "ingress:\n  hosts:\n    - {{ .host }}\n",
        "hosts:\n- {{ .host }}\n",
    ],
)
def test_a_template_of_something_else_than_an_object_leaves_nothing_open(tmp_path: Path, template: str) -> None:
    written(tmp_path, {"pod.yaml": f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n{POD}", "values.yaml": template})
    (one,) = found(tmp_path, SELECTED)
    assert one.outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "template",
    ["{{ include 'header' . }}\nmetadata:\n  name: a\n", "spec:\n  a: 1\n{{ .more }}\n", "a: 1\n{{ .more }}\n"],
)
def test_a_template_that_may_be_an_object_leaves_it_open(tmp_path: Path, template: str) -> None:
    written(tmp_path, {"pod.yaml": f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n{POD}", "more.yaml": template})
    (one,) = found(tmp_path, SELECTED)
    assert one.outcome is Outcome.UNKNOWN


def test_a_component_that_does_not_exist_leaves_nothing_open(tmp_path: Path) -> None:
    kustomization = "components: [../common]\nresources: [pod.yaml]\n"
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n{POD}"
    written(tmp_path, {"a/kustomization.yaml": kustomization, "a/pod.yaml": pod})
    (one,) = found(tmp_path, SELECTED)
    assert one.outcome is Outcome.FAIL
    done = scan([str(tmp_path)], Options())
    assert [each.path for each in done.inputs if each.status == "unreadable"] == ["a/kustomization.yaml"]


JOB = thing("Pod", "a", "{containers: [{name: a}], volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]}")
CLAIM = thing("PersistentVolumeClaim", "data", "{accessModes: [ReadWriteOnce], volumeName: v}")


@pytest.mark.parametrize(
    ("source", "outcome"), [("hostPath: {path: /srv}", Outcome.FAIL), ("csi: {driver: a}", Outcome.PASS)]
)
def test_the_command_for_a_claim_prints_the_volume_too(tmp_path: Path, source: str, outcome: Outcome) -> None:
    written(tmp_path, {"pod.yaml": JOB})
    (one,) = found(tmp_path, CLAIMS)
    assert "`kubectl get persistentvolumeclaims,persistentvolumes -n shop -o yaml`" in one.provide
    volume = f"apiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: v}}\nspec: {{{source}}}\n"
    written(tmp_path, {"cluster.yaml": f"{CLAIM}---\n{volume}"})
    (one,) = found(tmp_path, CLAIMS)
    assert one.outcome is outcome


def test_claims_of_which_none_leads_to_a_node_are_not_open(tmp_path: Path) -> None:
    claim = CLAIM.replace(", namespace: shop", "")
    overlay = {"a/kustomization.yaml": "resources: [claim.yaml]\n", "a/claim.yaml": claim}
    written(tmp_path, {**overlay, "b/kustomization.yaml": "resources: [pod.yaml]\n", "b/pod.yaml": JOB})
    (one,) = found(tmp_path, CLAIMS)
    assert one.outcome is Outcome.PASS
    volume = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\nspec: {hostPath: {path: /srv}}\n"
    written(tmp_path, {"a/claim.yaml": f"{claim}---\n{volume}"})
    (one,) = found(tmp_path, CLAIMS)
    assert one.outcome is not Outcome.PASS


@pytest.mark.parametrize("name", ["public", "public-edge", "cilium-gateway-public"])
def test_the_gateway_that_a_service_comes_of_is_named(tmp_path: Path, name: str) -> None:
    api = "gateway.networking.k8s.io/v1"
    gateway = thing("Gateway", "public", "{gatewayClassName: edge, listeners: []}", api)
    route = thing("HTTPRoute", "web", f"{{rules: [{{backendRefs: [{{name: {name}, port: 80}}]}}]}}", api)
    selector = "{selector: {gateway.networking.k8s.io/gateway-name: public}}"
    written(tmp_path, {"all.yaml": "---\n".join([gateway, route, thing("Service", "admin", selector)])})
    (one,) = [each for each in found(tmp_path, PORTS) if each.outcome is Outcome.UNKNOWN]
    assert "for Gateway `public` (all.yaml:1)" in one.message
    (other,) = found(tmp_path, "kubernetes.service-selects-workload")
    assert "for Gateway `public` (all.yaml:1)" in other.message
    written(tmp_path, {"cluster.yaml": thing("Service", name, "{ports: [{port: 80}]}")})
    assert [each.outcome for each in found(tmp_path, PORTS) if each.subject_name == "HTTPRoute web"] == [Outcome.PASS]


def test_a_binding_without_a_role_asks_for_it(tmp_path: Path) -> None:
    api = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a, namespace: shop}\n"
    written(tmp_path, {"a.yaml": f"{api}subjects: [{{kind: Group, name: 'system:serviceaccounts'}}]\n"})
    (one,) = found(tmp_path, "kubernetes.binding-to-everyone-without-escalation")
    assert one.provide == "state `kind` and `name` under `roleRef` in a.yaml:1"


def test_a_page_leaves_nothing_open_of_an_object_that_a_manifest_states(tmp_path: Path) -> None:
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n{POD}"
    written(tmp_path, {"README.md": f"```yaml\n{pod}```\n"})
    assert [each.outcome for each in found(tmp_path, SELECTED)] == [Outcome.UNKNOWN]
    written(tmp_path, {"pod.yaml": pod})
    done = scan([str(tmp_path)], Options(profile=Profile.OPINION))
    assert [(each.location.path, each.outcome) for each in done.findings if each.rule == SELECTED] == [
        ("pod.yaml", Outcome.FAIL)
    ]
    listed = [each.rule for each in done.findings if each.outcome is Outcome.UNKNOWN]
    assert done.counts[SELECTED].get(Outcome.UNKNOWN, 0) == 0
    assert sum(numbers.get(Outcome.UNKNOWN, 0) for numbers in done.counts.values()) == len(listed)
    page = f"```yaml\n{pod.replace('image:', 'securityContext: {privileged: true}, image:')}```\n"
    written(tmp_path, {"README.md": page})
    told = found(tmp_path, "kubernetes.container-not-privileged")
    assert ("README.md", Outcome.FAIL) in [(each.location.path, each.outcome) for each in told]


def test_the_option_that_leaves_out_a_folder_that_is_kept_is_named(tmp_path: Path) -> None:
    route = thing(
        "HTTPRoute", "web", "{rules: [{backendRefs: [{name: mine, port: 80}]}]}", "gateway.networking.k8s.io/v1"
    )
    server = "apiVersion: servers.example.com/v1\nkind: Server\nmetadata: {name: mine, namespace: shop}\n"
    written(tmp_path, {".archive/a.yaml": f"{route}---\n{server}", "pod.yaml": thing("Pod", "a", "{containers: []}")})
    (one,) = found(tmp_path, PORTS)
    assert one.provide.endswith(", or leave out .archive with `--exclude .archive` if nothing is deployed from it")


def test_a_workload_that_is_found_is_enough_for_a_budget(tmp_path: Path) -> None:
    labels = "{app: web}"
    budget = thing(
        "PodDisruptionBudget", "web", f"{{minAvailable: 1, selector: {{matchLabels: {labels}}}}}", "policy/v1"
    )
    template = f"{{metadata: {{labels: {labels}}}, {POD.strip()}}}"
    deployment = thing(
        "Deployment", "web", f"{{replicas: 2, selector: {{matchLabels: {labels}}}, template: {template}}}", "apps/v1"
    )
    written(tmp_path, {"all.yaml": f"{budget}---\n{deployment}", "broken.yaml": "kind: StatefulSet\nspec: [\n"})
    (one,) = found(tmp_path, "kubernetes.disruption-budget-below-replicas")
    assert one.outcome is Outcome.PASS
    written(tmp_path, {"all.yaml": f"{budget}---\n{deployment.replace('replicas: 2', 'replicas: 1')}"})
    (one,) = found(tmp_path, "kubernetes.disruption-budget-below-replicas")
    assert one.outcome is Outcome.UNKNOWN
    assert one.provide.startswith("make broken.yaml readable (")


def test_a_policy_that_restricts_nothing_is_not_why_isolation_is_unknown(tmp_path: Path) -> None:
    observing = thing(
        "CiliumClusterwideNetworkPolicy",
        "observe-dns",
        "{endpointSelector: {matchLabels: {'k8s:io.cilium.k8s.namespace.labels.team': a}},"
        " enableDefaultDeny: {ingress: false, egress: false}, egress: [{toPorts: [{ports: [{port: '53'}]}]}]}",
        "cilium.io/v2",
    )
    closing = thing("NetworkPolicy", "closed", "{podSelector: {}}", "networking.k8s.io/v1")
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n{POD}"
    written(tmp_path, {"a.yaml": f"{observing}---\n{closing}", "pod.yaml": pod})
    (one,) = found(tmp_path, SELECTED)
    assert one.outcome is Outcome.UNKNOWN
    assert "closed" in one.message
    assert "observe-dns" not in one.message
