"""Kubernetes objects: what is a resource, a workload, a container, whatever it is wrapped in and however ill-formed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scanner import documents, facts, subjects
from scanner.documents.positions import locate
from scanner.marks import end_of, entries_of, items_of, start_of
from scanner.model import Subject
from scanner.subjects import RecognitionResult
from tests.command_line import assay
from tests.known import cut, known


def reading(text: str, path: str = "a.yaml") -> RecognitionResult:
    return subjects.recognise(documents.read(path, text))


def read(*objects: Any) -> list[Subject]:
    """The subjects of objects, each a document of one file; without those about the documents themselves."""
    found = reading(yaml.safe_dump_all(objects, sort_keys=False, allow_unicode=True))
    assert found.faults == ()
    return [subject for subject in found.subjects if subject.kind != "document"]


def identities(found: list[Subject], kind: str) -> list[str]:
    return [subject.identity for subject in found if subject.kind == f"kubernetes.{kind}"]


def thing(kind: str, name: str = "x", version: str = "v1", **fields: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **fields}


CONTAINERS = {"containers": [{"name": "a"}]}
TEMPLATE = {"metadata": {"labels": {"app": "x"}}, "spec": CONTAINERS}
CARRIERS = {
    "Pod": thing("Pod", spec=CONTAINERS),
    "Deployment": thing("Deployment", version="apps/v1", spec={"template": TEMPLATE}),
    "StatefulSet": thing("StatefulSet", version="apps/v1", spec={"template": TEMPLATE}),
    "DaemonSet": thing("DaemonSet", version="apps/v1", spec={"template": TEMPLATE}),
    "ReplicaSet": thing("ReplicaSet", version="apps/v1", spec={"template": TEMPLATE}),
    "ReplicationController": thing("ReplicationController", spec={"template": TEMPLATE}),
    "Job": thing("Job", version="batch/v1", spec={"template": TEMPLATE}),
    "CronJob": thing("CronJob", version="batch/v1", spec={"jobTemplate": {"spec": {"template": TEMPLATE}}}),
    "Rollout": thing("Rollout", version="argoproj.io/v1alpha1", spec={"template": TEMPLATE}),
    "Service": thing("Service", version="serving.knative.dev/v1", spec={"template": TEMPLATE}),
    "PodTemplate": thing("PodTemplate", template=TEMPLATE),
}


@pytest.mark.parametrize("kind", CARRIERS)
def test_whatever_carries_a_pod_template_is_a_workload(kind: str) -> None:
    carrier = CARRIERS[kind]
    resource, workload, container = read(carrier)
    assert [resource.kind, workload.kind, container.kind] == [
        "kubernetes.resource",
        "kubernetes.workload",
        "kubernetes.container",
    ]
    assert resource.bindings == {"object": carrier}
    assert workload.bindings == {
        "object": carrier,
        "template": carrier if kind == "Pod" else TEMPLATE,
        "pod": CONTAINERS,
    }
    assert container.bindings == {**workload.bindings, "container": {"name": "a"}, "container_kind": "app"}
    assert [resource.focus, workload.focus, container.focus] == ["object", "pod", "container"]
    assert [resource.name, workload.name, container.name] == [f"{kind} x", f"{kind} x", f"{kind} x, container a"]


@pytest.mark.parametrize(
    "without",
    [
        thing("ConfigMap", data={"a": "b"}),
        thing("Service", spec={"selector": {"app": "x"}}),
        thing("Deployment", version="apps/v1", spec={"template": {"spec": {}}}),
        thing("Deployment", version="apps/v1", spec={}),
        thing("Pod"),
        thing("PodMonitor", version="monitoring.coreos.com/v1", spec={"template": {"spec": {"volumes": []}}}),
    ],
)
def test_what_carries_none_is_a_resource_only(without: dict[str, Any]) -> None:
    assert [subject.kind for subject in read(without)] == ["kubernetes.resource"]


def test_every_kind_of_container_is_met() -> None:
    pod = {
        "containers": [{"name": "a"}, {"name": "b"}],
        "initContainers": [{"name": "i", "restartPolicy": "Always"}],
        "ephemeralContainers": [{"name": "e"}],
    }
    found = [subject for subject in read(thing("Pod", spec=pod)) if subject.kind == "kubernetes.container"]
    assert {(subject.bindings["container"]["name"], subject.bindings["container_kind"]) for subject in found} == {
        ("a", "app"),
        ("b", "app"),
        ("i", "init"),
        ("e", "ephemeral"),
    }
    assert {subject.identity for subject in found} == {
        "core/Pod/default/x/containers/a",
        "core/Pod/default/x/containers/b",
        "core/Pod/default/x/initContainers/i",
        "core/Pod/default/x/ephemeralContainers/e",
    }


@pytest.mark.parametrize("spec", [{"containers": "no"}, {"initContainers": {"a": 1}}, {"containers": [None]}])
def test_containers_that_are_none_are_told(spec: dict[str, Any]) -> None:
    (fault,) = reading(yaml.safe_dump(thing("Pod", spec=spec))).faults
    assert "is not a list of containers" in fault.message


def test_a_pod_without_a_list_of_containers_is_a_workload() -> None:
    found = read(thing("Pod", spec={"hostPID": True, "initContainers": [{"name": "a"}]}))
    assert identities(found, "workload") == ["core/Pod/default/x"]
    assert identities(found, "container") == ["core/Pod/default/x/initContainers/a"]


def test_what_a_list_holds_without_saying_what_it_is_is_told() -> None:
    items = [None, "x", 5, [thing("Pod", "no")], thing("Pod", "a"), {}, thing("Pod", "b")]
    found = reading(yaml.safe_dump(thing("List", items=items), sort_keys=False))
    assert identities(list(found.subjects), "resource") == ["core/Pod/default/a", "core/Pod/default/b"]
    assert len(found.faults) == 5
    assert all("has no apiVersion or no kind" in fault.message for fault in found.faults)


@pytest.mark.parametrize(
    "wrapped",
    [
        thing("List", items=[thing("Pod", "a"), thing("Pod", "b")]),
        {"apiVersion": "v1", "kind": "List", "items": [thing("Pod", "a"), thing("Pod", "b")]},
        {"apiVersion": "v1", "kind": "PodList", "items": [thing("Pod", "a"), thing("Pod", "b")]},
        thing("List", items=[thing("List", items=[thing("Pod", "a"), thing("List", items=[])]), thing("Pod", "b")]),
        {"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}]},
    ],
)
def test_the_items_of_a_list_are_objects_each(wrapped: dict[str, Any]) -> None:
    assert identities(read(wrapped), "resource") == ["core/Pod/default/a", "core/Pod/default/b"]
    as_json = reading(json.dumps(wrapped), "a.json").subjects
    assert identities(list(as_json), "resource") == ["core/Pod/default/a", "core/Pod/default/b"]


def test_a_list_of_strange_items_is_an_object_itself() -> None:
    assert identities(read(thing("List", "l", items=None)), "resource") == ["core/List/default/l"]
    assert identities(read(thing("AllowList", "l", items="none")), "resource") == ["core/AllowList/default/l"]
    assert identities(read(thing("AllowList", "l", spec={})), "resource") == ["core/AllowList/default/l"]


def test_lists_in_lists_cost_no_stack() -> None:
    nested = thing("Pod", "deep")
    for _ in range(90):
        nested = thing("List", items=[nested])
    assert identities(list(reading(json.dumps(nested), "a.json").subjects), "resource") == ["core/Pod/default/deep"]


def test_every_place_is_that_of_the_item() -> None:
    text = (
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n  spec:\n"
        "    containers:\n    - image: b\n      securityContext:\n        privileged: true\n"
    )
    found = {subject.kind: subject for subject in reading(text).subjects}
    container, workload = found["kubernetes.container"], found["kubernetes.workload"]
    security = entries_of(container.marks["container"])["securityContext"]
    assert locate(container.origin, entries_of(security)["privileged"]).line == 11
    assert locate(container.origin, container.marks["container"]).line == 9
    assert locate(workload.origin, workload.marks["pod"]).line == 7
    assert locate(workload.origin, workload.marks["template"]).line == 4
    assert locate(workload.origin, found["kubernetes.resource"].marks["object"]).line == 4


def test_a_null_is_a_field_that_is_not_there() -> None:
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: ~, labels: null}\nspec:\n  hostPID:\n"
        "  containers: [{name: a, env: [{name: b, value: }], securityContext: , ports: []}, ~]\n  initContainers: ~\n"
    )
    (resource, workload, container) = [item for item in reading(text).subjects if item.kind != "document"]
    assert resource.bindings["object"]["metadata"] == {"name": "x"}
    assert workload.bindings["pod"].keys() == {"containers"}
    assert container.bindings["container"] == {"name": "a", "env": [{"name": "b"}], "ports": []}
    assert container.bindings["object"]["spec"]["containers"][0] == container.bindings["container"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (thing("Deployment", version="apps/v1"), thing("Deployment", version="apps/v1beta2")),
        (thing("CronJob", version="batch/v1"), thing("CronJob", version="batch/v1beta1")),
        (thing("Pod"), {**thing("Pod"), "metadata": {"name": "x", "namespace": "default"}}),
        (thing("Pod"), {**thing("Pod"), "metadata": {"labels": {"a": "b"}, "name": "x"}}),
        (
            thing("ClusterRole", version="rbac.authorization.k8s.io/v1"),
            {
                **thing("ClusterRole", version="rbac.authorization.k8s.io/v1"),
                "metadata": {"name": "x", "namespace": "y"},
            },
        ),
    ],
)
def test_one_thing_has_one_identity(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert identities(read(left), "resource") == identities(read(right), "resource")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (thing("Pod", "a"), thing("Pod", "b")),
        (thing("Pod"), thing("Service")),
        (thing("Service"), thing("Service", version="serving.knative.dev/v1")),
        (thing("Pod"), {**thing("Pod"), "metadata": {"name": "x", "namespace": "other"}}),
        (thing("Pod"), {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "x-"}}),
        (thing("Pod", "a/b"), thing("Pod", "a")),
    ],
)
def test_two_things_have_two(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert identities(read(left), "resource") != identities(read(right), "resource")


def test_identities_do_not_depend_on_order() -> None:
    carriers = [{**carrier, "metadata": {"name": f"n{index}"}} for index, carrier in enumerate(CARRIERS.values())]
    several = {"containers": [{"name": "b"}, {"name": "a"}], "initContainers": [{"name": "i"}]}
    turned = {"initContainers": [{"name": "i"}], "containers": [{"name": "a"}, {"name": "b"}]}
    forwards = read(*carriers, thing("Pod", "p", spec=several))
    backwards = read(thing("Pod", "p", spec=turned), thing("List", items=carriers[::-1]))
    assert {item.identity for item in forwards} == {item.identity for item in backwards}
    assert len({(item.kind, item.identity) for item in forwards}) == len(forwards)


ILL_TYPED: list[dict[str, Any]] = [
    {"apiVersion": "v1", "kind": "Pod"},
    {"apiVersion": "v1", "kind": "Pod", "metadata": "x", "spec": "y"},
    {"apiVersion": "v1", "kind": "Pod", "metadata": ["x"], "spec": ["y"]},
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": 5}, "spec": CONTAINERS},
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": {"a": 1}, "namespace": ["b"]}, "spec": CONTAINERS},
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": ["a"], "annotations": 5}, "spec": CONTAINERS},
    thing("Pod", spec={"containers": "notalist"}),
    thing("Pod", spec={"containers": {"name": "a"}}),
    thing("Pod", spec={"containers": [None, "x", 5, [], {"name": 5}, {"name": None}, {"name": {"a": []}}, {}]}),
    thing("Pod", spec={**CONTAINERS, "initContainers": 5, "ephemeralContainers": {"a": 1}}),
    thing("Deployment", version="apps/v1", spec=[1]),
    thing("Deployment", version="apps/v1", spec={"template": [1]}),
    thing("Deployment", version="apps/v1", spec={"template": {"metadata": 5, "spec": CONTAINERS}}),
    thing("Deployment", version="apps/v1", spec={"template": {"metadata": {"labels": 5}, "spec": CONTAINERS}}),
    thing("CronJob", version="batch/v1", spec={"jobTemplate": [{"spec": 1}]}),
    thing("CronJob", version="batch/v1", spec={"jobTemplate": {"spec": {"template": None}}}),
    thing("List", items=None),
    thing("List", items={"a": thing("Pod")}),
    thing("Service", spec={"selector": ["app"]}),
    thing("Service", spec={"selector": "app"}),
    thing("Service", spec={"selector": {"app": ["x"]}}),
    thing("NetworkPolicy", version="networking.k8s.io/v1", spec={"podSelector": [1]}),
    thing("NetworkPolicy", version="networking.k8s.io/v1", spec={"podSelector": {"matchLabels": ["a"]}}),
    thing("NetworkPolicy", version="networking.k8s.io/v1", spec={"podSelector": {"matchExpressions": 5}}),
    thing("NetworkPolicy", version="networking.k8s.io/v1", spec={"podSelector": {"matchExpressions": {"key": "a"}}}),
    thing(
        "NetworkPolicy",
        version="networking.k8s.io/v1",
        spec={
            "podSelector": {
                "matchExpressions": [
                    5,
                    None,
                    {},
                    {"key": ["a"], "operator": "Exists"},
                    {"key": "a", "operator": "In", "values": 5},
                    {"key": "a", "operator": "NotIn", "values": "abc"},
                    {"key": {"a": 1}, "operator": ["In"], "values": [["a"]]},
                ]
            }
        },
    ),
    thing("PodDisruptionBudget", version="policy/v1", spec={"selector": 5}),
    thing("HorizontalPodAutoscaler", version="autoscaling/v2", spec={"scaleTargetRef": "Deployment/x"}),
    thing("HorizontalPodAutoscaler", version="autoscaling/v2", spec={"scaleTargetRef": {"kind": [1], "name": {}}}),
    thing("HorizontalPodAutoscaler", version="autoscaling/v2", spec=None),
]


@pytest.mark.parametrize("ill", ILL_TYPED, ids=str)
@pytest.mark.parametrize("whole", [True, False])
def test_nothing_ill_typed_stops_a_scan(ill: dict[str, Any], *, whole: bool) -> None:
    objects = (thing("Pod", "before", spec=CONTAINERS), ill, thing("Pod", "after", spec=CONTAINERS))
    found = reading(yaml.safe_dump_all(objects, sort_keys=False)).subjects
    facts.derive(cut(found), whole=whole)
    assert {"core/Pod/default/before/containers/a", "core/Pod/default/after/containers/a"} <= {
        subject.identity for subject in found
    }


@pytest.mark.parametrize(
    "foreign",
    [
        {"apiVersion": "v1"},
        {"kind": "Pod"},
        {"apiVersion": "v1", "kind": ""},
        {"apiVersion": None, "kind": None},
        ["apiVersion", "kind"],
        "apiVersion",
        {"version": "3", "services": {}},
    ],
)
def test_what_does_not_say_what_it_is_is_none(foreign: Any) -> None:
    found = reading(yaml.safe_dump(foreign))
    assert (found.subjects, found.formats) == ((), ())
    assert found.foreign


@pytest.mark.parametrize(
    ("meant", "why"),
    [
        ({"apiVersion": 1, "kind": "Pod"}, "apiVersion is not text"),
        ({"apiVersion": "v1", "kind": ["Pod"]}, "kind is not text"),
        ([thing("Pod", "a"), thing("Pod", "b")], "objects in a plain list: write them as the items of a List"),
        (thing("List", "l", items="none"), "items is not a list"),
        (thing("Deployment", "d", spec={"template": []}), "template is not a mapping"),
    ],
)
def test_what_means_to_be_an_object_and_is_none_is_a_fault(meant: Any, why: str) -> None:
    (fault,) = subjects.recognise(documents.read("a.yaml", yaml.safe_dump(meant))).faults
    assert fault.message == why


@pytest.mark.parametrize("number", [100, 101])
def test_containers_of_a_crowd_know_their_workload_and_not_each_other(number: int) -> None:
    crowd = {"containers": [{"name": f"c{each}"} for each in range(number)], "hostPID": True}
    found = reading(yaml.safe_dump(thing("Deployment", "d", spec={"template": {"spec": crowd}}))).subjects
    containers = [subject for subject in known(found) if subject.kind == "kubernetes.container"]
    assert len(containers) == number
    for container in containers:
        pod = container.bindings["object"]["spec"]["template"]["spec"]
        assert pod == container.bindings["template"]["spec"] == container.bindings["pod"]
        assert pod["hostPID"]
        assert ("containers" in pod) == (number == 100)
        assert container.facts["workload"] == {"kind": "Deployment", "name": "d"}


def test_a_manifest_in_markdown_is_one_too() -> None:
    found = reading(
        "# t\n\n- ```yaml\n  apiVersion: v1\n  kind: Pod\n  metadata: {name: x}\n  spec: {}\n  ```\n", "a.md"
    )
    (resource,) = [subject for subject in found.subjects if subject.kind == "kubernetes.resource"]
    place = locate(resource.origin, entries_of(resource.marks["object"])["kind"])
    assert (place.line, place.column) == (5, 3)


def test_the_document_is_a_subject_with_its_duplicates() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {a: 1, a: 2}\nkind: Pod\n"
    (document,) = [subject for subject in reading(text).subjects if subject.kind == "document"]
    assert document.name == "Pod x"
    assert document.bindings["document"]["duplicates"] == ["a", "kind"]
    marks = items_of(entries_of(document.marks["document"])["duplicates"])
    assert [(start_of(mark), end_of(mark)) for mark in marks] == [((3, 13), (3, 14)), ((4, 0), (4, 4))]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "x", "Exists", "In", "v1", "List"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("metadata", "name", "namespace", "labels", "spec", "template", "containers", "selector", "items"),
                    *("podSelector", "matchLabels", "matchExpressions", "key", "operator", "values", "scaleTargetRef"),
                    *("jobTemplate", "apiVersion", "kind", "initContainers"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)
KINDS = st.sampled_from(
    [
        *(("v1", "Pod"), ("v1", "Service"), ("v1", "List"), ("apps/v1", "Deployment"), ("batch/v1", "CronJob")),
        *(("networking.k8s.io/v1", "NetworkPolicy"), ("policy/v1", "PodDisruptionBudget")),
        ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ]
)


@given(st.lists(st.tuples(KINDS, JSON, JSON, JSON, JSON), min_size=1, max_size=4), st.booleans())
def test_no_object_of_any_shape_stops_a_scan(shapes: list[Any], whole: bool) -> None:
    objects = [
        {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec, "template": template, "items": items}
        for (version, kind), metadata, spec, template, items in shapes
    ]
    found = [*reading(json.dumps(thing("List", items=objects)), "a.json").subjects]
    facts.derive(cut(found), whole=whole)
    for subject in found:
        for name, mark in subject.marks.items():
            assert locate(subject.origin, mark).line >= 1
            assert name in subject.bindings


def program(*words: Any, fields: dict[str, Any] | None = None, field: str = "command") -> Subject | None:
    """What the words of a container's command make of it; None where they start no program of the control plane."""
    pod = {"containers": [{"name": "c", field: list(words), **(fields or {})}]}
    found = [subject for subject in read(thing("Pod", spec=pod)) if subject.kind == "kubernetes.control-plane"]
    return found[0] if found else None


