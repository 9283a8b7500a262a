"""Hostile names and values through the whole pipe into every output: they are shown, and can do and forge nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote_to_bytes

import pytest
from jsonschema import Draft202012Validator

from scanner import reports
from tests import output_formats
from tests.command_line import assay_in_bytes
from tests.output_formats import INVISIBLE, check_log
from tests.payloads import NAMES, PAYLOADS, lay_out, lay_out_name, pod

pytestmark = pytest.mark.slow

Report: TypeAlias = Callable[[str], bytes]

WRITTEN_OUT = re.compile(r"\\(?:([nrt])|x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")
_UNKNOWN_RULE = r" {2,5}(?P<unknown>\d+)  \S.*"
_PROVIDE = r" {8}(?P<provide>(?:to decide, )?[\w`' ,.;()/-]+)"
_COUNTS = r"[a-z0-9-]+@[\w ./-]+?(?P<framework>(?: +(?:[\d/]+|-|\d+ \(\d+\)))+)"
OURS = re.compile(
    r"(?P<head>(?:critical|high|medium|low|info|error)  \S.*)|(?: {5,10})(?P<rule>[a-z-]+\.[a-z-]+)"
    r"|  (?P<source>[ \d]{5} \|( .*)?)"
    r"|        counts as (?P<counted>\w+, not \w+): its? [A-Za-z ,]+"
    r"|  (?P<place>.+?:\d+:\d+)  (?P<message>.*)"
    r"|  (?:(?:why|fix|controls) +| {9})(?P<said>\S.*)"
    r"|        see (?P<see>.+:\d+:\d+ \(.*\))"
    r"|unknown: (?P<all_unknown>\d+) outcomes? that the scanned files do not decide"
    r"|  \d+ inputs? (?:was|were) not assessed \(see below\): fix these first, they may decide some outcomes"
    rf"|{_UNKNOWN_RULE}|{_PROVIDE}"
    r"|not assessed: (?P<broken>\d+) of \d+ inputs could not be read"
    r"|not assessed: (?P<parts>\d+) parts? of inputs"
    r"|  (?P<part>\S+:\d+  the call of .* outside of a code block that Assay reads is not assessed)"
    r"|not read: \d+ parts of documentation, source code or CI workflows"
    r"|  \d+ places: (?P<shared>\S.*)"
    r"|    (?P<among>\S.*?)(?: \(\d+ places\))?"
    r"|  (?:  )?and (?P<more>\d+) more; --explain-inputs lists all"
    r"|inputs    (?P<inputs>\d+ assessed, \d+ not-assessed, \d+ skipped, \d+ unreadable)"
    r"|outcomes  (?P<outcomes>.*)"
    r"|profile   (?P<profile>\w+, \d+ rules that (?:apply|are mapped to [\w@./ ,-]+), Kubernetes 1\.\d+)"
    rf"|framework +apply (?:error )?failed weakened +uncontradicted unassessed manual|{_COUNTS}"
    r"|(?:note|next|    ) {6}(?P<summary>\S.*)"
    r"|A static scan supports or contradicts controls; it does not establish compliance\."
    r"|(?P<verdict>Incomplete: \d+ inputs? could not be read(?: and 1 input was not assessed in full)?\.)"
    r"|"
)
"""Every line that the table may hold."""


def assay(folder: Path, *arguments: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    return assay_in_bytes(*arguments, cwd=folder, encoding=encoding)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which names and contents are payloads."""
    folder = tmp_path_factory.mktemp("sinks") / "tree"
    folder.mkdir()
    lay_out(folder)
    return folder


