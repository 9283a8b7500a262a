"""What is recognised and not read is never silent: a status of its own, exit code 4, and a word in every output."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scanner.subjects.unread import UNREAD, UnreadFormat
from tests.command_line import assay, fault

CLEAN = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: plain, namespace: shop}
data: {colour: blue}
"""
MODEL = '{"tosca_definitions_version": "tosca_2_0"}'
"""A model that Assay does not read, at `model/tosca.yaml`."""
SCORE = "apiVersion: score.dev/v1b1\nmetadata: {name: web}\ncontainers: {}\n"
BROKEN = "# A\n\n```yaml\napiVersion: v1\nkind: ConfigMap\ndata:\n  key: a: b\n```\n"
CALL = 'mcp__claude-flow__agent_spawn({ type: "coder", name: "a", authority: { budget: "unlimited" } })'
BROKEN_CALL = CALL.replace('"a"', '"a" b')
FRONT_MATTER = "---\nname: a\ndescription: b\nallowed-tools: Bash\n---\nDo it.\n"

SAMPLES: dict[str, list[tuple[str, Any]]] = {
    "score": [("score.yaml", {"apiVersion": "score.dev/v1b1", "metadata": {"name": "a"}, "containers": {}})],
    "tool-call": [
        ("c.txt", BROKEN_CALL),
        ("d.md", f"```text\n{BROKEN_CALL}\n```\n"),
    ],
    "agent-workflow": [("w.yaml", {"agents": [{"id": "a", "type": "coder"}], "tasks": [{"id": "t", "agentId": "a"}]})],
    "agent-resource": [
        ("agent.yaml", {"apiVersion": "kagent.dev/v1alpha2", "kind": "Memory", "metadata": {"name": "a"}}),
        ("server.yaml", {"apiVersion": "toolhive.stacklok.dev/v1alpha1", "kind": "MCPRegistry", "metadata": {}}),
    ],
    "calm-part": [("d.json", {"$schema": "https://calm.finos.org/release/1.2/meta/decorators.json", "type": "x"})],
    "structurizr-dsl": [("workspace.dsl", 'workspace "Shop" {\n}\n')],
    "cyclonedx-threat-model": [
        ("m.json", {"specFormat": "CycloneDX", "specVersion": "2.0", "blueprints": []}),
        ("m.json", {"specFormat": "CycloneDX", "specVersion": "2.0", "threats": []}),
        ("m.json", {"bomFormat": "CycloneDX", "components": [{"type": "library"}, {"type": "threat-model"}]}),
    ],
    "tosca": [("t.yaml", {"tosca_definitions_version": "tosca_2_0"})],
    "tm7": [("m.tm7", '<ThreatModel xmlns="http://schemas.datacontract.org/2004/07/ThreatModeling.Model"/>')],
    "archimate": [("m.xml", '<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/"/>')],
}
"""A file or more of each format of the list."""
LIKENESSES: list[tuple[str, Any]] = [
    ("a.yaml", {"services": ["docker"]}),
    ("a.json", {"permissions": ["storage", "tabs"]}),
    ("a.json", {"permissions": {"allow": ["read", "write"]}}),
    ("a.json", {"hooks": {"pre-commit": "make"}}),
    ("a.json", {"servers": {"a": {"url": "http://a"}}}),
    ("a.json", {"agents": ["a"], "tasks": []}),
    ("a.json", {"name": "a", "version": "1", "scripts": {}}),
    ("a.yaml", {"graphs": [1]}),
    (".claude/settings.json", {}),
    ("CLAUDE.md", "# Rules\nAlways run the tests.\n"),
    ("a.md", f"`{CALL}`"),
    ("a.xml", "<project/>"),
]


def write(folder: Path, path: str, content: Any) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))


