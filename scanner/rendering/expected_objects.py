"""Files that a test of KUTTL or Chainsaw compares with a cluster, which the files of the test beside them show.

A name alone shows nothing: a folder `test-cluster` may be one that a pipeline applies.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec.structs import replace

from scanner.late import regex
from scanner.rendering.kustomization import NAMES
from scanner.sources import File, Scope, Source

_EXPECTED = regex(
    r"(?:^|/)(?:tests?|e2e|kuttl|chainsaw)(?:[-_][^/]*)?/(?:.*/)?"
    r"(?:(?:[^/]*[-_.])?assert(?:[-_.][^/]*)?|\d+-errors?)\.(?:ya?ml|json)$",
    re.IGNORECASE,
)
"""The path of a file that KUTTL or Chainsaw may compare with the cluster."""
_TESTS = frozenset({"chainsaw-test.yaml", "chainsaw-test.yml"})
"""The names of the files in which Chainsaw looks for a test."""
_OF_STEP = regex(r"\d+-(?:assert|errors?)(?:[-_.][^/]*)?\.ya?ml")
"""The name of a file with what KUTTL expects after a step."""
_STEP = regex(r"\d+-(?!(?:assert|errors?)[-_.])[^/]+\.ya?ml")
"""The name of a step of KUTTL."""


def marked(some: Iterable[Source], where: Scope) -> Iterator[Source]:
    """The sources, those files marked that a test beside them compares with a cluster."""
    folders = _Folders(where)
    for source in some:
        if not isinstance(source, File) or "/" not in source.path or not _EXPECTED.search(source.path):
            yield source
            continue
        folder = posixpath.dirname(source.path)
        expected = _is_expected(source.path, folders.names(folder), folders.names(posixpath.dirname(folder)))
        yield replace(source, home=replace(source.home, expected=True)) if expected else source


def _is_expected(path: str, beside: frozenset[str], above: frozenset[str]) -> bool:
    """Whether the files beside a file, and in the folder above, show that a test compares it with a cluster."""
    if not beside.isdisjoint(NAMES):
        return False
    by_kuttl = _OF_STEP.fullmatch(posixpath.basename(path)) and any(map(_STEP.fullmatch, beside))
    return bool(by_kuttl) or not _TESTS.isdisjoint(beside | above)


class _Folders:
    """The names of the files in folders, also of those that are not scanned."""

    def __init__(self, where: Scope) -> None:
        self._where = where
        self._known: dict[str, frozenset[str]] = {}

    def names(self, folder: str) -> frozenset[str]:
        """Those of one folder."""
        if folder not in self._known:
            self._known[folder] = frozenset(self._in_tree.get(folder, ()) if self._where.tree else self._listed(folder))
        return self._known[folder]

    @cached_property
    def _in_tree(self) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        tree = self._where.tree
        for name, *_ in (*tree.entries, *tree.around) if tree else ():
            folder, base = posixpath.split(name)
            found[folder].append(base)
        return found

    def _listed(self, folder: str) -> list[str]:
        try:
            return os.listdir(os.path.join(self._where.root, folder))
        except OSError:
            return []
