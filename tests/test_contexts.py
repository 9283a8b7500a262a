"""What an input is used for, and how findings count there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scanner import contexts
from scanner.contexts import Context, context_of, is_loaded
from scanner.finished_scan import Scan
from scanner.model import InputStatus, Outcome, Severity
from scanner.reports import render
from scanner.scan import Options, scan

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: a, image: a:1, securityContext: {privileged: true}}]}
"""
TOKEN = "ghp_" + "q7Zt2LmXw9RkVb4NcYpH8sDfGj3aUe6TiKo5"
SECRET = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData: {{token: {TOKEN}}}\n"
DEFAULTS = "kubernetes.container-env-without-default-passwords"
PASSWORD = """\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: a, image: a:1, env: [{name: POSTGRES_PASSWORD, value: changeme}]}]}
"""
PRIVILEGED, COMMITTED = "kubernetes.container-not-privileged", "kubernetes.secret-string-data-not-committed"


def fenced(text: str) -> str:
    return f"# How to\n\n```yaml\n{text}```\n"


def written(folder: Path, path: str, text: str) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder


def scanned(folder: Path, path: str, text: str, context: Context | None = None) -> Scan:
    written(folder, path, text)
    return scan([str(folder)], Options(context=context, cache_folder=None))


def severity(found: Scan, rule: str) -> Severity:
    return next(each.severity for each in found.findings if each.rule == rule and each.outcome is Outcome.FAIL)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("deploy/app.yaml", "live"),
        (".claude/settings.json", "live"),
        (".claude/settings.local.json", "local"),
        ("compose.override.yaml", "local"),
        ("docs/swarm.md", "documentation"),
        ("README", "documentation"),
        ("notes.txt", "documentation"),
        ("README.de", "documentation"),
        ("deploy/readme-web.yaml", "live"),
        ("README.yml", "live"),
        ("readme.json", "live"),
        ("examples/app.yaml", "documentation"),
        (".mcp.json.example", "template"),
        ("settings.sample.json", "template"),
        (".claude/settings copy.json", "template"),
        (".claude/settings-team.json", "template"),
        ("sample.yaml", "live"),
        ("tests/fixtures/app.yaml", "fixture"),
        ("Test APIs/shop/openapi.yaml", "fixture"),
        ("contest-apis/openapi.yaml", "live"),
        ("cli/compose/loader/testdata/compose.yaml", "fixture"),
        ("lib/site-packages/pkg/compose.yaml", "fixture"),
        ("web/node_modules/pkg/docs/app.yaml", "fixture"),
        ("vendor/k8s.io/apimachinery/pod.yaml", "fixture"),
        ("vendor/bundle/ruby/3.2.0/gems/shop-1.0/pod.yaml", "fixture"),
        ("gen/src/test/resources/api.yaml", "fixture"),
        ("vendor/katalog/pod.yaml", "live"),
        ("ci/kubetest/pod.yaml", "fixture"),
        ("contest/latest/pod.yaml", "live"),
        ("CLAUDE.md", "live"),
        ("pkg/AGENTS.md", "live"),
        (".claude/agents/reviewer.md", "live"),
        (".github/agents/docs.agent.md", "live"),
        ("plugin/skills/pdf/SKILL.md", "live"),
        ("plugin/skills/pdf/assets/compose.yaml", "template"),
        (".claude/skills/pdf/templates/settings.json", "template"),
        ("plugin/skills/pdf/assets/notes.md", "live"),
        ("charts/app/templates/pod.yaml", "live"),
        ("docs/.claude/settings.json", "live"),
        ("examples/demo/.mcp.json", "live"),
    ],
)
def test_the_path_decides_the_context(path: str, expected: str) -> None:
    assert context_of(path) is Context(expected)


