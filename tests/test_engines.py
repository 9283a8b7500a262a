"""Checkov as a second engine, played by a program of our own: what it is given, what is made of what it prints."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scanner import engines, library, objectives
from scanner.errors import PackError, UsageError
from scanner.finished_scan import Scan
from scanner.frameworks import checks
from scanner.limits import Limits
from scanner.model import Finding, InputStatus, Outcome, Profile, Severity
from scanner.scan import Options, scan
from scanner.sources import Selection
from tests import output_formats
from tests.command_line import Done, assay, fault
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.slow

BUCKET = """\
resource "aws_s3_bucket" "data" {
  bucket = "data"

  versioning {
    enabled = false
  }
}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      image: web:1.0
      securityContext: {privileged: true}
"""
MEANING = """\
version: 1.0.0
checks:
  CKV_AWS_7:
    title: Keys are rotated
    severity: low
    objectives: [key-rotation]
"""
STAND_IN = """\
#!{python}
import json, os, sys, traceback

arguments = sys.argv[1:]
root = arguments[arguments.index("--directory") + 1]
frameworks = arguments[arguments.index("--framework") + 1 : arguments.index("--output")]
files = sorted(
    os.path.relpath(os.path.join(folder, name), root) for folder, _, names in os.walk(root) for name in names
)

def check(name, path, result, **more):
    more = dict(more)
    record = {{
        "check_id": name,
        "check_name": "Ensure " + name,
        "check_result": {{"result": result, "evaluated_keys": more.pop("keys", [])}},
        "file_path": "/" + path,
        "file_abs_path": os.path.join(root, path),
        "file_line_range": more.pop("lines", [1, 7]),
        "resource": more.pop("resource", "aws_s3_bucket.data"),
    }}
    record["check_result"].update(more)
    return record

def part(framework, failed=(), passed=(), skipped=(), unparsed=()):
    return {{
        "check_type": framework,
        "results": {{
            "failed_checks": list(failed),
            "passed_checks": list(passed),
            "skipped_checks": list(skipped),
            "parsing_errors": [os.path.join(root, path) for path in unparsed],
        }},
        "summary": {{"checkov_version": "0.0.0"}},
    }}

def nothing():
    print(json.dumps({{"passed": 0, "failed": 0, "checkov_version": "0.0.0"}}))

def log(level, text):
    print(f"2026-01-01 00:00:00,000 [MainThread  ] [{{level}}]  {{text}}", file=sys.stderr)

if "kubernetes" in frameworks and not {kubernetes!r}:
    nothing()
    sys.exit(0)
{body}
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts a program called checkov on PATH, which runs some lines of Python."""

    def put(body: str, *, kubernetes: bool = False) -> None:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / "checkov"
        program.write_text(STAND_IN.format(python=sys.executable, body=body, kubernetes=kubernetes), encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    return put


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a bucket in Terraform, which is the current one."""
    path = tmp_path / "work"
    path.mkdir()
    (path / "main.tf").write_text(BUCKET, encoding="utf-8")
    monkeypatch.chdir(path)
    return path


def scanned(*paths: str, **more: Any) -> Scan:
    return scan(paths or (".",), Options(engines=("checkov",), **more))


def run(*arguments: str) -> Done:
    return assay("scan", *arguments, cwd=Path.cwd())


def theirs(result: Scan) -> list[Finding]:
    return [finding for finding in result.findings if finding.rule.startswith("checkov.")]


def became(result: Scan) -> dict[str, tuple[InputStatus, str]]:
    return {item.path: (item.status, item.reason) for item in result.inputs}


FAILS = 'print(json.dumps([part("terraform", failed=[check("CKV_AWS_20", "main.tf", "FAILED")])])); sys.exit(1)'


