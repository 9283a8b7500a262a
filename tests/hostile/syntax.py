"""Text that is no YAML, or YAML that few people write."""

from __future__ import annotations

from tests.hostile.row import HERE, POD, assessed, pod, skipped, unreadable

CONFLICT = POD.replace("        privileged", "<<<<<<< HEAD\n        privileged") + "=======\n>>>>>>> branch\n"
LATER = "---\n" + POD


ROWS = (
    unreadable("a quote that is not closed", "x.yaml", pod('"open'), "not valid YAML", 6),
    unreadable("a bracket that is not closed", "x.yaml", pod("[a, b"), "not valid YAML", 7),
    unreadable("a brace that is not closed, at the end", "x.yaml", POD + "x: {a: 1\n", "not valid YAML", 13),
    unreadable("a bracket too many", "x.yaml", pod("[a]]"), "not valid YAML", 6),
    unreadable(
        "a tab for indentation", "x.yaml", POD.replace("  name: odd\n", "\tname: odd\n", 1), "not valid YAML", 4
    ),
    unreadable("a key out of line", "x.yaml", POD.replace("  annotations", "   annotations"), "not valid YAML", 5),
    unreadable("a key without a colon", "x.yaml", POD.replace("spec:", "spec"), "not valid YAML", 7),
    unreadable("a colon too many", "x.yaml", pod("a: b"), "not valid YAML", 6),
    unreadable("a text that starts with a percent sign", "x.yaml", pod("%a"), "not valid YAML", 6),
    unreadable("a text that starts with an at sign", "x.yaml", pod("@a"), "not valid YAML", 6),
    unreadable("a text that starts with a backtick", "x.yaml", pod("`a`"), "not valid YAML", 6),
    unreadable("an escape that is none", "x.yaml", pod(r'"\d"'), "not valid YAML", 6),
    unreadable("an escape of no character", "x.yaml", pod(r'"\ud800"'), "not valid YAML", 6),
    unreadable("a version of YAML that is none", "x.yaml", "%YAML 9.9\n---\n" + POD, "not valid YAML", 1, [HERE + 2]),
    unreadable("a directive and no document", "x.yaml", "%YAML 1.1\n", "not valid YAML", 1),
    unreadable(
        "two version directives", "x.yaml", "%YAML 1.1\n%YAML 1.1\n---\n" + POD, "not valid YAML", 2, [HERE + 3]
    ),
    unreadable("a tag of a handle that is not declared", "x.yaml", pod("!e!x y"), "not valid YAML", 6),
    unreadable("a directive that nobody knows", "x.yaml", "%ODD 1\n---\n" + POD, "not valid YAML", 1, [HERE + 2]),
    assessed("YAML 1.2", "x.yaml", "%YAML 1.2\n---\n" + POD, [HERE + 2]),
    unreadable("a tab behind a dash", "x.yaml", POD.replace("- name", "-\tname"), "not valid YAML", 9),
    assessed("tabs between tokens", "x.yaml", pod("\ttext\t# a comment"), [HERE]),
    assessed("everything on one line", "x.yaml", lambda: _flow().encode(), [1]),
    assessed("keys that are asked for", "x.yaml", POD.replace("kind: Pod", "? kind\n: Pod"), [HERE + 1]),
    assessed("a folded text", "x.yaml", pod(">2-\n      a\n       b\n\n      c"), [HERE + 4]),
    assessed("a literal text that keeps its blank lines", "x.yaml", pod("|+\n      a\n\n\n"), [HERE + 4]),
    assessed("a literal text that looks like documents", "x.yaml", pod("|\n      ---\n      kind: Pod"), [HERE + 2]),
    assessed("a quoted text over lines", "x.yaml", pod('"a\n\n      b\\\n      c"'), [HERE + 3]),
    unreadable("a literal text indented too little", "x.yaml", pod("|4\n     a"), "not valid YAML", 7),
    assessed("a document that ends by dots", "x.yaml", POD + "...\n# the end\n", [HERE]),
    unreadable("text behind the dots", "x.yaml", POD + "... x\n", "not valid YAML", 13, [HERE]),
    skipped("nothing", "x.yaml", "", "empty"),
    skipped("nothing but blanks", "x.yaml", " \n \n", "empty"),
    skipped("nothing but comments", "x.yaml", "# a\n# b\n", "only comments"),
    skipped("nothing but a separator", "x.yaml", "---\n", "only comments"),
    skipped("nothing but dots", "x.yaml", "...\n", "only comments"),
    skipped("one word", "x.yaml", "word\n", "not in a format that Assay reads"),
    skipped("a list of words", "x.yaml", "- a\n- b\n", "not in a format that Assay reads"),
    unreadable("a Helm template", "x.yaml", POD.replace("odd\n", "{{ .Values.name }}\n"), "a template", 4),
    unreadable("a Helm include", "x.yaml", pod('text\n    {{- include "a.b" . | nindent 4 }}'), "a template", 7),
    unreadable("a Jinja template", "x.yaml", "{% if a %}\n" + POD + "{% endif %}\n", "a template", 1),
    assessed("a shell placeholder", "x.yaml", pod("${TEXT:-x}"), [HERE]),
    unreadable("a merge conflict", "x.yaml", CONFLICT, "not valid YAML", 12),
    unreadable("a broken document before a good one", "x.yaml", "a: [\n" + LATER, "not valid YAML", 2, [HERE + 2]),
    unreadable("a broken document behind a good one", "x.yaml", POD + "---\na: [\n", "not valid YAML", 14, [HERE]),
    unreadable(
        "a broken document between good ones", "x.yaml", POD + "---\na: ]\n" + LATER, "line 14", 14, [HERE, HERE + 15]
    ),
    unreadable(
        "two broken documents", "x.yaml", "a: ]\n" + LATER + "---\nb: ]\n", "line 1 (and 1 more)", 1, [HERE + 2]
    ),
    unreadable("a template before a good document", "x.yaml", "a: {{ b }}\n" + LATER, "a template", 1, [HERE + 2]),
    unreadable("a control character before a good document", "x.yaml", "a: \x01\n" + LATER, "U+0001", 1, [HERE + 2]),
    unreadable("a good document before a control character", "x.yaml", POD + "---\n\x01\n", "U+0001", 14, [HERE]),
)


def _flow() -> str:
    return (
        "{apiVersion: v1, kind: Pod, metadata: {name: odd}, spec: {containers: "
        "[{name: odd, securityContext: {privileged: true}}]}}"
    )
