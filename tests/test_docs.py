"""The pages: as the data says, shown as they were meant, and every link leads somewhere."""

from __future__ import annotations

import subprocess
from pathlib import Path, PurePosixPath
from types import ModuleType
from urllib.parse import unquote, urlsplit

import click
import pytest
import yaml

from scanner import documents, library
from scanner.cli import assay as command_line
from scanner.frameworks import catalogue
from scanner.policy.rule import rule_paths
from scanner.rule_ids import RuleIds
from tests import shipped
from tests.command_line import assay
from tests.conftest import REPOSITORY
from tests.site_pages import DOCS, READER, anchors, by_hand, generated, inlines, links, loaded, module, parsed, shown

FRAMEWORKS = DOCS / "frameworks.md"
IN_GIT = (*REPOSITORY.glob("*.md"), *DOCS.glob("*.md"))
HOSTILE = (
    "<script>alert(1)</script> <!-- gone --> &amp; &lt; A & B <https://a.example>",
    "_emphasis_ *stars* **bold** snake_case __init__ ~~struck~~ back\\slash \\* a lone ` tick",
    "[a link](https://a.example) ![an image](b.png) [kubernetes.pod] [x]: y a|b|c",
    "- one + two # three > four = five 1. six 2) seven --- *** === " * 9,
    "# heading",
    "12. twelve",
    "- item",
    "> quote",
)


@pytest.mark.slow
def test_the_generator_writes_all_pages_into_a_new_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "pages"
    assert module("generate").main([str(folder)]) == 0
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert written == {*generated(), *by_hand(), "site.css"}
    plain = yaml.safe_load((tmp_path / "pages.yml").read_text(encoding="utf-8"))
    assert (plain["docs_dir"], plain["site_dir"]) == ("pages", "site")
    with pytest.raises(SystemExit, match="2"):
        module("generate").main([str(folder)])
    assert "is not empty" in capsys.readouterr().err


