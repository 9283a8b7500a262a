"""Reports of an earlier scan beside what is scanned: they quote it, and are not read as if they were it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.command_line import assay

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      securityContext: {privileged: true}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(POD)
    return tmp_path


SWARM = """# Plan

```js
mcp__claude-flow__swarm_init({ topology: "mesh", maxAgents: 500 })
mcp__claude-flow__agent_spawn({ type: "coder", name: "a", authority: { budget: "unlimited" } })
```
"""


CI = {
    "github-summary": "summary.md",
    "comment": "comment.md",
    "gitlab-codequality": "q.json",
    "gitlab-sast": "sast.json",
    "junit": "junit.xml",
    "sonarqube": "sonar.json",
    "rdjson": "rd.json",
    "csv": "r.csv",
}
"""Format -> the name that its report often has."""


def test_reports_of_an_earlier_scan_are_not_read_again(folder: Path) -> None:
    (folder / "plan.md").write_text(SWARM)
    (folder / "out").mkdir()
    names = ("r.json", "r.jsonl", "r.sarif", "g.sarif", "r.html", "s.html", *CI.values())
    formats = ("json", "jsonl", "sarif", "sarif-github", "html", "html-summary", *CI)
    outputs = [f"{form}=out/{name}" for form, name in zip(formats, names, strict=True)]
    asked = [part for each in outputs for part in ("--output", each)]
    assay("scan", ".", "--exclude", "/out/", "--include-passes", "--all-frameworks", *asked, cwd=folder)
    before, after = (
        json.loads(assay("scan", ".", *exclude, "--output", "json", "--quiet", cwd=folder).stdout)
        for exclude in (("--exclude", "/out/"), ())
    )
    assert before["findings"] == after["findings"]
    assert before["verdict"] == after["verdict"]
    told = {item["path"]: item for item in after["inputs"]}
    assert {told[f"out/{name}"]["status"] for name in names} == {"skipped"}
    assert told["out/r.html"]["reason"] == "a report of Assay"


def test_the_sign_of_a_report_hides_no_manifest(folder: Path) -> None:
    text = (folder / "pod.yaml").read_text()
    (folder / "pod.yaml").write_text('# <meta name="generator" content="Assay">\n' + text)
    (folder / "other.json").write_text(json.dumps({"format": "assay-results/2", **yaml.safe_load(text)}))
    found = json.loads(assay("scan", ".", "--output", "json", "--quiet", cwd=folder).stdout)
    status = {item["path"]: item["status"] for item in found["inputs"]}
    assert (status["pod.yaml"], status["other.json"]) == ("assessed", "assessed")


SIGN = '<meta name="generator" content="Assay">'
LINE = json.dumps(yaml.safe_load(POD))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pod.html", f"{POD}# {SIGN}\n"),
        ("pod.html", f"# <!doctype html>{SIGN}\n{POD}"),
        ("pod.jsonl", '# {"type":"run","format":"assay-results/\n' + POD),
        ("pod.jsonl", '{"type":"run","format":"assay-results/2"}\n' + LINE),
        ("pod.jsonl", '{"type":"run","format":"assay-results/2"}\n' + LINE.replace("{", '{"type": "finding", ', 1)),
        ("pod.jsonl", '{"type":"run","format":"assay-results/2",' + LINE[1:]),
        ("pod.yaml", f'{{"format": "assay-results/2"}}\n---\n{POD}'),
        ("pod.json", f'[{{"format": "assay-results/2"}}, {LINE}]'),
        ("pod.sarif", '{"version": "2.1.0", "runs": [{"tool": {}}], ' + LINE[1:]),
    ],
)
def test_what_only_begins_like_a_report_is_not_passed_over(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    done = assay("scan", ".", "--output", "json", "--quiet", cwd=tmp_path)
    (item,) = json.loads(done.stdout)["inputs"]
    assert item["status"] in {"assessed", "unreadable"}
    assert done.returncode in {1, 4}
