"""assay.yaml and the options that choose rules: what counts, what does not, and that every output tells it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some
from jsonschema import Draft202012Validator

from scanner import reports
from scanner.configuration.file import SCHEMA
from scanner.configuration.keys import KEYS
from scanner.errors import UsageError
from scanner.limits import Limits
from scanner.model import PROFILES, SEVERITIES, Severity
from scanner.policy.tuning import RuleSettings, SourcedValue, Tuning
from scanner.scan import Options, scan
from scanner.subjects.unread import UNREAD
from tests.command_line import assay
from tests.conftest import REPOSITORY

PRIVILEGED = "kubernetes.container-not-privileged"
REGISTRY = "kubernetes.container-image-registry-allowed"
CIPHERS, TIMEOUT = "kubernetes.kubelet-ciphers-strong", "kubernetes.api-server-request-timeout-short"
SECRETS = "kubernetes.secret-string-data-not-committed"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      image: quay.io/shop/web:1.4.2
      securityContext: {privileged: true}
"""
OFF = f"rules:\n  {PRIVILEGED}: {{enabled: false, reason: build machines need it}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The working directory, with a privileged pod."""
    path = tmp_path / "work"
    path.mkdir()
    (path / "pod.yaml").write_text(POD, encoding="utf-8")
    return path


def configure(folder: Path, text: str, name: str = "assay.yaml") -> None:
    (folder / name).write_text(text, encoding="utf-8")


def results(*arguments: str, cwd: Path) -> dict[str, Any]:
    done = assay("scan", "--output", "json", *arguments, cwd=cwd)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def failing(found: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in found["findings"] if finding["outcome"] == "fail"}


def test_a_parameter_makes_a_silent_rule_speak(folder: Path) -> None:
    configure(folder, f"rules: {{{REGISTRY}: {{parameters: {{allowed: [ghcr.io/shop]}}}}}}\n", "a.yaml")
    assert REGISTRY not in failing(results(cwd=folder))
    found = results("--config", "a.yaml", cwd=folder)
    assert REGISTRY in failing(found)
    (parameter,) = found["run"]["configuration"]["parameters"]
    assert parameter == {"rule": REGISTRY, "parameter": "allowed", "value": ["ghcr.io/shop"], "where": "a.yaml:1"}


@pytest.mark.parametrize("text", ["", "# fail-on: high\n", "---\n"])
def test_a_file_that_sets_nothing_changes_nothing(folder: Path, text: str) -> None:
    before = results(cwd=folder)
    configure(folder, text)
    after = results(cwd=folder)
    assert PRIVILEGED in failing(before)
    assert after["findings"] == before["findings"]


def test_items_may_be_added_to_the_default(folder: Path) -> None:
    rule = "kubernetes.container-image-tag-pinned"
    configure(folder, f"rules: {{{rule}: {{add: {{moving: [1.4.2]}}}}}}\n".replace("1.4.2", '"1.4.2"'))
    found = results(cwd=folder)
    assert rule in failing(found)
    (parameter,) = found["run"]["configuration"]["parameters"]
    assert parameter["value"][0] == "latest"
    assert parameter["value"][-1] == "1.4.2"


def test_a_rule_that_is_switched_off_does_not_run(folder: Path) -> None:
    assert PRIVILEGED in failing(results(cwd=folder))
    configure(folder, OFF)
    found = results(cwd=folder)
    assert PRIVILEGED not in failing(found)
    off = {"rule": PRIVILEGED, "reason": "build machines need it", "where": "assay.yaml:2"}
    assert found["run"]["configuration"]["off"] == [off]


def test_a_rule_that_is_left_out_makes_no_figure_better(folder: Path) -> None:
    options = ("--framework", "pod-security-standards")
    (before,) = results(*options, cwd=folder)["frameworks"]
    configure(folder, OFF)
    found = results(*options, cwd=folder)
    (after,) = found["frameworks"]
    assert before["conformity"] < 1
    assert before["not_run"] == 0
    assert after["conformity"] <= before["conformity"]
    assert after["not_run"] == 1
    shown = " ".join(assay("scan", *options, cwd=folder).stdout.split())
    assert "1 rule that is mapped to it was not run" in shown


def test_a_control_is_not_satisfied_where_a_rule_that_bears_on_it_was_left_out(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD.replace("securityContext: {privileged: true}", "command: [web]"))
    status = {
        each["control"]: each["status"]
        for each in results("--framework", "pod-security-standards", cwd=folder)["controls"]
    }
    assert status["PSS-B-Privileged"] == "satisfied"
    configure(folder, OFF)
    found = results("--framework", "pod-security-standards", cwd=folder)["controls"]
    assert {each["control"]: each["status"] for each in found}["PSS-B-Privileged"] in ("not-assessed", "partial")


