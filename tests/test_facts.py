"""What is derived from several subjects at once: links, roles, arithmetic, graphs."""

from __future__ import annotations

from math import prod
from random import Random
from typing import Any

import pytest
import yaml

from scanner import documents, subjects
from scanner.model import Subject
from tests.known import Known, cut, known


def derived(*texts: str, path: str = "a.yaml", whole: bool = True, in_full: bool = False) -> list[Known]:
    """The subjects of texts, each an input of its own, with their facts."""
    found: list[Subject] = []
    for index, text in enumerate(texts):
        name = path if len(texts) == 1 else f"{index}-{path}"
        reading = subjects.recognise(documents.read(name, text))
        assert reading.faults == ()
        found.extend(reading.subjects if in_full else cut(reading.subjects))
    return known(found, whole=whole)


def one(found: list[Known], kind: str, name: str = "") -> Known:
    (subject,) = [subject for subject in found if subject.kind == kind and subject.name.endswith(name)]
    return subject


# Kubernetes


def thing(kind: str, name: str, version: str = "v1", namespace: str = "", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def deployment(name: str, labels: Any = None, namespace: str = "") -> dict[str, Any]:
    template = {"metadata": {"labels": labels or {}}, "spec": {"containers": [{"name": "c"}]}}
    return thing("Deployment", name, "apps/v1", namespace, template=template)


def policy(name: str, selector: Any, namespace: str = "") -> dict[str, Any]:
    return thing("NetworkPolicy", name, "networking.k8s.io/v1", namespace, podSelector=selector)


def service(name: str, namespace: str = "", **spec: Any) -> dict[str, Any]:
    return thing("Service", name, namespace=namespace, **spec)


def budget(name: str, namespace: str = "", **spec: Any) -> dict[str, Any]:
    return thing("PodDisruptionBudget", name, "policy/v1", namespace, **spec)


def scaler(kind: str, name: str, namespace: str = "") -> dict[str, Any]:
    target = {"apiVersion": "apps/v1", "kind": kind, "name": name}
    return thing("HorizontalPodAutoscaler", "h", "autoscaling/v2", namespace, scaleTargetRef=target)


def cluster(*objects: dict[str, Any], whole: bool = True, in_full: bool = False) -> list[Known]:
    return derived(yaml.safe_dump_all(objects, sort_keys=False), whole=whole, in_full=in_full)


LABELS = {"app": "web", "tier": "front"}
SELECTORS: list[tuple[Any, bool]] = [
    ({}, True),
    (None, True),
    ({"matchLabels": {}}, True),
    ({"matchLabels": {"app": "web"}}, True),
    ({"matchLabels": {"app": "web", "tier": "front"}}, True),
    ({"matchLabels": {"app": "web", "tier": "back"}}, False),
    ({"matchLabels": {"app": "other"}}, False),
    ({"matchLabels": {"zone": "a"}}, False),
    ({"matchExpressions": []}, True),
    ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "x"]}]}, True),
    ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["x"]}]}, False),
    ({"matchExpressions": [{"key": "app", "operator": "In"}]}, False),
    ({"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}, False),
    ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["x"]}]}, True),
    ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}, False),
    ({"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]}, True),
    ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
    ({"matchExpressions": [{"key": "zone", "operator": "Exists"}]}, False),
    ({"matchExpressions": [{"key": "zone", "operator": "DoesNotExist"}]}, True),
    ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
    ({"matchExpressions": [{"key": "app", "operator": "Nonsense"}]}, False),
    (
        {
            "matchLabels": {"app": "web"},
            "matchExpressions": [
                {"key": "tier", "operator": "Exists"},
                {"key": "tier", "operator": "NotIn", "values": ["front"]},
            ],
        },
        False,
    ),
    ("app=web", False),
    (["app"], False),
]


@pytest.mark.parametrize(("selector", "chosen"), SELECTORS, ids=str)
def test_a_selector_chooses_as_kubernetes_does(selector: Any, *, chosen: bool) -> None:
    found = cluster(policy("p", selector), deployment("d", LABELS))
    assert one(found, "kubernetes.resource", "NetworkPolicy p").facts["selected"] == ["Deployment d"] * chosen
    workload = one(found, "kubernetes.workload")
    assert workload.facts["network_policies"] == ["p"] * chosen
    assert ("network_policies" in workload.related) is chosen


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ({"app": "web"}, True),
        ({"app": "web", "tier": "front"}, True),
        ({"app": "web", "tier": "back"}, False),
        ({"matchLabels": {"app": "web"}}, False),
        ({}, None),
        (None, None),
    ],
)
def test_the_selector_of_a_service_is_labels_only(selector: Any, *, chosen: bool | None) -> None:
    found = cluster(service("s", selector=selector), deployment("d", LABELS))
    stated = one(found, "kubernetes.resource", "Service s").facts
    assert stated.get("selected") == (None if chosen is None else ["Deployment d"] * chosen)
    assert one(found, "kubernetes.workload").facts["services"] == ["s"] * bool(chosen)


