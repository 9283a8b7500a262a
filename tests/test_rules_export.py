"""Rules as ValidatingAdmissionPolicies: what they look like, and that they say of every example what the rule says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.errors import UsageError
from scanner.model import Outcome, Profile
from scanner.scan import Options, scan
from tests import shipped
from tests.command_line import assay, fault

RULES = Path(__file__).parent.parent / "rules"
SHAPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "Pod": ("v1", ()),
    "Deployment": ("apps/v1", ("spec", "template")),
    "CronJob": ("batch/v1", ("spec", "jobTemplate", "spec", "template")),
    "StatefulSet": ("apps/v1", ("spec", "template")),
    "Job": ("batch/v1", ("spec", "template")),
    "DaemonSet": ("apps/v1", ("spec", "template")),
    "PodTemplate": ("v1", ("template",)),
    "ReplicaSet": ("apps/v1", ("spec", "template")),
    "ReplicationController": ("v1", ("spec", "template")),
}
"""Every kind that carries pods, with its version and where it carries them."""
CUSTOM = ("kubernetes.agent-sandbox-", "kubernetes.sandbox-")
"""Rules about custom resources that carry pods; policies about workloads do not reach into these."""
ELSEWHERE = ("kind: DeploymentConfig", "kind: OpenTelemetryCollector")
"""Workloads of other makers, into which policies about workloads do not reach either; they match their pods."""
WITH_PARAMETERS = {"kubernetes.container-image-registry-allowed", "kubernetes.stateful-set-claims-annotated"}
"""Rules that find nothing wrong until they are given parameters."""
LISTS = {"init": "initContainers", "app": "containers", "ephemeral": "ephemeralContainers"}


def export(*arguments: str) -> tuple[str, str]:
    """Standard output and standard error of an export; raises what the command line would print."""
    done = assay("rules", "export", *arguments, cwd=Path.cwd())
    if done.returncode:
        raise UsageError(fault(done))
    return done.stdout, done.stderr


def test_policy_has_all_a_cluster_asks_for() -> None:
    text, _ = export("kubernetes.container-not-privileged", "--action", "deny")
    policy, binding = yaml.safe_load_all(text)
    assert policy["apiVersion"] == binding["apiVersion"] == "admissionregistration.k8s.io/v1"
    assert policy["spec"]["failurePolicy"] == "Ignore"  # an unknown denies nothing
    assert policy["metadata"]["annotations"]["assay/severity"] == "critical"
    resources = [name for rule in policy["spec"]["matchConstraints"]["resourceRules"] for name in rule["resources"]]
    assert {"pods", "pods/ephemeralcontainers", "deployments", "cronjobs", "podtemplates"} <= set(resources)
    assert binding["spec"]["policyName"] == policy["metadata"]["name"]
    assert binding["spec"]["validationActions"] == ["Deny"]


def test_warning_is_the_default() -> None:
    text, _ = export("kubernetes.container-not-privileged")
    assert list(yaml.safe_load_all(text))[-1]["spec"]["validationActions"] == ["Audit", "Warn"]


def test_parameters_come_as_a_config_map() -> None:
    text, _ = export("kubernetes.container-image-registry-allowed", "--namespace", "policies")
    policy, parameters, binding = yaml.safe_load_all(text)
    assert policy["spec"]["paramKind"] == {"apiVersion": "v1", "kind": "ConfigMap"}
    assert parameters["metadata"]["namespace"] == binding["spec"]["paramRef"]["namespace"] == "policies"
    assert set(parameters["data"]) == {"allowed", "refused"}
    assert binding["spec"]["paramRef"]["name"] == parameters["metadata"]["name"]


def test_what_cannot_be_exported_is_said_with_its_reason() -> None:
    text, told = export("kubernetes.service-selects-workload", "kubernetes.container-not-privileged")
    assert "not exported, because it compares several objects: kubernetes.service-selects-workload" in told
    assert "container-not-privileged" in text
    with pytest.raises(UsageError, match="none of the rules can be exported"):
        export("kubernetes.etcd-serves-over-tls")


def test_the_reasons_for_which_rules_are_not_exported_are_known() -> None:
    _, told = export("--profile", "opinion")
    reasons = {line.partition("because ")[2].partition(": ")[0] for line in told.splitlines() if "not exported" in line}
    assert reasons == {
        "its subject, kubernetes.control-plane, is not a Kubernetes API object",
        "its subject is a configuration file, not a Kubernetes API object",
        "it compares several objects",
        "it uses `credential`, which is not part of Kubernetes' CEL",
        "it uses `round`, which is not part of Kubernetes' CEL",
        "it checks several lists, or a list outside of its subject",
        "the API server sets the field `serviceAccount` itself",
        "it forbids values in committed Secrets, and every Secret in a cluster has values",
    }


OWN = """\
title: Entries of a mapping are held to something
severity: low
why: Because a test needs a rule about the entries of a mapping.
remediation: Set what the test asks for.
limits: Sees nothing else.
subject: {subject}
each: {each}
require: key != 'no'
message: "{{key}} is not allowed"
objectives: [configuration-unambiguous]
examples:
  - passes: nothing is there
    input: {{object: {{kind: A}}}}
  - fails: an entry is there
    input: {{object: {{kind: A}}}}
