"""Charts of the scanned files that an object of Flux or Argo CD deploys: rendered with the values of the object."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.finished_scan import Scan
from scanner.model import Outcome, Profile
from scanner.scan import Options, scan
from tests.outside import lay

CHART = {
    "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "charts/web/values.yaml": "privileged: false\nimage: {tag: 1.0.0}\n",
    "charts/web/prod.yaml": "privileged: true\n",
    "charts/web/templates/pod.yaml": """\
apiVersion: v1
kind: Pod
metadata: {name: {{ .Release.Name }}}
spec:
  containers:
    - name: web
      image: "registry.example/web:{{ .Values.image.tag }}"
      securityContext: {privileged: {{ .Values.privileged }}}
""",
}
FLUX = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop}
spec:
  chart: {spec: {chart: %s, sourceRef: {kind: %s, name: repo}%s}}
  values: %s
"""
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec:
  source: {repoURL: "https://example.org/repo.git", path: %s, helm: %s}
"""
SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shop}
spec:
  generators: [{list: {elements: [{region: eu}]}}]
  template:
    metadata: {name: "shop-{{region}}"}
    spec:
      source: {path: %s, helm: %s}
"""
SOURCES = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shop}
spec:
  goTemplate: true
  generators: %s
  template:
    metadata: {name: "shop-{{ .region }}"}
    spec:
      sources:
        - repoURL: https://example.org/repo.git
          path: charts/web
          helm: {valueFiles: ["$values/charts/web/{{ .env.file }}.yaml"], valuesObject: {image: {tag: "{{.region}}"}}}
        - {repoURL: "%s", ref: values}
"""
ELEMENTS = "[{list: {elements: [{region: eu, env: {file: prod}}, {region: us, env: {file: values}}]}}]"
MATRIX = "[{matrix: {generators: [{list: {elements: [{region: eu}]}}, {list: {elements: [{env: {file: prod}}]}}]}}]"
ON = "{privileged: true}"


@pytest.fixture(autouse=True)
def without_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def privileged(result: Scan) -> list[str]:
    """The pods with a privileged container, where the chart says so."""
    return [
        item.subject_id.split("/")[3]
        for item in result.findings
        if item.rule == "kubernetes.container-not-privileged"
        and item.outcome is Outcome.FAIL
        and (item.location.path, item.location.line) == ("charts/web/templates/pod.yaml", 8)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FLUX % ("./charts/web", "GitRepository", "", ON), ["shop"]),
        (FLUX % ("charts/web", "GitRepository", ", valuesFiles: [charts/web/prod.yaml]", "{}"), ["shop"]),
        (FLUX % ("charts/web", "GitRepository", ", valuesFiles: [charts/web/prod.yaml]", "{privileged: false}"), []),
        (FLUX % ("web", "HelmRepository", "", ON), []),
        (FLUX % ("charts/other", "GitRepository", "", ON), []),
        (ARGO % ("charts/web", "{valuesObject: {privileged: true}}"), ["shop"]),
        (ARGO % ("charts/web", '{values: "privileged: true"}'), ["shop"]),
        (ARGO % ("./charts/web/", "{valueFiles: [prod.yaml]}"), ["shop"]),
        (ARGO % ("charts/web", "{valueFiles: [/charts/web/prod.yaml], releaseName: kiosk}"), ["kiosk"]),
        (ARGO % ("charts/web", "{valueFiles: [../../../outside.yaml]}"), []),
        (ARGO % ("charts/web", '{parameters: [{name: privileged, value: "true"}]}'), ["shop"]),
        (ARGO % ("charts/web", '{valueFiles: [prod.yaml], parameters: [{name: privileged, value: "false"}]}'), []),
        (ARGO % ("charts/web", ON), []),
        (SET % ("charts/web", "{valuesObject: {privileged: true}}"), ["shop-eu"]),
        (SET % ("charts/web", '{valuesObject: {privileged: true}, releaseName: "{{region}}"}'), ["eu"]),
        (SET % ("charts/web", '{valuesObject: {privileged: true}, releaseName: "{{other}}"}'), ["shop-eu"]),
        (SOURCES % (ELEMENTS, "https://example.org/repo"), ["shop-eu"]),
        (SOURCES % (MATRIX, "https://example.org/repo.git"), ["shop-eu"]),
        (SOURCES % (ELEMENTS, "https://example.org/values.git"), []),
    ],
)
def test_a_chart_has_the_values_of_the_object_that_deploys_it(tmp_path: Path, text: str, expected: list[str]) -> None:
    lay(tmp_path, {**CHART, "apps/shop.yaml": text})
    result = scan(["."])
    assert privileged(result) == expected
    (reason,) = [item.reason for item in result.inputs if item.path == "charts/web/Chart.yaml"]
    found = "charts/web" in text and "HelmRepository" not in text
    assert reason == "rendered by helm" + (" with the values of apps/shop.yaml" if found else "")


FILE = """\
{{ $on := true }}
environments: {prod: {}}
---
releases:
{{- if $on }}
- name: shop
  namespace: shop
  chart: ../charts/web
  values: [%s]
{{- end }}
- name: {{ .Environment.Name }}
  chart: ../charts/web
  values: [{privileged: true}]