def test_a_failed_check_is_a_finding_with_its_place_and_its_controls(stand_in: Callable[..., None]) -> None:
    stand_in(FAILS)
    result = scanned()
    (finding,) = theirs(result)
    assert (finding.rule, finding.outcome, finding.severity) == ("checkov.CKV_AWS_20", Outcome.FAIL, Severity.CRITICAL)
    assert finding.message == "aws_s3_bucket.data fails CKV_AWS_20: Ensure CKV_AWS_20"
    assert (finding.subject_kind, finding.subject_name) == ("checkov.terraform", "aws_s3_bucket.data")
    place = finding.location
    assert (place.path, place.line, place.column, place.end_line, place.end_column) == ("main.tf", 1, 1, 7, 2)
    assert result.rules[finding.rule].objectives == ("datastore-not-public",)
    assert result.links[finding.rule]
    (item,) = result.inputs
    assert (item.status, item.reason, item.formats) == (InputStatus.ASSESSED, "by Checkov 0.0.0", ("terraform",))
    assert (item.bytes, len(item.sha256), item.subjects) == (len(BUCKET), 64, 1)
    assert result.verdict.exit_code == 1


def test_passes_count_and_are_listed_where_they_are_asked_for(stand_in: Callable[..., None]) -> None:
    stand_in('print(json.dumps(part("terraform", passed=[check("CKV_AWS_20", "main.tf", "PASSED")])))')
    result = scanned()
    assert (theirs(result), result.outcomes["pass"], result.verdict.exit_code) == ([], 1, 0)
    assert "checkov.CKV_AWS_20" in result.rules
    assert any("checkov.CKV_AWS_20" in control.rules for control in result.assessments)
    assert [finding.outcome for finding in theirs(scanned(include_passes=True))] == [Outcome.PASS]


def test_what_a_file_has_checkov_leave_out_is_shown_as_undecided(stand_in: Callable[..., None]) -> None:
    stand_in(
        'record = check("CKV_AWS_20", "main.tf", "SKIPPED", suppress_comment="a public site")\n'
        'print(json.dumps(part("terraform", skipped=[record])))'
    )
    result = scanned()
    (finding,) = theirs(result)
    assert finding.outcome is Outcome.UNKNOWN
    assert "suppresses CKV_AWS_20, because: a public site" in finding.message
    assert result.verdict.exit_code == 0


def test_a_check_that_nobody_judged_is_a_finding_of_medium_severity(stand_in: Callable[..., None]) -> None:
    stand_in('print(json.dumps(part("terraform", failed=[check("CKV_NEW_1", "main.tf", "FAILED")])))')
    result = scanned()
    (finding,) = theirs(result)
    info = result.rules[finding.rule]
    assert (finding.severity, info.objectives, info.title) == (Severity.MEDIUM, (), "Ensure CKV_NEW_1")


@pytest.mark.parametrize(
    ("keys", "lines", "field"),
    [
        (["versioning/enabled"], (5, 5), "versioning.enabled"),
        (["versioning/[0]/enabled/[0]"], (5, 5), "versioning.0.enabled.0"),
        (["versioning/[0]/mfa_delete"], (4, 6), "versioning.0.mfa_delete"),
        (["resource_type", "bucket"], (2, 2), "bucket"),
        (["versioning/[1]/enabled"], (1, 7), "versioning.1.enabled"),
        (["acl"], (1, 7), "acl"),
        (["resource_type"], (1, 7), ""),
        ([], (1, 7), ""),
    ],
)
def test_a_finding_points_at_the_field_where_its_place_is_certain(
    stand_in: Callable[..., None], keys: list[str], lines: tuple[int, int], field: str
) -> None:
    stand_in(f'print(json.dumps(part("terraform", failed=[check("CKV_AWS_21", "main.tf", "FAILED", keys={keys!r})])))')
    (finding,) = theirs(scanned())
    assert (finding.location.line, finding.location.end_line, finding.location.field) == (*lines, field)


def test_lines_beyond_the_file_are_brought_back_into_it(stand_in: Callable[..., None]) -> None:
    stand_in(
        'some = [check("CKV_AWS_21", "main.tf", "FAILED", lines=lines) for lines in ([0, 1], [6, 99], [50, 60])]\n'
        'print(json.dumps(part("terraform", failed=some)))'
    )
    places = [(finding.location.line, finding.location.end_line) for finding in theirs(scanned())]
    assert places == [(1, 1), (6, 7), (8, 8)]


