"""Policies of Kyverno and Gatekeeper in CEL: whom they are about, what they say, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.errors import PackError
from scanner.finished_scan import Scan
from scanner.model import Finding, Outcome, Severity
from scanner.scan import Options, scan

PODS = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
CLAIMS = {**PODS, "resources": ["configmaps"]}
PRIVILEGED = "object.spec.containers.all(c, !c.?securityContext.?privileged.orValue(false))"


def kyverno(*expressions: str, name: str = "rule", rules: Any = (PODS,), **spec: Any) -> dict[str, Any]:
    """A ValidatingPolicy of Kyverno."""
    metadata = {"name": name, **spec.pop("meta", {})}
    return {
        "apiVersion": "policies.kyverno.io/v1",
        "kind": spec.pop("kind", "ValidatingPolicy"),
        "metadata": metadata,
        "spec": {
            "matchConstraints": {"resourceRules": list(rules), **spec.pop("match", {})},
            "validations": [{"expression": one, "message": "not so"} for one in expressions],
            **spec,
        },
    }


def exception(condition: str, **spec: Any) -> dict[str, Any]:
    """A PolicyException for the policy `rule`."""
    named = {"policyRefs": [{"name": "rule", "kind": "ValidatingPolicy"}], **spec}
    return {
        "apiVersion": "policies.kyverno.io/v1",
        "kind": "PolicyException",
        "metadata": {"name": "spared"},
        "spec": {**named, "matchConditions": [{"name": "which", "expression": condition}]},
    }


def template(
    *validations: Any, kind: str = "NoMode", engine: str = "K8sNativeValidation", **more: Any
) -> dict[str, Any]:
    """A ConstraintTemplate of Gatekeeper."""
    properties = {"mode": {"type": "string", "default": "open"}}
    source = {"validations": list(validations), **more}
    return {
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": kind.lower(), "annotations": {"description": "Modes are closed."}},
        "spec": {
            "crd": {"spec": {"names": {"kind": kind}, "validation": {"openAPIV3Schema": {"properties": properties}}}},
            "targets": [{"target": "admission.k8s.gatekeeper.sh", "code": [{"engine": engine, "source": source}]}],
        },
    }


def constraint(kind: str = "NoMode", **spec: Any) -> dict[str, Any]:
    """A constraint of a template."""
    metadata = {"name": "shut", **spec.pop("meta", {})}
    return {"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": kind, "metadata": metadata, "spec": spec}


MODE = {
    "expression": "variables.anyObject.data.mode != variables.params.mode",
    "messageExpression": "'mode is ' + variables.params.mode",
}


def thing(kind: str = "ConfigMap", name: str = "web", version: str = "v1", **content: Any) -> dict[str, Any]:
    """An object; fields of its metadata are given as `meta`."""
    meta = {"name": name, "namespace": "shop", **content.pop("meta", {})}
    return {"apiVersion": version, "kind": kind, "metadata": meta, **content}


def pod(*, privileged: bool) -> dict[str, Any]:
    """The `spec` of a Pod."""
    return {"containers": [{"name": "app", "image": "app:1", "securityContext": {"privileged": privileged}}]}


def judged(folder: Path, policies: list[dict[str, Any]], *objects: dict[str, Any]) -> Scan:
    """The scan of some objects, held to some policies."""
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "policies" / "all.yaml").write_text(yaml.safe_dump_all(policies), encoding="utf-8")
    (folder / "objects").mkdir(exist_ok=True)
    (folder / "objects" / "all.yaml").write_text(yaml.safe_dump_all(objects), encoding="utf-8")
    return scan([str(folder / "objects")], Options(policies=(folder / "policies",), include_passes=True))


def told(result: Scan) -> list[Finding]:
    """What policies said."""
    return [finding for finding in result.findings if finding.rule.startswith("policy.")]


def outcomes(folder: Path, policies: list[dict[str, Any]], *objects: dict[str, Any]) -> list[str]:
    """The outcomes of policies, in the order of the objects."""
    return [finding.outcome.value for finding in told(judged(folder, policies, *objects))]


def reason(folder: Path, policies: list[dict[str, Any]], *objects: dict[str, Any]) -> str:
    """Why the policies are not assessed, which makes the run incomplete."""
    result = judged(folder, policies, *objects)
    assert result.verdict.exit_code == 4
    assert not [finding for finding in told(result) if finding.outcome is Outcome.PASS]
    return "; ".join(finding.message for finding in told(result) if finding.outcome is Outcome.ERROR)


def test_kyverno_denies_a_pod_and_all_its_controllers(tmp_path: Path) -> None:
    found = {"template": {"spec": pod(privileged=True)}}
    objects = (
        thing("Pod", spec=pod(privileged=True)),
        thing("Deployment", version="apps/v1", spec=found),
        thing("Job", version="batch/v1", spec=found),
        thing("CronJob", version="batch/v1", spec={"jobTemplate": {"spec": found}}),
        thing("Pod", "fine", spec=pod(privileged=False)),
    )
    annotations = {"policies.kyverno.io/severity": "critical", "policies.kyverno.io/description": "Power of the node."}
    rule = kyverno(PRIVILEGED, meta={"annotations": annotations})
    result = judged(tmp_path, [rule], *objects)
    fields = {finding.subject_name: finding.location.field for finding in told(result) if finding.outcome == "fail"}
    assert fields == {
        "Pod web": "spec.containers",
        "Deployment web": "spec.template.spec.containers",
        "Job web": "spec.template.spec.containers",
        "CronJob web": "spec.jobTemplate.spec.template.spec.containers",
    }
    assert [finding.subject_name for finding in told(result) if finding.outcome == "pass"] == ["Pod fine"]
    first = told(result)[0]
    assert (first.rule, first.severity, first.message) == (
        "policy.rule",
        Severity.CRITICAL,
        "Policy rule failed: not so",
    )
    assert first.related[0].location.field == "spec.validations.0.expression"
    assert result.rules["policy.rule"].why == "Power of the node."
    assert result.verdict.exit_code == 1


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({"autogen": {"podControllers": {"controllers": []}}}, {"Pod web"}),
        ({"autogen": {"podControllers": {"controllers": ["cronjobs"]}}}, {"Pod web"}),
        ({"autogen": {"podControllers": {"controllers": ["deployments"]}}}, {"Pod web", "Deployment web"}),
        ({"match": {"objectSelector": {"matchLabels": {"a": "b"}}}}, set()),
        ({"rules": ({**PODS, "resourceNames": ["web"]},)}, {"Pod web"}),
        ({"rules": ({**PODS, "resources": ["pods", "secrets"]},)}, {"Pod web"}),
    ],
)
def test_kyverno_generates_for_controllers_only_where_the_policy_allows_it(
    tmp_path: Path, change: dict[str, Any], kinds: set[str]
) -> None:
    found = {"template": {"spec": pod(privileged=True)}}
    objects = (thing("Pod", spec=pod(privileged=True)), thing("Deployment", version="apps/v1", spec=found))
    assert {each.subject_name for each in told(judged(tmp_path, [kyverno(PRIVILEGED, **change)], *objects))} == kinds


def test_the_namespace_of_a_controller_stays_its_own(tmp_path: Path) -> None:
    rule = kyverno("object.metadata.namespace == 'shop' && object.metadata.labels.app == 'web'")
    template_ = {"metadata": {"labels": {"app": "web"}}, "spec": pod(privileged=False)}
    assert outcomes(tmp_path, [rule], thing("Deployment", version="apps/v1", spec={"template": template_})) == ["pass"]


@pytest.mark.slow
def test_kyverno_audits_without_denying_and_conditions_limit(tmp_path: Path) -> None:
    audit = kyverno("false", rules=(CLAIMS,), validationActions=["Audit"])
    (finding,) = told(judged(tmp_path, [audit], thing()))
    assert finding.severity is Severity.LOW
    background = kyverno("false", rules=(CLAIMS,), evaluation={"admission": {"enabled": False}})
    assert [each.severity for each in told(judged(tmp_path, [background], thing()))] == [Severity.LOW]
    limited = kyverno(
        "variables.mode == 'shut'",
        rules=(CLAIMS,),
        matchConditions=[{"name": "moded", "expression": "has(object.data)"}],
        variables=[{"name": "mode", "expression": "object.data.mode"}],
    )
    assert outcomes(tmp_path, [limited], thing(), thing(name="a", data={"mode": "shut"})) == ["pass"]


def test_a_policy_of_a_namespace_is_about_that_namespace(tmp_path: Path) -> None:
    rule = kyverno("false", rules=(CLAIMS,), kind="NamespacedValidatingPolicy", meta={"namespace": "shop"})
    result = judged(tmp_path, [rule], thing(), thing(meta={"namespace": "bank"}))
    assert [(each.rule, each.subject_id) for each in told(result)] == [("policy.shop.rule", "core/ConfigMap/shop/web")]


def test_exceptions_of_kyverno_exempt_what_their_conditions_name(tmp_path: Path) -> None:
    rule, spared = kyverno("false", rules=(CLAIMS,)), exception("object.metadata.name == 'web'")
    result = judged(tmp_path, [rule, spared], thing(), thing(name="other"))
    assert [finding.subject_name for finding in told(result)] == ["ConfigMap other"]
    values = exception("true", allowedValues=["x"])
    assert "applies only whole exceptions" in reason(tmp_path, [rule, values], thing())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expression", "why"),
    [
        (
            "resource.Get('v1', 'configmaps', 'a', 'b').data.x == 'y'",
            "`resource.Get`, which asks a cluster for objects",
        ),
        ("http.Get('https://example.com').x == 1", "`http.Get`, which makes an HTTP request"),
        ("globalContext.Get('a', 'b') != null", "`globalContext.Get`, which reads the global context of a cluster"),
        ("image.GetMetadata('a').config.User != ''", "`image.GetMetadata`, which asks an image registry"),
        ("image('a').registry() == 'b'", "`image`, which is part of Kyverno's CEL, but Assay does not support it"),
        ("object.nope(", "not a valid CEL expression"),
    ],
)
def test_what_kyverno_cannot_say_of_files_is_refused(tmp_path: Path, expression: str, why: str) -> None:
    rule = kyverno(expression, rules=(CLAIMS,))
    message = reason(tmp_path, [rule], thing())
    assert message.startswith("the policy rule was not assessed: validation 1 cannot be evaluated: ")
    assert why in message


def test_other_modes_and_kinds_of_kyverno_are_refused(tmp_path: Path) -> None:
    rule = kyverno("false", evaluation={"mode": "JSON"})
    del rule["spec"]["matchConstraints"]
    assert "its evaluation mode is JSON" in reason(tmp_path, [rule], thing())
    for version, kind, why in (
        ("kyverno.io/v1", "ClusterPolicy", "not its older policies"),
        ("policies.kyverno.io/v1", "MutatingPolicy", "it changes objects"),
        ("policies.kyverno.io/v1", "ImageValidatingPolicy", "it asks an image registry"),
    ):
        refused = {"apiVersion": version, "kind": kind, "metadata": {"name": "rule"}, "spec": {}}
        assert why in reason(tmp_path, [refused], thing())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (kyverno("true", validation=[]), "there is no field `validation` in `spec`, did you mean validations?"),
        (kyverno("true", autogen={"podControllers": {"controllers": "jobs"}}), "controllers` must be a list"),
        (kyverno("true", evaluation={"admission": {"enabled": "no"}}), "enabled` must be true or false"),
        (kyverno("true", meta={"annotations": {"policies.kyverno.io/severity": "bad"}}), "not a severity: bad"),
        (template({"message": "x"}), "has no `expression`"),
        (constraint(enforcementAction="block"), "must be one of deny, warn, dryrun, scoped"),
        (constraint(match={"kind": []}), "there is no field `kind` in `spec.match`, did you mean kinds?"),
    ],
)
def test_a_policy_that_no_cluster_takes_is_an_error_with_its_line(
    tmp_path: Path, wrong: dict[str, Any], message: str
) -> None:
    policies = [wrong, constraint()] if wrong["kind"] == "ConstraintTemplate" else [wrong]
    with pytest.raises(PackError) as error:
        judged(tmp_path, policies, thing())
    assert message in str(error.value)
    assert "all.yaml:" in str(error.value)


def test_a_constraint_runs_the_cel_of_its_template(tmp_path: Path) -> None:
    policies = [template(MODE), constraint(parameters={"mode": "shut"})]
    result = judged(tmp_path, policies, thing(data={"mode": "shut"}), thing(name="b", data={"mode": "open"}))
    first, second = told(result)
    assert (first.outcome, second.outcome) == (Outcome.FAIL, Outcome.PASS)
    assert first.rule == "policy.nomode.shut"
    assert first.message == "[shut] mode is shut"
    assert first.severity is Severity.HIGH
    assert first.location.field == "data.mode"
    assert first.related[0].location.field == "spec.targets.0.code.0.source.validations.0.expression"
    assert result.rules["policy.nomode.shut"].why == "Modes are closed."


def test_parameters_have_the_defaults_of_the_schema(tmp_path: Path) -> None:
    assert outcomes(tmp_path, [template(MODE), constraint(parameters={})], thing(data={"mode": "open"})) == ["fail"]
    nothing = {"expression": "variables.params == null"}
    assert outcomes(tmp_path, [template(nothing), constraint()], thing()) == ["pass"]
    empty = constraint()
    del empty["spec"]
    assert outcomes(tmp_path, [template(nothing), empty], thing()) == ["pass"]


def test_templates_have_conditions_variables_and_a_failure_policy(tmp_path: Path) -> None:
    missing = {"expression": "variables.mode == 'shut'"}
    mode = [{"name": "mode", "expression": "variables.anyObject.data.mode"}]
    assert outcomes(tmp_path, [template(missing, variables=mode), constraint()], thing()) == ["fail"]
    ignoring = template(missing, variables=mode, failurePolicy="Ignore")
    assert outcomes(tmp_path, [ignoring, constraint()], thing()) == ["pass"]
    limited = template(missing, variables=mode, matchCondition=[{"name": "a", "expression": "has(object.data)"}])
    assert outcomes(tmp_path, [limited, constraint()], thing()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("match", "names"),
    [
        ({}, {"web", "space", "role"}),
        ({"kinds": [{"apiGroups": [""], "kinds": ["ConfigMap"]}]}, {"web"}),
        ({"kinds": [{"apiGroups": ["apps"], "kinds": ["*"]}]}, set()),
        ({"scope": "Cluster"}, {"space", "role"}),
        ({"scope": "Namespaced"}, {"web"}),
        ({"namespaces": ["sh*"]}, {"web", "role"}),
        ({"namespaces": ["space"]}, {"space", "role"}),
        ({"excludedNamespaces": ["*op"]}, {"space", "role"}),
        ({"labelSelector": {"matchLabels": {"team": "a"}}}, {"web"}),
        ({"namespaceSelector": {"matchLabels": {"env": "test"}}}, {"web", "role"}),
        ({"name": "*e*"}, {"web", "space", "role"}),
        ({"name": "we*"}, {"web"}),
        ({"source": "Generated"}, set()),
    ],
)
def test_constraints_match_as_gatekeeper_does(tmp_path: Path, match: dict[str, Any], names: set[str]) -> None:
    shop = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"env": "test"}}}
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "space"}}
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "role"}}
    policies = [template({"expression": "false"}), constraint(match=match)]
    result = judged(tmp_path, policies, shop, space, role, thing(meta={"labels": {"team": "a"}}))
    found = {each.subject_name.split()[-1] for each in told(result) if each.outcome is Outcome.FAIL}
    assert found - {"shop"} == names


def test_a_namespace_that_is_not_scanned_makes_a_constraint_unknown(tmp_path: Path) -> None:
    match = {"namespaceSelector": {"matchLabels": {"env": "test"}}}
    policies = [template({"expression": "false"}), constraint(match=match)]
    (finding,) = told(judged(tmp_path, policies, thing()))
    assert finding.outcome is Outcome.UNKNOWN
    assert "labels of a Namespace" in finding.message


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spec", "severity"),
    [
        ({"enforcementAction": "warn"}, Severity.LOW),
        ({"enforcementAction": "dryrun"}, Severity.LOW),
        ({"enforcementAction": "scoped", "scopedEnforcementActions": [{"action": "deny"}]}, Severity.HIGH),
        ({"meta": {"annotations": {"assay/severity": "critical"}}}, Severity.CRITICAL),
    ],
)
def test_the_action_of_a_constraint_decides_the_severity(
    tmp_path: Path, spec: dict[str, Any], severity: Severity
) -> None:
    (finding,) = told(judged(tmp_path, [template({"expression": "false"}), constraint(**spec)], thing()))
    assert finding.severity is severity


def test_what_gatekeeper_cannot_run_here_is_refused(tmp_path: Path) -> None:
    rego = template(MODE, engine="Rego")
    assert "has no code in CEL" in reason(tmp_path, [rego, constraint()], thing())
    assert "no template for the kind NoMode" in reason(tmp_path, [constraint()], thing())
    assert "no constraint of the kind NoMode" in reason(tmp_path, [template(MODE)], thing())
    with pytest.raises(PackError, match="two templates define the kind NoMode"):
        judged(tmp_path, [template(MODE), template(MODE)], thing())


def test_rego_files_are_refused_each_at_its_package(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    for name in ("a.rego", "b.rego", "a_test.rego"):
        (folder / name).write_text("# a comment\npackage main\n\ndeny[msg] { msg := 'no' }\n", encoding="utf-8")
    result = judged(tmp_path, [kyverno("true", rules=(CLAIMS,))], thing())
    errors = [finding for finding in told(result) if finding.outcome is Outcome.ERROR]
    assert [(each.rule, Path(each.location.path).name, each.location.line) for each in errors] == [
        ("policy.rego.main", "a.rego", 2),
        ("policy.rego.main", "b.rego", 2),
    ]
    assert "it is in Rego, and Assay evaluates policies in CEL only" in errors[0].message
    assert result.verdict.exit_code == 4
    alone = scan([str(tmp_path / "objects")], Options(policies=(folder / "a.rego",)))
    assert alone.verdict.exit_code == 4


def test_policies_of_several_systems_with_one_name_are_an_error(tmp_path: Path) -> None:
    own = {**kyverno("true"), "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy"}
    with pytest.raises(PackError, match="two policies are called rule"):
        judged(tmp_path, [own, kyverno("true")], thing())
