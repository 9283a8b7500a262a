"""Mappings -> the page of the (control, rule) pairs whose rationale does not speak of what the rule looks at.

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
"""So many characters of a rationale are shown."""

_WORD = re.compile(r"[a-z][a-z-]{2,}")
_STEM = 5
"""So many first letters of a longer word of a title are compared."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a rationale may say to speak of a rule."""

    general: frozenset[str]
    """Words of titles that say too little."""
    by_rule: Mapping[str, tuple[str, ...]]

    def of(self, rule: RuleInfo) -> tuple[str, ...]:
        """The words of a rule, in lower case."""
        if rule.id in self.by_rule:
            return self.by_rule[rule.id]
        words = [_stem(word) for word in _WORD.findall(rule.title.lower())]
        return tuple(word for word in words if word not in self.general) or tuple(words)

    def speaks(self, rationale: str, rule: RuleInfo) -> bool:
        """Whether a rationale speaks of what a rule looks at."""
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
    """The pairs in which a rule decides on a control by a rationale that does not speak of it.

    Where a control names the rule itself, the rationale is about that rule alone.
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
    yield "# Rules that a rationale does not speak of"
    yield paragraph(
        "A control says why an objective bears on it. Each rule of that objective then decides on the control with "
        "medium or high strength, so the reason must hold for each. Here stand the pairs whose rationale has none of "
        "the words for what the rule looks at (`docs/mapping-words.yaml`; where a rule is not named there, the words "
        "of its title). Most are a rationale to widen, or a mapping to limit with `rules:`; a few are a word that is "
        "missing in that file."
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
    """What a word begins with: "encrypts" is spoken of by "encryption"."""
    singular = re.sub(r"(?<=...)s$", "", word)
    return singular[:_STEM] if len(singular) > _STEM + 1 else singular


def main() -> None:
    """Print the page."""
    everything = data.load()
    print(page(PAGE, pairs_page(everything.frameworks, everything.infos), everything.targets))


if __name__ == "__main__":
    main()
