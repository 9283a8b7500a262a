"""ValidatingAdmissionPolicies run on manifests: whom they are about, what they say, and what they cannot tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.errors import PackError, UsageError
from scanner.finished_scan import Scan
from scanner.model import Finding, Outcome, Severity
from scanner.scan import Options, scan

PODS = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["pods"]}
DEPLOYMENTS = {**PODS, "apiGroups": ["apps"], "resources": ["deployments"]}
ANY = {**PODS, "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"]}
API = "admissionregistration.k8s.io/v1"


def policy(*expressions: str | dict[str, Any], name: str = "rule", rules: Any = (ANY,), **spec: Any) -> dict[str, Any]:
    """A policy of validations, each an expression or a whole entry."""
    entries = [{"expression": one} if isinstance(one, str) else one for one in expressions]
    match = {"resourceRules": list(rules), **spec.pop("match", {})}
    annotations = spec.pop("annotations", {})
    return {
        "apiVersion": API,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name, "annotations": annotations},
        "spec": {"matchConstraints": match, "validations": entries, **spec},
    }


def binding(name: str = "everywhere", *actions: str, to: str = "rule", **spec: Any) -> dict[str, Any]:
    """A binding of a policy."""
    return {
        "apiVersion": API,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": to, "validationActions": list(actions or ("Deny",)), **spec},
    }


def thing(kind: str = "ConfigMap", name: str = "web", version: str = "v1", **content: Any) -> dict[str, Any]:
    """An object; fields of its metadata are given as `meta`."""
    meta = {"name": name, **content.pop("meta", {})}
    return {"apiVersion": version, "kind": kind, "metadata": meta, **content}


def deployment(**spec: Any) -> dict[str, Any]:
    """A Deployment of one container."""
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": "app:1"}]}}
    return thing("Deployment", version="apps/v1", spec={"template": template, **spec})


def judged(folder: Path, policies: list[dict[str, Any]], *objects: dict[str, Any]) -> Scan:
    """The scan of some objects, held to some policies."""
    (folder / "policies.yaml").write_text(yaml.safe_dump_all(policies), encoding="utf-8")
    (folder / "objects").mkdir(exist_ok=True)
    (folder / "objects" / "all.yaml").write_text(yaml.safe_dump_all(objects), encoding="utf-8")
    options = Options(policies=(folder / "policies.yaml",), include_passes=True, frameworks=("pod-security-standards",))
    return scan([str(folder / "objects")], options)


def told(result: Scan) -> list[Finding]:
    """What policies said."""
    return [finding for finding in result.findings if finding.rule.startswith("policy.")]


def outcomes(folder: Path, policies: list[dict[str, Any]], *objects: dict[str, Any]) -> list[str]:
    """The outcomes of policies, in the order of the objects."""
    return [finding.outcome.value for finding in told(judged(folder, policies, *objects))]


def test_denial_has_the_words_of_the_cluster_and_its_place(tmp_path: Path) -> None:
    rule = policy({"expression": "object.data.mode != 'open'", "message": "mode may not be open"}, name="no.open")
    result = judged(tmp_path, [rule, binding("all", to="no.open")], thing(data={"mode": "open"}))
    (finding,) = told(result)
    assert finding.rule == "policy.no.open"
    assert finding.outcome is Outcome.FAIL
    assert finding.severity is Severity.HIGH
    expected = "ValidatingAdmissionPolicy 'no.open' with binding 'all' denied request: mode may not be open"
    assert finding.message == expected
    assert finding.location.field == "data.mode"
    assert finding.related[0].location.path.endswith("policies.yaml")
    assert finding.related[0].location.field == "spec.validations.0.expression"
    assert result.rules["policy.no.open"].severity is Severity.HIGH
    assert result.verdict.exit_code == 1


def test_a_field_that_is_missing_denies_by_the_failure_policy(tmp_path: Path) -> None:
    objects = thing(data={"other": "x"})
    (finding,) = told(judged(tmp_path, [policy("object.data.mode == 'shut'")], objects))
    assert finding.outcome is Outcome.FAIL
    assert "expression 'object.data.mode == 'shut'' resulted in error: no such key: mode" in finding.message
    assert finding.location.field == "data"
    ignoring = policy("object.data.mode == 'shut'", failurePolicy="Ignore")
    assert outcomes(tmp_path, [ignoring], objects) == ["pass"]


def test_the_api_server_fills_in_before_policies_look(tmp_path: Path) -> None:
    rule = policy(
        "object.spec.replicas <= 5",
        "object.spec.template.spec.containers.all(c, c.imagePullPolicy == 'IfNotPresent' && has(c.resources))",
        rules=(DEPLOYMENTS,),
    )
    assert outcomes(tmp_path, [rule], deployment()) == ["pass"]
    (finding,) = told(judged(tmp_path, [rule], deployment(replicas=7)))
    assert finding.location.field == "spec.replicas"


POD_SPEC = {"containers": [{"name": "app"}]}
TEMPLATE: dict[str, Any] = {"template": {"spec": POD_SPEC}}
STATED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "Deployment": (
        thing("Deployment", version="apps/v1", spec=TEMPLATE),
        (
            "object.spec.replicas == 1 && object.spec.revisionHistoryLimit == 10",
            "object.spec.progressDeadlineSeconds == 600 && object.spec.strategy.type == 'RollingUpdate'",
            "object.spec.template.spec.restartPolicy == 'Always' && !has(object.spec.template.spec.tolerations)",
        ),
    ),
    "StatefulSet": (
        thing("StatefulSet", version="apps/v1", spec=TEMPLATE),
        (
            "object.spec.replicas == 1 && object.spec.revisionHistoryLimit == 10",
            "object.spec.podManagementPolicy == 'OrderedReady' && object.spec.updateStrategy.type == 'RollingUpdate'",
            "object.spec.template.spec.containers[0].resources == {}",
        ),
    ),
    "DaemonSet": (
        thing("DaemonSet", version="apps/v1", spec=TEMPLATE),
        (
            "object.spec.revisionHistoryLimit == 10 && object.spec.updateStrategy.type == 'RollingUpdate'",
            "object.spec.template.spec.dnsPolicy == 'ClusterFirst'",
        ),
    ),
    "ReplicaSet": (
        thing("ReplicaSet", version="apps/v1", spec=TEMPLATE),
        ("object.spec.replicas == 1", "object.spec.template.spec.schedulerName == 'default-scheduler'"),
    ),
    "ReplicationController": (
        thing("ReplicationController", spec=TEMPLATE),
        ("object.spec.replicas == 1", "object.spec.template.spec.securityContext == {}"),
    ),
    "Job": (
        thing("Job", version="batch/v1", spec=TEMPLATE),
        (
            "object.spec.backoffLimit == 6 && object.spec.completionMode == 'NonIndexed' && !object.spec.suspend",
            "object.spec.template.spec.terminationGracePeriodSeconds == 30",
        ),
    ),
    "CronJob": (
        thing("CronJob", version="batch/v1", spec={"jobTemplate": {"spec": TEMPLATE}}),
        (
            "object.spec.concurrencyPolicy == 'Allow' && !object.spec.suspend",
            "object.spec.successfulJobsHistoryLimit == 3 && object.spec.failedJobsHistoryLimit == 1",
            "object.spec.jobTemplate.spec.template.spec.restartPolicy == 'Always'",
        ),
    ),
    "PodTemplate": (thing("PodTemplate", **TEMPLATE), ("object.template.spec.restartPolicy == 'Always'",)),
    "PersistentVolumeClaim": (thing("PersistentVolumeClaim", spec={}), ("object.spec.volumeMode == 'Filesystem'",)),
    "PersistentVolume": (
        thing("PersistentVolume", spec={}),
        ("object.spec.volumeMode == 'Filesystem' && object.spec.persistentVolumeReclaimPolicy == 'Retain'",),
    ),
    "HorizontalPodAutoscaler": (
        thing("HorizontalPodAutoscaler", version="autoscaling/v2", spec={}),
        ("object.spec.minReplicas == 1",),
    ),
    "Service": (
        thing("Service", spec={"ports": [{"port": 80}, {"port": 53, "protocol": "UDP", "targetPort": "dns"}]}),
        (
            "object.spec.type == 'ClusterIP' && object.spec.sessionAffinity == 'None'",
            "object.spec.internalTrafficPolicy == 'Cluster'",
            "object.spec.ports[0].targetPort == 80 && object.spec.ports[0].protocol == 'TCP'",
            "object.spec.ports[1].targetPort == 'dns' && object.spec.ports[1].protocol == 'UDP'",
        ),
    ),
    "NetworkPolicy": (
        thing("NetworkPolicy", version="networking.k8s.io/v1", spec={"egress": [{}]}),
        ("object.spec.policyTypes == ['Ingress', 'Egress']",),
    ),
    "Namespace": (
        thing("Namespace", "prod", meta={"labels": {"env": "prod"}}),
        (
            "object.metadata.labels['kubernetes.io/metadata.name'] == 'prod'",
            "object.metadata.labels.env == 'prod'",
        ),
    ),
    "Secret": (
        thing("Secret", stringData={"user": "web"}, data={"old": "b2xk"}),
        (
            "object.type == 'Opaque' && !has(object.stringData)",
            "object.data.user == 'd2Vi' && object.data.old == 'b2xk'",
        ),
    ),
    "Pod": (
        thing(
            "Pod",
            spec={
                "serviceAccountName": "web",
                "tolerations": [{"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}],
                "volumes": [
                    {"name": "host", "hostPath": {"path": "/x"}},
                    {"name": "secret", "secret": {"secretName": "s"}},
                    {"name": "config", "configMap": {"name": "c", "defaultMode": 256}},
                    {"name": "all", "projected": {}},
                    {"name": "self", "downwardAPI": {}},
                ],
                "initContainers": [{"name": "init", "image": "app@sha256:0"}],
                "containers": [
                    {
                        "name": "app",
                        "image": "registry:5000/app",
                        "ports": [{"containerPort": 80}, {"containerPort": 53, "protocol": "UDP"}],
                        "livenessProbe": {"httpGet": {"port": 80}},
                        "readinessProbe": {"tcpSocket": {"port": 80}, "periodSeconds": 5},
                        "startupProbe": {"exec": {}},
                    },
                    {"name": "two", "image": "app:latest"},
                    {"name": "three", "image": "app:1", "imagePullPolicy": "Never"},
                ],
            },
        ),
        (
            "object.spec.serviceAccount == 'web' && object.spec.enableServiceLinks",
            "object.spec.tolerations.size() == 2 && object.spec.tolerations[1].key == 'node.kubernetes.io/unreachable'",
            (
                "object.spec.tolerations[1] == {'key': 'node.kubernetes.io/unreachable', 'operator': 'Exists',"
                " 'effect': 'NoExecute', 'tolerationSeconds': 300}"
            ),
            "object.spec.volumes[0].hostPath.type == ''",
            (
                "object.spec.volumes.filter(v, v.name != 'host').map(v, (has(v.secret) ? v.secret : has(v.configMap) ?"
                " v.configMap : has(v.projected) ? v.projected : v.downwardAPI).defaultMode) == [420, 256, 420, 420]"
            ),
            "object.spec.initContainers[0].imagePullPolicy == 'IfNotPresent'",
            "object.spec.containers.map(c, c.imagePullPolicy) == ['Always', 'Always', 'Never']",
            "object.spec.containers[0].ports.map(p, p.protocol) == ['TCP', 'UDP']",
            "object.spec.containers[0].terminationMessagePath == '/dev/termination-log'",
            "object.spec.containers[0].terminationMessagePolicy == 'File'",
            "object.spec.containers[0].livenessProbe.httpGet == {'port': 80, 'path': '/', 'scheme': 'HTTP'}",
            "object.spec.containers[0].livenessProbe.timeoutSeconds == 1",
            "object.spec.containers[0].readinessProbe.periodSeconds == 5",
            "object.spec.containers[0].startupProbe.successThreshold == 1",
            "object.spec.containers[0].startupProbe.periodSeconds == 10",
            "object.spec.containers[0].startupProbe.failureThreshold == 3",
        ),
    ),
}
"""Kind -> an object, and what a policy sees of it that the API server filled in or left as it was."""


def test_each_kind_has_the_defaults_of_the_api_server(tmp_path: Path) -> None:
    policies = [
        policy(
            *expressions,
            name=kind.lower(),
            matchConditions=[{"name": "kind", "expression": f"object.kind == '{kind}'"}],
        )
        for kind, (_, expressions) in STATED.items()
    ]
    found = told(judged(tmp_path, policies, *(item for item, _ in STATED.values())))
    assert [finding.message for finding in found if finding.outcome is not Outcome.PASS] == []
    assert len(found) == len(STATED)


def test_a_group_of_others_has_no_defaults(tmp_path: Path) -> None:
    other = thing("Deployment", version="apps.example.org/v1", spec={})
    assert outcomes(tmp_path, [policy("!has(object.spec.replicas)")], other) == ["pass"]


def test_a_volume_without_a_source_is_an_empty_directory(tmp_path: Path) -> None:
    pod = thing("Pod", spec={"containers": [{"name": "app"}], "volumes": [{"name": "scratch"}]})
    assert outcomes(tmp_path, [policy("object.spec.volumes.all(v, has(v.emptyDir))")], pod) == ["pass"]


def test_pods_have_the_account_and_the_tolerations_that_every_cluster_gives_them(tmp_path: Path) -> None:
    pod = thing("Pod", spec={"containers": [{"name": "app"}]})
    rule = policy("object.spec.serviceAccountName == 'default' && size(object.spec.tolerations) == 2")
    assert outcomes(tmp_path, [rule], pod) == ["pass"]
    pod["spec"]["tolerations"] = [{"operator": "Exists"}]
    assert outcomes(tmp_path, [policy("size(object.spec.tolerations) == 1")], pod) == ["pass"]


def test_what_a_custom_resource_does_not_state_is_unknown(tmp_path: Path) -> None:
    gateway = thing("Gateway", version="gateway.networking.k8s.io/v1", spec={})
    (finding,) = told(judged(tmp_path, [policy("object.spec.size < 3")], gateway))
    assert finding.outcome is Outcome.UNKNOWN
    assert "the definition of the custom resource may set a default" in finding.message


GROUPS = """
admissionregistration.k8s.io apiextensions.k8s.io apiregistration.k8s.io apps authentication.k8s.io autoscaling
authorization.k8s.io batch certificates.k8s.io coordination.k8s.io discovery.k8s.io events.k8s.io extensions policy
flowcontrol.apiserver.k8s.io networking.k8s.io node.k8s.io rbac.authorization.k8s.io resource.k8s.io
scheduling.k8s.io storage.k8s.io
"""
"""Groups of the API server itself, beside the one without a name."""


def test_what_an_object_of_the_api_server_does_not_state_is_not_there(tmp_path: Path) -> None:
    versions = ["v1", *(f"{group}/v1" for group in GROUPS.split())]
    things = [thing("Kind", version=version, spec={}) for version in versions]
    found = told(judged(tmp_path, [policy("object.spec.size < 3")], *things))
    assert [finding.outcome for finding in found] == [Outcome.FAIL] * len(versions)
    assert all("no such key: size" in finding.message for finding in found)


@pytest.mark.parametrize(
    ("match", "wanted"),
    [
        ({"resourceRules": [PODS]}, []),
        ({"resourceRules": [{**DEPLOYMENTS, "operations": ["UPDATE"]}]}, []),
        ({"resourceRules": [{**DEPLOYMENTS, "operations": ["*"]}]}, ["fail"]),
        ({"resourceRules": [{**DEPLOYMENTS, "resources": ["deployments/scale"]}]}, []),
        ({"resourceRules": [{**DEPLOYMENTS, "resources": ["*/*"]}]}, ["fail"]),
        ({"resourceRules": [{**DEPLOYMENTS, "resourceNames": ["other"]}]}, []),
        ({"resourceRules": [{**DEPLOYMENTS, "scope": "Cluster"}]}, []),
        ({"resourceRules": [{**DEPLOYMENTS, "apiVersions": ["v1beta1"]}], "matchPolicy": "Exact"}, []),
        ({"resourceRules": [{**DEPLOYMENTS, "apiVersions": ["v1beta1"]}]}, ["unknown"]),
        ({"resourceRules": [ANY], "excludeResourceRules": [DEPLOYMENTS]}, []),
        ({"objectSelector": {"matchLabels": {"tier": "web"}}}, []),
        ({"objectSelector": {"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}}, ["fail"]),
        ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "default"}}}, ["fail"]),
        ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "prod"}}}, []),
        ({"namespaceSelector": {"matchLabels": {"env": "prod"}}}, ["unknown"]),
    ],
)
def test_match_constraints(tmp_path: Path, match: dict[str, Any], wanted: list[str]) -> None:
    assert outcomes(tmp_path, [policy("false", match=match)], deployment()) == wanted


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        ({"key": "tier", "operator": "Exists"}, ["fail"]),
        ({"key": "tier", "operator": "DoesNotExist"}, []),
        ({"key": "other", "operator": "Exists"}, []),
        ({"key": "other", "operator": "DoesNotExist"}, ["fail"]),
        ({"key": "tier", "operator": "In", "values": ["api", "web"]}, ["fail"]),
        ({"key": "tier", "operator": "In", "values": ["api"]}, []),
        ({"key": "other", "operator": "In", "values": ["web"]}, []),
        ({"key": "tier", "operator": "NotIn", "values": ["web"]}, []),
        ({"key": "tier", "operator": "NotIn", "values": ["api"]}, ["fail"]),
        ({"key": "other", "operator": "NotIn", "values": ["web"]}, ["fail"]),
    ],
)
def test_a_selector_holds_as_in_a_cluster(tmp_path: Path, item: dict[str, Any], wanted: list[str]) -> None:
    labelled = thing(meta={"labels": {"tier": "web"}})
    match = {"objectSelector": {"matchExpressions": [item]}}
    assert outcomes(tmp_path, [policy("false", match=match)], labelled) == wanted


def test_doubt_says_what_is_not_known(tmp_path: Path) -> None:
    other = policy("false", rules=({**DEPLOYMENTS, "apiVersions": ["v1beta1"]},))
    assert "another API version" in told(judged(tmp_path, [other], deployment()))[0].message
    space = policy("false", match={"namespaceSelector": {"matchLabels": {"env": "prod"}}})
    assert "the labels of a Namespace" in told(judged(tmp_path, [space], deployment()))[0].message


def test_place_is_the_path_that_the_object_has(tmp_path: Path) -> None:
    rule = policy(
        "variables.pod.containers.all(c, c.image != 'app:1')",
        variables=[{"name": "pod", "expression": "object.kind == 'Pod' ? object.spec : object.spec.template.spec"}],
    )
    assert told(judged(tmp_path, [rule], deployment()))[0].location.field == "spec.template.spec.containers"
    both = policy("object.kind == 'Pod' ? !has(object.spec.replicas) : object.spec.template.spec.hostNetwork == true")
    assert told(judged(tmp_path, [both], deployment()))[0].location.field == "spec.template.spec"


def test_labels_of_a_namespace_that_is_there_are_known(tmp_path: Path) -> None:
    rule = policy("false", rules=(DEPLOYMENTS,), match={"namespaceSelector": {"matchLabels": {"env": "prod"}}})
    space = thing("Namespace", "default", meta={"labels": {"env": "prod"}})
    assert outcomes(tmp_path, [rule], deployment(), space) == ["fail"]
    space["metadata"]["labels"] = {"env": "test"}
    assert outcomes(tmp_path, [rule], deployment(), space) == []


def test_namespace_object_is_the_namespace_among_the_objects(tmp_path: Path) -> None:
    rule = policy("namespaceObject.metadata.labels.env != 'prod'", rules=(DEPLOYMENTS,))
    (finding,) = told(judged(tmp_path, [rule], deployment()))
    assert finding.outcome is Outcome.UNKNOWN
    assert "namespaceObject" in finding.message
    space = thing("Namespace", "default", meta={"labels": {"env": "prod"}})
    assert outcomes(tmp_path, [rule], deployment(), space) == ["fail"]


def test_request_is_a_creation(tmp_path: Path) -> None:
    rule = policy(
        "request.operation == 'CREATE' && oldObject == null && request.name == 'web'",
        "request.kind.kind == 'Deployment' && request.resource.resource == 'deployments'",
        "request.resource.group == 'apps' && request.namespace == 'default' && !has(request.subResource)",
    )
    assert outcomes(tmp_path, [rule], deployment()) == ["pass"]


def test_variables_are_composed_and_lazy(tmp_path: Path) -> None:
    variables = [
        {"name": "data", "expression": "object.data // all of it"},
        {"name": "mode", "expression": "variables.data.?mode.orValue('none')"},
        {"name": "broken", "expression": "object.missing.field"},
    ]
    passing = policy("variables.mode == 'none' || variables.broken == 'x'", variables=variables)
    assert outcomes(tmp_path, [passing], thing(data={"other": "x"})) == ["pass"]
    asking = policy("has(variables.mode) && variables.broken == 'x'", variables=variables)
    (finding,) = told(judged(tmp_path, [asking], thing(data={"other": "x"})))
    assert "no such key: missing" in finding.message


def test_one_match_condition_that_is_false_decides(tmp_path: Path) -> None:
    conditions = [
        {"name": "broken", "expression": "object.missing.field"},
        {"name": "by-someone", "expression": "request.userInfo.username != 'root'"},
        {"name": "other", "expression": "object.kind == 'Secret'"},
    ]
    assert outcomes(tmp_path, [policy("false", matchConditions=conditions)], thing()) == []
    assert outcomes(tmp_path, [policy("false", matchConditions=conditions[:1])], thing()) == ["fail"]
    ignoring = policy("false", matchConditions=conditions[:1], failurePolicy="Ignore")
    assert outcomes(tmp_path, [ignoring], thing()) == []


@pytest.mark.parametrize(
    ("expression", "outcome", "said"),
    [
        (
            "dyn([1, 2]).reverse() == 'x'",
            "error",
            "`(list).reverse()` is part of Kubernetes' CEL, but Assay does not",
        ),
        ("'a'.find('a++') == 'a'", "error", "Assay cannot evaluate the regular expression 'a++' as Go does"),
        ("object.data.none == ''", "fail", "no such key: none"),
        ("1 / size(object.data) == 1", "fail", "divide by zero"),
        ("object.data + 1 == 2", "fail", "No matching overloads"),
    ],
)
def test_an_error_is_the_clusters_own_or_one_of_what_assay_does_not_provide(
    tmp_path: Path, expression: str, outcome: str, said: str
) -> None:
    """Told apart by what the CEL runtime says: this fails where a version of it says something else."""
    (finding,) = told(judged(tmp_path, [policy(expression), binding()], thing(data={})))
    assert finding.outcome == outcome
    assert said in finding.message


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("request.userInfo.username == 'root'", "request.userInfo"),
        ("has(request.userInfo) && object.kind == 'ConfigMap'", "request.userInfo"),
        ("authorizer.group('').resource('pods').check('create').allowed()", "authorizer"),
        ("url(object.data.url).getHost() == 'x'", "`url` is part of Kubernetes' CEL"),
        ("object.data.all(key, value, value != '')", "`all` with two variables"),
        ("[1, 2].reverse() == [2, 1]", "`reverse` for lists is part of Kubernetes' CEL, but Assay does not support it"),
        ("object.data.mode ==", "not a valid CEL expression"),
    ],
)
def test_what_cannot_be_judged_is_refused_at_its_place(tmp_path: Path, expression: str, reason: str) -> None:
    result = judged(tmp_path, [policy("true", expression)], thing(data={"mode": "x"}))
    refused = [finding for finding in told(result) if finding.outcome is Outcome.ERROR]
    assert len(refused) == 1
    assert reason in refused[0].message
    assert "(this affects ConfigMap web)" in refused[0].message
    assert refused[0].location.path.endswith("policies.yaml")
    assert refused[0].location.field == "spec.validations.1.expression"
    assert result.verdict.exit_code == 4


def test_who_asks_does_not_matter_where_the_answer_is_clear(tmp_path: Path) -> None:
    rule = policy("object.kind == 'ConfigMap' || request.userInfo.username == 'root'")
    assert outcomes(tmp_path, [rule], thing()) == ["pass"]
    conditions = [{"name": "by-someone", "expression": "!('system:nodes' in request.userInfo.groups)"}]
    assert outcomes(tmp_path, [policy("true", matchConditions=conditions)], thing()) == ["pass"]
    result = judged(tmp_path, [policy("false", matchConditions=conditions)], thing())
    assert result.verdict.exit_code == 4


def test_message_is_chosen_as_the_cluster_chooses_it(tmp_path: Path) -> None:
    def words(**entry: str) -> str:
        (finding,) = told(judged(tmp_path, [policy({"expression": "object.kind == 'Pod'", **entry})], thing()))
        return finding.message.partition("denied request: ")[2]

    assert words(messageExpression="'no ' + object.metadata.name", message="plain") == "no web"
    assert words(messageExpression="object.missing", message="plain") == "plain"
    assert words(messageExpression="'two\\nlines'", message="plain") == "plain"
    assert words() == "failed expression: object.kind == 'Pod'"


def test_bindings_say_what_a_failure_does(tmp_path: Path) -> None:
    warning, denying = binding("soft", "Warn", "Audit"), binding("hard", "Deny")
    (finding,) = told(judged(tmp_path, [policy("false"), warning], thing()))
    assert finding.severity is Severity.LOW
    expected = "Validation failed for ValidatingAdmissionPolicy 'rule' with binding 'soft': failed expression: false"
    assert finding.message == expected
    messages = [finding.message for finding in told(judged(tmp_path, [policy("false"), warning, denying], thing()))]
    assert [("denied request" in message) for message in messages] == [True, False]
    elsewhere = binding("there", matchResources={"resourceRules": [PODS]})
    assert outcomes(tmp_path, [policy("false"), elsewhere], thing()) == []


def test_severity_stands_in_an_annotation(tmp_path: Path) -> None:
    rule = policy("false", annotations={"assay/severity": "critical"})
    (finding,) = told(judged(tmp_path, [rule], thing()))
    assert finding.severity is Severity.CRITICAL
    with pytest.raises(PackError, match="not a severity: huge"):
        judged(tmp_path, [policy("false", annotations={"assay/severity": "huge"})], thing())


LIMITS: dict[str, Any] = {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}}


def limits(most: int, name: str = "limits", **meta: Any) -> dict[str, Any]:
    """A ConfigMap that a policy may take as parameters."""
    return thing(name=name, data={"most": str(most)}, meta={"namespace": "policies", **meta})


def test_parameters_come_through_the_binding(tmp_path: Path) -> None:
    rule = policy("object.spec.replicas <= int(params.data.most)", rules=(DEPLOYMENTS,), **LIMITS)
    reference = {"name": "limits", "namespace": "policies", "parameterNotFoundAction": "Deny"}
    given = binding(paramRef=reference)
    assert outcomes(tmp_path, [rule, given, limits(3)], deployment(replicas=4)) == ["fail"]
    assert outcomes(tmp_path, [rule, given, limits(5)], deployment(replicas=4)) == ["pass"]
    assert outcomes(tmp_path, [rule, given], deployment(replicas=4), limits(3)) == ["fail"]  # among the objects
    by_label = binding(paramRef={**reference, "selector": {"matchLabels": {"for": "replicas"}}})
    del by_label["spec"]["paramRef"]["name"]
    several = [limits(9, "a", labels={"for": "replicas"}), limits(3, "b", labels={"for": "replicas"}), limits(1, "c")]
    assert outcomes(tmp_path, [rule, by_label, *several], deployment(replicas=4)) == ["fail"]


def test_parameters_that_are_not_there_are_not_taken_for_granted(tmp_path: Path) -> None:
    rule = policy("object.spec.replicas <= int(params.data.most)", rules=(DEPLOYMENTS,), **LIMITS)
    result = judged(tmp_path, [rule], deployment())
    assert [finding.outcome for finding in told(result)] == [Outcome.ERROR]
    assert "no binding is given that sets `paramRef`" in told(result)[0].message
    reference = {"name": "limits", "namespace": "policies", "parameterNotFoundAction": "Deny"}
    (finding,) = told(judged(tmp_path, [rule, binding(paramRef=reference)], deployment()))
    assert finding.outcome is Outcome.ERROR
    assert finding.location.field == "spec.paramRef"
    allowing = {**reference, "parameterNotFoundAction": "Allow"}
    assert outcomes(tmp_path, [rule, binding(paramRef=allowing)], deployment()) == ["unknown"]
    optional = policy("params == null || false", **LIMITS)
    assert outcomes(tmp_path, [optional, binding()], thing()) == ["pass"]


def test_parameters_of_a_namespace_do_not_serve_what_has_none(tmp_path: Path) -> None:
    given = binding(paramRef={"name": "limits", "parameterNotFoundAction": "Deny"})
    (finding,) = told(judged(tmp_path, [policy("true", **LIMITS), given, limits(3)], thing("Namespace")))
    assert finding.outcome is Outcome.FAIL
    assert "failed to configure binding: cannot use namespaced paramRef" in finding.message
    ignoring = policy("true", failurePolicy="Ignore", **LIMITS)
    assert outcomes(tmp_path, [ignoring, given, limits(3)], thing("Namespace")) == []


def test_parameters_without_a_namespace_are_those_beside_the_object(tmp_path: Path) -> None:
    rule = policy("object.spec.replicas <= int(params.data.most)", rules=(DEPLOYMENTS,), **LIMITS)
    given = binding(paramRef={"name": "limits", "parameterNotFoundAction": "Deny"})
    web = deployment(replicas=4)
    web["metadata"]["namespace"] = "policies"
    assert outcomes(tmp_path, [rule, given, limits(3)], web) == ["fail"]
    assert outcomes(tmp_path, [rule, given, limits(3)], deployment(replicas=4)) == ["error"]


@pytest.mark.parametrize(
    "expression",
    [
        "quantity('1.5Gi').isGreaterThan(quantity('1500M')) && quantity('500m').compareTo(quantity('0.5')) == 0",
        "quantity('50k').add(quantity('20k')) == quantity('70k') && isQuantity('1Ei') && !isQuantity('1.3KB')",
        "quantity('2').asInteger() == 2 && !quantity('1500m').isInteger() && quantity('-1').sign() == -1",
        "cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsCIDR('10.0.0.0/7')",
        "ip('::1').family() == 6 && ip('127.0.0.1').isLoopback() && !isIP('1.2.3.256') && isCIDR('::/0')",
        "'abc 123'.find('[0-9]+') == '123' && '1 a 22'.findAll('[0-9]+') == ['1', '22'] && 'x'.find('y') == ''",
        "!quantity('1').isGreaterThan(quantity('1000m')) && !quantity('1').isLessThan(quantity('1000m'))",
        "quantity('1').isLessThan(quantity('1.1')) && quantity('3').sub(1) == quantity('2')",
        "quantity('0').sign() == 0 && quantity('2').sign() == 1",
        "quantity('1.5').asApproximateFloat() == 1.5 && quantity('1').add(2) == quantity('3')",
        "cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8') && cidr('10.1.2.3/8').prefixLength() == 8",
        "cidr('10.1.2.3/8').ip() == ip('10.1.2.3') && cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')",
        "ip('0.0.0.0').isUnspecified() && ip('169.254.1.1').isLinkLocalUnicast() && !ip('10.0.0.1').isLoopback()",
        "ip.isCanonical('::1') && !ip.isCanonical('0::1') && !isIP('::ffff:1.2.3.4') && !isCIDR('10.0.0.0')",
        "'1 a 22 333'.findAll('[0-9]+', 2) == ['1', '22'] && ![2, 1].isSorted() && [2, 1, 2].distinct() == [2, 1]",
        "[3, 1, 2].sort() == [1, 2, 3] && sets.intersects([1], [1, 2]) && !sets.contains([1], [1, 2])",
        "!sets.equivalent([1], [1, 2]) && !sets.contains([true], [1])",
        "[1, 3].sum() == 4 && [3, 1].min() == 1 && ['a', 'c'].max() == 'c' && [1, 2, 2].isSorted()",
        "sets.contains([1, 2], [2]) && !sets.intersects(['a'], ['b']) && sets.equivalent([1, 2], [2, 1, 1])",
        "object.?spec.?name.orValue('none') == 'none' && 'a,b'.split(',').join('-') == 'a-b'",
    ],
)
def test_functions_of_kubernetes(tmp_path: Path, expression: str) -> None:
    assert outcomes(tmp_path, [policy(expression)], thing()) == ["pass"]


@pytest.mark.parametrize(
    ("text", "rounded"), [("0.1n", "1n"), ("-0.1n", "-1n"), ("1.5n", "2n"), ("2n", "2n"), ("1e-10", "1n")]
)
def test_quantities_are_rounded_away_from_zero_below_a_billionth(tmp_path: Path, text: str, rounded: str) -> None:
    assert outcomes(tmp_path, [policy(f"quantity('{text}') == quantity('{rounded}')")], thing()) == ["pass"]


def test_an_expression_beyond_the_budget_is_an_error_of_its_policy(tmp_path: Path) -> None:
    ten = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"
    heavy = "true"
    for name in "abcdefg":
        heavy = f"{ten}.all({name}, {heavy})"
    found = judged(tmp_path, [policy(heavy, name="heavy"), policy("false", name="light")], thing())
    outcome = {each.rule: each.outcome.value for each in told(found)}
    assert outcome == {"policy.heavy": "error", "policy.light": "fail"}
    (message,) = [each.message for each in told(found) if each.rule == "policy.heavy"]
    assert "validation 1 cannot be evaluated: " in message
    assert "budget exceeded" in message


def test_a_finding_keeps_its_fingerprint_when_others_come_before_it(tmp_path: Path) -> None:
    first = told(judged(tmp_path, [policy("object.kind == 'Pod'")], thing()))[0]
    second = told(judged(tmp_path, [policy("true", "object.kind  ==  'Pod'")], thing()))[0]
    assert first.fingerprint == second.fingerprint


def test_policies_never_judge_policies(tmp_path: Path) -> None:
    assert outcomes(tmp_path, [policy("false")], policy("true", name="other"), binding()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"matchCondition": []}, "there is no field `matchCondition` in `spec`, did you mean matchConditions?"),
        ({"failurePolicy": "Open"}, "`spec.failurePolicy` must be one of Fail, Ignore"),
        ({"validations": {}}, "`spec.validations` must be a list"),
        ({"variables": [{"name": "x"}]}, "`spec.variables.0` has no `expression`"),
    ],
)
def test_a_policy_that_no_cluster_takes_is_an_error(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    wrong = policy("true")
    wrong["spec"].update(change)
    with pytest.raises(PackError) as error:
        judged(tmp_path, [wrong], thing())
    assert message in str(error.value)
    assert "policies.yaml:" in str(error.value)


def test_files_without_policies_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no ValidatingAdmissionPolicy in"):
        judged(tmp_path, [thing()], thing())
    with pytest.raises(PackError, match="two policies are called rule"):
        judged(tmp_path, [policy("true"), policy("false")], thing())


def test_policies_that_change_objects_are_not_run_and_said_to_be(tmp_path: Path) -> None:
    mutating = {**policy("true"), "kind": "MutatingAdmissionPolicy"}
    result = judged(tmp_path, [mutating], thing())
    assert [finding.outcome for finding in told(result)] == [Outcome.ERROR]
    assert result.verdict.exit_code == 4
