"""`assay fix` as people use it: what it writes, what it leaves alone and says why."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from scanner.fixing import Fixes, FixSelection, fix
from scanner.fixing.overwrite import write
from scanner.model import InputStatus, Profile
from scanner.scan import Options, scan
from tests.command_line import Done, assay
from tests.outside import kustomize, lay
from tests.waivers import ENTRY, TODAY, waivers_file

POD = """\
# the shop
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  hostPID: true   # for the profiler
  containers:
    # the only one
    - name: web
      image: 'registry.example/web:1.4.2'   # pinned
      securityContext: {runAsUser: 1000, privileged: true}
"""
JOB = """\
apiVersion: batch/v1beta1
kind: CronJob
metadata:
  name: report   # nightly
spec: {schedule: "0 3 * * *"}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deploy").mkdir()
    return tmp_path / "deploy"


def run(*arguments: str) -> Done:
    return assay("fix", *arguments, cwd=Path.cwd())


def only(rule: str, *paths: str, unsafe: bool = True, profile: Profile = Profile.DEFAULT) -> Fixes:
    return fix(paths or ("deploy",), Options(profile=profile), FixSelection(unsafe=unsafe, rules=frozenset({rule})))


def fixed(rule: str, text: str, name: str = "a.yaml", profile: Profile = Profile.DEFAULT) -> str:
    """The text after the fix of one rule, which must have been made."""
    Path("deploy", name).write_bytes(text.encode())
    (result,) = only(rule, profile=profile).files
    assert result.fixed, result.skipped
    return result.after.decode()


def refused(rule: str, text: str, name: str = "a.yaml") -> str:
    """Why the fix of one rule is not made."""
    Path("deploy", name).write_bytes(text.encode())
    (result,) = only(rule).files
    assert not result.fixed
    assert result.after == result.before
    return result.skipped[0].reason


def test_safe_fixes_are_made_and_the_others_counted(folder: Path) -> None:
    (folder / "job.yaml").write_text(JOB)
    (folder / "pod.yaml").write_text(POD)
    done = run("deploy")
    assert done.returncode == 0
    assert (folder / "job.yaml").read_text() == JOB.replace("batch/v1beta1", "batch/v1")
    assert (folder / "pod.yaml").read_text() == POD.replace(
        "privileged: true}", "privileged: true, runAsNonRoot: true}"
    )
    assert "deploy/job.yaml:1: kubernetes.api-version-served: change apiVersion to batch/v1" in done.stdout
    assert re.search(r"assay: fixed 2 findings in 2 files; with --unsafe: \d+ more", done.stderr)


def test_a_diff_writes_nothing_and_exits_one(folder: Path) -> None:
    (folder / "job.yaml").write_text(JOB)
    done = run("deploy", "--diff")
    assert done.returncode == 1
    assert (folder / "job.yaml").read_text() == JOB
    assert "--- a/deploy/job.yaml\n+++ b/deploy/job.yaml\n" in done.stdout
    assert "\n-apiVersion: batch/v1beta1\n+apiVersion: batch/v1\n" in done.stdout
    assert "would fix 1 finding in 1 file" in done.stderr


