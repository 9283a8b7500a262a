"""Each format is sampled and documented, and no document is claimed by two that know theirs by the same."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from scanner import documents
from scanner.documents import Document
from scanner.subjects import DOCUMENT, FORMATS, KINDS, RecognitionResult, may_be_ours, recognise
from scanner.subjects.formats import asked
from scanner.subjects.unread import UNREAD
from tests.test_subjects_foreign import KNOWN, LIKENESSES

ROOT = Path(__file__).parent.parent
SAMPLES = {path.stem: path for path in sorted((ROOT / "tests/formats").iterdir())}
"""A small file of each format, by the name of the format."""
BY_NAME = {form.name: form for form in FORMATS}


def test_no_format_is_both_read_and_listed_as_not_read() -> None:
    both = BY_NAME.keys() & {form.name for form in UNREAD}
    assert not both, f"remove from scanner/subjects/unread: {both}"


def held(path: str, text: str) -> list[Document]:
    return [part for part in documents.read(path, text) if isinstance(part, Document)]


def sampled(name: str) -> RecognitionResult:
    path = SAMPLES[name]
    return recognise(documents.read(path.name, path.read_text()))


def corpus() -> Iterator[Document]:
    """The samples, the example, what is foreign, and every two samples in one document."""
    for path in (*SAMPLES.values(), *sorted((ROOT / "examples").rglob("*.*"))):
        yield from held(path.name, path.read_text())
    roots = [document.root.value for path in SAMPLES.values() for document in held(path.name, path.read_text())]
    mappings = [root for root in roots if isinstance(root, dict)]
    for value in (*(value for _, value in KNOWN), *LIKENESSES, *(a | b for a, b in permutations(mappings, 2))):
        yield from held("a.json", json.dumps(value))


def test_every_format_has_a_sample_and_every_sample_a_format() -> None:
    assert SAMPLES.keys() == BY_NAME.keys()
    assert len(BY_NAME) == len(FORMATS)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_sample_is_read_by_its_format_alone(name: str) -> None:
    reading = sampled(name)
    assert (reading.formats, reading.faults, reading.foreign) == ((name,), (), "")
    assert any(subject.kind != DOCUMENT for subject in reading.subjects)
    assert {subject.kind for subject in reading.subjects} <= KINDS.keys()


def test_no_document_is_claimed_by_two_formats_that_know_theirs_by_the_same() -> None:
    for document in corpus():
        claims = [form for form in FORMATS if form.recognise(document) is not None]
        twice = [known_by for known_by, number in Counter(form.known_by for form in claims).items() if number > 1]
        assert not twice, (document.root.value, [form.name for form in claims])


def test_no_kind_is_declared_by_two_formats() -> None:
    declared = Counter(kind for form in FORMATS for kind in form.kinds)
    assert not [kind for kind, number in declared.items() if number > 1]


@pytest.mark.parametrize("name", [form.name for form in FORMATS if form.signs])
def test_a_broken_sample_counts_as_a_loss(name: str) -> None:
    assert may_be_ours(SAMPLES[name].read_text())


def test_what_holds_no_sign_of_a_format_is_no_loss() -> None:
    assert not may_be_ours('{"name": "x", "tasks": [1], "note": "the apiVersion of a unique-id"}')


@pytest.mark.parametrize("name", BY_NAME)
def test_a_format_stands_in_the_readme_and_in_the_page_of_inputs(name: str) -> None:
    readme, page = (ROOT / "README.md").read_text(), (ROOT / "docs/inputs.md").read_text()
    table = readme.partition("## What it reads")[2].partition("\n## ")[0]
    assert BY_NAME[name].title in table
    assert f"| `{name}` |" in page


def test_the_subject_document_names_the_formats_it_can_have() -> None:
    listed = re.search(r"`format` \(([\w, -]+)\)", (ROOT / "docs/subjects.md").read_text())
    assert listed
    with_document = {name for name in BY_NAME if any(each.kind == DOCUMENT for each in sampled(name).subjects)}
    assert set(listed[1].split(", ")) == with_document


LOADED_FROM = {
    "env-file": ("deploy/.env", "deploy/.env.production.yaml", "prod.env"),
    "agent-instructions": (".claude/agents/a/reviewer.md", "skills/pdf/SKILL.md", ".github/agents/reviewer.md"),
    "claude-settings": (".claude/settings.local.json", "etc/managed-settings.d/10-tools.json"),
    "claude-plugin": (".claude-plugin/plugin.json",),
    "mcp-servers": (".mcp.json", "a/claude_desktop_config.json"),
    "codex-settings": (".codex/config.toml",),
    "claude-flow": ("claude-flow.config.json",),
    "agent-card": (".well-known/agent-card.json",),
    "cursor-settings": (".cursor/hooks.json",),
    "gemini-settings": (".gemini/settings.json",),
    "kiro-hooks": (".kiro/hooks/save.json",),
    "opencode-settings": ("opencode.json", "opencode.jsonc"),
}


def test_a_format_is_asked_first_of_what_a_tool_loads_from_its_path() -> None:
    assert LOADED_FROM.keys() == {form.name for form in FORMATS if form.loaded_from}
    for name, paths in LOADED_FROM.items():
        assert {next(iter(asked(path))).name for path in paths} == {name}
