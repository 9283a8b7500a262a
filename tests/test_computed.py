"""Values that a variable stands for are not known: no rule says that they are wrong, nor that they are right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.model import Finding, Outcome
from scanner.scan import scan
from scanner.subjects.computed import image_is_computed
from tests.test_subjects_kubernetes import thing

TAG = "kubernetes.container-image-tag-pinned"


def outcome(folder: Path, rule: str) -> list[Finding]:
    return [each for each in scan([str(folder)]).findings if each.rule == rule]


@pytest.mark.parametrize(
    ("image", "computed"),
    [
        ("$(IMAGE)", True),
        ("${IMAGE}:${TAG}", True),
        ("r.example/a:${TAG:-1.0/x}", True),
        ("r.example/a@$(DIGEST)", True),
        ("r.example/${NAME}", True),
        ("{{inputs.parameters.image}}", True),
        ("${{IMAGE}}", True),
        (" ", True),
        ("${REGISTRY}/a:1.0", False),
        ("r.example/${NAME}:1.0", False),
        ("r.example:5000/a", False),
        ("a", False),
    ],
)
def test_an_image_is_computed_where_its_version_is(image: str, computed: bool) -> None:
    assert image_is_computed(image) is computed


@pytest.mark.parametrize(
    ("image", "expected"),
    [("$(IMAGE)", Outcome.UNKNOWN), ("${REG}/a:${TAG}", Outcome.UNKNOWN), ("${REG}/a:latest", Outcome.FAIL)],
)
def test_a_version_from_a_variable_is_unknown(image: str, expected: Outcome, tmp_path: Path) -> None:
    pod = thing("Pod", spec={"containers": [{"name": "a", "image": image}]})
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(pod))
    (found,) = outcome(tmp_path, TAG)
    assert found.outcome is expected
    assert expected is Outcome.FAIL or "; `image` is computed: " in found.message


@pytest.mark.parametrize(
    "target",
    [{"kind": "Deployment", "name": "${APP}"}, {"kind": "${CONTROLLER:=Deployment}", "name": "web"}],
)
def test_an_autoscaler_of_a_variable_does_not_miss_its_target(target: dict[str, str], tmp_path: Path) -> None:
    spec = {"minReplicas": 2, "maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", **target}}
    scaler = thing("HorizontalPodAutoscaler", version="autoscaling/v2", spec=spec)
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(scaler))
    (found,) = outcome(tmp_path, "kubernetes.autoscaler-target-exists")
    assert found.outcome is Outcome.UNKNOWN


IN_WORKFLOW, IN_TEMPLATE = "r.example/a:{{workflow.parameters.tag}}", "r.example/a:{{ inputs.parameters.tag }}"


def workflow(image: str, stated: list[Any], own: list[Any], given: list[Any]) -> dict[str, Any]:
    """A workflow with an image, the parameters of the workflow and of the template, and those of a step."""
    run = {"name": "run", "inputs": {"parameters": own}, "container": {"image": image}}
    main = {"name": "main", "steps": [[{"name": "a", "template": "run", "arguments": {"parameters": given}}]]}
    spec = {"entrypoint": "main", "arguments": {"parameters": stated}, "templates": [main, run]}
    return thing("WorkflowTemplate", version="argoproj.io/v1alpha1", spec=spec)


@pytest.mark.parametrize(
    ("image", "stated", "own", "given", "expected"),
    [
        (IN_WORKFLOW, [{"name": "tag", "value": "latest"}], [], [], Outcome.FAIL),
        (IN_WORKFLOW, [{"name": "tag", "value": "1.0"}], [], [], None),
        (IN_WORKFLOW, [{"name": "tag"}], [], [], Outcome.UNKNOWN),
        (IN_WORKFLOW, [{"name": "other", "value": "1.0"}], [{"name": "tag", "value": "1.0"}], [], Outcome.UNKNOWN),
        (IN_WORKFLOW, [{"name": "tag", "value": "{{workflow.name}}"}], [], [], Outcome.UNKNOWN),
        (IN_TEMPLATE, [], [{"name": "tag", "value": "latest"}], [], Outcome.FAIL),
        (IN_TEMPLATE, [], [{"name": "tag", "value": "1.0"}], [], None),
        (IN_TEMPLATE, [], [{"name": "tag", "value": "1.0"}], [{"name": "tag", "value": "latest"}], Outcome.UNKNOWN),
        (IN_TEMPLATE, [{"name": "tag", "value": "latest"}], [{"name": "tag", "value": "1.0"}], [], Outcome.UNKNOWN),
    ],
)
def test_a_parameter_of_a_workflow_has_the_value_that_its_object_states(
    image: str, stated: list[Any], own: list[Any], given: list[Any], expected: Outcome | None, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(workflow(image, stated, own, given)))
    found = outcome(tmp_path, TAG)
    assert [each.outcome for each in found] == ([expected] if expected else [])
    if expected is Outcome.UNKNOWN:
        assert "Argo Workflows replaces" in found[0].message