@pytest.mark.parametrize(
    ("spec", "chosen"),
    [({"selector": {}}, True), ({}, False), ({"selector": {"matchLabels": {"app": "web"}}}, True)],
)
def test_a_disruption_budget_without_selector_protects_nothing(spec: dict[str, Any], *, chosen: bool) -> None:
    found = cluster(budget("b", **spec), deployment("d", LABELS))
    assert one(found, "kubernetes.workload").facts["disruption_budgets"] == ["b"] * chosen


def test_selectors_end_at_the_namespace() -> None:
    found = cluster(
        policy("here", {}, "a"),
        policy("there", {}, "b"),
        policy("nowhere", {}),
        deployment("one", LABELS, "a"),
        deployment("two", LABELS, "b"),
        deployment("three", LABELS, "default"),
    )
    assert {item.name: item.facts.get("network_policies") for item in found if item.kind == "kubernetes.workload"} == {
        "Deployment one": ["here"],
        "Deployment two": ["there"],
        "Deployment three": None,
    }


def test_without_namespaces_objects_meet_in_their_folder() -> None:
    bundle = [
        ("dev/policy.yaml", policy("p", {})),
        ("dev/app.yaml", deployment("near", LABELS)),
        ("prod/app.yaml", deployment("far", LABELS)),
    ]
    found = [
        subject
        for path, thing_ in bundle
        for subject in subjects.recognise(documents.read(path, yaml.safe_dump(thing_))).subjects
    ]
    workloads = {
        item.name: item.facts.get("network_policies") for item in known(found) if item.kind == "kubernetes.workload"
    }
    assert workloads == {"Deployment near": ["p"], "Deployment far": None}


def test_other_kinds_of_the_same_name_select_nothing() -> None:
    foreign = {**policy("p", {}), "apiVersion": "example.org/v1"}
    knative = thing("Service", "s", "serving.knative.dev/v1", selector={"app": "web"})
    found = cluster(foreign, knative, deployment("d", LABELS))
    workload = one(found, "kubernetes.workload").facts
    assert [workload[fact] for fact in ("network_policies", "services", "disruption_budgets")] == [[], [], []]


def test_links_reach_across_files() -> None:
    found = derived(yaml.safe_dump(policy("p", {})), yaml.safe_dump(deployment("d", LABELS)))
    workload = one(found, "kubernetes.workload")
    assert workload.facts["network_policies"] == ["p"]
    assert workload.related["network_policies"].path == "0-a.yaml"


def test_in_part_of_a_bundle_absence_is_not_known() -> None:
    found = cluster(
        policy("p", {"matchLabels": {"app": "other"}}),
        service("s", selector={"app": "web"}),
        deployment("d", LABELS),
        whole=False,
    )
    assert "selected" not in one(found, "kubernetes.resource", "NetworkPolicy p").facts
    assert one(found, "kubernetes.resource", "Service s").facts["selected"] == ["Deployment d"]
    workload = one(found, "kubernetes.workload").facts
    assert workload["services"] == ["s"]
    assert workload.keys().isdisjoint({"network_policies", "disruption_budgets"})


@pytest.mark.parametrize(
    ("target", "whole", "expected"),
    [
        (scaler("Deployment", "d"), True, True),
        (scaler("Deployment", "d"), False, True),
        (scaler("Deployment", "gone"), True, False),
        (scaler("Deployment", "gone"), False, None),
        (scaler("StatefulSet", "d"), True, False),
        (scaler("Deployment", "d", "other"), True, None),
        (scaler("Deployment", "d", "default"), True, None),
        (thing("HorizontalPodAutoscaler", "h", "autoscaling/v2"), True, None),
    ],
)
def test_an_autoscaler_knows_its_target(target: dict[str, Any], *, whole: bool, expected: bool | None) -> None:
    found = cluster(target, deployment("d"), whole=whole)
    resource = one(found, "kubernetes.resource", "HorizontalPodAutoscaler h")
    assert resource.facts.get("target_found") is expected
    assert ("target" in resource.related) is (expected is True)
    assert one(found, "kubernetes.workload").facts.get("autoscaled") is (True if expected else None)


def test_a_container_knows_its_workload() -> None:
    pod = {**thing("Pod", "d"), "spec": {"containers": [{"name": "c"}]}}
    found = cluster(deployment("d"), deployment("e"), pod, in_full=True)
    stated = {item.name: item.facts["workload"] for item in found if item.kind == "kubernetes.container"}
    assert stated == {
        "Deployment d, container c": {"kind": "Deployment", "name": "d"},
        "Deployment e, container c": {"kind": "Deployment", "name": "e"},
        "Pod d, container c": {"kind": "Pod", "name": "d"},
    }


# Who answers for what


def spawn(name: str, reports: str = "") -> str:
    authority = f", authority: {{reports: '{reports}'}}" if reports else ""
    return f"mcp__s__agent_spawn({{name: '{name}', type: 'coder'{authority}}})\n"


def decide(**fields: Any) -> str:
    stated = ", ".join(f"{name}: {value!r}" for name, value in fields.items())
    return f"mcp__s__coordination_sync({{governance: {{decisionFramework: {{d: {{{stated}}}}}}}}})\n"