"""


@pytest.mark.parametrize(
    ("subject", "each"),
    [
        *(("kubernetes.resource", f"metadata.{field}") for field in ("labels", "annotations")),
        *(("kubernetes.resource", field) for field in ("data", "stringData", "spec")),
        ("kubernetes.resource", "spec.selector.matchLabels"),
        *(("kubernetes.container", f"resources.{field}") for field in ("requests", "limits")),
        *(("kubernetes.container", field) for field in ("securityContext", "securityContext.seLinuxOptions")),
    ],
)
def test_entries_of_mappings_are_asked_for_by_their_key(tmp_path: Path, subject: str, each: str) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "entries.yaml").write_text(OWN.format(subject=subject, each=each), encoding="utf-8")
    text, _ = export("own.entries", "--rules", str(tmp_path))
    (validation,) = next(yaml.safe_load_all(text))["spec"]["validations"]
    assert validation["expression"].rstrip(")").endswith(".orValue({}).all(key, key != 'no'")
    assert ".orValue({}).filter(key, " in validation["messageExpression"]


ASKING = """\
title: Containers are named as this test says
severity: low
why: Because a test needs a rule of its own with parameters of every type.
remediation: Change the name of the container.
limits: Sees nothing else.
subject: kubernetes.container
parameters:
  strict: {description: Whether names are held to it at all, default: true}
  most: {description: The longest name, default: 3}
  share: {description: What a size is held against, default: 0.5}
  sizes: {description: Sizes that are allowed whatever the longest is, default: [7]}
  names: {description: Names that are allowed whatever their size, default: [sidecar]}
require: >-
  !params.strict || double(size(container.name)) * params.share <= double(params.most) * 0.5
  || size(container.name) in params.sizes || container.name in params.names
at: name
message: "{container.name} is too long"
objectives: [configuration-unambiguous]
examples:
  - {passes: a short name, input: {container: {name: app}}}
  - {fails: a long name, at: name, input: {container: {name: server}}}
  - {passes: nothing is asked, parameters: {strict: false}, input: {container: {name: server}}}
  - {passes: longer names are allowed, parameters: {most: 6}, input: {container: {name: server}}}
  - {passes: sizes weigh less, parameters: {share: 0.25}, input: {container: {name: server}}}
  - {passes: another size, parameters: {sizes: [6, 9]}, input: {container: {name: server}}}
  - {passes: another name, parameters: {names: [server]}, input: {container: {name: server}}}