def results(folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = assay("scan", ".", "--output", "json", "--quiet", *arguments, cwd=folder)
    return done.returncode, json.loads(done.stdout)


def inputs(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["path"]: item for item in told["inputs"]}


@pytest.mark.parametrize("form", [form for form in UNREAD if form.name != "agent-resource"], ids=lambda form: form.name)
def test_each_format_of_the_list_is_known(form: UnreadFormat, tmp_path: Path) -> None:
    for path, content in SAMPLES[form.name]:
        write(tmp_path, path, content)
    code, told = results(tmp_path)
    assert code == 4
    found = inputs(told)
    assert found.keys() == {path for path, _ in SAMPLES[form.name]}
    for item in found.values():
        assert (item["status"], item["formats"], item["subjects"]) == ("not-assessed", [form.name], 0)
        assert item["reason"] == form.reason or form.name == "tool-call"


def test_custom_resources_of_agents_are_assessed_in_part(tmp_path: Path) -> None:
    token = "gh" + "p_" + "a1B2" * 9
    for path, content in SAMPLES["agent-resource"]:
        write(tmp_path, path, content | {"metadata": {"name": "a", "annotations": {"x": token}}})
    code, told = results(tmp_path)
    assert code == 4
    for item in told["inputs"]:
        assert (item["status"], item["formats"]) == ("assessed", ["kubernetes"])
        assert [(loss["line"], loss["kind"]) for loss in item["losses"]] == [(1, "agent-resource")]
    assert [finding["rule"] for finding in told["findings"]] == ["kubernetes.metadata-without-credentials"] * 2


@pytest.mark.parametrize(("path", "content"), LIKENESSES, ids=lambda part: str(part)[:30])
def test_what_is_only_alike_stays_skipped(path: str, content: Any, tmp_path: Path) -> None:
    write(tmp_path, path, content)
    code, told = results(tmp_path)
    assert (code, told["inputs"][0]["status"]) == (3, "skipped")


def test_the_list_stands_in_the_documentation() -> None:
    page = (Path(__file__).parent.parent / "docs/inputs.md").read_text()
    rows = re.findall(r"^\| `([\w-]+)` \| (.+?) \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    assert [row for row in rows if row[0] in SAMPLES] == [
        (form.name, form.title, form.known_by, form.unjudged) for form in UNREAD
    ]
    assert SAMPLES.keys() == {form.name for form in UNREAD}


def test_a_model_beside_clean_manifests_are_told_everywhere(tmp_path: Path) -> None:
    write(tmp_path, "clean.yaml", CLEAN)
    write(tmp_path, "model/tosca.yaml", MODEL)
    files = [f"{form}=out/{form}" for form in ("json", "sarif", "html", "inputs")]
    (tmp_path / "out").mkdir()
    outputs = [part for file in files for part in ("--output", file)]
    done = assay("scan", ".", "--exclude", "/out/", "--output", "table", *outputs, cwd=tmp_path)
    assert done.returncode == 4
    assert "Incomplete: 1 input was not assessed (tosca)." in done.stdout
    reason = "a TOSCA template, which Assay does not read"
    texts = {form: (tmp_path / "out" / form).read_text() for form in ("json", "sarif", "html", "inputs")}
    texts |= {"table": done.stdout}
    assert {name for name, text in texts.items() if reason in text and "model/tosca.yaml" in text} == set(texts)
    log = json.loads(texts["sarif"])["runs"][0]["invocations"][0]
    assert log["executionSuccessful"] is False
    (told,) = (each for each in log["toolExecutionNotifications"] if each["descriptor"]["id"] == "input-not-assessed")
    assert told["level"] == "error"


def test_a_document_among_others_is_a_loss(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", f"{CLEAN}---\n{SCORE}")
    code, told = results(tmp_path)
    (item,) = told["inputs"]
    assert (code, item["status"], item["formats"]) == (4, "assessed", ["kubernetes"])
    assert [(loss["line"], loss["kind"]) for loss in item["losses"]] == [(6, "score")]
    assert told["summary"]["inputs"]["assessed"] == 1
    assert "a.yaml:6" in assay("scan", ".", cwd=tmp_path).stdout


def test_calls_that_are_not_read_are_losses_beside_those_that_are(tmp_path: Path) -> None:
    text = f"```js\n{CALL}\n```\n\n```bash\n{BROKEN_CALL}\n```\n\nThen {BROKEN_CALL}.\n"
    write(tmp_path, "a.md", text)
    code, told = results(tmp_path)
    (item,) = told["inputs"]
    assert (code, item["status"]) == (4, "assessed")
    assert [(loss["line"], loss["kind"]) for loss in item["losses"]] == [(6, "tool-call"), (9, "tool-call")]


def test_the_configuration_may_name_what_is_knowingly_not_assessed(tmp_path: Path) -> None:
    write(tmp_path, "clean.yaml", CLEAN)
    write(tmp_path, "score.yaml", SCORE)
    write(tmp_path, "model/tosca.yaml", MODEL)
    entry = "  - {format: score, reason: for developers only}\n"
    write(tmp_path, "assay.yaml", f"not_assessed:\n{entry}")
    done = assay("scan", ".", cwd=tmp_path)
    assert done.returncode == 4
    assert "score is accepted as not assessed (1 input): for developers only (assay.yaml:2)" in done.stdout
    assert "Incomplete: 1 input was not assessed (tosca) (1 input accepted as not assessed)." in done.stdout
    write(tmp_path, "assay.yaml", f"not_assessed:\n{entry}  - {{path: model/, reason: reviewed by hand}}\n")
    code, told = results(tmp_path)
    assert code == 0
    assert told["run"]["configuration"]["not_assessed"][1]["inputs"] == 1
    found = inputs(told)
    assert (found["score.yaml"]["status"], found["score.yaml"]["accepted"]) == (
        "not-assessed",
        "for developers only",
    )
    for form in ("table", "html", "sarif", "json", "inputs"):
        assert "for developers only" in assay("scan", ".", "--output", form, cwd=tmp_path).stdout


def test_a_format_in_a_path_is_accepted_there_alone(tmp_path: Path) -> None:
    write(tmp_path, "dev/a.yaml", SCORE)
    write(tmp_path, "dev/model/tosca.yaml", MODEL)
    write(tmp_path, "live/a.yaml", SCORE)
    write(tmp_path, "assay.yaml", "not_assessed:\n  - {format: score, path: dev/, reason: on laptops}\n")
    code, told = results(tmp_path)
    assert code == 4
    assert {path for path, item in inputs(told).items() if "accepted" in item} == {"dev/a.yaml"}


def test_a_path_covers_what_cannot_be_read_too(tmp_path: Path) -> None:
    write(tmp_path, "clean.yaml", CLEAN)
    write(tmp_path, "tests/fixtures/broken.yaml", "a: [\n")
    assert results(tmp_path)[0] == 4
    write(tmp_path, "assay.yaml", "not_assessed:\n  - {path: fixtures/, reason: broken on purpose}\n")
    assert results(tmp_path)[0] == 0
    assert results(tmp_path, "--framework", "soc2")[1]["summary"]["inputs"]["unreadable"] == 1


def test_an_entry_that_nothing_is_of_is_told_as_not_used(tmp_path: Path) -> None:
    write(tmp_path, "clean.yaml", CLEAN)
    write(tmp_path, "assay.yaml", "not_assessed:\n  - {format: tosca, path: x/, reason: none left}\n")
    done = assay("scan", ".", cwd=tmp_path)
    assert done.returncode == 0
    said = "not_assessed tosca in x/ is not used: no scanned input matches it"
    assert said in done.stdout
    assert said in done.stderr
    assert said not in assay("scan", "clean.yaml", cwd=tmp_path).stdout


def test_config_show_prints_the_entries_in_a_form_that_is_read_back(tmp_path: Path) -> None:
    entries = ["{format: score, reason: 'for: developers'}", "{path: a/, reason: b c d}"]
    write(tmp_path, "assay.yaml", "not_assessed:\n" + "".join(f"  - {entry}\n" for entry in entries))
    shown = assay("config", "show", cwd=tmp_path).stdout
    assert shown.count("# assay.yaml:") == len(entries)
    write(tmp_path, "assay.yaml", shown)
    assert [line.split("#")[0] for line in assay("config", "show", cwd=tmp_path).stdout.splitlines()] == [
        line.split("#")[0] for line in shown.splitlines()
    ]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{format: scoer, reason: not ours}", "did you mean score?"),
        ("{format: score}", "reason"),
        ("{reason: not ours}", "format"),
        ('{format: score, reason: "   "}', "the reason contains no word"),
        ("{path: a, file: b, reason: not ours}", "file"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_line(entry: str, said: str, tmp_path: Path) -> None:
    write(tmp_path, "assay.yaml", f"not_assessed:\n  - {entry}\n")
    done = assay("scan", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert "assay.yaml:2: " in fault(done)
    assert said in fault(done)


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("README.md", BROKEN, "embedded"),
        ("README.md", f"```yaml\n{SCORE}```\n", "embedded"),
        ("README.md", "```js\nmcp__a__swarm_init({ topology: 'mesh', ... })\n```\n", "embedded"),
        ("prompt.ts", "const a = `\nmcp__x__swarm_init({a: 1`", "embedded"),
        ("prompt.py", f"PROMPT = '''\n{CALL}\n'''", "embedded"),
        (".github/workflows/ci.yml", "key: ${{ a.b }} : x: y\n", "workflow"),
    ],
)
def test_what_is_nobodys_is_told_and_stops_nothing(path: str, content: str, kind: str, tmp_path: Path) -> None:
    write(tmp_path, "clean.yaml", CLEAN)
    write(tmp_path, path, content)
    code, told = results(tmp_path)
    assert code == 0
    (loss,) = inputs(told)[path]["losses"]
    assert loss["kind"] == kind
    assert "template" not in loss["reason"]
    assert f"{path}:{loss['line']}" in assay("scan", ".", cwd=tmp_path).stdout
    assert not any(each.get("incomplete") for each in told["frameworks"])
    code, told = results(tmp_path, "--strict-documents")
    assert code == 4
    assert all(each.get("incomplete") for each in told["frameworks"])
    write(tmp_path, "assay.yaml", "strict-documents: true\n")
    code, told = results(tmp_path)
    assert (code, told["run"]["configuration"]["settings"][0]["key"]) == (4, "strict-documents")


@pytest.mark.parametrize("path", ["a.yaml", "a.yml", "a.json", ".gitlab-ci.yml", "tests/a.json"])
def test_any_other_file_that_does_not_parse_is_unreadable(path: str, tmp_path: Path) -> None:
    write(tmp_path, path, "{a: [\n")
    code, told = results(tmp_path)
    assert (code, told["inputs"][0]["status"]) == (4, "unreadable")


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("a: {{ .Values.a }}: b\n", True),
        ("{{- if .Values.a }}\na: b\n{{- end }}\n", True),
        ("{% if a %}\na: b\n", True),
        ('a: "{{ $labels.a }}"\nb: c: d\n', False),
        ("a: ${{ b }}\nb: c: d\n", False),
    ],
)
def test_only_a_template_is_called_one(text: str, template: bool, tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", text)
    (item,) = results(tmp_path)[1]["inputs"]
    assert item["status"] == "unreadable"
    assert ("a template: render it first" in item["reason"]) is template


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("a.yaml", "a: {{ .Values.a }}: b\n", "`helm template CHART | assay scan -` where there is a Chart.yaml"),
        (
            "a.json",
            "---\nlayout: null\n---\n[\n  {% for a in site.a %}\n  {}{% endfor %}\n]\n",
            "site generator (Jekyll)",
        ),
        ("a.json", "[\n{% for a in all %}\n{}{% endfor %}\n]\n", "a mark of Jinja, Django or Liquid"),
        ("a.yaml", "a: {{ SHOP_NAME }}: b\n", "`{{ SHOP_NAME }}`, a variable of Jinja, Ansible or another tool than"),
        ("a.yaml", "a: {{ shop.name | default('b') }}: b\n", "`{{ shop.name }}`, a variable of Jinja"),
        ("a.yaml", "{{ end }}\na: {{ toYaml .Values.a }}: b\n", "`helm template CHART | assay scan -`"),
    ],
)
def test_how_to_render_a_template_fits_its_language(path: str, text: str, words: str, tmp_path: Path) -> None:
    write(tmp_path, path, text)
    (item,) = results(tmp_path)[1]["inputs"]
    assert words in item["reason"]
    assert ("`helm" in item["reason"]) is ("helm" in words)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b\n<<<<<<< HEAD\nc: d\n=======\nc: e\n>>>>>>> 73ac8e6 (Update)\n", 2),
        ("a: b\nc: |\n  d\n>>>>>>> 73ac8e6 (Update)\ne:\n  f: g\n", 4),
        ("a: b\r\n<<<<<<< HEAD\r\nc: d\r\n=======\r\nc: e\r\n>>>>>>> 73ac8e6\r\n", 2),
    ],
)
def test_merge_conflict_markers_are_named(text: str, line: int, tmp_path: Path) -> None:
    write(tmp_path, "compose.yaml", text)
    code, told = results(tmp_path)
    (item,) = told["inputs"]
    assert (code, item["status"]) == (4, "unreadable")
    assert f"remove the merge conflict markers at line {line}" in item["reason"]