@pytest.mark.parametrize(
    ("path", "values", "expected"),
    [
        ("deploy/secret.yaml", "{password: kq-s3cr3t-2024}", "medium"),
        ("tests/e2e/secret.yaml", "{password: kq-s3cr3t-2024}", "low"),
        ("docs/howto.md", "{password: kq-s3cr3t-2024}", "low"),
        ("docs/secret.yaml", "{password: kq-s3cr3t-2024}", "medium"),
        ("tests/e2e/secret.yaml", f"{{token: {TOKEN}}}", "medium"),
        ("deploy/secret.yaml", "{password: test}", "medium"),
        ("docs/howto.md", "{password: test}", ""),
        ("docs/howto.md", f"{{password: test, token: {TOKEN}}}", "medium"),
        ("deploy/secret.yaml", f"{{token: {TOKEN[:-1]}/}}", ""),
    ],
)
def test_what_only_a_name_makes_a_credential_counts_lower_in_examples_and_tests(
    path: str, values: str, expected: str, tmp_path: Path
) -> None:
    text = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData: {values}\n"
    found = scanned(tmp_path, path, fenced(text) if path.endswith(".md") else text)
    told = [each.severity for each in found.findings if each.rule == COMMITTED and each.outcome is Outcome.FAIL]
    assert told == ([Severity(expected)] if expected else [])


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("deploy/app.yaml", POD, Severity.CRITICAL),
        ("docs/app.yaml", POD, Severity.CRITICAL),
        ("deploy/app.yaml", POD.replace("{name: a}", "{name: <APP-NAME>}"), Severity.HIGH),
        ("tests/app.yaml", POD, Severity.CRITICAL),
        ("pkg/testdata/app.yaml", POD, Severity.HIGH),
        ("deploy/archive/old/app.yaml", POD, Severity.HIGH),
        ("deploy/_archived/app.yaml", POD, Severity.HIGH),
        ("deploy/archive-service/app.yaml", POD, Severity.CRITICAL),
        ("lib/site-packages/pkg/app.yaml", POD, Severity.HIGH),
        ("docs/app.md", fenced(POD), Severity.HIGH),
        ("AGENTS.md", fenced(POD), Severity.CRITICAL),
        (".claude/agents/a.md", fenced(POD), Severity.HIGH),
        (".claude/skills/a/SKILL.md", fenced(POD), Severity.HIGH),
        (".claude/skills/a/pod.yaml", POD, Severity.CRITICAL),
        (".claude/skills/a/assets/pod.yaml", POD, Severity.HIGH),
        ("app.example.yaml", POD, Severity.HIGH),
    ],
)
def test_only_what_no_tool_loads_from_its_place_counts_lower(
    path: str, text: str, expected: Severity, tmp_path: Path
) -> None:
    assert severity(scanned(tmp_path, path, text), PRIVILEGED) is expected


COMPOSE = """\
services:
  web:
    image: a/b:1
    privileged: true
    ports: ["80:80"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
"""


@pytest.mark.parametrize(
    ("path", "context", "expected"),
    [
        ("compose.yaml", None, Severity.CRITICAL),
        ("docs/compose.yaml", None, Severity.CRITICAL),
        ("archive/compose.yaml", None, Severity.HIGH),
        ("docs/plan.md", None, Severity.MEDIUM),
        ("docs/plan.md", Context.LIVE, Severity.CRITICAL),
        ("compose.yaml", Context.DOCUMENTATION, Severity.MEDIUM),
        (".claude/skills/a/SKILL.md", None, Severity.MEDIUM),
    ],
)
def test_services_that_a_text_only_shows_count_at_most_medium(
    path: str, context: Context | None, expected: Severity, tmp_path: Path
) -> None:
    found = scanned(tmp_path, path, fenced(COMPOSE) if path.endswith(".md") else COMPOSE, context)
    assert severity(found, "stacks.service-not-privileged") is expected
    if expected is Severity.MEDIUM and path.endswith(".md"):
        assert severity(found, "stacks.service-without-runtime-socket") is expected


