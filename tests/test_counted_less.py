"""Findings that a change makes count less by the place or the purpose of their file are told by the gate."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.contexts import Context
from scanner.counted_less import counted_less
from scanner.scan import Evaluated, Options, evaluate

COMPOSE = """\
services:
  web:
    image: registry.example/web:latest
    user: root
    environment: {%sDB_PASSWORD: changeme}
"""
FULL = COMPOSE % ""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext: {privileged: true}
      env: [{name: DB_PASSWORD, value: Zx9kqPlain7word}]
"""
OPEN = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: 'a/b:1.2'}]}\n"
PUBLISHED = """\
services:
  web:
    image: registry.example/web:1.2
    volumes: ['/var/run/docker.sock:/var/run/docker.sock']
    ports: ['80:80']
"""
"""Without the port, the finding about the socket counts less, because an attacker cannot reach the service."""

MANAGED = """\
services:
  web:
    image: registry.example/web:1.2
    deploy: {placement: {constraints: [node.role == manager]}}
"""
"""Of a stack, what shows that it is for development counts for the placement alone."""


def scanned(
    folder: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch, context: Context | None = None
) -> Evaluated:
    for name, text in {"a.txt": "", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.chdir(folder)
    return evaluate(["."], Options(context=context))


MAIL = f"{FULL}  mail: {{image: 'axllent/mailpit:v1.20'}}\n"
FOR = "than on the base in compose.yaml, because its Compose file is for tests"
SAME, FOLDER = f"3 findings count less {FOR}", f"3 findings count less in tests/compose.yaml {FOR}"
TESTS = "it is in a folder of tests, test data or installed packages, and only its name makes it a credential"
CHAINSAW = (
    "apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: pods}\n"
    "spec: {steps: [{try: [{apply: {file: pod.yaml}}]}]}\n"
)
APPLIED = "than on the base in pod.yaml, because a test of Chainsaw in its folder applies it"
ALONE = "the file is for development, as the folder dev shows, and nothing in it shows a second node"
MERGED = "web, annotations: {kustomize.toolkit.fluxcd.io/ssa: merge},"
INTO = "than on the base in pod.yaml, because Flux merges its object into another one"
CASES: list[tuple[dict[str, str], dict[str, str], list[str]]] = [
    ({"compose.yaml": FULL}, {"tests/compose.yaml": FULL}, [f"{FOLDER}, as the folder tests shows"]),
    (
        {"compose.yaml": FULL},
        {"compose.yaml": COMPOSE % "NODE_ENV: test, "},
        [f"{SAME}, as NODE_ENV=test of service web shows"],
    ),
    (
        {"compose.yaml": FULL},
        {"compose.yaml": MAIL},
        [f"{SAME}, as the image of service mail shows"],
    ),
    ({"compose.yaml": FULL, "tests/compose.yaml": FULL}, {"compose.yaml": FULL, "tests/compose.yaml": FULL}, []),
    ({"compose.yaml": FULL}, {"compose.yaml": FULL, "tests/compose.yaml": FULL}, []),
    ({"dev/compose.yaml": FULL}, {"tests/compose.yaml": FULL}, []),
    ({"tests/compose.yaml": FULL}, {"compose.yaml": FULL}, []),
    (
        {"pod.yaml": POD},
        {"tests/pod.yaml": POD},
        [f"1 finding counts less in tests/pod.yaml than on the base in pod.yaml, because {TESTS}"],
    ),
    (
        {"compose.yaml": PUBLISHED},
        {"compose.yaml": PUBLISHED.replace("    ports: ['80:80']\n", "")},
        [],
    ),
    ({"pod.yaml": POD}, {"pod.yaml": POD, "chainsaw-test.yaml": CHAINSAW}, [f"7 findings count less {APPLIED}"]),
    ({"pod.yaml": POD}, {"pod.yaml": POD.replace("web,", MERGED, 1)}, [f"8 findings count less {INTO}"]),
    (
        {"stack.yaml": MANAGED},
        {"dev/stack.yaml": MANAGED},
        [f"1 finding counts less in dev/stack.yaml than on the base in stack.yaml, because {ALONE}"],
    ),
    ({"pod.yaml": POD}, {"other/pod.yaml": POD}, []),
    ({"pod.yaml": POD}, {}, []),
]


@pytest.mark.parametrize(("before", "after", "told"), CASES)
def test_what_counts_less_because_of_its_file_is_told(
    tmp_path: Path, before: dict[str, str], after: dict[str, str], told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    was = scanned(tmp_path / "before", before, monkeypatch)
    now = scanned(tmp_path / "after", after, monkeypatch)
    assert [each.words for each in counted_less(was, now, ())] == told


def test_a_template_counts_less_unless_it_is_known_or_all_inputs_count_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_known: tuple[tuple[Context | None, set[str], int], ...]
    now_known = ((None, set(), 1), (None, {"pod.tmpl.yaml"}, 0), (Context.LIVE, set(), 0))
    for context, known, number in now_known:
        was = scanned(tmp_path / "before", {"pod.yaml": POD}, monkeypatch, context)
        now = scanned(tmp_path / "after", {"pod.tmpl.yaml": POD}, monkeypatch, context)
        found = list(counted_less(was, now, known))
        assert [each.path for each in found] == ["pod.tmpl.yaml"] * number
        assert all("because it is in a template" in each.words for each in found)


def test_what_a_page_leaves_open_is_not_told_where_another_file_has_the_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    was = scanned(tmp_path / "before", {"a.yaml": OPEN, "b.yaml": OPEN}, monkeypatch)
    now = scanned(tmp_path / "after", {"a.yaml": OPEN, "b.md": f"```yaml\n{OPEN}```\n"}, monkeypatch)
    assert not list(counted_less(was, now, ()))