def flags(*words: str, **container: Any) -> dict[str, Any]:
    found = program(*words, fields=container)
    assert found is not None
    return found.bindings["program"]["flags"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (["--audit-log-path=/a"], "/a"),
        (["--audit-log-path", "/a"], "/a"),
        (["-audit-log-path=/a"], "/a"),
        (["--audit_log_path=/a"], "/a"),
        (["--audit-log-path=/b", "--audit-log-path=/a"], "/a"),
        (["--audit-log-path=a=b"], "a=b"),
        (["--audit-log-path="], ""),
        (["--audit-log-path"], None),
        (["--audit-log-path", "--v=2"], None),
        (["--", "--audit-log-path=/a"], "/a"),
    ],
)
def test_a_flag_is_read_in_each_of_its_forms(words: list[str], value: str | None) -> None:
    assert flags("kube-apiserver", *words).get("audit-log-path") == value
    container = {"args": words}
    assert flags("/usr/local/bin/kube-apiserver", **container).get("audit-log-path") == value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (["--profiling"], True),
        (["--profiling=false"], False),
        (["--profiling=F"], False),
        (["--profiling", "false"], True),
        (["--profiling=true", "--profiling=0"], False),
    ],
)
def test_a_switch_takes_no_word_for_its_value(words: list[str], value: bool) -> None:
    assert flags("kube-scheduler", *words) == {"profiling": value}


