"""The documentation site as `make docs` built it: what a reader and the search find, and what no page may load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from scanner.model import RuleInfo
from tests import shipped
from tests.browser import browser, missing, tool
from tests.conftest import REPOSITORY
from tests.site_pages import by_hand, generated, parsed

SITE = REPOSITORY / "build" / "site"
VOID = {"br", "hr", "img", "input", "link", "meta", "source"}
COUNTED = {"h2", "h3", "li", "ol", "pre", "table", "td", "ul"}
RULES = [file.rule.info for file in shipped.rule_files()]
ESCALATION = next(rule for rule in RULES if "CKV_K8S_20" in rule.same_as)
PRIVILEGED = next(rule for rule in RULES if "CKV_K8S_16" in rule.same_as)
RENAMED = next(rule for rule in RULES if rule.formerly)


def address_of(rule: RuleInfo) -> str:
    return f"rules/{rule.id.replace('.', '/')}.html"


SEARCHES = [
    ("CKV_K8S_20", address_of(ESCALATION)),
    (PRIVILEGED.id, address_of(PRIVILEGED)),
    ("kube-linter:privileged-container", address_of(PRIVILEGED)),
    ("PSS-B-Privileged", address_of(PRIVILEGED)),
    (RENAMED.formerly[0], address_of(RENAMED)),
    ("CC6.1", "frameworks/soc2-2017.html"),
    ("workload-least-privilege", "objectives/workload-least-privilege.html"),
]


class Page(HTMLParser):
    """The article of a page: its text, its code blocks, its links, and how often each element stands in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.counts = dict.fromkeys(COUNTED, 0)
        self.words: list[str] = []
        self.blocks: list[str] = []
        self.links: set[str] = set()
        self.loaded: list[str] = []
        self.feed(text)
        self.text = " ".join("".join(self.words).split())

    @property
    def inside(self) -> bool:
        return "article" in self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        stated = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.open.append(tag)
        if tag in {"script", "img", "iframe", "source"} or (tag == "link" and stated.get("rel") != "canonical"):
            self.loaded.append(stated.get("src", stated.get("href", "")))
        if self.inside and tag in COUNTED:
            self.counts[tag] += 1
        if tag == "pre":
            self.blocks.append("")
        if self.inside and tag == "a":
            self.links.add(stated.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        while tag in self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.words.append(data)
            if "pre" in self.open:
                self.blocks[-1] += data


@pytest.fixture(scope="module")
def site() -> Path:
    """The folder of the site."""
    if not (SITE / "index.html").is_file():
        missing("there is no build/site: run `make docs`")
    return SITE


def read(site: Path, path: str) -> Page:
    return Page((site / path).with_suffix(".html").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 500
    loaded = {address for path in pages for address in Page(path.read_text(encoding="utf-8")).loaded}
    assert {"./site.css", "../site.css"} <= loaded
    assert not [address for address in loaded if re.match(r"(?i)(?:[a-z]+:)?//", address)]
    for path in site.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", path.read_text(encoding="utf-8")), path


@pytest.mark.slow
def test_the_site_is_of_these_pages(site: Path) -> None:
    pages = {path.relative_to(site).with_suffix(".md").as_posix() for path in site.rglob("*.html")}
    assert pages - {"404.md"} == {path for path in {**generated(), **by_hand()} if path.endswith(".md")}
    assert all((site / path).is_file() for path in by_hand() if not path.endswith(".md"))


@pytest.mark.slow
def test_a_rule_is_shown_in_its_own_words(site: Path) -> None:
    for file in shipped.rule_files():
        info = file.rule.info
        page = read(site, f"rules/{info.id.replace('.', '/')}")
        for words in (info.id, info.title, info.why, info.remediation, info.limits, *info.same_as, *info.references):
            assert " ".join(words.replace("`", "").split()) in page.text, info.id
        blocks = [block.strip("\n") for block in page.blocks]
        assert file.data.value["require"].strip() in blocks, info.id
        texts = [example["text"].strip("\n") for example in file.data.value["examples"] if "text" in example]
        assert [text for text in texts if text.rstrip() not in map(str.rstrip, blocks)] == [], info.id


@pytest.mark.slow
def test_pages_have_the_parts_that_a_code_host_shows(site: Path) -> None:
    """Python-Markdown asks for more blank lines and deeper indents than others; without them a list is a paragraph."""
    for path, text in by_hand().items():
        if path.endswith(".md"):
            tags = [token.tag for token in parsed(text) if token.nesting >= 0]
            kinds = ["pre" if token.type == "fence" else "" for token in parsed(text)]
            expected = {tag: tags.count(tag) + kinds.count(tag) for tag in COUNTED}
            assert read(site, path).counts == expected, path


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Start one browser for the module."""
    with browser() as started:
        yield started


@pytest.mark.chromium
def test_the_search_finds_rules_controls_and_objectives(chromium: Any, address: str) -> None:
    heard: list[str] = []
    expect = tool("playwright.sync_api").expect
    page = chromium.new_page()
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("requestfinished", lambda request: heard.append(request.url.removeprefix(address)))
    page.on("requestfailed", lambda request: heard.append(request.url))
    page.goto(address + "index.html", wait_until="networkidle")
    for words, found in SEARCHES:
        page.keyboard.press("Control+k")
        page.locator("input:visible").fill(words)
        expect(page.locator(f"a[href*='{found}?']").first).to_be_visible(timeout=30_000)
        page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.locator("input:visible").fill("CKV_K8S_20")
    page.locator(f"a[href*='{address_of(ESCALATION)}?']").first.click()
    expect(page.locator("h1")).to_contain_text(ESCALATION.title)
    assert not [line for line in heard if ":" in line]


@pytest.mark.chromium
def test_a_framework_shows_its_controls_and_leads_to_rules(chromium: Any, address: str) -> None:
    expect = tool("playwright.sync_api").expect
    page = chromium.new_page()
    page.goto(address + "frameworks/soc2-2017.html#cc6.1")
    expect(page.locator("[id='cc6.1']")).to_be_in_viewport()
    assert page.locator("h3").count() > 30
    page.locator(f"a[href$='{address_of(PRIVILEGED)}']").first.click()
    expect(page.locator("h1")).to_contain_text(PRIVILEGED.title)
    page.locator("a[href$='soc2-2017.html#cc6.1']").first.click()
    expect(page.locator("[id='cc6.1']")).to_be_in_viewport()


@pytest.mark.chromium
@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        "rules/index.html",
        "rules/kubernetes/index.html",
        address_of(PRIVILEGED),
        "rules/peers.html",
        "frameworks/index.html",
        "frameworks/soc2-2017.html",
        "objectives/index.html",
        "commands/scan.html",
        "formats/index.html",
        "guides/subjects.html",
    ],
)
def test_a_page_fits_a_phone(chromium: Any, address: str, path: str) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
