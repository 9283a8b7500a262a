"""What is unknown says what to provide so that it can be told, in words of those who write the files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner import documents, facts, subjects
from scanner.facts import registry
from scanner.model import Finding, Outcome, Profile
from scanner.scan import Options, scan

ROUTE = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop}
spec:
  tls: [{hosts: [shop.example.org], secretName: shop-tls}]
  rules:
    - host: shop.example.org
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers: [{name: web, image: "registry.example.org/web:1", envFrom: [{configMapRef: {name: settings}}]}]
"""


def unknown(path: Path) -> dict[str, Finding]:
    """Rule -> the first outcome of it that is unknown."""
    found = scan([str(path)], Options(profile=Profile.OPINION)).findings
    return {each.rule: each for each in reversed(found) if each.outcome is Outcome.UNKNOWN}


def test_a_workload_alone_says_which_folders_tell_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "web.yaml"
    path.write_text(DEPLOYMENT)
    found = unknown(path)
    isolated = found["kubernetes.workload-selected-by-network-policy"]
    assert isolated.provide == "scan the folder that holds every NetworkPolicy of namespace `shop`"
    assert isolated.message == (
        "Deployment web: unknown whether this is met: Every workload is isolated by a NetworkPolicy; no NetworkPolicy "
        f"of namespace `shop` that selects Deployment web is among the scanned files; to decide, {isolated.provide}"
    )
    account = found["kubernetes.workload-account-cannot-take-over-cluster"]
    assert account.provide == (
        "scan the folder that holds the ServiceAccount `web` of namespace `shop`, or state "
        "`automountServiceAccountToken` in the pod"
    )


def test_an_item_of_a_fact_says_what_its_fact_asks_for(tmp_path: Path) -> None:
    path = tmp_path / "route.yaml"
    path.write_text(ROUTE)
    found = unknown(path)["kubernetes.route-backend-exists"]
    assert found.provide == "scan the folder that holds the Service `web` of namespace `shop`"


def test_a_field_that_somebody_can_state_is_named(tmp_path: Path) -> None:
    path = tmp_path / "web.yaml"
    path.write_text(DEPLOYMENT)
    found = unknown(path)["kubernetes.container-user-above-node-range"]
    assert found.provide == "state `securityContext.runAsUser`"
    assert found.message.endswith("; `securityContext.runAsUser` is not stated; to decide, state it")


POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny-all}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
"""


def test_the_policy_that_leaves_it_open_is_named(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(DEPLOYMENT)
    (tmp_path / "deny.yaml").write_text(POLICY)
    found = unknown(tmp_path)["kubernetes.workload-selected-by-network-policy"]
    (policy,) = found.related
    assert (policy.location.path, policy.message) == ("deny.yaml", "this policy may select the workload")


SELECTED = "kubernetes.workload-selected-by-network-policy"
TAKEOVER = "kubernetes.workload-account-cannot-take-over-cluster"
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop}\n"


@pytest.mark.parametrize(
    ("name", "text", "undecided"),
    [
        ("a.yaml", "a: [\n", set()),
        ("README.md", "```yaml\napiVersion: v1\nkind: Pod\n  bad: [\n```\n", set()),
        ("a.yaml", "apiVersion: v1\nkind: ConfigMap\ndata: {a: [\n", set()),
        ("a.yaml", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: [\n", {SELECTED}),
        ("a.json", '{"apiVersion": "v1", "items": [{"apiVersion": "v1", "kind":"NetworkPolicy"}', {SELECTED}),
        ("a.yaml", "apiVersion: a/v1\nkind: NetworkPolicyList\nitems: [\n", {SELECTED}),
        ("a.yaml", "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nsubjects: [\n", {TAKEOVER}),
        ("a.json", '{"src": "{{ site.url }}/a.png", "debug": {{ default .Env.DEBUG "false" }}}', set()),
        ("a.yaml", '{{- range .all }}\n{{ include "policy" . }}\n{{- end }}\n', {SELECTED, TAKEOVER}),
        ("a.yaml", "apiVersion: {{ .a }}\nkind: {{ .b }}\n", {SELECTED, TAKEOVER}),
        ("a.yaml", 'apiVersion: v1\nkind: "N\\x65tworkPolicy"\nspec: [\n', {SELECTED, TAKEOVER}),
        ("manifest.json", '---\n---\n{"name": "{{ site.title }}",\n"icons": [{{ if .a }}"a"{{ end }}]}', set()),
        (".github/workflows/old/a.yml", "kind: {{ a }}\njobs: [\n", set()),
        ("a.yaml", "kind: ConfigMap\ndata: {{ .a }}\n---\nkind: NetworkPolicy\n", set()),
        ("a.yaml", "kind: ConfigMap\n---\nkind: NetworkPolicy\nspec: [\n---\nkind: Secret\n", {SELECTED}),
        ("a.yaml", "kind: ConfigMap\n---\nkind: NetworkPolicy\nspec: {{ .a }}\n", {SELECTED}),
        ("a.yaml", "kind: RoleBinding\nroleRef:\n  kind: {{ .a }}\n", {TAKEOVER}),
        ("a.yaml", "{{ if .a }}\n  apiVersion: v1\n  kind: {{ .a }}\n{{ end }}\n", {SELECTED, TAKEOVER}),
        ("a.yaml", "kind: List\nitems:\n- metadata: {}\n  kind: {{ .a }}\n", {SELECTED, TAKEOVER}),
        ("app.yaml", "{{- if .debug }}\nlog: {{ .level | quote }}\n{{- end }}\n", set()),
        ("all.yaml", '{{ include "everything" . }}\n', {SELECTED, TAKEOVER}),
        ("all.yaml", "- {{ each }}\n", {SELECTED, TAKEOVER}),
        ("testdata/a.yaml", "apiVersion: {{ .a }}\nkind: {{ .b }}\n", set()),
        ("examples/a.yaml", "apiVersion: {{ .a }}\nkind: {{ .b }}\n", set()),
        ("e2e/a.yaml", "apiVersion: {{ .a }}\nkind: {{ .b }}\n", set()),
    ],
)
def test_a_file_that_cannot_be_read_leaves_open_what_it_may_hold(
    name: str, text: str, undecided: set[str], tmp_path: Path
) -> None:
    (tmp_path / "web.yaml").write_text(DEPLOYMENT)
    (tmp_path / "account.yaml").write_text(ACCOUNT)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text)
    assert unknown(tmp_path).keys() & {SELECTED, TAKEOVER} == undecided


_POLICY = b"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
_JSON = b'{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a"}}'


@pytest.mark.parametrize(
    ("name", "content", "undecided"),
    [
        ("model.json", b"\x00\x01\x02kind: x\x00apiVersion\x00", set()),
        ("a.yaml", _POLICY + b"\x00", set()),
        ("a.yaml", _POLICY + b"# \xff\n", set()),
        (".kube/cache/http/0a1b", b"\xa3" * 32 + b"\nHTTP/1.1 200 OK\r\nVary: x\r\n\r\n" + _JSON, set()),
        ("a.yaml", _POLICY + b"---\n\x00\n", {SELECTED}),
        ("a.yaml", b"\x00\n---\n" + _POLICY, {SELECTED}),
        ("a.json", _JSON + b"\x00", {SELECTED}),
        ("a.yaml", b"kind: a\n---\n{'a': b}\n--- \xff\n" + _JSON, set()),
        ("a.yaml", b"\xff\xfe\x00\xd8", {SELECTED, TAKEOVER}),
    ],
)
def test_a_file_that_is_not_text_may_hold_what_kubectl_would_take_from_it(
    name: str, content: bytes, undecided: set[str], tmp_path: Path
) -> None:
    (tmp_path / "web.yaml").write_text(DEPLOYMENT)
    (tmp_path / "account.yaml").write_text(ACCOUNT)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content)
    assert unknown(tmp_path).keys() & {SELECTED, TAKEOVER} == undecided


def test_a_schema_of_values_holds_no_object(tmp_path: Path) -> None:
    (tmp_path / "a/templates").mkdir(parents=True)
    (tmp_path / "a/Chart.yaml").write_text("apiVersion: v2\nname: a\nversion: 1.0.0\n")
    (tmp_path / "a/templates/web.yaml").write_text(DEPLOYMENT)
    shown = '{"examples": [{"rules": [{"apiVersion": "v1", "kind": "NetworkPolicy", "metadata": {"name": "a"}}]}]}'
    (tmp_path / "a/values.schema.json").write_text(shown)
    assert SELECTED not in unknown(tmp_path)


def outcomes(folder: Path) -> set[tuple[str, str, Outcome, str]]:
    found = scan([str(folder)], Options(profile=Profile.OPINION, include_passes=True)).findings
    return {(each.rule, each.subject_id, each.outcome, each.message) for each in found}


@pytest.mark.parametrize(
    "block",
    [
        "apiVersion: v1\nkind: Pod\n  bad: [\n",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: [\n",
        "kind: {{ .Values.kind }}\n  apiVersion: [\n",
    ],
)
@pytest.mark.parametrize(
    "manifests", [{"web.yaml": DEPLOYMENT}, {"web.yaml": DEPLOYMENT, "rest.yaml": ACCOUNT + "---\n" + POLICY}]
)
def test_a_broken_block_of_a_page_changes_no_outcome(tmp_path: Path, manifests: dict[str, str], block: str) -> None:
    for name, text in manifests.items():
        (tmp_path / name).write_text(text)
    before = outcomes(tmp_path)
    (tmp_path / "README.md").write_text(f"# Shop\n\n```yaml\n{block}```\n")
    assert outcomes(tmp_path) == before
    assert {rule for rule, *_ in before} >= {SELECTED, TAKEOVER}


def test_the_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(DEPLOYMENT)
    (tmp_path / "deny.yaml").write_text(POLICY + "bad: [\n")
    for other in ("examples", "testdata", "e2e"):  # what is there counts for nothing that is deployed
        (tmp_path / other).mkdir()
        (tmp_path / other / "deny.yaml").write_text(POLICY + "bad: [\n")
    found = unknown(tmp_path)[SELECTED]
    assert found.provide.startswith("make deny.yaml readable (not valid YAML: did not find expected node content")
    assert found.provide.endswith(" at line 5), or leave it with `--exclude` if it is not deployed")
    assert found.message.endswith(f"; to decide, {found.provide}")


def test_only_files_that_may_hold_pods_are_named(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(thing("Service", "web", "{selector: {app: web}}"))
    (tmp_path / "a.yaml").write_text("kind: Role\nrules: [\n")
    (tmp_path / "b.yaml").write_text("kind: Deployment\nspec: [\n")
    found = unknown(tmp_path)["kubernetes.service-selects-workload"].provide
    assert found.startswith("make b.yaml readable (")
    assert "a.yaml" not in found
    assert found.endswith(
        ", or put what `kubectl get deployments,statefulsets,daemonsets -n shop -o yaml` prints into a file at the "
        "top of the scanned folder"
    )


def thing(kind: str, name: str, spec: str = "{}", version: str = "v1", namespace: str = "shop") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}{where}}}\nspec: {spec}\n"


RBAC = "rbac.authorization.k8s.io/v1"
BINDING = (
    f"apiVersion: {RBAC}\nkind: RoleBinding\nmetadata: {{name: web, namespace: shop}}\n"
    "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}\n"
    "subjects: [{kind: ServiceAccount, name: web, namespace: shop}]\n"
)
SCALED = "{maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: %s}}"
HTTP_ROUTE = "{parentRefs: [{name: edge, namespace: infra}], rules: [{backendRefs: [{name: web, port: 80}]}]}"
GATEWAY = "gateway.networking.k8s.io/v1"
ELSEWHERE = thing("ConfigMap", "settings", namespace="")
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
RANGE = thing("LimitRange", "limits", "{limits: [{type: Container}]}", namespace="")
COMPUTED = DEPLOYMENT.replace("web:1", "web:${TAG}")
_POD = "containers: [{name: a, image: 'a:1'}]"
MOUNTING = thing("Pod", "p", f"{{{_POD}, volumes: [{{name: d, persistentVolumeClaim: {{claimName: data}}}}]}}")
_TEMPLATE = f"template: {{metadata: {{labels: {{a: b}}}}, spec: {{{_POD}}}}}"
DAEMONS = thing("DaemonSet", "d", f"{{selector: {{matchLabels: {{a: b}}}}, {_TEMPLATE}}}", "apps/v1")
LACKS = {
    "a role": ([BINDING], "binding-role-exists", "the folder that holds the Role `web` of namespace `shop`"),
    "an account of a binding": ([BINDING], "binding-accounts-exist", "holds the ServiceAccount `web` of namespace"),
    "a binding": ([thing("Role", "web", version=RBAC)], "role-bound", "that holds a binding of Role `web` (a.yaml:1)"),
    "an autoscaled workload": (
        [thing("HorizontalPodAutoscaler", "web", SCALED % "web", "autoscaling/v2")],
        "autoscaler-target-exists",
        "holds the Deployment `web` of namespace `shop`",
    ),
    "a name that is computed": (
        [thing("HorizontalPodAutoscaler", "web", SCALED % '"${APP}"', "autoscaling/v2")],
        "autoscaler-target-exists",
        "scan the file as it is applied, with `${APP}` replaced",
    ),
    "an image that is computed": (
        [COMPUTED],
        "container-image-tag-pinned",
        "scan the file as it is applied, with `${TAG}` replaced",
    ),
    "a Gateway": (
        [thing("HTTPRoute", "web", HTTP_ROUTE, GATEWAY)],
        "http-route-with-tls",
        "holds the Gateway `edge` of namespace `infra`",
    ),
    "a ConfigMap": ([DEPLOYMENT], "workload-references-exist", "holds the ConfigMap `settings` of namespace `shop`"),
    "a default account": (
        [DEPLOYMENT.replace("      serviceAccountName: web\n", "")],
        "workload-account-cannot-take-over-cluster",
        "state `automountServiceAccountToken` in the pod, or scan the folder that holds a ServiceAccount `default` of",
    ),
    "a class of a claim": (
        [thing("PersistentVolumeClaim", "data", "{storageClassName: fast}"), MOUNTING],
        "workload-claims-without-host-path",
        "scan the StorageClass `fast` too, with a provisioner that makes the volume, or scan the folder that holds a",
    ),
    "a ConfigMap without a namespace": (
        [DEPLOYMENT, ELSEWHERE],
        "workload-references-exist",
        "state `metadata.namespace` in b.yaml:1",
    ),
    "a LimitRange": ([NAMESPACE], "namespace-has-limit-range", "that holds a LimitRange of namespace `shop`"),
    "a LimitRange without a namespace": (
        [NAMESPACE, RANGE],
        "namespace-has-limit-range",
        "state `metadata.namespace` in b.yaml:1",
    ),
    "the pods of a Service": (
        [thing("Service", "web", "{selector: {app: web}}")],
        "service-selects-workload",
        "that holds a workload of namespace `shop` with the labels `app: web`",
    ),
}


@pytest.mark.parametrize(("texts", "rule", "asked"), LACKS.values(), ids=LACKS)
def test_the_object_that_decides_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: list[str], rule: str, asked: str
) -> None:
    """Each file is named by itself, so that what is in another one may be anywhere."""
    monkeypatch.chdir(tmp_path)
    paths = ["a.yaml", "b.yaml"][: len(texts)]
    for path, text in zip(paths, texts, strict=True):
        Path(path).write_text(text)
    found = scan(paths, Options(profile=Profile.OPINION)).findings
    (finding,) = [each for each in found if each.rule == f"kubernetes.{rule}" and each.outcome is Outcome.UNKNOWN]
    assert asked in finding.provide
    assert finding.message.endswith(f"; to decide, {finding.provide}")


POLICY_OF_SPACES = (
    "apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {name: deny}\n"
    "spec: {endpointSelector: {matchLabels: {%s: blue}}, ingress: [{}]}\n"
)


@pytest.mark.parametrize(
    ("space", "label", "why", "asked"),
    [
        (", namespace: shop", "io.cilium.k8s.namespace.labels.team", "Namespace `shop` of", "kubectl get namespace"),
        ("", "io.cilium.k8s.namespace.labels.team", "states no namespace", "state `metadata.namespace` in all.yaml:6"),
        (", namespace: shop", "io.cilium.k8s.policy.serviceaccount", "asks for more than labels", "add a Network"),
    ],
)
def test_what_a_policy_for_namespaces_lacks_is_told(
    tmp_path: Path, space: str, label: str, why: str, asked: str
) -> None:
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p{space}}}\nspec: {{{_POD}}}\n"
    (tmp_path / "all.yaml").write_text(f"{POLICY_OF_SPACES % label}---\n{pod}")
    found = unknown(tmp_path)[SELECTED]
    assert why in found.message
    assert asked in found.provide


def test_a_number_of_pods_that_no_file_states_is_left_to_a_person(tmp_path: Path) -> None:
    budget = thing("PodDisruptionBudget", "b", "{minAvailable: 1, selector: {matchLabels: {a: b}}}", "policy/v1")
    (tmp_path / "all.yaml").write_text(f"{budget}---\n{DAEMONS}")
    found = unknown(tmp_path)["kubernetes.disruption-budget-below-replicas"]
    assert "; the files do not state how many pods of DaemonSet `d` (all.yaml:6) run; " in found.message
    asked = "compare it with `minAvailable` by hand, or set `minAvailable: 0` if the pods need no budget"
    assert found.provide == asked


@pytest.mark.parametrize(
    ("own", "other", "asked"),
    [
        (
            "",
            "",
            "scan what both give, if they are applied to one namespace: `(helm template web; echo ---; kustomize",
        ),
        ("shop", "", "scan what both give, if they are applied to one namespace"),
        ("shop", "shop", "scan what both give, if they are applied to one cluster"),
        (
            "shop",
            "infra",
            "put what `kubectl get configmap settings -n shop -o yaml` prints into a file at the top of",
        ),
    ],
)
def test_an_object_of_another_chart_is_not_to_be_copied(own: str, other: str, asked: str) -> None:
    texts = {
        "web/Chart.yaml": DEPLOYMENT.replace(", namespace: shop", f", namespace: {own}" if own else ""),
        "kustomization.yaml": thing("ConfigMap", "settings", namespace=other),
    }
    found = [
        each
        for path, text in texts.items()
        for each in subjects.Recognition(documents.read(f"{path}.yaml", text), group=path)
    ]
    derived = facts.derive(found, whole=True)
    (workload,) = [each for each in found if each.kind == "kubernetes.workload"]
    number = [each["name"] for each in derived.facts(workload)["references"]].index("settings")
    lack = derived.lack(workload, "references", f"references.{number}.", "found")
    assert lack
    assert lack.provide.startswith(asked)


MANIFESTS = sorted((Path(__file__).parents[1] / "examples").rglob("*.y*ml"))


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_no_internal_name_is_asked_for(path: Path) -> None:
    """Each file of the example alone leaves much open; nobody can state what only facts are called."""
    for finding in unknown(path).values():
        asked = re.search(r"`(\w+)` is not stated; to decide, state it$", finding.message)
        facts = registry.of(finding.subject_kind)
        assert finding.provide
        assert asked is None or (asked[1] not in facts and "_" not in asked[1])


READER = "spec: {containers: [{name: a, image: a:1, env: [{name: A, valueFrom: {configMapKeyRef: %s}}]}]}\n"


def _overlay(folder: Path, name: str, text: str) -> None:
    (folder / name).mkdir()
    (folder / name / "kustomization.yaml").write_text("resources: [all.yaml]\n")
    (folder / name / "all.yaml").write_text(text)


def test_unknown_outcomes_with_one_cause_are_one(tmp_path: Path) -> None:
    _overlay(tmp_path, "settings", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: x, b: y}\n")
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\n" + READER
    for name, key in (("one", "a"), ("two", "b"), ("three", "a")):
        _overlay(tmp_path, name, pod % (name, f"{{name: web, key: {key}}}"))
    result = scan([str(tmp_path)], Options())
    found = [each for each in result.findings if each.rule == "kubernetes.workload-referenced-keys-exist"]
    assert [each.outcome for each in found] == [Outcome.UNKNOWN]
    assert found[0].message.endswith("; the same decides it for Pod three, Pod two")
    assert [Path(each.location.path).parent.name for each in found[0].related][-2:] == ["three", "two"]


@pytest.mark.parametrize(("folder", "told"), [("bundle", None), ("other", Outcome.FAIL)])
def test_the_objects_of_a_bundle_are_in_the_namespace_of_its_operator(
    folder: str, told: Outcome | None, tmp_path: Path
) -> None:
    """The Operator SDK writes the namespace `placeholder`, and leaves out that of the other objects of the bundle."""
    (tmp_path / "bundle").mkdir()
    pod = "{metadata: {labels: {app: web}}, spec: {containers: [{name: a, image: a:1}]}}"
    (tmp_path / "bundle/web.clusterserviceversion.yaml").write_text(
        "apiVersion: operators.coreos.com/v1alpha1\nkind: ClusterServiceVersion\n"
        "metadata: {name: web, namespace: placeholder}\n"
        f"spec: {{install: {{spec: {{deployments: [{{name: web, spec: {{template: {pod}}}}}]}}}}}}\n"
    )
    (tmp_path / folder).mkdir(exist_ok=True)
    service = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n"
    )
    (tmp_path / folder / "service.yaml").write_text(service)
    found = scan([str(tmp_path)], Options()).findings
    outcomes = {each.outcome for each in found if each.rule == "kubernetes.service-selects-workload"}
    assert outcomes == ({told} if told else set())


@pytest.mark.parametrize(
    ("rule", "tag"),
    [
        ("stacks.service-without-sensitive-host-path", "1.2"),
        ("stacks.service-without-sensitive-host-path", "${TAG}"),
        ("stacks.service-without-runtime-socket", "1.2"),
    ],
)
def test_the_variable_of_the_mount_is_named(tmp_path: Path, rule: str, tag: str) -> None:
    volumes = '["${DATA}:/data", "./a:/b"]'
    (tmp_path / "compose.yaml").write_text(f'services:\n  a:\n    image: "r.example/a:{tag}"\n    volumes: {volumes}\n')
    found = unknown(tmp_path)[rule]
    assert "; `source` depends on DATA, which the shell sets" in found.message
    assert "where nothing sets DATA, give a default" in found.provide


@pytest.mark.parametrize("space", [", namespace: shop", ""])
def test_a_template_of_the_cluster_is_not_to_be_put_into_a_namespace(tmp_path: Path, space: str) -> None:
    spec = '{templates: [{name: a, container: {image: "r.example/a:1.0"}}]}'
    meta = "metadata: {name: a}\n"
    template = f"apiVersion: argoproj.io/v1alpha1\nkind: ClusterWorkflowTemplate\n{meta}spec: {spec}\n"
    policy = f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: b{space}}}\n"
    (tmp_path / "a").mkdir()
    (tmp_path / "a/a.yaml").write_text(template)
    (tmp_path / "b.yaml").write_text(f"{policy}spec: {{podSelector: {{}}, ingress: []}}\n")
    found = unknown(tmp_path)[SELECTED]
    assert "runs in that of the Workflow that refers to it" in found.message
    assert found.provide.startswith("make a/a.yaml:1 a WorkflowTemplate that states `metadata.namespace`")


def test_the_chart_of_a_template_is_named_alone(tmp_path: Path) -> None:
    needs = "dependencies: [{name: hub, version: 1.0.0, repository: 'https://r.example'}]\n"
    text = f"apiVersion: v2\nname: a\nversion: 1.0.0\n{needs}"
    (tmp_path / "a/templates").mkdir(parents=True)
    (tmp_path / "a/Chart.yaml").write_text(text)
    (tmp_path / "a/templates/web.yaml").write_text(thing("Service", "web", "{selector: {app: web}}"))
    (tmp_path / "b.yaml").write_text("kind: Deployment\nspec: [\n")
    found = unknown(tmp_path)["kubernetes.service-selects-workload"].provide
    assert found.startswith("make a/Chart.yaml readable (")
    assert "b.yaml" not in found


def test_charts_without_their_dependencies_are_named_with_one_command(tmp_path: Path) -> None:
    needs = "dependencies: [{name: hub, version: 1.0.0, repository: 'https://r.example'}]\n"
    for name in "abcde":
        (tmp_path / name).mkdir()
        (tmp_path / name / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n{needs}")
    (tmp_path / "web.yaml").write_text(DEPLOYMENT)
    (tmp_path / "w.yaml").write_text("kind: NetworkPolicy\nspec: [\n")
    (tmp_path / "x.yaml").write_text("kind: Deployment\nspec: [\n")
    asked = unknown(tmp_path)[SELECTED].provide
    assert asked.startswith(
        "make a/Chart.yaml, b/Chart.yaml, c/Chart.yaml and 2 more under `not assessed` readable (their dependencies "
        "are missing: run `helm dependency build` in the folder of each), and w.yaml readable (not valid YAML"
    )
    assert asked.endswith("), or leave them with `--exclude` if they are not deployed")


def test_a_flag_is_named_as_it_is_written(tmp_path: Path) -> None:
    pod = "{containers: [{name: etcd, command: [etcd, --config-file=/etc/etcd/etcd.yaml]}]}"
    (tmp_path / "etcd.yaml").write_text(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: etcd}}\nspec: {pod}\n")
    asked = unknown(tmp_path)["kubernetes.etcd-authenticates-clients"].provide
    assert asked == "state `--client-cert-auth` or `--listen-client-urls` or `--trusted-ca-file`"


def test_the_command_for_one_service_is_not_told_to_decide_another(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("kind: Service\nspec: [\n")
    backend = "{rules: [{backendRefs: [{name: %s, port: 80}]}]}"
    routes = [
        thing("HTTPRoute", name, backend % f"{name}-app", "gateway.networking.k8s.io/v1") for name in ("one", "two")
    ]
    (tmp_path / "routes.yaml").write_text("---\n".join(routes))
    found = unknown(tmp_path)["kubernetes.route-backend-port-exists"]
    assert "`kubectl get service one-app -n shop -o yaml`" in found.provide
    assert found.message.endswith(
        "; the same files, or such a command with its own name and namespace, decide it for HTTPRoute two"
    )


@pytest.mark.parametrize(
    ("other", "maker"),
    [
        (("Kustomization", "kustomize.toolkit.fluxcd.io/v1"), ("Server", "servers.example.com/v1")),
        (
            ("BackendTrafficPolicy", "gateway.envoyproxy.io/v1alpha1"),
            ("EnvoyProxy", "gateway.envoyproxy.io/v1alpha1"),
        ),
    ],
)
def test_the_object_that_makes_a_workload_is_named(
    tmp_path: Path, other: tuple[str, str], maker: tuple[str, str]
) -> None:
    objects = [thing(kind, "web", version=version) for kind, version in (other, maker)]
    service = thing("Service", "web", "{selector: {app: web}}")
    (tmp_path / "all.yaml").write_text("---\n".join([*objects, service]))
    found = unknown(tmp_path)["kubernetes.service-selects-workload"]
    assert f"for {maker[0]} `web`" in found.message
