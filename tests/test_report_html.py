"""The HTML report as text: complete, the same every time, and inert whatever was scanned."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from enum import Enum
from hashlib import sha256
from html import escape
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from scanner.finished_scan import Scan, Verdict
from scanner.model import InputStatus, Outcome
from scanner.places import Edit, Fix
from scanner.reports import figures
from scanner.reports import html as report
from scanner.reports.figures import percent
from scanner.reports.html import findings as html_findings
from scanner.reports.html import inputs as html_inputs
from scanner.reports.html.anchors import anchors_of, slug
from tests.output_formats import Page, check_page
from tests.sample import MANIFEST, SECRET, fixed_scan, sample_scan

PAYLOAD = (
    "<script>document.title='owned'</script>\"><img src=x onerror=alert(1)><svg onload=alert(1)>"
    "' autofocus onfocus=alert(1) x='</script><script>alert(2)</script></style></title><base href=https://evil.example>"
    "<meta http-equiv=refresh content=0;url=https://evil.example><iframe src=https://evil.example></iframe><!-- ]]> "
    "{{7*7}} {% raw %} &lt;b&gt; javascript:alert(3)//"
    "\u202edesrever\u202c \u200b \x00\x07\x1b[31m\x9b \ud800 \U000e0041"
)
STEADY = {"framework", "edition", "measure", "fingerprint", "asked"}


def poison(value: Any, payload: str = PAYLOAD) -> Any:
    """Return a value with the payload before every text in it."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return payload + value
    if isinstance(value, tuple):
        return tuple(poison(item, payload) for item in value)
    if isinstance(value, dict):
        return {poison(key, payload): poison(item, payload) for key, item in value.items()}
    if isinstance(value, Struct):
        names = [name for name in value.__struct_fields__ if name not in STEADY]
        return replace(value, **{name: poison(getattr(value, name), payload) for name in names})
    return value


def test_it_is_the_same_every_time() -> None:
    assert report.render(sample_scan()) == report.render(sample_scan())


def test_every_finding_control_and_input_is_there() -> None:
    scan = sample_scan()
    page = Page(report.render(scan))
    names = page.values("id")
    assert {f"finding-{finding.fingerprint[:12]}" for finding in scan.findings} <= set(names)
    assert {slug("control", c.framework, c.edition, c.control) for c in scan.assessments} <= set(names)
    assert len(names) == len(set(names))
    told = [finding.message for finding in scan.findings] + [item.path for item in scan.inputs]
    told += [item.reason for item in scan.inputs] + [item.title for item in scan.assessments]
    told += [item.reason for item in scan.assessments]
    told += [link.rationale for item in scan.assessments for link in item.links]
    assert [text for text in told if text not in page.text] == []
    assert {item.sha256 for item in scan.inputs} <= set(page.values("title"))
    assert {value[1:] for value in page.values("href") if value.startswith("#")} <= set(names)


def test_a_control_that_names_the_rule_says_so() -> None:
    scan, rule = sample_scan(), "kubernetes.container-not-privileged"
    direct = replace(scan.links[rule][0], objective="", rule=rule)
    scan = replace(
        scan,
        links=scan.links | {rule: (direct,)},
        assessments=tuple(replace(item, links=(direct,)) if rule in item.rules else item for item in scan.assessments),
    )
    text = " ".join(Page(report.render(scan)).text.split())
    assert "violates, high: 5.2.2" in text
    assert f"violates, high, by {rule}" in text


def test_a_control_tells_which_rules_were_not_run() -> None:
    scan = sample_scan()
    scan = replace(
        scan, assessments=tuple(replace(item, not_run=("kubernetes.left-out",)) for item in scan.assessments)
    )
    assert "kubernetes.left-out" in Page(report.render(scan)).text


def test_without_a_framework_asked_for_the_families_come_first_and_no_control_is_listed() -> None:
    scan = sample_scan()
    page = Page(report.render(replace(scan, run=replace(scan.run, all_frameworks=False))))
    assert not [name for name in page.values("id") if name.startswith("control-")]
    told = [" ".join(part.split()) for part in page.text.split("more framework", 1)]
    assert "SOC 2 Trust Services Criteria" in told[0]
    assert told[0].index("SOC 2 Trust") < told[0].index("OWASP Kubernetes Top Ten")
    assert "CIS Kubernetes Benchmark" in told[1]
    assert "--all-frameworks" in told[1]


