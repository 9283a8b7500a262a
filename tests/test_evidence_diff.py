"""`assay evidence diff`: what differs between two packs, and whether there is a trend."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.evidence.manifest import MANIFEST, manifest_of
from tests.command_line import assay, fault
from tests.evidence_repository import CLEAN, POD, SELECT, TOKEN, build, git, make_repository
from tests.waivers import ENTRY, waivers_file

TODAY = ("--today", "2026-11-29")
RESOURCE = {"kind": "Pod", "namespace": "shop", "name": "api", "container": "api"}


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packs of two commits: the second has a failure more, one less, a waiver, a new file and one that is gone."""
    folder = tmp_path_factory.mktemp("packs")
    repository = make_repository(folder / "bank")
    (repository / "deploy" / "old.yaml").write_text(CLEAN.replace("web", "old").replace("false", "true"))
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "old")
    assert build(repository, folder / "a", *TODAY).returncode == 0
    (repository / "deploy" / "old.yaml").unlink()
    (repository / "deploy" / "web.yaml").write_text(CLEAN.replace("false", "true"))
    (repository / "deploy" / "pod.yaml").rename(repository / "deploy" / "renamed.yaml")
    (repository / "assay-waivers.yaml").write_text(waivers_file({**ENTRY, "resource": RESOURCE}))
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "second")
    assert build(repository, folder / "b", *TODAY).returncode == 0
    return folder


def diff(folder: Path, first: str = "a", second: str = "b") -> Any:
    done = assay("evidence", "diff", first, second, "--output", "json", cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def altered(packs: Path, target: Path, change: Callable[[Path], None], *, seals: bool = True) -> Path:
    """A copy of pack B with a change, and with a manifest that fits."""
    shutil.copytree(packs / "b", target)
    change(target)
    if seals:
        names = [each.relative_to(target).as_posix() for each in target.rglob("*") if each.is_file()]
        content = {name: (target / name).read_bytes() for name in names if name != MANIFEST}
        (target / MANIFEST).write_bytes(manifest_of(content))
    return target


def test_findings_are_new_gone_or_accepted_with_what_the_other_pack_says(packs: Path) -> None:
    found = diff(packs)["findings"]
    assert [(each["path"], each["why"]) for each in found["new"]] == [("deploy/web.yaml", "A says pass")]
    assert [(each["path"], each["why"]) for each in found["gone"]] == [("deploy/old.yaml", "the file is not in B")]
    assert found["same"] == 1
    assert [(each["path"], each["a"], each["b"]) for each in found["acceptance"]] == [
        ("deploy/renamed.yaml", "", "W-1")
    ]


def test_population_policy_and_waivers_are_compared(packs: Path) -> None:
    found = diff(packs)
    population, policy, waivers = found["population"], found["policy"], found["waivers"]
    assert population["added"] == ["assay-waivers.yaml", "deploy/renamed.yaml"]
    assert population["removed"] == ["deploy/old.yaml", "deploy/pod.yaml"]
    assert population["changed"] == ["deploy/web.yaml"]
    assert policy["added"] == ["policy/waivers/assay-waivers.yaml"]
    assert (policy["removed"], policy["changed"]) == ([], [])
    assert policy["settings"] == [{"setting": "waivers", "a": None, "b": "assay-waivers.yaml"}]
    assert [(each["id"], each["state"], each["expires"]) for each in waivers["added"]] == [
        ("W-1", "matched", "2027-02-28")
    ]


def test_a_trend_has_the_numbers_of_both(packs: Path) -> None:
    found = diff(packs)
    assert found["breaks"] == []
    assert found["trend"]["failed"] == {"failed": {"a": 2, "b": 2}, "waived": {"a": 0, "b": 1}}
    for name in ("a", "b"):
        totals = json.loads((packs / name / "totals.json").read_text())
        statuses = found["trend"]["frameworks"]["soc2@2017"]
        assert {status: pair[name] for status, pair in statuses.items()} == totals["frameworks"]["soc2@2017"][
            "statuses"
        ]
    assert found["controls"]["same"] + len(found["controls"]["changed"]) == 61


def run_json(*keys: str, value: object) -> Callable[[Path], None]:
    """Change one value of run.json."""

    def change(pack: Path) -> None:
        record = json.loads((pack / "run.json").read_text())
        inner = record
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
        (pack / "run.json").write_text(json.dumps(record))

    return change


def scope_file(pack: Path) -> None:
    (pack / "policy" / "scope").mkdir()
    (pack / "policy" / "scope" / "scope.yaml").write_text("x")


def skipped_file(pack: Path) -> None:
    """One file less assessed, with numbers that add up, and without the documents that hold digests of the results."""
    shutil.rmtree(pack / "oscal")
    for name in ("population.jsonl", "results.json", "totals.json"):
        text = (pack / name).read_text()
        lines = [
            line.replace('"assessed"', '"skipped"') if '"path":"deploy/web.yaml","s' in line else line
            for line in text.splitlines(keepends=True)
        ]
        (pack / name).write_text("".join(lines))
    totals = json.loads((pack / "totals.json").read_text())
    totals["inputs"]["assessed"] -= 1
    totals["inputs"]["skipped"] += 1
    (pack / "totals.json").write_text(json.dumps(totals))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (run_json("ruleset_digest", value="0" * 64), "the rule sets differ"),
        (run_json("frameworks", value=["iso27001@2022"]), "the frameworks differ: soc2@2017 and iso27001@2022"),
        (run_json("profile", value="default"), "the profiles differ: strict and default"),
        (run_json("configuration", "values", "exclude", value={"value": ["x"]}), "what is assessed: exclude"),
        (run_json("configuration", "values", "paths", value={"value": ["deploy"]}), "what is assessed: paths"),
        (run_json("repository", "address", value="https://git.example/other.git"), "the repositories differ"),
        (run_json("repository", "prefix", value="bank/"), "do not begin at the same folder"),
        (scope_file, "files of the policy differ: policy/scope/scope.yaml"),
        (skipped_file, "B did not assess in full what A did: deploy/web.yaml"),
    ],
)
def test_where_rules_or_scope_differ_there_is_no_trend(
    packs: Path, tmp_path: Path, change: Callable[[Path], None], said: str
) -> None:
    altered(packs, tmp_path / "c", change)
    found = diff(tmp_path, str(packs / "a"), "c")
    assert found["b"]["faults"] == []
    assert found["trend"] is None
    assert [said in each for each in found["breaks"]].count(True) == 1 == len(found["breaks"])
    text = assay("evidence", "diff", str(packs / "a"), "c", cwd=tmp_path).stdout
    assert "There is no trend" in text
    assert said in text


