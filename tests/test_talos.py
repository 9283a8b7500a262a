"""What a namespace or a container does not state counts lower where the files configure a cluster of Talos Linux."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.options import Options
from scanner.scan import scan

RULE = "kubernetes.namespace-enforces-pod-security"
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
PRIVILEGED = NAMESPACE.replace("shop", "shop, labels: {pod-security.kubernetes.io/enforce: privileged}")
MACHINE = (
    "version: v1alpha1\nmachine:\n  type: controlplane\n  install: {disk: /dev/sda}\ncluster: {clusterName: home}\n"
)
PATCH = "machine:\n  sysctls: {vm.swappiness: '0'}\n"
TALHELPER = "clusterName: home\ntalosVersion: v1.12.1\nendpoint: https://10.0.0.1:6443\nnodes: [{hostname: a}]\n"
OMNI = (
    "kind: Cluster\nname: home\nkubernetes: {version: v1.36.4}\ntalos:\n  version: v1.13.7\n---\nkind: ControlPlane\n"
)
OMNI_CHANGED = f"{OMNI}patches: [{{name: a, inline: {{cluster: {{apiServer: {{admissionControl: []}}}}}}}}]\n"
ANOTHER = f"apiVersion: cluster.example/v1\n{OMNI}"
AUTOSCALER = "admissionController: {enabled: true}\n"
OTHER = "machine:\n  type: lathe\n  axes: 3\n"
CHANGED = "- op: remove\n  path: /cluster/apiServer/admissionControl\n"
NO_LABEL = "has no label that enforces the level baseline or restricted of the Pod Security Standards"
WHY = (
    "the files configure a cluster of Talos Linux, which enforces the level baseline by default in a namespace without "
    "the label"
)


@pytest.mark.parametrize(
    ("files", "severity", "why"),
    [
        ({"talos/controlplane.yaml": MACHINE}, "low", WHY),
        ({"talos/patches/swap.yaml": PATCH}, "low", WHY),
        ({"talos/talconfig.yaml": TALHELPER}, "low", WHY),
        ({"a/swap.yaml": f"apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: a\n---\n{PATCH}"}, "low", WHY),
        ({"omni/cluster.yaml": OMNI}, "low", WHY),
        ({"talos/controlplane.yaml": MACHINE, "autoscaler/values.yaml": AUTOSCALER}, "low", WHY),
        ({}, "medium", ""),
        ({"omni/cluster.yaml": OMNI_CHANGED}, "medium", ""),
        ({"omni/cluster.yaml": ANOTHER}, "medium", ""),
        ({"shop/machine.yaml": OTHER}, "medium", ""),
        ({"shop/machine.yaml": PATCH + "shop: a\n"}, "medium", ""),
        ({"shop/cluster.yaml": TALHELPER.replace("talosVersion", "version")}, "medium", ""),
        ({"talos/patches/swap.yaml": PATCH, "talos/patches/admission.yaml": CHANGED}, "medium", ""),
        ({"testdata/swap.yaml": PATCH}, "medium", ""),
        ({"talos/swap.yaml": "machine: [\n"}, "medium", ""),
    ],
)
def test_talos_enforces_a_level_by_default(files: dict[str, str], severity: str, why: str, tmp_path: Path) -> None:
    for name, text in {**files, "namespace.yaml": NAMESPACE}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (found,) = (each for each in scan([str(tmp_path)], Options()).findings if each.rule == RULE)
    assert (found.severity.value, found.counted_because, found.message) == (severity, why, f"Namespace shop {NO_LABEL}")


def test_a_label_goes_before_the_default_of_talos(tmp_path: Path) -> None:
    (tmp_path / "swap.yaml").write_text(PATCH)
    (tmp_path / "namespace.yaml").write_text(PRIVILEGED)
    (found,) = (each for each in scan([str(tmp_path)], Options()).findings if each.rule == RULE)
    assert (found.severity.value, found.counted_because) == ("medium", "")


SECCOMP = "kubernetes.container-seccomp-profile-set"
BY_TALOS = (
    "the files configure a cluster of Talos Linux, whose generated configuration from 1.2 sets the default profile for "
    "a pod that states none"
)
SET = "machine:\n  kubelet: {defaultRuntimeSeccompProfileEnabled: true}\n"
NOT_SET = "- op: remove\n  path: /machine/kubelet/defaultRuntimeSeccompProfileEnabled\n"
OFF = SET.replace("true", "false")
KUBELET_OFF = "machine:\n  kubelet: {extraConfig: {seccompDefault: false}}\n"
BASE = """\
machine:
  {% if ENV.CONTROLPLANE %}
  ca: {key: "{{ ENV.KEY }}"}
  {% endif %}
  token: {{ ENV.TOKEN }}
  kubelet:
    image: registry.example/kubelet:${version}
    defaultRuntimeSeccompProfileEnabled: true
