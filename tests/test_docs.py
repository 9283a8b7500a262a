"""The pages: as the data says, shown as they were meant, and every link leads somewhere."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from scanner import documents, library
from scanner.frameworks import catalogue
from scanner.policy.rule import load_folder, rule_paths
from scanner.rule_ids import RuleIds
from tests.command_line import assay
from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"
GENERATED = (
    DOCS / "objectives.md",
    DOCS / "mapping-pairs.md",
    *sorted(DOCS.glob("frameworks/**/*.md")),
    *sorted(DOCS.glob("rules/**/*.md")),
)
BY_HAND = tuple({*REPOSITORY.glob("*.md"), *DOCS.glob("*.md")} - set(GENERATED))
READER = MarkdownIt("commonmark").enable("table")
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


@cache
def module(name: str) -> ModuleType:
    """One of the modules that write the pages, which find each other in their own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DOCS))
        return importlib.import_module(name)


def generate(*arguments: str) -> int:
    code: int = module("generate").main(arguments)
    return code


@cache
def parsed(path: Path) -> list[Token]:
    return READER.parse(path.read_text(encoding="utf-8"))


def inlines(tokens: list[Token]) -> Iterator[list[Token]]:
    return (token.children or [] for token in tokens if token.type == "inline")


def shown(tokens: list[Token]) -> str:
    """The text that a reader sees."""
    return "".join(" " if token.type in {"softbreak", "hardbreak"} else token.content for token in tokens)


@cache
def anchors(path: Path) -> frozenset[str]:
    """The names that a code host gives to headings."""
    tokens = parsed(path)
    found: list[str] = []
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            name = re.sub(r"[^\w\- ]", "", shown(tokens[index + 1].children or []).lower()).replace(" ", "-")
            found.append(f"{name}-{found.count(name)}" if name in found else name)
    return frozenset(found)


def test_pages_are_as_the_data_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate("--check") == 0, capsys.readouterr().out


def test_what_is_not_fresh_is_named_and_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in GENERATED:
        copy = tmp_path / path.relative_to(DOCS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    stale, missing = tmp_path / "objectives.md", tmp_path / "rules" / "README.md"
    superfluous = tmp_path / "rules" / "kubernetes" / "of-yesterday.md"
    fresh = stale.read_text(encoding="utf-8")
    stale.write_text(fresh.replace("# Control objectives", "# Objectives"), encoding="utf-8")
    missing.unlink()
    superfluous.write_text("gone\n", encoding="utf-8")
    assert generate("--folder", str(tmp_path), "--check") == 1
    said = capsys.readouterr()
    assert "make docs" in said.err
    assert said.out.splitlines() == [
        "stale: objectives.md",
        "    @@ -3 +3 @@",
        "    -# Objectives",
        "    +# Control objectives",
        "missing: rules/README.md",
        "superfluous: rules/kubernetes/of-yesterday.md",
    ]
    assert generate("--folder", str(tmp_path)) == 0
    assert stale.read_text(encoding="utf-8") == fresh
    assert missing.read_bytes() == (DOCS / "rules" / "README.md").read_bytes()
    assert not superfluous.exists()


def test_every_link_leads_to_a_file_or_heading() -> None:
    broken = []
    for path in (*GENERATED, *BY_HAND):
        for token in (token for tokens in inlines(parsed(path)) for token in tokens):
            address = str(token.attrs.get("href") or token.attrs.get("src") or "")
            if not address or urlsplit(address).scheme:
                continue
            name, _, heading = unquote(address).partition("#")
            target = (path.parent / name).resolve() if name else path
            if not target.exists() or (heading and heading not in anchors(target)):
                broken.append(f"{path.relative_to(REPOSITORY)}: {address}")
    assert not broken


def test_generated_pages_hold_no_html_and_no_reference_without_address() -> None:
    wrong = []
    for path in GENERATED:
        note, *blocks = parsed(path)
        assert note.content.startswith("<!-- Written by docs/generate.py")
        found = [token.content for token in blocks if token.type == "html_block"]
        for tokens in inlines(blocks):
            found += [token.content for token in tokens if token.type == "html_inline"]
            words = [token for token in tokens if token.type != "code_inline"]  # which may be a list of YAML
            found += re.findall(r"\[[a-z][\w.@/ -]*\]", shown(words))
        wrong += [f"{path.relative_to(REPOSITORY)}: {content}" for content in found]
    assert not wrong


def test_a_rule_is_shown_in_its_own_words() -> None:
    for file in load_folder(REPOSITORY / "rules"):
        info = file.rule.info
        path = DOCS / "rules" / f"{info.id.replace('.', '/')}.md"
        paragraphs = [shown(tokens) for tokens in inlines(parsed(path))]
        for words in (info.title, info.why, info.remediation, info.limits):
            assert words.replace("`", "") in paragraphs, path
        blocks = [token.content for token in parsed(path) if token.type == "fence"]
        for example in file.data.value["examples"]:
            if "text" in example:
                assert f"{example['text'].rstrip()}\n" in blocks, path
            else:
                assert any(read(block) == example["input"] for block in blocks), path


def test_a_framework_is_shown_in_its_own_words() -> None:
    for framework in catalogue.load(library.Cache()):
        paths = DOCS.glob(f"frameworks/{framework.id}-*.md")
        text = "\n".join(shown(tokens) for path in paths for tokens in inlines(parsed(path)))
        for control in framework.controls:
            rationales = [bearing.rationale for bearing in control.objectives]
            for words in (control.id, control.title, control.parent, control.evidence, control.unmapped, *rationales):
                assert " ".join(words.replace("`", "").split()) in text, control.id
        for why in framework.reviewed.values():
            assert " ".join(why.replace("`", "").split()) in text, why


def test_every_rule_and_framework_stands_in_its_index() -> None:
    rules = {str(path.relative_to(REPOSITORY).with_suffix(".md")) for path in rule_paths(REPOSITORY / "rules")}
    assert {str(path.relative_to(DOCS)) for path in GENERATED if path.is_relative_to(DOCS / "rules")} == {
        *rules,
        "rules/README.md",
        "rules/peers.md",
    }
    for folder in ("rules", "frameworks"):
        index = DOCS / folder / "README.md"
        linked = {str(token.attrs.get("href")) for tokens in inlines(parsed(index)) for token in tokens}
        pages = {path.relative_to(index.parent).as_posix() for path in GENERATED if path.is_relative_to(index.parent)}
        assert pages - linked == {"README.md"}


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
        for token in parsed(DOCS / "frameworks.md")
        if token.type == "fence" and token.content.startswith("id: ")
    )
    file = tmp_path / "acme.yaml"
    file.write_text(example, encoding="utf-8")
    rules = RuleIds.of(rule.rule.info for rule in load_folder(REPOSITORY / "rules"))
    framework = catalogue.load(library.Cache(), [file], rules)[-1]
    assert (framework.id, len(framework.controls)) == ("acme", 5)
    assert {control.checkable for control in framework.controls} == {"full", "partial", "manual"}
    assert any(control.unmapped for control in framework.controls)
    assert {bool(bearing.rule) for control in framework.controls for bearing in control.objectives} == {True, False}


def test_what_a_scan_prints_of_that_example_is_so(tmp_path: Path) -> None:
    """Each line that the page shows of the two scans is one that the command prints."""
    fences = [token for token in parsed(DOCS / "frameworks.md") if token.type == "fence"]
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
