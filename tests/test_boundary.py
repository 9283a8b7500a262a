"""Nothing outside of the boundary of a scan is read, whatever a repository names or links to."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar, cast

import pytest

from tests import output_formats
from tests.command_line import Done, assay, fault

MARKER = "outside-marker-51a7"
CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "chart/templates/pod.yaml": """\
apiVersion: v1
kind: Pod
metadata: {name: x}
spec:
  containers:
    - name: "a-{{ .Files.Get "files/word" | trim }}"
      image: a:1
      securityContext: {privileged: true}
""",
}
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: %s}
spec:
  containers:
    - {name: a, image: "a:1", securityContext: {privileged: true}}
"""
OVERLAY = {
    "overlays/prod/kustomization.yaml": "resources: [../../base]\nnamePrefix: prod-\n",
    "base/kustomization.yaml": "resources: [pod.yaml]\n",
    "base/pod.yaml": POD % "app",
}
NO_KUSTOMIZE = not (shutil.which("kustomize") or shutil.which("kubectl"))
Test = TypeVar("Test", bound=Callable[..., None])


def kustomize(test: Test) -> Test:
    """A test that builds an overlay."""
    skipped = pytest.mark.skipif(NO_KUSTOMIZE, reason="neither kustomize nor kubectl is there")
    return cast("Test", pytest.mark.kustomize(skipped(test)))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A work tree beside a folder with what nobody may see."""
    repository, outside = tmp_path / "repository", tmp_path / "outside"
    (repository / ".git").mkdir(parents=True)
    lay(outside, {"word": MARKER, "word.yaml": POD % MARKER, "kustomization.yaml": "resources: [word.yaml]\n"})
    lay(
        outside, {"values.yaml": f"word: {MARKER}\n", "Chart.yaml": f"apiVersion: v2\nname: {MARKER}\nversion: 1.0.0\n"}
    )
    lay(outside, {"templates/word.yaml": POD % MARKER, "values.schema.json": f'{{"required": ["{MARKER}"]}}'})
    return repository


def lay(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def told(done: Done, *files: Path) -> str:
    return (
        done.stdout
        + done.stderr
        + "".join(text for each in files for text in output_formats.texts_below(each).values())
    )


def everything(place: Path, *arguments: str) -> tuple[int, str]:
    """The exit code of a scan, and all that it says in all formats."""
    written = place.parent / "written"
    written.mkdir()
    outputs = [part for name in output_formats.ALL for part in ("--output", output_formats.asked(name, written))]
    done = assay("scan", *arguments, "--include-passes", *outputs, cwd=place)
    return done.returncode, told(done, written)


def scanned(place: Path, *arguments: str) -> tuple[int, str]:
    """The exit code of a scan, and all that it says in the format that says most."""
    done = assay("scan", *arguments, "--include-passes", "--output", "json", cwd=place)
    return done.returncode, done.stdout + done.stderr


def test_a_linked_folder_of_a_chart_is_not_read_through_in_any_format(place: Path) -> None:
    lay(place, CHART)
    (place / "chart/files").symlink_to("../../outside")
    code, said = everything(place, ".")
    assert (code, MARKER in said) == (4, False)
    assert "chart/files is a link to a file outside" in said


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("chart/files", "inner"),  # by way of a link that stays inside
        ("chart/templates/more", "../../../outside"),
        ("chart/templates", "../../outside"),
        ("chart/templates/word.yaml", "../../../outside/word.yaml"),
        ("chart/charts", "../../outside"),
        ("chart/charts/word", "../../../outside"),
        ("chart/crds", "../../outside"),
        ("chart/values.yaml", "../../outside/values.yaml"),
        ("chart/values.schema.json", "../../outside/values.schema.json"),
        ("chart/files/word", "../../../outside/word"),
        ("chart/files/deep", "/proc/self"),
        ("chart/files", "../.git"),
    ],
)
def test_no_link_of_a_chart_leads_out(place: Path, link: str, target: str) -> None:
    lay(place, {**CHART, ".git/word": MARKER})
    (place / "chart/inner").symlink_to("../../outside")
    if link == "chart/templates":
        shutil.rmtree(place / link)
    (place / link).parent.mkdir(exist_ok=True)
    (place / link).symlink_to(target)
    code, said = scanned(place, "chart")
    assert (code, MARKER in said) == (4, False)
    assert "is a link to a file outside" in said


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """A chart archive."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, text in files.items():
            content = text.encode() if isinstance(text, str) else text
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return made.getvalue()


