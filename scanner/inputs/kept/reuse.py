"""Reuses what the work on the same file gave before, and keeps what is new."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from msgspec import MsgspecError, Struct
from msgspec.msgpack import Encoder, encode
from msgspec.structs import astuple, replace

from scanner.facts.field_filter import FieldFilter
from scanner.facts.step import Whole
from scanner.inputs.known import Memory, past, remembered
from scanner.inputs.portion import Portion, Work
from scanner.kept import enough
from scanner.policy.evaluate import Evaluator
from scanner.sources import STDIN_NAME, File, RenderedFile, Source

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

    from scanner.inputs.kept.joined import KeptJoined
    from scanner.kept.store import Store

Run: TypeAlias = "Callable[[Iterable[Source], bool], Iterator[tuple[Source, list[Portion]]]]"
"""The work on files, in their order; with True, entries of what may be kept are made too."""
_AT_ONCE = 8 * 1024**2
"""Bytes of new entries that are written together."""
_ENCODER = Encoder(order="deterministic")
"""Writes sets and mappings in one order."""


class Reuse(Struct):
    """Where results are kept, and what they depend on beside the files, the evaluator and the work."""

    folder: Path | None
    """The cache folder; without one, nothing is kept."""
    outside: tuple[str, ...]
    """Folders in which results are never kept, such as the scanned tree: its author could forge them."""
    settings: tuple[object, ...]
    """Those of the evaluator that it does not show."""
    own_rules: str = ""
    """Digest of the files of rules that are not shipped."""
    memory: Memory | None = None
    """What this run read already, where it reads two states of a tree."""
    read: bytes = b""
    """Digest of all files, of their results and of what these depend on; empty where not all of it is known."""

    def joined(
        self, rules: Evaluator, fields: FieldFilter, work: Work, *, whole: Whole, unused: Collection[str]
    ) -> KeptJoined | None:
        """Where the results of rules that compare objects are kept after a run, None where they are not.

        `whole` says whether all objects were read, and `unused` which files rendering does not use.
        """
        if self.folder is None or not self.read:
            return None
        from scanner.inputs.kept import identity
        from scanner.inputs.kept.joined import KeptJoined

        try:
            known = whole if isinstance(whole, bool) else sorted(map(astuple, whole))
            same = identity.digest(rules, fields, work, (*self.settings, known, sorted(unused)), self.own_rules)
        except (OSError, TypeError):
            return None
        return KeptJoined(self.folder, self.outside, hashlib.sha256(b"joined" + self.read + same).digest())

    def run(
        self, sources: Iterable[Source], local: Evaluator, work: Work, run: Run
    ) -> Iterator[tuple[Source, list[Portion]]]:
        """Each source with its portions, in the order of the sources, as `run` gives them."""
        if self.folder is None or work.kept is None:  # all of each subject would be kept, its secrets too
            yield from self._not_kept(sources, run)
            return
        rest = iter(sources)
        first = enough.first(rest)
        everything = chain(first, rest)
        if len(first) < enough.ENOUGH:
            yield from self._not_kept(first, run)
            return
        from scanner.kept import store

        with store.opened(self.folder, self.outside) as kept:
            reading = self._reading(kept, local, work.kept, work) if kept else None
            yield from reading.run(everything, run) if reading else self._not_kept(everything, run)
            self.read = reading.digest if reading else b""

    def _not_kept(self, sources: Iterable[Source], run: Run) -> Iterator[tuple[Source, list[Portion]]]:
        """The work on sources, of which nothing stays behind on disk."""
        if self.memory is None:
            return run(sources, False)
        return remembered(sources, self.memory, lambda some: run(some, False))

    def _reading(self, kept: Store, local: Evaluator, fields: FieldFilter, work: Work) -> _Reading | None:
        """What looks files up, None where it is not known what their results depend on."""
        from scanner.inputs.kept import identity
        from scanner.kept import code, inspection

        inspection.prepare()
        own = code.own()
        try:
            rest = identity.digest(local, fields, work, self.settings, self.own_rules)
        except (OSError, TypeError):
            return None
        same = hashlib.sha256(rest + own.encode()).digest()
        results = self.memory.results if self.memory else None
        return _Reading(kept, same, results, lambda: code.own() == own) if own else None


class _Reading:
    """One pass over files with an open database."""

    def __init__(
        self, kept: Store, same: bytes, results: dict[Hashable, list[Portion]] | None, unchanged: Callable[[], bool]
    ) -> None:
        self._kept = kept
        self._results = results
        """What this run found out, by the same keys, where it reads two states of a tree."""
        self._same = same
        """The digest of everything but the file that a result depends on."""
        self._unchanged = unchanged
        """Whether the code is still the one that this began with."""
        self._read: Hash | None = hashlib.sha256(same)
        """Of all files so far, None where not all of them are known by their keys."""
        self._new: list[tuple[bytes, bytes]] = []
        self._size = 0

    def run(self, sources: Iterable[Source], run: Run) -> Iterator[tuple[Source, list[Portion]]]:
        """Each source with its portions; only those that are not known go to the work."""
        for source, key, portions, known in past(sources, self._find, lambda some: run(some, True)):
            if not known:
                self._keep(key, portions[-1])
            if key and self._results is not None:
                self._results[key] = portions
            yield self._noted(source, key, portions)
        self._write()

    @property
    def digest(self) -> bytes:
        """That of all files and of what became of them; empty where a file with subjects has no key."""
        return self._read.digest() if self._read and self._unchanged() else b""

    def _noted(self, source: Source, key: bytes, portions: list[Portion]) -> tuple[Source, list[Portion]]:
        """A source and its portions, which depend on the key, and on how much of its time the machine gave the file."""
        told = portions[-1].input
        if told is None or (told.subjects and not key):
            self._read = None
        if self._read:
            try:
                self._read.update(key + encode(told))
            except (MsgspecError, UnicodeEncodeError):
                self._read = None
        return source, portions

    def _find(self, source: Source) -> tuple[bytes, list[Portion]]:
        """The key of a source, empty where it is none that is kept, and the portions that are known of it."""
        from scanner.inputs.kept import entry

        if not isinstance(source, File | RenderedFile) or source.path == STDIN_NAME:
            return b"", []
        content = hashlib.sha256(source.content)
        try:
            further = _ENCODER.encode((type(source).__name__, replace(source, content=b"")))
        except UnicodeEncodeError:  # a name that is not UTF-8
            return b"", []
        key = hashlib.sha256(self._same + content.digest() + further).digest()
        if self._results and key in self._results:
            return key, self._results[key]
        value = self._kept.get(key)
        if value is None:
            return key, []
        try:
            portions = entry.read(value)
        except (MsgspecError, RecursionError):
            return key, []
        told = portions[-1].input
        return key, portions if told and (told.path, told.sha256) == (source.path, content.hexdigest()) else []

    def _keep(self, key: bytes, last: Portion) -> None:
        value, last.entry = last.entry, None
        if key and value:
            self._new.append((key, value))
            self._size += len(value)
            if self._size > _AT_ONCE:
                self._write()

    def _write(self) -> None:
        """Keep what is new, unless the code was changed: nobody knows which of the two made it."""
        new, self._new, self._size = self._new, [], 0
        self._kept.put(new if new and self._unchanged() else ())
