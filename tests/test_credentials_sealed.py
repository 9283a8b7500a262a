"""What stands for a credential in the results of a scan: the same in each, and nothing of the credential itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.masking import hidden, mask, sealed, search_names
from scanner.model import Profile
from scanner.reports.excerpt import excerpt
from scanner.scan import Options, scan
from tests.command_line import assay
from tests.examples import BY_ID, drawn
from tests.places import DOCUMENTS

TOKEN = drawn(BY_ID["github-token"].example)
OTHER = TOKEN[:4] + TOKEN[:3:-1]
"""Another token of the same form."""
KEY = "\u2022\u2022\u2022\u2022"


def results(folder: Path, *documents: str, arguments: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON of a scan of pods with credentials for names, one file for each."""
    folder.mkdir()
    for number, document in enumerate(documents):
        (folder / f"{number}.yaml").write_text(document)
    found: dict[str, Any] = json.loads(assay("scan", ".", "--output=json", "--quiet", *arguments, cwd=folder).stdout)
    return found


def pod(name: str) -> str:
    return DOCUMENTS["name of a pod"](name)


def test_two_scans_of_a_tree_are_equal_and_subjects_stay_apart(tmp_path: Path) -> None:
    names = (TOKEN, OTHER, f"web-{TOKEN}")
    one, two = (results(tmp_path / folder, *map(pod, names)) for folder in ("one", "two"))
    assert one["findings"] == two["findings"]
    named = {(item["location"]["path"], item["subject"]["name"]) for item in one["findings"]}
    pods = {(path, name.partition(",")[0].rpartition("/")[2].rpartition(" ")[2]) for path, name in named}
    assert pods == {("0.yaml", f"{KEY}1"), ("1.yaml", f"{KEY}2"), ("2.yaml", f"web-{KEY}1")}
    for item in one["findings"]:
        assert KEY in item["subject"]["id"]


@pytest.mark.parametrize(("value", "shown"), [("unknown whether this is met", True), ("unknown1ish", False)])
def test_an_outcome_behind_the_name_of_a_key_is_shown(value: str, shown: bool) -> None:
    assert (hidden(f"POST /apikey: {value}") == f"POST /apikey: {value}") is shown


def test_names_that_are_searched_at_once_are_hidden_as_each_alone() -> None:
    names = [f"web-{number}" for number in range(50)] + [TOKEN, f"a\n{OTHER}", "", f"{TOKEN}/web"]
    alone = [hidden(name) for name in names]
    search_names(names)
    assert [hidden(name) for name in names] == alone
    assert alone[-1] == f"{KEY}/web"


@pytest.mark.slow
def test_a_large_tree_is_masked_like_a_small_one(tmp_path: Path) -> None:
    """Of many subjects a part is searched before all findings are known."""
    names = (TOKEN, OTHER, f"web-{TOKEN}")
    secret = f"{pod('db')}\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData: {{token: {TOKEN}}}\n"
    documents = (*map(pod, names), secret)
    small = results(tmp_path / "small", *documents)
    large = results(tmp_path / "large", *documents, "".join(f"---\n{pod(f'z{number}')}\n" for number in range(600)))
    assert TOKEN not in json.dumps(large)
    assert OTHER not in json.dumps(large)
    of_credentials = [item for item in large["findings"] if item["location"]["path"] != "4.yaml"]
    told = [(item["rule"], item["message"], item["subject"], item["location"]) for item in of_credentials]
    assert [(item["rule"], item["message"], item["subject"], item["location"]) for item in small["findings"]] == told


def test_a_fingerprint_says_nothing_of_a_credential(tmp_path: Path) -> None:
    one, two = (
        [(item["rule"], item["fingerprint"]) for item in results(tmp_path / name, pod(name))["findings"]]
        for name in (TOKEN, OTHER)
    )
    assert one == two
    assert [item["fingerprint"] for item in results(tmp_path / "web", pod("web"))["findings"]] != one


def test_arguments_and_settings_are_masked(tmp_path: Path) -> None:
    found = results(tmp_path / "in", pod("web"), arguments=("--exclude", TOKEN))
    assert TOKEN not in json.dumps(found)
    assert f"{KEY}1" in found["run"]["arguments"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", "x-TOKEN"),
        ("scan", "--framework", "TOKEN"),
        ("scan", "--TOKEN"),
        ("rules", "show", "TOKEN"),
        ("fix", "--rule", "TOKEN"),
        ("TOKEN",),
    ],
    ids=" ".join,
)
def test_an_error_repeats_no_credential(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = assay(*(text.replace("TOKEN", TOKEN) for text in arguments), cwd=tmp_path)
    assert done.returncode == 2
    assert TOKEN not in done.stdout + done.stderr
    assert KEY in done.stderr


def test_a_wrong_rule_file_is_told_without_its_credentials(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "x.yaml").write_text(f"{TOKEN}: 1\nwhy: [{OTHER}]\n")
    done = assay("scan", ".", "--rules", "rules", cwd=tmp_path)
    assert done.returncode == 2
    assert TOKEN not in done.stderr
    assert OTHER not in done.stderr


def test_a_fix_that_would_write_a_credential_has_no_edits(tmp_path: Path) -> None:
    flow = f'{{name: web, image: web, securityContext: {{privileged: true}}, env: [{{name: A, value: "{TOKEN}"}}]}}'
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {{containers: [{flow}]}}\n"
    found = results(tmp_path / "in", text)
    assert TOKEN not in json.dumps(found)
    assert "fix" in json.dumps(found)
    diff = assay("fix", ".", "--diff", "--unsafe", cwd=tmp_path / "in").stdout
    assert TOKEN not in diff
    assert diff.startswith("--- a/0.yaml")
    assay("fix", ".", "--unsafe", cwd=tmp_path / "in")
    assert TOKEN in (tmp_path / "in" / "0.yaml").read_text()


def test_what_is_masked_stays_as_it_is_when_it_is_masked_again() -> None:
    for text in (
        f"pod {TOKEN}",
        f"password: {TOKEN}",
        "password: hunter2x",
        "DB_PASSWORD=hunter2x",
        f"u://a:{TOKEN}@h",
    ):
        assert sealed(sealed(text)) == sealed(text)
        assert mask(sealed(text)) == sealed(text)
        assert hidden(hidden(text)) == hidden(text)


def test_sealed_data_keeps_its_types_and_is_the_same_object_where_nothing_is_hidden() -> None:
    plain = {"a": ("x", ["y", frozenset({"z"})]), "n": 1}
    assert sealed(plain) is plain
    assert sealed({TOKEN: (f"a {OTHER}", [TOKEN], 2)}) == {f"{KEY}1": (f"a {KEY}2", [f"{KEY}1"], 2)}


def test_the_texts_of_rules_and_catalogues_hold_nothing_to_hide(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(pod("web"))
    options = Options(profile=Profile.OPINION, all_frameworks=True, include_passes=True, fixes=True)
    result = scan([str(tmp_path)], options)
    assert len(result.rules) > 50
    assert sealed(result) is result


def test_a_file_that_a_credential_names_keeps_its_excerpts(tmp_path: Path) -> None:
    (tmp_path / f"{TOKEN}.yaml").write_text(pod("web"))
    result = scan([str(tmp_path)])
    assert {finding.location.path for finding in result.findings} == {f"{KEY}1.yaml"}
    assert all(excerpt(result, finding) for finding in result.findings)
