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
        ("spec.containers.0.stdin", "base.yaml", (7, 7, 7, 16)),
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


GENERATING = """\
namespace: shop
resources: [a.yaml, namespace.yaml]
configMapGenerator:
  - name: settings
    files: [app.properties, mode=x/mode.txt]
secretGenerator:
  - name: settings-key
    literals:
      - user=admin
      - password=x=y
"""
MAP = "kind: ConfigMap\nmetadata: {name: settings-8k2c}\ndata: {app.properties: a, mode: b, other: c}\n"
SECRET = "kind: Secret\nmetadata: {name: p-settings-key-4f}\ndata: {user: YWRtaW4=, password: eD15}\n"
NAMESPACE = "kind: Namespace\nmetadata:\n  name: shop\n  labels: {a: b}\n"


@pytest.mark.parametrize(
    ("text", "path", "file", "line"),
    [
        (MAP, "", "kustomization.yaml", 4),
        (MAP, "metadata.name", "kustomization.yaml", 4),
        (MAP, "data", "kustomization.yaml", 4),
        (MAP, "data.app.properties", "kustomization.yaml", 5),
        (MAP, "data.other", "kustomization.yaml", 4),
        (SECRET, "", "kustomization.yaml", 7),
        (SECRET, "data.user", "kustomization.yaml", 9),
        (SECRET, "data.password", "kustomization.yaml", 10),
        (NAMESPACE, "", "namespace.yaml", 2),
        (NAMESPACE, "metadata.name", "namespace.yaml", 3),
        (NAMESPACE, "metadata.labels", "namespace.yaml", 3),
        ("kind: Role\nmetadata: {name: made}\n", "", "kustomization.yaml", 1),
        ("kind: Role\nmetadata: {name: p-listed}\nrules: []\n", "", "list.yaml", 3),
        ("kind: Role\nmetadata: {name: p-listed}\nrules: []\n", "rules", "list.yaml", 5),
        ("kind: Role\nmetadata: {name: made}\n", "metadata", "kustomization.yaml", 1),
    ],
)
def test_what_is_generated_or_renamed_stands_where_that_was_written(text: str, path: str, file: str, line: int) -> None:
    files = {
        "a.yaml": b"apiVersion: x/v1\nkind: Other\nmetadata: {name: o}\n",
        "kustomization.yaml": GENERATING.encode(),
    }
    files["list.yaml"] = b"kind: List\nitems:\n- kind: Role\n  metadata: {name: listed}\n  rules: []\n"
    files["namespace.yaml"] = b"# comment\nkind: Namespace\nmetadata: {name: _}\n"
    (part,) = rendering.documents(RenderingResult("kustomize", (("kustomization.yaml", text),), files))
    assert isinstance(part, Document)
    first, _, rest = path.partition(".")
    mark = part.root.get(*(each for each in (first, rest) if each)).mark
    assert mark
    place = locate(part.origin, mark)
    assert (place.path, place.line) == (file, line)


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


KUSTOMIZATION = """\
resources: [base.yaml]
patches:
  - target: {kind: Pod, name: other}
    patch: |-
      - {op: add, path: /spec/hostPID, value: true}
      - {op: add, path: /spec/containers/-, value: {name: new, image: wrong:1}}
  - target: {kind: Pod, name: app}
    patch: |-
      - op: add
        path: /spec/containers/-
        value:
          name: new
          image: new:1
          tty: true
      - {op: add, path: /spec/hostPID, value: true}
  - patch: |
      kind: Pod
      metadata: {name: app}
      spec:
        hostIPC: true
  - path: ops.yaml
"""
OPERATIONS = "- op: add\n  path: /spec/containers/0/env\n  value: [{name: A, value: '1'}]\n"
PATCHED = """\
apiVersion: v1
kind: Pod
metadata:
  name: prod-app
spec:
  containers:
  - env: [{name: A, value: '1'}]
    image: app:1
    name: app
  - image: side:1
    name: side
  - image: new:2
    name: new
    tty: true
  hostIPC: true
  hostPID: true
"""


