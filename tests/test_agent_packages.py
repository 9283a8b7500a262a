"""Packages that commands of agents install out of a clone, and files that name the same packages."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from scanner.model import Severity
from scanner.subjects.agents.clones import installed_clone, starts_clone
from tests.agent_scans import failures

PINNED, STATED = "agents.command-packages-pinned", "agents.command-package-versions-stated"
INVOKED = "agents.invoked-downloads-not-executed"
CLONE = "git clone https://tools.example/a/b.git"
INSTALLED = [
    "cd b && npm install",
    "cd b && npm ci --omit=dev",
    "cd b; pip install -e .",
    "pip install -e ./b",
    "pip install 'b[dev]'",
    "cd b && uv sync",
    "npm --prefix b install",
    "cd b && python3 setup.py install",
]
NOT_INSTALLED = [
    "cd b && npm run build",
    "cd c && npm install",
    "cd b && npm install left-pad@1.3.0",
    "pip install requests==2.32.0",
    "cd b && git checkout v1.4.2 && npm ci",
    f"cd b && git checkout {'0a1b' * 10} && npm ci",
]


@pytest.mark.parametrize("rest", INSTALLED)
def test_a_package_out_of_a_clone_is_not_pinned_and_not_a_download_that_is_executed(rest: str, tmp_path: Path) -> None:
    text = f"---\nname: a\ndescription: b\n---\n```sh\n{CLONE} && {rest}\n```\n"
    files = {".claude/skills/a/SKILL.md": text}
    (found,) = failures(tmp_path, files, STATED)
    assert (found.severity, found.location.line) == (Severity.LOW, 6)
    assert "https://tools.example/a/b.git" in found.message
    assert failures(tmp_path, files, INVOKED) == []


@pytest.mark.parametrize("rest", NOT_INSTALLED)
def test_a_clone_of_which_nothing_is_installed_or_a_release_is_not_such_a_package(rest: str, tmp_path: Path) -> None:
    text = f"---\nname: a\ndescription: b\n---\n```sh\n{CLONE} && {rest}\n```\n"
    assert failures(tmp_path, {".claude/skills/a/SKILL.md": text}, STATED) == []


def test_a_script_of_a_clone_is_a_download_that_is_executed_also_behind_an_installation(tmp_path: Path) -> None:
    text = f"---\nname: a\ndescription: b\n---\n```sh\n{CLONE} && cd b && npm install && ./run.sh\n```\n"
    assert failures(tmp_path, {".claude/skills/a/SKILL.md": text}, INVOKED)


def test_a_plugin_that_is_built_for_several_clients_has_one_finding_about_its_packages(tmp_path: Path) -> None:
    servers = json.dumps({"mcpServers": {"a": {"command": "npx", "args": ["-y", "@example/a@latest"]}}})
    copies = dict.fromkeys((".mcp.json", "plugins/claude/a/.mcp.json", "plugins/cursor/a/mcp.json"), servers)
    other = json.dumps({"mcpServers": {"a": {"command": "npx", "args": ["-y", "@example/b@latest"]}}})
    found = failures(tmp_path, copies | {"plugins/b/.mcp.json": other}, PINNED)
    first, second = sorted(found, key=lambda each: each.location.path)
    assert [place.location.path for place in first.related] == sorted(copies)[1:]
    assert (second.location.path, second.related) == ("plugins/b/.mcp.json", ())


@pytest.mark.parametrize(
    "text", ["git checkout " * 600 + "clone", "git " * 1500 + f"clone {CLONE}", f"{CLONE} && pip install x" * 250]
)
def test_a_long_command_line_is_judged_in_seconds(text: str) -> None:
    started = time.perf_counter()
    assert not starts_clone(text[:8000])
    assert installed_clone(text[:8000]) is None
    assert time.perf_counter() - started < 3
