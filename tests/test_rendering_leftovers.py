"""What rendering does not use is assessed by itself or told as not assessed: nothing hides in a chart or an overlay."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scanner.rendering.helm_ignore import ignores
from tests.command_line import assay
from tests.outside import POD, kustomize

ABOUT = "apiVersion: v2\nname: web\nversion: 0.1.0\n"
GOOD = POD.replace("true", "false")
TEMPLATE = POD % "{{ .Release.Name }}"
CHART = {"chart/Chart.yaml": ABOUT, "chart/templates/good.yaml": GOOD % "good"}


def scanned(
    folder: Path, files: Mapping[str, str], *arguments: str
) -> tuple[int, list[str], dict[str, tuple[str, str]]]:
    """(exit code, where privileged containers are found, path -> what became of it) of a scan of files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    done = assay("scan", ".", "--output", "json", *arguments, cwd=folder)
    found: dict[str, Any] = json.loads(done.stdout)
    places = [
        f"{item['location']['path']}:{item['location']['line']}"
        for item in found["findings"]
        if item["rule"] == "kubernetes.container-not-privileged"
    ]
    return done.returncode, places, {item["path"]: (item["status"], item["reason"]) for item in found["inputs"]}


@pytest.mark.parametrize(
    "added",
    [
        {"chart/.helmignore": "templates/\n", "chart/templates/pod.yaml": POD % "a"},
        {"chart/.helmignore": "templates/*.yaml\n", "chart/templates/pod.yaml": POD % "a"},
        {"chart/.helmignore": "/templates/po?.yaml\n", "chart/templates/pod.yaml": POD % "a"},
        {"chart/Chart.yaml": f"{ABOUT}type: library\n", "chart/templates/pod.yaml": POD % "a"},
        {"chart/templates/_pod.yaml": POD % "a"},
        {"chart/templates/.pod.yaml": POD % "a"},
        {"chart/charts/pod.yaml": POD % "a"},
        {"chart/charts/_inner/templates/pod.yaml": POD % "a"},
        {"chart/values.yaml": POD % "a"},
        {"chart/values.yaml": f"a: 1\n---\n{POD % 'a'}"},
        {"chart/more/pod.yaml": f"# {{{{ not a template }}}}\n{POD % 'a'}"},
        {"chart/.helmignore": "templates/\n", "chart/templates/pod.yaml": f"# {{{{ not a template }}}}\n{POD % 'a'}"},
        {
            "chart/Chart.yaml": f"{ABOUT}dependencies: [{{name: inner, version: '*', condition: inner.enabled}}]\n",
            "chart/values.yaml": "inner: {enabled: false}\n",
            "chart/charts/inner/Chart.yaml": ABOUT.replace("web", "inner"),
            "chart/charts/inner/templates/pod.yaml": POD % "a",
        },
    ],
)
def test_a_plain_manifest_that_helm_does_not_use_is_assessed(tmp_path: Path, added: dict[str, str]) -> None:
    (expected,) = (name for name, text in added.items() if "kind: Pod" in text)
    code, places, _ = scanned(tmp_path, {**CHART, **added})
    assert [place.rpartition(":")[0] for place in places] == [expected]
    assert code in {1, 4}  # Helm refuses a file that is not a chart among charts


@pytest.mark.parametrize(
    ("added", "reason"),
    [
        ({"chart/.helmignore": "templates/\n"}, "a template of chart/Chart.yaml that .helmignore hides from Helm"),
        ({"chart/Chart.yaml": f"{ABOUT}type: library\n"}, "a template of chart/Chart.yaml, a library chart"),
    ],
)
def test_a_template_that_helm_never_renders_is_told(tmp_path: Path, added: dict[str, str], reason: str) -> None:
    code, _, inputs = scanned(tmp_path, {**CHART, **added, "chart/templates/pod.yaml": TEMPLATE})
    assert code == 4
    status, said = inputs["chart/templates/pod.yaml"]
    assert status == "unreadable"
    assert said.startswith(f"not assessed: {reason}")


@pytest.mark.parametrize("name", ["deploy/pod.yaml", "Templates/pod.yaml", "pod.yaml", "files/pod.json"])
def test_a_template_beside_the_templates_is_told(tmp_path: Path, name: str) -> None:
    """Helm renders none there, so that a chart around it must not make it count as a part of one."""
    template = TEMPLATE if name.endswith("yaml") else '{"apiVersion": "v1", "kind": {{ .Values.kind }}}'
    code, _, inputs = scanned(tmp_path, {**CHART, f"chart/{name}": template})
    assert code == 4
    told = "not assessed: a template in the folder of a chart, which Helm does not render"
    assert inputs[f"chart/{name}"] == ("unreadable", told)