def escalate(path: list[str], timeouts: list[str] | None = None) -> str:
    times = f", timeouts: {timeouts!r}" if timeouts is not None else ""
    return f"mcp__s__coordination_sync({{governance: {{escalationMatrix: {{e: {{path: {path!r}{times}}}}}}}}})\n"


@pytest.mark.parametrize(
    ("proposer", "approver", "expected"),
    [
        ("cto", "cto", True),
        ("cto", "CTO", True),
        ("cto", "chief-technology-officer", True),
        ("Chief Technology Officer", "cto", True),
        ("chief_technology_officer", "Chief Technology Officer", True),
        ("chief-information-security-officer", "ciso", True),
        ("head-of-risk", "head-risk", True),
        ("cto", "ciso", False),
        ("cto", "chief-operating-officer", False),
        ("chief-technology-officer", "chief-transformation-officer", False),
        ("team-lead", "tl", False),
        ("lead", "tech-lead", False),
        ("cto", ["board", "chief-technology-officer"], True),
        ("cto", ["board", "ceo"], False),
    ],
)
def test_nobody_approves_their_own_proposal_under_any_name(proposer: str, approver: Any, *, expected: bool) -> None:
    found = derived(decide(authority=proposer, approval=approver, reviewers=["x", "y"]), path="a.js")
    assert one(found, "governance.decision").facts["self_approved"] is expected
    assert one(found, "governance.decision").facts["self_reviewed"] is False
    turned = derived(decide(authority=proposer, approval="z", reviewers=approver), path="a.js")
    assert one(turned, "governance.decision").facts["self_reviewed"] is expected


@pytest.mark.parametrize("fields", [{"authority": "a"}, {"approval": "a"}, {"reviewers": ["a"]}, {}])
def test_what_is_not_stated_is_not_decided(fields: dict[str, Any]) -> None:
    assert one(derived(decide(**fields), path="a.js"), "governance.decision").facts == {}


@pytest.mark.parametrize(
    ("roster", "expected"),
    [
        ("", None),
        (spawn("lead"), ["cto", "Ghost"]),
        (spawn("Lead") + spawn("chief-technology-officer"), ["Ghost"]),
        (spawn("LEAD") + "Task('ghost', 'x')\n" + spawn("CTO"), []),
        ("Task('Chief Technology Officer', 'x')\n", ["lead", "Ghost"]),
        ("mcp__s__task_orchestrate({task: 'lead'})\n", None),
        (spawn("lead") + "mcp__s__agent_spawn({name: who})\n", None),
    ],
)
def test_a_role_is_held_by_whoever_answers_to_it(roster: str, expected: list[str] | None) -> None:
    found = derived(roster + escalate(["lead", "cto", "Ghost"]), path="a.js")
    assert one(found, "governance.escalation").facts.get("unheld") == expected


def test_the_proposer_of_a_decision_is_held_too() -> None:
    found = derived(spawn("lead") + decide(authority="ghost", approval="lead"), path="a.js")
    assert one(found, "governance.decision").facts["unheld"] == ["ghost"]


def test_roles_of_a_spec_are_a_roster() -> None:
    text = """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: x}
spec:
  governance:
    roles: [cto, Security Engineer]
    escalations: [{name: e, path: [security-engineer, chief-technology-officer, ceo]}]
"""
    assert one(derived(text), "governance.escalation").facts["unheld"] == ["ceo"]


@pytest.mark.parametrize(
    ("timeouts", "growing", "total"),
    [
        (["1h", "2h", "4h"], True, 7 * 3600.0),
        (["immediate", "15min", "1h"], True, 4500.0),
        (["2h", "1h"], False, 10800.0),
        (["1h", "1h"], False, 7200.0),
        (["60min", "1h"], False, 7200.0),
        (["1h"], True, 3600.0),
        (["1h", "soon"], None, None),
        ([], None, None),
        (None, None, None),
    ],
)
def test_time_to_answer_grows_along_an_escalation(
    timeouts: list[str] | None,
    growing: bool | None,
    total: float | None,
) -> None:
    stated = one(derived(escalate(["a", "b"], timeouts), path="a.js"), "governance.escalation").facts
    assert (stated.get("growing"), stated.get("total_seconds")) == (growing, total)


@pytest.mark.parametrize(
    ("path", "repeated"),
    [
        (["a", "b", "c"], []),
        (["a", "b", "A"], ["a"]),
        (["Team Lead", "cto", "team-lead", "cto", "x"], ["cto", "team-lead"]),
    ],
)
def test_a_role_stands_once_in_a_path(path: list[str], repeated: list[str]) -> None:
    assert one(derived(escalate(path), path="a.js"), "governance.escalation").facts["repeated"] == repeated


