"""Objects that a change takes out of the scan and does not delete: into pages, examples, and what is not read."""

from __future__ import annotations

import os
import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress

from msgspec.structs import replace

from scanner import documents, sources
from scanner.configuration.weakening import ConfigurationChange
from scanner.contexts import Context
from scanner.errors import AssayError
from scanner.facts.kubernetes.objects import name_of
from scanner.facts.setting import is_deployed, not_deployed
from scanner.model import Subject
from scanner.options import Options
from scanner.safe_read import read
from scanner.scan import Evaluated, evaluate
from scanner.shared import Shared
from scanner.sources import Selection, git_file
from scanner.sources.patterns import Patterns
from scanner.subjects.assertions import EXPECTED
from scanner.subjects.kubernetes import RESOURCE

_NAMED = 3
_IGNORE_FILE = ".gitignore"
_Objects = Mapping[str, Subject]
"""Objects by their identities."""


def hidden_inputs(before: Evaluated, now: Evaluated, paths: Sequence[str], shared: Shared) -> list[ConfigurationChange]:
    """What of a base the change moves to where it does not count any more."""
    deployed = {each.identity for each in _deployed(now)}
    lost = {each.identity: each for each in _deployed(before) if each.identity not in deployed}
    if not lost:
        return []
    there = {each.identity: each for each in now.read.subjects if each.kind == RESOURCE and each.identity in lost}
    told = list(_moved(lost, there))
    left = {identity: each for identity, each in lost.items() if identity not in there}
    ignored = _ignored({each.origin.path for each in left.values()}, now) if left else {}
    for (place, line), files in ignored.items():
        words = f"{place} hides {_names(files)}, which the change takes out of Git"
        told.append(ConfigurationChange(_IGNORE_FILE, words, place, line))
    hidden = {path for files in ignored.values() for path in files}
    left = {identity: each for identity, each in left.items() if each.origin.path not in hidden}
    if left:
        told += _moved(left, _unread(left, now, paths, shared), why="which is not scanned")
        told += _moved(left, _expected(left, now), why="where a test only expects an object")
    return told


def _deployed(scan: Evaluated) -> Iterator[Subject]:
    apart = not_deployed(scan.read.subjects, scan.read.unused)
    return (each for each in scan.read.subjects if each.kind == RESOURCE and each not in apart)


def _moved(lost: _Objects, there: _Objects, why: str = "") -> Iterator[ConfigurationChange]:
    """Objects that are in another file now, of which one that is read is documentation."""
    by_path: defaultdict[str, list[Subject]] = defaultdict(list)
    for identity, subject in there.items():
        path = subject.overlay or subject.origin.path
        if why or not is_deployed(path):
            by_path[path].append(lost[identity])
    for path, some in sorted(by_path.items()):
        verb = "is" if len(some) == 1 else "are"
        reason = why or "where an object does not count as deployed"
        yield ConfigurationChange(
            "place", f"{_names(_told(each) for each in some)} {verb} now in {path}, {reason}", path
        )


def _told(subject: Subject) -> str:
    return f"{subject.name} ({subject.origin.path})"


def _names(given: Iterable[str]) -> str:
    names = sorted(set(given))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _unread(lost: _Objects, now: Evaluated, paths: Sequence[str], shared: Shared) -> _Objects:
    """Of some objects, those in files that the selection passes over."""
    selection = now.where.selection
    wide = replace(selection, include=(), exclude=(), ignored=True)
    if wide == selection:
        return {}
    files = sources.names(sources.scope(paths, wide)) - sources.names(now.where)
    return _in_files(files, lost, replace(now.options, selection=wide), now, shared)


def _expected(lost: _Objects, now: Evaluated) -> _Objects:
    """Of some objects, those in files that a test compares with a cluster."""
    files = {item.path for item in now.read.inputs if any(loss.reason == EXPECTED for loss in item.losses)}
    options = replace(now.options, selection=now.where.selection, context=Context.LIVE)
    return _in_files(files, lost, options, now, None)


def _in_files(
    files: AbstractSet[str], lost: _Objects, options: Options, now: Evaluated, shared: Shared | None
) -> _Objects:
    """Of some objects, those in some files, read with the given options."""
    named = [os.path.join(now.where.root, each) for each in sorted(files) if each.lower().endswith(_SUFFIXES)]
    names = {name_of(each).encode() for each in lost.values()}
    holding = list(_holding(named, options.selection, names))
    if not holding:
        return {}
    options = replace(options, waivers=None, inline_ignores=False, frameworks=())
    found = evaluate(sources.scope(holding, options.selection), options, None, shared, reported=False)
    return {each.identity: each for each in found.read.subjects if each.identity in lost}


def _holding(named: Sequence[str], selection: Selection, names: Collection[bytes]) -> Iterator[str]:
    """Those of some files in which one of the names stands."""
    if named:
        where = sources.scope(named, selection)
        for source in sources.collect(where):
            if any(name in sources.content_of(source) for name in names):
                yield os.path.join(where.root, source.path)


_SUFFIXES = (*documents.YAML_SUFFIXES, *documents.JSON_SUFFIXES)


def _ignored(paths: AbstractSet[str], now: Evaluated) -> dict[tuple[str, int], list[str]]:
    """Files that are gone and that an ignore file hides, by that and the number of its line."""
    present = {item.path for item in now.read.inputs if item.subjects}
    found: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    known: dict[str, list[str]] = {}
    for path in sorted(paths - present):
        for place in _ignore_files(path):
            if place not in known:
                known[place] = _lines(place, now)
            inner = path.removeprefix(place.removesuffix(_IGNORE_FILE))
            if known[place] and Patterns(known[place]).hold(inner):
                found[place, _line(known[place], inner)].append(path)
                break
    return found


def _ignore_files(path: str) -> Iterator[str]:
    """The ignore files that may name a file, the deepest first."""
    while path:
        path = posixpath.dirname(path)
        yield posixpath.join(path, _IGNORE_FILE)


def _line(lines: Collection[str], path: str) -> int:
    """The line that names a file, the last of several."""
    return max((number for number, line in enumerate(lines, 1) if Patterns((line,)).hold(path)), default=1)


def _lines(place: str, now: Evaluated) -> list[str]:
    """The lines of an ignore file as the change has it."""
    selection: Selection = now.where.selection
    full = os.path.join(now.where.root, place)
    with suppress(AssayError):
        if selection.staged or selection.revision:
            content = git_file.content(full, selection)
        else:
            content = read(full) if os.path.lexists(full) else None
        if content:
            now.read.contents.setdefault(place, content)
            return documents.decode(content).split("\n")
    return []
