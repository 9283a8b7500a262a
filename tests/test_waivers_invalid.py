"""What is wrong with a waiver, or with the file: said with the line and what was expected; nothing is covered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scanner.errors import PackError
from scanner.gate.waivers import read
from scanner.gate.waivers.reading import whole_schema
from scanner.rule_ids import RuleIds
from scanner.waived import WaiverFile
from tests.command_line import assay
from tests.waivers import ENTRY, POD, RULE, TODAY, results, run, state_of, waivers_file, without

COMPENSATING = without("residual-risk") | {
    "type": "compensating",
    "constraint": "The vendor supports no other way.",
    "compensating-control": {"control": "A node of its own", "evidence": "https://tickets.example/1"},
}
RESOURCE = ENTRY["resource"]

INVALID: list[tuple[str, Any, str]] = [
    *((f"without {key}", without(key), f"the key '{key}' is missing") for key in ENTRY if key != "residual-risk"),
    ("id of another form", ENTRY | {"id": "a b"}, "id is 'a b'; it must look like 'W-2026-014'"),
    ("id of a number", ENTRY | {"id": 7}, "id is the number 7; it must be text"),
    ("rule that is not there", ENTRY | {"rule": "kubernetes.no"}, "there is no rule 'kubernetes.no'"),
    ("rule about waivers", ENTRY | {"rule": "gate.waiver-valid"}, "is a rule about waivers, which cannot be waived"),
    ("resource of a text", ENTRY | {"resource": "web"}, "resource is text; it must be a mapping"),
    ("resource without a kind", ENTRY | {"resource": {"name": "web"}}, "the key 'kind' is missing in resource"),
    ("resource with a label", ENTRY | {"resource": RESOURCE | {"label": "a"}}, "there is no key 'label' in resource"),
    ("any name", ENTRY | {"resource": RESOURCE | {"name": "*"}}, "name is '*', which only a waiver of the type"),
    (
        "any name, not-applicable",
        ENTRY | {"type": "not-applicable", "resource": RESOURCE | {"name": "*"}},
        "name is '*'",
    ),
    ("any name, with a path", ENTRY | {"path": "pod.yaml", "resource": RESOURCE | {"name": "*"}}, "name is '*'"),
    ("pattern", ENTRY | {"resource": RESOURCE | {"name": "we*"}}, "a pattern is not allowed, name it"),
    ("path of a pattern", ENTRY | {"path": "*.yaml"}, "it must be a file or folder below the root"),
    ("path above", ENTRY | {"path": "../pod.yaml"}, "it must be a file or folder below the root"),
    ("path of everything", ENTRY | {"path": "./"}, "it must be a file or folder below the root"),
    ("absolute path", ENTRY | {"path": "/pod.yaml"}, "it must be a file or folder below the root"),
    ("empty field", ENTRY | {"field": ""}, "field has 0 characters; it must have at least 1"),
    ("controls of a text", ENTRY | {"controls": "soc2 CC6.1"}, "controls is text; it must be a list"),
    ("control without a framework", ENTRY | {"controls": ["CC6.1"]}, "it must look like 'soc2 CC6.1'"),
    ("unknown type", ENTRY | {"type": "accepted"}, "it must be one of risk-accepted, compensating"),
    ("short reason", ENTRY | {"reason": "ok"}, "reason has 2 characters; it must have at least 10"),
    ("reason without a word", ENTRY | {"reason": "----------"}, "the reason contains no word"),
    ("without residual risk", without("residual-risk"), "of the type risk-accepted needs the key 'residual-risk'"),
    (
        "customised",
        without("residual-risk") | {"type": "customised"},
        "customised needs the key 'controls', and 1 more",
    ),
    ("without constraint", {k: v for k, v in COMPENSATING.items() if k != "constraint"}, "needs the key 'constraint'"),
    (
        "without control",
        {k: v for k, v in COMPENSATING.items() if k != "compensating-control"},
        "needs the key 'compensating-control'",
    ),
    (
        "control without evidence",
        COMPENSATING | {"compensating-control": {"control": "Nodes"}},
        "the key 'evidence' is missing in compensating-control",
    ),
    (
        "date of another form",
        ENTRY | {"expires": "28.2.2027"},
        "expires is '28.2.2027'; it must be a date in the form YYYY-MM-DD",
    ),
    ("no date of the calendar", ENTRY | {"expires": "2027-02-30"}, "'2027-02-30', which is not a date of the calendar"),
    ("no date of review", ENTRY | {"review": "2027-13-01"}, "review is '2027-13-01', which is not a date"),
    ("expiry before approval", ENTRY | {"expires": "2026-10-31"}, "before it was approved on 2026-11-01"),
    (
        "too long",
        ENTRY | {"expires": "2027-05-01"},
        "181 days after approval; at most 180 days are allowed, so 2027-04-30",
    ),
    ("unknown key", ENTRY | {"expiry": "2027-01-01"}, "there is no key 'expiry'"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(POD)
    return tmp_path


@pytest.mark.parametrize(("entry", "said"), [case[1:] for case in INVALID], ids=[case[0] for case in INVALID])
def test_a_wrong_waiver_covers_nothing_and_is_a_finding_at_its_line(
    folder: Path, entry: dict[str, Any], said: str
) -> None:
    (folder / "assay-waivers.yaml").write_text(waivers_file(entry))
    found = results(folder, "--select", RULE)
    assert found["verdict"]["exit_code"] == 1
    assert state_of(found)[0] == "invalid"
    told = [each for each in found["findings"] if each["rule"].startswith("gate.") and each["outcome"] == "fail"]
    assert told
    assert all(each["location"]["path"] == "assay-waivers.yaml" and each["location"]["line"] > 7 for each in told)
    assert said in state_of(found)[2]


def test_a_longer_life_is_allowed_where_the_file_says_so(folder: Path) -> None:
    (folder / "assay-waivers.yaml").write_text(waivers_file(ENTRY | {"expires": "2027-05-01"}, **{"max-life": 181}))
    assert run(folder).returncode == 0
    (folder / "assay-waivers.yaml").write_text(waivers_file(ENTRY, **{"max-life": 30}))
    assert run(folder).returncode == 1


@pytest.mark.parametrize(
    "entry",
    [
        COMPENSATING,
        without("residual-risk") | {"type": "false-positive"},
        ENTRY | {"type": "customised", "controls": ["pci-dss@4.0.1 2.2.1"]},
        ENTRY | {"review": "2027-01-15", "ticket": "SEC-1", "constraint": "None known"},
    ],
)
def test_complete_waivers_of_every_type_count(folder: Path, entry: dict[str, Any]) -> None:
    (folder / "assay-waivers.yaml").write_text(waivers_file(entry))
    assert run(folder).returncode == 0
    assert valid(entry)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "assay-waivers.yaml:1: the file is empty"),
        ("kind: Waivers\n", "assay-waivers.yaml:1: the key 'apiVersion' is missing"),
        ("apiVersion: assay.dev/v1\nkind: Waiver\nwaivers: []\n", "assay-waivers.yaml:2: kind is 'Waiver'; it must be"),
        ("apiVersion: assay.dev/v1\nkind: Waivers\nwaivers: {}\n", "assay-waivers.yaml:3: waivers is a mapping"),
        ("apiVersion: assay.dev/v1\nkind: Waivers\nwaivers: [a]\n", "assay-waivers.yaml:3: item 1 of waivers is text"),
        (
            "apiVersion: assay.dev/v1\nkind: Waivers\nwaivers: []\nmax-live: 3\n",
            "assay-waivers.yaml:4: there is no key",
        ),
        ("apiVersion: assay.dev/v1\nkind: Waivers\nwaivers: []\nmax-life: 0\n", "max-life is 0; it must be at least 1"),
        ("apiVersion: assay.dev/v1\nkind: Waivers\nwaivers:\n- id: a\n  id: b\n", "the key 'id' occurs twice"),
        ("apiVersion: assay.dev/v1\nkind: Waivers\nwaivers: [\n", "assay-waivers.yaml:"),
    ],
)
def test_a_file_that_is_no_list_of_waivers_ends_the_run(folder: Path, text: str, said: str) -> None:
    (folder / "assay-waivers.yaml").write_text(text)
    for words in (("scan", "."), ("waivers", "check"), ("waivers", "list"), ("hook", "pod.yaml")):
        done = assay(*words, cwd=folder)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr


def valid(entry: Any) -> bool:
    return Draft202012Validator(whole_schema()).is_valid(json.loads(waivers_file(entry)))


def faults(entry: Any) -> tuple[str, ...]:
    ids = RuleIds(frozenset((RULE,)))
    try:
        (waiver,) = read(WaiverFile("w.yaml", waivers_file(entry).encode()), ids).entries
    except PackError as error:
        return (str(error),)
    return tuple(fault.message for fault in waiver.faults)


values = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.text(max_size=12), st.just({}), st.just([]))


@given(
    st.sampled_from([ENTRY, COMPENSATING]), st.dictionaries(st.sampled_from([*ENTRY, "path", "x"]), values, max_size=2)
)
def test_what_the_schema_refuses_is_a_fault(entry: dict[str, Any], changes: dict[str, Any]) -> None:
    changed = entry | changes
    if not valid(changed):
        assert faults(changed)


def test_the_schema_is_a_schema_and_is_printed(folder: Path) -> None:
    Draft202012Validator.check_schema(whole_schema())
    assert json.loads(assay("waivers", "schema", cwd=folder).stdout) == whole_schema()


@pytest.mark.slow
def test_a_secret_in_a_waiver_is_not_told(folder: Path) -> None:
    secret = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3z42"
    entry = ENTRY | {"reason": f"The token {secret} is needed.", "ticket": secret}
    (folder / "assay-waivers.yaml").write_text(waivers_file(entry, without("expires") | {"id": "W-2", "type": secret}))
    for form in ("table", "json", "sarif", "html", "concise", "html-summary", "jsonl", "sarif-github"):
        said = run(folder, "--output", form)
        assert secret not in said.stdout + said.stderr
    for words in ("list", "check", "report"):
        said = assay("waivers", words, "--today", TODAY, cwd=folder)
        assert secret not in said.stdout + said.stderr


@given(st.binary(max_size=80), st.sampled_from(["w.yaml", "w.json"]))
def test_any_bytes_are_read_or_refused_with_a_place(content: bytes, name: str) -> None:
    head = b"apiVersion: assay.dev/v1\nkind: Waivers\nwaivers:\n"
    for whole in (content, head + content):
        assert refused_at(name, whole) in ("", name)


def refused_at(name: str, content: bytes) -> str:
    """The file that an error names; empty where the file is read."""
    try:
        read(WaiverFile(name, content), RuleIds())
    except PackError as error:
        return error.location.partition(":")[0]
    return ""