@pytest.mark.parametrize(
    ("lines", "in_circle", "to_nobody"),
    [
        ([("a", "b"), ("b", "")], [], []),
        ([("a", "a")], ["a"], []),
        ([("a", "b"), ("b", "a")], ["a", "b"], []),
        ([("a", "b"), ("b", "c"), ("c", "d"), ("d", "b")], ["b", "c", "d"], []),
        ([("a", "A")], ["a"], []),
        ([("chief-technology-officer", "ceo"), ("Chief Executive Officer", "cto")], None, []),
        ([("cto", "chief-executive-officer"), ("ceo", "chief-technology-officer")], ["cto", "ceo"], []),
        ([("a", "ghost")], [], ["a"]),
        ([("a", "ghost"), ("b", "a")], [], ["a"]),
    ],
)
def test_lines_of_report_lead_upwards(
    lines: list[tuple[str, str]], in_circle: list[str] | None, to_nobody: list[str]
) -> None:
    found = derived("".join(spawn(name, reports) for name, reports in lines), path="a.js")
    agents = {item.bindings["agent"]["name"]: item.facts for item in found if item.kind == "swarm.agent"}
    circling = [name for name, stated in agents.items() if stated.get("reports_in_circle")]
    assert circling == (list(agents) if in_circle is None else in_circle)
    assert [name for name, stated in agents.items() if stated.get("reports_to_nobody")] == to_nobody
    for name, reports in lines:
        assert ("reports_in_circle" in agents[name]) is bool(reports)


def test_a_swarm_counts_who_acts_in_it() -> None:
    text = (
        "mcp__s__swarm_init({maxAgents: 2})\n"
        + spawn("Ann")
        + spawn("Bob")
        + spawn("bob")
        + "Task('ann', 'p', 'tester')\nTask('Eve', 'p')\n"
    )
    found = derived(text, path="a.js")
    assert one(found, "swarm.swarm").facts["agents"] == 3
    assert [item.facts["namesakes"] for item in found if item.kind == "swarm.agent"] == [0, 1, 1]
    ann, eve = (item for item in found if item.kind == "swarm.task")
    assert (ann.facts["declared"], ann.facts["agent_type"]) == (True, "coder")
    assert ann.related["agent"].line == 2
    assert (eve.facts["declared"], "agent_type" in eve.facts) == (False, False)


def test_agents_without_a_name_count_each_and_those_with_a_computed_name_once() -> None:
    nameless = "mcp__s__agent_spawn({type: 'coder'})\n"
    computed = "mcp__s__agent_spawn({type: 'coder', name: next()})\n"
    found = derived("mcp__s__swarm_init({maxAgents: 2})\n" + spawn("Ann") + 3 * nameless + 2 * computed, path="a.js")
    assert one(found, "swarm.swarm").facts["agents"] == 5


def test_without_any_agent_nothing_is_undeclared() -> None:
    assert "declared" not in one(derived("Task('Eve', 'p')", path="a.js"), "swarm.task").facts


def test_files_are_not_one_swarm_though_their_roles_exist() -> None:
    first, second = "mcp__s__swarm_init({})\n" + spawn("a"), spawn("b") + escalate(["a"])
    found = derived(first, second, path="x.js")
    assert one(found, "swarm.swarm").facts["agents"] == 1
    assert one(found, "governance.escalation").facts["unheld"] == []


# Counts


@pytest.mark.parametrize(
    ("agents", "named"),
    [
        ([("Payments", ["a", "b"])], ["a", "b"]),
        ([("payments", ["a", "b"]), ("Payments", ["b", "c"])], ["a", "b", "c"]),
        ([("other", ["a"])], None),
        ([("payments", [])], []),
        ([], None),
    ],
)
def test_declared_numbers_are_held_against_names(agents: list[tuple[str, list[str]]], named: list[str] | None) -> None:
    text = "mcp__s__task_orchestrate({task: 't', architecture: {domains: {payments: {services: 4}}}})\n" + "".join(
        f"mcp__s__agent_spawn({{name: 'n{index}', domain: {{name: '{name}', services: {services!r}}}}})\n"
        for index, (name, services) in enumerate(agents)
    )
    found = [item for item in derived(text, path="a.js") if item.kind == "architecture.domain"]
    (declaring,) = [item for item in found if "declared" in item.bindings["domain"]]
    assert declaring.facts.get("named") == named
    assert declaring.facts.get("named_count") == (None if named is None else len(named))
    assert all(not item.facts for item in found if item is not declaring)
    if named is not None:
        assert declaring.related["named"].line == 2


# Arithmetic of time


@pytest.mark.parametrize(
    ("claim", "consistent", "fitting"),
    [
        ("99.99% availability (52.6 minutes downtime per year)", True, None),
        ("99.99% availability (52.56 minutes downtime per year)", True, None),
        ("99.99% availability (4.38 minutes downtime per month)", True, None),
        ("99.99% availability (4.32 minutes downtime per month)", True, None),
        ("99.99% availability (4.4 minutes downtime per year)", False, "month"),
        ("99.99% availability (52.6 minutes downtime per month)", False, "year"),
        ("99.99% availability (1 minute downtime per month)", False, "week"),
        ("99.99% availability (10 hours downtime per year)", False, None),
        ("99.99% availability (55 minutes downtime per year)", True, None),
        ("99.99% availability (56 minutes downtime per year)", False, None),
        ("99.99% availability (49 minutes downtime per year)", False, None),
        ("99.9% availability (8.76 hours of downtime per year)", True, None),
        ("99.9% availability (43.8 minutes of downtime a month)", True, None),
        ("99.95% uptime, 4.38 hours of outage each year", True, None),
        ("99.999% uptime, 5.26 minutes downtime per year", True, None),
        ("99.5% uptime, 7.2 minutes downtime per day", True, None),
    ],
)
def test_claims_agree_with_their_own_arithmetic(claim: str, *, consistent: bool, fitting: str | None) -> None:
    stated = one(derived(claim, path="a.md"), "architecture.claim").facts
    assert (stated["consistent"], stated.get("fitting_window")) == (consistent, fitting)


