"""The folder of the shipped data (rules, frameworks, templates), and a cache of what was compiled from it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from scanner import __version__, safe_read, safe_write
from scanner.errors import UnreadableError, UsageError
from scanner.late import dataclass

_FORMAT = "3"
_GENERATIONS = 4
"""Results kept under one name: a few versions of Assay may take turns on one machine."""


def data_root() -> Path:
    """The folder that holds `rules`, `frameworks` and `templates`: the installed package's, else the checkout's."""
    package = Path(__file__).resolve().parent
    shipped = package / "_data"
    return shipped if shipped.is_dir() else package.parent


def digest(paths: Iterable[Path], root: Path) -> str:
    """SHA-256 over the relative names and the contents of files, in the order given.

    Raises UsageError for one that cannot be read.
    """
    total = hashlib.sha256()
    for path in paths:
        try:
            content = safe_read.read(path)
        except UnreadableError as error:
            raise UsageError(error.message, str(path)) from None
        total.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def combine(*digests: str) -> str:
    """One digest of several."""
    return hashlib.sha256("\0".join(digests).encode()).hexdigest()


_IN_MEMORY: dict[str, tuple[str, Any]] = {}
"""What was made last under each name, with the key it was made for, where no folder is given."""


@dataclass(frozen=True, slots=True)
class Cache:
    """Plain data kept in a folder under the digest of what it was made from; without a folder, in this process only."""

    folder: Path | None = None

    def keep(self, name: str, key: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, from the cache where it was made from the same content by the same version before.

        Callers share it, so that none of them may change it.
        """
        if self.folder is None:
            if _IN_MEMORY.get(name, ("",))[0] != key:
                _IN_MEMORY[name] = (key, make())
            return _IN_MEMORY[name][1]
        path = self.folder / f"{name}-{combine(_FORMAT, __version__, _runtime(), key)[:32]}.json"
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError):
            made = make()
            if _write(path, made):
                _forget(self.folder, name)
            return made


def _runtime() -> str:
    """The identity of the installed CEL runtime: compiled expressions are in its own format."""
    from importlib.util import find_spec

    spec = find_spec("cel_expr_python")
    places = spec.submodule_search_locations if spec else None
    return str(os.stat(places[0]).st_mtime_ns) if places else ""


def _forget(folder: Path, name: str) -> None:
    """Keep the newest few of what was made under one name."""
    try:
        kept = sorted(folder.glob(f"{name}-*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[_GENERATIONS:]:
            path.unlink(missing_ok=True)
    except OSError:
        return


def _write(path: Path, made: Any) -> bool:
    """Whether it could be written; a cache that cannot costs time, not the run."""
    try:
        safe_write.write_text(path, (json.dumps(made, separators=(",", ":")),), folders=True)
    except UsageError:
        return False
    return True
