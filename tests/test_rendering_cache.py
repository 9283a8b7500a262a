"""What was rendered before is taken from the cache: only where nothing that rendering depends on has changed."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from scanner.errors import UnreadableError
from scanner.kept import code
from scanner.limits import DEFAULTS
from scanner.model import Profile
from scanner.options import Options
from scanner.rendering import helm_library, programs
from scanner.scan import scan
from scanner.sources import Selection
from tests.cached import database, empty_cache, written
from tests.command_line import assay
from tests.outside import kustomize, lay

pytestmark = pytest.mark.slow

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: %s}
spec:
  containers:
    - name: app
      image: "app:1"
      securityContext: {privileged: %s}
"""
CHART = {
    "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "web/values.yaml": "privileged: true\n",
    "web/templates/pod.yaml": POD % ("web", "{{ .Values.privileged }}"),
    "web/templates/off.yaml": "{{- if .Values.never }}\n" + POD % ("off", "true") + "{{- end }}\n",
    "web/apart.yaml": POD % ("apart", "true"),
}
OVERLAY = {
    "prod/kustomization.yaml": "resources: [../base]\nnamePrefix: prod-\npatches: [{path: patch.yaml}]\n",
    "prod/patch.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: app, labels: {tier: front}}\n",
    "base/kustomization.yaml": "resources: [pod.yaml]\n",
    "base/pod.yaml": POD % ("app", "true"),
}
MARKERS = ["prod/kustomization.yaml", "web/Chart.yaml"]
AUTHOR = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
ANEW = "it is rendered anew"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    if shutil.which("helm"):  # charts are rendered by the library, which every test run has
        monkeypatch.setenv("PATH", str(programs_without_helm(tmp_path / "bin")))
    return tmp_path / "in"