@pytest.mark.parametrize(
    ("claim", "text", "seconds"),
    [
        ("99.99% availability (1 minute downtime per year)", "52.6 minutes a year", 3155.76),
        ("99.99% availability (1 minute downtime per month)", "4.38 minutes a month", 262.98),
        ("99.9% availability (1 minute downtime per year)", "8.77 hours a year", 31557.6),
        ("99% availability (1 minute downtime per year)", "3.65 days a year", 315576.0),
        ("99.9999% availability (1 minute downtime per day)", "0.0864 seconds a day", 0.0864),
    ],
)
def test_an_availability_allows_so_much_downtime(claim: str, text: str, seconds: float) -> None:
    allowed = one(derived(claim, path="a.md"), "architecture.claim").facts["allowed"]
    assert allowed == {"text": text, "seconds": pytest.approx(seconds)}


def test_a_claim_without_downtime_has_no_arithmetic() -> None:
    assert one(derived("99.9% uptime", path="a.md"), "architecture.claim").facts == {}


def test_a_recovery_is_held_to_the_strictest_availability() -> None:
    text = (
        "We hold 99.9% availability.\n\nPayments hold 99.99% availability.\n\n```js\n"
        "mcp__s__backup_create({strategy: {'recovery-objectives': {rto: '1h'}}})\n"
        "mcp__s__benchmark_run({type: 'disaster-recovery', frequency: 'monthly'})\n```\n"
    )
    found = derived(text, path="a.md")
    recovery = one(found, "resilience.recovery", "swarm")
    assert recovery.facts["availability"] == {"text": "99.99 %", "percent": 99.99}
    assert recovery.facts["monthly_downtime"] == {"text": "4.38 minutes", "seconds": pytest.approx(262.98)}
    assert recovery.facts["test_interval"]["text"] == "monthly"
    assert recovery.related["availability"].line == 3


def test_its_own_availability_comes_first() -> None:
    text = """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: x}
spec:
  availability: 99.9%
  recovery: {rto: 1h}
  domains: [{name: d, availability: 99.99%}]
  services: [{id: s, availability: 99.5%, recovery: {rto: 2h}}, {id: t, recovery: {rto: 2h}}]
"""
    found = derived(text)
    assert one(found, "resilience.recovery", " x").facts["availability"]["percent"] == 99.9
    assert one(found, "resilience.recovery", " s").facts["availability"]["percent"] == 99.5
    assert "availability" not in one(found, "resilience.recovery", " x").related


@pytest.mark.parametrize("text", ["```js\nmcp__s__backup_create({})\n```", "mcp__s__backup_create({})"])
def test_without_any_availability_there_is_none(text: str) -> None:
    found = derived(text, path="a.md" if "`" in text else "a.js")
    assert one(found, "resilience.recovery").facts == {"declared_frameworks": [], "swarm": False}


# Graphs of an architecture


def spec(**parts: Any) -> list[Known]:
    whole = {"apiVersion": "assay.dev/v1", "kind": "Architecture", "metadata": {"name": "x"}, "spec": parts}
    return derived(yaml.safe_dump(whole, sort_keys=False))


def service_of(name: str, percent: float | None = None, **fields: Any) -> dict[str, Any]:
    return {"id": name, **({} if percent is None else {"availability": f"{percent}%"}), **fields}


def calls(*pairs: str, **fields: Any) -> list[dict[str, Any]]:
    """`a-b` is a flow from a to b."""
    ends = (pair.split("-") for pair in pairs)
    return [{"from": source, "to": target, "interaction": "sync", **fields} for source, target in ends]


def facts_of(found: list[Known]) -> dict[str, dict[str, Any]]:
    return {
        item.bindings[item.focus]["id"]: item.facts
        for item in found
        if item.kind in ("architecture.service", "architecture.datastore")
    }