SWITCHES = {
    "etcd": ["auto-tls", "client-cert-auth", "peer-auto-tls", "peer-client-cert-auth"],
    "kube-apiserver": [
        *("allow-privileged", "anonymous-auth", "enable-bootstrap-token-auth", "kubelet-https", "profiling"),
        *("contention-profiling", "service-account-extend-token-expiration", "service-account-lookup"),
    ],
    "kube-controller-manager": ["leader-elect", "profiling", "use-service-account-credentials"],
}
LISTS = (
    *("admission-control", "authorization-mode", "disable-admission-plugins", "enable-admission-plugins"),
    *("etcd-servers", "feature-gates", "tls-cipher-suites"),
)
NUMBERS = ("audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize", "terminated-pod-gc-threshold")


@pytest.mark.parametrize(("name", "flag"), [(name, flag) for name, flags in SWITCHES.items() for flag in flags])
def test_every_flag_of_truth_stands_alone(name: str, flag: str) -> None:
    assert flags(name, f"--{flag}", "false", "--v=2") == {flag: True, "v": "2"}
    assert flags(name, f"--{flag}=false") == {flag: False}


@pytest.mark.parametrize("flag", LISTS)
def test_every_flag_of_several_values_is_a_list(flag: str) -> None:
    assert flags("kube-apiserver", f"--{flag}=a,b", f"--{flag}", "c") == {flag: ["a", "b", "c"]}


