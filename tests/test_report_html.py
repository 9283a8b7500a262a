"""The HTML report: complete and inert as text, and usable in a browser."""

from __future__ import annotations

import os
import re
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from hashlib import sha256
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from scanner.model import ControlStatus, Scan, Verdict
from scanner.reports import html as report
from tests.sample import SECRET, sample_scan

in_browser = pytest.mark.chromium
Open: TypeAlias = Callable[..., Any]

PAYLOAD = "".join(
    (
        "<script>document.title='owned'</script>",
        "\"><img src=x onerror=alert(1)><svg onload=alert(1)>' autofocus onfocus=alert(1) x='",
        "</script><script>alert(2)</script></style></title><base href=https://evil.example/>",
        "<meta http-equiv=refresh content=0;url=https://evil.example/><iframe src=https://evil.example></iframe>",
        "<!-- ]]> {{7*7}} {% raw %} ${7*7} &lt;b&gt; javascript:alert(3)//",
        "\u202edesrever\u202c \u200b \x00\x07\x1b[31m\x9b \ud800 \U000e0041",
    )
)
STEADY = {"framework", "edition", "measure", "fingerprint"}


class Page(HTMLParser):
    """The tags and attributes of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data

    def values(self, name: str) -> list[str]:
        """Return what an attribute holds, wherever it stands."""
        return [value for _, other, value in self.attributes if other == name]


def poison(value: Any, payload: str = PAYLOAD) -> Any:
    """Return a value with the payload before every text in it."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return payload + value
    if isinstance(value, tuple):
        return tuple(poison(item, payload) for item in value)
    if isinstance(value, dict):
        return {poison(key, payload): poison(item, payload) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value) if field.name not in STEADY]
        return replace(value, **{name: poison(getattr(value, name), payload) for name in names})
    return value


def test_it_is_the_same_every_time() -> None:
    assert report.render(sample_scan()) == report.render(sample_scan())


def test_every_finding_control_and_input_is_there() -> None:
    scan = sample_scan()
    page = Page(report.render(scan))
    names = page.values("id")
    assert {f"finding-{finding.fingerprint[:12]}" for finding in scan.findings} <= set(names)
    assert {report._slug("control", c.framework, c.edition, c.control) for c in scan.assessments} <= set(names)
    assert len(names) == len(set(names))
    told = [finding.message for finding in scan.findings] + [item.path for item in scan.inputs]
    told += [item.reason for item in scan.inputs] + [item.title for item in scan.assessments]
    told += [link.rationale for links in scan.links.values() for link in links]
    assert [text for text in told if text not in page.text] == []
    assert set(page.values("title")) == {item.sha256 for item in scan.inputs}
    assert {value[1:] for value in page.values("href") if value.startswith("#")} <= set(names)


def test_the_masthead_says_what_was_scanned_and_what_it_is_worth() -> None:
    scan = sample_scan()
    text = " ".join(Page(report.render(scan)).text.split())
    assert "A static scan supports or contradicts controls; it does not establish compliance." in text
    assert "Exit code 4: some input or rule could not be assessed." in text
    assert f"assay {' '.join(scan.run.arguments)}" in text
    for fact in (scan.run.started, scan.run.pack_digest, scan.run.git_commit, scan.verdict.reason, "Unsigned"):
        assert fact in text


def test_figures_stand_side_by_side_and_only_where_they_may() -> None:
    text = " ".join(Page(report.render(sample_scan())).text.split())
    assert (
        "3 of 4 controls have evidence from these files (75 %); nothing speaks against 1 of those 3 (33 %); "
        "0 need manual evidence." in text
    )
    assert "2 findings bear on 2 of 2 entries. A list of risk categories is not a set of requirements" in text


@pytest.mark.parametrize(
    ("share", "words"), [(0.0, "0 %"), (0.001, "1 %"), (34 / 280, "12 %"), (0.999, "99 %"), (1.0, "100 %")]
)
def test_a_percentage_never_rounds_to_all_or_nothing(share: float, words: str) -> None:
    assert report._percent(share) == words


def test_an_empty_scan_is_told_as_such() -> None:
    nothing = {"inputs": (), "findings": (), "rules": {}, "links": {}, "assessments": (), "frameworks": ()}
    scan = replace(sample_scan(), **nothing, outcomes={}, texts={}, verdict=Verdict(3, "nothing to assess"))
    page = Page(report.render(scan))
    assert "No finding is listed." in page.text
    assert "Not everything could be assessed" not in page.text


def test_findings_of_one_fingerprint_keep_apart() -> None:
    scan = sample_scan()
    scan = replace(scan, findings=scan.findings + scan.findings[:1])
    names = Page(report.render(scan)).values("id")
    first = f"finding-{scan.findings[0].fingerprint[:12]}"
    assert {first, f"{first}-2"} <= set(names)


def test_many_findings_show_the_source_of_the_first_ones_only(monkeypatch: pytest.MonkeyPatch) -> None:
    scan = sample_scan()
    whole = report.render(scan)
    monkeypatch.setattr(report, "EXCERPTS", len(scan.findings))
    doubled = report.render(replace(scan, findings=scan.findings * 2))
    assert doubled.count("<pre>") == whole.count("<pre>") > 0
    assert "source lines are shown only for the first ones of each rule" in doubled


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
    text.encode()
    page = Page(text)
    assert page.tags.count("script") == page.tags.count("style") == page.tags.count("title") == 1
    assert not {"img", "iframe", "base", "object", "embed"} & set(page.tags)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert all(value.startswith(("#", "https://", "data:,")) for value in page.values("href"))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b\U000e0041]", text)
    assert "⟨U+202E⟩" in text
    assert escape("{{7*7}} {% raw %}") in text