def test_a_promise_leans_on_what_it_calls() -> None:
    """What states a figure stands for all that is behind it; what states none is looked through."""
    found = spec(
        services=[
            service_of("a", 99.99),
            service_of("b", 99.9, recovery={"rto": "1h"}),
            service_of("c", 99.5, recovery={"rto": "30 min"}),
            service_of("lone", 99),
            service_of("through", 99),
            service_of("silent"),
        ],
        datastores=[service_of("d", 99.95, recovery={"rto": "4h"}), service_of("quiet")],
        flows=calls("a-b", "a-c", "b-d", "c-d", "d-quiet", "through-silent", "silent-b"),
    )
    stated = facts_of(found)
    assert stated["a"]["depends_on"] == ["b", "c"]
    assert stated["a"]["weakest"] == {"id": "c", "percent": 99.5}
    assert stated["a"]["achievable"] == pytest.approx(99.9 * 99.5 / 100, abs=1e-3)
    assert stated["a"]["slowest"] == {"id": "b", "seconds": 3600.0, "text": "1h"}
    assert stated["through"]["weakest"] == {"id": "b", "percent": 99.9}
    assert stated["through"]["depends_on"] == ["b", "silent"]
    assert stated["b"]["weakest"] == {"id": "d", "percent": 99.95}
    assert stated["b"]["achievable"] == 99.95
    assert stated["d"]["depends_on"] == ["quiet"]
    assert "weakest" not in stated["d"]
    assert "depends_on" not in stated["lone"]
    service = one(found, "architecture.service", "service a")
    assert (service.related["weakest"].field, service.related["slowest"].field) == ("availability", "recovery.rto")


def test_alternatives_fail_only_together() -> None:
    found = spec(
        services=[service_of("a", 99.99), service_of("b", 99.9), service_of("c", 99.9)],
        flows=calls("a-b", "a-c", oneOf="providers"),
    )
    stated = facts_of(found)["a"]
    assert stated["depends_on"] == ["b or c"]
    assert stated["weakest"] == {"id": "b or c", "percent": 99.9999}
    assert stated["achievable"] == 99.9999


@pytest.mark.parametrize("kind", ["gateway", "queue"])
def test_what_passes_on_does_not_depend_on_its_targets(kind: str) -> None:
    found = spec(services=[service_of("a", 99.99, type=kind), service_of("b", 90)], flows=calls("a-b"))
    assert "weakest" not in facts_of(found)["a"]


def test_the_weakest_and_the_slowest_of_many() -> None:
    names = "bcdefgh"
    needed = [service_of(name, 99 + index / 10, recovery={"rto": f"{index + 1}h"}) for index, name in enumerate(names)]
    found = spec(services=[service_of("a"), *needed], flows=calls(*(f"a-{name}" for name in names)))
    stated = facts_of(found)["a"]
    assert stated["weakest"] == {"id": "b", "percent": 99.0}
    assert stated["slowest"] == {"id": "h", "seconds": 7 * 3600.0, "text": "7h"}


def test_a_shared_dependency_counts_once() -> None:
    found = spec(
        services=[service_of("a", 99.99), service_of("b", 100), service_of("c", 100), service_of("shared", 99)],
        flows=calls("a-b", "a-c", "b-shared", "c-shared", "a-shared", "a-b"),
    )
    assert facts_of(found)["a"]["achievable"] == 99.0


@pytest.mark.parametrize(
    ("flow", "hard"),
    [
        ({"interaction": "sync"}, True),
        ({"interaction": "async"}, False),
        ({"interaction": "batch"}, False),
        ({"interaction": "sync", "fallback": "cache"}, False),
        ({"interaction": "sync", "fallback": "none"}, True),
        ({"interaction": "sync", "protocol": "kafka"}, True),
        ({"protocol": "https"}, True),
        ({"protocol": "kafka"}, False),
        ({"protocol": "AMQPS"}, False),
    ],
)
def test_only_hard_calls_are_dependencies(flow: dict[str, Any], *, hard: bool) -> None:
    found = spec(services=[service_of("a", 99.99), service_of("b", 99)], flows=[{"from": "a", "to": "b", **flow}])
    assert ("weakest" in facts_of(found)["a"]) is hard


def test_an_actor_promises_nothing() -> None:
    found = spec(services=[service_of("a", type="actor"), service_of("b", 99)], flows=calls("a-b"))
    assert "weakest" not in facts_of(found)["a"]


@pytest.mark.parametrize(
    ("flows", "circles"),
    [
        (["a-b", "b-c"], {}),
        (["a-b", "b-a"], {"a": ["a", "b"], "b": ["a", "b"]}),
        (["a-b", "b-c", "c-b"], {"b": ["b", "c"], "c": ["b", "c"]}),
        (["a-b", "b-c", "c-a"], {name: ["a", "b", "c"] for name in "abc"}),
    ],
)
def test_circles_are_found_and_end(flows: list[str], circles: dict[str, list[str]]) -> None:
    found = spec(services=[service_of(name, 99) for name in "abc"], flows=calls(*flows))
    stated = facts_of(found)
    assert {name: each["circle"] for name, each in stated.items() if each["circle"]} == circles
    for name, members in circles.items():
        assert name not in stated[name]["depends_on"]
        assert set(stated[name]["depends_on"]) & set(members)


def test_an_asynchronous_flow_makes_no_circle() -> None:
    found = spec(services=[service_of("a"), service_of("b")], flows=calls("a-b") + calls("b-a", interaction="async"))
    assert facts_of(found)["a"]["circle"] == []


