"""Which of many permission rules covers another one, found without comparing each with each.

The answers are those of `permission_grammar.covers`, which the tests compare them with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from scanner.subjects.agents.permission_grammar import COMMANDS, Rule, start_of

_Key: TypeAlias = tuple[str, str, str, bool]
"""What a rule covers: a form, the name of a tool or its beginning, a text, and whether whole words must follow."""
_EXACT, _WHOLE, _START, _NAMES, _SERVER = "exact", "whole", "start", "names", "server"


class RuleLookup:
    """Rules in their order, by what they cover."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._first: dict[_Key, int] = {}
        self._lengths: dict[tuple[str, str], list[int]] = {}
        """By form and tool: the lengths of the beginnings that rules cover, shortest first."""
        self.rules = list(rules)
        lengths: dict[tuple[str, str], set[int]] = {}
        for number, rule in enumerate(self.rules):
            for key in _keys(rule):
                self._first.setdefault(key, number)
                form, tool, text, _ = key
                if form == _START:
                    lengths.setdefault((form, tool), set()).add(len(text))
                elif form in (_NAMES, _SERVER):
                    lengths.setdefault((form, ""), set()).add(len(tool))
        self._lengths = {key: sorted(some) for key, some in lengths.items()}

    def first(self, narrow: Rule) -> Rule | None:
        """The first rule that covers one."""
        found = [self._first[key] for key in self._covering(narrow)]
        return self.rules[min(found)] if found else None

    def covered(self, some: Iterable[Rule], most: int) -> dict[str, list[str]]:
        """By text of a rule of these: the first other texts that it covers of some rules, at most so many."""
        by_key: dict[_Key, dict[str, None]] = {}
        for rule in some:
            for key in self._covering(rule):
                texts = by_key.setdefault(key, {})
                if len(texts) <= most:
                    texts[rule.text] = None
        found = {}
        for rule in self.rules:
            others = (text for key in _keys(rule) for text in by_key.get(key, ()))
            found[rule.text] = [text for text in dict.fromkeys(others) if text != rule.text][:most]
        return found

    def _covering(self, narrow: Rule) -> Iterator[_Key]:
        """The keys of the rules that cover one."""
        if narrow.valid:
            yield from filter(self._first.__contains__, self._possible(narrow))

    def _possible(self, narrow: Rule) -> Iterator[_Key]:
        tool, specifier = narrow.tool, narrow.specifier
        yield _WHOLE, tool, "", False
        if specifier is not None:
            yield _EXACT, tool, specifier, False
            text = specifier.strip().removesuffix(":*").strip()
            for length in self._lengths.get((_START, tool), ()):
                if length > len(text):
                    break
                yield _START, tool, text[:length], False
                if text[length : length + 1] in ("", " "):
                    yield _START, tool, text[:length], True
        for form in (_NAMES, _SERVER):
            for length in self._lengths.get((form, ""), ()):
                if length > len(tool):
                    break
                if form == _NAMES or tool.startswith("__", length):
                    yield form, tool[:length], "", False


def _keys(rule: Rule) -> Iterator[_Key]:
    """What a rule covers; nothing for one that its tool ignores."""
    if not rule.valid:
        return
    tool, specifier = rule.tool, rule.specifier
    if specifier is not None:
        yield _EXACT, tool, specifier, False
        start = start_of(specifier) if tool in COMMANDS else None
        if start is not None:
            yield _START, tool, *start
        return
    yield _WHOLE, tool, "", False
    if "*" in tool:
        names, _, rest = tool.partition("*")
        if not rest:
            yield _NAMES, names, "", False
    elif tool.startswith("mcp__"):
        yield _SERVER, tool, "", False
