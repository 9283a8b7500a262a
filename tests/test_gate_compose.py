"""The gate on what Docker Compose reads together: a file that did not change may run differently."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import assay
from tests.gate_repository import Repository

BASE = "services:\n  web:\n    image: registry.example/web:1.4.2\n"
PRIVILEGED = "services:\n  web:\n    privileged: true\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def gate(repository: Repository, base: dict[str, str], change: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Exit code and output of the gate for a change of some files."""
    for name, text in base.items():
        repository.write(name, text)
    repository.commit("base")
    repository.is_base()
    for name, text in change.items():
        repository.write(name, text)
    repository.commit("change")
    done = assay("gate", "--output", "concise", *arguments, cwd=repository.folder)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("base", "change"),
    [
        ({}, {"docker-compose.override.yml": PRIVILEGED}),
        (
            {"docker-compose.override.yml": PRIVILEGED.replace("true", "false")},
            {"docker-compose.override.yml": PRIVILEGED},
        ),
        ({}, {".env": "COMPOSE_FILE=docker-compose.yml:more.yml\n", "more.yml": PRIVILEGED}),
    ],
)
def test_what_is_merged_into_a_file_that_did_not_change_is_new(
    repository: Repository, base: dict[str, str], change: dict[str, str]
) -> None:
    code, told = gate(repository, {"docker-compose.yml": BASE, **base}, change)
    assert (code, "service-not-privileged" in told) == (1, True)


def test_what_was_merged_on_the_base_already_is_not_new(repository: Repository) -> None:
    base = {"docker-compose.yml": BASE, "docker-compose.override.yml": PRIVILEGED}
    assert gate(repository, base, {"note.txt": "a note\n"})[0] == 0


def test_a_copy_of_a_service_that_was_there_before_is_new(repository: Repository) -> None:
    text = BASE + "    privileged: true\n"
    code, told = gate(repository, {"a/compose.yaml": text}, {"b/compose.yaml": text})
    assert (code, "b/compose.yaml" in told) == (1, True)
