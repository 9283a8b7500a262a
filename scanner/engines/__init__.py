"""Other scanners beside our own engine: files -> their findings, in our words. Knows nothing of rules and reports.

An engine is a program, never a library: it is started with a copy of the files that the scan chose, and without a
network, settings or a home, so nothing in a checkout can steer it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING

from scanner import rendering
from scanner.limits import Limits
from scanner.model import Check, Finding, Input, Location, Outcome, RuleInfo
from scanner.sources import Source

if TYPE_CHECKING:
    from scanner.engines.checkov import Checkov

NAMES = ("assay", "checkov")
"""What `--engine` takes; the first, our own, always runs."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A file that another engine may read: what our own made of it, and its bytes."""

    input: Input
    content: bytes
    path: str
    """What the content goes by: the input's own name, or for what was rendered from it one below that."""
    told: Callable[[str], Location] | None = None
    """Of rendered content, where a person would mend an object, by `KIND.NAMESPACE.NAME`."""


@dataclass(slots=True)
class Results:
    """What another engine found."""

    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, dict[str, dict[Outcome, int]]] = field(default_factory=dict)
    """File -> rule -> number of each outcome, passes included."""
    rules: dict[str, RuleInfo] = field(default_factory=dict)
    """Every check that gave an outcome."""
    inputs: dict[str, Input] = field(default_factory=dict)
    """What became of the inputs of which it changes something."""
    notes: list[str] = field(default_factory=list)
    """What it said besides."""
    version: str = ""

    def count(self, path: str, rule: str, outcome: Outcome) -> None:
        """One more outcome of a rule in a file."""
        own = self.counts.setdefault(path, {}).setdefault(rule, {})
        own[outcome] = own.get(outcome, 0) + 1


def find(checks: Mapping[str, Check], limits: Limits) -> Checkov:
    """Checkov, ready to run; `checks` says what its checks mean here. Raises UsageError where it is not installed."""
    from scanner.engines import checkov

    return checkov.find(checks, limits)


def handed(source: Source, item: Input) -> list[Handed]:
    """What another engine is given of an input: its bytes, or what was rendered of it with the places to mend it.

    Nothing of what was not read, was built into something else, or is no engine's concern by its name.
    """
    from scanner.engines import checkov_files

    if source.rendered is None:
        mine = item.sha256 and not source.part and checkov_files.wanted(item.path)
        return [Handed(item, source.content, item.path)] if mine else []
    places = cache(partial(rendering.objects, source.rendered))

    def told(resource: str) -> Location:
        return places().get(resource) or Location(item.path, 1, 1, 1, 2)

    texts = enumerate(text for _, text in source.rendered.texts)
    return [Handed(item, text.encode(errors="replace"), f"{item.path}/{number}.yaml", told) for number, text in texts]
