"""Compose and stack files: who deploys them, what is in force, and faults that are planted one at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scanner import documents, facts
from scanner.facts.step import Unread, Whole
from scanner.model import ANY_KIND, Finding, Outcome, Profile, Severity, Subject
from scanner.policy.evaluate import Evaluator
from scanner.policy.rule import Rule
from scanner.scan import Options, scan
from scanner.subjects import recognise
from scanner.subjects.stacks import deployers, forms
from scanner.subjects.stacks.variables import substitute
from tests import shipped
from tests.command_line import assay
from tests.stack_files import COMPOSE, COMPOSE_FAULTS, DAEMON, DAEMON_FAULTS, STACK, STACK_FAULTS

ROOT = Path(__file__).parent.parent
PREFIX = "stacks."


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(file.rule for file in shipped.rule_files() if file.rule.info.id.startswith(PREFIX))


@cache
def evaluator() -> Evaluator:
    return Evaluator(rules())


def subjects(files: dict[str, str], target: str = "") -> list[Subject]:
    found = (recognise(documents.read(path, text), target).subjects for path, text in files.items())
    return [subject for some in found for subject in some]


def findings(files: dict[str, str], target: str = "", *, whole: Whole = True) -> list[Finding]:
    some = subjects(files, target)
    return evaluator().evaluate(some, facts.derive(some, whole=whole)).findings


def failing(found: Iterable[Finding]) -> set[str]:
    return {finding.rule.removeprefix(PREFIX) for finding in found if finding.outcome is Outcome.FAIL}


def service(text: str, name: str = "web", target: str = "") -> dict[str, Any]:
    """What is in force of a service."""
    some = subjects({"a.yaml": text}, target)
    found = next(each for each in some if each.kind == "stack.service" and each.bindings["applied"]["name"] == name)
    applied: dict[str, Any] = found.bindings["applied"]
    return applied


def target_of(path: str, text: str, wanted: str = "") -> tuple[str, str, bool]:
    system = next(each for each in subjects({path: text}, wanted) if each.kind == "stack.system").bindings["system"]
    return system["target"], system["decided_by"], system["undecided"]


@pytest.mark.parametrize(
    ("path", "text"), [("docker-stack.yml", STACK), ("compose.yaml", COMPOSE), ("daemon.json", DAEMON)]
)
def test_a_clean_file_gives_nothing(path: str, text: str) -> None:
    assert [(each.rule, each.outcome, each.message) for each in findings({path: text})] == []


@pytest.mark.parametrize(
    ("path", "text", "old", "new", "rule"),
    [
        *(("docker-stack.yml", STACK, *fault) for fault in STACK_FAULTS),
        *(("compose.yaml", COMPOSE, *fault) for fault in COMPOSE_FAULTS),
    ],
)
def test_a_planted_fault_is_found_at_its_line(path: str, text: str, old: str, new: str, rule: str) -> None:
    assert text.count(old) == 1
    changed = text.replace(old, new)
    found = [each for each in findings({path: changed}) if each.outcome is Outcome.FAIL]
    assert rule in failing(found)
    lines = {each.location.line for each in found if each.rule == PREFIX + rule}
    before, after = text.split("\n"), changed.split("\n")
    first = next(number for number, (one, other) in enumerate(zip(before, after, strict=False), 1) if one != other)
    if len(after) < len(before) or not new:  # nothing is there to point at, but what it belongs to
        assert all(line <= first for line in lines)
    else:
        assert lines <= {number for number, line in enumerate(after, 1) if line not in before} | {first}


@pytest.mark.parametrize(("old", "new", "rule", "line"), DAEMON_FAULTS)
def test_a_planted_fault_of_a_daemon_is_found_at_its_line(old: str, new: str, rule: str, line: int) -> None:
    assert DAEMON.count(old) == 1
    found = findings({"daemon.json": DAEMON.replace(old, new)})
    assert [(each.rule, each.outcome, each.location.line) for each in found] == [(PREFIX + rule, Outcome.FAIL, line)]


def test_the_default_profile_has_what_is_stated_and_strict_what_is_missing() -> None:
    absent = {rule.info.id for rule in rules() if rule.info.profile is Profile.STRICT}
    assert {f"{PREFIX}{name}" for name in ("service-memory-limited", "network-encrypted")} <= absent
    assert {f"{PREFIX}{name}" for name in ("service-not-privileged", "secret-not-from-file")}.isdisjoint(absent)


def test_the_page_lists_the_keys_without_effect() -> None:
    page = (ROOT / "docs/stacks.md").read_text()
    table = page.partition("## Keys that have no effect")[2].partition("What is lost")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    listed = {meaning: set(keys.replace("`", "").split()) for keys, meaning in rows}
    assert listed["ignores it, and prints its name"] == deployers.REPORTED - {"restart"}
    assert listed["ignores it, and prints that it is deprecated"] == deployers.DEPRECATED
    assert listed["ignores it without a word"] == deployers.SILENT
    assert listed["refuses the whole file"] == deployers.FORBIDDEN.keys()
    assert all(f"`{key}`" in table for key in deployers.ONLY_SWARM)


HARDENED = {
    *("service-memory-limited", "service-processes-limited", "service-capabilities-dropped", "service-user-stated"),
    *("service-root-filesystem-read-only", "service-health-checked", "service-image-digest-pinned"),
    *("service-privilege-escalation-off", "service-ports-on-one-address"),
}
"""Rules about what a host in operation needs."""
BARE = "services:\n  web:\n    image: registry.example/web:1.4.2\n    ports: ['8080:80']\n"
BUILT = BARE + "  api:\n    build: ./api\n"


@pytest.mark.parametrize(
    ("path", "text", "left_open"),
    [
        *(
            (path, BARE, {"web"})
            for path in ("docker-compose.dev.yml", "compose.e2e.yaml", "system_tests/compose.yaml")
        ),
        *(
            (path, BARE, {"web"})
            for path in (".devcontainer/compose.yaml", "examples/compose.yaml", "lab-03-dns/a.yml")
        ),
        *((path, BARE, set()) for path in ("compose.yaml", "examples/compose.prod.yaml", "latest/test_1/compose.yaml")),
        ("compose.yaml", BUILT, set()),
        ("compose.yaml", BUILT + "    volumes: ['./api:/app']\n", {"web", "api"}),
        ("compose.yaml", BUILT + "    volumes: ['./api/src/:/app/src:ro']\n", {"web", "api"}),
        ("compose.yaml", BUILT + "    volumes: ['./api/data:/data']\n", set()),
        ("prod/compose.yaml", BUILT + "    volumes: ['./api:/app']\n", set()),
        ("compose.yaml", BUILT + "    volumes: ['./api:/app']\n    profiles: [watch]\n", {"api"}),
        ("compose.yaml", BARE + "    environment: {NODE_ENV: development}\n", {"web"}),
        ("compose.yaml", BARE + "    environment: ['RAILS_ENV=test']\n", {"web"}),
        ("compose.yaml", BARE + "    environment: {NODE_ENV: '${NODE_ENV:-development}'}\n", set()),
        ("compose.yaml", BARE + "    environment: {AUTH_MODE: dev}\n", {"web"}),
        ("compose.yaml", BARE + "    environment: {AUTH_MODE: local}\n", set()),
        ("compose.yaml", BARE + "    container_name: shop_web_dev\n", {"web"}),
        ("compose.yaml", BUILT + "    container_name: shop_api_dev\n", set()),
        ("prod/compose.yaml", BARE + "    container_name: shop_web_dev\n", set()),
        *(
            ("compose.yaml", f"# {comment}\n\n{BARE}", {"web"})
            for comment in (
                "Shop - Development",
                "Docker Compose for testing the importer",
                "This file defines the development environment of the shop.",
                "Local development. For production, use compose.prod.yaml.",
                "Do NOT use this file in production",
            )
        ),
        *(
            ("compose.yaml", f"# {comment}\n\n{BARE}", set())
            for comment in (
                "The shop, for local development and production",
                "For development, use compose.dev.yaml.",
                "Copy .env.example for the development environment variables",
            )
        ),
        ("compose.yaml", BARE.replace("services:", "services:  # for local development"), set()),
        ("compose.prod.yaml", f"# Local development\n{BARE}", set()),
        ("compose.yaml", BARE + "    command: uvicorn app:api --reload\n", {"web"}),
        ("compose.yaml", BARE + "    command: [npm, run, dev]\n", {"web"}),
        ("compose.yaml", BARE + "    command: nginx -s reload\n", set()),
        ("compose.yaml", BARE + "  mail:\n    image: axllent/mailpit:v1\n", {"web", "mail"}),
        ("docker-stack.dev.yml", BARE, set()),
    ],
)
def test_hardening_is_open_in_files_that_no_host_in_operation_runs(path: str, text: str, left_open: set[str]) -> None:
    told = {(each.subject_name, each.rule.removeprefix(PREFIX), each.outcome) for each in findings({path: text})}
    failed, unknown = (
        {name.removeprefix("service ") for name, rule, outcome in told if outcome is wanted and rule in HARDENED}
        for wanted in (Outcome.FAIL, Outcome.UNKNOWN)
    )
    assert unknown == left_open
    assert failed.isdisjoint(left_open)
    named = {name for name in ("web", "api", "mail") if f"  {name}:" in text}
    assert failed == named - left_open


def test_what_harms_wherever_it_runs_and_what_is_stated_are_decided_in_any_file() -> None:
    harm = BARE + "    privileged: true\n    environment: {DB_PASSWORD: hunter2hunter2}\n    read_only: true\n"
    found = findings({"compose.dev.yaml": harm + "  db:\n    image: postgres:17\n    ports: ['5432:5432']\n"})
    assert failing(found) == {
        *("service-not-privileged", "service-environment-without-secrets", "service-management-ports-unpublished")
    }
    assert {each.severity for each in found if each.rule.endswith("not-privileged")} == {Severity.CRITICAL}
    told = [each for each in found if each.rule.endswith("read-only") and each.subject_name == "service web"]
    assert told == []
    assert failing(findings({"compose.dev.yaml": BARE}, "compose")) >= HARDENED


@pytest.mark.parametrize(
    ("path", "ports", "severity"),
    [
        ("compose.prod.yaml", "!override []", Severity.LOW),
        ("compose.prod.yaml", "!reset null", Severity.LOW),
        ("compose.prod.yaml", "!override ['5432:5432']", Severity.MEDIUM),
        ("compose.prod.yaml", "[]", Severity.MEDIUM),
        ("compose.e2e.yaml", "!override []", Severity.MEDIUM),
        ("prod/compose.yaml", "!override []", Severity.MEDIUM),
    ],
)
def test_ports_that_a_file_for_production_removes_count_lower(path: str, ports: str, severity: Severity) -> None:
    text = "services:\n  db:\n    image: postgres:17.2\n    ports: ['5432:5432']\n"
    found = findings({"compose.yaml": text, path: f"services:\n  db:\n    ports: {ports}\n"})
    told = [each for each in found if each.rule.endswith("ports-unpublished") and each.location.path == "compose.yaml"]
    assert [each.severity for each in told] == [severity]
    assert [path in each.counted_because for each in told] == [severity is Severity.LOW]


@pytest.mark.parametrize(("path", "severity"), [("compose.yaml", Severity.MEDIUM), ("compose.dev.yaml", Severity.LOW)])
def test_what_matters_in_operation_counts_lower_elsewhere(path: str, severity: Severity) -> None:
    text = "services:\n  db:\n    image: postgres\n    user: root\n    environment: {POSTGRES_PASSWORD: postgres}\n"
    text += "    ports: ['5432:5432']\n"
    found = {each.rule.removeprefix(PREFIX): each.severity for each in findings({path: text})}
    names = (
        "service-image-tag-pinned",
        "service-management-ports-unpublished",
        "service-environment-without-default-passwords",
        "service-user-not-root",
    )
    assert [found[name] for name in names] == [severity] * len(names)


SOCKET, LOGIN = "service-without-runtime-socket", "service-environment-without-default-passwords"
LITERAL, PATHS = "service-environment-without-secrets", "service-without-sensitive-host-path"
FILTERED, USERS = "service-runtime-socket-filtered", "service-without-host-user-namespace"
AGENT, NETWORK = "service-host-files-limited", "service-without-host-network"
DANGERS = {AGENT, NETWORK, SOCKET, LOGIN, LITERAL, PATHS, FILTERED, USERS}
MOUNTED = "volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']"
PORT = "image: 'a/b:1', environment: {DB_PASSWORD: admin}, ports: "
LOGS = "volumes: ['/var/lib/docker/containers:/var/lib/docker/containers"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("compose.yaml", "image: 'a/b:1', environment: {DB_USER: shop, DB_PASSWORD: Shop1}", {LOGIN: "medium"}),
        ("compose.yaml", "image: 'shop/db:1', environment: {DB_PASSWORD: shop}", {LOGIN: "medium"}),
        ("compose.yaml", "image: 'a/b:1', environment: {DB_PASSWORD: change-me-minio}", {LOGIN: "medium"}),
        ("compose.yaml", "image: 'a/b:1', environment: {DB_PASSWORD: changeling-9Xk2}", {LITERAL: "high"}),
        ("compose.yaml", "image: 'a/b:1', environment: {DB_USER: shop, DB_PASSWORD: Tr4vel-l1ght}", {LITERAL: "high"}),
        ("compose.yaml", "image: 'a/b:1', environment: {URL: 'amqp://shop:shop@queue'}", {LOGIN: "medium"}),
        ("compose.yaml", "image: 'a/b:1', environment: {VPN_USER: username, VPN_PASSWORD: password}", {}),
        ("compose.yaml", "image: 'a/b:1', environment: {DB_USER: username, DB_PASSWORD: password}", {LOGIN: "medium"}),
        ("examples/compose.yaml", "image: 'a/b:1', environment: {DB_PASSWORD: Tr4vel-l1ght}", {LITERAL: "medium"}),
        ("examples/compose.yaml", "image: 'a/b:1', environment: {URL: 'amqp://a:Tr4vel-l1ght@q'}", {LITERAL: "medium"}),
        (
            "examples/compose.yaml",
            "image: 'a/b:1', environment: {URL: 'amqp://a:Tr4vel-l1ght@q.io'}",
            {LITERAL: "high"},
        ),
        ("vendor/a/compose.yaml", "image: 'a/b:1', environment: {DB_PASSWORD: admin}", {}),
        ("compose.yaml", f"image: 'a/b:1', {MOUNTED}", {SOCKET: "high"}),
        ("compose.yaml", f"image: 'a/b:1', {MOUNTED}, ports: ['80:80']", {SOCKET: "critical"}),
        ("compose.yaml", f"image: 'a/b:1', {MOUNTED}, ports: ['127.0.0.1:80:80']", {SOCKET: "high"}),
        ("compose.yaml", f"image: 'a/b:1', {MOUNTED}, labels: [traefik.enable=true]", {SOCKET: "critical"}),
        ("docker-stack.yml", f"image: 'a/b:1', {MOUNTED}", {SOCKET: "critical"}),
        ("test/compose.yaml", f"image: 'a/b:1', {MOUNTED}, ports: ['80:80']", {SOCKET: "high"}),
        ("compose.yaml", f"image: 'grafana/alloy:v1.4', {MOUNTED}", {FILTERED: "high"}),
        ("compose.yaml", "image: 'prom/node-exporter:v1', volumes: ['/proc:/host/proc:ro']", {}),
        ("compose.yaml", "image: 'a/node-exporter:v1', volumes: ['/proc:/host/proc:ro']", {AGENT: "low"}),
        ("compose.yaml", "image: 'telegraf:1', volumes: ['/:/hostfs:ro']", {AGENT: "low"}),
        ("compose.yaml", "image: 'a/agent:1', volumes: ['/:/hostfs:ro']", {PATHS: "high"}),
        ("compose.yaml", "image: 'gcr.io/cadvisor/cadvisor', volumes: ['/var/run:/var/run:ro']", {PATHS: "high"}),
        ("compose.yaml", "image: 'prom/node-exporter:v1', volumes: ['/proc:/host/proc']", {PATHS: "high"}),
        ("compose.yaml", "image: 'a/b:1', volumes: ['/proc:/host/proc:ro']", {PATHS: "high"}),
        ("compose.yaml", "image: 'a/b:1', volumes: ['/root/.ssh:/keys:ro']", {PATHS: "high"}),
        ("compose.yaml", "image: 'a/b:1', volumes: ['/sys:/host/sys:ro']", {PATHS: "medium"}),
        ("compose.yaml", f"image: 'grafana/promtail:3', {LOGS}:ro']", {AGENT: "medium"}),
        ("compose.yaml", f"image: 'grafana/promtail:3', {LOGS}']", {PATHS: "high"}),
        ("compose.yaml", f"image: 'a/b:1', {LOGS}:ro']", {PATHS: "high"}),
        ("compose.yaml", f"image: 'lscr.io/linuxserver/socket-proxy:1', {MOUNTED}", {}),
        ("compose.yaml", f"image: 'registry.example/a/docker-socket-proxy@sha256:0', {MOUNTED}", {}),
        ("compose.yaml", f"image: 'a/not-a-socket-proxy:1', {MOUNTED}", {SOCKET: "high"}),
        ("compose.yaml", f"image: 'traefik:3', userns_mode: host, {MOUNTED}", {FILTERED: "high", USERS: "low"}),
        ("compose.yaml", "image: 'a/b:1', userns_mode: host", {USERS: "medium"}),
        ("compose.yaml", "image: 'a/b:1', network_mode: host", {NETWORK: "high"}),
        ("compose.yaml", "image: 'a/plex-exporter:1', network_mode: host", {NETWORK: "high"}),
        ("compose.yaml", "image: 'plexinc/pms-docker:1', network_mode: host", {NETWORK: "medium"}),
        ("compose.yaml", f"{PORT}['127.0.0.1:80:80']", {LOGIN: "low"}),
        ("compose.yaml", f"{PORT}['127.0.0.1:80:80', '81:81']", {LOGIN: "medium"}),
        ("docker-stack.yml", f"{PORT}['127.0.0.1:80:80']", {LOGIN: "medium"}),
        ("archive/compose.yaml", "image: 'a/b:1', environment: {DB_PASSWORD: admin}", {LOGIN: "low"}),
        ("archive-db/compose.yaml", "image: 'a/b:1', environment: {DB_PASSWORD: admin}", {LOGIN: "medium"}),
        ("compose.old.yaml", "image: 'a/b:1', environment: {DB_PASSWORD: admin}", {LOGIN: "low"}),
    ],
)
def test_how_much_a_danger_counts_depends_on_what_stands_beside_it(
    path: str, text: str, expected: dict[str, str]
) -> None:
    found = findings({path: f"services:\n  web: {{{text}}}\n"})
    failed = {each.rule.removeprefix(PREFIX): each.severity.value for each in found if each.outcome is Outcome.FAIL}
    assert {rule: severity for rule, severity in failed.items() if rule in DANGERS} == expected


@pytest.mark.parametrize(
    ("path", "text", "rule", "because"),
    [
        ("compose.yaml", MOUNTED, SOCKET, "the service publishes no port to others, so that an attacker must"),
        ("test/compose.yaml", MOUNTED, SOCKET, "its Compose file is for tests, as the folder test shows"),
        ("unused/compose.yaml", MOUNTED, SOCKET, "its Compose file is for reference only, as the folder unused shows"),
        ("compose.yaml", "environment: {APP_ENV: ci, DB_PASSWORD: admin}", LOGIN, "as APP_ENV=ci of service web shows"),
        ("compose.yaml", "volumes: ['/sys:/host/sys:ro']", PATHS, "the mount is read-only, and /sys shows settings of"),
    ],
)
def test_a_finding_tells_the_reason_that_holds_of_those_for_which_it_counts_lower(
    path: str, text: str, rule: str, because: str
) -> None:
    found = findings({path: f"services:\n  web: {{image: 'a/b:1', {text}}}\n"})
    [told] = [each.counted_because for each in found if each.rule == PREFIX + rule]
    assert because in told
    assert " or " not in told


@pytest.mark.parametrize(
    ("path", "because"),
    [
        ("texts/crawler-integration-plan.md", "its Compose file is for an example, as its path"),
        ("texts/crawler-integration-tests.md", "its Compose file is for tests, as its name"),
    ],
)
def test_the_integration_of_a_product_is_not_a_test(path: str, because: str) -> None:
    page = "# Plan\n\n```yaml\nservices:\n  web:\n    image: ghcr.io/crawler/web:latest\n```\n"
    [told] = [each.counted_because for each in findings({path: page}) if each.rule.endswith("image-tag-pinned")]
    assert because in told


def test_two_reasons_do_not_count_a_finding_two_steps_lower(tmp_path: Path) -> None:
    (tmp_path / "fixtures").mkdir()
    text = PLAIN.replace("'a:1'", "'a:1', environment: {DB_PASSWORD: changeme}")
    (tmp_path / "fixtures" / "compose.yaml").write_text(text)
    found = [each for each in scan([str(tmp_path)], Options(cache_folder=None)).findings if each.rule.endswith(LOGIN)]
    assert [each.severity for each in found] == [Severity.LOW]


def test_only_a_name_makes_no_overlay_network() -> None:
    text = BARE + "    container_name: web\nnetworks: {back: {}}\n"
    rule = "stacks.network-encrypted"
    for more, outcome in (("", Outcome.UNKNOWN), ("    deploy: {replicas: 2}\n", Outcome.FAIL)):
        found = findings({"web.stack.yml": text.replace("networks:", f"{more}networks:")})
        assert [each.outcome for each in found if each.rule == rule] == [outcome]


IGNORED = [
    (key, "protection" if key == "network_mode" else "setting")
    for key in sorted(deployers.IGNORED - {"privileged", "restart", "security_opt"})
]
"""Each key with the value `none`, and what is lost without it."""
LISTS = ("depends_on", "devices")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        *((f"{key}: {'[none]' if key in LISTS else 'none'}", kind) for key, kind in IGNORED),
        ("privileged: true", "danger"),
        ("pid: host", "danger"),
        ("ipc: host", "danger"),
        ("network_mode: host", "danger"),
        ("userns_mode: host", "danger"),
        ("cgroupns_mode: host", "danger"),
        ("cgroupns_mode: private", "protection"),
        ('security_opt: ["no-new-privileges:true"]', "protection"),
        ('security_opt: ["seccomp:unconfined"]', "danger"),
        ('ports: ["127.0.0.1:80:80"]', "protection"),
        ("restart: always\n    deploy: {restart_policy: {condition: any}}", "setting"),
    ],
)
def test_a_key_that_a_stack_ignores_has_no_effect(line: str, kind: str) -> None:
    key = line.partition(":")[0]
    text = f"services:\n  web:\n    image: a:1\n    {line}\n"
    ignored, applied = service(text, target="stack"), service(text, target="compose")
    assert [(each["key"], each["kind"]) for each in ignored["dropped"]] == [(key, kind)]
    assert "dropped" not in applied
    if key not in ("ports", "restart"):
        assert key not in ignored


@pytest.mark.parametrize(
    "text", ["privileged: false", "security_opt: []", "tmpfs:", "restart: always", "cap_drop: [ALL]"]
)
def test_what_changes_nothing_is_not_told_as_ignored(text: str) -> None:
    assert "dropped" not in service(f"services:\n  web:\n    image: a:1\n    {text}\n", target="stack")


@pytest.mark.parametrize(
    "line",
    [
        *(f"{key}: a" for key in sorted(deployers.FORBIDDEN)),
        "pids_limit: 5",
        "depends_on: {db: {condition: service_started}}",
        "deploy: {resources: {reservations: {devices: []}}}",
        "ports: [{target: 80, published: '80'}]",
        "ports: [{target: 80, host_ip: 127.0.0.1}]",
    ],
)
def test_a_key_with_which_a_stack_is_refused_is_told(line: str) -> None:
    text = f"services:\n  web:\n    image: a:1\n    {line}\n"
    assert "system-accepted-by-stack-deploy" in failing(findings({"docker-stack.yml": text}))
    assert "system-accepted-by-stack-deploy" not in failing(findings({"compose.yaml": text}))


PLAIN = "services: {web: {image: 'a:1'}}\n"
LIMITED = "services: {web: {image: 'a:1', deploy: {resources: {limits: {memory: 1M}}}}}\n"
UPDATED = "services: {web: {image: 'a:1', deploy: {update_config: {order: start-first}}}}\n"
PLACED = "services: {web: {image: 'a:1', deploy: {placement: {constraints: [a]}}}}\n"


@pytest.mark.parametrize(
    ("path", "text", "wanted", "expected"),
    [
        ("compose.yaml", PLAIN, "", ("compose", "", False)),
        ("compose.yaml", PLAIN, "stack", ("stack", "option", False)),
        ("docker-stack.yml", PLAIN, "compose", ("compose", "option", False)),
        ("docker-stack.yml", PLAIN, "", ("stack", "file name", False)),
        ("deploy/shop.swarm.yaml", PLAIN, "", ("stack", "file name", False)),
        ("stacks/shop.yaml", PLAIN, "", ("compose", "", False)),
        ("haystack.yaml", PLAIN, "", ("compose", "", False)),
        ("compose.yaml", PLACED, "", ("stack", "content", False)),
        ("compose.yaml", PLACED.replace("'a:1'", "'a:1', container_name: a"), "", ("stack", "content", True)),
        ("compose.yaml", PLAIN + "networks: {a: {driver: overlay}}\n", "", ("stack", "content", False)),
        ("compose.yaml", PLAIN + "secrets: {a: {external: true}}\n", "", ("stack", "content", False)),
        ("compose.yaml", LIMITED, "", ("compose", "", True)),
        ("compose.yaml", LIMITED.replace("'a:1'", "'a:1', build: ."), "", ("compose", "", False)),
        ("compose.yaml", UPDATED, "", ("stack", "content", False)),
        ("compose.yaml", UPDATED.replace("'a:1'", "'a:1', container_name: a"), "", ("compose", "", True)),
        ("compose.yaml", "name: a\n" + LIMITED, "", ("compose", "", False)),
        ("compose.yaml", "name: a\n" + PLACED, "", ("compose", "content", True)),
    ],
)
def test_who_deploys_a_file(path: str, text: str, wanted: str, expected: tuple[str, str, bool]) -> None:
    assert target_of(path, text, wanted) == expected


@pytest.mark.parametrize(
    ("text", "expected", "known"),
    [
        ("a", "a", True),
        ("${A:-b}", "b", True),
        ("${A-b}c", "bc", True),
        ("${A:-${B:-c}}", "c", True),
        ("${A:-}", "", True),
        ("$$A", "$A", True),
        ("cost: 5$", "cost: 5$", True),
        ("$A/b", "$A/b", False),
        ("${A}", "${A}", False),
        ("${A:?must be set}", "${A:?must be set}", False),
        ("${A:+b}", "${A:+b}", False),
        ("${A:-$B}", "$B", False),
        ("${A", "${A", True),
    ],
)
def test_variables_count_as_their_defaults(text: str, expected: str, known: bool) -> None:
    assert substitute(text) == (expected, known)


@pytest.mark.parametrize("text", ["${a", "${a:-", "{", "}${"])
def test_variables_that_are_not_closed_are_text_however_many(text: str) -> None:
    assert substitute(text * 100_000) == (text * 100_000, True)


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("80", (80, 80, "", True, False)),
        ("8080:80", (80, 80, "8080", True, False)),
        ("127.0.0.1:8080:80/udp", (80, 80, "8080", False, True)),
        ("[::1]:8080:80", (80, 80, "8080", False, True)),
        ("192.0.2.1::80", (80, 80, "", False, False)),
        ("3000-3005:4000-4005", (4000, 4005, "3000-3005", True, False)),
        ("${PORT:-8080}:80", (80, 80, "8080", True, False)),
        ("{target: 80, published: '8080', host_ip: 127.0.0.1}", (80, 80, "8080", False, True)),
    ],
)
def test_ports_of_both_syntaxes(port: str, expected: tuple[Any, ...]) -> None:
    written = port if port.startswith("{") else f"'{port}'"
    (found,) = service(f"services: {{web: {{image: a, ports: [{written}]}}}}\n")["ports"]
    fields = ("target", "target_last", "published", "everywhere", "local")
    assert tuple(found[name] for name in fields) == expected


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ("/data", ("volume", "", "/data", False)),
        ("data:/data:ro", ("volume", "data", "/data", True)),
        ("./a:/b", ("bind", "./a", "/b", False)),
        ("/var//run/docker.sock:/s:ro,z", ("bind", "/var/run/docker.sock", "/s", True)),
        ("${D:-/srv}/x:/x", ("bind", "/srv/x", "/x", False)),
        ("${D}:/x", ("bind", None, "/x", False)),
        (r"C:\\data:/x", ("bind", r"C:\\data", "/x", False)),
        ("{type: bind, source: /a, target: /b, read_only: true}", ("bind", "/a", "/b", True)),
        ("{type: tmpfs, target: /tmp}", ("tmpfs", "", "/tmp", False)),
    ],
)
def test_mounts_of_both_syntaxes(volume: str, expected: tuple[Any, ...]) -> None:
    written = volume if volume.startswith("{") else f"'{volume}'"
    (found,) = service(f"services: {{web: {{image: a, volumes: [{written}]}}}}\n")["mounts"]
    assert (found["type"], found.get("source"), found["target"], found["read_only"]) == expected


WRONG: list[tuple[str, Any]] = [
    ("docker-stack.yml", 5),
    ("compose.yaml", True),
    ("docker-stack.yml", "a"),
    ("compose.yaml", "$A"),
    ("docker-stack.yml", [None]),
    ("compose.yaml", ["a", {"b": [None]}]),
    ("compose.yaml", {}),
    ("docker-stack.yml", {"a": {"b": {}}}),
]
"""Values that are put in the place of every field that is read."""


def forms_of(form: forms.Form, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], forms.Form]]:
    """The path and the form of every field that is read; in place of a name stands `web`."""
    for key, inner in form.entries.items():
        here = (*path, "web" if key == forms.OTHER else key)
        yield here, inner
        yield from forms_of(inner, here)


@pytest.mark.parametrize(("name", "wrong"), WRONG, ids=repr)
def test_a_value_of_any_form_anywhere_is_a_finding_or_unknown(name: str, wrong: Any) -> None:
    for (section, *path), form in forms_of(forms.FILE):
        file: dict[str, Any] = {"services": {"api": {"image": "a:1", "networks": ["web"], "volumes": ["web:/a"]}}}
        holder = file
        for key in [section, *path][:-1]:
            holder = holder.setdefault(key, {})
        if "services" in (section, *path)[-1:]:
            continue  # without a mapping of services it is no Compose file
        holder[[section, *path][-1]] = wrong
        found = findings({name: json.dumps(file)})
        assert [each.message for each in found if each.outcome is Outcome.ERROR] == []
        told = [each.message for each in found if each.rule == f"{PREFIX}system-values-have-their-form"]
        if type(wrong) not in form.types:
            assert [message for message in told if f"because {'.'.join((section, *path))} is " in message]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("ports: 80", "service-management-ports-unpublished"),
        ("image: [a]", "service-image-tag-pinned"),
        ("deploy: yes", "service-memory-limited"),
        ("volumes: ['/:/host', 5]", "service-without-sensitive-host-path"),
        ("privileged: perhaps", "service-not-privileged"),
    ],
)
def test_what_depends_on_a_value_of_a_wrong_form_is_unknown(line: str, rule: str) -> None:
    found = findings({"compose.yaml": f"services:\n  web:\n    hostname: web\n    {line}\n"})
    (unknown,) = (each for each in found if each.rule == PREFIX + rule)
    assert unknown.outcome is Outcome.UNKNOWN
    assert " and not " in unknown.message
    (told,) = (each for each in found if each.rule == f"{PREFIX}system-values-have-their-form")
    assert (told.outcome, told.location.line) == (Outcome.FAIL, 4)


@pytest.mark.parametrize(("name", "value"), [("image", "a:$TAG"), ("user", "${UID}:${GID?}")])
def test_a_variable_that_is_not_in_the_file_is_named(name: str, value: str) -> None:
    rule = {"image": "service-image-tag-pinned", "user": "service-user-not-root"}[name]
    found = findings(
        {
            "compose.yaml": f"services:\n  web:\n    image: a:1\n    {name}: {value}\n".replace(
                "image: a:1\n    image", "image"
            )
        }
    )
    (unknown,) = (each for each in found if each.rule == PREFIX + rule)
    assert unknown.outcome is Outcome.UNKNOWN
    assert {"image": "depends on TAG", "user": "depends on UID, GID"}[name] in unknown.message
    assert "the file .env, of which no value is used" in unknown.message
    assert "`docker compose config`" in unknown.provide  # which holds also where .env sets it


BASE = "services:\n  web: {image: 'a:1'}\n"
LIMIT = "services:\n  web:\n    mem_limit: 64m\n"


@pytest.mark.parametrize(
    ("files", "whole", "fails"),
    [
        (
            {"compose.yaml": BASE, "limits.yaml": LIMIT[:-1] + "\n    build: .\n"},
            frozenset({Unread(ANY_KIND)}),
            {"compose.yaml"},
        ),
        ({"compose.yaml": BASE}, True, {"compose.yaml"}),
        ({"compose.yaml": BASE, "compose.override.yaml": LIMIT}, True, set()),
        ({"docker-compose.yml": BASE, "docker-compose.prod.yml": LIMIT}, True, {"docker-compose.yml"}),
        ({"docker-compose.yml": BASE, "docker-compose.prod.yml": LIMIT}, False, set()),
        (
            {"a/compose.yaml": BASE, "b/compose.override.yaml": LIMIT},
            True,
            {"a/compose.yaml"},
        ),
        (
            {
                "compose.yaml": "services:\n  web: {extends: {file: base.yaml, service: web}}\n",
                "base.yaml": BASE[:-2] + ", mem_limit: 64m}\n",
            },
            True,
            set(),
        ),
        (
            {
                "compose.yaml": "services:\n  a: {image: 'a:1', mem_limit: 64m}\n"
                "  b: {extends: a}\n  c: {extends: {service: b}}\n"
            },
            True,
            set(),
        ),
        ({"compose.yaml": "services:\n  a: {extends: a}\n"}, True, {"compose.yaml"}),
    ],
)
def test_files_of_one_project_are_joined(files: dict[str, str], whole: Whole, fails: set[str]) -> None:
    found = findings(files, whole=whole)
    assert {each.location.path for each in found if each.rule == f"{PREFIX}service-memory-limited"} == fails


def test_what_a_file_that_is_not_there_extends_is_unknown() -> None:
    text = "services:\n  web: {extends: {file: ../b.yaml, service: web}}\n"
    (found,) = (each for each in findings({"compose.yaml": text}) if each.rule == f"{PREFIX}service-memory-limited")
    assert found.outcome is Outcome.UNKNOWN
    assert "scan the file of the service that it extends" in found.message


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yml", "services: {db: {image: a}}\nsteps: [a]\n"),
        ("a.yml", "services: [docker]\n"),
        ("services.yaml", "services: {App\\Mailer: {arguments: [a]}}\n"),
        ("a.yml", "jobs: {a: {services: {db: {image: a}}}}\n"),
        ("a.yaml", "apiVersion: a/v1\nkind: B\nservices: {db: {image: a}}\n"),
    ],
)
def test_what_only_looks_like_a_compose_file_is_not_read_as_one(path: str, text: str) -> None:
    assert "compose" not in recognise(documents.read(path, text)).formats


def test_a_scan_of_a_stack_has_a_verdict(tmp_path: Path) -> None:
    (tmp_path / "docker-stack.yml").write_text(STACK)
    assert assay("scan", "docker-stack.yml", cwd=tmp_path).returncode == 0
    (tmp_path / "docker-stack.yml").write_text(STACK.replace("role == worker", "role == manager"))
    done = assay("scan", ".", cwd=tmp_path)
    assert done.returncode == 1
    assert "docker-stack.yml:25" in done.stdout


def test_a_copy_of_a_file_is_told_in_the_list_of_inputs(tmp_path: Path) -> None:
    for path in ("a/compose.yaml", "b/compose.yaml", "c/compose.yaml"):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text(PLAIN if path[0] != "c" else f"{PLAIN}# another\n")
    (tmp_path / "b/pod.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")
    (tmp_path / "c/pod.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")
    told = scan([str(tmp_path)], Options(cache_folder=None)).inputs
    assert [(each.path, each.reason) for each in told if each.reason] == [
        ("b/compose.yaml", "a copy of a/compose.yaml, byte for byte")
    ]


def test_a_spec_knows_the_services_that_a_stack_deploys() -> None:
    spec = """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: shop}