@pytest.mark.parametrize(
    ("field", "file", "line"),
    [
        ("spec.containers.2", "kustomization.yaml", 11),
        ("spec.containers.2.tty", "kustomization.yaml", 14),
        ("spec.containers.0.env.0.value", "ops.yaml", 3),
        ("spec.hostPID", "kustomization.yaml", 15),
        ("spec.hostIPC", "kustomization.yaml", 20),
        ("spec.containers.0.image", "base.yaml", 8),
        ("metadata.name", "base.yaml", 4),
    ],
)
def test_what_a_patch_adds_is_at_its_line_in_the_patch(field: str, file: str, line: int) -> None:
    files = {"kustomization.yaml": KUSTOMIZATION, "base.yaml": BASE, "ops.yaml": OPERATIONS}
    contents = {name: text.encode() for name, text in files.items()}
    rendered = RenderingResult("kustomize", (("kustomization.yaml", PATCHED),), contents, frozenset({"ops.yaml"}))
    (part,) = rendering.documents(rendered)
    assert isinstance(part, Document)
    node = part.root
    for step in field.split("."):
        node = node.get(int(step) if step.isdecimal() else step)
    assert node.mark
    found = locate(part.origin, node.mark, field)
    assert (found.path, found.line) == (file, line)


STATED = """\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  initContainers:
    {{- tpl (toYaml .Values.initContainers | nindent 4) $ }}
    {{- if .Values.port.enabled }}
    - name: port
      image: "{{ .Values.port.image }}"
      securityContext:
        runAsUser: 0
      env:
        - name: NODE
          value: a
    {{- end }}
  containers:
    - name: {{ .Chart.Name }}
      image: app:1
      securityContext:
        runAsNonRoot: true
"""
WITH_VALUES = """\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  initContainers:
    - image: sync:1
      name: sync
      securityContext:
        runAsUser: 0
      env:
        - name: NODE
          value: b
  containers:
    - name: web
      image: app:1
      securityContext:
        runAsNonRoot: true
"""


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("spec.initContainers.0", 6),
        ("spec.initContainers.0.securityContext", 6),
        ("spec.initContainers.0.securityContext.runAsUser", 6),
        ("spec.initContainers.0.env.0.name", 6),
        ("spec.containers.0.image", 19),
        ("spec.containers.0.securityContext.runAsNonRoot", 21),
    ],
)
def test_a_container_that_an_expression_puts_in_does_not_stand_at_another_one(field: str, line: int) -> None:
    rendered = RenderingResult("helm", (("pod.yaml", WITH_VALUES),), {"pod.yaml": STATED.encode()})
    (part,) = rendering.documents(rendered)
    assert isinstance(part, Document)
    node = part.root
    for step in field.split("."):
        node = node.get(int(step) if step.isdecimal() else step)
    assert node.mark
    assert locate(part.origin, node.mark, field).line == line


RENAMING = """\
resources: [base.yaml, side.yaml]
patches:
  - target: {kind: Pod, name: app}
    patch: |-
      - {op: replace, path: /metadata/name, value: web}
      - {op: add, path: /spec/hostPID, value: true}
"""


@pytest.mark.parametrize(
    ("target", "field", "file", "line"),
    [
        ("{kind: Pod, name: app}", "spec.containers.0.image", "base.yaml", 8),
        ("{kind: Pod, name: app}", "spec.hostPID", "kustomization.yaml", 6),
        ("{kind: Pod, name: app}", "metadata.name", "base.yaml", 4),
        ("{kind: Pod}", "spec.containers.0", "kustomization.yaml", 1),
    ],
)
def test_an_object_that_a_patch_renames_stands_at_its_document(target: str, field: str, file: str, line: int) -> None:
    side = BASE.replace("name: app", "name: side")
    patches = RENAMING.replace("{kind: Pod, name: app}", target)
    files = {"kustomization.yaml": patches.encode(), "base.yaml": BASE.encode(), "side.yaml": side.encode()}
    text = BUILT.replace("prod-app", "web").replace("hostIPC", "hostPID")
    (part,) = rendering.documents(RenderingResult("kustomize", (("kustomization.yaml", text),), files))
    assert isinstance(part, Document)
    node = part.root
    for step in field.split("."):
        node = node.get(int(step) if step.isdecimal() else step)
    assert node.mark
    found = locate(part.origin, node.mark, field)
    assert (found.path, found.line) == (file, line)


def test_a_container_stands_where_its_item_begins_whatever_order_its_fields_are_built_in() -> None:
    base = BASE.replace(
        "    - name: app\n      image: app:1\n", "    - image: app:1\n      command: [a]\n      name: app\n"
    )
    text = BUILT.replace("  - image: app:1\n", "  - command:\n    - a\n    image: app:1\n")
    files = {"kustomization.yaml": b"", "base.yaml": base.encode()}
    (part,) = rendering.documents(RenderingResult("kustomize", (("kustomization.yaml", text),), files))
    assert isinstance(part, Document)
    mark = part.root.get("spec", "containers", 0).mark
    assert mark
    assert locate(part.origin, mark).line == 7