def test_only_the_chosen_files_are_handed_over_and_no_settings(folder: Path, stand_in: Callable[..., None]) -> None:
    stand_in(
        'found = [check("CKV_AWS_20", path, "FAILED", lines=[1, 1]) for path in files]\n'
        'print(json.dumps(part("terraform", failed=found)))'
    )
    for name in (
        "a/keep.tf",
        "a/out.tf",
        "ignored.tf",
        ".checkov.yaml",
        "a/.checkov.yml",
        ".dot/Dockerfile",
        "note.txt",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x {\n}\n", encoding="utf-8")
    (folder / "link.tf").symlink_to(folder / "main.tf")
    (folder / "spec.yaml").write_text("kind: Architecture\napiVersion: assay/v1\n", encoding="utf-8")
    (folder / ".gitignore").write_text("ignored.tf\n", encoding="utf-8")
    subprocess.run(("git", "init", "-q"), cwd=folder, check=True)
    paths = {finding.location.path for finding in theirs(scanned(selection=Selection(exclude=("out.tf",))))}
    assert paths == {"main.tf", "a/keep.tf", ".dot/Dockerfile"}


def test_files_of_a_commit_are_handed_over_as_they_were(folder: Path, stand_in: Callable[..., None]) -> None:
    stand_in(
        'text = open(os.path.join(root, "main.tf")).read()\n'
        'print(json.dumps(part("terraform", failed=[check("CKV_AWS_20", "main.tf", "FAILED", resource=text)])))'
    )
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-qm", "a")):
        subprocess.run((*git, *arguments), cwd=folder, check=True)
    (folder / "main.tf").write_text("changed\n", encoding="utf-8")
    (finding,) = theirs(scanned(selection=Selection(revision="HEAD")))
    assert finding.subject_name == BUCKET


def test_what_stands_outside_of_the_chosen_files_does_not_count(stand_in: Callable[..., None]) -> None:
    stand_in(
        'some = [check("CKV_AWS_20", "../../outside/main.tf", "FAILED"), check("CKV_AWS_20", "/etc/x.tf", "FAILED")]\n'
        'print(json.dumps(part("terraform", failed=some, unparsed=["../x.tf"])))'
    )
    result = scanned()
    assert theirs(result) == []
    assert became(result) == {"main.tf": (InputStatus.SKIPPED, "contains nothing that Checkov checks")}


def test_objects_are_not_asked_twice(folder: Path, stand_in: Callable[..., None]) -> None:
    stand_in(
        'name = "kubernetes" if "kubernetes" in frameworks else "terraform"\n'
        'found = [check(f"CKV_K8S_{n}", files[0], "FAILED", resource="Pod.shop.web") for n in (16, 8, 29)]\n'
        "print(json.dumps(part(name, failed=found)))",
        kubernetes=True,
    )
    (folder / "pod.yaml").write_text(POD, encoding="utf-8")
    found = {(finding.location.path, finding.rule) for finding in theirs(scanned())}
    assert found == {
        ("pod.yaml", "checkov.CKV_K8S_29"),  # no rule of ours says what this one says
        ("main.tf", "checkov.CKV_K8S_16"),  # what Terraform makes is none of ours
        ("main.tf", "checkov.CKV_K8S_8"),
        ("main.tf", "checkov.CKV_K8S_29"),
    }


PROGRAMS = """\
apiVersion: v1
kind: Pod
metadata: {name: kubelet, namespace: kube-system}
spec:
  containers: [{name: kubelet, image: "registry.example/kubelet:1.34", command: [kubelet, --anonymous-auth=true]}]
---
apiVersion: v1
kind: Pod
metadata: {name: etcd, namespace: kube-system}
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.5.15-0
      args: [--peer-client-cert-auth=false, "--listen-peer-urls=https://10.0.0.4:2380"]
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: true}}
"""
"""Our rules judge flags of a kubelet like its configuration file, and read flags of etcd in `args` too."""


@pytest.mark.parametrize("profile", [Profile.DEFAULT, Profile.OPINION])
def test_a_check_is_left_out_for_the_objects_that_a_rule_judges(
    folder: Path, stand_in: Callable[..., None], profile: Profile
) -> None:
    stand_in(
        "lines = {'Pod.kube-system.kubelet': [1, 5], 'Pod.kube-system.etcd': [7, 14],\n"
        "         'KubeletConfiguration.default.': [16, 18]}\n"
        "found = [check(f'CKV_K8S_{n}', 'pods.yaml', 'FAILED', resource=name, lines=place)\n"
        "         for n in (138, 121, 16) for name, place in lines.items()]\n"
        "print(json.dumps(part('kubernetes', failed=found)))",
        kubernetes=True,
    )
    (folder / "pods.yaml").write_text(PROGRAMS, encoding="utf-8")
    found = scanned(profile=profile)
    told = {(finding.rule, finding.subject_name.partition(".")[2]) for finding in theirs(found)}
    assert told == {
        ("checkov.CKV_K8S_138", "kube-system.etcd"),
        ("checkov.CKV_K8S_121", "kube-system.kubelet"),
        ("checkov.CKV_K8S_121", "default"),
        ("checkov.CKV_K8S_16", "default"),
    }
    ours = {finding.rule for finding in found.findings if finding.outcome is Outcome.FAIL} - {f for f, _ in told}
    assert {"kubernetes.etcd-authenticates-peers", "kubernetes.kubelet-without-anonymous-access"} <= ours


ENDS = {
    "a crash": ('sys.exit("Traceback\\nValueError: oh no")', "last message: ValueError: oh no"),
    "another code": ('log("ERROR", "oh no"); sys.exit(2)', "exited with code 2; last message: oh no"),
    "a signal": ("os.kill(os.getpid(), 9)", "exited with code -9"),
    "garbage": ('print("{]")', "printed output that is not JSON"),
    "nothing": ("pass", "printed output that is not JSON"),
    "nesting": ('print("[" * 100000)', "printed output that is not JSON"),
    "another form": ('print(json.dumps([{"results": {"failed_checks": [{}]}, "check_type": "x"}]))', "unknown form"),
    "a list": ("print(json.dumps([1]))", "unknown form"),
    "a framework": (
        'log("ERROR", "Failed to create report for terraform framework\\nTraceback"); nothing()',
        "crashed in its framework terraform",
    ),
    "hanging": (
        "import signal; signal.pause()",
        "did not end within 0.5 seconds of CPU time (--limit engine=N raises this)",
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_run_that_fails_makes_the_scan_incomplete(folder: Path, stand_in: Callable[..., None], name: str) -> None:
    body, reason = ENDS[name]
    stand_in(body)
    (folder / "pod.yaml").write_text(POD, encoding="utf-8")
    result = scanned(limits=Limits(engine=0.5 if name == "hanging" else 60))
    status, why = became(result)["main.tf"]
    assert status is InputStatus.UNREADABLE
    assert why.startswith("Checkov: ")
    assert reason in why
    assert became(result)["pod.yaml"] == (InputStatus.ASSESSED, "")
    assert any(finding.rule == "kubernetes.container-not-privileged" for finding in result.findings)
    assert result.verdict.exit_code == 4


def test_a_file_that_cannot_be_parsed_is_unreadable_and_the_others_count(
    folder: Path, stand_in: Callable[..., None]
) -> None:
    stand_in(
        'log("ERROR", f"YAML error parsing {root}/stack.json: expected a bracket\\n  in line 2")\n'
        'log("WARNING", "Module example.org/vpc failed to load")\n'
        'found = [check("CKV_AWS_20", "main.tf", "FAILED")]\n'
        'print(json.dumps([part("terraform", failed=found, unparsed=["other.tf"]), '
        'part("cloudformation", unparsed=["stack.json"])]))'
    )
    for name in ("other.tf", "stack.json"):
        (folder / name).write_text('{"Resources": {}}', encoding="utf-8")
    result = scanned()
    assert became(result) == {
        "main.tf": (InputStatus.ASSESSED, "by Checkov 0.0.0"),
        "other.tf": (InputStatus.UNREADABLE, "Checkov: cannot be parsed as terraform"),
        "stack.json": (
            InputStatus.UNREADABLE,
            "Checkov: YAML error parsing stack.json: expected a bracket in line 2",
        ),
    }
    assert result.notes == ("checkov: Module example.org/vpc failed to load",)
    assert (len(theirs(result)), result.verdict.exit_code) == (1, 4)


def test_modules_that_are_not_fetched_are_named_with_the_input(stand_in: Callable[..., None]) -> None:
    stand_in(
        'found = [check("CKV_TF_1", "main.tf", "PASSED", resource=name) for name in ("vpc", "eks")]\n'
        'print(json.dumps(part("terraform", passed=found)))'
    )
    reason = "by Checkov 0.0.0, without modules that are not in the scanned files: vpc, eks"
    assert became(scanned())["main.tf"] == (InputStatus.ASSESSED, reason)


def test_notes_are_told_on_standard_error(stand_in: Callable[..., None]) -> None:
    stand_in('[log("WARNING", f"module {n} \\x1b[31m") for n in range(9)]; nothing()')
    done = run("--engine", "checkov", "--output", "json")
    assert done.stderr.splitlines()[0] == "assay: checkov: module 0 \\x1b[31m"
    assert done.stderr.splitlines()[5] == "assay: and 4 more like these"


def test_nothing_of_ours_reaches_it(stand_in: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in('log("ERROR", json.dumps([sorted(os.environ), os.getcwd(), os.listdir()])); sys.exit(2)')
    for name in ("BC_API_KEY", "CKV_CHECK", "GITHUB_PAT", "DOWNLOAD_EXTERNAL_MODULES", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    _, reason = became(scanned())["main.tf"]
    names, place, inside = json.loads(reason.partition("last message: ")[2])
    assert not {"BC_API_KEY", "CKV_CHECK", "GITHUB_PAT", "DOWNLOAD_EXTERNAL_MODULES", "AWS_SECRET_ACCESS_KEY"} & {
        *names
    }
    assert (place, inside) == ("home", [])


def test_it_gets_a_proxy_that_answers_nothing_and_writes_warnings_alone(stand_in: Callable[..., None]) -> None:
    stand_in('log("ERROR", json.dumps(dict(os.environ))); sys.exit(2)')
    _, reason = became(scanned())["main.tf"]
    given = json.loads(reason.partition("last message: ")[2])
    assert given["HTTP_PROXY"] == given["HTTPS_PROXY"] == "http://127.0.0.1:9"
    assert given["PATH"] == given["HOME"] == given["TMPDIR"]
    assert given["LOG_LEVEL"] == "WARNING"


def test_secrets_that_it_finds_are_not_printed(folder: Path, tmp_path: Path, stand_in: Callable[..., None]) -> None:
    secret = "bPxRfiCYEXAMPLEwJalrXUtnF"
    text = f'resource "aws_lambda_function" "f" {{\n  variables = {{\n    word = "{secret}"\n  }}\n}}\n'
    (folder / "main.tf").write_text(text, encoding="utf-8")
    stand_in(
        'found = [check("CKV_AWS_45", "main.tf", "FAILED", keys=["variables"], lines=[1, 5]), '
        'check("CKV_AWS_50", "main.tf", "FAILED", lines=[1, 5])]\n'
        'print(json.dumps(part("terraform", failed=found)))'
    )
    outputs = [f"--output={output_formats.asked(name, tmp_path)}" for name in output_formats.ALL]
    done = run("--engine", "checkov", *outputs)
    said = {"the terminal": done.stdout + done.stderr}
    said |= {name: "\n".join(output_formats.texts_below(tmp_path / name).values()) for name in output_formats.ALL}
    assert "CKV_AWS_45" in said["json"]
    assert [name for name, text in said.items() if secret in text] == []


def test_results_are_of_their_schema(stand_in: Callable[..., None]) -> None:
    stand_in(FAILS)
    report = json.loads(run("--engine", "checkov", "--output", "json", "--all-frameworks", "--quiet").stdout)
    schema = json.loads((REPOSITORY / "docs" / "results.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(report)
    assert report["rules"][report["findings"][0]["rule"]]["controls"]


def test_a_scan_repeats_and_its_digest_tells_the_engine(stand_in: Callable[..., None]) -> None:
    stand_in(FAILS)
    one, two = scanned(), scanned()
    assert one == two
    assert one.run.pack_digest != scan((".",)).run.pack_digest


@pytest.fixture
def no_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither on PATH nor beside Python is a checkov."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))


@pytest.mark.usefixtures("no_program")
def test_without_the_program_the_way_to_get_it_is_told() -> None:
    with pytest.raises(UsageError) as caught:
        scanned()
    assert "neither on PATH nor beside this Python" in caught.value.message
    assert caught.value.hint == "pipx install checkov, or pip install 'PATH-OR-URL[checkov]'"
    assert scan((".",)).verdict.exit_code == 3


def test_a_program_beside_python_is_found(
    folder: Path, stand_in: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in(FAILS)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    assert theirs(scanned())


def test_a_program_in_the_scanned_folder_is_not_started(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "checkov").write_text("#!/bin/sh\ntouch started\n", encoding="utf-8")
    (folder / "checkov").chmod(0o755)
    monkeypatch.setenv("PATH", f".{os.pathsep}")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(UsageError):
        scanned()
    assert not (folder / "started").exists()


def test_an_engine_that_does_not_exist_is_a_usage_error() -> None:
    done = run("--engine", "chekov")
    assert done.returncode == 2
    assert "'assay', 'checkov'" in fault(done)


def test_our_own_engine_is_the_default(stand_in: Callable[..., None]) -> None:
    stand_in(FAILS)
    assert run("--engine", "assay").returncode == 3
    assert run().returncode == 3
    assert run("--engine", "assay", "--engine", "checkov").returncode == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[key-rotation]", "[key-rotations]", "there is no objective 'key-rotations' (did you mean key-rotation?)"),
        ("severity: low", "severity: minor", "severity is 'minor'; it must be one of"),
        ("    title:", "    titel:", "there is no key 'titel'"),
    ],
)
def test_what_is_wrong_with_the_meaning_of_a_check_is_told_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str
) -> None:
    engines, frameworks = tmp_path / "frameworks" / "engines", library.data_root() / "frameworks"
    engines.mkdir(parents=True)
    for path in objectives.files():
        (tmp_path / "frameworks" / path.name).symlink_to(path)
    (engines / "schema.json").symlink_to(frameworks / "engines" / "schema.json")
    (engines / "checkov.yaml").write_text(MEANING.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(library, "data_root", lambda: tmp_path)
    with pytest.raises(PackError) as caught:
        checks.load("checkov", library.Cache())
    assert message in str(caught.value)
    assert "checkov.yaml:" in caught.value.location


SPARE = """\
from msgspec.structs import replace

from scanner.engines import EngineResults
from scanner.controls import ShownBy
from scanner.model import Finding, InputStatus, Outcome, Profile, RuleInfo, Severity
from scanner.places import Location


class Spare:
    name = "spare"

    def __init__(self, checks):
        self.checks = checks

    def wants(self, path):
        return path.endswith(".tf")

    def assess(self, files, ours):
        results = EngineResults(self.name, version="7", notes=["said"])
        for file in files:
            rule, path = "spare.SP_1", file.input.path
            words = dict.fromkeys(("why", "remediation", "limits"), "-")
            lists = {"objectives": self.checks["SP_1"].objectives, "same_as": (), "references": ()}
            info = RuleInfo(
                id=rule, title="-", severity=Severity.LOW, profile=Profile.DEFAULT, subject="spare",
                shown_by=ShownBy.MANIFEST, **words, **lists,
            )
            results.rules[rule] = info
            results.count(path, rule, Outcome.FAIL)
            place = Location(path, 1, 1, 1, 2)
            results.findings.append(
                Finding(rule, Outcome.FAIL, Severity.LOW, "M", "spare", path, path, place, rule + path)
            )
            results.inputs[path] = replace(file.input, status=InputStatus.ASSESSED, reason="by Spare")
        return results


def find(checks, limits):
    return Spare(checks)
"""


def test_a_second_engine_is_a_module_a_table_and_one_line(
    tmp_path: Path, stand_in: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "spare_engine.py").write_text(SPARE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(engines._MODULES, "spare", "spare_engine")
    data = tmp_path / "data"
    shutil.copytree(library.data_root() / "frameworks", data / "frameworks")
    for name in ("rules", "templates"):
        (data / name).symlink_to(library.data_root() / name)
    (data / "frameworks" / "engines" / "spare.yaml").write_text(
        "version: 1.0.0\nchecks:\n  SP_1: {title: Spares are kept, severity: low, objectives: [key-rotation]}\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(library, "data_root", lambda: data)
    stand_in(FAILS)
    alone, both = scan((".",), Options(engines=("spare",))), scan((".",), Options(engines=("checkov", "spare")))
    assert [finding.rule for finding in alone.findings] == ["spare.SP_1"]
    assert alone.notes == ("spare: said",)
    assert {finding.rule for finding in both.findings} == {"spare.SP_1", "checkov.CKV_AWS_20"}
    assert became(both)["main.tf"][0] is InputStatus.ASSESSED
    assert len({alone.run.pack_digest, both.run.pack_digest, scan((".",)).run.pack_digest}) == 3


def test_what_is_rendered_is_handed_over_and_shown_where_it_is_mended(
    folder: Path, stand_in: Callable[..., None]
) -> None:
    stand_in(
        "text = open(os.path.join(root, files[0])).read()\n"
        'assert len(files) == 1 and "kind: Pod" in text and "{{" not in text, files\n'
        'some = [check("CKV_K8S_29", files[0], "FAILED", resource=name) for name in ("Pod.shop.web", "Pod.x.y")]\n'
        'print(json.dumps(part("kubernetes", failed=some)))',
        kubernetes=True,
    )
    (folder / "main.tf").unlink()
    (folder / "chart" / "templates").mkdir(parents=True)
    (folder / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 0.1.0\n", encoding="utf-8")
    (folder / "chart" / "templates" / "pod.yaml").write_text(
        "{{- if true }}\n" + POD + "{{- end }}\n", encoding="utf-8"
    )
    result = scanned()
    assert [(finding.location.path, finding.location.line) for finding in theirs(result)] == [
        ("chart/Chart.yaml", 1),  # nobody can tell
        ("chart/templates/pod.yaml", 2),
    ]
    assert {status for status, _ in became(result).values()} == {InputStatus.ASSESSED}


def test_a_check_bears_on_frameworks_about_its_own_platform_only(stand_in: Callable[..., None]) -> None:
    stand_in(
        'found = [check(name, "main.tf", "FAILED") for name in ("CKV_AWS_24", "CKV_AWS_38", "CKV_NEW_1")]\n'
        'print(json.dumps(part("terraform", failed=found)))'
    )
    links = scanned().links
    of_machine, of_cluster = ({link.framework for link in links[f"checkov.CKV_AWS_{n}"]} for n in (24, 38))
    assert "pci-dss" in of_machine
    assert not {"nsa-kubernetes", "owasp-kubernetes", "owasp-mcp"} & of_machine
    assert {"nsa-kubernetes", "owasp-kubernetes"} <= of_cluster
    assert links["checkov.CKV_NEW_1"] == ()


KNOWN_BY_NAME = {
    "terraform": "main.tfvars.json",
    "terraform_json": "main.tf.json",
    "bicep": "main.bicep",
    "dockerfile": "web.Dockerfile",
    "github_actions": ".github/workflows/ci.yml",
    "gitlab_ci": ".gitlab-ci.yml",
    "circleci_pipelines": ".circleci/config.yml",
    "azure_pipelines": "azure-pipelines.yaml",
    "bitbucket_pipelines": "bitbucket-pipelines.yml",
    "serverless": "serverless.yml",
}
KNOWN_BY_CONTENT = ("ansible", "arm", "cloudformation", "openapi", "terraform_plan")


@pytest.mark.parametrize("framework", [*KNOWN_BY_NAME, *KNOWN_BY_CONTENT])
def test_a_framework_that_crashes_loses_the_files_that_may_concern_it(
    stand_in: Callable[..., None], folder: Path, framework: str
) -> None:
    for path in (*KNOWN_BY_NAME.values(), "data.template"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text('{"a": [1]}', encoding="utf-8")
    (folder / "main.tf").unlink()
    stand_in(
        f"if {framework!r} in frameworks:\n"
        f"    log('ERROR', 'Failed to create report for {framework} framework')\n"
        "nothing()"
    )
    lost = {item.path for item in scanned().inputs if f"crashed in its framework {framework}" in item.reason}
    data = {path for path in KNOWN_BY_NAME.values() if path.endswith((".yml", ".yaml", ".json"))} | {"data.template"}
    assert lost == ({KNOWN_BY_NAME[framework]} if framework in KNOWN_BY_NAME else data)
