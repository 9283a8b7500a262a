"""`assay waivers new`: the entry of a finding, printed or added to a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.command_line import Done, assay
from tests.waivers import ENTRY, POD, RULE, TODAY, results, waivers_file

FILLED = {key: str(ENTRY[key]) for key in ("reason", "residual-risk", "requester", "approved", "expires")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "assay-waivers.yaml").write_text(waivers_file())
    return tmp_path


def completed(text: str) -> str:
    """A file of one new waiver, with its empty fields filled in."""
    for key, value in {**FILLED, "type": "risk-accepted", "approver": "@ben"}.items():
        text = text.replace(f'    {key}: ""', f"    {key}: {json.dumps(value)}")
    return text.replace("approvers: []", "approvers: ['@ben']")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The failure that waivers here are about."""
    place = tmp_path_factory.mktemp("scanned")
    (place / "pod.yaml").write_text(POD)
    (failure,) = (each for each in results(place)["findings"] if each["rule"] == RULE)
    return failure


def new(folder: Path, which: str, *arguments: str) -> Done:
    return assay("waivers", "new", which, "--today", TODAY, *arguments, cwd=folder)


@pytest.mark.parametrize("by_place", [False, True], ids=["fingerprint", "place"])
@pytest.mark.parametrize("to_file", [False, True], ids=["printed", "written"])
def test_a_new_file_needs_only_its_empty_fields(folder: Path, found: Any, *, by_place: bool, to_file: bool) -> None:
    file = folder / "assay-waivers.yaml"
    file.unlink()
    place = found["location"]
    which = f"{place['path']}:{place['line']}:{place['column']}" if by_place else found["fingerprint"][:10]
    done = new(folder, which, *(("--file", file.name) if to_file else ()))
    assert done.returncode == 0, done.stderr
    assert "assay waivers check" in done.stdout or not to_file
    file.write_text(completed(file.read_text() if to_file else done.stdout))
    (waiver,) = results(folder)["waivers"]
    assert (waiver["state"], waiver["why"]) == ("matched", "")


@pytest.mark.parametrize(
    "text",
    [
        "# ours\nkind: Waivers\napiVersion: assay.dev/v1\nwaivers:\n- {id: A}  # kept\n",
        "apiVersion: assay.dev/v1\r\nkind: Waivers\r\nwaivers:\r\n    - id: A\r\n      x: |\r\n        - y\r\n",
        "apiVersion: assay.dev/v1\nkind: Waivers\nwaivers: []  # none\n",
        "apiVersion: assay.dev/v1\nkind: Waivers\nwaivers:\n  - id: A",
    ],
    ids=["not indented", "Windows", "empty", "no end of line"],
)
def test_an_entry_is_added_at_the_end_of_a_file(folder: Path, found: Any, text: str) -> None:
    file = folder / "assay-waivers.yaml"
    file.write_text(text, newline="")
    done = new(folder, found["fingerprint"], "--file", file.name)
    assert done.returncode == 0, done.stderr
    after = file.read_bytes().decode()
    assert after.startswith(text.replace(" []  # none", "").rstrip("\r\n"))
    assert (after.count("\r\n") == after.count("\n")) == ("\r" in text)
    assert [*map(str, yaml.safe_load(after)["waivers"])][:-1] == [*map(str, yaml.safe_load(text)["waivers"])]
    again = new(folder, found["fingerprint"], "--file", file.name)
    assert (again.returncode, file.read_bytes().decode()) == (2, after)
    assert "the file has a waiver W-" in again.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("apiVersion: assay.dev/v1\nkind: Waivers\nwaivers:\n  - id: A\napprovers: []\n", "is not the end of the file"),
        ('{"apiVersion": "assay.dev/v1", "kind": "Waivers", "waivers": [{"id": "A"}]}\n', "is not the end of the file"),
        ("kind: ConfigMap\n", "kind"),
    ],
    ids=["a key below", "JSON", "another file"],
)
def test_a_file_that_an_entry_cannot_be_added_to_stays_as_it_is(folder: Path, found: Any, text: str, said: str) -> None:
    (folder / "own.yaml").write_text(text)
    done = new(folder, found["fingerprint"], "--file", "own.yaml")
    assert (done.returncode, (folder / "own.yaml").read_text()) == (2, text)
    assert said in done.stderr


def test_an_entry_is_not_written_through_a_link(folder: Path, found: Any) -> None:
    text = (folder / "assay-waivers.yaml").read_text()
    (folder / "link.yaml").symlink_to("assay-waivers.yaml")
    assert new(folder, found["fingerprint"], "--file", "link.yaml").returncode == 2
    assert (folder / "assay-waivers.yaml").read_text() == text


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ("0123456789", "no failure with the fingerprint"),
        ("pod.yaml:1:1", "no failure at pod.yaml:1:1"),
        ("privileged", "neither a fingerprint nor the place"),
        ("abc", "neither a fingerprint nor the place"),
    ],
)
def test_what_names_no_failure_gets_no_entry(folder: Path, which: str, said: str) -> None:
    done = new(folder, which)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_of_several_failures_at_a_place_each_is_named(folder: Path) -> None:
    places: dict[str, set[str]] = {}
    for each in results(folder)["findings"]:
        if each["outcome"] == "fail":
            places.setdefault(f"{each['location']['path']}:{each['location']['line']}", set()).add(
                each["fingerprint"][:12]
            )
    place, prints = max(places.items(), key=lambda pair: len(pair[1]))
    assert len(prints) > 1
    done = new(folder, place)
    assert (done.returncode, done.stdout) == (2, "")
    assert all(each in done.stderr for each in prints)


@pytest.mark.parametrize("to_file", [False, True], ids=["printed", "written"])
def test_a_waiver_that_is_there_is_renewed_and_not_made_twice(folder: Path, found: Any, *, to_file: bool) -> None:
    file = folder / "assay-waivers.yaml"
    file.unlink()
    which = found["fingerprint"][:10]
    assert new(folder, which, "--file", file.name).returncode == 0
    before = file.read_bytes()
    done = new(folder, which, *(("--file", file.name) if to_file else ()))
    assert (done.returncode, file.read_bytes()) == (2, before)
    assert "assay-waivers.yaml:6" in done.stderr
    assert "state new dates" in done.stderr