@pytest.mark.parametrize("flag", NUMBERS)
def test_every_flag_of_a_number_is_one(flag: str) -> None:
    assert flags("kube-controller-manager", f"--{flag}", "30") == {flag: 30}


def test_lists_grow_and_numbers_are_numbers() -> None:
    found = flags("kube-apiserver", "--authorization-mode=Node, RBAC", "--authorization-mode", "Webhook")
    assert found == {"authorization-mode": ["Node", "RBAC", "Webhook"]}
    assert flags("kube-apiserver", "--audit-log-maxage=30") == {"audit-log-maxage": 30}


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        (["kube-apiserver", "--audit-log-path=$(LOG)"], {"audit-log-path"}),
        (["kube-apiserver", "--audit-log-path=$LOG"], set()),
        (["kube-apiserver", "--audit-log-path=$(LOG)", "--audit-log-path=/a"], set()),
        (["kube-apiserver", "--authorization-mode=$(MODE)", "--authorization-mode=RBAC"], {"authorization-mode"}),
        (["kube-apiserver", "--profiling=PROFILING"], {"profiling"}),
        (["kube-apiserver", "--audit-log-maxage=thirty"], {"audit-log-maxage"}),
        (["sh", "-c", "kube-apiserver --audit-log-path=$LOG"], {"audit-log-path"}),
        (["sh", "-c", "kube-apiserver $FLAGS"], {"..."}),
    ],
)
def test_a_flag_that_the_file_does_not_tell_is_unknown(words: list[str], unknown: set[str]) -> None:
    found = program(*words)
    assert found is not None
    assert found.unknowns == unknown


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["kube-apiserver"], "kube-apiserver"),
        (["/go-runner", "--log-file=/x", "--also-stdout", "/usr/local/bin/kube-apiserver", "--v=2"], "kube-apiserver"),
        (["/hyperkube", "scheduler", "--v=2"], "kube-scheduler"),
        (["hyperkube", "kube-controller-manager"], "kube-controller-manager"),
        (["/bin/sh", "-ec", "set -e; exec /usr/local/bin/etcd --name=a \\\n  --v=2 1>>/var/log/etcd.log 2>&1"], "etcd"),
        (["bash", "-c", "if true; then echo a; fi\nexec etcd --v=2 &&\necho over"], "etcd"),
        (["kubectl", "logs", "kube-apiserver"], None),
        (["etcd", "gateway", "start"], None),
        (["etcdctl", "--cert-file=/a"], None),
        (["--kubelet-service=kube-system/etcd", "--v=2"], None),
        (["DATA=/etcd", "--v=2"], None),
        (["sh", "-c", "echo etcd --v=2"], None),
        (["sh", "-c", "echo 'a quotation\nthat spans lines; etcd"], None),
        (["sh"], None),
        (["go-runner"], None),
        ([1, None, {"a": "b"}], None),
        ([], None),
    ],
)
def test_a_program_is_known_by_the_word_that_starts_it(words: list[Any], name: str | None) -> None:
    found = program(*words)
    assert (found and found.bindings["program"]["name"]) == name
    if found:
        assert found.name == f"Pod x, {name}"
        assert found.identity == "core/Pod/default/x/containers/c"
        assert {"v", "name"} >= found.bindings["program"]["flags"].keys()