@pytest.mark.parametrize(
    "where",
    [
        "chart",
        *(pytest.param(where, marks=pytest.mark.slow) for where in ("inner", "archive", "archive in an archive")),
        pytest.param("second stream", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    "schema",
    [
        '{"properties": {"a": {"$ref": "file://OUTSIDE/word.json"}}}',
        '{"properties": {"a": {"$ref": "../../outside/word.json"}}}',
        '{"properties": {"a": {"\\u0024ref": "http://127.0.0.1:9/word.json"}}}',
        '{"properties": {"a": {"$ref": "file://OUTSIDE/word.json", "$ref": "#"}}}',
        '{"$schema": "file://OUTSIDE/word.json"}',
        '{"allOf": [{"$dynamicRef": "file://OUTSIDE/word.json"}]}',
    ],
)
def test_a_schema_of_values_refers_to_itself_only(place: Path, schema: str, where: str) -> None:
    lay(place.parent, {"outside/word.json": f'{{"const": "{MARKER}"}}'})
    schema = schema.replace("OUTSIDE", str(place.parent / "outside"))
    about = "apiVersion: v2\nname: inner\nversion: 0.1.0\n"
    lay(place, {**CHART, "chart/values.yaml": "a: 1\ninner: {a: 1}\n"})
    inner: dict[str, str | bytes] = {"inner/Chart.yaml": about, "inner/values.schema.json": schema}
    if where == "archive in an archive":
        inner = {"inner/Chart.yaml": about, "inner/charts/inner.tgz": packed(inner)}
    if where.startswith(("archive", "second")):
        whole = gzip.decompress(packed(inner))
        end = 1024 if where == "second stream" else len(whole)
        (place / "chart/charts").mkdir()
        (place / "chart/charts/inner.tgz").write_bytes(gzip.compress(whole[:end]) + gzip.compress(whole[end:]))
    else:
        folder = "chart" if where == "chart" else "chart/charts/inner"
        lay(place, {f"{folder}/values.schema.json": schema, "chart/charts/inner/Chart.yaml": about})
    code, said = scanned(place, "chart")
    assert (code, MARKER in said) == (4, False)
    assert "values.schema.json refers to another schema, which is never read or fetched" in said


def test_a_schema_that_refers_to_itself_is_held_to(place: Path) -> None:
    draft = "http://json-schema.org/schema#"
    kinds = '"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "string"}}'
    schema = f'{{"$schema": "{draft}", {kinds}}}'
    lay(place, {**CHART, "chart/values.schema.json": schema, "chart/values.yaml": "a: text\n", "chart/files/word": "w"})
    assert scanned(place, "chart")[0] == 1
    lay(place, {"chart/values.yaml": "a: 1\n"})
    code, said = scanned(place, "chart")
    assert code == 4
    assert "got number, want string" in said


def test_a_link_that_stays_inside_is_rendered_as_what_it_leads_to(place: Path) -> None:
    lay(place, {**CHART, "shared/word": "inner-word"})
    (place / "chart/files").symlink_to("../shared")
    code, said = scanned(place, "chart")
    assert (code, "a-inner-word" in said) == (1, True)


@pytest.mark.parametrize("target", [".", "..", "../chart"])
def test_a_link_in_a_circle_ends(place: Path, target: str) -> None:
    lay(place, CHART)
    (place / "chart/files").symlink_to(target)
    code, said = scanned(place, "chart")
    assert code == 4
    assert "is a link to a folder that contains it" in said


@pytest.mark.slow
def test_links_that_stand_for_a_million_files_end(place: Path) -> None:
    lay(place, CHART)
    for level in range(20):
        (place / f"levels/{level}").mkdir(parents=True)
        for name in "abcd":
            (place / f"levels/{level}/{name}").symlink_to(f"../{level + 1}")
    lay(place, {"levels/20/word": "word"})
    (place / "chart/files").symlink_to("../levels/0")
    code, said = scanned(place, "chart")
    assert code == 4
    assert "links lead to more than" in said


@kustomize
def test_a_base_in_the_same_work_tree_is_built_in(place: Path) -> None:
    lay(place, OVERLAY)
    code, said = scanned(place, "overlays/prod")
    assert (code, "Pod prod-app" in said) == (1, True)


@kustomize
def test_outside_of_git_a_base_needs_a_root(place: Path) -> None:
    (place / ".git").rmdir()
    lay(place, OVERLAY)
    code, said = scanned(place, "overlays/prod")
    assert (code, "Pod prod-app" in said) == (4, False)
    assert "base, which is outside of the folder that may be read: --root DIR" in said
    code, said = scanned(place, "overlays/prod", "--root", ".")
    assert (code, "Pod prod-app" in said) == (1, True)
    code, said = scanned(place, "overlays/prod", "base")  # both were named
    assert (code, "Pod prod-app" in said) == (1, True)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("resources: [../outside]\n", ""),
        ("resources: [../outside/word.yaml]\n", ""),
        ("resources: [linked]\n", "linked"),
        ("resources: [linked/word.yaml]\n", "linked"),
        ("components: [linked]\n", "linked"),
        ("resources: []\npatches: [{path: linked/word.yaml, target: {kind: Pod}}]\n", "linked"),
        ("configMapGenerator: [{name: a, files: [linked/word]}]\n", "linked"),
        ("secretGenerator: [{name: a, envs: [linked/word]}]\n", "linked"),
        ("resources: []\nopenapi: {path: linked/values.schema.json}\n", "linked"),
        ("resources: [inner.yaml]\n", "inner.yaml"),
        ("configMapGenerator: [{name: a, files: [word=inner.yaml]}]\n", "inner.yaml"),
    ],
)
def test_no_kustomization_leads_out(place: Path, text: str, link: str) -> None:
    lay(place, {"kustomization.yaml": text})
    if link:
        (place / link).symlink_to("../outside/word.yaml" if link.endswith(".yaml") else "../outside")
    code, said = scanned(place, ".")
    assert (code, MARKER in said) == (4, False)


