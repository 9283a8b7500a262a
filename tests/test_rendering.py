"""Helm charts and Kustomize overlays: what is rendered is assessed, and shown where a person would mend it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec, module_from_spec
from pathlib import Path

import pytest

from scanner.controls import ControlStatus
from scanner.finished_scan import Scan
from scanner.model import Finding, InputStatus, Outcome, Profile
from scanner.rendering import generated_values
from scanner.scan import Options, scan
from scanner.sources import Selection

CHART = """\
apiVersion: v2
name: web
version: 0.1.0
"""
TEMPLATE = """\
{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels:
    {{- include "web.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: app
          image: {{ .Values.image }}
          securityContext:
            {{- toYaml .Values.securityContext | nindent 12 }}
        - name: side
          image: side:1
          securityContext:
            privileged: true
{{- end }}
"""
WEB = {
    "web/Chart.yaml": CHART,
    "web/values.yaml": "enabled: true\nreplicas: 2\nimage: app:1\nsecurityContext:\n  privileged: true\n",
    "web/templates/_helpers.tpl": '{{- define "web.labels" }}\ntier: front\n{{- end }}\n',
    "web/templates/deployment.yaml": TEMPLATE,
    "web/templates/off.yaml": "{{- if .Values.never }}\napiVersion: v1\nkind: Pod\n{{- end }}\n",
    "web/templates/NOTES.txt": "Read {{ .Release.Name }}\n",
}
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: app:1
      securityContext:
        privileged: %s
"""
PATCH = (POD % "true").replace("      image: app:1\n", "")
OVERLAY = {
    "k8s/base/kustomization.yaml": "resources:\n- pod.yaml\n",
    "k8s/base/pod.yaml": POD % "false",
    "k8s/prod/kustomization.yaml": "bases:\n- ../base\nnamePrefix: prod-\npatchesStrategicMerge:\n- patch.yaml\n",
    "k8s/prod/patch.yaml": PATCH,
}


@pytest.fixture
def kustomize() -> None:
    if not (shutil.which("kustomize") or shutil.which("kubectl")):
        pytest.skip("neither kustomize nor kubectl is there; .ci/run brings one and fails without it")


def lay(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def privileged(result: Scan) -> list[tuple[str, int, str]]:
    """(file, line, what is underlined) of each privileged container."""
    return [
        (finding.location.path, finding.location.line, _underlined(result, finding))
        for finding in result.findings
        if finding.rule == "kubernetes.container-not-privileged"
    ]


def _underlined(result: Scan, finding: Finding) -> str:
    place = finding.location
    return result.texts[place.path][place.line - 1][place.column - 1 : place.end_column - 1]


def status(result: Scan) -> dict[str, tuple[InputStatus, str]]:
    return {item.path: (item.status, item.reason) for item in result.inputs}


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=["library", "program"])
def helm(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Helm as a library, and as a program that prints what `helm template` does."""
    folder = tmp_path / "bin"
    folder.mkdir()
    if request.param == "program":
        program = folder / "helm"
        program.write_text(f"#!{sys.executable}\n{HELM}")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return str(request.param)


HELM = """
import json, sys, helm_python
verb, name, folder, *options = sys.argv[1:]
assert verb == "template" and "--include-crds" in options
values = {}
for flag, value in zip(options, options[1:]):
    if flag == "--values":
        values.update(helm_python.values_from_yaml(open(value).read()))
try:
    with helm_python.Chart.load(folder) as chart:
        where = options[options.index("--namespace") + 1]
        for path, text in sorted(chart.render(values, name=name, namespace=where).items()):
            if text.strip() and path.endswith(".yaml"):
                print("---\\\\n# Source: " + path + "\\\\n" + text.strip())
except helm_python.HelmError as error:
    print("coalesce.go:298: warning", file=sys.stderr)
    sys.exit("Error: " + " ".join(str(error).split()))
""".replace("\\\\n", "\\n")


@pytest.mark.usefixtures("helm")
def test_a_chart_is_rendered_and_its_templates_are_pointed_at(tmp_path: Path) -> None:
    lay(tmp_path, WEB)
    result = scan(["web"])
    assert privileged(result) == [
        ("web/templates/deployment.yaml", 19, "securityContext:"),  # the value comes from values.yaml
        ("web/templates/deployment.yaml", 24, "privileged: true"),
    ]
    assert status(result) == {
        "web/Chart.yaml": (InputStatus.ASSESSED, "rendered by helm"),
        "web/templates/NOTES.txt": (InputStatus.ASSESSED, "rendered with web/Chart.yaml"),
        "web/templates/_helpers.tpl": (InputStatus.ASSESSED, "rendered with web/Chart.yaml"),
        "web/templates/deployment.yaml": (InputStatus.ASSESSED, "rendered with web/Chart.yaml"),
        "web/templates/off.yaml": (InputStatus.SKIPPED, "renders no object with the values of web/Chart.yaml"),
        "web/values.yaml": (InputStatus.ASSESSED, "rendered with web/Chart.yaml"),
    }
    assert result.verdict.exit_code == 1


MANY = """\
{{- /* two kinds of pods, one of them several times */}}
apiVersion: v1
kind: Pod
metadata: {name: first}
spec:
  containers:
    - name: app
      image: app:1
      securityContext:
        privileged: true
---
{{- range $name := list "a" "b" }}
apiVersion: v1
kind: Pod
metadata:
  name: {{ $name }}
spec:
  containers:
    - name: {{ $name }}
      image: app:{{ $.Values.replicas }}
      {{- if eq $name "b" }}
      securityContext: {privileged: true}
      {{- else }}
      securityContext:
        privileged: {{ $.Values.enabled }}
      {{- end }}
---
{{- end }}
"""


@pytest.mark.usefixtures("helm")
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_each_object_of_a_template_stands_at_its_own_lines(tmp_path: Path, line_end: str) -> None:
    lay(tmp_path, {**WEB, "web/templates/deployment.yaml": ""})
    (tmp_path / "web/templates/many.yaml").write_bytes(MANY.replace("\n", line_end).encode())
    assert privileged(scan(["web"])) == [
        ("web/templates/many.yaml", 10, "privileged: true"),
        ("web/templates/many.yaml", 22, "securityContext: {privileged: true}"),
        ("web/templates/many.yaml", 25, "privileged: {{ $.Values.enabled }}"),
    ]


@pytest.mark.usefixtures("helm")
def test_values_files_decide_and_the_last_wins(tmp_path: Path) -> None:
    lay(tmp_path, WEB)
    lay(
        tmp_path,
        {"one.yaml": "securityContext: {privileged: true}\n", "two.yaml": "securityContext: {privileged: false}\n"},
    )
    result = scan(["web"], Options(values=("one.yaml", "two.yaml")))
    assert [line for _, line, _ in privileged(result)] == [24]
    lay(tmp_path, {"three.yaml": "enabled: false\n"})
    assert not scan(["web"], Options(values=("three.yaml",))).findings


@pytest.mark.usefixtures("helm")
def test_what_helm_says_is_the_reason(tmp_path: Path) -> None:
    lay(tmp_path, {**WEB, "web/templates/wrong.yaml": '{{ fail "set the image" }}\n', "good.yaml": POD % "true"})
    result = scan(["."])
    kind, reason = status(result)["web/templates/wrong.yaml"]
    assert kind is InputStatus.UNREADABLE
    assert reason.startswith("helm: ")
    assert "set the image" in reason
    assert {path for path, *_ in privileged(result)} == {"good.yaml", "web/templates/deployment.yaml"}
    assert result.verdict.exit_code == 4


def test_where_the_caller_loaded_the_library_a_chart_is_not_assessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(tmp_path, WEB)
    monkeypatch.setenv("PATH", str(tmp_path))
    spec = find_spec("helm_python")
    assert spec
    monkeypatch.setitem(sys.modules, "helm_python", module_from_spec(spec))
    state, why = status(scan(["web"], Options(reuse=False)))["web/Chart.yaml"]
    assert state is InputStatus.UNREADABLE
    assert why.startswith("not assessed: the program that called Assay has loaded helm_python")


def test_without_helm_a_chart_is_not_assessed_and_its_plain_objects_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(tmp_path, {**WEB, "web/templates/plain.yaml": POD % "true"})
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "helm_python", None)
    result = scan(["web"])
    assert status(result)["web/Chart.yaml"] == (
        InputStatus.UNREADABLE,
        "not assessed: needs helm on PATH, or the extra: pip install 'PATH-OR-URL[helm]'",
    )
    assert privileged(result) == [("web/templates/plain.yaml", 10, "privileged: true")]
    assert result.verdict.exit_code == 4


@pytest.mark.usefixtures("helm")
def test_a_dependency_that_is_not_there_is_said(tmp_path: Path) -> None:
    lay(tmp_path, {**WEB, "web/Chart.yaml": f"{CHART}dependencies:\n- name: redis\n  version: 1.x\n"})
    _, reason = status(scan(["web"]))["web/Chart.yaml"]
    assert reason == "not assessed: its dependency redis is missing: run `helm dependency build web` first"


@pytest.mark.usefixtures("helm")
def test_a_chart_within_a_chart_goes_with_it(tmp_path: Path) -> None:
    inner = {name.replace("web/", "web/charts/inner/", 1): text for name, text in WEB.items()}
    inner["web/charts/inner/Chart.yaml"] = CHART.replace("web", "inner")
    listed = f"{CHART}dependencies:\n- name: inner\n  version: '*'\n  alias: second\n"
    lay(tmp_path, {**inner, "web/Chart.yaml": listed, "web/templates/pod.yaml": POD % "false"})
    result = scan(["web"])
    assert {path for path, _, _ in privileged(result)} == {"web/charts/inner/templates/deployment.yaml"}
    assert status(result)["web/charts/inner/Chart.yaml"] == (InputStatus.ASSESSED, "rendered with web/Chart.yaml")


LIBRARY = """\
{{- define "deep.pod" -}}
%s{{- end -}}
"""


@pytest.mark.usefixtures("helm")
def test_a_chart_of_the_same_repository_is_a_dependency_without_a_build(tmp_path: Path) -> None:
    needs = "dependencies:\n- {name: %s, version: '*', repository: 'file://../%s'}\n"
    lay(
        tmp_path,
        {
            "web/Chart.yaml": CHART + needs % ("beside", "parts"),
            "web/templates/pod.yaml": '{{ include "deep.pod" . }}\n',
            "parts/Chart.yaml": CHART.replace("web", "beside") + needs % ("deep", "deep"),
            "parts/templates/own.yaml": POD % "true",
            "deep/Chart.yaml": CHART.replace("web", "deep"),
            "deep/templates/_pod.tpl": LIBRARY % (POD % "true"),
        },
    )
    result = scan(["."])
    became = status(result)
    assert {became[f"{name}/Chart.yaml"][0] for name in ("web", "parts", "deep")} == {InputStatus.ASSESSED}
    assert {path for path, _, _ in privileged(result)} == {"deep/templates/_pod.tpl", "parts/templates/own.yaml"}


MADE = """\
apiVersion: v1
kind: Secret
metadata: {name: made}
data:
  tls.key: {{ genPrivateKey "ecdsa" | b64enc | quote }}
  password: {{ "hunter2-Swordfish-991" | b64enc }}
"""


@pytest.mark.usefixtures("helm")
def test_a_value_that_helm_makes_anew_is_not_committed(tmp_path: Path) -> None:
    lay(tmp_path, {**WEB, "web/templates/made.yaml": MADE})
    result = scan(["web"])
    found = [item for item in result.findings if item.rule == "kubernetes.secret-data-not-committed"]
    assert [("password" in item.message, "tls.key" in item.message) for item in found] == [(True, False)], result.inputs


@pytest.mark.usefixtures("helm")
def test_a_name_with_the_time_is_the_same_in_each_scan(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            **WEB,
            "web/templates/deployment.yaml": POD.replace("  name: app", "  name: at-{{ now | unixEpoch }}", 1) % "true",
        },
    )
    found = scan(["web"]).findings
    assert {item.subject_id for item in found if item.rule == "kubernetes.container-not-privileged"} == {
        "core/Pod/default/at-${GENERATED}/containers/app"
    }


def test_documents_that_helm_prints_in_another_order_are_compared_with_each_other() -> None:
    first = [("a.yaml", "name: a\nkey: k1\n"), ("a.yaml", "name: b\nkey: k2\n"), ("b.yaml", "name: c\nkey: same\n")]
    second = [("b.yaml", "name: c\nkey: same\n"), ("a.yaml", "name: b\nkey: x3\n"), ("a.yaml", "name: a\nkey: x4\n")]
    assert generated_values.left_out(first, second) == [
        ("a.yaml", "name: a\nkey: ${GENERATED}\n"),
        ("a.yaml", "name: b\nkey: ${GENERATED}\n"),
        ("b.yaml", "name: c\nkey: same\n"),
    ]


@pytest.mark.usefixtures("helm")
def test_a_template_that_is_named_alone_is_rendered_with_its_chart(tmp_path: Path) -> None:
    lay(tmp_path, {**WEB, "web/templates/other.yaml": POD % "true"})
    result = scan(["web/templates/deployment.yaml"])
    assert {finding.location.path for finding in result.findings} == {"web/templates/deployment.yaml"}
    assert {item.path for item in result.inputs} == {"web/templates/deployment.yaml", "web/Chart.yaml"}


def test_a_chart_of_a_commit_is_rendered_as_it_was(tmp_path: Path) -> None:
    lay(tmp_path, WEB)
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "one")):
        subprocess.run((*git, *command), check=True, capture_output=True)
    shutil.rmtree(tmp_path / "web")
    lay(tmp_path, {"web/Chart.yaml": "broken"})
    assert len(privileged(scan(["web"], Options(selection=Selection(revision="HEAD"))))) == 2


@pytest.mark.usefixtures("helm")
def test_a_link_out_of_the_scan_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text(POD % "true")
    lay(tmp_path / "in", WEB)
    os.symlink(secret, tmp_path / "in" / "web" / "templates" / "link.yaml")
    os.chdir(tmp_path / "in")
    result = scan(["."])
    assert status(result)["web/Chart.yaml"] == (
        InputStatus.UNREADABLE,
        "web/templates/link.yaml is a link to a file outside",
    )
    assert not privileged(result)


@pytest.mark.usefixtures("helm")
def test_a_file_of_that_name_that_is_no_chart_is_an_ordinary_one(tmp_path: Path) -> None:
    lay(tmp_path, {"a/Chart.yaml": POD % "true", "b/Chart.yaml": "points: [1, 2]\n"})
    result = scan(["."])
    assert privileged(result) == [("a/Chart.yaml", 10, "privileged: true")]
    assert status(result)["b/Chart.yaml"][0] is InputStatus.SKIPPED


@pytest.mark.usefixtures("helm")
def test_objects_of_two_charts_do_not_meet(tmp_path: Path) -> None:
    policy = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: all}\nspec: {podSelector: {}, "
        "policyTypes: [Ingress]}\n"
    )
    other = {name.replace("web/", "api/", 1): text for name, text in WEB.items()}
    other["api/Chart.yaml"] = CHART.replace("web", "api")
    lay(tmp_path, {**WEB, **other, "web/templates/policy.yaml": policy})
    told = {
        finding.location.path
        for finding in scan(["."]).findings
        if finding.rule == "kubernetes.workload-selected-by-network-policy"
    }
    assert told == {"api/templates/deployment.yaml"}


@pytest.mark.usefixtures("helm")
def test_a_chart_that_cannot_be_rendered_leaves_nothing_open_for_another(tmp_path: Path) -> None:
    broken = f"{CHART.replace('web', 'api')}dependencies: [{{name: far, repository: 'https://example.org'}}]\n"
    lay(tmp_path, {**WEB, "api/Chart.yaml": broken, "pod.yaml": POD % "false"})
    told = {
        finding.location.path: (finding.outcome, finding.provide)
        for finding in scan(["."]).findings
        if finding.rule == "kubernetes.workload-selected-by-network-policy"
    }
    assert told["web/templates/deployment.yaml"] == (Outcome.FAIL, "")
    why = "its dependency far is missing: run `helm dependency build api` first"
    asked = f"make api/Chart.yaml readable ({why}), or leave it with `--exclude` if it is not deployed"
    assert told["pod.yaml"] == (Outcome.UNKNOWN, asked)


RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: shop}
spec: {chart: {spec: {chart: ./web, sourceRef: {kind: GitRepository, name: repo}}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec: {defaultBackend: {service: {name: web, port: {number: 81}}}}
"""
BACKEND = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: "{{ .Release.Namespace }}"}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(("overlays", "outcome"), [(["one"], Outcome.FAIL), (["one", "two"], Outcome.UNKNOWN)])
def test_a_chart_that_one_overlay_deploys_is_of_its_system(
    tmp_path: Path, overlays: list[str], outcome: Outcome
) -> None:
    lay(tmp_path, {"web/Chart.yaml": CHART, "web/templates/service.yaml": BACKEND})
    for name in overlays:
        built = {f"{name}/kustomization.yaml": "resources: [all.yaml]\n", f"{name}/all.yaml": RELEASE}
        lay(tmp_path, built)
    found = [item for item in scan(["."]).findings if item.rule == "kubernetes.route-backend-port-exists"]
    assert {item.outcome for item in found} == {outcome}


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
def test_an_overlay_is_built_and_the_patch_is_pointed_at(tmp_path: Path) -> None:
    lay(tmp_path, OVERLAY)
    result = scan(["."])
    assert privileged(result) == [("k8s/prod/patch.yaml", 9, "privileged: true")]
    assert {item.subject_name for item in result.findings} == {"Pod prod-app", "Pod prod-app, container app"}
    assert status(result) == {
        "k8s/base/kustomization.yaml": (InputStatus.ASSESSED, "built into k8s/prod/kustomization.yaml"),
        "k8s/base/pod.yaml": (InputStatus.ASSESSED, "built into k8s/prod/kustomization.yaml"),
        "k8s/prod/kustomization.yaml": (InputStatus.ASSESSED, "rendered by kustomize"),
        "k8s/prod/patch.yaml": (InputStatus.ASSESSED, "built into k8s/prod/kustomization.yaml"),
    }


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
def test_what_two_overlays_share_is_found_once(tmp_path: Path) -> None:
    files = dict(OVERLAY)
    del files["k8s/prod/patch.yaml"]
    files["k8s/base/pod.yaml"] = POD % "true"
    for name in ("prod", "dev"):
        text = f"bases:\n- ../base\nnamespace: {name}\nnamePrefix: {name}-\n"
        files[f"k8s/{name}/kustomization.yaml"] = text
    lay(tmp_path, files)
    result = scan(["."])
    assert privileged(result) == [("k8s/base/pod.yaml", 10, "privileged: true")]
    assert {each.built_by for each in result.findings} == {
        ("k8s/dev/kustomization.yaml", "k8s/prod/kustomization.yaml"),
    }
    assert result.outcomes["fail"] == sum(finding.outcome == "fail" for finding in result.findings)


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
def test_a_patch_of_operations_is_pointed_at(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "base/kustomization.yaml": "resources:\n- pod.yaml\n",
            "base/pod.yaml": POD % "false",
            "prod/kustomization.yaml": "bases:\n- ../base\npatchesJson6902:\n"
            "- target: {version: v1, kind: Pod, name: app}\n  path: ops.yaml\n",
            "prod/ops.yaml": "- op: replace\n  path: /spec/containers/0/securityContext/privileged\n  value: true\n",
        },
    )
    assert privileged(scan(["."])) == [("prod/ops.yaml", 3, "value: true")]


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
def test_a_base_above_the_scanned_folder_is_built_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, {**OVERLAY, "k8s/base/pod.yaml": POD % "true"})
    monkeypatch.chdir(tmp_path / "k8s" / "prod")
    (tmp_path / ".git").mkdir()
    result = scan(["."])
    assert privileged(result) == [("../base/pod.yaml", 10, "privileged: true")]
    assert result.verdict.exit_code == 1


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
def test_a_patch_that_is_named_alone_is_built_with_its_overlay(tmp_path: Path) -> None:
    lay(tmp_path, OVERLAY)
    assert privileged(scan(["k8s/prod/patch.yaml"])) == [("k8s/prod/patch.yaml", 9, "privileged: true")]


def test_without_kustomize_patches_are_not_taken_for_objects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, {**OVERLAY, "k8s/base/pod.yaml": POD % "true"})
    monkeypatch.setenv("PATH", str(tmp_path))
    result = scan(["."])
    assert privileged(result) == [("k8s/base/pod.yaml", 10, "privileged: true")]
    assert status(result)["k8s/prod/kustomization.yaml"] == (
        InputStatus.UNREADABLE,
        "not assessed: needs kustomize or kubectl on PATH",
    )
    assert status(result)["k8s/prod/patch.yaml"] == (
        InputStatus.SKIPPED,
        "a part of k8s/prod/kustomization.yaml, which is not built",
    )
    assert result.verdict.exit_code == 4


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("resources:\n- a.yaml\n", "uses over/a.yaml, which does not exist: add it"),
        ("openapi: {path: https://example.org/a.json}\n", "uses https://example.org/a.json, which is not a local file"),
        ("helmCharts:\n- name: a\n", "uses helmCharts of this repository"),
        ("resources: [\n", "not valid YAML"),
        ("resources:\n- .\n", "over/kustomization.yaml and over/kustomization.yaml use each other"),
        ("resources:\n- ../bin\n", "bin/kustomization.yaml and over/kustomization.yaml use each other"),
    ],
)
def test_nothing_is_fetched_and_nothing_broken_is_built(
    tmp_path: Path, text: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = tmp_path / "bin" / "kustomize"
    lay(tmp_path, {"over/kustomization.yaml": text, "bin/kustomize": "#!/bin/sh\necho apiVersion: v1\n"})
    lay(tmp_path, {"bin/kustomization.yaml": "resources:\n- ../over\n"})
    canary.chmod(0o755)
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("PATH", str(canary.parent))
    result = scan(["over"])
    kind, said = status(result)["over/kustomization.yaml"]
    assert kind is InputStatus.UNREADABLE
    assert reason in said
    assert result.verdict.exit_code == 4


REMOTE_PATCH = (POD % "true").replace("app", "far")
NEAR = POD % "false"


@pytest.mark.slow
@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("resources:\n- https://example.org/a.yaml\n- pod.yaml\n", 2, "https://example.org/a.yaml"),
        ("resources: [pod.yaml]\nbases: [git@example.org:a/b.git]\n", 2, "git@example.org:a/b.git"),
        ("resources: [pod.yaml, 'github.com/a/b//c?ref=v1']\n", 1, "github.com/a/b//c?ref=v1"),
        ("resources: [pod.yaml]\npatches: [{path: 'http://example.org/p.yaml'}]\n", 2, "http://example.org/p.yaml"),
        ("resources: [pod.yaml]\ncomponents: ['ssh://git@example.org/a']\n", 2, "ssh://git@example.org/a"),
        (
            "resources: [pod.yaml]\nhelmCharts:\n- {name: a, repo: 'https://example.org'}\n",
            3,
            "the chart a of https://example.org",
        ),
        ("resources: ['https://example.org/a.yaml']\n", 1, "https://example.org/a.yaml"),
        ("resources: [../inner, pod.yaml]\n", 1, "https://example.org/inner.yaml"),
        ("resources: [pod.yaml]\ngenerators:\n- secret.yaml\n", 3, "what the generator ksops makes"),
    ],
)
def test_what_is_here_is_built_and_what_is_elsewhere_is_told(text: str, line: int, what: str) -> None:
    here = Path.cwd()
    lay(here, {"over/kustomization.yaml": f"{text}namespace: shop\n", "over/pod.yaml": POD % "true"})
    lay(here, {"inner/kustomization.yaml": "resources: ['https://example.org/inner.yaml']\n"})
    lay(here, {"over/secret.yaml": "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: a}\nfiles: [a.yaml]\n"})
    result = scan(["over", "inner"] if "inner" in what else ["over"])
    (loss,) = [loss for item in result.inputs for loss in item.losses]
    told = f"{what} is outside of the scanned files; this kustomization builds on it"
    assert (loss.line, loss.kind, loss.reason) == (line, "outside", told)
    assert result.verdict.exit_code == 1
    built = {item.subject_id for item in result.findings if item.rule == "kubernetes.container-not-privileged"}
    assert built == {f"core/Pod/{'shop' if 'pod.yaml' in text else 'default'}/app/containers/app"}