def test_equal_scans_in_other_folders_and_other_thresholds_still_have_a_trend(packs: Path, tmp_path: Path) -> None:
    def moved(pack: Path) -> None:
        for keys, value in ((("folder",), "/other"), (("root",), "/other")):
            run_json(*keys, value=value)(pack)
        run_json("configuration", "values", "fail-on", value={"value": "high"})(pack)

    altered(packs, tmp_path / "c", moved)
    found = diff(tmp_path, str(packs / "a"), "c")
    assert (found["breaks"], [each["setting"] for each in found["policy"]["settings"]]) == ([], ["fail-on", "waivers"])


def test_a_pack_that_does_not_verify_is_told_first(packs: Path, tmp_path: Path) -> None:
    def change(pack: Path) -> None:
        (pack / "report.html").write_text("other")

    altered(packs, tmp_path / "c", change, seals=False)
    found = diff(tmp_path, str(packs / "a"), "c")
    assert found["b"]["faults"] == ["report.html: changed"]
    assert found["breaks"] == ["B does not verify, faults: 1"]
    text = assay("evidence", "diff", str(packs / "a"), "c", cwd=tmp_path).stdout
    assert "B DOES NOT VERIFY, and what follows rests on it. Faults: 1." in text.splitlines()[:8]


def test_what_verification_did_not_check_is_noted(packs: Path) -> None:
    assert {f"{name}: the pack is UNSIGNED: it does not show who made it" for name in "AB"} <= {*diff(packs)["caveats"]}


def test_a_zip_file_compares_equal_and_an_older_b_is_noted(packs: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for path in sorted((packs / "b").rglob("*")):
            archive.write(path, path.relative_to(packs / "b"))
    found = diff(tmp_path, str(packs / "b"), "b.zip")
    assert (found["a"]["digest"], found["findings"]["new"], found["findings"]["gone"]) == (found["b"]["digest"], [], [])
    run_json("ended", value="2020-01-01T00:00:00Z")(altered(packs, tmp_path / "c", lambda _: None, seals=False))
    assert "B was made before A" in diff(tmp_path, str(packs / "a"), "c")["caveats"]


def test_each_form_says_what_differs_and_shows_no_credential(packs: Path) -> None:
    for form in ("text", "json", "html", "markdown"):
        said = [assay("evidence", "diff", "a", "b", "--output", form, cwd=packs).stdout for _ in range(2)]
        assert said[0] == said[1]
        assert "deploy/old.yaml" in said[0]
        assert SELECT[0] in said[0]
        assert TOKEN not in said[0]
    assert TOKEN in POD


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("totals.json", None, "this is not an evidence pack: totals.json is missing"),
        ("totals.json", "[]", "this is not an evidence pack"),
        ("results.json", '{"findings":[{}]}', "this is not an evidence pack"),
        ("population.jsonl", "{}\n", "this is not an evidence pack"),
        ("run.json", "{", "this is not an evidence pack: run.json is not the record of a run"),
    ],
)
def test_what_is_no_pack_is_wrong_usage(packs: Path, tmp_path: Path, name: str, content: str | None, said: str) -> None:
    def change(pack: Path) -> None:
        if content is None:
            (pack / name).unlink()
        else:
            (pack / name).write_text(content)

    altered(packs, tmp_path / "c", change)
    done = assay("evidence", "diff", str(packs / "a"), "c", cwd=tmp_path)
    assert done.returncode == 2
    assert said in fault(done)