def test_etcd_takes_its_environment_where_its_command_line_is_silent() -> None:
    environment = [
        {"name": "ETCD_CERT_FILE", "value": "/env.crt"},
        {"name": "ETCD_CLIENT_CERT_AUTH", "value": "true"},
        {"name": "ETCD_KEY_FILE", "valueFrom": {"secretKeyRef": {"name": "etcd", "key": "key"}}},
        {"name": "CERT_FILE", "value": "/other"},
        {"name": 5},
    ]
    found = program("etcd", "--data-dir=/d", fields={"env": environment})
    assert found is not None
    assert found.bindings["program"]["flags"]["cert-file"] == "/env.crt"
    assert found.bindings["program"]["flags"]["client-cert-auth"] is True
    assert found.unknowns == {"key-file"}
    assert flags("etcd", "--cert-file=/flag.crt", env=environment)["cert-file"] == "/flag.crt"
    assert "cert-file" not in flags("kube-scheduler", env=environment)
    loaded = program("etcd", fields={"envFrom": [{"secretRef": {"name": "etcd"}}]})
    assert loaded is not None
    assert loaded.unknowns == {"..."}


def test_a_file_takes_the_place_of_the_flags_of_etcd() -> None:
    found = program("etcd", "--config-file=/etc/etcd.yaml", "--cert-file=/a")
    assert found is not None
    assert found.bindings["program"] == {"name": "etcd"}


