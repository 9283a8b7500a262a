"""Ids that rules had before: they go on meaning the rule wherever somebody gives one, and fingerprints stay."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner import library
from scanner.configured import Pattern
from scanner.errors import UsageError
from scanner.model import Severity
from scanner.policy import pack
from scanner.policy.tuning import RuleSettings, Tuning, resolve_ids
from scanner.rule_ids import RuleIds
from tests.command_line import Done, assay, fault

pytestmark = pytest.mark.slow

OLD, OLDER, NEW = "kubernetes.pod-old", "kubernetes.pod-older", "kubernetes.pod-new"
RULE = """\
title: Pods are labelled with a team
severity: medium
why: Because a test needs a rule of its own that no other change can touch.
remediation: Set the label `team`.
limits: Sees nothing else.
subject: kubernetes.resource
formerly: [kubernetes.pod-older, kubernetes.pod-old]
when: object.kind == 'Pod'
require: has(object.metadata.labels.team) && size(object.metadata.labels.team) >= params.least
at: metadata.labels.team
message: "{subject} names no team"
objectives: [service-ownership-assigned]
parameters: {least: {description: Number of letters of a team., default: 1}}
fix: {safe: true, set: {metadata.labels.team: shop}}
examples:
  - passes: it names one
    input: {object: {kind: Pod, metadata: {labels: {team: web}}}}
  - fails: it names none
    at: metadata.labels.team
    input: {object: {kind: Pod, metadata: {labels: {team: ""}}}}
  - fails: a short one
    parameters: {least: 4}
    input: {object: {kind: Pod, metadata: {labels: {team: web}}}}
