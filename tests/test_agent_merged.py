"""Findings about agents that have one cause are one finding, with the other places and names."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.model import Severity
from tests.agent_scans import failures

WAY_OUT = "agents.agent-exfiltration-path-closed"
PINNED = "agents.command-packages-pinned"


def agent(name: str, tools: str, more: str = "") -> str:
    return f"---\nname: {name}\ndescription: Does {name}\ntools: {tools}\n{more}---\nDo it.\n"


def test_agents_of_a_setup_with_a_way_out_are_one_finding_with_their_names(tmp_path: Path) -> None:
    some = {f".claude/agents/sub/n{number}.md": agent(f"n{number}", "Read, WebFetch") for number in range(10)}
    others = {".claude/agents/m.md": agent("m", "Grep, Bash, WebSearch"), ".claude/agents/o.md": agent("o", "Read")}
    (found,) = failures(tmp_path, others | some, WAY_OUT)
    assert found.location.path == ".claude/agents/m.md"
    assert "Grep and Bash" in found.message
    assert found.message.endswith(
        "; the finding also covers agent n0, agent n1, agent n2, agent n3, agent n4, agent n5, agent n6, agent n7"
        " and 2 more"
    )
    assert sorted(place.location.path for place in found.related) == sorted(some)


def test_agents_of_other_setups_and_of_another_severity_are_findings_of_their_own(tmp_path: Path) -> None:
    files = {
        ".claude/agents/a.md": agent("a", "Read, WebFetch"),
        ".claude/agents/b.md": agent("b", "Read, WebFetch", "permissionMode: bypassPermissions\n"),
        "apps/web/.claude/agents/c.md": agent("c", "Read, WebFetch"),
        "apps/web/package.json": "{}",
    }
    found = failures(tmp_path, files, WAY_OUT)
    told = {each.location.path: each.severity for each in found}
    assert told == {
        ".claude/agents/a.md": Severity.MEDIUM,
        ".claude/agents/b.md": Severity.HIGH,
        "apps/web/.claude/agents/c.md": Severity.MEDIUM,
    }


def test_agents_that_bypass_the_checks_are_one_finding(tmp_path: Path) -> None:
    mode = "permissionMode: bypassPermissions\n"
    files = {f".claude/agents/{name}.md": agent(name, "Read", mode) for name in "abc"}
    (found,) = failures(tmp_path, files, "agents.agent-mode-asks")
    assert found.message.endswith("; the same in 2 more files")
    assert found.severity is Severity.CRITICAL


APPS = ("api", "web")
SERVER = '{"mcpServers": {"a": {"command": "npx", "args": ["%s", "mcp"]}}}'


def test_one_package_by_a_tag_in_files_of_any_folder_is_one_finding(tmp_path: Path) -> None:
    some = [".mcp.json", "apps/web/.mcp.json", "apps/web/.cursor/mcp.json", "apps/api/.gemini/settings.json"]
    files = dict.fromkeys(some, SERVER % "@example/a@latest") | {f"apps/{name}/package.json": "{}" for name in APPS}
    found = failures(tmp_path, files | {"apps/api/.mcp.json": SERVER % "@example/b@next"}, PINNED)
    places = [sorted(each.path for each in (one.location, *(o.location for o in one.related))) for one in found]
    assert sorted(places) == [sorted(some), ["apps/api/.mcp.json"]]


HOOKS = "hooks:\n  PostToolUse:\n  - type: command\n    command: ruff format --quiet\n"


@pytest.mark.parametrize(("tools", "number"), [("[codebase, editFiles]", 0), ("[Read, Edit]", 1)])
def test_hooks_of_an_agent_of_an_editor_have_a_form_of_their_own(tools: str, number: int, tmp_path: Path) -> None:
    files = {"kit/agents/build.agent.md": agent("build", tools, HOOKS)}
    assert len(failures(tmp_path, files, "agents.hook-event-known")) == number


def skill(*commands: str) -> str:
    blocks = "\n\n".join(f"```bash\n{command}\n```" for command in commands)
    return f"---\nname: a\ndescription: Starts agents\n---\n\n{blocks}\n"


GUARDS = "agents.command-guards-kept"
STARTS = "claude --dangerously-skip-permissions -p 'mend it'"


def test_a_flag_in_several_commands_of_a_setup_is_one_finding(tmp_path: Path) -> None:
    text = skill(STARTS, f"tmux send-keys -t x '{STARTS.partition(' -p')[0]}' Enter")
    (found,) = failures(tmp_path, {"skills/a/SKILL.md": text, "skills/b/SKILL.md": skill(STARTS)}, GUARDS)
    assert found.severity is Severity.CRITICAL
    assert {place.location.path for place in found.related} == {"skills/a/SKILL.md", "skills/b/SKILL.md"}


CODEX = "codex --dangerously-bypass-approvals-and-sandbox"


@pytest.mark.parametrize(
    ("command", "severity"),
    [
        (f'docker run --rm -it -v "$PWD:/work" agent {STARTS}', Severity.MEDIUM),
        (f"podman exec agent {STARTS}", Severity.MEDIUM),
        (f"bwrap --ro-bind /usr /usr --bind . . {STARTS}", Severity.MEDIUM),
        (f'"$SAFEHOUSE" --env=cloud \\\n  --more -- {CODEX}', Severity.MEDIUM),
        (f'alias proxied="$TOOLS/safehouse {CODEX}"', Severity.MEDIUM),
        (f"docker run --privileged agent {STARTS}", Severity.CRITICAL),
        (f"docker run -v /:/host agent {STARTS}", Severity.CRITICAL),
        (f'docker run -v "$HOME:/root" agent {STARTS}', Severity.CRITICAL),
        (f"docker run --volume ~/:/root agent {STARTS}", Severity.CRITICAL),
        (f"docker run --mount type=bind,src=/,dst=/host agent {STARTS}", Severity.CRITICAL),
        (f"bwrap --dev-bind / / {STARTS}", Severity.CRITICAL),
        (f"docker run agent true; {STARTS}", Severity.CRITICAL),
        (f"docker run agent {STARTS} && {STARTS}", Severity.CRITICAL),
        (f"echo docker run; {STARTS}", Severity.CRITICAL),
        (f"{STARTS} # docker run agent", Severity.CRITICAL),
    ],
)
def test_a_container_around_an_agent_without_questions_counts_lower(
    command: str, severity: Severity, tmp_path: Path
) -> None:
    (found,) = failures(tmp_path, {"skills/a/SKILL.md": skill(command)}, GUARDS)
    assert found.severity is severity


def test_a_list_of_names_of_variables_is_no_credential(tmp_path: Path) -> None:
    rule = "agents.command-without-credentials"
    names = "box --env-pass=CLOUD_PROFILE,CLOUD_REGION -- agent"
    assert not failures(tmp_path, {"skills/a/SKILL.md": skill(names)}, rule)
    assert failures(tmp_path, {"skills/b/SKILL.md": skill("login --password=q8Zr7Lm2t0Pk,x")}, rule)