def test_a_flag_points_at_its_own_words() -> None:
    text = """\
apiVersion: v1
kind: Pod
metadata: {name: x}
spec:
  containers:
    - name: c
      command:
        - kube-apiserver
        - --audit-log-path
        - /a
"""
    (found,) = [subject for subject in reading(text).subjects if subject.kind == "kubernetes.control-plane"]
    flags = entries_of(found.marks["program"])["flags"]
    whole = locate(found.origin, flags)
    assert (whole.line, whole.column, whole.end_column) == (7, 7, 14)
    place = locate(found.origin, entries_of(flags)["audit-log-path"])
    assert (place.line, place.column, place.end_line, place.end_column) == (9, 11, 10, 13)


@pytest.mark.parametrize("group", ["agents.x-k8s.io/v1beta1", "extensions.agents.x-k8s.io/v1beta1"])
def test_the_sandbox_of_an_agent_is_a_workload(group: str) -> None:
    sandbox = thing("SandboxTemplate", version=group, spec={"podTemplate": TEMPLATE})
    assert [subject.kind.partition(".")[2] for subject in read(sandbox)] == ["resource", "workload", "container"]
    patch = thing("Kibana", version="kibana.k8s.elastic.co/v1", spec={"podTemplate": TEMPLATE})
    assert [subject.partial for subject in read(patch)] == [False, True, True]


