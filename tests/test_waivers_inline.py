"""Annotations and comments that ignore a rule: off unless turned on, with a reason and a date, each one listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.waivers import POD, RULE, results, run

LIMITED = "kubernetes.container-memory-limited"
ON = "inline-ignores: true\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assay.yaml").write_text(ON)
    return tmp_path


def annotated(value: str, rule: str = RULE) -> str:
    return POD.replace("  name: web\n", f"  name: web\n  annotations:\n    assay.dev/ignore.{rule}: {value!r}\n", 1)


def commented(text: str) -> str:
    return POD.replace("privileged: true", f"privileged: true  # {text}")


def waiver(found: Any) -> dict[str, Any]:
    (only,) = found["waivers"]
    result: dict[str, Any] = only
    return result


def covered(found: Any) -> list[tuple[str, str]]:
    return [(each["rule"], each["waiver"]) for each in found["findings"] if "waiver" in each]


INLINE = [
    pytest.param(annotated("Needed by the driver; until=2027-01-31"), 6, id="annotation"),
    pytest.param(commented(f'assay:ignore {RULE} reason="Needed by the driver" until=2027-01-31'), 13, id="comment"),
    pytest.param(
        POD.replace(
            "            privileged",
            f'{" " * 12}# assay:ignore {RULE} until=2027-01-31 reason="Needed by the driver"\n\n{" " * 12}privileged',
        ),
        13,
        id="comment above",
    ),
]


@pytest.mark.parametrize(("text", "line"), INLINE)
def test_an_inline_waiver_is_a_waiver(folder: Path, text: str, line: int) -> None:
    (folder / "pod.yaml").write_text(text)
    found = results(folder)
    own = waiver(found)
    assert found["verdict"]["exit_code"] == 0
    assert [rule for rule, _ in covered(found)] == [RULE]
    assert (own["state"], own["type"], own["requester"], own["approver"]) == ("matched", "risk-accepted", "inline", "")
    assert (own["reason"], own["expires"], own["inline"]) == ("Needed by the driver", "2027-01-31", True)
    assert own["location"]["line"] == line
    assert found["run"]["waivers"]["inline"] is True
    assert run(folder, today="2027-02-01").returncode == 1


@pytest.mark.parametrize(("text", "line"), INLINE)
def test_without_the_setting_it_is_a_comment(folder: Path, text: str, line: int) -> None:
    (folder / "pod.yaml").write_text(text)
    (folder / "assay.yaml").write_text("inline-ignores: false\n")
    found = results(folder)
    assert line
    assert (found["verdict"]["exit_code"], found["waivers"]) == (1, [])
    assert run(folder, "--inline-ignores").returncode == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (annotated("Needed"), "it has no reason"),
        (annotated("Needed; until=soon"), "the date is 'soon'"),
        (annotated("; until=2027-01-31"), "it has no reason"),
        (annotated("--; until=2027-01-31"), "it has no reason"),
        (
            annotated("Needed; until=2027-12-31"),
            "it counts until 2027-12-31; at most 180 days are allowed, so 2027-05-28",
        ),
        (annotated("Needed; until=2027-01-31", "kubernetes.no"), "there is no rule 'kubernetes.no'"),
        (annotated("Needed; until=2027-01-31", "gate.waiver-valid"), "which cannot be waived"),
        (commented(f"assay:ignore {RULE}"), "it has no reason"),
        (commented(f"assay:ignore {RULE} reason=needed"), "it has no date"),
        (commented("assay:ignore * reason=needed until=2027-01-31"), "there is no rule '*'"),
        (commented("assay:ignore"), "there is no rule ''"),
    ],
)
def test_an_incomplete_one_covers_nothing_and_is_a_finding(folder: Path, text: str, said: str) -> None:
    (folder / "pod.yaml").write_text(text)
    found = results(folder)
    own = waiver(found)
    assert (own["state"], covered(found)) == ("invalid", [])
    assert said in own["why"]
    told = [each for each in found["findings"] if each["rule"] == "gate.waiver-valid" and each["outcome"] == "fail"]
    assert {each["location"]["line"] for each in told} == {own["location"]["line"]}


def test_an_annotation_covers_its_object_and_a_comment_its_line(folder: Path) -> None:
    other = "---\n" + POD.replace("name: web", "name: other").replace("name: app", "name: second")
    (folder / "pod.yaml").write_text(annotated("Needed by the driver; until=2027-01-31") + other)
    assert len(covered(results(folder))) == 1
    assert run(folder).returncode == 1
    text = commented(f"assay:ignore {RULE} reason=needed until=2027-01-31")
    (folder / "pod.yaml").write_text(text + other)
    assert len(covered(results(folder))) == 1


def test_results_that_were_kept_give_the_same_waivers(folder: Path) -> None:
    for number in range(25):
        text = annotated("Needed by the driver; until=2027-01-31").replace("name: web", f"name: web{number}")
        (folder / f"pod{number}.yaml").write_text(text)
    (folder / "assay.yaml").write_text("")
    results(folder)
    (folder / "assay.yaml").write_text(ON)
    first, second = results(folder), results(folder)
    assert len(first["waivers"]) == 25
    assert first["waivers"] == second["waivers"]
    assert results(folder, "--no-cache")["waivers"] == first["waivers"]


def test_a_comment_in_a_template_covers_what_the_template_gives(folder: Path) -> None:
    (folder / "base").mkdir()
    (folder / "base/pod.yaml").write_text(POD)
    (folder / "base/notes.yaml").write_text(f"# assay:ignore {RULE} reason=needed until=2027-01-31\na: 1\n")
    found = results(folder)
    assert covered(found) == []
    assert found["waivers"] == []