def test_long_chains_cost_no_stack() -> None:
    number = 300
    found = spec(
        services=[service_of(f"s{index}", 99.999 if index in (0, number - 1) else None) for index in range(number)],
        flows=calls(*(f"s{index}-s{index + 1}" for index in range(number - 1))),
    )
    assert facts_of(found)["s0"]["weakest"] == {"id": f"s{number - 1}", "percent": 99.999}
    assert facts_of(found)["s1"]["depends_on"] == ["s2", f"s{number - 1}"]


@pytest.mark.parametrize("seed", range(30))
def test_what_is_needed_over_all_paths_counts_once_each(seed: int) -> None:
    draw = Random(seed)
    names = list("abcdefgh")
    pairs = {(draw.choice(names), draw.choice(names)) for _ in range(draw.randrange(1, 14))}
    percents = {name: draw.choice((None, 90, 95, 99, 99.5, 100)) for name in names}
    found = spec(
        services=[service_of(name, percents[name]) for name in names],
        flows=calls(*(f"{source}-{target}" for source, target in sorted(pairs))),
    )
    for name, stated in facts_of(found).items():
        needed: dict[str, float] = {}
        met, pending = {name}, [name]
        while pending:
            here = pending.pop()
            for target in {target for source, target in pairs if source == here} - met:
                met.add(target)
                percent = percents[target]
                if percent is None:
                    pending.append(target)
                else:
                    needed[target] = percent
        if needed:
            assert stated["achievable"] == pytest.approx(100 * prod(each / 100 for each in needed.values()), abs=1e-3)
            least = min(needed, key=lambda other: (needed[other], other))
            assert stated["weakest"] == {"id": least, "percent": needed[least]}
        else:
            assert "weakest" not in stated


ASSETS = [
    {"id": "cards", "classification": "restricted", "categories": ["pan"]},
    {"id": "news", "classification": "public"},
    {"id": "people", "classification": "internal", "categories": ["personal"], "residency": ["eu", "ch"]},
    {"id": "swiss", "residency": ["ch"]},
]


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (["cards"], {"categories": ["pan"], "classification": "restricted", "regulated": True, "undefined_data": []}),
        (["news"], {"categories": [], "classification": "public", "regulated": False, "undefined_data": []}),
        (
            ["people", "news"],
            {"categories": ["personal"], "classification": "internal", "regulated": True, "undefined_data": []},
        ),
        (["ghost"], {"categories": [], "undefined_data": ["ghost"]}),
        (["swiss"], {"categories": [], "regulated": False, "undefined_data": []}),
        ("cards", {"categories": ["pan"], "classification": "restricted", "regulated": True, "undefined_data": []}),
        ([], {}),
    ],
)
def test_a_thing_is_as_sensitive_as_its_data(held: Any, expected: dict[str, Any]) -> None:
    found = spec(
        dataAssets=ASSETS,
        services=[{"id": "a", "data": held}, {"id": "b"}],
        datastores=[{"id": "c", "data": held}],
        flows=[{"id": "f", "from": "b", "to": "b", "data": held}],
    )
    names = ("categories", "classification", "regulated", "undefined_data")
    things = [facts_of(found)["a"], facts_of(found)["c"], one(found, "architecture.flow").facts]
    for stated in things:
        assert {name: stated[name] for name in names if name in stated} == expected


def test_data_that_flows_to_a_thing_is_its_data() -> None:
    found = spec(
        dataAssets=ASSETS,
        services=[{"id": "a"}, {"id": "b"}, {"id": "c"}],
        flows=[{"from": "a", "to": "b", "data": ["cards"]}],
    )
    assert {name: each.get("regulated") for name, each in facts_of(found).items()} == {"a": True, "b": True, "c": None}


BOUNDARIES = [
    {"id": "net", "kind": "internet"},
    {"id": "in", "kind": "internal"},
    {"id": "vault", "kind": "cde"},
]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (
            "user",
            "door",
            {"from_public": True, "crosses": True, "to_entry_point": True, "to_boundary_kind": "internal"},
        ),
        ("user", "app", {"from_public": True, "crosses": True, "to_entry_point": False, "from_type": "actor"}),
        ("door", "app", {"from_public": False, "crosses": False, "to_entry_point": False, "from_type": "gateway"}),
        ("app", "safe", {"from_public": False, "crosses": True, "to_type": "datastore", "to_boundary_kind": "cde"}),
        ("app", "lost", {"crosses": None, "dangling": [], "to_boundary_kind": ""}),
        ("lost", "app", {"crosses": None, "from_public": None}),
        ("app", "ghost", {"dangling": ["ghost"], "crosses": None, "to_type": None}),
        ("ghost", "phantom", {"dangling": ["ghost", "phantom"]}),
    ],
)
def test_a_flow_knows_its_ends(source: str, target: str, expected: dict[str, Any]) -> None:
    found = spec(
        boundaries=BOUNDARIES,
        services=[
            {"id": "user", "type": "actor", "boundary": "net"},
            {"id": "door", "type": "gateway", "boundary": "in"},
            {"id": "app", "boundary": "in"},
            {"id": "lost"},
        ],
        datastores=[{"id": "safe", "boundary": "vault"}],
        flows=[{"id": "f", "from": source, "to": target}],
    )
    stated = one(found, "architecture.flow").facts
    assert {name: stated.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ({"protocol": "https"}, True),
        ({"protocol": "mTLS"}, True),
        ({"protocol": "http"}, False),
        ({"protocol": "ftp"}, False),
        ({"protocol": "jdbc"}, None),
        ({}, None),
        ({"protocol": "jdbc", "tls": "1.3"}, True),
        ({"protocol": "jdbc", "tls": "none"}, False),
        ({"protocol": "http", "tls": "1.2"}, True),
        ({"protocol": "https", "encrypted": False}, False),
        ({"protocol": "http", "encrypted": True}, True),
        ({"tls": False}, False),
    ],
)
def test_whether_a_flow_is_encrypted(flow: dict[str, Any], *, expected: bool | None) -> None:
    found = spec(services=[{"id": "a"}, {"id": "b"}], flows=[{"from": "a", "to": "b", **flow}])
    assert one(found, "architecture.flow").facts.get("encrypted") is expected