NEEDING = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: far
      containers: [{name: web, image: "web:1", envFrom: [{configMapRef: {name: far}}]}]
---
apiVersion: v1
kind: Service
metadata: {name: far}
spec: {selector: {app: far}, ports: [{port: 80}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: far}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: far}
subjects: [{kind: ServiceAccount, name: far, namespace: shop}]
"""
REFERENCES = {
    "kubernetes.binding-accounts-exist",
    "kubernetes.binding-role-exists",
    "kubernetes.service-selects-workload",
    "kubernetes.workload-references-exist",
    "kubernetes.workload-service-account-exists",
}


@pytest.mark.slow
@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("resources: [web.yaml]\n", Outcome.FAIL),
        ("resources: [web.yaml, 'https://example.org/far.yaml']\n", Outcome.UNKNOWN),
        ("resources: [web.yaml, ../base]\n", Outcome.UNKNOWN),
        ("resources: [web.yaml]\ngenerators: [secret.yaml]\n", Outcome.FAIL),
        ("resources: [web.yaml]\ngenerators: [other.yaml]\n", Outcome.UNKNOWN),
    ],
)
def test_what_an_overlay_has_from_elsewhere_is_not_missing(text: str, outcome: Outcome) -> None:
    here = Path.cwd()
    lay(here, {"over/kustomization.yaml": f"{text}namespace: shop\n", "over/web.yaml": NEEDING})
    lay(here, {"base/kustomization.yaml": "resources: ['https://example.org/far.yaml']\n"})
    for name, kind in (("secret", "ksops"), ("other", "Maker")):
        lay(here, {f"over/{name}.yaml": f"apiVersion: example.org/v1\nkind: {kind}\nmetadata: {{name: a}}\n"})
    found = [
        each for each in scan(["over", "base"], Options(profile=Profile.STRICT)).findings if each.rule in REFERENCES
    ]
    assert {(each.rule, each.outcome) for each in found} == {(rule, outcome) for rule in REFERENCES}


@pytest.mark.slow
@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    "changes",
    [
        "patches: [{path: far.yaml}]\n",
        "patchesStrategicMerge: [far.yaml]\n",
        "patches: [{path: far.yaml, target: {kind: Pod, name: far}}]\n",
        "patchesJson6902: [{path: far.yaml, target: {version: v1, kind: Pod, name: far}}]\n",
        "replacements: [{path: far.yaml}]\n",
    ],
)
def test_a_change_of_what_is_elsewhere_is_a_fragment(tmp_path: Path, changes: str) -> None:
    remote = "resources: ['https://example.org/far.yaml', pod.yaml]\n"
    lay(tmp_path, {"over/kustomization.yaml": remote + changes, "over/pod.yaml": NEAR, "over/far.yaml": REMOTE_PATCH})
    if "6902" in changes:
        (tmp_path / "over/far.yaml").write_text("[{op: add, path: /spec/hostPID, value: true}]\n")
    if "replacements" in changes:
        (tmp_path / "over/far.yaml").write_text("[{source: {kind: Secret, name: far}, targets: []}]\n")
    result = scan(["."])
    told = "a fragment: what it changes is not among the scanned files (over/kustomization.yaml)"
    assert status(result)["over/far.yaml"] == (InputStatus.SKIPPED, told)
    assert privileged(result) == []
    assert result.verdict.exit_code == 1


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
def test_the_part_of_a_patch_that_changes_what_is_here_is_built(tmp_path: Path) -> None:
    both = f"{REMOTE_PATCH}---\n{PATCH}"
    for patches in ("patches: [{path: both.yaml}]\n", "patchesStrategicMerge: [both.yaml]\n"):
        lay(tmp_path, {"kustomization.yaml": f"resources: [pod.yaml, 'https://example.org/far.yaml']\n{patches}"})
        lay(tmp_path, {"pod.yaml": NEAR, "both.yaml": both})
        result = scan(["."])
        assert privileged(result) == [("both.yaml", both.count("\n"), "privileged: true")]
        assert status(result)["both.yaml"] == (InputStatus.ASSESSED, "built into kustomization.yaml")


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
def test_one_that_cannot_be_built_leaves_those_that_it_builds_on(tmp_path: Path) -> None:
    lay(tmp_path, {**OVERLAY, "k8s/more/kustomization.yaml": "resources: [../prod, missing.yaml]\n"})
    result = scan(["."])
    assert privileged(result) == [("k8s/prod/patch.yaml", 9, "privileged: true")]
    assert status(result)["k8s/more/kustomization.yaml"][0] is InputStatus.UNREADABLE
    assert status(result)["k8s/prod/kustomization.yaml"] == (InputStatus.ASSESSED, "rendered by kustomize")
    assert result.verdict.exit_code == 4


KSOPS = "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: a}\nfiles: [secret.enc.yaml]\n"
ENCRYPTED = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {key: 'ENC[AES256_GCM,data:YQ==]'}\n"


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    ("generator", "used"),
    [
        (KSOPS, True),
        (KSOPS.replace("secret.enc", "missing.enc"), False),
        (KSOPS.replace("[secret.enc.yaml]", "['https://example.org/secret.enc.yaml']"), False),
        (KSOPS.replace("viaduct.ai", "example.org"), False),
        (f"{KSOPS}secretFrom: [{{files: [secret.enc.yaml]}}]\n", False),
    ],
)
def test_what_ksops_decrypts_is_built_as_it_is(tmp_path: Path, generator: str, used: bool) -> None:
    lay(tmp_path, {"kustomization.yaml": "resources: [pod.yaml]\ngenerators: [ksops.yaml]\nnamespace: shop\n"})
    lay(tmp_path, {"pod.yaml": POD % "true", "ksops.yaml": generator, "secret.enc.yaml": ENCRYPTED})
    result = scan(["."])
    (found,) = [each for each in result.findings if each.rule == "kubernetes.container-not-privileged"]
    assert found.subject_id.startswith("core/Pod/shop/")
    told = status(result)
    assert told["kustomization.yaml"] == (InputStatus.ASSESSED, "rendered by kustomize")
    if "viaduct.ai" in generator:
        assert told["ksops.yaml"] == (InputStatus.ASSESSED, "built into kustomization.yaml")
    assert (told["secret.enc.yaml"] == (InputStatus.ASSESSED, "built into kustomization.yaml")) is used
    assert any(loss.kind == "outside" for item in result.inputs for loss in item.losses) is not used


def test_an_object_of_another_tool_under_that_name_is_read_as_it_is(tmp_path: Path) -> None:
    flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {path: ./x}\n"
    lay(tmp_path, {"kustomization.yaml": flux})
    assert status(scan(["."]))["kustomization.yaml"] == (InputStatus.ASSESSED, "")


def test_a_program_that_floods_costs_its_overlay_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, {"o/kustomization.yaml": "resources: []\n", "good.yaml": POD % "true"})
    lay(tmp_path, {"bin/kustomize": f"#!{sys.executable}\nwhile True: print('a: ' + 'b' * 10_000_000)\n"})
    (tmp_path / "bin" / "kustomize").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    result = scan(["."])
    assert status(result)["o/kustomization.yaml"] == (InputStatus.UNREADABLE, "kustomize printed more than 64 MiB")
    assert privileged(result) == [("good.yaml", 10, "privileged: true")]


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
def test_what_overlays_add_apart_is_told_apart(tmp_path: Path) -> None:
    files = {"base/kustomization.yaml": "resources:\n- pod.yaml\n", "base/pod.yaml": POD % "false"}
    for name in ("alpha", "beta"):
        added = f"{{name: {name}, image: 'a:1', securityContext: {{privileged: true}}}}"
        files[f"{name}/kustomization.yaml"] = (
            "resources:\n- ../base\npatches:\n- target: {kind: Pod}\n  patch: |-\n"
            f"    - {{op: add, path: /spec/containers/-, value: {added}}}\n"
        )
    lay(tmp_path, files)
    found = [each for each in scan(["."]).findings if each.rule == "kubernetes.container-not-privileged"]
    assert {each.subject_name.split()[-1] for each in found} == {"alpha", "beta"}


@pytest.mark.kustomize
@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize("pattern", ["prod/", "base/"])
def test_a_scope_holds_what_an_overlay_in_it_builds(pattern: str, tmp_path: Path) -> None:
    overlay = "resources: [../base]\nnamespace: %s\n"
    files = {f"{name}/kustomization.yaml": overlay % name for name in ("prod", "dev")}
    files |= {"base/kustomization.yaml": "resources: [pod.yaml]\n", "base/pod.yaml": POD % "true"}
    lay(tmp_path, files)
    Path("scope.yaml").write_text(f"pod-security-standards: {{paths: [{pattern}]}}\n")
    options = Options(scope=Path("scope.yaml"), frameworks=("pod-security-standards",))
    result = scan(["base", "prod", "dev"], options)
    statuses = {each.control: each.status for each in result.assessments}
    assert statuses["PSS-B-Privileged"] is ControlStatus.NOT_SATISFIED
    assert "base/pod.yaml" in {each.location.path for each in result.findings}
    assert result.outcomes["fail"] == sum(each.outcome == "fail" for each in result.findings)
