"""Pods and containers in custom resources: found wherever they stand, and nothing that is not one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.finished_scan import Scan
from scanner.model import Finding, Outcome, Profile
from scanner.scan import Options, scan
from tests.test_subjects_kubernetes import identities, read, reading, thing


class Text(str):
    """A text that is written as a block."""

    __slots__ = ()


yaml.SafeDumper.add_representer(
    Text, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")
)
PRIVILEGED = "kubernetes.container-not-privileged"
OPEN: dict[str, Any] = {"name": "c", "image": "r.example/a:1", "securityContext": {"privileged": True}}
PROBED = {"readinessProbe": {"httpGet": {"port": "web"}}}
TEMPLATE = {"spec": {"containers": [OPEN]}}
PATCH = {"spec": {"containers": [{"name": "main", "securityContext": {"privileged": True}}]}}
ASKING: dict[str, tuple[str, str, dict[str, Any]]] = {
    "argo-workflow": ("argoproj.io/v1alpha1", "Workflow", {"templates": [{"name": "m", "container": OPEN}]}),
    "argo-script": ("argoproj.io/v1alpha1", "WorkflowTemplate", {"templates": [{"name": "m", "script": OPEN}]}),
    "argo-cron": ("argoproj.io/v1alpha1", "CronWorkflow", {"workflowSpec": {"templates": [{"sidecars": [OPEN]}]}}),
    "argo-set": ("argoproj.io/v1alpha1", "Workflow", {"templates": [{"containerSet": {"containers": [OPEN]}}]}),
    "argo-inline": (
        "argoproj.io/v1alpha1",
        "Workflow",
        {"templates": [{"name": "m", "dag": {"tasks": [{"name": "t", "inline": {"container": OPEN}}]}}]},
    ),
    "argo-sensor": (
        "argoproj.io/v1alpha1",
        "Sensor",
        {"triggers": [{"template": {"k8s": {"source": {"resource": {"spec": {"templates": [{"container": OPEN}]}}}}}}]},
    ),
    "argo-defaults": ("argoproj.io/v1alpha1", "Workflow", {"templateDefaults": {"container": OPEN}}),
    "argo-rollout": ("argoproj.io/v1alpha1", "Rollout", {"template": TEMPLATE}),
    "argo-job": (
        "argoproj.io/v1alpha1",
        "AnalysisTemplate",
        {"metrics": [{"provider": {"job": {"spec": {"template": TEMPLATE}}}}]},
    ),
    "tekton-task": ("tekton.dev/v1", "Task", {"steps": [OPEN]}),
    "tekton-run": ("tekton.dev/v1", "TaskRun", {"taskSpec": {"sidecars": [OPEN]}}),
    "tekton-pipeline": ("tekton.dev/v1", "Pipeline", {"tasks": [{"name": "t", "taskSpec": {"steps": [OPEN]}}]}),
    "kubeflow": ("kubeflow.org/v1", "TFJob", {"tfReplicaSpecs": {"Worker": {"template": TEMPLATE}}}),
    "ray": ("ray.io/v1", "RayJob", {"rayClusterSpec": {"workerGroupSpecs": [{"template": TEMPLATE}]}}),
    "leader": (
        "leaderworkerset.x-k8s.io/v1",
        "LeaderWorkerSet",
        {"leaderWorkerTemplate": {"workerTemplate": TEMPLATE}},
    ),
    "jobset": (
        "jobset.x-k8s.io/v1alpha2",
        "JobSet",
        {"replicatedJobs": [{"template": {"spec": {"template": TEMPLATE}}}]},
    ),
    "prometheus": ("monitoring.coreos.com/v1", "Prometheus", {"containers": [{**OPEN, **PROBED}]}),
    "knative": ("serving.knative.dev/v1", "Service", {"template": TEMPLATE}),
    "keda": ("keda.sh/v1alpha1", "ScaledJob", {"jobTargetRef": {"template": TEMPLATE}}),
    "spark": (
        "sparkoperator.k8s.io/v1beta2",
        "SparkApplication",
        {"driver": {"securityContext": {"privileged": True}}},
    ),
    "flink": ("flink.apache.org/v1beta1", "FlinkDeployment", {"jobManager": {"podTemplate": PATCH}}),
    "strimzi": (
        "kafka.strimzi.io/v1beta2",
        "Kafka",
        {"kafka": {"template": {"kafkaContainer": {"securityContext": {"privileged": True}}}}},
    ),
    "openshift": ("apps.openshift.io/v1", "DeploymentConfig", {"template": TEMPLATE}),
    "unknown": ("example.org/v1", "Thing", {"podTemplate": PATCH}),
    "pod": ("example.org/v1", "Thing", {"made": {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [OPEN]}}}),
    "release": (
        "helm.toolkit.fluxcd.io/v2",
        "HelmRelease",
        {"values": {"app": {"securityContext": {"privileged": True}}}},
    ),
    "values": (
        "argoproj.io/v1alpha1",
        "Application",
        {"source": {"helm": {"values": Text("app:\n  securityContext:\n    privileged: true\n")}}},
    ),
    "patch-text": (
        "argoproj.io/v1alpha1",
        "Workflow",
        {"podSpecPatch": '{"containers": [{"name": "main", "securityContext": {"privileged": true}}]}'},
    ),
    "manifest": (
        "argoproj.io/v1alpha1",
        "Workflow",
        {
            "templates": [
                {"name": "m", "resource": {"manifest": Text(yaml.safe_dump(thing("Pod", spec=TEMPLATE["spec"])))}}
            ]
        },
    ),
    "application": (
        "argoproj.io/v1alpha1",
        "Application",
        {"source": {"helm": {"valuesObject": {"containerSecurityContext": {"privileged": True}}}}},
    ),
}
"""Custom resources that ask for privileged mode, by a name."""
CLOSED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "kyverno": ("kyverno.io/v1", "ClusterPolicy", {"rules": [{"validate": {"pattern": TEMPLATE}}]}),
    "gatekeeper": ("mutations.gatekeeper.sh/v1", "Assign", {"parameters": {"assign": {"value": OPEN}}}),
    "definition": (
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        {"versions": [{"schema": {"properties": {"containers": [OPEN], "securityContext": {"privileged": True}}}}]},
    ),
    "schema": (
        "apiextensions.crossplane.io/v1",
        "CompositeResourceDefinition",
        {"properties": {"hostNetwork": {"type": "boolean"}, "securityContext": {"privileged": {"type": "boolean"}}}},
    ),
    "patch": ("example.org/v1", "Thing", {"template": {"containers": [{"name": "main", "resources": {}}]}}),
    "status": ("example.org/v1", "Thing", {}),
    "names": (
        "example.org/v1",
        "Thing",
        {"containers": ["main", "other"], "volumes": "all", "securityContext": "none"},
    ),
}
"""What is not a pod, or states nothing bad."""


def text_of(version: str, kind: str, spec: dict[str, Any]) -> str:
    found = thing(kind, version=version, spec=spec)
    if not spec:
        found["status"] = {"template": TEMPLATE}
    found["metadata"]["namespace"] = "shop"
    return yaml.safe_dump(found, sort_keys=False)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    folder = tmp_path_factory.mktemp("custom")
    for name, it in {**ASKING, **CLOSED}.items():
        (folder / f"{name}.yaml").write_text(text_of(*it), encoding="utf-8")
    return scan([str(folder)], Options(profile=Profile.OPINION))


def failures(scanned: Scan, name: str) -> list[Finding]:
    return [
        each for each in scanned.findings if each.location.path == f"{name}.yaml" and each.outcome is not Outcome.PASS
    ]


@pytest.mark.parametrize("name", ASKING)
def test_privileged_mode_is_found_at_its_line(scanned: Scan, name: str) -> None:
    lines = text_of(*ASKING[name]).splitlines()
    (line,) = [number for number, text in enumerate(lines, 1) if "privileged" in text]
    (found,) = [each for each in failures(scanned, name) if each.rule == PRIVILEGED]
    assert (found.outcome, found.location.line) == (Outcome.FAIL, line)


@pytest.mark.parametrize("name", CLOSED)
def test_what_is_not_a_pod_gives_no_workload(scanned: Scan, name: str) -> None:
    assert [each.rule for each in failures(scanned, name) if each.subject_kind != "kubernetes.resource"] == []


@pytest.mark.parametrize("name", ["tekton-task", "prometheus", "spark", "flink", "strimzi", "unknown", "release"])
def test_what_others_complete_is_judged_by_what_it_states_alone(scanned: Scan, name: str) -> None:
    rules = {each.rule for each in failures(scanned, name) if each.subject_kind != "kubernetes.resource"}
    assert PRIVILEGED in rules
    assert not rules & {"kubernetes.container-memory-limited", "kubernetes.container-capabilities-dropped"}
    assert "kubernetes.container-probe-ports-named" not in rules
    assert not {rule for rule in rules if rule.startswith(("kubernetes.pod-", "kubernetes.workload-"))}


def test_a_text_with_containers_that_cannot_be_read_is_told_with_its_line() -> None:
    text = "kind: Pod\nspec:\n  containers:\n    - {name: a\n"
    spec = {"templates": [{"name": "m", "resource": {"manifest": Text(text)}}]}
    found = reading(yaml.safe_dump(thing("Workflow", version="argoproj.io/v1alpha1", spec=spec)))
    assert [(fault.line, fault.message) for fault in found.faults] == [
        (9, "a text that holds containers, and is not valid YAML or JSON")
    ]


def test_a_workflow_is_one_workload_and_applies_to_each_of_its_containers() -> None:
    spec = {
        "securityContext": {"runAsUser": 0},
        "volumes": [{"name": "a", "emptyDir": {}}],
        "templates": [
            {"name": "build", "container": {"image": "a:1"}},
            {"name": "push", "securityContext": {"runAsUser": 7}, "script": {"image": "b:1"}},
            {"name": "both", "steps": [[{"name": "x", "template": "build"}]]},
        ],
    }
    found = read(thing("Workflow", version="argoproj.io/v1alpha1", spec=spec))
    owner = "argoproj.io/Workflow/default/x"
    assert identities(found, "workload") == [f"{owner}/spec", f"{owner}/spec.templates.push"]
    first, second = (each for each in found if each.kind == "kubernetes.container")
    assert (first.identity, first.name) == (
        f"{owner}/spec.templates.build/container/main",
        "Workflow x, template build, container main",
    )
    users = [each.bindings["pod"]["securityContext"]["runAsUser"] for each in (first, second)]
    assert users == [0, 7]


def test_the_objects_of_a_template_have_the_default_values_of_its_parameters() -> None:
    template = thing(
        "Template",
        version="template.openshift.io/v1",
        parameters=[{"name": "APP", "value": "web"}, {"name": "NUMBER", "value": "3"}, {"name": "TAG"}],
        objects=[
            thing("Deployment", "${APP}", "apps/v1", spec={"replicas": "${{NUMBER}}", "template": TEMPLATE}),
            thing("Pod", "x", spec={"containers": [{"name": "a", "image": "r.example/a:${TAG}"}]}),
            thing("Secret", "s", stringData={"password": "${APP}"}),
        ],
    )
    found = [each for each in read(template) if each.kind == "kubernetes.resource"]
    assert [each.name for each in found] == ["Template x", "Deployment web", "Pod x", "Secret s"]
    assert found[1].bindings["object"]["spec"]["replicas"] == 3
    assert found[3].bindings["object"]["stringData"] == {"password": "${APP}"}
    containers = [each for each in read(template) if each.kind == "kubernetes.container"]
    assert [each.unknowns for each in containers] == [frozenset(), frozenset({"image"})]


ROOT = {"runAsUser": 0, "runAsNonRoot": False}
OF_POD, OF_CONTAINER = "kubernetes.pod-user-not-root", "kubernetes.container-user-not-root"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"web": {"containers": {"app": {"securityContext": ROOT}}}}, (OF_CONTAINER, "medium")),
        ({"web": {"initContainers": {"own": {"securityContext": ROOT}}}}, (OF_CONTAINER, "low")),
        (
            {"web": {"initContainers": {"vpn": {"restartPolicy": "Always", "securityContext": ROOT}}}},
            (OF_CONTAINER, "medium"),
        ),
        ({"extraInitContainers": [{"name": "own", "securityContext": ROOT}]}, (OF_CONTAINER, "low")),
        ({"sidecar": {"securityContext": ROOT}}, (OF_CONTAINER, "medium")),
        ({"podSecurityContext": {"fsGroup": 7}, "securityContext": ROOT}, (OF_CONTAINER, "medium")),
        ({"podSecurityContext": {}, "securityContext": {**ROOT, "fsGroup": 7}}, (OF_POD, "medium")),
        ({"securityContext": ROOT, "image": {"tag": "1"}}, (OF_POD, "medium")),
        ({"defaultPodOptions": {"securityContext": ROOT}}, (OF_POD, "medium")),
    ],
)
def test_a_security_context_in_values_is_that_of_the_pod_or_of_a_container(
    tmp_path: Path, values: dict[str, Any], expected: tuple[str, str]
) -> None:
    text = text_of("helm.toolkit.fluxcd.io/v2", "HelmRelease", {"values": values})
    (tmp_path / "release.yaml").write_text(text, encoding="utf-8")
    found = scan([str(tmp_path)], Options(profile=Profile.OPINION)).findings
    users = [(each.rule, each.severity.value) for each in found if each.rule in (OF_POD, OF_CONTAINER)]
    assert users == [expected]