@pytest.fixture(scope="module")
def written(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with every format of one scan of the tree, each under its name."""
    folder = tmp_path_factory.mktemp("written")
    asked = [part for name in output_formats.ALL for part in ("--output", output_formats.asked(name, folder))]
    done = assay(tree, "scan", "--profile", "opinion", *asked)
    assert (done.returncode, done.stdout) == (4, b"")
    return folder


@pytest.fixture(scope="module")
def report(written: Path) -> Report:
    """What a scan of the tree says in one format."""
    return lambda form: (written / form).read_bytes()


@pytest.fixture(scope="module")
def results(report: Report) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(report("json"))
    return loaded


def read_back(text: str) -> str:
    """The text that was written out, with escapes undone."""

    def character(found: re.Match[str]) -> str:
        if found[1]:
            return {"n": "\n", "r": "\r", "t": "\t"}[found[1]]
        code = int(found[2] or found[3] or found[4], 16)
        return chr(0xDC00 + code) if found[2] and code >= 0x80 else chr(code)

    return WRITTEN_OUT.sub(character, text)


def found_lines(results: dict[str, Any]) -> Counter[str]:
    """The line of the table for every finding, with nothing written out."""
    places = ((item["location"], item["message"]) for item in results["findings"])
    return Counter(read_back(f"  {at['path']}:{at['line']}:{at['column']}  {message}") for at, message in places)


def broken_lines(results: dict[str, Any]) -> set[str]:
    """The line of the table for every input that could not be read, with nothing written out."""
    lines = set()
    for item in results["inputs"]:
        if item["status"] == "unreadable":
            line = re.search(r" at line (\d+)", item["reason"])
            place, at = (f"{item['path']}:{line[1]}", line[0]) if line else (item["path"], "")
            lines.add(read_back(f"  {place}  {item['reason'].replace(at, '', 1)}"))
    return lines


def check_table(table: str, results: dict[str, Any], broken: int) -> None:
    """Insist that every line is one of ours, and that every finding stands on a line of its own."""
    check_log(table)
    findings: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    unknown = 0
    lines = iter(table.split("\n"))
    for line in lines:
        found = OURS.fullmatch(line)
        assert found, line
        parts.update(name for name, value in found.groupdict().items() if value is not None)
        if found["place"]:
            findings[read_back(line)] += 1
        unknown += int(found["unknown"] or 0)
        if found["broken"]:
            shared = re.fullmatch(r"  (\d+) places: (.*)", next(lines))
            assert shared
            assert int(shared[1]) == broken
            unread = [read_back(f"  {next(lines)[4:]}  {shared[2]}") for _ in range(broken if broken <= 20 else 1)]
            if broken == len(unread):
                assert set(unread) == broken_lines(results)
            else:
                assert unread[0].startswith(f"  ./ ({broken} places)  ")
    told = found_lines(results)
    assert findings <= told
    assert findings.total() + unknown == told.total()
    assert unknown == results["summary"]["outcomes"]["unknown"]
    once = ("broken", "inputs", "outcomes", "verdict")
    assert {part: parts[part] for part in once} == dict.fromkeys(once, 1)


def test_the_corpus_reaches_the_reports(results: dict[str, Any]) -> None:
    """Else the other tests would show nothing: every name is met, and every value is found fault with."""
    statuses = Counter(item["status"] for item in results["inputs"])
    assert statuses == {"assessed": 3 * len(PAYLOADS) + len(NAMES), "unreadable": len(NAMES), "skipped": len(NAMES)}
    assert {item["path"] for item in results["inputs"]} >= {shown(name) for name in NAMES.values()}
    messages = "\n".join(item["message"] for item in results["findings"])
    whole = {what: re.sub("[\ud800-\udfff]", "\ufffd", text) for what, text in PAYLOADS.items()}
    assert [what for what, text in whole.items() if text.strip() not in messages] == []


def shown(name: str) -> str:
    """A name on disk as JSON has it."""
    return "./-" if name == "-" else name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def test_the_table(report: Report, results: dict[str, Any]) -> None:
    check_table(report("table").decode(), results, broken=len(NAMES))


def test_the_table_on_a_terminal(tree: Path) -> None:
    painted = on_a_terminal(tree, "scan", "--profile", "opinion")
    plain = re.sub("\x1b\\[(?:0|1|2|31|33|34|36|1;31)m", "", painted)
    assert plain != painted
    check_log(plain)


def test_unreadable_inputs_in_the_table(tmp_path: Path) -> None:
    names = list(NAMES.values())
    for start in range(0, len(names), 20):
        folder = tmp_path / str(start)
        folder.mkdir()
        for name in names[start : start + 20]:
            lay_out_name(folder, name)
        found = json.loads(assay(folder, "scan", "--output", "json").stdout)
        check_table(assay(folder, "scan").stdout.decode(), found, broken=len(names[start : start + 20]))


def test_the_ledger(report: Report, results: dict[str, Any]) -> None:
    text = report("inputs").decode()
    check_log(text)
    head, *rows = text.split("\n")
    rows = [row for row in rows if not row.startswith(("    line ", "    read: "))]
    assert head.split() == ["status", "subjects", "formats", "context", "input", "reason"]
    inputs, names = results["inputs"], len(NAMES)
    read = len(inputs) - 2 * names
    assert rows[len(inputs) :] == [
        "",
        f"{names:>8}  empty",
        "",
        f"{len(inputs)} inputs: {read} assessed, 0 not-assessed, {names} skipped, {names} unreadable",
        f"Incomplete: {names} inputs could not be read.",
        "",
    ]
    for row, item in zip(rows, inputs, strict=False):
        assert row.startswith(item["status"])
        assert read_back(item["path"]).strip() in read_back(row)
        assert read_back(row).endswith(read_back(item["reason"]).strip())


def test_the_ledger_is_aligned_by_what_is_seen(tmp_path: Path) -> None:
    for name in ("plain.md", "\u9577\u3044\u540d\u524d.md", "e\u0301te\u0301.md", "\uff26\uff35.md", "a" * 70 + ".md"):
        (tmp_path / name).write_text("# Nothing")
    rows = assay(tmp_path, "scan", "--explain-inputs").stdout.decode().split("\n")[:6]
    reason = "contains no YAML, JSON or tool calls"
    columns = {column_of(row, reason) for row in rows[1:] if "a" * 70 not in row}
    assert columns == {rows[0].index("reason")}
    assert rows[1].endswith(f"{'a' * 70}.md  {reason}")


def column_of(row: str, text: str) -> int:
    """The column of a terminal at which a text begins."""
    before = row[: row.index(text)]
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in before)
    return len(before) + wide - sum(bool(unicodedata.combining(each)) for each in before)


def test_json(report: Report, results: dict[str, Any], repository: Path) -> None:
    text = report("json").decode()
    check_log(text)
    schema = json.loads((repository / "docs/results.schema.json").read_text())
    Draft202012Validator(schema).validate(results)
    identities = "\n".join(item["subject"]["id"] + item["subject"]["name"] for item in results["findings"])
    assert PAYLOADS["NUL"] in identities
    assert PAYLOADS["old GitHub command anywhere"] in identities


def test_sarif_paths_are_those_on_disk(report: Report, tree: Path) -> None:
    text = report("sarif").decode()
    check_log(text)
    uris = set(uris_of(json.loads(text)))
    assert [uri for uri in uris if not re.fullmatch(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+", uri)] == []
    assert {unquote_to_bytes(uri) for uri in uris} >= {
        os.fsencode(name + ending) for name in NAMES.values() for ending in ("", ".yaml", ".json")
    }
    assert {unquote_to_bytes(uri) for uri in uris} <= set(os.listdir(os.fsencode(tree)))


def uris_of(value: Any) -> Iterator[str]:
    """The addresses of all files in a SARIF log."""
    if isinstance(value, dict):
        if value.get("uriBaseId"):
            yield value["uri"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from uris_of(item)


def test_sarif_messages_hold_no_link_or_placeholder_of_others(report: Report) -> None:
    (run,) = json.loads(report("sarif"))["runs"]
    said = run["results"] + run["invocations"][0]["toolExecutionNotifications"]
    assert len(said) > len(PAYLOADS)
    for item in said:
        text = item["message"]["text"]
        known = {str(place["id"]) for place in item.get("relatedLocations", [])}
        assert set(re.findall(r"\]\(([^)]*)\)", text)) <= known
        assert re.search(r"\{\d+\}", text.replace("{{", "").replace("}}", "")) is None
        assert [each for each in text if unicodedata.category(each) in INVISIBLE] == []


@pytest.mark.parametrize("form", output_formats.TEXTS)
def test_on_standard_output_as_in_a_file(form: str, tree: Path, tmp_path: Path) -> None:
    few = ("pod-0.json", "spec-0.json", "swarm-0.md", NAMES["long and wide"])
    done = assay(tree, "scan", *few, "--output", form, "--output", output_formats.asked(form, tmp_path))
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout == (tmp_path / form).read_bytes()


HOSTILE = "x\x1b[2J\u202e\udcff\r\n::error::forged\n##[error]forged"


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", HOSTILE],
        ["scan", "--output", HOSTILE],
        ["scan", "--output", f"json=no/{HOSTILE}"],
        ["evidence", "build", "--framework", "soc2", "--out", f"pod.yaml/{HOSTILE}"],
        ["evidence", "verify", HOSTILE],
        ["scan", "--framework", HOSTILE],
        ["scan", "--profile", HOSTILE],
        ["scan", "--rules", HOSTILE],
        ["scan", "--kubernetes-version", HOSTILE],
        ["scan", "--git-revision", HOSTILE],
        ["scan", f"--{HOSTILE}"],
        ["rules", "show", HOSTILE],
        ["rules", "new", HOSTILE],
        ["rules", "test", HOSTILE],
        ["frameworks", "show", HOSTILE],
        ["frameworks", "show", f"soc2/{HOSTILE}"],
        [HOSTILE],
    ],
    ids=lambda arguments: " ".join(arguments).replace(HOSTILE, "HOSTILE"),
)
def test_errors_repeat_arguments_as_text(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "pod.yaml").touch()
    done = assay(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    check_log(done.stderr.decode())
    assert len(done.stderr.splitlines()) <= 2


def test_a_fault_of_ours_repeats_its_cause_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(HOSTILE)

    monkeypatch.setattr("scanner.sources.scope", broken)
    done = assay(tmp_path, "scan")
    assert done.returncode == 5
    check_log(done.stderr.decode())


@pytest.mark.parametrize("name", output_formats.ALL)
def test_no_format_hides_a_character_or_is_obeyed(name: str, written: Path) -> None:
    (text,) = output_formats.texts_below(written / name).values()
    output_formats.check_inert(reports.find(name).media_type, text)


@pytest.mark.parametrize("form", output_formats.TEXTS)
def test_a_log_of_another_encoding_ends_nothing(tree: Path, form: str) -> None:
    names = ("pod-0.json", "spec-0.json", "swarm-0.md", NAMES["long and wide"])
    done = assay(tree, "scan", *names, "--output", form, encoding="ascii")
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_long_word_takes_no_square_of_time(tmp_path: Path) -> None:
    """What looks for credentials once took minutes for each of its messages."""
    (tmp_path / "pod.json").write_text(pod("password" * 2_000 + "eyJ" * 2_000))
    assert assay(tmp_path, "scan", "--output", "html").returncode == 1


def test_a_file_named_dash_is_not_standard_input(tmp_path: Path) -> None:
    (tmp_path / "-").write_text(pod("file"))
    done = assay_in_bytes("scan", "-", ".", "--output", "json", cwd=tmp_path, stdin=pod("stream").encode())
    found = json.loads(done.stdout)
    assert {item["path"]: item["status"] for item in found["inputs"]} == {"-": "assessed", "./-": "assessed"}
    places = {item["location"]["path"] for item in found["findings"] if "file" in item["subject"]["name"]}
    assert places == {"./-"}


def test_names_in_a_commit_are_those_on_disk(tmp_path: Path) -> None:
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in NAMES.values():
        lay_out_name(folder, name)
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    for command in (("init", "--quiet"), ("add", "--all", "."), ("commit", "--quiet", "--message", "one")):
        subprocess.run([*git, *command], cwd=folder, check=True, capture_output=True)
    disk, commit = (
        json.loads(assay(folder, "scan", "--output", "json", *chosen).stdout)
        for chosen in (("--exclude", ".git"), ("--git-revision", "HEAD"))
    )
    assert [item for item in disk["inputs"] if item["path"] != ".git/"] == commit["inputs"]
    assert disk["findings"] == commit["findings"]


def on_a_terminal(folder: Path, *arguments: str) -> str:
    """What a command shows on a terminal."""
    reader, writer = os.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    shown = b""
    with subprocess.Popen([sys.executable, "-m", "scanner", *arguments], cwd=folder, stdout=writer, env=environment):
        os.close(writer)
        while part := read_some(reader):
            shown += part
    os.close(reader)
    return shown.decode().replace("\r\n", "\n")


def read_some(reader: int) -> bytes:
    try:
        return os.read(reader, 1 << 20)
    except OSError:  # the other side is closed
        return b""