"""


@pytest.mark.parametrize(
    ("changed", "denied"),
    [
        ({}, True),
        ({"strict": "true"}, True),
        ({"strict": "false"}, False),
        ({"most": "6"}, False),
        ({"share": "0.25"}, False),
        ({"sizes": "6\n9"}, False),
        ({"names": "other\nserver"}, False),
        ({"strict": None, "most": None, "share": None, "sizes": None, "names": None}, True),
    ],
    ids=str,
)
def test_an_exported_policy_heeds_its_config_map(
    tmp_path: Path, changed: dict[str, str | None], *, denied: bool
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "short.yaml").write_text(ASKING, encoding="utf-8")
    text, _ = export("own.short", "--rules", str(tmp_path), "--action", "deny")
    policy, parameters, binding = yaml.safe_load_all(text)
    assert parameters["data"] == {"strict": "true", "most": "3", "share": "0.5", "sizes": "7", "names": "sidecar"}
    data = {**parameters["data"], **changed}
    parameters["data"] = {name: value for name, value in data.items() if value is not None}
    (tmp_path / "policy.yaml").write_text(yaml.safe_dump_all([policy, parameters, binding]), encoding="utf-8")
    pod = built({"container": {"name": "server"}}, "Pod")
    pod["spec"]["containers"] = [each for each in pod["spec"]["containers"] if each["name"] == "server"]
    (tmp_path / "pod.json").write_text(json.dumps(pod), encoding="utf-8")
    result = scan([str(tmp_path / "pod.json")], Options(policies=(tmp_path / "policy.yaml",)))
    outcomes = [finding.outcome for finding in result.findings if finding.rule.startswith("policy.")]
    assert outcomes == ([Outcome.FAIL] if denied else [])


def test_rule_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"did you mean kubernetes.container-not-privileged\?"):
        export("kubernetes.container-not-privilegd")


def test_a_folder_gets_a_file_for_each_rule(tmp_path: Path) -> None:
    export("--output", str(tmp_path / "policies"))
    files = sorted(path.name for path in (tmp_path / "policies").iterdir())
    assert "kubernetes.container-not-privileged.yaml" in files
    assert len(files) > 50


@pytest.mark.slow
def test_policies_keep_within_the_limits_of_the_api(tmp_path: Path) -> None:
    export("--profile", "opinion", "--output", str(tmp_path / "all.yaml"))
    for thing in yaml.safe_load_all((tmp_path / "all.yaml").read_text(encoding="utf-8")):
        assert len(thing["metadata"]["name"]) <= 253
        if thing["kind"] != "ValidatingAdmissionPolicy":
            continue
        for validation in thing["spec"]["validations"]:
            assert "\n" not in validation["message"]
            assert "cel.bind" not in validation["expression"]
        assert len(json.dumps(thing)) < 100_000


def test_message_names_what_is_wrong(tmp_path: Path) -> None:
    export("kubernetes.container-not-privileged", "--output", str(tmp_path / "policy.yaml"), "--action", "deny")
    pod = built({"container": {"name": "app", "securityContext": {"privileged": True}}}, "Deployment")
    (tmp_path / "pod.json").write_text(json.dumps(pod), encoding="utf-8")
    result = scan([str(tmp_path / "pod.json")], Options(policies=(tmp_path / "policy.yaml",)))
    told = [finding.message for finding in result.findings if finding.rule.startswith("policy.")]
    assert len(told) == 1
    assert told[0].endswith("denied request: Deployment example, container app runs in privileged mode")


def examples() -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Every example of every rule about objects of the API: the rule, its number, and itself."""
    for path in sorted((RULES / "kubernetes").glob("*.yaml")):
        rule = yaml.safe_load(path.read_text(encoding="utf-8"))
        if rule["subject"] != "kubernetes.control-plane":
            for number, example in enumerate(rule["examples"]):
                yield f"kubernetes.{path.stem}", number, {"subject": rule["subject"], **example}


def built(given: dict[str, Any], kind: str) -> dict[str, Any]:
    """An object of a kind that holds what an example says of its container, its pod, its template and itself."""
    base = {key: value for key, value in given.get("object", {}).items() if key != "kind"}
    version, path = SHAPES.get(kind, (given.get("object", {}).get("apiVersion", "v1"), ()))
    thing = {"apiVersion": version, **base, "kind": kind}
    thing["metadata"] = {"name": "example", **base.get("metadata", {})}
    if kind not in SHAPES:
        return thing
    thing["apiVersion"] = version
    template = thing
    for part in path:
        template[part] = dict(template.get(part, {}))
        template = template[part]
    template.update({key: value for key, value in given.get("template", {}).items() if key != "spec"})
    pod = {**template.get("spec", {}), **given.get("template", {}).get("spec", {}), **given.get("pod", {})}
    field = LISTS[given.get("container_kind", "app")]
    if "container" in given:
        pod[field] = [*pod.get(field, []), given["container"]]
    pod.setdefault("containers", [{"name": "other", "image": "registry.example/other:1"}])
    template["spec"] = pod
    return thing


