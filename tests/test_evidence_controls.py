"""The pages and tables about controls in a pack, and the evidence that people collect."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from scanner.evidence import controls
from scanner.frameworks import catalogue
from scanner.library import Cache
from tests.browser import browser
from tests.command_line import Done, assay, fault
from tests.evidence_repository import build, make_repository

CONTROLS = "controls/soc2-2017"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("evidence") / "bank")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    target = tmp_path_factory.mktemp("packs") / "pack"
    assert build(repository, target).returncode == 0
    return target


def table(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


def test_every_control_of_the_framework_has_a_page_and_a_table(pack: Path) -> None:
    (soc2,) = catalogue.choose(catalogue.load(Cache()), ["soc2"])
    index = table((pack / "controls/index.csv").read_bytes())
    assert [each["control"] for each in index] == [control.id for control in soc2.controls]
    for each in index:
        assert (pack / "controls" / each["page"]).is_file()
        assert (pack / "controls" / each["table"]).is_file()
    results = {each["control"]: each for each in json.loads((pack / "results.json").read_text())["controls"]}
    assert {each["control"]: each["status"] for each in index} == {key: each["status"] for key, each in results.items()}


def test_a_control_shows_each_item_with_place_digest_and_result(pack: Path, repository: Path) -> None:
    rows = [row for row in table((pack / CONTROLS / "CC6.1.csv").read_bytes()) if "privileged" in row["rule"]]
    digest = hashlib.sha256((repository / "deploy/pod.yaml").read_bytes()).hexdigest()
    failed, passed = rows
    assert (failed["outcome"], failed["place"], failed["input_sha256"]) == ("fail", "deploy/pod.yaml:8:25", digest)
    assert (failed["expected"], failed["observed"]) == (
        "securityContext.privileged is not set",
        "securityContext.privileged is true",
    )
    assert (passed["outcome"], passed["observed"]) == ("pass", "as expected")
    page = (pack / CONTROLS / "CC6.1.html").read_text()
    for text in (
        "deploy/pod.yaml:8:25",
        digest,
        "privileged is true",
        "UNSIGNED",
        "deploy/broken.yaml",
        "A finding weakens the",
    ):
        assert text in page
    assert "not selected: kubernetes.container-not-privileged (--select)" in page


def test_a_page_says_what_failed_and_only_what_is_known_of_applicability(tmp_path: Path) -> None:
    """Also for a failure of which the value at its place is a name, and for a control whose data nobody states."""
    repository = make_repository(tmp_path / "bank")
    chosen = ("--framework", "gdpr", "--select", "kubernetes.workload-selected-by-network-policy")
    assert build(repository, tmp_path / "pack", *chosen).returncode == 0
    page, text = ((tmp_path / "pack" / CONTROLS / f"CC6.1.{each}").read_text() for each in ("html", "csv"))
    told = "Pod api is not isolated by any NetworkPolicy"
    assert f"<td>{told}</td>" in page
    assert {row["observed"] for row in table(text.encode()) if "network-policy" in row["rule"]} == {
        told,
        told.replace("api", "web"),
    }
    assert "Counts as applicable: neither the scope nor the scanned files exclude it." in page
    other = (tmp_path / "pack/controls/gdpr-2016-679/Art.32-1-b.html").read_text()
    assert "Not known: whether the control applies depends on the data" in other
    assert "Items that do not count: not known whether it applies" in other


def test_each_reason_of_a_mapping_stands_once_in_a_page(repository: Path, tmp_path: Path) -> None:
    rules = ("kubernetes.pod-without-host-ipc", "kubernetes.pod-without-host-pid")
    chosen = [part for rule in rules for part in ("--select", rule)]
    assert build(repository, tmp_path / "pack", *chosen).returncode == 0
    page = (tmp_path / "pack" / CONTROLS / "CC6.1.html").read_text()
    assert page.count("Through a mounted host path, the runtime socket") == 1
    assert f"as for <code>{rules[0]}</code>" in page


def test_a_cell_is_no_formula_and_text_is_no_markup(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "bank")
    pod = (repository / "deploy/pod.yaml").read_text()
    (repository / "deploy/=cmd.yaml").write_text(pod.replace("name: api\n", "name: <script>alert(1)</script>\n"))
    assert build(repository, tmp_path / "pack").returncode == 0
    for path in (tmp_path / "pack" / CONTROLS).glob("CC6.1.*"):
        text = path.read_text()
        assert "<script" not in text if path.suffix == ".html" else '"=' not in text


def test_what_does_not_fit_is_counted(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controls, "MOST_BYTES", 500_700)
    assert build(repository, tmp_path / "pack").returncode == 0
    assert "more items do not fit in this page" in (tmp_path / "pack" / CONTROLS / "CC6.1.html").read_text()
    monkeypatch.setattr(controls, "MOST_BYTES", 1_100)
    assert build(repository, tmp_path / "small").returncode == 0
    rows = table((tmp_path / "small" / CONTROLS / "CC6.1.csv").read_bytes())
    assert rows[-1]["outcome"] == "not shown"
    assert rows[-1]["message"].endswith(" more items are in results.json")


_WIDER = """
[...document.querySelectorAll('td, th')].filter(cell => cell.scrollWidth > cell.clientWidth).map(cell => cell.innerText)
"""
"""The cells of which a part is not seen in print."""


@pytest.mark.chromium
def test_a_page_opens_without_a_request_or_a_message_and_prints(pack: Path) -> None:
    with browser() as chromium:
        page = chromium.new_page()
        heard: list[str] = []
        page.on("console", lambda message: heard.append(message.text))
        page.on("requestfinished", lambda request: heard.append(request.url))
        page.on("requestfailed", lambda request: heard.append(request.url))
        address = (pack / CONTROLS / "CC6.1.html").as_uri()
        page.goto(address)
        assert heard == [address]
        assert (
            page.get_by_role("heading", level=1)
            .inner_text()
            .endswith("CC6.1 Logical access to systems and data restricted")
        )
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 688, "height": 900})  # what is between the margins of A4
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert page.evaluate(_WIDER) == []
        assert page.evaluate(
            "[...document.querySelectorAll('tr')].every(r => getComputedStyle(r).breakInside == 'avoid')"
        )
        assert len(page.pdf()) > 10_000


ATTACHED = b"minutes of the board\n"
ATTACHMENT = {"path": "minutes.txt", "sha256": hashlib.sha256(ATTACHED).hexdigest(), "bytes": len(ATTACHED)}
RECORD: dict[str, Any] = {
    "framework": "soc2",
    "control": "CC1.2",
    "statement": "Minutes of the board",
    "owner": "board@bank.example",
    "collected": "2026-10-01",
    "valid-for": 90,
    "reviewer": "Ada",
    "reviewed": "2026-10-02",
    "attachments": [ATTACHMENT],
}
NO_FURTHER = "it does not state constraint, objective, risk, control-description, validation, maintenance"


def request(folder: Path, *records: dict[str, Any], day: str = "2026-11-01") -> Done:
    (folder / "minutes.txt").write_bytes(ATTACHED)
    (folder / "evidence.yaml").write_text(json.dumps({"records": records}))
    return assay("evidence", "request", "--framework", "soc2", "--today", day, cwd=folder)


@pytest.mark.parametrize(
    ("change", "day", "said"),
    [
        ({}, "2026-11-01", ""),
        ({"framework": "soc2@2017"}, "2026-11-01", ""),
        ({}, "2026-12-31", "stale, board@bank.example: it counts until 2026-12-30"),
        ({"collected": None}, "2026-11-01", "incomplete, board@bank.example: it does not state collected"),
        ({"collected": None, "due": "2026-10-31"}, "2026-11-01", "overdue, board@bank.example, due 2026-10-31"),
        ({"reviewer": None}, "2026-11-01", "incomplete, board@bank.example: it does not state reviewer and reviewed"),
        ({"attachments": None}, "2026-11-01", "incomplete, board@bank.example: it does not state attachments"),
        ({"type": "compensating-control", "attachments": None}, "2026-11-01", NO_FURTHER),
        (
            {"attachments": [{**ATTACHMENT, "bytes": 1}]},
            "2026-11-01",
            "altered, board@bank.example: minutes.txt: its content is not the recorded one",
        ),
        (
            {"attachments": [{**ATTACHMENT, "path": "../minutes.txt"}]},
            "2026-11-01",
            "altered, board@bank.example: ../minutes.txt: it is outside of the folder",
        ),
        (
            {"attachments": [{**ATTACHMENT, "path": "none.txt"}]},
            "2026-11-01",
            "altered, board@bank.example: none.txt: cannot be read: no such file or directory",
        ),
    ],
)
def test_what_people_owe_is_listed(tmp_path: Path, change: dict[str, Any], day: str, said: str) -> None:
    record = {name: value for name, value in (RECORD | change).items() if value is not None}
    done = request(tmp_path, record, day=day)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("soc2@2017 CC1.2 ")]
    assert said in lines[0] if said else not lines, lines
    assert "soc2@2017 CC1.1 missing. " in done.stdout


def test_an_attachment_is_not_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_bytes(ATTACHED)
    (tmp_path / "link.txt").symlink_to("real.txt")
    attachment = {**ATTACHMENT, "path": "link.txt"}
    done = request(tmp_path, {**RECORD, "attachments": [attachment]})
    assert "altered, board@bank.example: link.txt: not a regular file" in done.stdout


def test_a_request_is_a_table_too_and_leaves_out_what_does_not_apply(tmp_path: Path) -> None:
    (tmp_path / "scope.yaml").write_text(
        "soc2:\n  not-applicable: {'P*': 'no personal data is processed anywhere here'}\n"
    )
    more = ("--scope", "scope.yaml", "--format", "csv")
    done = assay("evidence", "request", "--framework", "soc2", *more, cwd=tmp_path)
    rows = table(done.stdout.encode())
    assert {row["state"] for row in rows} == {"missing"}
    assert not [row for row in rows if row["control"].startswith("P")]
    assert [row for row in rows if row["control"] == "CC1.1"]


def test_records_stand_in_the_page_of_their_control(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "bank")
    request(repository, RECORD)
    assert build(repository, tmp_path / "pack", "--today", "2027-02-01").returncode == 0
    page = (tmp_path / "pack" / CONTROLS / "CC1.2.html").read_text()
    for text in ("Stale", "Minutes of the board", "board@bank.example", "minutes.txt", "it counts until 2026-12-30"):
        assert text in page
    assert "Missing" in (tmp_path / "pack" / CONTROLS / "CC1.1.html").read_text()
    index = {each["control"]: each for each in table((tmp_path / "pack/controls/index.csv").read_bytes())}
    assert (index["CC1.2"]["manual_evidence"], index["CC1.1"]["manual_evidence"]) == ("stale", "missing")
    assert (tmp_path / "pack/policy/evidence/evidence.yaml").is_file()


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ("[{framework: soc2, control: CC1.2, owner: a}]", "statement"),
        (
            '[{framework: soc2, control: "CC99", statement: a, owner: a}]',
            "there is no control 'CC99' in the framework 'soc2'",
        ),
        ("[{framework: soc2, control: CC1.2, statement: a, owner: a, due: soon}]", "due"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(repository: Path, tmp_path: Path, records: str, said: str) -> None:
    (tmp_path / "own.yaml").write_text(f"records: {records}\n")
    done = build(repository, tmp_path / "pack", "--evidence", str(tmp_path / "own.yaml"))
    assert (done.returncode, said in fault(done), "own.yaml:1" in done.stderr) == (2, True, True), done.stderr
