"""`assay baseline` and `assay gate --baseline`: a file in place of a base commit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.command_line import Done, assay
from tests.conftest import REPOSITORY
from tests.test_sources_git import commit, git

pytestmark = pytest.mark.slow

FILE = "base.json"
SCHEMA = json.loads((REPOSITORY / "scanner/gate/baseline.schema.json").read_text())
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  volumes:
    - {name: host, hostPath: {path: /etc}}
  containers:
    - name: web
      securityContext: {privileged: true}
"""
CLEAN = POD.replace("privileged: true", "privileged: false")
PRIVILEGED = "kubernetes.container-not-privileged"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder outside of Git with faults, and the baseline of these."""
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy/pod.yaml").write_text(POD)
    written(tmp_path)
    return tmp_path


def written(folder: Path, *arguments: str) -> Done:
    done = assay("baseline", "write", FILE, *arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done


def content(folder: Path) -> Any:
    return json.loads((folder / FILE).read_text())


def change(folder: Path, **values: Any) -> None:
    """Change keys of the baseline."""
    (folder / FILE).write_text(json.dumps({**content(folder), **values}))


def gate(folder: Path, *arguments: str) -> Done:
    return assay("gate", "--baseline", FILE, "--output", "concise", *arguments, cwd=folder)


def compared(folder: Path, *arguments: str) -> Any:
    """The results of a gate, as data that follows its schema."""
    done = assay("gate", "--baseline", FILE, "--output", "json", *arguments, cwd=folder)
    found = json.loads(done.stdout)
    Draft202012Validator(json.loads((REPOSITORY / "docs/results.schema.json").read_text())).validate(found)
    return found


def states(folder: Path, rule: str = PRIVILEGED) -> list[str]:
    found = compared(folder)
    return [
        each["baseline_state"] for each in (*found["findings"], *found["comparison"]["gone"]) if each["rule"] == rule
    ]


def test_a_baseline_follows_its_schema_and_is_the_same_each_time(folder: Path) -> None:
    before = (folder / FILE).read_bytes()
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(content(folder))
    written(folder)
    assert (folder / FILE).read_bytes() == before


def test_one_more_finding_is_one_more_line(folder: Path) -> None:
    before = (folder / FILE).read_text().splitlines()
    (folder / "deploy/pod.yaml").write_text(POD.replace("spec:", "spec:\n  hostPID: true"))
    written(folder)
    after = (folder / FILE).read_text().splitlines()
    added = [line for line in after if line.rstrip(",") not in {each.rstrip(",") for each in before}]
    assert [json.loads(line.rstrip(","))["field"] for line in added] == ["hostPID"]


def test_a_baseline_holds_all_findings_whatever_the_configuration_selects(folder: Path) -> None:
    before = content(folder)["findings"]
    assert {"info", "low", "critical"} < {each["severity"] for each in before}
    (folder / "assay.yaml").write_text(
        f"profile: strict\nfail-on: high\nframework: [gdpr]\nskip: ['kubernetes.pod-*']\n"
        f"rules:\n  {PRIVILEGED}: {{enabled: false, reason: reviewed}}\n"
    )
    written(folder)
    assert content(folder)["findings"] == before


def test_a_baseline_holds_no_message_and_no_credential(folder: Path) -> None:
    secret = "ghp_" + "a1B2" * 9
    text = POD.replace("- name: web", f"- name: web\n      env: [{{name: TOKEN, value: {secret}}}]")
    (folder / "deploy/pod.yaml").write_text(text.replace("name: host", f"name: {secret.lower()}"))
    written(folder)
    assert "without-secrets" in str([each["rule"] for each in content(folder)["findings"]])
    assert "runs in privileged mode" not in (folder / FILE).read_text()
    assert secret.lower() not in (folder / FILE).read_text().lower()


def test_a_tree_as_in_its_baseline_passes_without_git(folder: Path) -> None:
    for profile in ("default", "strict", "opinion"):
        done = gate(folder, "--profile", profile)
        assert done.returncode == 0, done.stdout
        assert "new or worse than in base.json" in done.stdout


@pytest.mark.parametrize(
    ("before", "after", "expected", "code"),
    [
        (CLEAN, POD, ["new"], 1),
        (POD, CLEAN, ["fixed"], 0),
        (POD, f"{POD}---\n{POD}", ["unchanged", "new"], 1),
        (f"{POD}---\n{POD}", POD, ["unchanged", "fixed"], 0),
        (POD, POD.replace("namespace: shop", "namespace: market"), ["moved"], 0),
        (POD, f"# a comment\n\n{POD}", ["unchanged"], 0),
        (POD, "kind: Pod: {", ["incomparable"], 4),
    ],
)
def test_what_became_of_a_finding(folder: Path, before: str, after: str, expected: list[str], code: int) -> None:
    (folder / "deploy/pod.yaml").write_text(before)
    written(folder)
    (folder / "deploy/pod.yaml").write_text(after)
    assert states(folder) == expected
    assert gate(folder, "--select", PRIVILEGED).returncode == code


def test_a_worse_value_fails_and_a_moved_file_does_not(folder: Path) -> None:
    (folder / "deploy/pod.yaml").rename(folder / "deploy/renamed.yaml")
    assert gate(folder).returncode == 0
    assert states(folder) == ["moved"]
    (folder / "deploy/renamed.yaml").write_text(POD.replace("/etc", "/"))
    assert "(worse than on the base)" in gate(folder).stdout
    assert gate(folder).returncode == 1


ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: NAMESPACE}
rules: [{apiGroups: [""], resources: [RESOURCE], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: NAMESPACE}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: auditor}]
"""


