"""The whole way, from files to a verdict."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from scanner import reports
from scanner.configured import Pattern
from scanner.errors import PackError, UsageError
from scanner.finished_scan import Scan
from scanner.model import InputStatus, Outcome, Profile, Severity
from scanner.policy.tuning import Tuning
from scanner.scan import Options, scan

PRIVILEGED = "kubernetes.container-not-privileged"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        privileged: true
"""

CRONJOB = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          initContainers:
            - name: prepare
              securityContext: {privileged: true}
          containers: [{name: run}]
"""
_CONTAINER = {"name": "a", "securityContext": {"privileged": True}}
POD_JSON = json.dumps(
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [_CONTAINER]}}, indent=1
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fails(result: Scan, rule: str) -> list[tuple[str, int, int]]:
    return [
        (finding.location.path, finding.location.line, finding.location.column)
        for finding in result.findings
        if finding.rule == rule and finding.outcome is Outcome.FAIL
    ]


def test_a_broken_file_costs_only_itself(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    (folder / "broken.yaml").write_text("apiVersion: v1\nkind: Pod\nspec: [unclosed\n")
    result = scan(["."])
    assert fails(result, PRIVILEGED) == [("pod.yaml", 9, 9)]
    status = {item.path: (item.status, item.line) for item in result.inputs}
    assert status["pod.yaml"] == (InputStatus.ASSESSED, 0)
    assert status["broken.yaml"][0] is InputStatus.UNREADABLE
    assert status["broken.yaml"][1] >= 3
    assert result.verdict.exit_code == 4


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("boolean.yaml", POD.replace("true", "yes"), 9),
        ("equals.yaml", POD.replace("name: web, namespace: shop", 'name: web, labels: {"a": =}'), 9),
        ("second.yaml", "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n---\n" + POD, 13),
        (
            "list.yaml",
            "apiVersion: v1\nkind: List\nitems:\n- " + POD.replace("\n", "\n  ").rstrip() + "\n",
            12,
        ),
        ("cronjob.yaml", CRONJOB, 11),
        ("pod.json", POD_JSON, 12),
    ],
)
def test_privilege_is_found_in_every_form_at_its_line(folder: Path, name: str, text: str, line: int) -> None:
    (folder / name).write_text(text)
    result = scan([name])
    assert [place[1] for place in fails(result, PRIVILEGED)] == [line]
    assert result.verdict.exit_code == 1


def test_every_file_is_accounted_for(folder: Path) -> None:
    (folder / "values.yaml").write_text("replicas: 3\n")
    (folder / "notes.txt").write_text("nothing of ours\n")
    (folder / "logo.png").write_bytes(b"\x89PNG\0\0")
    (folder / "empty.yaml").write_text("")
    (folder / "latin.yaml").write_bytes("name: caf\u00e9\n".encode("latin-1"))
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("[core]\n")
    (folder / "link.yaml").symlink_to("values.yaml")
    result = scan(["."])
    seen = {item.path: (item.status.value, bool(item.reason)) for item in result.inputs}
    assert seen == {
        ".git/": ("skipped", True),
        "empty.yaml": ("skipped", True),
        "latin.yaml": ("unreadable", True),
        "link.yaml": ("skipped", True),
        "logo.png": ("skipped", True),
        "notes.txt": ("skipped", True),
        "values.yaml": ("skipped", True),
    }


def test_nothing_to_assess(folder: Path) -> None:
    (folder / "values.yaml").write_text("replicas: 3\n")
    assert scan(["."]).verdict.exit_code == 3


def test_incomplete_goes_before_findings_and_may_be_allowed(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    (folder / "broken.yaml").write_text("a: [")
    assert scan(["."]).verdict.exit_code == 4
    allowed = scan(["."], Options(allow_incomplete=True))
    assert allowed.verdict.exit_code == 1
    assert any(item.status is InputStatus.UNREADABLE for item in allowed.inputs)


def test_a_broken_file_alone_is_incomplete_not_nothing(folder: Path) -> None:
    (folder / "broken.yaml").write_text("a: [")
    assert scan(["."]).verdict.exit_code == 4


def test_the_threshold_decides_what_fails(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    assert scan(["pod.yaml"], Options(fail_on=Severity.CRITICAL)).verdict.exit_code == 1
    (folder / "pod.yaml").write_text(POD.replace("privileged: true", "readOnlyRootFilesystem: false"))
    assert scan(["pod.yaml"], Options(fail_on=Severity.CRITICAL)).verdict.exit_code == 0


def test_ill_typed_fields_are_errors_of_the_run_not_passes(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD.replace("true", '"very"'))
    result = scan(["pod.yaml"])
    errors = [finding for finding in result.findings if finding.outcome is Outcome.ERROR]
    assert PRIVILEGED in {finding.rule for finding in errors}
    assert result.verdict.exit_code == 4


def test_a_finding_keeps_its_fingerprint_while_the_text_around_it_changes(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    before = {finding.fingerprint for finding in scan(["pod.yaml"]).findings}
    sidecar = "    - name: first\n      image: registry.example/first:1.0.0\n"
    moved = "# a comment\n\n" + POD.replace("  containers:\n", "  containers:\n" + sidecar)
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "moved.yaml").write_text(moved)
    after = {finding.fingerprint for finding in scan(["elsewhere/moved.yaml"]).findings}
    assert before
    assert before <= after


STRICT = Options(profile=Profile.STRICT)


def test_a_finding_of_a_rule_about_all_objects_keeps_its_fingerprint_in_a_list_of_another_order(folder: Path) -> None:
    volumes = [{"name": name, "configMap": {"name": name}} for name in ("gone", "lost")]
    variables = [{"name": name, "valueFrom": {"configMapKeyRef": {"name": name, "key": "k"}}} for name in ("a", "b")]
    found = []
    for order in (1, -1):
        pod = {"volumes": volumes[::order], "containers": [{"name": "c", "env": variables[::order]}]}
        text = json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": pod})
        (folder / "p.json").write_text(text)
        rule = "kubernetes.workload-references-exist"
        found.append({item.fingerprint for item in scan(["."], STRICT).findings if item.rule == rule})
    assert found[0] == found[1]
    assert len(found[0]) == 4


def test_a_copy_of_an_object_changes_no_fingerprint(folder: Path) -> None:
    (folder / "b.yaml").write_text(POD)
    before = {each.fingerprint for each in scan(["."]).findings}
    (folder / "a.yaml").write_text(POD)
    after = scan(["."]).findings
    assert {each.fingerprint for each in after} == before
    assert {(each.location.path, each.occurrence) for each in after} == {("a.yaml", 1), ("b.yaml", 2)}


def test_a_failure_tells_what_stands_there(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    found = {each.rule: each for each in scan(["."]).findings}
    there = found[PRIVILEGED]
    assert (there.observed, there.evidence) == ("securityContext.privileged is true", "true")
    assert there.expected == "securityContext.privileged is not set"
    absent = found["kubernetes.container-memory-limited"]
    assert (absent.observed, absent.evidence) == ("resources.limits.memory is not set", None)
    selects = found["kubernetes.workload-selected-by-network-policy"]
    assert (selects.observed, selects.evidence) == (selects.message, None)  # the place is the name, which is no fault


def test_no_value_that_may_be_a_credential_is_told_or_hashed(folder: Path) -> None:
    secret = "apiVersion: v1\nkind: %s\nmetadata: {name: s, namespace: n}\n%s: {password: hunter2-hunter2-hunter2}\n"
    (folder / "secret.yaml").write_text(secret % ("Secret", "stringData"))
    (folder / "map.yaml").write_text(secret % ("ConfigMap", "data"))
    found = [each for each in scan(["."], Options(profile=Profile.OPINION)).findings if "password" in each.observed]
    assert {each.location.path for each in found} == {"secret.yaml", "map.yaml"}
    assert {each.evidence for each in found} == {None}
    assert "hunter2" not in str(found)


def test_a_large_value_is_told_by_its_digest(folder: Path) -> None:
    rule = folder / "own" / "acme" / "short.yaml"
    rule.parent.mkdir(parents=True)
    rule.write_text(
        "title: Labels are few\nseverity: low\nwhy: A long list of labels is hard to read for people.\n"
        "remediation: Remove labels that nothing reads.\nlimits: Counts nothing.\nsubject: kubernetes.resource\n"
        "require: size(object.metadata.?labels.orValue({})) < 3\nat: metadata.labels\n"
        "message: too many\nobjectives: [objects-admissible]\nexamples:\n"
        "  - passes: few\n    input: {object: {metadata: {labels: {a: b}}}}\n"
        "  - fails: many\n    at: metadata.labels\n"
        "    input: {object: {metadata: {labels: {a: b, c: d, e: f}}}}\n"
    )
    notes = "".join(f"    note-{number}: '{'x' * 900}'\n" for number in range(3))
    (folder / "map.yaml").write_text(f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels:\n{notes}")
    (found,) = (
        each for each in scan(["map.yaml"], Options(rule_folders=(folder / "own",))).findings if "acme" in each.rule
    )
    assert found.evidence
    assert len(found.evidence) == len("sha256:") + 64


def test_what_is_missing_from_a_whole_folder_is_unknown_in_a_part_of_it(folder: Path) -> None:
    (folder / "scaler.yaml").write_text(
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\n"
        "spec:\n  minReplicas: 2\n  maxReplicas: 4\n"
        "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n"
    )
    rule = "kubernetes.autoscaler-target-exists"
    whole = [finding.outcome for finding in scan(["."]).findings if finding.rule == rule]
    part = [finding.outcome for finding in scan(["scaler.yaml"]).findings if finding.rule == rule]
    assert whole == [Outcome.FAIL]
    assert part == [Outcome.UNKNOWN]


@pytest.mark.usefixtures("folder")
def test_a_path_that_is_not_there_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no such file"):
        scan(["nowhere.yaml"])


@pytest.mark.parametrize("name", ["socc2", "pci-dss@3.2"])
def test_an_unknown_framework_names_a_near_one(folder: Path, name: str) -> None:
    (folder / "pod.yaml").write_text(POD)
    with pytest.raises(UsageError) as caught:
        scan(["pod.yaml"], Options(frameworks=(name,)))
    assert "did you mean" in caught.value.hint


def test_a_family_chooses_its_frameworks(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    result = scan(["pod.yaml"], Options(frameworks=("owasp",)))
    assert {item.id for item in result.frameworks} >= {"owasp-top10", "owasp-kubernetes", "owasp-llm", "owasp-agentic"}
    assert all(item.id.startswith("owasp-") for item in result.frameworks)


def test_a_users_own_rule_is_used(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    (folder / "mine" / "shop").mkdir(parents=True)
    rule = (Path(__file__).parent / "own-rule.yaml").read_text()
    (folder / "mine" / "shop" / "image-from-our-registry.yaml").write_text(rule)
    result = scan(["pod.yaml"], Options(rule_folders=(folder / "mine",)))
    assert fails(result, "shop.image-from-our-registry") == [("pod.yaml", 7, 7)]


def test_a_wrong_rule_says_where_and_what_was_meant(folder: Path) -> None:
    rule = (Path(__file__).parent / "own-rule.yaml").read_text().replace("severity:", "severty:")
    (folder / "mine").mkdir()
    (folder / "mine" / "rule.yaml").write_text(rule)
    (folder / "pod.yaml").write_text(POD)
    with pytest.raises(PackError) as caught:
        scan(["pod.yaml"], Options(rule_folders=(folder / "mine",)))
    assert caught.value.location.endswith("rule.yaml:2")
    assert "severity" in caught.value.hint


@pytest.mark.slow
def test_the_cache_changes_nothing(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    cache = folder / "cache"
    cold = scan(["pod.yaml"], Options(cache_folder=cache))
    warm = scan(["pod.yaml"], Options(cache_folder=cache))
    assert cold == warm == scan(["pod.yaml"])
    for path in cache.iterdir():
        path.write_text("{")
    assert scan(["pod.yaml"], Options(cache_folder=cache)) == cold


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_is_no_fault(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    (folder / "file").write_text("")
    assert fails(scan(["pod.yaml"], Options(cache_folder=folder / "file" / "cache")), PRIVILEGED)


def test_a_file_that_may_not_be_read_is_unreadable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "pod.yaml").write_text(POD)

    opened = os.open

    def refuse(path: str, *rest: int) -> int:
        if os.path.basename(path) == "pod.yaml":
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, *rest)

    monkeypatch.setattr(os, "open", refuse)
    result = scan(["pod.yaml"])
    assert [item.reason for item in result.inputs] == ["permission denied"]
    assert result.verdict.exit_code == 4


SECRETS = ("Sup3rSecret1", "Sup3rSecret2", "Sup3rSecret3", "ghp_0123456789abcdefghij", "hunter22hunter")
LEAKY = f"""\
apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations: {{note: {SECRETS[3]}}}
spec:
  hostPID: true
  containers:
    - name: web
      env:
        - name: DB_PASSWORD
          value: {SECRETS[0]}
      image: https://bot:{SECRETS[4]}@registry.example/web:latest
      securityContext: {{privileged: true}}
