"""Findings about Compose and stack files: those with one cause are one, and what counts less says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.model import Finding, Outcome, Profile, Severity
from scanner.scan import Options, scan
from tests.command_line import assay

COMPOSE = """\
services:
  db:
    image: postgres:16.4
    container_name: {name}
    privileged: {privileged}
"""


def failures(folder: Path, files: dict[str, str], profile: Profile = Profile.DEFAULT) -> list[Finding]:
    """The failures of a scan of files."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    found = scan([str(folder)], Options(cache_folder=None, profile=profile)).findings
    return [each for each in found if each.outcome is Outcome.FAIL]


def of(rule: str, found: list[Finding]) -> list[Finding]:
    """The findings of a rule, named without the pack."""
    return [each for each in found if each.rule == f"stacks.{rule}"]


def test_equal_services_of_several_files_are_one_finding_with_all_places(tmp_path: Path) -> None:
    files = {
        "compose.yaml": COMPOSE.format(name="a", privileged="true"),
        "deploy_1/compose.yaml": COMPOSE.format(name="b", privileged="true"),
        "deploy_2/compose.yaml": f"{COMPOSE.format(name='b', privileged='true')}    restart: always\n",
    }
    first, other = of("service-not-privileged", failures(tmp_path, files))
    assert (first.location.path, other.location.path) == ("compose.yaml", "deploy_2/compose.yaml")
    assert first.message.endswith("; the same in 1 more file")
    assert [each.location.path for each in first.related] == ["deploy_1/compose.yaml"]
    told = assay("scan", ".", "--no-cache", cwd=tmp_path).stdout
    assert "deploy_1/compose.yaml" in told


def test_equal_services_of_code_blocks_of_one_page_are_one_finding(tmp_path: Path) -> None:
    block = f"```yaml\n{COMPOSE.format(name='a', privileged='true')}```\n"
    (found,) = of("service-not-privileged", failures(tmp_path, {"README.md": f"{block}\nAgain:\n\n{block}"}))
    assert found.message.endswith("; the same at 1 more place")


MISPLACED = """\
services:
  web:
    image: registry.example/web:1.2
  ports:
    - "8080:80"
  restart: always
  environment:
    MODE: live
"""


def test_keys_of_a_service_one_level_too_far_out_are_one_finding(tmp_path: Path) -> None:
    found = failures(
        tmp_path, {"compose.yaml": MISPLACED, "b/compose.yaml": MISPLACED.replace("  restart: always\n", "")}
    )
    first, second = of("system-values-have-their-form", found)
    assert (second.location.path, second.location.line) == ("compose.yaml", 4)
    assert second.message == (
        "Docker refuses the file because services.ports is a list and not a mapping; the same indentation is wrong for "
        "services.restart, services.environment"
    )
    assert first.message.endswith("is wrong for services.environment")
    assert not [each for each in found if each.subject_name == "service environment"]


def test_one_key_at_a_wrong_place_names_no_others_and_other_faults_stay_apart(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: registry.example/web:1.2\n    ports: 80\n  restart: always\n"
    found = of("system-values-have-their-form", failures(tmp_path, {"compose.yaml": text}))
    assert [each.message.rpartition("because ")[2] for each in found] == [
        "services.web.ports is the number 80 and not a list",
        "services.restart is a text and not a mapping",
    ]


def test_keys_of_a_service_at_the_top_level_of_a_stack_are_one_finding(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: registry.example/web:1.2\nports: ['80:80']\nuser: '1000'\nname: shop\n"
    found = of("system-accepted-by-stack-deploy", failures(tmp_path, {"docker-stack.yml": text}))
    assert [(each.location.line, each.message.rpartition("because of ")[2]) for each in found] == [
        (4, "ports: its schema has no such key; the same indentation is wrong for user"),
        (6, "name: its schema has no such key"),
    ]


@pytest.mark.parametrize(
    ("service", "because"),
    [
        ("web:\n    build: {context: ., target: development}", "the stage development of the Dockerfile"),
        ("web-dev:\n    build: .", "the name of service web-dev, which is built from its sources"),
        ("web-dev:\n    image: registry.example/web:1.2", ""),
        ("web:\n    build: {context: ., target: production}", ""),
        ("web:\n    image: fake-image", "the image fake-image, which no registry has,"),
        ("web:\n    image: test:latest", "the image test:latest, which no registry has,"),
        ("web:\n    image: registry.example/test", ""),
        ("web:\n    image: test\n    build: .", ""),
    ],
)
def test_what_a_service_is_for_is_told_by_what_is_built_and_run(tmp_path: Path, service: str, because: str) -> None:
    text = f"services:\n  {service}\n    ports: ['5432:5432']\n"
    files = {
        "compose.yaml": f"{text}  cache:\n    image: redis:7.4\n" if "fake" not in text and "test" not in text else text
    }
    (found,) = of("service-management-ports-unpublished", failures(tmp_path, files))
    assert because in found.counted_because
    assert bool(because) == bool(found.counted_because)


@pytest.mark.parametrize("service", ["web-dev:\n    build: .", "web:\n    build: {context: ., target: dev}"])
def test_a_service_for_development_says_nothing_about_the_others(tmp_path: Path, service: str) -> None:
    text = f"services:\n  {service}\n  db:\n    image: postgres:16.4\n    ports: ['5432:5432']\n"
    (found,) = of("service-management-ports-unpublished", failures(tmp_path, {"compose.yaml": text}))
    assert not found.counted_because


@pytest.mark.parametrize(
    ("constraints", "severity"),
    [
        (("node.hostname == a", "node.hostname == a"), Severity.LOW),
        (("node.hostname == a", "node.hostname == b"), Severity.MEDIUM),
        (("node.hostname == a", "node.hostname == ${NODE}"), Severity.LOW),
        (("node.role == manager", "node.role != manager"), Severity.MEDIUM),
        (("node.role == manager", "node.role == manager"), Severity.LOW),
    ],
)
def test_traffic_between_nodes_counts_by_the_nodes_that_the_placement_shows(
    tmp_path: Path, constraints: tuple[str, str], severity: Severity
) -> None:
    text = "services:\n" + "".join(
        f"  {name}:\n    image: registry.example/web:1.2\n    deploy: {{placement: {{constraints: ['{each}']}}}}\n"
        for name, each in zip("ab", constraints, strict=True)
    )
    found = failures(tmp_path, {"docker-stack.yml": f"{text}networks: {{back: {{}}}}\n"}, profile=Profile.STRICT)
    assert [each.severity for each in of("network-encrypted", found)] == [severity]


def test_a_folder_that_is_no_longer_used_is_told_by_the_end_of_its_name(tmp_path: Path) -> None:
    files = {
        f"{folder}/compose.yaml": COMPOSE.format(name="a", privileged="true") + "    ports: ['5432:5432']\n"
        for folder in ("apps_old", "old_town")
    }
    found = of("service-management-ports-unpublished", failures(tmp_path, files))
    assert {each.location.path: each.severity for each in found} == {
        "apps_old/compose.yaml": Severity.LOW,
        "old_town/compose.yaml": Severity.MEDIUM,
    }
