"""A small repository and packs of it, for the tests of evidence."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tests.command_line import Done, assay

TOKEN = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"
"""A text with the form of a credential."""
PASSWORD = "swordfish-77-of-ada"
"""The password in the address of the remote repository."""
POD = f"""\
apiVersion: v1
kind: Pod
metadata: {{name: api, namespace: shop}}
spec:
  containers:
    - name: api
      image: registry.example/api:1.0
      securityContext: {{privileged: true}}
      env: [{{name: TOKEN, value: {TOKEN}}}]
"""
CLEAN = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      image: registry.example/web:1.0
      securityContext: {privileged: false}
"""
FILES = {
    "deploy/pod.yaml": POD,
    "deploy/web.yaml": CLEAN,
    "deploy/broken.yaml": "kind: Pod\nspec: [\n",
    "logo.txt": "x",
}
RENDERED = {
    "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "chart/values.yaml": "image: registry.example/shop:1.0\nextra: {b: 1, a: 2, \u00fc: 3}\n",
    "chart/templates/pod.yaml": """\
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-{{ randAlphaNum 5 | lower }}
  labels: {{ toJson .Values.extra }}
spec: {containers: [{name: shop, image: {{ .Values.image }}, securityContext: {privileged: true}}]}
""",
    "kustomize/base/pod.yaml": CLEAN,
    "kustomize/base/kustomization.yaml": "resources: [pod.yaml]\nconfigMapGenerator: [{name: own, literals: [a=b]}]\n",
    "kustomize/live/kustomization.yaml": "resources: [../base]\nnamePrefix: live-\n",
}
"""A chart and an overlay."""
WHEN = "2026-11-20T10:00:00+0000"
_GIT = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@bank.example",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@bank.example",
    "GIT_AUTHOR_DATE": WHEN,
    "GIT_COMMITTER_DATE": WHEN,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
SELECT = (
    "kubernetes.container-not-privileged",
    "kubernetes.container-cpu-limited",
    "objective:secret-not-in-plain-text",
)
"""A few rules, so that a pack is small."""


def git(folder: Path, *arguments: str) -> str:
    """Run Git with fixed names and times."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **_GIT}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def make_repository(folder: Path, more: Mapping[str, str] = MappingProxyType({})) -> Path:
    """A repository with one commit, the same in every folder."""
    for name, text in (FILES | dict(more)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "remote", "add", "origin", f"https://ada:{PASSWORD}@git.example/bank.git")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    return folder


def make_key(folder: Path, name: str = "key.pem", curve: str = "prime256v1") -> Path:
    """A private key made by openssl, with its public key beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / name
    subprocess.run(["openssl", "ecparam", "-genkey", "-name", curve, "-noout", "-out", str(key)], check=True)
    public = ["openssl", "pkey", "-in", str(key), "-pubout", "-out", str(key.with_suffix(".pub"))]
    subprocess.run(public, check=True)
    return key


def build(repository: Path, target: Path, *more: str, cwd: Path | None = None, **environment: str) -> Done:
    """Write a pack of the repository by a few rules."""
    chosen = [part for rule in SELECT for part in ("--select", rule)]
    paths = (str(repository),) if cwd else (".",)
    command = ("evidence", "build", *paths, "--framework", "soc2", *chosen, "--out", str(target), *more)
    return assay(*command, cwd=cwd or repository, **environment)
