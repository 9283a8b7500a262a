"""Symbolic links at names that a tool loads: nothing is read through one, so where it leads must be read itself."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from scanner.contexts import is_for_agents, is_invoked, is_loaded
from scanner.documents import JSON_SUFFIXES, YAML_SUFFIXES
from scanner.late import regex
from scanner.model import ANY_KIND, Input, InputStatus
from scanner.rendering.compose_names import COMPOSE, COMPOSE_FILE, VARIABLES
from scanner.sources import LINK
from scanner.subjects.formats import loaded_at

_TEXT = regex(
    r"(?:^|/)(?:CLAUDE|AGENTS?|GEMINI)(?:\.local)?\.md$|\.instructions\.md$|\.mdc$|(?:^|/)copilot-instructions\.md$"
    r"|(?:^|/)\.(?:clinerules|roo|windsurf)/(?:.+/)?[^/]+\.md$",
    re.IGNORECASE,
)
"""Texts that agents load from these names and that no format is known by."""
_DATA = (*YAML_SUFFIXES, *JSON_SUFFIXES)
_HOPS = 20
"""Links that lead to links."""
_MOST = 200_000
"""Files that are looked at for all links to folders: a repository may have many links to a large one."""


class Links(Struct):
    """The symbolic links of a scan."""

    targets: dict[str, str] = field(default_factory=dict)
    """Path of a link -> where it leads, as it says."""
    named: set[str] = field(default_factory=set)
    """Those that Compose files name."""

    def end(self, path: str) -> str | None:
        """Where a path leads, from the root of the scan; None where that is out of it, or nowhere."""
        for _ in range(_HOPS):
            parts = path.split("/")
            held = ("/".join(parts[: number + 1]) for number in range(len(parts)))
            link = next((each for each in held if each in self.targets), None)
            if link is None:
                return path
            inner = path[len(link) + 1 :]
            path = posixpath.normpath(posixpath.join(posixpath.dirname(link), self.targets[link], inner))
            if path.startswith(("/", "../")) or path == "..":
                return None
        return None

    def lost(self, inputs: Iterable[Input], *, whole: bool) -> Iterator[Input]:
        """The inputs; a link that a tool loads is unreadable where what it leads to is not read as the same.

        Where the scan is not of `whole` folders, a file that is not in it is taken for what its name says.
        """
        found = tuple(inputs)
        if not self.targets:
            yield from found
            return
        looked = _Looked({item.path: item for item in found}, whole)
        for item in found:
            path = item.path
            if item.status is not InputStatus.SKIPPED or path not in self.targets or not is_loaded(path):
                yield item
                continue
            why = looked.why_lost(path, self.end(path), named=path in self.named)
            held = (ANY_KIND,) if path.lower().endswith(_DATA) else ()
            reason = f"{LINK} to {self.targets[path]}, {why}"
            yield replace(item, status=InputStatus.UNREADABLE, reason=reason, may_hold=held) if why else item


class _Looked:
    """What is known of the ends of links."""

    def __init__(self, files: Mapping[str, Input], whole: bool) -> None:
        self._files = files
        self._paths: Sequence[str] = sorted(files)
        self._whole = whole
        self._left = _MOST

    def why_lost(self, link: str, end: str | None, *, named: bool) -> str:
        """Why what a link leads to is not read as what a tool loads at the link; empty where it is."""
        if end is None:
            lost = _is_loaded_text(link) or named or link.lower().endswith(YAML_SUFFIXES) or is_for_agents(f"{link}/")
            return "which is not among the scanned files" if lost else ""
        if end in self._files:
            return "" if self._same(link, end, named=named) else "which is not read as what a tool loads here"
        if inside := self._below(end):
            if self._left < 0:
                return f"and links lead to folders of more than {_MOST:,} files, so those in {end} were not compared"
            other = next((each for each in inside if not self._same(self._moved(each, end, link), each)), "")
            return f"where {other} is not read as what a tool loads here" if other else ""
        if not self._whole:
            return "" if self._same(link, end, named=named) else "which is not among the scanned files"
        return self.why_lost(link, None, named=named)

    def _below(self, folder: str) -> Sequence[str]:
        start = "" if folder == "." else f"{folder}/"
        first = bisect_left(self._paths, start)
        last = bisect_left(self._paths, start[:-1] + "0") if start else len(self._paths)  # `0` follows `/`
        self._left -= last - first
        return self._paths[first : last if self._left >= 0 else min(first + 1, last)]

    @staticmethod
    def _moved(path: str, folder: str, link: str) -> str:
        return f"{link}/{path}" if folder == "." else link + path[len(folder) :]

    def _same(self, link: str, path: str, *, named: bool = False) -> bool:
        """Whether a file is read as what a tool loads at another path."""
        item = self._files.get(path)
        if not is_loaded(link) or (item and (item.status is InputStatus.UNREADABLE or item.reason.startswith(LINK))):
            return True  # no tool loads it, or it is told by itself
        wanted, text = loaded_at(link), _TEXT.search(link) or is_invoked(link)
        is_compose = named or bool(COMPOSE_FILE.search(link))
        if not (wanted or text or is_compose or link.lower().endswith(_DATA)):
            return True
        if item and not item.sha256:
            return False  # it is passed over
        formats = loaded_at(path).union(item.formats if item else ())
        if is_compose:
            return COMPOSE in formats or bool(COMPOSE_FILE.search(path))
        if text or link.endswith(".md"):
            return is_for_agents(path)
        return is_loaded(path) and (not wanted.isdisjoint(formats) if wanted else path.lower().endswith(_DATA))


def _is_loaded_text(path: str) -> bool:
    return bool(loaded_at(path) - {VARIABLES}) or bool(_TEXT.search(path)) or is_invoked(path)