def programs_without_helm(folder: Path) -> Path:
    folder.mkdir()
    for name in ("kustomize", "kubectl", "git"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return empty_cache(tmp_path / "cache")


BASE = "base/kustomization.yaml"


def rendered_anew(options: Options, *paths: str) -> list[str]:
    """The charts and overlays that a scan does not find in its cache; a base is tried after what builds on it."""

    def refuse(*_: object) -> None:
        raise UnreadableError(ANEW)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(programs, "run", refuse)
        patch.setattr(helm_library, "render", refuse)
        return [item.path for item in scan(paths or ["."], options).inputs if item.reason == ANEW and item.path != BASE]


@kustomize
@pytest.mark.parametrize(
    "plain", [Options(fixes=True), Options(profile=Profile.OPINION, include_passes=True, all_frameworks=True)]
)
def test_a_scan_gives_the_same_with_and_without_what_was_rendered(folder: Path, cache: Path, plain: Options) -> None:
    lay(folder, {**CHART, **OVERLAY})
    for number in range(20):  # enough for the results of files to be kept too
        (folder / f"{number}.yaml").write_text(POD % (number, "true"))
    (folder / "web" / "two.yaml").write_text(POD % ("one", "true") + "---\n" + POD % ("two", "true"))
    expected = scan(["."], plain)
    cached = replace(plain, cache_folder=cache)
    assert rendered_anew(cached) == MARKERS
    for _ in ("cold", "warm", "warm"):
        found = scan(["."], cached)
        assert found == expected
        assert written(found) == written(expected)
    assert rendered_anew(cached) == []


@kustomize
def test_objects_that_an_overlay_does_not_build_are_still_assessed(folder: Path, cache: Path) -> None:
    lay(folder, OVERLAY)
    (folder / "prod" / "patch.yaml").write_text(
        OVERLAY["prod/patch.yaml"] + "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: []}\n"
    )
    (folder / "base" / "delete.yaml").write_text("$patch: delete\napiVersion: v1\nkind: Pod\nmetadata: {name: gone}\n")
    (folder / "base" / "gone.yaml").write_text(POD % ("gone", "true") + "---\n" + POD % ("stays", "true"))
    (folder / "base" / "kustomization.yaml").write_text(
        "resources: [pod.yaml, gone.yaml]\npatches: [{path: delete.yaml}]\n"
    )
    (folder / "prod" / "kustomization.yaml").write_text("resources: [../base]\n")
    expected = scan(["."])
    assert any(finding.location.path == "base/gone.yaml" for finding in expected.findings)
    options = Options(cache_folder=cache)
    assert [scan(["."], options) for _ in range(2)] == [expected, expected]
    assert rendered_anew(options) == []


CHANGES: dict[str, Callable[[Path], object]] = {
    "values of the chart": lambda folder: (folder / "web/values.yaml").write_text("privileged: false\n"),
    "template": lambda folder: (folder / "web/templates/pod.yaml").write_text(POD % ("other", "true")),
    "further file": lambda folder: (folder / "web/files").write_text("x"),
    "name of a file": lambda folder: (folder / "web/apart.yaml").rename(folder / "web/other.yaml"),
    "removed file": lambda folder: (folder / "web/templates/off.yaml").unlink(),
    "ignored file": lambda folder: (folder / "web/.helmignore").write_text("off.yaml\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_chart_is_rendered_anew(folder: Path, cache: Path, change: Callable[[Path], object]) -> None:
    lay(folder, CHART)
    options = Options(cache_folder=cache)
    scan(["."], options)
    assert rendered_anew(options) == []
    change(folder)
    assert rendered_anew(options) == ["web/Chart.yaml"]
    assert scan(["."], options) == scan(["."])


def test_what_charts_are_rendered_with_is_a_part_of_the_key(folder: Path, cache: Path) -> None:
    lay(folder, CHART)
    values = folder.parent / "values.yaml"
    values.write_text("privileged: false\n")
    (folder.parent / "other.yaml").write_text("privileged: true\n")
    plain, with_values = Options(cache_folder=cache), Options(cache_folder=cache, values=("../values.yaml",))
    scan(["."], plain)
    scan(["."], with_values)
    assert rendered_anew(plain) == rendered_anew(with_values) == []
    for options in (
        replace(plain, kubernetes_version="1.30"),
        replace(plain, limits=replace(DEFAULTS, depth=150)),
        replace(plain, values=("../other.yaml", "../values.yaml")),
        replace(plain, values=("../values.yaml", "../other.yaml")),
    ):
        assert rendered_anew(options) == ["web/Chart.yaml"]
        scan(["."], options)
    values.write_text("privileged: true\n")
    assert rendered_anew(with_values) == ["web/Chart.yaml"]
    assert scan(["."], with_values) == scan(["."], replace(with_values, cache_folder=None))


@kustomize
def test_a_changed_program_renders_anew(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(folder, OVERLAY)
    found = shutil.which("kustomize") or shutil.which("kubectl")
    assert found
    program = folder.parent / "programs" / Path(found).name
    program.parent.mkdir()
    shutil.copy(found, program)
    monkeypatch.setenv("PATH", str(program.parent))
    options = Options(cache_folder=cache)
    scan(["."], options)
    assert rendered_anew(options) == []
    before = program.stat()
    shutil.copy2(program, program.parent / "new")
    os.replace(program.parent / "new", program)
    assert (program.stat().st_size, program.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert rendered_anew(options) == ["prod/kustomization.yaml"]


@kustomize
def test_a_script_may_do_anything_the_next_time(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(folder, OVERLAY)
    found = shutil.which("kustomize") or shutil.which("kubectl")
    assert found
    script = folder.parent / "programs" / Path(found).name
    lay(folder.parent, {f"programs/{script.name}": f'#!/bin/sh\nexec {os.path.realpath(found)} "$@"\n'})
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent))
    options = Options(cache_folder=cache)
    assert not scan(["."], options).verdict.exit_code & 4
    assert rendered_anew(options) == ["prod/kustomization.yaml"]


def test_a_program_that_does_not_render_itself_is_not_trusted(tmp_path: Path) -> None:
    assert not programs.holds(sys.executable, b"sigs.k8s.io/kustomize/")
    (tmp_path / "empty").touch()
    assert not programs.holds(str(tmp_path / "empty"), b"")
    assert not programs.holds(str(tmp_path / "none"), b"")


def test_the_target_of_a_link_counts(folder: Path, cache: Path) -> None:
    lay(folder, {**CHART, "common/pod.yaml": CHART["web/templates/pod.yaml"]})
    (folder / "web/templates/pod.yaml").unlink()
    (folder / "web/templates/pod.yaml").symlink_to("../../common/pod.yaml")
    (folder / "web/templates/more").symlink_to("../../common")
    options = Options(cache_folder=cache)
    assert scan(["."], options) == scan(["."])
    assert rendered_anew(options) == []
    (folder / "common/pod.yaml").write_text(POD % ("other", "false"))
    assert rendered_anew(options) == ["web/Chart.yaml"]
    scan(["."], options)
    lay(folder, {"common/more.yaml": POD % ("more", "true")})
    assert rendered_anew(options) == ["web/Chart.yaml"]
    lay(folder.parent, {"outside.yaml": POD % ("outside", "true")})
    (folder / "web/templates/pod.yaml").unlink()
    (folder / "web/templates/pod.yaml").symlink_to("../../../outside.yaml")
    (item,) = (item for item in scan(["."], options).inputs if item.path == "web/Chart.yaml")
    assert item.reason == "web/templates/pod.yaml is a link to a file outside"


@pytest.mark.parametrize("damage", ["value = value || x'00'", "value = x''", "value = 'text'", "used = 'never'"])
def test_a_damaged_entry_changes_nothing(folder: Path, cache: Path, damage: str) -> None:
    lay(folder, CHART)
    options = Options(cache_folder=cache)
    expected = scan(["."], options)
    with sqlite3.connect(database(cache)) as connection:
        assert connection.execute(f"UPDATE entry SET {damage}").rowcount == 1
    connection.close()
    assert scan(["."], options) == expected
    assert rendered_anew(options) == []


def test_what_is_used_is_kept_longer(folder: Path, cache: Path) -> None:
    lay(folder, CHART)
    options = Options(cache_folder=cache)
    scan(["."], options)
    with sqlite3.connect(database(cache)) as connection:
        (today,) = connection.execute("SELECT used FROM entry").fetchone()
        connection.execute("UPDATE entry SET used = 1")
    scan(["."], options)
    assert connection.execute("SELECT used FROM entry").fetchall() == [(today,)]
    connection.close()


def test_other_code_renders_anew(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(folder, CHART)
    options = Options(cache_folder=cache)
    scan(["."], options)
    monkeypatch.setattr(code, "own", lambda: "other")
    assert rendered_anew(options) == ["web/Chart.yaml"]
    monkeypatch.setattr(code, "own", lambda: "")
    assert rendered_anew(options) == ["web/Chart.yaml"]
    assert scan(["."], options) == scan(["."])


def test_no_cache_and_evidence_render_anew(folder: Path, tmp_path: Path) -> None:
    lay(folder, CHART)
    home = empty_cache(tmp_path / "home" / "assay").parent
    arguments = ("scan", ".", "--quiet", "--output")
    assert assay(*arguments, "json=../no.json", "--no-cache", cwd=folder, XDG_CACHE_HOME=str(home)).returncode == 1
    assert not database(home / "assay").exists()
    assert assay(*arguments, "json=../first.json", cwd=folder, XDG_CACHE_HOME=str(home)).returncode == 1

    def refuse(*_: object) -> None:
        raise UnreadableError(ANEW)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(helm_library, "render", refuse)
        assert assay(*arguments, "json=../x.json", cwd=folder, XDG_CACHE_HOME=str(home)).returncode == 1
        pack = ("evidence", "build", ".", "--framework", "soc2", "--out", "../pack")
        assert assay(*pack, cwd=folder, XDG_CACHE_HOME=str(home)).returncode == 0
        verdict = json.loads((folder / "../pack/run.json").read_text())["verdict"]
        assert verdict["exit_code"] == 4
        done = assay(*arguments, "json=../x.json", "--no-cache", cwd=folder, XDG_CACHE_HOME=str(home))
        assert done.returncode == 4


def test_a_cache_in_the_scanned_tree_is_not_used(folder: Path) -> None:
    lay(folder, CHART)
    options = Options(cache_folder=empty_cache(folder / "cache"), selection=Selection(exclude=("cache",)))
    scan(["."], options)
    assert not database(folder / "cache").exists()


def test_the_files_of_a_commit_are_rendered_once(folder: Path, cache: Path) -> None:
    lay(folder, CHART)
    for arguments in (["init", "-q"], ["add", "."], [*AUTHOR, "commit", "-qm", "all"]):
        subprocess.run(["git", *arguments], check=True)
    options = Options(cache_folder=cache, selection=Selection(revision="HEAD"))
    assert rendered_anew(options) == ["web/Chart.yaml"]
    scan(["."], options)
    assert rendered_anew(options) == []


def test_why_a_chart_is_not_rendered_is_not_kept(folder: Path, cache: Path) -> None:
    lay(folder, {**CHART, "web/values.yaml": "a: ["})
    options = Options(cache_folder=cache)
    for _ in range(2):
        assert scan(["."], options).verdict.exit_code == 4
        assert rendered_anew(options) == ["web/Chart.yaml"]


SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {word: %s}\n"
CREDENTIALS = {
    "secret": SECRET % "correct-horse",
    "encoded secret": SECRET.replace("stringData", "data") % "Y29ycmVjdC1ob3JzZQ==",
    "comment": (POD % ("a", "true")).replace("kind:", "# password: correct-horse\nkind:"),
    "environment": POD % ("a", "true") + "      env: [{name: DB_PASSWORD, value: correct-horse}]\n",
    "hidden by a duplicate": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    'data: {db.password: "correct-\\x68orse", "db.password": x}\n',
}


@kustomize
@pytest.mark.parametrize("text", CREDENTIALS.values(), ids=CREDENTIALS)
def test_no_credential_is_written(folder: Path, cache: Path, text: str) -> None:
    lay(folder, {**CHART, **OVERLAY, "web/templates/more.yaml": text})
    if "# " not in text and "\\x68" not in text:  # Kustomize drops a comment, and refuses a key that is there twice
        lay(folder, {"base/more.yaml": text, "base/kustomization.yaml": "resources: [pod.yaml, more.yaml]\n"})
    expected = scan(["."])
    options = Options(cache_folder=cache)
    assert [scan(["."], options) for _ in range(2)] == [expected, expected]
    assert "web/Chart.yaml" in rendered_anew(options)
    with sqlite3.connect(database(cache)) as connection:
        rows = connection.execute("SELECT value FROM entry").fetchall()
    connection.close()
    assert len(rows) == 2
    for (value,) in rows:
        assert not any(word in zlib.decompress(value[16:]) for word in (b"correct-", b"Y29ycmVjd"))


SAME = {
    "default": '{{ .Values.a | default "now" | quote }}',
    "comment": "{{- /* now and rand }} */ -}}",
    "field": "{{ .Values.keys }}{{ $now := 1 }}{{ $now }}",
    "sorted": "{{ range $k := keys .Values | sortAlpha }}{{ $k }}{{ end }}",
    "string": '{{ printf "}} %s" `tpl` }}',
}
OTHER = {
    "time": "{{ now }}",
    "date": '{{ date "2006" 1 }}',
    "order": "{{ keys .Values }}",
    "chance": "{{ randAlphaNum 5 | trunc 0 }}",
    "key": '{{ genPrivateKey "ed25519" | trunc 0 }}',
    "text that is run": '{{ tpl (printf "{{ n%s | trunc 0 }}" "ospace `a`") . }}',
    "address": '{{ printf "%p" .Values }}',
}


def test_charts_that_may_give_something_else_are_rendered_anew(folder: Path, cache: Path) -> None:
    for name, action in {**SAME, **OTHER}.items():
        chart = f"charts-{name.replace(' ', '-')}"
        lay(folder, {f"{chart}/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n"})
        lay(folder, {f"{chart}/templates/pod.yaml": POD % ("a", "true"), f"{chart}/values.yaml": "keys: 1\n"})
        lay(folder, {f"{chart}/templates/_a.yaml": f"# {action}\n", f"{chart}/templates/b.yaml": f"# {action}\n"})
    options = Options(cache_folder=cache)
    first = scan(["."], options)
    assert {item.reason for item in first.inputs if item.path.endswith("Chart.yaml")} == {"rendered by helm"}
    assert rendered_anew(options) == sorted(f"charts-{name.replace(' ', '-')}/Chart.yaml" for name in OTHER)


@pytest.mark.parametrize(("action", "anew"), [("{{ quote 1 }}", False), ("{{ now }}", True)])
def test_charts_in_archives_are_looked_into(folder: Path, cache: Path, action: str, *, anew: bool) -> None:
    lay(folder, CHART)
    (folder / "web/charts").mkdir()
    files = {"Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n", "templates/a.yaml": f"# {action}\n"}
    with tarfile.open(folder / "web/charts/sub-0.1.0.tgz", "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"sub/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    options = Options(cache_folder=cache)
    scan(["."], options)
    assert rendered_anew(options) == ["web/Chart.yaml"] * anew


@kustomize
def test_names_of_temporary_folders_are_not_kept(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(folder, OVERLAY)
    options = Options(cache_folder=cache)
    monkeypatch.setattr(programs, "run", lambda *given: POD % (Path(given[2]).name, "true"))
    scan(["."], options)
    assert rendered_anew(options) == ["prod/kustomization.yaml"]