@pytest.mark.parametrize(
    ("policies", "expected"),
    [({"zeroTrust": {"implementation": "mandatory"}}, True), ({}, False), ({"atRest": "AES"}, False)],
)
def test_zero_trust_is_demanded_or_not(policies: dict[str, Any], *, expected: bool) -> None:
    found = spec(policies=policies, services=[{"id": "a"}], flows=calls("a-a"))
    assert one(found, "architecture.flow").facts["zero_trust"] is expected


def test_a_boundary_knows_its_members() -> None:
    found = spec(
        boundaries=BOUNDARIES,
        dataAssets=ASSETS,
        services=[{"id": "a", "boundary": "vault", "data": ["news"]}, {"id": "b", "boundary": "in", "data": ["cards"]}],
        datastores=[{"id": "c", "boundary": "vault", "data": ["cards", "news"]}],
    )
    stated = one(found, "architecture.boundary", "vault").facts
    assert stated == {
        "members": ["a", "c"],
        "with_card_data": ["c"],
        "without_card_data": ["a"],
        "cde_elsewhere": False,
        "references": [],
        "defined_again": "",
    }
    assert one(found, "architecture.boundary", "net").facts["members"] == []
    assert one(found, "architecture.system").facts == {
        "services": 2,
        "references": [],
        "personal_receivers": [],
        "critical_parties": [],
        "categories": ["pan", "personal"],
        "boundary_kinds": ["cde", "internal", "internet"],
    }


@pytest.mark.parametrize(
    ("store", "outside"),
    [
        ({"data": ["people"], "regions": ["eu"]}, []),
        ({"data": ["people"], "regions": ["eu", "us"]}, ["us"]),
        ({"data": ["people"], "regions": ["eu"], "replication": {"regions": ["us", "ap"]}}, ["ap", "us"]),
        ({"data": ["people"], "regions": ["eu"], "backup": {"region": "us"}}, ["us"]),
        ({"data": ["people", "swiss"], "regions": ["eu", "ch"]}, ["eu"]),
        ({"data": ["people", "news"], "regions": ["eu", "ch"]}, []),
        ({"data": ["people"], "regions": "us"}, ["us"]),
        ({"data": ["people"]}, None),
        ({"data": ["news"], "regions": ["us"]}, None),
        ({"data": ["ghost"], "regions": ["us"]}, None),
        ({"regions": ["us"]}, None),
    ],
)
def test_data_stays_where_it_may_be(store: dict[str, Any], outside: list[str] | None) -> None:
    found = spec(dataAssets=ASSETS, datastores=[{"id": "d", **store}])
    assert facts_of(found)["d"].get("outside_residency") == outside


def test_a_store_owes_its_strictest_user() -> None:
    found = spec(
        services=[
            service_of("a", recovery={"rpo": "1h"}),
            service_of("b", recovery={"rpo": "5 min"}),
            service_of("c", recovery={"rpo": "soon"}),
            service_of("d", recovery={"rpo": "1 s"}),
        ],
        datastores=[{"id": "s"}, {"id": "t"}],
        flows=calls("a-s", "b-s", "c-s", "s-d", "c-t"),
    )
    store = one(found, "architecture.datastore", "s")
    assert store.facts["needed_rpo"] == {"id": "b", "seconds": 300.0, "text": "5 min"}
    assert store.related["needed_rpo"].field == "recovery.rpo"
    assert "needed_rpo" not in one(found, "architecture.datastore", "t").facts


@pytest.mark.parametrize("name", ["x", "y"])
def test_specs_of_one_name_are_one_system(name: str) -> None:
    whole = {"apiVersion": "assay.dev/v1", "kind": "Architecture"}
    first = {"metadata": {"name": "x"}, "spec": {"services": [service_of("a", 99.99)], "flows": calls("a-b")}}
    second = {"metadata": {"name": name}, "spec": {"services": [service_of("b", 90)]}}
    found = derived(yaml.safe_dump({**whole, **first}), yaml.safe_dump({**whole, **second}))
    assert one(found, "architecture.flow").facts["dangling"] == ([] if name == "x" else ["b"])
    assert ("weakest" in facts_of(found)["a"]) is (name == "x")