def test_a_framework_that_was_asked_for_comes_before_the_families() -> None:
    scan = sample_scan()
    scan = replace(scan, run=replace(scan.run, asked=("cis-kubernetes@2.0.1",)))
    text = Page(report.render(scan)).text
    assert text.index("CIS Kubernetes Benchmark") < text.index("2 more frameworks") < text.index("SOC 2 Trust")
    assert "default, rules that are mapped to cis-kubernetes@2.0.1" in text


def test_the_masthead_says_what_was_scanned_and_what_it_is_worth() -> None:
    scan = sample_scan()
    text = " ".join(Page(report.render(scan)).text.split())
    assert "A static scan supports or contradicts controls; it does not establish compliance." in text
    assert "Exit code 4: some input or rule could not be assessed." in text
    assert f"assay {' '.join(scan.run.arguments)}" in text
    for fact in (
        scan.run.started,
        scan.run.pack_digest,
        scan.run.git_commit,
        scan.verdict.reason,
        "This page is not signed",
    ):
        assert fact in text


def test_figures_are_counts_and_a_percentage_only_where_files_can_show_all() -> None:
    text = " ".join(Page(report.render(sample_scan())).text.split())
    assert "Of 4 controls: 2 not satisfied, 1 without contradiction, 1 not applicable." in text
    assert "Satisfied: 1 of 3 controls that files can show in full (33%)." in text


@pytest.mark.parametrize(("share", "hundredths"), [(0.0, 0), (0.001, 1), (34 / 280, 12), (0.999, 99), (1.0, 100)])
def test_a_percentage_never_rounds_to_all_or_nothing(share: float, hundredths: int) -> None:
    assert percent(share) == hundredths


def test_an_empty_scan_is_told_as_such() -> None:
    scan = Scan(sample_scan().run, (), (), {}, {}, (), (), {}, Verdict(3, "nothing to assess"))
    page = Page(report.render(scan))
    assert "No finding is listed." in page.text
    assert "Not everything could be assessed" not in page.text


def test_an_error_beside_a_fail_of_its_rule_can_be_reached() -> None:
    scan = sample_scan()
    fail = next(finding for finding in scan.findings if finding.outcome == "fail")
    error = replace(fail, outcome=Outcome.ERROR, fingerprint="e" * 64)
    page = Page(report.render(replace(scan, findings=(fail, error))))
    assert f"#finding-{'e' * 12}" in page.values("href")
    assert {value[1:] for value in page.values("href") if value.startswith("#")} <= set(page.values("id"))


def test_findings_of_one_fingerprint_keep_apart() -> None:
    scan = sample_scan()
    scan = replace(scan, findings=scan.findings + scan.findings[:1])
    names = Page(report.render(scan)).values("id")
    first = f"finding-{scan.findings[0].fingerprint[:12]}"
    assert {first, f"{first}-2"} <= set(names)


def many(number: int) -> Scan:
    """The sample with so many copies of its findings."""
    scan = sample_scan()
    copies = [
        replace(each, fingerprint=f"{copy:06x}{each.fingerprint}", message=f"{each.message} ({copy})")
        for copy in range(number)
        for each in scan.findings
    ]
    return replace(scan, findings=tuple(copies))


def unpacked(text: str) -> dict[str, Any]:
    """What a page holds packed."""
    (block,) = re.findall(r'<script type="application/octet-stream" id="data">([\w+/=]+)</script>', text)
    found: dict[str, Any] = json.loads(zlib.decompress(b64decode(block)))
    return found


def test_a_page_with_few_findings_holds_nothing_packed() -> None:
    assert "octet-stream" not in report.render(sample_scan())


def test_of_many_findings_the_worst_stand_in_the_page_and_the_others_are_packed_and_counted() -> None:
    scan = many(100)
    page, data = report.render(scan), unpacked(report.render(scan))
    standing = [name for name in Page(page).values("id") if name.startswith("finding-")]
    assert len(standing) == html_findings.LISTED
    rows = [row for rows in data["rules"].values() for row in rows]
    names = {data["texts"][row[0]] for row in rows} | set(standing)
    assert names == set(anchors_of(scan.findings))
    text = " ".join(Page(page).text.split())
    assert f"{html_findings.LISTED} findings are shown in this page" in text
    assert "95 more findings of this rule (95 fail) can be shown by the script of this page" in text
    assert "--output json=results.json" in text


def test_a_page_of_ten_thousand_findings_can_be_carried() -> None:
    scan = many(1112)
    assert len(scan.findings) > 10_000
    assert len(report.render(scan)) < 3_000_000