EXPECTED = "apiVersion: v1\nkind: Pod\nmetadata: {labels: {app: web}}\nspec: {hostPID: true}\n"
NAMED = EXPECTED.replace("{labels", "{name: web, labels")
OF_TESTS = (
    *("tests/e2e/install/00-install.yaml", "tests/e2e/other/01-errors.yaml", "e2e-tests/install/00-a.yml"),
    *("tests/chain/chainsaw-test.yaml", "tests/built/00-a.yaml", "tests/built/kustomization.yaml"),
)
"""Files beside, which show whether a file is one of a test."""


@pytest.mark.parametrize(
    ("name", "text", "subjects"),
    [
        ("01-assert.yaml", EXPECTED, 0),
        ("02-assert-app.yaml", EXPECTED, 0),
        ("errors.yaml", EXPECTED, 0),
        ("pod.yaml", EXPECTED + "status: {phase: Running}\n", 0),
        ("pod.yaml", EXPECTED, 1),
        ("asserted.yaml", EXPECTED, 1),
        ("01-assert.yaml", EXPECTED.replace("{labels", "{name: web, labels"), 1),
        ("01-assert.yaml", EXPECTED.replace("{labels", "{generateName: web-, labels"), 1),
        ("tests/e2e/install/01-assert.yaml", NAMED, 0),
        ("tests/e2e/other/01-assert.yaml", NAMED, 1),
        ("e2e-tests/install/01-errors.yml", NAMED, 0),
        ("tests/chain/web-assert.yaml", NAMED, 0),
        ("tests/chain/files/web-assert.yaml", NAMED, 0),
        ("test-cluster/web-assert.yaml", NAMED, 1),
        ("tests/built/01-assert.yaml", NAMED, 1),
        ("tests/e2e/install/errors.yaml", EXPECTED.replace("{labels", "{name: web, labels"), 1),
        ("tests/e2e/install/asserted.yaml", EXPECTED.replace("{labels", "{name: web, labels"), 1),
    ],
)
def test_what_a_test_expects_is_not_judged(tmp_path: Path, name: str, text: str, subjects: int) -> None:
    for each in (*OF_TESTS, name):
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).write_text(text if each == name else "", encoding="utf-8")
    done = assay("scan", ".", "--select", "kubernetes.pod-without-host-pid", "--output", "json", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert len(found["findings"]) == subjects
    [told] = [item["reason"] for item in found["inputs"] if item["path"] == name]
    assert ("that a test expects" in told) == (not subjects)