"""
BASE_NOT_SET = BASE.replace("    defaultRuntimeSeccompProfileEnabled: true\n", "")
PRIVILEGED_ALONE = "it is privileged, and no profile applies to a privileged container"
WHOLE_SET = MACHINE.replace("machine:", SET.rstrip(), 1)


@pytest.mark.parametrize(
    ("files", "stated", "severity", "why"),
    [
        ({"swap.yaml": PATCH}, "", "low", BY_TALOS),
        ({"swap.yaml": SET}, "", "low", BY_TALOS),
        ({"controlplane.yaml": WHOLE_SET}, "", "low", BY_TALOS),
        ({"omni.yaml": OMNI}, "", "low", BY_TALOS),
        ({}, "", "medium", ""),
        ({"controlplane.yaml": MACHINE}, "", "medium", ""),
        ({"swap.yaml": PATCH, "off.yaml": OFF}, "", "medium", ""),
        ({"swap.yaml": PATCH, "off.yaml": KUBELET_OFF}, "", "medium", ""),
        ({"swap.yaml": PATCH, "off.yaml": NOT_SET}, "", "medium", ""),
        ({"swap.yaml": PATCH}, "seccompProfile: {type: Unconfined}", "medium", ""),
        ({"swap.yaml": PATCH}, "privileged: true", "low", PRIVILEGED_ALONE),
        ({"base.yaml.j2": BASE, "node.yaml.j2": MACHINE}, "", "low", BY_TALOS),
        ({"base.yaml.j2": BASE_NOT_SET, "node.yaml.j2": MACHINE}, "", "medium", ""),
        ({"base.yaml.tmpl": BASE.replace("true", "false")}, "", "medium", ""),
        ({"base.yaml.j2": BASE, "controlplane.yaml": MACHINE}, "", "medium", ""),
        ({"base.txt": BASE}, "", "medium", ""),
        ({"base.yaml.j2": BASE.replace("machine:", "machine: [")}, "", "medium", ""),
    ],
)
def test_talos_sets_a_seccomp_profile(
    files: dict[str, str], stated: str, severity: str, why: str, tmp_path: Path
) -> None:
    container = f"{{name: web, image: 'registry.example/web:1', securityContext: {{{stated}}}}}"
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {{containers: [{container}]}}\n"
    for name, text in {**files, "pod.yaml": pod}.items():
        (tmp_path / name).write_text(text)
    (found,) = (each for each in scan([str(tmp_path)], Options()).findings if each.rule == SECCOMP)
    assert (found.severity.value, found.counted_because) == (severity, why)


def test_a_container_beside_a_privileged_one_has_the_default_profile(tmp_path: Path) -> None:
    both = "{name: web, image: 'a/web:1'}, {name: build, image: 'a/build:1', securityContext: {privileged: true}}"
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {{containers: [{both}]}}\n"
    (tmp_path / "swap.yaml").write_text(PATCH)
    (tmp_path / "pod.yaml").write_text(pod)
    found = [each.counted_because for each in scan([str(tmp_path)], Options()).findings if each.rule == SECCOMP]
    assert found == [BY_TALOS, PRIVILEGED_ALONE]