def test_a_fault_that_goes_to_an_object_without_findings_is_new(folder: Path) -> None:
    """Deleting one object with a fault does not allow the same fault in another one that the baseline knows."""
    first, second = (ROLE.replace("NAMESPACE", each) for each in ("one", "two"))
    (folder / "deploy/roles.yaml").write_text(
        first.replace("RESOURCE", '"*"') + "---\n" + second.replace("RESOURCE", "configmaps")
    )
    written(folder)
    assert "two/reader" not in str(content(folder)["findings"])
    (folder / "deploy/roles.yaml").write_text(second.replace("RESOURCE", '"*"'))
    assert states(folder, "kubernetes.role-without-wildcards") == ["new", "fixed"]


def test_a_stale_entry_is_a_note_and_never_a_failure(folder: Path) -> None:
    (folder / "deploy/pod.yaml").write_text(CLEAN)
    done = gate(folder)
    assert done.returncode == 0
    assert (
        "1 entry of base.json is stale: its finding is gone; `assay baseline prune base.json` removes it" in done.stdout
    )
    (folder / "deploy/pod.yaml").unlink()
    (folder / "deploy/other.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")
    assert "entries of base.json are stale: their findings are gone" in gate(folder).stdout


def test_what_is_not_scanned_is_not_stale(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "other/service.yaml").write_text(
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: []}\n"
    )
    (folder / "assay.yaml").write_text("exclude: [deploy/]\n")
    for arguments in (("other",), ("--include", "other/*"), ("--exclude", "deploy/pod.yaml"), ()):
        assert "stale" not in gate(folder, *arguments).stdout, arguments
    before = (folder / FILE).read_bytes()
    assert assay("baseline", "prune", FILE, "other", cwd=folder).returncode == 0
    assert (folder / FILE).read_bytes() == before


def test_an_input_that_could_not_be_read_before_is_known(folder: Path) -> None:
    (folder / "deploy/broken.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {\n")
    assert gate(folder).returncode == 4
    assert "1 input not assessed in full" in written(folder).stdout
    assert content(folder)["unread"] == [{"path": "deploy/broken.yaml", "kinds": ["unreadable"]}]
    done = gate(folder)
    assert done.returncode == 0
    assert "1 input not assessed in the baseline either" in done.stdout
    (folder / "deploy/broken.yaml").write_text(POD.replace("name: web, n", "name: other, n"))
    done = gate(folder, "--select", PRIVILEGED)
    assert done.returncode == 0
    assert "deploy/broken.yaml could not be read in full when base.json was written" in done.stdout


def test_what_cannot_be_read_in_documentation_makes_nothing_incomparable(folder: Path) -> None:
    whole = CLEAN.replace("- name: web\n", "- name: web\n      image: registry.example/web:1.2.0\n")
    (folder / "notes.md").write_text(f"```yaml\n{whole}```\n\n```yaml\napiVersion: v1\nkind: Pod\nmetadata: {{\n```\n")
    written(folder)
    assert content(folder)["unread"] == [{"path": "notes.md", "kinds": ["embedded"]}]
    assert gate(folder, "--strict-documents").returncode == 0
    (folder / "notes.md").write_text((folder / "notes.md").read_text().replace("privileged: false", "privileged: true"))
    assert gate(folder).returncode == 1


