"""The HTML report in a browser: filters, links, access, paper, and no way in for what was scanned."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from msgspec.structs import replace

from scanner.baseline import BaselineState
from scanner.controls import ControlStatus
from scanner.finished_scan import Scan
from scanner.reports import html as report
from scanner.reports.html import findings as html_findings
from scanner.reports.html import inputs as html_inputs
from scanner.reports.html.anchors import anchors_of
from tests.browser import browser, tool
from tests.payloads import NAMES, PAYLOADS, lay_out
from tests.sample import sample_scan
from tests.sample_whole import whole_scan
from tests.test_report_html import many, poison

pytestmark = pytest.mark.chromium
Open: TypeAlias = Callable[..., Any]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Start one browser for the module."""
    with browser() as started:
        yield started


@pytest.fixture
def show(chromium: Any, tmp_path: Path) -> Iterator[Open]:
    """Open a report and, at the end, insist that it was quiet: no message, error, dialog or request."""
    heard: list[str] = []
    contexts: list[Any] = []

    def refuse(dialog: Any) -> None:
        heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def listen(page: Any, own: str) -> None:
        page.on("console", lambda message: heard.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: heard.append(f"error: {error}"))
        page.on("dialog", refuse)
        page.on("requestfinished", lambda request: heard.append(request.url.partition("#")[0].removeprefix(own)))

    def opened(scan: Scan | None = None, *, hash_: str = "", text: str = "", quiet: bool = True, **options: Any) -> Any:
        file = tmp_path / f"report-{len(contexts)}.html"
        file.write_text(text or report.render(scan or sample_scan()), encoding="utf-8")
        contexts.append(chromium.new_context(**options))
        page = contexts[-1].new_page()
        if quiet:
            listen(page, file.as_uri())
        page.goto(file.as_uri() + hash_)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [line for line in heard if line] == []


def shown(page: Any) -> set[str]:
    """Return the messages of the findings that the filters leave."""
    left = page.locator(".findings > li:not([hidden]) > .finding > summary > span")
    return set(left.all_text_contents())


def told(page: Any, place: str, start: str) -> None:
    """Wait until a live region begins with a text."""
    tool("playwright.sync_api").expect(page.locator(place)).to_have_text(re.compile(f"^{start}"))


def narrowed(page: Any, count: int) -> set[str]:
    """Wait until the live region tells a count of findings, and return what is shown."""
    told(page, "#shown", f"{count} findings? of")
    return shown(page)


def test_filters_work_alone_together_and_cleared(show: Open) -> None:
    scan, page = sample_scan(), show()
    everything = shown(page)
    assert everything == {finding.message for finding in scan.findings}
    high = {finding.message for finding in scan.findings if finding.severity == "high" and finding.outcome == "fail"}
    page.get_by_role("checkbox", name="High").check()
    assert narrowed(page, len(high)) == high
    page.get_by_role("checkbox", name="Unknown").check()
    unknown = {finding.message for finding in scan.findings if finding.outcome == "unknown"}
    assert narrowed(page, len(high | unknown)) == high | unknown
    page.get_by_label("Text").fill("FLOW  plain")
    assert len(narrowed(page, 1)) == 1
    assert "show=high&show=unknown&text=FLOW" in page.evaluate("location.hash")
    page.get_by_role("button", name="Clear").first.click()
    told(page, "#shown", f"{len(everything)} findings of")
    assert (shown(page), page.evaluate("location.hash")) == (everything, "")


def lists(page: Any) -> list[str]:
    """Every list of findings as markup, without the space between elements."""
    texts = page.evaluate("[...document.querySelectorAll('.findings')].map((list) => list.innerHTML)")
    return [re.sub(r"\s+(?=<)|(?<=>)\s+", "", re.sub(r"\s+", " ", text)) for text in texts]


