"""Checks the texts of the project against docs/glossary.md.

    python docs/prose.py [PATH ...]

Prints one line for each word that the glossary replaces, in all texts or in the given files, and exits with 1 if there
is one.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
_OWN_WORDS = re.compile(r"our own words|own titles", re.IGNORECASE)
_MARKUP = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|```.*?```|`[^`\n]*`|\]\([^)]*\)|https?://\S+", re.DOTALL)
_EXAMPLES = ("passes", "fails", "unknown", "skips")


@dataclass(frozen=True)
class Term:
    """A row of the glossary: the term, the phrases that it replaces, and phrases in which these are correct."""

    name: str
    instead_of: tuple[str, ...]
    right_in: tuple[str, ...]
    meaning: str


@dataclass(frozen=True)
class Text:
    """A text of the project: its file, its place in the file, and its words."""

    path: str
    what: str
    words: str


@cache
def terms() -> tuple[Term, ...]:
    """The rows of docs/glossary.md in their order. Raises ValueError for a row without three cells."""
    rows = []
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines():
        if not line.startswith("| ") or line.startswith("| Term |"):
            continue
        name, instead, meaning = (cell.strip() for cell in line.strip("|").split("|"))
        wrong, _, right = instead.partition(" except ")
        rows.append(Term(name, _listed(wrong), _listed(right), meaning))
    return tuple(rows)


def faults(text: Text) -> Iterator[str]:
    """One line for each phrase that the glossary replaces, with the term to use."""
    plain = " ".join(_MARKUP.sub(" ", text.words).split())
    pattern, by_phrase = _phrases()
    for found in pattern.finditer(plain):
        term = by_phrase[found[0].lower()]
        if not _excepted(plain, found, term):
            around = plain[max(0, found.start() - 40) : found.end() + 40]
            yield f"{text.path}: {text.what}: write {term.name!r}, not {found[0]!r}: …{around}…"


def every_text() -> Iterator[Text]:
    """All checked texts: of rules, frameworks, modules and pages."""
    for path in sorted(ROOT.glob("rules/*/*.yaml")):
        yield from _of_rule(path)
    for path in sorted(ROOT.glob("frameworks/*.yaml")):
        yield from _of_framework(path)
    for path in sorted(ROOT.glob("scanner/**/*.py")):
        yield from _of_module(path)
    for path in sorted(
        [*ROOT.glob("templates/*"), *ROOT.glob("frameworks/engines/*.yaml"), *ROOT.glob("scanner/**/schema.json")]
    ):
        yield Text(_named(path), "text", path.read_text(encoding="utf-8"))
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/README.md")]):
        if path.name != "glossary.md":
            yield Text(_named(path), "page", path.read_text(encoding="utf-8"))


def _of_rule(path: Path) -> Iterator[Text]:
    rule = _yaml(path)
    for key in ("title", "why", "remediation", "limits", "message"):
        yield Text(_named(path), key, rule.get(key, ""))
    for name, parameter in rule.get("parameters", {}).items():
        yield Text(_named(path), f"parameter {name}", parameter.get("description", ""))
    for example in rule.get("examples", []):
        yield from (Text(_named(path), "example", str(example[key])) for key in _EXAMPLES if key in example)


def _of_framework(path: Path) -> Iterator[Text]:
    whole = _yaml(path)
    name = _named(path)
    for objective, of_it in whole.get("objectives", {}).items():
        yield from (Text(name, f"{objective}, {key}", str(of_it.get(key, ""))) for key in ("title", "meaning"))
    own = _OWN_WORDS.search(whole.get("licence", ""))
    for control in whole.get("controls", []):
        where = f"control {control['id']}"
        if own:
            yield Text(name, f"{where}, title", control["title"])
        yield from (Text(name, f"{where}, {key}", control.get(key, "")) for key in ("evidence", "unmapped"))
        for bearing in control.get("objectives", []):
            yield Text(name, f"{where}, rationale", bearing.get("rationale", ""))
    for objective, reason in whole.get("reviewed", {}).items():
        yield Text(name, f"reviewed {objective}", str(reason))


def _of_module(path: Path) -> Iterator[Text]:
    """Strings of a module that contain a space: messages, help and docstrings."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
            yield Text(_named(path), f"line {node.lineno}", node.value)


@cache
def _phrases() -> tuple[re.Pattern[str], dict[str, Term]]:
    """One pattern for all phrases, the longest first, and the term of each phrase in lower case."""
    by_phrase = {phrase.lower(): term for term in terms() for phrase in term.instead_of}
    longest_first = sorted(by_phrase, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])", re.IGNORECASE), by_phrase


def _excepted(plain: str, found: re.Match[str], term: Term) -> bool:
    return any(
        right.start() <= found.start() and found.end() <= right.end()
        for phrase in term.right_in
        for right in re.finditer(re.escape(phrase), plain, re.IGNORECASE)
    )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in cell.split(",") if phrase.strip())


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)


def main(paths: list[str]) -> int:
    """Check the texts of the given files, or all."""
    wanted = {_named(Path(path).resolve()) for path in paths}
    found = [fault for text in every_text() if not wanted or text.path in wanted for fault in faults(text)]
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