def test_another_version_and_other_rules_are_told(folder: Path) -> None:
    assert "written" not in gate(folder).stdout
    assert "other rules, parameters or another version" in gate(folder, "--kubernetes-version", "1.30").stdout
    (folder / "assay.yaml").write_text(
        "rules: {kubernetes.container-image-registry-allowed: {parameters: {allowed: [registry.example]}}}\n"
    )
    assert "other rules, parameters or another version" in gate(folder).stdout
    (folder / "assay.yaml").write_text("profile: strict\nskip: ['kubernetes.service-*']\n")
    assert "written" not in gate(folder).stdout
    change(folder, tool={"name": "Assay", "version": "0.0.9"})
    done = gate(folder)
    assert done.returncode == 0
    assert "base.json was written by Assay 0.0.9, and this is " in done.stdout


def test_an_entry_by_a_former_id_is_known(folder: Path, tmp_path: Path) -> None:
    rule = (REPOSITORY / "rules/kubernetes/container-not-privileged.yaml").read_text()
    (tmp_path / "rules/own").mkdir(parents=True)
    for name, former in (("before", ""), ("after", "formerly: [own.before]\n")):
        file = tmp_path / f"rules/own/{name}.yaml"
        file.write_text(former + rule)
        if not former:
            written(folder, "deploy", "--rules", "rules")
            file.unlink()
    (tmp_path / "deploy/pod.yaml").rename(tmp_path / "deploy/renamed.yaml")
    found = compared(folder, "deploy", "--rules", "rules")["findings"]
    assert [each["baseline_state"] for each in found if each["rule"] == "own.after"] == ["moved"]


def test_a_gone_finding_is_in_every_format(folder: Path) -> None:
    (folder / "deploy/pod.yaml").write_text(CLEAN)
    [gone] = compared(folder)["comparison"]["gone"]
    assert (gone["rule"], gone["baseline_state"], gone["location"]["path"]) == (PRIVILEGED, "fixed", "deploy/pod.yaml")
    done = assay("gate", "--baseline", FILE, "--output", "sarif", cwd=folder)
    results = json.loads(done.stdout)["runs"][0]["results"]
    assert [each["ruleId"] for each in results if each["baselineState"] == "absent"] == [PRIVILEGED]
    for name in ("table", "html", "html-summary", "jsonl", "sarif-github", "inputs"):
        assert assay("gate", "--baseline", FILE, "--output", name, cwd=folder).returncode == 0, name


def test_the_files_of_a_commit_and_of_the_index_are_compared(folder: Path) -> None:
    git(folder, "init", "--quiet")
    first = commit(folder)
    (folder / "deploy/pod.yaml").write_text(f"{POD}    - {{name: b, securityContext: {{privileged: true}}}}\n")
    assert gate(folder).returncode == 1
    assert gate(folder, "--staged").returncode == 0
    git(folder, "add", "--all")
    assert gate(folder, "--staged").returncode == 1
    assert gate(folder, "--git-revision", first).returncode == 0


