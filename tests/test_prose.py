"""Texts use the terms of docs/glossary.md."""

from __future__ import annotations

import sys

import pytest

from tests.conftest import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "docs"))

import prose
from prose import Text


def test_each_term_has_a_meaning_and_stands_once() -> None:
    names = [term.name for term in prose.terms()]
    assert len(names) >= 60
    assert len(set(names)) == len(names)
    assert all(term.meaning for term in prose.terms())


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("Traffic enters by a guarded door.", 1),
        ("Doors and windows", 1),
        ("The kubelet trusts an authority for clients.", 1),
        ("The kubelet trusts a certificate authority for clients.", 0),
        ("An interval that is no duration", 1),
        ("The field is no longer served.", 0),
        ("A field named `door` in the text", 0),
        ("See [entry points](outdoors.md#door).", 0),
        ("An indoor-door sensor", 0),
        ("Sent in plain\n  text, in\nthe clear", 2),
    ],
)
def test_a_word_that_the_glossary_replaces_is_found(words: str, count: int) -> None:
    assert len(list(prose.faults(Text("a.md", "page", words)))) == count


def test_texts_use_the_terms_of_the_glossary() -> None:
    texts = list(prose.every_text())
    known = {text.path.partition("/")[0] for text in texts}
    assert known >= {"rules", "frameworks", "scanner", "templates", "docs", "examples", "README.md", "CHANGELOG.md"}
    faults = [fault for text in texts for fault in prose.faults(text)]
    assert not faults, "\n".join(faults[:50])