NESTED = "note: '{{ .Release.Name }}'\nresources:\n  - apiVersion: v1\n    kind: Pod\n    metadata: {name: a}\n"
IN_TEXT = "resources:\n  - |\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: '{{ .Release.Name }}'}\n"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ci/values.yaml", NESTED),
        ("ci/ct-values.yaml", IN_TEXT),
        ("values-prod.yaml", "note: '{{ .Release.Name }}'\nscale: {target: {apiVersion: apps/v1}}\n"),
    ],
)
def test_values_without_objects_that_are_deployed_are_not_told(tmp_path: Path, name: str, values: str) -> None:
    code, places, inputs = scanned(tmp_path, {**CHART, f"chart/{name}": values})
    assert (code, places) == (1, [])
    assert inputs[f"chart/{name}"][0] == "assessed"


@pytest.mark.parametrize("values", [NESTED, IN_TEXT])
def test_values_with_objects_are_told_unless_the_chart_is_rendered_with_them(tmp_path: Path, values: str) -> None:
    name = "chart/values-prod.yaml"
    code, _, inputs = scanned(tmp_path, {**CHART, name: values})
    told = f"not assessed: values of a chart, with objects; if these are deployed, use `--values {name}`"
    assert (code, inputs[name]) == (4, ("unreadable", told))
    code, _, inputs = scanned(tmp_path, {}, "--values", name)
    assert (code, inputs[name][0]) == (1, "assessed")


def test_a_template_that_another_takes_in_is_a_part_of_the_chart(tmp_path: Path) -> None:
    taken = {"chart/files/pod.yaml": TEMPLATE, "chart/templates/all.yaml": '{{ tpl (.Files.Get "files/pod.yaml") . }}'}
    code, places, inputs = scanned(tmp_path, {**CHART, **taken})
    assert (code, places) == (1, ["chart/templates/all.yaml:1"])
    assert inputs["chart/files/pod.yaml"] == ("assessed", "rendered with chart/Chart.yaml")


@pytest.mark.parametrize("name", ["node_modules", "__pycache__", ".venv", ".svn"])
def test_a_tracked_template_in_a_folder_of_installed_packages_is_rendered(tmp_path: Path, name: str) -> None:
    subprocess.run(["git", "init", "--quiet", "."], cwd=tmp_path, check=True)
    tracked = f"chart/templates/sub/{name}/pod.yaml"
    (tmp_path / tracked).parent.mkdir(parents=True)
    (tmp_path / tracked).write_text(TEMPLATE)
    subprocess.run(["git", "add", "--force", "."], cwd=tmp_path, check=True)
    code, places, inputs = scanned(tmp_path, {**CHART, f"chart/{name}/new/pod.yaml": TEMPLATE})
    assert f"chart/{name}/new/pod.yaml" not in inputs
    if name == ".svn":  # nothing is read there through a link either
        assert code == 4
    else:
        assert (code, places) == (1, [f"{tracked}:6"])


@pytest.mark.parametrize("second", ["", "---\n"])
def test_a_chart_file_that_is_an_object_too_is_told(tmp_path: Path, second: str) -> None:
    both = f"{ABOUT}---\n{POD % 'a'}" if second else f"name: web\nversion: 0.1.0\n{POD % 'a'}"
    code, _, inputs = scanned(tmp_path, {**CHART, "chart/Chart.yaml": both})
    assert code == 4
    assert "contains a Kubernetes object" in inputs["chart/Chart.yaml"][1]


def test_what_a_chart_usually_holds_stays_a_part_of_it(tmp_path: Path) -> None:
    usual = {
        "chart/.helmignore": "# usual\n.git/\n*.tmproj\n.idea/\n",
        "chart/values.yaml": "apiVersion: apps/v1\nkind: Deployment\nnever: false\n",
        "chart/templates/off.yaml": f"{{{{- if .Values.never }}}}\n{POD % 'off'}{{{{- end }}}}\n",
        "chart/templates/off-too.yaml": TEMPLATE.replace("a:1", "{{ .Values.image }}").join(
            ("{{- if .Values.never }}\n", "{{- end }}\n")
        ),
        "chart/templates/_helpers.tpl": '{{- define "a" }}a{{ end }}\n',
        "chart/templates/_more.yaml": '{{- define "b" }}\na: b\n{{ end }}\n',
        "chart/templates/NOTES.txt": "Read {{ .Release.Name }}\n",
        "chart/charts/common/Chart.yaml": f"{ABOUT.replace('web', 'common')}type: library\n",
        "chart/charts/common/values.yaml": "a: 1\n",
        "chart/charts/common/templates/_names.tpl": '{{- define "c" }}c{{ end }}\n',
        "chart/ci/values.yaml": "a: 1\n",
    }
    code, places, inputs = scanned(tmp_path, {**CHART, **usual})
    assert places == []
    assert {status for status, _ in inputs.values()} == {"assessed", "skipped"}
    assert code == 1  # good.yaml has findings of its own
    for name in ("off", "off-too"):
        assert inputs[f"chart/templates/{name}.yaml"] == (
            "skipped",
            "renders no object with the values of chart/Chart.yaml",
        )