@kustomize
def test_a_text_that_is_the_name_of_a_folder_is_not_built_on(place: Path) -> None:
    lay(place, {"prod/kustomization.yaml": "resources: [pod.yaml]\n", "prod/pod.yaml": POD % "app"})
    lay(place, {"kustomization.yaml": "resources: [map.yaml]\nnamespace: prod\n"})
    lay(place, {"map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n"})
    code, said = scanned(place, ".")
    assert (code, "Pod app" in said) == (1, True)


@kustomize
def test_a_generator_in_a_file_of_its_own_finds_its_files(place: Path) -> None:
    lay(place, {"kustomization.yaml": "generators: [generator.yaml]\n", "word": "inner"})
    generator = "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: made}\nfiles: [a=word]\n"
    lay(place, {"generator.yaml": generator})
    code, said = scanned(place, ".")
    assert (code, "ConfigMap made" in said) == (0, True)


@kustomize
def test_a_linked_base_that_stays_inside_is_said(place: Path) -> None:
    lay(place, {**OVERLAY, "overlays/prod/kustomization.yaml": "resources: [linked]\n"})
    (place / "overlays/prod/linked").symlink_to("../../base")
    code, said = scanned(place, "overlays/prod")
    assert code == 4
    assert "overlays/prod/linked, which is reached by a symbolic link, which is not followed" in said