def test_a_severity_is_what_the_gate_counts(folder: Path) -> None:
    configure(folder, f"rules: {{{PRIVILEGED}: {{severity: info, reason: build machines need it}}}}\n")
    found = results("--select", PRIVILEGED, cwd=folder)
    told = [(finding["severity"], finding["counted_severity"]) for finding in found["findings"]]
    assert told == [("critical", "info")]
    (change,) = found["run"]["configuration"]["severities"]
    assert (change["own"], change["severity"]) == ("critical", "info")
    assert assay("scan", "--select", PRIVILEGED, cwd=folder).returncode == 0
    (folder / "assay.yaml").unlink()
    assert assay("scan", "--select", PRIVILEGED, cwd=folder).returncode == 1


def test_a_rule_may_run_although_the_profile_does_not_hold_it(folder: Path) -> None:
    rule = "kubernetes.workload-owner-named"
    assert rule not in failing(results(cwd=folder))
    assert rule in failing(results("--select", rule, cwd=folder))
    configure(folder, f"rules: {{{rule}: {{enabled: true}}}}\n")
    found = results(cwd=folder)
    assert {rule, PRIVILEGED} <= failing(found)
    assert found["run"]["configuration"]["on"] == [{"rule": rule, "where": "assay.yaml:1"}]


@pytest.mark.parametrize("pattern", [PRIVILEGED, "kubernetes.container-not-*", "objective:workload-least-privilege"])
def test_rules_are_selected_and_skipped_by_id_glob_and_objective(folder: Path, pattern: str) -> None:
    selected, skipped = (failing(results(option, pattern, cwd=folder)) for option in ("--select", "--skip"))
    everything = failing(results(cwd=folder))
    assert PRIVILEGED in selected
    assert PRIVILEGED not in skipped
    assert selected | skipped == everything
    assert not selected & skipped
    configure(folder, f"select: ['{pattern}']\n")
    assert failing(results(cwd=folder)) == selected
    configure(folder, f"skip: ['{pattern}']\n")
    assert failing(results(cwd=folder)) == skipped


def test_the_command_line_goes_before_the_file_and_the_file_before_the_default(folder: Path) -> None:
    configure(folder, "profile: strict\nfail-on: critical\nselect: [kubernetes.container-*]\n")
    assert results(cwd=folder)["run"]["profile"] == "strict"
    found = results("--profile", "opinion", "--select", "kubernetes.pod-*", cwd=folder)
    assert found["run"]["profile"] == "opinion"
    assert all(rule.startswith("kubernetes.pod-") for rule in failing(found))
    assert assay("scan", "--skip", PRIVILEGED, cwd=folder).returncode == 0
    assert assay("scan", "--skip", PRIVILEGED, "--fail-on", "low", cwd=folder).returncode == 1


def test_an_id_on_the_command_line_runs_a_rule_that_the_file_switches_off(folder: Path) -> None:
    configure(folder, OFF)
    assert failing(results("--select", PRIVILEGED, cwd=folder)) == {PRIVILEGED}


