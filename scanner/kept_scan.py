"""The result of a whole scan, kept for the next scan of the same files with the same options.

What is read, the options, and Assay's own code, rules and frameworks decide the result: nothing else is read once the
files are. So where none of it differs, no rule is loaded, and nothing is evaluated. Of each set of options the last
result is kept, together with a digest of each source. A scan compares them as it reads, and works on all sources as
soon as one differs: most of those before have results of their own in the cache.

Texts of files are not kept, because they may hold credentials. A result is kept when all credentials in it are hidden.
"""

from __future__ import annotations

import hashlib
import os
import sys
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from msgspec import MsgspecError
from msgspec.msgpack import Encoder, decode, encode
from msgspec.structs import replace

from scanner import __version__, library
from scanner.finished_scan import Scan
from scanner.kept import code, enough, store
from scanner.masking import is_harmless
from scanner.model import Outcome
from scanner.options import Options
from scanner.sources import STDIN, Scope, Source, contents_of
from scanner.texts_within import Masked

_FORMAT = "1"
"""Of entries: another one is another key."""
_MOST_READ = 64 * 1024**2
"""Bytes of all files of a result that is kept: they stay in memory until it is known whether one differs."""
_LEVEL = 1
"""Of compression: the quickest one."""
_DIGEST = hashlib.sha256().digest_size
_ENCODER = Encoder(enc_hook=str)
_SOURCES = Encoder(order="deterministic")
"""Writes sets in one order."""


class KeptScan:
    """Where the result of a scan is kept, or is to be."""

    def __init__(self, folder: Path, where: Scope, options: Options, met: Iterator[Source]) -> None:
        self._folder = folder
        self._where = where
        self._options = options
        self._met = met
        self._key = b""
        """Empty where the result is not to be kept."""
        self._digests: list[bytes] = []
        """Of all sources so far."""
        self._contents: dict[str, bytes] = {}
        self._size = 0

    def find(self) -> Scan | None:
        """The result, None where none is kept or something differs; then `sources` gives all sources."""
        some = enough.first(self._met)
        self._met = chain(some, self._met)
        if len(some) == enough.ENOUGH and self._is_harmless():
            self._key = key_of(self._where, self._options)
        if not self._key or not (kept := self._kept()):
            return None
        digests, row = kept
        read: list[Source] = []
        same = 0
        for source in self._met:
            read.append(source)
            if _digest(source) != digests[same : same + _DIGEST]:
                break
            same += _DIGEST
        self._met = chain(read, self._met)
        return self._result(row, read) if same == len(digests) == len(read) * _DIGEST else None

    def sources(self) -> Iterator[Source]:
        """All sources, of which it is noted what the result depends on."""
        for source in self._met:
            if self._key:
                self._note(source)
            yield source

    def put(
        self,
        scan: Scan,
        contents: Mapping[str, bytes],
        clean: Collection[str],
        later: list[Callable[[], object]] | None = None,
    ) -> None:
        """Keep a result that a scan of equal sources always has, unless it is too large.

        `contents` are those of the files that it has lines of; those of the `clean` ones hold no credential. `later`
        takes what keeps it: until that is called, the result is compressed while this process does something else.
        """
        if not self._key or any(finding.outcome is Outcome.ERROR for finding in scan.findings):
            return
        told = self._all_contents(scan)
        if any(contents.get(path) != told.get(path) for path in scan.texts):
            return
        lines = {path: path in clean for path in scan.texts}
        run = replace(scan.run, started="", ended="", arguments=(), git_commit="", git_dirty=None)
        try:
            row = encode((replace(scan, run=run, texts={}), lines))
            if later is None:
                self._keep(zlib.compress(row, _LEVEL))
            else:
                later.append(partial(self._keep_compressed, _compressing(row)))
        except Exception:  # noqa: BLE001 - whatever it is, it must not cost the run its result
            return

    def _keep_compressed(self, compressed: Callable[[], bytes]) -> None:
        with suppress(Exception):  # as above
            self._keep(compressed())

    def _keep(self, row: bytes) -> None:
        if key_of(self._where, self._options) != self._key:  # nobody knows which of the two code or rules made it
            return
        value = encode((b"".join(self._digests), row))
        with store.opened(self._folder, self._where.tops) as kept:
            if kept:
                kept.put(((self._key, value),))

    def _kept(self) -> tuple[bytes, bytes] | None:
        """The digests of the sources of the result that is kept, and the result, which is compressed."""
        with store.opened(self._folder, self._where.tops) as kept:
            value = kept.get(self._key) if kept else None
            if kept:
                kept.put(())  # notes that it was used
        try:
            return decode(value or b"", type=tuple[bytes, bytes])
        except MsgspecError:
            return None

    def _result(self, row: bytes, read: Iterable[Source]) -> Scan | None:
        """What was kept, in the circumstances of this run."""
        try:
            found, lines = decode(zlib.decompress(row), type=tuple[Scan, dict[str, bool]])
        except (zlib.error, MsgspecError, RecursionError):
            return None
        for source in read:
            self._contents.update(contents_of(source))
        options = self._options
        return replace(
            found,
            run=replace(
                found.run,
                started=options.started,
                arguments=options.arguments,
                git_commit=options.git_commit,
                git_dirty=options.git_dirty,
            ),
            texts=_lines(lines, self._all_contents(found)),
        )

    def _note(self, source: Source) -> None:
        contents = contents_of(source)
        self._size += sum(map(len, contents.values()))
        digest = _digest(source)
        if digest and self._size <= _MOST_READ:
            self._digests.append(digest)
            self._contents.update(contents)
        else:
            self._key = b""
            self._contents.clear()

    def _all_contents(self, scan: Scan) -> Mapping[str, bytes]:
        """The content of every file that a result may have lines of, the waivers among them."""
        file = self._options.waivers
        return {scan.waivers.file: file.content, **self._contents} if file else self._contents

    def _is_harmless(self) -> bool:
        """Whether the arguments hold no credential: the credentials of a result are numbered, beginning with theirs."""
        return is_harmless(" ".join(self._options.arguments))


