"""Documents that a format reads although its tools may refuse their text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.documents import Document
from scanner.model import InputStatus, Subject
from scanner.scan import Options, scan
from scanner.subjects import formats
from scanner.subjects.format import Format, KnownBy


def recognise(document: Document) -> Iterator[Subject] | None:
    return iter(()) if isinstance(document.root.value, dict) and "agent" in document.root.value else None


FORMAT = Format(
    "agent",
    "agents",
    KnownBy.CONTENT,
    recognise,
    documents=("front-matter", "toml", "json"),
    despite_faults=True,
)


@pytest.mark.parametrize(
    ("name", "text", "status", "reason"),
    [
        ("a.md", "---\nagent: a\n---\n", InputStatus.ASSESSED, ""),
        (
            "a.md",
            "---\nagent: a: b\n---\n",
            InputStatus.ASSESSED,
            "front matter that its tool may refuse: not valid YAML",
        ),
        ("a.md", "---\nother: a: b\n---\n", InputStatus.SKIPPED, "contains no YAML, JSON or tool calls"),
        ("a.json", '{"agent": 1, // x\n}', InputStatus.ASSESSED, "a text that its tool may refuse: not valid JSON"),
        ("a.json", '{"other": 1, // x\n}', InputStatus.SKIPPED, "not in a format that Assay reads"),
        ("a.toml", "agent = 1\n", InputStatus.ASSESSED, ""),
        ("a.toml", "other = 1\n", InputStatus.SKIPPED, "contains no YAML, JSON or tool calls"),
        ("a.toml", "agent = \n", InputStatus.SKIPPED, "TOML that cannot be read"),
        (".codex/config.toml", "agent = \n", InputStatus.UNREADABLE, "not valid TOML: Invalid value at line 1"),
    ],
)
def test_what_becomes_of_them(
    name: str, text: str, status: InputStatus, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "_BY_PRECEDENCE", [*formats._BY_PRECEDENCE, FORMAT])
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    (item,) = scan([str(tmp_path)], Options(jobs=1)).inputs
    assert item.status is status
    assert item.reason.startswith(reason)
    assert bool(item.reason) is bool(reason)
