"""What a hook let pass, kept, so that the same files are not judged again when the commit is tried again.

Git names every content by its digest. So no file is read: their names and digests, the options, and Assay's own code
and data decide. A change that the hook compares with an earlier state, or that belongs to a chart or an overlay, is
judged each time, and so is one that is stopped.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import MsgspecError, Struct
from msgspec.msgpack import decode, encode

from scanner.configured import Configuration
from scanner.kept import store
from scanner.kept_scan import digest_of, key_of, may_be_kept
from scanner.masking import sealed
from scanner.options import Options
from scanner.sources import Scope
from scanner.waived import AppliedWaivers


class Passed(Struct, frozen=True):
    """What is said of files that pass."""

    configuration: Configuration
    waivers: AppliedWaivers


class KeptPass(Struct, frozen=True):
    """Where it is kept that some files pass, or is to be."""

    folder: Path
    outside: tuple[str, ...]
    key: bytes

    def find(self) -> Passed | None:
        """What was kept, None where nothing was."""
        with store.opened(self.folder, self.outside) as kept:
            value = kept.get(self.key) if kept else None
        try:
            return decode(value or b"", type=Passed)
        except (MsgspecError, RecursionError):
            return None

    def put(self, passed: Passed, again: KeptPass | None) -> None:
        """Keep it, unless it holds a credential; `again` is the same place, found after the files were judged."""
        if sealed(passed) != passed or again != self:
            return
        try:
            value = encode(passed)
        except Exception:  # noqa: BLE001 - whatever it is, it must not cost the run its result
            return
        with store.opened(self.folder, self.outside) as kept:
            if kept:
                kept.put(((self.key, value),))


def kept_pass(where: Scope, options: Options) -> KeptPass | None:
    """Where it is kept that the files of a Git tree pass; None where more than these decides."""
    tree, folder = where.tree, options.cache_folder
    if tree is None or tree.around or folder is None or not may_be_kept(options):
        return None
    settings = key_of(where, options)
    key = digest_of("pass", settings, tree.entries) if settings else b""
    return KeptPass(folder, where.tops, key) if key else None
