"""Other scanners beside our own engine: files -> their findings, in our words. Knows nothing of rules and reports.

An engine is a program, never a library: it is started with a copy of the files that the scan chose, and without a
network, settings or a home, so nothing in a checkout can steer it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from importlib import import_module
from typing import Protocol, TypeAlias, assert_never

from msgspec import Struct, field

from scanner import rendering
from scanner.limits import Limits
from scanner.model import OWN_ENGINE, Check, Finding, Input, Outcome, RuleInfo
from scanner.places import Location
from scanner.sources import File, RenderedFile, RenderingInput, RenderingResult, SkippedFile, Source, UnreadableFile

_MODULES = {"checkov": "scanner.engines.checkov"}
"""Engine -> the module whose `find(checks, limits)` gives it, ready to run."""

NAMES = (OWN_ENGINE, *_MODULES)
"""What `--engine` takes; the first, our own, always runs."""


class EngineInput(Struct, frozen=True):
    """A file that another engine may read: what our own made of it, and its bytes."""

    input: Input
    content: bytes
    path: str
    """What the content goes by: the input's own name, or for what was rendered from it one below that."""
    told: Callable[[str], Location] | None = None
    """Of rendered content, where a person would mend an object, by `KIND.NAMESPACE.NAME`."""


class EngineResults(Struct):
    """What another engine found."""

    engine: str
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, dict[str, dict[Outcome, int]]] = field(default_factory=dict)
    """File -> rule -> number of each outcome, passes included."""
    rules: dict[str, RuleInfo] = field(default_factory=dict)
    """Every check that gave an outcome."""
    inputs: dict[str, Input] = field(default_factory=dict)
    """What became of the inputs of which it changes something."""
    notes: list[str] = field(default_factory=list)
    """Its messages besides the findings."""
    version: str = ""

    def count(self, path: str, rule: str, outcome: Outcome) -> None:
        """One more outcome of a rule in a file."""
        own = self.counts.setdefault(path, {}).setdefault(rule, {})
        own[outcome] = own.get(outcome, 0) + 1


Answered: TypeAlias = Callable[[EngineInput, str, tuple[int, int], str], bool]
"""Whether a rule of ours answers a check: about a resource of a file, at its first and last line, by the check's id."""


class Engine(Protocol):
    """Another scanner, ready to run."""

    @property
    def name(self) -> str:
        """What `--engine` takes, and what the ids of its checks begin with."""

    def wants(self, path: str) -> bool:
        """Whether a file may be its concern, by its name."""

    def assess(self, files: Sequence[EngineInput], answered: Answered) -> EngineResults:
        """What it finds in files, without what our rules answer about Kubernetes objects.

        A fault of the engine is never raised: the inputs that it affects are unreadable, with the reason.
        """


def find(name: str, checks: Mapping[str, Check], limits: Limits) -> Engine:
    """An engine, ready to run; `checks` gives the meaning of its checks here.

    Raises UsageError where its program is not installed.
    """
    engine: Engine = import_module(_MODULES[name]).find(checks, limits)
    return engine


def engine_inputs(engine: Engine, source: Source, item: Input) -> list[EngineInput]:
    """What an engine is given of an input: its bytes, or what was rendered of it with the places to mend it.

    Nothing of what was not read, was built into something else, or is not the engine's concern by its name.
    """
    match source:
        case File():
            return [EngineInput(item, source.content, item.path)] if engine.wants(item.path) else []
        case RenderedFile():
            return list(_rendered(source.rendered, item))
        case RenderingInput() | SkippedFile() | UnreadableFile():
            return []
        case _:
            assert_never(source)


def _rendered(rendered: RenderingResult, item: Input) -> Iterator[EngineInput]:
    places = cache(partial(rendering.objects, rendered))

    def told(resource: str) -> Location:
        return places().get(resource) or Location(item.path, 1, 1, 1, 2)

    for number, (_, text) in enumerate(rendered.texts):
        yield EngineInput(item, text.encode(errors="replace"), f"{item.path}/{number}.yaml", told)