- {name: off, chart: ../charts/web, installed: false, values: [{privileged: true}]}
- {name: other, chart: stable/web}
hooks: []
"""


@pytest.mark.parametrize(
    ("path", "values", "expected"),
    [
        ("deploy/helmfile.yaml", ON, ["shop"]),
        ("deploy/helmfile.yaml.gotmpl", ON, ["shop"]),
        ("deploy/helmfile.yaml", "../charts/web/prod.yaml", ["shop"]),
        ("deploy/helmfile.yaml", "prod.yaml.gotmpl", []),
        ("deploy/helmfile.yaml", "{privileged: '{{ .Values.on }}'}", []),
        ("deploy/other.yaml", ON, []),
    ],
)
def test_a_helmfile_deploys_a_chart(tmp_path: Path, path: str, values: str, expected: list[str]) -> None:
    lay(tmp_path, {**CHART, path: FILE % values})
    assert privileged(scan(["."])) == expected


def test_a_helmfile_states_the_namespace(tmp_path: Path) -> None:
    lay(tmp_path, {**CHART, "helmfile.yaml": "releases:\n- {name: a, namespace: shop, chart: ./charts/web}\n"})
    lay(tmp_path, {"web.yaml": SERVICE.replace("selector: {app: web}", "selector: {app: a}")})
    template = CHART["charts/web/templates/pod.yaml"].replace("Name }}}", "Name }}, labels: {app: a}}")
    lay(tmp_path, {"charts/web/templates/pod.yaml": template})
    rules = {item.rule for item in scan(["."]).findings if item.outcome is not Outcome.PASS}
    assert "kubernetes.service-selects-workload" not in rules


def test_more_than_a_few_objects_deploy_one_chart(tmp_path: Path) -> None:
    lay(tmp_path, CHART)
    for number in range(30):
        release = FLUX % ("charts/web", "GitRepository", "", ON)
        lay(tmp_path, {f"{number:02}.yaml": release.replace("{name: shop}", f"{{name: shop-{number}}}")})
    found = [item for item in scan(["."]).findings if item.rule == "kubernetes.container-not-privileged"]
    assert len({item.subject_id for item in found}) == 30


def test_a_chart_that_too_many_objects_deploy_is_not_assessed(tmp_path: Path) -> None:
    lay(tmp_path, CHART)
    lay(tmp_path, {f"{number}.yaml": FLUX % ("charts/web", "GitRepository", "", ON) for number in range(201)})
    result = scan(["."])
    (chart,) = (item for item in result.inputs if item.path == "charts/web/Chart.yaml")
    assert chart.reason.startswith("not assessed: more than 200 objects deploy it")
    assert result.verdict.exit_code == 4


def test_each_release_has_its_own_namespace(tmp_path: Path) -> None:
    template = CHART["charts/web/templates/pod.yaml"].replace(
        "Name }}}", "Name }}, namespace: {{ .Release.Namespace }}}"
    )
    lay(tmp_path, {**CHART, "charts/web/templates/pod.yaml": template})
    for name in ("one", "two"):
        release = FLUX % ("charts/web", "GitRepository", "", ON)
        lay(tmp_path, {f"{name}.yaml": release.replace("{name: shop}", f"{{name: {name}, namespace: {name}}}")})
    found = [item.subject_id for item in scan(["."]).findings if item.rule == "kubernetes.container-not-privileged"]
    assert [each.split("/")[1:4] for each in found] == [["Pod", "one", "one"], ["Pod", "two", "two"]]


SELECTED = "kubernetes.workload-selected-by-network-policy"
_REQUIRED = '{{ required "name it" .Values.name }}'


@pytest.mark.parametrize(
    ("texts", "outcome"),
    [
        ({"a.yaml": f"kind: Deployment\nname: {_REQUIRED}\n"}, Outcome.FAIL),
        ({"a.yaml": f"kind: NetworkPolicy\nname: {_REQUIRED}\n"}, Outcome.UNKNOWN),
        ({"a.yaml": f"kind: Role\nname: {_REQUIRED}\n", "b.yaml": "{{ toYaml .Values.more }}\n"}, Outcome.UNKNOWN),
        ({"a.yaml": f"kind: Role\nname: {_REQUIRED}\n---\n{{{{- with .Values.more }}}}{{{{ . }}}}"}, Outcome.UNKNOWN),
        (
            {"a.yaml": f"kind: Role\nmetadata:\n  {{{{- toYaml .Values.more | nindent 2 }}}}\n{_REQUIRED}"},
            Outcome.UNKNOWN,
        ),
        (
            {"a.yaml": f"kind: Role\nmetadata:\n  {{{{- toYaml .Values.more | nindent 2 }}}}\nn: {_REQUIRED}"},
            Outcome.FAIL,
        ),
        (
            {
                "a.yaml": f'kind: Role\nname: {{{{ include "name" . }}}}-{_REQUIRED}\n',
                "_h.tpl": '{{ define "name" }}\n{{ default .Values.a .Values.b }}\n{{ end }}',
            },
            Outcome.FAIL,
        ),
        (
            {
                "a.yaml": f'kind: Role\nname: {_REQUIRED}\n---\n{{{{ include "all" . }}}}\n',
                "_h.tpl": '{{ define "all" }}\n{{ default .Values.a .Values.b }}\n{{ end }}',
            },
            Outcome.UNKNOWN,
        ),
        ({"a.yaml": f'{{{{ toYaml (dict "kind" .Values.kind) | nindent 2 }}}}\nname: {_REQUIRED}\n'}, Outcome.UNKNOWN),
        ({"a.yaml": f"kind: {{{{ .Values.kind }}}}\nname: {_REQUIRED}\n"}, Outcome.UNKNOWN),
    ],
)
def test_a_chart_that_is_not_rendered_has_the_kinds_of_its_templates(
    tmp_path: Path, texts: dict[str, str], outcome: Outcome
) -> None:
    lay(tmp_path, {"charts/web/Chart.yaml": CHART["charts/web/Chart.yaml"]})
    lay(tmp_path, {f"charts/web/templates/{name}": f"apiVersion: v1\n{text}" for name, text in texts.items()})
    lay(
        tmp_path,
        {"pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: a}]}\n"},
    )
    (found,) = [item for item in scan(["."]).findings if item.rule == SELECTED]
    assert found.outcome is outcome


def test_each_release_of_a_chart_is_rendered_and_named_values_come_last(tmp_path: Path) -> None:
    other = (ARGO % ("charts/web", "{}")).replace("shop", "other")
    lay(tmp_path, {**CHART, "apps/shop.yaml": ARGO % ("charts/web", f"{{valuesObject: {ON}}}"), "apps/b.yaml": other})
    assert privileged(scan(["."])) == ["shop"]
    lay(tmp_path, {"off.yaml": "privileged: false\n"})
    assert privileged(scan(["."], Options(values=("off.yaml",)))) == []
    lay(tmp_path, {"on.yaml": "privileged: true\n"})
    assert sorted(privileged(scan(["."], Options(values=("on.yaml",))))) == ["other", "shop"]


@pytest.mark.slow
def test_a_change_of_the_object_renders_anew(tmp_path: Path) -> None:
    options = Options(cache_folder=tmp_path / "cache")
    for value, expected in (("true", ["shop"]), ("false", []), ("true", ["shop"])):
        lay(tmp_path, {**CHART, "apps/shop.yaml": ARGO % ("charts/web", f"{{valuesObject: {{privileged: {value}}}}}")})
        assert privileged(scan(["charts", "apps"], options)) == expected


def test_a_chart_that_a_kustomization_renders_has_its_values(tmp_path: Path) -> None:
    listed = f"helmCharts:\n- {{name: web, releaseName: kiosk, valuesInline: {ON}}}\n"
    lay(tmp_path, {**CHART, "kustomization.yaml": listed})
    result = scan(["."])
    assert privileged(result) == ["kiosk"]
    (reason,) = [item.reason for item in result.inputs if item.path == "kustomization.yaml"]
    assert reason.startswith("uses helmCharts of this repository")


def test_values_that_a_generator_fills_in_are_not_taken(tmp_path: Path) -> None:
    text = SET % ("charts/web", '{valuesObject: {privileged: true, image: {tag: "{{tag}}"}}}')
    lay(tmp_path, {**CHART, "apps/shop.yaml": text})
    assert privileged(scan(["."])) == []


SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""


@pytest.mark.parametrize(
    ("metadata", "outcome"),
    [
        ("\n  labels: {app: web}\n  namespace: {{ .Release.Namespace }}\n  name: web", Outcome.UNKNOWN),
        ("\n    namespace: {{ .Release.Namespace | quote }} # here\n    labels:\n      app: web", Outcome.UNKNOWN),
        ("\n  namespace: {{ .Values.namespace | default .Release.Namespace }}\n  labels: {app: web}", Outcome.UNKNOWN),
        (" {labels: {app: web}, namespace: {{ .Release.Namespace }}, name: web}", Outcome.UNKNOWN),
        (" {labels: {app: web}}", Outcome.UNKNOWN),
        (" {labels: {app: web}, namespace: default}", Outcome.FAIL),
        (" {labels: {app: web}, namespace: shop}", None),
    ],
)
def test_a_namespace_that_only_the_release_gives_is_not_known(
    tmp_path: Path, metadata: str, outcome: Outcome | None
) -> None:
    template = f"apiVersion: v1\nkind: Pod\nmetadata:{metadata}\nspec: {{containers: [{{name: web, image: web}}]}}\n"
    lay(tmp_path, {**CHART, "charts/web/templates/pod.yaml": template, "web.yaml": SERVICE})
    found = {item.rule: item for item in scan(["."], Options(profile=Profile.STRICT)).findings}
    for rule in ("kubernetes.workload-namespace-named", "kubernetes.service-selects-workload"):
        assert (found[rule].outcome if rule in found else None) == outcome
    if outcome is Outcome.UNKNOWN:
        told = "(charts/web/templates/pod.yaml:1) is in the namespace of its Helm release, which no scanned file states"
        assert told in found["kubernetes.service-selects-workload"].message


def test_the_release_has_the_same_namespace_everywhere(tmp_path: Path) -> None:
    template = (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web-{{ .Release.Namespace }}\n"
        "spec: {hostPID: true, containers: [{name: web, image: web}]}\n"
    )
    lay(tmp_path, {**CHART, "charts/web/templates/pod.yaml": template})
    (found,) = [item for item in scan(["."]).findings if item.rule == "kubernetes.pod-without-host-pid"]
    assert "web-default" in found.message


INCLUDED = {
    "web/Chart.yaml": (
        "apiVersion: v2\nname: web\nversion: 1.0.0\n"
        'dependencies: [{name: parts, version: 1.0.0, repository: "file://../parts"}]\n'
    ),
    "web/values.yaml": "name: web\n",
    "web/templates/all.yaml": '{{ include "parts.config" . }}\n---\n{{ include "parts.pod" . }}\n',
    "parts/Chart.yaml": "apiVersion: v2\nname: parts\nversion: 1.0.0\ntype: library\n",
    "parts/templates/_config.tpl": """\
{{- define "parts.config" -}}
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Values.name }}}
{{- end -}}
""",
    "parts/templates/_pod.tpl": """\
{{- define "parts.pod" -}}
{{ include "parts.own" . }}
{{- end -}}
{{- define "parts.own" -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Values.name }}
spec:
  hostPID: true
  containers:
    - name: {{ .Values.name }}
      image: registry.example/web:1.0.0
{{- end -}}
""",
}


@pytest.mark.parametrize("first", ['{{ include "parts.config" . }}', "apiVersion: v1\nkind: Secret\n"])
def test_an_object_that_a_template_only_includes_stands_in_the_named_template(tmp_path: Path, first: str) -> None:
    lay(tmp_path, {**INCLUDED, "web/templates/all.yaml": f'{first}\n---\n{{{{ include "parts.pod" . }}}}\n'})
    found = [item for item in scan(["."]).findings if item.rule == "kubernetes.pod-without-host-pid"]
    assert [(item.location.path, item.location.line) for item in found] == [("parts/templates/_pod.tpl", 10)]


def test_an_object_of_a_named_template_that_is_not_here_stands_in_the_template(tmp_path: Path) -> None:
    template = INCLUDED["parts/templates/_pod.tpl"].replace('"parts.own"', '(printf "parts.%s" "own")', 1)
    lay(tmp_path, {**INCLUDED, "parts/templates/_pod.tpl": template})
    found = [item for item in scan(["."]).findings if item.rule == "kubernetes.pod-without-host-pid"]
    assert [item.location.path for item in found] == ["web/templates/all.yaml"]