spec: {services: [{id: web-shop, name: Shop}, {id: ledger, name: Ledger}]}
"""
    stack = "services: {web_shop: {image: 'a:1'}, other: {image: 'a:1'}}\n"
    some = subjects({"spec.yaml": spec, "docker-stack.yml": stack})
    derived = facts.derive(some, whole=True)
    told = {each.name: derived.facts(each)["stack_services"] for each in some if each.kind == "architecture.service"}
    assert told == {"service Shop": [{"name": "web_shop", "path": "docker-stack.yml"}], "service Ledger": []}


def test_the_option_and_the_configuration_say_who_deploys(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(PLAIN.replace("'a:1'", "'a:1', privileged: true"))
    assert "stacks.service-not-privileged" in assay("scan", ".", cwd=tmp_path).stdout
    told = assay("scan", ".", "--deploy-target", "stack", cwd=tmp_path).stdout
    assert "stacks.service-not-privileged" not in told
    assert "docker stack deploy ignores and docker compose applies" in " ".join(told.split())
    (tmp_path / "assay.yaml").write_text("deploy-target: stack\n")
    assert "stacks.service-not-privileged" not in assay("scan", ".", cwd=tmp_path).stdout
    (tmp_path / "assay.yaml").write_text("deploy-target: swarm\n")
    assert assay("scan", ".", cwd=tmp_path).returncode == 2


def test_a_fix_keeps_comments_and_order(tmp_path: Path) -> None:
    text = STACK.replace('    driver_opts:\n      encrypted: "true"\n', "    attachable: true # for debugging\n")
    (tmp_path / "docker-stack.yml").write_text(f"# payments\n{text}")
    assay("fix", "--unsafe", "--profile", "strict", "docker-stack.yml", cwd=tmp_path)
    fixed = (tmp_path / "docker-stack.yml").read_text()
    assert fixed.startswith("# payments\nversion:")
    assert "attachable" not in fixed
    assert 'encrypted: "true"' in fixed


def test_a_network_without_settings_is_fixed(tmp_path: Path) -> None:
    text = "services: {web: {image: 'a:1', networks: [front]}}\nnetworks:\n  front:\n  back:\n"
    (tmp_path / "docker-stack.yml").write_text(text)
    assay("fix", "--unsafe", "--profile", "strict", "docker-stack.yml", cwd=tmp_path)
    fixed = (tmp_path / "docker-stack.yml").read_text()
    assert fixed.count('    driver_opts:\n      encrypted: "true"\n') == 2


def test_a_daemon_with_live_restore_beside_a_stack_is_told() -> None:
    rule = f"{PREFIX}daemon-live-restore-without-swarm"
    daemon = {"etc/docker/daemon.json": '{"live-restore": true}'}
    assert [each.rule for each in findings(daemon) if each.rule == rule] == []
    (found,) = (each for each in findings({**daemon, "docker-stack.yml": STACK}) if each.rule == rule)
    assert (found.outcome, found.location.path, found.location.line) == (Outcome.FAIL, "etc/docker/daemon.json", 1)


@pytest.mark.parametrize(
    ("path", "text", "read"),
    [
        ("daemon.json", '{"hosts": ["fd://"]}', True),
        ("etc/docker/daemon_with_registry.json", '{"ipv6": true}', True),
        ("daemon.json", '{"running": true}', False),
        (".claude-flow/daemon-state.json", '{"debug": true}', False),
        ("daemon.json", "[]", False),
    ],
)
def test_the_configuration_of_a_daemon_is_known_by_name_and_content(path: str, text: str, read: bool) -> None:
    assert (recognise(documents.read(path, text)).formats == ("docker-daemon",)) is read


def test_an_option_of_a_wrong_form_is_unknown() -> None:
    found = findings({"daemon.json": '{"hosts": "tcp://0.0.0.0:2375", "iptables": "false"}'})
    unknown = {each.rule.removeprefix(PREFIX) for each in found if each.outcome is Outcome.UNKNOWN}
    assert unknown == {"daemon-api-authenticates-clients", "daemon-separates-networks"}
    assert not [each for each in found if each.outcome is Outcome.ERROR]


ENV = "# of web\nLOG_LEVEL=info\nexport DB_PASSWORD='Tr4vel-l1ght' # secret\n"


@pytest.mark.parametrize(
    ("path", "compose", "text", "used"),
    [
        (".env", "compose.yaml", PLAIN, True),
        ("a/.env", "compose.yaml", PLAIN, False),
        (".env", "docker-stack.yml", PLAIN, False),
        ("conf/web.env", "docker-stack.yml", PLAIN.replace("'a:1'", "'a:1', env_file: conf/web.env"), True),
        ("web.env", "a/compose.yaml", PLAIN.replace("'a:1'", "'a:1', env_file: [{path: ../web.env}]"), True),
        (".env.local", "compose.yaml", PLAIN.replace("'a:1'", "'a:1', env_file: ['${F:-.env.local}']"), True),
        (".env.local", "compose.yaml", PLAIN, False),
    ],
)
def test_a_credential_in_an_environment_file_that_is_used_is_told(
    path: str, compose: str, text: str, used: bool
) -> None:
    found = [each for each in findings({compose: text, path: ENV}) if "env-file" in each.rule]
    assert [(each.outcome, each.location.path, each.location.line) for each in found] == (
        [(Outcome.FAIL, path, 3)] if used else []
    )
    assert "Tr4vel" not in "".join(each.message for each in found)


def test_what_compose_resets_is_not_there() -> None:
    text = "services:\n  web:\n    image: a:1\n    build: !reset null\n    ports: !reset\n      - 22:22\n"
    assert service(text).keys() == {"image", "name"}
    assert failing(findings({"compose.yaml": text})).isdisjoint(
        {"system-values-have-their-form", "service-management-ports-unpublished"}
    )
    files = {"compose.yaml": BASE, "compose.override.yaml": LIMIT.replace("64m", "!reset 64m")}
    assert "service-memory-limited" in failing(findings(files))


@pytest.mark.parametrize(
    ("whole", "expected"), [(True, Outcome.FAIL), (frozenset({Unread(ANY_KIND)}), None), (False, None)]
)
def test_a_reference_is_judged_where_it_resolves_or_all_files_are_read(whole: Whole, expected: Outcome | None) -> None:
    rule = f"{PREFIX}service-references-defined"
    text = "services: {web: {image: 'a:1', networks: [front]}}\n"
    resolved = findings({"a.yaml": text + "networks: {front: {}}\n"}, whole=whole)
    assert [each for each in resolved if each.rule == rule] == []
    (found,) = (each for each in findings({"a.yaml": text}, whole=whole) if each.rule == rule)
    assert found.outcome is (expected or Outcome.UNKNOWN)


INNER = "services: {web: {image: 'a:1', networks: [front], volumes: ['data:/data']}}\n"
OUTER = "include: [{path: [web/compose.yaml], project_directory: .}, db/compose.yaml]\nnetworks: {front: {}}\n"


@pytest.mark.parametrize(
    ("outer", "outcome", "words"),
    [
        (OUTER + "volumes: {data: {}}\n", None, ""),
        (
            OUTER,
            Outcome.UNKNOWN,
            "compose.yaml includes the file, and another file that it includes may define the vol",
        ),
        (
            f"{PLAIN}networks: {{front: {{}}}}\nvolumes: {{data: {{}}}}\n",
            Outcome.UNKNOWN,
            "defines the network front, but",
        ),
        (f"{PLAIN}networks: {{front: {{}}}}\n", Outcome.FAIL, "uses the volume data"),
        (PLAIN, Outcome.FAIL, "uses the network front"),
    ],
)
def test_a_file_of_an_outer_folder_may_define_what_a_service_uses(
    outer: str, outcome: Outcome | None, words: str
) -> None:
    found = findings({"compose.yaml": outer, "web/compose.yaml": INNER})
    told = [each for each in found if each.rule == f"{PREFIX}service-references-defined"]
    assert {each.outcome for each in told if each.location.path == "web/compose.yaml"} == ({outcome} - {None})
    assert not words or words in str(told)
