"""Credentials in setups of agents: one finding for each, and none for tokens that are public."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.model import Severity
from tests.agent_scans import failures

IN_RULE = "agents.permission-without-credentials"
IN_COMMAND = "agents.command-without-credentials"
IN_SERVER = "agents.server-environment-without-credentials"
KEY, OTHER = "sk-" + "7AnrpS2eZL9vt8B7x1f6hGuaMgAekSS5" * 2, "sk-" + "Q4nrpS2eZL0vt8B7x1f6hGuaMgAekTT7" * 2
UUID = "fe257ba6-512d-4b1c-bdf7-9a9a586c85a4"
ADDRESS = "https://1-files.gitbook.io/~/files/v0/b/x-prod.appspot.com/o/spaces%2Fa%2Fb.png?alt=media"
SKILL = "---\nname: run\ndescription: Runs it\n---\n```bash\n"


def settings(*commands: str) -> str:
    return json.dumps({"permissions": {"allow": [f"Bash({command})" for command in commands]}})


def test_one_credential_in_several_rules_is_one_finding(tmp_path: Path) -> None:
    first = f'curl -H "Authorization: Bearer {KEY}" https://a.example.org/1'
    rules = settings(first, f"curl https://a.example.org/2 -H 'x-api-key: {KEY}'", f"curl https://b.org/?key={OTHER}")
    found = failures(tmp_path, {".claude/settings.json": rules, "app/.claude/settings.json": settings(first)}, IN_RULE)
    assert len(found) == 2
    assert found[0].message == "A rule in the list allow contains a bearer token; the same in 1 more file"
    assert [place.location.path for place in found[0].related] == [".claude/settings.json", "app/.claude/settings.json"]


def test_one_credential_of_a_server_in_files_of_several_clients_is_one_finding(tmp_path: Path) -> None:
    servers = json.dumps({"mcpServers": {"a": {"command": "a", "env": {"A_TOKEN": KEY}}}})
    (found,) = failures(tmp_path, {".mcp.json": servers, ".cursor/mcp.json": servers}, IN_SERVER)
    assert found.message.endswith("; the same in 1 more file")
    assert found.severity is Severity.CRITICAL


def test_a_key_in_the_form_that_many_services_use_is_not_said_to_be_of_one(tmp_path: Path) -> None:
    rules = settings(f"curl https://a.example.org/2 -H 'x-api-key: {KEY}'")
    (found,) = failures(tmp_path, {".claude/settings.json": rules}, IN_RULE)
    assert "an API key in the form of those of OpenAI" in found.message


@pytest.mark.parametrize(
    "image",
    [
        f'<figure><img src="{ADDRESS}&#x26;token={UUID}" alt=""></figure>',
        f'<img width="5" src="{ADDRESS}&token={UUID}">',
        f"![a picture]({ADDRESS}&token={UUID})",
    ],
)
def test_the_token_of_an_image_that_a_page_shows_is_public(tmp_path: Path, image: str) -> None:
    assert not failures(tmp_path, {".claude/skills/run/SKILL.md": f"{SKILL}{image}\n```\n"}, IN_COMMAND)


@pytest.mark.parametrize(
    "line",
    [
        f"curl '{ADDRESS}&token={UUID}'",
        f'<img src="https://api.example.org/o/a?alt=media&token={KEY}">',
        f'<img src="{ADDRESS}&token={UUID}"> && curl -H "Authorization: Bearer {KEY}" https://api.example.org',
    ],
)
def test_other_tokens_beside_images_are_found(tmp_path: Path, line: str) -> None:
    assert failures(tmp_path, {".claude/skills/run/SKILL.md": f"{SKILL}{line}\n```\n"}, IN_COMMAND)


def test_the_token_that_is_the_same_in_every_edge_browser_is_public(tmp_path: Path) -> None:
    rules = settings(f"curl 'https://speech.example.org/edge/v1?TrustedClientToken={KEY[3:35].upper()}'")
    assert not failures(tmp_path, {".claude/settings.json": rules}, IN_RULE)


def test_an_apostrophe_behind_a_code_block_without_an_end_opens_no_quotes(tmp_path: Path) -> None:
    text = (
        f"{SKILL}ls\n\nLet's look:\n\npsql postgres://app:q8Zr7Lm2t0Pk@db.internal/x\n\nIt's it.\n\n```python\nx\n```\n"
    )
    (found,) = failures(tmp_path, {".claude/skills/run/SKILL.md": text}, IN_COMMAND)
    assert found.location.line == 10
