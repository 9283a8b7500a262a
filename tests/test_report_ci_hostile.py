"""Names and values of anybody in the formats for CI services: they are shown, and change nothing but a text."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from msgspec.structs import replace

from scanner import configured, reports
from scanner.baseline import BaselineState
from scanner.finished_scan import Comparison, Scan
from scanner.loss import Loss
from scanner.model import Finding, Input, InputStatus, Outcome
from scanner.places import Location, Related
from scanner.reports.ci.markdown import code, prose
from scanner.reports.safe_text import safe
from tests import ci_readers, output_formats
from tests.payloads import PAYLOADS
from tests.sample import MANIFEST, fixed_scan

pytestmark = pytest.mark.slow

FORMATS = [name for name, module in reports.FORMATS.items() if ".ci." in module]
OURS = [
    *("::error::forged", "%0A::warning::x", "##vso[task.complete result=Succeeded]x", "a,file=b::c", "a;type=error]b"),
    *("@user", "see #1 and owner/repo#2", "GH-12", "!1 &2 %3 ~4", "www.evil.example", "http://evil.example"),
    *("mail@evil.example", "0123abc commit", "</code><img src=x>", "<!-- assay -->", "``` ` `` a", "`a``b`", "`a` `b`"),
    *("- [ ] x", "1. x", "# h", "> q", "---", "|a|b|\n|---|---|", "a\\", "\\`a", "$x$", ":smile:", "*a* _b_ ~~c~~"),
    *("=1+1", "a;=1", 'a";=1', "\t=1", "\uff1d1", "]]>", "&amp;", "\x00\ufffe\uffff", "\u202e", " ", "."),
]
TEXTS = some.one_of(
    some.sampled_from([*OURS, *(text for text in PAYLOADS.values() if len(text) < 1_000)]),
    some.text(some.sampled_from("`@#:%,;]|<>&'\"\\*_~=+-[]()!$ \n\rax1/.\u202e\ud800\udcff帳"), max_size=30),
    some.text(some.characters(exclude_categories=["Cn"]), max_size=30),
)


def hostile(text: str) -> Scan:
    """The sample with a text in every place that a repository, a rule or a configuration fills."""
    scan = fixed_scan()
    changed = configured.RuleChanges(off=(configured.SwitchedOff(f"x{text}", text, f"{text}:1"),))
    paths = {path: f"deploy/{number}{text}.yaml" for number, path in enumerate(scan.texts)}
    findings = tuple(_finding(finding, paths[finding.location.path], text) for finding in scan.findings)
    lost = (Loss(3, "unreadable", text), Loss(4, "embedded", text))
    rules = {
        name: replace(rule, title=f"t{text}", why=f"w{text}", remediation=f"r{text}")
        for name, rule in scan.rules.items()
    }
    return replace(
        scan,
        run=replace(scan.run, configuration=configured.Configuration(f"c{text}", "", named=True, rules=changed)),
        findings=findings,
        rules=rules,
        inputs=(
            Input(f"a{text}", "", 1, InputStatus.UNREADABLE, f"r{text}", 2),
            Input(f"b{text}", "", 1, InputStatus.NOT_ASSESSED, f"r{text}", 0, (text,)),
            Input(f"c{text}", "", 1, InputStatus.ASSESSED, losses=lost),
            Input(f"d{text}", "", 1, InputStatus.UNREADABLE, "r", accepted=f"k{text}"),
            Input(f"e{text}", "", 1, InputStatus.SKIPPED, text),
        ),
        comparison=Comparison(f"base{text}", "0" * 40, {BaselineState.NEW: 1}, notes=(f"n{text}",)),
        texts={paths[path]: lines for path, lines in scan.texts.items()},
    )


def _finding(finding: Finding, path: str, text: str) -> Finding:
    place = replace(finding.location, path=path)
    return replace(
        finding,
        location=place,
        message=f"m{text}",
        subject_id=f"s{text}",
        subject_name=f"n{text}",
        waiver=f"v{text}" if finding.outcome is Outcome.PASS else "",
        baseline_state=BaselineState.NEW,
        cause=f"z{text}",
        provide=f"p{text}" if finding.outcome is Outcome.UNKNOWN else "",
        related=(Related(Location(f"o{text}", 1, 1, 1, 2), f"q{text}"),),
    )


def structure(name: str, text: str) -> Any:
    """What a program makes of a report, without the texts in it."""
    match name:
        case "github" | "azure":
            commands, others = getattr(ci_readers, name)(text)
            return [(command.name, sorted(command.properties)) for command in commands], len(others)
        case "github-summary" | "comment":
            return [(token.type, token.level) for token in ci_readers.markdown(text)], text.startswith(ci_readers.MARK)
        case "junit":
            ci_readers.suites(text)
            return ci_readers.shape(ET.fromstring(text))
        case "csv":
            return [(row["record"], row["severity"], row["line"], row["fingerprint"]) for row in ci_readers.rows(text)]
        case _:
            return ci_readers.shape(json.loads(text))


PARAGRAPH: tuple[list[str], list[str]] = ([], ["paragraph_open", "paragraph_close"])


def rendered(name: str, scan: Scan) -> str:
    return "".join(reports.render(name, scan))


USUAL = {name: structure(name, rendered(name, hostile("word"))) for name in FORMATS}


@pytest.mark.hypothesis
@pytest.mark.parametrize("name", FORMATS)
@given(text=TEXTS)
def test_a_text_changes_no_structure(name: str, text: str) -> None:
    written = rendered(name, hostile(text))
    output_formats.check_inert(reports.find(name).media_type, written)
    assert structure(name, written) == USUAL[name]
    written.encode()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", [*OURS, *PAYLOADS.values()])
def test_a_payload_changes_no_structure(name: str, text: str) -> None:
    written = rendered(name, hostile(text))
    output_formats.check_inert(reports.find(name).media_type, written)
    assert structure(name, written) == USUAL[name]


@pytest.mark.parametrize("text", [text for text in (*OURS, *PAYLOADS.values()) if 0 < len(text) < 200])
def test_a_text_is_shown(text: str) -> None:
    """Each form says what the text is, so nobody takes one file for another."""
    scan, path = hostile(text), f"a{text}"
    (command, *_), _ = ci_readers.github(rendered("github", scan))
    assert command.properties["file"] == safe(path)
    (command, *_), _ = ci_readers.azure(rendered("azure", scan))
    assert command.properties["sourcepath"] == safe(path)
    rows = ci_readers.rows(rendered("csv", scan))
    apart = {row["path"].replace("'", "") for row in rows}  # one may be put before what looks like a formula
    assert safe(path).replace("'", "") in apart
    suites = ci_readers.suites(rendered("junit", scan))
    assert safe(path) in {case.attrib["name"] for case in suites.iter("testcase")}
    page = ci_readers.shown(ci_readers.markdown(rendered("comment", scan)))
    assert safe(f"{path}:2") in page
    assert json.loads(rendered("rdjson", scan))["diagnostics"][1]["location"]["path"] == named(path)


def named(path: str) -> str:
    """A path as JSON has it: bytes that are no UTF-8 are written out."""
    return "".join(map(_named, path))


def _named(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code < 0xDD00:
        return f"\\x{code - 0xDC00:02x}"
    return "\ufffd" if 0xD800 <= code < 0xE000 else character


@pytest.mark.hypothesis
@given(text=TEXTS)
@example("a `b``c` d")
@example("`a``b`")
@example("x`")
@example("`x")
@example("- x")
@example("1. x")
@example("---")
def test_prose_and_code_are_one_line_of_text(text: str) -> None:
    for written in (prose(text), code(text)):
        assert "\n" not in written
        assert [token.type for token in ci_readers.markdown(written) if token.level == 0] in PARAGRAPH
        tokens = ci_readers.markdown(f"- {written} end")
        assert [token.type for token in tokens if token.level == 2] == ["paragraph_open", "paragraph_close"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("container api runs privileged", "container api runs privileged"),
        ("Set `privileged: true` to false.", "Set `privileged: true` to false."),
        ("see kubernetes/shop: it, (too)", "see kubernetes/shop: it, (too)"),
        ("mail me@x.org @y now", "mail `me@x.org @y` now"),
        ("paths such as /tmp, its cache", "paths such as `/tmp,` its cache"),
        ("Set `a`@x", "Set `a` `@x`"),
        ("1. x", "`1. x`"),
        ("--- x", "`--- x`"),
        ("7 inputs", "7 inputs"),
        ("a `b``c` d", "a ```b``c``` d"),
        ("", ""),
        ("  two  blanks ", "two blanks"),
    ],
)
def test_words_stay_words_and_all_else_is_code(text: str, written: str) -> None:
    assert prose(text) == written


def test_a_long_text_is_cut_within_its_code_span() -> None:
    assert code("`" * 1_000, 10) == f"{'`' * 10} {'`' * 9}… {'`' * 10}"
    assert len(prose("word " * 1_000)) == 600


def test_the_manifest_of_the_sample_is_known_under_another_name() -> None:
    """Else no column would be tested with hostile names."""
    assert MANIFEST not in hostile("word").texts
    assert "column" in rendered("rdjson", hostile("::x"))
