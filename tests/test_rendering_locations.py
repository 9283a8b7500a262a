"""Where a person would mend a field of what was rendered, without a program that renders."""

from __future__ import annotations

import pytest

from scanner import rendering
from scanner.documents import Document, Fault
from scanner.documents.positions import locate
from scanner.sources import RenderingResult

BASE = """\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: app:1
    - image: side:1
      name: side
"""
PATCH = """\
kind: Pod
metadata: {name: app}
spec:
  containers:
    - name: side
      tty: true
"""
BUILT = """\
apiVersion: v1
kind: Pod
metadata:
  name: prod-app
  namespace: prod
spec:
  containers:
  - image: app:1
    name: app
    stdin: true
  - image: side:1
    name: side
    tty: true
    stdin: true
  hostIPC: true
"""
FILES = {"kustomization.yaml": b"", "base.yaml": BASE.encode(), "patch.yaml": PATCH.encode()}


def built(text: str = BUILT) -> Document:
    rendered = RenderingResult("kustomize", (("kustomization.yaml", text),), FILES, frozenset({"patch.yaml"}))
    (part,) = rendering.documents(rendered)
    assert isinstance(part, Document)
    return part


@pytest.mark.parametrize(
    ("path", "file", "region"),
    [
        ("kind", "base.yaml", (2, 1, 2, 10)),
        ("metadata", "base.yaml", (3, 1, 3, 9)),
        ("metadata.namespace", "base.yaml", (3, 1, 3, 9)),
        ("spec.hostIPC", "base.yaml", (5, 1, 5, 5)),
        ("spec.containers.0.image", "base.yaml", (8, 7, 8, 19)),
        ("spec.containers.0.stdin", "base.yaml", (8, 7, 8, 19)),
        ("spec.containers.1.name", "base.yaml", (10, 7, 10, 17)),
        ("spec.containers.1.tty", "patch.yaml", (6, 7, 6, 16)),
        ("spec.containers.1.stdin", "base.yaml", (9, 7, 9, 20)),
    ],
)
def test_a_field_stands_where_it_was_written_or_at_the_nearest_parent(
    path: str, file: str, region: tuple[int, int, int, int]
) -> None:
    document = built()
    node = document.root.get(*(int(part) if part.isdecimal() else part for part in path.split(".")))
    assert node.mark
    place = locate(document.origin, node.mark)
    assert (place.path, (place.line, place.column, place.end_line, place.end_column)) == (file, region)


def test_an_object_that_no_file_holds_stands_at_the_kustomization() -> None:
    document = built("kind: ConfigMap\nmetadata: {name: made}\n")
    assert document.root.mark
    place = locate(document.origin, document.root.mark)
    assert (place.path, place.line) == ("kustomization.yaml", 1)


def test_what_is_rendered_and_cannot_be_read_names_its_file() -> None:
    rendered = RenderingResult("helm", (("templates/a.yaml", "a: ["),), {"templates/a.yaml": b"a: [{{ .x }}"})
    (fault,) = rendering.documents(rendered)
    assert isinstance(fault, Fault)
    assert fault.message.endswith("of what helm renders of templates/a.yaml")


def test_a_line_of_a_template_is_underlined_without_its_indent() -> None:
    files = {"t.yaml": b"{{ if .x }}\nkind: Pod\nspec:\n    hostPID: {{ .y }}  \n{{ end }}\n"}
    (part,) = rendering.documents(RenderingResult("helm", (("t.yaml", "kind: Pod\nspec:\n  hostPID: true\n"),), files))
    assert isinstance(part, Document)
    mark = part.root.get("spec", "hostPID").mark
    assert mark
    place = locate(part.origin, mark)
    assert (place.line, place.column, place.end_line, place.end_column) == (4, 5, 4, 22)
