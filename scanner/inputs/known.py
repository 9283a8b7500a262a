"""Sources whose results are known already go past the work; all come out in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeAlias, TypeVar

from msgspec import Struct, field

from scanner.inputs.batches import StayingWorkers
from scanner.inputs.portion import Portion
from scanner.sources import STDIN_NAME, File, RenderedFile, RenderingInput, Source

_Key = TypeVar("_Key")
Worked: TypeAlias = Iterator[tuple[Source, list[Portion]]]
"""Sources with the results of the work on them."""


class Memory(Struct):
    """What a run keeps of files, for a second state of the tree in which most of them are the same."""

    results: dict[Hashable, list[Portion]] = field(default_factory=dict)
    """By all that the work on a file depends on: its path, its content, and what it is assessed with."""
    contents: dict[bytes, bytes] = field(default_factory=dict)
    """Of files by the ids that Git gives to them."""
    identity: Callable[[bytes], bytes] | None = None
    """The id that Git gives to a content."""
    staying: StayingWorkers = field(default_factory=StayingWorkers)

    def take(self, source: Source) -> None:
        """Remember the content of a file."""
        if self.identity and isinstance(source, File | RenderingInput | RenderedFile):
            self.contents[self.identity(source.content)] = source.content


def past(
    sources: Iterable[Source],
    find: Callable[[Source], tuple[_Key, list[Portion]]],
    run: Callable[[Iterable[Source]], Worked],
) -> Iterator[tuple[Source, _Key, list[Portion], bool]]:
    """Each source with its key, its results, and whether `find` knew them; `run` works on the others."""
    waiting: deque[tuple[Source, _Key, list[Portion]]] = deque()

    def unknown() -> Iterator[Source]:
        for source in sources:
            key, found = find(source)
            waiting.append((source, key, found))
            if not found:
                yield source

    for source, portions in run(unknown()):
        while waiting[0][2]:
            yield (*waiting.popleft(), True)
        _, key, _ = waiting.popleft()
        yield source, key, portions, False
    for each in waiting:
        yield (*each, True)


def remembered(sources: Iterable[Source], memory: Memory, run: Callable[[Iterable[Source]], Worked]) -> Worked:
    """The results of sources, those of files from memory where it has them; new ones are added to it."""

    def find(source: Source) -> tuple[File | None, list[Portion]]:
        if not isinstance(source, File) or source.path == STDIN_NAME:
            return None, []
        return source, memory.results.get(source, [])

    for source, key, portions, known in past(sources, find, run):
        if key and not known:
            memory.results[key] = portions
        yield source, portions