DELETED = "$patch: delete\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"


@kustomize
@pytest.mark.parametrize(
    "files",
    [
        {"kustomization.yaml": "resources: [pod.yaml]\npatches: [{path: patch.yaml}]\n", "patch.yaml": DELETED},
        {
            "kustomization.yaml": "resources: [pod.yaml, other.yaml]\npatches: [{path: patch.yaml}]\n",
            "patch.yaml": DELETED,
            "other.yaml": GOOD % "ab",  # its name holds the other's
        },
        {"kustomization.yaml": "resources: []\n"},
        {"kustomization.yaml": "resources: [other.yaml]\nconfigMapGenerator: [{name: c, files: [pod.yaml]}]\n"},
        {"kustomization.yaml": "resources: [map.yaml]\npatches: [{path: pod.yaml, target: {kind: Service}}]\n"},
        {"kustomization.yaml": "resources: [other.yaml]\ncrds: [pod.yaml]\n"},
    ],
)
def test_a_manifest_that_is_built_away_is_assessed(tmp_path: Path, files: dict[str, str]) -> None:
    others = {
        "pod.yaml": POD % "a",
        "other.yaml": GOOD % "other",
        "map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n",
    }
    used = {name: text for name, text in others.items() if name == "pod.yaml" or name in files["kustomization.yaml"]}
    code, places, _ = scanned(tmp_path, {**used, **files})
    assert places == ["pod.yaml:6"]
    assert code in {1, 4}  # Kustomize refuses a Pod among definitions


@kustomize
def test_of_a_file_only_what_is_built_away_is_assessed_by_itself(tmp_path: Path) -> None:
    """The other object is privileged in the file, and is not in what is built."""
    mended = POD.replace("true", "false") % "kept"
    code, places, inputs = scanned(
        tmp_path,
        {
            "kustomization.yaml": "resources: [pods.yaml]\npatches: [{path: delete.yaml}, {path: mend.yaml}]\n",
            "pods.yaml": f"{POD % 'kept'}---\n{POD % 'a'}---\n{POD % 'keeps'}",
            "delete.yaml": DELETED,
            "mend.yaml": f"{mended}---\n{mended.replace('kept', 'keeps')}",
        },
    )
    assert places == ["pods.yaml:13"]
    assert (code, inputs["pods.yaml"][0]) == (1, "assessed")


@kustomize
def test_what_another_overlay_builds_is_not_left_over(tmp_path: Path) -> None:
    code, places, _ = scanned(
        tmp_path,
        {
            "base/kustomization.yaml": "resources: [pod.yaml]\n",
            "base/pod.yaml": POD % "a",
            "dev/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
            "dev/patch.yaml": DELETED,
            "prod/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\nnameSuffix: -p\n",
            "prod/patch.yaml": GOOD % "a",
        },
    )
    assert (code, places) == (1, [])


@kustomize
def test_ordinary_patches_are_not_taken_for_objects(tmp_path: Path) -> None:
    code, places, inputs = scanned(
        tmp_path,
        {
            "kustomization.yaml": "resources: [pod.yaml]\npatches: [{path: patch.yaml, target: {kind: Pod}}]\n",
            "pod.yaml": GOOD % "a",
            "patch.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: not-used}\nspec: {hostNetwork: false}\n",
        },
    )
    assert (code, places) == (1, [])
    assert inputs["patch.yaml"] == ("assessed", "built into kustomization.yaml")


@pytest.mark.parametrize(
    ("lines", "named", "spared"),
    [
        ("templates/", ["templates/a.yaml", "a/templates/b"], ["templates", "other/a.yaml"]),
        ("/templates", ["templates/a.yaml"], ["a/templates/b"]),
        ("*.yaml", ["a.yaml", "a/b.yaml"], ["a.yml"]),
        ("a/*.yaml", ["a/b.yaml"], ["a/b/c.yaml", "b/a/c.yaml"]),
        ("# *.yaml\n\n  b  \n", ["b", "a/b"], ["a.yaml"]),
        ("!*.yaml", ["a.txt"], []),
        ("[a-c]?.y[^x]ml", ["ab.yaml"], ["db.yaml", "abc.yaml", "ab.yxml"]),
        (r"\*.yaml", ["*.yaml"], ["a.yaml"]),
        ("[", ["["], ["a"]),
        ("[[a&&b]", ["[", "&"], ["c"]),
    ],
)
def test_helmignore_means_what_it_means_to_helm(lines: str, named: list[str], spared: list[str]) -> None:
    ignored = ignores(lines.encode())
    assert all(map(ignored, named))
    assert not any(map(ignored, spared))