def test_a_shallow_clone_is_enough(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    git(folder, "init", "--quiet")
    commit(folder)
    (folder / "notes.txt").write_text("more")
    commit(folder)
    clone = tmp_path_factory.mktemp("clones") / "clone"
    git(folder, "clone", "--quiet", "--depth", "1", f"file://{folder}", str(clone))
    assert gate(clone).returncode == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("assay-baseline/1", "assay-baseline/2", "base.json:2: "),
        ('"findings":[', '"findings":[\n<<<<<<< HEAD', "base.json:6: not valid JSON"),
        ('"outcome":"fail"', '"outcome":"pass"', "outcome"),
        ('"occurrence":1', '"occurrence":0', "occurrence"),
        ('"occurrence":1', '"occurrence":"1"', "occurrence"),
        ('"unread":[]', '"unread":[{"path":"a","kinds":[]}]', "unread"),
        ('"unread":[]', '"unread":[],"more":1', "more"),
        ('"unread":[],\n', "", "unread"),
        ('"name":"Assay"', '"name":"Other"', "base.json:3: "),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(folder: Path, old: str, new: str, said: str) -> None:
    text = (folder / FILE).read_text()
    assert old in text
    (folder / FILE).write_text(text.replace(old, new, 1))
    for done in (
        gate(folder),
        assay("baseline", "show", FILE, cwd=folder),
        assay("baseline", "prune", FILE, cwd=folder),
    ):
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stderr.startswith("assay: base.json:")
        assert done.stderr.split(":")[2].isdecimal(), done.stderr


def test_a_base_and_a_baseline_exclude_each_other(folder: Path) -> None:
    done = gate(folder, "--base", "main")
    assert done.returncode == 2
    assert "--base and --baseline exclude each other" in done.stderr


def test_no_baseline_is_read_or_written_through_a_link(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / FILE
    (folder / FILE).rename(outside)
    (folder / FILE).symlink_to(outside)
    before = outside.read_bytes()
    assert "symbolic link" in gate(folder).stderr
    for words in (("write",), ("prune",), ("show",)):
        done = assay("baseline", *words, FILE, cwd=folder)
        assert done.returncode == 2
        assert "symbolic link" in done.stderr, words
    assert outside.read_bytes() == before


def test_no_other_file_is_overwritten(folder: Path) -> None:
    done = assay("baseline", "write", "deploy/pod.yaml", cwd=folder)
    assert done.returncode == 2
    assert "is there and is not a baseline" in done.stderr
    assert (folder / "deploy/pod.yaml").read_text() == POD


def test_nothing_is_written_where_there_is_nothing_to_assess(folder: Path) -> None:
    (folder / "empty").mkdir()
    assert assay("baseline", "write", "new.json", "empty", cwd=folder).returncode == 3
    assert not (folder / "new.json").exists()


def test_entries_are_shown(folder: Path) -> None:
    done = assay("baseline", "show", FILE, cwd=folder)
    assert done.returncode == 0
    assert done.stdout.startswith("base.json: ")
    lines = [line for line in done.stdout.splitlines() if line.startswith("deploy/pod.yaml: ")]
    assert len(lines) == len(content(folder)["findings"])
    assert any(f"critical {PRIVILEGED} core/Pod/shop/web/containers/web" in line for line in lines)


def test_prune_removes_what_is_gone_and_adds_nothing(folder: Path) -> None:
    before = content(folder)
    (folder / "deploy/pod.yaml").write_text(
        POD.replace("privileged: true", "privileged: false").replace("spec:", "spec:\n  hostPID: true")
    )
    done = assay("baseline", "prune", FILE, cwd=folder)
    assert "2 stale findings removed" in done.stdout
    gone = {PRIVILEGED, "kubernetes.pod-user-namespace-own"}  # the second is not about a pod in the host's namespace
    assert content(folder)["findings"] == [each for each in before["findings"] if each["rule"] not in gone]
    assert {**content(folder), "findings": []} == {**before, "findings": []}
    found = compared(folder)
    assert [each["rule"] for each in found["findings"] if each["baseline_state"] == "new"] == [
        "kubernetes.pod-without-host-pid"
    ]


def test_prune_keeps_a_worse_finding_and_an_object_that_has_no_fault_any_more(folder: Path) -> None:
    (folder / "deploy/pod.yaml").write_text(POD.replace("/etc", "/"))
    before = (folder / FILE).read_bytes()
    assay("baseline", "prune", FILE, cwd=folder)
    assert (folder / FILE).read_bytes() == before
    (folder / "deploy/broken.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {\n")
    written(folder)
    (folder / "deploy/broken.yaml").unlink()
    assay("baseline", "prune", FILE, cwd=folder)
    assert content(folder)["unread"] == []


def test_a_baseline_in_the_tree_is_no_input_and_hides_none(folder: Path) -> None:
    assert "a baseline of Assay" in assay("scan", "--explain-inputs", cwd=folder).stdout
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "a"}]}}
    (folder / "forged.json").write_text(json.dumps({"format": "assay-baseline/1", **pod}, separators=(",", ":")))
    inputs = json.loads(assay("scan", "--output", "json", cwd=folder).stdout)["inputs"]
    status = {each["path"]: each["status"] for each in inputs}
    assert (status[FILE], status["forged.json"]) == ("skipped", "assessed")


def test_names_that_are_not_text_are_written(folder: Path) -> None:
    (folder / b"deploy/\xff.yaml".decode(errors="surrogateescape")).write_text(POD.replace("web, n", "other, n"))
    written(folder)
    Draft202012Validator(SCHEMA).validate(content(folder))
    assert gate(folder).returncode == 0