def shapes(number: int, example: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, text) of the objects of an example: its text, or its input as it says, or as a kind that carries pods."""
    if "text" in example:
        yield f"{number}.yaml", example["text"]
        return
    given = example["input"]
    kind = given.get("object", {}).get("kind") or list(SHAPES)[number % len(SHAPES)]
    yield f"{number}.json", json.dumps(built(given, kind))


def denials(folder: Path, policies: Path, *rules: Path) -> tuple[set[tuple[str, str]], set[tuple[str, str]], set[str]]:
    """(rule, file) of what rules and what their policies find wrong, and the rules that there are policies of."""
    options = Options(
        profile=Profile.OPINION,
        policies=(policies,),
        rule_folders=rules,
        jobs=1,
    )
    result = scan([str(folder)], options)
    now = {file.rule.info.first_id: file.rule.info.id for file in shipped.rule_files()}
    names = {path["metadata"]["name"] for path in yaml.safe_load_all(policies.read_text(encoding="utf-8"))}
    told = {now.get(name, name) for name in names}
    failing = {(found.rule, found.location.path) for found in result.findings if found.outcome is Outcome.FAIL}
    assert not [
        found.message
        for found in result.findings
        if found.rule.startswith("policy.") and found.outcome is Outcome.ERROR
    ]
    by_rules = {(rule, path) for rule, path in failing if rule in told}
    by_policies = {
        (now.get(name, name), path)
        for name, path in ((rule.removeprefix("policy."), path) for rule, path in failing if rule.startswith("policy."))
    }
    return by_rules, by_policies, told


@pytest.mark.slow
def test_policies_say_of_all_examples_what_the_rules_say(tmp_path: Path) -> None:
    """Every policy and every rule on the examples of all rules: they deny the same objects, and no others."""
    objects, policies = tmp_path / "objects", tmp_path / "policies.yaml"
    objects.mkdir()
    for rule, number, example in examples():
        if "parameters" in example or any(kind in example.get("text", "") for kind in ELSEWHERE):
            continue
        for name, text in shapes(number, example):
            (objects / f"{rule}.{name}").write_text(text, encoding="utf-8")
    export("--profile", "opinion", "--action", "deny", "--output", str(policies))
    by_rules, by_policies, told = denials(objects, policies)
    assert len(told) > 100
    assert {rule for rule, _ in by_policies} == told - WITH_PARAMETERS
    assert by_policies == {
        (rule, path) for rule, path in by_rules if rule.startswith(CUSTOM) or not path.startswith(CUSTOM)
    }


@pytest.mark.slow
def test_policies_take_parameters_as_the_rules_do(tmp_path: Path) -> None:
    """The examples that set parameters, each as a rule of its own with those for defaults."""
    objects, rules, policies = tmp_path / "objects", tmp_path / "rules", tmp_path / "policies.yaml"
    (rules / "own").mkdir(parents=True)
    objects.mkdir()
    names = []
    for rule, number, example in examples():
        if "parameters" not in example:
            continue
        path = RULES.joinpath(*rule.split(".", 1)).with_suffix(".yaml")
        changed = yaml.safe_load(path.read_text(encoding="utf-8"))
        changed.pop("formerly", None)  # the ids of the shipped rule, which this one is not
        for name, value in example["parameters"].items():
            changed["parameters"][name]["default"] = value
        names.append(f"own.{path.stem}-{number}")
        (rules / "own" / f"{path.stem}-{number}.yaml").write_text(json.dumps(changed), encoding="utf-8")
        for name, text in shapes(number, example):
            (objects / f"{rule}.{name}").write_text(text, encoding="utf-8")
    export(*names, "--rules", str(rules), "--action", "deny", "--output", str(policies))
    by_rules, by_policies, _ = denials(objects, policies, rules)
    assert len(by_policies) > 5
    assert by_policies == by_rules
