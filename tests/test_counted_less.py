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


def scanned(
    folder: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch, context: Context | None = None
) -> Evaluated:
    for name, text in {"a.txt": "", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.chdir(folder)
    return evaluate(["."], Options(context=context))


MAIL = f"{FULL}  mail: {{image: 'axllent/mailpit:v1.20'}}\n"
SAME = "3 findings count less than on the base in compose.yaml, because it is for tests"
FOLDER = "3 findings count less in tests/compose.yaml than on the base in compose.yaml, because it is for tests"
CASES: list[tuple[dict[str, str], dict[str, str], list[str]]] = [
    ({"compose.yaml": FULL}, {"tests/compose.yaml": FULL}, [f"{FOLDER} (the folder tests)"]),
    (
        {"compose.yaml": FULL},
        {"compose.yaml": COMPOSE % "NODE_ENV: test, "},
        [f"{SAME} (NODE_ENV=test of service web)"],
    ),
    (
        {"compose.yaml": FULL},
        {"compose.yaml": MAIL},
        [f"{SAME} (the image of service mail)"],
    ),
    ({"compose.yaml": FULL, "tests/compose.yaml": FULL}, {"compose.yaml": FULL, "tests/compose.yaml": FULL}, []),
    ({"compose.yaml": FULL}, {"compose.yaml": FULL, "tests/compose.yaml": FULL}, []),
    ({"dev/compose.yaml": FULL}, {"tests/compose.yaml": FULL}, []),
    ({"tests/compose.yaml": FULL}, {"compose.yaml": FULL}, []),
    (
        {"pod.yaml": POD},
        {"tests/pod.yaml": POD},
        ["1 finding counts less in tests/pod.yaml than on the base in pod.yaml, because it is in a folder of tests"],
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
        assert all("because no tool loads it from there" in each.words for each in found)