def kept_scan(where: Scope, options: Options, met: Iterator[Source]) -> KeptScan | None:
    """Where the result of a scan is kept; None where it depends on more than its sources and its options."""
    if not options.cache_folder or not may_be_kept(options) or where.tree or STDIN in where.paths:
        return None
    return KeptScan(options.cache_folder, where, options, met)


def may_be_kept(options: Options) -> bool:
    """Whether a result depends on nothing but what was read, the options, and Assay's own code and data."""
    further = (options.rule_folders, options.framework_files, options.policies, options.other_engines)
    return options.reuse and not options.lists_subjects and not options.scope and not any(further)


def key_of(where: Scope, options: Options) -> bytes:
    """A digest of all that a result depends on beside the sources; empty where not all of it is known."""
    own, data = code.own(), library.stamp()
    if not own or not data:
        return b""
    return digest_of(
        _FORMAT,
        __version__,
        sys.version,
        sys.getrecursionlimit(),
        own,
        data,
        code.libraries(),
        (os.getcwd(), where.root, where.paths, where.whole),
        _owners(where, options),
        replace(options, cache_folder=None, jobs=0, started="", arguments=(), git_commit="", git_dirty=None),
    )


def _owners(where: Scope, options: Options) -> Any:
    """The file that says who may approve the waivers of a scan, where there are any."""
    if not options.waivers or options.waivers.owners is not None:
        return None
    from scanner.gate.waivers import owners

    return owners.read(str(where.root))


def _compressing(row: bytes) -> Callable[[], bytes]:
    """Begin to compress data in a thread; what is returned waits for the end of that."""
    from threading import Thread

    done: list[bytes] = []
    thread = Thread(target=lambda: done.append(zlib.compress(row, _LEVEL)), daemon=True)
    thread.start()

    def compressed() -> bytes:
        thread.join()
        return done[0]

    return compressed


def _digest(source: Source) -> bytes:
    return digest_of(type(source).__name__, source, encoder=_SOURCES)


def digest_of(*values: object, encoder: Encoder = _ENCODER) -> bytes:
    """A digest of data with all that is in it; empty for what MessagePack cannot carry."""
    try:
        return hashlib.sha256(encoder.encode(values)).digest()
    except Exception:  # noqa: BLE001 - such as a name that is not UTF-8, or a number beyond 64 bits
        return b""


def _lines(clean: Mapping[str, bool], contents: Mapping[str, bytes]) -> Masked:
    """The lines of the files that findings point into."""
    from scanner.findings import lines_of

    found = lines_of(clean, contents, {path for path, known in clean.items() if known})
    return Masked((path, found[path]) for path in clean)