def test_unsafe_fixes_keep_comments_order_and_style(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    assert run("deploy", "--unsafe").returncode == 0
    after = (folder / "pod.yaml").read_text()
    assert "hostPID" not in after
    assert "privileged" not in after
    kept = [line for line in POD.splitlines() if "hostPID" not in line and "securityContext" not in line]
    assert [line for line in after.splitlines() if line in kept] == kept
    assert "securityContext: {runAsUser: 1000, capabilities: {drop: [ALL]}, " in after
    again = scan(["deploy"], Options())
    assert not any("privileg" in finding.rule for finding in again.findings)
    assert run("deploy", "--unsafe", "--diff").returncode == 0


@pytest.mark.parametrize(
    ("code", "arguments", "files"),
    [
        (2, ["-"], {}),
        (2, ["nowhere"], {}),
        (2, ["deploy", "--rule", "kubernetes.no-such-rule"], {}),
        (2, ["deploy", "--rule", "kubernetes.container-image-tag-pinned"], {}),
        (3, ["deploy"], {"notes.yaml": "a: b\n"}),
        (4, ["deploy"], {"bad.yaml": "apiVersion: v1\nkind: Pod\n\tmetadata: x\n"}),
        (0, ["deploy", "--allow-incomplete"], {"bad.yaml": "apiVersion: v1\nkind: Pod\n\tmetadata: x\n"}),
        (0, ["deploy"], {"pod.yaml": POD}),
    ],
)
def test_exit_codes(folder: Path, code: int, arguments: list[str], files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)
    done = run(*arguments)
    assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.usefixtures("folder")
def test_line_ends_and_the_byte_order_mark_stay() -> None:
    text = "\ufeff" + POD.replace("\n", "\r\n")
    after = fixed("kubernetes.container-seccomp-profile-set", text)
    assert after.startswith("\ufeff# the shop\r\n")
    assert not re.search(r"(?<!\r)\n", after)
    text = text.replace("  hostPID: true   # for the profiler\r\n", "")
    after = fixed("kubernetes.pod-user-namespace-own", text, profile=Profile.OPINION)
    assert after == text + "  hostUsers: false\r\n"


@pytest.mark.usefixtures("folder")
def test_json_stays_as_it_is_written() -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "x"}]}}
    rule = "kubernetes.container-privilege-escalation-off"
    for form in ({"indent": 4}, {"indent": "\t"}, {"separators": (",", ":")}, {}):
        after = fixed(rule, json.dumps(pod, **form), "a.json")
        assert after == json.dumps(json.loads(after), **form)


@pytest.mark.usefixtures("folder")
def test_the_last_entry_without_a_line_end() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: x}]\n  hostPID: true"
    assert fixed("kubernetes.pod-without-host-pid", pod) == pod.removesuffix("  hostPID: true")
    Path("deploy/a.yaml").write_text(pod)
    (result,) = fix(["deploy"], Options(), FixSelection(unsafe=True)).files
    assert b"\n\n" not in result.after
    assert not result.skipped


@pytest.mark.usefixtures("folder")
def test_a_key_is_renamed_in_its_place() -> None:
    text = POD.replace("  hostPID: true   # for the profiler\n", "  serviceAccount: shop # its own\n")
    after = fixed("kubernetes.pod-service-account-field-current", text, profile=Profile.STRICT)
    assert after == text.replace("serviceAccount:", "serviceAccountName:")


@pytest.mark.usefixtures("folder")
def test_items_of_a_list_go_one_by_one() -> None:
    text = POD.replace(
        "{runAsUser: 1000, privileged: true}",
        "\n        capabilities:\n          add:\n"
        "          - CHOWN # a\n          - SYS_ADMIN # b\n          - NET_ADMIN\n",
    )
    after = fixed("kubernetes.container-capabilities-within-baseline", text)
    assert after == text.replace("          - SYS_ADMIN # b\n          - NET_ADMIN\n", "")


@pytest.mark.usefixtures("folder")
def test_what_other_places_share_is_left_alone() -> None:
    rule = "kubernetes.container-not-privileged"
    base = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n"
    alias = "    - {name: x, securityContext: &own {privileged: true}}\n    - {name: y, securityContext: *own}\n"
    assert "anchor &own" in refused(rule, base + alias)
    merge = "    - &one {name: x, securityContext: {privileged: true}}\n    - {<<: *one, name: y}\n"
    assert "anchor &one" in refused(rule, base + merge)