@pytest.mark.parametrize("text", ["a: [b\nc: d\n\n\n<<<<<<< HEAD\n", "a: |\n  <<<<<<< HEAD\nb: c: d\n"])
def test_what_is_wrong_before_a_marker_or_beside_one_in_a_text_is_told(text: str, tmp_path: Path) -> None:
    write(tmp_path, "compose.yaml", text)
    (item,) = results(tmp_path)[1]["inputs"]
    assert item["status"] == "unreadable"
    assert "conflict" not in item["reason"]


def test_json_with_comments_is_known_for_what_it_is(tmp_path: Path) -> None:
    write(tmp_path, "base.json", '{\n  // strict\n  "compilerOptions": {"strict": true,},\n}\n')
    write(tmp_path, "tsconfig.json", '{"compilerOptions": {"strict": true,}} // strict\n')
    write(tmp_path, ".mcp.json", '{"mcpServers": {"a": {"command": "npx"}}, /* none */}\n')
    write(tmp_path, "pod.json", '{"apiVersion": "v1", "kind": "Pod", /* none */}\n')
    write(tmp_path, "settings.json.tmpl", '{\n{{ if .work }}\n  "a": 1\n{{ end }}\n}\n')
    found = inputs(results(tmp_path)[1])
    assert found["base.json"]["reason"].startswith("a TypeScript configuration (not strict JSON")
    assert found["tsconfig.json"]["reason"] == "a TypeScript configuration"
    assert found[".mcp.json"]["formats"] == ["mcp-servers"]
    assert found["pod.json"]["status"] == "unreadable"
    told = (
        "a template that is not JSON before it is filled in: not valid JSON: found '{' where a key or end is expected"
    )
    assert found["settings.json.tmpl"]["reason"] == told


