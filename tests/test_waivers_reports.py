"""The waivers in every output and in the report for auditors; their texts change no structure."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from scanner.reports.waiver_report import as_markdown
from scanner.sources.blame import origins
from tests.command_line import assay
from tests.sample_whole import whole_scan
from tests.waivers import ENTRY, POD, RULE, TODAY, results, run, waivers_file

HOSTILE = "Accepted | [x](https://evil.example) `a` <script>alert(1)</script>\n::error::forged\n# Heading \x1b[2J\u202e"
GIT = ("git", "-c", "user.name=Ana <b> | ::error::", "-c", "user.email=ana@bank.example", "-c", "commit.gpgsign=false")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "assay-waivers.yaml").write_text(waivers_file(ENTRY | {"reason": HOSTILE, "ticket": HOSTILE}))
    return tmp_path


def git(folder: Path, *words: str) -> None:
    subprocess.run([*GIT, *words], cwd=folder, check=True, capture_output=True)


def committed(folder: Path) -> str:
    git(folder, "init", "-q", ".")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "one")
    said = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True)
    return said.stdout.strip()


@pytest.mark.parametrize("form", ["table", "concise", "json", "jsonl", "sarif", "sarif-github", "html", "html-summary"])
def test_every_output_names_the_file_the_approver_and_the_expiry(folder: Path, form: str) -> None:
    said = " ".join(run(folder, "--output", form).stdout.split())
    for part in ("assay-waivers.yaml", "W-1", "@ben", "2027-02-28", "matched"):
        assert part in said
    if not form.startswith("json"):
        assert "as stated in the file" in said


def test_a_command_without_a_report_says_what_is_waived(folder: Path) -> None:
    secret = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3z42"
    (folder / "assay-waivers.yaml").write_text(waivers_file(ENTRY | {"reason": f"{HOSTILE} {secret}"}))
    hook = assay("hook", "--fail-on", "critical", "--today", TODAY, "pod.yaml", cwd=folder)
    for done in (hook, run(folder, "--output", "json=r.json")):
        assert (done.returncode, done.stdout) == (0, "")
        assert "waivers: assay-waivers.yaml (found); as of 2026-11-29: 1 matched" in done.stderr
        assert "approver @ben as stated in the file" in done.stderr
        assert secret not in done.stderr
        assert not [line for line in done.stderr.splitlines() if line.lstrip().startswith("::")]


def test_the_evidence_holds_the_waivers(folder: Path) -> None:
    done = assay("evidence", "build", ".", "--framework", "soc2", "--out", "../pack", "--today", TODAY, cwd=folder)
    assert done.returncode == 0, done.stderr
    pack = folder.parent / "pack"
    assert json.loads((pack / "results.json").read_text())["waivers"][0]["id"] == "W-1"
    assert (pack / "policy/waivers/assay-waivers.yaml").read_text() == (folder / "assay-waivers.yaml").read_text()
    for name in ("VERIFY.md", "controls/soc2-2017/CC6.1.html"):
        assert "W-1" in (pack / name).read_text(), name


def test_sarif_suppresses_what_is_waived_and_says_of_all_others_that_they_are_not(folder: Path) -> None:
    (log,) = json.loads(run(folder, "--output", "sarif").stdout)["runs"]
    by_rule = {each["ruleId"]: each["suppressions"] for each in log["results"]}
    (suppression,) = by_rule.pop(RULE)
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert all(part in suppression["justification"] for part in ("W-1", "@ben", "2027-02-28", "Accepted"))
    assert by_rule
    assert not any(by_rule.values())
    (folder / "assay-waivers.yaml").unlink()
    (log,) = json.loads(run(folder, "--output", "sarif").stdout)["runs"]
    assert not any("suppressions" in each for each in log["results"])


def test_an_upload_for_github_leaves_out_what_is_waived_and_says_so(folder: Path) -> None:
    (log,) = json.loads(run(folder, "--output", "sarif-github").stdout)["runs"]
    assert log["results"]
    assert RULE not in {each["ruleId"] for each in log["results"]}
    told = [each["message"]["text"] for each in log["invocations"][0]["toolExecutionNotifications"]]
    assert "1 waived failure left out, because GitHub ignores suppressions." in told


# Where the line of an approver comes from


def origin(folder: Path) -> Any:
    return results(folder)["waivers"][0].get("origin")


def test_the_commit_of_the_approver_is_told(folder: Path) -> None:
    assert origin(folder) is None
    commit = committed(folder)
    found = origin(folder)
    assert (found["commit"], found["signed"]) == (commit, False)
    assert found["author"].endswith("<ana@bank.example>")
    assert f"commit {commit[:12]} by" in run(folder).stdout


def test_a_line_that_is_not_committed_is_told(folder: Path) -> None:
    committed(folder)
    text = (folder / "assay-waivers.yaml").read_text()
    (folder / "assay-waivers.yaml").write_text(text.replace('"approver": "@ben"', '"approver":  "@ben"'))
    assert origin(folder) == {"commit": "", "author": "", "date": "", "signed": False}
    assert "(not committed)" in run(folder).stdout


def test_a_clone_without_the_history_does_not_tell_the_commit(folder: Path) -> None:
    """Git names the oldest commit of such a clone as that of every line that is older."""
    committed(folder)
    with (folder / "assay-waivers.yaml").open("a") as file:
        file.write("\n")
    git(folder, "commit", "-q", "-a", "-m", "two")
    git(folder, "clone", "-q", "--depth", "1", f"file://{folder}", str(folder / "shallow"))
    assert origin(folder)["commit"]
    assert origin(folder / "shallow") is None
    assert origins(str(folder / "shallow/assay-waivers.yaml")) == {}


def test_a_signature_is_seen_and_not_verified(folder: Path) -> None:
    commit = committed(folder)
    said = subprocess.run(["git", "cat-file", "commit", commit], cwd=folder, check=True, capture_output=True).stdout
    head, _, message = said.partition(b"\n\n")
    signed = head + b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n forged\n -----END PGP SIGNATURE-----\n\n" + message
    written = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
        cwd=folder,
        input=signed,
        check=True,
        capture_output=True,
    )
    git(folder, "update-ref", "HEAD", written.stdout.decode().strip())
    assert origin(folder)["signed"] is True
    assert "has a signature, not verified" in " ".join(run(folder).stdout.split())


def test_git_starts_no_program_of_the_checkout(folder: Path) -> None:
    (folder / ".gitattributes").write_text("*.yaml filter=own diff=own\n")
    committed(folder)
    for name in ("filter.own.clean", "filter.own.smudge", "diff.own.textconv", "core.fsmonitor"):
        git(folder, "config", name, "touch started; cat")
    (folder / "assay-waivers.yaml").write_text((folder / "assay-waivers.yaml").read_text() + "\n")
    assert origins(str(folder / "assay-waivers.yaml"))
    assert not (folder / "started").exists()


# assay waivers


def test_check_exits_with_1_for_what_is_wrong_or_expired(folder: Path) -> None:
    done = assay("waivers", "check", "--today", TODAY, cwd=folder)
    assert (done.returncode, done.stdout) == (0, "1 waiver, 0 invalid or expired\n")
    done = assay("waivers", "check", "--today", "2027-03-01", cwd=folder)
    assert done.returncode == 1
    assert "it expired on 2027-02-28" in " ".join(done.stdout.split())
    (folder / "assay-waivers.yaml").write_text(waivers_file(ENTRY | {"type": "x"}))
    done = assay("waivers", "check", "--today", TODAY, cwd=folder)
    assert done.returncode == 1
    assert "    assay-waivers.yaml:17: type is 'x'; it must be one of" in done.stdout


def test_without_a_file_the_commands_say_how_to_begin(folder: Path) -> None:
    (folder / "assay-waivers.yaml").unlink()
    for word in ("list", "check", "report"):
        done = assay("waivers", word, cwd=folder)
        assert done.returncode == 2
        assert "assay waivers new FINGERPRINT" in done.stderr


def test_the_report_in_json_has_what_the_results_have(folder: Path) -> None:
    commit = committed(folder)
    (folder / "out").mkdir()
    done = assay("waivers", "report", "--format", "json", "--output", "out/r.json", "--today", TODAY, cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    report = json.loads((folder / "out/r.json").read_text())
    assert (report["format"], report["git"]["commit"]) == ("assay-waivers/1", commit)
    assert report["waivers"] == results(folder)["waivers"]


def headings(text: str) -> list[tuple[str, str]]:
    """Every heading, cell, link and block of HTML of a Markdown text, by its kind."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inner = [child for token in tokens for child in token.children or ()]
    kinds = (
        "heading_open",
        "link_open",
        "image",
        "html_inline",
        "html_block",
        "code_inline",
        "fence",
        "th_open",
        "td_open",
    )
    return [(token.type, token.tag) for token in (*tokens, *inner) if token.type in kinds]


def test_hostile_texts_change_no_structure_of_the_report(folder: Path) -> None:
    hostile = assay("waivers", "report", "--today", TODAY, cwd=folder).stdout
    (folder / "assay-waivers.yaml").write_text(waivers_file(ENTRY | {"ticket": "SEC-1"}))
    plain = assay("waivers", "report", "--today", TODAY, cwd=folder).stdout
    assert "Accepted" in hostile
    assert headings(hostile) == headings(plain)
    assert "\n::error::" not in hostile
    assert "\x1b" not in hostile
    for word in ("list", "check"):
        said = assay("waivers", word, "--today", "2027-03-01", cwd=folder).stdout
        assert not [line for line in said.splitlines() if line.lstrip().startswith("::")]
    whole = "".join(as_markdown(whole_scan()))
    assert not {"link_open", "image", "html_inline", "html_block"} & {kind for kind, _ in headings(whole)}
