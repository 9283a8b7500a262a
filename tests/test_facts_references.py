"""What workloads refer to, act as and mount, and what their namespaces say: facts over Kubernetes objects."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from scanner import documents, subjects
from scanner.model import Subject
from tests.known import Known, cut, known

WORKLOAD, RESOURCE = "kubernetes.workload", "kubernetes.resource"
Thing = dict[str, Any]


def read(*things: Thing, path: str = "a.yaml", in_full: bool = False) -> list[Subject]:
    """The subjects of objects, as far as they stay in a scan."""
    reading = subjects.recognise(documents.read(path, yaml.safe_dump_all(things, sort_keys=False)))
    found = list(reading.subjects)
    return found if in_full else cut(found)


def cluster(*things: Thing, whole: bool = True, in_full: bool = False) -> list[Known]:
    """The same with their facts."""
    return known(read(*things, in_full=in_full), whole=whole)


def thing(kind: str, name: str, namespace: str = "shop", version: str = "v1", **fields: Any) -> Thing:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **fields.pop("metadata", {})}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}


def pod(name: str = "web", namespace: str = "shop", labels: Thing | None = None, **spec: Any) -> Thing:
    return thing(
        "Pod", name, namespace, metadata={"labels": labels or {}}, spec={"containers": [{"name": "c"}], **spec}
    )


def mounting(claim: str, name: str = "web", **more: Any) -> Thing:
    return pod(name, volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": claim}}], **more)


def taking(key: str, kind: str = "configMap", name: str = "web") -> Thing:
    source = {f"{kind}KeyRef": {"name": name, "key": key}}
    return pod(containers=[{"name": "c", "env": [{"name": "X", "valueFrom": source}]}])


def claim(name: str = "data", **spec: Any) -> Thing:
    return thing("PersistentVolumeClaim", name, spec={"accessModes": ["ReadWriteOnce"], **spec})


def volume(name: str, **spec: Any) -> Thing:
    return thing("PersistentVolume", name, "", spec={"accessModes": ["ReadWriteOnce"], **spec})


def one(found: list[Known], kind: str = WORKLOAD, name: str = "") -> Known:
    (subject,) = [subject for subject in found if subject.kind == kind and subject.name.endswith(name)]
    return subject


def container(**fields: Any) -> Thing:
    return {"containers": [{"name": "c", **fields}]}


REFERENCES: list[tuple[Thing, list[tuple[str, str, str, bool]]]] = [
    ({"serviceAccountName": "a"}, [("ServiceAccount", "a", "serviceAccountName", False)]),
    ({"serviceAccount": "a"}, [("ServiceAccount", "a", "serviceAccount", False)]),
    ({"serviceAccountName": "a", "serviceAccount": "a"}, [("ServiceAccount", "a", "serviceAccountName", False)]),
    ({"priorityClassName": "p"}, [("PriorityClass", "p", "priorityClassName", False)]),
    ({"runtimeClassName": "r"}, [("RuntimeClass", "r", "runtimeClassName", False)]),
    ({"imagePullSecrets": [{"name": "s"}]}, [("Secret", "s", "imagePullSecrets.0.name", True)]),
    ({"volumes": [{"configMap": {"name": "m"}}]}, [("ConfigMap", "m", "volumes.0.configMap.name", False)]),
    (
        {"volumes": [{"emptyDir": {}}, {"secret": {"secretName": "s", "optional": True}}]},
        [("Secret", "s", "volumes.1.secret.secretName", True)],
    ),
    (
        {"volumes": [{"projected": {"sources": [{"secret": {"name": "s"}}, {"configMap": {"name": "m"}}]}}]},
        [
            ("Secret", "s", "volumes.0.projected.sources.0.secret.name", False),
            ("ConfigMap", "m", "volumes.0.projected.sources.1.configMap.name", False),
        ],
    ),
    (
        {"volumes": [{"csi": {"driver": "d", "nodePublishSecretRef": {"name": "s"}}}]},
        [("Secret", "s", "volumes.0.csi.nodePublishSecretRef.name", False)],
    ),
    ({"volumes": [{"rbd": {"secretRef": {"name": "s"}}}]}, [("Secret", "s", "volumes.0.rbd.secretRef.name", False)]),
    (
        {"volumes": [{"azureFile": {"secretName": "s", "shareName": "x"}}]},
        [("Secret", "s", "volumes.0.azureFile.secretName", False)],
    ),
    (
        {"volumes": [{"persistentVolumeClaim": {"claimName": "c"}}]},
        [("PersistentVolumeClaim", "c", "volumes.0.persistentVolumeClaim.claimName", False)],
    ),
    (
        container(envFrom=[{"secretRef": {"name": "s"}}, {"configMapRef": {"name": "m", "optional": True}}]),
        [
            ("Secret", "s", "containers.0.envFrom.0.secretRef.name", False),
            ("ConfigMap", "m", "containers.0.envFrom.1.configMapRef.name", True),
        ],
    ),
    (
        {"initContainers": [{"env": [{"name": "A"}, {"valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]}]},
        [("Secret", "s", "initContainers.0.env.1.valueFrom.secretKeyRef.name", False)],
    ),
    (
        container(env=[{"valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}, {"name": "A", "value": "b"}]),
        [],
    ),
    (
        container(
            env=[{"valueFrom": {"configMapKeyRef": {"name": "m", "key": "k", "optional": True}}}],
            envFrom=[{"configMapRef": {"name": "more"}}, {"configMapRef": {"name": "m"}}],
        ),
        [
            ("ConfigMap", "more", "containers.0.envFrom.0.configMapRef.name", False),
            ("ConfigMap", "m", "containers.0.envFrom.1.configMapRef.name", False),
        ],
    ),
    ({"volumes": "none", "imagePullSecrets": ["s"], "serviceAccountName": 7}, []),
    (container(env="none", envFrom=[{"configMapRef": {"name": 7}}, 8]), []),
]


@pytest.mark.parametrize(("spec", "expected"), REFERENCES, ids=str)
@pytest.mark.parametrize("in_full", [True, False])
def test_every_way_of_referring_is_read(
    spec: Thing, expected: list[tuple[str, str, str, bool]], *, in_full: bool
) -> None:
    workload = one(cluster(pod(**spec), in_full=in_full))
    told = [(item["kind"], item["name"], item["field"], item["optional"]) for item in workload.facts["references"]]
    assert told == expected


MAP = thing("ConfigMap", "web", data={"level": "info"})
FOUND: list[tuple[Thing, list[Thing], bool | None]] = [
    (taking("level"), [MAP], True),
    (taking("level"), [], False),
    (taking("level"), [thing("ConfigMap", "web", "billing")], False),
    (taking("level"), [thing("ConfigMap", "web", "")], None),
    (taking("level"), [thing("Secret", "web")], False),
    (
        taking("level"),
        [thing("Component", "", version="kustomize.config.k8s.io/v1alpha1", configMapGenerator=[{"name": "web"}])],
        True,
    ),
    (taking("level", name="kube-root-ca.crt"), [], True),
    (taking("level", name="${NAME}"), [], None),
    (taking("level"), [thing("Bundle", "web", "", "trust.cert-manager.io/v1alpha1")], None),
    ({**taking("level"), "metadata": {"name": "web", "namespace": "kube-system"}}, [], None),
    (pod(serviceAccountName="web"), [thing("ServiceAccount", "web")], True),
    (pod(serviceAccountName="web"), [], False),
    (pod(serviceAccountName="default"), [], True),
    (pod(priorityClassName="system-node-critical"), [], True),
    (pod(priorityClassName="gold"), [thing("PriorityClass", "gold", "", "scheduling.k8s.io/v1")], True),
    (pod(priorityClassName="gold"), [], None),
    (mounting("data"), [claim()], True),
    (mounting("data"), [], False),
    (mounting("data"), [thing("DataVolume", "data", version="cdi.kubevirt.io/v1beta1")], True),
    (taking("key", "secret"), [thing("Secret", "web")], True),
    (taking("key", "secret"), [], None),
    (taking("key", "secret"), [thing("SealedSecret", "web", version="bitnami.com/v1alpha1")], True),
    (taking("key", "secret"), [thing("ExternalSecret", "web", version="external-secrets.io/v1")], True),
    (
        taking("key", "secret"),
        [thing("ExternalSecret", "x", version="external-secrets.io/v1", spec={"target": {"name": "web"}})],
        True,
    ),
    (
        taking("key", "secret"),
        [thing("Certificate", "x", version="cert-manager.io/v1", spec={"secretName": "web"})],
        True,
    ),
    (
        taking("key", "secret"),
        [
            thing(
                "VaultStaticSecret",
                "x",
                version="secrets.hashicorp.com/v1beta1",
                spec={"destination": {"name": "web", "create": True}},
            )
        ],
        True,
    ),
    (
        taking("key", "secret"),
        [
            thing(
                "SecretProviderClass",
                "x",
                version="secrets-store.csi.x-k8s.io/v1",
                spec={"provider": "vault", "secretObjects": [{"secretName": "web", "type": "Opaque"}]},
            )
        ],
        True,
    ),
]


@pytest.mark.parametrize(("workload", "others", "found"), FOUND, ids=str)
def test_what_is_referred_to_is_found(workload: Thing, others: list[Thing], *, found: bool | None) -> None:
    (item,) = one(cluster(workload, *others)).facts["references"]
    assert item.get("found") is found
    (part,) = one(cluster(workload, *others, whole=False)).facts["references"]
    assert part.get("found") is (found or None)


def test_a_stateful_set_makes_claims() -> None:
    spec = {
        "volumeClaimTemplates": [{"metadata": {"name": "data"}}],
        "template": {
            "spec": {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}], **container()}
        },
    }
    maker = thing("StatefulSet", "store", version="apps/v1", spec=spec)
    found = cluster(maker, mounting("data-store-0", "a"), mounting("data-store-x", "b"), mounting("log-store-0", "c"))
    told = {subject.name: subject.facts["references"][0].get("found") for subject in found if subject.kind == WORKLOAD}
    assert told == {"StatefulSet store": None, "Pod a": True, "Pod b": False, "Pod c": False}


def test_an_operator_may_give_its_workloads_what_they_refer_to() -> None:
    template = {"spec": {"serviceAccountName": "lab", **container(image="registry.example/lab:1")}}
    notebook = thing("Notebook", "lab", version="kubeflow.org/v1", spec={"template": template})
    (item,) = one(cluster(notebook)).facts["references"]
    assert "found" not in item


HOMES = [(namespace, group, path) for namespace, group, path in product(("", "a", "b"), ("", "x", "y"), ("p/1", "q/1"))]


@pytest.mark.parametrize("seeker", HOMES, ids=str)
def test_one_of_many_namesakes_is_found_as_one_of_few(seeker: tuple[str, str, str]) -> None:
    def placed(home: tuple[str, str, str], build: Any) -> list[Subject]:
        namespace, group, path = home
        return [replace(subject, group=group) for subject in read(build(namespace), path=path)]

    def found(*homes: tuple[str, str, str]) -> bool | None:
        everything = placed(seeker, lambda namespace: pod(namespace=namespace, serviceAccountName="web"))
        for home in homes:
            everything += placed(home, lambda namespace: thing("ServiceAccount", "web", namespace))
        answer: bool | None = one(known(everything)).facts["references"][0].get("found")
        return answer

    alone = {home: found(home) for home in HOMES}
    strangers = [home for home in HOMES if not alone[home]]
    unmet = [home for home in HOMES if alone[home] is False]
    assert found(*HOMES) is True
    assert found(*strangers) is None
    assert found(*unmet * 9) is False or not unmet


KEYS: list[tuple[Thing, str, bool | None]] = [
    (MAP, "level", True),
    (MAP, "mode", False),
    (thing("ConfigMap", "web", binaryData={"logo": "aGk="}), "logo", True),
    (thing("ConfigMap", "web"), "level", None),
    (thing("ConfigMap", "web", data={}), "level", None),
    (
        thing(
            "ConfigMap",
            "web",
            data={"a": "b"},
            metadata={"labels": {"config.openshift.io/inject-trusted-cabundle": "true"}},
        ),
        "ca-bundle.crt",
        None,
    ),
    (MAP, "${KEY}", None),
    (thing("Secret", "web", data={"key": "aGk="}), "key", True),
    (thing("Secret", "web", stringData={"key": "hi"}), "key", True),
    (thing("Secret", "web", stringData={"key": "hi"}), "kye", False),
    (thing("Secret", "web"), "key", None),
    (thing("Secret", "web", type="kubernetes.io/service-account-token", data={"extra": "aGk="}), "token", None),
]
SEALED = {"version": "bitnami.com/v1alpha1"}
EXTERNAL = {"version": "external-secrets.io/v1"}
FETCHED = [{"secretKey": "a", "remoteRef": {"key": "x"}}]
KEYS += [
    (thing("SealedSecret", "web", **SEALED, spec={"encryptedData": {"a": "Ag"}}), "a", True),
    (thing("SealedSecret", "web", **SEALED, spec={"encryptedData": {"a": "Ag"}}), "b", False),
    (
        thing("SealedSecret", "web", **SEALED, spec={"encryptedData": {"a": "Ag"}, "template": {"data": {"b": "c"}}}),
        "b",
        True,
    ),
    (thing("ExternalSecret", "web", **EXTERNAL, spec={"data": FETCHED}), "a", True),
    (thing("ExternalSecret", "web", **EXTERNAL, spec={"data": FETCHED}), "b", False),
    (
        thing("ExternalSecret", "web", **EXTERNAL, spec={"data": FETCHED, "dataFrom": [{"extract": {"key": "x"}}]}),
        "b",
        None,
    ),
    (
        thing("ExternalSecret", "web", **EXTERNAL, spec={"data": FETCHED, "target": {"creationPolicy": "Merge"}}),
        "b",
        None,
    ),
    (
        thing(
            "ExternalSecret", "web", **EXTERNAL, spec={"data": FETCHED, "target": {"template": {"data": {"b": "c"}}}}
        ),
        "a",
        False,
    ),
    (
        thing(
            "ExternalSecret",
            "web",
            **EXTERNAL,
            spec={"data": FETCHED, "target": {"template": {"mergePolicy": "Merge", "data": {"b": "c"}}}},
        ),
        "a",
        True,
    ),
    (
        thing(
            "ExternalSecret", "web", **EXTERNAL, spec={"data": FETCHED, "target": {"template": {"templateFrom": [{}]}}}
        ),
        "b",
        None,
    ),
    (thing("Certificate", "x", version="cert-manager.io/v1", spec={"secretName": "web"}), "tls.crt", True),
    (thing("Certificate", "x", version="cert-manager.io/v1", spec={"secretName": "web"}), "tls.pem", False),
    (
        thing(
            "Certificate",
            "x",
            version="cert-manager.io/v1",
            spec={"secretName": "web", "keystores": {"jks": {"create": True}}},
        ),
        "keystore.jks",
        None,
    ),
]


@pytest.mark.parametrize(("holder", "key", "found"), KEYS, ids=str)
def test_the_keys_of_an_object_are_known(holder: Thing, key: str, *, found: bool | None) -> None:
    workload = one(cluster(taking(key, "configMap" if holder["kind"] == "ConfigMap" else "secret"), holder))
    (item,) = workload.facts["referenced_keys"]
    assert item.get("found") is found
    assert (item["key"], item["field"].rpartition(".")[2]) == (key, "key")
    assert ("referenced_keys.0.object" in workload.related) is (found is False)


def test_an_object_in_two_files_holds_the_keys_of_both() -> None:
    other = thing("ConfigMap", "web", data={"mode": "live"})
    for key, found in (("level", True), ("mode", True), ("size", False)):
        assert one(cluster(taking(key), MAP, other)).facts["referenced_keys"][0]["found"] is found
    loose = thing("ConfigMap", "web", "", data={"size": "1"})
    assert "found" not in one(cluster(taking("size"), MAP, loose)).facts["referenced_keys"][0]


def test_values_of_configuration_and_secrets_do_not_stay() -> None:
    secret = thing("Secret", "web", stringData={"password": "hunter2"})
    settings = thing("ConfigMap", "web", data={"level": "hunter2"})
    external = thing("ExternalSecret", "web", **EXTERNAL, spec={"target": {"template": {"data": {"a": "hunter2"}}}})
    plain = pod(containers=[{"name": "c", "env": [{"name": "A", "value": "hunter2"}]}])
    assert "hunter2" not in repr(read(secret, settings, external, plain))


# Accounts


def test_an_account_knows_who_acts_under_it() -> None:
    account = thing("ServiceAccount", "web", automountServiceAccountToken=False)
    found = cluster(account, pod("a", serviceAccountName="web"), pod("b", serviceAccount="web"), pod("c"))
    assert one(found, RESOURCE, "ServiceAccount web").facts["used_by"] == ["Pod a", "Pod b"]
    assert one(found, WORKLOAD, "a").facts["account"] == {"name": "web", "automount": False}
    assert one(found, WORKLOAD, "c").facts["account"] == {"name": "default"}


@pytest.mark.parametrize(
    ("mine", "theirs", "shared"),
    [
        ({"app": "web"}, {"app": "jobs"}, ["Pod b"]),
        ({"app": "web"}, {"app": "web"}, []),
        ({"app": "web", "app.kubernetes.io/part-of": "shop"}, {"app": "b", "app.kubernetes.io/part-of": "shop"}, []),
        ({"app": "web"}, {"app.kubernetes.io/part-of": "shop"}, []),
        ({}, {"app": "web"}, None),
    ],
)
def test_workloads_know_the_other_applications_under_their_account(
    mine: Thing, theirs: Thing, shared: list[str] | None
) -> None:
    things = pod("a", labels=mine, serviceAccountName="web"), pod("b", labels=theirs, serviceAccountName="web")
    workload = one(cluster(*things), WORKLOAD, "a")
    assert workload.facts.get("account_shared_with") == shared
    assert ("account_shared_with" in workload.related) is bool(shared)
    assert one(cluster(*things, whole=False), WORKLOAD, "a").facts.get("account_shared_with") == (shared or None)


def test_an_account_that_is_filled_in_later_is_not_shared() -> None:
    things = (pod(name, labels={"app": name}, serviceAccountName="$ACCOUNT") for name in "ab")
    assert "account_shared_with" not in one(cluster(*things), WORKLOAD, "a").facts


def test_the_default_account_and_other_namespaces_are_not_shared() -> None:
    found = cluster(pod("a", labels={"app": "a"}), pod("b", labels={"app": "b"}))
    assert "account_shared_with" not in one(found, WORKLOAD, "a").facts
    others = (pod(name, name, {"app": name}, serviceAccountName="web") for name in "ab")
    assert one(cluster(*others), WORKLOAD, "a").facts["account_shared_with"] == []


# Claims


HOST = {"hostPath": {"path": "/mnt"}}
BEHIND: list[tuple[Thing, list[Thing], str | None]] = [
    (claim(), [], ""),
    (claim(volumeName="v"), [volume("v", **HOST)], "/mnt"),
    (claim(volumeName="v"), [volume("v", csi={"driver": "d"})], ""),
    (claim(), [volume("v", claimRef={"name": "data", "namespace": "shop"}, **HOST)], "/mnt"),
    (claim(), [volume("v", claimRef={"name": "data", "namespace": "billing"}, **HOST)], ""),
    (claim(storageClassName="manual"), [volume("v", storageClassName="manual", **HOST)], "/mnt"),
    (claim(storageClassName=""), [volume("v", **HOST)], "/mnt"),
    (claim(), [volume("v", **HOST)], ""),
    (claim(storageClassName="manual"), [volume("v", storageClassName="other", **HOST)], ""),
    (
        claim(storageClassName="manual", accessModes=["ReadWriteMany"]),
        [volume("v", storageClassName="manual", **HOST)],
        "",
    ),
    (
        claim(storageClassName="manual"),
        [volume("v", storageClassName="manual", **HOST), volume("w", storageClassName="manual", nfs={"server": "s"})],
        "",
    ),
    (
        claim(storageClassName="manual", selector={"matchLabels": {"disk": "a"}}),
        [volume("v", storageClassName="manual", **HOST)],
        "",
    ),
    (
        claim(storageClassName="fast"),
        [
            volume("v", storageClassName="fast", **HOST),
            thing("StorageClass", "fast", "", "storage.k8s.io/v1", provisioner="disk.example"),
        ],
        "",
    ),
    (
        claim(storageClassName="slow"),
        [
            volume("v", storageClassName="slow", **HOST),
            thing("StorageClass", "slow", "", "storage.k8s.io/v1", provisioner="kubernetes.io/no-provisioner"),
        ],
        "/mnt",
    ),
]


@pytest.mark.parametrize(("wanted", "others", "path"), BEHIND, ids=str)
def test_a_claim_is_followed_to_its_volume(wanted: Thing, others: list[Thing], path: str) -> None:
    found = cluster(mounting("data"), wanted, *others)
    workload = one(found)
    (item,) = workload.facts["claims"]
    assert item["host_path"] == path
    assert workload.related["claims.0.claim"].path == "a.yaml"
    assert ("claims.0.volume" in workload.related) >= bool(path)
    stated = one(found, RESOURCE, "PersistentVolumeClaim data").facts
    assert stated["used_by"] == ["Pod web"]
    assert stated.get("volume", {"host_path": ""})["host_path"] == path


def test_a_claim_that_is_not_there_leads_nowhere() -> None:
    assert one(cluster(mounting("data"))).facts["claims"] == [
        {"name": "data", "field": "volumes.0.persistentVolumeClaim.claimName", "shared_with": []}
    ]
    (item,) = one(cluster(mounting("data"), claim(), whole=False)).facts["claims"]
    assert item.keys().isdisjoint({"host_path", "shared_with"})


def test_the_templates_of_a_stateful_set_are_claims() -> None:
    template = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "manual"}}
    spec = {"volumeClaimTemplates": [template], "template": {"spec": container()}}
    store = thing("StatefulSet", "store", version="apps/v1", spec=spec)
    (item,) = one(cluster(store, volume("v", storageClassName="manual", **HOST))).facts["claims"]
    assert (item["name"], item["host_path"], item["one_writer"], item["field"]) == ("data", "/mnt", True, "")


def test_those_that_mount_a_claim_know_each_other() -> None:
    job = thing("Job", "j", version="batch/v1", spec={"template": mounting("data")})
    found = cluster(claim(), mounting("data", "a"), mounting("data", "b"), job, mounting("other", "c"))
    told = {subject.name: subject.facts["claims"][0]["shared_with"] for subject in found if subject.kind == WORKLOAD}
    assert told == {"Pod a": ["Pod b"], "Pod b": ["Pod a"], "Job j": ["Pod a", "Pod b"], "Pod c": []}


@pytest.mark.parametrize(
    ("modes", "expected"),
    [(["ReadWriteOnce"], True), (["ReadWriteOncePod"], True), (["ReadWriteOnce", "ReadWriteMany"], False), ([], None)],
)
def test_a_claim_says_whether_it_is_for_one_writer(modes: list[str], *, expected: bool | None) -> None:
    (item,) = one(cluster(mounting("data"), claim(accessModes=modes))).facts["claims"]
    assert item.get("one_writer") is expected


# Namespaces


LIMITS = {"limits": [{"type": "Container", "default": {"memory": "1Gi"}}]}


@pytest.mark.parametrize(
    ("kind", "fact", "spec"), [("LimitRange", "limit_ranges", LIMITS), ("ResourceQuota", "resource_quotas", {})]
)
def test_a_namespace_knows_its_bounds(kind: str, fact: str, spec: Thing) -> None:
    shop = thing("Namespace", "shop", "")
    for namespace, expected in (("shop", ["x"]), ("billing", []), ("", None)):
        found = cluster(shop, thing(kind, "x", namespace, spec=spec))
        assert one(found, RESOURCE, "Namespace shop").facts.get(fact) == expected
    assert fact not in one(cluster(shop, whole=False), RESOURCE).facts


def test_limits_of_claims_are_no_limits_of_containers() -> None:
    found = cluster(thing("Namespace", "shop", ""), thing("LimitRange", "x", spec={"limits": [{"type": "Pod"}]}))
    assert one(found, RESOURCE, "Namespace shop").facts["limit_ranges"] == []


def test_a_workload_knows_what_its_namespace_enforces() -> None:
    def shop(**labels: str) -> Thing:
        marked = {f"pod-security.kubernetes.io/{name.replace('_', '-')}": value for name, value in labels.items()}
        return thing("Namespace", "shop", "", metadata={"labels": marked})

    def told(*things: Thing) -> Thing:
        fact: Thing = one(cluster(pod(), *things)).facts["namespace"]
        return fact

    assert told() == {"name": "shop"}
    assert told(shop(enforce="baseline")) == {"name": "shop", "enforce": "baseline"}
    versioned = shop(enforce="restricted", enforce_version="v1.30")
    assert told(versioned) == {"name": "shop", "enforce": "restricted", "enforce_version": "v1.30"}
    assert told(shop(enforce="baseline"), shop(enforce="restricted")) == {"name": "shop"}
    assert "namespace" not in one(cluster(pod(namespace=""))).facts