def test_an_id_on_the_command_line_runs_a_rule_that_the_file_skips(folder: Path) -> None:
    configure(folder, f"skip: [{PRIVILEGED}]\n")
    assert failing(results("--select", PRIVILEGED, cwd=folder)) == {PRIVILEGED}
    assert PRIVILEGED not in failing(results("--select", "kubernetes.*", cwd=folder))
    done = assay("scan", "--select", PRIVILEGED, "--skip", PRIVILEGED, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_wrong_name_on_the_command_line_has_no_place_in_the_file(folder: Path) -> None:
    configure(folder, "framework: [soc2]\n")
    assert "assay: there is no framework 'socc2'" in assay("scan", "--framework", "socc2", cwd=folder).stderr


def test_a_file_of_the_other_ending_is_not_read_and_told_once(folder: Path) -> None:
    configure(folder, OFF, "assay.yml")
    for command in (("scan",), ("fix", "--diff"), ("hook", "pod.yaml")):
        assert assay(*command, cwd=folder).stderr.count("assay.yml is not read; rename it to assay.yaml") == 1
    assert "assay.yml" not in assay("scan", "--config", "assay.yml", "--quiet", cwd=folder).stderr


def test_of_a_long_value_it_is_told_how_much_is_left_out(folder: Path) -> None:
    hosts = [f"registry-{number}.example.com/{'x' * 60}" for number in range(3)]
    configure(folder, f"rules: {{{REGISTRY}: {{parameters: {{allowed: {json.dumps(hosts)}}}}}}}\n")
    told = assay("scan", cwd=folder).stdout
    assert f'allowed: ["{hosts[0]}", "{hosts[1]}", … and 1 more item] (assay.yaml:1)' in told
    configure(folder, f"rules: {{{REGISTRY}: {{parameters: {{allowed: [{'y' * 210}]}}}}}}\n")
    assert f'allowed: ["{"y" * 199}… and 12 more characters]' in assay("scan", cwd=folder).stdout


def test_paths_and_patterns_of_files_come_from_the_file(folder: Path) -> None:
    for name in ("deploy", "vendor", "deploy/old"):
        (folder / name).mkdir()
        (folder / name / "pod.yaml").write_text(POD, encoding="utf-8")
    configure(folder, "paths: [deploy]\nexclude: [old/]\n")
    found = results(cwd=folder)
    assert {finding["location"]["path"] for finding in found["findings"]} == {"deploy/pod.yaml"}
    told = {setting["key"]: setting for setting in found["run"]["configuration"]["settings"]}
    assert told["exclude"] == {"key": "exclude", "value": "old/", "where": "assay.yaml:2"}
    assert told["paths"]["value"] == "deploy"
    named = results("vendor", cwd=folder)
    assert {finding["location"]["path"] for finding in named["findings"]} == {"vendor/pod.yaml"}


def test_a_file_in_the_scanned_tree_is_not_obeyed(folder: Path) -> None:
    (folder / "tree").mkdir()
    (folder / "pod.yaml").rename(folder / "tree" / "pod.yaml")
    configure(folder / "tree", OFF)
    found = results("tree", cwd=folder)
    assert PRIVILEGED in failing(found)
    assert "configuration" not in found["run"]


def test_a_link_is_not_followed_unless_it_is_named(folder: Path) -> None:
    configure(folder, OFF, "elsewhere.yaml")
    (folder / "assay.yaml").symlink_to("elsewhere.yaml")
    done = assay("scan", cwd=folder)
    assert done.returncode == 2
    assert "assay.yaml is a symbolic link" in done.stderr
    assert PRIVILEGED not in failing(results("--config", "assay.yaml", cwd=folder))


NEEDS_CONFIG = {
    "rule-folders": "[own]",
    "framework-file": "[own/framework.yaml]",
    "policies": "[own]",
    "scope": "own/scope.yaml",
    "values": "[own/values.yaml]",
    "limit": "{depth: 2}",
    "root": "own",
}


def test_every_key_that_brings_code_or_data_needs_to_be_named() -> None:
    assert {key.name for key in KEYS.values() if key.needs_config} == set(NEEDS_CONFIG)


@pytest.mark.parametrize("key", NEEDS_CONFIG)
def test_what_brings_code_or_data_does_not_count_in_a_file_that_was_only_found(folder: Path, key: str) -> None:
    configure(folder, f"profile: default\n{key}: {NEEDS_CONFIG[key]}\n")
    done = assay("scan", "--output", "json", cwd=folder)
    assert f"assay.yaml:2: {key} is not used" in done.stderr
    found = json.loads(done.stdout)
    assert [each["key"] for each in found["run"]["configuration"]["not_used"]] == [key]
    assert PRIVILEGED in failing(found)
    assert found["summary"]["inputs"]["unreadable"] == 0


def test_a_named_file_brings_rules_that_count_from_its_folder(folder: Path) -> None:
    own = folder / "policy" / "rules" / "shop"
    own.mkdir(parents=True)
    text = (REPOSITORY / "rules/kubernetes/container-not-privileged.yaml").read_text(encoding="utf-8")
    (own / "own-rule.yaml").write_text(text, encoding="utf-8")
    configure(folder / "policy", "rule-folders: [rules]\n")
    assert "shop.own-rule" in failing(results("--config", "policy/assay.yaml", cwd=folder))


NAMES_FILES = {
    "paths": "[below]",
    "compose-files": "[below:pod.yaml]",
    "rule-folders": "[below]",
    "framework-file": "[below]",
    "policies": "[below]",
    "scope": "below",
    "values": "[below]",
    "root": "below",
    "waivers": "below",
}


@pytest.mark.slow
@pytest.mark.parametrize("key", NAMES_FILES)
def test_what_names_files_counts_from_the_folder_of_the_file(folder: Path, key: str) -> None:
    """None of them is there, so that the error says where each was looked for."""
    (folder / "policy").mkdir()
    configure(folder / "policy", f"{key}: {NAMES_FILES[key]}\n", "other.yaml")
    done = assay("scan", *(() if key == "paths" else ("pod.yaml",)), "--config", "policy/other.yaml", cwd=folder)
    assert done.returncode == 2
    assert os.path.join("policy", "below") in done.stderr


def test_every_key_that_names_files_is_known() -> None:
    assert {key.name for key in KEYS.values() if key.names_files} == set(NAMES_FILES)


def test_a_found_file_names_no_path_outside_of_its_folder(folder: Path) -> None:
    for outside in ("..", "/etc", "out"):
        (folder / "out").unlink(missing_ok=True)
        (folder / "out").symlink_to("..")
        configure(folder, f"paths:\n  - pod.yaml\n  - {outside}\n")
        done = assay("scan", cwd=folder)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"assay.yaml:3: {outside} is outside the working directory" in done.stderr


@pytest.mark.parametrize(
    ("text", "line", "said", "hint"),
    [
        ("profil: strict\n", 1, "there is no key 'profil'", "did you mean profile?"),
        ("exclude: []\nprofile: strikt\n", 2, "'strikt'", "did you mean strict?"),
        ("kubernetes-version: 1.30\n", 1, "must be text", "put it in quotes"),
        ("exclude: vendor/\n", 1, "must be a list", ""),
        (f"rules:\n  {PRIVILEGED}:\n    enabled: false\n", 2, "the key 'reason' is missing", "say why"),
        (f"rules:\n  {PRIVILEGED}:\n    severity: low\n", 2, "the key 'reason' is missing", "say why"),
        (f"rules:\n  {PRIVILEGED}: {{enable: false}}\n", 2, "there is no key 'enable'", "did you mean enabled?"),
        ("rules:\n  kubernetes.container-not-priviledged: {enabled: true}\n", 2, "there is no rule", PRIVILEGED),
        (f"rules:\n  {REGISTRY}:\n    parameters:\n      alowed: [x]\n", 4, "has no parameter 'alowed'", "allowed"),
        (f"rules:\n  {REGISTRY}:\n    parameters:\n      allowed: x\n", 4, "allowed must be a list, not text", ""),
        (f"rules:\n  {REGISTRY}:\n    parameters:\n      allowed: [1]\n", 4, "must contain only text, not 1", ""),
        (f"rules:\n  {PRIVILEGED}:\n    parameters: {{most: 1}}\n", 3, "has no parameter", "it has no parameters"),
        (
            "rules:\n  swarm.swarm-size-bounded:\n    parameters:\n      most: '20'\n",
            4,
            "most must be a whole number, not text",
            "",
        ),
        (
            "rules:\n  swarm.swarm-size-bounded:\n    parameters: {most: 2.5}\n",
            3,
            "must be a whole number, not 2.5",
            "",
        ),
        (
            "rules:\n  swarm.swarm-size-bounded:\n    parameters: {most: true}\n",
            3,
            "must be a whole number, not true",
            "",
        ),
        ("rules:\n  swarm.swarm-size-bounded:\n    add: {most: 3}\n", 3, "items cannot be added to it", ""),
        (
            f"rules:\n  {CIPHERS}:\n    parameters:\n      weak: '_RC4_|['\n",
            4,
            "weak is '_RC4_|['; it must be a regular",
            "",
        ),
        (f"rules:\n  {CIPHERS}:\n    parameters: {{weak: '(?=x)'}}\n", 3, "expression in the syntax of RE2 (", ""),
        (f"rules:\n  {SECRETS}:\n    add:\n      blanks: ['^x$', '*']\n", 4, "blanks is '*'; it must be a regular", ""),
        (f"rules:\n  {TIMEOUT}:\n    parameters: {{longest: 5 min}}\n", 3, "longest is '5 min'; it must be a dur", ""),
        ("select:\n  - kubernetes.contianer-not-privileged\n", 1, "there is no rule", PRIVILEGED),
        ("skip: ['objective:workload-least-privileg']\n", 1, "there is no objective", "workload-least-privilege"),
        ("profile: strict\nprofile: default\n", 2, "occurs twice", ""),
        ("profile: [\n", 1, "not valid YAML", ""),
        ("framework: [socc2]\n", 1, "there is no framework 'socc2'", "soc2"),
        (
            f"rules:\n  {PRIVILEGED}:\n    reason: abc\n",
            3,
            "a reason explains `enabled: false` or `severity`",
            "comment",
        ),
        (f"rules:\n  {PRIVILEGED}: {{enabled: true, reason: abc}}\n", 2, "neither is given", "give one of them"),
        ("profile: strict\nkubernetes-version: '2.0'\n", 2, "is '2.0'; it must look like '1.30'", "The version of the"),
        ("fail-on: low\npaths: [nosuch]\n", 2, "no such file or folder: nosuch", ""),
        ("fail-on: low\nskip: ['*']\n", 2, "no rule is selected", ""),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_a_near_miss(
    folder: Path, text: str, line: int, said: str, hint: str
) -> None:
    configure(folder, text)
    done = assay("scan", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    first, _, rest = done.stderr.partition("\n")
    assert first.startswith(f"assay: assay.yaml:{line}: ")
    assert said in first
    assert hint in rest


def test_all_that_is_wrong_with_rules_is_told_together(folder: Path) -> None:
    configure(folder, "rules:\n  a.b: {enabled: true}\n  swarm.swarm-size-bounded: {parameters: {mst: 1}}\n")
    said = assay("scan", cwd=folder).stderr
    assert "assay.yaml:2: there is no rule" in said
    assert "assay.yaml:3: swarm.swarm-size-bounded has no parameter 'mst'" in said


def test_a_scan_without_any_rule_is_an_error(folder: Path) -> None:
    done = assay("scan", "--select", PRIVILEGED, "--skip", "kubernetes.*", cwd=folder)
    assert done.returncode == 2
    assert "no rule is selected" in done.stderr


TOLD = (
    f"{PRIVILEGED} is switched off: build machines need it (assay.yaml:5)",
    "skip kubernetes.pod-* excludes",
    "kubernetes.container-memory-limited has the severity info instead of medium: quotas do it (assay.yaml:6)",
    f'{REGISTRY} has the parameter allowed: ["ghcr.io/shop"] (assay.yaml:7)',
    "exclude: vendor/ (assay.yaml:1)",
    "fail-on: high (assay.yaml:2)",
    "policies is not used",
)
EVERYTHING = f"""\
exclude: [vendor/]
fail-on: high
policies: [own]
rules:
  {PRIVILEGED}: {{enabled: false, reason: build machines need it}}
  kubernetes.container-memory-limited: {{severity: info, reason: quotas do it}}
  {REGISTRY}: {{parameters: {{allowed: [ghcr.io/shop]}}}}
skip: [kubernetes.pod-*]
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", reports.FORMATS)
def test_every_output_begins_with_what_was_changed(folder: Path, name: str) -> None:
    configure(folder, EVERYTHING)
    assay("scan", "--output", f"{name}=out", cwd=folder)
    text = (folder / "out").read_text(encoding="utf-8")
    if name in ("json", "jsonl"):
        off = {"rule": PRIVILEGED, "reason": "build machines need it", "where": "assay.yaml:5"}
        found = json.loads(text if name == "json" else text.partition("\n")[0])
        assert found["run"]["configuration"]["off"] == [off]
        return
    if name.startswith("sarif"):
        run = json.loads(text)["runs"][0]
        text = "\n".join(
            each["message"]["text"] for each in run["invocations"][0]["toolConfigurationNotifications"]
        ).replace("\\", "")
        assert run["properties"]["configuration"]["off"][0]["rule"] == PRIVILEGED
    if name.startswith("gitlab") or name in ("sonarqube", "rdjson"):
        text = text.replace('\\"', '"')
    text = text.replace("&#34;", '"').replace('""', '"')
    places = [text.index(each) for each in TOLD]
    findings = text.find("container web")
    assert findings == -1 or max(places) < findings


def test_the_results_are_as_their_schema_says(folder: Path) -> None:
    configure(folder, EVERYTHING)
    schema = json.loads((REPOSITORY / "docs/results.schema.json").read_text(encoding="utf-8"))
    found = results(cwd=folder)
    Draft202012Validator(schema).validate(found)
    digest = hashlib.sha256((folder / "assay.yaml").read_bytes()).hexdigest()
    assert found["run"]["configuration"]["sha256"] == digest


def test_nothing_is_told_where_nothing_was_changed(folder: Path) -> None:
    assert "configuration" not in results(cwd=folder)["run"]
    assert not assay("scan", cwd=folder).stdout.startswith("configuration")


@pytest.mark.slow
def test_hostile_reasons_and_credentials_do_not_reach_a_terminal(folder: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    configure(folder, f'rules: {{{PRIVILEGED}: {{enabled: false, reason: "\\e[2J {token}"}}}}\n')
    for name in reports.FORMATS:
        said = assay("scan", "--output", name, cwd=folder).stdout
        assert "\x1b" not in said
        assert token not in said


@pytest.mark.slow
def test_the_digest_says_by_what_was_judged(folder: Path) -> None:
    def digest(text: str) -> str:
        configure(folder, text)
        found: str = results(cwd=folder)["tool"]["ruleset_digest"]
        return found

    plain = digest("{}\n")
    other = [
        digest(OFF),
        digest(f"rules: {{{PRIVILEGED}: {{severity: low, reason: because}}}}\n"),
        digest(f"rules: {{{REGISTRY}: {{parameters: {{allowed: [a.example]}}}}}}\n"),
        digest(f"rules: {{{REGISTRY}: {{parameters: {{allowed: [b.example]}}}}}}\n"),
        digest("skip: [kubernetes.pod-*]\n"),
    ]
    assert len({plain, *other}) == 1 + len(other)
    assert digest("exclude: [vendor/]\n") == plain
    assert digest(OFF.replace("build", "other")) == other[0]


def test_the_hook_obeys_the_file(folder: Path) -> None:
    assert assay("hook", "pod.yaml", cwd=folder).returncode == 1
    configure(folder, "fail-on: critical\n" + OFF)
    assert assay("hook", "pod.yaml", cwd=folder).returncode == 0
    done = assay("hook", "pod.yaml", "--fail-on", "low", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith("configuration: assay.yaml")
    assert assay("hook", "pod.yaml", "--select", PRIVILEGED, cwd=folder).returncode == 1
    configure(folder, "{}\n", "none.yaml")
    assert assay("hook", "pod.yaml", "--config", "none.yaml", cwd=folder).returncode == 1


@pytest.mark.parametrize("command", [("fix", "--unsafe"), ("hook", "--fix")])
def test_a_fix_obeys_the_file(folder: Path, command: tuple[str, ...]) -> None:
    manifest = "apiVersion: apps/v1beta2\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n"
    rule = "kubernetes.api-version-served"
    for text, changed in ((f"skip: [{rule}]\n", False), (f"select: [{rule}]\n", True)):
        (folder / "pod.yaml").write_text(manifest, encoding="utf-8")
        configure(folder, text)
        assay(*command, "pod.yaml", cwd=folder)
        assert ("apps/v1\n" in (folder / "pod.yaml").read_text(encoding="utf-8")) is changed


@pytest.mark.parametrize("command", [("fix", ".", "--diff"), ("hook", "pod.yaml"), ("hook", "--fix", "pod.yaml")])
def test_fix_and_hook_tell_what_was_changed(folder: Path, command: tuple[str, ...]) -> None:
    configure(folder, "fail-on: critical\n" + OFF)
    head = assay("scan", cwd=folder).stdout.partition("\n\n")[0]
    assert PRIVILEGED in head
    assert head in assay(*command, cwd=folder).stderr
    (folder / "assay.yaml").unlink()
    assert "configuration:" not in assay(*command, cwd=folder).stderr


def test_a_scan_into_files_tells_what_was_changed_on_standard_error(folder: Path) -> None:
    configure(folder, EVERYTHING)
    files = ("--output", "json=a.json", "--output", "sarif=a.sarif")
    done = assay("scan", *files, cwd=folder)
    assert done.stdout == ""
    assert done.stderr.startswith(assay("scan", cwd=folder).stdout.partition("\n\n")[0])
    assert [done.stderr.count(each) for each in TOLD] == [1] * len(TOLD)
    assert assay("scan", *files, "--quiet", cwd=folder).stderr == ""
    assert PRIVILEGED not in assay("scan", "--output", "json", cwd=folder).stderr


@pytest.mark.parametrize(
    ("text", "said"), [(OFF, ":2: the rule {} is switched off"), ("skip: [{}]\n", ":1: the rule {} is skipped")]
)
def test_the_fix_of_a_rule_that_is_left_out_is_refused_with_the_place(folder: Path, text: str, said: str) -> None:
    configure(folder, text.replace("{}", PRIVILEGED))
    done = assay("fix", "--diff", "--rule", PRIVILEGED, cwd=folder)
    assert done.returncode == 2
    assert f"assay: assay.yaml{said.format(PRIVILEGED)}" in done.stderr


def test_a_fix_takes_its_paths_from_the_file(folder: Path) -> None:
    assert assay("fix", "--diff", cwd=folder).returncode != 3
    (folder / "deploy").mkdir()
    configure(folder, "paths: [deploy]\n")
    assert assay("fix", "--diff", cwd=folder).returncode == 3


def test_show_says_where_each_value_comes_from(folder: Path) -> None:
    configure(folder, EVERYTHING)
    done = assay("config", "show", "--profile", "strict", cwd=folder)
    assert done.returncode == 0
    places = dict(line.split("  # ") for line in done.stdout.splitlines() if "  # " in line)
    by_key = {text.split(":")[0].strip(): place for text, place in places.items()}
    assert by_key["profile"] == "--profile"
    assert by_key["fail-on"] == "assay.yaml:2"
    assert by_key["kubernetes-version"] == "default"
    assert by_key["allowed"] == "assay.yaml:7"
    shown = yaml.safe_load(done.stdout)
    assert shown["rules"][PRIVILEGED] == {"enabled": False, "reason": "build machines need it"}
    assert shown["profile"] == "strict"


def test_what_is_shown_is_a_configuration(folder: Path) -> None:
    configure(folder, EVERYTHING)
    shown = assay("config", "show", cwd=folder).stdout
    configure(folder, shown, "shown.yaml")
    again = assay("config", "show", "--config", "shown.yaml", cwd=folder)
    assert again.returncode == 0
    assert yaml.safe_load(again.stdout) == yaml.safe_load(shown)


def test_what_is_shown_of_a_rule_that_an_option_selects_is_a_configuration(folder: Path) -> None:
    configure(folder, OFF + f"  {REGISTRY}: {{enabled: false, reason: later, parameters: {{allowed: [a.example]}}}}\n")
    shown = assay("config", "show", "--select", PRIVILEGED, "--select", REGISTRY, cwd=folder).stdout
    assert yaml.safe_load(shown)["rules"] == {REGISTRY: {"parameters": {"allowed": ["a.example"]}}}
    configure(folder, shown, "shown.yaml")
    assert assay("config", "show", "--config", "shown.yaml", cwd=folder).returncode == 0


WORDS = some.sampled_from(
    (
        *("null", "~", "true", "no", "Yes", "on", "y", "1.0", "1e3", "0x1f", "017", "1_000", "12:30", "2026-11-28"),
        *(".inf", "<<", "=", "", " a ", "a: b", "a #b", "- a", "&a", "*a", "!a", "%a", "@a", "[a", "{a", "'", '"'),
        *("a\nb", "\x1b", "\x85", "\ufeff", "\u202e", "::error::a", "##[error]a"),
    )
)
TEXTS = WORDS | some.text(some.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=12)


@given(
    texts=some.lists(TEXTS, min_size=5, max_size=30),
    mapping=some.dictionaries(TEXTS, some.lists(TEXTS, max_size=2), min_size=1, max_size=4),
    text=TEXTS,
    number=some.floats(allow_nan=False, allow_infinity=False),
    reason=TEXTS,
)
@settings(max_examples=12)  # each runs a command
def test_values_that_are_shown_can_be_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    texts: list[str],
    mapping: dict[str, list[str]],
    text: str,
    number: float,
    reason: str,
) -> None:
    folder = tmp_path_factory.mktemp("shown")
    rules = {
        REGISTRY: {"parameters": {"allowed": texts}},
        "kubernetes.service-load-balancer-restricted": {"add": {"internal": mapping}},
        "kubernetes.container-not-kubernetes-dashboard": {"parameters": {"images": re.escape(text)}},
        "architecture.service-redundant": {"parameters": {"zonal_from": number}},
        PRIVILEGED: {"enabled": False, "reason": f"because {reason}".strip()},
    }
    patterns = [each for each in dict.fromkeys(texts) if each]
    configure(folder, json.dumps({"exclude": patterns, "rules": rules}))
    done = assay("config", "show", cwd=folder)
    assert done.returncode == 0, done.stderr
    shown = yaml.safe_load(done.stdout)
    assert {"exclude": shown["exclude"], "rules": shown["rules"]} == {"exclude": patterns, "rules": rules}, done.stdout


def test_a_credential_is_not_shown(folder: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    parameters = f"  {REGISTRY}: {{parameters: {{allowed: ['{token}']}}}}\n"
    configure(folder, OFF.replace("build machines need it", f"as {token} says") + parameters)
    shown = assay("config", "show", cwd=folder).stdout
    assert token not in shown
    assert yaml.safe_load(shown)["rules"][PRIVILEGED]["reason"] == f"as {'•' * len(token)} says"


def test_the_schema_knows_what_the_code_knows(folder: Path) -> None:
    done = assay("config", "schema", cwd=folder)
    schema = json.loads(done.stdout)
    Draft202012Validator.check_schema(schema)
    keys = schema["properties"]
    assert set(keys) == {*KEYS, "rules", "not_assessed"}
    assert keys["not_assessed"]["items"]["properties"]["format"]["enum"] == [form.name for form in UNREAD]
    assert keys["profile"]["enum"] == [profile.value for profile in PROFILES]
    severities = [severity.value for severity in SEVERITIES]
    assert keys["fail-on"]["enum"] == severities
    assert keys["rules"]["additionalProperties"]["properties"]["severity"]["enum"] == severities
    assert set(keys["limit"]["properties"]) == set(Limits.__struct_fields__)
    assert all(key["description"] for key in (*keys.values(), *keys["limit"]["properties"].values()))
    assert SCHEMA.read_text(encoding="utf-8") == done.stdout


def test_limits_of_file_and_command_line_are_joined(folder: Path) -> None:
    configure(folder, "limit: {depth: 2, seconds: 9}\n", "a.yaml")
    assert assay("scan", "--config", "a.yaml", cwd=folder).returncode == 4
    assert assay("scan", "--config", "a.yaml", "--limit", "depth=20", cwd=folder).returncode == 1
    configure(folder, "profile: default\nlimit: {depth: deep}\n", "a.yaml")
    assert "a.yaml:2: " in assay("scan", "--config", "a.yaml", cwd=folder).stderr


def test_the_function_takes_a_tuning_and_tells_it(folder: Path) -> None:
    settings = RuleSettings(REGISTRY, parameters={"allowed": SourcedValue(["ghcr.io/shop"])})
    options = Options(tuning=Tuning(rules=(settings, RuleSettings(PRIVILEGED, severity=Severity.INFO))))
    result = scan([str(folder / "pod.yaml")], options)
    severities = {finding.rule: finding.severity for finding in result.findings}
    assert severities[PRIVILEGED] is Severity.INFO
    assert REGISTRY in severities
    with pytest.raises(UsageError, match="no parameter"):
        scan([str(folder)], Options(tuning=Tuning(rules=(RuleSettings(REGISTRY, parameters={"x": SourcedValue(1)}),))))


def test_a_scan_without_a_file_loads_no_schema_library(folder: Path) -> None:
    code = (
        "import sys; from scanner.cli import main\ntry: main()\nexcept SystemExit: print('jsonschema' in sys.modules)"
    )
    assert assay("scan", "pod.yaml", "--output", "json=out", cwd=folder).returncode == 1  # the rules are kept now
    done = subprocess.run(
        [sys.executable, "-c", code, "scan", "pod.yaml", "--output", "json=out"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"


@pytest.mark.parametrize("name", ["table", "json", "html"])
def test_a_raised_threshold_of_the_command_line_is_told(folder: Path, name: str) -> None:
    configure(folder, "fail-on: medium\n")
    done = assay("scan", "--fail-on", "critical", "--output", name, cwd=folder)
    assert "critical (--fail-on)" in done.stdout or '"--fail-on"' in done.stdout
    assert "medium (assay.yaml:1)" not in done.stdout


def test_a_lowered_threshold_of_the_command_line_is_not_a_change(folder: Path) -> None:
    assert "configuration" not in results("--fail-on", "info", cwd=folder)["run"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rules: {architecture.service-redundant: {parameters: {zonal_from: .nan}}}\n", "finite number, not nan"),
        ("rules: {architecture.service-redundant: {parameters: {zonal_from: .inf}}}\n", "finite number, not inf"),
        (f"rules: {{{PRIVILEGED}: {{enabled: false, reason: '     '}}}}\n", "reason"),
        (
            f'rules: {{{PRIVILEGED}: {{enabled: false, reason: "\\u200b\\u200b\\u200b"}}}}\n',
            "the reason contains no word",
        ),
        ("paths: ['-']\n", "`paths` takes files and folders, not standard input"),
    ],
)
def test_values_that_would_mislead_are_refused(folder: Path, text: str, message: str) -> None:
    configure(folder, text)
    done = assay("scan", cwd=folder)
    assert done.returncode == 2
    assert "assay.yaml:1: " in done.stderr
    assert message in done.stderr


def test_a_version_that_no_cluster_has_is_a_usage_error(folder: Path) -> None:
    done = assay("scan", "--kubernetes-version", "1.99999999999999999999", cwd=folder)
    assert done.returncode == 2
    assert "is not a Kubernetes version" in done.stderr


def test_rules_of_frameworks_are_what_runs_and_what_is_fixed(folder: Path) -> None:
    configure(folder, "framework: [pod-security-standards]\n")
    shown = assay("config", "show", cwd=folder).stdout
    configure(folder, "profile: strict\n", "strict.yaml")
    strict = assay("config", "show", "--config", "strict.yaml", cwd=folder).stdout
    running, everything = (int(text.rsplit("# ", 1)[1].split()[0]) for text in (shown, strict))
    assert 0 < running < everything
    configure(folder, "framework: [pci-dss]\n")
    assert (
        "--profile"
        not in assay("fix", "--diff", "--rule", "kubernetes.container-seccomp-profile-set", cwd=folder).stderr
    )