def test_the_fixer_and_the_hook_know_it_as_well(tmp_path: Path) -> None:
    write(tmp_path, "score.yaml", SCORE)
    assert assay("fix", ".", cwd=tmp_path).returncode == 4
    assert assay("hook", "score.yaml", cwd=tmp_path).returncode == 4
    write(tmp_path, "assay.yaml", "not_assessed:\n  - {format: score, reason: for developers only}\n")
    assert assay("fix", ".", cwd=tmp_path).returncode == 3
    assert assay("hook", "score.yaml", cwd=tmp_path).returncode == 0


def test_objects_of_kinds_that_no_rule_knows_are_counted(tmp_path: Path) -> None:
    known = ("networking.istio.io/v1", "gateway.networking.k8s.io/v1", "apps/v1", "v1")
    write(tmp_path, "known.json", {"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": version, "kind": "Thing", "metadata": {"name": "a"}} for version in known
    ]})  # fmt: skip
    write(tmp_path, "other.json", {"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "shop.example/v1", "kind": kind, "metadata": {"name": name}}
        for kind, name in (("Cart", "a"), ("Till", "b"), ("Till", "c"))
    ]})  # fmt: skip
    shown = " ".join(assay("scan", ".", cwd=tmp_path).stdout.split())
    assert (
        "3 objects are of a kind whose specific fields no rule checks (a pass means little): "
        "Till.shop.example, Cart.shop.example;" in shown
    )
    page = assay("scan", ".", "--output", "html", cwd=tmp_path).stdout
    assert "Till.shop.example 2, Cart.shop.example 1" in page


def test_where_no_rule_applies_nothing_passed(tmp_path: Path) -> None:
    write(tmp_path, "map.yaml", CLEAN)
    code, told = results(tmp_path, "--select", "kubernetes.container-not-privileged")
    assert code == 3
    assert told["verdict"]["reason"] == "Nothing to assess: no rule applies to the scanned files."
    assert results(tmp_path)[0] == 0


def test_a_pointer_of_git_lfs_is_not_the_file(tmp_path: Path) -> None:
    (tmp_path / "clean.yaml").write_text(CLEAN)
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 12345\n"
    (tmp_path / "deploy.yaml").write_text(pointer)
    (tmp_path / "picture.png").write_text(pointer)
    done = assay("scan", ".", "--output", "concise", cwd=tmp_path)
    assert done.returncode == 4
    assert "deploy.yaml: not assessed a Git LFS pointer" in done.stdout
    assert "picture.png" not in done.stdout
