"""Kustomize reads nothing outside of the boundary and fetches nothing, whatever an overlay names or links to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from scanner.confinement import confined
from tests.outside import MARKER, OVERLAY, POD, kustomize, lay, scanned, work_tree


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return work_tree(tmp_path)


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


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A service of this machine, and what it was asked for: no proxy stands before it."""
    paths: list[str] = []

    class Service(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write((POD % MARKER).encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Service) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"localhost:{server.server_port}", paths
        server.shutdown()


GENERATOR = "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: m}\nfiles: ['a=http://HOST/x']\n"
INLINE = "- |\n  " + GENERATOR.replace("\n", "\n  ") + "\n"
FETCHING = {
    "in a list": "resources: ['http://HOST/x']\n",
    "under a key in another case": "Resources: ['http://HOST/x']\n",
    "a patch in another case": "resources: [pod.yaml]\nPatches: [{Path: 'http://HOST/x'}]\n",
    "a scheme in another case": "resources: ['HTTP://HOST/x']\n",
    "behind a key": "configMapGenerator: [{name: c, files: ['k=http://HOST/x']}]\n",
    "a generator in another case": "ConfigMapGenerator: [{Name: c, Files: ['k=http://HOST/x']}]\n",
    "over lines": "resources:\n- |\n  http://HOST/x\n",
    "escaped": 'Resources: ["\\x68ttp:\\/\\/HOST/x"]\n',
    "by an alias": "a: &a {resources: ['http://HOST/x']}\n<<: *a\n",
    "a schema": "resources: [pod.yaml]\nopenapi: {path: 'http://HOST/x'}\n",
    "a replacement": "resources: [pod.yaml]\nreplacements: [{path: 'http://HOST/x'}]\n",
    "an inline generator": f"generators:\n{INLINE}",
    "an inline transformer": f"resources: [pod.yaml]\ntransformers:\n{INLINE.replace('ConfigMapG', 'SecretG')}",
    "a generator in a file": "generators: [generator.yaml]\n",
    "a generator in a folder": "generators: [generators]\n",
    "a generator whose version is escaped": "generators: [escaped.yaml]\n",
}


@kustomize
@pytest.mark.parametrize("how", FETCHING)
def test_no_kustomization_asks_a_service_of_this_machine(place: Path, how: str, asked: tuple[str, list[str]]) -> None:
    host, paths = asked
    lay(place, {"pod.yaml": POD % "app", "kustomization.yaml": FETCHING[how].replace("HOST", host)})
    generator = GENERATOR.replace("HOST", host)
    lay(place, {"generator.yaml": generator, "generators/kustomization.yaml": "resources: [g.yaml]\n"})
    lay(place, {"generators/g.yaml": generator, "escaped.yaml": generator.replace(" builtin", ' "\\x62uiltin"')})
    code, said = scanned(place, "kustomization.yaml", "pod.yaml")
    assert paths == []
    assert MARKER not in said
    if code == 4:
        assert "which is not a local file, and Assay does not download it" in said or "unknown field" in said
    else:
        assert f"http://{host}/x is outside of the scanned files" in said.lower()


FUNCTION = (
    "- |\n  apiVersion: x/v1\n  kind: F\n  metadata:\n    name: f\n    annotations:\n"
    "      config.kubernetes.io/function: |\n        exec: {path: RUN}\n"
)


@kustomize
@pytest.mark.parametrize(
    "text",
    [
        f"resources: [pod.yaml]\ntransformers:\n{FUNCTION}",
        f"generators:\n{FUNCTION}",
        f"resources: [pod.yaml]\nvalidators:\n{FUNCTION}",
        "generators:\n- |\n  apiVersion: x.example/v1\n  kind: run\n  metadata: {name: f}\n",
        "generators:\n- |\n  apiVersion: builtin\n  kind: HelmChartInflationGenerator\n  metadata: {name: f}\n",
        "secretGenerator: [{name: c, commands: {a: RUN}}]\n",
        "resources: ['file://RUN']\n",
        "resources: ['git::ext::RUN']\n",
    ],
)
def test_no_kustomization_starts_a_program(place: Path, text: str) -> None:
    run = place / "run"
    lay(place, {"pod.yaml": POD % "app", "kustomization.yaml": text.replace("RUN", str(run))})
    lay(place, {"run": f"#!/bin/sh\n: > '{place / 'started'}'\n"})
    run.chmod(0o755)
    assert scanned(place, ".")[0] == (1 if "git::" in text else 4)
    assert not (place / "started").exists()


@kustomize
def test_addresses_in_texts_are_not_fetched_and_not_refused(place: Path) -> None:
    patch = "apiVersion: v1\nkind: Pod\nmetadata: {name: app, annotations: {a: 'https://a.example'}}\n"
    lay(place, {"pod.yaml": POD % "app", "patch.yaml": patch})
    text = "resources: [pod.yaml]\ncommonAnnotations: {docs: 'https://a.example'}\npatches: [{path: patch.yaml}]\n"
    text += "configMapGenerator: [{name: c, literals: ['URL=https://a.example']}]\n"
    lay(place, {"kustomization.yaml": text + "transformers:\n- |\n  apiVersion: builtin\n"})
    with (place / "kustomization.yaml").open("a") as file:
        file.write("  kind: AnnotationsTransformer\n  metadata: {name: a}\n  annotations: {b: 'https://b.example'}\n")
        file.write("  fieldSpecs: [{path: metadata/annotations, create: true}]\n")
    code, said = scanned(place, ".")
    assert (code, "Pod app" in said) == (1, True), said


def test_what_kustomize_reads_of_two_documents_is_not_passed_over(place: Path) -> None:
    safe = POD.replace("true", "false") % "app"
    change = "- {op: replace, path: /spec/containers/0/securityContext/privileged, value: true}\n"
    text = "resources: [pod.yaml]\npatches: [{path: change.yaml, target: {kind: Pod}}]\n---\na: b\n"
    lay(place, {"pod.yaml": safe, "change.yaml": change, "kustomization.yaml": text})
    code, said = scanned(place, ".")
    assert code == 4
    assert "holds more than one document, of which Kustomize reads only the first" in said


def test_a_program_without_a_network_reaches_no_service(asked: tuple[str, list[str]]) -> None:
    host, paths = asked
    ask = [sys.executable, "-c", f"import urllib.request; urllib.request.urlopen('http://{host}/x', timeout=5)"]
    apart = subprocess.run(ask, preexec_fn=confined(apart=True), capture_output=True, check=False)
    if apart.returncode == 0:
        return  # a system that takes no network away; what an overlay names is looked through all the same
    assert paths == []
    assert subprocess.run(ask, preexec_fn=confined(), capture_output=True, check=False).returncode == 0
    assert paths == ["/x"]