def test_a_kustomization_reached_by_a_link_is_not_looked_for_above_a_file(place: Path) -> None:
    lay(place, {"pod.yaml": POD % "app"})
    (place / "kustomization.yaml").symlink_to("../outside/kustomization.yaml")
    code, said = scanned(place, "pod.yaml")
    assert (code, MARKER in said) == (1, False)


def test_a_named_path_does_not_leave_its_work_tree_by_a_link(place: Path) -> None:
    (place / "linked").symlink_to("../outside")
    for path in ("linked/templates", "linked/word.yaml", "linked/templates/../word.yaml"):
        done = assay("scan", path, cwd=place)
        assert (done.returncode, MARKER in done.stdout) == (2, False)
        assert f"{path} leads out of " in fault(done)
        assert "name the place itself" in fault(done)
    assert assay("scan", "../outside/templates", cwd=place).returncode == 1


def test_root_holds_what_is_scanned(place: Path) -> None:
    lay(place, {"a/pod.yaml": POD % "app", "b/pod.yaml": POD % "app"})
    done = assay("scan", "a", "b", "--root", "a", cwd=place)
    assert done.returncode == 2
    assert "b lies outside of --root a" in fault(done)
    assert assay("scan", "a", "--root", "a", cwd=place).returncode == 1
    assert assay("scan", "a", "--root", "nowhere", cwd=place).returncode == 2


@kustomize
def test_root_counts_in_a_configuration_that_is_named_only(place: Path) -> None:
    (place / ".git").rmdir()
    lay(place, {**OVERLAY, "assay.yaml": "root: .\n"})
    code, said = scanned(place, "overlays/prod")
    assert (code, "root is not used" in said) == (4, True)
    code, said = scanned(place, "overlays/prod", "--config", "assay.yaml")
    assert (code, "Pod prod-app" in said) == (1, True)


OPTIONS = {
    "--rules": "rules",
    "--policies": "policies",
    "--framework-file": "framework.yaml",
    "--scope": "scope.yaml",
    "--values": "values.yaml",
    "--config": "configuration.yaml",
}


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_does_not_leave_its_work_tree_by_a_link(place: Path, option: str) -> None:
    lay(place, {"pod.yaml": POD % "app"})
    name, folder = OPTIONS[option], not OPTIONS[option].endswith(".yaml")
    (place / name).symlink_to("../outside" if folder else "../outside/word.yaml")
    done = assay("scan", "pod.yaml", option, name, cwd=place)
    assert (done.returncode, MARKER in told(done)) == (2, False)
    assert "by a symbolic link, which is not followed" in done.stderr


@pytest.mark.parametrize("option", ["--rules", "--policies"])
def test_a_folder_of_an_option_holds_no_link_that_leads_out(place: Path, option: str) -> None:
    lay(place, {"pod.yaml": POD % "app", "own/inner/.keep": ""})
    (place / "own/inner/word.yaml").symlink_to("../../../outside/word.yaml")
    done = assay("scan", "pod.yaml", option, "own", cwd=place)
    assert (done.returncode, MARKER in told(done)) == (2, False)
    assert "own/inner/word.yaml" in done.stderr
    assert "is a link to a file outside" in done.stderr


def test_a_link_of_the_user_elsewhere_is_followed(tmp_path: Path, place: Path) -> None:
    lay(place, {"pod.yaml": POD % "app"})
    lay(tmp_path / "mine", {"values.yaml": "a: 1\n"})
    (tmp_path / "link.yaml").symlink_to("mine/values.yaml")
    assert assay("scan", "pod.yaml", "--values", "../link.yaml", cwd=place).returncode == 1


def test_a_rendered_copy_is_gone_afterwards(place: Path, tmp_path: Path) -> None:
    lay(place, CHART)
    (tmp_path / "temporary").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
        assert assay("scan", "chart", cwd=place).returncode == 1
    assert os.listdir(tmp_path / "temporary") == []