def test_the_script_writes_a_finding_as_the_template_does(show: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = whole_scan()
    first, *others = scan.findings
    scan = replace(
        scan, findings=(replace(first, baseline_state=BaselineState.NEW, cause="Service a deleted"), *others)
    )
    standing = show(scan)
    monkeypatch.setattr(html_findings, "LISTED", 0)
    packed = show(scan)
    packed.get_by_role("button", name="Open all").click()
    tool("playwright.sync_api").expect(packed.locator(".findings > li")).to_have_count(len(scan.findings))
    assert lists(packed) == lists(standing)


def test_many_findings_come_in_batches_and_are_found_by_text_and_address(show: Open) -> None:
    scan = many(1000)
    page = show(scan)
    expect = tool("playwright.sync_api").expect
    rule = page.locator("[id='rule-kubernetes.image-pinned']")
    first = rule.locator(".findings > li")
    expect(first).to_have_count(100)
    rule.get_by_role("button", name="Show 100 more").click()
    expect(first).to_have_count(200)
    expect(rule.locator("> .more")).to_contain_text("200 of 1,000 shown")
    page.get_by_label("Text").fill("no digest (987)")
    assert len(narrowed(page, 1)) == 1
    last = [
        name for name, item in zip(anchors_of(scan.findings), scan.findings, strict=True) if "(998)" in item.message
    ]
    page = show(scan, hash_=f"#{last[0]}")
    assert page.locator(f"#{last[0]} > summary").is_visible()


def test_many_inputs_come_in_batches(show: Open) -> None:
    scan = sample_scan()
    more = tuple(replace(scan.inputs[0], path=f"a/{number:04}.yaml") for number in range(500))
    page = show(replace(scan, inputs=(*more, *scan.inputs)))
    rows = page.locator("#inputs tbody tr")
    expect = tool("playwright.sync_api").expect
    expect(rows).to_have_count(html_inputs.LISTED)
    for number in (1, 2, 3):
        page.locator("#inputs .more button").click()
        expect(rows).to_have_count(min(html_inputs.LISTED + 100 * number, 504))
    assert page.locator("#inputs .more").is_hidden()
    assert set(page.locator("#inputs th code").all_text_contents()) >= {item.path for item in more}
    page.get_by_role("searchbox", name="Inputs").fill("0499.yaml assessed")
    expect(rows).to_have_count(1)
    page.get_by_role("searchbox", name="Inputs").fill("UNREADABLE")
    expect(rows.first).to_contain_text("deploy/broken.yaml")
    expect(rows).to_have_count(1)
    page.get_by_role("searchbox", name="Inputs").fill("")
    expect(rows).to_have_count(html_inputs.LISTED)


def test_filters_by_framework_and_kind_survive_a_reload(show: Open) -> None:
    scan, page = sample_scan(), show()
    page.get_by_label("Subject").select_option("architecture.flow")
    narrowed(page, 1)
    page.get_by_label("Subject").select_option("")
    page.get_by_label("Framework").select_option("soc2-2017")
    bear = {rule for rule, links in scan.links.items() if any(link.framework == "soc2" for link in links)}
    expected = {finding.message for finding in scan.findings if finding.rule in bear}
    assert narrowed(page, len(expected)) == expected
    page.reload()
    assert narrowed(page, len(expected)) == expected


def test_a_control_opens_and_leads_to_its_findings(show: Open) -> None:
    page = show(hash_="#show=pass")
    narrowed(page, 1)
    page.get_by_role("checkbox", name="Not satisfied").check()
    told(page, "#sifted", "5 controls")
    assert page.locator(".matrix tr[data-status]:visible").count() == 5
    control = page.locator("[id='control-cis-kubernetes-2.0.1-5.2.2']")
    control.locator("summary").focus()
    page.keyboard.press("Enter")
    link = control.locator("dl a[href^='#finding-']")
    name = link.get_attribute("href")[1:]
    link.click()
    page.locator(f"#{name} pre mark").wait_for(state="visible", timeout=5000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(show: Open, scheme: str) -> None:
    axe = tool("axe_playwright_python.sync_playwright")
    page = show(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    found = axe.Axe().run(page).response["violations"]
    assert [
        (item["id"], item["nodes"][0]["html"], item["nodes"][0]["failureSummary"])
        for item in found
        if item["impact"] in ("serious", "critical")
    ] == []


def test_everything_can_be_read_without_script_and_on_paper(show: Open) -> None:
    scan, page = sample_scan(), show(java_script_enabled=False)
    assert page.locator("form:visible, button:visible").count() == 0
    page.emulate_media(media="print")
    for finding in scan.findings:
        assert page.locator(f"#finding-{finding.fingerprint[:12]} > .about").is_visible()
    page.emulate_media(media="screen")
    assert page.locator(".finding > summary:visible").count() == len(scan.findings)
    assert page.locator(".control > summary:visible").count() == len(scan.assessments)
    while page.locator("details:not([open]) > summary:visible").count():
        page.locator("details:not([open]) > summary:visible").first.click()
    for status in ControlStatus:
        assert page.locator(f"tr[data-status={status}] dl").first.is_visible()


def test_a_framework_is_printed_as_a_document_of_its_own(show: Open) -> None:
    page = show()
    page.evaluate("window.print = () => {}")
    sheet = page.locator("[id='framework-soc2-2017']")
    sheet.get_by_role("button", name="Print this framework").click()
    page.emulate_media(media="print")
    for place in (".head .statement", "#framework-soc2-2017 .own", "#reading"):
        assert page.locator(place).is_visible()
    assert page.locator("[id='control-soc2-2017-CC6.7'] dl").is_visible()
    for place in ("#summary", "#findings", "#inputs", "[id='framework-cis-kubernetes-2.0.1']"):
        assert page.locator(place).is_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#findings").is_visible()


def test_hostile_text_does_nothing(show: Open) -> None:
    page = show(poison(sample_scan()))
    assert page.title() == "Assay scan report: Incomplete"
    assert page.locator("img, iframe, base, [onerror], [onload], [onfocus]").count() == 0
    assert "{{7*7}}" in page.locator(".rule h4").first.inner_text()
    page.get_by_label("Text").fill("<script>")
    narrowed(page, len(sample_scan().findings))


def test_hostile_files_and_resources_are_shown_as_they_are(show: Open, tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    folder.mkdir()
    lay_out(folder)
    command = [sys.executable, "-m", "scanner", "scan", "--profile", "opinion", "--no-cache", "--output", "html"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    page = show(text=done.stdout.decode())
    assert page.title() == "Assay scan report: Incomplete"
    assert (
        page.locator(
            "img, iframe, base, animate, script:not(head > script, #data), [onerror], [onload], [onfocus]"
        ).count()
        == 0
    )
    assert page.locator("a[href]:not([href^='#']):not([href^='https://'])").count() == 0
    page.get_by_role("button", name="Open all").click()
    while page.locator(".more button:visible").count():
        page.locator(".more button:visible").first.click()
    text = page.locator("body").text_content()
    known = {what: payload for what, payload in PAYLOADS.items() if what != "lone surrogates"}
    assert [what for what, payload in known.items() if seen(payload) not in text] == []
    paths = set(page.locator("#inputs th code").all_text_contents())
    names = {seen("./-" if name == "-" else name) for name in NAMES.values()}
    assert names - paths == set()
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def seen(payload: str) -> str:
    """A payload as the report shows it, with what cannot be seen spelled out."""
    return "".join(
        f"⟨U+{ord(each):04X}⟩"
        if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and each != "\t"
        else each
        for each in payload
    )


def test_the_policy_stops_what_is_injected(show: Open) -> None:
    attack = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    page = show(text=report.render(sample_scan()).replace("<main>", "<main>" + attack), quiet=False)
    page.get_by_role("checkbox", name="Critical").check()
    narrowed(page, 1)
    assert page.title() == "Assay scan report: Incomplete"


def test_the_theme_is_chosen_and_kept_and_a_phone_needs_no_sideways_scrolling(show: Open) -> None:
    page = show(color_scheme="light", viewport={"width": 380, "height": 800})
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Theme: system").click()
    page.get_by_role("button", name="Theme: light").click()
    assert page.evaluate(paper) != light
    page.reload()
    page.get_by_role("button", name="Theme: dark").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
