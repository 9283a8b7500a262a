"""Compose files that are deployed together: which are merged, by whose rules, and where findings point."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner import documents
from scanner.documents import Document, Text
from scanner.finished_scan import Scan
from scanner.model import Finding, Outcome
from scanner.scan import Options, scan
from scanner.subjects.stacks.merging import merged
from tests.command_line import assay


def merge(base: Any, other: Any, wanted: str = "compose", field: str = "") -> Any:
    """What two files with a service `web` state together, of which a field is asked for."""
    texts = [each if isinstance(each, str) else json.dumps(each) for each in (base, other)]
    told = [f"services:\n  web: {text}\n" for text in texts]
    text = documents.classify("compose.yaml", told[0].encode())
    assert isinstance(text, Text)
    (found,) = merged(text, [("other.yaml", told[1].encode())], "compose", wanted)
    assert isinstance(found, Document)
    return found.root.get("services", "web", *(field.split(".") if field else ())).value


@pytest.mark.parametrize(
    ("field", "base", "other", "compose", "stack"),
    [
        ("image", "a", "b", "b", "b"),
        ("image", "a", None, "a", "a"),
        ("privileged", True, False, False, True),
        ("command", ["a", "b"], ["c"], ["c"], ["c"]),
        ("command", ["a"], None, None, ["a"]),
        ("cap_add", ["A", "B"], ["B", "C"], ["A", "B", "C"], ["A", "B", "B", "C"]),
        ("security_opt", ["a:1"], ["b:2"], ["a:1", "b:2"], ["a:1", "b:2"]),
        ("environment", {"A": 1, "B": 2}, {"B": 3}, {"A": 1, "B": 3}, {"A": 1, "B": 3}),
        ("environment", ["A=1", "B=2"], {"B": 3}, ["A=1", "B=3"], ["A=1", "B=3"]),
        ("environment", {"A": True}, ["A", "B=2"], ["A", "B=2"], ["A", "B=2"]),
        ("labels", ["a=1"], ["a=2"], ["a=2"], ["a=2"]),
        ("ports", ["80:80"], ["127.0.0.1:80:80"], ["80:80", "127.0.0.1:80:80"], ["127.0.0.1:80:80"]),
        ("ports", ["80:80"], ["0.0.0.0:80:80/tcp"], ["0.0.0.0:80:80/tcp"], ["0.0.0.0:80:80/tcp"]),
        ("ports", ["80:80"], [{"target": 80, "published": 80}], *[[{"target": 80, "published": 80}]] * 2),
        ("ports", ["80:80"], ["80:81"], ["80:80", "80:81"], ["80:81"]),
        ("volumes", ["aa:/x", "bb:/y"], ["/:/x/:ro"], *[["/:/x/:ro", "bb:/y"]] * 2),
        ("devices", ["/a:/b"], ["/c:/b"], ["/c:/b"], ["/a:/b", "/c:/b"]),
        ("secrets", ["a"], [{"source": "b", "target": "a"}], *[["a", {"source": "b", "target": "a"}]] * 2),
        ("configs", ["a"], ["a", "b"], ["a", "b"], ["a", "b"]),
        ("env_file", "a.env", ["a.env", "b.env"], ["a.env", "b.env"], ["a.env", "a.env", "b.env"]),
        ("networks", ["a"], {"b": None}, {"a": None, "b": None}, {"a": None, "b": None}),
        ("networks", ["a", "b"], ["b", "c"], ["a", "b", "c"], ["a", "b", "c"]),
        ("build", "dir", {"args": ["A=1"]}, *[{"context": "dir", "args": ["A=1"]}] * 2),
        ("logging", {"driver": "a", "options": {"x": 1}}, {"driver": "b"}, {"driver": "b"}, {"driver": "b"}),
        ("logging", {"options": {"x": 1}}, {"driver": "b"}, *[{"options": {"x": 1}, "driver": "b"}] * 2),
        (
            "healthcheck",
            {"test": ["NONE"], "retries": 1},
            {"test": ["CMD", "a"]},
            *[{"test": ["CMD", "a"], "retries": 1}] * 2,
        ),
    ],
    ids=str,
)
def test_fields_are_merged_as_whoever_deploys_does(field: str, base: Any, other: Any, compose: Any, stack: Any) -> None:
    files = {field: base}, {field: other}
    assert merge(*files, "compose", field) == compose
    assert merge(*files, "stack", field) == stack


@pytest.mark.parametrize(
    ("other", "field", "expected"),
    [
        ("{ports: !reset []}", "ports", None),
        ("{ports: !override ['22:22']}", "ports", ["22:22"]),
        ("{environment: {A: !reset null}}", "environment", {"A": None, "B": 2}),
        ("!override {image: b}", "", {"image": "b"}),
    ],
)
def test_tags_take_the_value_of_files_before_away(other: str, field: str, expected: Any) -> None:
    base = "{image: a, ports: ['80:80'], environment: {A: 1, B: 2}}"
    assert merge(base, other, field=field) == expected


def test_definitions_are_joined_by_compose_and_replaced_for_a_stack() -> None:
    base = "{}\nnetworks: {a: {driver: overlay, labels: [x=1, y=1]}, b: {}}"
    other = "{}\nnetworks: {a: {internal: true, labels: {x: 2}}}"
    told = [f"services:\n  web: {text}\n" for text in (base, other)]
    text = documents.classify("a.yaml", told[0].encode())
    assert isinstance(text, Text)
    found = [
        next(merged(text, [("b.yaml", told[1].encode())], "configuration", wanted)) for wanted in ("compose", "stack")
    ]
    networks = [each.root.get("networks", "a").value for each in found if isinstance(each, Document)]
    assert networks == [
        {"driver": "overlay", "internal": True, "labels": ["x=2", "y=1"]},
        {"internal": True, "labels": {"x": 2}},
    ]


BASE = "services:\n  web:\n    image: registry.example/web:1.4.2\n    privileged: true\n"
OTHER = "services:\n  web:\n    privileged: false\n    pid: host\n"


def failures(found: Scan, folder: Path) -> list[tuple[str, str, int]]:
    return sorted(_told(each, folder) for each in found.findings if each.outcome is Outcome.FAIL)


def _told(finding: Finding, folder: Path) -> tuple[str, str, int]:
    place = finding.location
    return finding.rule.removeprefix("stacks.service-"), place.path.removeprefix(f"{folder.name}/"), place.line


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("base", "other", "environment", "merges"),
    [
        ("compose.yaml", "compose.override.yaml", "", True),
        ("docker-compose.yml", "compose.override.yml", "", True),
        ("compose.yaml", "a/compose.override.yaml", "", False),
        ("compose.yaml", "compose.prod.yaml", "", False),
        ("compose.yaml", "compose.prod.yaml", "COMPOSE_FILE=compose.yaml:compose.prod.yaml\n", True),
        ("compose.yaml", "compose.prod.yaml", "COMPOSE_FILE='compose.prod.yaml'\n", False),
        ("a.yaml", "b/c.yaml", "COMPOSE_PATH_SEPARATOR=;\nexport COMPOSE_FILE=./a.yaml;b/c.yaml # both\n", True),
        ("a.yaml", "b/c.yaml", "COMPOSE_PATH_SEPARATOR=;\nexport COMPOSE_FILE=./a.yaml;b/c.yaml\n", True),
        ("compose.yaml", "compose.override.yaml", "COMPOSE_FILE=compose.yaml\n", False),
        ("compose.yaml", "compose.b.yaml", "COMPOSE_FILE=compose.yaml:absent.yaml:compose.b.yaml\n", False),
    ],
)
def test_files_that_compose_merges_are_judged_once(
    tmp_path: Path, base: str, other: str, environment: str, merges: bool
) -> None:
    write(tmp_path, {base: BASE, other: OTHER, **({".env": environment} if environment else {})})
    apart = sorted([("not-privileged", base, 4), ("without-host-pid", other, 4)])
    found = scan([str(tmp_path)])
    assert failures(found, tmp_path) == (apart[1:] if merges else apart)
    told = {each.path.rpartition("/")[2]: each.reason for each in found.inputs}
    names = [name.rpartition("/")[2] for name in (base, other)]
    assert (told[names[0]].startswith("merged with "), told[names[1]].startswith("merged into ")) == (merges, merges)


def test_no_file_is_merged_by_itself_for_a_stack(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": BASE.replace("privileged: true", "user: root"), "compose.override.yaml": OTHER})
    assert failures(scan([str(tmp_path)], Options(deploy_target="stack")), tmp_path) == [
        ("user-not-root", "compose.yaml", 4),
        ("without-ignored-danger", "compose.override.yaml", 4),
    ]


def test_an_override_says_that_compose_deploys(tmp_path: Path) -> None:
    swarm = BASE.replace("privileged: true", "deploy: {placement: {constraints: [node.role == worker]}}")
    write(tmp_path, {"compose.yaml": swarm, "compose.override.yaml": OTHER})
    assert failures(scan([str(tmp_path)]), tmp_path) == [("without-host-pid", "compose.override.yaml", 4)]


@pytest.mark.parametrize("by", ["option", "file"])
def test_files_are_named_together(tmp_path: Path, by: str) -> None:
    write(tmp_path, {"base.yaml": BASE, "prod.yaml": OTHER})
    together = ("--compose-files", "base.yaml:prod.yaml") if by == "option" else ()
    if by == "file":
        (tmp_path / "assay.yaml").write_text("compose-files: ['base.yaml:prod.yaml']\n")
    found = json.loads(assay("scan", ".", *together, "--output", "json", cwd=tmp_path).stdout)
    failing = [each for each in found["findings"] if each["outcome"] == "fail"]
    assert [(each["rule"], each["location"]["path"]) for each in failing] == [
        ("stacks.service-without-host-pid", "prod.yaml")
    ]


@pytest.mark.parametrize("value", ["base.yaml", "base.yaml:absent.yaml", "base.yaml:base.yaml"])
def test_files_that_cannot_be_merged_are_an_error(tmp_path: Path, value: str) -> None:
    write(tmp_path, {"base.yaml": BASE})
    done = assay("scan", ".", "--compose-files", value, cwd=tmp_path)
    assert (done.returncode, value.rpartition(":")[2] in done.stderr) == (2, True)


def test_a_file_that_cannot_be_read_is_not_merged(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": BASE, "compose.override.yaml": "services: {web: [\n"})
    found = scan([str(tmp_path)])
    assert {each.path.rpartition("/")[2]: each.status for each in found.inputs} == {
        "compose.yaml": "assessed",
        "compose.override.yaml": "unreadable",
    }
    assert failures(found, tmp_path) == [("not-privileged", "compose.yaml", 4)]


def test_a_fix_changes_each_file_by_itself(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": f"# shop\n{BASE}", "compose.override.yaml": OTHER})
    before = (tmp_path / "compose.override.yaml").read_text()
    assay("fix", "--unsafe", ".", cwd=tmp_path)
    assert "privileged" not in (tmp_path / "compose.yaml").read_text()
    assert (tmp_path / "compose.yaml").read_text().startswith("# shop\n")
    assert before.replace("    pid: host\n", "") == (tmp_path / "compose.override.yaml").read_text().replace(
        "    pid: host\n", ""
    )