def test_of_many_inputs_those_that_were_not_assessed_stand_in_the_page() -> None:
    scan = sample_scan()
    sound = next(item for item in scan.inputs if item.path == MANIFEST)
    copies = tuple(replace(sound, path=f"a/{number:04}.yaml") for number in range(html_inputs.LISTED))
    page = report.render(replace(scan, inputs=(*copies, *scan.inputs)))
    data = unpacked(page)
    assert {data["texts"][row[1]] for row in data["inputs"]} == {
        *(f"a/{number:04}.yaml" for number in range(html_inputs.LISTED - 2, html_inputs.LISTED)),
        *(item.path for item in scan.inputs if item.status is InputStatus.ASSESSED),
    }
    assert "4 more inputs can be shown by the script of this page" in " ".join(Page(page).text.split())


def test_packed_text_is_as_harmless_as_text_that_stands_in_the_page() -> None:
    scan = poison(many(100))
    text = json.dumps(unpacked(report.render(scan)), ensure_ascii=False)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b\U000e0041]", text)
    assert "⟨U+202E⟩" in text
    assert SECRET not in text


def test_the_filter_counts_what_the_summary_counts() -> None:
    scan = sample_scan()
    text = report.render(scan)
    offered = dict(re.findall(r'name="show" value="(\w+)">.*?<small>(\d+)</small>', text))
    failed = Counter(finding.severity for finding in scan.findings if finding.outcome is Outcome.FAIL)
    others = Counter(finding.outcome for finding in scan.findings if finding.outcome is not Outcome.FAIL)
    assert offered == {word: str(number) for word, number in (failed + others).items()}
    summary = text[text.index("<caption>Findings</caption>") : text.index("<caption>Evaluations of rules</caption>")]
    counted = dict(re.findall(r'class="(?:level|mark) (\w+)".*?<td class="number">(\d+)</td>', summary))
    assert {word: number for word, number in counted.items() if number != "0"} == offered


def test_a_bar_is_green_only_where_controls_are_satisfied() -> None:
    scan = sample_scan()
    page = report.render(scan)
    bars = re.findall(r'<svg class="bar".*?</svg>', page)
    assert len(bars) == 2 * len(scan.frameworks)
    shares = [dict(re.findall(r'<rect class="([\w-]+)" x="[\d.]+" width="([\d.]+)"', bar)) for bar in bars]
    own = {"cis-kubernetes": 100 / 3}
    for item, share in zip(figures.in_order(scan).first, shares, strict=False):
        assert float(share.get("satisfied", 0)) == pytest.approx(own.get(item.id, 0), abs=0.01)


def test_the_policy_admits_its_own_style_and_script_only() -> None:
    text = report.render(sample_scan())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    for tag in ("script", "style"):
        (body,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = b64encode(sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy.group(1)
    assert policy.group(1).startswith("default-src 'none';")
    assert not Page(text).values("style")


def test_hostile_text_stays_text() -> None:
    text = report.render(poison(sample_scan()))
    check_page(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b\U000e0041]", text)
    assert "⟨U+202E⟩" in text
    assert escape("{{7*7}} {% raw %}") in text


def test_a_secret_stays_out() -> None:
    assert SECRET not in report.render(sample_scan())


def test_a_fix_is_shown_as_a_change_that_needs_no_colour() -> None:
    page = report.render(fixed_scan())
    assert "Fix</b> remove securityContext.privileged; it may change the behaviour of the system, so review it" in page
    assert "<i>12</i>  " in page
    assert "<i>13</i><del>-             privileged: true</del>" in page
    assert "<ins>+             readOnlyRootFilesystem: true</ins>" in page


def test_a_change_beside_a_secret_is_told_in_words_only() -> None:
    scan = fixed_scan()
    secret = next(number for number, line in enumerate(scan.texts[MANIFEST], 1) if SECRET in line)
    fix = Fix(safe=True, words="set it", edits=(Edit(secret, 1, secret, 1, "x\n"),))
    findings = tuple(replace(item, fix=fix) if item.fix else item for item in scan.findings)
    page = report.render(replace(scan, findings=findings))
    assert "Fix</b> set it<" in page
    assert "<del>" not in page
    assert SECRET not in page


def test_a_place_that_is_not_edited_says_why() -> None:
    scan = fixed_scan()
    fix = Fix(safe=True, words="set it", why_not="the file is rendered by helm")
    findings = tuple(replace(item, fix=fix) if item.fix else item for item in scan.findings)
    assert "set it. Assay does not make this change: the file is rendered by helm" in report.render(
        replace(scan, findings=findings)
    )