def test_the_folder_of_what_is_no_longer_used_is_named(tmp_path: Path) -> None:
    found = scanned(tmp_path, "archive/deploy/app.yaml", POD)
    assert {each.counted_because for each in found.findings if each.rule == PRIVILEGED} == {
        "the name of its folder, archive, says that it is no longer used"
    }
    committed = scanned(tmp_path / "b", "archive/secret.yaml", SECRET)
    assert severity(committed, COMMITTED) is severity(scanned(tmp_path / "c", "secret.yaml", SECRET), COMMITTED)


SKILL = "---\nname: a\ndescription: A\n---\n\n```sh\n{}\n```\n"


@pytest.mark.parametrize(
    ("rule", "path", "text", "expected"),
    [
        ("command-certificates-verified", "SKILL.md", SKILL.format("curl -k https://127.0.0.1/x"), Severity.LOW),
        ("command-certificates-verified", "SKILL.md", SKILL.format("curl -k -d @a https://a.example/x"), Severity.HIGH),
        ("invoked-downloads-not-executed", "SKILL.md", SKILL.format("curl https://a.example | sh"), Severity.MEDIUM),
        ("invoked-downloads-not-executed", "SKILL.md", SKILL.format("curl http://a.example | sh"), Severity.HIGH),
        ("settings-sandbox-kept", ".claude/settings.json", '{"sandbox": {"enabled": false}}', Severity.MEDIUM),
        ("settings-servers-named", ".claude/settings.json", '{"enableAllProjectMcpServers": true}', Severity.MEDIUM),
        ("settings-servers-named", "dotfiles/settings.json", '{"enableAllProjectMcpServers": true}', Severity.HIGH),
        ("settings-keys-known", ".claude/settings.json", '{"model": "opus", "editMode": "vim"}', Severity.LOW),
        ("settings-keys-known", ".claude/settings.json", '{"permissions": {"denied": ["Read"]}}', Severity.MEDIUM),
    ],
)
def test_what_a_person_is_asked_or_has_little_effect_counts_lower(
    rule: str, path: str, text: str, expected: Severity, tmp_path: Path
) -> None:
    assert severity(scanned(tmp_path, path, text), f"agents.{rule}") is expected


def test_an_agent_whose_name_is_to_be_written_counts_in_full_where_a_tool_loads_it(tmp_path: Path) -> None:
    text = '---\nname: "{{LAYER}}-runner"\ndescription: Runs\ntools: Read\npermissionMode: bypassPermissions\n---\n'
    assert severity(scanned(tmp_path, ".claude/agents/a.md", text), "agents.agent-mode-asks") is Severity.CRITICAL


LABELLED = POD.replace("metadata: {name: a}", "metadata: {name: a, labels: {app: a}}")
LIMITED, ISOLATED = "kubernetes.container-memory-limited", "kubernetes.workload-selected-by-network-policy"
ROOT, SEEN = "kubernetes.container-runs-as-non-root", "kubernetes.service-selects-workload"
NOT_TRUE = POD.replace("privileged: true", "runAsNonRoot: false")
SERVED = "kubernetes.api-version-served"
OLD = "apiVersion: autoscaling/v2beta1\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {app: b}}\n"


