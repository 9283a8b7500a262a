"""Mappings -> the page of the (control, rule) pairs whose rationale does not mention what the rule checks.

    python docs/pairs.py

prints that page alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import data
import yaml
from markup import code, page, paragraph, prose, reference, table

from scanner.controls import ControlLink
from scanner.frameworks.catalogue import Framework
from scanner.frameworks.links import links
from scanner.model import RuleInfo

PAGE = "mapping-pairs.md"
DATA = Path(__file__).with_name("mapping-words.yaml")
BEGINNING = 100
"""The number of characters of a rationale that are shown."""

_WORD = re.compile(r"[a-z][a-z-]{2,}")
_STEM = 5
"""The number of first letters of a longer word that are compared."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words by which a rationale mentions a rule."""

    general: frozenset[str]
    """Words of titles that are too general."""
    by_rule: Mapping[str, tuple[str, ...]]

    def of(self, rule: RuleInfo) -> tuple[str, ...]:
        """The words of a rule, in lower case."""
        if rule.id in self.by_rule:
            return self.by_rule[rule.id]
        words = [_stem(word) for word in _WORD.findall(rule.title.lower())]
        return tuple(word for word in words if word not in self.general) or tuple(words)

    def speaks(self, rationale: str, rule: RuleInfo) -> bool:
        """Whether a rationale mentions what a rule checks."""
        text = rationale.lower()
        return any(re.search(rf"(?<![\w-]){re.escape(word)}", text) for word in self.of(rule))


def load(path: Path = DATA) -> Words:
    """The words of the file."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    by_rule = {rule: tuple(words) for rule, words in data["rules"].items()}
    return Words(frozenset(map(_stem, data["general"].split())), by_rule)


def unspoken(
    frameworks: Sequence[Framework], rules: Collection[RuleInfo], words: Words
) -> list[tuple[RuleInfo, ControlLink]]:
    """The pairs in which a rule decides a control and the rationale does not mention what the rule checks.

    Mappings that name the rule are left out, because their rationale is about that rule only.
    """
    by_id = {rule.id: rule for rule in rules}
    return [
        (by_id[rule], link)
        for rule, found in links(frameworks, rules).items()
        for link in found
        if link.strength.bears and not link.rule and not words.speaks(link.rationale, by_id[rule])
    ]


def pairs_page(frameworks: Sequence[Framework], rules: Collection[RuleInfo]) -> Iterator[str]:
    """The blocks of the page."""
    found = unspoken(frameworks, rules, load())
    yield "# Rules that a rationale does not mention"
    yield paragraph(
        "A rationale says why an objective is mapped to a control. Each rule of the objective then decides the control "
        "with medium or high strength, so the rationale must apply to each. This page lists the pairs whose rationale "
        "contains no word for what the rule checks (`docs/mapping-words.yaml`; for a rule that is not listed there, "
        "the words of its title). To resolve a pair, extend the rationale, limit the mapping with `rules:`, or add a "
        "missing word to that file."
    )
    yield paragraph(f"Pairs: {len(found)}.")
    for framework in frameworks:
        order = {control.id: number for number, control in enumerate(framework.controls)}
        own = [
            (rule, link) for rule, link in found if (link.framework, link.edition) == (framework.id, framework.edition)
        ]
        if own:
            yield f"## {prose(framework.id)}@{prose(framework.edition)}"
            own.sort(key=lambda pair: (order[pair[1].control], pair[0].id))
            yield table(("control", "rule", "rationale"), [_row(rule, link) for rule, link in own])


def _row(rule: RuleInfo, link: ControlLink) -> tuple[str, str, str]:
    text = " ".join(link.rationale.split())
    return code(link.control), reference(rule.id), code(text if len(text) <= BEGINNING else text[:BEGINNING] + "…")


def _stem(word: str) -> str:
    """The first letters of a word: "encryption" mentions "encrypts"."""
    singular = re.sub(r"(?<=...)s$", "", word)
    return singular[:_STEM] if len(singular) > _STEM + 1 else singular


def main() -> None:
    """Print the page."""
    everything = data.load()
    print(page(PAGE, pairs_page(everything.frameworks, everything.infos), everything.targets))


if __name__ == "__main__":
    main()
