"""Pod templates of custom resources, wherever their controllers keep them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.test_subjects_kubernetes import identities, read, thing

TEMPLATE = {"spec": {"containers": [{"name": "a", "image": "registry.example/a:1"}]}}


@pytest.mark.parametrize(
    ("version", "spec", "places"),
    [
        (
            "batch.volcano.sh/v1alpha1",
            {"tasks": [{"template": TEMPLATE}, {"template": TEMPLATE}]},
            ["spec.tasks.0", "spec.tasks.1"],
        ),
        ("ray.io/v1", {"headGroupSpec": {"template": TEMPLATE}}, ["spec.headGroupSpec"]),
        (
            "kubeflow.org/v1",
            {"pytorchReplicaSpecs": {"Master": {"template": TEMPLATE}}},
            ["spec.pytorchReplicaSpecs.Master"],
        ),
        (
            "leaderworkerset.x-k8s.io/v1",
            {"leaderWorkerTemplate": {"leaderTemplate": TEMPLATE, "workerTemplate": TEMPLATE}},
            ["spec.leaderWorkerTemplate.leaderTemplate", "spec.leaderWorkerTemplate.workerTemplate"],
        ),
        (
            "jobset.x-k8s.io/v1alpha2",
            {"replicatedJobs": [{"template": {"spec": {"template": TEMPLATE}}}]},
            ["spec.replicatedJobs.0.template.spec"],
        ),
        ("clickhouse.altinity.com/v1", {"templates": {"podTemplates": [TEMPLATE]}}, ["spec.templates.podTemplates.0"]),
        ("kyverno.io/v1", {"rules": [{"validate": {"pattern": TEMPLATE}}]}, []),
        ("apps/v1", {"other": {"template": TEMPLATE}}, []),
        ("example.org/v1", {"template": [1, None, {"spec": []}, {"spec": {"containers": {}}}]}, []),
    ],
)
def test_a_template_with_images_is_a_workload_of_its_own(version: str, spec: dict[str, Any], places: list[str]) -> None:
    found = read(thing("Thing", version=version, spec=spec))
    owner = f"{version.partition('/')[0]}/Thing/default/x"
    assert identities(found, "workload") == [f"{owner}/{place}" for place in places]
    assert identities(found, "container") == [f"{owner}/{place}/containers/a" for place in places]
    assert [each.name for each in found if each.kind == "kubernetes.workload"] == [f"Thing x, {at}" for at in places]


def test_the_usual_place_is_told_as_ever_and_only_once() -> None:
    found = read(thing("Rollout", version="argoproj.io/v1alpha1", spec={"template": TEMPLATE}))
    assert identities(found, "workload") == ["argoproj.io/Rollout/default/x"]


def test_no_depth_is_too_deep() -> None:
    spec: dict[str, Any] = {"template": TEMPLATE}
    for _ in range(20):
        spec = {"inner": spec}
    assert len(identities(read(thing("Thing", version="example.org/v1", spec=spec)), "workload")) == 1