"""
UNRECOGNISABLE = SECRETS[1:2]
"""Stands where nothing says that it is a secret, so an excerpt shows it; a message still must not."""
LEAKY_SPEC = f"""\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {{name: bank}}
spec:
  services: {SECRETS[1]}
  password: {SECRETS[2]}
"""


@pytest.mark.parametrize("form", reports.FORMATS)
def test_no_secret_reaches_an_output(folder: Path, form: str) -> None:
    (folder / "pod.yaml").write_text(LEAKY)
    (folder / "spec.yaml").write_text(LEAKY_SPEC)
    (folder / "swarm.js").write_text(
        f"mcp__x__task_orchestrate({{task: 'export DB_PASSWORD={SECRETS[0]}; kubectl --token {SECRETS[2]}'}})"
    )
    result = scan(["."], Options(profile=Profile.OPINION))
    assert {finding.location.path for finding in result.findings} >= {"pod.yaml", "spec.yaml"}
    text = "".join(reports.render(form, result))
    assert [secret for secret in SECRETS if secret in text and secret not in UNRECOGNISABLE] == []
    assert not any(secret in finding.message for secret in SECRETS for finding in result.findings)


def test_a_folder_of_rules_that_holds_none_is_a_usage_error(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    with pytest.raises(UsageError, match="no rules in"):
        scan(["pod.yaml"], Options(rule_folders=(folder / "nowhere",)))


def test_what_stands_in_an_unreadable_file_is_not_said_to_be_missing(folder: Path) -> None:
    (folder / "scaler.yaml").write_text(
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\n"
        "spec:\n  minReplicas: 2\n  maxReplicas: 4\n"
        "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n"
    )
    (folder / "web.yaml").write_text("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, x: [}\n")
    found = [item for item in scan(["."]).findings if item.rule == "kubernetes.autoscaler-target-exists"]
    assert [item.outcome for item in found] == [Outcome.UNKNOWN]


def test_json_with_comments_that_is_not_ours_is_skipped(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    (folder / "tsconfig.json").write_text('{\n  // a comment\n  "strict": true\n}\n')
    (folder / "manifest.json").write_text('{\n  // a comment\n  "apiVersion": "v1", "kind": "Pod"\n}\n')
    status = {item.path: item.status for item in scan(["."]).inputs}
    assert status["tsconfig.json"] is InputStatus.SKIPPED
    assert status["manifest.json"] is InputStatus.UNREADABLE


def test_a_manifest_under_another_name_is_read(folder: Path) -> None:
    (folder / "manifest").write_text(POD)
    assert fails(scan(["."]), PRIVILEGED) == [("manifest", 9, 9)]


def test_a_rule_of_ones_own_sees_the_fields_that_it_reads_beside_facts(folder: Path) -> None:
    own = (Path(__file__).parent / "own-rule.yaml").read_text()
    own = own.replace(
        "subject: kubernetes.container", "subject: kubernetes.resource\nwhen: object.kind == 'Deployment'"
    )
    own = own.replace(
        "\"container.image.startsWith('registry.shop.example/')\"",
        '"object.spec.paused || facts.?autoscaled.orValue(false)"',
    )
    own = own.replace("at: image", "at: spec.strategy.type").replace("{container.image}", "{object.spec.revision}")
    (folder / "mine").mkdir()
    (folder / "mine" / "paused.yaml").write_text(own)
    (folder / "web.yaml").write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\n"
        "spec: {paused: false, revision: 3,\n  strategy: {type: Recreate}}\n"
    )
    result = scan(["web.yaml"], Options(rule_folders=(folder / "mine",)))
    (found,) = [item for item in result.findings if item.rule == "paused"]
    assert (found.outcome, found.message) == (Outcome.FAIL, "Deployment w runs 3")
    assert (found.location.line, found.location.field) == (5, "spec.strategy.type")


PER_POD = 3
"""Subjects: the object, the workload, the container."""


@pytest.mark.parametrize(("form", "pods"), [("json", 333), ("json", 700), ("yaml", 334)])
def test_a_file_of_many_objects_is_assessed_whole(folder: Path, form: str, pods: int) -> None:
    one = json.loads(POD_JSON)
    things = [{**one, "metadata": {"name": f"pod-{number}"}} for number in range(pods)]
    if form == "json":
        (folder / "all.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": things}))
    else:
        (folder / "all.yaml").write_text("".join(f"---\n{json.dumps(thing)}\n" for thing in things))
    own = (Path(__file__).parent / "own-rule.yaml").read_text()
    (folder / "mine").mkdir()
    (folder / "mine" / "owned.yaml").write_text(
        own.replace("container.image.startsWith('registry.shop.example/')", "facts.workload.name != ''")
    )
    options = Options(
        rule_folders=(folder / "mine",),
        include_passes=True,
        tuning=Tuning(select=(Pattern(PRIVILEGED), Pattern("owned"))),
    )
    result = scan([f"all.{form}"], options)
    assert [item.status for item in result.inputs] == [InputStatus.ASSESSED]
    assert result.inputs[0].subjects == PER_POD * pods + (1 if form == "json" else pods)
    assert len(fails(result, PRIVILEGED)) == pods
    passed = [finding for finding in result.findings if finding.rule == "owned" and finding.outcome is Outcome.PASS]
    assert len(passed) == pods  # a container finds its workload wherever the file was cut
    assert len({finding.fingerprint for finding in result.findings}) == len(result.findings)
    for name in ("table", "json", "sarif"):
        assert sum(map(len, reports.render(name, result))) > pods


@pytest.mark.slow
def test_what_looks_for_credentials_takes_a_long_word_in_its_stride(folder: Path) -> None:
    words = ("a" * 300_000, "eyJ-" * 75_000, "password" * 30_000)
    (folder / "pod.yaml").write_text(POD + "".join(f"# {word}\n" for word in words))
    result = scan(["pod.yaml"])
    assert len(fails(result, PRIVILEGED)) == 1
    assert result.texts["pod.yaml"][len(POD.splitlines()) :][0] == "# " + words[0]


def test_objects_that_an_alias_makes_alike_are_two_findings(folder: Path) -> None:
    pods = "apiVersion: v1\nkind: List\nitems:\n"
    pods += (
        "  - {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: a}, spec: &spec {containers: [{name: web,\n"
    )
    pods += "      image: 'web:1.2', securityContext: {privileged: true}}]}}\n"
    pods += "  - {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: b}, spec: *spec}\n"
    (folder / "pods.yaml").write_text(pods)
    found = [each for each in scan(["pods.yaml"]).findings if each.rule == PRIVILEGED]
    assert len(found) == len({each.subject_id for each in found}) == 2


def test_free_text_is_not_told_as_evidence(folder: Path) -> None:
    command = "command: [sudo, mysql, -pTr0ub4dor8xQ]"
    (folder / "pod.yaml").write_text(POD.replace("securityContext:\n        privileged: true", command))
    found = [each for each in scan(["pod.yaml"]).findings if "command" in each.observed]
    assert found
    assert {(each.observed, each.evidence) for each in found} == {("command is set", None)}


def test_a_rule_may_say_a_thing_once_for_each_file(folder: Path) -> None:
    rule = folder / "own" / "acme" / "named.yaml"
    rule.parent.mkdir(parents=True)
    rule.write_text(
        "title: Objects carry a name of the team\nseverity: low\nwhy: Nobody knows whom to ask about an object else.\n"
        "remediation: Set the label team on it.\nlimits: Does not know the teams.\nsubject: kubernetes.resource\n"
        "once: input\nrequire: object.metadata.?labels.?team.hasValue()\nat: metadata.labels.team\n"
        "message: objects of this file do not name a team\nobjectives: [objects-admissible]\nexamples:\n"
        "  - passes: named\n    input: {object: {metadata: {labels: {team: web}}}}\n"
        "  - fails: not named\n    at: metadata.labels.team\n    input: {object: {metadata: {labels: {team2: web}}}}\n"
    )
    for name in ("a", "b"):
        (folder / f"{name}.yaml").write_text(f"{POD}---\n{POD.replace('name: web, n', 'name: db, n')}")
    result = scan(["a.yaml", "b.yaml"], Options(rule_folders=(folder / "own",)))
    told = [each.location.path for each in result.findings if each.rule == "acme.named"]
    assert told == ["a.yaml", "b.yaml"]
    assert result.counts["acme.named"][Outcome.FAIL] == 2
