"""Files that Compose files name are read as Docker Compose reads them, whatever their names are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import assay
from tests.gate_repository import Repository

BASE = "services:\n  web:\n    image: registry.example/web:1.4.2\n"
DANGER = "services:\n  z:\n    image: registry.example/z:1.4.2\n    privileged: true\n"
OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\ndata: {a: b}\n"
TOKEN = "# of the shop\nexport API_TOKEN=k8Fh3Kd92mXzQp7LwT5vB1nY\n"
PRIVILEGED, CREDENTIAL = "stacks.service-not-privileged", "stacks.env-file-without-credentials"
PASSWORD = "stacks.service-environment-without-default-passwords"
EXTENDS = "  a: {image: registry.example/a:1.4.2, extends: {file: base.txt, service: z}}\n"
ENV_FILE = "    env_file: [{path: ./cfg.txt, required: false}]\n"
Failing = list[tuple[str, str, str]]


def scanned(folder: Path, files: dict[str, str], *arguments: str) -> tuple[int, Failing, list[str]]:
    """Exit code, failures as rule, path and severity, and what is told as lost."""
    for name, text in {"object.yaml": OBJECT, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    done = assay("scan", *(arguments or (".",)), "--output", "json", cwd=folder)
    told = json.loads(done.stdout)
    failing = [
        (each["rule"], each["location"]["path"], each.get("counted_severity", each["severity"]))
        for each in told["findings"]
        if each["outcome"] == "fail"
    ]
    losses = [loss["reason"] for item in told["inputs"] for loss in item.get("losses", ())]
    return done.returncode, failing, losses


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"docker-compose.yml": f"include: [inc]\n{BASE}", "inc": DANGER}, [(PRIVILEGED, "inc", "critical")]),
        ({"docker-compose.yml": f"include: [inc.md]\n{BASE}", "inc.md": DANGER}, [(PRIVILEGED, "inc.md", "critical")]),
        (
            {
                "compose.yaml": f"include:\n  - path: [a.yml, '${{INC:-sub/inc.txt}}']\n{BASE}",
                "a.yml": BASE,
                "sub/inc.txt": "include: [../b.conf]\nservices: {}\n",
                "b.conf": DANGER,
            },
            [(PRIVILEGED, "b.conf", "critical")],
        ),
        (
            {"compose.yaml": BASE + EXTENDS, "base.txt": "services: {z: {privileged: true}}\n"},
            [(PRIVILEGED, "base.txt", "critical")],
        ),
        (
            {"compose.yaml": BASE + EXTENDS.replace(".txt", ".yml"), "base.yml": "services: {z: {privileged: true}}\n"},
            [(PRIVILEGED, "base.yml", "critical")],
        ),
        ({"compose.yaml": BASE + ENV_FILE, "cfg.txt": TOKEN}, [(CREDENTIAL, "cfg.txt", "high")]),
        (
            {"compose.yaml": DANGER, ".env": "COMPOSE_FILE=compose.yaml:extra.txt\n", "extra.txt": "services: {}\n"},
            [(PRIVILEGED, "compose.yaml", "critical")],
        ),
        (
            {"compose.yaml": BASE, ".env": "COMPOSE_FILE=compose.yaml:extra.txt\n", "extra.txt": DANGER},
            [(PRIVILEGED, "extra.txt", "critical")],
        ),
        ({"dc": DANGER, ".env": "COMPOSE_FILE=dc:x.yml\n", "x.yml": BASE}, [(PRIVILEGED, "dc", "critical")]),
        ({".env": "COMPOSE_FILE=dc\n", "dc": DANGER}, [(PRIVILEGED, "dc", "critical")]),
        (
            {
                "compose.yaml": f"include: [vendor/app.yml]\n{BASE}",
                "vendor/app.yml": f"{BASE}    environment: {{POSTGRES_PASSWORD: admin}}\n",
            },
            [(PASSWORD, "vendor/app.yml", "medium")],
        ),
    ],
)
def test_what_a_compose_file_names_is_read(tmp_path: Path, files: dict[str, str], expected: Failing) -> None:
    assert scanned(tmp_path, files) == (1, expected, [])


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"compose.yaml": f"include: [inc.yml]\n{BASE}"}, "names inc.yml, which is not read as a Compose file"),
        ({"compose.yaml": BASE + EXTENDS}, "names base.txt, which is not read as a Compose file"),
        (
            {"compose.yaml": f"include: [CLAUDE.md]\n{BASE}", "CLAUDE.md": DANGER},
            "names CLAUDE.md, which is not read as a Compose file",
        ),
        ({"compose.yaml": f"include: ['${{A}}.yml']\n{BASE}"}, "names ${A}.yml, which is not read as a Compose file"),
        ({"app.yml": f"include: [inc]\n{BASE}", "inc": DANGER}, "names inc, which is not read as a Compose file"),
        (
            {"app.yml": BASE + ENV_FILE, "cfg.txt": TOKEN},
            "names cfg.txt, which is not read as a file of environment variables",
        ),
    ],
)
def test_what_is_not_read_is_told(tmp_path: Path, files: dict[str, str], told: str) -> None:
    assert scanned(tmp_path, files) == (4, [], [told])


def test_a_link_that_is_named_is_told(tmp_path: Path) -> None:
    (tmp_path / "inc.yml").symlink_to("data.txt")
    files = {"compose.yaml": f"include: [inc.yml]\n{BASE}", "data.txt": DANGER}
    assert scanned(tmp_path, files)[:2] == (4, [])
    told = json.loads(assay("scan", ".", "--output", "json", cwd=tmp_path).stdout)["inputs"]
    (reason,) = (each["reason"] for each in told if each["path"] == "inc.yml")
    assert reason == "a symbolic link to data.txt, which is not read as what a tool loads here"


def test_an_address_is_outside_of_the_scan(tmp_path: Path) -> None:
    include = "include: ['https://git.example/x.git#main:compose.yaml', 'oci://registry.example/shop']\n"
    code, failing, losses = scanned(tmp_path, {"compose.yaml": include + BASE})
    assert (code, failing, len(losses)) == (0, [], 2)
    assert all("is outside of the scanned files" in loss for loss in losses)


@pytest.mark.parametrize(
    "files",
    [
        {"compose.yaml": f"include: [inc.yml]\n{BASE}{ENV_FILE}", "inc.yml": BASE},
        {"compose.yaml": f"include: [inc.yml]\n{BASE}", "inc.yml": "# nothing yet\n"},
        {"compose.yaml": f"{BASE}    env_file: [.env, app.env]\n", "app.env": "# nothing yet\n"},
        {"compose.yaml": f"{BASE}    env_file: conf.txt\n", "conf.txt": "# nothing yet\n"},
        {"compose.yaml": f"{BASE}    command: [inc]\n    volumes: ['./inc:/inc']\n", "inc": DANGER},
        {"vendor/compose.yaml": f"{BASE}    environment: {{POSTGRES_PASSWORD: admin}}\n"},
    ],
)
def test_what_is_named_and_read_or_not_named_is_not_told(tmp_path: Path, files: dict[str, str]) -> None:
    assert scanned(tmp_path, files) == (0, [], [])


def test_files_that_are_named_one_by_one_need_not_be_all(tmp_path: Path) -> None:
    files = {"compose.yaml": f"include: [inc.yml]\n{BASE}", "inc.yml": DANGER}
    assert scanned(tmp_path, files, "compose.yaml") == (0, [], [])


def test_the_gate_sees_what_a_change_names(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository")
    repository.write("compose.yaml", BASE)
    repository.commit("base")
    repository.is_base()
    repository.write("compose.yaml", f"include: [inc]\n{BASE}")
    repository.write("inc", DANGER)
    repository.commit("change")
    done = assay("gate", "--output", "concise", cwd=repository.folder)
    assert (done.returncode, "inc:4:5: critical" in done.stdout) == (1, True)