PART = """\
apiVersion: apps/v1
kind: %s
metadata: {name: web}
spec:
  template:
    spec:
      hostPID: true
      containers:
        - {name: a, securityContext: {privileged: true}%s}
"""
HOOKS = "apiVersion: admissionregistration.k8s.io/v1beta1\nkind: MutatingWebhookConfiguration\nmetadata: {name: web}\n"
PART_OF_POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: %s\n"
NO_IMAGE = "{containers: [{name: a, securityContext: {privileged: true}}]}"
BUILT = {
    "k/kustomization.yaml": "resources: [pod.yaml]\n",
    "k/pod.yaml": GOOD % "good",
    "unbuilt/kustomization.yaml": "bases: [vendor/web]\npatches: [patch.yaml]\n",
}
ONE = PART_OF_POD % NO_IMAGE.replace("name: a", "name: a, image: a")
TOKEN = "glpat-" + "aB3" * 7
REFUSED = "a Pod that the page shows as refused by the cluster"
NAMELESS = "a Pod without a name in a folder of tests, which cannot be applied before a test fills it in"
CUT = " without selector and image, which cannot be applied"


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("k/patch.yaml", PART % ("Deployment", ""), f"a fragment of a Deployment{CUT}"),
        ("k/patches/patch.yaml", PART % ("StatefulSet", ""), f"a fragment of a StatefulSet{CUT}"),
        ("k/patch.yaml", PART_OF_POD % NO_IMAGE, "a fragment of a Pod without image, which cannot be applied"),
        ("k/patch.yaml", "$patch: delete\n" + PART % ("Deployment", ""), "a fragment: a patch of a Deployment"),
        ("README.md", f"```yaml\n{PART % ('Deployment', '')}```\n", f"a fragment of a Deployment{CUT}"),
        (
            "k/patch.yaml",
            PART % ("Deployment", ", image: a"),
            "a fragment of a Deployment without selector, which cannot be applied",
        ),
        ("hack/manager-patch-for-tests.yaml", PART % ("Deployment", ""), f"a fragment of a Deployment{CUT}"),
        ("unbuilt/patch.yaml", PART % ("Deployment", ""), f"a fragment of a Deployment{CUT}"),
        ("unbuilt/pod.yaml", PART_OF_POD % NO_IMAGE.replace("name: a", "name: a, image: a"), None),
        ("tests/files/pod.yaml", ONE.replace("{name: web}", "{}"), NAMELESS),
        ("files/pod.yaml", ONE.replace("{name: web}", "{}"), None),
        ("tests/files/pod.yaml", ONE.replace("{name: web}", "{generateName: web-}"), None),
        ("k/old.yaml", PART.replace("apps/v1", "extensions/v1beta1") % ("Deployment", ", image: a"), None),
        (
            "k/patch.yaml",
            HOOKS,
            "a fragment of a MutatingWebhookConfiguration without `webhooks`, which changes nothing by itself",
        ),
        ("k/pods.yaml", PART_OF_POD % NO_IMAGE.replace("name: a", "name: a, image: a"), None),
        ("other/deployment.yaml", PART % ("Deployment", ""), None),
        ("README.md", f"```yaml\n{PART % ('Deployment', ', image: a')}```\n", None),
        ("README.md", f"Now try one that violates the policy:\n\n```yaml\n{ONE}```\n", REFUSED),
        ("README.md", f"Try it:\n```yaml\n{ONE}```\n\nThe request is rejected.\n", REFUSED),
        ("README.md", f"```yaml\n{ONE}```\n```\nError: admission webhook x denied the request: no\n```\n", REFUSED),
        ("README.md", f"```yaml\n{ONE}```\n\n## Next\n\nThe request is rejected.\n", None),
        ("README.md", f"Traffic is filtered.\n\n```yaml\n{ONE}```\n\nOther traffic will be blocked.\n", None),
        ("AGENTS.md", f"Now try one that violates the policy:\n\n```yaml\n{ONE}```\n", None),
        ("README.md", f"This will be denied:\n\n```yaml\n{ONE}# {TOKEN}\n```\n", None),
        ("k/pod.txt.yaml", f"# violates the policy\n{ONE}", None),
    ],
)
def test_a_part_of_a_workload_is_told_and_not_judged(
    tmp_path: Path, path: str, text: str, reason: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # whether anything is built does not matter
    _, places, inputs = scanned(tmp_path, {**BUILT, path: text})
    if reason:
        assert (places, inputs[path]) == ([], ("skipped", reason))
    else:
        assert ([place.partition(":")[0] for place in places], inputs[path][0]) == ([path], "assessed")