def test_no_page_that_data_gives_is_in_git() -> None:
    listed = subprocess.run(["git", "ls-files", "docs"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    names = [PurePosixPath(name).relative_to("docs") for name in listed.stdout.splitlines()]
    assert names
    assert not [
        str(name) for name in names if name.parts[0] != "images" and (len(name.parts) > 1 or str(name) in generated())
    ]


def test_every_page_by_hand_has_a_place_in_the_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    site_map, data = module("site_map"), loaded()
    monkeypatch.setattr(module("guides"), "by_hand", lambda: ["docs/of-yesterday.md"])
    with pytest.raises(ValueError, match=r"no place in its menu for guides/of-yesterday.md"):
        site_map.configuration(data, "pages")


def test_every_page_is_in_the_menu_and_no_list_is_too_long() -> None:
    plain = yaml.safe_load(module("site_map").configuration(loaded(), "pages"))
    pages, longest = leaves(plain["nav"])
    assert sorted(pages) == sorted(path for path in {**generated(), **by_hand()} if path.endswith(".md"))
    assert longest <= 60


def leaves(menu: object) -> tuple[list[str], int]:
    """The pages of a menu, and the length of its longest list."""
    if isinstance(menu, str):
        return [menu], 0
    inner = list(menu.values()) if isinstance(menu, dict) else list(menu) if isinstance(menu, list) else []
    found = [leaves(each) for each in inner]
    return [page for pages, _ in found for page in pages], max([len(inner), *(length for _, length in found)])


def test_a_link_that_leads_nowhere_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    guides = module("guides")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text("[Gone](gone.md#x), `[code](gone.md)`, [web](https://a.example)\n")
    monkeypatch.setattr(guides, "ROOT", tmp_path)
    with pytest.raises(ValueError, match=r"docs/page.md: gone.md#x leads to no file"):
        guides.pages(loaded())


def test_every_link_in_git_leads_to_a_file_or_heading() -> None:
    broken = []
    for path in IN_GIT:
        text = path.read_text(encoding="utf-8")
        for address in links(parsed(text)):
            if urlsplit(address).scheme:
                continue
            name, _, heading = unquote(address).partition("#")
            target = (path.parent / name).resolve() if name else path
            if not target.exists() or (heading and heading not in anchors(target.read_text(encoding="utf-8"))):
                broken.append(f"{path.relative_to(REPOSITORY)}: {address}")
    assert not broken


@pytest.mark.slow
def test_every_link_of_the_site_leads_to_a_page_or_heading() -> None:
    pages, broken = {**generated(), **by_hand()}, []
    for path, text in pages.items():
        for address in links(parsed(text)):
            if urlsplit(address).scheme:
                continue
            name, _, heading = unquote(address).partition("#")
            target = str(PurePosixPath("/", path).parent / name) if name else f"/{path}"
            target = str(Path(target).resolve()).removeprefix("/")
            if target not in pages or (heading and heading not in anchors(pages[target])):
                broken.append(f"{path}: {address}")
    assert not broken


def test_generated_pages_hold_no_html_but_their_own() -> None:
    wrong = []
    for path, text in generated().items():
        blocks = parsed(text)
        found = [token.content for token in blocks if token.type == "html_block" and path != "index.md"]
        for tokens in inlines(blocks):
            found += [
                token.content
                for token in tokens
                if token.type == "html_inline" and token.content not in {"<code>", "</code>", "<br>"}
            ]
        wrong += [f"{path}: {content}" for content in found]
    assert not wrong


@pytest.mark.slow
def test_a_rule_is_shown_in_its_own_words() -> None:
    for file in shipped.rule_files():
        info, plain = file.rule.info, file.data.value
        page = generated()[f"rules/{info.id.replace('.', '/')}.md"]
        paragraphs = [shown(tokens) for tokens in inlines(parsed(page))]
        for words in (info.title, info.why, info.remediation, info.limits):
            assert " ".join(words.replace("`", "").split()) in paragraphs, info.id
        codes = {token.content for tokens in inlines(parsed(page)) for token in tokens if token.type == "code_inline"}
        assert {info.id, info.subject, *info.same_as, *info.objectives, *info.formerly} <= codes
        assert set(info.references) <= set(links(parsed(page)))
        blocks = [token.content for token in parsed(page) if token.type == "fence"]
        assert f"{plain['require'].strip()}\n" in blocks, info.id
        for example in plain["examples"]:
            if "text" in example:
                assert f"{example['text'].rstrip()}\n" in blocks, info.id
            else:
                assert any(read(block) == example["input"] for block in blocks), info.id


def test_a_rule_links_to_every_control_that_it_bears_on() -> None:
    data = loaded()
    assert sum(map(len, data.reached.values())) > 1000
    for rule, found in data.reached.items():
        linked = set(links(parsed(generated()[f"rules/{rule.replace('.', '/')}.md"])))
        for link in found:
            target = data.targets[f"{link.framework}@{link.edition}/{link.control}"]
            assert f"{'../' * (rule.count('.') + 1)}{target}" in linked, rule


def test_a_framework_is_shown_in_its_own_words() -> None:
    for framework in catalogue.load(library.Cache()):
        page = generated()[module("data").framework_path(framework)]
        text = "\n".join(shown(tokens) for tokens in inlines(parsed(page)))
        for control in framework.controls:
            rationales = [bearing.rationale for bearing in control.objectives]
            for words in (control.id, control.title, control.parent, control.evidence, control.unmapped, *rationales):
                assert " ".join(words.replace("`", "").split()) in text, control.id
        for why in framework.reviewed.values():
            assert " ".join(why.replace("`", "").split()) in text, why


def test_every_rule_framework_and_objective_stands_in_its_list() -> None:
    rules = {str(path.relative_to(REPOSITORY).with_suffix(".md")) for path in rule_paths(REPOSITORY / "rules")}
    lists = {f"rules/{folder.name}/index.md" for folder in (REPOSITORY / "rules").iterdir() if folder.is_dir()}
    assert {path for path in generated() if path.startswith("rules/")} == {
        *rules,
        *lists,
        "rules/index.md",
        "rules/peers.md",
    }
    for index in (*lists, "frameworks/index.md", "objectives/index.md", "commands/index.md"):
        folder = index.removesuffix("index.md")
        linked = {f"{folder}{address}" for address in links(parsed(generated()[index]))}
        pages = {path for path in generated() if path.startswith(folder)}
        assert pages - linked == {index}


def test_a_command_is_shown_with_all_its_options() -> None:
    pages = {
        name: generated()[f"commands/{name}.md"] for name in command_line.list_commands(click.Context(command_line))
    }
    shown_options = 0
    for name, page in pages.items():
        group = command_line.get_command(click.Context(command_line), name)
        assert group is not None
        for inner, command in {"": group, **getattr(group, "commands", {})}.items():
            assert f"# assay {name} {inner}".rstrip() + "\n" in page
            for option in (each for each in command.params if isinstance(each, click.Option)):
                assert any(f"| {mark}{option.opts[0]}" in page for mark in ("`", "<code>")), (name, inner, option.opts)
                shown_options += 1
    assert shown_options > 50


def test_every_format_is_named() -> None:
    from scanner.cli import outputs
    from scanner.subjects import FORMATS
    from scanner.subjects.unread import UNREAD

    names = {form.name for form in FORMATS} | {form.name for form in UNREAD} | set(outputs.FORMATS)
    assert all(f"`{name}`" in generated()["formats/index.md"] for name in names)


def test_facts_stand_in_the_page_about_subjects() -> None:
    from scanner.facts import registry
    from scanner.subjects import KINDS

    page = by_hand()["guides/subjects.md"]
    assert "<!-- facts" not in page
    for kind in KINDS:
        facts = registry.of(kind)
        assert not facts or f"### Facts of `{kind}`\n" in page
        assert all(f"| `{name}` |" in page for name in facts)


@pytest.fixture(scope="module")
def markup() -> ModuleType:
    return module("markup")


@pytest.mark.parametrize("words", HOSTILE)
def test_prose_stays_prose(markup: ModuleType, words: str) -> None:
    plain = " ".join(words.split())
    in_paragraph = READER.parse(markup.paragraph(markup.prose(words)))
    assert [token.type for token in in_paragraph] == ["paragraph_open", "inline", "paragraph_close"]
    assert shown(in_paragraph[1].children or []) == plain
    in_table = READER.parse(markup.table(("a", "b"), [(markup.prose(words), markup.code(words))]))
    assert [shown(tokens) for tokens in inlines(in_table)] == ["a", "b", plain, plain]
    in_list = READER.parse(markup.items([markup.prose(words)]))
    assert [shown(tokens) for tokens in inlines(in_list)] == [plain]


def test_code_spans_in_prose_keep_their_meaning(markup: ModuleType) -> None:
    words = "Set `securityContext._private[*]` to `<none> | \\ - 1. x`. " * 5
    ((token, *others),) = (list(inlines(READER.parse(markup.paragraph(markup.prose(words))))),)
    assert not others
    spans = [part.content for part in token if part.type == "code_inline"]
    assert spans == ["securityContext._private[*]", "<none> | \\ - 1. x"] * 5


def read(text: str) -> object:
    """The one value of a YAML text, as Assay reads it; nothing where it is none."""
    parts = list(documents.read("block.yaml", text))
    return parts[0].root.value if len(parts) == 1 and isinstance(parts[0], documents.Document) else None


def test_the_example_of_a_framework_is_one(tmp_path: Path) -> None:
    (example,) = (
        token.content
        for token in parsed(FRAMEWORKS.read_text(encoding="utf-8"))
        if token.type == "fence" and token.content.startswith("id: ")
    )
    file = tmp_path / "acme.yaml"
    file.write_text(example, encoding="utf-8")
    rules = RuleIds.of(rule.rule.info for rule in shipped.rule_files())
    framework = catalogue.load(library.Cache(), [file], rules)[-1]
    assert (framework.id, len(framework.controls)) == ("acme", 5)
    assert {control.checkable for control in framework.controls} == {"full", "partial", "manual"}
    assert any(control.unmapped for control in framework.controls)
    assert {bool(bearing.rule) for control in framework.controls for bearing in control.objectives} == {True, False}


def test_what_a_scan_prints_of_that_example_is_so(tmp_path: Path) -> None:
    """Each line that the page shows of the two scans is one that the command prints."""
    fences = [token for token in parsed(FRAMEWORKS.read_text(encoding="utf-8")) if token.type == "fence"]
    example = next(token.content for token in fences if token.content.startswith("id: "))
    scope = next(token.content for token in fences if token.content.startswith("# scope.yaml"))
    shown = [token.content for token in fences if "\nacme@2026  " in f"\n{token.content}"]
    (tmp_path / "acme.yaml").write_text(example, encoding="utf-8")
    (tmp_path / "scope.yaml").write_text(scope, encoding="utf-8")
    own = ("--framework-file", str(tmp_path / "acme.yaml"), "--framework", "acme")
    bank = REPOSITORY / "examples" / "digital-bank"
    whole = assay("scan", "examples/digital-bank", *own, cwd=REPOSITORY).stdout
    part = assay("scan", ".", *own, "--scope", str(tmp_path / "scope.yaml"), cwd=bank).stdout
    assert len(shown) == 2
    for content, printed in zip(shown, (whole, part), strict=True):
        assert set(content.splitlines()) <= set(printed.splitlines())