def test_a_fix_that_brings_another_finding_is_left_out_alone(folder: Path) -> None:
    rules = folder.parent / "rules" / "own"
    rules.mkdir(parents=True)
    (rules / "wants-host-pid.yaml").write_text(WANTS)
    (folder / "pod.yaml").write_text(POD)
    (result,) = fix(["deploy"], Options(rule_folders=(folder.parent / "rules",)), FixSelection(unsafe=True)).files
    assert [left.finding.rule for left in result.skipped] == ["kubernetes.pod-without-host-pid"]
    assert (
        "the fix would cause another finding: no profiler here (own.wants-host-pid, fail)" in result.skipped[0].reason
    )
    assert "hostPID: true   # for the profiler" in result.after.decode()
    assert result.fixed


WANTS = """\
title: Pods let the profiler in
severity: high
why: Because a test needs a rule that wants the contrary of another one.
remediation: Set `hostPID` as the profiler needs it.
limits: Sees nothing else.
subject: kubernetes.workload
require: pod.?hostPID.orValue(false)
message: no profiler here
objectives: [configuration-unambiguous]
examples:
  - passes: "yes"
    input: {pod: {hostPID: true}}
  - fails: "no"
    input: {pod: {}}
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "require", ["pod.?hostPID.orValue(false)", "size(facts.network_policies) > 9 || has(pod.hostPID)"]
)
@pytest.mark.parametrize("severity", ["medium", "low", "info"])
def test_a_fix_is_made_for_all_that_a_less_severe_finding_follows_from_it(
    folder: Path, severity: str, require: str
) -> None:
    rules = folder.parent / "rules" / "own"
    rules.mkdir(parents=True)
    text = WANTS.replace("severity: high", f"severity: {severity}").replace("pod.?hostPID.orValue(false)", require)
    (rules / "wants-host-pid.yaml").write_text(text)
    (folder / "pod.yaml").write_text(POD)
    done = run("deploy", "--unsafe", "--rules", "rules")
    assert (done.returncode, (folder / "pod.yaml").read_text().count("hostPID")) == (0, 0)
    assert f"own.wants-host-pid: the fixes cause a less severe finding: no profiler here ({severity})" in done.stderr
    before = (folder / "pod.yaml").read_text()
    assert run("deploy", "--unsafe", "--rules", "rules").returncode == 0
    assert (folder / "pod.yaml").read_text() == before


def test_a_fix_that_does_not_clear_its_finding_is_left_out(folder: Path) -> None:
    rules = folder.parent / "rules" / "own"
    rules.mkdir(parents=True)
    (rules / "wants-host-pid.yaml").write_text(WANTS + "fix: {safe: true, set: {hostIPC: false}}\n")
    (folder / "pod.yaml").write_text(POD.replace("hostPID: true", "hostPID: false"))
    selection = FixSelection(rules=frozenset({"own.wants-host-pid"}))
    (result,) = fix(["deploy"], Options(rule_folders=(folder.parent / "rules",)), selection).files
    assert [skipped.reason for skipped in result.skipped] == ["the fix would not resolve the finding"]
    assert result.after == result.before


@pytest.mark.slow
def test_a_change_that_another_file_suffers_from_is_left_out(folder: Path) -> None:
    rules = folder.parent / "rules" / "own"
    rules.mkdir(parents=True)
    (rules / "joined.yaml").write_text(
        WANTS.replace("pod.?hostPID.orValue(false)", "size(facts.network_policies) > 9 || has(pod.hostPID)")
    )
    (folder / "pod.yaml").write_text(POD)
    (result,) = fix(["deploy"], Options(rule_folders=(folder.parent / "rules",)), FixSelection(unsafe=True)).files
    assert {left.finding.rule for left in result.skipped} == {"kubernetes.pod-without-host-pid"}
    assert b"privileged" not in result.after


def test_one_fix_may_make_another_possible(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    (result,) = fix(["deploy"], Options(), FixSelection(unsafe=True)).files
    rules = [finding.rule for finding in result.fixed]
    assert rules.index("kubernetes.container-not-privileged") < rules.index(
        "kubernetes.container-privilege-escalation-off"
    )
    assert not only("kubernetes.container-privilege-escalation-off").files


USER, DROPS = "kubernetes.container-runs-as-non-root", "kubernetes.container-capabilities-dropped"
TWICE, LIFTED = "kubernetes.container-env-names-unique", "kubernetes.pod-run-as-non-root-not-false"


@pytest.mark.parametrize(
    ("rule", "pod", "container", "made"),
    [
        (USER, "{securityContext: {runAsUser: 1001}}", "{}", "runAsNonRoot: true"),
        (USER, "{}", "{securityContext: {runAsUser: 33}}", "runAsNonRoot: true"),
        (USER, "{securityContext: {runAsUser: 1001}}", "{securityContext: {runAsUser: 0}}", ""),
        (USER, "{}", "{}", ""),
        (USER, "{securityContext: {runAsUser: 1001}, os: {name: windows}}", "{}", ""),
        (DROPS, "{}", "{securityContext: {capabilities: {drop: [all]}}}", "drop: [ALL]"),
        (DROPS, "{}", "{securityContext: {capabilities: {drop: [NET_RAW]}}}", ""),
        (TWICE, "{}", "{env: [{name: A, value: b}, {name: A, value: c}]}", "env: [{name: A, value: c}]"),
        (TWICE, "{}", "{env: [{name: A, value: b}, {name: B, value: $(A)}, {name: A, value: c}]}", ""),
        (LIFTED, "{securityContext: {runAsUser: 7, runAsNonRoot: false}}", "{}", "runAsNonRoot: true"),
        (LIFTED, "{securityContext: {runAsUser: 7, runAsNonRoot: false}}", "{securityContext: {runAsUser: 0}}", ""),
        (LIFTED, "{securityContext: {runAsNonRoot: false}}", "{}", ""),
    ],
)
def test_a_fix_is_safe_where_the_platform_proves_it(
    folder: Path, rule: str, pod: str, container: str, made: str
) -> None:
    inner = f"name: web, image: 'registry.example/web:1.0', {container[1:-1]}"
    spec = f"containers: [{{{inner}}}], {pod[1:-1]}"
    (folder / "pod.yaml").write_text(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {{{spec}}}\n")
    fixes = only(rule, unsafe=False)
    assert [made in result.after.decode() for result in fixes.files] == [True] * bool(made)
    assert not (made and fixes.unsafe)


def test_what_an_unsafe_fix_may_stop_is_told(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    told = run("deploy", "--rule", "kubernetes.pod-without-host-pid").stderr
    assert "host-pid: the fix of 1 finding is not safe: a program that watches processes of the node fails" in told


OVERLAYS = {
    "base/kustomization.yaml": "resources: [pod.yaml]\n",
    "base/pod.yaml": POD,
    "live/kustomization.yaml": "resources: [../base]\nnamePrefix: live-\n",
    "test/kustomization.yaml": "resources: [../base]\npatchesStrategicMerge: [patch.yaml]\n",
    "test/patch.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {hostIPC: true}\n",
}
REMOVES = {
    "test/kustomization.yaml": "resources: [../base]\n"
    "patchesJson6902: [{target: {version: v1, kind: Pod, name: web, namespace: shop}, path: patch.yaml}]\n",
    "test/patch.yaml": "- op: remove\n  path: /spec/hostPID\n",
}


@kustomize
def test_a_base_is_fixed_as_any_other_file(folder: Path) -> None:
    lay(folder, OVERLAYS)
    done = run("deploy", "--unsafe")
    assert done.returncode == 0, done.stderr
    text = (folder / "base" / "pod.yaml").read_text()
    assert "hostPID" not in text
    assert "privileged" not in text
    assert [line for line in POD.splitlines() if "#" in line and "profiler" not in line] == [
        line for line in text.splitlines() if "#" in line
    ]
    assert "deploy/test/patch.yaml:4: kubernetes.pod-without-host-ipc: to remove hostIPC is yours" in done.stderr
    again = run("deploy", "--unsafe")
    assert (again.returncode, (folder / "base" / "pod.yaml").read_text()) == (0, text)


@kustomize
def test_a_base_is_left_alone_where_an_overlay_could_not_be_built_on_it(folder: Path) -> None:
    lay(folder, OVERLAYS | REMOVES)
    (result,) = only("kubernetes.pod-without-host-pid").files
    assert not result.fixed
    assert "deploy/test/kustomization.yaml could not be built" in result.skipped[0].reason


@kustomize
def test_what_overlays_change_is_not_fixed_in_the_base(folder: Path) -> None:
    lay(folder, {name: text for name, text in OVERLAYS.items() if "live" not in name})
    patch = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {hostPID: false}\n"
    (folder / "test" / "patch.yaml").write_text(patch)
    assert not only("kubernetes.pod-without-host-pid").files


def test_rendered_charts_and_code_blocks_are_only_suggested(folder: Path) -> None:
    (folder / "kustomization.yaml").write_text("resources: []\npatches: [{path: pod.yaml}]\n")
    (folder / "guide.md").write_text(f"# Guide\n\n```yaml\n{POD}```\n")
    fixes = only("kubernetes.pod-without-host-pid")
    assert not fixes.files
    if all(item.status is InputStatus.ASSESSED for item in fixes.inputs):
        assert {left.finding.location.path for left in fixes.suggested} == {"deploy/guide.md", "deploy/pod.yaml"}
    assert any("code block" in left.reason for left in fixes.suggested)


def test_writing_keeps_the_mode_and_leaves_no_trace(folder: Path) -> None:
    path = folder / "pod.yaml"
    path.write_text(POD)
    path.chmod(0o640)
    fixes = only("kubernetes.pod-without-host-pid")
    assert write(fixes.root, fixes.files[0]) == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert "hostPID" not in path.read_text()
    assert os.listdir(folder) == ["pod.yaml"]


def test_what_is_no_longer_what_was_read_is_left_alone(folder: Path) -> None:
    path = folder / "pod.yaml"
    path.write_text(POD)
    fixes = only("kubernetes.pod-without-host-pid")
    (result,) = fixes.files
    path.write_text(POD + "# later\n")
    assert "changed" in write(fixes.root, result)
    path.unlink()
    other = folder.parent / "other.yaml"
    other.write_text(POD)
    path.symlink_to(other)
    assert "cannot be written" in write(fixes.root, result)
    path.unlink()
    os.link(other, path)
    assert "hard links" in write(fixes.root, result)
    assert other.read_text() == POD
    assert sorted(os.listdir(folder)) == ["pod.yaml"]


def test_a_link_is_never_followed(folder: Path) -> None:
    other = folder.parent / "other.yaml"
    other.write_text(POD)
    (folder / "pod.yaml").symlink_to(other)
    assert not only("kubernetes.pod-without-host-pid").files
    assert other.read_text() == POD


def test_the_hook_makes_safe_fixes_and_passes_over_the_rest(folder: Path) -> None:
    (folder / "job.yaml").write_text(JOB)
    (folder / "notes.yaml").write_text("a: b\n")
    (folder / "chart.yaml").write_text("{{ if }}\napiVersion: v1\n")
    done = assay("hook", "--fix", "deploy/job.yaml", "deploy/chart.yaml", cwd=folder.parent)
    assert done.returncode == 0
    assert "apiVersion: batch/v1\n" in (folder / "job.yaml").read_text()
    assert assay("hook", "--fix", "deploy/notes.yaml", cwd=folder.parent).returncode == 0


def test_the_diff_can_be_applied(folder: Path) -> None:
    """By a program of its own: what it makes of the original is what `assay fix` writes."""
    (folder / "pod.yaml").write_text(POD + "---\n" + POD)
    diff = run("deploy", "--diff", "--unsafe").stdout
    subprocess.run(["git", "apply", "--unsafe-paths", "-p1"], input=diff.encode(), cwd=folder.parent, check=True)
    by_git = (folder / "pod.yaml").read_text()
    (folder / "pod.yaml").write_text(POD + "---\n" + POD)
    run("deploy", "--unsafe")
    assert (folder / "pod.yaml").read_text() == by_git


def test_secrets_stay_out_of_the_diff(folder: Path) -> None:
    text = POD.replace("      image:", "      args: [--token=ghp_0123456789abcdefghijABCD]\n      image:")
    (folder / "pod.yaml").write_text(text.replace("metadata", "# \x1b[31m\nmetadata"))
    done = run("deploy", "--diff", "--unsafe")
    assert "ghp_0123456789" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_a_scan_shows_the_edits_where_it_is_asked_for_them(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    assert all(finding.fix is None for finding in scan(["deploy"], Options()).findings)
    found = {finding.rule: finding.fix for finding in scan(["deploy"], Options(fixes=True)).findings}
    pid = found["kubernetes.pod-without-host-pid"]
    assert pid is not None
    assert (pid.safe, pid.words, pid.why_not) == (False, "remove hostPID", "")
    assert [(edit.line, edit.end_line, edit.text) for edit in pid.edits] == [(6, 7, "")]
    assert found["kubernetes.container-memory-limited"] is None


BYPASS = """{
  "permissions": {
    "allow": [
      "Bash(npm test:*)",
      "Bash(*)",
      "Bash(rm:*)"
    ],
    "deny": ["WebFetch"],
    "defaultMode": "bypassPermissions"
  },
  "deny": ["Read(./.env)", "WebFetch"],
  "enableAllProjectMcpServers": true
}
"""
ASKS = """{
  "permissions": {
    "allow": [
      "Bash(npm test:*)",
      "Bash(rm:*)"
    ],
    "deny": ["WebFetch", "Read(./.env)"],
    "defaultMode": "default"
  },
  "enableAllProjectMcpServers": false
}
"""


def test_settings_of_agents_get_safe_fixes(folder: Path) -> None:
    file = folder / ".claude/settings.json"
    file.parent.mkdir()
    file.write_text(BYPASS)
    done = run(str(file))
    assert done.returncode == 0
    assert file.read_text() == ASKS
    assert run("--diff", str(file)).returncode == 0


def test_what_a_waiver_in_force_covers_is_left_alone(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD)
    resource = {"kind": "Pod", "namespace": "shop", "name": "web"}
    entry = {**ENTRY, "rule": "kubernetes.pod-without-host-pid", "resource": resource}
    Path("assay-waivers.yaml").write_text(waivers_file(entry))
    done = run("--unsafe", "--diff", "--today", TODAY)
    assert "-  hostPID: true" not in done.stdout
    assert "deploy/pod.yaml:6: kubernetes.pod-without-host-pid: left alone: waived by W-1\n" in done.stderr
    assert "; left alone, waived: 1\n" in done.stderr
    assert assay("hook", "--fix", "--today", TODAY, "deploy/pod.yaml", cwd=Path.cwd()).returncode == 0
    run("--unsafe", "--today", TODAY)
    assert "hostPID: true" in (folder / "pod.yaml").read_text()
    done = run("--unsafe", "--today", "2027-03-01")
    assert "waived" not in done.stderr
    assert "hostPID" not in (folder / "pod.yaml").read_text()


def test_an_annotation_counts_where_it_does_in_a_scan(folder: Path) -> None:
    marked = POD.replace(
        "hostPID: true   #", 'hostPID: true   # assay:ignore RULE reason="tracing" until=2026-03-01\n  #'
    )
    (folder / "pod.yaml").write_text(marked.replace("RULE", "kubernetes.pod-without-host-pid"))
    options = ("--unsafe", "--inline-ignores", "--today", "2026-02-01", "--diff")
    done = run(*options)
    assert "-  hostPID: true" not in done.stdout
    assert "left alone: waived by inline:deploy/pod.yaml:6" in done.stderr
    assert "-  hostPID: true" in run("--unsafe", "--diff").stdout