def test_a_secret_stays_out() -> None:
    assert SECRET not in report.render(sample_scan())


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Start one browser for the module, or skip with the reason."""
    program = os.environ.get("ASSAY_CHROMIUM") or shutil.which("chromium")
    if not program:
        pytest.skip("no chromium: set ASSAY_CHROMIUM or put `chromium` on PATH")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    quiet = ("background-networking", "component-update", "sync", "gpu")
    arguments = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def show(chromium: Any, tmp_path: Path) -> Iterator[Open]:
    """Open a report and, at the end, insist that it was quiet: no message, error, dialog or request."""
    heard: list[str] = []
    contexts = []

    def listen(page: Any, own: str) -> None:
        page.on("console", lambda message: heard.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: heard.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (heard.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("requestfinished", lambda request: request.url.partition("#")[0] == own or heard.append(request.url))

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
    assert heard == []


def shown(page: Any) -> set[str]:
    """Return the messages of the findings that the filters leave."""
    left = page.locator(".findings > li:not([hidden]) > .finding > summary > span")
    return set(left.all_text_contents())


def told(page: Any, place: str, start: str) -> None:
    """Wait until a live region begins with a text."""
    from playwright.sync_api import expect

    expect(page.locator(place)).to_have_text(re.compile(f"^{start}"))


def narrowed(page: Any, count: int) -> set[str]:
    """Wait until the live region tells a count of findings, and return what is shown."""
    told(page, "#shown", f"{count} findings? of")
    return shown(page)


@in_browser
def test_filters_work_alone_together_and_cleared(show: Open) -> None:
    scan, page = sample_scan(), show()
    everything = shown(page)
    assert everything == {finding.message for finding in scan.findings}
    high = {finding.message for finding in scan.findings if finding.severity == "high"}
    page.get_by_role("checkbox", name="High").check()
    assert narrowed(page, len(high)) == high
    page.get_by_role("checkbox", name="Fail").check()
    assert narrowed(page, 2) == {f.message for f in scan.findings if f.severity == "high" and f.outcome == "fail"}
    page.get_by_label("Text").fill("FLOW  plain")
    assert len(narrowed(page, 1)) == 1
    assert "severity=high&outcome=fail&text=FLOW" in page.evaluate("location.hash")
    page.get_by_role("button", name="Clear").first.click()
    told(page, "#shown", f"{len(everything)} findings of")
    assert (shown(page), page.evaluate("location.hash")) == (everything, "")


@in_browser
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


@in_browser
def test_a_control_opens_and_leads_to_its_findings(show: Open) -> None:
    page = show(hash_="#outcome=pass")
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


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(show: Open, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = show(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    found = axe.Axe().run(page).response["violations"]
    assert [
        (item["id"], item["nodes"][0]["html"], item["nodes"][0]["failureSummary"])
        for item in found
        if item["impact"] in ("serious", "critical")
    ] == []


@in_browser
def test_everything_can_be_read_without_script_and_on_paper(show: Open) -> None:
    scan, page = sample_scan(), show(java_script_enabled=False)
    assert page.locator("form:visible, #theme:visible").count() == 0
    page.emulate_media(media="print")
    for finding in scan.findings:
        assert page.locator(f"#finding-{finding.fingerprint[:12]} > p").is_visible()
    page.emulate_media(media="screen")
    assert page.locator(".finding > summary:visible").count() == len(scan.findings)
    assert page.locator(".control > summary:visible").count() == len(scan.assessments)
    while page.locator("details:not([open]) > summary:visible").count():
        page.locator("details:not([open]) > summary:visible").first.click()
    for status in ControlStatus:
        assert page.locator(f"tr[data-status={status}] dl").first.is_visible()


@in_browser
def test_hostile_text_does_nothing(show: Open) -> None:
    page = show(poison(sample_scan()))
    assert page.title() == "Assay scan report: Incomplete"
    assert page.locator("img, iframe, base, [onerror], [onload], [onfocus]").count() == 0
    assert "{{7*7}}" in page.locator("h4").first.inner_text()
    page.get_by_label("Text").fill("<script>")
    narrowed(page, len(sample_scan().findings))


@in_browser
def test_the_policy_stops_what_is_injected(show: Open) -> None:
    attack = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    page = show(text=report.render(sample_scan()).replace("<main>", "<main>" + attack), quiet=False)
    page.get_by_role("checkbox", name="Critical").check()
    narrowed(page, 1)
    assert page.title() == "Assay scan report: Incomplete"


@in_browser
def test_the_theme_is_chosen_and_kept_and_a_phone_needs_no_sideways_scrolling(show: Open) -> None:
    page = show(color_scheme="light", viewport={"width": 380, "height": 800})
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Theme: system").click()
    page.get_by_role("button", name="Theme: light").click()
    assert page.evaluate(paper) != light
    page.reload()
    assert page.get_by_role("button", name="Theme: dark").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