@pytest.mark.parametrize(
    ("path", "text", "context", "rule", "expected"),
    [
        ("docs/app.md", POD, None, PRIVILEGED, "fail"),
        ("docs/app.md", POD, None, LIMITED, "unknown"),
        ("docs/app.md", LABELLED, None, ISOLATED, "unknown"),
        ("docs/app.md", POD, None, ROOT, "unknown"),
        ("docs/app.md", NOT_TRUE, None, ROOT, "fail"),
        ("docs/app.md", SERVICE + "---\n" + LABELLED, None, SEEN, "unknown"),
        ("docs/app.md", SERVICE + "---\n" + LABELLED, Context.LIVE, SEEN, "fail"),
        ("docs/app.md", POD, Context.LIVE, LIMITED, "fail"),
        ("docs/app.md", POD, Context.DOCUMENTATION, LIMITED, "unknown"),
        ("docs/app.yaml", POD, None, LIMITED, "fail"),
        ("deploy/readme-app.yaml", POD, None, LIMITED, "fail"),
        ("docs/app.yaml", POD, Context.DOCUMENTATION, LIMITED, "fail"),
        ("AGENTS.md", POD, None, LIMITED, "fail"),
        ("api/testdata/app.yaml", POD, None, LIMITED, "fail"),
        ("api/testdata/scaler.yaml", OLD, None, SERVED, "unknown"),
        ("api/testdata/scaler.yaml", OLD, Context.LIVE, SERVED, "fail"),
        ("api/scaler.yaml", OLD, None, SERVED, "fail"),
        ("api/scaler.md", OLD, None, SERVED, "fail"),
    ],
)
def test_what_a_page_leaves_out_and_what_version_a_test_reads_is_open(
    path: str, text: str, context: Context | None, rule: str, expected: str, tmp_path: Path
) -> None:
    found = scanned(tmp_path, path, fenced(text) if path.endswith(".md") else text, context)
    told = [each for each in found.findings if each.rule == rule]
    assert [each.outcome.value for each in told] == [expected]
    if expected == "unknown":
        assert told[0].provide == (contexts.IF_WHOLE if path.endswith(".md") else contexts.IF_APPLIED)


def test_what_a_page_shows_without_other_objects_is_not_said_to_be_left_out(tmp_path: Path) -> None:
    (told,) = (each for each in scanned(tmp_path, "a.md", fenced(LABELLED)).findings if each.rule == ISOLATED)
    assert "so what is beside this object is not known" in told.message


FRAGMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: a, image: "r.example/a:1.0", securityContext: {privileged: true}}]}
"""
NO_SELECTOR = FRAGMENT.replace("  selector: {matchLabels: {app: web}}\n", "")
PROSE = FRAGMENT.replace("name: web}", "name: 'web ← as in the file'}")


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        (FRAGMENT, None, ["unknown"]),
        (NO_SELECTOR, None, []),
        (NO_SELECTOR.replace("apps/v1", "extensions/v1beta1"), None, ["unknown"]),
        (PROSE, None, []),
        (NO_SELECTOR, Context.LIVE, ["fail"]),
        (PROSE, Context.LIVE, ["fail"]),
    ],
)
def test_what_no_api_server_takes_leaves_nothing_open_on_a_page(
    text: str, context: Context | None, expected: list[str], tmp_path: Path
) -> None:
    found = scanned(tmp_path, "docs/app.md", fenced(text), context).findings
    assert [each.outcome.value for each in found if each.rule == LIMITED] == expected
    assert [each.outcome.value for each in found if each.rule == PRIVILEGED] == ["fail"]


TAGGED, DEFINED = "stacks.service-image-tag-pinned", "stacks.service-references-defined"


def compose(image: str, volume: str = "") -> str:
    mounted = f"\n    volumes: ['{volume}:/data']" if volume else ""
    return f"services:\n  web:\n    image: {image}{mounted}\n"


@pytest.mark.parametrize(
    ("path", "text", "context", "rule", "expected"),
    [
        ("docs/app.md", compose("your-image:latest"), None, TAGGED, "unknown"),
        (".claude/skills/app/SKILL.md", compose("myapp:latest"), None, TAGGED, "unknown"),
        (".claude/skills/app/SKILL.md", compose("registry.test/your-app"), None, TAGGED, "unknown"),
        (".claude/skills/app/SKILL.md", compose("registry.test/PROJECT_ID/web"), None, TAGGED, "unknown"),
        (".claude/skills/app/SKILL.md", compose("mysql/mysql-server:latest"), None, TAGGED, "fail"),
        (".claude/skills/app/SKILL.md", compose("appsmith/appsmith-ce"), None, TAGGED, "fail"),
        ("docs/app.md", compose("your-image:latest"), Context.LIVE, TAGGED, "fail"),
        ("compose.yaml", compose("your-image:latest"), None, TAGGED, "fail"),
        ("docs/app.md", compose("nginx:1.29.1", "data"), None, DEFINED, "unknown"),
        ("docs/app.md", compose("nginx:1.29.1", "data"), Context.LIVE, DEFINED, "fail"),
        ("compose.yaml", compose("nginx:1.29.1", "data"), None, DEFINED, "fail"),
    ],
)
def test_on_a_page_an_image_may_stand_for_another_one_and_what_is_referenced_may_be_left_out(
    path: str, text: str, context: Context | None, rule: str, expected: str, tmp_path: Path
) -> None:
    found = scanned(tmp_path, path, fenced(text) if path.endswith(".md") else text, context)
    assert [each.outcome.value for each in found.findings if each.rule == rule] == [expected]


def test_a_block_that_shows_two_files_is_each_of_them(tmp_path: Path) -> None:
    shown = "# compose.yaml\n" + compose("nginx:latest") + "\n# compose.prod.yaml\n" + compose("redis:latest")
    found = scanned(tmp_path, ".claude/skills/app/SKILL.md", fenced(shown))
    assert [(each.rule, each.location.line) for each in found.findings if each.rule == TAGGED] == [
        (TAGGED, 7),
        (TAGGED, 12),
    ]
    assert not [each for each in found.findings if each.rule == "documents.no-duplicate-keys"]


def test_a_credential_in_the_first_of_two_files_of_a_block_is_found(tmp_path: Path) -> None:
    other = SECRET.replace("name: a", "name: b")
    found = scanned(tmp_path, "a.md", fenced(SECRET + other))
    assert len([each for each in found.findings if each.rule == COMMITTED]) == 2


def test_what_blocks_of_one_page_leave_out_is_one_outcome_of_each_rule(tmp_path: Path) -> None:
    other = POD.replace("name: a}\n", "name: b}\n")
    (tmp_path / "b.md").write_text(fenced(POD), encoding="utf-8")
    found = scanned(tmp_path, "a.md", fenced(POD) + fenced(other))
    told = [each for each in found.listed if each.rule == LIMITED]
    assert [(each.location.path[-4:], len(each.related)) for each in told] == [("a.md", 1), ("b.md", 0)]
    assert "Pod b" in told[0].message


def test_credentials_count_everywhere(tmp_path: Path) -> None:
    live = severity(scanned(tmp_path / "a", "app.yaml", SECRET), COMMITTED)
    assert severity(scanned(tmp_path / "b", "app.md", fenced(SECRET)), COMMITTED) is live


@pytest.mark.parametrize(
    ("context", "expected"),
    [(Context.LIVE, Severity.CRITICAL), (Context.FIXTURE, Severity.CRITICAL), (Context.TEMPLATE, Severity.HIGH)],
)
def test_a_context_that_is_given_counts_for_all_inputs(context: Context, expected: Severity, tmp_path: Path) -> None:
    found = scanned(tmp_path, "app.md", fenced(POD), context)
    assert severity(found, PRIVILEGED) is expected
    assert {item.context for item in found.inputs} == {context}


_PARTS = """a b.yaml docs Doc tests test .claude agents skills .github prompts copilot-instructions.md README readme.md
mcp.json x.local.json .mcp.json CLAUDE.md x.example.yaml x.tpl compose.override.yml foo.agent.md x.md .cursor
.local.x node_modules test-cases
X.EXAMPLE.YML .example local a.local.b.c Readmex.yaml x.dist. txt Readmex
 settings.local.json.tmpl x.\u017fample \u00e9.yaml"""


@given(st.lists(st.sampled_from([*_PARTS.split(), "", "a.md\n", "README\n", "docs\n"]), min_size=1, max_size=4))
def test_what_is_known_without_a_search_is_what_the_searches_find(parts: list[str]) -> None:
    path = "/".join(parts)
    assert context_of(path) == contexts._told(path)
    lower = (contexts._is_document, contexts._is_template, contexts._is_test_data)
    assert is_loaded(path) == (not any(each(path) for each in lower))


INIT = POD.replace("containers:", "initContainers:")
UNNAMED = POD.replace("{name: a}", "{name: <app>}", 1)
ENDS = "it is an init container, which ends before the pod serves"
NOT_LOADED = "it is in documentation"


@pytest.mark.parametrize(
    ("path", "text", "context", "expected"),
    [
        ("a.yaml", POD, None, ""),
        ("a.yaml", INIT, None, f"high, not critical: {ENDS}"),
        ("a.yaml", UNNAMED, None, "high, not critical: its name is still to be written"),
        ("a.yaml", POD, Context.DOCUMENTATION, f"high, not critical: {NOT_LOADED}"),
        ("testdata/a.yaml", INIT, None, f"high, not critical: {ENDS}"),
        (
            "testdata/a.yaml",
            POD,
            None,
            "high, not critical: it is in a folder of tests, test data or installed packages",
        ),
        ("a.yaml.tmpl", POD, None, "high, not critical: it is in a template"),
    ],
)
def test_reports_say_why_a_finding_counts_lower(
    path: str, text: str, context: Context | None, expected: str, tmp_path: Path
) -> None:
    found = scanned(tmp_path, path, text, context)
    found = replace(found, findings=tuple(each for each in found.findings if each.rule == PRIVILEGED))
    because = expected.partition(": ")[2]
    assert [each.counted_because for each in found.findings] == [because]
    for name in ("table", "html"):
        report = "".join(render(name, found))
        assert (", not critical: " in report) is bool(expected)
        assert " ".join(expected.split()) in " ".join(report.split())
    for name in ("json", "sarif"):
        assert (because in "".join(render(name, found))) is True


@pytest.mark.parametrize(("path", "listed"), [("README.md", 0), ("deploy/app.yaml", 1), ("deploy/readme-app.yaml", 1)])
def test_rules_pass_a_default_password_in_a_text_for_people(tmp_path: Path, path: str, listed: int) -> None:
    text = fenced(PASSWORD) if path.endswith(".md") else PASSWORD
    found = scan([str(written(tmp_path, path, text))], Options(cache_folder=None, lists_subjects=True))
    told = Counter((each.rule, each.outcome) for each in found.findings)
    assert told[DEFAULTS, Outcome.FAIL] == listed
    counted = {(rule, outcome): number for rule, some in found.counts.items() for outcome, number in some.items()}
    assert {key: number for key, number in counted.items() if number and key[1] is not Outcome.PASS} == told
    accounts = found.accounts
    assert accounts
    for counts in (accounts.evaluated, accounts.merged, found.counts):
        assert counts[DEFAULTS] == {(Outcome.FAIL if listed else Outcome.PASS): 1}
    [subject] = [each for each in accounts.subjects if DEFAULTS in each.outcomes]
    assert subject.outcomes[DEFAULTS] == accounts.evaluated[DEFAULTS]


@pytest.mark.parametrize(
    ("context", "status"),
    [
        (None, InputStatus.SKIPPED),
        (Context.DOCUMENTATION, InputStatus.SKIPPED),
        (Context.LIVE, InputStatus.ASSESSED),
    ],
)
def test_a_block_that_a_page_calls_refused_is_assessed_where_all_inputs_are_live(
    tmp_path: Path, context: Context | None, status: InputStatus
) -> None:
    text = f"Now try one that violates the policy:\n\n```yaml\n{POD}```\n"
    found = scanned(tmp_path, "README.md", text, context)
    assert [each.status for each in found.inputs] == [status]
    assert (PRIVILEGED in {each.rule for each in found.findings}) == (status is InputStatus.ASSESSED)


ASIDE = [
    "pod.yaml.orig",
    "pod.yaml.bak",
    "old/pod.yaml.unused",
    "pod.yml.disabled",
    "pod.json.old",
    "pod.yaml~",
    "pod.BAK",
]


@pytest.mark.parametrize("path", ASIDE)
def test_of_a_file_that_its_name_puts_out_of_use_only_credentials_are_assessed(tmp_path: Path, path: str) -> None:
    found = scanned(tmp_path, path, f"{POD}---\n{SECRET}")
    assert {each.rule for each in found.findings} == {COMMITTED}
    assert severity(found, COMMITTED) == next(each.severity for each in found.rules.values() if each.id == COMMITTED)
    (item,) = found.inputs
    assert item.reason.startswith("no tool applies a file with this name from its folder, so only credentials in it")


def test_a_file_out_of_use_is_assessed_where_a_cluster_gets_it(tmp_path: Path) -> None:
    found = scanned(tmp_path, "pod.yaml.bak", POD, Context.LIVE)
    assert severity(found, PRIVILEGED) == Severity.CRITICAL
    assert "no tool applies" not in found.inputs[0].reason


@pytest.mark.parametrize("path", ["old.yaml", "bak/pod.yaml", "pod.orig.yaml", "pod-old.yaml", "~pod.yaml"])
def test_other_names_put_nothing_out_of_use(tmp_path: Path, path: str) -> None:
    assert severity(scanned(tmp_path, path, POD), PRIVILEGED) == Severity.CRITICAL


def test_an_object_out_of_use_counts_for_no_other(tmp_path: Path) -> None:
    """A NetworkPolicy in a copy isolates nothing."""
    isolated = "kubernetes.workload-selected-by-network-policy"
    policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {podSelector: {}}\n"
    written(tmp_path, "policy.yaml", policy)
    assert all(each.rule != isolated for each in scanned(tmp_path, "pod.yaml", POD).findings)
    (tmp_path / "policy.yaml").rename(tmp_path / "policy.yaml.bak")
    assert severity(scanned(tmp_path, "pod.yaml", POD), isolated) == Severity.MEDIUM


def test_what_a_chart_renders_is_assessed_under_any_name(tmp_path: Path) -> None:
    """Helm renders every file of `templates`."""
    written(tmp_path, "Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n")
    found = scanned(tmp_path, "templates/pod.yaml.bak", POD)
    assert severity(found, PRIVILEGED) == Severity.CRITICAL


COMMENTED = "its kustomization lists the file in a comment only, so that nothing builds it"


@pytest.mark.parametrize(
    ("lines", "file", "because"),
    [
        ("  # - pod.yaml\n", "pod.yaml", COMMENTED),
        ('  #- "./parts/pod.yml" # not yet\n', "parts/pod.yml", COMMENTED),
        ("  # - pod.yaml (replaced by the chart)\n", "pod.yaml", COMMENTED),
        ("  # - pod.yaml is applied by hand\n", "pod.yaml", ""),
        ("  # see pod.yaml\n", "pod.yaml", ""),
        ("  # - pod.yaml\n", "other/pod.yaml", ""),
        ("", "pod.yaml", ""),
    ],
)
def test_a_file_that_its_kustomization_lists_in_a_comment_counts_lower(
    tmp_path: Path, lines: str, file: str, because: str
) -> None:
    written(tmp_path, "kustomization.yaml", f"resources:\n  - map.yaml\n{lines}")
    written(tmp_path, "map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n")
    found = scanned(tmp_path, file, f"{POD}---\n{SECRET}")
    told = {each.rule: each.counted_because for each in found.findings if each.location.path == file}
    assert (told[PRIVILEGED], told[COMMITTED]) == (because, "")
    (item,) = (each for each in found.inputs if each.path == file)
    assert ("in a comment only, so it does not count as deployed" in item.reason) == bool(because)


def test_a_file_that_another_kustomization_lists_counts_in_full(tmp_path: Path) -> None:
    written(tmp_path, "base/kustomization.yaml", "resources:\n  # - pod.yaml\n")
    written(tmp_path, "prod/kustomization.yaml", "resources: [../base/pod.yaml]\n")
    found = scanned(tmp_path, "base/pod.yaml", POD)
    assert severity(found, PRIVILEGED) == Severity.CRITICAL