"""
FORMERLY = "formerly: [kubernetes.pod-older, kubernetes.pod-old]"
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {team: ""}
spec: {containers: [{name: web, image: "quay.io/shop/web:1.4.2"}]}
"""
FRAMEWORK = """\
id: acme
edition: "1"
title: ACME baseline
publisher: ACME
published: "2026"
source: https://acme.example/baseline
licence: our own words
measure: controls
controls:
  - id: A-1
    title: Pods have an owner
    checkable: partial
    evidence: The labels of pods.
    objectives:
      - rule: {rule}
        relation: supports
        strength: high
        rationale: A label with the team tells whom to call; nobody checks here that the team knows of it.
  - id: A-2
    title: Owners are known
    checkable: partial
    evidence: The labels of pods.
    objectives:
      - objective: service-ownership-assigned
        rules: [{rule}]
        relation: supports
        strength: medium
        rationale: A label with the team shows an owner of the pod, and of no other component of the system.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a pod and a rule of one's own that it fails."""
    write_rule(tmp_path, "pod-new", RULE)
    (tmp_path / "pod.yaml").write_text(POD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    configure("")
    return tmp_path


def write_rule(folder: Path, name: str, text: str, own: str = "own") -> None:
    path = folder / own / "kubernetes" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(*arguments: str) -> Done:
    return assay(*arguments, cwd=Path.cwd())


def configure(text: str) -> None:
    Path("assay.yaml").write_text(f"rule-folders: [own]\n{text}", encoding="utf-8")


def results(*arguments: str) -> dict[str, Any]:
    """What a scan finds, by a configuration that is named so that all of it counts."""
    done = run("scan", "pod.yaml", "--config", "assay.yaml", "--output", "json", "--quiet", *arguments)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def failing(found: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in found["findings"] if finding["outcome"] == "fail"}


@pytest.mark.parametrize("name", [OLDER, OLD, NEW])
@pytest.mark.usefixtures("folder")
def test_every_name_selects_the_rule(name: str) -> None:
    found = results("--select", name)
    assert failing(found) == {NEW}
    assert found["run"]["configuration"]["selected"] == [{"pattern": NEW, "where": "--select"}]


@pytest.mark.parametrize("name", [OLDER, OLD, NEW, "kubernetes.pod-old*", "kubernetes.pod-?ew"])
@pytest.mark.usefixtures("folder")
def test_every_name_skips_the_rule(name: str) -> None:
    assert NEW in failing(results())
    configure(f"skip: ['{name}']\n")
    found = results()
    assert NEW not in failing(found)
    (skipped,) = found["run"]["configuration"]["skipped"]
    assert skipped["rules"] == [NEW]


@pytest.mark.parametrize("name", [OLDER, OLD, NEW])
@pytest.mark.usefixtures("folder")
def test_every_name_sets_the_rule(name: str) -> None:
    configure(f"rules: {{{name}: {{severity: low, reason: nobody is called, parameters: {{least: 0}}}}}}\n")
    found = results()
    assert NEW not in failing(found)
    told = found["run"]["configuration"]
    assert [each["rule"] for each in (*told["severities"], *told["parameters"])] == [NEW, NEW]


@pytest.mark.parametrize(("typed", "written"), [(OLD, NEW), (NEW, OLD), (OLDER, OLD)])
@pytest.mark.parametrize("text", ["skip: [{}]", "rules: {{{}: {{enabled: false, reason: later}}}}"])
@pytest.mark.usefixtures("folder")
def test_what_the_command_line_selects_runs_whichever_name_the_file_has(typed: str, written: str, text: str) -> None:
    configure(text.format(written))
    assert NEW not in failing(results())
    assert failing(results("--select", typed)) == {NEW}


@pytest.mark.usefixtures("folder")
def test_a_rule_that_is_set_by_two_of_its_names_is_told_with_the_line() -> None:
    configure(f"rules:\n  {NEW}: {{enabled: true}}\n  {OLD}: {{enabled: false, reason: later}}\n")
    done = run("scan", "pod.yaml", "--config", "assay.yaml")
    assert done.returncode == 2
    said = (
        f"assay.yaml:4: '{NEW}' and '{OLD}' are the same rule, which is configured twice (configure it once, as {NEW})"
    )
    assert said in fault(done)


def test_a_pattern_that_stands_twice_counts_once() -> None:
    ids = RuleIds(frozenset({NEW}), {OLD: NEW})
    tuning = resolve_ids(Tuning(select=(Pattern(OLD, "a:1"), Pattern(NEW, "a:1"), Pattern("b.*", "a:1"))), ids)
    assert tuning.select == (Pattern(NEW, "a:1"), Pattern("b.*", "a:1"))


def test_only_the_command_line_goes_over_what_is_skipped_and_switched_off() -> None:
    off = RuleSettings(OLD, "a:3", enabled=False, severity=Severity.LOW, reason="later")
    tuning = Tuning((Pattern(NEW, "a:1"),), (Pattern(OLD, "a:2"),), (off,))
    written = resolve_ids(tuning, RuleIds(frozenset({NEW}), {OLD: NEW}))
    assert (written.skip, [each.enabled for each in written.rules]) == ((Pattern(NEW, "a:2"),), [False])


@pytest.mark.usefixtures("folder")
def test_the_configuration_is_shown_with_the_names_of_now() -> None:
    configure(f"select: ['{OLDER}', 'kubernetes.container-*']\nskip: ['{OLD}']\nrules: {{{OLD}: {{enabled: true}}}}\n")
    shown = run("config", "show", "--config", "assay.yaml").stdout
    values = yaml.safe_load(shown)
    assert values["select"] == [NEW, "kubernetes.container-*"]
    assert (values["skip"], values["rules"]) == ([NEW], {NEW: {"enabled": True}})
    lines = [line.split() for line in shown.splitlines() if "is now called" in line]
    assert lines == [
        ["#", OLDER, "is", "now", "called", NEW, "#", "assay.yaml:2"],
        ["#", OLD, "is", "now", "called", NEW, "#", "assay.yaml:3"],
        ["#", OLD, "is", "now", "called", NEW, "#", "assay.yaml:4"],
    ]


@pytest.mark.usefixtures("folder")
def test_a_scan_accepts_a_former_name_in_silence() -> None:
    configure(f"skip: ['{OLD}']\n")
    done = run("scan", "pod.yaml", "--config", "assay.yaml")
    assert OLD not in done.stdout + done.stderr


@pytest.mark.parametrize("name", [OLDER, OLD, NEW])
def test_fixes_are_asked_for_by_every_name(folder: Path, name: str) -> None:
    done = run("fix", "pod.yaml", "--rules", "own", "--rule", name)
    assert done.returncode == 0, done.stderr
    assert 'team: "shop"' in (folder / "pod.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [OLDER, OLD, NEW])
@pytest.mark.usefixtures("folder")
def test_an_export_is_named_by_the_first_id(name: str) -> None:
    done = run("rules", "export", name, "--rules", "own", "--output", "policies/")
    assert done.returncode == 0, done.stderr
    policy, parameters, binding = yaml.safe_load_all(Path(f"policies/{OLDER}.yaml").read_text(encoding="utf-8"))
    assert {each["metadata"]["name"] for each in (policy, parameters, binding)} == {OLDER}
    assert binding["spec"]["policyName"] == binding["spec"]["paramRef"]["name"] == OLDER
    assert policy["metadata"]["annotations"]["assay/rule"] == NEW


def test_a_binding_of_an_earlier_export_holds_for_a_later_one(folder: Path) -> None:
    write_rule(folder, "pod-older", RULE.replace(f"{FORMERLY}\n", ""), own="before")
    earlier, later = (
        list(yaml.safe_load_all(run("rules", "export", OLDER, "--rules", own, "--action", "deny").stdout))
        for own in ("before", "own")
    )
    policy, *_ = later
    _, parameters, binding = earlier
    (folder / "policy.yaml").write_text(yaml.safe_dump_all([policy, parameters, binding]), encoding="utf-8")
    assert f"policy.{OLDER}" in failing(results("--policies", "policy.yaml"))


def test_an_export_of_a_rule_that_keeps_its_name_says_nothing_of_it() -> None:
    done = assay("rules", "export", "kubernetes.container-not-privileged", cwd=Path.cwd())
    policy, *_ = yaml.safe_load_all(done.stdout)
    assert policy["metadata"]["name"] == "kubernetes.container-not-privileged"
    assert "assay/rule" not in policy["metadata"]["annotations"]


@pytest.mark.parametrize("name", ["kubernetes.pod-o", "kubernetes.pod-*"])
@pytest.mark.usefixtures("folder")
def test_an_export_of_what_was_never_a_rule_is_refused(name: str) -> None:
    done = run("rules", "export", OLD, name, "--rules", "own")
    assert done.returncode == 2
    assert f"there is no rule '{name}'" in done.stderr


@pytest.mark.parametrize("name", [OLDER, OLD, NEW])
def test_a_framework_of_ones_own_names_a_rule_by_every_name(folder: Path, name: str) -> None:
    (folder / "acme.yaml").write_text(FRAMEWORK.format(rule=name), encoding="utf-8")
    found = results("--framework-file", "acme.yaml", "--framework", "acme")
    assert {item["control"]: (item["status"], item["rules"]) for item in found["controls"]} == {
        "A-1": ("weakened", [NEW]),
        "A-2": ("weakened", [NEW]),
    }
    assert [link["control"] for link in found["rules"][NEW]["controls"]] == ["A-1", "A-2"]


def test_a_framework_that_names_what_was_never_a_rule_is_told(folder: Path) -> None:
    (folder / "acme.yaml").write_text(FRAMEWORK.format(rule="kubernetes.pod-neu"), encoding="utf-8")
    configure("framework-file: [acme.yaml]\n")
    done = run("scan", "pod.yaml", "--config", "assay.yaml")
    assert done.returncode == 2
    assert f"acme.yaml:15: there is no rule 'kubernetes.pod-neu' (did you mean {NEW}?)" in fault(done)


@pytest.mark.usefixtures("folder")
def test_reports_tell_the_former_ids() -> None:
    assert results("--select", NEW)["rules"][NEW]["formerly"] == [OLDER, OLD]
    for form in ("sarif", "sarif-github"):
        log = json.loads(run("scan", "pod.yaml", "--rules", "own", "--select", NEW, "--output", form).stdout)
        (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
        assert (rule["id"], rule["deprecatedIds"]) == (NEW, [OLDER, OLD])


def test_a_fingerprint_counts_the_first_id_alone(folder: Path) -> None:
    def fingerprint(name: str, text: str) -> str:
        shutil.rmtree(folder / "own")
        write_rule(folder, name, text)
        (finding,) = results("--select", f"kubernetes.{name}")["findings"]
        return str(finding["fingerprint"])

    first = fingerprint("pod-older", RULE.replace(f"{FORMERLY}\n", ""))
    assert fingerprint("pod-old", RULE.replace(FORMERLY, f"formerly: [{OLDER}]")) == first
    assert fingerprint("pod-new", RULE) == first
    assert fingerprint("pod-new", RULE.replace(f"{FORMERLY}\n", "")) != first


STAYS = "(a former id of a rule cannot be given to another rule)"


def refused(*arguments: str) -> str:
    done = run(*arguments)
    assert done.returncode == (1 if arguments[:2] == ("rules", "test") else 2)
    return fault(done)


def test_a_former_id_that_is_the_id_of_now_is_refused(folder: Path) -> None:
    write_rule(folder, "pod-new", RULE.replace(FORMERLY, f"formerly:\n  - {OLD}\n  - {NEW}"))
    said = f"own/kubernetes/pod-new.yaml:9: {NEW} is the current id of the rule {STAYS}"
    assert said in refused("scan", "pod.yaml", "--rules", "own")
    assert said in refused("rules", "test", "own")


def test_a_former_id_that_another_rule_has_is_refused(folder: Path) -> None:
    write_rule(folder, "pod-old", RULE.replace(f"{FORMERLY}\n", ""))
    said = f"own/kubernetes/pod-new.yaml:7: {OLD} is the id of another rule: own/kubernetes/pod-old.yaml {STAYS}"
    assert said in refused("scan", "pod.yaml", "--rules", "own")
    assert said in refused("rules", "test", "own")


def test_a_former_id_of_two_rules_is_refused_in_two_folders_too(folder: Path) -> None:
    write_rule(folder, "pod-other", RULE.replace(FORMERLY, f"formerly: [{OLD}]"), own="more")
    said = f"more/kubernetes/pod-other.yaml:7: {OLD} is a former id of another rule too: own/kubernetes/pod-new.yaml"
    assert f"{said} {STAYS}" in refused("scan", "pod.yaml", "--rules", "own", "--rules", "more")


def test_a_former_id_that_a_shipped_rule_has_is_refused(folder: Path) -> None:
    write_rule(folder, "pod-new", RULE.replace(OLDER, "kubernetes.container-not-privileged"))
    said = "own/kubernetes/pod-new.yaml:7: kubernetes.container-not-privileged is the id of another rule: "
    assert said in refused("scan", "pod.yaml", "--rules", "own")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("formerly: []", "7: formerly has 0 items"),
        ("formerly: [Kubernetes.Pod]", "7: item 1 of formerly is 'Kubernetes.Pod'"),
        (f"formerly: [{OLD}, {OLD}]", "7: formerly "),
        (f"formerly: {OLD}", "7: formerly is "),
    ],
)
def test_a_list_that_does_not_hold_ids_is_refused(folder: Path, written: str, said: str) -> None:
    write_rule(folder, "pod-new", RULE.replace(FORMERLY, written))
    assert f"own/kubernetes/pod-new.yaml:{said}" in refused("rules", "test", "own")


@pytest.mark.usefixtures("folder")
def test_the_rule_itself_is_accepted() -> None:
    done = run("rules", "test", "own")
    assert done.returncode == 0, done.stderr


def test_a_name_of_no_rule_stays_as_it_is() -> None:
    assert RuleIds(frozenset({NEW}), {OLD: NEW}).current("kubernetes.pod-*") == "kubernetes.pod-*"
    with pytest.raises(UsageError, match="there is no rule"):
        pack.load(None, library.Cache(), tuning=Tuning(rules=(RuleSettings("kubernetes.pod-ol"),)))


RENAMED = {
    "architecture.flow-public-through-door": "architecture.flow-public-through-gateway",
    "kubernetes.api-server-client-authority-given": "kubernetes.api-server-client-ca-set",
    "kubernetes.kubelet-client-authority-given": "kubernetes.kubelet-client-ca-set",
}
INPUTS = {
    "kubelet.yaml": """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {x509: {clientCAFile: ""}}
""",
    "api-server.yaml": """\
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.0
      command: [kube-apiserver, "--etcd-servers=https://10.0.0.5:2379"]
""",
    "shop.yaml": """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: shop}
spec:
  boundaries:
    - {id: outside, kind: internet}
    - {id: core, kind: internal}
  services:
    - {id: shopper, type: actor, boundary: outside}
    - {id: edge, type: gateway, boundary: core}
    - {id: basket, type: service, boundary: core}
  flows:
    - {id: web, from: shopper, to: edge}
    - {id: app, from: shopper, to: basket}
""",
}


def test_fingerprints_of_renamed_rules_are_those_of_before(tmp_path: Path) -> None:
    """The digests are those that the rules gave under the ids that they had at first."""
    for name, text in INPUTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    selected = [part for name in RENAMED for part in ("--select", name)]
    done = assay("scan", ".", "--output", "json", *selected, cwd=tmp_path)
    assert {finding["rule"]: finding["fingerprint"] for finding in json.loads(done.stdout)["findings"]} == {
        "architecture.flow-public-through-gateway": "c4f5a5c9776df526215efc806e6ad376",
        "kubernetes.api-server-client-ca-set": "40a650a7c250a2882cf71733abf9f380",
        "kubernetes.kubelet-client-ca-set": "a25df1ecbc9a63199aa8aa74c8a0b857",
    }


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_a_renamed_rule_is_shown_by_the_name_that_it_had(tmp_path: Path, old: str, new: str) -> None:
    asked, known = (assay("rules", "show", name, cwd=tmp_path).stdout for name in (old, new))
    assert asked == f"{old} is now called {new}\n\n{known}"
    assert known.startswith(f"{new}  (medium, ")
    assert f"\nFormerly: {old}\n" in known


def test_a_new_rule_does_not_take_the_name_that_another_had(tmp_path: Path) -> None:
    old = "kubernetes.kubelet-client-authority-given"
    done = assay("rules", "new", old, cwd=tmp_path)
    assert done.returncode == 2
    said = f"{old} is what kubernetes.kubelet-client-ca-set was called before (give the rule another name)"
    assert said in fault(done)
    assert not list(tmp_path.iterdir())
